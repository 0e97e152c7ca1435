//! Old Excel workbooks (.xls, Excel 97 to 2003), read record by record.

use std::collections::HashMap;

use super::ole::{Ole, u16_at, u32_at};
use super::sheets::RawSheet;
use super::table::{Cell, Limits, TableError};
use super::workbook::{Room, RowsInMaking, fill_down};
use super::xls_text::{Pieces, short_text, text_at};
use crate::date;

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000a;
const CONTINUE: u16 = 0x003c;

/// All sheets with their rows.
pub(super) fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<RawSheet>, TableError> {
    let ole = Ole::open(bytes).ok_or(TableError::DamagedWorkbook)?;
    if ole.has("EncryptedPackage") || ole.has("EncryptionInfo") {
        return Err(TableError::PasswordProtected);
    }
    if ole.has("WordDocument") {
        return Err(TableError::NotATable("a Word document"));
    }
    if ole.has("PowerPoint Document") {
        return Err(TableError::NotATable("a presentation"));
    }
    if ole.has("__properties_version1.0") {
        return Err(TableError::NotATable("a saved e-mail"));
    }
    let Some(stream) = ole.stream("Workbook") else {
        return Err(if ole.has("Book") { TableError::OldWorkbook } else { TableError::DamagedWorkbook });
    };
    let globals = Globals::read(&stream)?;
    let mut room = Room { cells: limits.cells, text: limits.unpacked_bytes };
    // Sheets that claim the same place would be read again and again.
    let mut budget = stream.len().saturating_mul(2);
    let mut sheets = Vec::new();
    for (name, hidden, at) in &globals.sheets {
        let rows = rows_of(&stream, *at, &globals, limits, &mut room, &mut budget)?;
        sheets.push(RawSheet { name: name.clone(), hidden: *hidden, rows });
    }
    Ok(sheets)
}

/// One record: its kind, its data, and where the next one stands.
fn record(stream: &[u8], at: usize) -> Option<(u16, &[u8], usize)> {
    let (kind, length) = (u16_at(stream, at)?, usize::from(u16_at(stream, at + 2)?));
    let end = (at + 4 + length).min(stream.len());
    Some((kind, &stream[at + 4..end], at + 4 + length))
}

#[derive(Default)]
struct Globals {
    strings: Vec<Box<str>>,
    /// Name, hidden, place in the stream.
    sheets: Vec<(String, bool, usize)>,
    /// For each cell format, its number format.
    formats: Vec<u16>,
    /// Number formats that show dates.
    date_formats: HashMap<u16, bool>,
    from_1904: bool,
}

impl Globals {
    fn read(stream: &[u8]) -> Result<Self, TableError> {
        let mut globals = Self::default();
        let mut at = 0;
        let mut first = true;
        while let Some((kind, data, next)) = record(stream, at) {
            if first && (kind != BOF || u16_at(data, 0) != Some(0x0600)) {
                return Err(if kind == BOF { TableError::OldWorkbook } else { TableError::DamagedWorkbook });
            }
            first = false;
            at = next;
            match kind {
                0x002f => return Err(TableError::PasswordProtected),
                0x0022 => globals.from_1904 = u16_at(data, 0) == Some(1),
                0x00e0 => globals.formats.extend(u16_at(data, 2)),
                0x041e => {
                    if let (Some(index), Some(text)) = (u16_at(data, 0), text_at(data, 2)) {
                        globals.date_formats.insert(index, shows_date(&text));
                    }
                }
                0x0085 => globals.sheet(data),
                0x00fc => {
                    let mut pieces = vec![data];
                    while let Some((CONTINUE, more, after)) = record(stream, at) {
                        pieces.push(more);
                        at = after;
                    }
                    globals.strings = Pieces::new(&pieces).strings();
                }
                EOF => break,
                _ => {}
            }
        }
        if globals.sheets.is_empty() { Err(TableError::DamagedWorkbook) } else { Ok(globals) }
    }

    /// Worksheets only: charts and macros have no rows.
    fn sheet(&mut self, data: &[u8]) {
        if let (Some(place), Some([state, kind]), Some(name)) = (u32_at(data, 0), data.get(4..6), short_text(data, 6))
            && *kind == 0
        {
            self.sheets.push((name, state & 3 != 0, place as usize));
        }
    }

    fn number(&self, format: u16, value: f64) -> Cell {
        let format = self.formats.get(usize::from(format)).copied().unwrap_or(0);
        let builtin = matches!(format, 14..=17 | 22 | 27..=31 | 36 | 50..=58);
        let is_date = self.date_formats.get(&format).copied().unwrap_or(builtin);
        let days = if self.from_1904 { value + 1462.0 } else { value };
        if is_date && (1.0..110_000.0).contains(&days) {
            return date::from_serial(days as u32).map_or(Cell::Number(value), Cell::Date);
        }
        Cell::Number(value)
    }
}

/// A number format with a day or a year in it.
fn shows_date(format: &str) -> bool {
    let mut bare = String::new();
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for c in format.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' | '_' | '*' => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            c if !quoted && !bracketed => bare.push(c.to_ascii_lowercase()),
            _ => {}
        }
    }
    bare != "standard" && bare.contains(['d', 'y'])
}

fn rows_of(
    stream: &[u8],
    from: usize,
    globals: &Globals,
    limits: &Limits,
    room: &mut Room,
    budget: &mut usize,
) -> Result<Vec<(u32, Vec<Cell>)>, TableError> {
    let mut rows = RowsInMaking::default();
    let mut merged = Vec::new();
    let mut awaits_text = None;
    let mut at = from;
    let mut depth = 0;
    while let Some((kind, data, next)) = record(stream, at) {
        *budget = budget.checked_sub(next - at).ok_or(TableError::DamagedWorkbook)?;
        at = next;
        match kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            // Charts inside a sheet have cells of their own.
            _ if depth > 1 => {}
            0x00e5 => merged.extend(areas(data)),
            0x0207 => {
                if let (Some(place), Some(text)) = (awaits_text.take(), text_at(data, 0)) {
                    rows.put(place, Cell::from_text(&text), limits, room)?;
                }
            }
            0x00bd => many_numbers(data, globals, &mut |place, cell| rows.put(place, cell, limits, room))?,
            _ => {
                if let Some((place, cell)) = one_cell(kind, data, globals, &mut awaits_text) {
                    rows.put(place, cell, limits, room)?;
                }
            }
        }
    }
    let mut rows = rows.finish();
    fill_down(&mut rows, &merged);
    Ok(rows)
}

type Place = (u32, u32);

fn one_cell(kind: u16, data: &[u8], globals: &Globals, awaits_text: &mut Option<Place>) -> Option<(Place, Cell)> {
    let place = (u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?));
    let format = u16_at(data, 4)?;
    let float = |at: usize| Some(f64::from_le_bytes(data.get(at..at + 8)?.try_into().ok()?));
    let cell = match kind {
        0x00fd => {
            let text = globals.strings.get(u32_at(data, 6)? as usize)?;
            Cell::from_text(text)
        }
        0x0204 | 0x00d6 => Cell::from_text(&text_at(data, 6)?),
        0x0203 => globals.number(format, float(6)?),
        0x027e => globals.number(format, rk(u32_at(data, 6)?)),
        0x0205 if data.get(7) == Some(&0) => Cell::Flag(data.get(6) == Some(&1)),
        0x0006 if u16_at(data, 12) == Some(0xffff) => match data.get(6)? {
            0 => {
                *awaits_text = Some(place);
                return None;
            }
            1 => Cell::Flag(data.get(8) == Some(&1)),
            _ => return None,
        },
        0x0006 => globals.number(format, float(6)?),
        _ => return None,
    };
    Some((place, cell))
}

fn many_numbers(
    data: &[u8],
    globals: &Globals,
    put: &mut dyn FnMut(Place, Cell) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let (Some(row), Some(first)) = (u16_at(data, 0), u16_at(data, 2)) else { return Ok(()) };
    for (n, pair) in data.get(4..).unwrap_or(&[]).as_chunks::<6>().0.iter().enumerate() {
        if let (Some(format), Some(value)) = (u16_at(pair, 0), u32_at(pair, 2)) {
            put((u32::from(row), u32::from(first) + n as u32), globals.number(format, rk(value)))?;
        }
    }
    Ok(())
}

/// A number in four bytes: an integer or the upper half of a float, perhaps to be divided by a hundred.
fn rk(value: u32) -> f64 {
    let number = if value & 2 != 0 {
        f64::from((value as i32) >> 2)
    } else {
        f64::from_bits(u64::from(value & 0xffff_fffc) << 32)
    };
    if value & 1 != 0 { number / 100.0 } else { number }
}

/// Merged areas of one column: first row, last row, column, from 0.
fn areas(data: &[u8]) -> Vec<(u32, u32, u32)> {
    let areas = data.get(2..).unwrap_or(&[]).as_chunks::<8>().0;
    let whole = areas.iter().filter_map(|a| Some((u16_at(a, 0)?, u16_at(a, 2)?, u16_at(a, 4)?, u16_at(a, 6)?)));
    whole
        .filter(|(first, last, left, right)| left == right && last > first)
        .map(|(first, last, left, _)| (first.into(), last.into(), left.into()))
        .collect()
}
