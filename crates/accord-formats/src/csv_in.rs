//! Splitting delimited text into records, as forgiving as people's exports need.
//!
//! Quotes open a cell only at its start, `""` is a quote, line breaks inside quotes stay, lines end in LF, CR LF or CR.
//! An empty line is a record without cells, so that record numbers agree with what a person counts. A spreadsheet's
//! `="0123"` is read as `0123`.

use std::borrow::Cow;

/// An opening quote whose closing one is missing swallows the rest of the text. Up to this many line breaks it is taken
/// for a transfer that was cut off inside a cell, beyond for a stray quote that is part of its cell.
const BREAKS_OF_A_CUT_CELL: usize = 5;

/// Cells kept of one record; a line made of nothing but delimiters must not fill the memory.
const MOST_CELLS: usize = 4096;

/// Reads records one by one.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    rest: &'a str,
    length: usize,
    delimiter: char,
    row: u32,
    cut_off: Option<u32>,
}

/// Starts to read `text` with this delimiter (any character but a quote or a line break).
pub fn records(text: &str, delimiter: char) -> Records<'_> {
    Records { rest: text, length: text.len(), delimiter, row: 0, cut_off: None }
}

impl<'a> Records<'a> {
    /// Once all is read: the record in whose quotes the text ended.
    pub fn cut_off(&self) -> Option<u32> {
        self.cut_off
    }

    /// Where the next record starts, in bytes of the text.
    pub fn offset(&self) -> usize {
        self.length - self.rest.len()
    }

    /// The next cell and what ended it.
    fn cell(&mut self) -> (Cow<'a, str>, End) {
        match self.rest.strip_prefix('"') {
            Some(quoted) => self.quoted(quoted),
            None => self.bare(Cow::Borrowed("")),
        }
    }

    /// Everything up to the next delimiter or line end, after what was already read of the cell.
    fn bare(&mut self, before: Cow<'a, str>) -> (Cow<'a, str>, End) {
        let stop = |c: char| c == self.delimiter || c == '\n' || c == '\r';
        let at = self.rest.find(stop).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(at);
        let end = if rest.starts_with(self.delimiter) {
            self.rest = &rest[self.delimiter.len_utf8()..];
            End::Cell
        } else if rest.is_empty() {
            self.rest = rest;
            End::Text
        } else {
            self.rest = rest.strip_prefix("\r\n").unwrap_or_else(|| &rest[1..]);
            End::Record
        };
        let whole = if before.is_empty() {
            Cow::Borrowed(unwrapped(cell))
        } else if cell.is_empty() {
            before
        } else {
            Cow::Owned(before.into_owned() + cell)
        };
        (whole, end)
    }

    fn quoted(&mut self, quoted: &'a str) -> (Cow<'a, str>, End) {
        let mut from = 0;
        loop {
            match quoted[from..].find('"') {
                Some(at) if quoted[from + at + 1..].starts_with('"') => from += at + 2,
                Some(at) => {
                    let inner = &quoted[..from + at];
                    let after = &quoted[from + at + 1..];
                    // A quote nobody closed runs into the opening one of a later line's cell, and words follow that.
                    let closes = after.is_empty() || after.starts_with([self.delimiter, '\n', '\r', ' ']);
                    if !closes && inner.contains('\n') {
                        return self.bare(Cow::Borrowed(""));
                    }
                    self.rest = after;
                    let inner = if from == 0 { Cow::Borrowed(inner) } else { Cow::Owned(inner.replace("\"\"", "\"")) };
                    return self.after_quote(inner);
                }
                None if quoted.matches('\n').count() > BREAKS_OF_A_CUT_CELL => {
                    return self.bare(Cow::Borrowed(""));
                }
                None => {
                    self.cut_off = Some(self.row);
                    self.rest = "";
                    return (Cow::Owned(quoted.replace("\"\"", "\"")), End::Text);
                }
            }
        }
    }

    /// Text after a closing quote belongs to the cell; usually there is none.
    fn after_quote(&mut self, inner: Cow<'a, str>) -> (Cow<'a, str>, End) {
        if inner.is_empty() {
            return self.bare(Cow::Borrowed(""));
        }
        self.bare(inner)
    }
}

/// What ended a cell.
enum End {
    Cell,
    Record,
    Text,
}

fn unwrapped(cell: &str) -> &str {
    cell.strip_prefix("=\"").and_then(|c| c.strip_suffix('"')).filter(|c| !c.contains('"')).unwrap_or(cell)
}

impl<'a> Iterator for Records<'a> {
    /// The record's number from 1, and its cells; none in an empty line.
    type Item = (u32, Vec<Cow<'a, str>>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.row += 1;
        for line_end in ["\r\n", "\n", "\r"] {
            if let Some(rest) = self.rest.strip_prefix(line_end) {
                self.rest = rest;
                return Some((self.row, Vec::new()));
            }
        }
        let mut cells = Vec::new();
        loop {
            let (cell, end) = self.cell();
            if cells.len() < MOST_CELLS {
                cells.push(cell);
            }
            match end {
                End::Cell => {}
                End::Record | End::Text => return Some((self.row, cells)),
            }
        }
    }
}
