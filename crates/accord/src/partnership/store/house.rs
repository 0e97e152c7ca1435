//! The partnership itself: one row, made when a store is made.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::PartnershipId;

/// A partnership as it stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founded {
    /// Its id.
    pub id: PartnershipId,
    /// Its name.
    pub name: String,
    /// Its one measurable goal, in a sentence.
    pub goal: String,
    /// Whether everything in it is invented.
    pub demo: bool,
}

impl FromRow for Founded {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { id: row.get(0)?, name: row.get(1)?, goal: row.get(2)?, demo: row.get(3)? })
    }
}

/// Writes the row of the partnership acted in.
pub fn found(tx: &mut Tx<'_>, name: &str, goal: &str, demo: bool) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO partnership (partnership_id, name, goal, demo, created_us) VALUES ($1, $2, $3, $4, $5)",
        p![tx.partnership(), name, goal, demo, tx.now()],
    )?;
    Ok(())
}

/// The store's partnership. A store holds one for now, so nobody has to say which.
pub fn only(tx: &mut Tx<'_>) -> Result<Option<Founded>, StoreError> {
    tx.maybe(
        "SELECT partnership_id, name, goal, demo FROM partnership ORDER BY created_us, partnership_id LIMIT 1",
        p![],
    )
}
