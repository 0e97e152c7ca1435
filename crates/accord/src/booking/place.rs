//! Placing: one person's appointments together or not at all; a thousand people by the same rules.

use super::desk::Desk;
use super::refusal::BookingRefusal;
use super::rules::{self, Facts};
use super::write::{self, Origin};
use super::{Booking, PlaceCourse, State, Way, store};
use crate::base::db::{Stop, Tx};
use crate::base::ids::{BatchId, BookingId, PersonId};

/// Books what is wanted, all of it or nothing. The person's own choice is their answer: confirmed.
pub fn place(tx: &mut Tx<'_>, want: &PlaceCourse) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    let mut desk = Desk::default();
    place_instead(tx, &mut desk, want, &[], &Origin { way: Way::Chosen, state: State::Confirmed, batch: None })
}

/// Books what is wanted while `released` (already given back in this transaction) no longer counts.
pub(super) fn place_instead(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    want: &PlaceCourse,
    released: &[BookingId],
    origin: &Origin,
) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    let person = desk.person(tx, want.person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let campaign = desk.campaign(tx, want.campaign)?;
    let held = store::held(tx, want.person, released)?;
    let wanted = desk.wanted(tx, &person, campaign.as_deref(), &want.picks)?;
    let facts = Facts {
        person: &person,
        campaign: campaign.as_deref(),
        offer_closed: store::closed_offer(tx, want.campaign, want.person)?,
        held: &held,
        now: tx.now(),
        way: origin.way,
    };
    let allowed = {
        let between = |from: &str, to: &str| desk.known_minutes(from, to);
        rules::check(&facts, &wanted, &between).map_err(Stop::Refused)?
    };
    write::course(tx, want, &person, &allowed, origin)
}

/// What became of many.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ManyOutcome {
    /// Whole courses placed.
    pub placed: Vec<PersonId>,
    /// People for whom nothing was written, and why.
    pub refused: Vec<(PersonId, BookingRefusal)>,
}

/// Books many people's courses into a batch that is not live yet. The rules are those of
/// [`place`]; a person who is refused leaves no trace and does not stop the others.
pub fn place_many(
    tx: &mut Tx<'_>,
    batch: BatchId,
    people: &[PlaceCourse],
) -> Result<ManyOutcome, Stop<BookingRefusal>> {
    store::pending_batch(tx, batch)?.ok_or(Stop::Refused(BookingRefusal::BatchSettled))?;
    let mut desk = Desk::default();
    let origin = Origin { way: Way::Planned, state: State::Assigned, batch: Some(batch) };
    let mut outcome = ManyOutcome::default();
    for want in people {
        match place_instead(tx, &mut desk, want, &[], &origin) {
            Ok(_) => outcome.placed.push(want.person),
            Err(Stop::Refused(refusal)) => outcome.refused.push((want.person, refusal)),
            Err(stop) => return Err(stop),
        }
    }
    Ok(outcome)
}
