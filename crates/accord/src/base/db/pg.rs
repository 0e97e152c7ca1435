//! PostgreSQL: one connection on a thread of its own, driven to the end of each statement.
//!
//! A connection that is lost is opened again before the next transaction, and at no other time: what ran in the lost
//! one was never committed, unless the loss came while COMMIT was under way; then nobody knows, and that is said.

mod many;

use super::{Conn, Param, Row, StoreError};
use bytes::BytesMut;
use futures_util::TryStreamExt;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Client, Config, NoTls, Statement};

pub(crate) struct Pg {
    runtime: Runtime,
    config: Config,
    client: Client,
    prepared: HashMap<&'static str, Statement>,
    /// The same for many rows of parameters; none: it can't be turned.
    turned: HashMap<&'static str, Option<Statement>>,
    /// What goes to the server together with the next statement.
    notes: Vec<Note>,
    noted: usize,
    begin: &'static str,
    /// The connection is lost, or leads to a server that takes no writes.
    lost: bool,
    /// A statement of this transaction failed: the server would answer COMMIT by undoing all of it, without an error.
    failed: bool,
}

/// A statement that nobody awaits by itself.
struct Note {
    sql: &'static str,
    statement: Statement,
    rows: Vec<Vec<Param<'static>>>,
    /// Whether the rows are one set of parameters.
    as_one: bool,
}

/// How a transaction begins that may write, and one that may not.
pub(super) const WRITES: &str = "BEGIN";
pub(super) const READS: &str = "BEGIN READ ONLY";

/// Longest wait for one server to take a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// A server that says nothing for so long is asked whether it is there; [`ASKED`] times, a second apart.
const SILENT: Duration = Duration::from_secs(3);
const ASKED: u32 = 3;
/// Longest wait for a server to take note of what was sent to it.
const UNHEARD: Duration = Duration::from_secs(6);

pub(super) fn open(url: &str, begin: &'static str) -> Result<Conn, StoreError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| StoreError::Engine(format!("no runtime: {e}")))?;
    let config = config(url)?;
    let client = connect(&runtime, &config)?;
    Ok(Conn::Pg(Box::new(Pg {
        runtime,
        config,
        client,
        prepared: HashMap::new(),
        turned: HashMap::new(),
        notes: Vec::new(),
        noted: 0,
        begin,
        lost: false,
        failed: false,
    })))
}

/// The address, with bounds on every wait: without them a server that vanished would hold each thread for a quarter of an hour.
fn config(url: &str) -> Result<Config, StoreError> {
    let mut config: Config = url.parse().map_err(|e: tokio_postgres::Error| StoreError::Engine(chain(&e)))?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNHEARD);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_idle(SILENT).keepalives_interval(Duration::from_secs(1)).keepalives_retries(ASKED);
    }
    // Of several servers only the one that takes writes will do, for reading too: a copy may lag behind.
    if config.get_hosts().len() > 1 {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    Ok(config)
}

/// Without a time limit for statements: one that ends COMMIT's wait for a synchronous standby would be answered as if the
/// standby had it. And for a disk that finds any page as quickly as the next.
const SETUP: &str = "SET default_transaction_isolation = 'read committed'; SET synchronous_commit = on;
    SET statement_timeout = 0; SET TIME ZONE 'UTC'; SET random_page_cost = 1.1";

fn connect(runtime: &Runtime, config: &Config) -> Result<Client, StoreError> {
    runtime.block_on(async {
        let (client, connection) = config.connect(NoTls).await.map_err(|e| translate(&e))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(error = chain(&error), "a database connection ended");
            }
        });
        client.batch_execute(SETUP).await.map_err(|e| translate(&e))?;
        Ok(client)
    })
}

impl Pg {
    /// Nothing has run yet, so a connection that turns out to be dead is replaced here and nobody notices.
    pub fn begin(&mut self) -> Result<(), StoreError> {
        drop(self.taken());
        if !self.lost && self.script(self.begin).is_ok() {
            self.failed = false;
            return Ok(());
        }
        self.lost = true;
        self.client = connect(&self.runtime, &self.config)?;
        self.prepared.clear();
        self.turned.clear();
        self.lost = false;
        self.script(self.begin)?;
        self.failed = false;
        tracing::info!("a database connection was opened again");
        Ok(())
    }

    pub fn commit(&mut self) -> Result<(), StoreError> {
        if let Err(error) = self.deliver() {
            self.rollback();
            return Err(error);
        }
        if self.failed {
            self.rollback();
            return Err(StoreError::Engine("a statement failed and its use case went on; nothing was written".into()));
        }
        let Err(error) = self.runtime.block_on(self.client.batch_execute("COMMIT")) else { return Ok(()) };
        let answered = error.as_db_error().is_some_and(|e| e.parsed_severity() == Some(Severity::Error));
        match self.seen(translate(&error)) {
            // The server itself says that it undid the transaction. Whatever else came instead of an answer tells nothing.
            told if answered => Err(told),
            told => {
                tracing::error!(error = %told, "a commit was under way when the database went away; its outcome is unknown");
                Err(StoreError::Unknown)
            }
        }
    }

    pub fn rollback(&mut self) {
        drop(self.taken());
        if !self.lost {
            drop(self.script("ROLLBACK"));
        }
    }

    /// Takes note of what an error means for the transaction and the connection.
    fn seen(&mut self, error: StoreError) -> StoreError {
        self.failed = true;
        self.lost |= matches!(error, StoreError::Down(_));
        error
    }

    fn wrong(&mut self, error: &tokio_postgres::Error, sql: &str) -> StoreError {
        // A server that takes no more writes was told to stand by: the next connection goes to the one that took over.
        let stands_by = self.begin == WRITES && error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION);
        self.seen(if stands_by { StoreError::Down(chain(error)) } else { wrong(error, sql) })
    }

    pub fn run(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let statement = self.prepare(sql)?;
        let params = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect::<Vec<_>>();
        let notes = self.taken();
        let client = &self.client;
        let (failed, answer) = self.runtime.block_on(async {
            let asked = async {
                if statement.columns().is_empty() {
                    client.execute(&statement, &params).await
                } else {
                    client.query(&statement, &params).await.map(|rows| rows.len() as u64)
                }
            };
            // In this order: what was noted before goes out first.
            futures_util::future::join(delivered(client, &notes), asked).await
        });
        self.heard(failed)?;
        answer.map_err(|e| self.wrong(&e, sql))
    }

    pub fn note_many(&mut self, sql: &'static str, rows: &[Vec<Param<'_>>]) -> Result<(), StoreError> {
        let turned = self.turned(sql, rows, Updates::Pass)?;
        let (statement, as_one) = match turned {
            Some(turned) => (turned, true),
            None => (self.prepare(sql)?, false),
        };
        let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(Param::owned).collect()).collect();
        self.noted += rows.len();
        self.notes.push(Note { sql, statement, rows, as_one });
        if self.noted < IN_ONE_GO { Ok(()) } else { self.deliver() }
    }

    /// Sends what was noted, and waits for the answers.
    fn deliver(&mut self) -> Result<(), StoreError> {
        if self.notes.is_empty() {
            return Ok(());
        }
        let notes = self.taken();
        let failed = self.runtime.block_on(delivered(&self.client, &notes));
        self.heard(failed)
    }

    fn taken(&mut self) -> Vec<Note> {
        self.noted = 0;
        std::mem::take(&mut self.notes)
    }

    fn heard(&mut self, failed: Option<(&'static str, tokio_postgres::Error)>) -> Result<(), StoreError> {
        failed.map_or(Ok(()), |(sql, error)| Err(self.wrong(&error, sql)))
    }

    pub fn only_one_at(&mut self, work: &str) -> Result<bool, StoreError> {
        let mut mine = false;
        let sql =
            "SELECT CAST(CASE WHEN pg_try_advisory_xact_lock(hashtextextended($1, 0)) THEN 1 ELSE 0 END AS BIGINT)";
        self.each(sql, &[Param::Text(work)], &mut |row| {
            mine = row.get::<i64>(0)? == 1;
            Ok(())
        })?;
        Ok(mine)
    }

    /// Tells the planner how many rows there are, but for empty tables: of one that it has counted as empty it reads every
    /// row there is, long after it has filled, and of one that it has not counted it assumes ten pages.
    pub fn count_anew(&mut self) -> Result<(), StoreError> {
        for (table, _) in super::migrate::tables() {
            let mut any = false;
            self.dump(&format!("SELECT 'x' FROM {table} LIMIT 1"), &mut |_| any = true)?;
            if any {
                self.script(&format!("ANALYZE {table}"))?;
            }
        }
        Ok(())
    }

    pub fn run_many(&mut self, sql: &'static str, rows: &[Vec<Param<'_>>]) -> Result<u64, StoreError> {
        self.deliver()?;
        let mut sum = 0;
        if let Some(turned) = self.turned(sql, rows, Updates::Pass)? {
            for rows in rows.chunks(AS_ONE) {
                let columns = many::columns(rows);
                let answer = self.runtime.block_on(self.client.execute(&turned, &many::bound(&columns)));
                sum += answer.map_err(|e| self.wrong(&e, sql))?;
            }
            return Ok(sum);
        }
        let statement = self.prepare(sql)?;
        for rows in rows.chunks(IN_ONE_GO) {
            let bound = bound(rows);
            // All are sent before the first answer is awaited.
            let asked = bound.iter().map(|row| self.client.execute(&statement, row));
            let answers = self.runtime.block_on(futures_util::future::join_all(asked));
            for answer in answers {
                sum += answer.map_err(|e| self.wrong(&e, sql))?;
            }
        }
        Ok(sum)
    }

    /// Which of the rows of parameters touched a row of the table.
    pub fn touch_each(&mut self, sql: &'static str, rows: &[Vec<Param<'_>>]) -> Result<Vec<bool>, StoreError> {
        let Some(turned) = self.turned(sql, rows, Updates::Turn)? else {
            return rows.iter().map(|row| Ok(self.run(sql, row)? > 0)).collect();
        };
        self.deliver()?;
        let mut touched = vec![false; rows.len()];
        let columns = many::columns(rows);
        let answer = self.runtime.block_on(self.client.query(&turned, &many::bound(&columns)));
        for row in answer.map_err(|e| self.wrong(&e, sql))? {
            let turn: i64 = row.try_get(0).map_err(|_| StoreError::shape(0, "a number"))?;
            if let Some(one) = usize::try_from(turn - 1).ok().and_then(|at| touched.get_mut(at)) {
                *one = true;
            }
        }
        Ok(touched)
    }

    /// The statement for all of `rows` at once, where there are several and it can be turned.
    fn turned(
        &mut self,
        sql: &'static str,
        rows: &[Vec<Param<'_>>],
        updates: Updates,
    ) -> Result<Option<Statement>, StoreError> {
        if rows.len() < 2 || (updates == Updates::Pass && sql.starts_with("UPDATE")) {
            return Ok(None);
        }
        if let Some(known) = self.turned.get(sql) {
            return Ok(known.clone());
        }
        let types = self.prepare(sql)?.params().to_vec();
        let turned = match many::as_one(sql, &types) {
            Some(text) => Some(self.runtime.block_on(self.client.prepare(&text)).map_err(|e| self.wrong(&e, &text))?),
            None => None,
        };
        self.turned.insert(sql, turned.clone());
        Ok(turned)
    }

    pub fn each(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        take: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.deliver()?;
        let statement = self.prepare(sql)?;
        // Row by row, as they come: a count of everything is larger than a small service's memory.
        let asked = self.client.query_raw(&statement, params);
        let mut rows = Box::pin(self.runtime.block_on(asked).map_err(|e| self.wrong(&e, sql))?);
        while let Some(row) = self.runtime.block_on(rows.try_next()).map_err(|e| self.wrong(&e, sql))? {
            take(&Row::Pg(&row))?;
        }
        Ok(())
    }

    pub fn each_many(
        &mut self,
        sql: &'static str,
        rows: &[Vec<Param<'_>>],
        take: &mut dyn FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.deliver()?;
        if let Some(turned) = self.turned(sql, rows, Updates::Pass)? {
            for rows in rows.chunks(AS_ONE) {
                let columns = many::columns(rows);
                let answer = self.runtime.block_on(self.client.query(&turned, &many::bound(&columns)));
                answer.map_err(|e| self.wrong(&e, sql))?.iter().try_for_each(|row| take(&Row::Pg(row)))?;
            }
            return Ok(());
        }
        let statement = self.prepare(sql)?;
        for rows in rows.chunks(IN_ONE_GO) {
            let bound = bound(rows);
            let asked = bound.iter().map(|row| self.client.query(&statement, row));
            let answers = self.runtime.block_on(futures_util::future::join_all(asked));
            for answer in answers {
                answer.map_err(|e| self.wrong(&e, sql))?.iter().try_for_each(|row| take(&Row::Pg(row)))?;
            }
        }
        Ok(())
    }

    pub fn script(&mut self, text: &str) -> Result<(), StoreError> {
        self.deliver()?;
        self.runtime.block_on(self.client.batch_execute(text)).map_err(|e| self.wrong(&e, text))
    }

    pub fn dump(&mut self, query: &str, take: &mut dyn FnMut(&[Option<String>])) -> Result<(), StoreError> {
        self.deliver()?;
        let rows = self.runtime.block_on(self.client.query(query, &[])).map_err(|e| self.wrong(&e, query))?;
        for row in &rows {
            let values = (0..row.len()).map(|at| shown(row, at)).collect::<Result<Vec<_>, _>>()?;
            take(&values);
        }
        Ok(())
    }

    fn prepare(&mut self, sql: &'static str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.runtime.block_on(self.client.prepare(sql)).map_err(|e| self.wrong(&e, sql))?;
        self.prepared.insert(sql, statement.clone());
        Ok(statement)
    }
}

/// Statements sent before the first answer is awaited.
const IN_ONE_GO: usize = 500;
/// Rows of parameters in one statement at most.
const AS_ONE: usize = 4_000;

/// Whether an `UPDATE` may be turned: only where no two rows of parameters meet one row of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Updates {
    Turn,
    Pass,
}

fn bound<'r>(rows: &'r [Vec<Param<'r>>]) -> Vec<Vec<&'r (dyn ToSql + Sync)>> {
    rows.iter().map(|row| row.iter().map(|p| p as &(dyn ToSql + Sync)).collect()).collect()
}

/// The first that failed, after all were answered.
async fn delivered(client: &Client, notes: &[Note]) -> Option<(&'static str, tokio_postgres::Error)> {
    let columns: Vec<_> = notes.iter().map(|note| many::columns(if note.as_one { &note.rows } else { &[] })).collect();
    let mut asked: Vec<(&Note, Vec<&(dyn ToSql + Sync)>)> = Vec::new();
    for (note, columns) in notes.iter().zip(&columns) {
        if note.as_one {
            asked.push((note, many::bound(columns)));
        } else {
            asked.extend(note.rows.iter().map(|row| (note, row.iter().map(|p| p as &(dyn ToSql + Sync)).collect())));
        }
    }
    let sent = asked.iter().map(|(note, params)| client.execute(&note.statement, params));
    let answers = futures_util::future::join_all(sent).await;
    asked.iter().zip(answers).find_map(|((note, _), answer)| Some((note.sql, answer.err()?)))
}

fn shown(row: &tokio_postgres::Row, at: usize) -> Result<Option<String>, StoreError> {
    let wrong = |_| StoreError::shape(at, "a value of ours");
    Ok(match *row.columns()[at].type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(at).map_err(wrong)?.map(|n| n.to_string()),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(at).map_err(wrong)?.map(|n| format!("{n:?}")),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at).map_err(wrong)?.map(|b| crate::base::secret::hex(&b)),
        _ => row.try_get::<_, Option<String>>(at).map_err(wrong)?,
    })
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(n) => match *ty {
                Type::INT4 => i32::try_from(*n)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*n)?.to_sql(ty, out),
                Type::FLOAT8 => (*n as f64).to_sql(ty, out),
                Type::TEXT => n.to_string().to_sql(ty, out),
                _ => n.to_sql(ty, out),
            },
            Param::Real(n) => n.to_sql(ty, out),
            Param::Text(text) => text.to_sql(ty, out),
            Param::Made(text) => text.to_sql(ty, out),
            Param::Uuid(id) => id.to_string().to_sql(ty, out),
            Param::Bytes(bytes) => bytes.as_ref().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

fn wrong(error: &tokio_postgres::Error, sql: &str) -> StoreError {
    match translate(error) {
        StoreError::Engine(said) => {
            let sql: String = sql.split_whitespace().collect::<Vec<_>>().join(" ");
            StoreError::Engine(format!("{said} in: {}", sql.chars().take(160).collect::<String>()))
        }
        other => other,
    }
}

fn translate(error: &tokio_postgres::Error) -> StoreError {
    let Some(db) = error.as_db_error() else {
        // Only what our own program got wrong is not the connection's fault.
        let ours = ["error serializing", "error deserializing", "invalid", "expected"];
        let said = chain(error);
        return if ours.iter().any(|sign| said.starts_with(sign)) {
            StoreError::Engine(said)
        } else {
            StoreError::Down(said)
        };
    };
    match *db.code() {
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => StoreError::Conflict,
        SqlState::UNIQUE_VIOLATION | SqlState::CHECK_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION => {
            StoreError::Constraint(db.constraint().unwrap_or_default().to_owned())
        }
        SqlState::DISK_FULL => StoreError::Full,
        SqlState::LOCK_NOT_AVAILABLE | SqlState::QUERY_CANCELED => StoreError::Busy,
        ref code if ["08", "53", "57", "58"].contains(&code.code().get(..2).unwrap_or_default()) => {
            StoreError::Down(db.message().to_owned())
        }
        _ => StoreError::Engine(db.message().to_owned()),
    }
}

/// The whole chain: the outer message alone says only "db error".
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
