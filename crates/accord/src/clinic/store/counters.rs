//! SQL that bookings run: what a slot is, its places, the stock of its day.

use crate::base::clock::at_microsecond;
use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::{OrganisationId, ProductId, SessionId, SiteId, SlotId};
use crate::clinic::session::Kind;
use crate::clinic::site::SlotsOwner;
use crate::clinic::slot::Share;
use accord_formats::AccessNeeds;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;

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

/// Takes of each slot so many places; for each false, and nothing changed of it, when it has not so many left for `share`.
pub fn take_places(tx: &mut Tx<'_>, of: &[(SlotId, i64)], share: Share) -> Result<Vec<bool>, StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let walk_in = i64::from(share.leaves_walk_in());
    let (assisted, open) = (i64::from(share.leaves_assisted()), i64::from(share != Share::Back));
    let mut rows: Vec<Vec<Param<'_>>> = Vec::with_capacity(of.len());
    for (id, n) in of {
        let asked = [partnership.param(), id.param(), n.param(), walk_in.param(), assisted.param()];
        rows.push([&asked[..], &[now.param(), open.param()]].concat());
    }
    tx.touch_each(
        "UPDATE slot SET taken = taken + $3 WHERE partnership_id = $1 AND id = $2
           AND taken + $3 <= capacity - kept_walk_in * $4 - CASE WHEN assisted_until_us > $6 THEN kept_assisted * $5 ELSE 0 END
           AND takes_new >= $7",
        &rows,
    )
}

/// Locks slots, in this order.
pub fn lock_slots(tx: &mut Tx<'_>, ids: &[SlotId]) -> Result<(), StoreError> {
    let lock = for_update!("SELECT id FROM slot WHERE partnership_id = $1 AND id = $2");
    tx.each_many(lock, &tx.keyed(ids), |_| Ok(()))
}

/// Gives `n` places back. The constraint `slot_capacity` refuses more than were taken.
pub fn give_back_place(tx: &mut Tx<'_>, id: SlotId, n: i64) -> Result<(), StoreError> {
    tx.run("UPDATE slot SET taken = taken - $3 WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), id, n])?;
    Ok(())
}

/// The stock of a product at a site on a day.
pub type StockDay = (SiteId, ProductId, Date);

/// Takes of each stock so many doses for its day; for each false, and nothing changed of it, when that day or a later one
/// would then have used more than arrived by then. True without counting where stock is not tracked.
pub fn take_stocks(tx: &mut Tx<'_>, of: &[(StockDay, i64)]) -> Result<Vec<bool>, StoreError> {
    let days: Vec<StockDay> = of.iter().map(|(day, _)| *day).collect();
    let mut left = stock_of(tx, &days)?;
    let not_there = |left: &Left| -> Vec<StockDay> {
        days.iter().copied().filter(|day| from_day(left, *day).next().is_none()).collect()
    };
    let unseen = not_there(&left);
    if !unseen.is_empty() && !tx.is_alone() {
        // Not tracked, or a delivery entered while we waited has put new rows in the place of those we waited for.
        let mut sites: Vec<SiteId> = unseen.iter().map(|(site, ..)| *site).collect();
        sites.dedup();
        super::stock::sites_for_booking(tx, &sites)?;
        left.extend(stock_of(tx, &unseen)?);
    }
    let mut taken: BTreeMap<TotalFrom, i64> = BTreeMap::new();
    let mut each = Vec::with_capacity(of.len());
    for (day, n) in of {
        let rows: Vec<_> = from_day(&left, *day).map(|(row, stock)| (row.clone(), stock.left)).collect();
        let enough = rows.iter().all(|(row, left)| taken.get(row).unwrap_or(&0) + n <= *left);
        if enough {
            rows.into_iter().for_each(|(row, _)| *taken.entry(row).or_default() += n);
        }
        each.push(enough);
    }
    change_stock(tx, &taken)?;
    Ok(each)
}

/// Locks what the stock of these days is counted in, in this order.
pub fn lock_stocks(tx: &mut Tx<'_>, of: &[StockDay]) -> Result<(), StoreError> {
    stock_of(tx, of).map(drop)
}

/// Gives `n` doses of a day back; nothing where stock is not tracked.
pub fn give_back_stock(tx: &mut Tx<'_>, day: StockDay, n: i64) -> Result<(), StoreError> {
    let left = stock_of(tx, &[day])?;
    change_stock(tx, &left.into_keys().map(|row| (row, -n)).collect())
}

/// A row of running totals: of which site and product, and from which day on.
type TotalFrom = (SiteId, ProductId, String);
/// What is known of a row.
struct Stock {
    until: String,
    left: i64,
}
type Left = BTreeMap<TotalFrom, Stock>;

/// The rows that a dose of a day counts in.
fn from_day(left: &Left, (site, product, date): StockDay) -> impl Iterator<Item = (&TotalFrom, &Stock)> {
    let day = date.to_string();
    left.range((site, product, String::new())..)
        .take_while(move |((s, p, _), _)| (*s, *p) == (site, product))
        .filter(move |(_, stock)| stock.until >= day)
}

/// The rows that a dose of these days counts in, locked, each with what is left of it. Locking comes first, so that no
/// change below breaks the constraint: a broken constraint would end a PostgreSQL transaction.
fn stock_of(tx: &mut Tx<'_>, of: &[StockDay]) -> Result<Left, StoreError> {
    let rows = for_update!(
        "SELECT site_id, product_id, from_date, until_date, delivered - taken FROM stock
               WHERE partnership_id = $1 AND site_id = $2 AND product_id = $3 AND until_date >= $4 ORDER BY from_date"
    );
    let partnership = tx.partnership();
    let keys: Vec<_> = of.iter().map(|(s, p, d)| vec![partnership.param(), s.param(), p.param(), d.param()]).collect();
    let mut left = Left::new();
    tx.each_many(rows, &keys, |row| {
        let stock = Stock { until: row.get(3)?, left: row.get(4)? };
        left.insert((row.get(0)?, row.get(1)?, row.get(2)?), stock);
        Ok(())
    })?;
    Ok(left)
}

/// Row by row: a statement over several rows costs SQLite a journal of its own.
fn change_stock(tx: &mut Tx<'_>, by: &BTreeMap<TotalFrom, i64>) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<_> = by
        .iter()
        .map(|((site, product, from), n)| {
            vec![partnership.param(), site.param(), product.param(), from.param(), n.param()]
        })
        .collect();
    tx.touch_each(
        "UPDATE stock SET taken = taken + $5 WHERE partnership_id = $1 AND site_id = $2 AND product_id = $3 AND from_date = $4",
        &rows,
    )?;
    Ok(())
}
