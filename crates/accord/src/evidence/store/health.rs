//! What the engine says of itself; the questions differ by engine, the answers do not.

use crate::base::db::{Sql, StoreError, Tx};

/// Whether an answered commit is on the disk, and the setting that says so.
pub fn durability(tx: &mut Tx<'_>) -> Result<(bool, String), StoreError> {
    let (level,): (i64,) = tx.one(
        Sql::Each {
            lite: "PRAGMA synchronous",
            pg: "SELECT CAST(CASE WHEN current_setting('synchronous_commit') <> 'off' AND current_setting('fsync') = 'on'
                 THEN 2 ELSE 0 END AS BIGINT)",
        },
        p![],
    )?;
    let said = if level >= 2 {
        "every commit is synced before it is answered"
    } else {
        "commits are answered before they are on the disk"
    };
    Ok((level >= 2, said.to_owned()))
}

/// How texts are ordered.
pub fn collation(tx: &mut Tx<'_>) -> Result<String, StoreError> {
    let sql = Sql::Each {
        lite: "SELECT 'C'",
        pg: "SELECT CAST(datcollate AS TEXT) FROM pg_database WHERE datname = current_database()",
    };
    Ok(tx.one::<(String,)>(sql, p![])?.0)
}

/// The isolation that transactions begin with. SQLite's one writer gives more than is asked.
pub fn isolation(tx: &mut Tx<'_>) -> Result<String, StoreError> {
    let sql =
        Sql::Each { lite: "SELECT 'read committed'", pg: "SELECT current_setting('default_transaction_isolation')" };
    Ok(tx.one::<(String,)>(sql, p![])?.0)
}

/// The file of the store, where it is one.
pub fn file(tx: &mut Tx<'_>) -> Result<Option<String>, StoreError> {
    let sql = Sql::Each {
        lite: "SELECT file FROM pragma_database_list WHERE name = 'main'",
        pg: "SELECT CAST(NULL AS TEXT)",
    };
    Ok(tx.one::<(Option<String>,)>(sql, p![])?.0)
}

/// Instant of the newest audit row, and how many rows are not sealed.
pub fn audit(tx: &mut Tx<'_>) -> Result<(Option<i64>, i64), StoreError> {
    let newest: Option<(i64,)> =
        tx.maybe("SELECT at_us FROM audit WHERE partnership_id = $1 ORDER BY id DESC LIMIT 1", p![tx.partnership()])?;
    let (unsealed,): (i64,) = tx.one(
        "SELECT (SELECT COUNT(*) FROM audit WHERE partnership_id = $1 AND chain_seq IS NULL)
              + (SELECT COUNT(*) FROM ledger WHERE partnership_id = $1 AND chain_seq IS NULL)",
        p![tx.partnership()],
    )?;
    Ok((newest.map(|(us,)| us), unsealed))
}

/// Held places, and those of them whose time was over at `before`, in microseconds.
pub fn holds(tx: &mut Tx<'_>, before: i64) -> Result<(i64, i64), StoreError> {
    tx.one(
        "SELECT COUNT(*), COALESCE(CAST(SUM(CASE WHEN expires_us <= $2 THEN 1 ELSE 0 END) AS BIGINT), 0)
         FROM hold WHERE partnership_id = $1",
        p![tx.partnership(), before],
    )
}
