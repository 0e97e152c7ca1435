//! What came of a booking: given, or not given and why; and its correction. The person's next step follows by rule:
//!
//! - given, and it was the last of the course: the offer is completed, with evidence; given before that: it goes on;
//! - not given, another day may do: the place is given back, later appointments that rested on it too, the person waits;
//! - not given and not wanted, or not advised: the offer closes with evidence.

use super::attendance::{Attendance, Batch, DayRefusal, Outcome, WhyNot};
use super::cancel::{Reason, close_offer};
use super::refusal::BookingRefusal;
use super::rules::{self, Held};
use super::write::{self, event, release, settle_offer_after};
use super::{Booking, State, store};
use crate::base::audit::{self, Done};
use crate::base::clock::london_date;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{BookingId, SiteId};
use crate::campaign::{self, offer};
use crate::clinic::{site, travel};
use accord_formats::Postcode;
use std::collections::HashMap;

/// The reason of an offer that waits because the last appointment came to nothing. The same whether the person was missing
/// or was not given it: employers must not tell one from the other.
pub const CAME_TO_NOTHING: &str = "to_be_booked_again";

/// What a clinic notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// Given, of this batch.
    Given(Batch),
    /// Not given.
    NotGiven(WhyNot),
}

/// Notes what came of a booking at `at`, or corrects it. `seen` is the version of what was shown, 0 where nothing was known.
/// On the day only who is checked in can have an outcome; afterwards a check-in that was forgotten does not stand in the way.
pub fn note(
    tx: &mut Tx<'_>,
    at: SiteId,
    id: BookingId,
    seen: u32,
    noted: &Noted,
) -> Result<Attendance, Stop<DayRefusal>> {
    let not_found = || Stop::Refused(DayRefusal::NotFound);
    let found = store::by_id(tx, id)?.filter(|b| b.site == at).ok_or_else(not_found)?;
    store::lock_person(tx, found.person)?;
    let booking = store::by_id(tx, id)?.ok_or_else(not_found)?;
    // Of a batch that is not live nobody may know, and it may yet be undone.
    if booking.state.is_live() && !is_seen(tx, &booking)? {
        return Err(not_found());
    }
    let known = store::attendance(tx, id)?;
    let outcome = match noted {
        Noted::Given(batch) => Outcome::Given { product: booking.product, batch: batch.clone() },
        Noted::NotGiven(why) => Outcome::NotGiven(*why),
    };
    if let Some(known) = known.as_ref().filter(|known| known.outcome.as_ref() == Some(&outcome)) {
        return Ok(known.clone());
    }
    check(tx, &booking, known.as_ref(), seen)?;
    let before = known.as_ref().and_then(|known| known.outcome.clone());
    let after = Attendance {
        booking: id,
        came: known.as_ref().and_then(|known| known.came),
        outcome: Some(outcome.clone()),
        version: known.as_ref().map_or(1, |known| known.version + 1),
    };
    store::set_attendance(tx, &after)?;
    told(tx, &booking, &outcome, before.as_ref())?;
    let closed = closed_by_others(tx, &booking, before.as_ref())?;
    match noted {
        Noted::Given(_) => given(tx, booking, closed)?,
        Noted::NotGiven(why) => not_given(tx, booking, *why, closed)?,
    }
    Ok(after)
}

/// Whether a live booking is of no batch, or of one that is live.
pub(super) fn is_seen(tx: &mut Tx<'_>, booking: &Booking) -> Result<bool, StoreError> {
    Ok(store::seen_of(tx, booking.person, booking.campaign)?.iter().any(|seen| seen.id == booking.id))
}

fn check(tx: &mut Tx<'_>, booking: &Booking, known: Option<&Attendance>, seen: u32) -> Result<(), Stop<DayRefusal>> {
    let today = london_date(tx.now());
    let refusal = if known.map_or(0, |known| known.version) != seen {
        DayRefusal::ChangedMeanwhile
    } else if known.is_none_or(|known| known.outcome.is_none()) && !booking.state.is_live() {
        DayRefusal::GivenUp
    } else if booking.date > today {
        DayRefusal::NotYet
    } else if booking.date == today && known.is_none_or(|known| known.came.is_none() && known.outcome.is_none()) {
        DayRefusal::NotHere
    } else {
        return Ok(());
    };
    Err(Stop::Refused(refusal))
}

/// Whether the person, or whoever struck them off, closed the offer: that stands, whatever the clinic corrects. What the
/// clinic closed itself, it may open again.
fn closed_by_others(tx: &mut Tx<'_>, booking: &Booking, before: Option<&Outcome>) -> Result<bool, StoreError> {
    let by_clinic = matches!(before, Some(Outcome::NotGiven(why)) if !why.another_day());
    let state = campaign::store::offer_state(tx, booking.campaign, booking.person)?;
    let closed = state.is_some_and(|state| state.is_closed() && state != offer::State::Completed);
    Ok(closed && (!by_clinic || state == Some(offer::State::Left)))
}

fn given(tx: &mut Tx<'_>, booking: Booking, closed: bool) -> Result<(), Stop<DayRefusal>> {
    let booking = if booking.state.is_live() { booking } else { restore(tx, &booking)? };
    let course = campaign::store::load(tx, booking.campaign)?.map_or(0, |rules| rules.appointments.len());
    let had = store::given_of(tx, booking.person, booking.campaign)?;
    if had.len() < course {
        if closed {
            return Ok(());
        }
        return Ok(settle_offer_after(tx, std::slice::from_ref(&booking), &had)?);
    }
    let standing = offer::Standing {
        state: offer::State::Completed,
        reason: None,
        owner_role: offer::EMPLOYER_CONTACT,
        next_on: None,
        evidence: Some(format!("given on {}: booking {}", booking.date, booking.id)),
    };
    Ok(offer::set(tx, booking.campaign, booking.person, &standing)?)
}

/// A released booking takes its place again: the correction says that the person had it. What they booked or were given
/// since must go with it: somebody has to look at both before either is taken for wrong.
fn restore(tx: &mut Tx<'_>, booking: &Booking) -> Result<Booking, Stop<DayRefusal>> {
    let closed = || Stop::Refused(DayRefusal::Booking(BookingRefusal::CampaignClosed));
    let campaign = campaign::store::load(tx, booking.campaign)?.ok_or_else(closed)?;
    let others = store::held(tx, &[booking.person], &[])?.remove(&booking.person).unwrap_or_default();
    let given = as_held(tx, booking)?;
    let mut ways = HashMap::new();
    for other in others.iter().filter(|other| other.date == booking.date && other.sector != given.sector) {
        let minutes = travel::minutes(tx, &other.sector, &given.sector)?.unwrap_or(0);
        ways.insert(other.sector.clone(), minutes);
    }
    let between = |from: &str, _: &str| ways.get(from).copied().unwrap_or(0);
    rules::goes_with(&campaign, &given, &others, &between).map_err(|refusal| Stop::Refused(refusal.into()))?;
    let state = campaign::store::offer_state(tx, booking.campaign, booking.person)?;
    if state == Some(offer::State::Left) {
        return Err(Stop::Refused(DayRefusal::Closed { state: "left" }));
    }
    write::take_back(tx, booking).map_err(Stop::into)
}

fn as_held(tx: &mut Tx<'_>, booking: &Booking) -> Result<Held, StoreError> {
    let site = site::by_id(tx, booking.site)?.map(|site| site.facts.postcode).unwrap_or_default();
    Ok(Held {
        campaign: booking.campaign,
        appointment: booking.appointment,
        product: booking.product,
        date: booking.date,
        starts: booking.starts,
        ends: booking.ends,
        sector: Postcode::parse(&site).map(|p| p.sector().to_owned()).unwrap_or(site),
        reference: booking.reference.clone(),
        confirmed: false,
    })
}

fn not_given(tx: &mut Tx<'_>, booking: Booking, why: WhyNot, closed: bool) -> Result<(), Stop<DayRefusal>> {
    if booking.state.is_live() {
        release(tx, &booking, State::Cancelled, "not_given")?;
    }
    if closed {
        return Ok(());
    }
    come_to_nothing(tx, &booking)?;
    if !why.another_day() {
        let evidence = format!("not given at the clinic on {}: booking {}", booking.date, booking.id);
        close_offer(tx, booking.person, booking.campaign, Reason::Declined, &evidence).map_err(Stop::into)?;
    }
    Ok(())
}

/// What follows when an appointment came to nothing: those after it rested on it and go back too, and the person waits, with
/// an owner and tomorrow as next date.
pub(super) fn come_to_nothing(tx: &mut Tx<'_>, booking: &Booking) -> Result<(), StoreError> {
    let given = store::given_of(tx, booking.person, booking.campaign)?;
    for later in store::live_of(tx, booking.person, booking.campaign)? {
        if later.appointment > booking.appointment && !given.contains(&later.id) {
            release(tx, &later, State::Cancelled, "course_broken")?;
        }
    }
    offer::wait(tx, booking.campaign, booking.person, Some(CAME_TO_NOTHING))
}

/// Audit and event. The audit keeps what a correction replaced; the event holds ids and the version only.
pub(super) fn told(
    tx: &mut Tx<'_>,
    booking: &Booking,
    outcome: &Outcome,
    before: Option<&Outcome>,
) -> Result<(), StoreError> {
    let detail = format!(r#"{{"now":{},"before":{}}}"#, entry(Some(outcome)), entry(before));
    let verb = if before.is_some() { "correct" } else { outcome.word() };
    let noun_id = booking.id.to_string();
    audit::record(tx, &Done { organisation: Some(booking.host), verb, noun: "attendance", noun_id, detail })?;
    event(tx, &format!("booking.{}", outcome.word()), booking)
}

/// An outcome as JSON. Batches hold no character that JSON would escape.
fn entry(outcome: Option<&Outcome>) -> String {
    match outcome {
        None => "null".to_owned(),
        Some(Outcome::Given { product, batch }) => {
            format!(r#"{{"outcome":"given","product":"{product}","batch":"{batch}"}}"#)
        }
        Some(Outcome::NotGiven(why)) => format!(r#"{{"outcome":"not_given","reason":"{}"}}"#, why.word()),
        Some(Outcome::DidNotAttend) => r#"{"outcome":"did_not_attend"}"#.to_owned(),
    }
}
