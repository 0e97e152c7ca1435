//! What is fair, as rules without a store: who is next, how long a place is kept for them, how many are asked at once.
//! Pure. Whatever chance decides is drawn from a seed that is kept, so that anybody allowed can draw it again.

use crate::base::clock::{at_microsecond, london, london_instant};
use crate::base::ids::PersonId;
use crate::base::secret::sha256_hex;
use jiff::Timestamp;
use jiff::civil::Date;

const HOUR_US: i64 = 3_600_000_000;

/// Half-days of the week on which somebody can come: Monday morning first. Never none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfDays(u16);

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Afternoon begins at noon.
const NOON: u16 = 12 * 60;

impl HalfDays {
    /// Always.
    pub const ALL: Self = Self(0x3fff);

    /// From the store's bits; none where they are none or too many.
    pub fn from_bits(bits: u16) -> Option<Self> {
        (bits != 0 && bits <= Self::ALL.0).then_some(Self(bits))
    }

    /// For the store.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether a time lies in them.
    pub fn has(self, date: Date, start_minute: u16) -> bool {
        let day = u32::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        self.0 & (1 << (day * 2 + u32::from(start_minute >= NOON))) != 0
    }

    /// Reads "mon_am,tue_pm"; none where it is empty or names what there is not.
    pub fn parse(text: &str) -> Option<Self> {
        let bit = |word: &str| {
            let (day, half) = word.split_once('_')?;
            let day = DAYS.iter().position(|known| *known == day)?;
            let half = ["am", "pm"].iter().position(|known| *known == half)?;
            Some(1_u16 << (day * 2 + half))
        };
        let bits = text.split(',').map(bit).try_fold(0, |all, bit| Some(all | bit?))?;
        Self::from_bits(bits)
    }

    /// The words of [`HalfDays::parse`].
    pub fn words(self) -> Vec<String> {
        let word = |at: usize| format!("{}_{}", DAYS[at / 2], ["am", "pm"][at % 2]);
        (0..14).filter(|at| self.0 & (1 << at) != 0).map(word).collect()
    }
}

/// The lot of a person under a seed: 16 hexadecimal digits, the smallest comes first. Nobody can choose their own:
/// their id was made before the seed.
pub fn lot(seed: &str, person: PersonId) -> String {
    let mut lot = sha256_hex(format!("{seed}:{person}").as_bytes());
    lot.truncate(16);
    lot
}

/// Where somebody stands in the waiting list: by priority group, then since when they wait, then by lot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// Priority group of their employment when they joined; 1 comes first.
    pub priority: i64,
    /// Since when they wait, microseconds.
    pub since_us: i64,
    /// Their lot among those who came at once.
    pub lot: String,
    /// The last word, so that no two are equal.
    pub person: PersonId,
}

/// Times that begin sooner than this are not offered by the waiting list; the standby list is for those.
pub const SOONEST_US: i64 = 18 * HOUR_US;
/// An offer ends this long before its time begins at the latest, so that the place can still be given to somebody.
pub const NOTICE_US: i64 = 6 * HOUR_US;

/// How long a place is kept: hours until its time begins, at least, and hours it is kept. In `docs/states.md`.
pub const KEPT: [(i64, i64); 4] = [(7 * 24, 24), (3 * 24, 12), (36, 6), (18, 3)];

/// Until when a place that begins at `starts` is kept for whoever is offered it now; none: it is too near.
///
/// An end between eight in the evening and ten in the morning is put off to ten: nobody loses a place asleep.
pub fn kept_until(now: Timestamp, starts: Timestamp) -> Option<Timestamp> {
    let ahead = starts.as_microsecond() - now.as_microsecond();
    let (_, hours) = KEPT.iter().find(|(from, _)| ahead >= from * HOUR_US)?;
    let end = at_microsecond(now.as_microsecond() + hours * HOUR_US);
    let civil = end.to_zoned(london()).datetime();
    let awake = match civil.hour() {
        ..10 => london_instant(civil.date(), 10 * 60),
        20.. => london_instant(civil.date().tomorrow().unwrap_or(civil.date()), 10 * 60),
        _ => end,
    };
    Some(awake.min(at_microsecond(starts.as_microsecond() - NOTICE_US)))
}

/// Whether offers are made at this hour: from eight to eight.
pub fn is_awake(now: Timestamp) -> bool {
    (8..20).contains(&now.to_zoned(london()).hour())
}

/// Silences after which a person leaves the list: somebody rings them.
pub const SILENCES: i64 = 2;

/// How many people of the standby list are asked at once for so many doses: two for each, and one more. Most do not see
/// a message within minutes; whoever says yes too late is told so, and is no worse off in the next draw.
pub fn asked_at_once(doses: i64) -> i64 {
    if doses <= 0 { 0 } else { doses * 2 + 1 }
}

/// The order of a standby draw: who was asked seldom comes first, then the lot.
pub fn draw_order(seed: &str, mut people: Vec<(PersonId, i64)>) -> Vec<(PersonId, i64, String)> {
    people.sort_unstable();
    people.dedup();
    let mut drawn: Vec<_> = people.into_iter().map(|(person, asked)| (person, asked, lot(seed, person))).collect();
    drawn.sort_by(|a, b| (a.1, &a.2, a.0).cmp(&(b.1, &b.2, b.0)));
    drawn
}

/// Minutes to get ready before somebody sets out.
pub const READY_MINUTES: i64 = 10;

/// Whether somebody so many minutes away can be there when it begins.
pub fn in_time(now: Timestamp, starts: Timestamp, minutes: u16) -> bool {
    let needed = (i64::from(minutes) + READY_MINUTES) * 60_000_000;
    now.as_microsecond() + needed <= starts.as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn person(n: u128) -> PersonId {
        PersonId::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn half_days_are_read_and_told() {
        let some = HalfDays::parse("mon_am,sun_pm").expect("read");
        assert_eq!(some.words(), ["mon_am", "sun_pm"]);
        assert!(some.has(date(2027, 1, 4), 539) && !some.has(date(2027, 1, 4), 720));
        assert!(some.has(date(2027, 1, 10), 720) && !some.has(date(2027, 1, 10), 719));
        assert_eq!(HalfDays::ALL.words().len(), 14);
        for wrong in ["", "mon", "mon_am,", "day_am", "mon_xm"] {
            assert_eq!(HalfDays::parse(wrong), None, "{wrong}");
        }
        assert_eq!((HalfDays::from_bits(0), HalfDays::from_bits(0x4000)), (None, None));
    }

    #[test]
    fn a_place_is_kept_the_shorter_the_nearer_and_never_overnight() {
        let at = |day, hour: u16| london_instant(day, hour * 60);
        let monday = date(2027, 1, 4);
        // now hour, starts day and hour, kept until day and hour
        let table = [
            (9, (18, 9), Some((5, 10))),
            (11, (18, 9), Some((5, 11))),
            (9, (11, 8), Some((5, 10))),
            (9, (11, 9), Some((5, 10))),
            (9, (7, 9), Some((5, 10))),
            (9, (6, 9), Some((4, 15))),
            (9, (5, 21), Some((4, 15))),
            (9, (5, 9), Some((4, 12))),
            (15, (5, 9), Some((4, 18))),
            (15, (5, 8), None),
            (19, (5, 13), Some((5, 7))),
            (19, (5, 12), None),
        ];
        for (now, (day, hour), until) in table {
            let kept = kept_until(at(monday, now), at(date(2027, 1, day), hour));
            assert_eq!(kept, until.map(|(day, hour)| at(date(2027, 1, day), hour)), "{now} for {day} at {hour}");
        }
        assert!(!is_awake(at(monday, 7)) && is_awake(at(monday, 8)) && !is_awake(at(monday, 20)));
    }

    #[test]
    fn every_end_leaves_the_notice_and_some_time() {
        let now = london_instant(date(2027, 1, 4), 8 * 60).as_microsecond();
        for minute in 0..12 * 60 {
            let now = at_microsecond(now + minute * 60_000_000);
            for ahead in 18..400 {
                let starts = at_microsecond(now.as_microsecond() + ahead * HOUR_US);
                let until = kept_until(now, starts).expect("kept");
                assert!(until.as_microsecond() >= now.as_microsecond() + 3 * HOUR_US, "{now} {starts} {until}");
                assert!(until.as_microsecond() + NOTICE_US <= starts.as_microsecond(), "{now} {starts} {until}");
            }
        }
    }

    #[test]
    fn a_draw_can_be_drawn_again_and_asks_the_seldom_asked_first() {
        let people: Vec<_> = (0..40).map(|n| (person(n), i64::from(n % 2 == 0))).collect();
        let drawn = draw_order("a seed", people.clone());
        let mut turned = people;
        turned.reverse();
        assert_eq!(drawn, draw_order("a seed", turned.clone()));
        assert_ne!(drawn, draw_order("another", turned));
        assert!(drawn[..20].iter().all(|(_, asked, _)| *asked == 0));
        assert_eq!([0, 1, 4].map(asked_at_once), [0, 3, 9]);
    }

    #[test]
    fn nobody_is_asked_who_could_not_be_there() {
        let now = at_microsecond(0);
        let starts = at_microsecond(30 * 60_000_000);
        assert!(in_time(now, starts, 20) && !in_time(now, starts, 21));
    }
}
