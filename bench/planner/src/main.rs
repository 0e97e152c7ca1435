//! Plans an instance of format v1, or the problem of a store (`accord export proof` writes it), checks plan and proof,
//! and prints one line; with `--trace` the seconds at every step of every phase before it.
//!
//! `bench-planner FILE [--work N] [--threads N] [--trace]`, where work 1 is the standard budget.

mod instance;

use accord_planner::{Budget, plan};
use accord_proof::{Problem, ReadError, check};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn option(args: &[String], name: &str) -> Result<Option<f64>, String> {
    let Some(at) = args.iter().position(|a| a == name) else {
        return Ok(None);
    };
    let value = args.get(at + 1).and_then(|v| v.parse().ok());
    value.map(Some).ok_or_else(|| format!("{name} wants a number"))
}

fn run(args: &[String]) -> Result<String, String> {
    let path = args.first().ok_or("usage: bench-planner FILE [--work N] [--threads N] [--trace]")?;
    let begin = Instant::now();
    let bytes = std::fs::read(path).map_err(|e| format!("{path}: {e}"))?;
    let problem = match accord_proof::read_problem(&bytes) {
        Err(ReadError::WrongKind) => instance::read(&bytes)?,
        other => other.map_err(|e| format!("{path}: {e:?}"))?,
    };
    problem.validate().map_err(|e| format!("{path}: {e:?}"))?;
    let mut budget = Budget::standard().times(option(args, "--work")?.unwrap_or(1.0));
    if let Some(threads) = option(args, "--threads")? {
        budget.threads = threads as usize;
    }
    let trace = args.iter().any(|a| a == "--trace");
    if trace {
        eprintln!("{}", described(&problem));
    }
    let outcome = plan(&problem, budget, &mut |p| {
        if trace {
            eprintln!("{:7.2} s cpu {:6.2} {p:?}", begin.elapsed().as_secs_f64(), cpu_seconds());
        }
    });
    let (wall, cpu) = (begin.elapsed().as_secs_f64(), cpu_seconds());
    let report = check(&problem, &outcome.plan, &outcome.proof);
    let name = path.rsplit('/').next().unwrap_or(path);
    Ok(format!(
        "{name} value {} bound {} gap {:.3}% soft {:.3}% unplaced {} (proven at least {}) violations {} cpu {cpu:.2} s wall {wall:.2} s check {:.2} s peak {} MB",
        report.value.total,
        report.bound,
        report.gap * 100.0,
        report.soft_gap * 100.0,
        report.value.people_unplaced,
        problem.people.len() as u64 - report.most_people,
        report.violations.len(),
        begin.elapsed().as_secs_f64() - wall,
        peak_megabytes(),
    ))
}

/// How large the problem is.
fn described(problem: &Problem) -> String {
    let partial = problem.reaches.iter().filter(|r| r.first_day > 0 || r.last_day + 1 < problem.days).count();
    let pinned = problem.people.iter().filter(|p| !p.pinned.is_empty()).count();
    format!(
        "{} people ({pinned} pinned), {} days, {:?}, {:?}, {} sites, {} blocks, {} places, {} supplies, {} teams, {} allocations, {} reaches ({partial} on some days only)",
        problem.people.len(),
        problem.days,
        problem.appointments,
        problem.products,
        problem.sites,
        problem.blocks.len(),
        problem.blocks.iter().map(|b| u64::from(b.capacity())).sum::<u64>(),
        problem.supplies.len(),
        problem.teams.len(),
        problem.allocations.len(),
        problem.reaches.len(),
    )
}

/// Processor seconds of this process, all threads (Linux; nought elsewhere).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().map(|f| f.parse().unwrap_or(0.0)).collect();
    // Fields 14 and 15 of the file, in ticks of a hundredth of a second; the first two are cut off above.
    fields.get(11..13).map_or(0.0, |f| f.iter().sum::<f64>() / 100.0)
}

fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or(0) / 1024
}
