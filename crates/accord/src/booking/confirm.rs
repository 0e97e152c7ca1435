//! The person says yes.

use super::refusal::BookingRefusal;
use super::write::{event, record, settle_offer};
use super::{Booking, State, store};
use crate::base::db::{Stop, Tx};
use crate::base::ids::{CampaignId, PersonId};

/// Confirms every appointment the person has before them in a campaign. Saying yes twice changes nothing; what was given
/// needs no yes any more, and a late one opens no offer that is completed.
pub fn confirm(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let given = store::given_of(tx, person, campaign)?;
    let mut live = store::seen_of(tx, person, campaign)?;
    live.retain(|booking| !given.contains(&booking.id));
    if live.is_empty() {
        return Err(Stop::Refused(BookingRefusal::NoSuchBooking));
    }
    let mut after = Vec::with_capacity(live.len());
    for booking in live {
        if booking.state == State::Confirmed {
            after.push(booking);
            continue;
        }
        let confirmed = Booking { state: State::Confirmed, version: booking.version + 1, ..booking };
        store::set_state(tx, &confirmed, "")?;
        record(tx, "confirm", &confirmed)?;
        event(tx, "booking.confirmed", &confirmed)?;
        after.push(confirmed);
    }
    settle_offer(tx, &after)?;
    Ok(after)
}
