//! What an employer is asked about people on none of its lists: whether they are theirs. Nothing of where they were seen, when,
//! or what for: that would be health data.

use askama::Template;
use jiff::civil::Date;

use crate::base::page::OpsFrame;
use crate::base::words;

/// People who say that they work for an employer.
#[derive(Debug, Clone, Template)]
#[template(path = "booking/unlisted.html")]
pub struct Unlisted {
    /// Frame.
    pub frame: OpsFrame,
    /// They.
    pub rows: Vec<UnlistedRow>,
    /// Idempotency key; each form adds letters.
    pub key: String,
}

/// Somebody.
#[derive(Debug, Clone)]
pub struct UnlistedRow {
    /// The entry.
    pub id: String,
    /// Name as they said it.
    pub name: String,
    /// Date of birth.
    pub born: Option<Date>,
    /// The employer.
    pub employer: String,
    /// What the employer answered, in words.
    pub answer: Option<&'static str>,
}

impl UnlistedRow {
    fn born_words(&self) -> String {
        self.born.map_or_else(|| "not known".to_owned(), words::date)
    }
}

impl Unlisted {
    fn finding(&self) -> String {
        let open = self.rows.iter().filter(|row| row.answer.is_none()).count() as u64;
        match self.rows.len() as u64 {
            0 => "Nobody asks.".to_owned(),
            all => format!("{}, {} without an answer.", words::people(all), words::number(open)),
        }
    }
}
