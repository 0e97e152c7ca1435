//! Who came to their booking, and what came of it: types, and why something can't be noted.

use super::refusal::BookingRefusal;
use crate::base::clock::london;
use crate::base::ids::{BookingId, ProductId, SiteId};
use crate::base::refusal::Refusal;
use crate::base::words;
use jiff::Timestamp;
use std::fmt;

/// A batch as it is printed on the box: 1 to 30 letters, digits, spaces, dots, dashes or strokes, in capitals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch(String);

impl Batch {
    /// Reads what was typed.
    pub fn parse(typed: &str) -> Option<Self> {
        let text = typed.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '/'));
        (plain && (1..=30).contains(&text.len())).then_some(Self(text))
    }
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why it was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// Not well enough that day; another day may do.
    Unwell,
    /// A medical reason stands against it.
    Contraindicated,
    /// The person said no at the clinic.
    Declined,
    /// Nothing was left to give.
    NoStock,
    /// Something else; another day may do.
    Other,
}

impl WhyNot {
    /// Every reason, as a clinic is offered them.
    pub const ALL: [Self; 5] = [Self::Unwell, Self::Contraindicated, Self::Declined, Self::NoStock, Self::Other];

    /// The word in tables and forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unwell => "unwell",
            Self::Contraindicated => "contraindicated",
            Self::Declined => "declined",
            Self::NoStock => "no_stock",
            Self::Other => "other",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }

    /// What a clinic reads.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unwell => "Unwell today",
            Self::Contraindicated => "Medical reason against it",
            Self::Declined => "Said no",
            Self::NoStock => "Nothing left to give",
            Self::Other => "Another reason",
        }
    }

    /// Whether the person is looked after again; otherwise their offer closes.
    pub const fn another_day(self) -> bool {
        !matches!(self, Self::Contraindicated | Self::Declined)
    }
}

/// What came of a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was given.
    Given {
        /// What.
        product: ProductId,
        /// Of which batch.
        batch: Batch,
    },
    /// The person came, and it was not given.
    NotGiven(WhyNot),
    /// The person did not come.
    DidNotAttend,
}

impl Outcome {
    /// The word in tables.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Given { .. } => "given",
            Self::NotGiven(_) => "not_given",
            Self::DidNotAttend => "did_not_attend",
        }
    }
}

/// What is known of a booking's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    /// Of which booking.
    pub booking: BookingId,
    /// When and where the person was checked in.
    pub came: Option<(Timestamp, SiteId)>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Grows with every entry; 1 for the first.
    pub version: u32,
}

/// When somebody came, measured against their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// So many whole minutes before it.
    Early(i64),
    /// Within ten minutes of it.
    OnTime,
    /// So many whole minutes after it.
    Late(i64),
}

impl When {
    /// Somebody wanted at `wanted` who came at `came`.
    pub fn of(wanted: Timestamp, came: Timestamp) -> Self {
        let late = (came.as_microsecond() - wanted.as_microsecond()).div_euclid(60_000_000);
        match late {
            -10..=10 => Self::OnTime,
            n if n < 0 => Self::Early(-n),
            n => Self::Late(n),
        }
    }

    /// "40 minutes early"; nothing when on time.
    pub fn words(self) -> Option<String> {
        let (n, how) = match self {
            Self::OnTime => return None,
            Self::Early(n) => (n, "early"),
            Self::Late(n) => (n, "late"),
        };
        Some(if n < 120 { format!("{n} minutes {how}") } else { format!("{} hours {how}", n / 60) })
    }
}

/// Where and when somebody is really wanted, and the place there is for them here instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Their booking.
    pub booking: BookingId,
    /// Its version.
    pub version: u32,
    /// The site's name.
    pub place: String,
    /// When.
    pub starts: Timestamp,
    /// The next free time here today, if there is one.
    pub free: Option<Timestamp>,
}

/// Why nothing is noted at the clinic's desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayRefusal {
    /// No booking by this reference, or nobody of this name and date of birth on today's list.
    NotFound,
    /// Several people of the list have this name and date of birth.
    Several,
    /// The booking was given up, and the person has no other.
    GivenUp,
    /// The person said no, had it elsewhere, had it all, or left: the offer's state.
    Closed {
        /// The state.
        state: &'static str,
    },
    /// Booked at another site.
    WrongSite(Elsewhere),
    /// Booked on another day.
    WrongDay(Elsewhere),
    /// Nothing is free here today.
    NoPlace,
    /// It is for another day; only what was is noted.
    NotYet,
    /// Not checked in.
    NotHere,
    /// Somebody noted something meanwhile.
    ChangedMeanwhile,
    /// The clinic has not closed yet.
    StillOpen,
    /// They have an appointment here today: no walk-in.
    OnTheList {
        /// Their booking.
        booking: BookingId,
    },
    /// In no campaign that is open.
    NotInCampaign,
    /// No place of the wanted product is left here that day for somebody without an appointment.
    FullToday,
    /// No session here on that day.
    NoSession,
    /// An entry that was decided meanwhile.
    Decided,
    /// A rule of booking.
    Booking(BookingRefusal),
}

impl From<BookingRefusal> for DayRefusal {
    fn from(refusal: BookingRefusal) -> Self {
        Self::Booking(refusal)
    }
}

impl Refusal for DayRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "no_such_booking",
            Self::Several => "several",
            Self::GivenUp => "not_live",
            Self::Closed { .. } => "offer_closed",
            Self::WrongSite(_) => "wrong_site",
            Self::WrongDay(_) => "wrong_day",
            Self::NoPlace => "no_place",
            Self::NotYet => "not_yet",
            Self::NotHere => "not_here",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::StillOpen => "still_open",
            Self::OnTheList { .. } => "on_the_list",
            Self::NotInCampaign => "not_in_campaign",
            Self::FullToday => "full_today",
            Self::NoSession => "no_session",
            Self::Decided => "decided",
            Self::Booking(refusal) => refusal.code(),
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NotFound => "Nobody on today's list has this reference, or this name and date of birth.".into(),
            Self::Several => "More than one person on today's list has this name and date of birth.".into(),
            Self::GivenUp => "This booking was given up, and there is no other in its place.".into(),
            Self::Closed { state } => match *state {
                "declined" => "This person said that they do not want it.".into(),
                "had_elsewhere" => "This person said that they had it elsewhere.".into(),
                "completed" => "This person has had everything that was planned for them.".into(),
                _ => "This person is no longer on the list of this campaign.".into(),
            },
            Self::WrongSite(at) | Self::WrongDay(at) => format!("This booking is for {}.", at.words()),
            Self::NoPlace => "No place is free here for the rest of today.".into(),
            Self::NotYet => "This booking is for a day to come.".into(),
            Self::NotHere => "This person is not checked in.".into(),
            Self::ChangedMeanwhile => "Somebody else noted something for this person meanwhile.".into(),
            Self::StillOpen => "The clinic has not closed yet.".into(),
            Self::OnTheList { .. } => "This person has an appointment here on this day.".into(),
            Self::NotInCampaign => "This person is not in a campaign that is open.".into(),
            Self::FullToday => "No place for what they need is left here today.".into(),
            Self::NoSession => "No clinic is held here on this day.".into(),
            Self::Decided => "Somebody has decided this meanwhile.".into(),
            Self::Booking(refusal) => refusal.sentence(),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::NotFound => "Check the spelling, or find them on the list by their time.".into(),
            Self::Several => "Check in by the reference.".into(),
            Self::GivenUp => "They can ask for a new time with their own code, or ring the desk.".into(),
            Self::Closed { state: "declined" | "had_elsewhere" } => {
                "If they changed their mind: they ask for appointments again with their own code, or ring the desk."
                    .into()
            }
            Self::Closed { .. } => "Ring the desk if that is not right.".into(),
            Self::WrongSite(at) | Self::WrongDay(at) => match at.free {
                Some(free) => format!(
                    "A place is free here at {}: take them here, or send them there.",
                    words::time(free.to_zoned(london()).time())
                ),
                None => {
                    "No place is free here for the rest of today: tell them where and when they are expected.".into()
                }
            },
            Self::NoPlace => "Tell them where and when they are expected.".into(),
            Self::NotYet => "Note it on the day.".into(),
            Self::NotHere => "Check them in first.".into(),
            Self::ChangedMeanwhile => "Look at the list as it is now.".into(),
            Self::StillOpen => "Mark who is missing after the last time of the day.".into(),
            Self::OnTheList { .. } => "Check them in on the list.".into(),
            Self::NotInCampaign => "Take them down, so that their employer is asked.".into(),
            Self::FullToday => {
                "They can have a time on another day; the campaign lead can keep places of a session for walk-ins."
                    .into()
            }
            Self::NoSession => "Ask the campaign lead to open a session.".into(),
            Self::Decided => "Look at the entries as they are now.".into(),
            Self::Booking(refusal) => refusal.next_step(),
        }
    }
}

impl Elsewhere {
    /// "Clacton Hospital, Tuesday 5 January, 9:30am".
    pub fn words(&self) -> String {
        format!("{}, {}", self.place, words::day_time(self.starts.to_zoned(london()).datetime()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::at_microsecond;

    #[test]
    fn a_batch_is_what_a_box_says() {
        for (typed, read) in [
            (" fx 12-34 ", Some("FX 12-34")),
            ("", None),
            ("a\"b", None),
            ("{}", None),
            ("123456789012345678901234567890X", None),
        ] {
            assert_eq!(Batch::parse(typed).map(|b| b.to_string()).as_deref(), read, "{typed}");
        }
    }

    #[test]
    fn every_reason_has_its_own_word() {
        for why in WhyNot::ALL {
            assert_eq!(WhyNot::parse(why.word()), Some(why));
        }
    }

    #[test]
    fn early_and_late_are_told_from_ten_minutes_on() {
        let at = |minutes: i64| at_microsecond(1_800_000_000_000_000 + minutes * 60_000_000);
        let table =
            [(-45, When::Early(45)), (-10, When::OnTime), (0, When::OnTime), (10, When::OnTime), (11, When::Late(11))];
        for (came, when) in table {
            assert_eq!(When::of(at(0), at(came)), when, "{came}");
        }
        assert_eq!(When::Late(130).words().as_deref(), Some("2 hours late"));
    }
}
