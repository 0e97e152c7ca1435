//! What stands in a cell.

use super::lines::{Leaver, Line};
use super::style::{Dates, Field, Style};
use crate::world::staff::Job;
use crate::world::{Fault, RowKind, TruthPerson};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A date in a form; the day need not exist.
pub(super) fn date(form: Dates, year: i16, month: i8, day: i8) -> String {
    let name = MONTHS[usize::try_from(month - 1).expect("months are 1 to 12")];
    match form {
        Dates::Esr => format!("{day:02}-{}-{year}", name[..3].to_uppercase()),
        Dates::Slashes => format!("{day:02}/{month:02}/{year}"),
        Dates::Iso => format!("{year}-{month:02}-{day:02}"),
        Dates::Dots => format!("{day:02}.{month:02}.{year}"),
        Dates::Words => format!("{day} {name} {year}"),
    }
}

/// The cells of a record, one a column.
pub(super) fn cells(style: &Style, line: &Line<'_>) -> Vec<String> {
    let fields = style.columns.iter();
    match line {
        Line::Job { person, job, fault } => fields.map(|(field, _)| cell(style, *field, person, job, *fault)).collect(),
        Line::Leaver(leaver) => fields.map(|(field, _)| gone(style, *field, leaver)).collect(),
        Line::Blank => fields.map(|_| String::new()).collect(),
        Line::RepeatedHeader => fields.map(|(_, heading)| (*heading).to_owned()).collect(),
        Line::Total(count) => {
            let mut cells: Vec<String> = fields.map(|_| String::new()).collect();
            "Total".clone_into(&mut cells[0]);
            cells[1] = count.to_string();
            cells
        }
    }
}

fn cell(style: &Style, field: Field, person: &TruthPerson, job: &Job, fault: Option<Fault>) -> String {
    match field {
        Field::Payroll => job.payroll.clone(),
        Field::Assignment if job.kind == RowKind::SecondAssignment => format!("{}-2", job.payroll),
        Field::Assignment => job.payroll.clone(),
        Field::Surname | Field::Forename => {
            let name = if field == Field::Surname { &job.surname } else { &job.forename };
            match fault {
                Some(Fault::MissingName) => String::new(),
                Some(Fault::TrailingSpaces) => format!(" {}  ", style.letters(name)),
                _ => style.letters(name),
            }
        }
        Field::Born => {
            let born = job.born.unwrap_or(person.born);
            match fault {
                Some(Fault::MissingBirthDate) => String::new(),
                Some(Fault::ImpossibleDate) => date(style.dates, born.year(), 2, 31),
                _ => date(style.dates, born.year(), born.month(), born.day()),
            }
        }
        Field::NhsNumber => nhs_number(style, job.nhs_number.as_deref(), fault),
        Field::Home => postcode(style, &job.home),
        Field::Base => postcode(style, &job.base),
        Field::Email => job.email.clone(),
        Field::Mobile if fault == Some(Fault::SpoiltPhone) => "7.7009E+09".to_owned(),
        Field::Mobile => phone(style, job.mobile.as_deref().unwrap_or(&person.mobile)),
        Field::Title => job.title.to_owned(),
        Field::StaffGroup => job.staff_group.to_owned(),
        Field::Team => job.team.clone(),
        Field::Rota => job.rota.clone(),
        Field::Leave => job.leave.clone(),
        Field::Priority => person.priority.to_string(),
        Field::Language => person.language.clone(),
        Field::Access => person.access_needs.replace('_', " "),
        Field::Status => "Active Assignment".to_owned(),
        Field::Left => String::new(),
        Field::Primary => if job.kind == RowKind::SecondAssignment { "N" } else { "Y" }.to_owned(),
    }
}

fn gone(style: &Style, field: Field, leaver: &Leaver) -> String {
    let written = |d: jiff::civil::Date| date(style.dates, d.year(), d.month(), d.day());
    match field {
        Field::Payroll | Field::Assignment => leaver.payroll.clone(),
        Field::Surname => style.letters(&leaver.surname),
        Field::Forename => style.letters(&leaver.forename),
        Field::Born => written(leaver.born),
        Field::Left => written(leaver.left),
        Field::Status => "Terminate Process Assignment".to_owned(),
        Field::Primary => "Y".to_owned(),
        _ => String::new(),
    }
}

fn nhs_number(style: &Style, number: Option<&str>, fault: Option<Fault>) -> String {
    let Some(number) = number else {
        return String::new();
    };
    let mut number = number.to_owned();
    if fault == Some(Fault::BadNhsNumber) {
        let check = number.pop().and_then(|c| c.to_digit(10)).unwrap_or(0);
        number.push_str(&((check + 1) % 10).to_string());
    }
    if style.spaced_numbers { format!("{} {} {}", &number[..3], &number[3..6], &number[6..]) } else { number }
}

fn phone(style: &Style, mobile: &str) -> String {
    match style.phones {
        0 => mobile.to_owned(),
        1 => format!("{} {}", &mobile[..5], &mobile[5..]),
        _ => format!("+44 {} {}", &mobile[1..5], &mobile[5..]),
    }
}

fn postcode(style: &Style, postcode: &str) -> String {
    match style.postcodes {
        0 => postcode.to_owned(),
        1 => postcode.replace(' ', ""),
        _ => postcode.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_form() {
        let written = [Dates::Esr, Dates::Slashes, Dates::Iso, Dates::Dots, Dates::Words].map(|f| date(f, 1974, 1, 4));
        assert_eq!(written, ["04-JAN-1974", "04/01/1974", "1974-01-04", "04.01.1974", "4 January 1974"]);
    }
}
