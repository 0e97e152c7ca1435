//! Values out of cells that hold a little more, or were bent by a spreadsheet on the way. Nothing is invented: what is
//! taken stands in the cell, and where two things could be meant, nothing is taken.

use std::borrow::Cow;

use crate::fault::{Fault, FaultCode};
use crate::staff_number::{DIGITS_LOST, is_scientific};
use crate::{Email, Mobile, NhsNumber, Postcode};

/// The number as it was before a spreadsheet or program wrote it another way, where all of its digits are still there:
/// `592420.0` is `592420`, `7.700900123E+09` is `7700900123`, `'0123` is `0123`.
pub(super) fn number(text: &str) -> Cow<'_, str> {
    let text = text.trim().trim_start_matches(['\'', '’', '`']);
    if is_scientific(text) {
        return all_digits(text).map_or(Cow::Borrowed(text), Cow::Owned);
    }
    match text.split_once('.') {
        Some((whole, zeros)) if !whole.is_empty() && (1..=2).contains(&zeros.len()) => {
            let plain = whole.bytes().all(|b| b.is_ascii_digit()) && zeros.bytes().all(|b| b == b'0');
            Cow::Borrowed(if plain { whole } else { text })
        }
        _ => Cow::Borrowed(text),
    }
}

/// The digits of a number in powers of ten, where it shows every one of them.
fn all_digits(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let exponent: usize = exponent.trim_start_matches('+').parse().ok()?;
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    (digits.len() == exponent + 1).then_some(digits)
}

/// The one mobile number in the cell.
pub(super) fn mobile(text: &str) -> Result<Mobile, Fault> {
    let text = number(text);
    let whole = Mobile::parse(&text);
    if whole.is_ok() || is_scientific(&text) {
        return whole;
    }
    let mut found: Vec<Mobile> = Vec::new();
    for piece in text.split(|c: char| c.is_alphabetic() || matches!(c, '/' | ',' | ';' | ':' | '\n' | '\r' | '|' | '&'))
    {
        let piece = piece.trim().trim_end_matches(['(', '-', ' ']).trim_start_matches([')', '-', ' ', '.']);
        if let Ok(mobile) = Mobile::parse(piece)
            && !found.contains(&mobile)
        {
            found.push(mobile);
        }
    }
    only(found).unwrap_or(whole)
}

/// The one address in the cell: bare, in brackets, with a remark.
pub(super) fn email(text: &str) -> Result<Email, Fault> {
    let whole = Email::parse(text);
    if whole.is_ok() || !text.contains('@') {
        return whole;
    }
    let mut found: Vec<Email> = Vec::new();
    for piece in text.split(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '<' | '>' | '(' | ')' | '"' | '|')) {
        let piece = piece.strip_prefix("mailto:").unwrap_or(piece).trim_end_matches(['.', ':']);
        if let Ok(email) = Email::parse(piece)
            && !found.contains(&email)
        {
            found.push(email);
        }
    }
    only(found).unwrap_or(whole)
}

/// A postcode, also at the end of an address.
pub(super) fn postcode(text: &str) -> Result<Postcode, Fault> {
    let whole = Postcode::parse(text);
    if whole.is_ok() || text.len() < 9 {
        return whole;
    }
    let mut words = text.rsplit(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|w| !w.is_empty());
    let (last, before) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let joined = format!("{before}{last}");
    let found = if last.len() == 3 { Postcode::parse(&joined) } else { Postcode::parse(last) };
    found.or(whole)
}

/// An NHS number. Nine digits are not made ten: a zero in front would be a Scottish number, or a wrong one.
pub(super) fn nhs_number(text: &str) -> Result<NhsNumber, Fault> {
    let text = number(text);
    if is_scientific(&text) {
        return Err(DIGITS_LOST);
    }
    let read = NhsNumber::parse(&text);
    let nine = text.bytes().filter(u8::is_ascii_digit).count() == 9 && !text.bytes().any(|b| b.is_ascii_alphabetic());
    match read {
        Err(_) if nine => Err(Fault::new(
            FaultCode::NhsNumberLength,
            "an NHS number of 10 digits (one is missing, perhaps a zero in front)",
        )),
        read => read,
    }
}

/// Yes or no in the words lists use, English and Welsh among them.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "y" | "yes" | "true" | "t" | "1" | "primary" | "main" | "x" | "✓" | "✔" | "☑" | "ie" | "ydy" | "oui" | "ja"
        | "sí" | "si" | "tak" | "da" | "wahr" | "vrai" => Some(true),
        "n" | "no" | "false" | "f" | "0" | "secondary" | "second" | "✗" | "✘" | "☐" | "na" | "nac ydy" | "non"
        | "nein" | "nie" | "nu" | "falsch" | "faux" => Some(false),
        _ => None,
    }
}

/// Text that was written as UTF-8 and read as Windows-1252 on the way (`AmÃ©lia`), put right; none where it was not.
pub(super) fn misread_utf8(text: &str) -> Option<String> {
    if !text.contains(['Ã', 'Â', 'Å', 'Ä', 'È']) {
        return None;
    }
    let (bytes, _, lost) = encoding_rs::WINDOWS_1252.encode(text);
    let right = std::str::from_utf8(&bytes).ok().filter(|right| !lost && *right != text)?;
    (right.chars().count() < text.chars().count()).then(|| right.to_owned())
}

fn only<T>(found: Vec<T>) -> Option<Result<T, Fault>> {
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(one), None) => Some(Ok(one)),
        _ => None,
    }
}
