//! The staff lists: written as employers would send them, then taken by the ordinary importer.

use super::{Site, refused};
use crate::base::words;
use crate::cohort::import::{self, Committed, Confirm, ImportRefusal, Preview, Previewed};
use crate::commands::Failure;
use indicatif::ProgressBar;
use std::path::Path;

/// What came of all lists.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Imported {
    /// Lists taken.
    pub lists: u64,
    /// Rows read.
    pub rows: u64,
    /// Faults listed.
    pub faults: u64,
    /// Items on the worklist.
    pub unclear: u64,
}

impl Imported {
    /// In a line.
    pub fn said(&self) -> String {
        format!(
            "{} lists, {} rows, {} faults listed, {} to decide",
            self.lists,
            words::number(self.rows),
            words::number(self.faults),
            words::number(self.unclear)
        )
    }
}

/// Puts lists and truth into the folder, for whoever wants to look or to try the importer by hand.
pub(super) fn write_files(site: &Site<'_>) -> Result<(), Failure> {
    let staff = site.files.join("staff");
    let truth = site.files.join("truth");
    for folder in [&staff, &truth] {
        std::fs::create_dir_all(folder).map_err(|e| unwritten(folder, &e))?;
    }
    for file in &site.world.staff_files {
        write(&staff.join(format!("{}-{}", file.employer_id, file.file_name)), &file.bytes)?;
    }
    write(&truth.join("people.csv"), site.world.truth.people_csv().as_bytes())?;
    write(&truth.join("rows.csv"), site.world.truth.rows_csv().as_bytes())
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(file, bytes).map_err(|e| unwritten(file, &e))
}

fn unwritten(file: &Path, error: &std::io::Error) -> Failure {
    Failure::environment(
        format!("a file can't be written: {error}"),
        file.display(),
        "free some space, or choose another folder with --at; run it again and it goes on",
    )
}

/// Previews and takes every list that was not taken before.
pub(super) fn import(site: &Site<'_>, bar: &ProgressBar) -> Result<Imported, Failure> {
    bar.set_length(site.world.staff_files.len() as u64);
    for (at, file) in site.world.staff_files.iter().enumerate() {
        bar.set_message(file.employer_id.clone());
        let minute = 1 + at as i64 / 10;
        let cmd = Preview {
            employer: file.employer_id.clone(),
            file_name: file.file_name.clone(),
            bytes: file.bytes.clone(),
            today: site.world.settings.today,
            mapping: None,
        };
        let db = site.at(minute, &format!("preview {}", file.employer_id));
        let shown = db.write_now(&site.who, move |tx| import::preview(tx, &cmd));
        let shown = shown.map_err(|stop| refused(site, &format!("the list of {}", file.employer_id), stop))?;
        if let Previewed::Review(review) = shown {
            take(site, minute, &file.employer_id, &review)?;
        }
        bar.inc(1);
    }
    counted(site)
}

/// Takes a reviewed list. Where the importer asks for a second yes, the demo's contact gives it.
fn take(site: &Site<'_>, minute: i64, employer: &str, review: &import::Review) -> Result<Committed, Failure> {
    let Some(id) = review.import else {
        return Err(Failure::refused("a list was only looked at", employer, "run accord demo --fresh"));
    };
    let confirm = Confirm { second_yes: !review.second_yes.is_empty() };
    let db = site.at(minute, &format!("take {employer}"));
    let taken = db.write_now(&site.who, move |tx| import::commit(tx, id, confirm));
    taken.map_err(|stop: crate::base::db::Stop<ImportRefusal>| refused(site, &format!("the list of {employer}"), stop))
}

fn counted(site: &Site<'_>) -> Result<Imported, Failure> {
    let read = site.db.read_now(&site.who, crate::evidence::store::import_totals);
    let (lists, rows, faults, unclear) = read.map_err(|e| site.failed(&e))?;
    Ok(Imported { lists, rows, faults, unclear })
}
