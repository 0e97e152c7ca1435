//! The table in the bytes: what it was written in, its headings, its records, and what was passed over.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use super::lines::Lines;
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
    /// A formula the workbook holds no value for: nothing has calculated it.
    Formula(Box<str>),
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
            Self::Formula(text) => Cow::Borrowed(text),
        }
    }

    /// True for [`Cell::Empty`].
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Text trimmed; nothing where only blanks remain. The apostrophe that makes text of a number, or of what would be a
    /// formula, is not part of the value.
    pub(super) fn from_text(text: &str) -> Self {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let text = crate::csv_out::plain(text);
        let bare = text.strip_prefix('\'').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let text = bare.unwrap_or(text);
        if text.is_empty() { Self::Empty } else { Self::Text(text.into()) }
    }
}

/// One record of the table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// The record as a person counts it: from 1, an empty line counts, a record with quoted line breaks counts once; in a
    /// workbook the row number its window shows.
    pub row: u32,
    /// Which of [`Source::Workbook`]'s sheets; 0 in text.
    pub sheet: u16,
    /// As many as there are headings, or more where the record was too long.
    pub cells: Vec<Cell>,
    /// The title of the section the record stands in (`Ward 3 - nights`), or the sheet's name where several were read.
    pub section: Option<Arc<str>>,
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
    /// A workbook, with all of its sheets.
    Workbook {
        /// In the order of the workbook.
        sheets: Vec<Sheet>,
    },
    /// Records of the ESR generic outbound interface, their layout known beforehand.
    EsrOutbound {
        /// Name of the encoding, as browsers call it.
        encoding: &'static str,
        /// Between cells.
        delimiter: char,
    },
}

impl Source {
    /// The name of a sheet; empty in text.
    pub fn sheet_name(&self, sheet: u16) -> &str {
        match self {
            Self::Workbook { sheets } => sheets.get(usize::from(sheet)).map_or("", |s| s.name.as_str()),
            _ => "",
        }
    }
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// What was done with it.
    pub state: SheetState,
}

/// What was done with a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetState {
    /// Its people were read.
    Read,
    /// It is hidden, and its people were read all the same: no other sheet has any.
    ReadThoughHidden,
    /// It is hidden and was not read.
    Hidden,
    /// It has no people.
    NobodyInIt,
}

/// How the table was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Dialect {
    /// What the bytes were.
    pub source: Source,
    /// The record with the headings, the first of two where they take two lines; 0 where there is none and the headings
    /// are ours.
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
    /// The headings.
    Header,
    /// The headings once more.
    RepeatedHeader,
    /// A total or a closing line.
    Total,
    /// One cell of text across the table: the heading of a section.
    Section,
    /// The file ends inside this record.
    CutOff,
    /// It stands on a sheet that is hidden.
    HiddenSheet,
    /// It stands on a sheet without people.
    OtherSheet,
    /// A record that belongs to another one and was joined to it.
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
            Self::Header => "the row has the headings",
            Self::RepeatedHeader => "the row repeats the headings",
            Self::Total => "the row is a total, not a person",
            Self::Section => "the row is the title of a section",
            Self::CutOff => "the file ends in the middle of this row: ask for the file again",
            Self::HiddenSheet => "the sheet is hidden",
            Self::OtherSheet => "the sheet has no people",
            Self::Joined => "the record was joined to the person it belongs to",
            Self::NoPerson => "the record holds no person",
        }
    }

    /// The reason in one word, for counting and for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Blank => "blank_row",
            Self::AboveHeader => "above_header",
            Self::Header => "header",
            Self::RepeatedHeader => "repeated_header",
            Self::Total => "total_row",
            Self::Section => "section_row",
            Self::CutOff => "cut_off",
            Self::HiddenSheet => "hidden_sheet",
            Self::OtherSheet => "other_sheet",
            Self::Joined => "joined_record",
            Self::NoPerson => "no_person",
        }
    }
}

/// A record that was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// As in [`Record::row`].
    pub row: u32,
    /// As in [`Record::sheet`].
    pub sheet: u16,
    /// Why.
    pub why: SkipReason,
    /// Of a joined record the row of the person it belongs to; none where that is not known.
    pub of: Option<u32>,
}

/// A transfer that stopped before its end: nothing may be taken from the file without a second yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutOff {
    /// The record in which the file ends, or the last one.
    pub row: u32,
    /// True where that record is itself cut: it is passed over. False where the file's end is missing after a whole record.
    pub inside: bool,
}

/// A staff list as a table. It holds the file's text; records are made from it as they are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// How it was written.
    pub dialect: Dialect,
    /// The headings, each different: a second `Name` is called `Name (2)`, a blank one `Column 5`.
    pub headings: Vec<String>,
    /// What was passed over, in the order of the file.
    pub skipped: Vec<Skipped>,
    /// Records of the input, empty ones and those of hidden sheets included: each is one of [`Table::records`] or one of
    /// [`Table::skipped`], never both.
    pub records_read: u32,
    pub(super) cut: Option<CutOff>,
    /// Records the file says it has, and those it has; only where it says so.
    pub(super) declared: Option<(u32, u32)>,
    pub(super) lines: Lines,
}

impl Table {
    /// Where the transfer was cut off: more people may be missing after it.
    pub fn cut_off(&self) -> Option<CutOff> {
        self.cut
    }

    /// The records that should be people, in the order of the file.
    pub fn records(&self) -> impl Iterator<Item = Cow<'_, Record>> {
        (0..self.lines.len()).map(|at| self.lines.record(at, self.headings.len()))
    }
}

/// Bounds that keep a hostile or mistaken file from filling the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: usize,
    /// Bytes of a workbook's parts once unpacked, and of the text in its cells.
    pub unpacked_bytes: u64,
    /// How many times larger than its packed bytes a part may come out, beyond its first 4 MB.
    pub times_packed: u64,
    /// Records, blank ones included.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
    /// Cells of a workbook, the empty ones before a filled one included.
    pub cells: u64,
}

impl Default for Limits {
    /// 400 MB, 250 MB unpacked and 100 times packed, 1,100,000 records, 300 columns, 8,000,000 cells of a workbook.
    fn default() -> Self {
        Self {
            file_bytes: 400_000_000,
            unpacked_bytes: 250_000_000,
            times_packed: 100,
            rows: 1_100_000,
            columns: 300,
            cells: 8_000_000,
        }
    }
}

/// Why no table could be read. Its display says what happened, where, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableError {
    /// No bytes, or only blanks.
    Empty,
    /// Not a table at all; what it looks like.
    NotATable(&'static str),
    /// A workbook older than Excel 97.
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
    /// A part of the workbook comes out far larger than any workbook's: it is made to fill the memory.
    Bomb,
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
            Self::OldWorkbook => f.write_str("The file is a workbook of a very old Excel (before 1997). Open it and save it as .xlsx or CSV."),
            Self::PasswordProtected => f.write_str("The workbook is protected by a password. Save a copy without the password and send that by a secure way."),
            Self::DamagedWorkbook => f.write_str("The workbook is damaged or was not transferred whole. Open it on your computer, save it again and send that."),
            Self::NoHeader { row } => write!(f, "No row with headings was found from row {row} on. Put a row such as \"Surname, Forename, Date of birth\" above the people."),
            Self::NoRecords { header_row } => write!(f, "Row {header_row} has the headings, but no person stands below it. Check that the right sheet or report was exported."),
            Self::CutOff { row } => write!(f, "The file ends in the middle of row {row}: the transfer was cut off. Send it again."),
            Self::Bomb => f.write_str("The workbook unpacks to far more than its size: it was not opened. Save the list as CSV and send that."),
            Self::TooLarge { what, limit } => write!(f, "The file has more than {limit} {what}. Send it in parts, or leave out columns that are not needed."),
        }
    }
}

impl std::error::Error for TableError {}
