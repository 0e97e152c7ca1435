//! A disk that forgets.
//!
//! Once [`install`] ran, every SQLite file under a watched folder is written down as it is written: each write, sync,
//! truncation and deletion in its order, in a [`Journal`]. SQLite's own files, locks and shared memory go on as they are;
//! nothing of the program under test changes, and it opens its store as it always does. From a journal,
//! [`Journal::after_cut`] makes what a power cut at any point may have left: whatever was synced, and of the rest any
//! writes, in any order, in torn sectors.

mod cut;
mod journal;
mod shim;

pub use cut::{Disk, Honesty};
pub use journal::{Journal, Op, watch};
pub use shim::install;

/// Moves SQLite's log into the database as far as nobody reads it, and begins it anew where `anew`.
///
/// # Errors
/// SQLite could not.
pub fn checkpoint(file: &std::path::Path, anew: bool) -> Result<(), rusqlite::Error> {
    let conn = rusqlite::Connection::open(file)?;
    let how = if anew { "PRAGMA wal_checkpoint(RESTART)" } else { "PRAGMA wal_checkpoint(PASSIVE)" };
    conn.query_row(how, [], |_| Ok(()))
}
