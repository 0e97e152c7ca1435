//! What pages and programs show of capacity changes, sessions to choose from, and what waits to be sent.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{CapacityChangeId, ProductId, SessionId, SiteId};
use crate::booking::Reference;
use jiff::Timestamp;
use jiff::civil::Date;

/// Somebody that a change meets, as a lead sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// What the person reads out: of the booking there was.
    pub reference: String,
    /// Their employer.
    pub employer: String,
    /// Where the booking was.
    pub from_site: String,
    /// When.
    pub from: Timestamp,
    /// Where it goes, or went; none: nowhere.
    pub to_site: Option<String>,
    /// When.
    pub to: Option<Timestamp>,
    /// What was planned.
    pub planned: String,
    /// Why not, as a code.
    pub why: Option<String>,
    /// What became of it.
    pub outcome: Option<String>,
    /// The person had said yes.
    pub confirmed: bool,
    /// It moves because another does.
    pub along: bool,
    /// Solved after the preview.
    pub anew: bool,
}

impl FromRow for Met {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let reference: String = r.get(0)?;
        Ok(Self {
            reference: Reference::parse(&reference).map_or(reference, |read| read.to_string()),
            employer: r.get(1)?,
            from_site: r.get(2)?,
            from: r.get(3)?,
            to_site: r.get(4)?,
            to: r.get(5)?,
            planned: r.get(6)?,
            why: r.get(7)?,
            outcome: r.get(8)?,
            confirmed: r.get::<String>(9)? == "confirmed",
            along: r.get(10)?,
            anew: r.get(11)?,
        })
    }
}

/// Whom a change meets: those with a place (`placed`), or those without, in the order in which they are dealt with.
pub fn met(
    tx: &mut Tx<'_>,
    id: CapacityChangeId,
    placed: bool,
    (limit, skip): (u32, u32),
) -> Result<Vec<Met>, StoreError> {
    tx.all(
        "SELECT b.reference, o.name, s.name, b.starts_us, t.name, l.starts_us, c.planned, c.why, c.outcome, c.was, c.along,
           c.anew
         FROM capacity_change_booking c
         JOIN booking b ON b.partnership_id = c.partnership_id AND b.id = c.booking_id
         JOIN organisation o ON o.partnership_id = b.partnership_id AND o.id = b.employer_id
         JOIN site s ON s.partnership_id = b.partnership_id AND s.id = b.site_id
         LEFT JOIN booking n ON n.partnership_id = c.partnership_id AND n.id = c.new_booking_id
         LEFT JOIN slot l ON l.partnership_id = c.partnership_id AND l.id = COALESCE(n.slot_id, c.to_slot)
         LEFT JOIN site t ON t.partnership_id = l.partnership_id AND t.id = l.site_id
         WHERE c.partnership_id = $1 AND c.change_id = $2
           AND $3 = CASE WHEN c.planned = 'cancel' OR c.outcome = 'left_out' THEN 0 ELSE 1 END
         ORDER BY c.seq, c.appointment, c.booking_id LIMIT $4 OFFSET $5",
        p![tx.partnership(), id, i64::from(placed), limit, skip],
    )
}

/// How many [`met`] has.
pub fn met_count(tx: &mut Tx<'_>, id: CapacityChangeId, placed: bool) -> Result<u64, StoreError> {
    let (count,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM capacity_change_booking WHERE partnership_id = $1 AND change_id = $2
           AND $3 = CASE WHEN planned = 'cancel' OR outcome = 'left_out' THEN 0 ELSE 1 END",
        p![tx.partnership(), id, i64::from(placed)],
    )?;
    Ok(count.unsigned_abs())
}

/// The day and site of each session of a change.
pub fn days_of(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Vec<(SessionId, Date, String)>, StoreError> {
    tx.all(
        "SELECT e.id, e.date, s.name FROM capacity_change_session c
         JOIN session e ON e.partnership_id = c.partnership_id AND e.id = c.session_id
         JOIN site s ON s.partnership_id = e.partnership_id AND s.id = e.site_id
         WHERE c.partnership_id = $1 AND c.change_id = $2 ORDER BY e.date, s.name, e.from_minute, e.id",
        p![tx.partnership(), id],
    )
}

/// The change that takes this one back, if there is one.
pub fn undone_by(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Option<CapacityChangeId>, StoreError> {
    let found: Option<(CapacityChangeId,)> = tx.maybe(
        "SELECT id FROM capacity_change WHERE partnership_id = $1 AND undoes = $2 AND state <> 'abandoned'
         ORDER BY created_us DESC, id DESC LIMIT 1",
        p![tx.partnership(), id],
    )?;
    Ok(found.map(|(id,)| id))
}

/// Which sessions are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// At one site.
    pub site: Option<SiteId>,
    /// Of one product.
    pub product: Option<ProductId>,
}

/// A session to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choosable {
    /// Which.
    pub id: SessionId,
    /// Where.
    pub site: SiteId,
    /// Its name.
    pub site_name: String,
    /// The day.
    pub date: Date,
    /// Opens, minutes after midnight.
    pub from: u32,
    /// Closes.
    pub until: u32,
    /// What is given.
    pub product: String,
    /// Places used.
    pub taken: u64,
    /// Places there.
    pub capacity: u64,
    /// It takes bookings.
    pub open: bool,
    /// It is closed, and those who are booked are seen.
    pub honours: bool,
}

impl FromRow for Choosable {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: r.get(0)?,
            site: r.get(1)?,
            site_name: r.get(2)?,
            date: r.get(3)?,
            from: r.get(4)?,
            until: r.get(5)?,
            product: r.get(6)?,
            taken: r.get::<i64>(7)?.unsigned_abs(),
            capacity: r.get::<i64>(8)?.unsigned_abs(),
            open: r.get::<String>(9)? == "open",
            honours: r.get(10)?,
        })
    }
}

/// Sessions between two days, closed ones too, by day, site and time.
pub fn choosable(tx: &mut Tx<'_>, wanted: &Wanted, limit: u32) -> Result<Vec<Choosable>, StoreError> {
    tx.all(
        "SELECT c.id, c.site_id, s.name, c.date, c.from_minute, c.until_minute, d.name, COALESCE(l.taken, 0),
           COALESCE(l.capacity, 0), c.state, c.honours
         FROM session c
         JOIN site s ON s.partnership_id = c.partnership_id AND s.id = c.site_id
         JOIN product d ON d.partnership_id = c.partnership_id AND d.id = c.product_id
         LEFT JOIN (SELECT session_id, CAST(SUM(taken) AS BIGINT) AS taken, CAST(SUM(capacity) AS BIGINT) AS capacity FROM slot
                    WHERE partnership_id = $1 AND date >= $2 AND date <= $3 GROUP BY session_id) l ON l.session_id = c.id
         WHERE c.partnership_id = $1 AND c.date >= $2 AND c.date <= $3 AND c.site_id = COALESCE($4, c.site_id)
           AND c.product_id = COALESCE($5, c.product_id)
         ORDER BY c.date, s.name, c.from_minute, c.id LIMIT $6",
        p![tx.partnership(), wanted.from, wanted.until, wanted.site, wanted.product, limit],
    )
}

/// Something that waits to be sent: what kind, the booking's reference, when it was said.
pub type Waiting = (String, String, Timestamp);

macro_rules! waiting {
    ($select:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $select,
            " FROM event e JOIN booking b ON b.partnership_id = e.partnership_id AND b.id = e.noun_id
             WHERE e.partnership_id = $1 AND e.kind >= 'tell.' AND e.kind < 'tell/'
               AND ((e.kind = 'tell.cancelled' AND b.live = 0 AND NOT EXISTS (SELECT 1 FROM booking o
                 WHERE o.partnership_id = b.partnership_id AND o.person_id = b.person_id AND o.campaign_id = b.campaign_id
                   AND o.appointment = b.appointment AND o.live = 1))
                 OR (e.kind <> 'tell.cancelled' AND b.live = 1)) ",
            $rest
        )
    };
}

/// How many of each kind wait to be sent; what a later step made untrue is no longer among them.
pub fn waiting_counts(tx: &mut Tx<'_>) -> Result<Vec<(String, u64)>, StoreError> {
    let rows: Vec<(String, i64)> =
        tx.all(waiting!("e.kind, COUNT(*)", "GROUP BY e.kind ORDER BY e.kind"), p![tx.partnership()])?;
    Ok(rows.into_iter().map(|(kind, n)| (kind, n.unsigned_abs())).collect())
}

/// What waits to be sent, of one kind or of all, the oldest first.
pub fn waiting(tx: &mut Tx<'_>, kind: Option<&str>, (limit, skip): (u32, u32)) -> Result<Vec<Waiting>, StoreError> {
    let rows: Vec<Waiting> = tx.all(
        waiting!("e.kind, b.reference, e.at_us", "AND e.kind = COALESCE($2, e.kind) ORDER BY e.id LIMIT $3 OFFSET $4"),
        p![tx.partnership(), kind, limit, skip],
    )?;
    let readable = |text: String| Reference::parse(&text).map_or(text, |read| read.to_string());
    Ok(rows.into_iter().map(|(kind, reference, at)| (kind, readable(reference), at)).collect())
}
