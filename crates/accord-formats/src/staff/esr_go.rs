//! Records of the ESR generic outbound interface: no headings, `~` between cells, the first cell says what a record is.
//! A person (`PR.`), their assignments (`AS.`) and phones (`PH.`) come as separate records joined by the person's id; an
//! assignment names its position (`PO.`), location (`LC.`) and organisation (`OR.`) by theirs. Positions of the cells
//! follow the published header lists of the interface (2019).

use std::collections::HashMap;

use super::header::Row;
use super::lines::{Lines, typed};
use super::table::{Cell, CutOff, Dialect, Limits, Record, SkipReason, Skipped, Source, Table, TableError};
use crate::csv_in;

/// Our headings, in the words the guess knows, with where each stands in a person record.
const PERSON: [(&str, usize); 10] = [
    ("Employee Number", 4),
    ("Title", 5),
    ("Last Name", 6),
    ("First Name", 7),
    ("Preferred Name", 10),
    ("Gender", 12),
    ("Date of Birth", 13),
    ("Hire Date", 16),
    ("Actual Termination Date", 17),
    ("Office E-mail Address", 35),
];
const MOBILE: usize = 10;
/// Headings from the other records.
const OTHERS: [&str; 10] = [
    "Mobile",
    "Assignment Number",
    "Assignment Status",
    "Position Title",
    "Assignment Category",
    "Primary Assignment",
    "Flexible Working Pattern",
    "Staff Group",
    "Team",
    "Work Postcode",
];
const PERSON_ID: usize = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Opening,
    Person,
    Assignment,
    Phone,
    Position,
    Location,
    Organisation,
    Closing,
}

/// True where the first record opens such a file or is a person record of it.
pub(super) fn is_outbound(head: &[Row]) -> bool {
    let mut filled = head.iter().filter(|(_, cells)| !cells.is_empty());
    let Some((_, first)) = filled.next() else { return false };
    match kind(first) {
        Some(Kind::Opening) => first.len() >= 2 && filled.next().is_some_and(|(_, cells)| kind(cells).is_some()),
        Some(Kind::Person | Kind::Assignment) => first.len() > PERSON[6].1,
        _ => false,
    }
}

/// Joins the records to one per person.
pub(super) fn table(text: &str, delimiter: char, encoding: &'static str, limits: &Limits) -> Result<Table, TableError> {
    let mut rows: Vec<Row> = Vec::new();
    for (row, cells) in csv_in::records(text, delimiter) {
        if row > limits.rows || cells.len() > limits.columns as usize {
            return Err(TableError::TooLarge { what: "rows", limit: limits.rows.into() });
        }
        rows.push((row, typed(&cells)));
    }
    let mut joint = Joint::default();
    rows.iter().for_each(|(row, cells)| joint.note(*row, cells));
    let cut = joint.end(text, &rows);
    let filled = rows.iter().filter(|(_, c)| !c.is_empty()).count() as u32;
    let last = rows.last().map_or(1, |(row, _)| *row);
    if cut.is_some_and(|c| c.inside) {
        // Half a record may still name somebody: nothing of it is joined.
        rows.pop();
    }
    for (_, cells) in &rows {
        joint.join(cells);
    }
    joint.places(&rows);
    if joint.people.is_empty() {
        return Err(if cut.is_some() {
            TableError::CutOff { row: last }
        } else {
            TableError::NoRecords { header_row: 1 }
        });
    }
    joint.say_whose(&rows);
    let Joint { people, mut skipped, declared, .. } = joint;
    skipped.sort_by_key(|s| s.row);
    // The count may leave out the opening and closing records.
    let declared =
        declared.map(|said| (said, if (filled.saturating_sub(2)..=filled).contains(&said) { said } else { filled }));
    let source = Source::EsrOutbound { encoding, delimiter };
    Ok(Table {
        dialect: Dialect { source, header_row: 0, date_forms: Vec::new() },
        headings: PERSON.iter().map(|(h, _)| *h).chain(OTHERS).map(str::to_owned).collect(),
        skipped,
        records_read: last,
        cut,
        declared,
        lines: Lines::Cells(people),
    })
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
        (_, Some("PO"), 2 | 3) => Some(Kind::Position),
        (_, Some("LC"), 2 | 3) => Some(Kind::Location),
        (_, Some("OR"), 2 | 3) => Some(Kind::Organisation),
        _ => None,
    }
}

fn at(cells: &[Cell], position: usize) -> String {
    cells.get(position).map(|c| c.text().into_owned()).unwrap_or_default()
}

#[derive(Default)]
struct Joint {
    people: Vec<Record>,
    by_id: HashMap<String, usize>,
    /// When each person's record takes effect: of several, the latest that has begun counts.
    begins: Vec<String>,
    /// The job of each person: position, location and organisation by their ids.
    jobs: HashMap<usize, [String; 3]>,
    skipped: Vec<Skipped>,
    declared: Option<u32>,
    run_on: String,
    closed: bool,
}

impl Joint {
    fn pass(&mut self, row: u32, why: SkipReason) {
        self.skipped.push(Skipped { row, sheet: 0, why, of: None });
    }

    fn note(&mut self, row: u32, cells: &[Cell]) {
        match kind(cells) {
            Some(Kind::Person) => self.person(row, cells),
            Some(Kind::Closing) => {
                self.closed = true;
                self.declared = at(cells, 1).parse().ok();
                self.pass(row, SkipReason::Total);
            }
            Some(Kind::Opening) => {
                self.run_on = at(cells, 2);
                self.pass(row, SkipReason::Header);
            }
            Some(_) => self.pass(row, SkipReason::Joined),
            None => self.pass(row, if cells.is_empty() { SkipReason::Blank } else { SkipReason::NoPerson }),
        }
    }

    /// Tells of each joined record whose it is.
    fn say_whose(&mut self, rows: &[Row]) {
        let whose = |cells: &[Cell]| match kind(cells) {
            Some(Kind::Person | Kind::Assignment | Kind::Phone) => {
                self.by_id.get(&at(cells, PERSON_ID)).and_then(|person| Some(self.people.get(*person)?.row))
            }
            _ => None,
        };
        let of: HashMap<u32, u32> = rows.iter().filter_map(|(row, cells)| Some((*row, whose(cells)?))).collect();
        let joined = self.skipped.iter_mut().filter(|skipped| skipped.why == SkipReason::Joined);
        joined.for_each(|skipped| skipped.of = of.get(&skipped.row).copied());
    }

    fn person(&mut self, row: u32, cells: &[Cell]) {
        let mut own: Vec<Cell> = PERSON.iter().map(|(_, from)| cells.get(*from).cloned().unwrap_or_default()).collect();
        own.resize(PERSON.len() + OTHERS.len(), Cell::Empty);
        let (id, begins) = (at(cells, PERSON_ID), at(cells, 2));
        let record = Record { row, sheet: 0, cells: own, section: None };
        let known = self.by_id.get(&id).copied().filter(|_| !id.is_empty());
        let Some(known) = known else {
            self.by_id.insert(id, self.people.len());
            self.people.push(record);
            self.begins.push(begins);
            return;
        };
        let has_begun = self.run_on.is_empty() || begins <= self.run_on;
        if has_begun && begins > self.begins[known] {
            let before = self.people[known].row;
            self.people[known] = record;
            self.begins[known] = begins;
            self.pass(before, SkipReason::Joined);
        } else {
            self.pass(row, SkipReason::Joined);
        }
    }

    /// A file without its closing record was cut off: in its last record where that is shorter than others of its kind.
    fn end(&mut self, text: &str, rows: &[Row]) -> Option<CutOff> {
        let (last, cells) = rows.last()?;
        if self.closed {
            return None;
        }
        let whole = text.ends_with(['\n', '\r']);
        if !whole {
            let before = self.people.len();
            self.people.retain(|p| p.row != *last);
            if self.people.len() < before {
                self.by_id.retain(|_, at| *at < before - 1);
            }
            self.skipped.retain(|s| s.row != *last);
            self.pass(*last, SkipReason::CutOff);
        }
        let inside = !whole && !cells.is_empty();
        Some(CutOff { row: *last, inside })
    }

    /// The main assignment wins over the first one; the first mobile phone is taken.
    fn join(&mut self, cells: &[Cell]) {
        let Some(index) = self.by_id.get(&at(cells, PERSON_ID)).copied() else { return };
        let Some(who) = self.people.get_mut(index) else { return };
        match kind(cells) {
            Some(Kind::Assignment) => {
                let main = at(cells, 21).to_lowercase().starts_with('y');
                if main || !self.jobs.contains_key(&index) {
                    for (to, from) in [(1, 7), (2, 9), (3, 29), (4, 20), (5, 21), (6, 26)] {
                        who.cells[MOBILE + to] = cells.get(from).cloned().unwrap_or_default();
                    }
                    if who.cells[MOBILE + 3].is_empty() {
                        who.cells[MOBILE + 3] = cells.get(34).cloned().unwrap_or_default();
                    }
                    self.jobs.insert(index, [at(cells, 28), at(cells, 13), at(cells, 27)]);
                }
            }
            Some(Kind::Phone) if at(cells, 3).to_lowercase().contains("mob") && who.cells[MOBILE].is_empty() => {
                who.cells[MOBILE] = cells.get(4).cloned().unwrap_or_default();
            }
            _ => {}
        }
    }

    /// What positions, locations and organisations say about the jobs that name them.
    fn places(&mut self, rows: &[Row]) {
        let of = |wanted: Kind| -> HashMap<String, &Vec<Cell>> {
            let same = rows.iter().filter(|(_, cells)| kind(cells) == Some(wanted));
            same.map(|(_, cells)| (at(cells, 1), cells)).collect()
        };
        let (positions, locations, organisations) = (of(Kind::Position), of(Kind::Location), of(Kind::Organisation));
        for (index, [position, location, organisation]) in &self.jobs {
            let Some(who) = self.people.get_mut(*index) else { continue };
            let mut put = |to: usize, cells: Option<&&Vec<Cell>>, from: usize| {
                if let Some(cell) = cells.and_then(|c| c.get(from)).filter(|c| !c.is_empty())
                    && who.cells[MOBILE + to].is_empty()
                {
                    who.cells[MOBILE + to] = cell.clone();
                }
            };
            let job = positions.get(position).filter(|_| !position.is_empty());
            put(3, job, 9);
            put(3, job, 5);
            put(7, job, 8);
            put(8, organisations.get(organisation).filter(|_| !organisation.is_empty()), 2);
            let place = locations.get(location).filter(|_| !location.is_empty());
            put(8, place, 3);
            put(9, place, 10);
        }
    }
}
