//! How rows of the store are read as typed values.

use super::super::employment::{Employment, EmploymentState, Job};
use super::super::person::Particulars;
use crate::base::db::{FromRow, Param, Row, StoreError};
use accord_formats::{AccessNeeds, Email, Leave, Mobile, NhsNumber, PersonName, Postcode, Rota};

/// The columns [`particulars`] reads, from a table called `p`; the first is the id.
macro_rules! person_columns {
    () => {
        "p.id, p.nhs_number, p.given_name, p.family_name, p.preferred_name, p.date_of_birth, p.birth_checked, \
         p.home_postcode, p.email, p.mobile, p.language, p.access_needs"
    };
}
pub(super) use person_columns;

/// How many columns [`person_columns`] names.
pub(super) const PERSON_COLUMNS: usize = 12;

/// Reads the columns of `person_columns!` but the id.
pub(super) fn particulars(row: &Row<'_>) -> Result<Particulars, StoreError> {
    Ok(Particulars {
        nhs_number: typed(row, 1, "an NHS number", |text| NhsNumber::parse(text).ok())?,
        name: PersonName { given: row.get(2)?, family: row.get(3)? },
        preferred: row.get(4)?,
        date_of_birth: row.get(5)?,
        birth_checked: row.get(6)?,
        home_postcode: typed(row, 7, "a postcode", |text| Postcode::parse(text).ok())?,
        email: typed(row, 8, "an e-mail address", |text| Email::parse(text).ok())?,
        mobile: typed(row, 9, "a mobile number", |text| Mobile::parse(text).ok())?,
        language: row.get(10)?,
        access_needs: AccessNeeds::from_bits(row.get(11)?).ok_or_else(|| StoreError::shape(11, "access needs"))?,
    })
}

/// The columns an [`Employment`] is read from: `employment e LEFT JOIN team t`.
macro_rules! employment_columns {
    () => {
        "e.id, e.person_id, e.is_primary, e.staff_number, t.name, e.job_title, e.staff_group, e.contract, \
         e.work_postcode, e.rota, e.leave_dates, e.priority_group, e.state"
    };
}
pub(super) use employment_columns;

impl FromRow for Employment {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let state: String = row.get(12)?;
        Ok(Self {
            id: row.get(0)?,
            person: row.get(1)?,
            is_primary: row.get(2)?,
            job: Job {
                staff_number: row.get(3)?,
                team: row.get(4)?,
                job_title: row.get(5)?,
                staff_group: row.get(6)?,
                contract: row.get(7)?,
                work_postcode: typed(row, 8, "a postcode", |text| Postcode::parse(text).ok())?,
                rota: typed(row, 9, "a rota", |text| Rota::parse(text).ok())?,
                leave: typed(row, 10, "leave dates", |text| Leave::parse(text).ok())?,
                priority_group: row.get(11)?,
                state: EmploymentState::from_word(&state).ok_or_else(|| StoreError::shape(12, "a state"))?,
            },
        })
    }
}

/// A text column as a `T`; NULL is none.
pub(super) fn typed<T>(
    row: &Row<'_>,
    at: usize,
    wanted: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.get(at)?;
    text.map(|text| parse(&text).ok_or_else(|| StoreError::shape(at, wanted))).transpose()
}

/// A value written as its text; none is NULL.
pub(super) fn shown<T: std::fmt::Display>(value: Option<&T>) -> Param<'static> {
    value.map_or(Param::Null, |value| Param::Made(value.to_string()))
}

/// A person's columns as parameters: NHS number, given, family, preferred name, name key, date of birth, whether it was
/// checked, home postcode, e-mail, mobile, language, access needs.
pub(super) fn written(person: &Particulars) -> Vec<Param<'_>> {
    vec![
        shown(person.nhs_number.as_ref()),
        Param::Text(&person.name.given),
        Param::Text(&person.name.family),
        person.preferred.as_deref().map_or(Param::Null, Param::Text),
        Param::Made(person.name_key()),
        shown(person.date_of_birth.as_ref()),
        Param::Int(i64::from(person.birth_checked)),
        shown(person.home_postcode.as_ref()),
        person.email.as_ref().map_or(Param::Null, |email| Param::Text(email.as_str())),
        person.mobile.as_ref().map_or(Param::Null, |mobile| Param::Text(mobile.as_str())),
        Param::Text(&person.language),
        Param::Int(i64::from(person.access_needs.bits())),
    ]
}
