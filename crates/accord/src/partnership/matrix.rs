//! All agreements for one purpose as a table in memory: planning and publishing ask it for each
//! person and site without going to the store.

use super::agreement::{Agreement, AgreementRefusal, Permit, Use, choose};
use super::store::agreement as store;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AllocationId, OrganisationId, SiteId};
use jiff::civil::Date;
use std::collections::HashMap;

/// Current agreements, by employer and site.
#[derive(Debug, Clone)]
pub struct Matrix {
    purpose: String,
    agreements: Vec<Agreement>,
    by_pair: HashMap<(OrganisationId, SiteId), Vec<(usize, AllocationId)>>,
}

impl Matrix {
    /// Reads every current agreement.
    pub fn load(tx: &mut Tx<'_>, purpose: &str) -> Result<Self, StoreError> {
        Ok(Self::new(store::current(tx)?, purpose))
    }

    /// The table of these agreements (whole, current, by id).
    pub fn new(agreements: Vec<Agreement>, purpose: &str) -> Self {
        let mut by_pair: HashMap<_, Vec<(usize, AllocationId)>> = HashMap::new();
        for (at, agreement) in agreements.iter().enumerate() {
            let mut employers: Vec<OrganisationId> = agreement.parties.iter().map(|p| p.employer).collect();
            employers.sort();
            employers.dedup();
            let mut best: HashMap<(OrganisationId, Option<SiteId>), AllocationId> = HashMap::new();
            for party in &agreement.parties {
                let first = best.entry((party.employer, party.site)).or_insert(party.allocation);
                *first = (*first).min(party.allocation);
            }
            for employer in employers {
                for site in &agreement.sites {
                    let here = best.get(&(employer, Some(*site))).or_else(|| best.get(&(employer, None)));
                    if let Some(allocation) = here {
                        by_pair.entry((employer, *site)).or_default().push((at, *allocation));
                    }
                }
            }
        }
        Self { purpose: purpose.to_owned(), agreements, by_pair }
    }

    /// What allows an employer's people a site on a day: the same choice as for a single booking.
    pub fn find(&self, employer: OrganisationId, site: SiteId, date: Date) -> Option<Permit> {
        self.ask(employer, site, date).ok()
    }

    /// [`Matrix::find`], with the reason where nothing does.
    pub fn ask(&self, employer: OrganisationId, site: SiteId, date: Date) -> Result<Permit, AgreementRefusal> {
        let usage = Use { employer, site, purpose: &self.purpose, date };
        let pair = self.by_pair.get(&(employer, site)).map_or(&[][..], Vec::as_slice);
        choose(pair.iter().map(|(at, allocation)| (&self.agreements[*at], *allocation)), &usage)
    }

    /// The agreements in it, by id.
    pub fn agreements(&self) -> &[Agreement] {
        &self.agreements
    }
}
