//! Text files: their encoding, their delimiter, their records.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1252, WINDOWS_1254, WINDOWS_1257};

use super::header;
use super::table::{Cell, Limits, TableError};
use crate::csv_in;

/// Rows of one sheet, or of a whole text file.
pub(super) struct Rows {
    /// The sheet's name; empty in text.
    pub sheet: String,
    /// Record number and cells; trailing empty cells are cut.
    pub rows: Vec<(u32, Vec<Cell>)>,
    /// The record in which the file ends.
    pub cut_off: Option<u32>,
}

/// Decodes by byte order mark, else as UTF-8 where it is that, else as the likeliest encoding of Western or Central
/// European Windows.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, &'static Encoding) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return (encoding.decode_without_bom_handling(&bytes[mark..]).0, encoding);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return (encoding.decode_without_bom_handling(bytes).0, encoding);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => return (Cow::Borrowed(text), UTF_8),
        // Cut off in the middle of a character: still UTF-8.
        Err(error) if error.error_len().is_none() => {
            return (String::from_utf8_lossy(bytes), UTF_8);
        }
        Err(_) => {}
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(Some(b"uk"), Utf8Detection::Deny);
    let encoding = [WINDOWS_1250, WINDOWS_1254, WINDOWS_1257].into_iter().find(|e| *e == guess).unwrap_or(WINDOWS_1252);
    (encoding.decode_without_bom_handling(bytes).0, encoding)
}

/// Every other byte NUL: sixteen bits a character.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(2000)];
    if head.len() < 8 {
        return None;
    }
    let nuls = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    match (even * 5 > head.len() * 2, odd * 5 > head.len() * 2) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

/// The delimiter a spreadsheet's first line `sep=;` names, or the one under which the text looks most like a staff list:
/// known headings count most, then records of even length.
pub(super) fn delimiter(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    if let Some(named) = first.trim().strip_prefix("sep=").and_then(|s| s.chars().next()) {
        return named;
    }
    let mut best = (0.0, ',');
    for delimiter in [',', ';', '\t', '|', '~'] {
        let score = evenness(text, delimiter);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

/// Records looked at to find the delimiter.
const PROBE: usize = 60;

fn evenness(text: &str, delimiter: char) -> f64 {
    let mut lengths: Vec<usize> = Vec::new();
    let mut headings = 0;
    for (_, cells) in csv_in::records(text, delimiter).take(PROBE) {
        headings = headings.max(header::known_headings(cells.iter().map(AsRef::as_ref)));
        lengths.push(cells.len());
    }
    lengths.retain(|l| *l > 0);
    lengths.sort_unstable();
    let Some(median) = lengths.get(lengths.len() / 2).copied() else {
        return 0.0;
    };
    let even = lengths.iter().filter(|l| **l == median).count() as f64 / lengths.len() as f64;
    let width = if median < 2 { 0.0 } else { (median as f64).min(30.0) };
    // One known heading alone proves nothing: "Name" is known under every delimiter of a one-column list.
    let known = if headings >= 2 { headings as f64 * 100.0 } else { 0.0 };
    known + even * width
}

/// All records within the limits.
pub(super) fn rows(text: &str, delimiter: char, limits: &Limits) -> Result<Rows, TableError> {
    let mut records = csv_in::records(text, delimiter);
    let mut rows = Vec::new();
    for (row, cells) in records.by_ref() {
        if row > limits.rows {
            return Err(TableError::TooLarge { what: "rows", limit: limits.rows.into() });
        }
        let mut cells: Vec<Cell> = cells.iter().map(|c| Cell::from_text(c)).collect();
        trim_end(&mut cells);
        if cells.len() > limits.columns as usize {
            return Err(TableError::TooLarge { what: "columns", limit: limits.columns.into() });
        }
        rows.push((row, cells));
    }
    Ok(Rows { sheet: String::new(), rows, cut_off: records.cut_off() })
}

/// Cuts empty cells off the end.
pub(super) fn trim_end(cells: &mut Vec<Cell>) {
    while cells.last().is_some_and(Cell::is_empty) {
        cells.pop();
    }
}
