//! SQL over allocations that are released at an instant.

use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AgreementId, AllocationId, OrganisationId, SiteId};
use jiff::Timestamp;

/// Sets the instant of a release; whether it was another one before.
pub fn set(
    tx: &mut Tx<'_>,
    host: OrganisationId,
    title: &str,
    employer: OrganisationId,
    site: Option<SiteId>,
    at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let rows = tx.run(
        "UPDATE allocation SET release_us = $6 WHERE partnership_id = $1 AND employer_id = $4
           AND COALESCE(site_id, '') = COALESCE($5, '') AND COALESCE(release_us, -1) <> COALESCE($6, -1)
           AND agreement_id IN (SELECT g.id FROM agreement g WHERE g.partnership_id = $1 AND g.host_id = $2 AND g.title = $3
             AND g.superseded = 0)",
        p![tx.partnership(), host, title, employer, site.map(|site| site.to_string()), at],
    )?;
    Ok(rows > 0)
}

/// Allocations whose time has come and of which something is unused, by id.
pub fn due(tx: &mut Tx<'_>) -> Result<Vec<(AllocationId, AgreementId)>, StoreError> {
    tx.all(
        "SELECT id, agreement_id FROM allocation
         WHERE partnership_id = $1 AND release_us <= $2 AND capacity > taken ORDER BY id",
        p![tx.partnership(), tx.now()],
    )
}

/// Allocations of an agreement whose time has come: they get nothing of the others'.
pub fn released(tx: &mut Tx<'_>, agreement: AgreementId) -> Result<Vec<AllocationId>, StoreError> {
    let rows: Vec<(AllocationId,)> = tx.all(
        "SELECT id FROM allocation WHERE partnership_id = $1 AND agreement_id = $2 AND release_us <= $3 ORDER BY id",
        p![tx.partnership(), agreement, tx.now()],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Locks the allocations of an agreement until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, agreement: AgreementId) -> Result<(), StoreError> {
    // An update that changes nothing locks on either engine.
    tx.run(
        "UPDATE allocation SET taken = taken WHERE partnership_id = $1 AND agreement_id = $2",
        p![tx.partnership(), agreement],
    )?;
    Ok(())
}

/// Releases of an agreement: employer's name, instant, whether it has come, places that are unused.
pub type Release = (String, Timestamp, bool, i64);

/// The releases of an agreement, the first first.
pub fn of_agreement(tx: &mut Tx<'_>, agreement: AgreementId) -> Result<Vec<Release>, StoreError> {
    let now = tx.now();
    let rows: Vec<(String, Timestamp, i64)> = tx.all(
        "SELECT o.name, a.release_us, a.capacity - a.taken FROM allocation a
         JOIN organisation o ON o.partnership_id = a.partnership_id AND o.id = a.employer_id
         WHERE a.partnership_id = $1 AND a.agreement_id = $2 AND a.release_us IS NOT NULL AND a.capacity IS NOT NULL
         ORDER BY a.release_us, o.name, a.id",
        p![tx.partnership(), agreement],
    )?;
    Ok(rows.into_iter().map(|(name, at, left)| (name, at, at <= now, left)).collect())
}
