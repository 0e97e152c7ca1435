//! Lists without headings: what a column holds is concluded from its values, and said to be so.

use super::field::Field;
use super::header::Sorter;
use super::table::{Cell, Record, Source, Table, TableError};
use super::table_read::{finish, label};
use super::text::Rows;
use crate::date;
use crate::{Email, Mobile, NhsNumber, Postcode};

/// Values looked at in each column.
const PROBE: usize = 200;

/// Common given names of England that are hardly ever family names: they tell which of two columns of names is which.
const GIVEN: &str = "alison amanda amy andrea angela ann anna anne ashley barbara ben benjamin bethany brenda brian carol caroline \
catherine charlotte chloe christine christopher claire clare claudia daniel darren dawn deborah debra declan denise diane donna \
dorothy eileen elaine eleanor elizabeth emily emma eric fiona frances gareth gary gemma geoffrey gillian gwenllian hannah hayley \
heather helen hollie ian irene jack jacqueline jade janet jane janice jasmine jayne jean jeffrey jemma jennifer jessica joan joanna \
joanne jodie joe joshua judith julia julie june karen kate katherine kathleen kathryn katie katy keith kelly kenneth kerry kevin \
kimberley kirsty laura lauren leanne lesley liam linda lindsey lisa lorraine louise lucy luke lynda lynn lynne malcolm margaret maria \
marian marie marilyn marion martin mary matthew maureen megan melanie melissa michael michelle molly natalie natasha nathan nicholas \
nicola nicole nigel olivia pamela patricia paula pauline peter philip rachael rachel rebecca ricky robert roger ronald rosemary \
rosie ruth samantha samuel sandra sara sarah shane sharon sheila shirley sian simon sophie stacey stephanie stephen steven stuart \
susan suzanne sylvia teresa terence thomas timothy tina tracey tracy trevor valerie vanessa veronica victoria wendy william yvonne zoe";

/// A table with headings of ours, where at least a name and one more thing about the person were found.
pub(super) fn table(rows: Rows, source: Source) -> Result<Table, TableError> {
    let row = rows.rows.iter().find(|(_, c)| !c.is_empty()).map_or(1, |(row, _)| *row);
    let fields = conclude(&rows.rows).ok_or(TableError::NoHeader { row })?;
    let headings: Vec<String> = fields
        .iter()
        .enumerate()
        .map(|(at, field)| field.map_or_else(|| format!("Column {}", at + 1), label))
        .collect();
    let mut records: Vec<Record> = Vec::new();
    let mut skipped = Vec::new();
    Sorter::new(&headings, 0).sort(rows, &mut records, &mut skipped);
    finish(source, 0, headings, records, skipped)
}

fn conclude(rows: &[(u32, Vec<Cell>)]) -> Option<Vec<Option<Field>>> {
    let width = rows.iter().map(|(_, cells)| cells.len()).max()?;
    let probe: Vec<&Vec<Cell>> = rows.iter().map(|(_, c)| c).filter(|c| !c.is_empty()).take(PROBE).collect();
    if width < 2 || probe.len() < 2 {
        return None;
    }
    let mut fields: Vec<Option<Field>> = vec![None; width];
    let mut names = Vec::new();
    for at in 0..width {
        let values: Vec<String> = probe
            .iter()
            .filter_map(|cells| cells.get(at).filter(|c| !c.is_empty()).map(|c| c.text().into_owned()))
            .collect();
        match by_values(&values) {
            Some(Field::FullName) => names.push((at, given_share(&values))),
            Some(field) if !fields.contains(&Some(field)) => fields[at] = Some(field),
            _ => {}
        }
    }
    let facts = fields.iter().flatten().count();
    match names[..] {
        [] => return None,
        [(only, _)] => fields[only] = Some(Field::FullName),
        // Job titles are words too: the names stand first and next to each other.
        [(one, one_given), (two, two_given), ..] => {
            let (given, family) = if one_given >= two_given { (one, two) } else { (two, one) };
            fields[given] = Some(Field::GivenName);
            fields[family] = Some(Field::FamilyName);
        }
    }
    (facts > 0).then_some(fields)
}

/// The field nine in ten values of a column agree on; [`Field::FullName`] for anything that could be part of a name.
fn by_values(values: &[String]) -> Option<Field> {
    let most = |fits: &dyn Fn(&str) -> bool| {
        values.len() >= 2 && values.iter().filter(|v| fits(v)).count() * 10 >= values.len() * 9
    };
    if most(&|v| Email::parse(v).is_ok()) {
        Some(Field::WorkEmail)
    } else if most(&|v| Postcode::parse(v).is_ok()) {
        Some(Field::HomePostcode)
    } else if most(&|v| NhsNumber::parse(v).is_ok()) {
        Some(Field::NhsNumber)
    } else if most(&|v| Mobile::parse(v).is_ok()) {
        Some(Field::Mobile)
    } else if most(&|v| is_date(v)) {
        Some(Field::DateOfBirth)
    } else if most(&|v| v.chars().all(|c| c.is_alphabetic() || " -'’.,".contains(c))) && mostly_different(values) {
        Some(Field::FullName)
    } else {
        None
    }
}

fn is_date(value: &str) -> bool {
    let seen = date::detect([value]).evidence;
    seen.unreadable == 0 && seen.serial == 0
}

/// Names repeat less than job titles and teams do.
fn mostly_different(values: &[String]) -> bool {
    let mut sorted: Vec<&String> = values.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len() * 10 >= values.len().min(40) * 6
}

fn given_share(values: &[String]) -> f64 {
    let hits = values
        .iter()
        .filter(|v| {
            let first = v.split([' ', '-']).next().unwrap_or_default().to_lowercase();
            GIVEN.split_ascii_whitespace().any(|g| g == first)
        })
        .count();
    hits as f64 / values.len().max(1) as f64
}
