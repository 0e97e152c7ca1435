//! Following the machine's clock over its jumps, with other servers of the same store or alone.
//!
//! What ends at an instant must not end by a jump, so its ends are moved with the clock: once, however many servers see the
//! jump. The record of it is one row, the time as a server of this store last said it (`base/clock_seen.rs`). Every server
//! whose machine goes evenly says the time every two seconds. One whose machine jumped is silent, listens, and goes on by
//! the time it had; meanwhile nobody sees the jump.
//!
//! - Somebody else goes on saying the old time: the jump was of one machine, and is none of the store. The server keeps the
//!   store's time until its machine is put right or the others are gone.
//! - Nobody says anything for eight seconds: all machines jumped. Whoever is first exchanges the row for the new time and
//!   moves the ends in the same transaction; the others find the new time said, and take it.
//!
//! A server that starts listens first, and whoever hears another time than its own takes that: two clocks in one
//! partnership are worse than a wrong one. On SQLite there is one server and nobody to wait for. Decision 0014 says why.

use crate::base::clock::{EVEN_US, Sight};
use crate::base::clock_seen;
use crate::base::db::{Actor, Db, Stop, StoreError, Tx};
use crate::base::ids::PartnershipId;
use crate::{access, booking};
use std::time::Duration;

/// How often a server looks. The pause counts time that never jumps.
const LOOKED_AT: Duration = Duration::from_millis(500);
/// How often one looks whose machine's clock is elsewhere: another may move the store's ends at any moment.
const LOOKED_AT_APART: Duration = Duration::from_millis(100);
/// How often a server says what time it is, in microseconds.
const SAID_US: i64 = 2_000_000;
/// Who was not heard for so long is gone, or silent because of the same jump; in microseconds.
pub const SILENCE_US: i64 = 8_000_000;

/// What a look at the clock came to; by how much, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// The machine goes evenly.
    Even,
    /// The machine's clock is elsewhere; the store's time is kept until others were silent for long enough.
    Waits(i64),
    /// This server moved the store over the jump.
    Moved(i64),
    /// Another had moved the store over it; this server took the new time.
    MovedBefore(i64),
    /// Another says another time, which this server took.
    Followed(i64),
}

/// One server's place among the servers of a store.
#[derive(Debug, Default)]
pub struct Follower {
    /// What stood in the store at the last look, if there was one, and when that was.
    last: Option<(Option<i64>, i64)>,
    /// Since when nobody else was heard; while the machine goes evenly and somebody was, no matter.
    quiet_us: i64,
    /// When this server said the time last.
    said_us: Option<i64>,
    /// Whether it knows that no other says another time.
    listened: bool,
}

impl Follower {
    /// Looks at the machine's clock and at the store's, and brings one in line with the other. To be called again and again.
    ///
    /// # Errors
    /// The store's. Nothing has changed then, and the next look tries again.
    pub fn look(&mut self, db: &Db, who: &Actor) -> Result<Looked, StoreError> {
        let Some(before) = db.clock.sight() else { return Ok(Looked::Even) };
        let (seen, alone) = db.read_now(who, |tx| Ok((clock_seen::read(tx)?, tx.is_alone())))?;
        let Some(sight) = db.clock.sight() else { return Ok(Looked::Even) };
        let last = self.last.replace((seen, before.passed_us));
        let Some((said, looked_us)) = last else {
            self.quiet_us = sight.passed_us;
            return Ok(if sight.jump_us == 0 { Looked::Even } else { Looked::Waits(sight.jump_us) });
        };
        if let Some(seen) = seen.filter(|_| said != seen) {
            (self.quiet_us, self.listened) = (sight.passed_us, true);
            if let Some(took) = heard(db, sight, (seen, sight.passed_us - looked_us)) {
                return Ok(took);
            }
        }
        let quiet = alone || sight.passed_us - self.quiet_us >= SILENCE_US;
        match sight.jump_us {
            0 => {
                self.listened |= quiet;
                if self.listened {
                    // Silence counts from the jump on: before it two may have spoken at once, and one was not heard.
                    self.quiet_us = sight.passed_us;
                }
                if !alone && self.listened && self.said_us.is_none_or(|at| sight.passed_us - at >= SAID_US) {
                    self.say(db, who, sight)?;
                }
                Ok(Looked::Even)
            }
            by if quiet => self.go_over(db, who, (by, sight.now_us + by)),
            by => Ok(Looked::Waits(by)),
        }
    }

    fn say(&mut self, db: &Db, who: &Actor, sight: Sight) -> Result<(), StoreError> {
        let now = sight.now_us;
        db.write_now(who, move |tx| Ok(clock_seen::say(tx, now)?)).map_err(plain)?;
        self.said_us = Some(sight.passed_us);
        self.last = Some((Some(now), sight.passed_us));
        Ok(())
    }

    /// Moves the store over a jump, unless another has: then the next look hears of it.
    fn go_over(&mut self, db: &Db, who: &Actor, (by, machine_us): (i64, i64)) -> Result<Looked, StoreError> {
        let before = self.last.and_then(|(seen, _)| seen);
        let (back, to_come) = (by.min(0), by.max(0));
        // Back: first the time, else everything would have ended before it is moved. Forward: the other way round.
        db.clock.shift_us(back);
        let moved = db.write_now(who, move |tx| {
            let first = clock_seen::say_after(tx, before, machine_us)?;
            if first {
                over_a_jump(tx, by, to_come)?;
            }
            Ok(first)
        });
        match moved {
            Ok(true) => {
                db.clock.shift_us(to_come);
                self.last = self.last.map(|(_, at)| (Some(machine_us), at));
                Ok(Looked::Moved(by))
            }
            other => {
                db.clock.shift_us(-back);
                other.map(|_| Looked::Waits(by)).map_err(plain)
            }
        }
    }
}

/// Another said `seen` within the last `within` microseconds: what this server does with its own time, if anything.
fn heard(db: &Db, sight: Sight, (seen, within): (i64, i64)) -> Option<Looked> {
    // How far a time is from what the other says now, which lies between `seen` and so much later.
    let off = |us: i64| (seen - us).max(0) + (seen + within.max(0) - us).min(0);
    let (ours, machine) = (off(sight.now_us), off(sight.now_us + sight.jump_us));
    if sight.jump_us != 0 && machine.abs() < ours.abs() && machine.abs() <= EVEN_US {
        db.clock.shift_us(sight.jump_us);
        return Some(Looked::MovedBefore(sight.jump_us));
    }
    if ours.abs() > EVEN_US {
        db.clock.shift_us(ours);
        return Some(Looked::Followed(ours));
    }
    None
}

/// Moves what ends at an instant over a jump of the clock by `by_us`, of which `to_come` is not in the transaction's own
/// time yet. Nothing expires by a jump, and nothing lasts longer than it may.
pub fn over_a_jump(tx: &mut Tx<'_>, by_us: i64, to_come: i64) -> Result<(), StoreError> {
    access::sign_in::clock_jumped(tx, by_us, to_come)?;
    booking::hold::clock_jumped(tx, by_us, to_come)
}

fn plain(stop: Stop<()>) -> StoreError {
    match stop {
        Stop::Store(error) => error,
        Stop::Refused(()) => StoreError::Engine("nobody refuses here".into()),
    }
}

/// Follows the clock for ever; ends with the runtime. What could not be done now is done later.
pub async fn for_ever(db: Db, partnership: PartnershipId) {
    if db.clock.sight().is_none() {
        return;
    }
    let who = Actor::new(partnership, "operator of this machine", "clock");
    let (mut follower, mut told) = (Follower::default(), false);
    loop {
        let (db, who) = (db.clone(), who.clone());
        let look = tokio::task::spawn_blocking(move || {
            let looked = follower.look(&db, &who);
            (follower, looked)
        });
        let Ok((same, looked)) = look.await else { return };
        follower = same;
        match &looked {
            Err(error) => tracing::debug!(?error, "the store's time can't be read; it is tried again"),
            Ok(looked) => tell(*looked, &mut told),
        }
        let apart = matches!(looked, Ok(Looked::Waits(_)));
        tokio::time::sleep(if apart { LOOKED_AT_APART } else { LOOKED_AT }).await;
    }
}

/// Says in the log what became of a jump; that one is waited on, once.
fn tell(looked: Looked, told: &mut bool) {
    let seconds = |us: i64| us / 1_000_000;
    match looked {
        Looked::Even => *told = false,
        Looked::Waits(by) if !*told => {
            *told = true;
            tracing::warn!(
                seconds = seconds(by),
                "the machine's clock is not where the store's time is; that time is kept"
            );
        }
        Looked::Waits(_) => {}
        Looked::Moved(by) => {
            tracing::warn!(seconds = seconds(by), "the machine's clock jumped: holds and sign-ins keep their time");
        }
        Looked::MovedBefore(by) => {
            tracing::warn!(seconds = seconds(by), "the machine's clock jumped: another server has seen to it");
        }
        Looked::Followed(by) => {
            tracing::error!(
                seconds = seconds(by),
                "another server of this store says another time, which is taken: set the clocks"
            );
        }
    }
}
