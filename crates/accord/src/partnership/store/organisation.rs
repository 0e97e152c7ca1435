//! SQL over the partnership and its organisations.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::OrganisationId;
use crate::partnership::organisation::{NewOrganisation, Organisation};

impl FromRow for Organisation {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let headcount: Option<i64> = row.get(7)?;
        Ok(Self {
            id: row.get(0)?,
            code: row.get(1)?,
            name: row.get(2)?,
            kind: row.get(3)?,
            postcode: row.get(4)?,
            is_employer: row.get(5)?,
            is_host: row.get(6)?,
            declared_headcount: headcount,
            contact_name: row.get(8)?,
            contact_role: row.get(9)?,
        })
    }
}

/// Writes an organisation.
pub fn insert(tx: &mut Tx<'_>, id: OrganisationId, new: &NewOrganisation) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO organisation (partnership_id, id, code, name, kind, postcode, is_employer, is_host,
           declared_headcount, contact_name, contact_role, admitted_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        p![
            tx.partnership(),
            id,
            new.code.as_str(),
            new.name.trim(),
            new.kind.trim(),
            new.postcode.as_ref().map(accord_formats::Postcode::as_str),
            new.is_employer,
            new.is_host,
            new.declared_headcount,
            new.contact_name.trim(),
            new.contact_role.trim(),
            tx.now()
        ],
    )?;
    Ok(())
}

/// Writes anew what is known of an organisation, but for its code.
pub fn update(tx: &mut Tx<'_>, id: OrganisationId, new: &NewOrganisation) -> Result<(), StoreError> {
    tx.run(
        "UPDATE organisation SET name = $3, kind = $4, postcode = $5, is_employer = $6, is_host = $7,
           declared_headcount = $8, contact_name = $9, contact_role = $10 WHERE partnership_id = $1 AND id = $2",
        p![
            tx.partnership(),
            id,
            new.name.trim(),
            new.kind.trim(),
            new.postcode.as_ref().map(accord_formats::Postcode::as_str),
            new.is_employer,
            new.is_host,
            new.declared_headcount,
            new.contact_name.trim(),
            new.contact_role.trim()
        ],
    )?;
    Ok(())
}

/// The organisation of a code in capitals.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Organisation>, StoreError> {
    tx.maybe(
        "SELECT id, code, name, kind, postcode, is_employer, is_host, declared_headcount, contact_name, contact_role
         FROM organisation WHERE partnership_id = $1 AND code = $2",
        p![tx.partnership(), code],
    )
}

/// The organisation of an id.
pub fn by_id(tx: &mut Tx<'_>, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
    tx.maybe(
        "SELECT id, code, name, kind, postcode, is_employer, is_host, declared_headcount, contact_name, contact_role
         FROM organisation WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id],
    )
}

/// All, by name and code.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Organisation>, StoreError> {
    tx.all(
        "SELECT id, code, name, kind, postcode, is_employer, is_host, declared_headcount, contact_name, contact_role
         FROM organisation WHERE partnership_id = $1 ORDER BY name, code",
        p![tx.partnership()],
    )
}
