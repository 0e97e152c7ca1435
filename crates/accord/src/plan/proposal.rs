//! A proposal: planned from one snapshot of the store, checked by code that is not the planner's, then saved whole.

use super::facts::{Facts, Rules};
use super::files::Files;
use super::problem::{self, Assumed, Built, LeftOut};
use super::reason::Reason;
use super::refusal::PlanRefusal;
use super::store;
use super::words::Figures;
use crate::base::audit::{self, Done};
use crate::base::db::{Actor, Db, Stop, StoreError, Tx};
use crate::base::ids::{BatchId, CampaignId, PersonId, Plan as PlanKind, PlanId, SlotId};
use crate::base::outbox;
use crate::base::secret::hex;
use accord_planner::{Budget, Outcome, Progress};
use accord_proof::Report;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Where a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Saved; nobody is booked by it.
    Proposal,
    /// Its bookings are being made; nobody sees them.
    Publishing,
    /// Its bookings are live.
    Published,
    /// Given up.
    Abandoned,
}

impl State {
    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proposal => "proposal",
            Self::Publishing => "publishing",
            Self::Published => "published",
            Self::Abandoned => "abandoned",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Proposal, Self::Publishing, Self::Published, Self::Abandoned].into_iter().find(|s| s.word() == word)
    }
}

/// A plan as saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Its id.
    pub id: PlanId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Its number within the campaign, from 1.
    pub number: u32,
    /// Where it stands.
    pub state: State,
    /// What its proof says.
    pub figures: Figures,
    /// People planned by an assumed rota.
    pub assumed_rota: u32,
    /// People planned from their workplace.
    pub assumed_address: u32,
    /// The batch of its bookings.
    pub batch: Option<BatchId>,
    /// The last person publishing has dealt with.
    pub done_through: Option<PersonId>,
    /// How many people booking refused.
    pub refused: u64,
}

/// A plan and all that is known of it.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Saved as; none: a dry run.
    pub saved: Option<(PlanId, u32)>,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What the check re-computed.
    pub report: Report,
    /// What the proof says.
    pub figures: Figures,
    /// How much rests on assumptions.
    pub assumed: Assumed,
    /// Places not planned into.
    pub left_out: LeftOut,
    /// People waiting who hold a booking of the campaign already; they are not planned for.
    pub booked_already: u32,
    /// What the plan gives: person, number of the appointment from 1, slot; by person.
    pub picks: Vec<(PersonId, u16, SlotId)>,
    /// Whom it leaves out, and why; by person.
    pub unplaced: Vec<(PersonId, Reason)>,
}

impl Proposal {
    /// How many people are left out for each reason, most first.
    pub fn by_reason(&self) -> Vec<(&'static str, usize)> {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (_, reason) in &self.unplaced {
            *counts.entry(reason.code()).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(code, n)| (std::cmp::Reverse(*n), *code));
        counts
    }
}

/// Plans a campaign for everybody waiting. With `keep` the plan is saved and takes the place of earlier proposals;
/// without, nothing changes. The same store and budget give the same plan.
///
/// # Errors
/// [`PlanRefusal`]; a plan that fails its check is never saved.
pub fn propose(
    db: &Db,
    who: &Actor,
    campaign: CampaignId,
    budget: Budget,
    keep: bool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Proposal, Stop<PlanRefusal>> {
    let facts = db.read_now(who, move |tx| {
        let publishing = store::latest(tx, campaign, State::Publishing)?;
        Ok((publishing, store::facts(tx, campaign)?))
    })?;
    let (None, facts) = facts else {
        let number = facts.0.map_or(0, |plan| plan.number);
        return Err(Stop::Refused(PlanRefusal::Publishing { number }));
    };
    let facts = facts.ok_or(Stop::Refused(PlanRefusal::NoCampaign))?;
    let built = problem::build(&facts).map_err(Stop::Refused)?;
    if built.problem.people.is_empty() {
        return Err(Stop::Refused(PlanRefusal::NobodyWaiting));
    }
    let outcome = accord_planner::plan(&built.problem, budget, progress);
    let mut proposal = checked(&facts, &built, &outcome).map_err(Stop::Refused)?;
    if keep {
        let files = Files::of(&built.problem, &outcome.plan, &outcome.proof);
        let hash = hex(&outcome.proof.problem_hash.0);
        let shared = Arc::new((proposal, files, hash));
        let handed = Arc::clone(&shared);
        let saved = db.write_now(who, move |tx| save(tx, &handed.0, &handed.1, &handed.2))?;
        proposal = Arc::try_unwrap(shared).map_or_else(|shared| shared.0.clone(), |owned| owned.0);
        proposal.saved = Some(saved);
    }
    Ok(proposal)
}

/// Checks the planner's answer from scratch and turns it back into ids.
fn checked(facts: &Facts, built: &Built, outcome: &Outcome) -> Result<Proposal, PlanRefusal> {
    let report = accord_proof::check(&built.problem, &outcome.plan, &outcome.proof);
    if let Some(first) = report.violations.first() {
        return Err(PlanRefusal::BrokenPlan { violations: report.violations.len(), first: format!("{first:?}") });
    }
    let people = built.problem.people.len() as u64;
    let figures = Figures {
        people,
        placed: people - report.value.people_unplaced,
        most_people: report.most_people,
        value: report.value.total,
        bound: report.bound,
    };
    Ok(Proposal {
        saved: None,
        campaign: facts.rules.campaign,
        figures,
        assumed: built.assumed,
        left_out: built.left_out,
        booked_already: facts.booked_already,
        picks: picks(built, outcome),
        unplaced: unplaced(&facts.rules, built, outcome),
        report,
    })
}

fn picks(built: &Built, outcome: &Outcome) -> Vec<(PersonId, u16, SlotId)> {
    let mut picks = Vec::new();
    for ((course, person), id) in outcome.plan.courses.iter().zip(&built.problem.people).zip(&built.index.people) {
        let first = person.next_appointment() as u16 + 1;
        for (n, pick) in (first..).zip(course.iter().flat_map(|course| &course.picks)) {
            picks.push((*id, n, built.index.slots[pick.block as usize][usize::from(pick.slot)]));
        }
    }
    picks
}

fn unplaced(rules: &Rules, built: &Built, outcome: &Outcome) -> Vec<(PersonId, Reason)> {
    let found: HashMap<u32, &accord_planner::Reason> =
        outcome.reasons.iter().map(|(at, reason)| (*at, reason)).collect();
    let left = (0u32..).zip(&outcome.plan.courses).filter(|(_, course)| course.is_none());
    left.map(|(at, _)| {
        let told = || found.get(&at).map_or(Reason::Outweighed, |reason| Reason::of(reason, &built.index, rules));
        (built.index.people[at as usize], built.barriers.get(&at).cloned().unwrap_or_else(told))
    })
    .collect()
}

/// Saves a proposal whole, in one transaction; earlier proposals of the campaign are given up.
fn save(tx: &mut Tx<'_>, proposal: &Proposal, files: &Files, hash: &str) -> Result<(PlanId, u32), Stop<PlanRefusal>> {
    if let Some(plan) = store::latest(tx, proposal.campaign, State::Publishing)? {
        return Err(Stop::Refused(PlanRefusal::Publishing { number: plan.number }));
    }
    store::abandon_proposals(tx, proposal.campaign)?;
    let plan = Saved {
        id: tx.id::<PlanKind>(),
        campaign: proposal.campaign,
        number: store::next_number(tx, proposal.campaign)?,
        state: State::Proposal,
        figures: proposal.figures,
        assumed_rota: proposal.assumed.rota,
        assumed_address: proposal.assumed.address,
        batch: None,
        done_through: None,
        refused: 0,
    };
    store::insert(tx, &plan, hash)?;
    store::insert_picks(tx, plan.id, &proposal.picks)?;
    let unplaced: Vec<_> =
        proposal.unplaced.iter().map(|(person, reason)| (*person, reason.code(), reason.sentence())).collect();
    store::insert_unplaced(tx, plan.id, &unplaced)?;
    for (kind, bytes) in [("problem", &files.problem), ("plan", &files.plan), ("proof", &files.proof)] {
        store::insert_file(tx, plan.id, kind, bytes)?;
    }
    told(tx, plan.id, "propose", &plan.figures)?;
    Ok((plan.id, plan.number))
}

/// One audit row of the partnership's chain and one event.
pub(super) fn told(tx: &mut Tx<'_>, plan: PlanId, verb: &str, figures: &Figures) -> Result<(), StoreError> {
    let detail = format!(
        r#"{{"people":{},"placed":{},"value":{},"bound":{}}}"#,
        figures.people, figures.placed, figures.value, figures.bound
    );
    outbox::append(tx, &format!("plan.{verb}"), &plan.to_string(), &detail)?;
    audit::record(tx, &Done { organisation: None, verb, noun: "plan", noun_id: plan.to_string(), detail })
}
