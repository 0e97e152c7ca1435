//! `accord elsewhere FILE`: who had it elsewhere, from a file: what it would do, and with --yes done.

use super::clinics::read_text;
use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::base::clock::{Chance, Clock};
use crate::base::db::Stop;
use crate::base::refusal::Refusal;
use crate::booking::elsewhere::{Counts, ElsewhereRefusal, Preview, preview, take};
use clap::Args;
use std::path::PathBuf;

/// What `elsewhere` takes.
#[derive(Debug, Args)]
pub struct ElsewhereArgs {
    /// CSV with the columns given_name, family_name, date_of_birth, date, and where there are nhs_number, home_postcode,
    /// email, mobile, employer, staff_number, product; dates as 2027-01-05
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Take it; else it is only looked at
    #[arg(long)]
    yes: bool,
}

/// Why nothing was kept.
enum No {
    Refused(ElsewhereRefusal),
    /// It was only to be looked at.
    OnlyLooked(Preview),
}

/// Faults that are shown; the page shows as many.
const FAULTS: usize = 10;

pub(super) fn run(at: &At, args: &ElsewhereArgs) -> Result<Ended, Failure> {
    let text = read_text(&args.file)?.1;
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let opened = Opened::open(at, Clock::Machine, Chance::machine())?;
    let yes = args.yes;
    let done = opened.db.write_now(&opened.operator(), move |tx| {
        let mut seen = preview(tx, &name, &text).map_err(refused)?;
        if !yes {
            return Err(Stop::Refused(No::OnlyLooked(seen)));
        }
        seen.counts = take(tx, seen.id).map_err(refused)?;
        Ok(seen)
    });
    let seen = match done {
        Ok(seen) | Err(Stop::Refused(No::OnlyLooked(seen))) => seen,
        Err(Stop::Refused(No::Refused(refusal))) => {
            let place = args.file.display();
            return Err(match refusal {
                ElsewhereRefusal::NotATable(_) | ElsewhereRefusal::TooLong => {
                    Failure::bad_input(refusal.sentence(), place, refusal.next_step())
                }
                _ => Failure::refused(refusal.sentence(), place, refusal.next_step()),
            });
        }
        Err(Stop::Store(error)) => return Err(opened.failed(&error)),
    };
    if yes {
        crate::app::seal_now(&opened.db, &opened.operator()).map_err(|e| opened.failed(&e))?;
    }
    show(at, yes, &seen);
    Ok(if seen.counts.unclear + seen.counts.faults > 0 { Ended::WithFindings } else { Ended::Well })
}

fn refused(stop: Stop<ElsewhereRefusal>) -> Stop<No> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(No::Refused(refusal)),
        Stop::Store(error) => Stop::Store(error),
    }
}

fn show(at: &At, taken: bool, seen: &Preview) {
    let Counts { certain, unclear, nobody, known, faults } = &seen.counts;
    if at.json {
        let each = seen.faults.iter().map(|fault| fault.sentence());
        return print_json(&serde_json::json!({
            "taken": taken, "certain": certain, "unclear": unclear, "nobody": nobody, "known": known,
            "left_out": faults, "faults": each.collect::<Vec<_>>(),
        }));
    }
    for (number, words) in [
        (certain, "name somebody for certain"),
        (unclear, "are to be decided by the campaign lead"),
        (nobody, "name nobody of ours"),
        (known, "were known before"),
        (faults, "were left out"),
    ] {
        print_line(&format!("{number:>8}  {words}"));
    }
    for fault in seen.faults.iter().take(FAULTS) {
        print_line(&fault.sentence());
    }
    print_line(if taken { "Taken." } else { "Not taken: nothing was changed. Add --yes to take it." });
}
