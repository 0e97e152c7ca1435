//! `accord publish`: books what a plan gives, or finishes a publishing that was cut off.

use super::plan::campaign;
use crate::base::db::{Actor, Db, Stop};
use crate::plan::PlanRefusal;
use crate::plan::proposal::{Saved, State};
use crate::plan::publish::{Next, Progress, Published, publish};
use crate::plan::store;
use crate::plan::words::number;
use std::io::{IsTerminal, Write};

/// What to publish.
#[derive(Debug, clap::Args)]
pub struct PublishArgs {
    /// The campaign, by name or id; the open one that starts last when left out.
    #[arg(long)]
    pub campaign: Option<String>,
    /// The plan's number; the one being published, else the newest proposal, when left out.
    #[arg(long)]
    pub plan: Option<u32>,
    /// Say what would be published, and book nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Publishes and prints; the exit code is nought when the plan is live.
///
/// # Errors
/// Why it is not.
pub fn run(args: &PublishArgs, db: &Db, who: &Actor, json: bool) -> Result<u8, Stop<PlanRefusal>> {
    let campaign = campaign(db, who, args.campaign.as_deref())?;
    let wanted = args.plan;
    let found = db.read_now(who, move |tx| match wanted {
        Some(number) => store::by_number(tx, campaign, number),
        None => match store::latest(tx, campaign, State::Publishing)? {
            None => store::latest(tx, campaign, State::Proposal),
            half => Ok(half),
        },
    })?;
    let plan = found.ok_or(Stop::Refused(PlanRefusal::NoSuchPlan))?;
    if args.dry_run {
        say(&if json { dry_json(&plan).to_string() } else { dry_text(&plan) });
        return Ok(0);
    }
    let loud = !json && std::io::stderr().is_terminal();
    let bar = if loud { indicatif::ProgressBar::new(plan.figures.placed) } else { indicatif::ProgressBar::hidden() };
    let published = publish(db, who, plan.id, &mut |at: Progress| {
        bar.set_position(at.done);
        Next::Continue
    })?;
    bar.finish_and_clear();
    // Nobody pauses here, so there is an answer.
    if let Some(done) = published {
        say(&if json { as_json(&done).to_string() } else { as_text(&done) });
    }
    Ok(0)
}

/// A reader that went away (a pipe into `head`) is no failure of the publishing.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn dry_json(plan: &Saved) -> serde_json::Value {
    serde_json::json!({ "plan": plan.number, "state": plan.state.word(), "people": plan.figures.people, "would_place": plan.figures.placed })
}

fn dry_text(plan: &Saved) -> String {
    format!(
        "Plan {} ({}) would book the whole course for {} people. Nothing was booked.",
        plan.number,
        plan.state.word(),
        number(plan.figures.placed)
    )
}

fn as_json(done: &Published) -> serde_json::Value {
    serde_json::json!({ "plan": done.number, "placed": done.placed, "refused": done.refused, "unplaced": done.unplaced })
}

fn as_text(done: &Published) -> String {
    let mut out = format!("Plan {} is live: {} people have the whole course.", done.number, number(done.placed));
    if done.refused > 0 {
        out += &format!(" {} could no longer be booked.", number(done.refused));
    }
    out + &format!(" {} wait on, each with a reason, owned by the campaign lead.", number(done.unplaced))
}
