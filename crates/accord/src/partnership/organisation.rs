//! Organisations: who takes part, and the founding of the partnership itself.

use super::store::organisation as store;
use crate::base::audit;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{Organisation as OrganisationKind, OrganisationId};
use crate::base::outbox;
use crate::base::refusal::Refusal;
use crate::base::table::CsvFault;
use accord_formats::{OdsCode, Postcode};

/// An organisation of the partnership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Ours.
    pub id: OrganisationId,
    /// ODS code, or a code of the same form where there is none.
    pub code: String,
    /// As published.
    pub name: String,
    /// acute_trust, county_council, pharmacy ...
    pub kind: String,
    /// Where it works from.
    pub postcode: Option<String>,
    /// Sends a staff list.
    pub is_employer: bool,
    /// Gives capacity.
    pub is_host: bool,
    /// How many people it says it has; more names than this and a tenth wait for a second yes.
    pub declared_headcount: Option<i64>,
    /// The person to ring.
    pub contact_name: String,
    /// What that person does.
    pub contact_role: String,
}

/// An organisation to be admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrganisation {
    /// ODS code, or a code of the same form.
    pub code: OdsCode,
    /// As published.
    pub name: String,
    /// acute_trust, county_council, pharmacy ...
    pub kind: String,
    /// Where it works from.
    pub postcode: Option<Postcode>,
    /// Sends a staff list.
    pub is_employer: bool,
    /// Gives capacity.
    pub is_host: bool,
    /// How many people it says it has.
    pub declared_headcount: Option<i64>,
    /// The person to ring.
    pub contact_name: String,
    /// What that person does.
    pub contact_role: String,
}

/// Why an organisation could not be founded with, admitted or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrganisationRefusal {
    /// The store holds a partnership already.
    AlreadyFounded {
        /// Its name.
        name: String,
    },
    /// A partnership comes first.
    NotFounded,
    /// A name, a goal, a contact ... is blank.
    Missing(&'static str),
    /// The code is another's.
    CodeTaken {
        /// The code.
        code: String,
        /// Whose it is.
        name: String,
    },
    /// Fewer than nobody.
    Headcount(i64),
    /// A file has faults, each with its place; nothing was written.
    Faults(Vec<CsvFault>),
    /// No organisation has this code.
    UnknownCode {
        /// What was asked for.
        seen: String,
        /// The nearest: code and name, best first, at most three.
        near: Vec<(String, String)>,
    },
}

/// Founds the partnership: once in a store.
pub fn found(tx: &mut Tx<'_>, name: &str, goal: &str, demo: bool) -> Result<(), Stop<OrganisationRefusal>> {
    for (text, what) in [(name, "name"), (goal, "goal")] {
        present(text, what)?;
    }
    if let Some(there) = super::store::only(tx)? {
        return Err(Stop::Refused(OrganisationRefusal::AlreadyFounded { name: there.name }));
    }
    super::store::found(tx, name.trim(), goal.trim(), demo)?;
    let id = tx.partnership().to_string();
    audited(tx, None, "found", "partnership", &id)?;
    Ok(())
}

/// Admits an organisation.
pub fn admit(tx: &mut Tx<'_>, new: &NewOrganisation) -> Result<OrganisationId, Stop<OrganisationRefusal>> {
    if super::store::only(tx)?.is_none() {
        return Err(Stop::Refused(OrganisationRefusal::NotFounded));
    }
    check(new)?;
    if let Some(there) = store::by_code(tx, new.code.as_str())? {
        return Err(Stop::Refused(OrganisationRefusal::CodeTaken { code: there.code, name: there.name }));
    }
    let id = tx.id::<OrganisationKind>();
    store::insert(tx, id, new)?;
    audited(tx, Some(id), "admit", "organisation", &id.to_string())?;
    outbox::append(tx, "organisation_admitted", &id.to_string(), "{}")?;
    Ok(id)
}

/// Changes what is known of an organisation: everything but its code and the day it was admitted. Whether a role may go is
/// for the caller: agreements and lists may stand on it.
pub fn change(tx: &mut Tx<'_>, id: OrganisationId, new: &NewOrganisation) -> Result<(), Stop<OrganisationRefusal>> {
    check(new)?;
    store::update(tx, id, new)?;
    audited(tx, Some(id), "change", "organisation", &id.to_string())?;
    outbox::append(tx, "organisation_changed", &id.to_string(), "{}")?;
    Ok(())
}

fn check(new: &NewOrganisation) -> Result<(), Stop<OrganisationRefusal>> {
    for (text, what) in [(&new.name, "name"), (&new.kind, "kind"), (&new.contact_name, "contact")] {
        present(text, what)?;
    }
    match new.declared_headcount.filter(|n| *n < 0) {
        Some(count) => Err(Stop::Refused(OrganisationRefusal::Headcount(count))),
        None => Ok(()),
    }
}

/// The organisation of a code in any case; the refusal names the nearest ones.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Organisation, Stop<OrganisationRefusal>> {
    let wanted = code.trim().to_ascii_uppercase();
    if let Some(found) = store::by_code(tx, &wanted)? {
        return Ok(found);
    }
    let near = nearest(&wanted, &store::all(tx)?);
    Err(Stop::Refused(OrganisationRefusal::UnknownCode { seen: code.trim().to_owned(), near }))
}

/// The organisation of an id.
pub fn by_id(tx: &mut Tx<'_>, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
    store::by_id(tx, id)
}

/// All organisations, by name.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Organisation>, StoreError> {
    store::all(tx)
}

/// The three organisations that someone who wrote `seen` most likely meant: codes with at most two
/// letters wrong, or names with the words written.
pub fn nearest(seen: &str, all: &[Organisation]) -> Vec<(String, String)> {
    let lower = seen.trim().to_lowercase();
    let mut scored: Vec<(usize, &Organisation)> = all
        .iter()
        .filter_map(|o| {
            let by_code = distance(&lower, &o.code.to_lowercase());
            let by_name = lower.len() >= 4 && o.name.to_lowercase().contains(&lower);
            let limit = 2.min(lower.chars().count() / 2).max(1);
            (by_code <= limit || by_name).then_some((if by_name { 0 } else { by_code }, o))
        })
        .collect();
    scored.sort_by(|a, b| (a.0, &a.1.code).cmp(&(b.0, &b.1.code)));
    scored.into_iter().take(3).map(|(_, o)| (o.code.clone(), o.name.clone())).collect()
}

/// How many letters must be changed, added or taken out to make one text of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for (row, letter) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut before[0], row + 1);
        for (at, other) in b.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = before[at + 1];
            before[at + 1] = changed.min(before[at] + 1).min(diagonal + 1);
        }
    }
    before[b.len()]
}

fn present(text: &str, what: &'static str) -> Result<(), Stop<OrganisationRefusal>> {
    if text.trim().is_empty() { Err(Stop::Refused(OrganisationRefusal::Missing(what))) } else { Ok(()) }
}

fn audited(
    tx: &mut Tx<'_>,
    organisation: Option<OrganisationId>,
    verb: &str,
    noun: &str,
    id: &str,
) -> Result<(), StoreError> {
    audit::record(tx, &audit::Done { organisation, verb, noun, noun_id: id.to_owned(), detail: "{}".into() })
}

impl Refusal for OrganisationRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyFounded { .. } => "partnership_already_founded",
            Self::NotFounded => "partnership_not_founded",
            Self::Missing(_) => "organisation_incomplete",
            Self::CodeTaken { .. } => "organisation_code_taken",
            Self::Headcount(_) => "organisation_headcount",
            Self::Faults(_) => "organisation_file_faults",
            Self::UnknownCode { .. } => "organisation_unknown",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::AlreadyFounded { name } => format!("This store already holds the partnership \"{name}\"."),
            Self::NotFounded => "This store holds no partnership yet.".into(),
            Self::Missing(what) => format!("The {what} is missing."),
            Self::CodeTaken { code, name } => format!("The code {code} belongs to {name}."),
            Self::Headcount(count) => format!("A headcount can't be {count}."),
            Self::Faults(faults) => crate::base::table::not_taken(faults),
            Self::UnknownCode { seen, .. } => format!("No organisation of this partnership has the code \"{seen}\"."),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::AlreadyFounded { .. } => "Use it, or choose another place for a new store.".into(),
            Self::NotFounded => "Run `accord init` first.".into(),
            Self::Missing(what) => format!("Give the {what} and try again."),
            Self::CodeTaken { .. } => "Check the code, or use the organisation that is there.".into(),
            Self::Headcount(_) => "Give nought or more, or leave it out.".into(),
            Self::Faults(_) => "Correct the file and import it again.".into(),
            Self::UnknownCode { near, .. } if near.is_empty() => {
                "Check the code, or have the organisation admitted first.".into()
            }
            Self::UnknownCode { near, .. } => {
                let list: Vec<String> = near.iter().map(|(code, name)| format!("{code} ({name})")).collect();
                format!("Did you mean {}?", list.join(" or "))
            }
        }
    }
}
