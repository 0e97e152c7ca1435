//! The whole of Accord under a virtual clock, from one number: people, employers, clinics, an operator, the lead and the
//! service's own jobs act on a store in memory, with faults, and every invariant is looked at after every step.
//!
//! What actors do is what pages and programs do: book, answer, cancel, join the waiting list and the standby list, walk in,
//! close and reopen clinics, enter a day from paper, report what was had elsewhere. `rare.rs` names the paths that many seeds
//! together must have walked, `checks.rs` and `ended.rs` what must hold after a step and at the end.
//!
//! One thread; time and chance come from the seed, so a seed that failed fails again. A step is one actor doing one
//! thing; which faults meet it is decided in `form.rs`. A new actor is a file in `actors/` and a line in its list.
//!
//! What it can't show: threads that meet (see the races and histories of `scripts/prove`) and the disk.

mod actors;
mod checks;
mod dice;
mod ended;
mod form;
mod rare;
mod service;
mod world;

pub use rare::{Rare, Seen};

use crate::base::clock::{Chance, Clock, Machine, london_instant};
use crate::base::db::{Db, Place, StoreError, migrate};
use crate::base::fingerprint;
use crate::base::ids::{BookingId, PlanId, StandbyDrawId};
use dice::Dice;
use std::collections::BTreeMap;
use world::World;

/// Why a run failed: what was seen that may never be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What.
    pub what: String,
}

impl Broken {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self::new(format!("the store: {error}"))
    }
}

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The seed.
    pub seed: u64,
    /// People who came with a list.
    pub people: usize,
    /// Steps done.
    pub steps: usize,
    /// Forms sent, without those that only came again.
    pub forms: u64,
    /// The fingerprint of the store at the end.
    pub hash: String,
    /// Rare paths walked.
    pub seen: Seen,
}

/// A run that failed, with the way there.
#[derive(Debug, Clone)]
pub struct Failed {
    /// The seed.
    pub seed: u64,
    /// What may never be.
    pub why: String,
    /// The last steps, oldest first.
    pub steps: Vec<String>,
}

/// A store to run in, one seed after another: emptied before each.
#[derive(Debug)]
pub struct Stage {
    store: Db,
}

/// Steps of a run.
const STEPS: usize = 170;
/// Steps told when a run fails.
const TOLD: usize = 25;
/// All invariants are looked at whole after so many steps; one of them after each.
const WHOLE_EVERY: usize = 60;

impl Stage {
    /// Makes the schema.
    pub fn new() -> Result<Self, Broken> {
        let store = Db::in_memory(Clock::standing_at(jiff::Timestamp::UNIX_EPOCH), Chance::seeded(0))?;
        migrate::migrate(&store, &Place::Folder(std::path::PathBuf::new()))?;
        Ok(Self { store })
    }

    /// One of its own for another thread.
    pub fn another(&self) -> Result<Self, Broken> {
        Ok(Self { store: self.store.copied(self.store.clock.clone(), Chance::seeded(0))? })
    }

    /// Runs a seed with at most `most` people. One at a time: two would be in one store.
    ///
    /// # Errors
    /// [`Failed`], when something was seen that may never be.
    pub fn run(&mut self, seed: u64, most: usize) -> Result<Ran, Box<Failed>> {
        let mut steps = Vec::new();
        self.run_noting(seed, most, &mut steps).map_err(|broken| {
            let from = steps.len().saturating_sub(TOLD);
            // What happened to whom the failure names, and whatever else came last.
            let named =
                |line: &String| line.split(' ').any(|word| word.len() == 37 && broken.what.contains(&word[..36]));
            let before = steps[..from].iter().filter(|line| named(line)).cloned().collect::<Vec<_>>();
            let told = before.into_iter().chain(steps.split_off(from)).collect();
            Box::new(Failed { seed, why: broken.what, steps: told })
        })
    }

    fn run_noting(&mut self, seed: u64, most: usize, steps: &mut Vec<String>) -> Result<Ran, Broken> {
        let mut sim = Sim::begin(&self.store, seed, most)?;
        for step in 0..STEPS {
            sim.step = step;
            let done = sim.one_step();
            steps.append(&mut sim.told);
            done?;
        }
        let ended = sim.end();
        steps.append(&mut sim.told);
        ended
    }
}

/// A run under way: what actors have at hand.
struct Sim {
    seed: u64,
    step: usize,
    /// What the service runs on; its clock may jump.
    machine: Machine,
    db: Db,
    dice: Dice,
    world: World,
    seen: Seen,
    forms: u64,
    /// The newest version of every booking that somebody was told of.
    acknowledged: BTreeMap<BookingId, u32>,
    late: Vec<form::Late>,
    service: service::Service,
    /// A publishing that was cut off.
    half: Option<PlanId>,
    /// Standby draws that clinics opened, the newest last.
    draws: Vec<StandbyDrawId>,
    told: Vec<String>,
}

impl Sim {
    fn begin(store: &Db, seed: u64, most: usize) -> Result<Self, Broken> {
        let mut dice = Dice::new(seed);
        // Some seeds cross the night on which the clocks change.
        let days =
            [(2027, 1, 4), (2026, 10, 5), (2027, 3, 8), (2027, 10, 11)].map(|(y, m, d)| jiff::civil::date(y, m, d));
        let begin = london_instant(days[dice.below(days.len())], 8 * 60);
        let machine = Machine::standing_at(begin);
        let db = store.emptied(Clock::steady_on(machine.clone()), Chance::seeded(seed))?;
        let world = world::build(&db, &mut dice)?;
        let mut sim = Self {
            seed,
            step: 0,
            service: service::Service::started(begin),
            machine,
            db,
            dice,
            world,
            seen: Seen::default(),
            forms: 0,
            acknowledged: BTreeMap::new(),
            late: Vec::new(),
            half: None,
            draws: Vec::new(),
            told: Vec::new(),
        };
        service::look_at_the_clock(&mut sim)?;
        actors::employer::first_lists(&mut sim, most)?;
        Ok(sim)
    }

    fn one_step(&mut self) -> Result<(), Broken> {
        service::pass_time(self)?;
        actors::act(self)?;
        form::come_late(self)?;
        checks::after_a_step(self)
    }

    fn end(&mut self) -> Result<Ran, Broken> {
        service::settle(self)?;
        checks::at_the_end(self)?;
        ended::look(self)?;
        let hash = self.db.read_now(&self.world.lead, fingerprint::of)?;
        Ok(Ran {
            seed: self.seed,
            people: self.world.people.len(),
            steps: self.step + 1,
            forms: self.forms,
            hash,
            seen: std::mem::take(&mut self.seen),
        })
    }

    /// Notes a line that is shown when the run fails.
    fn tell(&mut self, line: impl Into<String>) {
        let at = self.db.clock.now();
        self.told.push(format!("{:>4} {at} {}", self.step, line.into()));
    }
}
