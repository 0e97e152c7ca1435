//! Checking in: the person is here. Early and late on the right day are let in; for another day or site the clinic is told
//! where and when they are expected, and may take them here if there is a place.

use super::attendance::{Attendance, DayRefusal, Elsewhere, When};
use super::rebook::rebook_as;
use super::write::{event, record};
use super::{Booking, Pick, PlaceCourse, Reference, Way, store};
use crate::base::clock::london_date;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{BookingId, SiteId};
use crate::campaign;
use crate::clinic::site;
use jiff::Timestamp;
use jiff::civil::Date;

/// What the person gave to be found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A row of the list.
    Booking(BookingId),
    /// The reference they were sent.
    Reference(Reference),
    /// Name and date of birth: found on today's list of this site only.
    Name {
        /// As typed; every word of it must be in the person's names.
        name: String,
        /// Date of birth.
        born: Date,
    },
}

/// Somebody is here.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrived {
    /// With this booking.
    pub booking: Booking,
    /// Early, on time or late.
    pub when: When,
    /// Whether they were checked in before; then nothing was written.
    pub again: bool,
}

/// Checks a person in at `at`, today. Twice is once.
pub fn check_in(tx: &mut Tx<'_>, at: SiteId, by: &By) -> Result<Arrived, Stop<DayRefusal>> {
    let id = find(tx, at, by)?;
    let booking = current(tx, id)?;
    let known = store::attendance(tx, booking.id)?;
    if let Some((came, _)) = known.as_ref().and_then(|known| known.came) {
        return Ok(Arrived { when: When::of(booking.starts, came), booking, again: true });
    }
    let today = london_date(tx.now());
    if booking.site != at || booking.date != today {
        let elsewhere = elsewhere(tx, at, &booking)?;
        let wrong = if booking.date == today { DayRefusal::WrongSite } else { DayRefusal::WrongDay };
        return Err(Stop::Refused(wrong(elsewhere)));
    }
    arrived(tx, at, booking, known.as_ref())
}

/// Gives somebody who is here, but expected elsewhere, the next free place here in exchange, and checks them in. `version`
/// is the one the clinic was shown.
pub fn take_here(tx: &mut Tx<'_>, at: SiteId, id: BookingId, version: u32) -> Result<Arrived, Stop<DayRefusal>> {
    let old = current(tx, id)?;
    if old.id != id || old.version != version || store::attendance(tx, old.id)?.is_some() {
        return Err(Stop::Refused(DayRefusal::ChangedMeanwhile));
    }
    let today = london_date(tx.now());
    let (slot, _) = store::next_free(tx, at, today, old.product)?.ok_or(Stop::Refused(DayRefusal::NoPlace))?;
    let picks = vec![Pick { appointment: old.appointment, slot }];
    let want = PlaceCourse { person: old.person, campaign: old.campaign, picks };
    // They stand at the door: the team misses them already, and what is kept for whoever walks in is for them.
    let way = Way::WalkIn { at: tx.now() };
    let placed = rebook_as(tx, &want, &[(old.id, old.version)], way).map_err(Stop::into)?;
    let booking = placed.into_iter().next().ok_or(Stop::Refused(DayRefusal::NoPlace))?;
    arrived(tx, at, booking, None)
}

fn find(tx: &mut Tx<'_>, at: SiteId, by: &By) -> Result<BookingId, Stop<DayRefusal>> {
    let not_found = Stop::Refused(DayRefusal::NotFound);
    match by {
        By::Booking(id) => Ok(*id),
        By::Reference(reference) => store::by_reference(tx, reference)?.map(|b| b.id).ok_or(not_found),
        By::Name { name, born } => {
            let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
            let today = london_date(tx.now());
            let mut found = store::born_on_list(tx, at, today, *born)?;
            found.retain(|(_, names)| {
                let names = names.to_lowercase();
                let known: Vec<&str> = names.split_whitespace().collect();
                !words.is_empty() && words.iter().all(|word| known.contains(&word.as_str()))
            });
            match found[..] {
                [] => Err(not_found),
                [(id, _)] => Ok(id),
                _ => Err(Stop::Refused(DayRefusal::Several)),
            }
        }
    }
}

/// The booking under its person's lock; for one that was changed, the booking that the person has now instead.
fn current(tx: &mut Tx<'_>, id: BookingId) -> Result<Booking, Stop<DayRefusal>> {
    let not_found = || Stop::Refused(DayRefusal::NotFound);
    let seen = store::by_id(tx, id)?.ok_or_else(not_found)?;
    store::lock_person(tx, seen.person)?;
    let live = store::seen_of(tx, seen.person, seen.campaign)?;
    if let Some(now) = live.into_iter().find(|b| b.id == id || b.appointment == seen.appointment) {
        return Ok(now);
    }
    let state = campaign::store::offer_state(tx, seen.campaign, seen.person)?;
    Err(Stop::Refused(match state.filter(|state| state.is_closed()) {
        Some(state) => DayRefusal::Closed { state: state.word() },
        None => DayRefusal::GivenUp,
    }))
}

fn elsewhere(tx: &mut Tx<'_>, here: SiteId, booking: &Booking) -> Result<Elsewhere, Stop<DayRefusal>> {
    let place = site::by_id(tx, booking.site)?.map(|site| site.facts.name).unwrap_or_default();
    let today = london_date(tx.now());
    let free = store::next_free(tx, here, today, booking.product)?.map(|(_, starts)| starts);
    Ok(Elsewhere { booking: booking.id, version: booking.version, place, starts: booking.starts, free })
}

fn arrived(
    tx: &mut Tx<'_>,
    at: SiteId,
    booking: Booking,
    before: Option<&Attendance>,
) -> Result<Arrived, Stop<DayRefusal>> {
    let came = tx.now();
    Ok(came_at(tx, at, booking, came, before)?)
}

/// Notes that somebody came at an instant: now, or as paper says. Their person is locked. `before` is what is known of the
/// day: an outcome in it stands.
pub(super) fn came_at(
    tx: &mut Tx<'_>,
    at: SiteId,
    booking: Booking,
    came: Timestamp,
    before: Option<&Attendance>,
) -> Result<Arrived, StoreError> {
    let known = Attendance {
        booking: booking.id,
        came: Some((came, at)),
        outcome: before.and_then(|before| before.outcome.clone()),
        version: before.map_or(1, |before| before.version + 1),
    };
    store::set_attendance(tx, &known)?;
    record(tx, "check_in", &booking)?;
    event(tx, "booking.checked_in", &booking)?;
    Ok(Arrived { when: When::of(booking.starts, came), booking, again: false })
}
