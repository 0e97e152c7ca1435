//! What `accord doctor` asks the store about itself.

use super::store;
use crate::base::db::{StoreError, Tx};
use std::path::{Path, PathBuf};

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

/// Whether the store takes a transaction at all, and where its file is, if it is one.
pub fn answers(tx: &mut Tx<'_>) -> Result<Option<PathBuf>, StoreError> {
    store::health::isolation(tx)?;
    Ok(store::health::file(tx)?.map(PathBuf::from))
}

/// From so many percent on a disk is called nearly full: there is still time to make room.
pub const NEARLY_FULL_PERCENT: u8 = 85;

/// How full the disk is that holds `path`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// How much of it is used, in percent.
    pub used_percent: u8,
    /// How much is free, in megabytes.
    pub free_mb: u64,
}

/// Asks; none where the machine can't say. Starts a process, so not on a thread that answers requests.
pub fn room(path: &Path) -> Option<Room> {
    // The standard library can't ask; `df -Pk` answers alike on every Unix.
    let out =
        std::process::Command::new("df").arg("-Pk").arg(path).stderr(std::process::Stdio::null()).output().ok()?;
    read_df(&String::from_utf8(out.stdout).ok()?)
}

/// The second line of `df -Pk`: disk, blocks of 1,024 bytes, used, free, percent used, where it is mounted.
fn read_df(text: &str) -> Option<Room> {
    let mut words = text.lines().nth(1)?.split_whitespace().skip(3);
    let free_mb = words.next()?.parse::<u64>().ok()? / 1024;
    let used_percent = words.next()?.trim_end_matches('%').parse().ok()?;
    Some(Room { used_percent, free_mb })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_df_is_read() {
        let said = "Filesystem 1024-blocks Used Available Capacity Mounted on\ntmpfs 20480 18000 2480 88% /run/a b\n";
        assert_eq!(read_df(said), Some(Room { used_percent: 88, free_mb: 2 }));
        assert_eq!(read_df("df: no such file\n"), None);
        assert_eq!(read_df("Filesystem 1024-blocks\nnone - - - -\n"), None);
    }
}
