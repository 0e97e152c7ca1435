//! Excel workbooks (.xlsx), read cell by cell so that no declared size is believed.

use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, SheetVisible, Xlsx, XlsxError};
use jiff::civil::Date;

use super::archive;
use super::lines::trim_end;
use super::sheets::RawSheet;
use super::table::{Cell, Limits, TableError};

/// Cells filled from merged areas, and the longest text they are filled with, in bytes.
const MOST_FILLED: usize = 300_000;
const LONGEST_FILLED: usize = 100;
/// Sheets of a workbook.
const MOST_SHEETS: usize = 500;

/// All sheets with their rows.
pub(super) fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<RawSheet>, TableError> {
    let seen = archive::look_through(bytes, limits)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
    let listed: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
        .collect();
    if listed.len() > MOST_SHEETS {
        return Err(TableError::TooLarge { what: "sheets", limit: MOST_SHEETS as u64 });
    }
    let mut room = Room { cells: limits.cells, text: limits.unpacked_bytes };
    let mut sheets = Vec::new();
    for (name, hidden) in listed {
        let mut sheet = RawSheet { rows: rows_of(&mut book, &name, limits, &mut room)?, name, hidden };
        if seen.merged_cells {
            fill_merged(&mut book, &mut sheet);
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn refusal(error: &XlsxError) -> TableError {
    match error {
        XlsxError::Password => TableError::PasswordProtected,
        _ => TableError::DamagedWorkbook,
    }
}

/// What may still be kept.
pub(super) struct Room {
    pub cells: u64,
    pub text: u64,
}

impl Room {
    /// Takes room for a row grown by so many cells, and for a text.
    pub(super) fn take(&mut self, cells: usize, text: usize, limits: &Limits) -> Result<(), TableError> {
        let less =
            |room: u64, by: usize, what, limit| room.checked_sub(by as u64).ok_or(TableError::TooLarge { what, limit });
        self.cells = less(self.cells, cells, "cells", limits.cells)?;
        self.text = less(self.text, text, "bytes of text", limits.unpacked_bytes)?;
        Ok(())
    }
}

/// Rows being put together cell by cell.
#[derive(Default)]
pub(super) struct RowsInMaking {
    rows: Vec<(u32, Vec<Cell>)>,
}

impl RowsInMaking {
    /// Puts a cell where it belongs, counted from 0; empty ones are not kept.
    pub(super) fn put(
        &mut self,
        at: (u32, u32),
        value: Cell,
        limits: &Limits,
        room: &mut Room,
    ) -> Result<(), TableError> {
        let (row, column) = at;
        if value.is_empty() {
            return Ok(());
        }
        if row >= limits.rows {
            return Err(TableError::TooLarge { what: "rows", limit: limits.rows.into() });
        }
        if column >= limits.columns {
            return Err(TableError::TooLarge { what: "columns", limit: limits.columns.into() });
        }
        if self.rows.last().is_none_or(|(last, _)| *last != row + 1) {
            self.rows.push((row + 1, Vec::new()));
        }
        let Some((_, line)) = self.rows.last_mut() else { return Ok(()) };
        let text = if let Cell::Text(text) | Cell::Formula(text) = &value { text.len() } else { 0 };
        let wider = (column as usize + 1).saturating_sub(line.len());
        room.take(wider, text, limits)?;
        if wider > 0 {
            line.resize(column as usize + 1, Cell::Empty);
        }
        line[column as usize] = value;
        Ok(())
    }

    /// The rows in order, each number once.
    pub(super) fn finish(mut self) -> Vec<(u32, Vec<Cell>)> {
        self.rows.sort_by_key(|(row, _)| *row);
        self.rows.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                for (at, cell) in std::mem::take(&mut later.1).into_iter().enumerate().filter(|(_, c)| !c.is_empty()) {
                    if earlier.1.len() <= at {
                        earlier.1.resize(at + 1, Cell::Empty);
                    }
                    earlier.1[at] = cell;
                }
            }
            same
        });
        for (_, line) in &mut self.rows {
            trim_end(line);
            line.shrink_to_fit();
        }
        self.rows
    }
}

fn rows_of(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    limits: &Limits,
    room: &mut Room,
) -> Result<Vec<(u32, Vec<Cell>)>, TableError> {
    let mut rows = RowsInMaking::default();
    // Chart sheets have no cells and cannot be opened as tables.
    let Ok(mut cells) = book.worksheet_cells_reader(name) else {
        return Ok(Vec::new());
    };
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|error| refusal(&error))? {
        let value = match (value_of(&cell.value), &cell.formula) {
            (Cell::Empty, Some(_)) if !matches!(cell.value, DataRef::Error(_)) => {
                Cell::Formula("a formula without a value".into())
            }
            (value, _) => value,
        };
        rows.put(cell.pos, value, limits, room)?;
    }
    Ok(rows.finish())
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
        DataRef::DateTime(when) => date_or_number(*when),
    }
}

/// Below one day it is a time, above six digits nonsense.
fn date_or_number(when: ExcelDateTime) -> Cell {
    let days = when.as_f64();
    if !(1.0..110_000.0).contains(&days) || !when.is_datetime() {
        return Cell::Number(days);
    }
    let (year, month, day, ..) = when.to_ymd_hms_milli();
    let date = i16::try_from(year).ok().and_then(|y| Date::new(y, month as i8, day as i8).ok());
    date.map_or(Cell::Number(days), Cell::Date)
}

fn fill_merged(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &mut RawSheet) {
    let Ok(areas) = book.merge_cells_by_sheet_name(&sheet.name) else { return };
    let down = areas.iter().filter(|a| a.start.1 == a.end.1 && a.end.0 > a.start.0);
    let down: Vec<(u32, u32, u32)> = down.map(|a| (a.start.0, a.end.0, a.start.1)).collect();
    fill_down(&mut sheet.rows, &down);
}

/// A value merged down over several rows counts for each of them that has something of its own: the ward beside its
/// staff. Areas are first row, last row and column, from 0.
pub(super) fn fill_down(rows: &mut [(u32, Vec<Cell>)], areas: &[(u32, u32, u32)]) {
    let mut steps = MOST_FILLED;
    for (first, last, column) in areas {
        let column = *column as usize;
        let from = rows.partition_point(|(row, _)| *row <= *first);
        let Some((row, cells)) = rows.get(from) else { continue };
        let value =
            cells.get(column).filter(|c| *row == first + 1 && !c.is_empty() && c.text().len() <= LONGEST_FILLED);
        let Some(value) = value.cloned() else { continue };
        for (row, cells) in rows[from + 1..].iter_mut() {
            if *row > last + 1 || steps == 0 {
                break;
            }
            steps -= 1;
            if cells.get(column).is_none_or(Cell::is_empty) && !cells.is_empty() {
                if cells.len() <= column {
                    cells.resize(column + 1, Cell::Empty);
                }
                cells[column] = value.clone();
            }
        }
    }
}
