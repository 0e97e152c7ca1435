//! Pure decisions about links, sign-ins and codes. Spans in microseconds.

use jiff::Timestamp;

/// A sign-in that nobody uses ends after this: 30 minutes.
pub const IDLE_US: i64 = 30 * 60 * 1_000_000;
/// No sign-in lasts longer than this: 12 hours.
pub const LONGEST_US: i64 = 12 * 60 * 60 * 1_000_000;
/// A sign-in's "last seen" is written at most once in this time: a minute.
pub const SEEN_EVERY_US: i64 = 60 * 1_000_000;
/// A link opens for an hour.
pub const LINK_US: i64 = 60 * 60 * 1_000_000;
/// So many wrong dates lock a code.
pub const WRONG_DATES: u32 = 5;

/// Where a sign-in stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Open.
    Live,
    /// Signed out.
    Ended,
    /// Not used for too long.
    Idle,
    /// Used for too long.
    TooOld,
}

/// Where a sign-in stands at `now`.
pub fn sign_in_standing(now: Timestamp, created: Timestamp, seen: Timestamp, ended: Option<Timestamp>) -> Standing {
    let since = |at: Timestamp| now.as_microsecond() - at.as_microsecond();
    if ended.is_some() {
        Standing::Ended
    } else if since(created) >= LONGEST_US {
        Standing::TooOld
    } else if since(seen) >= IDLE_US {
        Standing::Idle
    } else {
        Standing::Live
    }
}

/// Whether "last seen" is old enough to be written again.
pub fn to_be_seen_again(now: Timestamp, seen: Timestamp) -> bool {
    now.as_microsecond() - seen.as_microsecond() >= SEEN_EVERY_US
}

/// Where a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStanding {
    /// Opens.
    Ready,
    /// Was used.
    Used,
    /// Is too old.
    Expired,
}

/// Where a link stands at `now`. Used comes before expired: it is what its holder can make sense of.
pub fn link_standing(now: Timestamp, expires: Timestamp, used: Option<Timestamp>) -> LinkStanding {
    if used.is_some() {
        LinkStanding::Used
    } else if now >= expires {
        LinkStanding::Expired
    } else {
        LinkStanding::Ready
    }
}

/// What a code and a date of birth come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They belong together.
    Open,
    /// They do not, and the code is known: one try less.
    WrongDate,
    /// They do not, and there is nothing to count.
    No,
}

/// What is known of a code that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeFacts {
    /// Wrong dates so far.
    pub wrong_dates: u32,
    /// Whether it was replaced.
    pub revoked: bool,
    /// Whether the person's date of birth is known; without one nothing is counted against them.
    pub date_known: bool,
    /// Whether the date typed is theirs.
    pub date_fits: bool,
}

/// The verdict on what was typed. `None`: no such code.
pub fn code_verdict(code: Option<CodeFacts>) -> Verdict {
    match code {
        None => Verdict::No,
        Some(c) if c.revoked || !c.date_known || c.wrong_dates >= WRONG_DATES => Verdict::No,
        Some(c) if c.date_fits => Verdict::Open,
        Some(_) => Verdict::WrongDate,
    }
}

/// A code as it is printed: "K7QM-2X9F-4T".
pub fn shown(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::at_microsecond;

    #[test]
    fn a_sign_in_ends_by_leaving_by_idling_and_by_age() {
        let at = |us| at_microsecond(us);
        let rows = [
            // now, created, seen, ended, standing
            (0, 0, 0, None, Standing::Live),
            (IDLE_US - 1, 0, 0, None, Standing::Live),
            (IDLE_US, 0, 0, None, Standing::Idle),
            (LONGEST_US - 1, 0, LONGEST_US - 2, None, Standing::Live),
            (LONGEST_US, 0, LONGEST_US - 1, None, Standing::TooOld),
            (1, 0, 0, Some(1), Standing::Ended),
        ];
        for (now, created, seen, ended, standing) in rows {
            assert_eq!(sign_in_standing(at(now), at(created), at(seen), ended.map(at)), standing, "{now}");
        }
        assert!(!to_be_seen_again(at(SEEN_EVERY_US - 1), at(0)) && to_be_seen_again(at(SEEN_EVERY_US), at(0)));
    }

    #[test]
    fn a_link_opens_once_and_for_an_hour() {
        let at = |us| at_microsecond(us);
        assert_eq!(link_standing(at(9), at(10), None), LinkStanding::Ready);
        assert_eq!(link_standing(at(10), at(10), None), LinkStanding::Expired);
        assert_eq!(link_standing(at(99), at(10), Some(at(5))), LinkStanding::Used);
    }

    #[test]
    fn only_the_right_date_of_a_live_code_opens() {
        let code =
            |wrong_dates, revoked, date_known, date_fits| CodeFacts { wrong_dates, revoked, date_known, date_fits };
        let rows = [
            (None, Verdict::No),
            (Some(code(0, false, true, true)), Verdict::Open),
            (Some(code(4, false, true, true)), Verdict::Open),
            (Some(code(4, false, true, false)), Verdict::WrongDate),
            (Some(code(5, false, true, true)), Verdict::No),
            (Some(code(5, false, true, false)), Verdict::No),
            (Some(code(0, true, true, true)), Verdict::No),
            (Some(code(0, false, false, false)), Verdict::No),
        ];
        for (facts, verdict) in rows {
            assert_eq!(code_verdict(facts), verdict, "{facts:?}");
        }
        assert_eq!(shown("K7QM2X9F4T"), "K7QM-2X9F-4T");
    }
}
