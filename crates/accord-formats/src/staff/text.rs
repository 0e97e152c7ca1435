//! Text files: their encoding, their delimiter.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1252, WINDOWS_1254, WINDOWS_1257};

use super::header;
use crate::csv_in;

/// The text, its encoding, and whether the bytes end inside a character.
pub(super) struct Decoded<'b> {
    pub text: Cow<'b, str>,
    pub encoding: &'static Encoding,
    pub ends_inside: bool,
}

/// Decodes by byte order mark, else as UTF-8 where it is that but for a few broken bytes, else as the likeliest encoding
/// of Western or Central European Windows.
pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let wide = |bytes, encoding: &'static Encoding| {
        let text = encoding.decode_without_bom_handling(bytes).0;
        Decoded { text, encoding, ends_inside: bytes.len() % 2 == 1 }
    };
    match Encoding::for_bom(bytes) {
        Some((encoding, mark)) if encoding == UTF_16LE || encoding == UTF_16BE => {
            return wide(&bytes[mark..], encoding);
        }
        Some((_, mark)) => return utf8(&bytes[mark..]).unwrap_or_else(|| lossy(&bytes[mark..])),
        None => {}
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return wide(bytes, encoding);
    }
    if let Some(decoded) = utf8(bytes) {
        return decoded;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(Some(b"uk"), Utf8Detection::Deny);
    let encoding = [WINDOWS_1250, WINDOWS_1254, WINDOWS_1257].into_iter().find(|e| *e == guess).unwrap_or(WINDOWS_1252);
    Decoded { text: encoding.decode_without_bom_handling(bytes).0, encoding, ends_inside: false }
}

fn lossy(bytes: &[u8]) -> Decoded<'_> {
    Decoded { text: String::from_utf8_lossy(bytes), encoding: UTF_8, ends_inside: false }
}

/// UTF-8 where at least nine in ten of the letters beyond ASCII are whole; the others become the mark for a lost letter.
fn utf8(bytes: &[u8]) -> Option<Decoded<'_>> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Some(Decoded { text: Cow::Borrowed(text), encoding: UTF_8, ends_inside: false }),
        Err(error) => error,
    };
    let (mut whole, mut broken) = (0usize, 0usize);
    let mut ends_inside = false;
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().bytes().filter(|b| *b >= 0xc2).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    if error.error_len().is_none() {
        ends_inside = true;
        broken = broken.saturating_sub(1);
    }
    let believed = broken == 0 || (whole >= 3 && broken * 10 <= whole);
    believed.then(|| Decoded { text: String::from_utf8_lossy(bytes), encoding: UTF_8, ends_inside })
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

/// Text looked at to find the delimiter, in bytes, and records of it.
const PROBE_BYTES: usize = 200_000;
const PROBE: usize = 80;

/// The delimiter a spreadsheet's first line `sep=;` names, or the one under which the text looks most like a staff list:
/// known headings count most, then records of even length. Unusual signs are tried where the usual ones make no table.
pub(super) fn delimiter(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    if let Some(named) = first.trim().strip_prefix("sep=").and_then(|s| s.chars().next()).filter(|c| *c != '"') {
        return named;
    }
    let mut end = text.len().min(PROBE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let probe = &text[..end];
    let best = |signs: &[char]| {
        let mut best = (0.0, ',');
        for delimiter in signs {
            let score = evenness(probe, *delimiter);
            if score > best.0 {
                best = (score, *delimiter);
            }
        }
        best
    };
    let usual = best(&[',', ';', '\t', '|', '~']);
    if usual.0 >= 200.0 {
        return usual.1;
    }
    let odd =
        best(&['^', '¦', '§', '¬', '#', '*', '!', '¤', '\u{1f}', '\u{1e}', '\u{1}', '\u{2}', '$', '%', '\\', '_', ':']);
    // An even cut by an odd sign must beat the usual ones clearly: signs stand inside values too.
    if odd.0 > usual.0 * 1.5 + 2.0 { odd.1 } else { usual.1 }
}

fn evenness(text: &str, delimiter: char) -> f64 {
    let mut lengths: Vec<usize> = Vec::new();
    let mut headings = 0;
    for (_, cells) in csv_in::records(text, delimiter).take(PROBE) {
        headings = headings.max(header::known_headings(cells.iter().map(AsRef::as_ref).filter(|c| c.len() <= 60)));
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
