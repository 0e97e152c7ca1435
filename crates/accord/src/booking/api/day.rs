//! A clinic's day for programs: checking in, what came of it, somebody without an appointment.

use super::problems::{day_stop, no_such_booking};
use super::wire::{Attended, Came, CheckInAsked, OutcomeAsked, WalkInAsked};
use crate::access::api_key::Caller;
use crate::base::api::{Problem, Reply, Sending, Told, once};
use crate::base::db::{Stop, Tx};
use crate::base::web::Web;
use crate::base::wire::Instant;
use crate::booking::attendance::{Attendance, DayRefusal, Outcome};
use crate::booking::check_in::{By, check_in as let_in};
use crate::booking::outcome::{Noted, note};
use crate::booking::walk_in::{Give, give};
use crate::booking::{Booking, Reference, store};
use axum::extract::{Path, State};

/// `POST /api/v1/bookings/{reference}/check-in`.
pub async fn check_in(
    State(web): State<Web>,
    caller: Caller,
    Path(reference): Path<String>,
    sending: Sending<CheckInAsked>,
) -> Told {
    let reference = Reference::parse(&reference).ok_or_else(no_such_booking)?;
    let site = sending.body.site;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        seen(tx, &reference)?;
        let arrived = let_in(tx, site, &By::Reference(reference.clone())).map_err(day_stop)?;
        attended(tx, 200, &arrived.booking)
    })
    .await
}

/// `POST /api/v1/bookings/{reference}/outcome`: notes it, or corrects it.
pub async fn outcome(
    State(web): State<Web>,
    caller: Caller,
    Path(reference): Path<String>,
    sending: Sending<OutcomeAsked>,
) -> Told {
    let reference = Reference::parse(&reference).ok_or_else(no_such_booking)?;
    let asked = sending.body;
    let noted = match (asked.outcome, asked.batch) {
        (Came::Given, Some(batch)) => Noted::Given(batch),
        (Came::NotGiven(why), None) => Noted::NotGiven(why),
        _ => return Err(Problem::wrong("A batch belongs to what was given, and to nothing else.")),
    };
    once(&web, &caller.actor(), sending.sent, move |tx| {
        let booking = seen(tx, &reference)?;
        note(tx, asked.site, booking.id, asked.seen, &noted).map_err(day_stop)?;
        attended(tx, 200, &booking)
    })
    .await
}

/// `POST /api/v1/walk-ins`: booked, checked in and given, in one step or not at all.
pub async fn walk_in(State(web): State<Web>, caller: Caller, sending: Sending<WalkInAsked>) -> Told {
    let asked = sending.body;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        let what = Give {
            site: asked.site,
            person: asked.person,
            campaign: asked.campaign,
            appointment: asked.appointment,
            product: asked.product,
            batch: asked.batch.clone(),
            at: tx.now(),
        };
        let booking = give(tx, &what).map_err(day_stop)?;
        attended(tx, 201, &booking)
    })
    .await
}

/// A booking of a batch that is not live is nobody's to see.
fn seen(tx: &mut Tx<'_>, reference: &Reference) -> Result<Booking, Stop<Problem>> {
    store::seen_by_reference(tx, reference)?.ok_or_else(|| Stop::Refused(no_such_booking()))
}

fn attended(tx: &mut Tx<'_>, status: u16, of: &Booking) -> Result<Reply, Stop<Problem>> {
    let gone = || day_stop(Stop::Refused(DayRefusal::NotFound));
    let booking = store::by_id(tx, of.id)?.ok_or_else(gone)?;
    let known: Attendance = store::attendance(tx, of.id)?.ok_or_else(gone)?;
    let (outcome, batch) = match known.outcome {
        Some(Outcome::Given { batch, .. }) => (Some(Came::Given), Some(batch)),
        Some(Outcome::NotGiven(why)) => (Some(Came::NotGiven(why)), None),
        Some(Outcome::DidNotAttend) => (Some(Came::DidNotAttend), None),
        None => (None, None),
    };
    let told = Attended {
        booking: super::wire::Booking::of(tx, &booking)?,
        came: known.came.map(|(at, _)| Instant(at)),
        outcome,
        batch,
        seen: known.version,
    };
    Reply::of(status, &told).map_err(Stop::Refused)
}
