//! The booking operator's own pages: finding somebody, a new code, several people at once.

use super::Visit;
use crate::access::look::Purpose;
use crate::base::page::{OpsFrame, PersonFrame, Problem};
use askama::Template;
use jiff::civil::{DateTime, Time};

/// Somebody found: who they are, and nothing of their appointments before they are opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Their id, for the form that opens them.
    pub person: String,
    /// Given and family name.
    pub name: String,
    /// "3 March 1984", or "not known".
    pub born: String,
    /// Name of the primary employer; empty: none is known.
    pub employer: String,
}

/// The desk: the search, and whom it found.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/desk_find.html")]
pub struct DeskFind {
    /// Frame.
    pub frame: OpsFrame,
    /// Fields "find", "purpose-1", "reference", "day".
    pub problems: Vec<Problem>,
    /// What was typed into the one field.
    pub find: String,
    /// Into the field for the name.
    pub name: String,
    /// Into the field for the reference.
    pub reference: String,
    /// Day, month and year of birth as typed.
    pub born: [String; 3],
    /// What it is for.
    pub purpose: Purpose,
    /// Whether somebody was looked for.
    pub searched: bool,
    /// Whom it found.
    pub rows: Vec<Row>,
    /// Whether there are more.
    pub more: bool,
    /// Idempotency key; each form of a row adds its number.
    pub key: String,
}

impl DeskFind {
    fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn apart(&self) -> bool {
        !(self.name.is_empty() && self.reference.is_empty() && self.born.iter().all(String::is_empty))
    }
}

/// A new code, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/new_code.html")]
pub struct NewCode {
    /// Frame.
    pub frame: PersonFrame,
    /// As printed: "K7QM-2X9F-4T".
    pub code: String,
}

/// Several people in one go: who, from when.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/several.html")]
pub struct Several {
    /// Frame.
    pub frame: OpsFrame,
    /// Fields "who", "from-day", "purpose-1".
    pub problems: Vec<Problem>,
    /// A line a person, as typed.
    pub who: String,
    /// First day, as typed: day, month, year.
    pub from: [String; 3],
    /// What it is for.
    pub purpose: Purpose,
    /// Idempotency key.
    pub key: String,
}

/// One of several people, and what there is for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeveralRow {
    /// Name, or the line as a number when nobody was found.
    pub name: String,
    /// When each appointment would be or is, and where.
    pub times: Vec<(DateTime, String)>,
    /// What stands in the way, with the next step; empty: nothing.
    pub no: String,
    /// The way to their own page; empty: there is none.
    pub href: String,
}

/// Several people's places, held and not yet taken.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/several_held.html")]
pub struct SeveralHeld {
    /// Frame.
    pub frame: OpsFrame,
    /// A row a line.
    pub rows: Vec<SeveralRow>,
    /// Whose places are held, for the form.
    pub of: String,
    /// Until when all of them are; none: nothing is held.
    pub until: Option<Time>,
    /// Idempotency key.
    pub key: String,
}

impl SeveralHeld {
    fn held(&self) -> usize {
        self.rows.iter().filter(|row| !row.times.is_empty() && row.no.is_empty()).count()
    }

    fn until_words(&self) -> String {
        self.until.map(crate::base::words::time).unwrap_or_default()
    }

    fn all(&self) -> bool {
        self.held() == self.rows.len()
    }
}

/// What became of several people.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/several_done.html")]
pub struct SeveralDone {
    /// Frame.
    pub frame: OpsFrame,
    /// A row a person.
    pub rows: Vec<SeveralRow>,
}

impl SeveralDone {
    fn heading(&self) -> String {
        let booked = self.rows.iter().filter(|row| row.no.is_empty()).count();
        match (booked, self.rows.len()) {
            (0, _) => "Nobody was booked".to_owned(),
            (some, all) if some == all => format!("All {all} are booked"),
            (some, all) => format!("{some} of {all} are booked"),
        }
    }
}

/// The times of a row in words.
impl SeveralRow {
    fn words(&self) -> Vec<String> {
        self.times.iter().map(|(at, place)| format!("{}, {place}", crate::base::words::day_time(*at))).collect()
    }
}

/// What of somebody's appointments a row of several people tells.
pub(in crate::booking) fn times_of(visits: &[Visit]) -> Vec<(DateTime, String)> {
    visits.iter().filter(|v| !v.is_past()).map(|v| (v.at, v.place.clone())).collect()
}
