//! Somebody without an appointment, on one screen: who they are, what they may have now, one button. Made for a phone.

use askama::Template;
use jiff::civil::{Date, Time};

use crate::base::page::{OpsFrame, Problem};
use crate::base::words;

/// Finding somebody, and what they may have.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/walk_in.html")]
pub struct WalkInPage {
    /// Frame.
    pub frame: OpsFrame,
    /// The site.
    pub site: String,
    /// The day.
    pub date: Date,
    /// The day's own address.
    pub base: String,
    /// Whom it was just given to, and when.
    pub done: Option<(String, Time)>,
    /// Fields "find" and "day".
    pub problems: Vec<Problem>,
    /// What was typed: reference, code or name.
    pub typed: String,
    /// Day, month, year as typed.
    pub born: [String; 3],
    /// What was found; none: nobody was looked for yet.
    pub found: Option<Found>,
    /// Code and name of each employer of the partnership, for who is on no list.
    pub employers: Vec<(String, String)>,
    /// The batch noted last here today.
    pub batch: String,
    /// How many entries of this day wait for a decision.
    pub waiting: u64,
    /// Idempotency key; each form adds letters.
    pub key: String,
}

/// What a search found.
#[derive(Debug, Clone)]
pub enum Found {
    /// Nobody.
    Nobody,
    /// Several; one must be chosen.
    Several(Vec<Somebody>),
    /// One person.
    One(Somebody, Vec<Chance>),
}

/// A person as the desk tells them from others.
#[derive(Debug, Clone)]
pub struct Somebody {
    /// Their id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Date of birth.
    pub born: Option<Date>,
    /// Where they work.
    pub employer: String,
}

impl Somebody {
    fn born_words(&self) -> String {
        self.born.map_or_else(|| "date of birth not known".to_owned(), |born| format!("born {}", words::date(born)))
    }
}

/// What a person may have of one campaign, or why not.
#[derive(Debug, Clone)]
pub enum Chance {
    /// One button.
    May(May),
    /// A sentence and what to do instead.
    Not {
        /// Why.
        what: String,
        /// What to do.
        next: String,
        /// Their row on the day's list, when they are on it.
        row: Option<String>,
    },
}

/// What is given with one button.
#[derive(Debug, Clone)]
pub struct May {
    /// The campaign's id.
    pub campaign: String,
    /// Its name.
    pub name: String,
    /// Which of the course.
    pub nth: u16,
    /// Length of the course.
    pub of: u16,
    /// The product's id.
    pub product: String,
    /// Its name.
    pub product_name: String,
    /// The batch to begin with.
    pub batch: String,
    /// What it changes for the person, a sentence each.
    pub changes: Vec<String>,
}

impl WalkInPage {
    /// The date of birth in the search: what was typed, unless it found somebody.
    fn asked_born(&self) -> [String; 3] {
        if matches!(self.found, Some(Found::One(..))) { <[String; 3]>::default() } else { self.born.clone() }
    }

    fn any_waiting(&self) -> bool {
        self.waiting > 0
    }

    fn empty(&self) -> bool {
        self.found.is_none()
    }

    /// Whether they can be taken down: nobody was found, or rules the desk can't settle stand in the way.
    fn takes_down(&self) -> bool {
        match &self.found {
            Some(Found::Nobody) => true,
            Some(Found::One(_, chances)) => {
                !chances.iter().any(|chance| matches!(chance, Chance::May(_) | Chance::Not { row: Some(_), .. }))
            }
            _ => false,
        }
    }
}
