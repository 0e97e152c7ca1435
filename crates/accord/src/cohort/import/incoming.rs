//! The rows of a list made ready for matching: keyed, folded, and told apart into first and further rows.

use super::super::matching::Traits;
use super::reading::{Place, Reading};
use super::work::made_key;
use accord_formats::staff::StaffRow;
use std::collections::HashMap;

/// Whether a row speaks for its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The row whose job counts: of the rows under one number the primary assignment, else the first that is no leaver's.
    First,
    /// Another row under a number the list has already.
    Further,
}

/// A row, ready.
pub(super) struct Incoming<'r> {
    pub row: &'r StaffRow,
    pub traits: Traits,
    /// The employer's number; none where the list has none.
    pub number: Option<String>,
    made: String,
    pub kind: Kind,
}

impl Incoming<'_> {
    /// What the employment is found by: the number, else the made key.
    pub fn key(&self) -> &str {
        self.number.as_deref().unwrap_or(&self.made)
    }

    pub fn place(&self) -> Place {
        (self.row.sheet, self.row.row)
    }
}

/// All rows, in the order of the file.
pub(super) fn incoming(reading: &Reading) -> Vec<Incoming<'_>> {
    let mut above: HashMap<(Option<String>, Option<accord_formats::Date>), usize> = HashMap::new();
    let mut rows: Vec<Incoming<'_>> = Vec::with_capacity(reading.rows.len());
    for row in &reading.rows {
        let traits = Traits::of_row(row);
        let number = number(row);
        let mut made = String::new();
        if number.is_none() {
            let count = above.entry((traits.name_key(), traits.birth)).or_default();
            made = made_key(&traits, *count);
            *count += 1;
        }
        rows.push(Incoming { row, traits, number, made, kind: Kind::First });
    }
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut further = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let Some(number) = row.number.as_deref() else { continue };
        match first.get(number).copied() {
            None => drop(first.insert(number, at)),
            Some(before) if rank(row.row) < rank(rows[before].row) => {
                first.insert(number, at);
                further.push(before);
            }
            Some(_) => further.push(at),
        }
    }
    further.into_iter().for_each(|at| rows[at].kind = Kind::Further);
    rows
}

/// Smaller speaks first.
fn rank(row: &StaffRow) -> (bool, bool) {
    (row.leaver, row.primary != Some(true))
}

/// The employee number; where a list only has assignment numbers, the part before `-2`, `-3`, which is that of the person.
fn number(row: &StaffRow) -> Option<String> {
    if let Some(number) = &row.staff_number {
        return Some(number.to_string());
    }
    let assignment = row.assignment_number.as_ref()?.as_str();
    let bare = assignment.rsplit_once('-').filter(|(number, copy)| {
        !number.is_empty() && (1..=2).contains(&copy.len()) && copy.bytes().all(|b| b.is_ascii_digit())
    });
    Some(bare.map_or(assignment, |(number, _)| number).to_owned())
}
