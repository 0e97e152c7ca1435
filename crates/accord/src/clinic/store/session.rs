//! SQL over sessions and their slots.

use crate::base::clock::london_instant;
use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::{
    OrganisationId, ProductId, Session as SessionKind, SessionId, SiteId, Slot as SlotKind, SlotId,
};
use crate::clinic::layout::{Settings, Takes, Terms, breaks_text};
use crate::clinic::session::{Kind, Planned, Session};
use crate::clinic::slot::{FreeSlot, Share};
use jiff::civil::Date;

impl FromRow for Session {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            planned: Planned {
                site: row.get(1)?,
                date: row.get(2)?,
                from_minute: row.get(3)?,
                until_minute: row.get(4)?,
                product: row.get(5)?,
                slot_minutes: row.get(6)?,
                stations: row.get(7)?,
            },
            host: row.get(8)?,
            open: row.get::<String>(9)? == "open",
            version: row.get(10)?,
            places: row.get(11)?,
            taken: row.get(12)?,
        })
    }
}

/// Reads a kind of session.
pub(super) fn kind(row: &Row<'_>, at: usize) -> Result<Kind, StoreError> {
    Kind::parse(&row.get::<String>(at)?).ok_or_else(|| StoreError::shape(at, "a kind of session"))
}

/// Sessions from one day to another, inclusive, by day, site and start; closed ones too.
pub fn between(tx: &mut Tx<'_>, from: Date, until: Date) -> Result<Vec<Session>, StoreError> {
    tx.all(
        "SELECT e.id, e.site_id, e.date, e.from_minute, e.until_minute, e.product_id, e.slot_minutes, e.stations,
           e.host_id, e.state, e.version, CAST(COALESCE(SUM(l.capacity), 0) AS BIGINT),
           CAST(COALESCE(SUM(l.taken), 0) AS BIGINT)
         FROM session e LEFT JOIN slot l ON l.partnership_id = e.partnership_id AND l.session_id = e.id
         WHERE e.partnership_id = $1 AND e.date >= $2 AND e.date <= $3
         GROUP BY e.id, e.site_id, e.date, e.from_minute, e.until_minute, e.product_id, e.slot_minutes, e.stations,
           e.host_id, e.state, e.version
         ORDER BY e.date, e.site_id, e.from_minute, e.id",
        p![tx.partnership(), from, until],
    )
}

/// Writes sessions with all their slots; how many slots there are.
pub fn insert(tx: &mut Tx<'_>, new: &[(Planned, OrganisationId, Terms)]) -> Result<u64, StoreError> {
    let partnership = tx.partnership();
    let mut sessions: Vec<Vec<Param<'_>>> = Vec::with_capacity(new.len());
    let mut slots: Vec<Vec<Param<'_>>> = Vec::new();
    let breaks: Vec<String> = new.iter().map(|(_, _, terms)| breaks_text(&terms.breaks)).collect();
    for ((s, host, terms), breaks) in new.iter().zip(&breaks) {
        let id: SessionId = tx.id::<SessionKind>();
        sessions.push(vec![
            partnership.param(),
            Param::Uuid(id.uuid()),
            s.site.param(),
            host.param(),
            s.product.param(),
            s.date.param(),
            s.from_minute.param(),
            s.until_minute.param(),
            s.slot_minutes.param(),
            s.stations.param(),
            terms.vaccinators.param(),
            terms.rooms.param(),
            terms.people_max.param(),
            breaks.param(),
            terms.kept_walk_in.param(),
            terms.kept_assisted.param(),
            terms.assisted_hours.param(),
            Param::Text(terms.kind.word()),
            terms.place.param(),
        ]);
        let settings = Settings {
            takes: Takes::Open,
            from_minute: s.from_minute,
            until_minute: s.until_minute,
            slot_minutes: s.slot_minutes,
            stations: s.stations,
            terms: terms.clone(),
        };
        for (start, places) in settings.layout(s.date) {
            let slot: SlotId = tx.id::<SlotKind>();
            slots.push(vec![
                partnership.param(),
                Param::Uuid(slot.uuid()),
                Param::Uuid(id.uuid()),
                s.site.param(),
                host.param(),
                s.product.param(),
                s.date.param(),
                Param::Int(start.into()),
                Param::Int(london_instant(s.date, start).as_microsecond()),
                Param::Int(settings.slot_length().into()),
                Param::Int(places.capacity),
                Param::Int(places.kept_walk_in),
                Param::Int(places.kept_assisted),
                Param::Int(places.assisted_until_us),
            ]);
        }
    }
    tx.run_many(
        "INSERT INTO session (partnership_id, id, site_id, host_id, product_id, date, from_minute, until_minute,
           slot_minutes, stations, state, version, vaccinators, rooms, people_max, breaks, kept_walk_in, kept_assisted,
           assisted_hours, kind, place)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', 1, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        &sessions,
    )?;
    tx.run_many(
        "INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us,
           minutes, capacity, taken, kept_walk_in, kept_assisted, assisted_until_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $14)",
        &slots,
    )
}

/// The slot of a site, product and day that starts at a minute of the day, of an open session; the latest made.
pub fn slot_at(
    tx: &mut Tx<'_>,
    site: SiteId,
    product: ProductId,
    date: Date,
    minute: u16,
) -> Result<Option<SlotId>, StoreError> {
    let found: Option<(SlotId,)> = tx.maybe(
        "SELECT l.id FROM slot l JOIN session e ON e.partnership_id = l.partnership_id AND e.id = l.session_id AND e.state = 'open'
         WHERE l.partnership_id = $1 AND l.site_id = $2 AND l.product_id = $3 AND l.date = $4 AND l.start_minute = $5
         ORDER BY l.id DESC LIMIT 1",
        p![tx.partnership(), site, product, date, minute],
    )?;
    Ok(found.map(|(id,)| id))
}

/// Sets the places of a slot; the constraint `slot_capacity` refuses fewer than are taken.
pub fn set_capacity(tx: &mut Tx<'_>, slot: SlotId, capacity: i64) -> Result<(), StoreError> {
    tx.run(
        "UPDATE slot SET capacity = $3 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), slot, capacity],
    )?;
    Ok(())
}

/// Adds one place to a slot.
pub fn add_capacity(tx: &mut Tx<'_>, slot: SlotId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE slot SET capacity = capacity + 1 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), slot],
    )?;
    Ok(())
}

/// Closes a session; whose it is, none where there is none.
pub fn close(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<OrganisationId>, StoreError> {
    let host: Option<(OrganisationId,)> =
        tx.maybe("SELECT host_id FROM session WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), id])?;
    tx.run(
        "UPDATE session SET state = 'closed', version = version + 1 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id],
    )?;
    Ok(host.map(|(host,)| host))
}

impl FromRow for FreeSlot {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            slot: row.get(0)?,
            site: row.get(1)?,
            product: row.get(2)?,
            date: row.get(3)?,
            start_minute: row.get(4)?,
            starts_us: row.get(5)?,
            minutes: row.get(6)?,
            free: row.get(7)?,
        })
    }
}

/// Slots of open sessions at an open site with a place for `share` and a dose left, from one day to another, that have
/// not begun.
pub fn free_at(
    tx: &mut Tx<'_>,
    site: SiteId,
    product: ProductId,
    (from, until): (Date, Date),
    share: Share,
) -> Result<Vec<FreeSlot>, StoreError> {
    tx.all(
        "SELECT l.id, l.site_id, l.product_id, l.date, l.start_minute, l.starts_us, l.minutes, l.capacity - l.taken - l.kept_walk_in * $7
           - CASE WHEN l.assisted_until_us > $6 THEN l.kept_assisted * $8 ELSE 0 END
         FROM slot l
         JOIN session e ON e.partnership_id = l.partnership_id AND e.id = l.session_id AND e.state = 'open'
           AND e.kind = 'booked'
         JOIN site s ON s.partnership_id = l.partnership_id AND s.id = l.site_id AND s.state = 'open'
         WHERE l.partnership_id = $1 AND l.site_id = $2 AND l.product_id = $3 AND l.date >= $4 AND l.date <= $5
           AND l.starts_us > $6 AND l.takes_new = 1 AND l.taken < l.capacity - l.kept_walk_in * $7
             - CASE WHEN l.assisted_until_us > $6 THEN l.kept_assisted * $8 ELSE 0 END
           AND NOT EXISTS (SELECT 1 FROM stock k WHERE k.partnership_id = l.partnership_id AND k.site_id = l.site_id
             AND k.product_id = l.product_id AND k.until_date >= l.date AND k.taken >= k.delivered)
         ORDER BY l.date, l.start_minute, l.id",
        p![
            tx.partnership(),
            site,
            product,
            from,
            until,
            tx.now(),
            i64::from(share.leaves_walk_in()),
            i64::from(share.leaves_assisted())
        ],
    )
}
