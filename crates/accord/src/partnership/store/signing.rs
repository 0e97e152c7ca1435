//! SQL that signing, amending and ending run.

use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::{AgreementId, Allocation, AllocationId, OrganisationId, SiteId};
use crate::partnership::agreement::AgreementState;
use crate::partnership::allocation::AllocationUse;
use crate::partnership::signing::{NewAgreement, NewAllocation};
use jiff::civil::Date;

/// What an organisation may be in an agreement.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// Which.
    pub id: OrganisationId,
    /// Gives capacity.
    pub is_host: bool,
    /// Sends people.
    pub is_employer: bool,
}

impl FromRow for Role {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { id: row.get(0)?, is_host: row.get(1)?, is_employer: row.get(2)? })
    }
}

/// Every organisation's roles.
pub fn roles(tx: &mut Tx<'_>) -> Result<Vec<Role>, StoreError> {
    tx.all("SELECT id, is_host, is_employer FROM organisation WHERE partnership_id = $1", p![tx.partnership()])
}

/// The sites of a host.
pub fn sites_of_host(tx: &mut Tx<'_>, host: OrganisationId) -> Result<Vec<SiteId>, StoreError> {
    let rows: Vec<(SiteId,)> =
        tx.all("SELECT id FROM site WHERE partnership_id = $1 AND host_id = $2", p![tx.partnership(), host])?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Writes a version, in force and current, with its sites.
pub fn insert_version(tx: &mut Tx<'_>, id: AgreementId, version: i64, new: &NewAgreement) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO agreement (partnership_id, id, version, kind, title, host_id, purpose, from_date, until_date,
           state, at_end, signed_by, signed_us, superseded)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0)",
        p![
            tx.partnership(),
            id,
            version,
            new.kind,
            new.title,
            new.host,
            new.purpose,
            new.from,
            new.until,
            AgreementState::InForce,
            new.at_end,
            new.signed_by,
            tx.now()
        ],
    )?;
    let mut sites = new.sites.clone();
    sites.sort();
    sites.dedup();
    let partnership = tx.partnership();
    let rows: Vec<Vec<Param<'_>>> =
        sites.iter().map(|s| vec![partnership.param(), id.param(), Param::Int(version), s.param()]).collect();
    tx.run_many(
        "INSERT INTO agreement_site (partnership_id, agreement_id, version, site_id) VALUES ($1, $2, $3, $4)",
        &rows,
    )?;
    Ok(())
}

/// Marks the current version as no longer current.
pub fn supersede(tx: &mut Tx<'_>, id: AgreementId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE agreement SET superseded = 1 WHERE partnership_id = $1 AND id = $2 AND superseded = 0",
        p![tx.partnership(), id],
    )?;
    Ok(())
}

/// Ends the current version with `last` as its last day.
pub fn end(tx: &mut Tx<'_>, id: AgreementId, last: Date) -> Result<(), StoreError> {
    tx.run(
        "UPDATE agreement SET state = 'ended', until_date = $3 WHERE partnership_id = $1 AND id = $2 AND superseded = 0",
        p![tx.partnership(), id, last],
    )?;
    Ok(())
}

/// Writes allocations of which nothing is used.
pub fn insert_allocations(
    tx: &mut Tx<'_>,
    agreement: AgreementId,
    host: OrganisationId,
    new: &[NewAllocation],
) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let ids: Vec<AllocationId> = new.iter().map(|_| tx.id::<Allocation>()).collect();
    let rows: Vec<Vec<Param<'_>>> = new
        .iter()
        .zip(&ids)
        .map(|(a, id)| {
            vec![
                partnership.param(),
                id.param(),
                agreement.param(),
                host.param(),
                a.employer.param(),
                a.site.param(),
                a.capacity.param(),
            ]
        })
        .collect();
    tx.run_many(
        "INSERT INTO allocation (partnership_id, id, agreement_id, host_id, employer_id, site_id, capacity, taken)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
        &rows,
    )?;
    Ok(())
}

/// The allocations of an agreement with what is used of each, by id.
pub fn allocations(tx: &mut Tx<'_>, agreement: AgreementId) -> Result<Vec<AllocationUse>, StoreError> {
    tx.all(
        "SELECT id, agreement_id, host_id, employer_id, site_id, capacity, taken FROM allocation
         WHERE partnership_id = $1 AND agreement_id = $2 ORDER BY id",
        p![tx.partnership(), agreement],
    )
}

/// Sets how much an allocation holds.
pub fn set_capacity(tx: &mut Tx<'_>, id: AllocationId, capacity: Option<i64>) -> Result<(), StoreError> {
    tx.run(
        "UPDATE allocation SET capacity = $3 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id, capacity],
    )?;
    Ok(())
}

/// Takes an allocation away of which nothing is used.
pub fn remove_allocation(tx: &mut Tx<'_>, id: AllocationId) -> Result<(), StoreError> {
    tx.run("DELETE FROM allocation WHERE partnership_id = $1 AND id = $2 AND taken = 0", p![tx.partnership(), id])?;
    Ok(())
}
