//! SQL that bookings run: what a slot is, its places, the stock of its day.

use crate::base::clock::at_microsecond;
use crate::base::db::{FromRow, Row, Sql, StoreError, ToParam, Tx};
use crate::base::ids::{OrganisationId, ProductId, SessionId, SiteId, SlotId};
use crate::clinic::session::Kind;
use crate::clinic::site::SlotsOwner;
use crate::clinic::slot::Share;
use accord_formats::AccessNeeds;
use jiff::Timestamp;
use jiff::civil::Date;

/// All a booking must know of a slot, read in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotFacts {
    /// The slot.
    pub id: SlotId,
    /// Its session.
    pub session: SessionId,
    /// Where.
    pub site: SiteId,
    /// Who gives the place.
    pub host: OrganisationId,
    /// What is given.
    pub product: ProductId,
    /// The day, in London.
    pub date: Date,
    /// Minutes after midnight, in London.
    pub start_minute: u16,
    /// The instant, microseconds UTC.
    pub starts_us: i64,
    /// Its length.
    pub minutes: u16,
    /// People at one time.
    pub capacity: i64,
    /// Places used by live bookings.
    pub taken: i64,
    /// False while nothing new may be taken, whatever is free.
    pub takes_new: bool,
    /// Places kept for walk-ins.
    pub kept_walk_in: i64,
    /// Places kept for assisted booking.
    pub kept_assisted: i64,
    /// Until when those are kept, microseconds UTC.
    pub assisted_until_us: i64,
    /// False once the session was closed.
    pub session_open: bool,
    /// It is closed for anything new, and whoever is booked is seen.
    pub session_honours: bool,
    /// False once the site was closed.
    pub site_open: bool,
    /// Whether Accord's slots are the truth here or a copy.
    pub slots_owner: SlotsOwner,
    /// What the site offers.
    pub site_access: AccessNeeds,
    /// The postcode sector of the site, where ways to it end.
    pub sector: String,
    /// Whether times are booked in its session, or people just come.
    pub kind: Kind,
    /// How long one person takes there, in minutes: the slot's length but in a session that is one slot.
    pub visit_minutes: u16,
}

impl SlotFacts {
    /// When it starts.
    pub fn starts(&self) -> Timestamp {
        at_microsecond(self.starts_us)
    }

    /// When it ends.
    pub fn ends(&self) -> Timestamp {
        at_microsecond(self.starts_us + i64::from(self.minutes) * 60_000_000)
    }

    /// Places that may be taken: what [`take_place`] would say. Below 0 where more is kept than is left.
    pub fn room(&self, share: Share, now: Timestamp) -> i64 {
        if !self.takes_new && share != Share::Back {
            return 0;
        }
        let walk_in = if share.leaves_walk_in() { self.kept_walk_in } else { 0 };
        let kept = share.leaves_assisted() && self.assisted_until_us > now.as_microsecond();
        self.capacity - self.taken - walk_in - if kept { self.kept_assisted } else { 0 }
    }
}

impl FromRow for SlotFacts {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let open = |at| Ok::<_, StoreError>(row.get::<String>(at)? == "open");
        Ok(Self {
            id: row.get(0)?,
            session: row.get(1)?,
            site: row.get(2)?,
            host: row.get(3)?,
            product: row.get(4)?,
            date: row.get(5)?,
            start_minute: row.get(6)?,
            starts_us: row.get(7)?,
            minutes: row.get(8)?,
            capacity: row.get(9)?,
            taken: row.get(10)?,
            session_open: open(11)?,
            site_open: open(12)?,
            slots_owner: row.get(13)?,
            site_access: access(row, 14)?,
            sector: sector(&row.get::<String>(15)?),
            takes_new: row.get(16)?,
            kept_walk_in: row.get(17)?,
            kept_assisted: row.get(18)?,
            assisted_until_us: row.get(19)?,
            session_honours: row.get(20)?,
            kind: super::session::kind(row, 21)?,
            visit_minutes: row.get(22)?,
        })
    }
}

/// The sector of a stored postcode: all but its last two letters.
fn sector(postcode: &str) -> String {
    postcode.get(..postcode.len().saturating_sub(2)).unwrap_or(postcode).to_owned()
}

/// Reads the nine attributes of a site.
pub(super) fn access(row: &Row<'_>, at: usize) -> Result<AccessNeeds, StoreError> {
    AccessNeeds::from_bits(row.get(at)?).ok_or_else(|| StoreError::shape(at, "nine access attributes"))
}

const SLOT: &str =
    "SELECT l.id, l.session_id, l.site_id, l.host_id, l.product_id, l.date, l.start_minute, l.starts_us, l.minutes,
       l.capacity, l.taken, e.state, s.state, s.slots_owner, s.access, s.postcode, l.takes_new, l.kept_walk_in,
       l.kept_assisted, l.assisted_until_us, e.honours, e.kind, e.slot_minutes
     FROM slot l
     JOIN session e ON e.partnership_id = l.partnership_id AND e.id = l.session_id
     JOIN site s ON s.partnership_id = l.partnership_id AND s.id = l.site_id
     WHERE l.partnership_id = $1 AND l.id = $2";

/// A slot.
pub fn slot(tx: &mut Tx<'_>, id: SlotId) -> Result<Option<SlotFacts>, StoreError> {
    tx.maybe(SLOT, p![tx.partnership(), id])
}

/// Every slot from one day to another, inclusive, by day, start, site and id; open or not.
pub fn slots_between(tx: &mut Tx<'_>, from: Date, until: Date) -> Result<Vec<SlotFacts>, StoreError> {
    tx.all(
        "SELECT l.id, l.session_id, l.site_id, l.host_id, l.product_id, l.date, l.start_minute, l.starts_us, l.minutes,
           l.capacity, l.taken, e.state, s.state, s.slots_owner, s.access, s.postcode, l.takes_new, l.kept_walk_in,
           l.kept_assisted, l.assisted_until_us, e.honours, e.kind, e.slot_minutes
         FROM slot l
         JOIN session e ON e.partnership_id = l.partnership_id AND e.id = l.session_id
         JOIN site s ON s.partnership_id = l.partnership_id AND s.id = l.site_id
         WHERE l.partnership_id = $1 AND l.date >= $2 AND l.date <= $3
         ORDER BY l.date, l.start_minute, l.site_id, l.id",
        p![tx.partnership(), from, until],
    )
}

/// These slots, by id; ids that name none are left out.
pub fn slots_by_ids(tx: &mut Tx<'_>, ids: &[SlotId]) -> Result<Vec<SlotFacts>, StoreError> {
    let mut sorted = ids.to_vec();
    sorted.sort();
    sorted.dedup();
    let mut found = Vec::with_capacity(sorted.len());
    tx.each_many(SLOT, &tx.keyed(&sorted), |row| {
        found.push(SlotFacts::from_row(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// Takes `n` places of a slot; false, and nothing changed, when it has not so many left for `share`.
pub fn take_place(tx: &mut Tx<'_>, id: SlotId, n: i64, share: Share) -> Result<bool, StoreError> {
    let rows = tx.run(
        "UPDATE slot SET taken = taken + $3 WHERE partnership_id = $1 AND id = $2
           AND taken + $3 <= capacity - kept_walk_in * $4 - CASE WHEN assisted_until_us > $6 THEN kept_assisted * $5 ELSE 0 END
           AND takes_new >= $7",
        p![
            tx.partnership(),
            id,
            n,
            i64::from(share.leaves_walk_in()),
            i64::from(share.leaves_assisted()),
            tx.now(),
            i64::from(share != Share::Back)
        ],
    )?;
    Ok(rows == 1)
}

/// Gives `n` places back. The constraint `slot_capacity` refuses more than were taken.
pub fn give_back_place(tx: &mut Tx<'_>, id: SlotId, n: i64) -> Result<(), StoreError> {
    tx.run("UPDATE slot SET taken = taken - $3 WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), id, n])?;
    Ok(())
}

/// Takes `n` doses for a day; false, and nothing changed, when that day or a later one would then
/// have used more than arrived by then. True without counting where stock is not tracked.
pub fn take_stock(tx: &mut Tx<'_>, site: SiteId, product: ProductId, date: Date, n: i64) -> Result<bool, StoreError> {
    let mut rows = stock_from(tx, site, product, date)?;
    if rows.is_empty() && !tx.is_alone() {
        // Not tracked, or a delivery entered while we waited has put new rows in the place of those we waited for.
        super::stock::site_for_booking(tx, site)?;
        rows = stock_from(tx, site, product, date)?;
    }
    if rows.iter().any(|(_, left)| *left < n) {
        return Ok(false);
    }
    change_stock(tx, site, product, &rows, n)?;
    Ok(true)
}

/// Gives `n` doses of a day back; nothing where stock is not tracked.
pub fn give_back_stock(
    tx: &mut Tx<'_>,
    site: SiteId,
    product: ProductId,
    date: Date,
    n: i64,
) -> Result<(), StoreError> {
    let rows = stock_from(tx, site, product, date)?;
    change_stock(tx, site, product, &rows, -n)
}

/// The rows that a dose of a day counts in, locked, each with what is left of it. Locking comes first, so that no
/// change below breaks the constraint: a broken constraint would end a PostgreSQL transaction.
fn stock_from(tx: &mut Tx<'_>, site: SiteId, product: ProductId, date: Date) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = Sql::Each {
        lite: "SELECT from_date, delivered - taken FROM stock WHERE partnership_id = $1 AND site_id = $2 AND product_id = $3
               AND until_date >= $4 ORDER BY from_date",
        pg: "SELECT from_date, delivered - taken FROM stock WHERE partnership_id = $1 AND site_id = $2 AND product_id = $3
             AND until_date >= $4 ORDER BY from_date FOR UPDATE",
    };
    tx.all(rows, p![tx.partnership(), site, product, date])
}

/// Row by row: a statement over several rows costs SQLite a journal of its own.
fn change_stock(
    tx: &mut Tx<'_>,
    site: SiteId,
    product: ProductId,
    rows: &[(String, i64)],
    n: i64,
) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<_> = rows
        .iter()
        .map(|(from, _)| vec![partnership.param(), site.param(), product.param(), from.param(), n.param()])
        .collect();
    tx.run_many(
        "UPDATE stock SET taken = taken + $5 WHERE partnership_id = $1 AND site_id = $2 AND product_id = $3 AND from_date = $4",
        &rows,
    )?;
    Ok(())
}
