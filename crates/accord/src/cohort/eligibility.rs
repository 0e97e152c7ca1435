//! Who may be offered an appointment: the age rule. Others join here, each a pure function.

use accord_formats::Date;

/// The answer of a rule for one person on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eligible {
    /// May come.
    Yes,
    /// Too young on that day; the first day on which they are old enough.
    TooYoung {
        /// The birthday.
        from: Date,
    },
    /// The date of birth is missing: somebody must find out, nobody guesses.
    Unknown,
}

/// The age rule: at least `age_min` years old on `on`. Whoever was born on 29 February turns a year older on 1 March in
/// a year without that day, as English law has it.
pub fn by_age(date_of_birth: Option<Date>, age_min: u8, on: Date) -> Eligible {
    let Some(born) = date_of_birth else { return Eligible::Unknown };
    let from = birthday(born, i16::from(age_min));
    if on >= from { Eligible::Yes } else { Eligible::TooYoung { from } }
}

fn birthday(born: Date, years: i16) -> Date {
    let year = born.year().saturating_add(years);
    Date::new(year, born.month(), born.day()).or_else(|_| Date::new(year, 3, 1)).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Eligible, by_age};
    use accord_formats::Date;

    #[test]
    fn the_day_before_the_birthday_is_too_early() {
        let date = Date::constant;
        let born = Some(date(2008, 2, 29));
        assert_eq!(by_age(born, 18, date(2026, 2, 28)), Eligible::TooYoung { from: date(2026, 3, 1) });
        assert_eq!(by_age(born, 18, date(2026, 3, 1)), Eligible::Yes);
        assert_eq!(by_age(born, 16, date(2024, 2, 29)), Eligible::Yes);
        assert_eq!(by_age(Some(date(1990, 5, 1)), 18, date(2027, 1, 4)), Eligible::Yes);
        assert_eq!(by_age(None, 18, date(2027, 1, 4)), Eligible::Unknown);
    }
}
