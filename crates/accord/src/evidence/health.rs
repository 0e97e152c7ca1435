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
    /// Held places.
    pub holds: Holds,
}

/// Places that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// All of them.
    pub places: i64,
    /// Those whose time has been over for a minute: nobody sweeps.
    pub overdue: i64,
}

/// How many places are held, and how many of them should no longer be.
pub fn holds(tx: &mut Tx<'_>) -> Result<Holds, StoreError> {
    let before = tx.now().as_microsecond() - SWEPT_WITHIN_US;
    let (places, overdue) = store::health::holds(tx, before)?;
    Ok(Holds { places, overdue })
}

/// How many rows of the audit and the ledger are not sealed.
pub fn unsealed(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    Ok(store::health::audit(tx)?.1)
}

/// The sweeper looks each few seconds; after a minute it has not.
const SWEPT_WITHIN_US: i64 = 60_000_000;

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
        holds: holds(tx)?,
    })
}

/// Whether the store takes a transaction at all.
pub fn answers(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    store::health::isolation(tx).map(|_| ())
}
