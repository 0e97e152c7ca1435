//! Why a list is not taken.

use crate::base::refusal::Refusal;
use accord_formats::staff::{CutOff, TableError};

/// Why nothing is applied before a second yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondYes {
    /// Many known people are missing: the list may be a part.
    ManyMissing {
        /// People missing.
        missing: usize,
        /// People at work there so far.
        known: usize,
    },
    /// More people than the employer declared, and a tenth.
    ManyNew {
        /// People on the list.
        listed: usize,
        /// The declared headcount.
        declared: usize,
    },
    /// The transfer stopped before its end: the people after it are missing.
    CutOff(CutOff),
}

impl SecondYes {
    /// The reason as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::ManyMissing { missing, known } => format!(
                "{missing} of {known} known people are missing from this list. It may be only a part of the staff."
            ),
            Self::ManyNew { listed, declared } => {
                format!("The list has {listed} people, but the employer declared {declared}.")
            }
            Self::CutOff(CutOff { row, inside: true }) => {
                format!(
                    "The file stops in the middle of row {row}, which was left out. Whoever stood after it is missing."
                )
            }
            Self::CutOff(CutOff { row, inside: false }) => {
                format!(
                    "The file stops after row {row}, before the end that it should have. Whoever stood after it is missing."
                )
            }
        }
    }
}

/// Why a list was not previewed, committed or abandoned. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportRefusal {
    /// Nobody in the partnership has this code.
    UnknownEmployer {
        /// As given.
        code: String,
        /// Codes and names that look like it, the nearest first.
        near: Vec<(String, String)>,
    },
    /// The organisation is a partner but sends no staff.
    NotAnEmployer {
        /// Its name.
        name: String,
    },
    /// The bytes are no list.
    NotAList(TableError),
    /// No column names anybody.
    NobodyNamed {
        /// The headings of the file.
        headings: Vec<String>,
    },
    /// Another list of this employer waits for review.
    AnotherWaits {
        /// Its file name.
        file: String,
    },
    /// No such import.
    NoSuchImport,
    /// The import isn't in review: committed or abandoned before.
    NotInReview {
        /// "committed" or "abandoned".
        state: String,
    },
    /// Other lists or decisions came between: what was reviewed is not what would be done.
    MovedSinceReview,
    /// See [`SecondYes`].
    NeedsSecondYes {
        /// At least one reason.
        reasons: Vec<SecondYes>,
    },
}

impl Refusal for ImportRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownEmployer { .. } => "unknown_employer",
            Self::NotAnEmployer { .. } => "not_an_employer",
            Self::NotAList(_) => "not_a_list",
            Self::NobodyNamed { .. } => "nobody_named",
            Self::AnotherWaits { .. } => "another_waits",
            Self::NoSuchImport => "no_such_import",
            Self::NotInReview { .. } => "not_in_review",
            Self::MovedSinceReview => "moved_since_review",
            Self::NeedsSecondYes { .. } => "needs_second_yes",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::UnknownEmployer { code, .. } => format!("No partner has the code \"{code}\". Nothing was changed."),
            Self::NotAnEmployer { name } => format!("{name} sends no staff in this partnership. Nothing was changed."),
            Self::NotAList(error) => error.to_string(),
            Self::NobodyNamed { headings } => format!(
                "No column with a name or a staff number was found among: {}. Nothing was changed.",
                headings.join(", ")
            ),
            Self::AnotherWaits { file } => {
                format!("Another list of this employer, \"{file}\", waits for review. Nothing was changed.")
            }
            Self::NoSuchImport => "There is no such list.".to_owned(),
            Self::NotInReview { state } => format!("This list was {state} before. Nothing was changed."),
            Self::MovedSinceReview => {
                "Something changed since this list was reviewed: it would now do something else. Nothing was changed."
                    .to_owned()
            }
            Self::NeedsSecondYes { reasons } => {
                let reasons: Vec<String> = reasons.iter().map(SecondYes::sentence).collect();
                format!("{} Nothing was changed.", reasons.join(" "))
            }
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::UnknownEmployer { near, .. } if near.is_empty() => {
                "Look the code up in the partnership's list of organisations.".to_owned()
            }
            Self::UnknownEmployer { near, .. } => {
                let near: Vec<String> = near.iter().map(|(code, name)| format!("{code} ({name})")).collect();
                format!("Did you mean {}?", near.join(", or "))
            }
            Self::NotAnEmployer { .. } => {
                "Check the code, or have the organisation admitted as an employer.".to_owned()
            }
            Self::NotAList(_) => "Then send the list again.".to_owned(),
            Self::NobodyNamed { .. } => {
                "Say which column holds the names, or put a heading such as Surname above them.".to_owned()
            }
            Self::AnotherWaits { .. } => {
                "Take or discard that list first: on the page of staff lists, or by importing that very file again."
                    .to_owned()
            }
            Self::NoSuchImport => "Open the employer's page to see its lists.".to_owned(),
            Self::NotInReview { .. } => "Send the list again if it should be read once more.".to_owned(),
            Self::MovedSinceReview => "Review the list again, then take it.".to_owned(),
            Self::NeedsSecondYes { .. } => {
                "Check with the employer that the list is whole and theirs; then take it with a second yes.".to_owned()
            }
        }
    }
}
