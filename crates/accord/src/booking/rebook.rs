//! Changing: the new is confirmed and the old released in one step, or nothing changes.

use super::place::place_instead;
use super::refusal::BookingRefusal;
use super::{Booking, PlaceCourse, State, Way, store, write};
use crate::base::db::{Stop, Tx};
use crate::base::ids::BookingId;

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
    for old in store::seen_of(tx, want.person, want.campaign)? {
        if !want.picks.iter().any(|pick| pick.appointment == old.appointment) {
            continue;
        }
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
    place_instead(tx, want, &released, way)
}
