//! What a person needs of a site, and what a site offers: the nine keys of the national booking service.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitOrAssign, Sub};

use crate::fault::{Fault, FaultCode};

/// A set of access needs (of a person) or of offers (of a site). Bits 0 to 8 in the order of [`AccessNeeds::KEYS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct AccessNeeds(u16);

impl AccessNeeds {
    /// The keys as site files of the national booking service head their columns.
    pub const KEYS: [&'static str; 9] = [
        "accessible_toilet",
        "braille_translation_service",
        "disabled_car_parking",
        "car_parking",
        "induction_loop",
        "sign_language_service",
        "step_free_access",
        "text_relay",
        "wheelchair_access",
    ];

    /// The same nine in plain words.
    pub const LABELS: [&'static str; 9] = [
        "Accessible toilet",
        "Braille translation",
        "Disabled parking",
        "Car parking",
        "Hearing (induction) loop",
        "Sign language interpreter",
        "Step-free access",
        "Text relay",
        "Wheelchair access",
    ];

    /// Nothing needed, nothing offered.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self(0x1ff);

    /// From stored bits; none where a bit beyond the nine is set.
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// The bits, to store.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// True where nothing is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many are in the set.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// True where all that the person needs is offered here.
    pub const fn covers(self, person: Self) -> bool {
        self.0 & person.0 == person.0
    }

    /// The one need of this key, as in [`AccessNeeds::KEYS`].
    pub fn from_key(key: &str) -> Option<Self> {
        Self::KEYS.iter().position(|k| *k == key).map(|at| Self(1 << at))
    }

    /// Reads a list parted by `;`, `,`, `|`, `/`, `+`, `&`, "and" or line breaks, by key, label or common other words;
    /// `none`, `n/a`, `no` and blank are the empty set. A word nobody knows refuses the whole list, since guessing away a
    /// need would send the person to a place they cannot enter.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut set = Self::NONE;
        let lowered = text.to_lowercase().replace("n/a", "").replace(" and ", ";");
        for part in lowered.split([';', ',', '|', '/', '+', '&', '\n']) {
            let word: String = part
                .chars()
                .map(|c| if c.is_alphanumeric() { c } else { ' ' })
                .collect::<String>()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            if matches!(word.as_str(), "" | "none" | "no" | "nil" | "not applicable" | "no needs") {
                continue;
            }
            set |= by_word(&word).ok_or(Fault::new(
                FaultCode::AccessNeed,
                "access needs such as step-free; hearing loop; wheelchair; sign language",
            ))?;
        }
        Ok(set)
    }

    /// The keys in the set, in fixed order.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        self.members().map(|at| Self::KEYS[at])
    }

    /// The plain words of the set, in fixed order.
    pub fn labels(self) -> impl Iterator<Item = &'static str> {
        self.members().map(|at| Self::LABELS[at])
    }

    fn members(self) -> impl Iterator<Item = usize> {
        (0..9).filter(move |at| self.0 & (1 << at) != 0)
    }
}

fn by_word(word: &str) -> Option<AccessNeeds> {
    let key = match word {
        "accessible toilet" | "disabled toilet" | "accessible wc" | "toilet" | "accessible toilets" => 0,
        "braille translation service" | "braille translation" | "braille" => 1,
        "disabled car parking" | "disabled parking" | "blue badge" | "blue badge parking" | "accessible parking" => 2,
        "car parking" | "parking" | "car park" => 3,
        "induction loop" | "hearing loop" | "hearing induction loop" | "loop" | "hearing aid loop" | "t loop" => 4,
        "sign language service"
        | "sign language"
        | "bsl"
        | "bsl interpreter"
        | "sign language interpreter"
        | "british sign language" => 5,
        "step free access" | "step free" | "stepfree" | "no steps" | "level access" | "no stairs" | "lift" => 6,
        "text relay" | "textphone" | "relay uk" | "typetalk" | "minicom" => 7,
        "wheelchair access" | "wheelchair" | "wheelchair user" | "wheelchair accessible" => 8,
        _ => return None,
    };
    Some(AccessNeeds(1 << key))
}

impl fmt::Display for AccessNeeds {
    /// The keys parted by `; `: reads back to the same set.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, key) in self.keys().enumerate() {
            if n > 0 {
                f.write_str("; ")?;
            }
            f.write_str(key)?;
        }
        Ok(())
    }
}

impl BitOr for AccessNeeds {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for AccessNeeds {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOrAssign for AccessNeeds {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// What is needed and not offered.
impl Sub for AccessNeeds {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}
