//! Postcodes of the United Kingdom: the grammar, not the list of those in use.

use std::fmt;
use std::str::FromStr;

use crate::fault::{Fault, FaultCode};

/// A postcode in its normal form, `CO4 5JL`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Postcode(String);

impl Postcode {
    /// Reads a postcode in any case, with or without its blank.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = Fault::new(FaultCode::Postcode, "a UK postcode such as CO4 5JL");
        let mut plain = String::with_capacity(8);
        for c in text.trim().chars() {
            match c {
                ' ' | '\u{a0}' | '\t' => {}
                c if c.is_ascii_alphanumeric() && plain.len() < 8 => plain.push(c.to_ascii_uppercase()),
                _ => return Err(fault),
            }
        }
        if plain.len() < 5 || plain.len() > 7 {
            return Err(fault);
        }
        let (out, inward) = plain.split_at(plain.len() - 3);
        if !(is_outcode(out) && is_incode(inward)) {
            return Err(fault);
        }
        Ok(Self(format!("{out} {inward}")))
    }

    /// The first half: `CO4`.
    pub fn outcode(&self) -> &str {
        &self.0[..self.0.len() - 4]
    }

    /// The first half and the first digit of the second: `CO4 5`.
    pub fn sector(&self) -> &str {
        &self.0[..self.0.len() - 2]
    }

    /// The whole in normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A9, A99, A9A, AA9, AA99, AA9A, and the one old exception GIR.
fn is_outcode(out: &str) -> bool {
    if out == "GIR" {
        return true;
    }
    let letters = out.bytes().take_while(u8::is_ascii_uppercase).count();
    if !(1..=2).contains(&letters) || "QVX".contains(&out[..1]) {
        return false;
    }
    if letters == 2 && "IJZ".contains(&out[1..2]) {
        return false;
    }
    match out.as_bytes()[letters..] {
        [d] => d.is_ascii_digit(),
        [d, e] => d.is_ascii_digit() && e.is_ascii_alphanumeric(),
        _ => false,
    }
}

/// 9AA, without the letters that are easily misread.
fn is_incode(inward: &str) -> bool {
    let bytes = inward.as_bytes();
    bytes[0].is_ascii_digit() && bytes[1..].iter().all(|b| b.is_ascii_uppercase() && !b"CIKMOV".contains(b))
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Postcode {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}
