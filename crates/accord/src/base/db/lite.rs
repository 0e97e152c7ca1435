//! SQLite: WAL, synchronous=FULL, one writer.

use super::{Conn, Param, Row, StoreError};
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

pub(crate) struct Lite {
    conn: Connection,
    /// Pages in the log after the last commit.
    logged: Arc<AtomicI32>,
    /// Statements as SQLite wants them, by the address of ours.
    texts: HashMap<(usize, usize), Arc<str>>,
    mode: Mode,
    /// Scripts run: SQLite counts no rows where one changes the schema.
    scripts: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Write,
    Read,
}

/// Statements a connection keeps prepared.
const PREPARED: usize = 512;
/// Pages in the log (of 4 KB) from which on they are moved into the database.
const LOG_PAGES: i32 = 8_000;

pub(super) fn open(file: &Path, mode: Mode) -> Result<Conn, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(file, flags).map_err(|e| translate(&e))?;
    conn.set_prepared_statement_cache_capacity(PREPARED);
    // Without it SQLite plans many a statement anew for each set of parameters, which costs more than running it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|e| translate(&e))?;
    let setup = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON; PRAGMA cache_size = -14000; PRAGMA temp_store = MEMORY;";
    conn.execute_batch(setup).map_err(|e| translate(&e))?;
    // The system keeps the file in memory as well, so a large cache of our own buys little and a small service pays for it.
    // A commit that is answered must be on the disk: anything weaker than FULL is refused.
    let full: i64 = conn.query_row("PRAGMA synchronous", [], |r| r.get(0)).map_err(|e| translate(&e))?;
    let wal: String = conn.query_row("PRAGMA journal_mode", [], |r| r.get(0)).map_err(|e| translate(&e))?;
    if full < 2 || wal != "wal" {
        return Err(StoreError::Engine(format!(
            "{} can't be used with synchronous=FULL and WAL (got {full}, {wal}); put the store on a local disk",
            file.display()
        )));
    }
    if mode == Mode::Read {
        // What a count of everything groups and sorts goes to a file: it may be as large as the store.
        let setup = "PRAGMA query_only = ON; PRAGMA cache_size = -3000; PRAGMA temp_store = FILE";
        conn.execute_batch(setup).map_err(|e| translate(&e))?;
    }
    // SQLite's own way of emptying the log keeps every error to itself, a failed sync too: see `tidy_up`.
    let logged = Arc::new(AtomicI32::new(0));
    let count = Arc::clone(&logged);
    conn.wal_hook(Some(move |_: &mut Wal, pages| {
        count.store(pages, Ordering::Relaxed);
        Ok(())
    }))
    .map_err(|e| translate(&e))?;
    Ok(Conn::Lite(Lite { conn, logged, texts: HashMap::new(), mode, scripts: 0 }))
}

/// A database in memory: nothing to sync, gone with its connection.
pub(super) fn in_memory() -> Result<Lite, StoreError> {
    let conn = Connection::open_in_memory().map_err(|e| translate(&e))?;
    conn.set_prepared_statement_cache_capacity(PREPARED);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|e| translate(&e))?;
    conn.execute_batch("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;").map_err(|e| translate(&e))?;
    let logged = Arc::new(AtomicI32::new(0));
    Ok(Lite { conn, logged, texts: HashMap::new(), mode: Mode::Write, scripts: 0 })
}

static COPIES: AtomicU32 = AtomicU32::new(0);

/// Copies a database into one file that is whole and on the disk, or is not there.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    // Two that open an old store at once copy it side by side; the name is each one's own until it is whole.
    let number = COPIES.fetch_add(1, Ordering::Relaxed);
    let half = to.with_extension(format!("half-{}-{number}", std::process::id()));
    let copied = copy_to(from, &half).and_then(|()| settle(&half, to).map_err(|e| not_written(&e, to)));
    if copied.is_err() {
        drop(std::fs::remove_file(&half));
    }
    copied
}

/// A connection of its own: those for reading may not write, not even another file.
fn copy_to(from: &Path, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        std::fs::remove_file(to).map_err(|e| not_written(&e, to))?;
    }
    let conn = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|e| translate(&e))?;
    conn.execute_batch("PRAGMA busy_timeout = 5000").map_err(|e| translate(&e))?;
    conn.execute("VACUUM INTO ?1", [to.display().to_string()]).map(|_| ()).map_err(|e| translate(&e))
}

/// SQLite does not sync what VACUUM INTO wrote.
fn settle(half: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::File::open(half)?.sync_all()?;
    std::fs::rename(half, to)?;
    #[cfg(unix)]
    if let Some(folder) = to.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn not_written(error: &std::io::Error, file: &Path) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Engine(format!("{}: {error}", file.display())),
    }
}

impl Lite {
    /// Another database in memory with everything that is in this one.
    pub fn copied(&self) -> Result<Self, StoreError> {
        let mut copy = in_memory()?;
        let pages = rusqlite::backup::Backup::new(&self.conn, &mut copy.conn).map_err(|e| translate(&e))?;
        pages.step(-1).map_err(|e| translate(&e))?;
        drop(pages);
        Ok(copy)
    }

    /// Breaks off whatever runs after about so many steps of the engine, once; none: never.
    pub fn break_off_after(&mut self, steps: Option<u32>) -> Result<(), StoreError> {
        let handler = steps.map(|mut left| {
            move || {
                left = left.saturating_sub(1);
                // Once: what undoes the transaction must not be broken off too.
                left == 0 && std::mem::replace(&mut left, u32::MAX) == 0
            }
        });
        self.conn.progress_handler(1, handler).map_err(|e| translate(&e))
    }

    fn text(&mut self, sql: &'static str) -> Arc<str> {
        let key = (sql.as_ptr() as usize, sql.len());
        Arc::clone(self.texts.entry(key).or_insert_with(|| numbered(sql).into()))
    }

    pub fn run(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let text = self.text(sql);
        let mut statement = self.conn.prepare_cached(&text).map_err(|e| wrong(&e, sql))?;
        bind(&mut statement, params).map_err(|e| wrong(&e, sql))?;
        // A statement with RETURNING answers rows; `run` counts them.
        if statement.column_count() > 0 {
            let mut rows = statement.raw_query();
            let mut count = 0;
            while rows.next().map_err(|e| translate(&e))?.is_some() {
                count += 1;
            }
            return Ok(count);
        }
        statement.raw_execute().map(|n| n as u64).map_err(|e| translate(&e))
    }

    /// Only for statements that answer no rows.
    pub fn run_many(&mut self, sql: &'static str, rows: &[Vec<Param<'_>>]) -> Result<u64, StoreError> {
        let text = self.text(sql);
        let mut statement = self.conn.prepare_cached(&text).map_err(|e| wrong(&e, sql))?;
        let mut count = 0;
        for params in rows {
            bind(&mut statement, params).map_err(|e| wrong(&e, sql))?;
            count += statement.raw_execute().map_err(|e| translate(&e))? as u64;
        }
        Ok(count)
    }

    pub fn each(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        take: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.each_of(sql, std::iter::once(params), take)
    }

    pub fn each_many(
        &mut self,
        sql: &'static str,
        rows: &[Vec<Param<'_>>],
        take: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.each_of(sql, rows.iter().map(Vec::as_slice), take)
    }

    fn each_of<'p>(
        &mut self,
        sql: &'static str,
        asked: impl Iterator<Item = &'p [Param<'p>]>,
        take: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let text = self.text(sql);
        let mut statement = self.conn.prepare_cached(&text).map_err(|e| wrong(&e, sql))?;
        for params in asked {
            bind(&mut statement, params).map_err(|e| wrong(&e, sql))?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(|e| translate(&e))? {
                take(&Row::Lite(row))?;
            }
        }
        Ok(())
    }

    pub fn script(&mut self, text: &str) -> Result<(), StoreError> {
        self.scripts += 1;
        self.conn.execute_batch(text).map_err(|e| wrong(&e, text))
    }

    pub fn dump(&mut self, query: &str, take: &mut dyn FnMut(&[Option<String>])) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare(query).map_err(|e| wrong(&e, query))?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut values = vec![None; columns];
        while let Some(row) = rows.next().map_err(|e| translate(&e))? {
            for (at, value) in values.iter_mut().enumerate() {
                *value = match row.get::<_, Value>(at).map_err(|e| translate(&e))? {
                    Value::Null => None,
                    Value::Integer(n) => Some(n.to_string()),
                    Value::Real(n) => Some(format!("{n:?}")),
                    Value::Text(text) => Some(text),
                    Value::Blob(bytes) => Some(crate::base::secret::hex(&bytes)),
                };
            }
            take(&values);
        }
        Ok(())
    }
}

/// The verbs of a transaction, by engine.
impl Conn {
    pub(super) fn begin(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Lite(lite) => {
                let begin = if lite.mode == Mode::Read { "BEGIN" } else { "BEGIN IMMEDIATE" };
                let begun = lite.run(begin, &[]).map(|_| ());
                // A statement that failed may have begun all the same; the next one must find no transaction open.
                if begun.is_err() {
                    self.rollback();
                }
                begun
            }
            #[cfg(feature = "postgres")]
            Self::Pg(pg) => pg.begin(),
        }
    }

    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Lite(lite) => lite.commit(),
            #[cfg(feature = "postgres")]
            Self::Pg(pg) => pg.commit(),
        }
    }

    pub(super) fn rollback(&mut self) {
        match self {
            Self::Lite(lite) => {
                // Twice: one that was broken off leaves the transaction open, and the next one would be part of it.
                for _ in 0..2 {
                    if !lite.conn.is_autocommit() {
                        drop(lite.conn.execute_batch("ROLLBACK"));
                    }
                }
            }
            #[cfg(feature = "postgres")]
            Self::Pg(pg) => pg.rollback(),
        }
    }

    /// Grows with every row that is written and every script; what it stood at tells whether anything was.
    pub(super) fn changes(&self) -> u64 {
        match self {
            Self::Lite(lite) => lite.conn.total_changes() + lite.scripts,
            #[cfg(feature = "postgres")]
            Self::Pg(_) => 0,
        }
    }

    pub(super) fn savepoint(&mut self) -> Result<(), StoreError> {
        self.lite_run("SAVEPOINT one")
    }

    pub(super) fn keep(&mut self) -> Result<(), StoreError> {
        self.lite_run("RELEASE one")
    }

    pub(super) fn undo(&mut self) -> Result<(), StoreError> {
        self.lite_run("ROLLBACK TO one")?;
        self.lite_run("RELEASE one")
    }

    /// Moves the log into the database once it has grown. [`StoreError::Unknown`]: the disk failed to make that safe.
    pub(super) fn tidy_up(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Lite(lite) => lite.tidy_up(),
            #[cfg(feature = "postgres")]
            Self::Pg(_) => Ok(()),
        }
    }

    /// SQLite rolls the whole transaction back by itself when the disk is full or fails.
    pub(super) fn group_is_lost(&self) -> bool {
        match self {
            Self::Lite(lite) => lite.conn.is_autocommit(),
            #[cfg(feature = "postgres")]
            Self::Pg(_) => false,
        }
    }

    fn lite_run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match self {
            Self::Lite(lite) => lite.run(sql, &[]).map(|_| ()),
            #[cfg(feature = "postgres")]
            Self::Pg(_) => Ok(()),
        }
    }
}

impl Lite {
    fn commit(&mut self) -> Result<(), StoreError> {
        let Err(error) = self.conn.execute_batch("COMMIT") else { return Ok(()) };
        // A write that failed left no whole commit in the log. A sync that failed may have: then nobody knows.
        let definite =
            took_no_more(&error) || matches!(code(&error), Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy));
        let undone = self.conn.is_autocommit() || self.conn.execute_batch("ROLLBACK").is_ok();
        if definite && undone {
            return Err(translate(&error));
        }
        tracing::error!(%error, "a commit failed and its outcome is unknown");
        Err(StoreError::Unknown)
    }

    fn tidy_up(&mut self) -> Result<(), StoreError> {
        if self.logged.load(Ordering::Relaxed) < LOG_PAGES {
            return Ok(());
        }
        let moved = self.conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        let Err(error) = moved else {
            self.logged.store(0, Ordering::Relaxed);
            return Ok(());
        };
        if not_made_safe(&error) {
            tracing::error!(%error, "the disk failed while the log was moved into the database");
            return Err(StoreError::Unknown);
        }
        // A full disk: everything stays in the log, and the next commit tries again.
        tracing::warn!(%error, "the log could not be moved into the database; it grows until that succeeds");
        Ok(())
    }
}

/// What a failed write means when the system does not say that the disk is full.
const NO_ROOM: &str = "the disk took no more (full, over a quota or a limit, or failing); nothing was written";

/// Binds by number: [`numbered`] has made `?n` of every `$n`.
fn bind(statement: &mut CachedStatement<'_>, params: &[Param<'_>]) -> rusqlite::Result<()> {
    let wanted = statement.parameter_count();
    for (at, param) in (1..=wanted).zip(params) {
        match param {
            Param::Null => statement.raw_bind_parameter(at, rusqlite::types::Null)?,
            Param::Int(n) => statement.raw_bind_parameter(at, n)?,
            Param::Real(n) => statement.raw_bind_parameter(at, n)?,
            Param::Text(text) => statement.raw_bind_parameter(at, text)?,
            Param::Made(text) => statement.raw_bind_parameter(at, text.as_str())?,
            Param::Uuid(id) => {
                let mut letters = [0; uuid::fmt::Hyphenated::LENGTH];
                let text: &str = id.hyphenated().encode_lower(&mut letters);
                statement.raw_bind_parameter(at, text)?;
            }
            Param::Bytes(bytes) => statement.raw_bind_parameter(at, bytes.as_ref())?,
        }
    }
    Ok(())
}

/// SQLite numbers `$n` by first appearance but `?n` by the number, as PostgreSQL does with `$n`.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

/// True where the system refused to write: over a limit or a quota, or the disk fails. A full disk says so itself.
fn took_no_more(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::SQLITE_IOERR_WRITE;
    matches!(error, rusqlite::Error::SqliteFailure(e, _) if e.extended_code == SQLITE_IOERR_WRITE)
}

/// True where a sync failed: what was written before it may or may not be on the disk, whatever a later sync says.
fn not_made_safe(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSYNC};
    matches!(error, rusqlite::Error::SqliteFailure(e, _) if [SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC].contains(&e.extended_code))
}

/// True where the file beside the database could not grow, which is all SQLite says of a full disk then.
fn no_room_beside(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
    matches!(error, rusqlite::Error::SqliteFailure(e, _) if e.extended_code == SQLITE_IOERR_SHMSIZE)
}

fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    error.sqlite_error_code()
}

fn wrong(error: &rusqlite::Error, sql: &str) -> StoreError {
    match translate(error) {
        StoreError::Engine(said) => {
            let sql: String = sql.split_whitespace().collect::<Vec<_>>().join(" ");
            StoreError::Engine(format!("{said} in: {}", sql.chars().take(160).collect::<String>()))
        }
        other => other,
    }
}

fn translate(error: &rusqlite::Error) -> StoreError {
    let text = error.to_string();
    match code(error) {
        Some(ErrorCode::ConstraintViolation) => StoreError::Constraint(constraint(&text)),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::NotADatabase) => StoreError::Engine("accord.db is not a store of Accord".into()),
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Engine(format!("accord.db is damaged: {text}")),
        _ if took_no_more(error) || no_room_beside(error) => StoreError::Down(NO_ROOM.into()),
        Some(ErrorCode::SystemIoFailure | ErrorCode::ReadOnly | ErrorCode::OutOfMemory) => StoreError::Down(text),
        _ => StoreError::Engine(text),
    }
}

/// SQLite names a CHECK by its name but a unique index by its columns; ours are looked up.
fn constraint(text: &str) -> String {
    if let Some((_, name)) = text.split_once("CHECK constraint failed: ") {
        return name.trim().to_owned();
    }
    let Some((_, columns)) = text.split_once("UNIQUE constraint failed: ") else {
        return text.to_owned();
    };
    super::migrate::index_over(columns.trim()).unwrap_or_else(|| columns.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_statement_is_planned_once_whatever_its_parameters() {
        let folder = std::env::temp_dir().join(format!("accord-planned-once-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let Ok(Conn::Lite(mut lite)) = open(&folder.join("a.db"), Mode::Write) else { panic!("it opens") };
        lite.script("CREATE TABLE part (a TEXT, b BIGINT, c TEXT, d BIGINT, PRIMARY KEY (a, b, c))").expect("made");
        let sql = "SELECT c FROM part WHERE a = $1 AND d = $2 AND c >= $3 ORDER BY c";
        for n in 0..9 {
            let params = [Param::Made(n.to_string()), Param::Int(n), Param::Made("x".repeat(n as usize))];
            lite.each(sql, &params, &mut |_| Ok(())).expect("it answers");
        }
        let statement = lite.conn.prepare_cached(&numbered(sql)).expect("it is there");
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        assert!(statement.get_status(StatementStatus::Run) >= 9);
        std::fs::remove_dir_all(&folder).expect("the folder is ours");
    }

    #[test]
    fn a_log_that_has_grown_is_moved_into_the_database() {
        let folder = std::env::temp_dir().join(format!("accord-tidied-up-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let Ok(Conn::Lite(mut lite)) = open(&folder.join("a.db"), Mode::Write) else { panic!("it opens") };
        lite.script("CREATE TABLE part (a BLOB)").expect("made");
        lite.tidy_up().expect("nothing to do");
        let size = || std::fs::metadata(folder.join("a.db")).expect("it is there").len();
        let before = size();
        lite.script("INSERT INTO part (a) VALUES (zeroblob(36000000))").expect("written");
        assert_eq!(size(), before, "SQLite itself moves nothing");
        lite.tidy_up().expect("moved");
        assert!(size() > 36_000_000);
        std::fs::remove_dir_all(&folder).expect("the folder is ours");
    }
}
