//! `accord organisations FILE`: who takes part, from a file as `accord export organisations` writes it.

use super::clinics::read_text;
use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::base::clock::{Chance, Clock};
use crate::base::db::Stop;
use crate::base::refusal::Refusal;
use crate::partnership::import::{Imported, import_organisations};
use crate::partnership::organisation::OrganisationRefusal;
use clap::Args;
use std::path::PathBuf;

/// What `organisations` takes. The whole file is taken, or nothing of it.
#[derive(Debug, Args)]
pub struct Organisations {
    /// CSV: code,name,kind,postcode,is_employer,is_host,declared_headcount,contact_name,contact_role
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Say what would change and change nothing
    #[arg(long)]
    dry_run: bool,
}

enum No {
    Refused(OrganisationRefusal),
    /// Nothing is wrong, but it was only to be looked at.
    OnlyLooked(Imported),
}

pub(super) fn run(at: &At, args: &Organisations) -> Result<Ended, Failure> {
    let (file, text) = read_text(&args.file)?;
    let opened = Opened::open(at, Clock::Machine, Chance::machine())?;
    let only_look = args.dry_run;
    let taken = opened.db.write_now(&opened.operator(), move |tx| match import_organisations(tx, &text) {
        Ok(done) if only_look => Err(Stop::Refused(No::OnlyLooked(done))),
        Ok(done) => Ok(done),
        Err(Stop::Refused(refusal)) => Err(Stop::Refused(No::Refused(refusal))),
        Err(Stop::Store(error)) => Err(Stop::Store(error)),
    });
    let done = match taken {
        Ok(done) | Err(Stop::Refused(No::OnlyLooked(done))) => done,
        Err(Stop::Refused(No::Refused(refusal))) => {
            let place = match &refusal {
                OrganisationRefusal::Faults(faults) => {
                    faults.first().map_or(file.clone(), |f| format!("{file}, row {}", f.row))
                }
                _ => file,
            };
            return Err(Failure::bad_input(refusal.sentence(), place, refusal.next_step()));
        }
        Err(Stop::Store(error)) => return Err(opened.failed(&error)),
    };
    if !only_look {
        crate::app::seal_now(&opened.db, &opened.operator()).map_err(|e| opened.failed(&e))?;
    }
    let Imported { added, changed, same } = done;
    if at.json {
        print_json(&serde_json::json!({ "written": !only_look, "added": added, "changed": changed, "same": same }));
        return Ok(Ended::Well);
    }
    print_line(&format!("organisations: {added} added, {changed} changed, {same} as before"));
    if only_look {
        print_line("Dry run: nothing was changed.");
    }
    Ok(Ended::Well)
}
