//! People as pages and decisions read them.

use super::super::employment::{Employment, EmploymentState};
use super::super::person::Particulars;
use super::change::settle_primary;
use super::rows::{PERSON_COLUMNS, employment_columns, particulars, person_columns};
use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{ImportId, OrganisationId, PersonId, WorklistItemId};
use accord_formats::Date;
use accord_formats::person_name::match_key;

/// A person of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// Who.
    pub id: PersonId,
    /// What is known of them.
    pub particulars: Particulars,
    /// Counts changes.
    pub version: i64,
    /// The record this one was merged into.
    pub merged_into: Option<PersonId>,
}

impl FromRow for PersonRecord {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            particulars: particulars(row)?,
            version: row.get(PERSON_COLUMNS)?,
            merged_into: row.get(PERSON_COLUMNS + 1)?,
        })
    }
}

/// One person, merged or not.
pub fn person_by_id(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<PersonRecord>, StoreError> {
    tx.maybe(
        concat!(
            "SELECT ",
            person_columns!(),
            ", p.version, p.merged_into FROM person p WHERE p.partnership_id = $1 AND p.id = $2"
        ),
        p![tx.partnership(), id],
    )
}

/// Active people with this folded name, but for `but`.
pub fn namesakes(tx: &mut Tx<'_>, name_key: &str, but: PersonId) -> Result<Vec<PersonRecord>, StoreError> {
    tx.all(
        concat!(
            "SELECT ",
            person_columns!(),
            ", p.version, p.merged_into FROM person p
             WHERE p.partnership_id = $1 AND p.name_key = $2 AND p.state = 'active' AND p.id <> $3 ORDER BY p.id"
        ),
        p![tx.partnership(), name_key, but],
    )
}

/// Employments with the employer of each, the primary first.
pub type JobsOfPerson = Vec<(OrganisationId, Employment)>;

/// The employments of a person, the primary first.
pub fn employments_of(tx: &mut Tx<'_>, person: PersonId) -> Result<JobsOfPerson, StoreError> {
    let mut jobs = Vec::new();
    tx.each(
        concat!(
            "SELECT ",
            employment_columns!(),
            ", e.employer_id FROM employment e LEFT JOIN team t ON t.partnership_id = e.partnership_id AND t.id = e.team_id
             WHERE e.partnership_id = $1 AND e.person_id = $2 ORDER BY e.is_primary DESC, e.id"
        ),
        p![tx.partnership(), person],
        |row| {
            jobs.push((row.get(13)?, Employment::from_row(row)?));
            Ok(())
        },
    )?;
    Ok(jobs)
}

/// Somebody a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Who.
    pub id: PersonId,
    /// Given and family name.
    pub name: String,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Name of the primary employer.
    pub employer: Option<String>,
}

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let (given, family): (String, String) = (row.get(1)?, row.get(2)?);
        Ok(Self {
            id: row.get(0)?,
            name: accord_formats::PersonName { given, family }.to_string(),
            date_of_birth: row.get(3)?,
            employer: row.get(4)?,
        })
    }
}

/// The most people one search answers.
const SEARCH_LIMIT: i64 = 50;

/// A search's statement: `$which` names whom, by the index that finds them; three words of the name narrow it down.
macro_rules! found_where {
    ($which:literal) => {
        // A name's beginning is compared by its length, so that % and _ mean themselves; '|' stands before the family name.
        concat!(
            "SELECT p.id, p.given_name, p.family_name, p.date_of_birth, o.name FROM person p
             LEFT JOIN employment e ON e.partnership_id = p.partnership_id AND e.person_id = p.id AND e.is_primary = 1
             LEFT JOIN organisation o ON o.partnership_id = e.partnership_id AND o.id = e.employer_id
             WHERE p.partnership_id = $1 AND p.state = 'active' AND ",
            $which,
            " AND ($3 = '' OR SUBSTR(p.name_key, 1, LENGTH($3)) = $3 OR REPLACE(p.name_key, '|' || $3, '') <> p.name_key)
              AND ($4 = '' OR SUBSTR(p.name_key, 1, LENGTH($4)) = $4 OR REPLACE(p.name_key, '|' || $4, '') <> p.name_key)
              AND ($5 = '' OR SUBSTR(p.name_key, 1, LENGTH($5)) = $5 OR REPLACE(p.name_key, '|' || $5, '') <> p.name_key)
              ORDER BY p.family_name, p.given_name, p.id LIMIT $6"
        )
    };
}

/// People found by what somebody typed: any words of the name (folded, each the beginning of given or family name), an
/// ISO date of birth, or an NHS number; several narrow it down. Blank finds nobody.
pub fn search(tx: &mut Tx<'_>, typed: &str) -> Result<Vec<Found>, StoreError> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    if let Ok(number) = accord_formats::NhsNumber::parse(typed) {
        let number = number.to_string();
        return tx.all(found_where!("p.nhs_number = $2"), p![tx.partnership(), number, "", "", "", SEARCH_LIMIT]);
    }
    let mut birth = None;
    let mut names: Vec<String> = Vec::new();
    for word in typed.split_whitespace() {
        match word.parse::<Date>() {
            Ok(date) => birth = Some(date),
            Err(_) => names.push(word.to_owned()),
        }
    }
    if digits.len() > 10 {
        return Ok(Vec::new());
    }
    people_named(tx, &names, birth)
}

/// People of a date of birth, of words of the name, or of both; of neither nobody. Each word is the beginning of a given
/// or a family name, in any order; only the first three count.
pub fn people_named(tx: &mut Tx<'_>, names: &[String], birth: Option<Date>) -> Result<Vec<Found>, StoreError> {
    let mut keys: Vec<String> = names.iter().map(|name| match_key(name)).filter(|key| !key.is_empty()).collect();
    if keys.is_empty() && birth.is_none() {
        return Ok(Vec::new());
    }
    keys.resize(3, String::new());
    let birth = birth.map(|date| date.to_string());
    let by_birth = birth.is_some();
    let birth = birth.unwrap_or_default();
    let partnership = tx.partnership();
    let params = p![partnership, birth, keys[0], keys[1], keys[2], SEARCH_LIMIT];
    if by_birth {
        tx.all(found_where!("p.date_of_birth = $2"), params)
    } else {
        tx.all(found_where!("$2 = ''"), params)
    }
}

/// One active person, told as a search tells them.
pub fn person_found(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Found>, StoreError> {
    tx.maybe(
        "SELECT p.id, p.given_name, p.family_name, p.date_of_birth, o.name FROM person p
         LEFT JOIN employment e ON e.partnership_id = p.partnership_id AND e.person_id = p.id AND e.is_primary = 1
         LEFT JOIN organisation o ON o.partnership_id = e.partnership_id AND o.id = e.employer_id
         WHERE p.partnership_id = $1 AND p.id = $2 AND p.state = 'active'",
        p![tx.partnership(), id],
    )
}

/// How an employer's people stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EmployerCounts {
    /// People at work there.
    pub current: u32,
    /// People missing from the latest list.
    pub not_seen: u32,
    /// People who left.
    pub left: u32,
    /// Of those at work, people without a rota.
    pub without_rota: u32,
    /// Of those at work, people without a home postcode.
    pub without_home: u32,
}

impl FromRow for EmployerCounts {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            current: row.get(0)?,
            not_seen: row.get(1)?,
            left: row.get(2)?,
            without_rota: row.get(3)?,
            without_home: row.get(4)?,
        })
    }
}

/// The numbers of one employer.
pub fn counts_of_employer(tx: &mut Tx<'_>, employer: OrganisationId) -> Result<EmployerCounts, StoreError> {
    tx.one(
        "SELECT COUNT(DISTINCT CASE WHEN e.state = 'current' THEN e.person_id END),
                COUNT(DISTINCT CASE WHEN e.state = 'not_seen' THEN e.person_id END),
                COUNT(DISTINCT CASE WHEN e.state = 'left' THEN e.person_id END),
                COUNT(DISTINCT CASE WHEN e.state = 'current' AND e.rota IS NULL THEN e.person_id END),
                COUNT(DISTINCT CASE WHEN e.state = 'current' AND p.home_postcode IS NULL THEN e.person_id END)
         FROM employment e JOIN person p ON p.partnership_id = e.partnership_id AND p.id = e.person_id
         WHERE e.partnership_id = $1 AND e.employer_id = $2",
        p![tx.partnership(), employer],
    )
}

/// Writes a date of birth a person decided; lists no longer change it.
pub fn set_birth(tx: &mut Tx<'_>, person: PersonId, birth: Date) -> Result<(), StoreError> {
    tx.run(
        "UPDATE person SET date_of_birth = $3, birth_checked = 1, version = version + 1 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), person, birth],
    )?;
    Ok(())
}

/// Sets the state of all of a person's employments at one employer that are not in it yet; those touched.
pub fn set_employment_state(
    tx: &mut Tx<'_>,
    person: PersonId,
    employer: OrganisationId,
    state: EmploymentState,
) -> Result<u64, StoreError> {
    let leaves = state == EmploymentState::Left;
    let touched = tx.run(
        "UPDATE employment SET state = $4, is_primary = CASE WHEN $5 = 1 THEN 0 ELSE is_primary END, version = version + 1
         WHERE partnership_id = $1 AND person_id = $2 AND employer_id = $3 AND state <> $4",
        p![tx.partnership(), person, employer, state.word(), leaves],
    )?;
    settle_primary(tx, &[person])?;
    Ok(touched)
}

/// Where the rows of a list went: sheet, row, outcome, person, item.
pub type WentTo = (u32, u32, String, Option<PersonId>, Option<WorklistItemId>);

/// Where every row of a committed list went, in the order of the file.
pub fn where_rows_went(tx: &mut Tx<'_>, import: ImportId) -> Result<Vec<WentTo>, StoreError> {
    tx.all(
        "SELECT sheet, row_number, outcome, person_id, worklist_item_id FROM import_row
         WHERE partnership_id = $1 AND import_id = $2 ORDER BY sheet, row_number",
        p![tx.partnership(), import],
    )
}
