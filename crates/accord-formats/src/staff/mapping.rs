//! Which heading is which field: guessed from synonyms, corrected by a person, saved per employer.

use super::field::Field;
use super::table::Table;

/// How sure a guess is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Concluded from the values, or from part of the heading.
    Likely,
    /// The heading is a known other word.
    Synonym,
    /// The heading is the field's own name, or a person said so.
    Certain,
}

/// One heading and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub field: Field,
    /// The heading as the file writes it.
    pub heading: String,
    /// How sure.
    pub confidence: Confidence,
}

/// Which heading is which field: at most one heading for a field and one field for a heading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    entries: Vec<Entry>,
    unmapped: Vec<String>,
}

/// Why a saved mapping could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the mapping: {problem}")]
pub struct MappingTextError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Mapping {
    /// What is mapped, in the order of the columns.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The headings nobody knows; they are not read.
    pub fn unmapped(&self) -> &[String] {
        &self.unmapped
    }

    /// The heading of a field.
    pub fn heading(&self, field: Field) -> Option<&str> {
        self.entries
            .iter()
            .find(|e| e.field == field)
            .map(|e| e.heading.as_str())
    }

    /// Says what a heading is (`None`: do not read it), as a person decided; takes the field from any other heading.
    pub fn set(&mut self, heading: &str, field: Option<Field>) {
        let _ = (heading, field);
    }

    /// True where a list with these headings can be read by this mapping: every mapped heading is there.
    pub fn fits(&self, headings: &[String]) -> bool {
        self.entries.iter().all(|e| headings.contains(&e.heading))
    }

    /// True where somebody can be told apart by it: a name or a staff number is mapped.
    pub fn names_somebody(&self) -> bool {
        [
            Field::StaffNumber,
            Field::FullName,
            Field::FamilyName,
            Field::GivenName,
        ]
        .iter()
        .any(|f| self.heading(*f).is_some())
    }

    /// One line `field=heading` for each entry, `-=heading` for each heading not read.
    pub fn to_text(&self) -> String {
        String::new()
    }

    /// Reads what [`Mapping::to_text`] wrote.
    pub fn from_text(text: &str) -> Result<Self, MappingTextError> {
        let _ = text;
        Ok(Self::default())
    }
}

/// Guesses what each column is.
pub fn guess_mapping(table: &Table) -> Mapping {
    let _ = table;
    Mapping::default()
}
