//! Capacity changes as a lead sees them: choosing sessions, saying what is to become of them, the preview, the result.

use askama::Template;
use jiff::civil::{Date, DateTime, Time};

use crate::base::page::{Link, OpsFrame, Pager, Problem};
use crate::base::words;

/// One choice of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choosable {
    /// Its value.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// It is the one chosen.
    pub chosen: bool,
}

/// A session to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionChoice {
    /// Its id.
    pub id: String,
    /// The site.
    pub site: String,
    /// The day.
    pub date: Date,
    /// From.
    pub from: Time,
    /// Until.
    pub until: Time,
    /// What is given.
    pub product: String,
    /// Places used.
    pub booked: u64,
    /// Places there.
    pub capacity: u64,
    /// "closed" or "takes nothing new"; empty: open.
    pub state: &'static str,
}

impl SessionChoice {
    fn used_words(&self) -> String {
        format!("{} of {}", words::number(self.booked), words::number(self.capacity))
    }
}

/// Sessions to choose from, and the form that says what is done to them.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/change_sessions.html")]
pub struct ChangeSessions {
    /// Frame.
    pub frame: OpsFrame,
    /// First and last day looked at.
    pub days: (Date, Date),
    /// Sites there are.
    pub sites: Vec<Choosable>,
    /// Products there are.
    pub products: Vec<Choosable>,
    /// The sessions found.
    pub rows: Vec<SessionChoice>,
    /// There were more than one change may hold.
    pub more: bool,
    /// What is wrong with what was sent.
    pub problems: Vec<Problem>,
    /// What was typed: reason and name.
    pub typed: (String, String),
    /// Idempotency key.
    pub key: String,
}

impl ChangeSessions {
    fn heading(&self) -> String {
        match self.days {
            (from, until) if from == until => format!("Change sessions on {}", words::day(from)),
            (from, until) => format!("Change sessions from {} to {}", words::day(from), words::day(until)),
        }
    }
}

/// Somebody whom a change meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetRow {
    /// The booking's reference.
    pub reference: String,
    /// Their employer.
    pub employer: String,
    /// Where and when they were booked.
    pub from: (String, DateTime),
    /// Where and when they go.
    pub to: Option<(String, DateTime)>,
    /// What happens, or happened: "said yes before", "their other appointment moves too".
    pub notes: String,
}

impl MetRow {
    fn from_words(&self) -> String {
        format!("{}, {}", words::day_time(self.from.1), self.from.0)
    }

    fn to_words(&self) -> String {
        self.to.as_ref().map_or_else(|| "stays".to_owned(), |(site, at)| format!("{}, {site}", words::day_time(*at)))
    }
}

/// Where a change stands, for its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is done.
    Preview,
    /// People are being dealt with.
    UnderWay,
    /// Everybody is.
    Done,
    /// It was taken back.
    Undone,
    /// Given up.
    Abandoned,
}

/// A change: its preview, its course, its result.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/capacity_change.html")]
pub struct ChangePage {
    /// Frame.
    pub frame: OpsFrame,
    /// What it is: "Close 66 sessions".
    pub title: String,
    /// The sentence that decides.
    pub finding: String,
    /// Where it stands.
    pub stage: Stage,
    /// Why, and who says so.
    pub reason: (String, String),
    /// People still to be dealt with.
    pub open: u64,
    /// Places that can be booked, more or fewer, by day.
    pub days: Vec<(Date, i64)>,
    /// Those without a place, by reason, and who they wait for.
    pub cannot: Vec<(String, u64)>,
    /// Further facts, a sentence each.
    pub facts: Vec<String>,
    /// Which of both lists is shown: "" moves, "cannot" those without.
    pub show: String,
    /// Both lists.
    pub lists: Vec<Link>,
    /// The list's address.
    pub here: String,
    /// One page of it.
    pub rows: Vec<MetRow>,
    /// Its pages.
    pub pager: Pager,
    /// The button that commits; empty: none.
    pub commit: String,
    /// Until when it can be taken back.
    pub undo_until: Option<DateTime>,
    /// The change's own address.
    pub base: String,
    /// What is wrong with what was sent.
    pub problems: Vec<Problem>,
    /// Idempotency key; each form adds a letter.
    pub key: String,
}

impl ChangePage {
    fn stage_words(&self) -> &'static str {
        match self.stage {
            Stage::Preview => "preview: nothing is changed yet",
            Stage::UnderWay => "under way",
            Stage::Done => "done",
            Stage::Undone => "taken back",
            Stage::Abandoned => "given up",
        }
    }

    fn undo_key(&self) -> String {
        format!("{}u", self.key)
    }

    fn waits(&self) -> bool {
        self.stage == Stage::UnderWay
    }
}

/// "96 more places", "12 places fewer".
pub fn difference(n: i64) -> String {
    let places = words::count(n.unsigned_abs(), "place", "places");
    if n > 0 { format!("{places} more") } else { format!("{places} fewer") }
}

/// All changes, the newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/changes.html")]
pub struct Changes {
    /// Frame.
    pub frame: OpsFrame,
    /// One page: link, state, when, who.
    pub rows: Vec<(Link, String, DateTime, String)>,
    /// Their pages.
    pub pager: Pager,
}

/// What waits to be sent.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/waiting_to_be_sent.html")]
pub struct WaitingToBeSent {
    /// Frame.
    pub frame: OpsFrame,
    /// How many there are.
    pub count: u64,
    /// Every kind, and all.
    pub filters: Vec<Link>,
    /// The list's address.
    pub here: String,
    /// One page: what, reference, since when.
    pub rows: Vec<(String, String, DateTime)>,
    /// Its pages.
    pub pager: Pager,
}

impl WaitingToBeSent {
    fn nothing(&self) -> bool {
        self.count == 0
    }

    fn finding(&self) -> String {
        let messages = words::count(self.count, "message is", "messages are");
        format!("{} waiting.", words::sentence(&messages))
    }
}
