//! What a booking uses up: a share of a team's day, of an allocation, of a day's stock, a place in a slot.
//!
//! Whoever books takes from counters in one order, by kind and then by key, so that two bookings never wait
//! for each other in a ring. Each counter says no by itself, under its CHECK; then all before it are given back.

use super::Booking;
use super::refusal::BookingRefusal;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AllocationId, CampaignId, ProductId, SiteId, SlotId, TeamId};
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

/// Adds what a booking uses to `units`.
pub(super) fn add(units: &mut Units, booking: &Booking) {
    let mut use_of = |counter, n| *units.entry(counter).or_default() += n;
    if let (true, Some(team)) = (booking.on_shift, booking.team) {
        use_of(Counter::TeamDay(booking.campaign, team, booking.date), ON_SHIFT_UNITS);
    }
    use_of(Counter::Allocation(booking.allocation), 1);
    use_of(Counter::Stock(booking.site, booking.product, booking.date), 1);
    use_of(Counter::Place(booking.slot), 1);
}

/// Takes all units or none; the refusal of the first counter that has not enough.
pub(super) fn take(tx: &mut Tx<'_>, units: &Units) -> Result<Option<BookingRefusal>, StoreError> {
    for (at, (counter, n)) in units.iter().enumerate() {
        if !counter.take(tx, *n)? {
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
    fn take(self, tx: &mut Tx<'_>, n: i64) -> Result<bool, StoreError> {
        match self {
            Self::TeamDay(campaign, team, date) => campaign::store::take_team_day(tx, campaign, team, date, n),
            Self::Allocation(id) => partnership::store::take_allocation(tx, id, n),
            Self::Stock(site, product, date) => clinic::store::take_stock(tx, site, product, date, n),
            Self::Place(slot) => clinic::store::take_place(tx, slot, n),
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

    fn refusal(self) -> BookingRefusal {
        match self {
            Self::TeamDay(..) => BookingRefusal::TeamTooThin,
            Self::Allocation(_) => BookingRefusal::AllocationUsed,
            Self::Stock(..) => BookingRefusal::NoStock,
            Self::Place(_) => BookingRefusal::SlotFull,
        }
    }
}
