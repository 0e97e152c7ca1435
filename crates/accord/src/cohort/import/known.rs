//! What the store knows that a list could touch; loaded by `store`, read by `work`.

use super::super::employment::Employment;
use super::super::person::Particulars;
use crate::base::ids::{PersonId, WorklistItemId};
use std::collections::{HashMap, HashSet};

/// A person the list could mean.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownPerson {
    /// Who.
    pub id: PersonId,
    /// What is known of them.
    pub particulars: Particulars,
    /// True where one of their employments is the primary one.
    pub has_primary: bool,
    /// True where an item about their date of birth was made before, open or done.
    pub birth_asked: bool,
}

/// Everything of the store that matters for one list.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Everybody with an employment here, and whoever shares an NHS number, a name, or birth date and home with a row.
    pub people: Vec<KnownPerson>,
    /// All employments of this employer.
    pub employments: Vec<Employment>,
    /// Pairs an item was made about before, later record first; open or done.
    pub pairs: HashSet<(PersonId, PersonId)>,
    /// Open items of unreadable rows, by what the row held.
    pub unreadable: HashMap<String, WorklistItemId>,
    /// People with an open item "not seen" here.
    pub not_seen: HashSet<PersonId>,
}
