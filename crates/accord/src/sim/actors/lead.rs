//! The campaign lead: plans for everybody waiting, publishes, and is cut off now and then.

use crate::base::db::Stop;
use crate::base::ids::PlanId;
use crate::plan::PlanRefusal;
use crate::plan::proposal::propose;
use crate::plan::publish::{Next, publish, undo};
use crate::plan::runs::catch_up;
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};
use accord_planner::Budget;

/// A simulated plan needs no good bound: it is there to be published.
const EFFORT: f64 = 0.01;

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    match sim.half {
        Some(plan) if sim.dice.percent(70) => resume(sim, plan),
        Some(plan) => give_up(sim, plan),
        None => plan(sim),
    }
}

fn plan(sim: &mut Sim) -> Result<(), Broken> {
    let (campaign, who) = (sim.world.id(), sim.world.lead.clone());
    let counted = sim.db.write_now(&who, move |tx| catch_up(tx, campaign).map_err(Stop::<PlanRefusal>::Store));
    let proposed =
        counted.and_then(|()| propose(&sim.db, &who, campaign, Budget::standard().times(EFFORT), true, &mut |_| {}));
    let Some(saved) = told(sim, "plan", proposed)?.and_then(|proposal| proposal.saved) else { return Ok(()) };
    // Now and then somebody answers, or the clock moves, between a plan and its publishing.
    if sim.dice.percent(30) {
        super::person::act(sim)?;
    }
    go_on(sim, saved.0, Rare::Published)
}

fn resume(sim: &mut Sim, plan: PlanId) -> Result<(), Broken> {
    go_on(sim, plan, Rare::BatchResumed)
}

/// Publishes until the end, or until something cuts it off.
fn go_on(sim: &mut Sim, plan: PlanId, whole: Rare) -> Result<(), Broken> {
    // Called before each chunk: the first time nothing is booked, later all or some are.
    let stop_at = if sim.dice.percent(45) { Some(sim.dice.below(2)) } else { None };
    let mut times = 0;
    let published = publish(&sim.db, &sim.world.lead, plan, &mut |_| {
        times += 1;
        if stop_at == Some(times - 1) { Next::Pause } else { Next::Continue }
    });
    match told(sim, "publish", published)? {
        Some(Some(done)) => {
            sim.half = None;
            sim.seen.note(whole);
            if done.refused > 0 {
                sim.seen.note(Rare::PlanRefused);
            }
        }
        Some(None) => sim.half = Some(plan),
        None => sim.half = None,
    }
    Ok(())
}

fn give_up(sim: &mut Sim, plan: PlanId) -> Result<(), Broken> {
    let undone = undo(&sim.db, &sim.world.lead, plan);
    if told(sim, "undo", undone)?.is_some() {
        sim.seen.note(Rare::BatchUndone);
    }
    sim.half = None;
    Ok(())
}

/// What came of a step of planning; none: it was refused.
fn told<T>(sim: &mut Sim, what: &str, done: Result<T, Stop<PlanRefusal>>) -> Result<Option<T>, Broken> {
    match done {
        Ok(done) => {
            sim.tell(format!("{what}: done"));
            Ok(Some(done))
        }
        Err(Stop::Refused(refusal)) => {
            use crate::base::refusal::Refusal;
            sim.tell(format!("{what}: refused, {}", refusal.code()));
            let fine = ["nobody_waiting", "no_such_plan", "abandoned", "already_published", "publishing", "too_late"];
            if fine.contains(&refusal.code()) { Ok(None) } else { Err(Broken::new(format!("{what}: {refusal:?}"))) }
        }
        Err(Stop::Store(error)) => Err(Broken::new(format!("{what}: {error}"))),
    }
}
