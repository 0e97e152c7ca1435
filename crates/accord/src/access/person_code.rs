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
    keep(tx, key, person, &code)?;
    Ok(rules::shown(&code))
}

fn keep(tx: &mut Tx<'_>, key: &Key, person: PersonId, code: &str) -> Result<(), StoreError> {
    let id = tx.id::<PersonCode>();
    let revoked = store::revoke_codes(tx, person)?;
    store::insert_code(tx, id, person, &hashed(key, code))?;
    audit::record(
        tx,
        &Done {
            organisation: None,
            verb: "issue",
            noun: "person_code",
            noun_id: id.to_string(),
            detail: format!("{{\"revoked\":{revoked}}}"),
        },
    )
}

/// [`issue`] for a form: the same `form_key` answers the same code and revokes nothing twice, though the code is kept nowhere.
pub fn issue_once(tx: &mut Tx<'_>, key: &Key, person: PersonId, form_key: &str) -> Result<String, StoreError> {
    let derived = key.hash(&format!("person code by form/{person}/{}/{form_key}", tx.who().id));
    let code = spell(&first_bytes(&derived), LETTERS);
    if store::code(tx, &hashed(key, &code))?.is_none() {
        keep(tx, key, person, &code)?;
    }
    Ok(rules::shown(&code))
}

/// The first seven bytes of a hash that is spelt in hexadecimal.
fn first_bytes(hash: &str) -> [u8; 7] {
    let mut bytes = [0; 7];
    for (byte, pair) in bytes.iter_mut().zip(hash.as_bytes().chunks(2)) {
        let digit = |c: u8| char::from(c).to_digit(16).unwrap_or(0);
        *byte = u8::try_from(pair.iter().fold(0, |n, c| n * 16 + digit(*c))).unwrap_or(0);
    }
    bytes
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
    form_key: &str,
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
        (Verdict::Open, Some(known)) => {
            // The same form opens the same sign-in, while that lasts.
            let token = key.hash(&format!("sign-in by code/{}/{form_key}", folded(typed)));
            let role = Role::Person { person: known.person };
            if sign_in::current(tx, key, &token)?.is_some_and(|current| current.who.role == role) {
                return Ok(Some(token));
            }
            sign_in::start_or_other(tx, key, &role, token).map(Some)
        }
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
