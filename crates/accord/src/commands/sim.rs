//! `accord sim`: the whole of Accord under a virtual clock, from a seed; says how to repeat what failed.

use super::{At, Ended, Failure, print_json, print_line};
use crate::sim::{Broken, Failed, Ran, Rare, Seen, Stage};
use clap::Args;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

/// What `sim` takes.
#[derive(Debug, Args)]
pub struct Sim {
    /// One seed
    #[arg(long, default_value_t = 1, conflicts_with = "seeds")]
    seed: u64,
    /// Seeds from the first up to, but not with, the last
    #[arg(long, value_name = "A..B", value_parser = range)]
    seeds: Option<(u64, u64)>,
    /// At most so many people in the first lists
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u8).range(2..=40))]
    people: u8,
    /// Seeds worked on at a time
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    at_a_time: u8,
}

/// From so many seeds on each rare path must have been walked.
const ENOUGH: u64 = 1_000;

fn range(text: &str) -> Result<(u64, u64), String> {
    let read = text.split_once("..").and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    read.filter(|(a, b)| a < b).ok_or_else(|| "write it like 0..2000".to_owned())
}

pub(super) fn run(at: &At, args: &Sim) -> Result<Ended, Failure> {
    let (from, until) = args.seeds.unwrap_or((args.seed, args.seed + 1));
    let first = Stage::new().map_err(|broken| no_stage(&broken))?;
    let more = (1..args.at_a_time).map(|_| first.another()).collect::<Result<Vec<_>, _>>();
    let mut stages = more.map_err(|broken| no_stage(&broken))?;
    stages.push(first);
    let most = usize::from(args.people);
    match all(stages, (from, until), most) {
        Err(failed) => {
            told(at, most, &failed);
            Ok(Ended::WithFindings)
        }
        Ok(runs) => Ok(summed(at, &runs)),
    }
}

fn no_stage(broken: &Broken) -> Failure {
    Failure::environment(broken.what.clone(), "the schema in memory", "this binary is broken: report it")
}

/// Runs the seeds, as many at a time as there are stages. The failure of the lowest seed that failed.
fn all(stages: Vec<Stage>, seeds: (u64, u64), most: usize) -> Result<Vec<Ran>, Box<Failed>> {
    let (next, stop) = (AtomicU64::new(seeds.0), AtomicU64::new(seeds.1));
    let worker = |mut stage: Stage| {
        let (mut ran, mut failed) = (Vec::new(), None);
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= stop.load(Ordering::Relaxed) {
                return (ran, failed);
            }
            match one(&mut stage, seed, most) {
                Ok(done) => ran.push(done),
                Err(why) => {
                    stop.fetch_min(seed, Ordering::Relaxed);
                    failed = Some(why);
                }
            }
        }
    };
    let all: Vec<(Vec<Ran>, Option<Box<Failed>>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = stages.into_iter().map(|stage| scope.spawn(|| worker(stage))).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    let (mut runs, mut first): (Vec<Ran>, Option<Box<Failed>>) = (Vec::new(), None);
    for (ran, failed) in all {
        runs.extend(ran);
        first = [first, failed].into_iter().flatten().min_by_key(|failed| failed.seed);
    }
    runs.sort_by_key(|ran| ran.seed);
    first.map_or(Ok(runs), Err)
}

/// One seed; a panic is a failure like any other.
fn one(stage: &mut Stage, seed: u64, most: usize) -> Result<Ran, Box<Failed>> {
    let ran = catch_unwind(AssertUnwindSafe(|| stage.run(seed, most)));
    let panicked = || Err(Box::new(Failed { seed, why: "it panicked".into(), steps: Vec::new() }));
    ran.unwrap_or_else(|_| panicked())
}

fn told(at: &At, most: usize, failed: &Failed) {
    let again = format!("accord sim --seed {} --people {most}", failed.seed);
    if at.json {
        print_json(&serde_json::json!({
            "seed": failed.seed, "failed": failed.why, "again": again, "steps": failed.steps,
        }));
        return;
    }
    for step in &failed.steps {
        print_line(step);
    }
    print_line(&format!("seed {} failed: {}", failed.seed, failed.why));
    print_line(&format!("again: {again}"));
}

fn summed(at: &At, runs: &[Ran]) -> Ended {
    let mut seen = Seen::default();
    runs.iter().for_each(|ran| seen.add(&ran.seen));
    let forms: u64 = runs.iter().map(|ran| ran.forms).sum();
    let never: Vec<Rare> = if runs.len() as u64 >= ENOUGH { seen.never() } else { Vec::new() };
    if at.json {
        let rare = Rare::ALL.iter().map(|rare| (rare.words().to_owned(), seen.times(*rare).into()));
        print_json(&serde_json::json!({
            "runs": runs.iter().map(|ran| serde_json::json!({
                "seed": ran.seed, "people": ran.people, "steps": ran.steps, "forms": ran.forms, "state_hash": ran.hash,
            })).collect::<Vec<_>>(),
            "seen": serde_json::Value::Object(rare.collect()),
            "never": never.iter().map(|rare| rare.words()).collect::<Vec<_>>(),
        }));
    } else {
        if let [only] = runs {
            print_line(&format!("seed {}  {} people  {} steps", only.seed, only.people, only.steps));
            print_line(&format!("state_hash {}", only.hash));
        }
        for rare in Rare::ALL.iter().filter(|_| runs.len() > 1) {
            print_line(&format!("{:>8}  {}", seen.times(*rare), rare.words()));
        }
        for rare in &never {
            print_line(&format!("never: {}", rare.words()));
        }
        print_line(&format!("{} seeds, {forms} forms: every invariant holds, nobody is lost", runs.len()));
    }
    if never.is_empty() { Ended::Well } else { Ended::WithFindings }
}
