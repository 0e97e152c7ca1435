//! The same file with a column added that says what to put right: for whoever sent it to mend it where it was made.

use std::collections::BTreeMap;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::row::RowFault;
use super::sheets::RawSheet;
use super::sniff::{self, Kind};
use super::table::{Cell, Limits, Source, Table, TableError};
use super::{text, workbook, xls};
use crate::csv_in;
use crate::csv_out::guard;

/// The heading of the column that is added.
pub const ADDED_HEADING: &str = "To put right";

/// A file to be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBack {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What a browser is told it is.
    pub content_type: &'static str,
    /// The ending of its name, without the stop.
    pub ending: &'static str,
}

/// The file in `bytes`, of which `table` was read, with a column added at the right: each record's faults, and what
/// happens if they are left. Text keeps its encoding, delimiter and records; a workbook keeps its sheets and values, not
/// its looks. No cell of it starts a formula: [`guard`] puts an apostrophe before those that would, and reading the file
/// again takes it off. Fails as [`super::read_table`] does, where the bytes are not those of the table.
pub fn give_back(bytes: &[u8], table: &Table, faults: &[RowFault]) -> Result<GivenBack, TableError> {
    let notes = notes(faults);
    match &table.dialect.source {
        Source::Text { delimiter, .. } | Source::EsrOutbound { delimiter, .. } => {
            let bytes = text_with(bytes, *delimiter, table.dialect.header_row, &notes);
            Ok(GivenBack { bytes, content_type: "text/csv", ending: "csv" })
        }
        Source::Workbook { .. } => {
            let limits = Limits::default();
            let sheets = match sniff::kind(bytes)? {
                Kind::Ole => xls::sheets(bytes, &limits)?,
                _ => workbook::sheets(bytes, &limits)?,
            };
            let bytes = workbook_with(&sheets, table, &notes).map_err(|_| TableError::DamagedWorkbook)?;
            let content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            Ok(GivenBack { bytes, content_type, ending: "xlsx" })
        }
    }
}

type Notes = BTreeMap<(u16, u32), String>;

/// The sentences of each record; those about whole columns stand beside the headings, row 0.
fn notes(faults: &[RowFault]) -> Notes {
    let mut notes: Notes = BTreeMap::new();
    for fault in faults {
        let note = notes.entry((fault.sheet, fault.row)).or_default();
        if !note.is_empty() {
            note.push_str(" | ");
        }
        let seen = if fault.seen.is_empty() { String::new() } else { format!("\"{}\": ", fault.seen) };
        let column = if fault.column.is_empty() { String::new() } else { format!("{}: ", fault.column) };
        note.push_str(&format!("{column}{seen}wanted {}. {}", fault.wanted, fault.if_left()));
    }
    notes
}

fn text_with(bytes: &[u8], delimiter: char, header_row: u32, notes: &Notes) -> Vec<u8> {
    let decoded = text::decode(bytes);
    let line_end = if decoded.text.contains("\r\n") { "\r\n" } else { "\n" };
    let width = usual_width(&decoded.text, delimiter);
    let mut out = String::with_capacity(decoded.text.len() + notes.len() * 80);
    for (row, cells) in csv_in::records(&decoded.text, delimiter) {
        let note = match (row == header_row, notes.get(&(0, row))) {
            (true, _) => Some(match notes.get(&(0, 0)) {
                Some(whole) => format!("{ADDED_HEADING} ({whole})"),
                None => ADDED_HEADING.to_owned(),
            }),
            (false, note) => note.cloned(),
        };
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                out.push(delimiter);
            }
            push_cell(&mut out, cell, delimiter);
        }
        if let Some(note) = note {
            (cells.len().max(1)..width).for_each(|_| out.push(delimiter));
            out.push(delimiter);
            push_cell(&mut out, &note, delimiter);
        }
        out.push_str(line_end);
    }
    encoded(&out, decoded.encoding, bytes)
}

fn usual_width(text: &str, delimiter: char) -> usize {
    let mut widths: Vec<usize> =
        csv_in::records(text, delimiter).take(400).map(|(_, c)| c.len()).filter(|w| *w > 1).collect();
    widths.sort_unstable();
    widths.get(widths.len() / 2).copied().unwrap_or(1)
}

fn push_cell(out: &mut String, cell: &str, delimiter: char) {
    let safe = guard(cell);
    if safe.contains([delimiter, '"', '\r', '\n']) || safe.starts_with(' ') || safe.ends_with(' ') {
        out.push('"');
        out.push_str(&safe.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(&safe);
    }
}

/// The text in the encoding it came in, its byte order mark too.
fn encoded(text: &str, encoding: &'static Encoding, before: &[u8]) -> Vec<u8> {
    let marked = Encoding::for_bom(before).is_some();
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let little = encoding == UTF_16LE;
        let unit = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        let mark = marked.then_some(0xfeff);
        return mark.into_iter().chain(text.encode_utf16()).flat_map(unit).collect();
    }
    if encoding == UTF_8 {
        let mark: &[u8] = if marked { b"\xef\xbb\xbf" } else { b"" };
        return [mark, text.as_bytes()].concat();
    }
    // A sign of ours that the encoding does not have becomes a question mark; the file's own letters came from it.
    let plain: String = text.replace('…', "...").chars().collect();
    let mut bytes = Vec::with_capacity(plain.len());
    for part in plain.split_inclusive('\n') {
        let (part_bytes, _, lost) = encoding.encode(part);
        if lost {
            let kept: String =
                part.chars().map(|c| if encoding.encode(c.encode_utf8(&mut [0; 4])).2 { '?' } else { c }).collect();
            bytes.extend_from_slice(&encoding.encode(&kept).0);
        } else {
            bytes.extend_from_slice(&part_bytes);
        }
    }
    bytes
}

fn workbook_with(sheets: &[RawSheet], table: &Table, notes: &Notes) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let dates = Format::new().set_num_format("dd/mm/yyyy");
    for (number, sheet) in sheets.iter().enumerate() {
        let page = book.add_worksheet();
        page.set_name(&sheet.name)?;
        page.set_hidden(sheet.hidden && sheets.iter().any(|s| !s.hidden));
        let number = number as u16;
        let width = sheet.rows.iter().map(|(_, c)| c.len()).max().unwrap_or(0);
        let added = u16::try_from(width).unwrap_or(0);
        for (row, cells) in &sheet.rows {
            for (column, cell) in cells.iter().enumerate() {
                put(page, row - 1, column as u16, cell, &dates)?;
            }
        }
        let heads = table.skipped.iter().filter(|s| s.sheet == number && s.why == super::table::SkipReason::Header);
        let head = heads.map(|s| s.row).max();
        if let Some(head) = head {
            page.write_string(head - 1, added, ADDED_HEADING)?;
        }
        for ((_, row), note) in notes.range((number, 1)..=(number, u32::MAX)) {
            page.write_string(row - 1, added, guard(note).chars().take(32_000).collect::<String>())?;
        }
    }
    book.save_to_buffer()
}

fn put(page: &mut Worksheet, row: u32, column: u16, cell: &Cell, dates: &Format) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) | Cell::Formula(text) => {
            page.write_string(row, column, guard(text).as_ref())?;
        }
        Cell::Number(number) => {
            page.write_number(row, column, *number)?;
        }
        Cell::Flag(yes) => {
            page.write_boolean(row, column, *yes)?;
        }
        Cell::Date(date) => {
            let day = ExcelDateTime::from_ymd(date.year() as u16, date.month() as u8, date.day() as u8)?;
            page.write_datetime_with_format(row, column, &day, dates)?;
        }
    }
    Ok(())
}
