//! `accord demo`: the main job from end to end, on invented people of a real area.
//!
//! Every stage goes through the ordinary use cases, in transactions of its own; a stage that is done
//! is not done again, so a run that was stopped goes on. Ids are drawn by step, not by what ran
//! before, and the clock stands: same seed, people and date give the same store.

mod found;
mod lists;
mod outcome;
mod report;
mod settings;

pub(super) use report::SampleReader;
pub(super) use settings::clock;

use super::opened::{make_key, operator};
use super::{At, Ended, Failure, serve};
use crate::base::audit;
use crate::base::clock::{Chance, Clock, at_microsecond, london_instant};
use crate::base::db::{Actor, Db, Place, Stop, StoreError, migrate};
use crate::base::fingerprint;
use crate::base::ids::{CampaignId, PartnershipId};
use crate::evidence::verify::{self, Finding};
use crate::partnership::ledger;
use crate::plan::{proposal, publish, store as plans};
use accord_planner::Budget;
use accord_testkit::world::{Settings, World};
use clap::Args;
use outcome::Outcome;
use report::{Report, Stages};
use std::path::PathBuf;

/// What `demo` takes.
#[derive(Debug, Args)]
pub struct Demo {
    /// Which world: the same number makes the same one [default: 1]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// How many people [default: 20000]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    people: Option<u32>,
    /// The day it is made on; the campaign starts on the Monday after [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<jiff::civil::Date>,
    /// Stop when all is booked and checked
    #[arg(long)]
    no_serve: bool,
    /// Throw the demo there is away and begin anew
    #[arg(long)]
    fresh: bool,
    /// Address and port to serve on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8430")]
    listen: String,
}

/// The store under construction.
pub(super) struct Site<'a> {
    db: Db,
    who: Actor,
    place: Place,
    begin_us: i64,
    world: &'a World,
    files: PathBuf,
}

impl Site<'_> {
    /// The store as a stage sees it: its own chance, and a clock that stands at its own minute.
    fn at(&self, minute: i64, step: &str) -> Db {
        let clock = Clock::standing_at(at_microsecond(self.begin_us + minute * 60_000_000));
        self.db.step(step).with_clock(clock)
    }

    fn failed(&self, error: &StoreError) -> Failure {
        Failure::store(error, &self.place)
    }
}

pub(super) fn run(at: &At, args: &Demo) -> Result<Ended, Failure> {
    let named = at.at.as_deref().unwrap_or("./accord-demo");
    let place = Place::parse(named);
    let files = place.folder().map_or_else(|| PathBuf::from("./accord-demo"), std::path::Path::to_owned);
    let settings = settings::decide(&files, &place, args)?;
    let mut stages = Stages::new(!at.json);
    let world = stages.time("generate", |_| Ok(World::new(settings)))?;
    stages.headline(&world);
    let site = open(&place, &files, &world)?;
    lists::write_files(&site)?;
    stages.say("generate", &found::said(&world));
    let outcome = build(&site, &mut stages)?;
    let report = Report::of(&site, &stages, outcome);
    if at.json {
        super::print_json(&report.json());
    } else {
        report.print();
    }
    let site_files = site.files.clone();
    drop(site);
    if !report.is_right() {
        return Ok(Ended::WithFindings);
    }
    if args.no_serve {
        return Ok(Ended::Well);
    }
    let key_file = Some(site_files.join("accord.key"));
    let here = At { at: Some(named.to_owned()), key_file, ..at.clone() };
    serve::serve_demo(&here, &args.listen, &report.sample)
}

/// Opens the store, making it when it is not there.
fn open<'a>(place: &Place, files: &std::path::Path, world: &'a World) -> Result<Site<'a>, Failure> {
    if let Some(folder) = place.folder() {
        super::init::make_folder(folder)?;
    }
    make_key(&files.join("accord.key"))?;
    let Settings { seed, today, .. } = world.settings;
    let begin = london_instant(today, 8 * 60);
    let chance = Chance::seeded(seed);
    let partnership = PartnershipId::from_uuid(chance.step("partnership").uuid(begin));
    let db = Db::open(place, Clock::standing_at(begin), chance).map_err(|e| Failure::store(&e, place))?;
    migrate::migrate(&db, place).map_err(|e| Failure::store(&e, place))?;
    Ok(Site {
        db,
        who: operator(partnership),
        place: place.clone(),
        begin_us: begin.as_microsecond(),
        world,
        files: files.to_owned(),
    })
}

/// All that the stages found out.
struct Built {
    findings: Vec<Finding>,
    outcome: Outcome,
    plan: plan::Published,
    lists: lists::Imported,
    store_hash: String,
}

mod plan {
    /// What the report says of the plan.
    #[derive(Debug, Clone, Copy, Default)]
    pub struct Published {
        pub value: i64,
        pub bound: i64,
        pub most_people: u64,
        pub placed: u64,
        pub bookings: u64,
    }
}

fn build(site: &Site<'_>, stages: &mut Stages) -> Result<Built, Failure> {
    let campaign = stages.time("found", |_| found::found(site))?;
    let lists = stages.time("import", |bar| lists::import(site, bar))?;
    stages.say("import", &lists.said());
    stages.time("open", |_| found::open_offers(site, campaign))?;
    stages.time("plan", |bar| make_plan(site, campaign, bar))?;
    let plan = figures(site, campaign)?;
    stages.say("plan", &report::plan_said(&plan));
    stages.time("publish", |bar| publish_plan(site, campaign, bar))?;
    let plan = figures(site, campaign)?;
    stages.say("publish", &report::publish_said(&plan));
    let (findings, store_hash) = stages.time("verify", |_| check(site))?;
    let outcome = outcome::compare(site, campaign)?;
    stages.say("verify", &report::verify_said(&findings, &outcome));
    Ok(Built { findings, outcome, plan, lists, store_hash })
}

/// The share of the planner's standard work that a first impression waits for: the gap is a little wider for it.
const EFFORT: f64 = 0.4;

fn make_plan(site: &Site<'_>, campaign: CampaignId, bar: &indicatif::ProgressBar) -> Result<(), Failure> {
    let there = site.db.read_now(&site.who, move |tx| plans::newest(tx, campaign)).map_err(|e| site.failed(&e))?;
    if there.is_some() {
        return Ok(());
    }
    bar.set_message("looking for prices");
    let mut progress = |at: accord_planner::Progress| {
        bar.set_length(u64::from(at.of));
        bar.set_position(u64::from(at.done));
        bar.set_message(report::phase(at.phase));
    };
    let budget = Budget::standard().times(EFFORT);
    let made = proposal::propose(&site.at(30, "plan"), &site.who, campaign, budget, true, &mut progress);
    made.map(|_| ()).map_err(|stop| refused(site, "planning", stop))
}

fn publish_plan(site: &Site<'_>, campaign: CampaignId, bar: &indicatif::ProgressBar) -> Result<(), Failure> {
    let there = site.db.read_now(&site.who, move |tx| plans::newest(tx, campaign)).map_err(|e| site.failed(&e))?;
    let Some(saved) = there.filter(|plan| plan.state != proposal::State::Published) else { return Ok(()) };
    let mut progress = |at: publish::Progress| {
        bar.set_length(at.of);
        bar.set_position(at.done);
        publish::Next::Continue
    };
    let done = publish::publish(&site.at(40, "publish"), &site.who, saved.id, &mut progress);
    done.map(|_| ()).map_err(|stop| refused(site, "publishing", stop))
}

fn figures(site: &Site<'_>, campaign: CampaignId) -> Result<plan::Published, Failure> {
    let read = site.db.read_now(&site.who, move |tx| {
        let saved = plans::newest(tx, campaign)?;
        let (_, bookings) = crate::evidence::store::whole_courses(tx, campaign)?;
        Ok(saved.map(|s| plan::Published {
            value: s.figures.value,
            bound: s.figures.bound,
            most_people: s.figures.most_people,
            placed: s.figures.placed,
            bookings,
        }))
    });
    Ok(read.map_err(|e| site.failed(&e))?.unwrap_or_default())
}

/// Seals what is unsealed, verifies, and takes the fingerprint.
fn check(site: &Site<'_>) -> Result<(Vec<Finding>, String), Failure> {
    loop {
        let sealed = site.at(50, "seal").write_now(&site.who, |tx| {
            let audit = audit::seal(tx, 5_000)?;
            let ledger = ledger::seal(tx, 5_000)?;
            Ok::<_, Stop<()>>(audit + ledger)
        });
        if sealed.map_err(|stop| refused_nothing(site, stop))? == 0 {
            break;
        }
    }
    // Both only read, and nobody writes any more.
    let (findings, hash) = std::thread::scope(|scope| {
        let hash = scope.spawn(|| site.db.read_now(&site.who, fingerprint::of));
        (site.db.read_now(&site.who, verify::verify), hash.join().unwrap_or(Err(StoreError::Panicked)))
    });
    let failed = |e| site.failed(&e);
    Ok((findings.map_err(failed)?, hash.map_err(failed)?))
}

/// A use case's refusal as a failure of the command.
fn refused<R: crate::base::refusal::Refusal>(site: &Site<'_>, what: &str, stop: Stop<R>) -> Failure {
    match stop {
        Stop::Store(error) => site.failed(&error),
        Stop::Refused(refusal) => {
            Failure::refused(format!("{what} was refused: {}", refusal.sentence()), &site.place, refusal.next_step())
        }
    }
}

fn refused_nothing(site: &Site<'_>, stop: Stop<()>) -> Failure {
    match stop {
        Stop::Store(error) => site.failed(&error),
        Stop::Refused(()) => Failure::refused("a step was refused", &site.place, "run accord demo --fresh"),
    }
}
