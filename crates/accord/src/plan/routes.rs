//! Planning and publishing, as HTTP. Both run in the background; the plan's page says how they fare.

use super::runs::{Runs, Work};
use crate::access::guard::Lead;
use crate::base::db::{Stop, Tx};
use crate::base::idempotency::{Seen, Sent, remember, replay};
use crate::base::ids::PlanId;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward};
use axum::extract::State;
use serde::Deserialize;

/// Where both lead.
const PAGE: &str = "/plan";
/// The page after a click that came while something ran.
const BUSY: &str = "/plan?busy=1";

/// The button to plan.
#[derive(Debug, Deserialize)]
pub struct New {}

/// `POST /plan/new`: plans for everybody waiting and keeps the proposal; books nobody.
pub async fn new(State(web): State<Web>, State(runs): State<Runs>, Lead(who): Lead, keyed: Keyed<New>) -> Answer {
    start(&web, &runs, who, keyed.sent, Work::Plan).await
}

/// The button to publish.
#[derive(Debug, Deserialize)]
pub struct Publish {
    #[serde(default)]
    plan: String,
}

/// `POST /plan/publish`: books what the plan on the page gives.
pub async fn publish(
    State(web): State<Web>,
    State(runs): State<Runs>,
    Lead(who): Lead,
    keyed: Keyed<Publish>,
) -> Answer {
    let plan: PlanId = keyed.form.plan.parse().map_err(|_| Wrong::Unreadable)?;
    start(&web, &runs, who, keyed.sent, Work::Publish(plan)).await
}

async fn start(web: &Web, runs: &Runs, who: crate::access::SignedIn, sent: Sent, work: Work) -> Answer {
    let actor = who.actor();
    let asked = sent.clone();
    let read = move |tx: &mut Tx<'_>| replay(tx, &asked).map_err(Stop::<()>::Store);
    match Wrong::unless_refused(web.db.write(&actor, read).await)? {
        Ok(Seen::Same(answer)) => return Ok(onward(&answer)),
        Ok(Seen::Other) => return Err(Wrong::KeyReused),
        Ok(Seen::New) | Err(()) => {}
    }
    // The place first: of two clicks at once the second one finds it taken.
    let Some(running) = runs.begin(work) else { return Ok(onward(BUSY)) };
    let keep = move |tx: &mut Tx<'_>| remember(tx, &sent, PAGE).map_err(Stop::<()>::Store);
    if Wrong::unless_refused(web.db.write(&actor, keep).await)?.is_err() {
        return Err(Wrong::KeyReused);
    }
    let db = web.db.clone();
    drop(tokio::task::spawn_blocking(move || running.work(&db, &actor)));
    Ok(onward(PAGE))
}
