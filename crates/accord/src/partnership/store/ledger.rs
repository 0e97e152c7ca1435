//! SQL over the ledger.

use crate::base::db::{StoreError, ToParam, Tx};
use crate::base::ids::LedgerEntry;
use crate::partnership::ledger::Entry;

/// Appends entries, unsealed.
pub fn append(tx: &mut Tx<'_>, entries: &[Entry]) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let rows: Vec<_> = entries
        .iter()
        .map(|e| {
            let id = tx.id::<LedgerEntry>();
            let units = if e.units < 0 { -1_i64 } else { 1 };
            vec![
                crate::base::db::Param::Uuid(partnership.uuid()),
                crate::base::db::Param::Uuid(id.uuid()),
                e.host.param(),
                e.employer.param(),
                e.agreement.param(),
                e.version.param(),
                e.booking.param(),
                crate::base::db::Param::Int(units),
                crate::base::db::Param::Int(now.as_microsecond()),
            ]
        })
        .collect();
    tx.run_many(
        "INSERT INTO ledger (partnership_id, id, host_id, employer_id, agreement_id, agreement_version, booking_id, units, at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &rows,
    )?;
    Ok(())
}
