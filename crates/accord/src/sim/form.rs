//! Sending a form as the world does: now and then it breaks off half-way, its answer is lost, it is sent twice, or a copy
//! of it turns up hours later. Whatever happens, its work is done once and its answer is the first one.

use super::rare::Rare;
use super::{Broken, Sim};
use crate::base::clock::at_microsecond;
use crate::base::db::{Actor, Db, Stop, StoreError, Tx};
use crate::base::idempotency::{Once, Sent, once};
use crate::base::ids::PersonId;
use crate::base::refusal::Refusal;
use crate::base::secret::{hex, sha256_hex};
use crate::booking::store;
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Heard {
    Answer(String),
    Refused(&'static str),
    KeyReused,
    Store(StoreError),
}

type Job = Arc<dyn Fn(&Db, &str) -> Heard>;

/// A form whose copy comes later.
pub(super) struct Late {
    what: String,
    job: Job,
    answer: Heard,
    first: Timestamp,
    at_step: usize,
}

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// An answer, or the code of a refusal.
pub(super) type Answered = Result<String, &'static str>;

/// Answers are kept for seven days; a copy that comes within six must get its answer.
const LATE_US: i64 = 6 * 24 * 3_600_000_000;

impl Sim {
    /// Sends a form of `who` whose work is `work`; `about` is the person whose bookings it may change.
    pub(super) fn send<R, F>(
        &mut self,
        who: &Actor,
        about: Option<PersonId>,
        what: &str,
        work: F,
    ) -> Result<Answered, Broken>
    where
        R: Refusal + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<String, Stop<R>> + Send + Sync + 'static,
    {
        let job = job(who, &mut self.key(), what, work);
        let before = self.expired_of_others(about)?;
        let heard = self.deliver(&job, what)?;
        self.forms += 1;
        let whom = about.map(|person| format!(" of {person}")).unwrap_or_default();
        self.tell(format!("{what}{whom}: {heard:?}"));
        let answered = match heard {
            Heard::Answer(answer) => Ok(answer),
            Heard::Refused(code) => Err(code),
            other => return Err(Broken::new(format!("{what} was answered with {other:?}"))),
        };
        if answered.is_ok() && before && !self.expired_of_others(about)? {
            self.seen.note(Rare::SweptByRefused);
        }
        if let (Some(person), true) = (about, answered.is_ok()) {
            self.acknowledge(person)?;
        }
        self.note_refusal(answered.as_ref().err());
        Ok(answered)
    }

    /// Whoever got an answer was told of these bookings: from now on they may not be forgotten.
    pub(super) fn acknowledge(&mut self, person: PersonId) -> Result<(), Broken> {
        let campaign = self.world.id();
        for booking in self.db.read_now(&self.world.lead, move |tx| store::live_of(tx, person, campaign))? {
            self.acknowledged.insert(booking.id, booking.version);
        }
        Ok(())
    }

    fn deliver(&mut self, job: &Job, what: &str) -> Result<Heard, Broken> {
        let fault = self.dice.below(100);
        if fault < 6 {
            self.db.break_off_after(Some(1 + self.dice.below(1_200) as u32))?;
        }
        let mut heard = job(&self.db, what);
        self.db.break_off_after(None)?;
        if matches!(heard, Heard::Store(_)) && fault < 6 {
            self.tell(format!("{what}: broke off, {heard:?}"));
            self.seen.note(Rare::BrokeOff);
            heard = job(&self.db, what);
        }
        if (6..14).contains(&fault) {
            self.seen.note(if fault < 10 { Rare::AnswerLost } else { Rare::Replay });
            let again = job(&self.db, what);
            if again != heard {
                return Err(Broken::new(format!("{what} got {heard:?} and, sent again, {again:?}")));
            }
        }
        let done = matches!(heard, Heard::Answer(_));
        if done && (14..16).contains(&fault) {
            self.seen.note(Rare::KeyReused);
            let other = job(&self.db, "another body under the same key");
            if other != Heard::KeyReused {
                return Err(Broken::new(format!("{what}: its key was taken for another form: {other:?}")));
            }
        }
        if done && (16..21).contains(&fault) {
            let (first, at_step) = (self.db.clock.now(), self.step + 1 + self.dice.below(12));
            self.late.push(Late { what: what.to_owned(), job: Arc::clone(job), answer: heard.clone(), first, at_step });
        }
        Ok(heard)
    }

    fn key(&mut self) -> String {
        let mut bytes = [0; 16];
        self.db.chance.fill(&mut bytes);
        hex(&bytes)
    }

    /// Whether a hold of somebody else has run out.
    fn expired_of_others(&mut self, of: Option<PersonId>) -> Result<bool, Broken> {
        let campaign = self.world.id();
        let found = self.db.read_now(&self.world.lead, move |tx| {
            let own = match of {
                Some(person) => store::holds_of(tx, person, campaign)?,
                None => Vec::new(),
            };
            Ok(own.is_empty() && store::any_expired_hold(tx)?)
        })?;
        Ok(found)
    }

    fn note_refusal(&mut self, code: Option<&&'static str>) {
        let rare = match code.copied() {
            Some("slot_full") => Rare::SlotFull,
            Some("allocation_used") => Rare::AllocationUsed,
            Some("team_too_thin") => Rare::TeamTooThin,
            Some("no_stock") => Rare::NoStock,
            Some("person_unclear") => Rare::Unclear,
            Some("changed_meanwhile") => Rare::ChangedMeanwhile,
            _ => return,
        };
        self.seen.note(rare);
    }
}

fn job<R, F>(who: &Actor, key: &mut String, what: &str, work: F) -> Job
where
    R: Refusal + Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<String, Stop<R>> + Send + Sync + 'static,
{
    let (who, key, work) = (who.clone(), std::mem::take(key), Arc::new(work));
    debug_assert!(!what.is_empty());
    Arc::new(move |db, body| {
        let sent = Sent { key: key.clone(), body_hash: sha256_hex(body.as_bytes()) };
        let work = Arc::clone(&work);
        match db.write_now(&who, move |tx| once(tx, &sent, |tx| work(tx))) {
            Ok(answer) => Heard::Answer(answer),
            Err(Stop::Refused(Once::Refused(refusal))) => Heard::Refused(refusal.code()),
            Err(Stop::Refused(Once::KeyReused)) => Heard::KeyReused,
            Err(Stop::Store(error)) => Heard::Store(error),
        }
    })
}

/// Copies whose time has come: each gets the first answer, and nothing changes.
pub(super) fn come_late(sim: &mut Sim) -> Result<(), Broken> {
    let step = sim.step;
    let (now, waiting): (Vec<Late>, Vec<Late>) = sim.late.drain(..).partition(|late| late.at_step <= step);
    sim.late = waiting;
    for late in now {
        let too_late = at_microsecond(late.first.as_microsecond() + LATE_US);
        if sim.db.clock.now() >= too_late {
            continue;
        }
        let heard = (late.job)(&sim.db, &late.what);
        sim.tell(format!("{} came again: {heard:?}", late.what));
        if heard != late.answer {
            return Err(Broken::new(format!("{} was answered {:?}, later {heard:?}", late.what, late.answer)));
        }
        sim.seen.note(Rare::LateReplay);
    }
    Ok(())
}
