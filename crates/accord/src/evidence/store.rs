//! All SQL of evidence: reads across nouns, a file a subject. It writes nothing.

pub mod campaign;
pub mod clinics;
pub mod doors;
pub mod health;
pub mod lists;
mod outcome;
pub mod partners;

pub use outcome::{LandedRow, import_totals, landed_rows, open_items, unplaced_people, whole_courses};

use crate::base::db::{StoreError, Tx};

/// The rows of a verify statement: what is wrong, and where.
pub fn violations(tx: &mut Tx<'_>, statement: &'static str) -> Result<Vec<(String, String)>, StoreError> {
    tx.all(statement, p![tx.partnership()])
}
