//! The campaign at eight in the morning: the finding in words, its proof, what needs somebody, and four pictures.

mod samples;

pub use samples::samples;

use askama::Template;

use crate::base::page::{Figure, OpsFrame};
use crate::base::words;

/// Campaign home.
#[derive(Debug, Clone, Template)]
#[template(path = "campaign/home.html")]
pub struct Home {
    /// Frame.
    pub frame: OpsFrame,
    /// "Winter 2027 staff vaccination".
    pub campaign: String,
    /// "Suffolk and North East Essex".
    pub area: String,
    /// The charter's sentence.
    pub goal: String,
    /// People on the lists so far; said while nothing is planned.
    pub on_lists: u64,
    /// The finding; `None` until something is published.
    pub progress: Option<Progress>,
    /// What needs whom.
    pub tasks: Tasks,
    /// Why people cannot be placed, most people first.
    pub reasons: Vec<Reason>,
    /// Booked against need and promise (`svg::BurnUp`).
    pub burn_up: Option<Figure>,
    /// Sites by days (`svg::Heat`).
    pub heat: Option<Figure>,
    /// Uptake by organisation (`svg::Bars`).
    pub uptake: Option<Figure>,
    /// Sites and districts (`svg::Map`).
    pub map: Option<Figure>,
}

/// Where everybody stands. planned + unplaced + unclear = people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Everybody of the campaign.
    pub people: u64,
    /// With the whole course.
    pub planned: u64,
    /// Without a place, with a reason.
    pub unplaced: u64,
    /// With an open worklist item and no whole course.
    pub unclear: u64,
    /// Appointments in the course.
    pub course: u8,
    /// District where most of the unplaced live, and how many of them; `None` when they are spread or few.
    pub most_live_in: Option<(String, u64)>,
    /// How many people more any plan could place at most.
    pub bound_left: u64,
    /// List of those with the whole course.
    pub href_planned: String,
    /// List of the unplaced.
    pub href_unplaced: String,
    /// Worklist.
    pub href_unclear: String,
}

impl Progress {
    fn course_words(&self) -> &'static str {
        match self.course {
            1 => "an appointment",
            2 => "both appointments",
            _ => "all their appointments",
        }
    }

    fn proof_words(&self) -> String {
        match self.bound_left {
            0 => "No plan could place anybody more.".to_owned(),
            n => format!("No plan could place more than {} more.", words::people(n)),
        }
    }
}

/// The campaign's tasks by who is to move, the most urgent first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks {
    /// The lead is.
    pub now: Vec<Task>,
    /// Somebody else is, or the people themselves.
    pub under_way: Vec<Task>,
    /// Nobody is any more.
    pub done: Vec<Task>,
}

impl Tasks {
    /// Whether there is none of any kind.
    fn none(&self) -> bool {
        self.now.is_empty() && self.under_way.is_empty() && self.done.is_empty()
    }
}

/// Something to be done, under way or done: every one under way has an owner with a way to be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Task {
    /// How many.
    pub count: u64,
    /// Of what: "people have no date of birth on their list".
    pub what: String,
    /// Who moves, and since when: "employer contacts of 12 organisations, oldest 4 days".
    pub owner: String,
    /// The list.
    pub href: String,
}

/// "employer contact, Example Hospitals, oldest 3 days".
pub fn owner_words(owner: &str, oldest_days: u32) -> String {
    let age = if oldest_days == 0 { words::age(0) } else { format!("oldest {}", words::age(oldest_days)) };
    format!("{owner}, {age}")
}

/// A reason with its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// "No place within the travel limit".
    pub reason: String,
    /// How many.
    pub people: u64,
    /// What would help: a sentence.
    pub help: String,
    /// Their list.
    pub href: String,
}

impl Home {
    fn lists_words(&self) -> String {
        match self.on_lists {
            0 => "No staff list has come in.".to_owned(),
            n => format!("{} {} on the lists so far.", words::people(n), words::verb(n, "is", "are")),
        }
    }
}
