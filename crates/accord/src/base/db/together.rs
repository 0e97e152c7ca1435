//! Work that many ask for at once, done for all of them in one go.
//!
//! Twenty bookings one after another look the same slots, agreements and rules up twenty times and, on PostgreSQL, wait for
//! the server several hundred times. Done together they look each up once and wait some twenty times. Nobody is waited for:
//! what has queued while the last ones were done is done next.

use super::crew::{Ask, Boxed, Job, Queue, Verdict, Waiting, next_at_once};
#[cfg(feature = "postgres")]
use super::crew::{next, run_and_answer};
use super::{Actor, Conn, Context, Stop, StoreError, Tx};
use crate::base::ids::PartnershipId;
use std::any::{Any, TypeId};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Done together at most: more would let the first of them wait for the last.
const AT_ONCE: usize = 64;

/// What became of each that was asked for together, in order; none: to be done alone after the others.
pub type Each<T, R> = Vec<Option<Result<T, R>>>;

/// A kind of work that is done for many in one transaction, each for an actor of its own.
pub trait Together: Send + Sync + 'static {
    /// What it answers.
    type Done: Send + 'static;
    /// The noun's own refusal. Whoever is refused has changed nothing, unless that is part of the answer.
    type Refusal: Send + 'static;
    /// Does all of `asked`. [`Tx::who`] is nobody of them where there are several: who acts stands beside each. Of a single
    /// one the answer is never none. An error undoes all of it; then each is done alone.
    fn together(tx: &mut Tx<'_>, asked: &[(&Actor, &Self)]) -> Result<Each<Self::Done, Self::Refusal>, StoreError>;
}

/// What can be done together: one kind of work in one partnership.
pub(super) type Kind = (TypeId, PartnershipId);

/// One of many.
pub(super) struct Joint<W: Together> {
    pub work: W,
    pub ask: Ask,
    pub waiting: Waiting<W::Done, W::Refusal>,
}

impl<W: Together> Job for Joint<W> {
    fn asked(&self) -> Instant {
        self.waiting.asked
    }

    fn run(&mut self, conn: &mut Conn) -> Verdict {
        self.run_with(&mut [], conn)
    }

    fn stopped_by(&self) -> Option<StoreError> {
        self.waiting.stopped_by()
    }

    fn answer(self: Box<Self>, lost: Option<StoreError>) {
        self.waiting.answer(lost);
    }

    fn kind(&self) -> Option<Kind> {
        Some((TypeId::of::<W>(), self.ask.who.partnership))
    }

    fn joint(&mut self) -> Option<&mut dyn Any> {
        Some(self)
    }

    fn is_done(&self) -> bool {
        self.waiting.out.is_some()
    }

    fn run_with(&mut self, others: &mut [Boxed], conn: &mut Conn) -> Verdict {
        let (clock, chance, partnership) = (&self.ask.clock, self.ask.chance.clone(), self.ask.who.partnership);
        let who = if others.is_empty() { self.ask.who.clone() } else { Actor::new(partnership, SEVERAL, "") };
        let context = Context { who, now: clock.now(), chance };
        let mut all: Vec<&mut Self> = vec![self];
        all.extend(others.iter_mut().filter_map(|job| job.joint()?.downcast_mut::<Self>()));
        let mut tx = Tx { conn, context: &context };
        let asked: Vec<(&Actor, &W)> = all.iter().map(|one| (&one.ask.who, &one.work)).collect();
        let done = catch_unwind(AssertUnwindSafe(|| W::together(&mut tx, &asked)));
        let stopped = match done.unwrap_or(Err(StoreError::Panicked)) {
            Ok(each) if each.len() == all.len() && (all.len() > 1 || each[0].is_some()) => {
                for (one, done) in all.iter_mut().zip(each) {
                    one.waiting.out = done.map(|done| done.map_err(Stop::Refused));
                }
                return Verdict::Keep;
            }
            Ok(_) => StoreError::Engine("work was lost among others".into()),
            Err(error) => error,
        };
        let verdict = if stopped == StoreError::Conflict { Verdict::Again } else { Verdict::Undo };
        all[0].waiting.out = Some(Err(Stop::Store(stopped)));
        verdict
    }
}

/// The role of a transaction that is several people's. No row may carry it.
const SEVERAL: &str = "several";

/// Adds what has queued of the last one's kind; what came after them.
pub(super) fn gather(queue: &Queue, jobs: &mut Vec<Boxed>) -> Option<Boxed> {
    let kind = jobs.last().and_then(|job| job.kind())?;
    for _ in 1..AT_ONCE {
        let job = next_at_once(queue)?;
        if job.kind() != Some(kind) {
            return Some(job);
        }
        jobs.push(job);
    }
    None
}

/// Takes what has queued of one kind, does it in one transaction, answers all.
#[cfg(feature = "postgres")]
pub(super) fn together_loop(mut conn: Conn, queue: &Queue) {
    let mut left = None;
    while let Some(first) = left.take().or_else(|| next(queue)) {
        let mut jobs = vec![first];
        left = gather(queue, &mut jobs);
        let lost = if jobs.len() > 1 { in_one_transaction(&mut conn, &mut jobs) } else { Some(StoreError::Conflict) };
        for job in jobs {
            match &lost {
                None if job.is_done() => job.answer(None),
                Some(error @ (StoreError::Unknown | StoreError::Down(_) | StoreError::Full | StoreError::Busy)) => {
                    job.answer(Some(error.clone()));
                }
                // What stopped all of them may be the fault of one.
                None | Some(_) => run_and_answer(&mut conn, job),
            }
        }
    }
}

/// Why nothing of it was kept.
#[cfg(feature = "postgres")]
fn in_one_transaction(conn: &mut Conn, jobs: &mut [Boxed]) -> Option<StoreError> {
    let (first, others) = jobs.split_first_mut()?;
    if let Err(error) = conn.begin() {
        return Some(error);
    }
    if first.run_with(others, conn) == Verdict::Keep {
        return conn.commit().err();
    }
    conn.rollback();
    Some(first.stopped_by().unwrap_or(StoreError::Conflict))
}
