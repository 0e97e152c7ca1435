//! Lists coming in: the upload, what a list would change, its faults, and the people nobody could tell apart.

mod samples;

pub use samples::samples;

use askama::Template;
use jiff::civil::DateTime;

use crate::base::page::{Link, OpsFrame, Pager, Problem};
use crate::base::words;

/// Everything that waits for a decision about who is who.
#[derive(Debug, Clone, Template)]
#[template(path = "cohort/worklist.html")]
pub struct Worklist {
    /// Frame.
    pub frame: OpsFrame,
    /// People with an open item.
    pub people: u64,
    /// The kinds, "all" first.
    pub filters: Vec<Link>,
    /// Address of the kind in force.
    pub here: String,
    /// One page, the oldest first.
    pub items: Vec<Item>,
    /// The pages.
    pub pager: Pager,
}

/// An open item.
#[derive(Debug, Clone)]
pub struct Item {
    /// "Two people, or one with two jobs: Amina Yusuf".
    pub what: String,
    /// The rows it is about, in words; none where the heading says it all.
    pub rows: Vec<String>,
    /// A role with somebody to reach, never "system".
    pub owner: String,
    /// Days it has waited.
    pub days: u32,
    /// The item.
    pub href: String,
}

impl Worklist {
    fn heading(&self) -> String {
        if self.people == 0 {
            "Nobody is unclear".to_owned()
        } else {
            format!("{} {} unclear", words::people(self.people), words::verb(self.people, "is", "are"))
        }
    }
}

/// One unclear match, the rows side by side.
#[derive(Debug, Clone, Template)]
#[template(path = "cohort/worklist_item.html")]
pub struct WorklistItem {
    /// Frame.
    pub frame: OpsFrame,
    /// Heading.
    pub what: String,
    /// Why it could not be decided: a sentence.
    pub why: String,
    /// Where each row comes from.
    pub columns: Vec<String>,
    /// Fields to compare, those that differ first.
    pub fields: Vec<Compared>,
    /// Which answers there are.
    pub answers: Answers,
    /// Fields "day" and "reason", or "decision" for anything else.
    pub problems: Vec<Problem>,
    /// Day, month and year as typed before.
    pub born: [String; 3],
    /// Where the decision goes.
    pub action: String,
    /// What happens after either decision.
    pub after: String,
    /// Idempotency key.
    pub key: String,
}

/// Which answers an item takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// One person, or two.
    Pair,
    /// A date of birth, or they left.
    Birth,
    /// Left, or still there.
    NotSeen,
    /// Set aside with a reason.
    SetAside,
    /// None: it was decided, so.
    Done(String),
}

impl WorklistItem {
    fn has(&self, field: &str) -> bool {
        crate::base::page::problem_of(&self.problems, field).is_some()
    }
}

/// One field of the rows compared.
#[derive(Debug, Clone)]
pub struct Compared {
    /// "Date of birth".
    pub name: String,
    /// One value for each column.
    pub values: Vec<String>,
}

/// Where lists come in.
#[derive(Debug, Clone, Template)]
#[template(path = "cohort/import.html")]
pub struct Import {
    /// Frame.
    pub frame: OpsFrame,
    /// Fields "employer" and "file".
    pub problems: Vec<Problem>,
    /// Whose list it may be, code and name; empty for an employer contact, who sends their own.
    pub employers: Vec<(String, String)>,
    /// The code chosen before.
    pub chosen: String,
    /// One page of them, the latest first.
    pub lists: Vec<ListRow>,
    /// Their pages.
    pub pager: Pager,
    /// Idempotency key.
    pub key: String,
}

impl Import {
    fn has(&self, field: &str) -> bool {
        crate::base::page::problem_of(&self.problems, field).is_some()
    }
}

/// A list that came in.
#[derive(Debug, Clone)]
pub struct ListRow {
    /// File name.
    pub file: String,
    /// Whose.
    pub organisation: String,
    /// When, civil time.
    pub came: DateTime,
    /// Rows of people in it.
    pub rows: u64,
    /// Faults in it.
    pub faults: u64,
    /// Where it stands.
    pub state: ListState,
    /// Its review.
    pub href: String,
}

/// Where a list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListState {
    /// Read, nothing changed.
    ToReview,
    /// Taken.
    Accepted,
    /// Not taken.
    Discarded,
}

impl ListState {
    fn words(self) -> &'static str {
        match self {
            Self::ToReview => "to review",
            Self::Accepted => "taken",
            Self::Discarded => "discarded",
        }
    }

    fn tone(self) -> &'static str {
        match self {
            Self::ToReview => "wait",
            Self::Accepted => "good",
            Self::Discarded => "off",
        }
    }
}

/// What a list would change, before anything is.
#[derive(Debug, Clone, Template)]
#[template(path = "cohort/review.html")]
pub struct Review {
    /// Frame.
    pub frame: OpsFrame,
    /// File name.
    pub file: String,
    /// Whose.
    pub organisation: String,
    /// Where it stands: one that was taken or discarded can only be looked at.
    pub state: ListState,
    /// Field "second_yes", or "decision" for anything else.
    pub problems: Vec<Problem>,
    /// Rows of people.
    pub rows: u64,
    /// People not known before.
    pub new: u64,
    /// People whose details change.
    pub changed: u64,
    /// People as before.
    pub same: u64,
    /// Known people who are not in this list.
    pub not_seen: u64,
    /// People who go to the worklist.
    pub unclear: u64,
    /// Why a second yes is needed, if it is.
    pub second_yes: Option<String>,
    /// The first faults.
    pub faults: Vec<FaultRow>,
    /// All of them.
    pub fault_count: u64,
    /// All of them as CSV.
    pub faults_csv: String,
    /// The mapping of columns.
    pub columns: Vec<Column>,
    /// Where the decision goes.
    pub action: String,
    /// Idempotency key.
    pub key: String,
}

/// A fault of a list.
#[derive(Debug, Clone)]
pub struct FaultRow {
    /// Row as the spreadsheet counts, from 1; 0 for the whole column.
    pub row: u64,
    /// Heading of the column.
    pub column: String,
    /// The value seen.
    pub seen: String,
    /// The value wanted, with an example.
    pub wanted: String,
    /// What became of it: "the row was left out".
    pub done: String,
}

/// How a column was understood.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its heading in the list.
    pub heading: String,
    /// What it is read as; "not used".
    pub read_as: String,
    /// Its first value.
    pub example: String,
}

impl Review {
    fn taken(&self) -> u64 {
        self.new + self.changed
    }

    fn finding(&self) -> String {
        let mut said = match (self.state, self.taken()) {
            (ListState::Discarded, _) => "This list was discarded: it changed nothing.".to_owned(),
            (_, 0) => "Nothing new.".to_owned(),
            (ListState::ToReview, n) => format!("{} would be added or changed.", words::people(n)),
            (ListState::Accepted, n) => {
                format!("{} {} added or changed.", words::people(n), words::verb(n, "was", "were"))
            }
        };
        if self.fault_count > 0 {
            said.push_str(&format!(
                " {} to put right in your system.",
                words::count(self.fault_count, "fault", "faults")
            ));
        }
        said
    }

    fn heading(&self) -> &'static str {
        match self.state {
            ListState::ToReview => "What this list would change",
            ListState::Accepted => "What this list changed",
            ListState::Discarded => "What this list would have changed",
        }
    }

    fn has(&self, field: &str) -> bool {
        crate::base::page::problem_of(&self.problems, field).is_some()
    }

    fn accept_words(&self) -> String {
        match self.taken() {
            0 => "Keep this list as seen".to_owned(),
            n => format!("Take {}", words::count(n, "change", "changes")),
        }
    }
}
