//! An agreement as a paper says it, whether it was signed before or not: signed, amended, or as it was.

use super::agreement::Agreement;
use super::signing::{NewAgreement, NewAllocation, SigningRefusal, amend, sign};
use super::store::{agreement as read, signing as store};
use crate::base::db::{Stop, StoreError, Tx};

/// What became of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreed {
    /// It is new.
    Signed,
    /// It says otherwise than before: a new version.
    Amended,
    /// It says what was signed.
    Same,
}

/// Makes the store say what the paper says. An agreement is known by its host and title; one that is over stays so.
pub fn agree(tx: &mut Tx<'_>, paper: &NewAgreement) -> Result<Agreed, Stop<SigningRefusal>> {
    let there = read::current(tx)?.into_iter().find(|a| a.host == paper.host && a.title == paper.title);
    let Some(there) = there else {
        sign(tx, paper)?;
        return Ok(Agreed::Signed);
    };
    let id = there.id;
    if sorted(says(tx, there)?) == sorted(paper.clone()) {
        return Ok(Agreed::Same);
    }
    amend(tx, id, paper)?;
    Ok(Agreed::Amended)
}

/// The paper of what was signed.
fn says(tx: &mut Tx<'_>, there: Agreement) -> Result<NewAgreement, StoreError> {
    let allocations = store::allocations(tx, there.id)?.into_iter();
    let allocations =
        allocations.map(|a| NewAllocation { employer: a.employer, site: a.site, capacity: a.capacity }).collect();
    let Agreement { kind, title, host, purpose, sites, from, until, at_end, signed_by, .. } = there;
    Ok(NewAgreement { kind, title, host, purpose, sites, from, until, at_end, signed_by, allocations })
}

fn sorted(mut paper: NewAgreement) -> NewAgreement {
    paper.sites.sort();
    paper.sites.dedup();
    paper.allocations.sort_by_key(|a| (a.employer, a.site));
    paper
}
