//! Time, and what the service does by itself; and the ways in which both go wrong.

use super::actors::change;
use super::rare::Rare;
use super::{Broken, Sim};
use crate::app::JOBS;
use crate::base::clock::{Clock, at_microsecond, london, london_date, london_instant};
use crate::base::db::{Actor, Stop};
use crate::base::ids::HoldId;
use crate::booking::store;
use crate::follow_clock::{Follower, Looked};
use jiff::Timestamp;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

/// The running service, as far as a simulation has one.
#[derive(Debug)]
pub(super) struct Service {
    /// When each job is due.
    due: Vec<Timestamp>,
    /// Steps for which nobody is at work.
    down: usize,
    /// How often the process was started.
    starts: u32,
    /// What it does about the clock of its machine.
    follower: Follower,
}

impl Service {
    pub(super) fn started(at: Timestamp) -> Self {
        Self { due: vec![at; JOBS.len()], down: 0, starts: 0, follower: Follower::default() }
    }
}

/// Time passes: mostly minutes, now and then until the next morning; and sometimes something happens to the machine.
pub(super) fn pass_time(sim: &mut Sim) -> Result<(), Broken> {
    let by = match sim.dice.below(100) {
        0..60 => sim.dice.between(0, 9) * MINUTE + sim.dice.between(0, 59) * 1_000_000,
        60..84 => sim.dice.between(10, 200) * MINUTE,
        _ => until_morning(sim),
    };
    sim.db.clock.advance_us(by);
    trouble(sim)?;
    if sim.service.down > 0 {
        sim.service.down -= 1;
        return Ok(());
    }
    follow_the_clock(sim)?;
    jobs(sim)?;
    // Others act between its transactions, so it does a few at a time.
    let some = sim.dice.below(4);
    change::work_off(sim, some)
}

/// To eight o'clock of the next day, or to nine of this one.
fn until_morning(sim: &mut Sim) -> i64 {
    let now = sim.db.clock.now();
    let today = london_date(now);
    let minute = now.to_zoned(london()).hour();
    let next = if minute < 8 { today } else { today.tomorrow().unwrap_or(today) };
    let at = 8 * 60 + sim.dice.below(150) as u16;
    (london_instant(next, at).as_microsecond() - now.as_microsecond()).max(0)
}

fn trouble(sim: &mut Sim) -> Result<(), Broken> {
    match sim.dice.below(300) {
        0..3 => restart(sim)?,
        3 => {
            let by = if sim.dice.percent(50) { HOUR } else { 24 * HOUR };
            sim.machine.jump_us(by);
            sim.seen.note(Rare::ClockForward);
            sim.tell("the clock jumped forward");
        }
        4 => {
            sim.machine.jump_us(-HOUR);
            sim.seen.note(Rare::ClockBack);
            sim.tell("the clock jumped back an hour");
        }
        5..7 => {
            sim.service.down = 1 + sim.dice.below(8);
            sim.seen.note(Rare::ServiceDown);
        }
        _ => {}
    }
    Ok(())
}

/// One look of the service at its machine's clock.
pub(super) fn look_at_the_clock(sim: &mut Sim) -> Result<Looked, Broken> {
    let who = Actor::new(sim.world.lead.partnership, "operator of this machine", "clock");
    Ok(sim.service.follower.look(&sim.db, &who)?)
}

/// Over a jump of the clock: what is held is held for exactly as long as before, so nothing expires by it.
fn follow_the_clock(sim: &mut Sim) -> Result<(), Broken> {
    if sim.db.clock.jump_us() == 0 {
        return Ok(());
    }
    let before = held(sim)?;
    let looked = look_at_the_clock(sim)?;
    if !matches!(looked, Looked::Moved(_)) || sim.db.clock.jump_us() != 0 {
        return Err(Broken::new(format!("the clock jumped, and the service: {looked:?}")));
    }
    let after = held(sim)?;
    if before != after {
        return Err(Broken::new(format!("over a jump of the clock {before:?} became {after:?}")));
    }
    if !before.is_empty() {
        sim.seen.note(Rare::JumpHeld);
    }
    sim.tell(format!("the service went over the jump, {} places held", before.len()));
    Ok(())
}

/// What is held, and for how long yet; what is over and not swept is over after a jump too.
fn held(sim: &Sim) -> Result<Vec<(HoldId, i64)>, Broken> {
    let (people, campaign) = (sim.world.people.clone(), sim.world.id());
    let held = sim.db.read_now(&sim.world.lead, move |tx| {
        let (now, mut held) = (tx.now().as_microsecond(), Vec::new());
        for person in &people {
            let holds = store::holds_of(tx, *person, campaign)?;
            held.extend(holds.iter().map(|hold| (hold.id, hold.expires.as_microsecond() - now)));
        }
        Ok(held)
    })?;
    Ok(held)
}

/// The process dies between two transactions: what was not in the store is gone, and chance begins anew.
fn restart(sim: &mut Sim) -> Result<(), Broken> {
    sim.service.starts += 1;
    // The connection stays: it knows nothing but how statements are read. What the machine's clock did while nobody ran is
    // nobody's to see.
    let again = sim.db.step(&format!("start {}", sim.service.starts));
    sim.db = again.with_clock(Clock::steady_on(sim.machine.clone()));
    sim.service.follower = Follower::default();
    look_at_the_clock(sim)?;
    sim.service.due.fill(sim.db.clock.now());
    sim.service.down = sim.dice.below(3);
    sim.seen.note(Rare::Died);
    sim.tell("the process died and came back");
    Ok(())
}

fn jobs(sim: &mut Sim) -> Result<(), Broken> {
    let now = sim.db.clock.now();
    for (at, job) in JOBS.iter().enumerate() {
        let every = i64::try_from(job.every.as_micros()).unwrap_or(i64::MAX);
        // A clock that went back must not put a job off: real ones count time that never goes back.
        if sim.service.due[at] > now && sim.service.due[at].as_microsecond() - now.as_microsecond() <= every {
            continue;
        }
        sim.service.due[at] = at_microsecond(now.as_microsecond() + every);
        let done = run(sim, at)?;
        if done > 0 && job.counts {
            sim.tell(format!("{}: {done}", job.name));
            match job.name {
                "give held places back" => sim.seen.note(Rare::SweptBySweeper),
                "mark who did not come" => sim.seen.note(Rare::Missed),
                "remind who has not answered" => sim.seen.note(Rare::Reminded),
                "give unanswered places back" => sim.seen.note(Rare::SilentReleased),
                _ => {}
            }
        }
    }
    Ok(())
}

fn run(sim: &Sim, at: usize) -> Result<usize, Broken> {
    let job = &JOBS[at];
    let who = Actor::new(sim.world.lead.partnership, "operator of this machine", job.name);
    let mut all = 0;
    loop {
        let done = sim.db.write_now(&who, move |tx| (job.work)(tx, job.at_a_time).map_err(Stop::<()>::Store));
        match done {
            Ok(some) => {
                all += some;
                if some < job.at_a_time as usize {
                    return Ok(all);
                }
            }
            Err(stop) => return Err(Broken::new(format!("{} could not be done: {stop:?}", job.name))),
        }
    }
}

/// Everything the service would do if it were left alone.
pub(super) fn settle(sim: &mut Sim) -> Result<(), Broken> {
    sim.service.down = 0;
    sim.service.due.fill(sim.db.clock.now());
    change::work_off(sim, change::TO_THE_END)?;
    jobs(sim)
}
