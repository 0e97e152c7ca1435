//! A clinic's list of one day, on screen and on paper.

use askama::Template;
use jiff::civil::{Date, Time};

use crate::base::page::{Link, OpsFrame};
use crate::base::words;

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
