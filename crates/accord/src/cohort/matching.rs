//! Is a row of a list somebody we know? Pure: no store, no clock.
//!
//! First within the employer: the staff number is the key (see `import/changes.rs`). For the rest, each candidate is compared
//! with the row, and the first line that fits decides. "Full" means given and family name agree folded (also swapped);
//! "close" means the family name agrees and the given name is an initial, a beginning, or the preferred name of the other,
//! or differs by one slip of the pen (Katherine, Catherine) in four letters or more.
//!
//! | NHS number | date of birth | name | and | verdict |
//! |---|---|---|---|---|
//! | equal | equal | any | | same |
//! | equal | any | full or close | | same |
//! | equal | other or missing | otherwise | | unclear: NHS number clash |
//! | both given, different | equal | full | home equal | unclear: NHS number clash |
//! | both given, different | otherwise | | | somebody else |
//! | missing on a side | equal | full | home, e-mail or mobile equal, or works here already | same |
//! | missing on a side | equal | full | nothing confirms it | unclear: possible duplicate |
//! | missing on a side | equal | close, or only the given name | home equal | unclear: possible duplicate |
//! | missing on a side | equal | only the family name, or none | | somebody else (twins) |
//! | missing on a side | missing on a side | full | works here already | same |
//! | missing on a side | missing on a side | full | home, e-mail or mobile equal | unclear: possible duplicate |
//! | missing on a side | different | full | home equal, and e-mail or mobile equal | unclear: possible duplicate |
//! | missing on a side | otherwise | | | somebody else |
//!
//! "Works here already" is an employment at the same employer that no row of the list has claimed by its staff number.
//! A shared e-mail address or mobile number alone never says anything. Several candidates that are "same" are one person
//! only where one of them has the NHS number; otherwise it is unclear which.

use super::person::Particulars;
use accord_formats::person_name::match_key;
use accord_formats::staff::StaffRow;
use accord_formats::{Date, NhsNumber};
use std::collections::HashMap;

/// What is compared, folded once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traits {
    /// NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// Given name, folded.
    pub given: String,
    /// Family name, folded.
    pub family: String,
    /// Preferred name, folded; empty where there is none.
    pub preferred: String,
    /// Date of birth.
    pub birth: Option<Date>,
    /// Home postcode.
    pub home: Option<String>,
    /// E-mail address, small letters.
    pub email: Option<String>,
    /// Mobile number.
    pub mobile: Option<String>,
}

/// Why nobody may say whether two are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// The NHS number says one thing, name and date of birth another.
    NhsNumberClash,
    /// Much agrees, and nothing settles it.
    PossibleDuplicate,
}

/// Somebody the row could be; `P` is how the caller names them.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a, P> {
    /// Who.
    pub who: P,
    /// What is known of them.
    pub traits: &'a Traits,
    /// An employment at the row's employer that no row of the list has claimed.
    pub works_here: bool,
}

/// What the row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<P> {
    /// This person.
    Same(P),
    /// Nobody we know.
    New,
    /// Perhaps one of these; a person decides. The surest first.
    Unclear {
        /// Never empty.
        candidates: Vec<P>,
        /// The gravest reason among them.
        why: Why,
    },
}

/// Decides by the table above.
pub fn decide<P: Copy>(row: &Traits, candidates: &[Candidate<'_, P>]) -> Verdict<P> {
    let mut same: Vec<(P, bool)> = Vec::new();
    let mut unclear: Vec<(Why, P)> = Vec::new();
    for candidate in candidates {
        match compare(row, candidate.traits, candidate.works_here) {
            Pair::Same => {
                same.push((candidate.who, agree(&row.nhs_number, &candidate.traits.nhs_number) == Agree::Yes))
            }
            Pair::Unclear(why) => unclear.push((why, candidate.who)),
            Pair::Other => {}
        }
    }
    let numbered: Vec<P> = same.iter().filter(|(_, by_number)| *by_number).map(|(who, _)| *who).collect();
    match (numbered.as_slice(), same.as_slice()) {
        ([who], _) => Verdict::Same(*who),
        (_, [(who, _)]) => Verdict::Same(*who),
        (_, [_, ..]) => {
            Verdict::Unclear { candidates: same.iter().map(|(who, _)| *who).collect(), why: Why::PossibleDuplicate }
        }
        _ => {
            unclear.sort_by_key(|(why, _)| *why);
            match unclear.first() {
                None => Verdict::New,
                Some((why, _)) => {
                    Verdict::Unclear { why: *why, candidates: unclear.iter().map(|(_, who)| *who).collect() }
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pair {
    Same,
    Unclear(Why),
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Agree {
    Yes,
    No,
    Missing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Full,
    Close,
    GivenOnly,
    Other,
}

fn compare(row: &Traits, known: &Traits, works_here: bool) -> Pair {
    let birth = agree(&row.birth, &known.birth);
    let home = agree(&row.home, &known.home) == Agree::Yes;
    let contact = [agree(&row.email, &known.email), agree(&row.mobile, &known.mobile)].contains(&Agree::Yes);
    let name = name(row, known);
    let duplicate = Pair::Unclear(Why::PossibleDuplicate);
    match (agree(&row.nhs_number, &known.nhs_number), birth, name) {
        (Agree::Yes, Agree::Yes, _) | (Agree::Yes, _, Name::Full | Name::Close) => Pair::Same,
        (Agree::Yes, ..) => Pair::Unclear(Why::NhsNumberClash),
        (Agree::No, Agree::Yes, Name::Full) if home => Pair::Unclear(Why::NhsNumberClash),
        (Agree::No, ..) => Pair::Other,
        (Agree::Missing, Agree::Yes, Name::Full) if home || contact || works_here => Pair::Same,
        (Agree::Missing, Agree::Yes, Name::Full) => duplicate,
        (Agree::Missing, Agree::Yes, Name::Close | Name::GivenOnly) if home => duplicate,
        (Agree::Missing, Agree::Missing, Name::Full) if works_here => Pair::Same,
        (Agree::Missing, Agree::Missing, Name::Full) if home || contact => duplicate,
        (Agree::Missing, Agree::No, Name::Full) if home && contact => duplicate,
        (Agree::Missing, ..) => Pair::Other,
    }
}

/// True where a staff number stands beside somebody who can't be the person it belonged to so far: no part of the name
/// agrees, and date of birth or NHS number says otherwise. A married name alone or a corrected date alone is no stranger.
pub fn are_strangers(row: &Traits, known: &Traits) -> bool {
    let named = !(row.given.is_empty() && row.family.is_empty());
    let parts = [(&row.given, &known.given), (&row.family, &known.family), (&row.given, &known.family)];
    let any_part = parts.iter().any(|(a, b)| !a.is_empty() && a == b);
    let otherwise =
        agree(&row.birth, &known.birth) == Agree::No || agree(&row.nhs_number, &known.nhs_number) == Agree::No;
    named && !any_part && otherwise
}

fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> Agree {
    match (one, other) {
        (Some(one), Some(other)) if one == other => Agree::Yes,
        (Some(_), Some(_)) => Agree::No,
        _ => Agree::Missing,
    }
}

fn name(row: &Traits, known: &Traits) -> Name {
    let nameless = |traits: &Traits| traits.given.is_empty() && traits.family.is_empty();
    if nameless(row) || nameless(known) {
        return Name::Other;
    }
    let straight = row.given == known.given && row.family == known.family;
    let swapped = row.given == known.family && row.family == known.given;
    if straight || swapped {
        return Name::Full;
    }
    if row.family == known.family && !row.family.is_empty() {
        return if close(row, known) || close(known, row) { Name::Close } else { Name::Other };
    }
    if row.given == known.given && row.given.chars().count() > 1 { Name::GivenOnly } else { Name::Other }
}

/// The given name of one is the beginning of the other's, what the other is called, or nearly the other's.
fn close(short: &Traits, long: &Traits) -> bool {
    !short.given.is_empty()
        && (long.given.starts_with(&short.given)
            || long.preferred == short.given
            || is_one_slip(&short.given, &long.given))
}

/// One letter more, less or changed, or two neighbours changed about, in names of four letters or more.
fn is_one_slip(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let shorter = one.len().min(other.len());
    if shorter < 4 {
        return false;
    }
    let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let tail = one.iter().rev().zip(other.iter().rev()).take(shorter - head).take_while(|(a, b)| a == b).count();
    match (&one[head..one.len() - tail], &other[head..other.len() - tail]) {
        ([a, b], [c, d]) => a == d && b == c,
        (one, other) => one.len() <= 1 && other.len() <= 1,
    }
}

impl Traits {
    /// Of a row; a row without a name has empty names.
    pub fn of_row(row: &StaffRow) -> Self {
        let (given, family) = row.name.as_ref().map(|name| name.match_keys()).unwrap_or_default();
        Self {
            nhs_number: row.nhs_number,
            given,
            family,
            preferred: row.preferred.as_deref().map(match_key).unwrap_or_default(),
            birth: row.date_of_birth,
            home: row.home_postcode.as_ref().map(ToString::to_string),
            email: row.work_email.as_ref().map(|email| email.as_str().to_ascii_lowercase()),
            mobile: row.mobile.as_ref().map(ToString::to_string),
        }
    }

    /// Of a person.
    pub fn of_person(person: &Particulars) -> Self {
        let (given, family) = person.name.match_keys();
        Self {
            nhs_number: person.nhs_number,
            given,
            family,
            preferred: person.preferred.as_deref().map(match_key).unwrap_or_default(),
            birth: person.date_of_birth,
            home: person.home_postcode.as_ref().map(ToString::to_string),
            email: person.email.as_ref().map(|email| email.as_str().to_ascii_lowercase()),
            mobile: person.mobile.as_ref().map(ToString::to_string),
        }
    }

    /// Given and family name with a bar between, as `person.name_key`; none without a name.
    pub fn name_key(&self) -> Option<String> {
        let named = !(self.given.is_empty() && self.family.is_empty());
        named.then(|| format!("{}|{}", self.given, self.family))
    }
}

/// People by what they can be found by, so that 20,000 rows are matched in one pass.
#[derive(Debug, Default)]
pub struct Index {
    by_number: HashMap<NhsNumber, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    by_birth: HashMap<(Date, String), Vec<usize>>,
}

impl Index {
    /// Adds somebody under `place`; their older entries stay, a lookup may find them by what they were.
    pub fn add(&mut self, place: usize, traits: &Traits) {
        if let Some(number) = traits.nhs_number {
            push(self.by_number.entry(number).or_default(), place);
        }
        if let Some(key) = traits.name_key() {
            push(self.by_name.entry(key).or_default(), place);
        }
        if let (Some(birth), Some(home)) = (traits.birth, &traits.home) {
            push(self.by_birth.entry((birth, home.clone())).or_default(), place);
        }
    }

    /// Everybody whom the table could call same or unclear, in the order they were added.
    pub fn find(&self, row: &Traits) -> Vec<usize> {
        let number = row.nhs_number.and_then(|number| self.by_number.get(&number));
        let name = row.name_key().and_then(|key| self.by_name.get(&key));
        let birth = row.birth.zip(row.home.clone()).and_then(|key| self.by_birth.get(&key));
        let mut found: Vec<usize> = [number, name, birth].into_iter().flatten().flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Who holds this NHS number.
    pub fn holders(&self, number: NhsNumber) -> &[usize] {
        self.by_number.get(&number).map_or(&[], Vec::as_slice)
    }
}

fn push(places: &mut Vec<usize>, place: usize) {
    if !places.contains(&place) {
        places.push(place);
    }
}
