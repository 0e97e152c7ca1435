//! The reference that a person reads out: eight letters and a check letter, in threes.

use crate::base::secret::{folded, spell};
use std::fmt;
use std::str::FromStr;

/// Like `K7Q-M2X-9FA`. The ninth letter checks the other eight: one wrong letter, or two
/// neighbours exchanged, is noticed before anybody is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference(String);

const LETTERS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Reference {
    /// The reference spelt by 40 random bits.
    pub fn from_random(bytes: [u8; 5]) -> Self {
        let body = spell(&bytes, 8);
        let check = check_letter(&body);
        Self(format!("{body}{check}"))
    }

    /// Reads what somebody typed: case, spaces and dashes are free, look-alikes are folded.
    pub fn parse(typed: &str) -> Option<Self> {
        let text = folded(typed);
        let (body, check) = (text.get(..8)?, text.get(8..)?);
        (check.len() == 1 && check.starts_with(check_letter(body))).then_some(Self(text))
    }

    /// As it is stored: nine letters.
    pub fn stored(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", &self.0[..3], &self.0[3..6], &self.0[6..])
    }
}

impl FromStr for Reference {
    type Err = ();
    fn from_str(typed: &str) -> Result<Self, ()> {
        Self::parse(typed).ok_or(())
    }
}

/// Weights 1, 3, 5 ... modulo 31 (a prime, and every letter but one keeps its own value).
fn check_letter(body: &str) -> char {
    let sum: usize =
        body.chars().enumerate().map(|(at, letter)| (2 * at + 1) * LETTERS.find(letter).unwrap_or(0)).sum();
    LETTERS.as_bytes().get(sum % 31).map_or('0', |b| char::from(*b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn survives_being_read_out(bytes: [u8; 5]) {
            let reference = Reference::from_random(bytes);
            prop_assert_eq!(Reference::parse(&reference.to_string().to_lowercase()), Some(reference.clone()));
            prop_assert_eq!(Reference::parse(&reference.to_string().replace('-', " ")), Some(reference));
        }

        #[test]
        fn one_wrong_letter_is_noticed(bytes: [u8; 5], at in 0_usize..8, other in 0_usize..31) {
            let reference = Reference::from_random(bytes);
            let mut letters: Vec<char> = reference.stored().chars().collect();
            let other = LETTERS.chars().nth(other).unwrap();
            // Z and 0 are one modulo 31: the only pair that can't be told apart.
            prop_assume!(letters[at] != other && letters[at] != 'Z');
            letters[at] = other;
            let text: String = letters.into_iter().collect();
            prop_assert_eq!(Reference::parse(&text), None);
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in ["", "K7Q", "K7Q-M2X-9F", "K7Q-M2X-9FAA", "ÄÖÜ-ÄÖÜ-ÄÖÜ"] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }
}
