//! The plan with its proof, and how a run in the background fares.

use super::campaign::{help, href, reason_words};
use super::{civil, look};
use crate::access::guard::Lead;
use crate::base::clock::at_microsecond;
use crate::base::db::Tx;
use crate::base::web::{Answer, Web, page};
use crate::base::words;
use crate::evidence::store::campaign as store;
use crate::plan::pages::{ProofWords, Proposal, ReasonLine};
use crate::plan::runs::Runs;
use axum::extract::{Query, State};
use serde::Deserialize;

/// Whether the reader comes from a click that was refused.
#[derive(Debug, Deserialize)]
pub struct Asked {
    busy: Option<String>,
}

/// `GET /plan`: the plan with its proof.
pub async fn plan(
    State(web): State<Web>,
    State(runs): State<Runs>,
    Lead(who): Lead,
    Query(asked): Query<Asked>,
) -> Answer {
    let read = |tx: &mut Tx<'_>| {
        let Some(campaign) = store::current(tx)? else { return Ok(None) };
        let Some(plan) = store::newest_plan(tx, campaign.id)? else { return Ok(None) };
        let reasons = store::plan_reasons(tx, plan.id)?;
        Ok(Some((plan, reasons)))
    };
    let (frame, found) = look(&web, who, "/plan", read).await?;
    let empty = Proposal {
        frame,
        name: "Plan".into(),
        id: String::new(),
        running: runs.running().map(|work| work.sentence().to_owned()),
        failed: runs.failed(),
        busy: asked.busy.is_some(),
        proof: None,
        gain: 0,
        moves: 0,
        lose: 0,
        assumed: String::new(),
        reasons: Vec::new(),
        changes: Vec::new(),
        more: None,
        may_publish: false,
        key: web.form_key(),
    };
    let Some((plan, reasons)) = found else { return page(&empty) };
    page(&shown(plan, reasons, empty))
}

fn shown(plan: store::PlanRow, reasons: Vec<(String, u32)>, empty: Proposal) -> Proposal {
    let (people, placed) = (u64::from(plan.people), u64::from(plan.placed));
    let open = plan.state == "proposal";
    let share = |n: u32| words::share(u64::from(n), people);
    let people_left = plan.people_left();
    let proof = ProofWords {
        value: plan.value.unsigned_abs(),
        bound: plan.bound.unsigned_abs(),
        planned: placed,
        people,
        people_left,
        seconds: String::new(),
        check_command: "accord export proof --to proof && accord verify --proof proof".into(),
    };
    let reasons = reasons.into_iter().map(|(code, n)| ReasonLine {
        reason: reason_words(&code),
        people: u64::from(n),
        help: help(&code).into(),
        href: href(&code),
    });
    Proposal {
        name: format!("Plan {} of {}", plan.number, words::day_month(civil(at_microsecond(plan.created_us)).date())),
        id: plan.id.to_string(),
        proof: Some(proof),
        gain: if open { placed } else { 0 },
        assumed: match (plan.assumed_rota, plan.assumed_address) {
            (0, 0) => "nothing: every rota and address is known".to_owned(),
            (rota, 0) => format!("{} of people have no known rota", share(rota)),
            (0, address) => format!("{} of people have no known address", share(address)),
            (rota, address) => {
                format!("{} of people have no known rota, {} no known address", share(rota), share(address))
            }
        },
        reasons: reasons.collect(),
        may_publish: open,
        ..empty
    }
}
