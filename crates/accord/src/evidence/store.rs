//! All SQL of evidence: reads across nouns, a file a subject. It writes nothing.

pub(crate) mod campaign;
pub(crate) mod clinics;
pub(crate) mod doors;
pub(crate) mod health;
pub(crate) mod lists;
pub(crate) mod map;
mod outcome;
pub(crate) mod partners;

pub use outcome::{LandedRow, import_totals, landed_rows, open_items, unplaced_people, whole_courses};

use crate::base::db::{StoreError, Tx};

/// The rows of a verify statement: what is wrong, and where.
pub fn violations(tx: &mut Tx<'_>, statement: &'static str) -> Result<Vec<(String, String)>, StoreError> {
    tx.all(statement, p![tx.partnership()])
}
