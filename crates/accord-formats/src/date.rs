//! Civil dates in the forms staff lists use. The order of day and month is never guessed for one value alone: it is
//! decided for a whole column, from the values that can be read in one way only.

use jiff::civil::Date;

use crate::fault::{Fault, FaultCode};

/// How the dates of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DateForm {
    /// `1974-01-14`, also with a time after it.
    Iso,
    /// `14/01/1974`, `14.01.74`, `14-1-1974`.
    DayMonthYear,
    /// `01/14/1974`.
    MonthDayYear,
    /// `14-JAN-1974`, `14 January 1974`, `Jan 14, 1974`.
    DayMonthNameYear,
    /// `19740114`.
    Compact,
    /// Days since 30 December 1899, as a spreadsheet stores them: `27043`.
    ExcelSerial,
}

impl DateForm {
    /// The form in plain words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Iso => "year-month-day",
            Self::DayMonthYear => "day/month/year",
            Self::MonthDayYear => "month/day/year",
            Self::DayMonthNameYear => "day, month name, year",
            Self::Compact => "yyyymmdd",
            Self::ExcelSerial => "spreadsheet day number",
        }
    }
}

/// Which century a year of two digits belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateKind {
    /// A date of birth of somebody at work: the latest year that makes them at least 14.
    Birth,
    /// Any other date: from 79 years back to 20 years ahead.
    Other,
}

const NOT_A_DATE: Fault = Fault::new(FaultCode::Date, "a date in the form of its column");

/// Reads one value in a known form. `today` only resolves years of two digits.
pub fn parse(text: &str, form: DateForm, kind: DateKind, today: Date) -> Result<Date, Fault> {
    let (year, month, day) = match (shape(text).ok_or(NOT_A_DATE)?, form) {
        (Shape::Iso(y, m, d), DateForm::Iso) => (y, m, d),
        (Shape::Numeric(d, m, y), DateForm::DayMonthYear) => (full_year(y, m, d, kind, today), m, d),
        (Shape::Numeric(m, d, y), DateForm::MonthDayYear) => (full_year(y, m, d, kind, today), m, d),
        (Shape::Named(y, m, d), DateForm::DayMonthNameYear) => (full_year(y, m, d, kind, today), m, d),
        (Shape::Compact(y, m, d), DateForm::Compact) => (y, m, d),
        (Shape::Serial(days), DateForm::ExcelSerial) => return from_serial(days).ok_or(NOT_A_DATE),
        _ => return Err(NOT_A_DATE),
    };
    civil(year, month, day).ok_or(NOT_A_DATE)
}

/// The date a spreadsheet's day number stands for, 1 (1899-12-31) to 109 573 (2199-12-31). Numbers up to 60 come out a
/// day early, after a leap day that never was in 1900: no date of a person at work lies there.
pub fn from_serial(days: u32) -> Option<Date> {
    let origin = Date::constant(1899, 12, 30);
    if !(1..=109_573).contains(&days) {
        return None;
    }
    origin.checked_add(jiff::Span::new().days(i64::from(days))).ok()
}

/// Full years lived on a day.
pub fn age_on(birth: Date, today: Date) -> i16 {
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    today.year() - birth.year() - i16::from(!had_birthday)
}

/// Refuses a date of birth that makes somebody at work younger than 14 or older than 100.
pub fn plausible_birth(birth: Date, today: Date) -> Result<(), Fault> {
    if (14..=100).contains(&age_on(birth, today)) {
        Ok(())
    } else {
        Err(Fault::new(FaultCode::BirthImplausible, "a date of birth of somebody aged 14 to 100"))
    }
}

/// What the values of a column show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Values like `1974-01-14`.
    pub iso: u32,
    /// Values with a month's name.
    pub named: u32,
    /// Eight digits that make a date.
    pub compact: u32,
    /// Spreadsheet day numbers.
    pub serial: u32,
    /// Numbers that are a date only with the day first.
    pub day_first: u32,
    /// Numbers that are a date only with the month first.
    pub month_first: u32,
    /// Numbers that are a date both ways, and two different ones.
    pub either: u32,
    /// The same date both ways (`05/05/1980`): no evidence, no danger.
    pub same: u32,
    /// Of the numbers above, those written as six digits (`140174`).
    pub six_digits: u32,
    /// Not a date in any form.
    pub unreadable: u32,
}

impl Evidence {
    /// Counts one more value; blanks are passed over.
    pub fn add(&mut self, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        *counter(self, value) += 1;
        self.six_digits += u32::from(value.len() == 6 && value.bytes().all(|b| b.is_ascii_digit()));
    }

    /// Values that are a date in some form, day numbers and eight digits in a row left out.
    pub fn plain_dates(&self) -> u32 {
        self.iso + self.named + self.day_first + self.month_first + self.either + self.same
            - self.six_digits.min(self.numeric())
    }

    fn numeric(&self) -> u32 {
        self.day_first + self.month_first + self.either + self.same
    }
}

/// What settled the order of day and month in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SettledBy {
    /// No value could be read in two ways, or those that could not settle it for the others.
    Values,
    /// The heading names the form.
    Heading,
    /// The other date columns of the file agree on it.
    OtherColumns,
    /// Nothing: the order of the United Kingdom was assumed.
    Nothing,
}

/// The decision for one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// The form most values have; none where no value is a date.
    pub form: Option<DateForm>,
    /// How dates written in numbers only are read. [`DateForm::DayMonthYear`] where `ambiguous`.
    pub order: DateForm,
    /// Numbers were seen that could be read both ways, and nothing settles which (or the column contradicts itself).
    pub ambiguous: bool,
    /// The counts it rests on.
    pub evidence: Evidence,
    /// What settled the order.
    pub by: SettledBy,
}

impl Detected {
    /// How the column's dates are read and why, for the page that shows the mapping.
    pub fn sentence(&self) -> String {
        let seen = &self.evidence;
        let Some(form) = self.form else { return "No value is a date.".to_owned() };
        let others = [
            (seen.iso, "with the year first"),
            (seen.named, "with the month's name"),
            (seen.compact, "as eight digits"),
            (seen.serial, "as a spreadsheet's day number"),
        ];
        let mut text = match seen.numeric() {
            0 => format!("Read as {}.", form.label()),
            _ => format!("Numbers are read as {}: ", self.order.label()),
        };
        if seen.numeric() > 0 {
            text += &match self.by {
                SettledBy::Heading => "the heading says so.".to_owned(),
                SettledBy::OtherColumns => "the other date columns of the file are written so.".to_owned(),
                SettledBy::Nothing => {
                    format!("nothing settles it, {} could be read both ways. Please check.", seen.either)
                }
                SettledBy::Values => format!(
                    "{} can only be day first, {} only month first, {} could be either.",
                    seen.day_first, seen.month_first, seen.either
                ),
            };
        }
        for (count, what) in others.iter().filter(|(count, _)| *count > 0) {
            text += &format!(" {count} {what}.");
        }
        if seen.unreadable > 0 {
            text += &format!(" {} no date.", seen.unreadable);
        }
        text
    }

    /// Reads one value of this column: shapes that cannot be mistaken by their shape, numbers in the column's order.
    pub fn read(&self, text: &str, kind: DateKind, today: Date) -> Result<Date, Fault> {
        let six = self.evidence.six_digits > self.evidence.serial;
        let padded = text.trim();
        if six && padded.len() == 5 && padded.bytes().all(|b| b.is_ascii_digit()) {
            // Among six digits, five have lost the zero in front.
            return parse(&format!("0{padded}"), self.order, kind, today);
        }
        let form = match shape(text).ok_or(NOT_A_DATE)? {
            Shape::Iso(..) => DateForm::Iso,
            Shape::Named(..) => DateForm::DayMonthNameYear,
            Shape::Compact(..) => DateForm::Compact,
            Shape::Serial(_) => DateForm::ExcelSerial,
            Shape::Numeric(..) => self.order,
        };
        parse(text, form, kind, today)
    }

    /// Settles an ambiguous column by other evidence: its heading, or the other date columns of the same file.
    pub fn settle(&mut self, order: DateForm, by: SettledBy) {
        if !matches!(order, DateForm::DayMonthYear | DateForm::MonthDayYear) {
            return;
        }
        if self.ambiguous && self.evidence.day_first == 0 && self.evidence.month_first == 0 {
            self.ambiguous = false;
            self.by = by;
            self.order = order;
            if self.form == Some(DateForm::DayMonthYear) {
                self.form = Some(order);
            }
        }
    }
}

/// Decides the form of a column from all its values; blanks are passed over.
pub fn detect<'a>(values: impl IntoIterator<Item = &'a str>) -> Detected {
    let mut seen = Evidence::default();
    values.into_iter().for_each(|value| seen.add(value));
    decide(seen)
}

/// [`detect`] on values counted before.
pub fn decide(seen: Evidence) -> Detected {
    let numeric = seen.numeric();
    let (more, fewer) = if seen.month_first > seen.day_first {
        (seen.month_first, seen.day_first)
    } else {
        (seen.day_first, seen.month_first)
    };
    // A slip or two in a long column does not make it doubtful; more than one in twenty does.
    let contradicts = fewer * 20 > more;
    let ambiguous = (more == 0 && seen.either > 0) || contradicts;
    let order =
        if seen.month_first > seen.day_first && !contradicts { DateForm::MonthDayYear } else { DateForm::DayMonthYear };
    let by_count = [
        (numeric, order),
        (seen.iso, DateForm::Iso),
        (seen.named, DateForm::DayMonthNameYear),
        (seen.compact, DateForm::Compact),
        (seen.serial, DateForm::ExcelSerial),
    ];
    let form =
        by_count.iter().rev().max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0).map(|(_, form)| *form);
    let by = if ambiguous { SettledBy::Nothing } else { SettledBy::Values };
    Detected { form, order, ambiguous, evidence: seen, by }
}

/// The form a heading itself promises: `Date of birth (mm/dd/yyyy)`.
pub fn form_in_heading(heading: &str) -> Option<DateForm> {
    let plain: String = heading.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    [
        ("yyyymmdd", DateForm::Iso),
        ("ddmmmyy", DateForm::DayMonthNameYear),
        ("ddmmyy", DateForm::DayMonthYear),
        ("mmddyy", DateForm::MonthDayYear),
    ]
    .iter()
    .find(|(mark, _)| plain.contains(mark))
    .map(|(_, form)| *form)
}

fn counter<'e>(seen: &'e mut Evidence, value: &str) -> &'e mut u32 {
    let readable = |y: i16, m: i8, d: i8| civil(y, m, d).is_some();
    match shape(value) {
        Some(Shape::Iso(y, m, d)) if readable(y, m, d) => &mut seen.iso,
        Some(Shape::Compact(y, m, d)) if readable(y, m, d) => &mut seen.compact,
        Some(Shape::Named(y, m, d)) if readable(some_century(y), m, d) => &mut seen.named,
        Some(Shape::Serial(days)) if from_serial(days).is_some() => &mut seen.serial,
        Some(Shape::Numeric(a, b, y)) => {
            let year = some_century(y);
            match (readable(year, b, a), readable(year, a, b)) {
                (true, true) if a == b => &mut seen.same,
                (true, true) => &mut seen.either,
                (true, false) => &mut seen.day_first,
                (false, true) => &mut seen.month_first,
                (false, false) => &mut seen.unreadable,
            }
        }
        _ => &mut seen.unreadable,
    }
}

/// For counting only: 29 February must not fail for want of the century.
fn some_century(year: i16) -> i16 {
    if year < 100 { 2000 + year } else { year }
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    Iso(i16, i8, i8),
    Named(i16, i8, i8),
    Compact(i16, i8, i8),
    Serial(u32),
    /// Two small numbers and a year, in the order written.
    Numeric(i8, i8, i16),
}

fn shape(text: &str) -> Option<Shape> {
    let text = without_time(text.trim());
    if !text.is_ascii() || text.len() > 40 {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return digits(text);
    }
    let mut parts: Vec<&str> = Vec::with_capacity(4);
    for word in text.split(['-', '/', '.', ' ', ',', '\'', '_']).filter(|p| !p.is_empty()) {
        split_letters(word, &mut parts);
    }
    if parts.len() == 4 && is_weekday(parts[0]) {
        parts.remove(0);
    }
    let [a, b, c] = parts[..] else { return None };
    if let Some(month) = month_named(b) {
        // 1974-Jan-14 is written too.
        let (day, year_of) = if a.len() == 4 { (c, a) } else { (a, c) };
        return Some(Shape::Named(year(year_of)?, month, small(day)?));
    }
    if let Some(month) = month_named(a) {
        return Some(Shape::Named(year(c)?, month, small(b)?));
    }
    if a.len() == 4 {
        return Some(Shape::Iso(year(a)?, small(b)?, small(c)?));
    }
    Some(Shape::Numeric(small(a)?, small(b)?, year(c)?))
}

/// Nothing but digits: eight are a whole date, seven one that lost the zero in front, six one with a short year, five or
/// four a day number.
fn digits(text: &str) -> Option<Shape> {
    let part = |from: usize, to: usize| text[from..to].parse::<i8>().ok();
    match text.len() {
        8 => {
            let (year, month, day): (i16, _, _) = (text[..4].parse().ok()?, part(4, 6)?, part(6, 8)?);
            if civil(year, month, day).is_some() {
                return Some(Shape::Compact(year, month, day));
            }
            Some(Shape::Numeric(part(0, 2)?, part(2, 4)?, text[4..].parse().ok()?))
        }
        7 => Some(Shape::Numeric(part(0, 1)?, part(1, 3)?, text[3..].parse().ok()?)),
        6 => Some(Shape::Numeric(part(0, 2)?, part(2, 4)?, text[4..].parse().ok()?)),
        4 | 5 => text.parse().ok().map(Shape::Serial),
        _ => None,
    }
}

/// `14JAN1974` in three, `14th` without its ending.
fn split_letters<'t>(word: &'t str, parts: &mut Vec<&'t str>) {
    let mut rest = word;
    while let Some(first) = rest.bytes().next() {
        let end = rest.bytes().position(|b| b.is_ascii_digit() != first.is_ascii_digit()).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        let ending = ["st", "nd", "rd", "th"].contains(&part.to_ascii_lowercase().as_str()) && !parts.is_empty();
        if !ending {
            parts.push(part);
        }
        rest = after;
    }
}

fn is_weekday(text: &str) -> bool {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    text.get(..3).is_some_and(|start| DAYS.contains(&start.to_ascii_lowercase().as_str()))
}

/// Drops `00:00:00`, `T00:00:00Z` and their like: a civil date was exported with a clock.
fn without_time(text: &str) -> &str {
    match text.find([':']) {
        Some(colon) => match text[..colon].rfind([' ', 'T', 't']) {
            Some(at) if at >= 6 => text[..at].trim_end(),
            _ => text,
        },
        None => text,
    }
}

fn small(text: &str) -> Option<i8> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    (digits && matches!(text.len(), 1 | 2)).then(|| text.parse().ok())?
}

fn year(text: &str) -> Option<i16> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    (digits && matches!(text.len(), 2 | 4)).then(|| text.parse().ok())?
}

fn month_named(text: &str) -> Option<i8> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = text.to_ascii_lowercase();
    if lower.len() < 3 {
        return None;
    }
    let fits = |name: &str| name.starts_with(&lower);
    NAMES.iter().position(|n| fits(n)).map(|at| at as i8 + 1)
}

fn civil(year: i16, month: i8, day: i8) -> Option<Date> {
    if !(1800..=2199).contains(&year) {
        return None;
    }
    Date::new(year, month, day).ok()
}

fn full_year(year: i16, month: i8, day: i8, kind: DateKind, today: Date) -> i16 {
    if year >= 100 {
        return year;
    }
    let this = today.year() - today.year().rem_euclid(100) + year;
    match kind {
        DateKind::Other if this > today.year() + 20 => this - 100,
        DateKind::Other if this <= today.year() - 80 => this + 100,
        DateKind::Other => this,
        DateKind::Birth => {
            let old_enough = |y: i16| civil(y, month, day).is_some_and(|birth| age_on(birth, today) >= 14);
            if old_enough(this) { this } else { this - 100 }
        }
    }
}
