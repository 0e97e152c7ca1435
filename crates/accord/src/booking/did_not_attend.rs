//! Who did not come. A place in the past is of use to nobody: the slot stays behind, and what can be used again (the dose,
//! the employer's share) goes back. The person is looked after as when it was not given.

use super::attendance::{Attendance, DayRefusal, Outcome};
use super::outcome::{come_to_nothing, told};
use super::write::release;
use super::{State, store};
use crate::base::clock::at_microsecond;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{BookingId, SiteId};
use jiff::Timestamp;
use jiff::civil::Date;

/// Hours after a session's end from which the sweep marks who is missing: time to enter what was noted on paper.
pub const AFTER_HOURS: i64 = 12;

/// People marked in one transaction.
pub const AT_A_TIME: u32 = 50;

/// The instant before which a session must have ended for the sweep.
pub fn over_before(now: Timestamp) -> Timestamp {
    at_microsecond(now.as_microsecond().saturating_sub(AFTER_HOURS * 3_600_000_000))
}

/// Marks those as missing who were expected in sessions that ended [`AFTER_HOURS`] ago, at most [`AT_A_TIME`]; how many.
///
/// Only where somebody was checked in that day: a clinic that keeps its day on paper has noted nobody, and nobody of it loses
/// a second appointment over that. There the clinic team says who was missing: [`close_day`].
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize, StoreError> {
    let over = over_before(tx.now());
    let missing = store::missing(tx, over, None, AT_A_TIME)?;
    missing.iter().try_for_each(|id| mark(tx, *id))?;
    Ok(missing.len())
}

/// Marks everybody as missing who was expected at a site on a day and did not come. Not before its last time is over.
pub fn close_day(tx: &mut Tx<'_>, site: SiteId, day: Date) -> Result<usize, Stop<DayRefusal>> {
    if !store::day_is_over(tx, site, day)? {
        return Err(Stop::Refused(DayRefusal::StillOpen));
    }
    let now = tx.now();
    let missing = store::missing(tx, now, Some((site, day)), 10_000)?;
    missing.iter().try_for_each(|id| mark(tx, *id))?;
    Ok(missing.len())
}

/// [`close_day`] for one booking, as paper says; true if it was marked, false where somebody was checked in or moved.
pub(super) fn missed(tx: &mut Tx<'_>, id: BookingId) -> Result<bool, StoreError> {
    let before = store::attendance(tx, id)?;
    mark(tx, id)?;
    Ok(before.is_none() && store::attendance(tx, id)?.is_some())
}

/// One person under their lock; whoever was checked in or moved meanwhile is left out.
fn mark(tx: &mut Tx<'_>, id: BookingId) -> Result<(), StoreError> {
    let Some(seen) = store::by_id(tx, id)? else { return Ok(()) };
    store::lock_person(tx, seen.person)?;
    let known = store::attendance(tx, id)?;
    let Some(booking) = store::by_id(tx, id)?.filter(|b| b.state.is_live() && known.is_none()) else { return Ok(()) };
    let missed = Attendance { booking: id, came: None, outcome: Some(Outcome::DidNotAttend), version: 1 };
    store::set_attendance(tx, &missed)?;
    told(tx, &booking, &Outcome::DidNotAttend, None)?;
    release(tx, &booking, State::Cancelled, "did_not_attend")?;
    come_to_nothing(tx, &booking)
}
