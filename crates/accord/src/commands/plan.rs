//! `accord plan`: plans a campaign for everybody waiting and saves the proposal with its proof.

use crate::base::db::{Actor, Db, Stop};
use crate::base::ids::CampaignId;
use crate::plan::PlanRefusal;
use crate::plan::proposal::{Proposal, propose};
use crate::plan::reason::Reason;
use crate::plan::runs::catch_up;
use crate::plan::store;
use crate::plan::words::number;
use accord_planner::{Budget, Phase, Progress};
use std::io::{IsTerminal, Write};

/// What to plan.
#[derive(Debug, clap::Args)]
pub struct PlanArgs {
    /// The campaign, by name or id; the open one that starts last when left out.
    #[arg(long)]
    pub campaign: Option<String>,
    /// Plan and print, but save nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// How much work to do, as a multiple of the standard.
    #[arg(long, default_value_t = 1.0, hide = true)]
    pub effort: f64,
}

/// Plans and prints; the exit code is nought when there is a plan.
///
/// # Errors
/// Why there is none.
pub fn run(args: &PlanArgs, db: &Db, who: &Actor, json: bool) -> Result<u8, Stop<PlanRefusal>> {
    let campaign = campaign(db, who, args.campaign.as_deref())?;
    if !args.dry_run {
        db.write_now(who, move |tx| catch_up(tx, campaign).map_err(Stop::<PlanRefusal>::Store))?;
    }
    let loud = !json && std::io::stderr().is_terminal();
    let mut shown = None;
    let mut progress = |at: Progress| show(loud, &mut shown, at);
    let budget = Budget::standard().times(args.effort.clamp(0.01, 100.0));
    let proposal = propose(db, who, campaign, budget, !args.dry_run, &mut progress)?;
    let text = if json { as_json(&proposal).to_string() } else { as_text(&proposal) };
    // A reader that went away (a pipe into `head`) is no failure of the plan.
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
    Ok(0)
}

/// The campaign meant.
pub(super) fn campaign(db: &Db, who: &Actor, named: Option<&str>) -> Result<CampaignId, Stop<PlanRefusal>> {
    let named = named.map(str::to_owned);
    let found = db.read_now(who, move |tx| match &named {
        Some(text) => store::campaign_named(tx, text),
        None => store::newest_campaign(tx),
    })?;
    found.ok_or(Stop::Refused(PlanRefusal::NoCampaign))
}

fn show(loud: bool, shown: &mut Option<Phase>, at: Progress) {
    if !loud || *shown == Some(at.phase) {
        return;
    }
    *shown = Some(at.phase);
    let what = match at.phase {
        Phase::Prices => "looking for prices",
        Phase::Bound => "proving a bound",
        Phase::Choice => "choosing courses",
        Phase::Exchange => "improving by exchanges",
        Phase::People => "counting who can be placed at most",
        Phase::Slots => "choosing times",
    };
    eprintln!("{what} ...");
}

fn as_json(proposal: &Proposal) -> serde_json::Value {
    let f = proposal.figures;
    let reasons: serde_json::Map<_, _> =
        proposal.by_reason().into_iter().map(|(code, n)| (code.to_owned(), n.into())).collect();
    serde_json::json!({
        "plan": proposal.saved.map(|(_, number)| number),
        "people": f.people,
        "placed": f.placed,
        "unplaced": f.people - f.placed,
        "most_people": f.most_people,
        "value": f.value,
        "bound": f.bound,
        "gap": f.gap(),
        "soft_gap": proposal.report.soft_gap,
        "assumed_rota": proposal.assumed.rota,
        "assumed_address": proposal.assumed.address,
        "booked_already": proposal.booked_already,
        "places_left_out": {
            "partner_owned": proposal.left_out.partner_owned,
            "before_delivery": proposal.left_out.before_delivery,
        },
        "reasons": reasons,
    })
}

fn as_text(proposal: &Proposal) -> String {
    let f = proposal.figures;
    let mut out = match proposal.saved {
        Some((_, number)) => format!("Plan {number}\n\n"),
        None => "Plan (dry run, not saved)\n\n".to_owned(),
    };
    for sentence in f.sentences() {
        out += &format!("  {sentence}\n");
    }
    out += &format!("\n  value {}   bound {}   gap {:.2}%\n", f.value, f.bound, f.gap() * 100.0);
    let assumed = proposal.assumed;
    out += &format!(
        "  resting on an assumed rota: {}   on the workplace instead of a home: {}\n",
        number(assumed.rota.into()),
        number(assumed.address.into())
    );
    let left_out = [
        (proposal.left_out.partner_owned, "places at sites whose own system gives the times"),
        (proposal.left_out.before_delivery, "places before the first delivery"),
        (u64::from(proposal.booked_already), "people waiting who hold a booking already"),
    ];
    for (n, what) in left_out.into_iter().filter(|(n, _)| *n > 0) {
        out += &format!("  not planned: {} {what}\n", number(n));
    }
    if proposal.unplaced.is_empty() {
        return out;
    }
    out += "\n  Unplaced, by reason\n";
    for (code, n) in proposal.by_reason() {
        out += &format!("  {:>8}  {}\n", number(n as u64), Reason::title(code));
    }
    out
}
