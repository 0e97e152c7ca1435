//! What `accord doctor` asks the store about itself.

use super::store;
use crate::base::db::{StoreError, Tx};

/// What the store says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Whether a commit that is answered is on the disk.
    pub durable: bool,
    /// In the engine's words.
    pub durability: String,
    /// How texts are ordered; must be "C", byte by byte.
    pub collation: String,
    /// How transactions are kept apart; must be "read committed".
    pub isolation: String,
    /// Instant of the newest audit row, microseconds.
    pub newest_us: Option<i64>,
    /// Audit and ledger rows not sealed.
    pub unsealed: i64,
}

/// Asks.
pub fn look(tx: &mut Tx<'_>) -> Result<Seen, StoreError> {
    let (durable, durability) = store::health::durability(tx)?;
    let (newest_us, unsealed) = store::health::audit(tx)?;
    Ok(Seen {
        durable,
        durability,
        collation: store::health::collation(tx)?,
        isolation: store::health::isolation(tx)?,
        newest_us,
        unsealed,
    })
}
