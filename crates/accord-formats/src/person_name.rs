//! Names of people: kept as written, compared folded; [`PersonName::in_plain_case`] for names all in capitals.

use std::fmt;

use crate::fault::{Fault, FaultCode};

/// A given and a family name, trimmed, inner blanks single. One of the two may be empty (some people have one name).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonName {
    /// What the person is called by those close to them.
    pub given: String,
    /// The name shared with the family.
    pub family: String,
}

/// The longest part of a name that is believed, in characters.
pub const LONGEST_PART: usize = 100;

impl PersonName {
    /// Reads the two parts; says what was odd about them. A name is never bent into shape: a leading `=` stays (it is
    /// only noted, and neutralised when a spreadsheet is written); only control characters are taken out, and noted.
    pub fn parse(given: &str, family: &str) -> Result<(Self, Vec<Fault>), Fault> {
        let mut notes = Vec::new();
        let name = Self { given: tidy(given, &mut notes)?, family: tidy(family, &mut notes)? };
        if !name.given.chars().chain(name.family.chars()).any(char::is_alphabetic) {
            return Err(Fault::new(FaultCode::Name, "a name with at least one letter"));
        }
        notes.dedup();
        Ok((name, notes))
    }

    /// Parts a whole name: `Hicks, Janice`, `Mrs Janice Hicks`, `Princess dela Cruz`. Without a comma the last word is
    /// the family name, together with particles before it (`van`, `de la`, `bin`); a single word is a family name.
    pub fn parse_full(text: &str) -> Result<(Self, Vec<Fault>), Fault> {
        if let Some((family, given)) = text.split_once(',') {
            let given = strip_title(given.trim());
            return Self::parse(given, strip_title(family.trim()));
        }
        let words: Vec<&str> = strip_title(text.trim()).split_whitespace().collect();
        let mut start = words.len().saturating_sub(1);
        while start > 1 && is_particle(words[start - 1]) {
            start -= 1;
        }
        Self::parse(&words[..start].join(" "), &words[start..].join(" "))
    }

    /// The name as one writes it to somebody: a part of three letters or more all in capitals (`O'CONNELL`,
    /// `MCDONALD`, `DELA CRUZ`) gets small letters (`O'Connell`, `McDonald`, `Dela Cruz`). Shorter ones may be initials and
    /// stay; [`match_key`] does not change.
    pub fn in_plain_case(self) -> Self {
        Self { given: plain_case(self.given), family: plain_case(self.family) }
    }

    /// Given and family name folded, for matching: `(match_key(given), match_key(family))`.
    pub fn match_keys(&self) -> (String, String) {
        (match_key(&self.given), match_key(&self.family))
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.given.is_empty(), self.family.is_empty()) {
            (false, false) => write!(f, "{} {}", self.given, self.family),
            (true, _) => f.write_str(&self.family),
            (_, true) => f.write_str(&self.given),
        }
    }
}

fn plain_case(part: String) -> String {
    let letters = part.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 3 || part.chars().any(char::is_lowercase) || !part.chars().any(char::is_uppercase) {
        return part;
    }
    let mut plain = String::with_capacity(part.len());
    for word in part.split_inclusive([' ', '-', '\'', '’']) {
        let mut chars = word.chars();
        let scots = word.starts_with("MC") && word.chars().count() > 4;
        plain.extend(chars.next());
        if scots {
            plain.extend(chars.next().into_iter().flat_map(char::to_lowercase));
            plain.extend(chars.next());
        }
        plain.extend(chars.flat_map(char::to_lowercase));
    }
    plain
}

/// Folds a name for comparing: case, Latin diacritics (composed or combining), apostrophes, hyphens, stops and blanks
/// make no difference. `O’Connor`, `OCONNOR` and `o connor` agree; `Łukasz` and `Lukasz` agree; scripts other than Latin
/// keep their letters.
pub fn match_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' => key.push(c),
            'A'..='Z' => key.push(c.to_ascii_lowercase()),
            // Combining marks fall away with the apostrophes, hyphens and blanks.
            '\u{300}'..='\u{36f}' => {}
            c if c.is_alphanumeric() => match latin_base(c) {
                Some(base) => key.push_str(base),
                None => key.extend(c.to_lowercase().filter(|l| !('\u{300}'..='\u{36f}').contains(l))),
            },
            _ => {}
        }
    }
    key
}

/// The plain letters a Latin letter with a mark is filed under in English lists.
fn latin_base(c: char) -> Option<&'static str> {
    Some(match c {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' | 'Ǎ' | 'ǎ' | 'Ǻ' | 'ǻ' | 'Ȁ'..='ȃ' | 'Ạ'..='ặ' => "a",
        'Æ' | 'æ' | 'Ǽ' | 'ǽ' => "ae",
        'Ç' | 'ç' | 'Ć'..='č' => "c",
        'Ď'..='đ' | 'Ð' | 'ð' => "d",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' | 'Ȅ'..='ȇ' | 'Ẹ'..='ệ' => "e",
        'Ĝ'..='ģ' | 'Ǧ' | 'ǧ' => "g",
        'Ĥ'..='ħ' => "h",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' | 'Ǐ' | 'ǐ' | 'Ỉ'..='ị' => "i",
        'Ĵ' | 'ĵ' => "j",
        'Ķ'..='ĸ' => "k",
        'Ĺ'..='ł' => "l",
        'Ñ' | 'ñ' | 'Ń'..='ŋ' => "n",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' | 'Ơ' | 'ơ' | 'Ǒ' | 'ǒ' | 'Ọ'..='ợ' => "o",
        'Œ' | 'œ' => "oe",
        'Ŕ'..='ř' => "r",
        'Ś'..='š' | 'Ș' | 'ș' => "s",
        'ß' | 'ẞ' => "ss",
        'Ţ'..='ŧ' | 'Ț' | 'ț' => "t",
        'Þ' | 'þ' => "th",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' | 'Ư' | 'ư' | 'Ǔ'..='ǜ' | 'Ụ'..='ự' => "u",
        'Ŵ' | 'ŵ' | 'Ẁ'..='ẅ' => "w",
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' | 'Ỳ'..='ỹ' => "y",
        'Ź'..='ž' => "z",
        _ => return None,
    })
}

fn tidy(text: &str, notes: &mut Vec<Fault>) -> Result<String, Fault> {
    let mut part = String::with_capacity(text.len());
    let mut removed = false;
    for word in text.split(|c: char| c.is_whitespace()).filter(|w| !w.is_empty()) {
        if !part.is_empty() && !part.ends_with(' ') {
            part.push(' ');
        }
        for c in word.chars() {
            if c.is_control() || is_invisible(c) {
                removed = true;
            } else {
                part.push(c);
            }
        }
    }
    part.truncate(part.trim_end().len());
    if part.chars().count() > LONGEST_PART {
        return Err(Fault::new(FaultCode::TooLong, "a name of at most 100 characters"));
    }
    if removed {
        notes.push(Fault::new(FaultCode::ControlCharacter, "a name without invisible characters (they were removed)"));
    }
    if part.contains(['?', '\u{fffd}']) {
        notes.push(Fault::new(
            FaultCode::LettersLost,
            "all letters of the name (the export lost one: export as UTF-8 and send again)",
        ));
    }
    if part.starts_with(['=', '+', '-', '@']) {
        notes.push(Fault::new(FaultCode::FormulaLead, "a name that does not start like a spreadsheet formula"));
    }
    Ok(part)
}

/// Marks that steer the direction of text or take no room: they make two names look alike.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

fn strip_title(text: &str) -> &str {
    const TITLES: [&str; 14] =
        ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "rev", "revd", "sister", "dame", "lady"];
    if let Some((first, rest)) = text.split_once(char::is_whitespace) {
        let bare = first.trim_end_matches('.').to_ascii_lowercase();
        // "Sister", "Dame" and "Lady" could be all there is of a given name: only strip where two words remain.
        let enough = rest.split_whitespace().count() >= 2 || !matches!(bare.as_str(), "sister" | "dame" | "lady");
        if TITLES.contains(&bare.as_str()) && enough {
            return rest.trim();
        }
    }
    text
}

pub(crate) fn is_particle(word: &str) -> bool {
    const PARTICLES: [&str; 29] = [
        "van", "von", "der", "den", "de", "del", "dela", "della", "di", "da", "dos", "das", "du", "la", "le", "el",
        "al", "bin", "bint", "binti", "ibn", "abu", "st", "st.", "ter", "ten", "zu", "ap", "mac",
    ];
    PARTICLES.contains(&word.to_lowercase().as_str())
}
