//! NHS numbers of England, Wales and the Isle of Man: nine digits and a check digit (modulus 11).

use std::fmt;
use std::str::FromStr;

use crate::fault::{Fault, FaultCode};

/// A ten-digit NHS number whose check digit holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NhsNumber([u8; 10]);

impl NhsNumber {
    /// Reads a number written with or without spaces and dashes.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        const WANTED: &str = "an NHS number of 10 digits";
        let mut digits = [0u8; 10];
        let mut count = 0;
        for c in text.trim().chars() {
            match c {
                '0'..='9' if count < 10 => {
                    digits[count] = c as u8 - b'0';
                    count += 1;
                }
                ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2014}' => {}
                _ => return Err(Fault::new(FaultCode::NhsNumberLength, WANTED)),
            }
        }
        if count != 10 {
            return Err(Fault::new(FaultCode::NhsNumberLength, WANTED));
        }
        if check(&digits[..9]) != Some(digits[9]) {
            return Err(Fault::new(
                FaultCode::NhsNumberCheckDigit,
                "an NHS number whose last digit checks the others (one digit seems mistyped)",
            ));
        }
        Ok(Self(digits))
    }

    /// The number as it is read aloud and printed: `943 476 5919`.
    pub fn spaced(&self) -> String {
        let plain = self.to_string();
        format!("{} {} {}", &plain[..3], &plain[3..6], &plain[6..])
    }

    /// True in the range 999..., which is kept for tests and never issued.
    pub fn is_for_tests(&self) -> bool {
        self.0[..3] == [9, 9, 9]
    }
}

/// The check digit that belongs to nine digits; none where the number may not be issued (it would need a 10), or where
/// the text is not nine digits.
pub fn check_digit(first9: &str) -> Option<u8> {
    let bytes = first9.as_bytes();
    if bytes.len() != 9 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits: Vec<u8> = bytes.iter().map(|b| b - b'0').collect();
    check(&digits)
}

fn check(nine: &[u8]) -> Option<u8> {
    let sum: u32 = nine.iter().zip((2..=10).rev()).map(|(d, weight)| u32::from(*d) * weight).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit as u8),
    }
}

impl fmt::Display for NhsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|d| write!(f, "{d}"))
    }
}

impl FromStr for NhsNumber {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}
