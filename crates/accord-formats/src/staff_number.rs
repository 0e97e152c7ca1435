//! The number an employer gives a member of staff. Text, never a number: leading zeros count.

use std::fmt;

use crate::fault::{Fault, FaultCode};

/// Letters, digits, `-`, `/`, `.` and `_`, at most 30, without blanks, in capitals.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StaffNumber(String);

impl StaffNumber {
    /// Reads a number; inner blanks are dropped. A number a spreadsheet rewrote (`5.76E+07`) is refused: its digits are gone.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if is_scientific(text) {
            return Err(DIGITS_LOST);
        }
        let number: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let fits = (1..=30).contains(&number.len())
            && number.bytes().any(|b| b.is_ascii_alphanumeric())
            && number.bytes().all(|b| b.is_ascii_alphanumeric() || b"-/._".contains(&b));
        // A leading sign would make a formula of it in the next spreadsheet, and no payroll issues one.
        if fits && !number.starts_with('-') {
            Ok(Self(number))
        } else {
            Err(Fault::new(FaultCode::StaffNumber, "a staff number of at most 30 letters and digits"))
        }
    }

    /// The number in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StaffNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a spreadsheet did to a long number.
pub(crate) const DIGITS_LOST: Fault = Fault::new(
    FaultCode::DigitsLost,
    "all digits (a spreadsheet shortened the number: format the column as text and export again)",
);

/// True for `7.7009E+09` and its like: a decimal mantissa, E, a signed exponent.
pub(crate) fn is_scientific(text: &str) -> bool {
    let text = text.trim();
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let signed = exponent.strip_prefix(['+', '-']);
    let point = mantissa.split_once(['.', ',']);
    let mantissa_fits = match point {
        Some((whole, part)) => whole.len() == 1 && all_digits(whole) && all_digits(part),
        None => mantissa.len() == 1 && all_digits(mantissa) && signed.is_some(),
    };
    mantissa_fits && all_digits(signed.unwrap_or(exponent))
}
