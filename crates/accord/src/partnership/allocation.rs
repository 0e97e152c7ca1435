//! Allocations: how much of a host's capacity an employer may use, and has used.

use super::store::agreement as store;
use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{AgreementId, AllocationId, OrganisationId, SiteId};

/// An allocation and its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllocationUse {
    /// Which.
    pub id: AllocationId,
    /// Under which agreement.
    pub agreement: AgreementId,
    /// Whose capacity.
    pub host: OrganisationId,
    /// Who may use it.
    pub employer: OrganisationId,
    /// At this site only; none: at every site of the agreement.
    pub site: Option<SiteId>,
    /// How many appointments; none: no limit.
    pub capacity: Option<i64>,
    /// Live bookings that count against it.
    pub taken: i64,
}

impl AllocationUse {
    /// How many more appointments it holds; none: no limit.
    pub fn left(&self) -> Option<i64> {
        self.capacity.map(|capacity| capacity - self.taken)
    }
}

impl FromRow for AllocationUse {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            agreement: row.get(1)?,
            host: row.get(2)?,
            employer: row.get(3)?,
            site: row.get(4)?,
            capacity: row.get(5)?,
            taken: row.get(6)?,
        })
    }
}

/// Every allocation of the partnership, by host, employer and id.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<AllocationUse>, StoreError> {
    store::all_allocations(tx)
}
