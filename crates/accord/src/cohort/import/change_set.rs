//! What a list would change: data, counted, and hashed so that a commit can tell whether it is what was reviewed.

use super::super::employment::Job;
use super::super::person::{FieldName, Particulars};
use super::super::worklist::ItemKind;
use super::reading::Place;
use super::refusal::SecondYes;
use crate::base::ids::{EmploymentId, PersonId, WorklistItemId};
use crate::base::secret::hex;
use sha2::{Digest, Sha256};

/// A person of a change set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// In the store.
    Known(PersonId),
    /// The n-th of [`ChangeSet::fresh`].
    Fresh(usize),
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// A new person.
    Added,
    /// A known person of this employer; something is different.
    Changed,
    /// A known person of this employer, as before.
    Same,
    /// A known person, new at this employer or under this staff number.
    SecondEmployment,
    /// Another assignment under a staff number that the list has already: nothing new is made.
    SecondAssignment,
    /// Somebody who has left.
    Leaver,
    /// Goes to the worklist; where it names somebody the person is added all the same.
    Unclear,
    /// Nobody.
    Skipped,
}

impl Outcome {
    /// The word in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::SecondEmployment => "second_employment",
            Self::SecondAssignment => "second_assignment",
            Self::Leaver => "leaver",
            Self::Unclear => "unclear",
            Self::Skipped => "skipped",
        }
    }
}

/// Where a row goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowOutcome {
    /// Sheet and row.
    pub place: Place,
    /// What became of it.
    pub outcome: Outcome,
    /// To whom.
    pub who: Option<Who>,
    /// To which new item, as its place in [`ChangeSet::items`], or to an open one of an earlier list.
    pub item: Option<ItemRef>,
    /// Why it was skipped or is unclear.
    pub reason: Option<&'static str>,
}

/// A worklist item a row goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemRef {
    /// The n-th new one.
    New(usize),
    /// An open one.
    Open(WorklistItemId),
}

/// A worklist item to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// What is unclear.
    pub kind: ItemKind,
    /// Whom it is about.
    pub who: Option<Who>,
    /// The earlier record of a pair.
    pub other: Option<Who>,
    /// The row it comes from.
    pub place: Option<Place>,
    /// For unreadable rows: what the row holds, hashed.
    pub row_key: Option<String>,
    /// For its owner.
    pub summary: String,
}

/// A known person whose particulars change.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonEdit {
    /// Who.
    pub id: PersonId,
    /// As they will be.
    pub after: Particulars,
    /// Which fields differ.
    pub fields: Vec<FieldName>,
}

/// A known employment that changes.
#[derive(Debug, Clone, PartialEq)]
pub struct JobEdit {
    /// Which.
    pub id: EmploymentId,
    /// As it will be.
    pub after: Job,
    /// Whether it is the person's primary one.
    pub is_primary: bool,
    /// Which fields differ.
    pub fields: Vec<FieldName>,
}

/// An employment to make.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Whose.
    pub who: Who,
    /// Whether it is the person's primary one.
    pub is_primary: bool,
    /// What the list says.
    pub job: Job,
}

/// Everything one list would do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChangeSet {
    /// People to add.
    pub fresh: Vec<Particulars>,
    /// People to change.
    pub people: Vec<PersonEdit>,
    /// Employments to add.
    pub new_jobs: Vec<NewJob>,
    /// Employments to change, those of leavers and of people not seen among them.
    pub jobs: Vec<JobEdit>,
    /// Where every row goes, in the order of the file.
    pub rows: Vec<RowOutcome>,
    /// Worklist items to make.
    pub items: Vec<NewItem>,
    /// Open items of unreadable rows that the newer list no longer has.
    pub gone_items: Vec<WorklistItemId>,
    /// People whose date of birth came: their open items about it are done.
    pub birth_found: Vec<PersonId>,
    /// People who were missing and are back.
    pub seen_again: Vec<PersonId>,
    /// People who left this employer.
    pub left: Vec<PersonId>,
    /// The numbers.
    pub counts: Counts,
}

/// The numbers of a change set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Records read, people or not.
    pub rows: usize,
    /// People on the list who work there, each once.
    pub people: usize,
    /// People not known before.
    pub added: usize,
    /// Known people of this employer of whom something changes.
    pub changed: usize,
    /// Known people of this employer, as before.
    pub same: usize,
    /// Known people who get an employment here.
    pub second_jobs: usize,
    /// People who have left.
    pub leavers: usize,
    /// Known people who aren't on the list.
    pub not_seen: usize,
    /// People known at work here before.
    pub known: usize,
    /// New worklist items but for people not seen.
    pub unclear: usize,
}

impl Counts {
    /// What asks for a second yes: over 3 % and at least five known people missing; more people listed than the declared
    /// headcount and a tenth (rounded up), where any of them is new here.
    pub fn second_yes(&self, declared: Option<usize>) -> Vec<SecondYes> {
        let mut reasons = Vec::new();
        if self.not_seen >= 5 && self.not_seen * 100 > self.known * 3 {
            reasons.push(SecondYes::ManyMissing { missing: self.not_seen, known: self.known });
        }
        if let Some(declared) = declared
            && self.added + self.second_jobs > 0
            && self.people > declared + declared.div_ceil(10)
        {
            reasons.push(SecondYes::ManyNew { listed: self.people, declared });
        }
        reasons
    }
}

impl ChangeSet {
    /// True where taking the list would change nobody and open no item.
    pub fn is_empty(&self) -> bool {
        self.fresh.is_empty()
            && self.people.is_empty()
            && self.new_jobs.is_empty()
            && self.jobs.is_empty()
            && self.items.is_empty()
            && self.gone_items.is_empty()
    }

    /// SHA-256 over all that would be done.
    pub fn hash(&self) -> String {
        let mut hash = Writer(Sha256::new());
        use std::fmt::Write;
        // Formatting into a hash can't fail.
        let _ = write!(hash, "{self:?}");
        hex(&hash.0.finalize())
    }
}

struct Writer(Sha256);

impl std::fmt::Write for Writer {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
