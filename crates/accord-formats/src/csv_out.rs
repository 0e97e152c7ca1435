//! Writing CSV that a spreadsheet opens without running anything.
//!
//! A cell that starts with `=`, `+`, `-`, `@`, a tab, a carriage return or a NUL could be taken for a formula. It gets an
//! apostrophe in front. So that nothing is lost, a cell that already starts with apostrophes and then such a character
//! gets one more: [`plain`] takes exactly one off again, and `plain(guard(x)) == x` for every text.

use std::borrow::Cow;

/// Collects records of CSV text: commas, CR LF, quotes only where needed, UTF-8.
#[derive(Debug, Default, Clone)]
pub struct CsvOut {
    text: String,
    at_line_start: bool,
}

impl CsvOut {
    /// Starts empty. `bom` writes the byte order mark that desktop spreadsheets want before they believe in UTF-8.
    pub fn new(bom: bool) -> Self {
        Self { text: if bom { "\u{feff}".to_owned() } else { String::new() }, at_line_start: true }
    }

    /// Writes one record.
    pub fn record<I, S>(&mut self, cells: I)
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        self.at_line_start = true;
        for cell in cells {
            self.cell(cell.as_ref());
        }
        if self.at_line_start {
            // A record without cells would read back as no record at all.
            self.text.push_str("\"\"");
        }
        self.text.push_str("\r\n");
    }

    /// The text so far.
    pub fn finish(self) -> String {
        self.text
    }

    fn cell(&mut self, cell: &str) {
        let first = self.at_line_start;
        if !first {
            self.text.push(',');
        }
        self.at_line_start = false;
        let safe = guard(cell);
        let quote = safe.contains([',', '"', '\r', '\n'])
            || safe.starts_with(' ')
            || safe.ends_with(' ')
            || (first && safe.is_empty());
        if quote {
            self.text.push('"');
            self.text.push_str(&safe.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(&safe);
        }
    }
}

/// The cell with an apostrophe in front where a spreadsheet might take it for a formula.
pub fn guard(cell: &str) -> Cow<'_, str> {
    if is_dangerous(cell.trim_start_matches('\'')) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell as it was before [`guard`].
pub fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_dangerous(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

fn is_dangerous(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}
