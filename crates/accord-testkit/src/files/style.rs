//! How an employer writes its list: columns and their headings, dates, numbers, encoding.

use jiff::civil::Date;

use crate::world::Organisation;
use crate::world::dice::Dice;
use crate::world::staff::{Job, Person, in_windows_1252};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Windows1252,
    Utf8,
    Utf8Bom,
    Utf16,
    Xlsx,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Payroll,
    Assignment,
    Surname,
    Forename,
    Born,
    NhsNumber,
    Home,
    Base,
    Email,
    Mobile,
    Title,
    StaffGroup,
    Team,
    Rota,
    Leave,
    Priority,
    Language,
    Access,
    Status,
    Left,
    Primary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dates {
    /// 14-JAN-1974
    Esr,
    /// 14/01/1974
    Slashes,
    /// 1974-01-14
    Iso,
    /// 14.01.1974
    Dots,
    /// 14 January 1974
    Words,
}

pub(super) struct Style {
    pub(super) encoding: Encoding,
    pub(super) delimiter: char,
    pub(super) dates: Dates,
    pub(super) columns: Vec<(Field, &'static str)>,
    /// NHS numbers as `999 123 4567`.
    pub(super) spaced_numbers: bool,
    /// 0 `07700900123`, 1 `07700 900123`, 2 `+44 7700 900123`.
    pub(super) phones: usize,
    /// 0 `IP4 5PD`, 1 `IP45PD`, 2 `ip4 5pd`.
    pub(super) postcodes: usize,
    stem: &'static str,
}

use Field::{
    Access, Assignment, Base, Born, Email, Forename, Home, Language, Leave, Left, Mobile, NhsNumber, Payroll, Primary,
    Priority, Rota, StaffGroup, Status, Surname, Team, Title,
};

const ESR: [(Field, &str); 21] = [
    (Payroll, "Employee Number"),
    (Assignment, "Assignment Number"),
    (Surname, "Last Name"),
    (Forename, "First Name"),
    (Born, "Date Of Birth"),
    (NhsNumber, "NHS Number"),
    (StaffGroup, "Staff Group"),
    (Title, "Job Role"),
    (Team, "Department"),
    (Status, "Assignment Status"),
    (Left, "Leaving Date"),
    (Primary, "Primary Assignment"),
    (Home, "Home Postcode"),
    (Base, "Work Postcode"),
    (Email, "Work Email Address"),
    (Mobile, "Mobile"),
    (Rota, "Rota"),
    (Leave, "Annual Leave"),
    (Priority, "Priority Group"),
    (Language, "Preferred Language"),
    (Access, "Access Needs"),
];
const COUNCIL: [(Field, &str); 16] = [
    (Payroll, "Pay No"),
    (Surname, "Surname"),
    (Forename, "Forename(s)"),
    (Born, "DOB"),
    (Team, "Team"),
    (Title, "Post Title"),
    (Base, "Work Postcode"),
    (Home, "Home Postcode"),
    (Email, "Work E-mail"),
    (Mobile, "Mobile"),
    (NhsNumber, "NHS No"),
    (Rota, "Rota"),
    (Leave, "Annual leave"),
    (Priority, "Priority group"),
    (Language, "Language"),
    (Access, "Access needs"),
];
const CARE: [(Field, &str); 16] = [
    (Payroll, "Payroll No"),
    (Surname, "Surname"),
    (Forename, "First name"),
    (Born, "D.O.B."),
    (Title, "Role"),
    (Team, "Ward/Team"),
    (Rota, "Days worked"),
    (Leave, "Holidays"),
    (Mobile, "Phone"),
    (Email, "E-mail"),
    (NhsNumber, "NHS no"),
    (Home, "Postcode"),
    (Base, "Base postcode"),
    (Priority, "Priority group"),
    (Language, "Language"),
    (Access, "Access needs"),
];
const TABBED: [(Field, &str); 15] = [
    (Payroll, "Staff ID"),
    (Surname, "Family Name"),
    (Forename, "Given Name"),
    (Born, "Date of Birth"),
    (Email, "Email"),
    (Mobile, "Mobile Number"),
    (Home, "Home Postcode"),
    (Base, "Base Postcode"),
    (Title, "Job Title"),
    (Team, "Department"),
    (NhsNumber, "NHS Number"),
    (Rota, "Working pattern"),
    (Leave, "Leave"),
    (Priority, "Priority"),
    (Access, "Access needs"),
];

/// Headings a small employer may choose from.
fn synonyms(field: Field) -> &'static [&'static str] {
    match field {
        Payroll => &["Employee Number", "Payroll No", "Staff No", "Employee ID"],
        Surname => &["Surname", "Last Name", "Family name", "SURNAME"],
        Forename => &["Forename(s)", "First Name", "Forename", "FIRST NAME"],
        Born => &["DOB", "Date of Birth", "Date of birth", "D.O.B."],
        NhsNumber => &["NHS No", "NHS Number", "NHS no."],
        Home => &["Home Postcode", "Postcode", "Home post code"],
        Email => &["Work E-mail", "Email", "E-mail address"],
        Mobile => &["Mobile", "Mobile No", "Telephone (mobile)"],
        Title => &["Job Title", "Role", "Post"],
        Team => &["Team", "Department", "Ward/Team"],
        Rota => &["Rota", "Working days", "Days worked"],
        Leave => &["Annual leave", "Leave", "Holiday"],
        Priority => &["Priority group", "Priority", "Priority Group"],
        Access => &["Access needs", "Access requirements"],
        Language => &["Language", "Preferred language"],
        Base | Assignment | StaffGroup | Status | Left | Primary => &["Work postcode"],
    }
}

const PLAIN: [Field; 15] = [
    Surname, Forename, Born, Payroll, Title, Team, Email, Mobile, Home, NhsNumber, Rota, Leave, Priority, Language,
    Access,
];

impl Style {
    /// The employer's own way.
    pub(super) fn of(organisation: &Organisation, jobs: &[(&Person, &Job)], dice: &mut Dice) -> Self {
        let phones = dice.below(3);
        let postcodes = *dice.pick(&[0, 0, 0, 1, 2]);
        let (encoding, delimiter, dates, stem) = match organisation.sector.as_str() {
            "nhs" => (Encoding::Windows1252, ',', Dates::Esr, "staff_in_post"),
            "council" => (Encoding::Utf8Bom, ';', Dates::Slashes, "hr_extract"),
            "social_care" | "contractor" => (Encoding::Xlsx, ',', Dates::Slashes, "staff_list"),
            "police" | "education" => (Encoding::Utf16, '\t', Dates::Iso, "people"),
            "voluntary" if organisation.kind == "hospice" => (Encoding::Utf8, '\t', Dates::Words, "staff"),
            _ => {
                let dates = *dice.pick(&[Dates::Slashes, Dates::Slashes, Dates::Iso, Dates::Dots]);
                (Encoding::Utf8, ',', dates, "staff")
            }
        };
        let all: Vec<(Field, &'static str)> = match stem {
            "staff_in_post" => ESR.to_vec(),
            "hr_extract" => COUNCIL.to_vec(),
            "staff_list" => CARE.to_vec(),
            "people" => TABBED.to_vec(),
            _ => plain(dice),
        };
        let used = |field: &Field| match field {
            Rota => jobs.iter().any(|(_, job)| !job.rota.is_empty()),
            Leave => jobs.iter().any(|(_, job)| !job.leave.is_empty()),
            Access => jobs.iter().any(|(person, _)| !person.truth.access_needs.is_empty()),
            _ => true,
        };
        Self {
            encoding,
            delimiter,
            dates,
            columns: all.into_iter().filter(|(field, _)| used(field)).collect(),
            spaced_numbers: dice.chance(0.4),
            phones: if encoding == Encoding::Windows1252 { 0 } else { phones },
            postcodes,
            stem,
        }
    }

    /// `RDE_staff_in_post.csv`
    pub(super) fn file_name(&self, organisation: &Organisation) -> String {
        let ending = match self.encoding {
            Encoding::Xlsx => "xlsx",
            Encoding::Utf16 => "txt",
            _ if self.delimiter == '\t' => "tsv",
            _ => "csv",
        };
        format!("{}_{}.{ending}", organisation.id, self.stem)
    }

    /// Record number of the first record below the header.
    pub(super) fn first_row(&self) -> u32 {
        match self.encoding {
            Encoding::Windows1252 => 8,
            Encoding::Xlsx => 5,
            _ => 2,
        }
    }

    /// The lines above the header.
    pub(super) fn above(&self, organisation: &Organisation, today: Date) -> Vec<String> {
        if self.encoding != Encoding::Windows1252 {
            return Vec::new();
        }
        let run = super::values::date(Dates::Esr, today.year(), today.month(), today.day());
        vec![
            "Staff in Post".to_owned(),
            format!("Organisation: {} (invented people)", in_windows_1252(&organisation.name)),
            format!("Date run: {run} 07:31"),
            String::new(),
            "Filters: Assignment Status = Active Assignment; Bank; Leavers of this year".to_owned(),
            String::new(),
        ]
    }

    /// The headings.
    pub(super) fn header(&self) -> Vec<&'static str> {
        self.columns.iter().map(|c| c.1).collect()
    }

    /// A text as this list's encoding can hold it.
    pub(super) fn letters(&self, text: &str) -> String {
        if self.encoding == Encoding::Windows1252 { in_windows_1252(text) } else { text.to_owned() }
    }
}

/// A small employer's own order and headings.
fn plain(dice: &mut Dice) -> Vec<(Field, &'static str)> {
    let mut columns = PLAIN.map(|field| (field, *dice.pick(synonyms(field)))).to_vec();
    if dice.chance(0.4) {
        columns.swap(0, 1);
    }
    if dice.chance(0.5) {
        columns[2..9].rotate_left(1);
    }
    columns
}
