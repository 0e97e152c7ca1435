//! What a person sees of their bookings, and what a clinic sees of its day.

mod catch_up;
mod change;
mod change_samples;
pub mod changes;
mod day_list;
mod day_pack;
mod day_samples;
mod elsewhere;
mod free_places;
mod free_places_samples;
mod samples;
mod standby;
mod unlisted;
mod walk_in;

pub use catch_up::{CatchUpPage, PaperRow, PaperWalkIn, Waits};
pub use change::{Change, Check, Choice, Order, OtherVisit};
pub use day_list::{Acts, Answer, DayList, DayRow, DeskRefused, Stage, Take};
pub use day_pack::{DayPack, PackRow, PackWords};
pub use elsewhere::{ElsewhereFiles, ElsewhereReport, ReportRow, Review};
pub use free_places::{
    AskShown, FreePlaces, HalfDayBox, Late, LineRow, OfferRow, OfferShown, WaitingList, half_day_boxes,
};
pub use samples::samples;
pub use standby::{AskRow, DrawShown, Standby, code_words};
pub use unlisted::{Unlisted, UnlistedRow};
pub use walk_in::{Chance, Found, May, Somebody, WalkInPage};

use askama::Template;
use jiff::civil::DateTime;

use crate::base::page::{Link, PersonFrame, Problem};
use crate::base::words::{self, Way};

/// One appointment as the person sees it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// 1 for the first of the course.
    pub nth: u8,
    /// Civil time at the site.
    pub at: DateTime,
    /// The site's name.
    pub place: String,
    /// Its postcode.
    pub postcode: String,
    /// Minutes and way from where travel is counted; `None` when not known.
    pub travel: Option<(u32, Way)>,
    /// Whether travel is counted from the workplace, for want of an address.
    pub from_work: bool,
    /// What the site offers that this person may need: "step-free".
    pub access: Vec<String>,
    /// Address of a map, if any.
    pub map: Option<String>,
    /// Where it stands.
    pub state: VisitState,
}

/// Where an appointment stands, in the person's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitState {
    /// Given, not answered.
    Assigned,
    /// Confirmed by the person.
    Confirmed,
    /// Carried out.
    Done,
    /// The person did not come.
    Missed,
    /// The person came, and it was not given.
    NotGiven,
    /// Its time is over; nothing was recorded.
    Past,
    /// Shown before it is taken.
    Proposed,
}

impl Visit {
    fn same_place(&self, other: &Visit) -> bool {
        self.place == other.place
    }

    fn weekday(&self) -> &'static str {
        words::weekday(self.at.date().weekday())
    }

    fn day_number(&self) -> i8 {
        self.at.date().day()
    }

    fn month(&self) -> &'static str {
        words::month(self.at.date())
    }

    fn date_words(&self) -> String {
        words::date(self.at.date())
    }

    fn time_words(&self) -> String {
        words::time(self.at.time())
    }

    /// "Tuesday 5 January, 9:30am".
    fn short_words(&self) -> String {
        words::day_time(self.at)
    }

    fn nth_words(&self) -> &'static str {
        match self.nth {
            1 => "First appointment",
            2 => "Second appointment",
            3 => "Third appointment",
            _ => "Next appointment",
        }
    }

    fn state_words(&self) -> Option<&'static str> {
        match self.state {
            VisitState::Assigned | VisitState::Proposed => None,
            VisitState::Confirmed => Some("confirmed"),
            VisitState::Done => Some("you had it"),
            VisitState::Missed => Some("missed appointment"),
            VisitState::NotGiven => Some("not given that day"),
            VisitState::Past => Some("this time has passed"),
        }
    }

    fn is_past(&self) -> bool {
        matches!(self.state, VisitState::Done | VisitState::Missed | VisitState::NotGiven | VisitState::Past)
    }

    /// Whether something was noted of it.
    fn is_over(&self) -> bool {
        self.is_past() && self.state != VisitState::Past
    }

    fn may_change(&self) -> bool {
        matches!(self.state, VisitState::Assigned | VisitState::Confirmed)
    }

    fn way_words(&self) -> String {
        let mut parts: Vec<String> = self.travel.iter().map(|&(minutes, way)| words::travel(minutes, way)).collect();
        if let Some(first) = parts.first_mut().filter(|_| self.from_work) {
            first.push_str(" from your workplace");
        }
        parts.extend(self.access.iter().cloned());
        parts.join(", ")
    }
}

/// Where a person stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Appointments given, not answered.
    ToConfirm,
    /// All confirmed.
    Confirmed,
    /// The whole course is done.
    Completed,
    /// Declined by the person.
    Declined,
    /// Had it elsewhere.
    Elsewhere,
    /// Cancelled by the person.
    Cancelled,
    /// Given to somebody else, because the person said nothing.
    Unanswered,
    /// Missed an appointment; new times are looked for.
    Missed,
    /// Came, and it was not given; new times are looked for.
    NotGiven,
    /// Came, and it was not given for a reason that stands.
    NotAdvised,
    /// Nothing found within the limits.
    NoPlace,
    /// Invited, but nothing to show yet.
    NotYet,
}

impl Standing {
    fn lead(self) -> &'static str {
        match self {
            Self::ToConfirm => "We kept these for you. Confirm them, or change what does not suit you.",
            Self::Confirmed => "You confirmed these. You can still change them.",
            Self::Completed => "You have had everything that was planned for you.",
            Self::Declined => "You told us that you do not want this. You have no appointments.",
            Self::Elsewhere => "You told us that you have had it elsewhere. You have no appointments here.",
            Self::Cancelled => "You cancelled your appointments.",
            Self::Unanswered => "We did not hear from you, so your places went to somebody else.",
            Self::Missed => "You missed your appointment.",
            Self::NotGiven => "You came, but it was not given that day.",
            Self::NotAdvised => "You came, and it was not given. You have no more appointments.",
            Self::NoPlace => "We could not find a place within your travel limit. You are on our list.",
            Self::NotYet => "You have no appointments yet. You are on our list.",
        }
    }

    /// Whether the next step is ours: nothing is shown yet, and nothing is asked.
    fn waits(self) -> bool {
        matches!(self, Self::NoPlace | Self::NotYet | Self::Missed | Self::NotGiven)
    }

    fn open(self) -> bool {
        matches!(self, Self::ToConfirm | Self::Confirmed)
    }

    fn confirmed(self) -> bool {
        self == Self::Confirmed
    }

    fn may_ask_again(self) -> bool {
        matches!(self, Self::Declined | Self::Elsewhere | Self::Cancelled | Self::Unanswered | Self::NotAdvised)
    }
}

pub(super) fn appointments(n: usize) -> &'static str {
    match n {
        1 => "your appointment",
        2 => "both appointments",
        _ => "your appointments",
    }
}

/// The person's own page.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/appointments.html")]
pub struct Appointments {
    /// Frame.
    pub frame: PersonFrame,
    /// The name the person goes by.
    pub name: String,
    /// Appointments in order; empty where there are none.
    pub visits: Vec<Visit>,
    /// Where the person stands.
    pub standing: Standing,
    /// What happens next, a sentence each; says what silence means.
    pub next: Vec<String>,
    /// Reference to be read over the phone.
    pub reference: Option<String>,
    /// What came free for the person, and what they can ask for.
    pub late: Late,
    /// Idempotency key of the page's form.
    pub key: String,
}

impl Appointments {
    fn confirm_words(&self) -> String {
        format!("Confirm {}", self.them())
    }

    fn them(&self) -> &'static str {
        appointments(self.visits.iter().filter(|v| !v.is_over()).count())
    }
}

/// The page after something was done.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/result.html")]
pub struct Done {
    /// Frame.
    pub frame: PersonFrame,
    /// What was done.
    pub what: Outcome,
    /// The appointments the person has now.
    pub visits: Vec<Visit>,
    /// Reference.
    pub reference: Option<String>,
    /// What happens next.
    pub next: Vec<String>,
}

/// What a person has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Confirmed what was given.
    Confirmed,
    /// Took other times.
    Changed,
    /// Declined.
    Declined,
    /// Said it was had elsewhere.
    Elsewhere,
    /// Cancelled.
    Cancelled,
    /// Asked again after declining.
    Reopened,
    /// Did not take what came free.
    NotTaken,
    /// Can be there at short notice.
    Coming,
}

impl Outcome {
    fn heading(self, visits: usize) -> &'static str {
        match (self, visits) {
            (Self::Confirmed, 1) => "Your appointment is confirmed",
            (Self::Confirmed, 2) => "Both appointments are confirmed",
            (Self::Confirmed, _) => "Your appointments are confirmed",
            (Self::Changed, 1) => "Your appointment has changed",
            (Self::Changed, _) => "Your appointments have changed",
            (Self::Declined, _) => "You have declined",
            (Self::Elsewhere, _) => "Thank you for telling us",
            (Self::Cancelled, _) => "Your appointments are cancelled",
            (Self::Reopened, _) => "We are looking for appointments for you",
            (Self::NotTaken, _) => "Thank you for telling us",
            (Self::Coming, _) => "It is yours today",
        }
    }
}

/// The page for a refusal: what happened, what stays, what to do next.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/refused.html")]
pub struct Refused {
    /// Frame.
    pub frame: PersonFrame,
    /// What happened: "Somebody else has just taken that time".
    pub what: String,
    /// What stays as it was.
    pub kept: String,
    /// The appointments the person still has.
    pub visits: Vec<Visit>,
    /// The next step.
    pub onward: Link,
}

/// Asks for the reason of a decline.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/decline.html")]
pub struct Decline {
    /// Frame.
    pub frame: PersonFrame,
    /// Code and words of each reason; the last should be "I would rather not say".
    pub reasons: Vec<(String, String)>,
    /// Field "reason-1".
    pub problems: Vec<Problem>,
    /// "both appointments".
    pub them: &'static str,
    /// Idempotency key.
    pub key: String,
}

/// Asks when the person had it elsewhere.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/elsewhere.html")]
pub struct Elsewhere {
    /// Frame.
    pub frame: PersonFrame,
    /// Day, month, year as typed.
    pub when: [String; 3],
    /// Field "day".
    pub problems: Vec<Problem>,
    /// "both appointments".
    pub them: &'static str,
    /// Idempotency key.
    pub key: String,
}

/// Asks whether to cancel.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/cancel.html")]
pub struct Cancel {
    /// Frame.
    pub frame: PersonFrame,
    /// What would be cancelled.
    pub visits: Vec<Visit>,
    /// Idempotency key.
    pub key: String,
}

impl Cancel {
    fn them(&self) -> &'static str {
        appointments(self.visits.len())
    }
}
