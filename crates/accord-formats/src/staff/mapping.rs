//! Which heading is which field: guessed, corrected by a person, saved per employer.

use super::field::Field;

/// How sure a guess is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Concluded from the values alone.
    Contents,
    /// Concluded from part of the heading, or from a misspelt one.
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
    pub(super) fn new(entries: Vec<Entry>, unmapped: Vec<String>) -> Self {
        Self { entries, unmapped }
    }

    /// What is mapped, in the order of the columns.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The headings that are not read: nobody knows them, or another column has the same meaning.
    pub fn unmapped(&self) -> &[String] {
        &self.unmapped
    }

    /// The heading of a field.
    pub fn heading(&self, field: Field) -> Option<&str> {
        self.entries.iter().find(|e| e.field == field).map(|e| e.heading.as_str())
    }

    /// Says what a heading is (`None`: do not read it), as a person decided; takes the field from any other heading.
    pub fn set(&mut self, heading: &str, field: Option<Field>) {
        let loses = |e: &Entry| e.heading == heading || Some(e.field) == field;
        let lost: Vec<String> = self.entries.iter().filter(|e| loses(e)).map(|e| e.heading.clone()).collect();
        self.entries.retain(|e| !loses(e));
        self.unmapped.extend(lost.into_iter().filter(|h| h != heading));
        self.unmapped.retain(|h| h != heading);
        match field {
            Some(field) => {
                self.entries.push(Entry { field, heading: heading.to_owned(), confidence: Confidence::Certain })
            }
            None => self.unmapped.push(heading.to_owned()),
        }
    }

    /// True where a list with these headings can be read by this mapping: every mapped heading is there.
    pub fn fits(&self, headings: &[String]) -> bool {
        !self.entries.is_empty() && self.entries.iter().all(|e| headings.contains(&e.heading))
    }

    /// True where people can be told apart by it: a name or a staff number is mapped.
    pub fn names_somebody(&self) -> bool {
        [Field::StaffNumber, Field::FullName, Field::FamilyName, Field::GivenName]
            .iter()
            .any(|f| self.heading(*f).is_some())
    }

    /// One line `field=heading` for each entry, `-=heading` for each heading not read. `\` is written `\\`, a line feed
    /// `\n`, a carriage return `\r`. What is read back is [`Confidence::Certain`]: a person saved it.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let known = self.entries.iter().map(|e| (e.field.key(), &e.heading));
        for (key, heading) in known.chain(self.unmapped.iter().map(|h| ("-", h))) {
            text.push_str(key);
            text.push('=');
            text.push_str(&escaped(heading));
            text.push('\n');
        }
        text
    }

    /// Reads what [`Mapping::to_text`] wrote; blank lines and lines starting with `#` are passed over.
    pub fn from_text(text: &str) -> Result<Self, MappingTextError> {
        let mut mapping = Self::default();
        for (at, line) in text.split('\n').enumerate() {
            let fail = |problem| MappingTextError { line: at + 1, problem };
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, heading) = line.split_once('=').ok_or(fail("wanted field=heading"))?;
            let heading = unescaped(heading).ok_or(fail("a backslash stands alone"))?;
            if mapping.entries.iter().any(|e| e.heading == heading) || mapping.unmapped.contains(&heading) {
                return Err(fail("the heading was named before"));
            }
            if key == "-" {
                mapping.unmapped.push(heading);
                continue;
            }
            let field = Field::from_key(key.trim()).ok_or(fail("no such field"))?;
            if mapping.heading(field).is_some() {
                return Err(fail("the field was named before"));
            }
            mapping.entries.push(Entry { field, heading, confidence: Confidence::Certain });
        }
        Ok(mapping)
    }
}

pub(super) fn escaped(heading: &str) -> String {
    heading.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

pub(super) fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            c => c,
        });
    }
    Some(plain)
}
