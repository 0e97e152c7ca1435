//! `accord verify`: every invariant of the store, counted.

use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::base::clock::{Chance, Clock};
use crate::base::fingerprint;
use crate::evidence::verify::{self, Finding};
use clap::Args;

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct Verify {
    /// Also print the store's fingerprint: equal stores have equal ones
    #[arg(long)]
    fingerprint: bool,
}

pub(super) fn run(at: &At, args: &Verify) -> Result<Ended, Failure> {
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
