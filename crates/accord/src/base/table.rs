//! A CSV text as records with named cells, and the faults of single cells: for files that nouns take.

use accord_formats::{csv_in, csv_out};
use jiff::civil::Date;

/// Something in a file that can't be taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFault {
    /// The line as a person counts records, the heading being 1.
    pub row: u32,
    /// The column's heading.
    pub column: String,
    /// What stands there, at most 80 characters.
    pub seen: String,
    /// What would have been right, as the end of the sentence "wanted ...".
    pub wanted: String,
}

impl CsvFault {
    /// A fault at a place.
    pub fn new(row: u32, column: &str, seen: &str, wanted: impl Into<String>) -> Self {
        let seen = seen.trim().chars().take(80).collect();
        Self { row, column: column.into(), seen, wanted: wanted.into() }
    }

    /// The fault as a sentence.
    pub fn sentence(&self) -> String {
        let seen = if self.seen.is_empty() { " is empty".to_owned() } else { format!(" has \"{}\"", self.seen) };
        format!("Row {}, column \"{}\"{seen}: wanted {}.", self.row, self.column, self.wanted)
    }
}

/// That a file with faults was not taken: the first of them, and how many more there are.
pub fn not_taken(faults: &[CsvFault]) -> String {
    let first = faults.first().map(CsvFault::sentence).unwrap_or_default();
    let more = faults.len().saturating_sub(1);
    let rest = if more > 0 { format!(" And {more} more.") } else { String::new() };
    format!("The file was not taken; nothing was written. {first}{rest}")
}

/// A whole file: headings and records.
pub struct Table {
    headings: Vec<String>,
    records: Vec<(u32, Vec<String>)>,
}

impl Table {
    /// Splits a text. `wanted`: columns that must be there, each as the headings it may have.
    pub fn read(text: &str, wanted: &[&[&str]]) -> Result<Self, Vec<CsvFault>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let head = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
        let delimiter = [';', '\t'].into_iter().find(|d| head.contains(*d) && !head.contains(',')).unwrap_or(',');
        let mut records = csv_in::records(text, delimiter)
            .map(|(row, cells)| (row, cells.iter().map(|c| csv_out::plain(c).trim().to_owned()).collect::<Vec<_>>()))
            .filter(|(_, cells)| cells.iter().any(|c| !c.is_empty()));
        let Some((row, headings)) = records.next() else {
            return Err(vec![CsvFault::new(1, "", "", "a heading and at least one record")]);
        };
        let headings: Vec<String> = headings.iter().map(|h| key(h)).collect();
        let records = records.collect();
        let missing: Vec<CsvFault> = wanted
            .iter()
            .filter(|names| !names.iter().any(|n| headings.contains(&key(n))))
            .map(|names| CsvFault::new(row, names[0], "", format!("a column headed \"{}\"", names.join("\" or \""))))
            .collect();
        if missing.is_empty() { Ok(Self { headings, records }) } else { Err(missing) }
    }

    /// True where a column has this heading.
    pub fn has(&self, name: &str) -> bool {
        self.headings.contains(&key(name))
    }

    /// The records, one after the other.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.records.iter().map(|(row, cells)| Record { headings: &self.headings, row: *row, cells })
    }
}

fn key(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// One record.
pub struct Record<'t> {
    headings: &'t [String],
    /// Its number, the heading being 1.
    pub row: u32,
    cells: &'t [String],
}

impl<'t> Record<'t> {
    /// The cell under the first of these headings that the file has; empty where there is none.
    pub fn cell(&self, names: &[&str]) -> &'t str {
        names
            .iter()
            .find_map(|n| self.headings.iter().position(|h| *h == key(n)))
            .and_then(|at| self.cells.get(at))
            .map_or("", String::as_str)
    }

    /// The cell read by `read`; a fault into `faults` where it can't be.
    pub fn take<T>(
        &self,
        names: &[&str],
        wanted: &str,
        faults: &mut Vec<CsvFault>,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let cell = self.cell(names);
        let value = read(cell);
        if value.is_none() {
            let shown = names.iter().find(|n| self.headings.contains(&key(n))).unwrap_or(&names[0]);
            faults.push(CsvFault::new(self.row, shown, cell, wanted));
        }
        value
    }

    /// A cell that must not be empty.
    pub fn text(&self, names: &[&str], wanted: &str, faults: &mut Vec<CsvFault>) -> Option<String> {
        self.take(names, wanted, faults, |cell| (!cell.is_empty()).then(|| cell.to_owned()))
    }
}

/// An ISO date.
pub fn iso_date(cell: &str) -> Option<Date> {
    (cell.len() == 10).then(|| cell.parse().ok()).flatten()
}
