//! The store: SQLite in the binary or PostgreSQL, one SQL text, plain functions.
//!
//! Only this folder names an engine. A use case is a function `Fn(&mut Tx) -> Result<T, Stop<R>>`
//! that runs on a thread which owns a connection: on SQLite the one writer, which commits what has
//! queued as a group with one sync; on PostgreSQL one of twelve, a transaction each, and one that does
//! together what many ask for at once (decision 0013).
//! Writers and readers have threads of their own, so a write never waits for a reader's connection.
//! `Ok` is answered only after the commit was synced. See `docs/decisions/0002-plain-functions.md`.

mod crew;
mod lite;
mod memory;
pub mod migrate;
#[cfg(feature = "postgres")]
mod pg;
mod place;
mod sql;
mod together;

pub use place::Place;
pub use sql::{FromColumn, FromRow, Param, Row, Sql, ToParam};
pub use together::{Each, Together};

use super::clock::{Chance, Clock};
use super::ids::{Id, PartnershipId};
use crew::Crew;
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;

/// Who acts, for whom, and for what: goes into every audit row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The partnership acted in; leads every key.
    pub partnership: PartnershipId,
    /// The role: "campaign lead", "person", "operator of this machine" ...
    pub role: String,
    /// The id of the person, account or sign-in behind the role; never a name.
    pub id: String,
}

impl Actor {
    /// An actor of `role`.
    pub fn new(partnership: PartnershipId, role: &str, id: impl fmt::Display) -> Self {
        Self { partnership, role: role.to_owned(), id: id.to_string() }
    }
}

/// Why a use case did not happen.
#[derive(Debug)]
pub enum Stop<R> {
    /// The noun's own refusal: expected, typed, with a next step.
    Refused(R),
    /// The store could not.
    Store(StoreError),
}

impl<R> Stop<R> {
    /// The same stop in the words of a use case round this one.
    pub fn into<S: From<R>>(self) -> Stop<S> {
        match self {
            Self::Refused(refusal) => Stop::Refused(refusal.into()),
            Self::Store(error) => Stop::Store(error),
        }
    }
}

impl<R> From<StoreError> for Stop<R> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What the store answers when it does not answer rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A constraint refused; its name is part of our interface.
    #[error("the constraint {0} refused")]
    Constraint(String),
    /// Too much at once; nothing was written. Try again.
    #[error("the store is busy; nothing was written")]
    Busy,
    /// The disk is full; nothing was written.
    #[error("the store's disk is full; nothing was written")]
    Full,
    /// The database server cannot be reached, or the disk fails; nothing was written. It may pass by itself.
    #[error("the store can't work at the moment: {0}")]
    Down(String),
    /// The commit may or may not have happened; read before trying again.
    #[error("it is unknown whether the commit happened")]
    Unknown,
    /// Two transactions got in each other's way; the crew runs the function again.
    #[error("another transaction came first; nothing was written")]
    Conflict,
    /// A use case panicked; its changes were undone.
    #[error("an internal error; nothing was written")]
    Panicked,
    /// Anything else the engine said.
    #[error("the store refused: {0}")]
    Engine(String),
}

impl StoreError {
    pub(crate) fn shape(column: usize, wanted: &str) -> Self {
        Self::Engine(format!("column {column} is not {wanted}"))
    }
}

/// What a transaction knows besides its connection.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who acts.
    pub who: Actor,
    /// When: fixed for the whole transaction.
    pub now: Timestamp,
    chance: Chance,
}

/// A transaction under way.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    context: &'a Context,
}

/// A connection of one of the engines, owned by one thread.
pub(crate) enum Conn {
    Lite(lite::Lite),
    #[cfg(feature = "postgres")]
    Pg(Box<pg::Pg>),
}

impl Tx<'_> {
    /// Who acts.
    pub fn who(&self) -> &Actor {
        &self.context.who
    }

    /// The partnership: the first part of every key.
    pub fn partnership(&self) -> PartnershipId {
        self.context.who.partnership
    }

    /// When; the same for the whole transaction.
    pub fn now(&self) -> Timestamp {
        self.context.now
    }

    /// A fresh id.
    pub fn id<K>(&self) -> Id<K> {
        Id::from_uuid(self.context.chance.uuid(self.context.now))
    }

    /// Random bytes, for secrets and references.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.context.chance.fill(&mut bytes);
        bytes
    }

    /// Runs a statement; how many rows it touched.
    pub fn run(&mut self, sql: impl Into<Sql>, params: &[Param<'_>]) -> Result<u64, StoreError> {
        match self.conn {
            Conn::Lite(lite) => lite.run(text(sql.into(), true), params),
            #[cfg(feature = "postgres")]
            Conn::Pg(pg) => pg.run(text(sql.into(), false), params),
        }
    }

    /// Runs one statement for many rows of parameters; how many rows were touched in all.
    /// PostgreSQL gets them in one go, without waiting for each answer.
    pub fn run_many(&mut self, sql: impl Into<Sql>, rows: &[Vec<Param<'_>>]) -> Result<u64, StoreError> {
        match self.conn {
            Conn::Lite(lite) => lite.run_many(text(sql.into(), true), rows),
            #[cfg(feature = "postgres")]
            Conn::Pg(pg) => pg.run_many(text(sql.into(), false), rows),
        }
    }

    /// [`Tx::run_many`], of which nobody asks how many rows it touched: PostgreSQL gets it together with the next statement
    /// of this transaction, or before its commit, and an error is told there. So the rows that tell of a booking cost one
    /// way to the server, and the counters before them are locked no longer than that.
    pub fn note_many(&mut self, sql: &'static str, rows: &[Vec<Param<'_>>]) -> Result<(), StoreError> {
        match self.conn {
            Conn::Lite(lite) => lite.run_many(sql, rows).map(drop),
            #[cfg(feature = "postgres")]
            Conn::Pg(pg) => pg.note_many(sql, rows),
        }
    }

    /// For each row of parameters whether it touched a row of the table. No two may touch the same one: PostgreSQL does them
    /// at once.
    pub fn touch_each(&mut self, sql: &'static str, rows: &[Vec<Param<'_>>]) -> Result<Vec<bool>, StoreError> {
        match self.conn {
            Conn::Lite(lite) => rows.iter().map(|row| Ok(lite.run(sql, row)? > 0)).collect(),
            #[cfg(feature = "postgres")]
            Conn::Pg(pg) => pg.touch_each(sql, rows),
        }
    }

    /// All rows of an answer.
    pub fn all<T: FromRow>(&mut self, sql: impl Into<Sql>, params: &[Param<'_>]) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, params, |row| {
            rows.push(T::from_row(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row of an answer, if there is one.
    pub fn maybe<T: FromRow>(&mut self, sql: impl Into<Sql>, params: &[Param<'_>]) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, params)?.into_iter().next())
    }

    /// The one row of an answer that always has one, such as a count.
    pub fn one<T: FromRow>(&mut self, sql: impl Into<Sql>, params: &[Param<'_>]) -> Result<T, StoreError> {
        self.maybe(sql, params)?.ok_or_else(|| StoreError::Engine("a row was expected".into()))
    }

    /// Hands each row to `take` as it comes.
    pub fn each(
        &mut self,
        sql: impl Into<Sql>,
        params: &[Param<'_>],
        mut take: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self.conn {
            Conn::Lite(lite) => lite.each(text(sql.into(), true), params, &mut take),
            #[cfg(feature = "postgres")]
            Conn::Pg(pg) => pg.each(text(sql.into(), false), params, &mut take),
        }
    }

    /// [`Tx::each`] for many rows of parameters, one after another. PostgreSQL gets them in one go.
    pub fn each_many(
        &mut self,
        sql: impl Into<Sql>,
        rows: &[Vec<Param<'_>>],
        mut take: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self.conn {
            Conn::Lite(lite) => lite.each_many(text(sql.into(), true), rows, &mut take),
            #[cfg(feature = "postgres")]
            Conn::Pg(pg) => pg.each_many(text(sql.into(), false), rows, &mut take),
        }
    }

    /// For [`Tx::each_many`] and [`Tx::run_many`]: a row of parameters for each key, `$1` the partnership, `$2` the key.
    pub fn keyed<'k, K: ToParam>(&self, keys: &'k [K]) -> Vec<Vec<Param<'k>>> {
        let partnership = self.partnership().uuid();
        keys.iter().map(|key| vec![Param::Uuid(partnership), key.param()]).collect()
    }

    /// Whether nothing else can be written until this transaction ends: so on SQLite, whose one writer is its lock. Where
    /// a row would be locked, or looked at again after that, a statement is saved.
    pub fn is_alone(&self) -> bool {
        matches!(self.conn, Conn::Lite(_))
    }

    /// Which engine, for `doctor` and the fingerprint only: "sqlite" or "postgresql".
    pub fn engine(&self) -> &'static str {
        match self.conn {
            Conn::Lite(_) => "sqlite",
            #[cfg(feature = "postgres")]
            Conn::Pg(_) => "postgresql",
        }
    }

    /// Whether nobody else is at this work just now, until the transaction ends. Several servers of one PostgreSQL store have
    /// the same jobs: whoever comes second would only do over what the first is doing, and lose.
    #[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "a single service is alone at everything"))]
    pub fn only_one_at(&mut self, work: &str) -> Result<bool, StoreError> {
        match self.conn {
            Conn::Lite(_) => Ok(true),
            #[cfg(feature = "postgres")]
            Conn::Pg(pg) => pg.only_one_at(work),
        }
    }

    /// Tells PostgreSQL's planner how many rows there are by now. It finds out by itself a minute later; a store that is
    /// filled in seconds would be walked from end to end for each look-up until then.
    pub fn count_anew(&mut self) -> Result<(), StoreError> {
        match self.conn {
            Conn::Lite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Conn::Pg(pg) => pg.count_anew(),
        }
    }

    /// Runs statements that are no constants: migrations and the fingerprint, nothing else.
    pub(crate) fn script(&mut self, text: &str) -> Result<(), StoreError> {
        match self.conn {
            Conn::Lite(lite) => lite.script(text),
            #[cfg(feature = "postgres")]
            Conn::Pg(pg) => pg.script(text),
        }
    }

    /// Hands every value of a table to `take`, as text, in key order; for the fingerprint.
    pub(crate) fn dump(&mut self, query: &str, take: &mut dyn FnMut(&[Option<String>])) -> Result<(), StoreError> {
        match self.conn {
            Conn::Lite(lite) => lite.dump(query, take),
            #[cfg(feature = "postgres")]
            Conn::Pg(pg) => pg.dump(query, take),
        }
    }
}

fn text(sql: Sql, lite_engine: bool) -> &'static str {
    match sql {
        Sql::Same(text) => text,
        Sql::Each { lite, pg } => {
            if lite_engine {
                lite
            } else {
                pg
            }
        }
    }
}

/// A store that is open.
#[derive(Clone)]
pub struct Db {
    writers: Arc<Crew>,
    readers: Arc<Crew>,
    /// Those that do what many ask for at once: on SQLite the same, whose one writer has it all in its queue.
    writers_together: Arc<Crew>,
    readers_together: Arc<Crew>,
    /// What time it is for this store.
    pub clock: Clock,
    /// Where its ids and secrets come from.
    pub chance: Chance,
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Db")
    }
}

impl Db {
    /// Opens the store at `place`. Its schema must be the binary's own: see [`migrate::migrate`].
    pub fn open(place: &Place, clock: Clock, chance: Chance) -> Result<Self, StoreError> {
        match place {
            Place::Folder(_) => {
                let file = place.file().unwrap_or_default();
                let writers = Crew::group_commit("write", lite::open(&file, lite::Mode::Write)?)?;
                let readers =
                    (0..READERS).map(|_| lite::open(&file, lite::Mode::Read)).collect::<Result<Vec<_>, _>>()?;
                Ok(Self::of(&writers, &Crew::readers(readers)?, clock, chance))
            }
            #[cfg(feature = "postgres")]
            Place::Postgres(url) => {
                let one = |begin| pg::open(url, begin, pg::AS_IT_LIKES);
                let connect = |n: usize, begin| (0..n).map(|_| one(begin)).collect::<Result<Vec<_>, _>>();
                let writers = Crew::transactions(connect(PG_WRITERS, pg::WRITES)?)?;
                let readers = Crew::readers(connect(READERS, pg::READS)?)?;
                let writers_together = Crew::together("write-many", pg::open(url, pg::WRITES, pg::BY_KEY)?)?;
                let readers_together = Crew::together("read-many", pg::open(url, pg::READS, pg::BY_KEY)?)?;
                Ok(Self { writers_together, readers_together, ..Self::of(&writers, &readers, clock, chance) })
            }
            #[cfg(not(feature = "postgres"))]
            Place::Postgres(_) => Err(StoreError::Engine(
                "this binary was built without PostgreSQL; build it with --features postgres".into(),
            )),
        }
    }

    fn of(writers: &Arc<Crew>, readers: &Arc<Crew>, clock: Clock, chance: Chance) -> Self {
        let (writers, readers) = (Arc::clone(writers), Arc::clone(readers));
        let (writers_together, readers_together) = (Arc::clone(&writers), Arc::clone(&readers));
        Self { writers, readers, writers_together, readers_together, clock, chance }
    }

    /// Runs a use case and answers after its commit is synced. `f` may run more than once.
    pub async fn write<T, R, F>(&self, who: &Actor, f: F) -> Result<T, Stop<R>>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        self.writers.ask(self.context(who), f).await
    }

    /// [`Db::write`] for callers outside an async runtime: the command line.
    pub fn write_now<T, R, F>(&self, who: &Actor, f: F) -> Result<T, Stop<R>>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        self.writers.ask_now(self.context(who), f)
    }

    /// [`Db::write`] of work that is done together with all that has queued of it.
    pub async fn write_together<W: Together>(&self, who: &Actor, work: W) -> Result<W::Done, Stop<W::Refusal>> {
        self.writers_together.ask_together(self.context(who), work).await
    }

    /// [`Db::write_together`] for callers outside an async runtime.
    pub fn write_together_now<W: Together>(&self, who: &Actor, work: W) -> Result<W::Done, Stop<W::Refusal>> {
        self.writers_together.ask_together_now(self.context(who), work)
    }

    /// [`Db::read`] of work that is done together with all that has queued of it.
    pub async fn read_together<W: Together>(&self, who: &Actor, work: W) -> Result<W::Done, Stop<W::Refusal>> {
        self.readers_together.ask_together(self.context(who), work).await
    }

    /// Reads in one snapshot. Never decides: whatever it saw may be old when it is shown.
    pub async fn read<T, F>(&self, who: &Actor, f: F) -> Result<T, StoreError>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.readers.ask(self.context(who), move |tx| f(tx).map_err(Stop::<()>::Store)).await.map_err(plain)
    }

    /// [`Db::read`] for callers outside an async runtime.
    pub fn read_now<T, F>(&self, who: &Actor, f: F) -> Result<T, StoreError>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        self.readers.ask_now(self.context(who), move |tx| f(tx).map_err(Stop::<()>::Store)).map_err(plain)
    }

    /// The same store with a stream of chance of its own: see [`Chance::step`].
    pub fn step(&self, name: &str) -> Self {
        Self { chance: self.chance.step(name), ..self.clone() }
    }

    /// The same store with another clock.
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    fn context(&self, who: &Actor) -> crew::Ask {
        crew::Ask { who: who.clone(), clock: self.clock.clone(), chance: self.chance.clone() }
    }
}

/// Threads that read; each has a connection of its own.
const READERS: usize = 4;
/// Connections that write to PostgreSQL. More make one hot row slower, not faster.
#[cfg(feature = "postgres")]
const PG_WRITERS: usize = 12;

fn plain(stop: Stop<()>) -> StoreError {
    match stop {
        Stop::Store(error) => error,
        Stop::Refused(()) => StoreError::Engine("a read refused".into()),
    }
}
