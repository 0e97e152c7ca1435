//! The threads that own connections, and the queue before them.
//!
//! SQLite: one writer takes what has queued, runs each in a savepoint, commits once, answers all.
//! PostgreSQL and readers: each thread runs one at a time in a transaction of its own.
//! In memory: no thread and no queue; whoever asks runs it.

#[cfg(feature = "postgres")]
use super::together::together_loop;
use super::together::{Joint, Kind, Together, gather};
use super::{Actor, Chance, Clock, Conn, Context, Stop, StoreError, Tx};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Use cases that may wait before the store says "busy": half a second of bookings where syncs are quick. A longer
/// queue books no more; it only lets everybody wait until nobody waits for the answer.
const QUEUE: usize = 2_048;
/// Whoever has waited this long is told "busy" and nothing is done: most have given up, and the rest ask again.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Use cases in one commit at most.
const GROUP: usize = 256;
/// A group closes when it has run this long: whoever came first waits no longer than that.
const GROUP_TIME: Duration = Duration::from_millis(20);
/// How often a transaction that lost against another is run again.
const TRIES: usize = 20;

/// What a caller hands over besides the function.
pub(super) struct Ask {
    pub who: Actor,
    pub clock: Clock,
    pub chance: Chance,
}

/// What a use case left behind in its transaction.
#[derive(PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Undo,
    Again,
}

pub(super) trait Job: Send {
    /// When it came into the queue.
    fn asked(&self) -> Instant;
    fn run(&mut self, conn: &mut Conn) -> Verdict;
    /// What the store said to it, if that is why it did not happen.
    fn stopped_by(&self) -> Option<StoreError>;
    /// Answers the caller. `lost` says why what ran was not kept after all.
    fn answer(self: Box<Self>, lost: Option<StoreError>);
    /// What it can be done together with.
    fn kind(&self) -> Option<Kind> {
        None
    }
    /// It as one of its kind.
    fn joint(&mut self) -> Option<&mut dyn Any> {
        None
    }
    /// Whether there is an outcome.
    fn is_done(&self) -> bool {
        true
    }
    /// Runs it and `others` of its kind in one go. Unless that is kept, each must run by itself.
    fn run_with(&mut self, _others: &mut [Boxed], conn: &mut Conn) -> Verdict {
        self.run(conn)
    }
}

/// Whoever waits for an outcome, and the outcome once there is one.
pub(super) struct Waiting<T, R> {
    pub asked: Instant,
    pub out: Option<Result<T, Stop<R>>>,
    reply: oneshot::Sender<Result<T, Stop<R>>>,
}

impl<T, R> Waiting<T, R> {
    fn new() -> (Self, Answer<T, R>) {
        let (reply, answer) = oneshot::channel();
        (Self { asked: started(), out: None, reply }, answer)
    }

    pub fn stopped_by(&self) -> Option<StoreError> {
        match &self.out {
            Some(Err(Stop::Store(error))) => Some(error.clone()),
            _ => None,
        }
    }

    pub fn answer(self, lost: Option<StoreError>) {
        let out = match (lost, self.out) {
            (Some(error), Some(Ok(_)) | None) => Err(Stop::Store(error)),
            (_, Some(out)) => out,
            (None, None) => Err(Stop::Store(StoreError::Busy)),
        };
        // A caller that went away does not want the answer; what was committed stays committed.
        drop(self.reply.send(out));
    }
}

struct Asked<T, R, F> {
    f: F,
    ask: Ask,
    waiting: Waiting<T, R>,
}

impl<T, R, F> Job for Asked<T, R, F>
where
    F: Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send,
    T: Send,
    R: Send,
{
    fn asked(&self) -> Instant {
        self.waiting.asked
    }

    fn run(&mut self, conn: &mut Conn) -> Verdict {
        let context = Context { who: self.ask.who.clone(), now: self.ask.clock.now(), chance: self.ask.chance.clone() };
        let mut tx = Tx { conn, context: &context };
        let out = catch_unwind(AssertUnwindSafe(|| (self.f)(&mut tx)));
        let out = out.unwrap_or(Err(Stop::Store(StoreError::Panicked)));
        let verdict = match &out {
            Ok(_) => Verdict::Keep,
            Err(Stop::Store(StoreError::Conflict)) => Verdict::Again,
            Err(_) => Verdict::Undo,
        };
        self.waiting.out = Some(out);
        verdict
    }

    fn stopped_by(&self) -> Option<StoreError> {
        self.waiting.stopped_by()
    }

    fn answer(self: Box<Self>, lost: Option<StoreError>) {
        self.waiting.answer(lost);
    }
}

pub(super) type Boxed = Box<dyn Job>;
pub(super) type Queue = Arc<Mutex<Receiver<Boxed>>>;

type Answer<T, R> = oneshot::Receiver<Result<T, Stop<R>>>;

/// Threads with one queue; or one connection for whoever asks.
pub(super) struct Crew {
    queue: Option<SyncSender<Boxed>>,
    threads: Mutex<Vec<std::thread::JoinHandle<()>>>,
    here: Option<Mutex<Conn>>,
}

impl Crew {
    /// One thread that commits in groups.
    pub fn group_commit(name: &str, conn: Conn) -> Result<Arc<Self>, StoreError> {
        Self::start(vec![conn], name, |conn, queue| group_loop(conn, &queue))
    }

    /// A transaction each, any number of threads.
    #[cfg(feature = "postgres")]
    pub fn transactions(conns: Vec<Conn>) -> Result<Arc<Self>, StoreError> {
        Self::start(conns, "write", |conn, queue| single_loop(conn, &queue))
    }

    /// One thread that does what has queued of one kind in one transaction.
    #[cfg(feature = "postgres")]
    pub fn together(name: &str, conn: Conn) -> Result<Arc<Self>, StoreError> {
        Self::start(vec![conn], name, |conn, queue| together_loop(conn, &queue))
    }

    /// Threads for reading.
    pub fn readers(conns: Vec<Conn>) -> Result<Arc<Self>, StoreError> {
        Self::start(conns, "read", |conn, queue| single_loop(conn, &queue))
    }

    fn start(conns: Vec<Conn>, name: &str, work: fn(Conn, Queue)) -> Result<Arc<Self>, StoreError> {
        let (queue, receiver) = sync_channel::<Boxed>(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        let mut threads = Vec::new();
        for conn in conns {
            let receiver = Arc::clone(&receiver);
            let thread = std::thread::Builder::new().name(format!("accord-{name}"));
            let thread = thread.spawn(move || work(conn, receiver));
            threads.push(thread.map_err(|e| StoreError::Engine(format!("no thread: {e}")))?);
        }
        Ok(Arc::new(Self { queue: Some(queue), threads: Mutex::new(threads), here: None }))
    }

    /// No thread: each use case runs where it is asked for, in a transaction of its own.
    pub fn inline(conn: Conn) -> Arc<Self> {
        Arc::new(Self { queue: None, threads: Mutex::default(), here: Some(Mutex::new(conn)) })
    }

    /// The connection of an inline crew.
    pub fn here(&self) -> Option<MutexGuard<'_, Conn>> {
        self.here.as_ref().map(|conn| conn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub async fn ask<T, R, F>(&self, ask: Ask, f: F) -> Result<T, Stop<R>>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        let answer = self.put(ask, f)?;
        answer.await.unwrap_or(Err(Stop::Store(StoreError::Unknown)))
    }

    pub fn ask_now<T, R, F>(&self, ask: Ask, f: F) -> Result<T, Stop<R>>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        let answer = self.put(ask, f)?;
        answer.blocking_recv().unwrap_or(Err(Stop::Store(StoreError::Unknown)))
    }

    fn put<T, R, F>(&self, ask: Ask, f: F) -> Result<Answer<T, R>, StoreError>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        let (waiting, answer) = Waiting::new();
        self.queue(Box::new(Asked { f, ask, waiting })).map(|()| answer)
    }

    /// [`Crew::ask`] of work that is done with others of its kind.
    pub async fn ask_together<W: Together>(&self, ask: Ask, work: W) -> Result<W::Done, Stop<W::Refusal>> {
        let answer = self.join(ask, work)?;
        answer.await.unwrap_or(Err(Stop::Store(StoreError::Unknown)))
    }

    pub fn ask_together_now<W: Together>(&self, ask: Ask, work: W) -> Result<W::Done, Stop<W::Refusal>> {
        let answer = self.join(ask, work)?;
        answer.blocking_recv().unwrap_or(Err(Stop::Store(StoreError::Unknown)))
    }

    fn join<W: Together>(&self, ask: Ask, work: W) -> Result<Answer<W::Done, W::Refusal>, StoreError> {
        let (waiting, answer) = Waiting::new();
        self.queue(Box::new(Joint { work, ask, waiting })).map(|()| answer)
    }

    fn queue(&self, job: Boxed) -> Result<(), StoreError> {
        if let Some(mut conn) = self.here() {
            run_and_answer(&mut conn, job);
            return Ok(());
        }
        let queue = self.queue.as_ref().ok_or(StoreError::Busy)?;
        queue.try_send(job).map_err(|_: TrySendError<Boxed>| StoreError::Busy)
    }
}

impl Drop for Crew {
    /// Waits for what is under way: a store that is closed is closed.
    fn drop(&mut self) {
        self.queue = None;
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            drop(thread.join());
        }
    }
}

pub(super) fn next(queue: &Queue) -> Option<Boxed> {
    in_time(|| queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok())
}

pub(super) fn next_at_once(queue: &Queue) -> Option<Boxed> {
    in_time(|| queue.lock().unwrap_or_else(PoisonError::into_inner).try_recv().ok())
}

/// The next that has not waited too long; those that have are told so.
fn in_time(mut next: impl FnMut() -> Option<Boxed>) -> Option<Boxed> {
    loop {
        let job = next()?;
        if job.asked().elapsed() < LONGEST_WAIT {
            return Some(job);
        }
        job.answer(Some(StoreError::Busy));
    }
}

fn single_loop(mut conn: Conn, queue: &Queue) {
    while let Some(job) = next(queue) {
        run_and_answer(&mut conn, job);
    }
}

pub(super) fn run_and_answer(conn: &mut Conn, mut job: Boxed) {
    let mut lost = None;
    for tried in 0..TRIES {
        lost = run_single(conn, job.as_mut()).err();
        if lost != Some(StoreError::Conflict) {
            break;
        }
        // Both sides of a deadlock must not come back in step.
        std::thread::sleep(Duration::from_millis(1 << tried.min(6)));
    }
    let lost = if lost == Some(StoreError::Conflict) { Some(StoreError::Busy) } else { lost };
    job.answer(lost);
}

/// `Err` says why nothing was kept although the function itself succeeded, or that it must run again.
fn run_single(conn: &mut Conn, job: &mut dyn Job) -> Result<(), StoreError> {
    conn.begin()?;
    match job.run(conn) {
        Verdict::Keep => conn.commit(),
        Verdict::Undo => {
            conn.rollback();
            Ok(())
        }
        Verdict::Again => {
            conn.rollback();
            Err(StoreError::Conflict)
        }
    }
}

fn group_loop(mut conn: Conn, queue: &Queue) {
    let (mut careful, mut left) = (0, None);
    while let Some(first) = left.take().or_else(|| next(queue)) {
        let mut done: Vec<Boxed> = vec![first];
        let lost = run_group(&mut conn, queue, &mut done, &mut left, &mut careful);
        let unknown = lost == Some(StoreError::Unknown);
        for job in done {
            job.answer(lost.clone());
        }
        // After the answers: nobody waits for pages that are moved from the log into the database.
        if unknown || conn.tidy_up() == Err(StoreError::Unknown) {
            stop_here();
        }
    }
}

/// Nobody may decide on a state that may not be on the disk, and a disk that once failed to make a write safe may say
/// the next time that it has, and have forgotten it. A start reads what is really there.
fn stop_here() -> ! {
    use std::io::Write;
    tracing::error!("the disk failed to make a write safe; stopping, so that a new start reads what is really there");
    // A command has no log, and its own thread may not get to say it. The stream may be on the same disk, so a failure
    // to say it must not keep anybody from stopping.
    drop(writeln!(
        std::io::stderr(),
        "accord: {}\n  where: the store's disk, which failed to make a write safe\n  next:  look at that disk, run accord verify, then the command again",
        StoreError::Unknown
    ));
    std::process::exit(70);
}

/// Runs what is in `done` and what has queued after it, as one commit; why it was not kept. `left` came too late.
fn run_group(
    conn: &mut Conn,
    queue: &Queue,
    done: &mut Vec<Boxed>,
    left: &mut Option<Boxed>,
    careful: &mut u32,
) -> Option<StoreError> {
    if let Err(error) = conn.begin() {
        return Some(error);
    }
    let since = started();
    let (mut kept, mut from) = (false, 0);
    while from < done.len() {
        *left = if *careful > 0 { None } else { gather(queue, done) };
        let mut ran = run_some(conn, &mut done[from..], *careful > 0);
        if matches!(ran, Ok(Ran::Spoilt)) && !conn.group_is_lost() {
            *careful = CAREFUL;
            (ran, kept) = run_again(conn, done);
        }
        kept |= matches!(ran, Ok(Ran::Kept));
        if conn.group_is_lost() || ran.is_err() {
            conn.rollback();
            // What the engine said first is why; an error after it only says that the savepoint is gone too.
            let said = done.iter().rev().find_map(|job| job.stopped_by());
            return Some(said.or(ran.err()).unwrap_or(StoreError::Full));
        }
        from = done.len();
        if done.len() < GROUP && since.elapsed() < GROUP_TIME {
            done.extend(left.take().or_else(|| next_at_once(queue)));
        }
    }
    *careful = careful.saturating_sub(1);
    if kept {
        return conn.commit().err();
    }
    conn.rollback();
    None
}

/// Groups after one that was spoilt in which every use case has a savepoint.
const CAREFUL: u32 = 16;

/// What became of a use case in its group.
enum Ran {
    /// It is part of the group.
    Kept,
    /// It left nothing behind.
    Undone,
    /// It stopped after it had written, and without a savepoint that can't be taken back alone.
    Spoilt,
}

/// Runs what is of one kind together, and alone whatever was left of it.
fn run_some(conn: &mut Conn, jobs: &mut [Boxed], savepoint: bool) -> Result<Ran, StoreError> {
    let before = conn.changes();
    let mut together = false;
    if let [first, others @ ..] = &mut *jobs
        && !others.is_empty()
        && !savepoint
    {
        together = first.run_with(others, conn) == Verdict::Keep;
        if !together && (conn.changes() != before || conn.group_is_lost()) {
            return Ok(Ran::Spoilt);
        }
    }
    let mut kept = together;
    for job in jobs.iter_mut().filter(|job| !(together && job.is_done())) {
        match run_one(conn, job.as_mut(), savepoint)? {
            Ran::Spoilt => return Ok(Ran::Spoilt),
            Ran::Kept => kept = true,
            Ran::Undone => {}
        }
    }
    Ok(if kept { Ran::Kept } else { Ran::Undone })
}

/// Runs one use case. A savepoint costs a copy of every page it touches, and almost nobody needs it: rules refuse before
/// anything is written. So there is none, until somebody stops after writing; then the group runs again with them.
fn run_one(conn: &mut Conn, job: &mut dyn Job, savepoint: bool) -> Result<Ran, StoreError> {
    if savepoint {
        conn.savepoint()?;
    }
    let before = conn.changes();
    let kept = job.run(conn) == Verdict::Keep;
    match (kept, savepoint) {
        (true, true) => conn.keep().map(|()| Ran::Kept),
        (true, false) => Ok(Ran::Kept),
        (false, true) => conn.undo().map(|()| Ran::Undone),
        (false, false) if conn.changes() == before => Ok(Ran::Undone),
        (false, false) => Ok(Ran::Spoilt),
    }
}

/// Undoes the group and runs everything in it again, a savepoint each; how the last one ran, and whether any was kept.
fn run_again(conn: &mut Conn, group: &mut [Boxed]) -> (Result<Ran, StoreError>, bool) {
    conn.rollback();
    let (mut ran, mut kept) = (conn.begin().map(|()| Ran::Undone), false);
    for job in group {
        if ran.is_err() || conn.group_is_lost() {
            break;
        }
        ran = run_one(conn, job.as_mut(), true);
        kept |= matches!(ran, Ok(Ran::Kept));
    }
    (ran, kept)
}

fn started() -> Instant {
    Instant::now()
}
