//! The open ledger: who used whose capacity under which agreement. Appended to, sealed after.
//!
//! Sealing numbers a host's entries and chains their hashes, as the audit does: an entry taken out,
//! changed or put in between is seen.

use super::store::ledger as store;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AgreementId, BookingId, LedgerEntryId, OrganisationId};
use crate::base::secret::sha256_hex;
use std::collections::HashMap;

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
    /// +1 used, -1 given back; the database refuses anything else.
    pub units: i64,
}

/// Whose statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What a host gave.
    Host(OrganisationId),
    /// What an employer used.
    Employer(OrganisationId),
}

/// One line of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementLine {
    /// Who gave.
    pub host: OrganisationId,
    /// Who used.
    pub employer: OrganisationId,
    /// Under which agreement.
    pub agreement: AgreementId,
    /// Places taken, ever.
    pub used: i64,
    /// Of these given back.
    pub given_back: i64,
}

impl StatementLine {
    /// Places in use now.
    pub fn net(&self) -> i64 {
        self.used - self.given_back
    }
}

/// An entry as it stands in the chain.
#[derive(Debug, Clone)]
pub struct Chained {
    /// The entry's own id.
    pub id: LedgerEntryId,
    /// What it says.
    pub entry: Entry,
    /// When it was written, microseconds UTC.
    pub at_us: i64,
    /// Its number among the host's, once sealed.
    pub seq: i64,
    /// Its hash, once sealed.
    pub hash: String,
}

/// Writes one entry into the transaction under way.
pub fn post(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    store::append(tx, std::slice::from_ref(entry))
}

/// Writes many.
pub fn post_many(tx: &mut Tx<'_>, entries: &[Entry]) -> Result<(), StoreError> {
    store::append(tx, entries)
}

/// What a host gave or an employer used, a line for each pair and agreement.
pub fn statement(tx: &mut Tx<'_>, side: Side) -> Result<Vec<StatementLine>, StoreError> {
    store::statement(tx, side)
}

/// Seals up to `limit` entries; how many were sealed. Zero means every chain is complete. Run by one
/// at a time: two sealers would give the same number twice, which the index `ledger_chain_key` refuses.
pub fn seal(tx: &mut Tx<'_>, limit: u32) -> Result<usize, StoreError> {
    let mut entries = store::unsealed(tx, limit)?;
    let mut heads: HashMap<OrganisationId, (i64, String)> = HashMap::new();
    for chained in &mut entries {
        let host = chained.entry.host;
        let (seq, before) = match heads.get(&host) {
            Some(head) => head.clone(),
            None => store::head(tx, host)?,
        };
        chained.seq = seq + 1;
        chained.hash = link(&before, chained);
        heads.insert(host, (chained.seq, chained.hash.clone()));
    }
    store::write_seals(tx, &entries)?;
    Ok(entries.len())
}

/// How many links of the chains do not hold, and how many entries written before `before_us` are unsealed.
pub fn broken(tx: &mut Tx<'_>, before_us: i64) -> Result<(u64, u64), StoreError> {
    let mut heads: HashMap<OrganisationId, (i64, String)> = HashMap::new();
    let mut wrong = 0;
    store::each_sealed(tx, |chained| {
        let head = heads.entry(chained.entry.host).or_default();
        if chained.seq != head.0 + 1 || link(&head.1, &chained) != chained.hash {
            wrong += 1;
        }
        *head = (chained.seq, chained.hash);
    })?;
    Ok((wrong, store::unsealed_before(tx, before_us)?))
}

fn link(before: &str, chained: &Chained) -> String {
    let Entry { host, employer, agreement, version, booking, units } = chained.entry;
    let text = format!(
        "{before}\u{1f}{}\u{1f}{}\u{1f}{host}\u{1f}{employer}\u{1f}{agreement}\u{1f}{version}\u{1f}{booking}\u{1f}{units}\u{1f}{}",
        chained.seq, chained.id, chained.at_us
    );
    sha256_hex(text.as_bytes())
}
