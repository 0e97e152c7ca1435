//! Sites, sessions and a clinic's day.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{BookingId, SiteId};
use jiff::Timestamp;
use jiff::civil::Date;

/// A site with what it offers.
#[derive(Debug, Clone)]
pub struct SiteRow {
    pub id: SiteId,
    pub name: String,
    pub code: String,
    pub district: String,
    pub owner: String,
    pub sessions: u32,
    pub capacity: u32,
    pub taken: u32,
}

impl FromRow for SiteRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            code: row.get(2)?,
            district: row.get(3)?,
            owner: row.get(4)?,
            sessions: row.get(5)?,
            capacity: row.get(6)?,
            taken: row.get(7)?,
        })
    }
}

/// All open sites, those with most room left first.
pub fn sites(tx: &mut Tx<'_>) -> Result<Vec<SiteRow>, StoreError> {
    tx.all(
        "SELECT s.id, s.name, s.code, s.district, s.slots_owner, COALESCE(l.sessions, 0), COALESCE(l.capacity, 0), COALESCE(l.taken, 0)
         FROM site s LEFT JOIN (
           SELECT site_id, COUNT(DISTINCT session_id) AS sessions, CAST(SUM(capacity) AS BIGINT) AS capacity, CAST(SUM(taken) AS BIGINT) AS taken
           FROM slot WHERE partnership_id = $1 GROUP BY site_id) l ON l.site_id = s.id
         WHERE s.partnership_id = $1 AND s.state = 'open'
         ORDER BY COALESCE(l.capacity, 0) - COALESCE(l.taken, 0) DESC, s.name, s.id",
        p![tx.partnership()],
    )
}

/// Places taken by site and day, between two days.
pub fn taken_by_day(tx: &mut Tx<'_>, from: Date, until: Date) -> Result<Vec<(SiteId, Date, u32)>, StoreError> {
    tx.all(
        "SELECT site_id, date, CAST(SUM(taken) AS BIGINT) FROM slot WHERE partnership_id = $1 AND date >= $2 AND date <= $3
         GROUP BY site_id, date",
        p![tx.partnership(), from, until],
    )
}

/// One site: name, address, postcode, whose slots, host, access bits.
pub type SiteCard = (String, String, String, String, String, u32);

/// One site, if there is one with this id.
pub fn site(tx: &mut Tx<'_>, id: SiteId) -> Result<Option<SiteCard>, StoreError> {
    tx.maybe(
        "SELECT s.name, s.address, s.postcode, s.slots_owner, h.name, s.access FROM site s
         JOIN organisation h ON h.partnership_id = s.partnership_id AND h.id = s.host_id WHERE s.partnership_id = $1 AND s.id = $2",
        p![tx.partnership(), id],
    )
}

/// A session: site, its name, day, from and until minute, product, taken, capacity.
#[derive(Debug, Clone)]
pub struct SessionRow {
    pub site: SiteId,
    pub site_name: String,
    pub date: Date,
    pub from: u32,
    pub until: u32,
    pub product: String,
    pub taken: u32,
    pub capacity: u32,
    pub kind: String,
    pub place: String,
}

impl FromRow for SessionRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            site: row.get(0)?,
            site_name: row.get(1)?,
            date: row.get(2)?,
            from: row.get(3)?,
            until: row.get(4)?,
            product: row.get(5)?,
            taken: row.get(6)?,
            capacity: row.get(7)?,
            kind: row.get(8)?,
            place: row.get(9)?,
        })
    }
}

/// Open sessions of one site, or of all, between two days.
pub fn sessions(tx: &mut Tx<'_>, site: Option<SiteId>, from: Date, until: Date) -> Result<Vec<SessionRow>, StoreError> {
    tx.all(
        "SELECT c.site_id, s.name, c.date, c.from_minute, c.until_minute, d.name,
                COALESCE(l.taken, 0), COALESCE(l.capacity, 0), c.kind, c.place
         FROM session c
         JOIN site s ON s.partnership_id = c.partnership_id AND s.id = c.site_id
         JOIN product d ON d.partnership_id = c.partnership_id AND d.id = c.product_id
         LEFT JOIN (SELECT session_id, CAST(SUM(taken) AS BIGINT) AS taken, CAST(SUM(capacity) AS BIGINT) AS capacity FROM slot
                    WHERE partnership_id = $1 AND date >= $3 AND date <= $4 GROUP BY session_id) l ON l.session_id = c.id
         WHERE c.partnership_id = $1 AND c.state = 'open' AND c.site_id = COALESCE($2, c.site_id) AND c.date >= $3 AND c.date <= $4
         ORDER BY c.date, s.name, c.from_minute, c.id",
        p![tx.partnership(), site, from, until],
    )
}

/// The nearest day with a session before and after a day; of one site or of all.
pub fn days_beside(
    tx: &mut Tx<'_>,
    site: Option<SiteId>,
    day: Date,
) -> Result<(Option<Date>, Option<Date>), StoreError> {
    tx.one(
        "SELECT MAX(CASE WHEN date < $3 THEN date END), MIN(CASE WHEN date > $3 THEN date END) FROM session
         WHERE partnership_id = $1 AND state = 'open' AND site_id = COALESCE($2, site_id)",
        p![tx.partnership(), site, day],
    )
}

/// Somebody on a day list.
#[derive(Debug, Clone)]
pub struct DayRow {
    pub minute: u32,
    pub name: String,
    pub born: Option<Date>,
    pub appointment: u32,
    pub product: String,
    pub reference: String,
    pub needs: u32,
    pub state: String,
    pub booking: BookingId,
    pub starts: Timestamp,
    pub seen: u32,
    pub came: Option<Timestamp>,
    pub outcome: Option<String>,
    pub batch: Option<String>,
    pub why: Option<String>,
    pub noted: Option<Timestamp>,
}

impl FromRow for DayRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            minute: row.get(0)?,
            name: row.get(1)?,
            born: row.get(2)?,
            appointment: row.get(3)?,
            product: row.get(4)?,
            reference: row.get(5)?,
            needs: row.get(6)?,
            state: row.get(7)?,
            booking: row.get(8)?,
            starts: row.get(9)?,
            seen: row.get(10)?,
            came: row.get(11)?,
            outcome: row.get(12)?,
            batch: row.get(13)?,
            why: row.get(14)?,
            noted: row.get(15)?,
        })
    }
}

/// Who is booked at a site on a day, and what came of it.
pub fn day_list(tx: &mut Tx<'_>, site: SiteId, day: Date) -> Result<Vec<DayRow>, StoreError> {
    tx.all(
        "SELECT l.start_minute, COALESCE(p.preferred_name, p.given_name) || ' ' || p.family_name, p.date_of_birth, b.appointment,
                d.name, b.reference, p.access_needs, b.state, b.id, b.starts_us, COALESCE(a.version, 0), a.checked_in_us,
                a.outcome, a.batch, a.reason, a.noted_us
         FROM booking b
         JOIN slot l ON l.partnership_id = b.partnership_id AND l.id = b.slot_id
         JOIN person p ON p.partnership_id = b.partnership_id AND p.id = b.person_id
         JOIN product d ON d.partnership_id = b.partnership_id AND d.id = b.product_id
         LEFT JOIN booking_batch k ON k.partnership_id = b.partnership_id AND k.id = b.batch_id
         LEFT JOIN attendance a ON a.partnership_id = b.partnership_id AND a.booking_id = b.id
         WHERE b.partnership_id = $1 AND b.site_id = $2 AND b.date = $3 AND (b.live = 1 OR a.outcome IS NOT NULL) AND (b.batch_id IS NULL OR k.state = 'live')
         ORDER BY l.start_minute, p.family_name, p.given_name, b.id",
        p![tx.partnership(), site, day],
    )
}
