//! Changing: the new is confirmed and the old released in one step, or nothing changes. Where there is no old one, it is
//! booking: a person who has nothing, or only a part of the course, goes the same way.

use super::place::{answered, online, place_by};
use super::refusal::{BookingRefusal, Step};
use super::write::Origin;
use super::{Booking, PlaceCourse, State, Way, hold, rules, store, write};
use crate::base::db::{Stop, Tx};
use crate::base::ids::{BookingId, CampaignId};
use crate::campaign;

/// Refuses a person who changes these bookings themselves later than the campaign allows.
pub(super) fn in_time(tx: &mut Tx<'_>, campaign: CampaignId, old: &[Booking]) -> Result<(), Stop<BookingRefusal>> {
    enough_notice(tx, campaign, Step::Change, old)
}

/// Whether there is still time for this step before each of these bookings.
pub(super) fn enough_notice(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    step: Step,
    of: &[Booking],
) -> Result<(), Stop<BookingRefusal>> {
    let (now, online) = (tx.now(), online(tx.who()));
    if !online || of.is_empty() {
        return Ok(());
    }
    let Some(campaign) = campaign::store::load(tx, campaign)? else { return Ok(()) };
    of.iter().try_for_each(|b| rules::notice(&campaign, step, b.starts, now, online)).map_err(Stop::Refused)
}

/// Gives the person the wanted appointments in place of those they have of the same numbers.
///
/// `seen` holds each booking that was shown, with its version; if one moved on or is another, nothing happens.
/// When the other appointment no longer fits, the rules refuse and both must be chosen together.
pub fn rebook(
    tx: &mut Tx<'_>,
    want: &PlaceCourse,
    seen: &[(BookingId, u32)],
) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    rebook_as(tx, want, seen, Way::Chosen)
}

/// [`rebook`] for whoever books in this way.
pub fn rebook_as(
    tx: &mut Tx<'_>,
    want: &PlaceCourse,
    seen: &[(BookingId, u32)],
    way: Way,
) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    store::lock_person(tx, want.person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let mut released = Vec::new();
    let given = store::given_of(tx, want.person, want.campaign)?;
    let mut replaced = store::seen_of(tx, want.person, want.campaign)?;
    replaced.retain(|old| want.picks.iter().any(|pick| pick.appointment == old.appointment));
    in_time(tx, want.campaign, &replaced)?;
    // Releasing a booking lets go of it: what was kept for them is theirs all the same.
    let held = hold::let_go(tx, &[(want.person, want.campaign)])?;
    for old in replaced {
        if given.contains(&old.id) {
            return Err(Stop::Refused(BookingRefusal::NotLive { state: "given" }));
        }
        if !seen.contains(&(old.id, old.version)) {
            return Err(Stop::Refused(BookingRefusal::ChangedMeanwhile));
        }
        write::release(tx, &old, State::Rebooked, "by_person")?;
        released.push(old.id);
    }
    if released.len() != seen.len() {
        return Err(Stop::Refused(BookingRefusal::ChangedMeanwhile));
    }
    let origin = answered(way);
    let share = hold::share_of(tx.now(), want, &held, origin.share);
    place_by(tx, want, &released, &Origin { share, ..origin })
}
