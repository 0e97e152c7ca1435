//! What is settled for whole columns: the order of day and month, how long staff numbers are, which word of a name is the
//! family's. No value is read by itself where its column can tell more.

use super::field::Field;
use super::given_names::is_given;
use super::guess::guess_columns;
use super::mapping::Mapping;
use super::table::{Cell, Table};
use crate::date::{self, DateForm, Detected, Evidence, SettledBy};

/// Values looked at to tell a column of dates from others.
const PROBE: usize = 50;

/// A column that is read.
pub(super) struct Column<'t> {
    pub field: Field,
    pub at: usize,
    pub heading: &'t str,
    /// For columns of dates.
    pub dates: Option<Detected>,
    /// Dates of a workbook that seem to have had day and month swapped when it was opened.
    pub swapped: Option<Swapped>,
    /// Digits of a staff number, where zeros in front were lost from some.
    pub digits: Option<usize>,
    /// The family name stands first, without a comma.
    pub family_first: bool,
    /// `Active: N` is somebody who has left.
    pub no_means_left: Option<bool>,
}

/// Counts of a column in which text dates all have a day above 12 and date cells never do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Swapped {
    pub cells: u32,
    pub texts: u32,
}

/// The columns named as dates, and those that hold almost nothing else. An ambiguous one is settled by its heading, or by
/// the other date columns where they agree.
pub(super) fn date_forms(table: &Table) -> Vec<(usize, Detected)> {
    let guess = guess_columns(table);
    let looks: Vec<usize> = (0..table.headings.len())
        .filter(|at| guess[*at].field.is_some_and(Field::is_date) || looks_like_dates(table, *at))
        .collect();
    let mut forms: Vec<(usize, Detected)> = looks.iter().copied().zip(detect(table, &looks)).collect();
    for (at, detected) in &mut forms {
        if let Some(order) = date::form_in_heading(&table.headings[*at]) {
            detected.settle(order, SettledBy::Heading);
        }
    }
    let sure: Vec<DateForm> = forms
        .iter()
        .filter(|(_, d)| !d.ambiguous && d.evidence.day_first + d.evidence.month_first > 0)
        .map(|(_, d)| d.order)
        .collect();
    if let [first, rest @ ..] = sure.as_slice()
        && rest.iter().all(|o| o == first)
    {
        forms.iter_mut().for_each(|(_, d)| d.settle(*first, SettledBy::OtherColumns));
    }
    forms
}

/// What the text of these columns shows about its dates, in one pass.
fn detect(table: &Table, columns: &[usize]) -> Vec<Detected> {
    let mut seen = vec![Evidence::default(); columns.len()];
    if !columns.is_empty() {
        for record in table.records() {
            for (at, evidence) in columns.iter().zip(&mut seen) {
                if let Some(Cell::Text(text)) = record.cells.get(*at) {
                    evidence.add(text);
                }
            }
        }
    }
    seen.into_iter().map(date::decide).collect()
}

/// What one column shows about its dates, its heading read too.
pub(super) fn detect_one(table: &Table, at: usize) -> Detected {
    let mut detected = detect(table, &[at])[0];
    if let Some(order) = date::form_in_heading(&table.headings[at]) {
        detected.settle(order, SettledBy::Heading);
    }
    detected
}

fn looks_like_dates(table: &Table, at: usize) -> bool {
    let mut seen = Evidence::default();
    for record in table.records().take(PROBE) {
        if let Some(Cell::Text(text)) = record.cells.get(at) {
            seen.add(text);
        }
    }
    // Plain numbers are dates only where a heading says so.
    let others = seen.unreadable + seen.compact + seen.serial + seen.six_digits;
    seen.plain_dates() > 0 && seen.plain_dates() >= others * 9
}

/// The columns a mapping reads, with what the whole table shows about each.
pub(super) fn columns<'t>(table: &'t Table, mapping: &Mapping) -> Vec<Column<'t>> {
    let known = |at: usize| table.dialect.date_forms.iter().find(|(column, _)| *column == at).map(|(_, d)| *d);
    let mut columns: Vec<Column<'t>> = mapping
        .entries()
        .iter()
        .filter(|entry| !entry.field.is_dropped())
        .filter_map(|entry| {
            let at = table.headings.iter().position(|h| *h == entry.heading)?;
            let heading = table.headings[at].as_str();
            let dates = entry.field.is_date().then(|| known(at).unwrap_or_else(|| detect(table, &[at])[0]));
            let no_means_left = (entry.field == Field::Status).then(|| no_means_left(heading)).flatten();
            let plain = Column {
                field: entry.field,
                at,
                heading,
                dates,
                swapped: None,
                digits: None,
                family_first: false,
                no_means_left,
            };
            Some(plain)
        })
        .collect();
    survey(table, &mut columns);
    columns
}

/// `Active? Y/N` and `Leaver Y/N` mean opposite things by their no.
fn no_means_left(heading: &str) -> Option<bool> {
    let folded = super::synonyms::fold(heading);
    if ["leaver", "left", "terminated", "inactive"].iter().any(|w| folded.contains(w)) {
        Some(false)
    } else if ["active", "current", "employed"].iter().any(|w| folded.contains(w)) {
        Some(true)
    } else {
        None
    }
}

/// Counts over all records.
#[derive(Default)]
struct Survey {
    /// Staff numbers of digits only, by length.
    lengths: [u32; 16],
    leading_zero: bool,
    not_digits: u32,
    given_first: u32,
    given_last: u32,
    low_dates: u32,
    high_dates: u32,
}

fn survey(table: &Table, columns: &mut [Column<'_>]) {
    let asked: Vec<usize> = (0..columns.len())
        .filter(|at| columns[*at].field.is_date() || matches!(columns[*at].field, Field::StaffNumber | Field::FullName))
        .collect();
    let mut seen: Vec<Survey> = asked.iter().map(|_| Survey::default()).collect();
    for record in table.records() {
        for (at, survey) in asked.iter().zip(&mut seen) {
            if let Some(cell) = record.cells.get(columns[*at].at) {
                survey.add(columns[*at].field, cell);
            }
        }
    }
    for (at, survey) in asked.into_iter().zip(seen) {
        survey.settle(&mut columns[at]);
    }
}

impl Survey {
    fn add(&mut self, field: Field, cell: &Cell) {
        match (field, cell) {
            (_, Cell::Empty) => {}
            (Field::StaffNumber, cell) => {
                let text = cell.text();
                let text = super::mend::number(&text);
                if text.bytes().all(|b| b.is_ascii_digit()) && text.len() < 16 {
                    self.lengths[text.len()] += 1;
                    self.leading_zero |= text.starts_with('0');
                } else {
                    self.not_digits += 1;
                }
            }
            (Field::FullName, Cell::Text(text)) if !text.contains(',') => {
                let mut words = text.split_whitespace();
                if let (Some(first), Some(last)) = (words.next(), words.next_back()) {
                    self.given_first += u32::from(is_given(first));
                    self.given_last += u32::from(is_given(last));
                }
            }
            (_, Cell::Date(date)) if date.day() <= 12 => self.low_dates += 1,
            (_, Cell::Date(_)) => self.high_dates += 1,
            _ => {}
        }
    }

    fn settle(self, column: &mut Column<'_>) {
        if let Some(dates) = &column.dates {
            let texts = dates.evidence.day_first;
            let suspicious = self.low_dates >= 4 && self.high_dates == 0 && texts >= 4 && dates.evidence.either == 0;
            column.swapped = suspicious.then_some(Swapped { cells: self.low_dates, texts });
        }
        column.family_first = self.given_last >= 3 && self.given_last >= self.given_first * 3;
        column.digits = self.digits_lost();
    }

    /// The digits all staff numbers had, where most still do, the others are one or two short, and none starts with a
    /// zero although one in ten should. Numbers that count up (998, 999, 1000) are shorter for another reason.
    fn digits_lost(&self) -> Option<usize> {
        let all: u32 = self.lengths.iter().sum();
        let (length, usual) = self.lengths.iter().copied().enumerate().max_by_key(|(_, count)| *count)?;
        let short: u32 = self.lengths[length.saturating_sub(2)..length].iter().sum();
        let plausible = length >= 6 && all >= 10 && usual * 100 >= all * 75 && short > 0 && usual + short == all;
        (plausible && !self.leading_zero && self.not_digits == 0).then_some(length)
    }
}
