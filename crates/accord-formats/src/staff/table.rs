//! The table in the bytes: what it was written in, its headings, its records, and what was passed over.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;

use crate::date::Detected;

/// One cell. Text files only have text; a workbook knows its numbers and dates.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing, or only blanks.
    #[default]
    Empty,
    /// Text, trimmed.
    Text(Box<str>),
    /// A number of a workbook.
    Number(f64),
    /// A cell a workbook shows as a date.
    Date(Date),
    /// A yes or no of a workbook.
    Flag(bool),
}

impl Cell {
    /// What a person sees: numbers without a needless fraction, dates as ISO.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(n) if n.fract() == 0.0 && n.abs() < 1e15 => Cow::Owned(format!("{n:.0}")),
            Self::Number(n) => Cow::Owned(n.to_string()),
            Self::Date(date) => Cow::Owned(date.to_string()),
            Self::Flag(yes) => Cow::Borrowed(if *yes { "yes" } else { "no" }),
        }
    }

    /// True for [`Cell::Empty`].
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Text trimmed; nothing where only blanks remain.
    pub(super) fn from_text(text: &str) -> Self {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if text.is_empty() { Self::Empty } else { Self::Text(text.into()) }
    }
}

/// One record of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The record as a person counts it: from 1, an empty line counts, a record with quoted line breaks counts once; in a
    /// workbook the row number its window shows.
    pub row: u32,
    /// Which of [`Source::Workbook`]'s sheets; 0 in text.
    pub sheet: u16,
    /// As many as there are headings, or more where the record was too long.
    pub cells: Vec<Cell>,
}

/// What the bytes were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Text with a delimiter.
    Text {
        /// Name of the encoding, as browsers call it.
        encoding: &'static str,
        /// Between cells.
        delimiter: char,
    },
    /// A workbook, with the names of the sheets that were read.
    Workbook {
        /// Visible sheets whose headings agree.
        sheets: Vec<String>,
    },
    /// Records of the ESR generic outbound interface, their layout known beforehand.
    EsrOutbound,
}

/// How the table was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Dialect {
    /// What the bytes were.
    pub source: Source,
    /// The record with the headings; 0 where there is none and the headings are ours.
    pub header_row: u32,
    /// For each column that holds dates: its index and what its values show.
    pub date_forms: Vec<(usize, Detected)>,
}

/// Why a record was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SkipReason {
    /// Nothing in it.
    Blank,
    /// A title or report line above the headings.
    AboveHeader,
    /// The headings once more.
    RepeatedHeader,
    /// A total or a closing line.
    Total,
    /// One cell of text across the table: the heading of a section.
    Section,
    /// The file ends inside this record.
    CutOff,
    /// A sheet that is hidden.
    HiddenSheet,
    /// A sheet with other headings than the first, or none.
    OtherSheet,
    /// A record that belongs to another one and was joined to it, or closes the file.
    Joined,
    /// A record of a kind that holds no person.
    NoPerson,
}

impl SkipReason {
    /// The reason in plain words.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Blank => "the row is empty",
            Self::AboveHeader => "the row stands above the headings",
            Self::RepeatedHeader => "the row repeats the headings",
            Self::Total => "the row is a total, not a person",
            Self::Section => "the row is the title of a section",
            Self::CutOff => "the file ends in the middle of this row: ask for the file again",
            Self::HiddenSheet => "the sheet is hidden",
            Self::OtherSheet => "the sheet has other headings than the first, or none",
            Self::Joined => "the record was joined to the person it belongs to",
            Self::NoPerson => "the record holds no person",
        }
    }
}

/// A record that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// As in [`Record::row`]; 0 for a whole sheet.
    pub row: u32,
    /// The sheet's name; empty in text.
    pub sheet: String,
    /// Why.
    pub why: SkipReason,
}

/// A staff list as a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// How it was written.
    pub dialect: Dialect,
    /// The headings, each different: a second `Name` is called `Name (2)`, a blank one `Column 5`.
    pub headings: Vec<String>,
    /// The records with content.
    pub records: Vec<Record>,
    /// What was passed over, in order.
    pub skipped: Vec<Skipped>,
}

impl Table {
    /// The record in which the file ends, where the transfer was cut off: more people may be missing after it.
    pub fn cut_off(&self) -> Option<u32> {
        self.skipped.iter().find(|s| s.why == SkipReason::CutOff).map(|s| s.row)
    }
}

/// Bounds that keep a hostile or mistaken file from filling the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: usize,
    /// Bytes of a workbook's parts once unpacked.
    pub unpacked_bytes: u64,
    /// Records, blank ones included.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
}

impl Default for Limits {
    /// 20 MB, 120 MB unpacked, 100,000 records, 300 columns.
    fn default() -> Self {
        Self { file_bytes: 20_000_000, unpacked_bytes: 120_000_000, rows: 100_000, columns: 300 }
    }
}

/// Why no table could be read. Its display says what happened, where, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableError {
    /// No bytes, or only blanks.
    Empty,
    /// Not a table at all; what it looks like.
    NotATable(&'static str),
    /// A workbook of the old format (.xls).
    OldWorkbook,
    /// The workbook asks for a password.
    PasswordProtected,
    /// The workbook is damaged or only partly transferred.
    DamagedWorkbook,
    /// No record looks like headings; the first that was looked at.
    NoHeader {
        /// The first record with content.
        row: u32,
    },
    /// There are headings and no record under them.
    NoRecords {
        /// The record with the headings.
        header_row: u32,
    },
    /// The file ends inside a record before any whole one.
    CutOff {
        /// The record it ends in.
        row: u32,
    },
    /// Over one of the [`Limits`].
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The most that is read.
        limit: u64,
    },
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("The file is empty. Export the list again and check that it opens on your computer."),
            Self::NotATable(what) => write!(f, "The file is {what}, not a table. Save the list as CSV or as an Excel workbook (.xlsx)."),
            Self::OldWorkbook => f.write_str("The file is a workbook of the old Excel format (.xls). Open it and save it as .xlsx or CSV."),
            Self::PasswordProtected => f.write_str("The workbook is protected by a password. Save a copy without the password and send that by a secure way."),
            Self::DamagedWorkbook => f.write_str("The workbook is damaged or was not transferred whole. Open it on your computer, save it again and send that."),
            Self::NoHeader { row } => write!(f, "No row with headings was found from row {row} on. Put a row such as \"Surname, Forename, Date of birth\" above the people."),
            Self::NoRecords { header_row } => write!(f, "Row {header_row} has the headings, but no person stands below it. Check that the right sheet or report was exported."),
            Self::CutOff { row } => write!(f, "The file ends in the middle of row {row}: the transfer was cut off. Send it again."),
            Self::TooLarge { what, limit } => write!(f, "The file has more than {limit} {what}. Send it in parts, or leave out columns that are not needed."),
        }
    }
}

impl std::error::Error for TableError {}
