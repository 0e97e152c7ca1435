//! The employers of the partnership, as far as lists need them.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::OrganisationId;
use crate::partnership::store::named::with_names;

/// An organisation, as far as lists need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Employer {
    /// Its id.
    pub id: OrganisationId,
    /// ODS code, or the partnership's own.
    pub code: String,
    /// Name.
    pub name: String,
    /// True where it sends staff.
    pub is_employer: bool,
    /// How many staff it said it has.
    pub declared: Option<usize>,
}

impl FromRow for Employer {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let declared: Option<i64> = row.get(4)?;
        Ok(Self {
            id: row.get(0)?,
            code: row.get(1)?,
            name: row.get(2)?,
            is_employer: row.get(3)?,
            declared: declared.and_then(|d| usize::try_from(d).ok()),
        })
    }
}

/// The organisation with this code, written in any case.
pub fn employer_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Employer>, StoreError> {
    tx.maybe(
        "SELECT id, code, name, is_employer, declared_headcount FROM organisation
         WHERE partnership_id = $1 AND UPPER(code) = $2",
        p![tx.partnership(), code.trim().to_uppercase()],
    )
}

/// The organisation with this id.
pub fn employer_of(tx: &mut Tx<'_>, id: OrganisationId) -> Result<Option<Employer>, StoreError> {
    tx.maybe(
        "SELECT id, code, name, is_employer, declared_headcount FROM organisation WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id],
    )
}

/// Every employer of the partnership, by code.
pub fn employers(tx: &mut Tx<'_>) -> Result<Vec<Employer>, StoreError> {
    tx.all(
        "SELECT id, code, name, is_employer, declared_headcount FROM organisation
         WHERE partnership_id = $1 AND is_employer = 1 ORDER BY code",
        p![tx.partnership()],
    )
}

/// Code and name of every employer, by name; names that organisations share stand with their postcode.
pub fn employer_names(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, StoreError> {
    tx.all(with_names!("SELECT code, name FROM named WHERE is_employer = 1 ORDER BY name, code"), p![tx.partnership()])
}
