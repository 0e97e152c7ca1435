//! Holds: a place is kept while somebody looks at it. Made, looked at, let go.

use super::problems::{problem, stop};
use super::wire::PlaceAsked;
use super::wire_desk::{Course, Hold, Holds, HoldsAsked};
use crate::access::api_key::Caller;
use crate::base::api::{Asked, Reply, Sending, Told, once, told};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{CampaignId, PersonId};
use crate::base::web::Web;
use crate::booking::{self, BookingRefusal, Pick, PlaceCourse, store};
use axum::extract::State;

/// `POST /api/v1/holds`: all of it for ten minutes, or nothing. Whatever else the person held of the campaign is let go.
pub async fn hold(State(web): State<Web>, caller: Caller, sending: Sending<PlaceAsked>) -> Told {
    let asked = sending.body;
    let picks = asked.picks.0.iter().map(|pick| Pick { appointment: pick.appointment, slot: pick.slot });
    let want = PlaceCourse { person: asked.person, campaign: asked.campaign, picks: picks.collect() };
    let way = super::change::way_of(caller.role);
    once(&web, &caller.actor(), sending.sent, move |tx| {
        booking::hold::hold_only_as(tx, &want, way).map_err(stop)?;
        let holds = held(tx, want.person, want.campaign)?;
        Reply::of(201, &holds).map_err(Stop::Refused)
    })
    .await
}

/// `GET /api/v1/holds`: what is kept for a person now, whoever holds it for them.
pub async fn holds(State(web): State<Web>, caller: Caller, Asked(of): Asked<HoldsAsked>) -> Told {
    told(&web.db.read(&caller.actor(), move |tx| held(tx, of.person, of.campaign)).await?)
}

/// `POST /api/v1/holds/release`: lets go of all of it. Letting go of nothing is done, too.
pub async fn release(State(web): State<Web>, caller: Caller, sending: Sending<Course>) -> Told {
    let of = sending.body;
    once(&web, &caller.actor(), sending.sent, move |tx| {
        if store::lock_person(tx, of.person)?.is_none() {
            return Err(Stop::Refused(problem(&BookingRefusal::NoSuchPerson)));
        }
        booking::hold::let_go(tx, &[(of.person, of.campaign)])?;
        Reply::of(200, &Holds { holds: Vec::new() }).map_err(Stop::Refused)
    })
    .await
}

fn held(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Holds, StoreError> {
    let now = tx.now();
    let mut holds = Vec::new();
    for hold in store::holds_of(tx, person, campaign)?.into_iter().filter(|hold| hold.expires > now) {
        holds.push(Hold::of(tx, &hold)?);
    }
    Ok(Holds { holds })
}
