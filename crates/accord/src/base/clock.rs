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
    /// The machine's clock while it goes evenly. When it jumps, time goes on as before until somebody who has looked
    /// after everything that ends at an instant calls [`Clock::adopt`].
    Steady(Arc<Mutex<Line>>),
}

/// Where time was last seen, and by the clock that never jumps.
#[derive(Debug)]
pub struct Line {
    wall_us: i64,
    since: Instant,
}

/// A step of the machine's clock up to this is taken as it comes: two seconds.
pub const EVEN_US: i64 = 2_000_000;

impl Line {
    fn begun() -> Self {
        Self { wall_us: machine_now().as_microsecond(), since: Instant::now() }
    }

    /// What time it is, and by how much the machine's clock jumped since it was even.
    fn read(&mut self, machine_us: i64, now: Instant) -> (i64, i64) {
        let passed = now.saturating_duration_since(self.since).as_micros();
        let even = self.wall_us.saturating_add(i64::try_from(passed).unwrap_or(i64::MAX));
        let jump = machine_us.saturating_sub(even);
        if jump.abs() > EVEN_US {
            return (even, jump);
        }
        (self.wall_us, self.since) = (machine_us, now);
        (machine_us, 0)
    }

    fn now(&mut self) -> (i64, i64) {
        self.read(machine_now().as_microsecond(), Instant::now())
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
            Self::Steady(line) => at_microsecond(line.lock().unwrap_or_else(PoisonError::into_inner).now().0),
        }
    }

    /// The machine's clock for a service that runs for weeks.
    pub fn steady() -> Self {
        Self::Steady(Arc::new(Mutex::new(Line::begun())))
    }

    /// By how much the machine's clock jumped and nobody has adopted yet, in microseconds; 0: it goes evenly.
    pub fn jump_us(&self) -> i64 {
        match self {
            Self::Steady(line) => line.lock().unwrap_or_else(PoisonError::into_inner).now().1,
            _ => 0,
        }
    }

    /// From now on it is what the machine's clock says.
    pub fn adopt(&self) {
        if let Self::Steady(line) = self {
            *line.lock().unwrap_or_else(PoisonError::into_inner) = Line::begun();
        }
    }

    /// Moves a virtual clock forward; the machine's clock can't be moved and ignores it.
    pub fn advance_us(&self, by: i64) {
        if let Self::Virtual(us) = self {
            us.fetch_add(by, Ordering::SeqCst);
        }
    }
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
    fn a_jump_of_the_machine_is_seen_by_nobody_before_it_is_adopted() {
        let (began, second) = (Instant::now(), std::time::Duration::from_secs(1));
        let hour = 3_600_000_000;
        for jump in [hour, -hour, 24 * hour, -24 * hour] {
            let mut line = Line { wall_us: 0, since: began };
            assert_eq!(line.read(1_000_100, began + second), (1_000_100, 0), "it goes evenly");
            let (now, seen) = line.read(2_000_100 + jump, began + 2 * second);
            assert_eq!((now, seen), (2_000_100, jump), "time goes on as before");
            let (now, seen) = line.read(62_000_100 + jump, began + 62 * second);
            assert_eq!((now, seen), (62_000_100, jump), "for as long as nobody adopts it");
            assert_eq!(line.read(63_000_100, began + 63 * second), (63_000_100, 0), "and it may jump back");
        }
        let clock = Clock::steady();
        clock.adopt();
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
