//! The schema's history: one DDL text for both engines, applied in order, each with a checksum.
//!
//! A store that has been used is backed up before it is changed. A store made by a newer binary,
//! or by a changed migration, is refused and left as it is.

use super::{Actor, Conn, Db, Place, Stop, StoreError, Tx, lite};
use crate::base::ids::PartnershipId;
use crate::base::secret::sha256_hex;
use std::path::PathBuf;
use std::sync::OnceLock;

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number; steps are applied in this order.
    pub version: u32,
    /// Its name: the file's.
    pub name: &'static str,
    /// The DDL, in PostgreSQL's types.
    pub ddl: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal)*) => {
        /// Every step there is.
        pub const MIGRATIONS: &[Migration] = &[$(Migration {
            version: $version,
            name: $name,
            ddl: include_str!(concat!("../../../migrations/", $name, ".sql")),
        }),*];
    };
}

migrations! {
    1 "0001_base"
    2 "0002_partnership"
    3 "0003_access"
    4 "0004_cohort"
    5 "0005_clinic"
    6 "0006_campaign"
    7 "0007_booking"
    8 "0008_plan"
    9 "0009_hold"
    10 "0010_api_key"
    11 "0011_attendance"
    12 "0012_capacity_change"
    13 "0013_waiting_list"
    14 "0014_clinic_day"
    15 "0015_desk"
    16 "0016_unanswered"
    17 "0017_booking_by_person"
    18 "0018_clock"
}

/// What [`migrate`] did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Migrated {
    /// The version before.
    pub from: u32,
    /// The version now.
    pub to: u32,
    /// Where the copy lies that was made first.
    pub backup: Option<PathBuf>,
}

/// Brings the store at `place` to this binary's schema. Nothing is changed when it is refused.
pub fn migrate(db: &Db, place: &Place) -> Result<Migrated, StoreError> {
    migrate_to(db, place, MIGRATIONS)
}

/// [`migrate`] with a list of its own; tests stop half-way with it.
pub fn migrate_to(db: &Db, place: &Place, list: &'static [Migration]) -> Result<Migrated, StoreError> {
    migrate_with(db, place, list, std::env::var("ACCORD_BACKED_UP").as_deref() == Ok("yes"))
}

/// [`migrate_to`], told whether the operator backed a PostgreSQL database up. SQLite stores are copied in any case.
pub fn migrate_with(
    db: &Db,
    place: &Place,
    list: &'static [Migration],
    backed_up: bool,
) -> Result<Migrated, StoreError> {
    let who = Actor::new(PartnershipId::from_uuid(uuid::Uuid::nil()), "operator of this machine", "migrate");
    run(db, &who, |tx| tx.script(&for_engine(tx, BOOK)))?;
    let applied = run(db, &who, applied)?;
    check(&applied, list)?;
    let from = applied.last().map_or(0, |(version, ..)| *version);
    let to = list.last().map_or(0, |m| m.version);
    if from == to {
        return Ok(Migrated { from, to, backup: None });
    }
    let backup = if from > 0 { back_up(place, from, backed_up)? } else { None };
    // All steps or none: a store never stays between two schemas.
    run(db, &who, move |tx| {
        list.iter().filter(|m| m.version > from).try_for_each(|step| apply(tx, step))?;
        if tx.engine() == "sqlite" { tell_sizes(tx) } else { Ok(()) }
    })?;
    Ok(Migrated { from, to, backup })
}

const BOOK: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
  version BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL
);";

fn run<T: Send + 'static>(
    db: &Db,
    who: &Actor,
    f: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    db.write_now(who, move |tx| f(tx).map_err(Stop::<()>::Store)).map_err(super::plain)
}

fn applied(tx: &mut Tx<'_>) -> Result<Vec<(u32, String, String)>, StoreError> {
    tx.all("SELECT version, name, checksum FROM schema_migration ORDER BY version", p![])
}

fn check(applied: &[(u32, String, String)], list: &[Migration]) -> Result<(), StoreError> {
    for (version, name, checksum) in applied {
        let Some(ours) = list.iter().find(|m| m.version == *version) else {
            return Err(StoreError::Engine(format!(
                "this store was made by a newer accord (its schema has step {version}, {name}); use that binary, nothing was changed"
            )));
        };
        if sha256_hex(ours.ddl.as_bytes()) != *checksum {
            return Err(StoreError::Engine(format!(
                "step {version} ({name}) of this store's schema is not this binary's; nothing was changed"
            )));
        }
    }
    Ok(())
}

fn apply(tx: &mut Tx<'_>, step: &Migration) -> Result<(), StoreError> {
    // Another process may have opened the same old store: whoever comes second finds the step taken.
    if tx.engine() == "postgresql" {
        tx.script("LOCK TABLE schema_migration IN EXCLUSIVE MODE")?;
    }
    let taken: Option<(String,)> =
        tx.maybe("SELECT checksum FROM schema_migration WHERE version = $1", p![step.version])?;
    if taken.is_some() {
        return Ok(());
    }
    tx.script(&for_engine(tx, step.ddl))?;
    tx.run(
        "INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)",
        p![step.version, step.name, sha256_hex(step.ddl.as_bytes())],
    )?;
    Ok(())
}

/// Rows that SQLite is told a table has (an index of some rows: a tenth), and how many it is told one key finds where the key
/// is not unique.
const ROWS: f64 = 100_000.0;
const FOUND: f64 = 10.0;

/// Tells SQLite's planner what it cannot know: that a partnership's key, with which every index begins, finds nearly all
/// rows, and each further column fewer. Uninformed it takes the partnership for a key that finds ten rows, and so walks a
/// whole table where the order of the answer happens to fit. Not measured (`ANALYZE`): plans should be the same on every
/// machine and every day, and `tests/query_plans.rs` reads them. PostgreSQL counts by itself.
fn tell_sizes(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let indexes: Vec<(String, String, bool, bool, u16)> = tx.all(
        "SELECT t.name, i.name, i.\"unique\", i.partial, (SELECT COUNT(*) FROM pragma_index_info(i.name))
         FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' ORDER BY t.name, i.name",
        p![],
    )?;
    let mut script = "ANALYZE sqlite_schema; DELETE FROM sqlite_stat1;".to_owned();
    for (table, index, unique, partial, columns) in indexes {
        let (rows, last) = (if partial { ROWS / 10.0 } else { ROWS }, if unique { 1.0 } else { FOUND });
        let found = (1..=columns).map(|n| match (n, columns) {
            (1, 2..) => rows,
            (n, columns) if n == columns => last,
            (n, columns) => rows * (last / rows).powf(f64::from(n - 1) / f64::from(columns - 1)),
        });
        let sizes: Vec<String> = found.map(|n| n.ceil().to_string()).collect();
        script += &format!("INSERT INTO sqlite_stat1 VALUES ('{table}', '{index}', '{rows} {}');", sizes.join(" "));
    }
    tx.script(&(script + "ANALYZE sqlite_schema;"))
}

fn back_up(place: &Place, from: u32, backed_up: bool) -> Result<Option<PathBuf>, StoreError> {
    let Some(folder) = place.folder() else {
        // The operator's own tools back PostgreSQL up; without their word nothing is changed.
        if backed_up {
            return Ok(None);
        }
        let said = "the schema would change: back the database up (pg_dump), then run again with ACCORD_BACKED_UP=yes";
        return Err(StoreError::Engine(said.into()));
    };
    let copy = folder.join(format!("accord-before-step-{}-{from}.db", from + 1));
    lite::copy(&place.file().unwrap_or_default(), &copy)?;
    Ok(Some(copy))
}

/// PostgreSQL's DDL in SQLite's words: strict types, strict tables.
fn for_engine(tx: &Tx<'_>, ddl: &str) -> String {
    match tx.conn {
        Conn::Lite(_) => lite_ddl(ddl),
        #[cfg(feature = "postgres")]
        Conn::Pg(_) => ddl.to_owned(),
    }
}

fn lite_ddl(ddl: &str) -> String {
    ddl.replace("BIGINT", "INTEGER")
        .replace("DOUBLE PRECISION", "REAL")
        .replace("BYTEA", "BLOB")
        .replace("\n);", "\n) STRICT;")
}

/// The name of the unique index over `columns` ("table.a, table.b"), as SQLite reports them.
pub(super) fn index_over(columns: &str) -> Option<String> {
    static NAMES: OnceLock<Vec<(String, String)>> = OnceLock::new();
    let names = NAMES.get_or_init(|| MIGRATIONS.iter().flat_map(|m| unique_indexes(m.ddl)).collect());
    names.iter().find(|(over, _)| over == columns).map(|(_, name)| name.clone())
}

/// `CREATE UNIQUE INDEX name ON table (a, b)` -> ("table.a, table.b", name).
fn unique_indexes(ddl: &str) -> Vec<(String, String)> {
    ddl.split("CREATE UNIQUE INDEX ")
        .skip(1)
        .filter_map(|rest| {
            let (name, rest) = rest.split_once(" ON ")?;
            let (table, rest) = rest.split_once('(')?;
            let (columns, _) = rest.split_once(')')?;
            let over = columns.split(',').map(|c| format!("{}.{}", table.trim(), c.trim()));
            Some((over.collect::<Vec<_>>().join(", "), name.trim().to_owned()))
        })
        .collect()
}

/// Takes every row out of a store, and leaves its schema.
pub fn empty(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tables().iter().rev().try_for_each(|(table, _)| tx.script(&format!("DELETE FROM {table}")))
}

/// Every table of the schema with its primary key, in the order of making: for the fingerprint.
pub fn tables() -> Vec<(String, String)> {
    MIGRATIONS
        .iter()
        .flat_map(|m| m.ddl.split("CREATE TABLE ").skip(1))
        .filter_map(|rest| {
            let (name, body) = rest.split_once('(')?;
            let body = body.split("\n);").next()?;
            let key = body.rsplit_once("PRIMARY KEY (").and_then(|(_, key)| key.split_once(')')).map(|(key, _)| key);
            Some((name.trim().to_owned(), key.unwrap_or("id").trim().to_owned()))
        })
        .collect()
}
