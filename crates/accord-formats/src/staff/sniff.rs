//! What kind of file the bytes are, whatever its name says.

use super::table::TableError;

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text of some encoding.
    Text,
    /// A zip archive that should be a workbook.
    Zip,
    /// The container of old Office files.
    Ole,
}

/// Tells the kind, or why the file cannot be a staff list.
pub(super) fn kind(bytes: &[u8]) -> Result<Kind, TableError> {
    let start = bytes.trim_ascii_start();
    if start.is_empty() || bytes.iter().all(|b| *b == 0 || b.is_ascii_whitespace()) {
        return Err(TableError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(Kind::Zip);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Ok(Kind::Ole);
    }
    const MARKS: [(&[u8], &str); 9] = [
        (b"%PDF", "a PDF document"),
        (b"{\\rtf", "a text document (RTF)"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"GIF8", "a picture"),
        (b"\x1F\x8B", "a compressed archive"),
        (b"7z\xBC\xAF", "a compressed archive"),
        (b"Rar!", "a compressed archive"),
        (b"-----BEGIN PGP", "an encrypted message"),
    ];
    if let Some((_, what)) = MARKS.iter().find(|(mark, _)| start.starts_with(mark)) {
        return Err(TableError::NotATable(what));
    }
    let head = String::from_utf8_lossy(&start[..start.len().min(200)]).to_ascii_lowercase();
    if ["<!doctype html", "<html", "<table", "<?xml"].iter().any(|m| head.starts_with(m)) {
        return Err(TableError::NotATable("a web page or XML document"));
    }
    if head.starts_with("{\"") || head.starts_with("[{") {
        return Err(TableError::NotATable("a JSON document"));
    }
    Ok(Kind::Text)
}
