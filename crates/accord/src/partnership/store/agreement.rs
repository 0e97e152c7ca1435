//! SQL over agreements, their sites and their allocations.

use crate::base::db::{FromRow, Param, Row, Sql, StoreError, ToParam, Tx};
use crate::base::ids::{AgreementId, AllocationId, OrganisationId, PartnershipId, SiteId};
use crate::partnership::agreement::{Agreement, Party};
use crate::partnership::allocation::AllocationUse;
use std::collections::{HashMap, HashSet};

impl FromRow for Agreement {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            version: row.get(1)?,
            kind: row.get(2)?,
            title: row.get(3)?,
            host: row.get(4)?,
            purpose: row.get(5)?,
            from: row.get(6)?,
            until: row.get(7)?,
            state: row.get(8)?,
            at_end: row.get(9)?,
            signed_by: row.get(10)?,
            sites: Vec::new(),
            parties: Vec::new(),
        })
    }
}

/// The current versions of these agreements, ordered by id, whole (all sites, all parties), and on
/// PostgreSQL locked for share until the transaction ends, so that none can end meanwhile. Ids that
/// name nothing are left out. To place one booking [`lock_for`] reads far less.
pub fn lock_agreements(tx: &mut Tx<'_>, ids: &[AgreementId]) -> Result<Vec<Agreement>, StoreError> {
    let mut sorted = ids.to_vec();
    sorted.sort();
    sorted.dedup();
    let mut found = Vec::with_capacity(sorted.len());
    for id in sorted {
        if let Some(mut agreement) = lock(tx, id)? {
            agreement.sites = sites_of(tx, &agreement)?;
            agreement.parties = parties_of(tx, id)?;
            found.push(agreement);
        }
    }
    Ok(found)
}

/// An employer at a site.
pub type Pair = (OrganisationId, SiteId);
/// Agreements that name a pair, each with the counter it uses there.
pub type Named = Vec<(Agreement, AllocationId)>;

/// The agreements of each employer at each site, locked as [`lock_agreements`] does and read after.
pub fn lock_for(tx: &mut Tx<'_>, pairs: &[Pair]) -> Result<HashMap<Pair, Named>, StoreError> {
    if tx.is_alone() {
        return agreements_for(tx, pairs);
    }
    let mut ids: Vec<AgreementId> = Vec::new();
    tx.each_many(
        "SELECT a.agreement_id FROM allocation a
         JOIN agreement g ON g.partnership_id = a.partnership_id AND g.id = a.agreement_id AND g.superseded = 0
         JOIN agreement_site s ON s.partnership_id = g.partnership_id AND s.agreement_id = g.id
           AND s.version = g.version AND s.site_id = $3
         WHERE a.partnership_id = $1 AND a.employer_id = $2 AND (a.site_id IS NULL OR a.site_id = $3)",
        &keys(&tx.partnership(), pairs),
        |row| {
            ids.push(row.get(0)?);
            Ok(())
        },
    )?;
    ids.sort();
    ids.dedup();
    let mut locked: HashSet<AgreementId> = HashSet::new();
    tx.each_many(LOCK, &tx.keyed(&ids), |row| {
        locked.insert(row.get(0)?);
        Ok(())
    })?;
    // An amendment that committed while we waited took the row away; its new version is locked now.
    ids.retain(|id| !locked.contains(id));
    tx.each_many(LOCK, &tx.keyed(&ids), |_| Ok(()))?;
    agreements_for(tx, pairs)
}

fn keys<'k>(partnership: &'k PartnershipId, pairs: &'k [Pair]) -> Vec<Vec<Param<'k>>> {
    pairs.iter().map(|(employer, site)| vec![partnership.param(), employer.param(), site.param()]).collect()
}

/// Current agreements that name each employer at each site, in whatever state, with the counter it
/// uses there; by id. `sites` and `parties` hold the asked site and employer only.
pub fn agreements_for(tx: &mut Tx<'_>, pairs: &[Pair]) -> Result<HashMap<Pair, Named>, StoreError> {
    let mut rows: HashMap<Pair, Vec<(Agreement, Party)>> = HashMap::new();
    tx.each_many(
        "SELECT g.id, g.version, g.kind, g.title, g.host_id, g.purpose, g.from_date, g.until_date, g.state,
           g.at_end, g.signed_by, a.id, a.site_id, a.employer_id, s.site_id
         FROM allocation a
         JOIN agreement g ON g.partnership_id = a.partnership_id AND g.id = a.agreement_id AND g.superseded = 0
         JOIN agreement_site s ON s.partnership_id = g.partnership_id AND s.agreement_id = g.id
           AND s.version = g.version AND s.site_id = $3
         WHERE a.partnership_id = $1 AND a.employer_id = $2 AND (a.site_id IS NULL OR a.site_id = $3)",
        &keys(&tx.partnership(), pairs),
        |row| {
            let pair: Pair = (row.get(13)?, row.get(14)?);
            let party = Party { allocation: row.get(11)?, employer: pair.0, site: row.get(12)? };
            rows.entry(pair).or_default().push((Agreement::from_row(row)?, party));
            Ok(())
        },
    )?;
    Ok(rows.into_iter().map(|(pair, rows)| (pair, named(pair, rows))).collect())
}

fn named((employer, site): Pair, mut rows: Vec<(Agreement, Party)>) -> Named {
    rows.sort_by_key(|(agreement, party)| (agreement.id, party.allocation));
    let mut found = Named::new();
    for (agreement, party) in rows {
        match found.last_mut().filter(|(last, _)| last.id == agreement.id) {
            Some((last, _)) => last.parties.push(party),
            None => {
                let (sites, parties) = (vec![site], vec![party]);
                found.push((Agreement { sites, parties, ..agreement }, party.allocation));
            }
        }
    }
    for (agreement, allocation) in &mut found {
        *allocation = agreement.allocation_for(employer, site).unwrap_or(*allocation);
    }
    found
}

/// Every current agreement, whole, by id: for the planner, publishing and pages.
pub fn current(tx: &mut Tx<'_>) -> Result<Vec<Agreement>, StoreError> {
    let mut all: Vec<Agreement> = tx.all(
        "SELECT id, version, kind, title, host_id, purpose, from_date, until_date, state, at_end, signed_by
         FROM agreement WHERE partnership_id = $1 AND superseded = 0 ORDER BY id",
        p![tx.partnership()],
    )?;
    tx.each(
        "SELECT s.agreement_id, s.site_id FROM agreement_site s
         JOIN agreement g ON g.partnership_id = s.partnership_id AND g.id = s.agreement_id AND g.version = s.version
         WHERE s.partnership_id = $1 AND g.superseded = 0 ORDER BY s.agreement_id, s.site_id",
        p![tx.partnership()],
        |row| {
            if let Some(agreement) = by_id(&mut all, row.get(0)?) {
                agreement.sites.push(row.get(1)?);
            }
            Ok(())
        },
    )?;
    tx.each(
        "SELECT agreement_id, id, employer_id, site_id FROM allocation WHERE partnership_id = $1 ORDER BY agreement_id, id",
        p![tx.partnership()],
        |row| {
            if let Some(agreement) = by_id(&mut all, row.get(0)?) {
                let party = Party { allocation: row.get(1)?, employer: row.get(2)?, site: row.get(3)? };
                agreement.parties.push(party);
            }
            Ok(())
        },
    )?;
    Ok(all)
}

fn by_id(all: &mut [Agreement], id: AgreementId) -> Option<&mut Agreement> {
    all.binary_search_by_key(&id, |a| a.id).ok().map(|at| &mut all[at])
}

const LOCK: Sql = for_share!(
    "SELECT id, version, kind, title, host_id, purpose, from_date, until_date, state, at_end, signed_by
           FROM agreement WHERE partnership_id = $1 AND id = $2 AND superseded = 0"
);

fn lock(tx: &mut Tx<'_>, id: AgreementId) -> Result<Option<Agreement>, StoreError> {
    let first = tx.maybe(LOCK, p![tx.partnership(), id])?;
    if first.is_some() {
        return Ok(first);
    }
    // An amendment that committed while we waited took the row away; its new version is seen now.
    tx.maybe(LOCK, p![tx.partnership(), id])
}

fn sites_of(tx: &mut Tx<'_>, agreement: &Agreement) -> Result<Vec<SiteId>, StoreError> {
    let rows: Vec<(SiteId,)> = tx.all(
        "SELECT site_id FROM agreement_site WHERE partnership_id = $1 AND agreement_id = $2 AND version = $3 ORDER BY site_id",
        p![tx.partnership(), agreement.id, agreement.version],
    )?;
    Ok(rows.into_iter().map(|(site,)| site).collect())
}

fn parties_of(tx: &mut Tx<'_>, id: AgreementId) -> Result<Vec<Party>, StoreError> {
    let rows: Vec<(AllocationId, OrganisationId, Option<SiteId>)> = tx.all(
        "SELECT id, employer_id, site_id FROM allocation WHERE partnership_id = $1 AND agreement_id = $2 ORDER BY id",
        p![tx.partnership(), id],
    )?;
    Ok(rows.into_iter().map(|(allocation, employer, site)| Party { allocation, employer, site }).collect())
}

/// Takes of each allocation so many appointments; for each false, and nothing changed of it, when it has not so many left.
pub fn take_allocations(tx: &mut Tx<'_>, of: &[(AllocationId, i64)]) -> Result<Vec<bool>, StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<_> = of.iter().map(|(id, n)| vec![partnership.param(), id.param(), n.param()]).collect();
    tx.touch_each(
        "UPDATE allocation SET taken = taken + $3 WHERE partnership_id = $1 AND id = $2
         AND (capacity IS NULL OR taken + $3 <= capacity)",
        &rows,
    )
}

/// Locks allocations, in this order.
pub fn lock_allocations(tx: &mut Tx<'_>, ids: &[AllocationId]) -> Result<(), StoreError> {
    let lock = for_update!("SELECT id FROM allocation WHERE partnership_id = $1 AND id = $2");
    tx.each_many(lock, &tx.keyed(ids), |_| Ok(()))
}

/// Gives `n` appointments back to an allocation. The constraint `allocation_capacity` refuses more
/// than were taken.
pub fn give_back_allocation(tx: &mut Tx<'_>, id: AllocationId, n: i64) -> Result<(), StoreError> {
    tx.run(
        "UPDATE allocation SET taken = taken - $3 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id, n],
    )?;
    Ok(())
}

/// The current version of an agreement, without its sites and parties.
pub fn current_one(tx: &mut Tx<'_>, id: AgreementId) -> Result<Option<Agreement>, StoreError> {
    tx.maybe(
        "SELECT id, version, kind, title, host_id, purpose, from_date, until_date, state, at_end, signed_by
         FROM agreement WHERE partnership_id = $1 AND id = $2 AND superseded = 0",
        p![tx.partnership(), id],
    )
}

/// Every allocation, by host, employer and id.
pub fn all_allocations(tx: &mut Tx<'_>) -> Result<Vec<AllocationUse>, StoreError> {
    tx.all(
        "SELECT id, agreement_id, host_id, employer_id, site_id, capacity, taken FROM allocation
         WHERE partnership_id = $1 ORDER BY host_id, employer_id, id",
        p![tx.partnership()],
    )
}
