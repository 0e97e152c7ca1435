//! `accord doctor`: what may go wrong with this store on this machine, and how to put it right.

use super::opened::{key_file, settings};
use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::base::clock::{Chance, Clock, machine_now};
use crate::base::db::migrate;
use crate::config::PHONE_OF_NOBODY;
use crate::evidence::health;
use clap::Args;
use serde::Serialize;
use std::path::Path;
use std::time::Instant;

/// What `doctor` takes: nothing of its own.
#[derive(Debug, Args)]
pub struct Doctor {}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Works, but not well.
    Warn,
    /// Does not work, or is not safe.
    Fail,
}

/// One check.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What was looked at.
    pub what: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// How to put it right; empty when it is.
    pub fix: String,
}

fn check(what: &'static str, verdict: Verdict, seen: impl Into<String>, fix: &str) -> Check {
    let fix = if verdict == Verdict::Ok { String::new() } else { fix.to_owned() };
    Check { what, verdict, seen: seen.into(), fix }
}

pub(super) fn run(at: &At, _: &Doctor) -> Result<Ended, Failure> {
    let checks = examine(at);
    let failed = checks.iter().any(|c| c.verdict == Verdict::Fail);
    if at.json {
        print_json(&serde_json::json!({ "checks": checks, "ok": !failed }));
    } else {
        for c in &checks {
            let word = match c.verdict {
                Verdict::Ok => "ok  ",
                Verdict::Warn => "warn",
                Verdict::Fail => "FAIL",
            };
            print_line(&format!("{word}  {}: {}", c.what, c.seen));
            if !c.fix.is_empty() {
                print_line(&format!("      {}", c.fix));
            }
        }
    }
    Ok(if failed { Ended::WithFindings } else { Ended::Well })
}

/// Every check that can be made.
pub fn examine(at: &At) -> Vec<Check> {
    let place = at.place();
    let mut checks = Vec::new();
    match settings(at, &place) {
        Ok(config) => {
            checks.push(check("settings", Verdict::Ok, "every key is known", ""));
            if let Ok(file) = key_file(at, &place, &config) {
                checks.push(key_mode(&file));
            }
            let invented = config.help.phone == PHONE_OF_NOBODY;
            let verdict = if invented { Verdict::Warn } else { Verdict::Ok };
            checks.push(check(
                "help line",
                verdict,
                config.help.phone,
                "set help.phone in the settings: nobody answers this number",
            ));
        }
        Err(e) => checks.push(check("settings", Verdict::Fail, format!("{} ({})", e.what, e.place), &e.next)),
    }
    if let Some(folder) = place.folder() {
        checks.push(free_space(folder));
        checks.push(sync_time(folder));
    }
    match Opened::open(at, Clock::Machine, Chance::machine()) {
        Ok(store) => inside(&store, &mut checks),
        Err(e) => checks.push(check("store", Verdict::Fail, format!("{} ({})", e.what, e.place), &e.next)),
    }
    checks
}

fn inside(store: &Opened, checks: &mut Vec<Check>) {
    checks.push(check("store", Verdict::Ok, format!("opens at {}", store.place), ""));
    let newest = migrate::MIGRATIONS.last().map_or(0, |m| m.version);
    checks.push(check("schema", Verdict::Ok, format!("step {newest}, this binary's"), ""));
    let seen = store.db.read_now(&store.operator(), health::look);
    let seen = match seen {
        Ok(seen) => seen,
        Err(e) => return checks.push(check("engine", Verdict::Fail, e.to_string(), "run accord doctor again")),
    };
    let durable = if seen.durable { Verdict::Ok } else { Verdict::Fail };
    checks.push(check(
        "durable commits",
        durable,
        seen.durability,
        "set synchronous_commit = on, and fsync = on, in the database's settings",
    ));
    let order = if seen.collation == "C" { Verdict::Ok } else { Verdict::Fail };
    checks.push(check(
        "collation",
        order,
        seen.collation,
        "make the database anew with LC_COLLATE 'C'; lists sort differently otherwise",
    ));
    let isolation = if seen.isolation == "read committed" { Verdict::Ok } else { Verdict::Warn };
    checks.push(check("isolation", isolation, seen.isolation, "set default_transaction_isolation = 'read committed'"));
    let now = machine_now();
    let behind = seen.newest_us.is_some_and(|newest| newest > now.as_microsecond().saturating_add(60_000_000));
    let verdict = if behind { Verdict::Fail } else { Verdict::Ok };
    let said = if behind { format!("{now}, earlier than the newest row of the audit") } else { now.to_string() };
    checks.push(check(
        "clock",
        verdict,
        said,
        "set this machine's clock; a virtual one (the demo's) may rightly be ahead",
    ));
    let fresh = seen.unsealed == 0;
    let verdict = if fresh { Verdict::Ok } else { Verdict::Warn };
    checks.push(check(
        "audit seal",
        verdict,
        format!("{} rows wait for it", seen.unsealed),
        "start accord serve, which seals within a second",
    ));
    let verdict = if seen.holds.overdue == 0 { Verdict::Ok } else { Verdict::Warn };
    checks.push(check(
        "held places",
        verdict,
        format!("{}, {} of them longer than they should be", seen.holds.places, seen.holds.overdue),
        "start accord serve, which gives them back within seconds; they count as taken until somebody wants them",
    ));
}

#[cfg(unix)]
fn key_mode(file: &Path) -> Check {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::metadata(file) {
        Err(e) => check(
            "key file",
            Verdict::Fail,
            format!("{}: {e}", file.display()),
            "put the store's own key back, or name it with --key-file",
        ),
        Ok(meta) => {
            let mode = meta.permissions().mode() & 0o777;
            let verdict = if mode & 0o077 == 0 { Verdict::Ok } else { Verdict::Fail };
            let fix = format!("chmod 600 {}", file.display());
            check("key file", verdict, format!("{}, mode {mode:o}", file.display()), &fix)
        }
    }
}

#[cfg(not(unix))]
fn key_mode(file: &Path) -> Check {
    let there = if file.exists() { Verdict::Ok } else { Verdict::Fail };
    check("key file", there, file.display().to_string(), "put the store's own key back, or name it with --key-file")
}

/// A store of 20,000 people takes about 100 MB; under 500 MB free there is no room for its backup.
const ROOM_MB: u64 = 500;

fn free_space(folder: &Path) -> Check {
    let Some(room) = health::room(folder) else {
        return check("free space", Verdict::Warn, "could not be asked", "look yourself: 500 MB is the least");
    };
    let verdict = if room.free_mb < ROOM_MB / 10 {
        Verdict::Fail
    } else if room.free_mb < ROOM_MB || room.used_percent >= health::NEARLY_FULL_PERCENT {
        Verdict::Warn
    } else {
        Verdict::Ok
    };
    let seen = format!("{} MB, the disk is {} % full", room.free_mb, room.used_percent);
    check("free space", verdict, seen, "free some space, or move the store")
}

/// A disk that takes longer than this to make a write safe holds bookings up, in milliseconds.
const SLOW_SYNC_MS: f64 = 30.0;

fn sync_time(folder: &Path) -> Check {
    let file = folder.join(".accord-doctor");
    let timed = timed_syncs(&file);
    drop(std::fs::remove_file(&file));
    match timed {
        Err(e) => check(
            "disk",
            Verdict::Fail,
            format!("can't write to {}: {e}", folder.display()),
            "let whoever runs accord write there",
        ),
        Ok(ms) => {
            let verdict = if ms > SLOW_SYNC_MS { Verdict::Warn } else { Verdict::Ok };
            check(
                "disk",
                verdict,
                format!("{ms:.1} ms to make a write safe (median of 9)"),
                "put the store on a faster local disk; network disks are slow and may lie",
            )
        }
    }
}

fn timed_syncs(file: &Path) -> std::io::Result<f64> {
    use std::io::Write;
    let mut out = std::fs::File::create(file)?;
    let mut times = Vec::new();
    for _ in 0..9 {
        let began = Instant::now();
        out.write_all(&[0; 4096])?;
        out.sync_data()?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}
