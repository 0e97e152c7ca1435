//! Codes of the Organisation Data Service: who an NHS body, practice or pharmacy is.

use std::fmt;
use std::str::FromStr;

use crate::fault::{Fault, FaultCode};

/// One to ten capital letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OdsCode(String);

impl OdsCode {
    /// Reads a code in either case, surrounding blanks dropped.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let code = text.trim().to_ascii_uppercase();
        let fits = (1..=10).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits {
            Ok(Self(code))
        } else {
            Err(Fault::new(FaultCode::OdsCode, "an organisation code of at most 10 letters and digits"))
        }
    }

    /// The code in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OdsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for OdsCode {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}
