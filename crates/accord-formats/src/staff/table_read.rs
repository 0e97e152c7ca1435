//! From bytes to a [`Table`]: which reader, where the headings are, which columns hold dates.

use super::field::Field;
use super::header::{self, Sorter};
use super::sniff::{self, Kind};
use super::table::{Cell, Dialect, Limits, Record, SkipReason, Skipped, Source, Table, TableError};
use super::text::Rows;
use super::{esr_go, headless, mapping, synonyms, text, workbook};
use crate::date::{self, Detected};

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
        Kind::Zip => from_workbook(bytes, limits)?,
        Kind::Text => from_text(bytes, file_name, limits)?,
    };
    table.dialect.date_forms = date_forms(&table);
    Ok(table)
}

fn from_text(bytes: &[u8], file_name: &str, limits: &Limits) -> Result<Table, TableError> {
    let (text, encoding) = text::decode(bytes);
    if text.contains('\0') {
        return Err(TableError::NotATable("a file of some program"));
    }
    let by_name = file_name.to_ascii_lowercase().ends_with(".tsv") && text.contains('\t');
    let delimiter = if by_name { '\t' } else { text::delimiter(&text) };
    let mut rows = text::rows(&text, delimiter, limits)?;
    if esr_go::is_outbound(&rows) {
        return esr_go::table(rows);
    }
    if rows.cut_off.is_none() {
        rows.cut_off = ends_short(&text, &rows);
    }
    let source = Source::Text { encoding: encoding.name(), delimiter };
    let Some(head) = header::find(&rows.rows) else {
        return headless::table(rows, source);
    };
    let below = rows.rows.split_off(head + 1);
    let (header_row, cells) = rows.rows.pop().expect("the row found is in the rows");
    let mut skipped = above(&rows.rows, "");
    let mut records = Vec::new();
    let cut_off = rows.cut_off;
    let headings = whole_headings(&cells, &below);
    Sorter::new(&headings, 0).sort(Rows { sheet: String::new(), rows: below, cut_off }, &mut records, &mut skipped);
    finish(source, header_row, headings, records, skipped)
}

/// A last record without a line end that has fewer cells than all others: the transfer stopped in it.
fn ends_short(text: &str, rows: &Rows) -> Option<u32> {
    if text.ends_with(['\n', '\r']) || rows.rows.len() < 4 {
        return None;
    }
    let (last, before) = rows.rows.split_last()?;
    let shortest = before.iter().rev().take(20).map(|(_, cells)| cells.len()).min()?;
    // Only where every record above was filled to the same width can a short one mean anything.
    let widest = before.iter().rev().take(20).map(|(_, cells)| cells.len()).max()?;
    (shortest == widest && last.1.len() < shortest && shortest >= 3).then_some(last.0)
}

fn from_workbook(bytes: &[u8], limits: &Limits) -> Result<Table, TableError> {
    let (sheets, mut skipped) = workbook::sheets(bytes, limits)?;
    let mut names: Vec<String> = Vec::new();
    let mut records = Vec::new();
    let mut base: Option<(u32, Vec<String>)> = None;
    let mut first_filled = None;
    for mut rows in sheets {
        first_filled = first_filled.or(rows.rows.first().map(|(row, _)| *row));
        let other = Skipped { row: 0, sheet: rows.sheet.clone(), why: SkipReason::OtherSheet };
        let Some(head) = header::find(&rows.rows) else {
            skipped.push(other);
            continue;
        };
        let mut below = rows.rows.split_off(head + 1);
        let (header_row, cells) = rows.rows.pop().expect("the row found is in the rows");
        let own = whole_headings(&cells, &below);
        let headings = match &base {
            None => &base.insert((header_row, own)).1,
            Some((_, headings)) => match order(headings, &own) {
                Some(order) => {
                    reorder(&mut below, &order, headings.len());
                    headings
                }
                None => {
                    skipped.push(other);
                    continue;
                }
            },
        };
        skipped.extend(above(&rows.rows, &rows.sheet));
        let sorter = Sorter::new(headings, names.len() as u16);
        names.push(rows.sheet.clone());
        sorter.sort(Rows { sheet: rows.sheet, rows: below, cut_off: None }, &mut records, &mut skipped);
    }
    let source = Source::Workbook { sheets: names };
    match (base, first_filled) {
        (Some((header_row, headings)), _) => finish(source, header_row, headings, records, skipped),
        (None, Some(row)) => Err(TableError::NoHeader { row }),
        (None, None) => Err(TableError::Empty),
    }
}

/// Headings also for columns that have values but no heading, as far as most records reach.
fn whole_headings(cells: &[Cell], below: &[(u32, Vec<Cell>)]) -> Vec<String> {
    let mut widths: Vec<usize> = below.iter().map(|(_, c)| c.len()).filter(|w| *w > 0).collect();
    widths.sort_unstable();
    let usual = widths.get(widths.len() / 2).copied().unwrap_or(0);
    let mut cells = cells.to_vec();
    if usual > cells.len() {
        cells.resize(usual, Cell::Empty);
    }
    header::headings(&cells)
}

/// For each column of the first sheet, where the other sheet has it; none where the headings differ.
fn order(first: &[String], other: &[String]) -> Option<Vec<usize>> {
    let folded: Vec<String> = other.iter().map(|h| synonyms::fold(h)).collect();
    if first.len() != other.len() {
        return None;
    }
    first.iter().map(|h| folded.iter().position(|f| *f == synonyms::fold(h))).collect()
}

fn reorder(rows: &mut [(u32, Vec<Cell>)], order: &[usize], width: usize) {
    if order.iter().enumerate().all(|(to, from)| to == *from) {
        return;
    }
    for (_, cells) in rows {
        cells.resize(cells.len().max(width), Cell::Empty);
        let mut moved: Vec<Cell> = order.iter().map(|from| std::mem::take(&mut cells[*from])).collect();
        moved.extend(cells.drain(width..));
        text::trim_end(&mut moved);
        *cells = moved;
    }
}

fn above(rows: &[(u32, Vec<Cell>)], sheet: &str) -> Vec<Skipped> {
    rows.iter()
        .map(|(row, cells)| Skipped {
            row: *row,
            sheet: sheet.to_owned(),
            why: if cells.is_empty() { SkipReason::Blank } else { SkipReason::AboveHeader },
        })
        .collect()
}

pub(super) fn finish(
    source: Source,
    header_row: u32,
    headings: Vec<String>,
    records: Vec<Record>,
    skipped: Vec<Skipped>,
) -> Result<Table, TableError> {
    if records.is_empty() {
        let cut = skipped.iter().find(|s| s.why == SkipReason::CutOff);
        return Err(match cut {
            Some(cut) => TableError::CutOff { row: cut.row },
            None => TableError::NoRecords { header_row },
        });
    }
    let dialect = Dialect { source, header_row, date_forms: Vec::new() };
    Ok(Table { dialect, headings, records, skipped })
}

/// Values looked at to tell a column of dates from others.
const PROBE: usize = 50;

/// The columns named as dates, and those that hold almost nothing else. An ambiguous one is settled by its heading, or by
/// the other date columns where they agree.
fn date_forms(table: &Table) -> Vec<(usize, Detected)> {
    let guess = mapping::guess_from(&table.headings);
    let named = |at: usize| guess.entries().iter().any(|e| e.field.is_date() && e.heading == table.headings[at]);
    let mut forms: Vec<(usize, Detected)> = (0..table.headings.len())
        .filter(|at| named(*at) || looks_like_dates(table, *at))
        .map(|at| (at, detect_column(table, at)))
        .collect();
    for (at, detected) in &mut forms {
        if let Some(order) = date::form_in_heading(&table.headings[*at]) {
            detected.settle(order);
        }
    }
    let sure: Vec<date::DateForm> = forms
        .iter()
        .filter(|(_, d)| !d.ambiguous && d.evidence.day_first + d.evidence.month_first > 0)
        .map(|(_, d)| d.order)
        .collect();
    if let [first, rest @ ..] = sure.as_slice()
        && rest.iter().all(|o| o == first)
    {
        forms.iter_mut().for_each(|(_, d)| d.settle(*first));
    }
    forms
}

/// What the text of one column shows about its dates.
pub(super) fn detect_column(table: &Table, at: usize) -> Detected {
    date::detect(table.records.iter().filter_map(|r| match r.cells.get(at) {
        Some(Cell::Text(text)) => Some(text.as_ref()),
        _ => None,
    }))
}

fn looks_like_dates(table: &Table, at: usize) -> bool {
    let texts = table.records.iter().filter_map(|r| match r.cells.get(at) {
        Some(Cell::Text(text)) => Some(text.as_ref()),
        _ => None,
    });
    let seen = date::detect(texts.take(PROBE)).evidence;
    // Plain numbers are dates only where a heading says so.
    let dates = seen.iso + seen.named + seen.day_first + seen.month_first + seen.either + seen.same;
    let others = seen.unreadable + seen.compact + seen.serial;
    dates > 0 && dates >= others * 9
}

/// The field a mapping would give a heading; used where headings are our own.
pub(super) fn label(field: Field) -> String {
    field.label().to_owned()
}
