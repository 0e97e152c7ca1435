//! A person's code: ten letters (50 bits) that open nothing without their date of birth.

use super::rules::{self, CodeFacts, Verdict};
use super::{PersonLookup, Role, sign_in, store};
use crate::base::audit::{self, Done};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{PersonCode, PersonCodeId, PersonId};
use crate::base::secret::{Key, folded, spell};
use jiff::civil::Date;

/// Letters of a code.
pub const LETTERS: usize = 10;

/// Gives a person a new code and revokes what they had. Answers it as printed: "K7QM-2X9F-4T".
pub fn issue(tx: &mut Tx<'_>, key: &Key, person: PersonId) -> Result<String, StoreError> {
    let code = spell(&tx.random::<7>(), LETTERS);
    let id = tx.id::<PersonCode>();
    let revoked = store::revoke_codes(tx, person)?;
    store::insert_code(tx, id, person, &hashed(key, &code))?;
    audit::record(
        tx,
        &Done {
            organisation: None,
            verb: "issue",
            noun: "person_code",
            noun_id: id.to_string(),
            detail: format!("{{\"revoked\":{revoked}}}"),
        },
    )?;
    Ok(rules::shown(&code))
}

/// What comes of a code and a date: the token of a sign-in, or nothing. `None` says never why.
///
/// Whatever was typed, the same statements run, so that neither answer, length nor time tells a wrong
/// code from a wrong date. Never refuses: a refusal would undo the count of wrong dates.
pub fn enter(
    tx: &mut Tx<'_>,
    key: &Key,
    people: &dyn PersonLookup,
    typed: &str,
    born: Option<Date>,
) -> Result<Option<String>, StoreError> {
    let row = store::code(tx, &hashed(key, &folded(typed)))?;
    // Ids that name nothing stand in where there is no code.
    let (nobody, no_code) = (PersonId::from_uuid(uuid::Uuid::nil()), PersonCodeId::from_uuid(uuid::Uuid::nil()));
    let known = people.known(tx, row.map_or(nobody, |(_, person, ..)| person))?;
    let facts = row.map(|(_, _, wrong_dates, revoked)| CodeFacts {
        wrong_dates,
        revoked: revoked.is_some(),
        date_known: known.is_some_and(|k| k.born.is_some()),
        date_fits: born.is_some() && known.is_some_and(|k| k.born == born),
    });
    let verdict = rules::code_verdict(facts);
    let id = row.map_or(no_code, |(id, ..)| id);
    store::count_wrong_date(tx, id, u32::from(verdict == Verdict::WrongDate))?;
    match (verdict, known) {
        (Verdict::Open, Some(known)) => sign_in::start(tx, key, &Role::Person { person: known.person }).map(Some),
        _ => Ok(None),
    }
}

/// Whose code was shown or scanned at a desk that may see them anyway; a revoked one is nobody's.
pub fn whose(tx: &mut Tx<'_>, key: &Key, typed: &str) -> Result<Option<PersonId>, StoreError> {
    let row = store::code(tx, &hashed(key, &folded(typed)))?;
    Ok(row.filter(|(.., revoked)| revoked.is_none()).map(|(_, person, ..)| person))
}

fn hashed(key: &Key, code: &str) -> String {
    key.hash(&format!("person code/{code}"))
}
