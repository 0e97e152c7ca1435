//! Allocations with a release: from an agreed instant on, what an employer has not used is for the others of the agreement.
//!
//! The counters stay the only truth: what is unused goes from one row to others in one transaction, so nothing is used
//! twice, and doing it again moves nothing. Who gets it: the agreement's other employers with a limit, at the same site if
//! the allocation is for one, else at all; each in proportion to what it has. Without any, it stays where it is.

use super::allocation::AllocationUse;
use super::store::release as store;
use super::store::signing::{allocations, set_capacity};
use crate::base::audit::{self, Done};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AllocationId, OrganisationId, SiteId};
use crate::base::outbox;
use jiff::Timestamp;

/// Sets when an allocation of a host's current agreement of this title is released; none: never. Whether that was new.
pub fn set(
    tx: &mut Tx<'_>,
    (host, title): (OrganisationId, &str),
    (employer, site): (OrganisationId, Option<SiteId>),
    at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    store::set(tx, host, title, employer, site, at)
}

/// Moves what is due; how many allocations gave something. Those that have nobody to give it to are passed over.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize, StoreError> {
    let mut gave = 0;
    for (id, agreement) in store::due(tx)? {
        // Locked, then read: a booking may just be taking from one of them.
        store::lock(tx, agreement)?;
        let all = allocations(tx, agreement)?;
        let due = store::due(tx)?;
        let is_due = |id: AllocationId| due.iter().any(|(due, _)| *due == id);
        let Some(giver) = all.iter().find(|a| a.id == id && is_due(id)) else { continue };
        let spare = giver.left().unwrap_or(0);
        let shares = shares(giver, &all, spare, &store::released(tx, agreement)?);
        if spare <= 0 || shares.is_empty() {
            continue;
        }
        set_capacity(tx, giver.id, Some(giver.taken))?;
        for (taker, more) in &shares {
            set_capacity(tx, taker.id, taker.capacity.map(|capacity| capacity + more))?;
        }
        told(tx, giver, spare, &shares)?;
        gave += 1;
    }
    Ok(gave)
}

/// Who gets how much: in proportion, what does not divide to those with the largest rest, of equals the earlier.
fn shares<'a>(
    giver: &AllocationUse,
    all: &'a [AllocationUse],
    spare: i64,
    released: &[AllocationId],
) -> Vec<(&'a AllocationUse, i64)> {
    let may = |a: &&AllocationUse| a.employer != giver.employer && a.capacity.is_some() && !released.contains(&a.id);
    let here: Vec<&AllocationUse> = all.iter().filter(may).filter(|a| a.site == giver.site).collect();
    let takers = if here.is_empty() { all.iter().filter(may).filter(|a| a.site.is_none()).collect() } else { here };
    let weights: Vec<i64> = takers.iter().map(|a| a.capacity.unwrap_or(0).max(1)).collect();
    let whole: i64 = weights.iter().sum();
    if whole == 0 {
        return Vec::new();
    }
    let mut shares: Vec<(&AllocationUse, i64)> =
        takers.iter().zip(&weights).map(|(taker, weight)| (*taker, spare * weight / whole)).collect();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|at| (-(spare * weights[*at] % whole), shares[*at].0.id));
    let rest = spare - shares.iter().map(|(_, n)| n).sum::<i64>();
    for at in order.into_iter().take(usize::try_from(rest).unwrap_or(0)) {
        shares[at].1 += 1;
    }
    shares.retain(|(_, n)| *n > 0);
    shares
}

/// In the host's chain, which the ledger's pages read too, and as an event.
fn told(
    tx: &mut Tx<'_>,
    giver: &AllocationUse,
    spare: i64,
    shares: &[(&AllocationUse, i64)],
) -> Result<(), StoreError> {
    let to: Vec<String> = shares.iter().map(|(a, n)| format!(r#"{{"allocation":"{}","places":{n}}}"#, a.id)).collect();
    let detail = format!(r#"{{"agreement":"{}","places":{spare},"to":[{}]}}"#, giver.agreement, to.join(","));
    outbox::append(tx, "allocation_released", &giver.id.to_string(), &detail)?;
    let noun_id = giver.id.to_string();
    audit::record(tx, &Done { organisation: Some(giver.host), verb: "release", noun: "allocation", noun_id, detail })
}
