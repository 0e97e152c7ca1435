//! Entering what a clinic noted on paper, and deciding what could not be noted as it was said.

use askama::Template;
use jiff::civil::{Date, Time};

use crate::base::page::OpsFrame;
use crate::base::words;
use crate::booking::attendance::WhyNot;

/// A day's list as it was printed, to be filled in as on paper.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/catch_up.html")]
pub struct CatchUpPage {
    /// Frame.
    pub frame: OpsFrame,
    /// The site.
    pub site: String,
    /// The day.
    pub date: Date,
    /// The day's own address.
    pub base: String,
    /// When the list was printed, in words; none: it never was, and these are its rows now.
    pub printed: Option<String>,
    /// How many lines were noted just now, and how many wait, if any were sent.
    pub noted: Option<(u64, u64)>,
    /// What is wrong with lines just sent; they are as they were typed.
    pub wrong: Vec<String>,
    /// Rows of the list.
    pub rows: Vec<PaperRow>,
    /// Lines for people without an appointment, as typed.
    pub walk_ins: Vec<PaperWalkIn>,
    /// What waits for a decision.
    pub waiting: Vec<Waits>,
    /// What was decided or noted of what waited.
    pub decided: u64,
    /// Idempotency key; each form adds letters.
    pub key: String,
}

/// A row of the list.
#[derive(Debug, Clone, Default)]
pub struct PaperRow {
    /// The booking's id.
    pub booking: String,
    /// When they were wanted.
    pub time: Time,
    /// Name.
    pub name: String,
    /// Reference.
    pub reference: String,
    /// What the store says already, in words; such a row takes nothing.
    pub known: Option<String>,
    /// The word of what was typed.
    pub what: String,
    /// The batch as typed.
    pub batch: String,
    /// The time as typed.
    pub at: String,
}

/// Somebody without an appointment.
#[derive(Debug, Clone, Default)]
pub struct PaperWalkIn {
    /// Name as typed.
    pub name: String,
    /// Date of birth as typed: 29/02/1980.
    pub born: String,
    /// Employer as typed.
    pub employer: String,
    /// The batch as typed.
    pub batch: String,
    /// The time as typed.
    pub at: String,
}

/// An entry that waits, with both sides.
#[derive(Debug, Clone)]
pub struct Waits {
    /// Its id.
    pub id: String,
    /// Who.
    pub name: String,
    /// Date of birth in words; empty when not known.
    pub born: String,
    /// The employer as they said it; empty when nobody asked.
    pub employer: String,
    /// What the clinic said, and when.
    pub said: String,
    /// What the store says.
    pub store: String,
    /// Whether it can be given as a walk-in of its own time: a dose was given.
    pub given: bool,
    /// Whether the person is known.
    pub known: bool,
}

impl CatchUpPage {
    fn reasons(&self) -> [WhyNot; 5] {
        WhyNot::ALL
    }

    /// Rows that take something, in parts that are saved by themselves.
    fn parts(&self) -> Vec<&[PaperRow]> {
        self.rows.chunks(25).collect()
    }

    fn open(&self) -> u64 {
        self.rows.iter().filter(|row| row.known.is_none()).count() as u64
    }

    fn finding(&self) -> String {
        let done = self.rows.len() as u64 - self.open();
        let waits = self.waiting.len() as u64;
        let mut said = format!("{} of {} noted.", words::number(done), words::people(self.rows.len() as u64));
        if waits > 0 {
            said.push_str(&format!(" {} for a decision.", words::count(waits, "line waits", "lines wait")));
        }
        said
    }
}

impl PaperRow {
    fn is(&self, word: &str) -> bool {
        self.what == word
    }
}
