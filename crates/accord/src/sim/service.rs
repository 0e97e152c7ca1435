//! Time, and what the service does by itself; and the ways in which both go wrong.

use super::actors::change;
use super::rare::Rare;
use super::{Broken, Sim};
use crate::app::JOBS;
use crate::base::clock::{at_microsecond, london, london_date, london_instant};
use crate::base::db::{Actor, Stop};
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
}

impl Service {
    pub(super) fn started(at: Timestamp) -> Self {
        Self { due: vec![at; JOBS.len()], down: 0, starts: 0 }
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
            sim.db.clock.advance_us(by);
            sim.seen.note(Rare::ClockForward);
            sim.tell("the clock jumped forward");
        }
        4 => {
            sim.db.clock.advance_us(-HOUR);
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

/// The process dies between two transactions: what was not in the store is gone, and chance begins anew.
fn restart(sim: &mut Sim) -> Result<(), Broken> {
    sim.service.starts += 1;
    let chance = sim.db.chance.step(&format!("start {}", sim.service.starts));
    sim.db = sim.db.copied(sim.db.clock.clone(), chance)?;
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
