//! SQL over what a session is cut into, for whoever changes sessions of a campaign under way.

use crate::base::clock::london_instant;
use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{OrganisationId, ProductId, SessionId, SiteId, SlotId};
use crate::clinic::layout::{Places, Settings, Takes, Terms, breaks_parse, breaks_text};
use jiff::civil::Date;

/// A session with all of it that may be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// Which.
    pub id: SessionId,
    /// Where.
    pub site: SiteId,
    /// Who gives it.
    pub host: OrganisationId,
    /// Of what.
    pub product: ProductId,
    /// On which day.
    pub date: Date,
    /// Goes up with every change.
    pub version: i64,
    /// As it is.
    pub settings: Settings,
}

impl FromRow for Laid {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let takes = match (r.get::<String>(6)?.as_str(), r.get::<bool>(7)?) {
            ("open", _) => Takes::Open,
            (_, true) => Takes::Honoured,
            (_, false) => Takes::Closed,
        };
        let breaks: String = r.get(15)?;
        Ok(Self {
            id: r.get(0)?,
            site: r.get(1)?,
            host: r.get(2)?,
            product: r.get(3)?,
            date: r.get(4)?,
            version: r.get(5)?,
            settings: Settings {
                takes,
                from_minute: r.get(8)?,
                until_minute: r.get(9)?,
                slot_minutes: r.get(10)?,
                stations: r.get(11)?,
                terms: Terms {
                    vaccinators: r.get(12)?,
                    rooms: r.get(13)?,
                    people_max: r.get(14)?,
                    breaks: breaks_parse(&breaks).ok_or_else(|| StoreError::shape(15, "breaks"))?,
                    kept_walk_in: r.get(16)?,
                    kept_assisted: r.get(17)?,
                    assisted_hours: r.get(18)?,
                    kind: super::session::kind(r, 19)?,
                    place: r.get(20)?,
                },
            },
        })
    }
}

/// These sessions, by id; ids that name none are left out.
pub fn laid(tx: &mut Tx<'_>, ids: &[SessionId]) -> Result<Vec<Laid>, StoreError> {
    let mut sorted = ids.to_vec();
    sorted.sort();
    sorted.dedup();
    let mut found = Vec::with_capacity(sorted.len());
    tx.each_many(
        "SELECT id, site_id, host_id, product_id, date, version, state, honours, from_minute, until_minute, slot_minutes,
           stations, vaccinators, rooms, people_max, breaks, kept_walk_in, kept_assisted, assisted_hours, kind, place
         FROM session WHERE partnership_id = $1 AND id = $2",
        &tx.keyed(&sorted),
        |row| {
            found.push(Laid::from_row(row)?);
            Ok(())
        },
    )?;
    Ok(found)
}

/// The sessions of a site and product on a day but for one, which a longer one could run into: from and until.
pub fn beside(tx: &mut Tx<'_>, of: &Laid) -> Result<Vec<(SessionId, u16, u16)>, StoreError> {
    tx.all(
        "SELECT id, from_minute, until_minute FROM session
         WHERE partnership_id = $1 AND site_id = $2 AND date = $3 AND product_id = $4 AND id <> $5",
        p![tx.partnership(), of.site, of.date, of.product, of.id],
    )
}

/// Writes a session's settings if it still is of `version`; false, and nothing changed, where it moved on.
pub fn set(tx: &mut Tx<'_>, id: SessionId, version: i64, to: &Settings) -> Result<bool, StoreError> {
    let (state, honours) = match to.takes {
        Takes::Open => ("open", false),
        Takes::Honoured => ("closed", true),
        Takes::Closed => ("closed", false),
    };
    let rows = tx.run(
        "UPDATE session SET state = $4, honours = $5, from_minute = $6, until_minute = $7, stations = $8, vaccinators = $9,
           rooms = $10, people_max = $11, breaks = $12, kept_walk_in = $13, kept_assisted = $14, assisted_hours = $15,
           version = version + 1
         WHERE partnership_id = $1 AND id = $2 AND version = $3",
        p![
            tx.partnership(),
            id,
            version,
            state,
            honours,
            to.from_minute,
            to.until_minute,
            to.stations,
            to.terms.vaccinators,
            to.terms.rooms,
            to.terms.people_max,
            breaks_text(&to.terms.breaks),
            to.terms.kept_walk_in,
            to.terms.kept_assisted,
            to.terms.assisted_hours
        ],
    )?;
    Ok(rows == 1)
}

/// A slot as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Which.
    pub id: SlotId,
    /// Of which session.
    pub session: SessionId,
    /// Minutes after midnight.
    pub start_minute: u16,
    /// Its length.
    pub minutes: u16,
    /// The instant, microseconds UTC.
    pub starts_us: i64,
    /// Used by bookings and holds.
    pub taken: i64,
    /// What it offers.
    pub places: Places,
}

impl FromRow for Slot {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: r.get(0)?,
            session: r.get(1)?,
            start_minute: r.get(2)?,
            minutes: r.get(3)?,
            starts_us: r.get(4)?,
            taken: r.get(5)?,
            places: Places {
                capacity: r.get(6)?,
                takes_new: r.get(7)?,
                kept_walk_in: r.get(8)?,
                kept_assisted: r.get(9)?,
                assisted_until_us: r.get(10)?,
            },
        })
    }
}

/// Every slot of these sessions, past ones too, by session and start.
pub fn slots_of(tx: &mut Tx<'_>, sessions: &[SessionId]) -> Result<Vec<Slot>, StoreError> {
    let mut found: Vec<Slot> = Vec::new();
    tx.each_many(
        "SELECT id, session_id, start_minute, minutes, starts_us, taken, capacity, takes_new, kept_walk_in, kept_assisted,
           assisted_until_us
         FROM slot WHERE partnership_id = $1 AND session_id = $2",
        &tx.keyed(sessions),
        |row| {
            found.push(Slot::from_row(row)?);
            Ok(())
        },
    )?;
    found.sort_by_key(|slot| (slot.session, slot.start_minute, slot.id));
    Ok(found)
}

/// Gives a slot its places. Where more are taken than it is to have, it keeps those, and takes nothing new.
pub fn set_places(tx: &mut Tx<'_>, id: SlotId, to: &Places) -> Result<(), StoreError> {
    tx.run(
        "UPDATE slot SET capacity = CASE WHEN taken > $3 THEN taken ELSE $3 END,
           takes_new = CASE WHEN taken > $3 THEN 0 ELSE $4 END, kept_walk_in = $5, kept_assisted = $6,
           assisted_until_us = $7
         WHERE partnership_id = $1 AND id = $2",
        p![
            tx.partnership(),
            id,
            to.capacity,
            i64::from(to.takes_new),
            to.kept_walk_in,
            to.kept_assisted,
            to.assisted_until_us
        ],
    )?;
    Ok(())
}

/// Writes a slot that is not there yet, with no place: [`set_places`] gives it some.
pub fn insert_slot(tx: &mut Tx<'_>, of: &Laid, id: SlotId, start_minute: u16) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us,
           minutes, capacity, taken, takes_new)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0)",
        p![
            tx.partnership(),
            id,
            of.id,
            of.site,
            of.host,
            of.product,
            of.date,
            start_minute,
            london_instant(of.date, start_minute),
            of.settings.slot_length()
        ],
    )?;
    Ok(())
}
