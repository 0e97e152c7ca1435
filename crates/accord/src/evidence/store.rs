//! All SQL of evidence: it only reads.

use crate::base::db::{StoreError, Tx};

/// The rows of a verify statement: what is wrong, and where.
pub fn violations(tx: &mut Tx<'_>, statement: &'static str) -> Result<Vec<(String, String)>, StoreError> {
    tx.all(statement, p![tx.partnership()])
}
