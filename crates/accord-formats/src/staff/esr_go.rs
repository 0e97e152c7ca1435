//! Records of the ESR generic outbound interface: no headings, `~` between cells, the first cell says what a record is.
//! A person (`PR.`) and their assignments (`AS.`), phones (`PH.`) come as separate records joined by the person's id.
//! Positions follow the published header lists of the interface (2019).

use std::collections::HashMap;

use super::table::{Cell, Dialect, Record, SkipReason, Skipped, Source, Table, TableError};
use super::text::Rows;

const HEADINGS: [&str; 14] = [
    "Employee Number",
    "Title",
    "Last Name",
    "First Name",
    "Preferred Name",
    "Gender",
    "Date of Birth",
    "Hire Date",
    "Actual Termination Date",
    "Office E-mail Address",
    "Mobile",
    "Assignment Number",
    "Assignment Status",
    "Position Title",
];

/// Where the first ten headings stand in a person record.
const PERSON: [usize; 10] = [4, 5, 6, 7, 10, 12, 13, 16, 17, 35];
const PERSON_ID: usize = 1;

/// True where the first record opens such a file or is a person record of it.
pub(super) fn is_outbound(rows: &Rows) -> bool {
    let first = rows.rows.iter().find(|(_, cells)| !cells.is_empty());
    first.is_some_and(|(_, cells)| match kind(cells) {
        Some(Kind::Opening) => cells.len() >= 3,
        Some(Kind::Person | Kind::Assignment) => cells.len() > PERSON[6],
        _ => false,
    })
}

/// Joins the records to one per person.
pub(super) fn table(rows: Rows) -> Result<Table, TableError> {
    let mut people: Vec<Record> = Vec::new();
    let mut skipped = Vec::new();
    let mut by_id: HashMap<String, usize> = HashMap::new();
    let mut closed = false;
    let mut last = 0;
    let mut pass = |row, why| skipped.push(Skipped { row, sheet: String::new(), why });
    for (row, cells) in &rows.rows {
        last = *row;
        match kind(cells) {
            Some(Kind::Person) => {
                by_id.insert(at(cells, PERSON_ID), people.len());
                people.push(person(*row, cells));
            }
            Some(Kind::Assignment | Kind::Phone) => pass(*row, SkipReason::Joined),
            Some(Kind::Closing) => {
                closed = true;
                pass(*row, SkipReason::Total);
            }
            Some(Kind::Opening) => pass(*row, SkipReason::AboveHeader),
            None if cells.is_empty() => pass(*row, SkipReason::Blank),
            None => pass(*row, SkipReason::NoPerson),
        }
    }
    if !closed {
        pass(last, SkipReason::CutOff);
        // The person the file breaks off in may be half a person.
        if people.last().is_some_and(|p| p.row == last) {
            people.pop();
        }
    }
    join(&rows, &by_id, &mut people);
    if people.is_empty() {
        return Err(if closed { TableError::NoRecords { header_row: 1 } } else { TableError::CutOff { row: last } });
    }
    Ok(Table {
        dialect: Dialect { source: Source::EsrOutbound, header_row: 0, date_forms: Vec::new() },
        headings: HEADINGS.iter().map(|h| (*h).to_owned()).collect(),
        records: people,
        skipped,
    })
}

enum Kind {
    Opening,
    Person,
    Assignment,
    Phone,
    Closing,
}

fn kind(cells: &[Cell]) -> Option<Kind> {
    let Some(Cell::Text(first)) = cells.first() else {
        return None;
    };
    match (first.as_ref(), first.get(..2), first.len()) {
        ("HDR", ..) => Some(Kind::Opening),
        ("TRL", ..) => Some(Kind::Closing),
        (_, Some("PR"), 2 | 3) => Some(Kind::Person),
        (_, Some("AS"), 2 | 3) => Some(Kind::Assignment),
        (_, Some("PH"), 2 | 3) => Some(Kind::Phone),
        _ => None,
    }
}

fn at(cells: &[Cell], position: usize) -> String {
    cells.get(position).map(|c| c.text().into_owned()).unwrap_or_default()
}

fn person(row: u32, cells: &[Cell]) -> Record {
    let mut own: Vec<Cell> = PERSON.iter().map(|p| cells.get(*p).cloned().unwrap_or_default()).collect();
    own.resize(HEADINGS.len(), Cell::Empty);
    Record { row, sheet: 0, cells: own }
}

/// The main assignment wins over the first one; the first mobile phone is taken.
fn join(rows: &Rows, by_id: &HashMap<String, usize>, people: &mut [Record]) {
    for (_, cells) in &rows.rows {
        let Some(who) = by_id.get(&at(cells, PERSON_ID)).and_then(|i| people.get_mut(*i)) else {
            continue;
        };
        match kind(cells) {
            Some(Kind::Assignment) => {
                let main = at(cells, 21).to_lowercase().starts_with('y');
                if main || who.cells[11].is_empty() {
                    for (to, from) in [(11, 7), (12, 9), (13, 29)] {
                        who.cells[to] = cells.get(from).cloned().unwrap_or_default();
                    }
                }
            }
            Some(Kind::Phone) if at(cells, 3).to_lowercase().contains("mob") && who.cells[10].is_empty() => {
                who.cells[10] = cells.get(4).cloned().unwrap_or_default();
            }
            _ => {}
        }
    }
}
