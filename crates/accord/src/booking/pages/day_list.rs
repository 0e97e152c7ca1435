//! A clinic's list of one day, on screen and on paper.

use askama::Template;
use jiff::civil::{Date, Time};

use crate::base::page::{Link, OpsFrame};
use crate::base::words;
use crate::booking::attendance::WhyNot;

/// Who is booked at a site on a day, for the clinic team.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/day_list.html")]
pub struct DayList {
    /// Frame.
    pub frame: OpsFrame,
    /// The site.
    pub site: String,
    /// The day.
    pub date: Date,
    /// From and until, for each session of the day.
    pub sessions: Vec<(Time, Time)>,
    /// Places the sessions have.
    pub capacity: u64,
    /// In order of time, then name.
    pub rows: Vec<DayRow>,
    /// The day before that has a session.
    pub before: Link,
    /// The day after that has a session.
    pub after: Link,
    /// What can be noted.
    pub acts: Acts,
    /// The day's own address, without a slash at its end.
    pub base: String,
    /// Idempotency key of the page's own forms; each adds a letter.
    pub key: String,
}

/// What a clinic can note on a day list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acts {
    /// Nothing: the day is to come.
    Nothing,
    /// People are checked in, and what came of it.
    Today,
    /// The last time is over: outcomes, corrections, and who is missing.
    Over {
        /// Whether people can still be checked in: it is the same day.
        today: bool,
    },
}

/// Where somebody stands on the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Not here yet.
    Expected,
    /// Not here, and their time is over.
    Awaited,
    /// Checked in.
    Here {
        /// When.
        at: Time,
        /// "40 minutes early".
        off: Option<String>,
    },
    /// Given.
    Given {
        /// Of which batch.
        batch: String,
    },
    /// Not given.
    NotGiven {
        /// Why, in words.
        why: &'static str,
    },
    /// Did not come.
    Missed,
}

impl Stage {
    fn words(&self) -> String {
        match self {
            Self::Expected => String::new(),
            Self::Awaited => "not here".to_owned(),
            Self::Here { at, off } => {
                let off = off.as_ref().map_or_else(String::new, |off| format!(", {off}"));
                format!("here {}{off}", words::time(*at))
            }
            Self::Given { batch } => format!("given, batch {batch}"),
            Self::NotGiven { why } => format!("not given: {}", why.to_lowercase()),
            Self::Missed => "missed".to_owned(),
        }
    }

    fn tone(&self) -> &'static str {
        match self {
            Self::Expected | Self::NotGiven { .. } => "off",
            Self::Here { .. } | Self::Given { .. } => "good",
            Self::Awaited | Self::Missed => "wait",
        }
    }

    fn is_here(&self) -> bool {
        matches!(self, Self::Here { .. })
    }

    fn is_noted(&self) -> bool {
        matches!(self, Self::Given { .. } | Self::NotGiven { .. } | Self::Missed)
    }

    fn is_missing(&self) -> bool {
        matches!(self, Self::Awaited | Self::Missed)
    }
}

/// Somebody booked.
#[derive(Debug, Clone)]
pub struct DayRow {
    /// When.
    pub time: Time,
    /// Name as the clinic calls it out.
    pub name: String,
    /// Date of birth.
    pub born: Option<Date>,
    /// Which of the course.
    pub nth: u8,
    /// Length of the course.
    pub of: u8,
    /// Product of that day.
    pub product: String,
    /// Booking reference.
    pub reference: String,
    /// Access needs in words.
    pub needs: Vec<String>,
    /// Whether the person has answered; nobody is turned away for not having clicked.
    pub answer: Answer,
    /// Where the person stands on the day.
    pub stage: Stage,
    /// The booking's id.
    pub booking: String,
    /// The version of what was noted, 0 for nothing.
    pub seen: u32,
    /// The batch to begin with: the last one noted of this product today.
    pub batch: String,
    /// Idempotency key of the row's form.
    pub key: String,
}

/// What a person has said to an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    None,
    /// Confirmed.
    Confirmed,
    /// Came.
    Arrived,
    /// Did not come.
    Missed,
}

impl Answer {
    fn words(self) -> &'static str {
        match self {
            Self::None => "not answered",
            Self::Confirmed => "confirmed",
            Self::Arrived => "here",
            Self::Missed => "missed",
        }
    }

    fn tone(self) -> &'static str {
        match self {
            Self::None => "off",
            Self::Confirmed | Self::Arrived => "good",
            Self::Missed => "wait",
        }
    }
}

impl DayRow {
    /// Paper forms and cards carry the date of birth as day, month, year; the month in letters leaves no doubt.
    fn born_words(&self) -> String {
        self.born
            .map_or_else(|| "not known".to_owned(), |b| format!("{} {} {}", b.day(), &words::month(b)[..3], b.year()))
    }
}

impl DayList {
    /// The product of the whole day, if it is one: said once, not in every row.
    fn product(&self) -> Option<&str> {
        let first = self.rows.first()?.product.as_str();
        self.rows.iter().all(|row| row.product == first).then_some(first)
    }

    fn booked(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Expected, here, done, missing.
    fn counts(&self) -> [(&'static str, u64); 4] {
        let count = |of: fn(&Stage) -> bool| self.rows.iter().filter(|r| of(&r.stage)).count() as u64;
        [
            ("Expected", self.booked()),
            ("Here", count(Stage::is_here)),
            ("Done", count(|s| matches!(s, Stage::Given { .. } | Stage::NotGiven { .. }))),
            ("Missing", count(Stage::is_missing)),
        ]
    }

    fn counted(&self) -> bool {
        self.acts != Acts::Nothing
    }

    fn lets_in(&self) -> bool {
        matches!(self.acts, Acts::Today | Acts::Over { today: true })
    }

    /// How many the button marks as missing.
    fn to_mark(&self) -> u64 {
        match self.acts {
            Acts::Over { .. } => self.rows.iter().filter(|r| r.stage == Stage::Awaited).count() as u64,
            _ => 0,
        }
    }

    /// Whether a row takes an outcome: of who is here, and of everybody on a later day.
    fn takes_outcome(&self, row: &DayRow) -> bool {
        self.counted() && (row.stage.is_here() || row.stage.is_noted() || self.acts == Acts::Over { today: false })
    }

    fn lets_in_row(&self, row: &DayRow) -> bool {
        self.lets_in() && matches!(row.stage, Stage::Expected | Stage::Awaited)
    }

    /// A date of birth not typed yet.
    fn empty(&self) -> [&'static str; 3] {
        [""; 3]
    }

    fn reasons(&self) -> [WhyNot; 5] {
        WhyNot::ALL
    }

    fn finding(&self) -> String {
        let hours: Vec<String> = self.sessions.iter().map(|&(from, until)| words::hours(from, until)).collect();
        let open = if hours.is_empty() { "Closed".to_owned() } else { format!("Open {}", words::list(&hours)) };
        let needs = self.rows.iter().filter(|r| !r.needs.is_empty()).count() as u64;
        let mut said =
            format!("{open}. {} booked, {} places.", words::people(self.booked()), words::number(self.capacity));
        if let Some(product) = self.product() {
            said.push_str(&format!(" All get {product}."));
        }
        if needs > 0 {
            said.push_str(&format!(
                " {} {} a need you should know of.",
                words::number(needs),
                words::verb(needs, "has", "have")
            ));
        }
        said
    }
}

/// What is said at the desk when somebody is not let in, or something is not noted.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/desk_refused.html")]
pub struct DeskRefused {
    /// Frame.
    pub frame: OpsFrame,
    /// What happened.
    pub what: String,
    /// What to do.
    pub next: String,
    /// The place there is here instead.
    pub take: Option<Take>,
    /// The day's own address.
    pub base: String,
    /// Idempotency key.
    pub key: String,
}

/// A place here, in exchange for the booking elsewhere.
#[derive(Debug, Clone)]
pub struct Take {
    /// The booking elsewhere.
    pub booking: String,
    /// Its version.
    pub version: u32,
    /// The free time here.
    pub at: Time,
}
