//! `accord import FILE... --employer CODE --dry-run --json`: what lists say, matched with each other, without a store.

use super::Failure;
use super::import::{DONE, ImportArgs, ListFile, REFUSED};
use crate::base::refusal::Refusal;
use crate::cohort::employment::{Job, is_made};
use crate::cohort::import::apart::{Apart, At, List, Somebody, look};
use crate::cohort::import::reading::File;
use accord_formats::{Date, Severity};
use serde_json::{Value, json};

/// Prints one JSON object. The answer is the exit code.
pub(super) fn run(args: &ImportArgs, today: Date) -> Result<u8, Failure> {
    let files = args.lists()?;
    let all = files.iter().map(ListFile::read).collect::<Result<Vec<_>, _>>()?;
    let lists: Vec<List<'_>> = files
        .iter()
        .zip(&all)
        .map(|(file, (name, bytes))| List { employer: &file.employer, file: File { name, bytes } })
        .collect();
    match look(&lists, today) {
        Ok(apart) => {
            super::print_json(&told(&apart, &files));
            Ok(DONE)
        }
        Err((n, refusal)) => {
            Failure::bad_input(refusal.sentence(), files[n].path.display(), refusal.next_step()).say();
            let file = files[n].path.display().to_string();
            super::print_json(&json!({ "file": file, "refused": refusal.code(), "why": refusal.sentence() }));
            Ok(REFUSED)
        }
    }
}

fn told(apart: &Apart, files: &[ListFile]) -> Value {
    let at = |at: &At| {
        let (list, (sheet, record)) = *at;
        let file = files[list].path.file_name().map(|name| name.to_string_lossy().into_owned());
        let sheet = apart.readings[list].sheets.get(usize::from(sheet));
        json!({ "file": file, "sheet": sheet.map_or("", String::as_str), "record": record })
    };
    let all = |places: &[At]| places.iter().map(at).collect::<Vec<_>>();
    let mut faults = Vec::new();
    for (list, reading) in apart.readings.iter().enumerate() {
        for fault in reading.faults.iter().filter(|fault| fault.severity != Severity::Note) {
            let place = at(&(list, (fault.sheet, fault.row)));
            faults.push(json!({ "at": place, "column": fault.column, "seen": fault.seen, "wanted": fault.wanted,
                                "kind": format!("{:?}", fault.code), "if_left": fault.if_left() }));
        }
    }
    json!({
        "records": apart.readings.iter().map(|reading| u64::from(reading.records)).sum::<u64>(),
        "people": apart.people.iter().map(|one| person(one, all(&one.at))).collect::<Vec<_>>(),
        "faults": faults,
        "not_people": apart.no_people.iter().map(|(one, what)| json!({ "at": at(one), "what": what })).collect::<Vec<_>>(),
        "unclear": apart.unclear.iter().map(|one| json!({ "at": all(&one.at), "why": one.why })).collect::<Vec<_>>(),
        "cut_off": apart.readings.iter().zip(files).filter(|(reading, _)| reading.cut_off.is_some())
            .map(|(_, file)| file.path.display().to_string()).collect::<Vec<_>>(),
    })
}

fn person(one: &Somebody, at: Vec<Value>) -> Value {
    let of = &one.particulars;
    let mut given = of.name.given.split_whitespace();
    json!({
        "at": at,
        "forename": given.next().unwrap_or_default(),
        "other_forenames": given.collect::<Vec<_>>().join(" "),
        "surname": of.name.family,
        "date_of_birth": of.date_of_birth.map(|date| date.to_string()),
        "nhs_number": of.nhs_number.map(|number| number.to_string()),
        "employments": one.jobs.iter().map(|(employer, job)| employment(employer, job)).collect::<Vec<_>>(),
        "email": of.email.as_ref().map(ToString::to_string),
        "mobile": of.mobile.as_ref().map(|number| number.as_str().replacen("+44", "0", 1)),
        "home_postcode": of.home_postcode.as_ref().map(ToString::to_string),
    })
}

fn employment(employer: &str, job: &Job) -> Value {
    let number = Some(&job.staff_number).filter(|number| !is_made(number));
    json!({ "employer": employer, "employee_number": number, "team": job.team, "role": job.job_title })
}
