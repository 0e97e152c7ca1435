//! Finding somebody by what they can say on the telephone: the beginning of a name, a date of birth, a reference.

use super::{Reference, store};
use crate::base::db::{StoreError, Tx};
use crate::cohort::store::{Found, people_named as search, person_found};
use accord_formats::date::{DateForm, DateKind, parse};
use accord_formats::person_name::match_key;
use jiff::civil::Date;

/// Who is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// A booking's reference.
    pub reference: Option<Reference>,
    /// Date of birth.
    pub born: Option<Date>,
    /// Words of the name, each the beginning of a given or family name, in any order.
    pub names: Vec<String>,
}

/// The most people a search shows.
pub const SHOWN: usize = 10;

impl Asked {
    /// Reads one line in which anything may stand. `today` resolves years of two digits.
    pub fn of(line: &str, today: Date) -> Self {
        if let Some(reference) = Reference::parse(line) {
            return Self { reference: Some(reference), ..Self::default() };
        }
        let mut words: Vec<&str> = line.split([' ', ',', ';', '\t']).filter(|word| !word.is_empty()).collect();
        let mut asked = Self::default();
        if let Some(at) = words.iter().position(|word| word.len() > 8 && Reference::parse(word).is_some()) {
            asked.reference = Reference::parse(words.remove(at));
        }
        for at in 0..words.len() {
            if let Some((n, born)) = date_at(&words[at..], today) {
                asked.born = Some(born);
                words.drain(at..at + n);
                break;
            }
        }
        asked.names = words.iter().map(|word| (*word).to_owned()).collect();
        asked
    }

    /// What is missing for a search, in words for the page.
    pub fn problem(&self) -> Option<&'static str> {
        let letters = self.names.iter().map(|name| match_key(name).chars().count()).sum::<usize>();
        let digits = self.names.iter().any(|name| name.chars().any(|c| c.is_ascii_digit()));
        match (self.reference.is_some() || self.born.is_some(), letters) {
            _ if digits => {
                Some("Part of this is no name, no date and no reference. Read it again: one letter or digit is wrong.")
            }
            (true, _) | (false, 2..) => None,
            _ => Some("Enter two letters of a name or more, a date of birth, or a reference."),
        }
    }

    /// Whether only one person can be meant, if one is found.
    pub fn is_exact(&self) -> bool {
        self.reference.is_some() || (self.born.is_some() && !self.names.is_empty())
    }

    /// Everybody it fits, at most fifty; whatever else was said must fit a reference too.
    pub fn find(&self, tx: &mut Tx<'_>) -> Result<Vec<Found>, StoreError> {
        let Some(reference) = &self.reference else { return self.by_name(tx) };
        let booking = store::seen_by_reference(tx, reference)?;
        let person = match booking {
            Some(booking) => person_found(tx, booking.person)?,
            None => None,
        };
        let fits = |found: &Found| {
            let known: Vec<String> = found.name.split_whitespace().map(match_key).collect();
            let named = |name: &String| known.iter().any(|word| word.starts_with(&match_key(name)));
            self.born.is_none_or(|born| found.date_of_birth == Some(born)) && self.names.iter().all(named)
        };
        Ok(person.into_iter().filter(fits).collect())
    }

    /// Names of several words are one in the store: where each word alone finds nobody, they are tried joined.
    fn by_name(&self, tx: &mut Tx<'_>) -> Result<Vec<Found>, StoreError> {
        let found = search(tx, &self.names, self.born)?;
        if !found.is_empty() || self.names.len() < 2 {
            return Ok(found);
        }
        let last = self.names.len() - 1;
        let joined = [
            vec![self.names.concat()],
            vec![self.names[0].clone(), self.names[1..].concat()],
            vec![self.names[..last].concat(), self.names[last].clone()],
        ];
        for names in joined {
            let found = search(tx, &names, self.born)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }
}

/// A date of up to three words at the beginning of `words`, and how many they are.
fn date_at(words: &[&str], today: Date) -> Option<(usize, Date)> {
    words.first().filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let read = |text: &str, form| parse(text, form, DateKind::Birth, today).ok();
    (1..=words.len().min(3)).rev().find_map(|n| {
        let whole = &words[..n];
        let date = match n {
            1 => [DateForm::Iso, DateForm::DayMonthYear, DateForm::DayMonthNameYear, DateForm::Compact]
                .into_iter()
                .find_map(|form| read(whole[0], form)),
            2 => None,
            _ => read(&whole.join(" "), DateForm::DayMonthNameYear)
                .or_else(|| read(&whole.join("/"), DateForm::DayMonthYear)),
        };
        date.map(|date| (n, date))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn anything_may_stand_in_one_line() {
        let today = date(2027, 1, 4);
        let read = |line: &str| Asked::of(line, today);
        let born = Some(date(1984, 3, 15));
        for line in [
            "ann oko 15/3/1984",
            "15.03.84 ann oko",
            "ann, oko, 15 March 1984",
            "ann oko 1984-03-15",
            "ann oko 15 3 1984",
            "ann oko 15-mar-1984",
        ] {
            assert_eq!((read(line).born, read(line).names), (born, vec!["ann".to_owned(), "oko".into()]), "{line}");
            assert!(read(line).is_exact() && read(line).problem().is_none());
        }
        let reference = Reference::from_random([1, 2, 3, 4, 5]);
        for line in [reference.to_string(), reference.stored().to_lowercase(), reference.to_string().replace('-', " ")]
        {
            assert_eq!(read(&line), Asked { reference: Some(reference.clone()), ..Asked::default() }, "{line}");
        }
        let both = read(&format!("{reference} 15/3/1984"));
        assert_eq!((both.reference, both.born), (Some(reference), born));
        assert!(read("ann").problem().is_none() && !read("ann").is_exact());
        for line in ["", "a", " , ", "ann 31/2/1984", "K7Q-4MD-2X1 x9"] {
            assert!(read(line).problem().is_some(), "{line}");
        }
    }
}
