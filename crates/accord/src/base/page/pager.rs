//! A long list, a page at a time: works with links and one small form, keeps every filter in the address, and says how many there are in all.
//!
//! What is looked for stands in the address, so it is never a person's name: lists of people are searched by organisation or place.

use serde::Deserialize;

use super::Link;
use crate::base::words;

/// Rows on a page.
const ROWS: u64 = 50;
/// Longest text looked for; what is longer is cut.
const FIND: usize = 60;

/// What the address of a list asks for: `?page=2&find=boots`. Whatever cannot be read is as if it were not there.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
    #[serde(default)]
    find: String,
}

impl Asked {
    fn wanted(&self) -> String {
        self.find.trim().chars().take(FIND).collect()
    }

    /// The pattern of what is looked for, for `LOWER(name) LIKE $n ESCAPE '!'`: "%" for anything.
    pub fn like(&self) -> String {
        let mut pattern = String::from("%");
        for c in self.wanted().to_ascii_lowercase().chars() {
            if matches!(c, '%' | '_' | '!') {
                pattern.push('!');
            }
            pattern.push(c);
        }
        if pattern.len() > 1 {
            pattern.push('%');
        }
        pattern
    }

    /// Whether a row of a list that is all at hand is among those looked for; compares as [`Self::like`] does.
    pub fn finds(&self, text: &str) -> bool {
        text.to_ascii_lowercase().contains(&self.wanted().to_ascii_lowercase())
    }

    /// The page of a list at `path` that has `total` rows; a page past the end is the last. `kept` are the filters of the
    /// page itself, name and value; empty ones are left out.
    pub fn pager(&self, path: impl Into<String>, kept: &[(&'static str, &str)], total: u64) -> Pager {
        let kept = kept.iter().filter(|(_, value)| !value.is_empty()).map(|&(name, value)| (name, value.to_owned()));
        let pages = total.div_ceil(ROWS).max(1);
        let nth = self.page.trim().parse().unwrap_or(1).clamp(1, pages);
        Pager { path: path.into(), kept: kept.collect(), find: self.wanted(), total, nth, pages }
    }
}

/// One page of a long list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The list's address, without a query.
    pub path: String,
    /// Filters that each address keeps.
    pub kept: Vec<(&'static str, String)>,
    /// What is looked for; empty for anything.
    pub find: String,
    /// Rows on all pages.
    pub total: u64,
    nth: u64,
    pages: u64,
}

impl Pager {
    /// Rows on this page at most.
    pub fn limit(&self) -> u32 {
        ROWS as u32
    }

    /// Rows before this page.
    pub fn skip(&self) -> u32 {
        u32::try_from((self.nth.max(1) - 1) * ROWS).unwrap_or(u32::MAX)
    }

    /// The rows of this page, of a list that is all at hand.
    pub fn of<T>(&self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip(self.skip() as usize).take(ROWS as usize).collect()
    }

    /// Whether there is more than this page.
    pub fn many(&self) -> bool {
        self.pages > 1
    }

    /// Whether a box to look for something is worth its room.
    pub fn finds(&self) -> bool {
        self.many() || !self.find.is_empty()
    }

    /// "51 to 100 of 127", or "12 found" when there is but one page.
    pub fn words(&self) -> String {
        let first = u64::from(self.skip()) + 1;
        let last = (first + ROWS - 1).min(self.total);
        match (self.many(), self.total) {
            (true, total) => {
                format!("{} to {} of {}", words::number(first), words::number(last), words::number(total))
            }
            (false, 0) => "none found".to_owned(),
            (false, total) => format!("{} found", words::number(total)),
        }
    }

    /// The same list with nothing looked for.
    pub fn whole(&self) -> String {
        let none = String::new();
        self.address(&none, 1)
    }

    fn address(&self, find: &str, nth: u64) -> String {
        let mut parts: Vec<String> =
            self.kept.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        if !find.is_empty() {
            parts.push(format!("find={}", percent(find)));
        }
        if nth > 1 {
            parts.push(format!("page={nth}"));
        }
        if parts.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, parts.join("&")) }
    }

    /// The page before this one.
    pub fn before(&self) -> Option<String> {
        (self.nth > 1).then(|| self.address(&self.find, self.nth - 1))
    }

    /// The page after this one.
    pub fn after(&self) -> Option<String> {
        (self.nth < self.pages).then(|| self.address(&self.find, self.nth + 1))
    }

    fn step(&self, nth: u64) -> Link {
        let href = if nth == self.nth { String::new() } else { self.address(&self.find, nth) };
        Link::new(href, words::number(nth))
    }

    /// The first page, the last, this one and those beside it; `None` where some are left out. The one shown has no address.
    pub fn steps(&self) -> Vec<Option<Link>> {
        let mut out = Vec::new();
        let mut last = 0;
        for nth in [1, self.nth.saturating_sub(1), self.nth, self.nth + 1, self.pages] {
            if nth <= last || nth > self.pages {
                continue;
            }
            match nth - last {
                1 => {}
                // One page left out takes no more room than the dots in its place.
                2 => out.push(Some(self.step(nth - 1))),
                _ => out.push(None),
            }
            out.push(Some(self.step(nth)));
            last = nth;
        }
        out
    }
}

/// A value made safe inside a query.
fn percent(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => {
                out.push('%');
                for nibble in [other >> 4, other & 15] {
                    out.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked(page: &str, find: &str) -> Asked {
        Asked { page: page.into(), find: find.into() }
    }

    fn said(pager: &Pager) -> Vec<String> {
        pager.steps().into_iter().map(|s| s.map_or_else(|| "...".into(), |l| l.text)).collect()
    }

    #[test]
    fn a_page_past_either_end_is_the_last_or_the_first() {
        for (page, total, skip, words) in [
            ("", 0, 0, "none found"),
            ("", 7, 0, "7 found"),
            ("2", 127, 50, "51 to 100 of 127"),
            ("3", 127, 100, "101 to 127 of 127"),
            ("99", 127, 100, "101 to 127 of 127"),
            ("0", 127, 0, "1 to 50 of 127"),
            ("-1", 127, 0, "1 to 50 of 127"),
            ("two", 127, 0, "1 to 50 of 127"),
            ("9999999999999999999999", 127, 0, "1 to 50 of 127"),
        ] {
            let pager = asked(page, "").pager("/x", &[], total);
            assert_eq!((pager.skip(), pager.words().as_str()), (skip, words), "{page} of {total}");
        }
    }

    #[test]
    fn every_address_keeps_the_filters() {
        let pager = asked("2", " A&B 50% ").pager("/x", &[("reason", "no_site"), ("only", "")], 500);
        assert_eq!(pager.before().as_deref(), Some("/x?reason=no_site&find=A%26B+50%25"));
        assert_eq!(pager.after().as_deref(), Some("/x?reason=no_site&find=A%26B+50%25&page=3"));
        assert_eq!(pager.whole(), "/x?reason=no_site");
        assert_eq!(asked("", " A_B 50%! ").like(), "%a!_b 50!%!!%");
        assert_eq!(asked("", "  ").like(), "%");
        assert!(asked("", "boots").finds("Boots, CO1 2AR") && asked("", "").finds("") && !asked("", "x").finds("y"));
    }

    #[test]
    fn the_steps_are_few_and_in_order() {
        assert_eq!(said(&asked("1", "").pager("/x", &[], 101)), ["1", "2", "3"]);
        assert_eq!(said(&asked("5", "").pager("/x", &[], 500)), ["1", "...", "4", "5", "6", "...", "10"]);
        assert_eq!(said(&asked("1", "").pager("/x", &[], 158)), ["1", "2", "3", "4"]);
        assert_eq!(said(&asked("10", "").pager("/x", &[], 500)), ["1", "...", "9", "10"]);
    }

    proptest! {
        #[test]
        fn the_pages_hold_every_row_once(total in 0_u64..2_000) {
            let rows: Vec<u64> = (0..total).collect();
            let pages = total.div_ceil(ROWS).max(1);
            let seen: Vec<u64> = (1..=pages)
                .flat_map(|nth| asked(&nth.to_string(), "").pager("/x", &[], total).of(rows.clone()))
                .collect();
            prop_assert_eq!(seen, rows);
        }

        #[test]
        fn what_is_looked_for_never_leaves_its_place(find in "\\PC*") {
            let address = asked("2", &find).pager("/x", &[], 500).before().expect("a page before");
            let query = address.strip_prefix("/x").expect("the path stays");
            prop_assert!(query.is_empty() || query.starts_with("?find="));
            prop_assert!(!query[query.len().min(6)..].contains(['&', '#', '?', ' ', '"', '<']));
        }
    }
}
