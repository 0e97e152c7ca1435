//! The open ledger: who used whose capacity under which agreement. Appended to, sealed after.

use super::store::ledger as store;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AgreementId, BookingId, OrganisationId};

/// One use of a place, or one given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Who gave the place.
    pub host: OrganisationId,
    /// Whose employee used it.
    pub employer: OrganisationId,
    /// Under which agreement ...
    pub agreement: AgreementId,
    /// ... and which version of it.
    pub version: i64,
    /// For which booking.
    pub booking: BookingId,
    /// +1 used, -1 given back; nothing else.
    pub units: i64,
}

/// Writes one entry into the transaction under way.
pub fn post(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    store::append(tx, std::slice::from_ref(entry))
}

/// Writes many.
pub fn post_many(tx: &mut Tx<'_>, entries: &[Entry]) -> Result<(), StoreError> {
    store::append(tx, entries)
}
