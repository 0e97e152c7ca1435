//! How Accord speaks: dates, times, numbers, shares, spans and lists in the one form all pages use.
//!
//! Pure and deterministic. Civil dates and times are taken as they are on the wall of the clinic; turning an instant into one is the
//! caller's business. The forms follow the plain-English rules for public services: "Tuesday 5 January 2027", "9:30am", "midday".

use jiff::civil::{Date, DateTime, Time, Weekday};

/// The full name of a weekday, "Tuesday".
pub fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// The full name of the month of `date`, "January".
pub fn month(date: Date) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES[usize::from(date.month().unsigned_abs()) - 1]
}

/// "Tuesday 5 January 2027": wherever the year could be in doubt.
pub fn date(date: Date) -> String {
    format!("{} {}", day(date), date.year())
}

/// "Tuesday 5 January": where the year is plain from the page.
pub fn day(date: Date) -> String {
    format!("{} {}", weekday(date.weekday()), day_month(date))
}

/// "12 October 1966": a date of birth needs no weekday.
pub fn birth(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

/// "5 January".
pub fn day_month(date: Date) -> String {
    format!("{} {}", date.day(), month(date))
}

/// "Tue 5 Jan": in tables and pictures only.
pub fn short_day(date: Date) -> String {
    format!("{} {} {}", &weekday(date.weekday())[..3], date.day(), &month(date)[..3])
}

/// "9:30am", "9am", "12:15pm", "midday", "midnight".
pub fn time(time: Time) -> String {
    let (hour, minute) = (time.hour(), time.minute());
    match (hour, minute) {
        (0, 0) => return "midnight".to_owned(),
        (12, 0) => return "midday".to_owned(),
        _ => {}
    }
    let half = if hour < 12 { "am" } else { "pm" };
    let on_dial = if hour % 12 == 0 { 12 } else { hour % 12 };
    if minute == 0 { format!("{on_dial}{half}") } else { format!("{on_dial}:{minute:02}{half}") }
}

/// "Tuesday 5 January 2027, 9:30am".
pub fn date_time(at: DateTime) -> String {
    format!("{}, {}", date(at.date()), time(at.time()))
}

/// "Tuesday 5 January, 9:30am".
pub fn day_time(at: DateTime) -> String {
    format!("{}, {}", day(at.date()), time(at.time()))
}

/// "9:30am to 4pm".
pub fn hours(from: Time, until: Time) -> String {
    format!("{} to {}", time(from), time(until))
}

/// "20,000".
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 person", "20,000 people".
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// "1 person", "2 people", "20,000 people".
pub fn people(n: u64) -> String {
    count(n, "person", "people")
}

/// "is" or "are", "was" or "were": the verb that fits a count.
pub fn verb<'a>(n: u64, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// A share in whole percent that never says all when some are missing, nor none when there are some:
/// "97%", "under 1%", "over 99%"; "none" when the whole is nothing.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "none".to_owned();
    }
    let rounded = (u128::from(part) * 200 + u128::from(whole)) / (u128::from(whole) * 2);
    if rounded == 0 && part > 0 {
        "under 1%".to_owned()
    } else if rounded >= 100 && part < whole {
        "over 99%".to_owned()
    } else {
        format!("{rounded}%")
    }
}

/// A gap between a value and its bound, as a share of the bound: "0.04%", "0%" only when they are equal.
pub fn gap(value: u64, bound: u64) -> String {
    if value >= bound {
        return "0%".to_owned();
    }
    let hundredths = (u128::from(bound - value) * 10_000).div_ceil(u128::from(bound));
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// How people get to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By car.
    Car,
    /// On foot.
    Foot,
    /// By bus, train or ferry.
    PublicTransport,
}

/// "about 25 minutes by car", "about 1 hour 10 minutes by public transport"; from 20 minutes on rounded up to five.
pub fn travel(minutes: u32, way: Way) -> String {
    let by = match way {
        Way::Car => "by car",
        Way::Foot => "on foot",
        Way::PublicTransport => "by public transport",
    };
    let kind = if minutes > 20 { minutes.div_ceil(5) * 5 } else { minutes.max(1) };
    format!("about {} {by}", duration(kind))
}

/// "1 minute", "25 minutes", "1 hour", "2 hours 10 minutes".
pub fn duration(minutes: u32) -> String {
    let (h, m) = (u64::from(minutes / 60), u64::from(minutes % 60));
    match (h, m) {
        (0, m) => count(m, "minute", "minutes"),
        (h, 0) => count(h, "hour", "hours"),
        (h, m) => format!("{} {}", count(h, "hour", "hours"), count(m, "minute", "minutes")),
    }
}

/// How long something has waited: "since today", "1 day", "12 days".
pub fn age(days: u32) -> String {
    if days == 0 { "since today".to_owned() } else { count(u64::from(days), "day", "days") }
}

/// "a", "a and b", "a, b and c".
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [head @ .., last] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", head.join(", "), last.as_ref())
        }
    }
}

/// A count shown to somebody who may not learn about single people: shown only where it and what is left of the whole are both at
/// least [`SMALL`]; otherwise "fewer than 6, or all but fewer than 6, not shown".
pub fn guarded(part: u64, whole: u64) -> Option<u64> {
    (part >= SMALL && whole.saturating_sub(part) >= SMALL).then_some(part)
}

/// The smallest number, and the smallest complement, that an employer is shown.
pub const SMALL: u64 = 6;

/// The first letter made large, so that a phrase may open a sentence.
pub fn sentence(phrase: &str) -> String {
    let mut rest = phrase.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil;

    #[test]
    fn dates_and_times_as_people_say_them() {
        let d = civil::date(2027, 1, 5);
        assert_eq!(date(d), "Tuesday 5 January 2027");
        assert_eq!(day(d), "Tuesday 5 January");
        assert_eq!(short_day(civil::date(2026, 12, 24)), "Thu 24 Dec");
        assert_eq!(date_time(d.at(9, 30, 0, 0)), "Tuesday 5 January 2027, 9:30am");
        for (h, m, said) in [
            (0, 0, "midnight"),
            (0, 5, "12:05am"),
            (9, 0, "9am"),
            (9, 30, "9:30am"),
            (11, 59, "11:59am"),
            (12, 0, "midday"),
            (12, 15, "12:15pm"),
            (13, 0, "1pm"),
            (23, 5, "11:05pm"),
        ] {
            assert_eq!(time(civil::time(h, m, 0, 0)), said);
        }
        assert_eq!(hours(civil::time(9, 0, 0, 0), civil::time(16, 30, 0, 0)), "9am to 4:30pm");
    }

    #[test]
    fn numbers_counts_and_shares() {
        for (n, said) in [(0, "0"), (999, "999"), (1000, "1,000"), (20_000, "20,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(n), said);
        }
        assert_eq!(people(1), "1 person");
        assert_eq!(people(0), "0 people");
        for (part, whole, said) in [
            (0, 10, "0%"),
            (1, 1000, "under 1%"),
            (1, 3, "33%"),
            (2, 3, "67%"),
            (19_412, 20_000, "97%"),
            (19_999, 20_000, "over 99%"),
            (10, 10, "100%"),
            (0, 0, "none"),
        ] {
            assert_eq!(share(part, whole), said, "{part} of {whole}");
        }
        for (value, bound, said) in
            [(10, 10, "0%"), (19_952, 19_959, "0.04%"), (97, 100, "3%"), (1, 3, "66.67%"), (99_999, 100_000, "0.01%")]
        {
            assert_eq!(gap(value, bound), said);
        }
    }

    #[test]
    fn spans_and_lists() {
        for (m, said) in [
            (0, "about 1 minute by car"),
            (14, "about 14 minutes by car"),
            (21, "about 25 minutes by car"),
            (60, "about 1 hour by car"),
            (62, "about 1 hour 5 minutes by car"),
        ] {
            assert_eq!(travel(m, Way::Car), said);
        }
        assert_eq!(duration(130), "2 hours 10 minutes");
        assert_eq!(age(0), "since today");
        assert_eq!(age(1), "1 day");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(sentence("élan"), "Élan");
    }

    #[test]
    fn small_numbers_and_small_remainders_are_kept_back() {
        assert_eq!(guarded(5, 100), None);
        assert_eq!(guarded(95, 100), None);
        assert_eq!(guarded(6, 12), Some(6));
        assert_eq!(guarded(0, 100), None);
        assert_eq!(guarded(7, 3), None);
    }
}
