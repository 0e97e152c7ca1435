//! `accord export`: what partners and checkers may take away, as files.

use super::plan::campaign;
use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::base::clock::{Chance, Clock};
use crate::base::db::{Stop, StoreError};
use crate::clinic::import::{export_deliveries, export_sessions, export_sites};
use crate::partnership::import::export_organisations;
use crate::plan::files::export_proof;
use crate::plan::store;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// What `export` takes.
#[derive(Debug, Args)]
pub struct Export {
    /// What to write
    #[arg(value_enum)]
    what: What,
    /// The folder to write into; made when it is not there
    #[arg(long, value_name = "DIR", default_value = ".")]
    to: PathBuf,
    /// Say what would be written and write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Sites, sessions and deliveries as CSV; they can be imported again
    Clinics,
    /// Organisations as CSV; it can be imported again
    Organisations,
    /// The newest plan's problem, plan and proof: whoever may hold them can check the plan without us
    Proof,
}

pub(super) fn run(at: &At, args: &Export) -> Result<Ended, Failure> {
    let opened = Opened::open(at, Clock::Machine, Chance::machine())?;
    let files = match args.what {
        What::Clinics => clinics(&opened)?,
        What::Organisations => organisations(&opened)?,
        What::Proof => proof(&opened)?,
    };
    if !args.dry_run {
        for (name, bytes) in &files {
            write(&args.to, name, bytes)?;
        }
    }
    if at.json {
        let named = files.iter().map(|(name, bytes)| serde_json::json!({ "file": name, "bytes": bytes.len() }));
        print_json(&serde_json::json!({ "to": args.to, "written": !args.dry_run, "files": named.collect::<Vec<_>>() }));
    } else {
        for (name, bytes) in &files {
            let verb = if args.dry_run { "would write" } else { "wrote" };
            print_line(&format!("{verb} {} ({} bytes)", args.to.join(name).display(), bytes.len()));
        }
    }
    Ok(Ended::Well)
}

type Files = Vec<(&'static str, Vec<u8>)>;

fn clinics(opened: &Opened) -> Result<Files, Failure> {
    let read = opened.db.read_now(&opened.operator(), |tx| {
        Ok::<_, StoreError>((export_sites(tx)?, export_sessions(tx)?, export_deliveries(tx)?))
    });
    let (sites, sessions, deliveries) = read.map_err(|e| opened.failed(&e))?;
    Ok(vec![
        ("sites.csv", sites.into_bytes()),
        ("sessions.csv", sessions.into_bytes()),
        ("deliveries.csv", deliveries.into_bytes()),
    ])
}

fn organisations(opened: &Opened) -> Result<Files, Failure> {
    let read = opened.db.read_now(&opened.operator(), export_organisations);
    Ok(vec![("organisations.csv", read.map_err(|e| opened.failed(&e))?.into_bytes())])
}

fn proof(opened: &Opened) -> Result<Files, Failure> {
    let who = opened.operator();
    let none = || Failure::bad_input("there is no plan yet", &opened.place, "make one with: accord plan");
    let campaign = campaign(&opened.db, &who, None).map_err(|stop| match stop {
        Stop::Store(error) => opened.failed(&error),
        Stop::Refused(_) => none(),
    })?;
    let read = opened.db.read_now(&who, move |tx| match store::newest(tx, campaign)? {
        Some(plan) => export_proof(tx, plan.id),
        None => Ok(None),
    });
    let files = read.map_err(|e| opened.failed(&e))?.ok_or_else(none)?;
    Ok(vec![("plan.problem", files.problem), ("plan.plan", files.plan), ("plan.proof", files.proof)])
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |e: std::io::Error| {
        Failure::environment(
            format!("a file can't be written: {e}"),
            folder.join(name).display(),
            "choose another folder with --to",
        )
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::write(folder.join(name), bytes).map_err(failed)
}
