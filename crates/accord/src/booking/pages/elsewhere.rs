//! Who had it elsewhere: what an employer enters, and what the lead takes and decides.

use crate::base::page::{OpsFrame, Problem, problem_of};
use crate::base::words;
use askama::Template;
use jiff::civil::Date;

/// An employer's page: it says the same whatever is known of the person.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/elsewhere_report.html")]
pub struct ElsewhereReport {
    /// Frame.
    pub frame: OpsFrame,
    /// The employer.
    pub organisation: String,
    /// Whether a report was just sent.
    pub noted: bool,
    /// As typed.
    pub staff_number: String,
    /// As typed.
    pub name: String,
    /// As typed.
    pub when: [String; 3],
    /// As typed.
    pub product: String,
    /// Fields "staff_number" and "day".
    pub problems: Vec<Problem>,
    /// Where the form goes.
    pub action: String,
    /// Idempotency key.
    pub key: String,
}

impl ElsewhereReport {
    fn has(&self, field: &str) -> bool {
        problem_of(&self.problems, field).is_some()
    }
}

/// The lead's page of files and of what is to be decided.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/elsewhere_files.html")]
pub struct ElsewhereFiles {
    /// Frame.
    pub frame: OpsFrame,
    /// The file that waits for a yes.
    pub review: Option<Review>,
    /// What is to be decided.
    pub rows: Vec<ReportRow>,
    /// Field "file".
    pub problems: Vec<Problem>,
    /// Idempotency key; the file's form adds a letter.
    pub key: String,
}

impl ElsewhereFiles {
    fn finding(&self) -> String {
        match self.rows.len() as u64 {
            0 => "Every report is decided.".to_owned(),
            n => format!("{} to be decided.", words::count(n, "report is", "reports are")),
        }
    }
}

/// What a file would do.
#[derive(Debug, Clone)]
pub struct Review {
    /// Its id.
    pub id: String,
    /// Its name.
    pub file: String,
    /// Counts with their names.
    pub sums: Vec<(&'static str, u64)>,
}

/// A report that is to be decided.
#[derive(Debug, Clone)]
pub struct ReportRow {
    /// Its id.
    pub id: String,
    /// Whom it names.
    pub said: String,
    /// Where it comes from.
    pub source: String,
    /// When they had it.
    pub had_on: Date,
    /// When it should be decided.
    pub due: Date,
    /// Id and words of each who it may be.
    pub candidates: Vec<(String, String)>,
    /// Idempotency key.
    pub key: String,
}
