//! What a session is cut into. Pure: settings in, slots out.
//!
//! A session is laid out for the smaller of its vaccinators and rooms, without its breaks. A cap on the people of the
//! session is spread evenly over its slots, so that the slot's own counter keeps it and nothing else has to be counted.

use super::session::Kind;
use crate::base::clock::london_instant;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Whether a session takes bookings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// Whatever its slots have room for.
    #[default]
    Open,
    /// Nothing new; those who are booked are seen.
    Honoured,
    /// Nobody is seen.
    Closed,
}

impl Takes {
    /// Every one, in the order of `docs/states.md`.
    pub const ALL: [Self; 3] = [Self::Open, Self::Honoured, Self::Closed];

    /// The word on pages and in APIs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Honoured => "honoured",
            Self::Closed => "closed",
        }
    }
}

/// A break, from one minute after midnight to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Break(pub u16, pub u16);

/// How a session's places are given out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Terms {
    /// People who vaccinate at one time; none: not told apart from rooms.
    pub vaccinators: Option<u16>,
    /// Rooms, or places to sit; none: not told apart from vaccinators.
    pub rooms: Option<u16>,
    /// People of the whole session at most.
    pub people_max: Option<u16>,
    /// When nobody is seen, in order of time.
    pub breaks: Vec<Break>,
    /// Places of each slot that only walk-ins get.
    pub kept_walk_in: u16,
    /// Places of each slot that only assisted booking gets, until its time.
    pub kept_assisted: u16,
    /// Hours before a slot from which on those are for everybody.
    pub assisted_hours: u16,
    /// How people come.
    #[serde(default)]
    pub kind: Kind,
    /// Where a roving team goes; blank for other kinds.
    #[serde(default)]
    pub place: String,
}

/// Hours before a slot at which what is kept for assisted booking is released, unless the session says otherwise.
pub const ASSISTED_HOURS: u16 = 24;

impl Default for Terms {
    fn default() -> Self {
        Self {
            vaccinators: None,
            rooms: None,
            people_max: None,
            breaks: Vec::new(),
            kept_walk_in: 0,
            kept_assisted: 0,
            assisted_hours: ASSISTED_HOURS,
            kind: Kind::Booked,
            place: String::new(),
        }
    }
}

/// All of a session that a change of it may touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Whether it takes bookings.
    pub takes: Takes,
    /// Opens, minutes after midnight in London.
    pub from_minute: u16,
    /// Closes.
    pub until_minute: u16,
    /// Length of a slot.
    pub slot_minutes: u16,
    /// People at one time.
    pub stations: u16,
    /// How its places are given out.
    pub terms: Terms,
}

/// What a slot offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// People at one time.
    pub capacity: i64,
    /// Whether anything new may be taken.
    pub takes_new: bool,
    /// Kept for walk-ins.
    pub kept_walk_in: i64,
    /// Kept for assisted booking.
    pub kept_assisted: i64,
    /// Until when, microseconds UTC.
    pub assisted_until_us: i64,
}

impl Places {
    /// A slot at which nobody is seen any more.
    pub const NONE: Self =
        Self { capacity: 0, takes_new: false, kept_walk_in: 0, kept_assisted: 0, assisted_until_us: 0 };
}

/// Which part of the settings makes no sense, and what would: the column of the session file, and the end of the
/// sentence "wanted ...".
pub type SettingsFault = (&'static str, String);

impl Settings {
    /// The first fault, in the order of the columns.
    pub fn check(&self) -> Result<(), SettingsFault> {
        let no = |column, wanted: &str| Err((column, wanted.to_owned()));
        if self.until_minute <= self.from_minute || self.until_minute > 24 * 60 {
            return no("until", "a time after the start");
        }
        let length = self.until_minute - self.from_minute;
        if self.slot_minutes == 0 || self.slot_minutes > length {
            return no("slot_minutes", "from 1 minute up to the whole session");
        }
        if self.stations == 0 {
            return no("stations", "at least 1");
        }
        self.terms.check(self)?;
        if self.starts().next().is_none() {
            return no("breaks", "breaks that leave time for a slot");
        }
        Ok(())
    }

    /// Starts of its slots, minutes after midnight: a slot that meets a break is not held, and the next begins after it.
    pub fn starts(&self) -> impl Iterator<Item = u16> + '_ {
        let mut at = self.from_minute;
        std::iter::from_fn(move || {
            loop {
                let end = at.checked_add(self.slot_minutes).filter(|end| *end <= self.until_minute)?;
                match self.terms.breaks.iter().find(|b| at < b.1 && b.0 < end) {
                    Some(pause) => at = pause.1,
                    None => {
                        let start = at;
                        at = end;
                        return Some(start);
                    }
                }
            }
        })
    }

    /// The length of its slots. Where no times are booked there is one slot, as long as the session.
    pub fn slot_length(&self) -> u16 {
        if self.terms.kind == Kind::Booked { self.slot_minutes } else { self.until_minute - self.from_minute }
    }

    /// The one slot of a session without times: for as many people as its stations can see one after another, breaks out.
    fn whole(&self, date: Date) -> (u16, Places) {
        let room = self.starts().count() as u64 * u64::from(self.stations);
        let room = self.terms.people_max.map_or(room, |most| room.min(u64::from(most)));
        let starts_us = london_instant(date, self.from_minute).as_microsecond();
        (self.from_minute, self.places(i64::try_from(room).unwrap_or(i64::MAX), starts_us))
    }

    /// Its slots on a day: start in minutes after midnight, and what each offers.
    pub fn layout(&self, date: Date) -> Vec<(u16, Places)> {
        if self.terms.kind != Kind::Booked {
            return vec![self.whole(date)];
        }
        let starts: Vec<u16> = self.starts().collect();
        let n = starts.len() as u64;
        let laid = starts.into_iter().zip(0..);
        laid.map(|(start, at)| {
            let even = |max: u16| (at + 1) * u64::from(max) / n - at * u64::from(max) / n;
            let room = self.terms.people_max.map_or(u64::from(self.stations), even).min(u64::from(self.stations));
            (start, self.places(i64::try_from(room).unwrap_or(i64::MAX), london_instant(date, start).as_microsecond()))
        })
        .collect()
    }

    fn places(&self, capacity: i64, starts_us: i64) -> Places {
        let kept_walk_in = i64::from(self.terms.kept_walk_in).min(capacity);
        let kept_assisted = i64::from(self.terms.kept_assisted).min(capacity - kept_walk_in);
        Places {
            capacity,
            takes_new: self.takes == Takes::Open,
            kept_walk_in,
            kept_assisted,
            assisted_until_us: if kept_assisted == 0 {
                0
            } else {
                starts_us - i64::from(self.terms.assisted_hours) * 3_600_000_000
            },
        }
    }
}

impl Terms {
    /// People at one time, where vaccinators or rooms are known: the smaller.
    pub fn stations(&self) -> Option<u16> {
        match (self.vaccinators, self.rooms) {
            (Some(people), Some(rooms)) => Some(people.min(rooms)),
            (one, other) => one.or(other),
        }
    }

    fn check(&self, of: &Settings) -> Result<(), SettingsFault> {
        let no = |column, wanted: String| Err((column, wanted));
        if self.vaccinators == Some(0) {
            return no("vaccinators", "at least 1".into());
        }
        if self.rooms == Some(0) {
            return no("rooms", "at least 1".into());
        }
        if self.stations().is_some_and(|stations| stations != of.stations) {
            return no("stations", "the smaller of vaccinators and rooms".into());
        }
        let mut last = of.from_minute;
        for Break(from, until) in &self.breaks {
            if from >= until || *from < last || *until > of.until_minute {
                return no("breaks", "breaks within the session, one after the other".into());
            }
            last = *until;
        }
        if self.people_max == Some(0) {
            return no("people_max", "at least 1, or nothing for no limit".into());
        }
        if u32::from(self.kept_walk_in) + u32::from(self.kept_assisted) > u32::from(of.stations) {
            return no("kept_walk_in", format!("no more kept than the {} places of a slot", of.stations));
        }
        Ok(())
    }
}

/// Breaks as `720-750 900-915`.
pub fn breaks_text(breaks: &[Break]) -> String {
    breaks.iter().map(|b| format!("{}-{}", b.0, b.1)).collect::<Vec<_>>().join(" ")
}

/// Reads [`breaks_text`].
pub fn breaks_parse(text: &str) -> Option<Vec<Break>> {
    let one = |word: &str| {
        let (from, until) = word.split_once('-')?;
        Some(Break(from.parse().ok()?, until.parse().ok()?))
    };
    text.split_whitespace().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn settings(change: impl FnOnce(&mut Settings)) -> Settings {
        let mut of = Settings {
            takes: Takes::Open,
            from_minute: 540,
            until_minute: 600,
            slot_minutes: 10,
            stations: 4,
            terms: Terms::default(),
        };
        change(&mut of);
        of
    }

    #[test]
    fn a_slot_that_meets_a_break_is_not_held_and_the_next_begins_after_it() {
        let of = settings(|s| s.terms.breaks = vec![Break(555, 565), Break(590, 600)]);
        assert_eq!(of.starts().collect::<Vec<_>>(), [540, 565, 575]);
        assert_eq!(settings(|_| ()).starts().count(), 6);
    }

    #[test]
    fn a_cap_is_spread_evenly_and_never_above_the_stations() {
        let sum = |of: &Settings| of.layout(date(2027, 1, 4)).iter().map(|(_, p)| p.capacity).sum::<i64>();
        for (cap, wanted) in [(None, 24), (Some(1), 1), (Some(7), 7), (Some(23), 23), (Some(24), 24), (Some(99), 24)] {
            let of = settings(|s| s.terms.people_max = cap);
            assert_eq!(sum(&of), wanted, "{cap:?}");
            assert!(of.layout(date(2027, 1, 4)).iter().all(|(_, p)| p.capacity <= 4));
        }
    }

    #[test]
    fn a_session_without_times_is_one_slot_for_all_its_people() {
        let of = |change: fn(&mut Settings)| {
            let of = settings(|s| {
                s.terms.kind = Kind::DropIn;
                change(s);
            });
            let laid = of.layout(date(2027, 1, 4));
            (laid.len(), laid[0].0, laid[0].1.capacity, of.slot_length())
        };
        assert_eq!(of(|_| ()), (1, 540, 24, 60));
        assert_eq!(of(|s| s.terms.people_max = Some(7)), (1, 540, 7, 60));
        assert_eq!(of(|s| s.terms.breaks = vec![Break(550, 570)]), (1, 540, 16, 60));
    }

    #[test]
    fn what_is_kept_is_never_more_than_there_is() {
        let of = settings(|s| {
            s.terms.people_max = Some(6);
            s.terms.kept_walk_in = 2;
            s.terms.kept_assisted = 2;
        });
        assert_eq!(of.check(), Ok(()));
        assert!(
            of.layout(date(2027, 1, 4)).iter().all(|(_, p)| (p.capacity, p.kept_walk_in, p.kept_assisted) == (1, 1, 0))
        );
        let whole = settings(|s| s.terms.kept_assisted = 1).layout(date(2027, 1, 4))[0].1;
        let day = 24 * 3_600_000_000;
        assert_eq!(whole.assisted_until_us, london_instant(date(2027, 1, 4), 540).as_microsecond() - day);
    }

    #[test]
    fn settings_that_make_no_sense_are_named() {
        let column = |change: fn(&mut Settings)| settings(change).check().err().map(|(column, _)| column);
        assert_eq!(column(|_| ()), None);
        assert_eq!(column(|s| s.until_minute = 540), Some("until"));
        assert_eq!(column(|s| s.slot_minutes = 61), Some("slot_minutes"));
        assert_eq!(column(|s| s.stations = 0), Some("stations"));
        assert_eq!(column(|s| s.terms.rooms = Some(3)), Some("stations"));
        assert_eq!(column(|s| s.terms.rooms = Some(0)), Some("rooms"));
        assert_eq!(column(|s| s.terms.breaks = vec![Break(530, 550)]), Some("breaks"));
        assert_eq!(column(|s| s.terms.breaks = vec![Break(540, 600)]), Some("breaks"));
        assert_eq!(column(|s| s.terms.breaks = vec![Break(560, 570), Break(550, 555)]), Some("breaks"));
        assert_eq!(column(|s| s.terms.people_max = Some(0)), Some("people_max"));
        assert_eq!(column(|s| (s.terms.kept_walk_in, s.terms.kept_assisted) = (3, 2)), Some("kept_walk_in"));
    }

    #[test]
    fn breaks_are_read_as_they_are_written() {
        let breaks = vec![Break(720, 750), Break(900, 915)];
        assert_eq!(breaks_parse(&breaks_text(&breaks)), Some(breaks));
        assert_eq!((breaks_parse(""), breaks_parse("7-x")), (Some(vec![]), None));
    }
}
