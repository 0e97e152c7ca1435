//! The day's list on paper, and the page that shows its words.

use askama::Template;
use jiff::civil::Date;

use crate::base::page::OpsFrame;

/// What is inside a day pack; its style is the sealed page's.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/day_pack.html")]
pub struct DayPack {
    /// The site.
    pub site: String,
    /// The day.
    pub date: Date,
    /// When it was made, in words.
    pub made: String,
    /// Who is booked, in order of time.
    pub rows: Vec<PackRow>,
    /// Empty rows for people without an appointment.
    pub blank: usize,
}

/// Somebody booked.
#[derive(Debug, Clone)]
pub struct PackRow {
    /// When, as on a clock of 24 hours: paper has no room for more.
    pub time: String,
    /// Name.
    pub name: String,
    /// Date of birth in words.
    pub born: String,
    /// Which of the course.
    pub appointment: u16,
    /// Of what.
    pub product: String,
    /// Reference.
    pub reference: String,
    /// Access needs in words.
    pub needs: String,
}

impl DayPack {
    fn count(&self) -> u64 {
        self.rows.len() as u64
    }

    fn blanks(&self) -> std::ops::Range<usize> {
        0..self.blank
    }
}

/// The words of a site's packs, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/day_pack_words.html")]
pub struct PackWords {
    /// Frame.
    pub frame: OpsFrame,
    /// The site.
    pub site: String,
    /// The words.
    pub words: String,
    /// Where to go back to.
    pub base: String,
}
