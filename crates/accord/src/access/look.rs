//! Looking at somebody else: an operator says what for, the audit keeps it, and the person's pages open to that sign-in.

use super::{rules, store};
use crate::base::audit::{self, Done};
use crate::base::clock::at_microsecond;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::PersonId;

/// What somebody is looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The person is on the telephone.
    TheyRang,
    /// The person stands here.
    TheyAreHere,
    /// Somebody asks for them with their knowledge: their employer, a carer.
    AskedFor,
    /// The desk rings them.
    WeRing,
}

impl Purpose {
    /// Every purpose, the commonest first.
    pub const ALL: [Self; 4] = [Self::TheyRang, Self::TheyAreHere, Self::AskedFor, Self::WeRing];

    /// The word in tables and audit rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TheyRang => "they_rang",
            Self::TheyAreHere => "they_are_here",
            Self::AskedFor => "asked_for",
            Self::WeRing => "we_ring",
        }
    }

    /// The words on pages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::TheyRang => "They are on the telephone",
            Self::TheyAreHere => "They are here",
            Self::AskedFor => "Somebody asks for them, and they know",
            Self::WeRing => "We ring them",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }
}

/// Opens a person to this actor, and writes into the audit who looked and why.
pub fn open(tx: &mut Tx<'_>, person: PersonId, purpose: Purpose) -> Result<(), StoreError> {
    store::insert_look(tx, person, purpose.word())?;
    audit::record(tx, &row("open", person.to_string(), purpose.word(), "desk"))
}

/// Whether this actor has the person open. Reads only.
pub fn is_open(tx: &mut Tx<'_>, person: PersonId) -> Result<bool, StoreError> {
    let now = tx.now().as_microsecond();
    Ok(store::looked(tx, person)?.is_some_and(|at| now - at.as_microsecond() < rules::LONGEST_US))
}

/// Writes down a search: a row for each person it showed, and one where it showed nobody; never what was typed.
pub fn found(tx: &mut Tx<'_>, shown: &[PersonId], purpose: &str, by: &str) -> Result<(), StoreError> {
    let mut rows: Vec<Done<'_>> = shown.iter().map(|person| row("look", person.to_string(), purpose, by)).collect();
    if rows.is_empty() {
        rows.push(row("look", "nobody".into(), purpose, by));
    }
    audit::record_many(tx, &rows)
}

/// Forgets up to `limit` looks that open nothing any more, and old counts of searches; how many. The audit forgets nothing.
pub fn sweep(tx: &mut Tx<'_>, limit: u32) -> Result<usize, StoreError> {
    let before = at_microsecond(tx.now().as_microsecond().saturating_sub(rules::LONGEST_US));
    Ok(usize::try_from(store::delete_looks(tx, before, limit)?).unwrap_or(usize::MAX))
}

fn row<'a>(verb: &'a str, noun_id: String, purpose: &str, by: &str) -> Done<'a> {
    let detail = serde_json::json!({ "purpose": purpose, "by": by }).to_string();
    Done { organisation: None, verb, noun: "person", noun_id, detail }
}
