//! Where a table's records are kept: as places in the file's text, or as cells.

use std::borrow::Cow;
use std::sync::Arc;

use super::table::{Cell, Record};
use crate::csv_in;

/// The records of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lines {
    /// Each record is parsed when it is asked for: a million people take the room of their text.
    Text(TextLines),
    /// A workbook's, or records put together from several.
    Cells(Vec<Record>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextLines {
    pub text: String,
    pub delimiter: char,
    pub starts: Vec<Start>,
    pub sections: Vec<Arc<str>>,
}

/// Where one record starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Start {
    pub byte: usize,
    pub row: u32,
    /// One more than the index of its section; 0 for none.
    pub section: u32,
}

impl Lines {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(lines) => lines.starts.len(),
            Self::Cells(records) => records.len(),
        }
    }

    /// A record, its cells at least as many as there are headings.
    pub(super) fn record(&self, at: usize, width: usize) -> Cow<'_, Record> {
        match self {
            Self::Cells(records) => Cow::Borrowed(&records[at]),
            Self::Text(lines) => {
                let start = lines.starts[at];
                let cells = csv_in::records(&lines.text[start.byte..], lines.delimiter).next();
                let mut cells = cells.map(|(_, cells)| typed(&cells)).unwrap_or_default();
                if cells.len() < width {
                    cells.resize(width, Cell::Empty);
                }
                let section = start.section.checked_sub(1).and_then(|s| lines.sections.get(s as usize).cloned());
                Cow::Owned(Record { row: start.row, sheet: 0, cells, section })
            }
        }
    }
}

/// Cells of text; trailing empty ones are cut.
pub(super) fn typed(cells: &[Cow<'_, str>]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = cells.iter().map(|c| Cell::from_text(c)).collect();
    trim_end(&mut cells);
    cells
}

/// Cuts empty cells off the end.
pub(super) fn trim_end(cells: &mut Vec<Cell>) {
    while cells.last().is_some_and(Cell::is_empty) {
        cells.pop();
    }
}
