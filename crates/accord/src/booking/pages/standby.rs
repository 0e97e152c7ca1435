//! Doses left at a clinic: whom it asks, and what they say.

use crate::base::page::{OpsFrame, Problem, problem_of};
use crate::base::words;
use askama::Template;
use jiff::civil::{Date, Time};

/// The clinic's page of its doses left.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/standby.html")]
pub struct Standby {
    /// Frame.
    pub frame: OpsFrame,
    /// The site.
    pub site: String,
    /// The day.
    pub date: Date,
    /// Id and name of what is given today; none: nobody can be asked.
    pub products: Vec<(String, String)>,
    /// As typed.
    pub doses: String,
    /// As typed.
    pub until: String,
    /// Fields "doses" and "until".
    pub problems: Vec<Problem>,
    /// Draws of the day, the newest first.
    pub draws: Vec<DrawShown>,
    /// The day's own address.
    pub base: String,
    /// Idempotency key.
    pub key: String,
}

impl Standby {
    fn has(&self, field: &str) -> bool {
        problem_of(&self.problems, field).is_some()
    }

    fn finding(&self) -> String {
        if self.draws.is_empty() {
            return "Nobody has been asked today.".to_owned();
        }
        let places: i64 = self.draws.iter().map(|d| d.places).sum();
        let taken: i64 = self.draws.iter().map(|d| d.taken).sum();
        let number = |n: i64| words::number(n.unsigned_abs());
        format!("{} of {} doses have found somebody.", number(taken), number(places))
    }
}

/// One draw.
#[derive(Debug, Clone)]
pub struct DrawShown {
    /// Of what.
    pub product: String,
    /// When people must be there.
    pub by: Time,
    /// Doses.
    pub places: i64,
    /// Of these taken.
    pub taken: i64,
    /// Whether people can still say yes.
    pub open: bool,
    /// The seed of its lots.
    pub seed: String,
    /// Everybody in it.
    pub asks: Vec<AskRow>,
}

impl DrawShown {
    fn heading(&self) -> String {
        let doses = words::count(self.places.unsigned_abs(), "dose", "doses");
        format!("{doses} of {}, until {}", self.product, words::time(self.by))
    }

    fn words(&self) -> String {
        let state = if self.open { "People are being asked." } else { "Nobody is asked any more." };
        let taken = words::number(self.taken.unsigned_abs());
        format!("{taken} said yes in time. {state} Lots are drawn from the seed {}.", self.seed)
    }
}

/// Somebody in a draw.
#[derive(Debug, Clone)]
pub struct AskRow {
    /// Their place; "-" for who was not drawn.
    pub place: String,
    /// Name.
    pub person: String,
    /// How often they had been asked before.
    pub before: u64,
    /// Their lot.
    pub lot: String,
    /// When they were asked.
    pub asked: String,
    /// What they said, or why they were passed over.
    pub answer: String,
    /// The tag's tone.
    pub tone: &'static str,
}

/// A code of the lists, or of a booking's refusal, in words.
pub fn code_words(code: &str) -> String {
    match code {
        "too_far" => "nothing near enough",
        "not_wished" => "not at a time they can come",
        "not_taken_before" => "did not take that day there before",
        "no_whole_course" => "no whole course is free",
        "choosing_now" => "was choosing a time just then",
        "person_unclear" => "two records may be this person",
        "nothing_missing" => "has all appointments",
        "no_open_offer" => "needs none",
        "booked_that_day" => "is booked that day",
        "asked_elsewhere" => "is asked for another dose",
        "site_lacks_access" => "the site lacks the access they need",
        "slot_full" => "somebody else was quicker",
        "allocation_used" => "their employer's places there are used up",
        "no_stock" => "no dose is left that day",
        "team_too_thin" => "too many of their team would be away",
        "no_agreement" => "no agreement covers it",
        other => return other.replace('_', " "),
    }
    .to_owned()
}
