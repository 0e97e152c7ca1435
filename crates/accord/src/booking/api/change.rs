//! Changing: place, confirm, cancel, rebook. Each once for its key, each in one transaction.

use super::problems::{no_such_booking, problem, stop};
use super::wire::{Booking, Bookings, CancelAsked, Nothing, PlaceAsked, Reason, RebookAsked};
use crate::access::api_key::{Caller, KeyRole};
use crate::base::api::{LEAD_ONLY, Problem, Reply, Sending, Told, once, once_each};
use crate::base::db::{Actor, Each, Stop, StoreError, Together, Tx};
use crate::base::idempotency::Sent;
use crate::base::web::Web;
use crate::booking::{self, BookingRefusal, Pick, PlaceCourse, Reference, State as Standing, Way, store};
use axum::extract::{Path, State};
use axum::response::IntoResponse;

/// An operator's program books at somebody's word; a lead's takes nothing that is kept for that.
pub(super) const fn way_of(role: KeyRole) -> Way {
    match role {
        KeyRole::BookingOperator => Way::Assisted,
        KeyRole::CampaignLead => Way::Chosen,
    }
}

/// `POST /api/v1/bookings`: a whole course for a person, or nothing.
pub async fn place(State(web): State<Web>, caller: Caller, sending: Sending<PlaceAsked>) -> Told {
    let asked = sending.body;
    let picks = asked.picks.0.iter().map(|pick| Pick { appointment: pick.appointment, slot: pick.slot });
    let want = PlaceCourse { person: asked.person, campaign: asked.campaign, picks: picks.collect() };
    let placing = Placing { sent: sending.sent, want, way: way_of(caller.role) };
    match web.db.write_together(&caller.actor(), placing).await {
        Ok(reply) => Ok(reply.into_response()),
        Err(Stop::Store(error)) => Err(error.into()),
        Err(Stop::Refused(problem)) => Err(problem),
    }
}

/// A course that a program asks for, as many may at once.
struct Placing {
    sent: Sent,
    want: PlaceCourse,
    way: Way,
}

impl Together for Placing {
    type Done = Reply;
    type Refusal = Problem;

    fn together(tx: &mut Tx<'_>, asked: &[(&Actor, &Self)]) -> Result<Each<Reply, Problem>, StoreError> {
        let sent: Vec<(&Actor, &Sent)> = asked.iter().map(|(who, placing)| (*who, &placing.sent)).collect();
        once_each(tx, &sent, |tx, new| {
            let wants = new.iter().map(|n| asked[*n]).map(|(who, placing)| (who, &placing.want, placing.way));
            let placed = booking::place::place_each(tx, &wants.collect::<Vec<_>>())?;
            replies(tx, &placed)
        })
    }
}

/// What each is told; all that is looked up for it in one go.
fn replies(
    tx: &mut Tx<'_>,
    placed: &[Option<Result<Vec<booking::Booking>, BookingRefusal>>],
) -> Result<Vec<Option<Reply>>, StoreError> {
    let all: Vec<booking::Booking> = placed.iter().flatten().flatten().flatten().cloned().collect();
    let mut told = Booking::all(tx, &all)?.into_iter();
    let mut reply = |placed: &Result<Vec<booking::Booking>, BookingRefusal>| match placed {
        Ok(bookings) => Reply::of(201, &Bookings { bookings: told.by_ref().take(bookings.len()).collect() }),
        Err(refusal) => Err(problem(refusal)),
    };
    let reply = |placed: &Option<_>| Some(reply(placed.as_ref()?).unwrap_or_else(|problem| Reply::from(&problem)));
    Ok(placed.iter().map(reply).collect())
}

/// `POST /api/v1/bookings/{reference}/confirm`: the person says yes to their whole course.
pub async fn confirm(
    State(web): State<Web>,
    caller: Caller,
    Path(reference): Path<String>,
    sending: Sending<Nothing>,
) -> Told {
    let reference = Reference::parse(&reference).ok_or_else(no_such_booking)?;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        let seen = live(tx, &reference)?;
        let confirmed = booking::confirm::confirm(tx, seen.person, seen.campaign).map_err(stop)?;
        told(tx, 200, &confirmed)
    })
    .await
}

/// `POST /api/v1/bookings/{reference}/cancel`.
pub async fn cancel(
    State(web): State<Web>,
    caller: Caller,
    Path(reference): Path<String>,
    sending: Sending<CancelAsked>,
) -> Told {
    let reference = Reference::parse(&reference).ok_or_else(no_such_booking)?;
    let asked = sending.body;
    if asked.reason == Reason::Campaign && caller.role != KeyRole::CampaignLead {
        return Err(LEAD_ONLY.into());
    }
    once(&web, &caller.actor(), sending.sent, move |tx| {
        let seen = live(tx, &reference)?;
        let closed = booking::cancel::cancel(tx, seen.id, asked.version, asked.reason.cause()).map_err(stop)?;
        let told = Booking::of(tx, &closed)?;
        Reply::of(200, &told).map_err(Stop::Refused)
    })
    .await
}

/// `POST /api/v1/bookings/{reference}/rebook`: the new and the old change hands in one step, or nothing changes.
pub async fn rebook(
    State(web): State<Web>,
    caller: Caller,
    Path(reference): Path<String>,
    sending: Sending<RebookAsked>,
) -> Told {
    let reference = Reference::parse(&reference).ok_or_else(no_such_booking)?;
    let changes = sending.body.changes.0;
    if !changes.iter().any(|change| change.reference == reference) {
        return Err(Problem::wrong("The booking of the address is not among the changes."));
    }
    let way = way_of(caller.role);
    once(&web, &caller.actor(), sending.sent, move |tx| {
        let of = live(tx, &reference)?;
        let (mut picks, mut seen) = (Vec::new(), Vec::new());
        for change in &changes {
            let old = live(tx, &change.reference)?;
            if old.person != of.person || old.campaign != of.campaign {
                return Err(Stop::Refused(Problem::wrong("The bookings are not of one person and campaign.")));
            }
            if seen.iter().any(|(id, _)| *id == old.id) {
                return Err(Stop::Refused(Problem::wrong("A booking is named twice.")));
            }
            picks.push(Pick { appointment: old.appointment, slot: change.slot });
            seen.push((old.id, change.version));
        }
        let want = PlaceCourse { person: of.person, campaign: of.campaign, picks };
        let placed = booking::rebook::rebook_as(tx, &want, &seen, way).map_err(stop)?;
        told(tx, 200, &placed)
    })
    .await
}

/// The live booking of a reference, as the use case will look at it again under the person's lock.
fn live(tx: &mut Tx<'_>, reference: &Reference) -> Result<booking::Booking, Stop<Problem>> {
    let seen = store::seen_by_reference(tx, reference)?.ok_or_else(|| Stop::Refused(no_such_booking()))?;
    if matches!(seen.state, Standing::Assigned | Standing::Confirmed) {
        return Ok(seen);
    }
    Err(Stop::Refused(problem(&BookingRefusal::NotLive { state: seen.state.word() })))
}

fn told(tx: &mut Tx<'_>, status: u16, of: &[booking::Booking]) -> Result<Reply, Stop<Problem>> {
    let bookings = Booking::all(tx, of)?;
    Reply::of(status, &Bookings { bookings }).map_err(Stop::Refused)
}
