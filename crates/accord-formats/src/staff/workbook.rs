//! Excel workbooks (.xlsx), read cell by cell so that no declared size is believed.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};
use jiff::civil::Date;

use super::table::{Cell, Limits, SkipReason, Skipped, TableError};
use super::text::{Rows, trim_end};

/// The visible sheets with their rows, and the hidden ones as skipped.
pub(super) fn sheets(bytes: &[u8], limits: &Limits) -> Result<(Vec<Rows>, Vec<Skipped>), TableError> {
    unpacks_within(bytes, limits.unpacked_bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
    let listed: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    let mut sheets = Vec::new();
    let mut skipped = Vec::new();
    for (name, visible) in listed {
        if visible {
            sheets.push(rows_of(&mut book, name, limits)?);
        } else {
            skipped.push(Skipped { row: 0, sheet: name, why: SkipReason::HiddenSheet });
        }
    }
    Ok((sheets, skipped))
}

/// Unpacks every part once, counting, and stops at the limit: the sizes an archive declares may be lies.
fn unpacks_within(bytes: &[u8], limit: u64) -> Result<(), TableError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::DamagedWorkbook)?;
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(match archive.file_names().next() {
            _ if archive.index_for_name("word/document.xml").is_some() => TableError::NotATable("a Word document"),
            _ if archive.index_for_name("xl/workbook.bin").is_some() => {
                TableError::NotATable("a binary workbook (.xlsb)")
            }
            _ if archive.index_for_name("content.xml").is_some() => TableError::NotATable("an OpenDocument file"),
            Some(_) => TableError::NotATable("a compressed archive"),
            None => TableError::DamagedWorkbook,
        });
    }
    let too_large = TableError::TooLarge { what: "bytes once unpacked", limit };
    let mut room = limit;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| TableError::DamagedWorkbook)?;
        if part.size() > room {
            return Err(too_large);
        }
        let read = std::io::copy(&mut part.take(room + 1), &mut std::io::sink());
        let read = read.map_err(|_| TableError::DamagedWorkbook)?;
        room = room.checked_sub(read).ok_or_else(|| too_large.clone())?;
    }
    Ok(())
}

fn refusal(error: &XlsxError) -> TableError {
    match error {
        XlsxError::Password => TableError::PasswordProtected,
        _ => TableError::DamagedWorkbook,
    }
}

fn rows_of(book: &mut Xlsx<Cursor<&[u8]>>, name: String, limits: &Limits) -> Result<Rows, TableError> {
    let mut rows: Vec<(u32, Vec<Cell>)> = Vec::new();
    // Chart sheets have no cells and cannot be opened as tables.
    let Ok(mut cells) = book.worksheet_cells_reader(&name) else {
        return Ok(Rows { sheet: name, rows, cut_off: None });
    };
    while let Some(cell) = cells.next_cell().map_err(|error| refusal(&error))? {
        let (row, column) = cell.get_position();
        let value = value_of(cell.get_value());
        if value.is_empty() {
            continue;
        }
        if row >= limits.rows {
            return Err(TableError::TooLarge { what: "rows", limit: limits.rows.into() });
        }
        if column >= limits.columns {
            return Err(TableError::TooLarge { what: "columns", limit: limits.columns.into() });
        }
        if rows.last().is_none_or(|(last, _)| *last != row + 1) {
            rows.push((row + 1, Vec::new()));
        }
        if let Some((_, line)) = rows.last_mut() {
            if line.len() <= column as usize {
                line.resize(column as usize + 1, Cell::Empty);
            }
            line[column as usize] = value;
        }
    }
    rows.sort_by_key(|(row, _)| *row);
    for (_, line) in &mut rows {
        trim_end(line);
    }
    Ok(Rows { sheet: name, rows, cut_off: None })
}

fn value_of(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty | DataRef::Error(_) => Cell::Empty,
        DataRef::Int(n) => Cell::Number(*n as f64),
        DataRef::Float(n) => Cell::Number(*n),
        DataRef::Bool(yes) => Cell::Flag(*yes),
        DataRef::String(text) => Cell::from_text(text),
        DataRef::SharedString(text) => Cell::from_text(text),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::from_text(text),
        DataRef::DateTime(when) => {
            let days = when.as_f64();
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            let date = i16::try_from(year).ok().and_then(|y| Date::new(y, month as i8, day as i8).ok());
            // Below one day it is a time, above five digits nonsense.
            match date.filter(|_| when.is_datetime() && (1.0..110_000.0).contains(&days)) {
                Some(date) => Cell::Date(date),
                None => Cell::Number(days),
            }
        }
    }
}
