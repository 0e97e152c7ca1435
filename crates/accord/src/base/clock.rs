//! Time and chance are parameters. This file holds the only doors to the machine's own.

use jiff::{Timestamp, civil, tz::TimeZone};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use uuid::Uuid;

/// What time it is: the machine's clock, or one that only moves when told.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    Machine,
    /// Microseconds since 1970 UTC; the demo, simulations and tests run on it.
    Virtual(Arc<AtomicI64>),
    /// The machine's clock, this many microseconds on: the pages of a demo made for another day.
    Shifted(i64),
    /// A machine's clock while it goes evenly. When it jumps, time goes on as before until somebody who has looked
    /// after everything that ends at an instant calls [`Clock::shift_us`].
    Steady(Arc<Mutex<Line>>),
}

/// The two clocks of a machine: the one on the wall, which may jump, and one that only counts what passes.
#[derive(Clone, Debug)]
pub enum Machine {
    /// Ours; what has passed is counted from an instant.
    Real(Instant),
    /// One that only moves when told, for simulations and tests: microseconds on the wall, and passed.
    Told(Arc<[AtomicI64; 2]>),
}

impl Machine {
    /// A machine whose clocks stand until they are moved.
    pub fn standing_at(at: Timestamp) -> Self {
        Self::Told(Arc::new([AtomicI64::new(at.as_microsecond()), AtomicI64::new(0)]))
    }

    /// Both clocks, in microseconds: on the wall, and passed.
    fn read(&self) -> (i64, i64) {
        match self {
            Self::Real(since) => {
                (machine_now().as_microsecond(), i64::try_from(since.elapsed().as_micros()).unwrap_or(i64::MAX))
            }
            Self::Told(both) => (both[0].load(Ordering::SeqCst), both[1].load(Ordering::SeqCst)),
        }
    }

    /// Time passes on a machine that is told; ours ignores it.
    pub fn advance_us(&self, by: i64) {
        if let Self::Told(both) = self {
            both.iter().for_each(|clock| {
                clock.fetch_add(by, Ordering::SeqCst);
            });
        }
    }

    /// The clock on the wall of a machine that is told jumps; ours ignores it.
    pub fn jump_us(&self, by: i64) {
        if let Self::Told(both) = self {
            both[0].fetch_add(by, Ordering::SeqCst);
        }
    }
}

/// Where time was last seen on a machine, and by its clock that never jumps.
#[derive(Debug)]
pub struct Line {
    machine: Machine,
    wall_us: i64,
    since_us: i64,
}

/// What a steady clock sees, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// What time it is.
    pub now_us: i64,
    /// By how much the machine's clock is elsewhere; 0: it goes evenly.
    pub jump_us: i64,
    /// What has passed since some beginning, by the clock that never jumps.
    pub passed_us: i64,
}

/// A step of the machine's clock up to this is taken as it comes: two seconds.
pub const EVEN_US: i64 = 2_000_000;

impl Line {
    fn begun(machine: Machine) -> Self {
        let (wall_us, since_us) = machine.read();
        Self { machine, wall_us, since_us }
    }

    fn look(&mut self) -> Sight {
        let (machine_us, passed_us) = self.machine.read();
        let now_us = self.wall_us.saturating_add(passed_us.saturating_sub(self.since_us).max(0));
        let jump_us = machine_us.saturating_sub(now_us);
        if jump_us.abs() > EVEN_US {
            return Sight { now_us, jump_us, passed_us };
        }
        (self.wall_us, self.since_us) = (machine_us, passed_us);
        Sight { now_us: machine_us, jump_us: 0, passed_us }
    }
}

impl Clock {
    /// A clock that stands at `at` until it is moved.
    pub fn standing_at(at: Timestamp) -> Self {
        Self::Virtual(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// Now, in whole microseconds.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Machine => machine_now(),
            Self::Virtual(us) => at_microsecond(us.load(Ordering::SeqCst)),
            Self::Shifted(us) => at_microsecond(machine_now().as_microsecond().saturating_add(*us)),
            Self::Steady(line) => at_microsecond(locked(line).look().now_us),
        }
    }

    /// The machine's clock for a service that runs for weeks.
    pub fn steady() -> Self {
        Self::steady_on(Machine::Real(Instant::now()))
    }

    /// The clock of this machine for a service on it: from now on it goes evenly.
    pub fn steady_on(machine: Machine) -> Self {
        Self::Steady(Arc::new(Mutex::new(Line::begun(machine))))
    }

    /// What a steady clock sees; the others never jump, and see nothing.
    pub fn sight(&self) -> Option<Sight> {
        match self {
            Self::Steady(line) => Some(locked(line).look()),
            _ => None,
        }
    }

    /// By how much the machine's clock jumped and nobody has followed yet, in microseconds; 0: it goes evenly.
    pub fn jump_us(&self) -> i64 {
        self.sight().map_or(0, |sight| sight.jump_us)
    }

    /// From now on a steady clock is so much further on. By [`Clock::jump_us`]: it is what the machine's clock says.
    pub fn shift_us(&self, by: i64) {
        if let Self::Steady(line) = self {
            let mut line = locked(line);
            line.wall_us = line.wall_us.saturating_add(by);
        }
    }

    /// Moves a virtual clock forward, or the machine it is on; the machine's own clock can't be moved and ignores it.
    pub fn advance_us(&self, by: i64) {
        match self {
            Self::Virtual(us) => {
                us.fetch_add(by, Ordering::SeqCst);
            }
            Self::Steady(line) => locked(line).machine.advance_us(by),
            Self::Machine | Self::Shifted(_) => {}
        }
    }
}

fn locked(line: &Mutex<Line>) -> std::sync::MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The machine's clock, cut to microseconds. For wall times that no decision reads.
#[expect(clippy::disallowed_methods, reason = "the one door to the machine's clock")]
pub fn machine_now() -> Timestamp {
    at_microsecond(Timestamp::now().as_microsecond())
}

/// The instant `us` microseconds after 1970 UTC, clamped to what a calendar can show.
pub fn at_microsecond(us: i64) -> Timestamp {
    Timestamp::from_microsecond(us).unwrap_or(if us < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// The zone in which every appointment is told: Europe/London, from the bundled table.
pub fn london() -> TimeZone {
    TimeZone::get("Europe/London").expect("the bundled zone table holds Europe/London")
}

/// The instant of a civil date and time in London. In the hour that the clocks skip the later
/// reading is taken, in the hour they repeat the earlier: nobody is told a time that is not there.
pub fn london_instant(date: civil::Date, minute_of_day: u16) -> Timestamp {
    let time = civil::time((minute_of_day / 60).min(23) as i8, (minute_of_day % 60) as i8, 0, 0);
    date.to_datetime(time).to_zoned(london()).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// Today's date in London.
pub fn london_date(at: Timestamp) -> civil::Date {
    at.to_zoned(london()).date()
}

/// Where ids and secrets take their randomness from.
#[derive(Clone)]
pub struct Chance(Arc<Mutex<Source>>);

enum Source {
    Machine { made: Made },
    Seeded { seed: u64, rng: Pcg64Mcg, made: Made },
}

/// What was made last: ids sort in the order of making, also when the clock is put back.
#[derive(Default)]
struct Made {
    counter: u32,
    millis: u64,
}

impl Made {
    fn next(&mut self, now: Timestamp) -> (u32, u64) {
        self.counter = self.counter.wrapping_add(1);
        self.millis = self.millis.max(u64::try_from(now.as_millisecond()).unwrap_or(0));
        (self.counter, self.millis)
    }
}

impl std::fmt::Debug for Chance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chance")
    }
}

impl Chance {
    /// The machine's entropy.
    pub fn machine() -> Self {
        Self(Arc::new(Mutex::new(Source::Machine { made: Made::default() })))
    }

    /// A stream that the seed repeats. Only for demo, simulation and tests: its secrets are none.
    pub fn seeded(seed: u64) -> Self {
        let rng = Pcg64Mcg::seed_from_u64(seed);
        Self(Arc::new(Mutex::new(Source::Seeded { seed, rng, made: Made::default() })))
    }

    /// A stream of its own for one step: what the step draws does not depend on what ran before it,
    /// so a run that was stopped and went on makes the same ids. The machine's entropy stays itself.
    pub fn step(&self, name: &str) -> Self {
        match &*self.lock() {
            Source::Machine { .. } => self.clone(),
            Source::Seeded { seed, .. } => {
                let hash = super::secret::sha256_hex(format!("{seed} {name}").as_bytes());
                Self::seeded(u64::from_str_radix(&hash[..16], 16).unwrap_or(*seed))
            }
        }
    }

    /// Fills `bytes`. Panics only when the machine has no entropy to give, which ends the process.
    pub fn fill(&self, bytes: &mut [u8]) {
        match &mut *self.lock() {
            Source::Machine { .. } => fill_from_machine(bytes),
            Source::Seeded { rng, .. } => rng.fill_bytes(bytes),
        }
    }

    /// A fresh UUID version 7. A counter stands in its upper random bits, so that ids made in one
    /// millisecond lie side by side in an index.
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let mut bytes = [0_u8; 10];
        let (counter, millis) = {
            let mut source = self.lock();
            match &mut *source {
                Source::Machine { made } => {
                    fill_from_machine(&mut bytes[4..]);
                    made.next(now)
                }
                Source::Seeded { rng, made, .. } => {
                    rng.fill_bytes(&mut bytes[4..]);
                    made.next(now)
                }
            }
        };
        // The version's and the variant's bits are overwritten by the builder: 4 + 8 + 6 + 8 are ours.
        bytes[0] = (counter >> 22) as u8 & 0x0f;
        bytes[1] = (counter >> 14) as u8;
        bytes[2] = (counter >> 8) as u8 & 0x3f;
        bytes[3] = counter as u8;
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fill_from_machine(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the machine gives entropy");
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn clock_change_days_have_one_instant_for_every_time_told() {
        let hour = 3_600_000_000;
        let at = |d, m| london_instant(d, m).as_microsecond();
        let autumn = date(2026, 10, 25);
        assert_eq!(at(autumn, 9 * 60) - at(autumn, 0), 10 * hour);
        let spring = date(2027, 3, 28);
        assert_eq!(at(spring, 9 * 60) - at(spring, 0), 8 * hour);
        assert_eq!(london_instant(spring, 90).to_zoned(london()).hour(), 2);
    }

    #[test]
    fn a_jump_of_the_machine_is_seen_by_nobody_before_it_is_followed() {
        let (second, hour) = (1_000_000, 3_600_000_000);
        let seen = |clock: &Clock| clock.sight().map(|sight| (sight.now_us, sight.jump_us));
        for jump in [hour, -hour, 24 * hour, -24 * hour] {
            let machine = Machine::standing_at(at_microsecond(0));
            let clock = Clock::steady_on(machine.clone());
            clock.advance_us(second);
            machine.jump_us(100);
            assert_eq!(seen(&clock), Some((second + 100, 0)), "it goes evenly");
            machine.jump_us(jump);
            clock.advance_us(second);
            assert_eq!(seen(&clock), Some((2 * second + 100, jump)), "time goes on as before");
            clock.advance_us(60 * second);
            assert_eq!(seen(&clock), Some((62 * second + 100, jump)), "for as long as nobody follows it");
            machine.jump_us(-jump);
            assert_eq!(seen(&clock), Some((62 * second + 100, 0)), "and it may jump back");
            machine.jump_us(jump);
            clock.shift_us(clock.jump_us());
            assert_eq!(seen(&clock), Some((62 * second + 100 + jump, 0)), "it is followed");
        }
        let clock = Clock::steady();
        clock.shift_us(clock.jump_us());
        assert_eq!(clock.jump_us(), 0);
    }

    #[test]
    fn ids_sort_in_the_order_of_making_when_the_clock_goes_back() {
        let chance = Chance::seeded(7);
        let at = |us: i64| at_microsecond(1_800_000_000_000_000 + us);
        let made: Vec<_> = [0, 3_600_000_000, 1_000, 2_000].into_iter().map(|us| chance.uuid(at(us))).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]), "{made:?}");
    }

    #[test]
    fn seeded_ids_repeat_and_sort_in_the_order_of_making() {
        let now = at_microsecond(1_800_000_000_000_000);
        let make = |chance: &Chance| (0..300).map(|_| chance.uuid(now)).collect::<Vec<_>>();
        let first = make(&Chance::seeded(7));
        assert_eq!(first, make(&Chance::seeded(7)));
        assert_ne!(first, make(&Chance::seeded(8)));
        assert!(first.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(first[0].get_version_num(), 7);
        let chance = Chance::seeded(7);
        let step = make(&chance.step("a"));
        make(&chance);
        assert_eq!(step, make(&chance.step("a")));
        assert_ne!(step, make(&chance.step("b")));
    }
}
