//! A workbook's archive, looked through before anybody opens it: what its parts unpack to, and what they are called.

use std::collections::HashSet;
use std::io::{Cursor, Read, Write};

use super::table::{Limits, TableError};

/// Parts of an archive; a workbook has some dozens.
const MOST_PARTS: usize = 5_000;
/// What any part may unpack to, however small it is packed.
const FREE: u64 = 4_000_000;

/// What the look through the archive showed.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// A sheet has cells merged into one.
    pub merged_cells: bool,
}

/// Unpacks every part once, counting, and stops at the limit: the sizes an archive declares may be lies. Nothing is
/// written anywhere, so a part's name can lead nowhere; one that tries to is refused all the same.
pub(super) fn look_through(bytes: &[u8], limits: &Limits) -> Result<Seen, TableError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::DamagedWorkbook)?;
    is_workbook(&archive)?;
    if archive.len() > MOST_PARTS || archive.file_names().any(|name| name.map_or(true, |name| leads_out(&name))) {
        return Err(TableError::DamagedWorkbook);
    }
    let too_large = TableError::TooLarge { what: "bytes once unpacked", limit: limits.unpacked_bytes };
    let mut room = limits.unpacked_bytes;
    let mut seen = Seen::default();
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| TableError::DamagedWorkbook)?;
        if part.encrypted() {
            return Err(TableError::PasswordProtected);
        }
        let believed = FREE.max(part.compressed_size().saturating_mul(limits.times_packed));
        if part.size() > room {
            return Err(if part.size() > believed { TableError::Bomb } else { too_large });
        }
        if part.size() > believed {
            return Err(TableError::Bomb);
        }
        let mut watch = Watch { merges: seen.merged_cells, ..Watch::default() };
        let read = std::io::copy(&mut part.take(room.min(believed) + 1), &mut watch);
        let read = read.map_err(|_| TableError::DamagedWorkbook)?;
        seen.merged_cells |= watch.merges;
        if read > believed {
            return Err(TableError::Bomb);
        }
        room = room.checked_sub(read).ok_or_else(|| too_large.clone())?;
    }
    each_sheet_is_its_own(&mut archive)?;
    Ok(seen)
}

/// Sheets that share one part would be unpacked again for each of them.
fn each_sheet_is_its_own(archive: &mut zip::ZipArchive<Cursor<&[u8]>>) -> Result<(), TableError> {
    for (name, attribute) in [("xl/workbook.xml", "r:id="), ("xl/_rels/workbook.xml.rels", "Target=")] {
        let Ok(part) = archive.by_name(name) else { continue };
        let mut bytes = Vec::new();
        part.take(FREE).read_to_end(&mut bytes).map_err(|_| TableError::DamagedWorkbook)?;
        let text = String::from_utf8_lossy(&bytes);
        let mut seen = HashSet::new();
        for rest in text.split(attribute).skip(1) {
            let value = rest.get(1..).and_then(|r| r.split(['"', '\'']).next()).unwrap_or_default();
            if !seen.insert(value.to_owned()) && (attribute == "r:id=" || value.contains("sheet")) {
                return Err(TableError::DamagedWorkbook);
            }
        }
    }
    Ok(())
}

fn is_workbook(archive: &zip::ZipArchive<Cursor<&[u8]>>) -> Result<(), TableError> {
    let has = |name| archive.index_for_name(name).is_some();
    if has("xl/workbook.xml") {
        return Ok(());
    }
    Err(match archive.file_names().next() {
        _ if has("word/document.xml") => TableError::NotATable("a Word document"),
        _ if has("xl/workbook.bin") => TableError::NotATable("a binary workbook (.xlsb)"),
        _ if has("content.xml") => TableError::NotATable("an OpenDocument file"),
        Some(_) => TableError::NotATable("a compressed archive"),
        None => TableError::DamagedWorkbook,
    })
}

fn leads_out(name: &str) -> bool {
    name.starts_with(['/', '\\']) || name.contains(':') || name.split(['/', '\\']).any(|step| step == "..")
}

/// Forgets what is written to it but for one question.
#[derive(Default)]
struct Watch {
    merges: bool,
    /// The end of the last piece: a word may stand across two.
    end: Vec<u8>,
}

const MERGED: &[u8] = b"mergeCell ";

impl Write for Watch {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        if !self.merges {
            self.end.extend_from_slice(&piece[..piece.len().min(MERGED.len())]);
            let find = |text: &[u8]| text.windows(MERGED.len()).any(|w| w == MERGED);
            self.merges = find(&self.end) || find(piece);
            self.end.clear();
            self.end.extend_from_slice(&piece[piece.len().saturating_sub(MERGED.len())..]);
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
