//! Answers that the doors need from other nouns.

use super::store;
use crate::access::{Known, PersonLookup, Role};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{OrganisationId, PersonId, SiteId};

/// The cohort, as the doors see it.
#[derive(Debug, Clone, Copy)]
pub struct People;

impl PersonLookup for People {
    fn known(&self, tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Known>, StoreError> {
        store::doors::person(tx, person)
    }
}

/// The name of what a role is for; empty when it is for the whole partnership.
pub fn name_of(tx: &mut Tx<'_>, role: &Role) -> Result<String, StoreError> {
    match (role.organisation(), role.site()) {
        (Some(organisation), _) => store::doors::organisation_name(tx, organisation),
        (_, Some(site)) => store::doors::site_name(tx, site),
        _ => Ok(String::new()),
    }
}

/// The organisation with this code.
pub fn organisation_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<OrganisationId>, StoreError> {
    store::doors::organisation_by_code(tx, code)
}

/// The site with this code.
pub fn site_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<SiteId>, StoreError> {
    store::doors::site_by_code(tx, code)
}
