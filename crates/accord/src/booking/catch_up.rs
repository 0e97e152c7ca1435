//! Catching up after an outage: what the paper says is noted as if it had been noted then, line by line.
//!
//! A line is applied by the use cases that would have done it on the day, with the time on paper. One that meets what changed
//! meanwhile (the booking moved, was cancelled, was noted otherwise) changes nothing: it is refused here and the caller takes
//! it down in a transaction of its own, for a decision with both sides before it. A line sent twice does nothing twice.

use super::attendance::{DayRefusal, Outcome};
use super::check_in::came_at;
use super::day_entry::{self, Line, Said};
use super::did_not_attend::missed;
use super::outcome::{Noted, is_seen, note};
use super::walk_in::{Give, give, look};
use super::{Booking, store};
use crate::base::clock::london_date;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{BookingId, DayEntryId, PersonId};
use crate::base::refusal::Refusal;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It is noted on this booking now.
    Applied(BookingId),
    /// The store said so already.
    Known(BookingId),
}

/// Applies a line, or is refused with nothing changed.
pub fn apply(tx: &mut Tx<'_>, line: &Line) -> Result<Became, Stop<DayRefusal>> {
    if line.at > tx.now() {
        return Err(Stop::Refused(DayRefusal::NotYet));
    }
    match (line.booking, line.person) {
        (Some(booking), _) => of_list(tx, line, booking),
        (None, Some(person)) => walked_in(tx, line, person),
        (None, None) => Err(Stop::Refused(DayRefusal::NotFound)),
    }
}

/// Takes a line down that [`apply`] refused.
pub fn leave_for_decision(tx: &mut Tx<'_>, line: &Line, refusal: &DayRefusal) -> Result<DayEntryId, StoreError> {
    let person = match line.booking {
        Some(booking) => store::by_id(tx, booking)?.map(|b| b.person),
        None => line.person,
    };
    day_entry::take_down(tx, &Line { person, ..line.clone() }, refusal.code())
}

fn of_list(tx: &mut Tx<'_>, line: &Line, id: BookingId) -> Result<Became, Stop<DayRefusal>> {
    let not_found = || Stop::Refused(DayRefusal::NotFound);
    let seen = store::by_id(tx, id)?.filter(|b| b.site == line.site).ok_or_else(not_found)?;
    store::lock_person(tx, seen.person)?;
    let booking = store::by_id(tx, id)?.ok_or_else(not_found)?;
    // Of a batch that is not live no paper can tell: nobody was invited.
    if booking.state.is_live() && !is_seen(tx, &booking)? {
        return Err(not_found());
    }
    if london_date(line.at) != booking.date {
        return Err(Stop::Refused(DayRefusal::NotYet));
    }
    let known = store::attendance(tx, id)?;
    let outcome = known.as_ref().and_then(|known| known.outcome.as_ref());
    match outcome {
        Some(outcome) if line.said.is(outcome) => return Ok(Became::Known(id)),
        // Nobody was seen missing: the service had heard nothing. Paper knows better.
        Some(Outcome::DidNotAttend) | None => {}
        Some(_) => return Err(Stop::Refused(DayRefusal::ChangedMeanwhile)),
    }
    if outcome.is_none() && !booking.state.is_live() {
        return Err(Stop::Refused(DayRefusal::GivenUp));
    }
    let noted = match &line.said {
        Said::Given(batch) => Noted::Given(batch.clone()),
        Said::NotGiven(why) => Noted::NotGiven(*why),
        Said::DidNotAttend => return stayed_away(tx, &booking),
    };
    let seen = match known {
        Some(known) => known.version,
        None => {
            came_at(tx, line.site, booking.clone(), line.at, None)?;
            1
        }
    };
    note(tx, line.site, id, seen, &noted)?;
    Ok(Became::Applied(id))
}

fn stayed_away(tx: &mut Tx<'_>, booking: &Booking) -> Result<Became, Stop<DayRefusal>> {
    if booking.ends > tx.now() {
        return Err(Stop::Refused(DayRefusal::StillOpen));
    }
    match missed(tx, booking.id)? {
        true => Ok(Became::Applied(booking.id)),
        false => Err(Stop::Refused(DayRefusal::ChangedMeanwhile)),
    }
}

fn walked_in(tx: &mut Tx<'_>, line: &Line, person: PersonId) -> Result<Became, Stop<DayRefusal>> {
    let Said::Given(batch) = &line.said else { return Err(Stop::Refused(DayRefusal::NotFound)) };
    store::lock_person(tx, person)?;
    if let Some(known) = store::given_on(tx, person, line.site, london_date(line.at), batch)? {
        return Ok(Became::Known(known));
    }
    let mut refused = DayRefusal::NotInCampaign;
    for offered in look(tx, line.site, person, line.at)? {
        match offered {
            Ok(offered) if line.product.is_none_or(|product| product == offered.product) => {
                let what = Give {
                    site: line.site,
                    person,
                    campaign: offered.campaign,
                    appointment: Some(offered.appointment),
                    product: Some(offered.product),
                    batch: batch.clone(),
                    at: line.at,
                };
                return Ok(Became::Applied(give(tx, &what)?.id));
            }
            Ok(_) => {}
            // On the list after all, and written among the walk-ins.
            Err(DayRefusal::OnTheList { booking }) => return of_list(tx, line, booking),
            Err(refusal) => refused = refusal,
        }
    }
    Err(Stop::Refused(refused))
}
