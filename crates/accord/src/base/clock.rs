//! Time and chance are parameters. This file holds the only doors to the machine's own.

use jiff::{Timestamp, civil, tz::TimeZone};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
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
    Machine { counter: u32 },
    Seeded { seed: u64, rng: Pcg64Mcg, counter: u32 },
}

impl std::fmt::Debug for Chance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chance")
    }
}

impl Chance {
    /// The machine's entropy.
    pub fn machine() -> Self {
        Self(Arc::new(Mutex::new(Source::Machine { counter: 0 })))
    }

    /// A stream that the seed repeats. Only for demo, simulation and tests: its secrets are none.
    pub fn seeded(seed: u64) -> Self {
        let rng = Pcg64Mcg::seed_from_u64(seed);
        Self(Arc::new(Mutex::new(Source::Seeded { seed, rng, counter: 0 })))
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
        let counter = {
            let mut source = self.lock();
            let counter = match &mut *source {
                Source::Machine { counter } => {
                    fill_from_machine(&mut bytes[4..]);
                    counter
                }
                Source::Seeded { rng, counter, .. } => {
                    rng.fill_bytes(&mut bytes[4..]);
                    counter
                }
            };
            *counter = counter.wrapping_add(1);
            *counter
        };
        // The version's and the variant's bits are overwritten by the builder: 4 + 8 + 6 + 8 are ours.
        bytes[0] = (counter >> 22) as u8 & 0x0f;
        bytes[1] = (counter >> 14) as u8;
        bytes[2] = (counter >> 8) as u8 & 0x3f;
        bytes[3] = counter as u8;
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
