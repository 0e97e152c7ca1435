//! What nobody may guess: an item with an owner, a date, and the decisions that close it.

use crate::base::ids::{ImportId, OrganisationId, PersonId, WorklistItemId};
use accord_formats::Date;
use jiff::Timestamp;

/// What is unclear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKind {
    /// Two records could be one person. While it is open the later record gets no offer: one invitation, not two.
    PossibleDuplicate,
    /// One NHS number, two people, or two numbers for one.
    NhsNumberClash,
    /// No list gives this person's date of birth.
    NoDateOfBirth,
    /// A row that names nobody.
    RowUnreadable,
    /// Missing from the latest list: left, or forgotten?
    NotSeen,
}

impl ItemKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::PossibleDuplicate, Self::NhsNumberClash, Self::NoDateOfBirth, Self::RowUnreadable, Self::NotSeen];

    /// The word in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PossibleDuplicate => "possible_duplicate",
            Self::NhsNumberClash => "nhs_number_clash",
            Self::NoDateOfBirth => "no_date_of_birth",
            Self::RowUnreadable => "row_unreadable",
            Self::NotSeen => "not_seen",
        }
    }

    /// Reads the store's word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// True where the item is about two records that may be one person.
    pub const fn is_pair(self) -> bool {
        matches!(self, Self::PossibleDuplicate | Self::NhsNumberClash)
    }

    /// The heading on a page.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::PossibleDuplicate => "Two people, or one with two jobs",
            Self::NhsNumberClash => "NHS number and person do not agree",
            Self::NoDateOfBirth => "No date of birth",
            Self::RowUnreadable => "A row that names nobody",
            Self::NotSeen => "Missing from the latest list",
        }
    }

    /// The decisions that close an item of this kind, as words of [`super::resolve::Decision`].
    pub const fn decisions(self) -> &'static [&'static str] {
        match self {
            Self::PossibleDuplicate | Self::NhsNumberClash => &["same", "different"],
            Self::NoDateOfBirth => &["corrected_date", "left"],
            Self::RowUnreadable => &["set_aside"],
            Self::NotSeen => &["left", "still_here"],
        }
    }
}

/// The role that owns every item that comes from a list: the contact of the employer who sent it.
pub const OWNER_ROLE: &str = "employer_contact";
/// How many days after its making an item is due.
pub const DUE_DAYS: i64 = 3;

/// An item of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id.
    pub id: WorklistItemId,
    /// What is unclear.
    pub kind: ItemKind,
    /// Whose list it comes from.
    pub employer: OrganisationId,
    /// The person it is about; of a pair the later record.
    pub person: Option<PersonId>,
    /// Of a pair the earlier record.
    pub other: Option<PersonId>,
    /// The list it comes from.
    pub import: Option<ImportId>,
    /// The row of that list.
    pub row: Option<u32>,
    /// A sentence for whoever owns it.
    pub summary: String,
    /// A role with somebody to reach.
    pub owner_role: String,
    /// Whose role.
    pub owner_organisation: OrganisationId,
    /// When it should be decided.
    pub due_on: Date,
    /// How it was decided; none while it is open.
    pub outcome: Option<String>,
    /// When it was made.
    pub created: Timestamp,
}

/// Which open items are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this employer's lists.
    pub employer: Option<OrganisationId>,
    /// Of this kind.
    pub kind: Option<ItemKind>,
    /// About this person, as either record of a pair.
    pub person: Option<PersonId>,
}

/// An open item as a page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The item.
    pub item: Item,
    /// The employer's name.
    pub employer_name: String,
    /// Whom to ring: the employer's contact.
    pub contact_name: String,
    /// Whole days since it was made.
    pub days: u32,
}
