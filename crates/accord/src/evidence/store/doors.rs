//! What the doors ask of people, organisations and sites.

use crate::access::Known;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{OrganisationId, PersonId, SiteId};
use jiff::civil::Date;

/// A person as they are now; a merged one is answered by who stayed.
pub fn person(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Known>, StoreError> {
    let row: Option<(PersonId, Option<Date>)> = tx.maybe(
        "SELECT s.id, s.date_of_birth FROM person p
         JOIN person s ON s.partnership_id = p.partnership_id AND s.id = COALESCE(p.merged_into, p.id)
         WHERE p.partnership_id = $1 AND p.id = $2",
        p![tx.partnership(), person],
    )?;
    Ok(row.map(|(person, born)| Known { person, born }))
}

pub fn organisation_name(tx: &mut Tx<'_>, id: OrganisationId) -> Result<String, StoreError> {
    let row: Option<(String,)> =
        tx.maybe("SELECT name FROM organisation WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), id])?;
    Ok(row.map(|(name,)| name).unwrap_or_default())
}

pub fn site_name(tx: &mut Tx<'_>, id: SiteId) -> Result<String, StoreError> {
    let row: Option<(String,)> =
        tx.maybe("SELECT name FROM site WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), id])?;
    Ok(row.map(|(name,)| name).unwrap_or_default())
}

pub fn organisation_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<OrganisationId>, StoreError> {
    let row: Option<(OrganisationId,)> =
        tx.maybe("SELECT id FROM organisation WHERE partnership_id = $1 AND code = $2", p![tx.partnership(), code])?;
    Ok(row.map(|(id,)| id))
}

pub fn site_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<SiteId>, StoreError> {
    let row: Option<(SiteId,)> =
        tx.maybe("SELECT id FROM site WHERE partnership_id = $1 AND code = $2", p![tx.partnership(), code])?;
    Ok(row.map(|(id,)| id))
}
