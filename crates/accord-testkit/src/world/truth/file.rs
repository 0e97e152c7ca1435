//! The truth as two CSV files, to lie beside the staff lists and be checked against.

use super::{Fault, OtherRow, RowKind, RowRef, Trap, Truth, TruthError, TruthPerson, Variation};
use crate::files::text::push_record;

const PEOPLE: [&str; 16] = [
    "person",
    "forename",
    "surname",
    "sex",
    "born",
    "nhs_number",
    "home",
    "mobile",
    "email",
    "language",
    "access_needs",
    "priority",
    "employer",
    "team",
    "trap",
    "trap_person",
];
const ROWS: [&str; 8] = ["employer", "file", "row", "person", "what", "surname", "fault", "variation"];

const KINDS: [(RowKind, &str); 3] = [
    (RowKind::Main, "main"),
    (RowKind::SecondAssignment, "second_assignment"),
    (RowKind::OtherEmployer, "other_employer"),
];
const FAULTS: [(Fault, &str); 6] = [
    (Fault::ImpossibleDate, "impossible_date"),
    (Fault::MissingBirthDate, "missing_birth_date"),
    (Fault::BadNhsNumber, "bad_nhs_number"),
    (Fault::SpoiltPhone, "spoilt_phone"),
    (Fault::TrailingSpaces, "trailing_spaces"),
    (Fault::MissingName, "missing_name"),
];
const VARIATIONS: [(Variation, &str); 5] = [
    (Variation::Initial, "initial"),
    (Variation::MarriedName, "married_name"),
    (Variation::Spelling, "spelling"),
    (Variation::DayAndMonthSwapped, "day_and_month_swapped"),
    (Variation::MovedAway, "moved_away"),
];
/// Makes a trap of the person it leads to.
type MakeTrap = fn(u32) -> Trap;
const TRAPS: [(MakeTrap, &str); 6] = [
    (Trap::Twin, "twin"),
    (Trap::SameName, "same_name"),
    (Trap::SameNameAndBirth, "same_name_and_birth"),
    (Trap::SameNameAndBirthUnnumbered, "same_name_and_birth_unnumbered"),
    (Trap::TwinByInitial, "twin_by_initial"),
    (Trap::ParentAndChild, "parent_and_child"),
];

fn word<T: PartialEq>(words: &[(T, &'static str)], wanted: &T) -> &'static str {
    words.iter().find(|(known, _)| known == wanted).map_or("", |(_, word)| word)
}

fn meaning<T: Copy>(words: &[(T, &'static str)], wanted: &str) -> Option<T> {
    words.iter().find(|(_, word)| *word == wanted).map(|(known, _)| *known)
}

impl Truth {
    /// The people as CSV, without their rows: `person` (index), `forename`, `surname`, `sex`,
    /// `born`, `nhs_number`, `home`, `mobile`, `email`, `language`, `access_needs`, `priority`,
    /// `employer`, `team`, `trap` (twin, same_name, same_name_and_birth: an importer can tell them
    /// apart; same_name_and_birth_unnumbered, twin_by_initial, parent_and_child: it has to ask),
    /// `trap_person`.
    #[must_use]
    pub fn people_csv(&self) -> String {
        let mut out = String::with_capacity(self.people.len() * 160);
        push_record(&mut out, ',', &PEOPLE);
        for person in &self.people {
            let same = |trap: Trap| TRAPS.iter().find(|(make, _)| make(trap.other()) == trap);
            let trap = person.trap.and_then(same).map_or("", |(_, word)| word);
            let cells: [&str; 16] = [
                &person.index.to_string(),
                &person.forename,
                &person.surname,
                &person.sex.to_string(),
                &person.born.to_string(),
                person.nhs_number.as_deref().unwrap_or(""),
                &person.home,
                &person.mobile,
                &person.email,
                &person.language,
                &person.access_needs,
                &person.priority.to_string(),
                &person.employer_id,
                &person.team,
                trap,
                &person.trap.map(|trap| trap.other().to_string()).unwrap_or_default(),
            ];
            push_record(&mut out, ',', &cells);
        }
        out
    }

    /// Every record below the headers as CSV: `employer`, `file`, `row`, `person` (empty where it
    /// means nobody), `what` (main, second_assignment, other_employer, leaver, blank,
    /// repeated_header, total), `surname` as the list has it, `fault`, `variation` (initial,
    /// married_name, spelling, day_and_month_swapped, moved_away: the same person, and an importer
    /// has to ask).
    #[must_use]
    pub fn rows_csv(&self) -> String {
        let mut out = String::with_capacity(self.people.len() * 64);
        push_record(&mut out, ',', &ROWS);
        for person in &self.people {
            for row in &person.rows {
                let fault = row.planted_fault.map_or("", |f| word(&FAULTS, &f));
                let variation = row.variation.map_or("", |v| word(&VARIATIONS, &v));
                let cells: [&str; 8] = [
                    &row.employer_id,
                    &row.file_name,
                    &row.row.to_string(),
                    &person.index.to_string(),
                    word(&KINDS, &row.kind),
                    &row.surname,
                    fault,
                    variation,
                ];
                push_record(&mut out, ',', &cells);
            }
        }
        for row in &self.other_rows {
            let number = row.row.to_string();
            let cells = [&row.employer_id, &row.file_name, &number, "", &row.what, "", "", ""];
            push_record(&mut out, ',', &cells);
        }
        out
    }

    /// Reads what [`Truth::people_csv`] and [`Truth::rows_csv`] wrote.
    ///
    /// # Errors
    /// The first record that cannot be read.
    pub fn from_csv(people: &str, rows: &str) -> Result<Self, TruthError> {
        let mut truth = Self { people: records("people", people, read_person)?, ..Self::default() };
        for read in records("rows", rows, read_row)? {
            match read {
                Read::OfPerson(person, row) => match truth.people.get_mut(person as usize) {
                    Some(person) => person.rows.push(row),
                    None => {
                        let problem = format!("there is no person {person}");
                        return Err(TruthError { file: "rows", record: 0, problem });
                    }
                },
                Read::Other(row) => truth.other_rows.push(row),
            }
        }
        Ok(truth)
    }
}

fn records<T>(
    file: &'static str,
    text: &str,
    read: impl Fn(&Cells<'_>) -> Result<T, String>,
) -> Result<Vec<T>, TruthError> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let mut out = Vec::new();
    for (record, row) in (2..).zip(reader.records()) {
        let fail = |problem| TruthError { file, record, problem };
        let row = row.map_err(|error| fail(error.to_string()))?;
        out.push(read(&Cells(&row)).map_err(fail)?);
    }
    Ok(out)
}

struct Cells<'r>(&'r csv::StringRecord);

impl Cells<'_> {
    fn text(&self, at: usize) -> Result<String, String> {
        self.0.get(at).map(str::to_owned).ok_or_else(|| format!("cell {} is missing", at + 1))
    }

    fn parse<T: std::str::FromStr>(&self, at: usize) -> Result<T, String> {
        let text = self.text(at)?;
        text.parse().map_err(|_| format!("cell {} cannot be \"{text}\"", at + 1))
    }

    fn maybe<T>(&self, at: usize, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, String> {
        let text = self.text(at)?;
        if text.is_empty() {
            return Ok(None);
        }
        read(&text).map(Some).ok_or_else(|| format!("cell {} cannot be \"{text}\"", at + 1))
    }
}

fn read_person(cells: &Cells<'_>) -> Result<TruthPerson, String> {
    let trap = match cells.text(14)?.as_str() {
        "" => None,
        text => {
            let known = TRAPS.iter().find(|(_, word)| *word == text);
            let (make, _) = known.ok_or_else(|| format!("cell 15 cannot be \"{text}\""))?;
            Some(make(cells.parse(15)?))
        }
    };
    Ok(TruthPerson {
        index: cells.parse(0)?,
        forename: cells.text(1)?,
        surname: cells.text(2)?,
        sex: cells.parse(3)?,
        born: cells.parse(4)?,
        nhs_number: cells.maybe(5, |text| Some(text.to_owned()))?,
        home: cells.text(6)?,
        mobile: cells.text(7)?,
        email: cells.text(8)?,
        language: cells.text(9)?,
        access_needs: cells.text(10)?,
        priority: cells.parse(11)?,
        employer_id: cells.text(12)?,
        team: cells.text(13)?,
        trap,
        rows: Vec::new(),
    })
}

enum Read {
    OfPerson(u32, RowRef),
    Other(OtherRow),
}

fn read_row(cells: &Cells<'_>) -> Result<Read, String> {
    let (employer_id, file_name, row) = (cells.text(0)?, cells.text(1)?, cells.parse(2)?);
    let what = cells.text(4)?;
    let Some(person) = cells.maybe(3, |text| text.parse().ok())? else {
        return Ok(Read::Other(OtherRow { employer_id, file_name, row, what }));
    };
    let kind = meaning(&KINDS, &what).ok_or_else(|| format!("cell 5 cannot be \"{what}\""))?;
    let surname = cells.text(5)?;
    let planted_fault = cells.maybe(6, |text| meaning(&FAULTS, text))?;
    let variation = cells.maybe(7, |text| meaning(&VARIATIONS, text))?;
    let row = RowRef { employer_id, file_name, row, kind, surname, planted_fault, variation };
    Ok(Read::OfPerson(person, row))
}
