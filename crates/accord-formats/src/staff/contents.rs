//! What the values of a column look like, whatever stands above them.

use std::collections::HashSet;

use super::field::Field;
use super::given_names::is_given;
use super::mend;
use super::synonyms::fold;
use crate::date;
use crate::{NhsNumber, Postcode, Rota};

/// Shares, 0 to 1, of the filled values of a column that look like one thing or another.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents {
    /// Values that are not empty.
    pub filled: usize,
    /// Different values among them.
    pub different: f32,
    email: f32,
    postcode: f32,
    ends_in_postcode: f32,
    nhs: f32,
    phone: f32,
    date: f32,
    birth_years: f32,
    number: f32,
    insurance: f32,
    words: f32,
    letters: f32,
    given_first: f32,
    given_any: f32,
    two_words: f32,
    comma: f32,
    title: f32,
    gender: f32,
    yes_no: f32,
    job: f32,
    place: f32,
    status: f32,
    contract: f32,
    group: f32,
    rota: f32,
}

const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "sir"];
const GENDERS: &[&str] = &["m", "f", "male", "female", "man", "woman", "nonbinary", "other", "unknown", "notstated"];
const JOBS: &[&str] = &[
    "nurse",
    "carer",
    "assistant",
    "manager",
    "officer",
    "worker",
    "cook",
    "chef",
    "cleaner",
    "domestic",
    "doctor",
    "consultant",
    "registrar",
    "physio",
    "physiotherapist",
    "therapist",
    "administrator",
    "secretary",
    "receptionist",
    "porter",
    "hca",
    "practitioner",
    "technician",
    "scientist",
    "lead",
    "director",
    "driver",
    "teacher",
    "midwife",
    "sister",
    "matron",
    "clerk",
    "coordinator",
    "advisor",
    "adviser",
    "engineer",
    "pharmacist",
    "gp",
    "support",
    "caretaker",
    "handyman",
    "maintenance",
    "supervisor",
    "trainee",
    "apprentice",
    "volunteer",
    "activities",
    "kitchen",
    "senior",
    "staff",
    "bank",
    "dentist",
    "paramedic",
    "radiographer",
    "optometrist",
    "dispenser",
    "analyst",
];
const PLACES: &[&str] = &[
    "ward",
    "team",
    "unit",
    "house",
    "lodge",
    "department",
    "dept",
    "floor",
    "wing",
    "clinic",
    "theatre",
    "division",
    "directorate",
    "service",
    "services",
    "office",
    "site",
    "home",
    "centre",
    "community",
    "kitchen",
    "hospital",
    "practice",
    "surgery",
    "locality",
    "court",
    "hall",
    "base",
];
const STATUS: &[&str] = &[
    "active",
    "activeassignment",
    "inactive",
    "left",
    "leaver",
    "current",
    "terminated",
    "suspended",
    "activeassign",
    "maternity",
    "inpost",
    "employed",
    "inactivenotworked",
    "acting",
    "secondedout",
    "careerbreak",
];
const CONTRACTS: &[&str] = &[
    "permanent",
    "bank",
    "agency",
    "fixedterm",
    "temporary",
    "casual",
    "zerohours",
    "perm",
    "temp",
    "fulltime",
    "parttime",
    "fixedtermtemp",
    "locum",
    "honorary",
    "relief",
    "ft",
    "pt",
];
const GROUPS: &[&str] = &[
    "nursingandmidwiferyregistered",
    "medicalanddental",
    "alliedhealthprofessionals",
    "additionalclinicalservices",
    "administrativeandclerical",
    "estatesandancillary",
    "healthcarescientists",
    "students",
    "additionalprofessionalscientificandtechnical",
    "addprofscientificandtechnic",
];

/// Looks at the values that are not empty.
pub(super) fn look<'a>(values: impl Iterator<Item = &'a str>) -> Contents {
    let values: Vec<&str> = values.collect();
    let many = values.len().max(1) as f32;
    let share = |fits: &dyn Fn(&str) -> bool| values.iter().filter(|v| fits(v)).count() as f32 / many;
    let one_of = |list: &'static [&'static str]| share(&|v| list.contains(&fold(v).as_str()));
    let has = |list: &'static [&'static str]| {
        share(&|v| v.split(|c: char| !c.is_alphanumeric()).any(|w| list.contains(&w.to_lowercase().as_str())))
    };
    let seen = date::detect(values.iter().copied()).evidence;
    let dates = seen.iso + seen.named + seen.day_first + seen.month_first + seen.either + seen.same + seen.compact;
    let different: HashSet<String> = values.iter().map(|v| fold(v)).collect();
    Contents {
        filled: values.len(),
        different: different.len() as f32 / many,
        email: share(&|v| mend::email(v).is_ok()),
        postcode: share(&|v| Postcode::parse(v).is_ok()),
        ends_in_postcode: share(&|v| mend::postcode(v).is_ok()),
        nhs: share(&|v| NhsNumber::parse(v).is_ok()),
        phone: share(&is_phone),
        date: (dates as f32 + share(&is_birth_serial) * many).min(many) / many,
        birth_years: share(&|v| year_of(v).is_some_and(|y| (1930..=2010).contains(&y))),
        number: share(&is_number),
        insurance: share(&is_insurance),
        words: share(&is_words),
        letters: share(&|v| v.chars().any(char::is_alphabetic)),
        given_first: share(&|v| is_words(v) && v.split([' ', '-']).next().is_some_and(is_given)),
        given_any: share(&|v| is_words(v) && v.split([' ', ',', '-']).any(is_given)),
        two_words: share(&|v| (2..=4).contains(&v.split_whitespace().count())),
        comma: share(&|v| v.split(',').count() == 2),
        title: share(&|v| TITLES.contains(&fold(v).as_str())),
        gender: one_of(GENDERS),
        yes_no: share(&|v| mend::yes_or_no(v).is_some()),
        job: has(JOBS),
        place: has(PLACES),
        status: one_of(STATUS),
        contract: one_of(CONTRACTS),
        group: one_of(GROUPS),
        rota: share(&|v| Rota::parse(v).is_ok()),
    }
}

impl Contents {
    /// How well the values fit a field, 0 to 1; none where its values have no shape of their own, or there are none to
    /// judge by.
    pub(super) fn fit(&self, field: Field) -> Option<f32> {
        if self.filled == 0 {
            return None;
        }
        let names = self.words * (1.0 - self.job) * (1.0 - self.place);
        Some(match field {
            Field::WorkEmail => self.email,
            Field::HomePostcode | Field::WorkPostcode => self.postcode.max(self.ends_in_postcode * 0.9),
            Field::NhsNumber => self.nhs,
            Field::Mobile => self.phone,
            Field::DateOfBirth => self.date * (0.3 + 0.7 * self.birth_years),
            Field::StartDate | Field::EndDate => self.date,
            Field::NationalInsurance => self.insurance,
            Field::StaffNumber | Field::AssignmentNumber => self.number,
            Field::GivenName | Field::FamilyName | Field::PreferredName => names,
            Field::FullName => names * self.two_words.max(self.comma),
            Field::Title => self.title,
            Field::Gender => self.gender,
            Field::PrimaryAssignment => self.yes_no,
            Field::JobTitle => self.job.max(0.3 * self.words),
            Field::Status => self.status,
            Field::Contract => self.contract,
            Field::StaffGroup => self.group,
            Field::Rota => self.rota,
            _ => return None,
        })
    }

    /// The share of values that open with a common given name.
    pub(super) fn given_first(&self) -> f32 {
        self.given_first
    }

    /// The share of values in which a common given name stands anywhere.
    pub(super) fn given_any(&self) -> f32 {
        self.given_any
    }

    /// The share of words for places and teams.
    pub(super) fn places(&self) -> f32 {
        self.place
    }

    /// True where most values have letters in them.
    pub(super) fn has_letters(&self) -> bool {
        self.letters >= 0.5
    }

    /// True where hardly anything but letters stands in the column.
    pub(super) fn is_wordy(&self) -> bool {
        self.words >= 0.9
    }
}

fn is_phone(value: &str) -> bool {
    if mend::mobile(value).is_ok() || (crate::staff_number::is_scientific(value) && value.starts_with(['7', '4'])) {
        return true;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let starts = value.trim_start_matches(['(', '+', ' ']).starts_with(['0', '4', '7']);
    starts && (10..=13).contains(&digits) && value.bytes().all(|b| b.is_ascii_digit() || b" ()+-./".contains(&b))
}

/// A day number of a spreadsheet that could be somebody's birth: 1926 to 2012.
fn is_birth_serial(value: &str) -> bool {
    value.len() == 5 && value.parse().is_ok_and(|n: u32| (9_500..=41_000).contains(&n))
}

fn year_of(value: &str) -> Option<u32> {
    if is_birth_serial(value) {
        return Some(1970);
    }
    let runs: Vec<&str> = value.split(|c: char| !c.is_ascii_digit()).filter(|r| !r.is_empty()).collect();
    if let Some(year) = runs.iter().find(|r| r.len() == 4) {
        return year.parse().ok();
    }
    match runs[..] {
        [day] if day.len() == 8 => {
            let year: u32 = day[..4].parse().ok()?;
            if (1900..2100).contains(&year) { Some(year) } else { day[4..].parse().ok() }
        }
        [.., year] if year.len() == 2 => year.parse().ok().map(|y: u32| if y <= 10 { 2000 + y } else { 1900 + y }),
        _ => None,
    }
}

/// A number as employers give them: one word, digits in it, not the length of a telephone number with its zero.
fn is_number(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    (1..=14).contains(&value.len())
        && digits >= 1
        && digits * 2 >= value.len()
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-/".contains(&b))
}

/// Two letters, six digits, a letter.
fn is_insurance(value: &str) -> bool {
    let plain: Vec<u8> = value.bytes().filter(|b| *b != b' ').collect();
    matches!(plain.len(), 8 | 9)
        && plain[..2].iter().all(u8::is_ascii_alphabetic)
        && plain[2..8].iter().all(u8::is_ascii_digit)
        && plain[8..].iter().all(u8::is_ascii_alphabetic)
}

fn is_words(value: &str) -> bool {
    value.chars().any(char::is_alphabetic)
        && value.split_whitespace().count() <= 6
        && value
            .chars()
            .all(|c| c.is_alphabetic() || c.is_whitespace() || "-'’‘`.,?\u{fffd}()\u{301}\u{308}".contains(c))
}
