//! Lists of what people have had elsewhere: the national file of vaccination events (34 columns), and an occupational
//! health service's own. Each row is a person as on a staff list, matched by the same rules, and what they had.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::columns;
use super::field::Field;
use super::guess::guess_mapping;
use super::mapping::Mapping;
use super::mend;
use super::read::{Item, read_each, whole_row};
use super::row::{RowFault, StaffRow};
use super::synonyms::fold;
use super::table::{Cell, Record, Table};
use crate::date::{DateKind, Detected};
use crate::fault::{Fault, FaultCode, Severity};

/// The columns of the national file of vaccination events, in their order.
pub const EVENT_COLUMNS: [&str; 34] = [
    "NHS_NUMBER",
    "PERSON_FORENAME",
    "PERSON_SURNAME",
    "PERSON_DOB",
    "PERSON_GENDER_CODE",
    "PERSON_POSTCODE",
    "DATE_AND_TIME",
    "SITE_CODE",
    "SITE_CODE_TYPE_URI",
    "UNIQUE_ID",
    "UNIQUE_ID_URI",
    "ACTION_FLAG",
    "PERFORMING_PROFESSIONAL_FORENAME",
    "PERFORMING_PROFESSIONAL_SURNAME",
    "RECORDED_DATE",
    "PRIMARY_SOURCE",
    "VACCINATION_PROCEDURE_CODE",
    "VACCINATION_PROCEDURE_TERM",
    "DOSE_SEQUENCE",
    "VACCINE_PRODUCT_CODE",
    "VACCINE_PRODUCT_TERM",
    "VACCINE_MANUFACTURER",
    "BATCH_NUMBER",
    "EXPIRY_DATE",
    "SITE_OF_VACCINATION_CODE",
    "SITE_OF_VACCINATION_TERM",
    "ROUTE_OF_VACCINATION_CODE",
    "ROUTE_OF_VACCINATION_TERM",
    "DOSE_AMOUNT",
    "DOSE_UNIT_CODE",
    "DOSE_UNIT_TERM",
    "INDICATION_CODE",
    "LOCATION_CODE",
    "LOCATION_CODE_TYPE_URI",
];

/// What the sender wants done with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventAction {
    /// It happened.
    New,
    /// It was sent before under the same id, and this is how it was.
    Update,
    /// It was sent before under the same id, and it did not happen.
    Delete,
}

/// Somebody, and what they had.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenRow {
    /// The person, as a row of a staff list.
    pub person: StaffRow,
    /// The day they had it, as the calendar in the United Kingdom says.
    pub given_on: Date,
    /// The product or vaccine in the file's words; none where the file does not say.
    pub product: Option<String>,
    /// Batch number.
    pub batch: Option<String>,
    /// Which dose of its course, from 1.
    pub dose: Option<u8>,
    /// Code of the organisation that gave it.
    pub site_code: Option<String>,
    /// What the sender knows the event by.
    pub event_id: Option<String>,
    /// What the sender wants done.
    pub action: EventAction,
}

/// What a column of such a list says of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Day,
    SecondDay,
    Product,
    Batch,
    Dose,
    Site,
    Id,
    Action,
    Given,
}

#[rustfmt::skip] // a field a line
const WORDS: &[(Says, &[&str])] = &[
    (Says::Day, &["dateandtime", "dategiven", "dateofvaccination", "datevaccinated", "vaccinationdate", "givenon", "givendate", "dateadministered", "administereddate", "administrationdate", "dateofjab", "jabdate", "vaccinedate", "dateofvaccine", "date1st", "date1stdose", "firstdosedate", "dose1date", "dateofdose1", "datehad", "eventdate", "appointmentdate", "fluvaccinedate", "dateoffluvaccine", "fludate", "date"]),
    (Says::SecondDay, &["date2nd", "date2nddose", "seconddosedate", "dose2date", "dateofdose2"]),
    (Says::Product, &["vaccineproductterm", "vaccineproduct", "vaccine", "vaccinetype", "vaccinename", "vaccinegiven", "product", "vaccinationprocedureterm", "vaccinationtype", "programme", "jab", "immunisation", "procedure"]),
    (Says::Batch, &["batchnumber", "batch", "batchno", "lot", "lotnumber", "lotno"]),
    (Says::Dose, &["dosesequence", "dosenumber", "doseno", "dose"]),
    (Says::Site, &["sitecode", "organisationcode", "odscode", "clinicode"]),
    (Says::Id, &["uniqueid", "eventid", "recordid", "vaccinationid"]),
    (Says::Action, &["actionflag"]),
    (Says::Given, &["vaccinated", "given", "hadjab", "hadvaccine", "outcome", "vaccinationstatus", "fluvaccine", "fluvaccinated", "status", "result", "hadit", "completed"]),
];

/// True where the table has exactly the columns of the national file.
pub fn is_event_file(table: &Table) -> bool {
    table.headings.iter().map(String::as_str).eq(EVENT_COLUMNS)
}

/// True where the table says of its people on which day they had something.
pub fn is_given_list(table: &Table) -> bool {
    column(table, Says::Day).is_some() && guess_mapping(table).names_somebody()
}

/// Reads a list of what people have had. A row without a day, or that says that nothing was given, is no event and listed
/// as [`FaultCode::NoEvent`]; a row that names nobody is listed as on a staff list. `today` settles years of two digits, and
/// no day after it is taken.
pub fn read_given(table: &Table, today: Date) -> (Vec<GivenRow>, Vec<RowFault>) {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mapping = person_mapping(table);
    let mut people: Vec<StaffRow> = Vec::new();
    read_each(table, &mapping, today, |item| match item {
        Item::Row(row) => people.push(*row),
        // The same person twice is two events.
        Item::Fault(fault) if matches!(fault.code, FaultCode::SameStaffNumber) => {}
        Item::Fault(fault) => faults.push(fault),
    });
    let days = [Says::Day, Says::SecondDay].map(|says| {
        let at = column(table, says)?;
        Some((at, columns::detect_one(table, at)))
    });
    let mut people = people.into_iter().peekable();
    for record in table.records() {
        let Some(person) = people.next_if(|p| (p.sheet, p.row) == (record.sheet, record.row)) else { continue };
        let reader = Reader { table, record: &record, today };
        reader.events(&person, &days, &mut rows, &mut faults);
    }
    let near = table.headings.iter().filter(|h| EVENT_COLUMNS.contains(&h.as_str())).count();
    if near >= 20 && !is_event_file(table) {
        let wanted = "the 34 columns of the national file, with these names and in their order";
        let mut fault = whole_row(table.dialect.header_row, 0, FaultCode::HeadingAssumed, Severity::Assumed, wanted);
        fault.seen = format!("{near} of them among {}", table.headings.len());
        faults.push(fault);
    }
    (rows, faults)
}

fn column(table: &Table, says: Says) -> Option<usize> {
    let (_, words) = WORDS.iter().find(|(s, _)| *s == says)?;
    let folded = |heading: &str| fold(heading.split('(').next().unwrap_or(heading));
    words.iter().find_map(|word| table.headings.iter().position(|h| folded(h) == *word || fold(h) == *word))
}

/// The person's columns: none that speaks of the event.
fn person_mapping(table: &Table) -> Mapping {
    let mut mapping = guess_mapping(table);
    for (says, _) in WORDS {
        if let Some(at) = column(table, *says) {
            mapping.set(&table.headings[at], None);
        }
    }
    if let Some(status) = mapping.heading(Field::Status).map(str::to_owned) {
        mapping.set(&status, None);
    }
    mapping
}

struct Reader<'t> {
    table: &'t Table,
    record: &'t Record,
    today: Date,
}

impl Reader<'_> {
    fn text(&self, says: Says) -> Option<String> {
        let cell = self.record.cells.get(column(self.table, says)?)?;
        let text: String = cell.text().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
        (!text.is_empty()).then_some(text)
    }

    fn events(
        &self,
        person: &StaffRow,
        days: &[Option<(usize, Detected)>; 2],
        rows: &mut Vec<GivenRow>,
        faults: &mut Vec<RowFault>,
    ) {
        if let Some(said) = self.text(Says::Given).filter(|said| says_not_given(said)) {
            return self.no_event(
                Says::Given,
                &said,
                "something that was given (the row says it was not)",
                Severity::Note,
                faults,
            );
        }
        let action = match self.text(Says::Action).as_deref().map(str::to_ascii_lowercase).as_deref() {
            None | Some("new") => EventAction::New,
            Some("update") => EventAction::Update,
            Some("delete") => EventAction::Delete,
            Some(other) => {
                return self.no_event(Says::Action, other, "new, update or delete", Severity::ValueDropped, faults);
            }
        };
        let mut found = false;
        for (nth, day) in days.iter().enumerate() {
            let Some((at, detected)) = day else { continue };
            let Some(cell) = self.record.cells.get(*at).filter(|c| !c.is_empty()) else { continue };
            found = true;
            match self.day(cell, detected) {
                Some(given_on) => rows.push(GivenRow {
                    person: person.clone(),
                    given_on,
                    product: self.text(Says::Product),
                    batch: self.text(Says::Batch),
                    dose: self.dose().or((nth == 1).then_some(2)),
                    site_code: self.text(Says::Site),
                    event_id: self.text(Says::Id),
                    action,
                }),
                None => {
                    let says = if nth == 0 { Says::Day } else { Says::SecondDay };
                    let wanted = "the day it was given, not after today";
                    self.no_event(says, &cell.text(), wanted, Severity::ValueDropped, faults);
                }
            }
        }
        if !found {
            self.no_event(Says::Day, "", "the day it was given", Severity::ValueDropped, faults);
        }
    }

    fn dose(&self) -> Option<u8> {
        let text = self.text(Says::Dose)?;
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let word = ["first", "second", "third"].iter().position(|w| text.to_lowercase().contains(w));
        digits.parse().ok().or(word.map(|at| at as u8 + 1)).filter(|n| (1..=20).contains(n))
    }

    fn day(&self, cell: &Cell, detected: &Detected) -> Option<Date> {
        let day = match cell {
            Cell::Date(date) => *date,
            Cell::Number(days) if (20_000.0..110_000.0).contains(days) => crate::date::from_serial(*days as u32)?,
            Cell::Text(text) => match event_day(text) {
                Some(day) => day,
                None => detected.read(text, DateKind::Other, self.today).ok()?,
            },
            _ => return None,
        };
        (day <= self.today && day.year() >= 2000).then_some(day)
    }

    fn no_event(&self, says: Says, seen: &str, wanted: &'static str, severity: Severity, faults: &mut Vec<RowFault>) {
        let fault = Fault::new(FaultCode::NoEvent, wanted);
        let column = column(self.table, says).map(|at| self.table.headings[at].clone()).unwrap_or_default();
        faults.push(RowFault {
            row: self.record.row,
            sheet: self.record.sheet,
            column,
            code: fault.code,
            seen: seen.chars().take(80).collect(),
            wanted: fault.wanted,
            severity,
        });
    }
}

/// `20261120T093000`, followed by nothing or `00` for universal time, `01` for British summer time: the day in the United
/// Kingdom.
fn event_day(text: &str) -> Option<Date> {
    let (day, time) = text.split_once(['T', 't'])?;
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if day.len() != 8 || !digits(day) || !digits(time) || !matches!(time.len(), 6 | 8) {
        return None;
    }
    let part = |text: &str, from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    let when = DateTime::new(
        day[..4].parse().ok()?,
        part(day, 4)?,
        part(day, 6)?,
        part(time, 0)?,
        part(time, 2)?,
        part(time, 4)?.min(59),
        0,
    );
    let hours = match time.get(6..) {
        Some("" | "00") => 0,
        Some("01") => 1,
        _ => return None,
    };
    let instant = Offset::constant(hours).to_timestamp(when.ok()?).ok()?;
    Some(TimeZone::get("Europe/London").ok()?.to_datetime(instant).date())
}

fn says_not_given(said: &str) -> bool {
    const NOT: [&str; 13] = [
        "not",
        "declined",
        "refused",
        "contraindicated",
        "absent",
        "dna",
        "didnotattend",
        "cancelled",
        "deferred",
        "unwell",
        "booked",
        "optout",
        "optedout",
    ];
    mend::yes_or_no(said) == Some(false) || NOT.iter().any(|start| fold(said).starts_with(start))
}
