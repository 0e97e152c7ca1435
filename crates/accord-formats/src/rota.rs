//! When people work, and therefore when they can come to a clinic.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::date::{DateForm, DateKind};
use crate::fault::{Fault, FaultCode};

/// Which days somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// The same days every week: Monday is bit 0, Sunday bit 6.
    Weekly(u8),
    /// So many days on, so many off, counted from the first day on; it runs both ways from there.
    Rolling {
        /// Days worked in a row, at least 1.
        on: u8,
        /// Days off in a row, at least 1.
        off: u8,
        /// A first day on.
        from: Date,
    },
}

/// When in the day somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shift {
    /// Office hours or an early.
    #[default]
    Day,
    /// Afternoon into the evening.
    Late,
    /// Through the night, into the next morning.
    Night,
}

/// The part of a day a clinic runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Half {
    /// Until 12:00.
    Morning,
    /// 12:00 to 17:00.
    Afternoon,
    /// From 17:00.
    Evening,
}

/// A pattern of days and the shift worked on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rota {
    /// Which days.
    pub pattern: Pattern,
    /// When on those days.
    pub shift: Shift,
}

/// All seven bits of a week.
const WEEK: u8 = 0x7f;
const SHORT: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Rota {
    /// Reads `Mon-Fri`, `Mon Tue Thu`, `Mon,Wed,Fri`, `M-F`, `weekends`, `Late Mon-Fri`,
    /// `Nights 3 on 4 off from 2027-01-04`. A rolling pattern without a first day on says nothing about any date and is
    /// refused.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let lower = text.trim().to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let (shift, rest) = match words.split_first() {
            Some((&("night" | "nights"), rest)) => (Shift::Night, rest),
            Some((&("late" | "lates"), rest)) => (Shift::Late, rest),
            Some((&("day" | "days" | "early" | "earlies"), rest)) => (Shift::Day, rest),
            _ => (Shift::Day, &words[..]),
        };
        let pattern = rolling(rest).map_or_else(|| weekly(rest), Ok)?;
        Ok(Self { pattern, shift })
    }

    /// True where a shift starts on this day.
    pub fn on_shift(&self, date: Date) -> bool {
        match self.pattern {
            Pattern::Weekly(mask) => mask & (1 << date.weekday().to_monday_zero_offset()) != 0,
            Pattern::Rolling { on, off, from } => {
                let cycle = i64::from(on) + i64::from(off);
                days_between(from, date).rem_euclid(cycle.max(1)) < i64::from(on)
            }
        }
    }

    /// True where the person could come in this part of the day: off shift any time; on a day shift within working hours
    /// (the employer lets them go); before a late; before a night, but never in the morning a night ends.
    pub fn available(&self, date: Date, half: Half) -> bool {
        if self.shift == Shift::Night && half == Half::Morning {
            let after_night = date.yesterday().is_ok_and(|before| self.on_shift(before));
            return !after_night && !self.on_shift(date);
        }
        if !self.on_shift(date) {
            return true;
        }
        match self.shift {
            Shift::Day | Shift::Late => half != Half::Evening,
            Shift::Night => half != Half::Morning,
        }
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

fn fault() -> Fault {
    Fault::new(
        FaultCode::Rota,
        "days such as Mon-Fri, or a pattern with its first day such as 3 on 4 off from 2027-01-04",
    )
}

/// `3 on 4 off from 2027-01-04`; none where the words are not of this kind.
fn rolling(words: &[&str]) -> Option<Pattern> {
    let [on, "on", rest @ ..] = words else {
        return None;
    };
    let (off, from) = match rest {
        [off, "off", "from", from] => (off, from),
        [",", off, "off", "from", from] => (off, from),
        _ => return None,
    };
    let count = |text: &str| text.parse().ok().filter(|n: &u8| (1..=28).contains(n));
    let from = read_date(from)?;
    Some(Pattern::Rolling { on: count(on)?, off: count(off)?, from })
}

/// ISO, or the UK order with a year of four digits.
fn read_date(text: &str) -> Option<Date> {
    let today = Date::constant(2000, 1, 1);
    [DateForm::Iso, DateForm::DayMonthYear, DateForm::DayMonthNameYear]
        .iter()
        .filter(|form| **form == DateForm::Iso || text.len() >= 8)
        .find_map(|form| crate::date::parse(text, *form, DateKind::Other, today).ok())
        .filter(|date| date.year() >= 1900)
}

fn weekly(words: &[&str]) -> Result<Pattern, Fault> {
    let joined = words.join(" ").replace(" to ", "-").replace(['\u{2013}', '\u{2014}'], "-");
    let joined = joined.replace(" - ", "-").replace(" and ", " ").replace("w/e", "weekend");
    let mut mask = 0u8;
    for part in joined.split([' ', ',', '/', ';', '&', '+']).filter(|p| !p.is_empty()) {
        mask |= match part {
            "only" => 0,
            "weekdays" => 0x1f,
            "weekends" | "weekend" => 0x60,
            "daily" => WEEK,
            _ => match part.split_once('-') {
                Some((first, last)) => span(weekday(first)?, weekday(last)?),
                None => 1 << weekday(part)?,
            },
        };
    }
    if mask == 0 { Err(fault()) } else { Ok(Pattern::Weekly(mask)) }
}

/// The days from one to another, over the end of the week where it must be: `Fri-Mon`.
fn span(first: u8, last: u8) -> u8 {
    (0..7)
        .map(|step| (first + step) % 7)
        .scan(false, |done, day| {
            let take = !*done;
            *done |= day == last;
            take.then_some(1 << day)
        })
        .fold(0, |mask, bit: u8| mask | bit)
}

fn weekday(text: &str) -> Result<u8, Fault> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let text = text.trim_end_matches('.');
    // One letter where it can only be one day; "t" and "s" could be two.
    let single = match text {
        "m" => Some(0),
        "w" => Some(2),
        "f" => Some(4),
        _ => None,
    };
    let named = || {
        let bare = text.strip_suffix('s').filter(|t| t.len() > 3).unwrap_or(text);
        (bare.len() >= 2).then(|| NAMES.iter().position(|name| name.starts_with(bare))).flatten().map(|at| at as u8)
    };
    single.or_else(named).ok_or_else(fault)
}

impl fmt::Display for Rota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.shift {
            Shift::Day => "",
            Shift::Late => "Late ",
            Shift::Night => "Nights ",
        })?;
        match self.pattern {
            Pattern::Rolling { on, off, from } => write!(f, "{on} on {off} off from {from}"),
            Pattern::Weekly(mask) => write_week(mask, f),
        }
    }
}

fn write_week(mask: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let worked = |day: usize| mask & (1 << day) != 0;
    let mut day = 0;
    let mut first = true;
    while day < 7 {
        if !worked(day) {
            day += 1;
            continue;
        }
        let end = (day..7).take_while(|d| worked(*d)).last().unwrap_or(day);
        f.write_str(if first { "" } else { " " })?;
        first = false;
        // Two days in a row read better as a range only at the weekend.
        let range = end > day + 1 || (day, end) == (5, 6);
        if range {
            write!(f, "{}-{}", SHORT[day], SHORT[end])?;
            day = end + 1;
        } else {
            f.write_str(SHORT[day])?;
            day += 1;
        }
    }
    Ok(())
}

impl FromStr for Rota {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}

/// Dates somebody is away: inclusive ranges, in order, none touching another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Leave(Vec<(Date, Date)>);

impl Leave {
    /// Puts ranges in order and joins those that touch; a range written backwards is turned round.
    pub fn new(ranges: impl IntoIterator<Item = (Date, Date)>) -> Self {
        let mut sorted: Vec<(Date, Date)> = ranges.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect();
        sorted.sort();
        let mut joined: Vec<(Date, Date)> = Vec::with_capacity(sorted.len());
        for (first, last) in sorted {
            match joined.last_mut() {
                Some(before) if before.1.tomorrow().is_ok_and(|next| first <= next) => before.1 = before.1.max(last),
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    /// Reads `2026-12-21 to 2026-12-27; 2027-02-01`; dates also in UK order with a year of four digits. Blank is no leave.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = Fault::new(FaultCode::Leave, "dates such as 2026-12-21 to 2026-12-27; 2027-02-01");
        let mut ranges = Vec::new();
        for part in text.split([';', ',', '\n']).map(str::trim).filter(|p| !p.is_empty()) {
            let (first, last) = part.split_once(" to ").unwrap_or((part, part));
            let first = read_date(first.trim()).ok_or(fault)?;
            let last = read_date(last.trim()).ok_or(fault)?;
            if last < first {
                return Err(fault);
            }
            ranges.push((first, last));
        }
        Ok(Self::new(ranges))
    }

    /// True where the person is away on this day.
    pub fn contains(&self, date: Date) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= date);
        after > 0 && self.0[after - 1].1 >= date
    }

    /// The ranges, first and last day inclusive.
    pub fn ranges(&self) -> &[(Date, Date)] {
        &self.0
    }

    /// True where no day is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Leave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (first, last)) in self.0.iter().enumerate() {
            f.write_str(if n > 0 { "; " } else { "" })?;
            if first == last {
                write!(f, "{first}")?;
            } else {
                write!(f, "{first} to {last}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Leave {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}
