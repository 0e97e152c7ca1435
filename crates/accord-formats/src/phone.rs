//! Mobile numbers of the United Kingdom.

use std::fmt;

use crate::fault::{Fault, FaultCode};
use crate::staff_number::{DIGITS_LOST, is_scientific};

/// A UK mobile number in the form a text-message service takes: `+447700900123`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mobile(String);

impl Mobile {
    /// Reads `07700 900123`, `+44 (0)7700 900123`, `0044...`, and `7700900123` (a spreadsheet ate the zero). A remark in
    /// brackets after the number is ignored. Landlines, pagers (076 but 07624) and personal numbers (070) are refused.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = Fault::new(FaultCode::Mobile, "a UK mobile number such as 07700 900123");
        if is_scientific(text) {
            return Err(DIGITS_LOST);
        }
        let mut digits = String::with_capacity(16);
        let without_trunk = text.replace("(0)", "");
        for (at, c) in without_trunk.trim().char_indices() {
            match c {
                '0'..='9' => digits.push(c),
                '+' if at == 0 => digits.push(c),
                ' ' | '\u{a0}' | '-' | '.' | '/' | ')' | '\u{2010}'..='\u{2014}' => {}
                // Whatever stands in brackets after a whole number is a remark, before it a trunk code.
                '(' if digits.len() >= 10 => break,
                '(' => {}
                _ => return Err(fault),
            }
            if digits.len() > 16 {
                return Err(fault);
            }
        }
        let national = ["+44", "0044", "44"].iter().find_map(|prefix| digits.strip_prefix(prefix)).unwrap_or(&digits);
        let national = national.strip_prefix('0').unwrap_or(national);
        let mobile = national.len() == 10
            && national.bytes().all(|b| b.is_ascii_digit())
            && national.starts_with('7')
            && !national.starts_with("70")
            && (!national.starts_with("76") || national.starts_with("7624"));
        if mobile { Ok(Self(format!("+44{national}"))) } else { Err(fault) }
    }

    /// `+447700900123`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people in the UK write it: `07700 900123`.
    pub fn national(&self) -> String {
        format!("0{} {}", &self.0[3..7], &self.0[7..])
    }
}

impl fmt::Display for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
