//! SQL of what clinics took down, and of day packs.

use crate::base::clock::london_date;
use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{BookingId, DayEntryId, DayPack as DayPackKind, DayPackId, OrganisationId, SiteId};
use crate::booking::attendance::{Batch, WhyNot};
use crate::booking::day_entry::{Entry, Line, OWNER_ROLE, Said, Standing};
use crate::booking::day_pack::Listed;
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! entry_columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, site_id, date, booking_id, person_id, name, born, employer, employer_id, product_id, said, batch, reason,
             at_us, state, code, counted FROM day_entry ",
            $rest
        )
    };
}

impl FromRow for Entry {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let (said, batch, reason): (String, Option<String>, Option<String>) = (r.get(10)?, r.get(11)?, r.get(12)?);
        let said = match said.as_str() {
            "given" => batch.as_deref().and_then(Batch::parse).map(Said::Given),
            "not_given" => reason.as_deref().and_then(WhyNot::parse).map(Said::NotGiven),
            _ => Some(Said::DidNotAttend),
        };
        let state: String = r.get(14)?;
        Ok(Self {
            id: r.get(0)?,
            date: r.get(2)?,
            standing: Standing::parse(&state).ok_or_else(|| StoreError::shape(14, "a state"))?,
            code: r.get(15)?,
            counted: r.get::<i64>(16)? == 1,
            line: Line {
                site: r.get(1)?,
                booking: r.get(3)?,
                person: r.get(4)?,
                name: r.get(5)?,
                born: r.get(6)?,
                employer: r.get(7)?,
                employer_id: r.get(8)?,
                product: r.get(9)?,
                said: said.ok_or_else(|| StoreError::shape(10, "what was said"))?,
                at: r.get(13)?,
            },
        })
    }
}

/// Writes a new entry, due the next day.
pub fn insert_entry(tx: &mut Tx<'_>, e: &Entry) -> Result<(), StoreError> {
    let (by, today) = (tx.who().id.clone(), london_date(tx.now()));
    let due = today.tomorrow().unwrap_or(today);
    let (batch, reason) = match &e.line.said {
        Said::Given(batch) => (Some(batch.to_string()), None),
        Said::NotGiven(why) => (None, Some(why.word())),
        Said::DidNotAttend => (None, None),
    };
    let l = &e.line;
    tx.run(
        "INSERT INTO day_entry (partnership_id, id, site_id, date, booking_id, person_id, name, born, employer, employer_id,
           product_id, said, batch, reason, at_us, state, code, counted, owner_role, due_on, noted_us, noted_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
        p![
            tx.partnership(),
            e.id,
            l.site,
            e.date,
            l.booking,
            l.person,
            l.name,
            l.born,
            l.employer,
            l.employer_id,
            l.product,
            l.said.word(),
            batch,
            reason,
            l.at,
            e.standing.word(),
            e.code,
            i64::from(e.counted),
            OWNER_ROLE,
            due,
            tx.now(),
            by
        ],
    )?;
    Ok(())
}

/// An entry of the same line, whatever became of it.
pub fn same_entry(tx: &mut Tx<'_>, line: &Line, date: Date) -> Result<Option<DayEntryId>, StoreError> {
    let all: Vec<Entry> = tx.all(
        entry_columns!("WHERE partnership_id = $1 AND site_id = $2 AND date = $3 AND name = $4 ORDER BY id"),
        p![tx.partnership(), line.site, date, line.name],
    )?;
    let same = |e: &&Entry| {
        let l = &e.line;
        (l.booking, l.person, l.born) == (line.booking, line.person, line.born) && l.said == line.said
    };
    Ok(all.iter().find(same).map(|e| e.id))
}

/// One entry.
pub fn entry(tx: &mut Tx<'_>, id: DayEntryId) -> Result<Option<Entry>, StoreError> {
    tx.maybe(entry_columns!("WHERE partnership_id = $1 AND id = $2"), p![tx.partnership(), id])
}

/// The entries of a site and day, in the order of their making.
pub fn entries(tx: &mut Tx<'_>, site: SiteId, date: Date) -> Result<Vec<Entry>, StoreError> {
    tx.all(
        entry_columns!("WHERE partnership_id = $1 AND site_id = $2 AND date = $3 ORDER BY id"),
        p![tx.partnership(), site, date],
    )
}

/// Moves an entry that waits; false where it did not wait any more.
pub fn settle_entry(tx: &mut Tx<'_>, id: DayEntryId, standing: Standing, counted: bool) -> Result<bool, StoreError> {
    let by = tx.who().id.clone();
    let rows = tx.run(
        "UPDATE day_entry SET state = $3, counted = $4, decided_us = $5, decided_by = $6
         WHERE partnership_id = $1 AND id = $2 AND state = 'waiting'",
        p![tx.partnership(), id, standing.word(), i64::from(counted), tx.now(), by],
    )?;
    Ok(rows == 1)
}

/// Notes which booking an entry became.
pub fn entry_became(tx: &mut Tx<'_>, id: DayEntryId, booking: BookingId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE day_entry SET became_id = $3 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id, booking],
    )?;
    Ok(())
}

/// Writes which bookings a day's list had when it was printed.
pub fn insert_pack(
    tx: &mut Tx<'_>,
    site: SiteId,
    date: Date,
    rows: &[(BookingId, u32)],
) -> Result<DayPackId, StoreError> {
    let (id, partnership) = (tx.id::<DayPackKind>(), tx.partnership());
    tx.run(
        "INSERT INTO day_pack (partnership_id, id, site_id, date, made_us) VALUES ($1, $2, $3, $4, $5)",
        p![partnership, id, site, date, tx.now()],
    )?;
    for (booking, version) in rows {
        tx.run(
            "INSERT INTO day_pack_row (partnership_id, pack_id, booking_id, booking_version) VALUES ($1, $2, $3, $4)",
            p![partnership, id, *booking, *version],
        )?;
    }
    Ok(id)
}

/// The latest list printed of a site and day: when, and its bookings.
pub fn latest_pack(
    tx: &mut Tx<'_>,
    site: SiteId,
    date: Date,
) -> Result<Option<(Timestamp, Vec<BookingId>)>, StoreError> {
    let found: Option<(DayPackId, Timestamp)> = tx.maybe(
        "SELECT id, made_us FROM day_pack WHERE partnership_id = $1 AND site_id = $2 AND date = $3
         ORDER BY made_us DESC, id DESC LIMIT 1",
        p![tx.partnership(), site, date],
    )?;
    let Some((id, made)) = found else { return Ok(None) };
    let rows: Vec<(BookingId,)> = tx.all(
        "SELECT r.booking_id FROM day_pack_row r
         JOIN booking b ON b.partnership_id = r.partnership_id AND b.id = r.booking_id
         WHERE r.partnership_id = $1 AND r.pack_id = $2 ORDER BY b.starts_us, b.id",
        p![tx.partnership(), id],
    )?;
    Ok(Some((made, rows.into_iter().map(|(id,)| id).collect())))
}

/// The number of the words that open a site's packs, and whether somebody was shown them; none: there are none yet.
pub fn pack_words(tx: &mut Tx<'_>, site: SiteId) -> Result<Option<(u32, bool)>, StoreError> {
    let row: Option<(u32, Option<Timestamp>)> = tx.maybe(
        "SELECT generation, shown_us FROM day_pack_words WHERE partnership_id = $1 AND site_id = $2",
        p![tx.partnership(), site],
    )?;
    Ok(row.map(|(generation, shown)| (generation, shown.is_some())))
}

/// Sets the number of a site's words, shown now or not yet.
pub fn set_pack_words(tx: &mut Tx<'_>, site: SiteId, generation: u32, shown: bool) -> Result<(), StoreError> {
    let at = shown.then(|| tx.now());
    tx.run(
        "INSERT INTO day_pack_words (partnership_id, site_id, generation, shown_us) VALUES ($1, $2, $3, $4)
         ON CONFLICT (partnership_id, site_id) DO UPDATE SET generation = excluded.generation, shown_us = excluded.shown_us",
        p![tx.partnership(), site, generation, at],
    )?;
    Ok(())
}

impl FromRow for Listed {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            minute: r.get(0)?,
            name: r.get(1)?,
            born: r.get(2)?,
            appointment: r.get(3)?,
            product: r.get(4)?,
            reference: r.get(5)?,
            needs: r.get(6)?,
            booking: r.get(7)?,
            version: r.get(8)?,
        })
    }
}

/// Who is booked at a site on a day, in order of time.
pub fn listed(tx: &mut Tx<'_>, site: SiteId, date: Date) -> Result<Vec<Listed>, StoreError> {
    tx.all(
        "SELECT l.start_minute, COALESCE(p.preferred_name, p.given_name) || ' ' || p.family_name, p.date_of_birth, b.appointment,
                d.name, b.reference, p.access_needs, b.id, b.version
         FROM booking b
         JOIN slot l ON l.partnership_id = b.partnership_id AND l.id = b.slot_id
         JOIN person p ON p.partnership_id = b.partnership_id AND p.id = b.person_id
         JOIN product d ON d.partnership_id = b.partnership_id AND d.id = b.product_id
         LEFT JOIN booking_batch k ON k.partnership_id = b.partnership_id AND k.id = b.batch_id
         WHERE b.partnership_id = $1 AND b.site_id = $2 AND b.date = $3 AND b.live = 1
           AND (b.batch_id IS NULL OR k.state = 'live')
         ORDER BY l.start_minute, p.family_name, p.given_name, b.id",
        p![tx.partnership(), site, date],
    )
}

/// Sites at which somebody is booked on a day.
pub fn sites_with_bookings(tx: &mut Tx<'_>, date: Date) -> Result<Vec<SiteId>, StoreError> {
    let rows: Vec<(SiteId,)> = tx.all(
        "SELECT DISTINCT site_id FROM booking WHERE partnership_id = $1 AND date = $2 AND live = 1 ORDER BY site_id",
        p![tx.partnership(), date],
    )?;
    Ok(rows.into_iter().map(|(site,)| site).collect())
}

/// Somebody on no list: entry, name, date of birth, employer's name, and what the employer answered.
pub type OnNoList = (DayEntryId, String, Option<Date>, String, Option<String>);

/// People who wait to be on a list of an employer, or of any: those the clinic knows only by what they said.
pub fn unlisted(tx: &mut Tx<'_>, only: Option<OrganisationId>) -> Result<Vec<OnNoList>, StoreError> {
    tx.all(
        "SELECT d.id, d.name, d.born, o.name, d.employer_says FROM day_entry d
         JOIN organisation o ON o.partnership_id = d.partnership_id AND o.id = d.employer_id
         WHERE d.partnership_id = $1 AND d.state = 'waiting' AND d.person_id IS NULL
           AND d.employer_id = COALESCE($2, d.employer_id) ORDER BY d.id",
        p![tx.partnership(), only],
    )
}

/// Writes what an employer answered about an entry of its own; false where there is none that waits.
pub fn employer_says(
    tx: &mut Tx<'_>,
    id: DayEntryId,
    only: Option<OrganisationId>,
    says: &'static str,
) -> Result<bool, StoreError> {
    let rows = tx.run(
        "UPDATE day_entry SET employer_says = $4
         WHERE partnership_id = $1 AND id = $2 AND state = 'waiting' AND person_id IS NULL AND employer_id IS NOT NULL
           AND employer_id = COALESCE($3, employer_id)",
        p![tx.partnership(), id, only, says],
    )?;
    Ok(rows == 1)
}
