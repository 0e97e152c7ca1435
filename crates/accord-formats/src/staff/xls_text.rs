//! Text in old Excel workbooks: one or two bytes a letter, and the shared strings that run over several records.

use super::ole::u16_at;

/// A text with its length in two bytes.
pub(super) fn text_at(data: &[u8], at: usize) -> Option<String> {
    let length = usize::from(u16_at(data, at)?);
    letters(data.get(at + 2..)?, length)
}

/// A text with its length in one byte.
pub(super) fn short_text(data: &[u8], at: usize) -> Option<String> {
    let length = usize::from(*data.get(at)?);
    letters(data.get(at + 1..)?, length)
}

/// The letters after a byte of flags; as many as there are.
fn letters(data: &[u8], length: usize) -> Option<String> {
    let (flags, rest) = data.split_first()?;
    if flags & 1 == 0 {
        return Some(rest.iter().take(length).map(|b| char::from(*b)).collect());
    }
    let units: Vec<u16> = rest.as_chunks::<2>().0.iter().take(length).map(|u| u16::from_le_bytes(*u)).collect();
    Some(String::from_utf16_lossy(&units))
}

/// Reads across records: a record of shared strings and those that continue it.
pub(super) struct Pieces<'d> {
    pieces: &'d [&'d [u8]],
    piece: usize,
    at: usize,
}

impl<'d> Pieces<'d> {
    pub(super) fn new(pieces: &'d [&'d [u8]]) -> Self {
        Self { pieces, piece: 0, at: 0 }
    }

    fn byte(&mut self) -> Option<u8> {
        loop {
            let piece = self.pieces.get(self.piece)?;
            if let Some(byte) = piece.get(self.at) {
                self.at += 1;
                return Some(*byte);
            }
            self.piece += 1;
            self.at = 0;
        }
    }

    fn number(&mut self, bytes: usize) -> Option<usize> {
        let mut number = 0;
        for n in 0..bytes {
            number |= usize::from(self.byte()?) << (8 * n);
        }
        Some(number)
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            let left = self.pieces.get(self.piece)?.len() - self.at;
            if left >= bytes {
                self.at += bytes;
                return Some(());
            }
            bytes -= left;
            self.piece += 1;
            self.at = 0;
        }
        Some(())
    }

    /// All strings, as many as the data holds; how many it says it holds is not asked.
    pub(super) fn strings(mut self) -> Vec<Box<str>> {
        let mut strings = Vec::new();
        if self.skip(8).is_none() {
            return strings;
        }
        while let Some(text) = self.string() {
            strings.push(text.into_boxed_str());
        }
        strings
    }

    fn string(&mut self) -> Option<String> {
        let length = self.number(2)?;
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { self.number(2)? } else { 0 };
        let extra = if flags & 4 != 0 { self.number(4)? } else { 0 };
        let mut wide = flags & 1 != 0;
        let mut units: Vec<u16> = Vec::with_capacity(length.min(4096));
        while units.len() < length {
            let piece = self.pieces.get(self.piece)?;
            if self.at >= piece.len() {
                // The letters go on in the next record, which says anew how wide they are.
                self.piece += 1;
                self.at = 1;
                wide = self.pieces.get(self.piece)?.first()? & 1 != 0;
                continue;
            }
            units.push(self.number(if wide { 2 } else { 1 })? as u16);
        }
        self.skip(4 * runs)?;
        self.skip(extra)?;
        Some(String::from_utf16_lossy(&units))
    }
}
