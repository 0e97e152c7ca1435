//! One record becomes one [`StaffRow`]: each value parsed by its own rule, each fault listed with its place.

use std::borrow::Cow;

use jiff::civil::Date;

use super::columns::Column;
use super::field::Field;
use super::mend;
use super::read::whole_row;
use super::row::{RowFault, StaffRow};
use super::synonyms;
use super::table::{Cell, Record};
use crate::date::{self, DateKind};
use crate::fault::{Fault, FaultCode, Severity};
use crate::person_name::is_particle;
use crate::{AccessNeeds, Leave, PersonName, Rota, StaffNumber};

/// The longest free text that is kept, in characters.
const LONGEST_TEXT: usize = 200;
/// The longest piece of a bad value that is shown back.
const LONGEST_SEEN: usize = 80;

pub(super) struct RowMaker<'r> {
    record: &'r Record,
    columns: &'r [Column<'r>],
    today: Date,
    faults: &'r mut Vec<RowFault>,
}

impl<'r> RowMaker<'r> {
    pub(super) fn new(
        record: &'r Record,
        columns: &'r [Column<'r>],
        today: Date,
        faults: &'r mut Vec<RowFault>,
    ) -> Self {
        Self { record, columns, today, faults }
    }

    /// The row, or nothing where there is nobody to book.
    pub(super) fn make(&mut self, width: usize) -> Option<StaffRow> {
        let mut row =
            StaffRow { row: self.record.row, sheet: self.record.sheet, name: self.name(), ..StaffRow::default() };
        for column in self.columns {
            if let Some(cell) = self.record.cells.get(column.at)
                && !cell.is_empty()
                && !is_placeholder(cell)
                && !self.is_uncalculated(column, cell)
            {
                self.fill(&mut row, column, cell);
            }
        }
        if row.name.as_ref().is_some_and(is_vacant) && says_nothing_personal(&row) {
            self.about_row(FaultCode::NobodyToBook, Severity::RowDropped, "a person (the post seems to be vacant)");
            return None;
        }
        if row.name.is_none() && row.staff_number.is_none() {
            let wanted = "a name or a staff number";
            self.about_row(FaultCode::NobodyToBook, Severity::RowDropped, wanted);
            return None;
        }
        if self.record.cells.len() > width {
            let wanted = "no more cells than headings (a delimiter inside a value may have shifted the row)";
            self.about_row(FaultCode::TooManyCells, Severity::Assumed, wanted);
        }
        if row.team.is_none() {
            row.team = self.record.section.as_deref().map(str::to_owned);
        }
        self.dates_agree(&mut row);
        row.leaver = self.has_left(&row);
        if row.leaver {
            self.about_row(
                FaultCode::Leaver,
                Severity::Note,
                "somebody at work now (status or end date says they are not)",
            );
        }
        Some(row)
    }

    fn fill(&mut self, row: &mut StaffRow, column: &Column<'_>, cell: &Cell) {
        let text = cell.text();
        let text = text.as_ref();
        match column.field {
            Field::StaffNumber => row.staff_number = self.staff_number(column, text),
            Field::AssignmentNumber => {
                row.assignment_number = self.keep(column, text, StaffNumber::parse(&mend::number(text)))
            }
            Field::PrimaryAssignment => row.primary = self.keep(column, text, yes_or_no(text)),
            Field::PreferredName => row.preferred = self.text(column, text),
            Field::DateOfBirth => row.date_of_birth = self.birth(column, cell, text),
            Field::NhsNumber => row.nhs_number = self.keep(column, text, mend::nhs_number(text)),
            Field::WorkEmail => row.work_email = self.keep(column, text, mend::email(text)),
            Field::Mobile => row.mobile = self.keep(column, text, mend::mobile(text)),
            Field::HomePostcode => row.home_postcode = self.keep(column, text, mend::postcode(text)),
            Field::WorkPostcode => row.work_postcode = self.keep(column, text, mend::postcode(text)),
            Field::Employer => row.employer = self.text(column, text),
            Field::Team => row.team = self.text(column, text),
            Field::JobTitle => row.job_title = self.text(column, text),
            Field::StaffGroup => row.staff_group = self.text(column, text),
            Field::Contract => row.contract = self.text(column, text),
            Field::Rota => row.rota = self.keep(column, text, Rota::parse(text)),
            Field::Leave => row.leave = self.keep(column, text, Leave::parse(text)),
            Field::PriorityGroup => row.priority_group = self.keep(column, text, priority_group(text)),
            Field::AccessNeeds => row.access_needs = self.keep(column, text, AccessNeeds::parse(text)),
            Field::Language => row.language = self.text(column, text),
            Field::StartDate => row.start_date = self.date(column, cell, text, DateKind::Other),
            Field::EndDate => row.end_date = self.date(column, cell, text, DateKind::Other),
            Field::Status => row.status = self.text(column, text),
            // Names are read together; the rest is recognised in order not to be read.
            Field::FamilyName
            | Field::GivenName
            | Field::FullName
            | Field::Title
            | Field::Gender
            | Field::NationalInsurance => {}
        }
    }

    /// Given and family name, or the whole name where those columns have nothing.
    fn name(&mut self) -> Option<PersonName> {
        let (given_column, given) = self.name_part(Field::GivenName);
        let (family_column, family) = self.name_part(Field::FamilyName);
        let (full_column, full) = self.name_part(Field::FullName);
        let in_parts = !(given.is_empty() && family.is_empty());
        let (column, seen, read) = if in_parts {
            let seen = format!("{given} {family}");
            (family_column.or(given_column)?, seen, PersonName::parse(&given, &family))
        } else if full.is_empty() {
            return None;
        } else {
            let column = full_column?;
            (column, full.to_string(), whole_name(&full, column.family_first))
        };
        match read {
            Ok((name, notes)) => {
                for note in notes {
                    let severity = match note.code {
                        FaultCode::NameParted | FaultCode::LettersLost | FaultCode::LettersMended => Severity::Assumed,
                        _ => Severity::Note,
                    };
                    self.note(column, &seen, note, severity);
                }
                Some(name.in_plain_case())
            }
            Err(fault) => {
                self.note(column, &seen, fault, Severity::ValueDropped);
                None
            }
        }
    }

    /// What stands in a column of names. "Na" is a family name: only what cannot be a name counts as blank here.
    fn name_part(&mut self, field: Field) -> (Option<&'r Column<'r>>, Cow<'r, str>) {
        let columns = self.columns;
        let record = self.record;
        let Some(column) = columns.iter().find(|c| c.field == field) else { return (None, Cow::Borrowed("")) };
        let Some(cell) = record.cells.get(column.at) else { return (Some(column), Cow::Borrowed("")) };
        let text = cell.text();
        let blank = !text.chars().any(char::is_alphanumeric) || is_not_a_name(&text);
        if blank || self.is_uncalculated(column, cell) {
            return (Some(column), Cow::Borrowed(""));
        }
        match mend::misread_utf8(&text) {
            Some(right) => {
                let wanted =
                    "letters as they are typed (the export was read with the wrong encoding; they were put right)";
                self.note(column, &text, Fault::new(FaultCode::LettersMended, wanted), Severity::Assumed);
                (Some(column), Cow::Owned(right))
            }
            None => (Some(column), text),
        }
    }

    /// A staff number, the zeros in front put back where the column shows that they were lost.
    fn staff_number(&mut self, column: &Column<'_>, text: &str) -> Option<StaffNumber> {
        let number = mend::number(text);
        if let Some(digits) = column.digits.filter(|digits| number.len() < *digits) {
            let whole = format!("{number:0>digits$}");
            let wanted = "as many digits as the other staff numbers have (zeros were put in front)";
            self.note(column, text, Fault::new(FaultCode::ZerosLost, wanted), Severity::Assumed);
            return self.keep(column, text, StaffNumber::parse(&whole));
        }
        self.keep(column, text, StaffNumber::parse(&number))
    }

    /// A formula without a value: nobody knows what would stand there.
    fn is_uncalculated(&mut self, column: &Column<'_>, cell: &Cell) -> bool {
        let Cell::Formula(text) = cell else { return false };
        let wanted = "a value (open the workbook, let it calculate, save it and send it again)";
        let text = text.to_string();
        self.note(column, &text, Fault::new(FaultCode::NotCalculated, wanted), Severity::ValueDropped);
        true
    }

    fn birth(&mut self, column: &Column<'_>, cell: &Cell, text: &str) -> Option<Date> {
        let birth = self.date(column, cell, text, DateKind::Birth)?;
        let plausible = date::plausible_birth(birth, self.today).map(|()| birth);
        self.keep(column, text, plausible)
    }

    fn date(&mut self, column: &Column<'_>, cell: &Cell, text: &str, kind: DateKind) -> Option<Date> {
        let fault = Fault::new(FaultCode::Date, "a date in the form of its column");
        let read = match (cell, column.dates) {
            (Cell::Date(date), _) => Ok(*date),
            (Cell::Number(days), _) if (1.0..110_000.0).contains(days) => date::from_serial(*days as u32).ok_or(fault),
            (_, Some(detected)) => detected.read(text, kind, self.today),
            _ => Err(fault),
        };
        self.keep(column, text, read)
    }

    /// Free text on one line, without control characters.
    fn text(&mut self, column: &Column<'_>, text: &str) -> Option<String> {
        let mut line = String::with_capacity(text.len());
        for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let long = line.chars().count() > LONGEST_TEXT;
        let read = if long { Err(Fault::new(FaultCode::TooLong, "at most 200 characters")) } else { Ok(line) };
        self.keep(column, text, read).filter(|line| !line.is_empty())
    }

    fn dates_agree(&mut self, row: &mut StaffRow) {
        if let (Some(start), Some(end)) = (row.start_date, row.end_date)
            && end < start
        {
            row.end_date = None;
            let wanted = "an end date after the start date";
            if let Some(column) = self.columns.iter().find(|c| c.field == Field::EndDate) {
                let fault = Fault::new(FaultCode::EndBeforeStart, wanted);
                self.note(column, &format!("{start} to {end}"), fault, Severity::ValueDropped);
            }
        }
    }

    fn has_left(&self, row: &StaffRow) -> bool {
        let column = self.columns.iter().find(|c| c.field == Field::Status);
        let said = |status: &str| match (column.and_then(|c| c.no_means_left), mend::yes_or_no(status)) {
            (Some(no_means_left), Some(yes)) => yes != no_means_left,
            _ => says_left(status),
        };
        row.end_date.is_some_and(|end| end < self.today) || row.status.as_deref().is_some_and(said)
    }

    fn keep<T>(&mut self, column: &Column<'_>, seen: &str, read: Result<T, Fault>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(fault) => {
                self.note(column, seen, fault, Severity::ValueDropped);
                None
            }
        }
    }

    fn note(&mut self, column: &Column<'_>, seen: &str, fault: Fault, severity: Severity) {
        self.faults.push(RowFault {
            row: self.record.row,
            sheet: self.record.sheet,
            column: column.heading.to_owned(),
            code: fault.code,
            seen: shortened(seen),
            wanted: fault.wanted,
            severity,
        });
    }

    fn about_row(&mut self, code: FaultCode, severity: Severity, wanted: &'static str) {
        self.faults.push(whole_row(self.record.row, self.record.sheet, code, severity, wanted));
    }
}

/// A whole name in its parts: by its comma, by its capitals (`VALDEZ Gabriel`), by the order of its column.
fn whole_name(full: &str, family_first: bool) -> Result<(PersonName, Vec<Fault>), Fault> {
    let plain = full.split(['(', '[']).next().unwrap_or(full).trim();
    let plain = if plain.is_empty() { full } else { plain };
    if plain.contains(',') {
        return PersonName::parse_full(plain);
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let is_capital =
        |w: &str| w.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !w.chars().any(char::is_lowercase);
    let capitals = words.iter().take_while(|w| is_capital(w)).count();
    let turned = |family: usize| PersonName::parse(&words[family..].join(" "), &words[..family].join(" "));
    if capitals > 0 && capitals < words.len() && !words[capitals..].iter().any(|w| is_capital(w)) {
        return turned(capitals);
    }
    let (name, mut notes) = if family_first && words.len() > 1 {
        let particles = words.iter().take(words.len() - 2).take_while(|w| is_particle(w)).count();
        turned(particles + 1)?
    } else {
        PersonName::parse_full(plain)?
    };
    if family_first || words.len() > 2 {
        notes.push(Fault::new(FaultCode::NameParted, "given and family name in columns of their own"));
    }
    Ok((name, notes))
}

fn shortened(seen: &str) -> String {
    if seen.chars().count() <= LONGEST_SEEN {
        return seen.to_owned();
    }
    seen.chars().take(LONGEST_SEEN - 1).chain(['…']).collect()
}

/// What stands on a list of posts where nobody is in post.
fn is_vacant(name: &PersonName) -> bool {
    const WORDS: [&str; 10] =
        ["vacant", "vacancy", "tbc", "tba", "vacantpost", "agency", "agencystaff", "nobody", "unfilled", "recruiting"];
    let whole = synonyms::fold(&format!("{}{}", name.given, name.family));
    WORDS.contains(&whole.as_str()) || WORDS.contains(&synonyms::fold(&name.family).as_str()) && name.given.is_empty()
}

fn says_nothing_personal(row: &StaffRow) -> bool {
    row.date_of_birth.is_none()
        && row.nhs_number.is_none()
        && row.work_email.is_none()
        && row.mobile.is_none()
        && row.home_postcode.is_none()
        && row.staff_number.is_none()
}

/// What people write into a cell that should be empty.
fn is_placeholder(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    text.len() <= 12
        && matches!(
            text.to_ascii_lowercase().as_str(),
            "-" | "--"
                | "."
                | "?"
                | "n/a"
                | "na"
                | "#n/a"
                | "none"
                | "null"
                | "nil"
                | "unknown"
                | "not known"
                | "tbc"
                | "x"
        )
}

fn is_not_a_name(text: &str) -> bool {
    ["n/a", "#n/a", "#name?", "#ref!", "#value!"].contains(&text.to_ascii_lowercase().as_str())
}

fn yes_or_no(text: &str) -> Result<bool, Fault> {
    mend::yes_or_no(text).ok_or(Fault::new(FaultCode::YesNo, "Y or N"))
}

fn priority_group(text: &str) -> Result<u8, Fault> {
    let folded = synonyms::fold(text);
    let bare = ["prioritygroup", "priority", "group", "cohort", "p"]
        .iter()
        .find_map(|start| folded.strip_prefix(start))
        .unwrap_or(&folded);
    bare.parse()
        .ok()
        .filter(|n| (1..=9).contains(n))
        .ok_or(Fault::new(FaultCode::PriorityGroup, "a priority group from 1 to 9"))
}

fn says_left(status: &str) -> bool {
    const STARTS: [&str; 14] = [
        "inactive",
        "left",
        "leaver",
        "terminat",
        "resigned",
        "retired",
        "ended",
        "exemployee",
        "deceased",
        "dismissed",
        "nolonger",
        "former",
        "notemployed",
        "closed",
    ];
    let folded = synonyms::fold(status);
    STARTS.iter().any(|start| folded.starts_with(start))
}
