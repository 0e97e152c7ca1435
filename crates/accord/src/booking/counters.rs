//! What a booking or a hold uses up: a share of a team's day, of an allocation, of a day's stock, a place in a slot.
//!
//! Whoever books takes from counters in one order, by kind and then by key, so that two bookings never wait
//! for each other in a ring. Each counter says no by itself, under its CHECK; then all before it are given back.

use super::hold;
use super::refusal::BookingRefusal;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AllocationId, CampaignId, ProductId, SiteId, SlotId, TeamId};
use crate::campaign::store::TeamDay;
use crate::clinic::slot::Share;
use crate::clinic::store::StockDay;
use crate::{campaign, clinic, partnership};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::mem::discriminant;

/// Units of a team-day that an appointment in working time takes: half-persons.
pub const ON_SHIFT_UNITS: i64 = 2;

/// One counter. The order of the kinds and of their fields is the order of taking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Counter {
    TeamDay(CampaignId, TeamId, Date),
    Allocation(AllocationId),
    Stock(SiteId, ProductId, Date),
    Place(SlotId),
}

/// Units by counter.
pub(super) type Units = BTreeMap<Counter, i64>;

/// What a booking or a hold uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Use {
    /// The team-day, if it lies in working time.
    pub team_day: Option<(CampaignId, TeamId, Date)>,
    /// The allocation, unless another booking of the person has its unit.
    pub allocation: Option<AllocationId>,
    /// The stock of a day.
    pub stock: (SiteId, ProductId, Date),
    /// The slot.
    pub place: SlotId,
}

/// Adds a use to `units`.
pub(super) fn add(units: &mut Units, used: &Use) {
    let mut use_of = |counter, n| *units.entry(counter).or_default() += n;
    if let Some((campaign, team, date)) = used.team_day {
        use_of(Counter::TeamDay(campaign, team, date), ON_SHIFT_UNITS);
    }
    if let Some(allocation) = used.allocation {
        use_of(Counter::Allocation(allocation), 1);
    }
    let (site, product, date) = used.stock;
    use_of(Counter::Stock(site, product, date), 1);
    use_of(Counter::Place(used.place), 1);
}

/// Takes all units or none; the refusal of the first counter that has not enough. Of one person: for several, [`lock`]
/// first.
///
/// Nobody is refused for a hold whose time is over: whoever a counter refuses sweeps those away first and asks that
/// counter once more, also when there were none to sweep, since somebody else may have swept them in between. Sweeping
/// at the start of every transaction would cost each booking a statement for what almost no booking meets. Here it
/// comes after counters that are locked already, so on PostgreSQL it does not wait for holds that somebody else is just
/// giving back: if the counter still says no, the transaction runs again from its start ([`StoreError::Conflict`]).
/// `share` says which of a slot's places may be taken.
pub(super) fn take(tx: &mut Tx<'_>, units: &Units, share: Share) -> Result<Option<BookingRefusal>, StoreError> {
    let (mut swept, mut all) = (false, true);
    let mut taken: Vec<(Counter, i64)> = Vec::with_capacity(units.len());
    for kind in by_kind(units) {
        let mut missing = take_of(tx, &kind, share, &mut taken)?;
        if !missing.is_empty() && !swept {
            all = hold::sweep_expired(tx)?;
            swept = true;
            missing = take_of(tx, &missing, share, &mut taken)?;
        }
        if let Some((counter, _)) = missing.first() {
            if !all {
                return Err(StoreError::Conflict);
            }
            taken.iter().try_for_each(|(before, n)| before.give_back(tx, *n))?;
            return Ok(Some(counter.refusal()));
        }
    }
    Ok(None)
}

/// Locks everything in the order of taking, for whoever takes many of a kind at once, which PostgreSQL does in an order of
/// its own, or one course after another.
pub(super) fn lock(tx: &mut Tx<'_>, units: &Units) -> Result<(), StoreError> {
    if tx.is_alone() {
        return Ok(());
    }
    by_kind(units).iter().try_for_each(|kind| lock_kind(tx, kind))
}

fn by_kind(units: &Units) -> Vec<Vec<(Counter, i64)>> {
    let all: Vec<(Counter, i64)> = units.iter().map(|(counter, n)| (*counter, *n)).collect();
    let same = |a: &(Counter, i64), b: &(Counter, i64)| discriminant(&a.0) == discriminant(&b.0);
    all.chunk_by(same).map(<[_]>::to_vec).collect()
}

/// Takes of counters of one kind, and adds to `taken` what it got; those that had not enough.
fn take_of(
    tx: &mut Tx<'_>,
    kind: &[(Counter, i64)],
    share: Share,
    taken: &mut Vec<(Counter, i64)>,
) -> Result<Vec<(Counter, i64)>, StoreError> {
    let got = match kind.first() {
        Some((Counter::TeamDay(..), _)) => campaign::store::take_team_days(tx, &as_kind(kind, Counter::team_day))?,
        Some((Counter::Allocation(_), _)) => {
            partnership::store::take_allocations(tx, &as_kind(kind, Counter::allocation))?
        }
        Some((Counter::Stock(..), _)) => clinic::store::take_stocks(tx, &as_kind(kind, Counter::stock))?,
        Some((Counter::Place(_), _)) => clinic::store::take_places(tx, &as_kind(kind, Counter::place), share)?,
        None => Vec::new(),
    };
    let (yes, no): (Vec<_>, Vec<_>) = kind.iter().zip(got).partition(|(_, got)| *got);
    taken.extend(yes.into_iter().map(|(one, _)| *one));
    Ok(no.into_iter().map(|(one, _)| *one).collect())
}

fn lock_kind(tx: &mut Tx<'_>, kind: &[(Counter, i64)]) -> Result<(), StoreError> {
    match kind.first() {
        Some((Counter::TeamDay(..), _)) => campaign::store::lock_team_days(tx, &keys(kind, Counter::team_day)),
        Some((Counter::Allocation(_), _)) => partnership::store::lock_allocations(tx, &keys(kind, Counter::allocation)),
        Some((Counter::Stock(..), _)) => clinic::store::lock_stocks(tx, &keys(kind, Counter::stock)),
        Some((Counter::Place(_), _)) => clinic::store::lock_slots(tx, &keys(kind, Counter::place)),
        None => Ok(()),
    }
}

/// Counters of one kind as its noun takes from them.
fn as_kind<T>(kind: &[(Counter, i64)], key: fn(Counter) -> Option<T>) -> Vec<(T, i64)> {
    kind.iter().filter_map(|(counter, n)| Some((key(*counter)?, *n))).collect()
}

fn keys<T>(kind: &[(Counter, i64)], key: fn(Counter) -> Option<T>) -> Vec<T> {
    kind.iter().filter_map(|(counter, _)| key(*counter)).collect()
}

/// Gives all units back.
pub(super) fn give_back(tx: &mut Tx<'_>, units: &Units) -> Result<(), StoreError> {
    units.iter().try_for_each(|(counter, n)| counter.give_back(tx, *n))
}

impl Counter {
    fn team_day(self) -> Option<TeamDay> {
        if let Self::TeamDay(campaign, team, date) = self { Some((campaign, team, date)) } else { None }
    }

    fn allocation(self) -> Option<AllocationId> {
        if let Self::Allocation(id) = self { Some(id) } else { None }
    }

    fn stock(self) -> Option<StockDay> {
        if let Self::Stock(site, product, date) = self { Some((site, product, date)) } else { None }
    }

    fn place(self) -> Option<SlotId> {
        if let Self::Place(slot) = self { Some(slot) } else { None }
    }

    fn give_back(self, tx: &mut Tx<'_>, n: i64) -> Result<(), StoreError> {
        match self {
            Self::TeamDay(campaign, team, date) => campaign::store::give_back_team_day(tx, campaign, team, date, n),
            Self::Allocation(id) => partnership::store::give_back_allocation(tx, id, n),
            Self::Stock(site, product, date) => clinic::store::give_back_stock(tx, (site, product, date), n),
            Self::Place(slot) => clinic::store::give_back_place(tx, slot, n),
        }
    }

    pub(super) fn refusal(self) -> BookingRefusal {
        match self {
            Self::TeamDay(..) => BookingRefusal::TeamTooThin,
            Self::Allocation(_) => BookingRefusal::AllocationUsed,
            Self::Stock(..) => BookingRefusal::NoStock,
            Self::Place(_) => BookingRefusal::SlotFull,
        }
    }
}
