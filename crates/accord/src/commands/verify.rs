//! `accord verify`: every invariant of the store, counted.

use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::base::clock::{Chance, Clock};
use crate::base::fingerprint;
use crate::evidence::verify::{self, Finding};
use crate::plan::files::{Files, verify_plan_files};
use clap::Args;
use std::path::{Path, PathBuf};

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct Verify {
    /// Also print the store's fingerprint: equal stores have equal ones
    #[arg(long)]
    fingerprint: bool,
    /// Check a plan instead: the folder with the files that `accord export proof` wrote; needs no store
    #[arg(long, value_name = "DIR")]
    proof: Option<PathBuf>,
}

pub(super) fn run(at: &At, args: &Verify) -> Result<Ended, Failure> {
    if let Some(folder) = &args.proof {
        return plan_files(at, folder);
    }
    let store = Opened::open(at, Clock::Machine, Chance::machine())?;
    let findings = store.db.read_now(&store.operator(), verify::verify).map_err(|e| store.failed(&e))?;
    let hash = if args.fingerprint {
        Some(store.db.read_now(&store.operator(), fingerprint::of).map_err(|e| store.failed(&e))?)
    } else {
        None
    };
    if at.json {
        let entries = findings.iter().map(|f| (f.name.to_owned(), entry(f))).collect::<serde_json::Map<_, _>>();
        let mut answer = serde_json::Value::Object(entries);
        if let Some(hash) = hash {
            answer["store_hash"] = hash.into();
        }
        print_json(&answer);
    } else {
        for finding in &findings {
            print(finding);
        }
        if let Some(hash) = hash {
            print_line(&format!("store_hash {hash}"));
        }
    }
    let clean = findings.iter().all(|f| f.violations.unwrap_or(0) == 0);
    Ok(if clean { Ended::Well } else { Ended::WithFindings })
}

/// Checks every hard rule, the value and the bound of exported files, by code that shares nothing with the planner.
fn plan_files(at: &At, folder: &Path) -> Result<Ended, Failure> {
    let read = |name: &str| {
        let file = folder.join(name);
        std::fs::read(&file).map_err(|e| {
            Failure::bad_input(
                format!("the file can't be read: {e}"),
                file.display(),
                "write it with accord export proof",
            )
        })
    };
    let files = Files { problem: read("plan.problem")?, plan: read("plan.plan")?, proof: read("plan.proof")? };
    let report = verify_plan_files(&files)
        .map_err(|e| Failure::bad_input(e.to_string(), folder.display(), "export it again with accord export proof"))?;
    let (violations, value, bound) = (report.violations.len(), report.value.total, report.bound);
    if at.json {
        print_json(&serde_json::json!({
            "violations": violations, "value": value, "bound": bound, "gap": report.gap, "most_people": report.most_people,
        }));
    } else {
        print_line(&format!("{violations} violations; value {value}, no plan can be below {bound}"));
        for violation in report.violations.iter().take(5) {
            print_line(&format!("     {violation:?}"));
        }
    }
    Ok(if violations == 0 { Ended::Well } else { Ended::WithFindings })
}

fn entry(finding: &Finding) -> serde_json::Value {
    match finding.violations {
        Some(violations) => serde_json::json!({
            "checked": true, "violations": violations, "promise": finding.promise, "first": finding.why,
        }),
        None => serde_json::json!({
            "checked": false, "violations": 0, "promise": finding.promise, "reason": finding.why.first(),
        }),
    }
}

fn print(finding: &Finding) {
    let said = match finding.violations {
        Some(0) => "holds".to_owned(),
        Some(n) => format!("BROKEN {n} times"),
        None => "not checked".to_owned(),
    };
    print_line(&format!("{:4} {:52} {said}", finding.name, finding.promise));
    for why in &finding.why {
        print_line(&format!("     {why}"));
    }
}
