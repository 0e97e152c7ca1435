//! From bytes to a [`Table`]: which reader, where the headings are, which columns hold dates.

use std::sync::Arc;

use super::guess::{self, ColumnGuess};
use super::header::{self, Head, Row};
use super::lines::{Lines, Start, TextLines, typed};
use super::sniff::{self, Kind};
use super::sorter::Sorter;
use super::table::{Cell, CutOff, Dialect, Limits, SkipReason, Skipped, Source, Table, TableError};
use super::{columns, esr_go, sheets, tail, text, workbook, xls};
use crate::csv_in;

/// Reads the table out of a file's bytes within the default [`Limits`]. The kind is told from the bytes; `file_name` only
/// settles what the bytes leave open. Never panics, whatever the bytes.
pub fn read_table(bytes: &[u8], file_name: &str) -> Result<Table, TableError> {
    read_table_within(bytes, file_name, &Limits::default())
}

/// [`read_table`] with other bounds.
pub fn read_table_within(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Table, TableError> {
    if bytes.len() > limits.file_bytes {
        return Err(TableError::TooLarge { what: "bytes", limit: limits.file_bytes as u64 });
    }
    let mut table = match sniff::kind(bytes)? {
        Kind::Zip => sheets::table(workbook::sheets(bytes, limits)?)?,
        Kind::Ole => sheets::table(xls::sheets(bytes, limits)?)?,
        Kind::Text => from_text(bytes, file_name, limits)?,
    };
    table.dialect.date_forms = columns::date_forms(&table);
    Ok(table)
}

/// Records looked at to find the headings and to guess the columns.
const HEAD: usize = 400;

fn from_text(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Table, TableError> {
    let decoded = text::decode(bytes);
    let text = decoded.text;
    if text.contains('\0') {
        return Err(TableError::NotATable("a file of some program"));
    }
    let by_name = file_name.to_ascii_lowercase().ends_with(".tsv") && text.contains('\t');
    let delimiter = if by_name { '\t' } else { text::delimiter(&text) };
    let head = head_rows(&text, delimiter, limits)?;
    let encoding = decoded.encoding.name();
    if esr_go::is_outbound(&head) {
        return esr_go::table(&text, delimiter, encoding, limits);
    }
    let plan = plan(&head)?;
    let mut walk = Walk::new(&plan, limits);
    walk.all(&text, delimiter)?;
    if walk.cut.is_none() {
        walk.cut = tail::cut_off(&text, decoded.ends_inside, &walk.last, &walk.before, &head);
        if let Some(cut) = walk.cut.filter(|c| c.inside) {
            walk.take_back(cut.row);
        }
    }
    let header_row = plan.rows.first().copied().unwrap_or(0);
    if header_row == 0 {
        walk.forget_titles();
    }
    if walk.starts.is_empty() {
        return Err(match walk.cut {
            Some(cut) => TableError::CutOff { row: cut.row },
            None => TableError::NoRecords { header_row },
        });
    }
    let Walk { starts, sections, skipped, records, cut, .. } = walk;
    Ok(Table {
        dialect: Dialect { source: Source::Text { encoding, delimiter }, header_row, date_forms: Vec::new() },
        headings: plan.headings,
        skipped,
        records_read: records,
        cut,
        declared: None,
        lines: Lines::Text(TextLines { text: text.into_owned(), delimiter, starts, sections }),
    })
}

fn head_rows(text: &str, delimiter: char, limits: &Limits) -> Result<Vec<Row>, TableError> {
    let mut rows = Vec::new();
    let mut filled = 0;
    for (row, cells) in csv_in::records(text, delimiter).take(20 * HEAD) {
        let cells = typed(&cells);
        within(row, cells.len(), limits)?;
        filled += usize::from(!cells.is_empty());
        rows.push((row, cells));
        if filled >= HEAD {
            break;
        }
    }
    Ok(rows)
}

fn within(row: u32, columns: usize, limits: &Limits) -> Result<(), TableError> {
    if row > limits.rows {
        return Err(TableError::TooLarge { what: "rows", limit: limits.rows.into() });
    }
    if columns > limits.columns as usize {
        return Err(TableError::TooLarge { what: "columns", limit: limits.columns.into() });
    }
    Ok(())
}

/// What the first records say about the whole: the headings, where they stand, what the columns seem to be.
pub(super) struct Plan {
    /// The records with the headings; none where the headings are ours.
    pub rows: Vec<u32>,
    pub headings: Vec<String>,
    pub columns: Vec<ColumnGuess>,
}

/// The plan of a list, or why the rows are none: there are no headings, and the values do not say who the people are.
pub(super) fn plan(head: &[Row]) -> Result<Plan, TableError> {
    let found = header::find(head);
    let below = match &found {
        Some(Head { at, rows, .. }) => &head[at + rows..],
        None => head,
    };
    let sample: Vec<Vec<Cell>> =
        below.iter().filter(|(_, cells)| cells.len() >= 2).map(|(_, cells)| cells.clone()).collect();
    if let Some(Head { at, rows, cells }) = found {
        let headings = header::whole_headings(&cells, below);
        let columns = guess::guess_from(&headings, &sample);
        let rows = head[at..at + rows].iter().map(|(row, _)| *row).collect();
        return Ok(Plan { rows, headings, columns });
    }
    let row = head.iter().find(|(_, c)| !c.is_empty()).map_or(1, |(row, _)| *row);
    let width = sample.iter().map(Vec::len).max().unwrap_or(0);
    let headings: Vec<String> = (1..=width).map(|n| format!("Column {n}")).collect();
    let columns = guess::guess_from(&headings, &sample);
    // A name and one more thing about the person, or it is no list.
    let named = guess::mapping_of(&columns).names_somebody();
    if named && sample.len() >= 2 && columns.iter().filter(|c| c.field.is_some()).count() >= 2 {
        Ok(Plan { rows: Vec::new(), headings, columns })
    } else {
        Err(TableError::NoHeader { row })
    }
}

/// One pass over a text, sorting its records.
struct Walk<'p> {
    plan: &'p Plan,
    sorter: Sorter,
    limits: &'p Limits,
    starts: Vec<Start>,
    sections: Vec<Arc<str>>,
    skipped: Vec<Skipped>,
    records: u32,
    cut: Option<CutOff>,
    /// The cells of the last record, untyped widths of those before it.
    last: Vec<Cell>,
    before: tail::Widths,
}

impl<'p> Walk<'p> {
    fn new(plan: &'p Plan, limits: &'p Limits) -> Self {
        Self {
            plan,
            sorter: Sorter::new(&plan.columns),
            limits,
            starts: Vec::new(),
            sections: Vec::new(),
            skipped: Vec::new(),
            records: 0,
            cut: None,
            last: Vec::new(),
            before: tail::Widths::default(),
        }
    }

    fn all(&mut self, text: &str, delimiter: char) -> Result<(), TableError> {
        let mut records = csv_in::records(text, delimiter);
        loop {
            let byte = records.offset();
            let Some((row, raw)) = records.next() else { break };
            let cells = typed(&raw);
            within(row, cells.len(), self.limits)?;
            self.records = row;
            self.before.push(raw.len());
            if records.cut_off() == Some(row) {
                self.cut = Some(CutOff { row, inside: true });
                self.pass(row, SkipReason::CutOff);
            } else {
                self.sort(row, byte, &cells);
            }
            self.last = cells;
        }
        Ok(())
    }

    fn sort(&mut self, row: u32, byte: usize, cells: &[Cell]) {
        let first = self.plan.rows.first().copied().unwrap_or(0);
        if row < first {
            let why = if cells.is_empty() { SkipReason::Blank } else { SkipReason::AboveHeader };
            return self.pass(row, why);
        }
        if self.plan.rows.contains(&row) {
            return self.pass(row, SkipReason::Header);
        }
        match self.sorter.passes_over(cells) {
            Some(why) => {
                if why == SkipReason::Section
                    && let Some(title) = section_title(cells)
                {
                    self.sections.push(title);
                }
                self.pass(row, why);
            }
            None => self.starts.push(Start { byte, row, section: self.sections.len() as u32 }),
        }
    }

    fn pass(&mut self, row: u32, why: SkipReason) {
        self.skipped.push(Skipped { row, sheet: 0, why, of: None });
    }

    /// Without headings a title looks like a section; where none follows further down, it was the list's title.
    fn forget_titles(&mut self) {
        let above = self.starts.first().map_or(0, |first| first.section);
        if above as usize == self.sections.len() {
            self.starts.iter_mut().for_each(|start| start.section = 0);
        }
    }

    /// The last record turned out to be cut.
    fn take_back(&mut self, row: u32) {
        if self.starts.last().is_some_and(|s| s.row == row) {
            self.starts.pop();
        }
        self.skipped.retain(|s| s.row != row);
        self.pass(row, SkipReason::CutOff);
    }
}

/// The text of a section's row; none where it is only a line drawn with signs.
pub(super) fn section_title(cells: &[Cell]) -> Option<Arc<str>> {
    let text = cells.iter().find(|c| !c.is_empty())?.text().into_owned();
    text.chars().any(char::is_alphanumeric).then(|| text.chars().take(100).collect::<String>().into())
}
