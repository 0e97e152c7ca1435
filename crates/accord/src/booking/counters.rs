//! What a booking or a hold uses up: a share of a team's day, of an allocation, of a day's stock, a place in a slot.
//!
//! Whoever books takes from counters in one order, by kind and then by key, so that two bookings never wait
//! for each other in a ring. Each counter says no by itself, under its CHECK; then all before it are given back.

use super::hold;
use super::refusal::BookingRefusal;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AllocationId, CampaignId, ProductId, SiteId, SlotId, TeamId};
use crate::clinic::slot::Share;
use crate::{campaign, clinic, partnership};
use jiff::civil::Date;
use std::collections::BTreeMap;

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

/// Takes all units or none; the refusal of the first counter that has not enough.
///
/// Nobody is refused for a hold whose time is over: whoever a counter refuses sweeps those away first and asks that
/// counter once more, also when there were none to sweep, since somebody else may have swept them in between. Sweeping
/// at the start of every transaction would cost each booking a statement for what almost no booking meets. Here it
/// comes after counters that are locked already, so on PostgreSQL it does not wait for holds that somebody else is just
/// giving back: if the counter still says no, the transaction runs again from its start ([`StoreError::Conflict`]).
/// `share` says which of a slot's places may be taken.
pub(super) fn take(tx: &mut Tx<'_>, units: &Units, share: Share) -> Result<Option<BookingRefusal>, StoreError> {
    let (mut swept, mut all) = (false, true);
    for (at, (counter, n)) in units.iter().enumerate() {
        let mut taken = counter.take(tx, *n, share)?;
        if !taken && !swept {
            all = hold::sweep_expired(tx)?;
            swept = true;
            taken = counter.take(tx, *n, share)?;
        }
        if !taken && !all {
            return Err(StoreError::Conflict);
        }
        if !taken {
            for (before, n) in units.iter().take(at) {
                before.give_back(tx, *n)?;
            }
            return Ok(Some(counter.refusal()));
        }
    }
    Ok(None)
}

/// Gives all units back.
pub(super) fn give_back(tx: &mut Tx<'_>, units: &Units) -> Result<(), StoreError> {
    units.iter().try_for_each(|(counter, n)| counter.give_back(tx, *n))
}

impl Counter {
    fn take(self, tx: &mut Tx<'_>, n: i64, share: Share) -> Result<bool, StoreError> {
        match self {
            Self::TeamDay(campaign, team, date) => campaign::store::take_team_day(tx, campaign, team, date, n),
            Self::Allocation(id) => partnership::store::take_allocation(tx, id, n),
            Self::Stock(site, product, date) => clinic::store::take_stock(tx, site, product, date, n),
            Self::Place(slot) => clinic::store::take_place(tx, slot, n, share),
        }
    }

    fn give_back(self, tx: &mut Tx<'_>, n: i64) -> Result<(), StoreError> {
        match self {
            Self::TeamDay(campaign, team, date) => campaign::store::give_back_team_day(tx, campaign, team, date, n),
            Self::Allocation(id) => partnership::store::give_back_allocation(tx, id, n),
            Self::Stock(site, product, date) => clinic::store::give_back_stock(tx, site, product, date, n),
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
