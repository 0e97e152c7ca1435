//! The simulation row: `accord sim` over many seeds; a few of them again, to the same state.

use crate::how::{Failed, How, Proved, Stand, say};
use serde_json::Value;
use std::process::Command;
use std::time::Instant;

pub const BAR: &str = "100,000 seeds of at most 40 people: an invariant after every step, all of them after sixty and at \
                       the end, nobody lost, every rare path walked; the same seed gives the same state (short: 2,000 \
                       seeds in 3 minutes)";

/// Seeds in one call, so that progress is told.
const AT_A_TIME: u64 = 2_000;
/// Seconds that the short form may take on two quiet cores.
const SHORT_SECONDS: f64 = 180.0;

pub fn run(how: &How) -> Result<Proved, Failed> {
    let (seeds, since) = (how.of(2_000, 100_000), Instant::now());
    let first = how.seed.saturating_sub(1) * seeds;
    let (mut faults, mut forms, mut rare) = (Vec::new(), 0, Vec::new());
    for from in (first..first + seeds).step_by(AT_A_TIME as usize) {
        let answer = sim(how, from..(from + AT_A_TIME).min(first + seeds))?;
        if let Some(seed) = answer.get("seed") {
            let (why, again) = (&answer["failed"], &answer["again"]);
            faults.push(format!("seed {seed}: {why}; again: {again}"));
            break;
        }
        forms += answer["runs"].as_array().map_or(0, |runs| runs.iter().filter_map(|run| run["forms"].as_u64()).sum());
        faults.extend(answer["never"].as_array().into_iter().flatten().map(|path| format!("never: {path}")));
        rare = answer["seen"]
            .as_object()
            .map(|seen| seen.iter().map(|(a, b)| (a.clone(), b.to_string())).collect())
            .unwrap_or_default();
        say(format!("seeds up to {}", from + AT_A_TIME));
    }
    let seconds = since.elapsed().as_secs_f64();
    for seed in [first, first + seeds / 2] {
        let hash = |answer: Value| answer["runs"][0]["state_hash"].as_str().map(str::to_owned);
        let (one, other) = (hash(sim(how, seed..seed + 1)?), hash(sim(how, seed..seed + 1)?));
        if one.is_none() || one != other {
            faults.push(format!("seed {seed} came to {one:?} and to {other:?}"));
        }
    }
    let soon = if how.short { how.at_most(seconds, SHORT_SECONDS) } else { Stand::Holds };
    let figure = match faults.first() {
        None => format!("{seeds} seeds, {forms} forms in {seconds:.0} s: every invariant held, nobody lost"),
        Some(fault) => fault.clone(),
    };
    Ok(Proved::new(figure, soon.max(faults.is_empty().into()), rare))
}

fn sim(how: &How, seeds: std::ops::Range<u64>) -> Result<Value, Failed> {
    let range = format!("{}..{}", seeds.start, seeds.end);
    let done = Command::new(&how.bin).args(["sim", "--seeds", &range, "--json"]).output()?;
    let said = String::from_utf8_lossy(&done.stdout);
    let last = said.lines().last().ok_or_else(|| String::from_utf8_lossy(&done.stderr).into_owned())?;
    Ok(serde_json::from_str(last)?)
}
