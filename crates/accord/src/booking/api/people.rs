//! What an operator does for a person at their word, besides booking: their answers, their date of birth, a new code.

use super::problems::{no_such_campaign, problem, stop};
use super::wire::Nothing;
use super::wire_desk::{BornAsked, Code, DeclineAsked, ElsewhereAsked, OfCampaign, Standing};
use crate::access::api_key::Caller;
use crate::access::person_code;
use crate::base::api::{KEY_REUSED, Problem, Reply, Sending, Told, once, told};
use crate::base::clock::london_date;
use crate::base::db::{Stop, Tx};
use crate::base::idempotency::{Once, Sent, once as once_kept};
use crate::base::ids::{CampaignId, PersonId};
use crate::base::web::Web;
use crate::booking::cancel::{Reason, close_offer, reopen as ask_again};
use crate::booking::{BookingRefusal, store};
use crate::campaign;
use crate::campaign::decide::correct_birth;
use axum::extract::{Path, State};

fn id(text: &str) -> Result<PersonId, Problem> {
    text.parse().map_err(|_| no_such_person())
}

/// What an unknown person in an address is told as.
fn no_such_person() -> Problem {
    Problem { status: 404, ..problem(&BookingRefusal::NoSuchPerson) }
}

/// Where the person stands after it.
fn stands(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Reply, Stop<Problem>> {
    let state = campaign::store::offer_state(tx, campaign, person)?.ok_or_else(|| Stop::Refused(no_such_campaign()))?;
    Reply::of(200, &Standing { campaign, state }).map_err(Stop::Refused)
}

/// `POST /api/v1/people/{person}/decline`: they do not want it; what they have is released.
pub async fn decline(
    State(web): State<Web>,
    caller: Caller,
    Path(person): Path<String>,
    sending: Sending<DeclineAsked>,
) -> Told {
    let (person, asked) = (id(&person)?, sending.body);
    let evidence = format!("the person said so to the desk: {}", asked.reason.word());
    close(&web, caller, sending.sent, person, asked.campaign, Reason::Declined, evidence).await
}

/// `POST /api/v1/people/{person}/had-elsewhere`: they had it somewhere else; what they have is released.
pub async fn elsewhere(
    State(web): State<Web>,
    caller: Caller,
    Path(person): Path<String>,
    sending: Sending<ElsewhereAsked>,
) -> Told {
    let (person, asked) = (id(&person)?, sending.body);
    if asked.on.0 > london_date(web.clock().now()) {
        return Err(Problem::wrong("This day is still to come."));
    }
    let evidence = format!("the person said so to the desk: had it on {}", asked.on.0);
    close(&web, caller, sending.sent, person, asked.campaign, Reason::HadElsewhere, evidence).await
}

async fn close(
    web: &Web,
    caller: Caller,
    sent: Sent,
    person: PersonId,
    campaign: CampaignId,
    reason: Reason,
    evidence: String,
) -> Told {
    once(web, &caller.actor(), sent, move |tx| {
        store::lock_person(tx, person)?.ok_or_else(|| Stop::Refused(no_such_person()))?;
        campaign::store::load(tx, campaign)?.ok_or_else(|| Stop::Refused(no_such_campaign()))?;
        close_offer(tx, person, campaign, reason, &evidence).map_err(stop)?;
        stands(tx, person, campaign)
    })
    .await
}

/// `POST /api/v1/people/{person}/reopen`: they changed their mind, and wait again.
pub async fn reopen(
    State(web): State<Web>,
    caller: Caller,
    Path(person): Path<String>,
    sending: Sending<OfCampaign>,
) -> Told {
    let (person, campaign) = (id(&person)?, sending.body.campaign);
    once(&web, &caller.actor(), sending.sent, move |tx| {
        store::lock_person(tx, person)?.ok_or_else(|| Stop::Refused(no_such_person()))?;
        campaign::store::load(tx, campaign)?.ok_or_else(|| Stop::Refused(no_such_campaign()))?;
        ask_again(tx, person, campaign).map_err(stop)?;
        stands(tx, person, campaign)
    })
    .await
}

/// `POST /api/v1/people/{person}/date-of-birth`: corrects a wrong or missing one at their word.
pub async fn born(
    State(web): State<Web>,
    caller: Caller,
    Path(person): Path<String>,
    sending: Sending<BornAsked>,
) -> Told {
    let (person, born) = (id(&person)?, sending.body.born.0);
    once(&web, &caller.actor(), sending.sent, move |tx| {
        let facts = store::person_facts(tx, person)?.filter(|facts| facts.active);
        let facts = facts.ok_or_else(|| Stop::Refused(no_such_person()))?;
        correct_birth(tx, person, facts.employer, born).map_err(|stop| match stop {
            Stop::Refused(refusal) => Stop::Refused(Problem::refused(409, &refusal)),
            Stop::Store(error) => Stop::Store(error),
        })?;
        Reply::of(200, &Nothing {}).map_err(Stop::Refused)
    })
    .await
}

/// `POST /api/v1/people/{person}/code`: a new code; the old one stops working. The answer is kept nowhere: the same request
/// makes the same code again.
pub async fn code(
    State(web): State<Web>,
    caller: Caller,
    Path(person): Path<String>,
    sending: Sending<Nothing>,
) -> Told {
    let (person, sent, key) = (id(&person)?, sending.sent, web.key.clone());
    let actor = caller.actor();
    let made = web.db.write(&actor, move |tx| {
        let facts = store::person_facts(tx, person)?.filter(|facts| facts.active);
        facts.ok_or(Stop::Refused(Once::Refused(())))?;
        once_kept(tx, &sent, |_| Ok::<_, Stop<()>>("made".to_owned()))?;
        Ok(person_code::issue_once(tx, &key, person, &sent.key)?)
    });
    match made.await {
        Ok(code) => told(&Code { code }),
        Err(Stop::Refused(Once::KeyReused)) => Err(KEY_REUSED.into()),
        Err(Stop::Refused(Once::Refused(()))) => Err(no_such_person()),
        Err(Stop::Store(error)) => Err(error.into()),
    }
}
