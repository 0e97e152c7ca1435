//! What of the store a list could touch, loaded set-wise: a few statements for every 38 rows.

use super::super::employment::Employment;
use super::super::import::known::{Known, KnownPerson};
use super::super::matching::Traits;
use super::rows::{PERSON_COLUMNS, employment_columns, particulars, person_columns};
use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::{OrganisationId, PersonId, WorklistItemId};
use accord_formats::staff::StaffRow;
use std::collections::BTreeMap;

/// The facts for a list of `employer` with these rows.
pub fn known(tx: &mut Tx<'_>, employer: OrganisationId, rows: &[StaffRow]) -> Result<Known, StoreError> {
    let mut people: BTreeMap<PersonId, KnownPerson> = BTreeMap::new();
    gather(tx, &mut people, OF_EMPLOYER, p![tx.partnership(), employer])?;
    let traits: Vec<Traits> = rows.iter().map(Traits::of_row).collect();
    let mut numbers: Vec<String> = traits.iter().filter_map(|t| t.nhs_number.map(|n| n.to_string())).collect();
    let mut names: Vec<String> = traits.iter().filter_map(Traits::name_key).collect();
    let mut births: Vec<(String, String)> =
        traits.iter().filter_map(|t| Some((t.birth?.to_string(), t.home.clone()?))).collect();
    let (anybody,): (i64,) = tx.one(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM person WHERE partnership_id = $1) THEN 1 ELSE 0 END",
        p![tx.partnership()],
    )?;
    if anybody == 1 {
        numbers.sort_unstable();
        numbers.dedup();
        names.sort_unstable();
        names.dedup();
        births.sort_unstable();
        births.dedup();
        lookup(tx, &mut people, BY_NUMBER, &numbers)?;
        lookup(tx, &mut people, BY_NAME, &names)?;
        let pairs: Vec<String> = births.into_iter().flat_map(|(birth, home)| [birth, home]).collect();
        lookup(tx, &mut people, BY_BIRTH, &pairs)?;
    }
    let mut known = Known { people: people.into_values().collect(), ..Known::default() };
    known.employments = tx.all::<Employment>(
        concat!(
            "SELECT ",
            employment_columns!(),
            " FROM employment e LEFT JOIN team t ON t.partnership_id = e.partnership_id AND t.id = e.team_id
             WHERE e.partnership_id = $1 AND e.employer_id = $2 ORDER BY e.id"
        ),
        p![tx.partnership(), employer],
    )?;
    asked_before(tx, employer, &mut known)?;
    Ok(known)
}

/// What earlier lists of this employer asked already.
fn asked_before(tx: &mut Tx<'_>, employer: OrganisationId, known: &mut Known) -> Result<(), StoreError> {
    tx.each(
        "SELECT id, kind, state, person_id, other_person_id, row_key FROM worklist_item
         WHERE partnership_id = $1 AND employer_id = $2 AND kind <> 'no_date_of_birth'",
        p![tx.partnership(), employer],
        |row| {
            let (id, kind, state): (WorklistItemId, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (person, other): (Option<PersonId>, Option<PersonId>) = (row.get(3)?, row.get(4)?);
            match (kind.as_str(), state == "open", person, other) {
                ("not_seen", true, Some(person), _) => drop(known.not_seen.insert(person)),
                ("row_unreadable", true, ..) => {
                    if let Some(key) = row.get::<Option<String>>(5)? {
                        known.unreadable.insert(key, id);
                    }
                }
                (_, _, Some(person), Some(other)) => drop(known.pairs.insert((person, other))),
                _ => {}
            }
            Ok(())
        },
    )
}

/// How many keys one statement looks up.
const KEYS: usize = 38;

/// Looks keys up in portions; the last portion is filled with its last key (or pair), which changes nothing.
fn lookup(
    tx: &mut Tx<'_>,
    people: &mut BTreeMap<PersonId, KnownPerson>,
    sql: &'static str,
    keys: &[String],
) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    for portion in keys.chunks(KEYS) {
        let mut params: Vec<Param<'_>> = Vec::with_capacity(KEYS + 1);
        params.push(partnership.param());
        params.extend(portion.iter().map(ToParam::param));
        while params.len() <= KEYS {
            // Pairs stand at (1, 2), (3, 4) ...: two places back is the same half of the pair before, if there is one.
            let back = if portion.len() > 1 { 2 } else { 1 };
            let before = params[params.len() - back].clone();
            params.push(before);
        }
        gather(tx, people, sql, &params)?;
    }
    Ok(())
}

fn gather(
    tx: &mut Tx<'_>,
    people: &mut BTreeMap<PersonId, KnownPerson>,
    sql: &'static str,
    params: &[Param<'_>],
) -> Result<(), StoreError> {
    tx.each(sql, params, |row| {
        let id: PersonId = row.get(0)?;
        if let std::collections::btree_map::Entry::Vacant(entry) = people.entry(id) {
            entry.insert(KnownPerson::from_row(row)?);
        }
        Ok(())
    })
}

impl FromRow for KnownPerson {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            particulars: particulars(row)?,
            has_primary: row.get(PERSON_COLUMNS)?,
            birth_asked: row.get(PERSON_COLUMNS + 1)?,
        })
    }
}

macro_rules! known_people {
    ($where:literal) => {
        concat!(
            "SELECT ",
            person_columns!(),
            ", CASE WHEN EXISTS (SELECT 1 FROM employment e WHERE e.partnership_id = p.partnership_id
                 AND e.person_id = p.id AND e.is_primary = 1) THEN 1 ELSE 0 END,
             CASE WHEN EXISTS (SELECT 1 FROM worklist_item w WHERE w.partnership_id = p.partnership_id
                 AND w.person_id = p.id AND w.kind = 'no_date_of_birth') THEN 1 ELSE 0 END
             FROM person p WHERE p.partnership_id = $1 AND p.state = 'active' AND ",
            $where
        )
    };
}

const OF_EMPLOYER: &str =
    known_people!("p.id IN (SELECT e.person_id FROM employment e WHERE e.partnership_id = $1 AND e.employer_id = $2)");
const BY_NUMBER: &str = known_people!(
    "p.nhs_number IS NOT NULL AND p.nhs_number IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
     $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39)"
);
const BY_NAME: &str = known_people!(
    "p.name_key IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
     $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39)"
);
const BY_BIRTH: &str = known_people!(
    "(p.date_of_birth, p.home_postcode) IN (VALUES ($2, $3), ($4, $5), ($6, $7), ($8, $9), ($10, $11), ($12, $13),
     ($14, $15), ($16, $17), ($18, $19), ($20, $21), ($22, $23), ($24, $25), ($26, $27), ($28, $29), ($30, $31),
     ($32, $33), ($34, $35), ($36, $37), ($38, $39))"
);
