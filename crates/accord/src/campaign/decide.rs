//! A worklist item is decided, and the offers of the open campaigns follow in the same transaction.

use super::{offer, store};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{OrganisationId, PersonId, WorklistItemId};
use crate::cohort::employment::EmploymentState;
use crate::cohort::resolve::{Decision, ResolveRefusal, Resolved, correct_birth_of, resolve};
use crate::cohort::store as cohort;
use jiff::civil::Date;

/// Decides an item. Whoever is clear now can be planned; a record that was joined to another one, and a person who left
/// their only employer with nothing booked, are no longer waited for. What is booked stays booked.
pub fn decide(tx: &mut Tx<'_>, id: WorklistItemId, decision: &Decision) -> Result<Resolved, Stop<ResolveRefusal>> {
    let item = cohort::item_by_id(tx, id)?.ok_or(Stop::Refused(ResolveRefusal::NoSuchItem))?;
    let resolved = resolve(tx, id, decision)?;
    let gone: Vec<PersonId> = match decision {
        Decision::Same { .. } => {
            [item.person, item.other].into_iter().flatten().filter(|p| Some(*p) != resolved.person).collect()
        }
        Decision::Left => left(tx, resolved.person)?,
        _ => Vec::new(),
    };
    let evidence = format!("worklist item {id}: {}", decision.word());
    for (campaign,) in store::open(tx)? {
        for person in &gone {
            store::leave(tx, campaign, *person, &evidence)?;
        }
        if let Some(campaign) = store::load(tx, campaign)? {
            offer::reopen_clear(tx, &campaign)?;
        }
    }
    Ok(resolved)
}

/// Corrects a date of birth at the person's word; whoever is clear by it can be booked.
pub fn correct_birth(
    tx: &mut Tx<'_>,
    person: PersonId,
    employer: Option<OrganisationId>,
    birth: Date,
) -> Result<Resolved, Stop<ResolveRefusal>> {
    let resolved = correct_birth_of(tx, person, employer, birth)?;
    for (campaign,) in store::open(tx)? {
        if let Some(campaign) = store::load(tx, campaign)? {
            offer::reopen_clear(tx, &campaign)?;
        }
    }
    Ok(resolved)
}

/// The person, if no employer has them any more.
fn left(tx: &mut Tx<'_>, person: Option<PersonId>) -> Result<Vec<PersonId>, StoreError> {
    let Some(person) = person else { return Ok(Vec::new()) };
    let jobs = cohort::employments_of(tx, person)?;
    let gone = jobs.iter().all(|(_, employment)| employment.job.state == EmploymentState::Left);
    Ok(if gone { vec![person] } else { Vec::new() })
}
