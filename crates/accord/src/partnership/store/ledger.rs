//! SQL over the ledger.

use crate::base::audit;
use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::{LedgerEntry, LedgerEntryId, OrganisationId};
use crate::partnership::ledger::{Chained, Entry, Side, StatementLine};

/// Appends entries, unsealed.
pub fn append(tx: &mut Tx<'_>, entries: &[Entry]) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let ids: Vec<LedgerEntryId> = entries.iter().map(|_| tx.id::<LedgerEntry>()).collect();
    let rows: Vec<Vec<Param<'_>>> = entries
        .iter()
        .zip(&ids)
        .map(|(e, id)| {
            vec![
                partnership.param(),
                id.param(),
                e.host.param(),
                e.employer.param(),
                e.agreement.param(),
                e.version.param(),
                e.booking.param(),
                e.units.param(),
                now.param(),
            ]
        })
        .collect();
    tx.note_many(
        "INSERT INTO ledger (partnership_id, id, host_id, employer_id, agreement_id, agreement_version, booking_id, units, at_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &rows,
    )
}

impl FromRow for StatementLine {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            host: row.get(0)?,
            employer: row.get(1)?,
            agreement: row.get(2)?,
            used: row.get(3)?,
            given_back: row.get(4)?,
        })
    }
}

/// A line for each pair and agreement.
pub fn statement(tx: &mut Tx<'_>, side: Side) -> Result<Vec<StatementLine>, StoreError> {
    match side {
        Side::Host(host) => tx.all(
            "SELECT host_id, employer_id, agreement_id,
               CAST(SUM(CASE WHEN units = 1 THEN 1 ELSE 0 END) AS BIGINT),
               CAST(SUM(CASE WHEN units = -1 THEN 1 ELSE 0 END) AS BIGINT)
             FROM ledger WHERE partnership_id = $1 AND host_id = $2
             GROUP BY host_id, employer_id, agreement_id ORDER BY employer_id, agreement_id",
            p![tx.partnership(), host],
        ),
        Side::Employer(employer) => tx.all(
            "SELECT host_id, employer_id, agreement_id,
               CAST(SUM(CASE WHEN units = 1 THEN 1 ELSE 0 END) AS BIGINT),
               CAST(SUM(CASE WHEN units = -1 THEN 1 ELSE 0 END) AS BIGINT)
             FROM ledger WHERE partnership_id = $1 AND employer_id = $2
             GROUP BY host_id, employer_id, agreement_id ORDER BY host_id, agreement_id",
            p![tx.partnership(), employer],
        ),
    }
}

impl FromRow for Chained {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let entry = Entry {
            host: row.get(1)?,
            employer: row.get(2)?,
            agreement: row.get(3)?,
            version: row.get(4)?,
            booking: row.get(5)?,
            units: row.get(6)?,
        };
        let seq: Option<i64> = row.get(8)?;
        let hash: Option<String> = row.get(9)?;
        Ok(Self {
            id: row.get(0)?,
            entry,
            at_us: row.get(7)?,
            seq: seq.unwrap_or_default(),
            hash: hash.unwrap_or_default(),
        })
    }
}

/// The oldest entries without a number.
pub fn unsealed(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Chained>, StoreError> {
    tx.all(
        "SELECT id, host_id, employer_id, agreement_id, agreement_version, booking_id, units, at_us, chain_seq, chain_hash
         FROM ledger WHERE partnership_id = $1 AND chain_seq IS NULL ORDER BY id LIMIT $2",
        p![tx.partnership(), limit],
    )
}

/// The last number and hash of a host's chain.
pub fn head(tx: &mut Tx<'_>, host: OrganisationId) -> Result<(i64, String), StoreError> {
    let head: Option<(i64, String)> = tx.maybe(
        "SELECT chain_seq, chain_hash FROM ledger WHERE partnership_id = $1 AND host_id = $2 AND chain_seq IS NOT NULL
         ORDER BY chain_seq DESC LIMIT 1",
        p![tx.partnership(), host],
    )?;
    Ok(head.unwrap_or_default())
}

/// Writes numbers and hashes; a conflict where somebody else sealed meanwhile.
pub fn write_seals(tx: &mut Tx<'_>, sealed: &[Chained]) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<Vec<Param<'_>>> =
        sealed.iter().map(|c| vec![c.seq.param(), c.hash.param(), partnership.param(), c.id.param()]).collect();
    let done = tx.touch_each(
        "UPDATE ledger SET chain_seq = $1, chain_hash = $2 WHERE partnership_id = $3 AND id = $4 AND chain_seq IS NULL",
        &rows,
    );
    audit::alone(done)
}

/// Hands over every numbered entry, host after host, in order.
pub fn each_sealed(tx: &mut Tx<'_>, mut take: impl FnMut(Chained)) -> Result<(), StoreError> {
    tx.each(
        "SELECT id, host_id, employer_id, agreement_id, agreement_version, booking_id, units, at_us, chain_seq, chain_hash
         FROM ledger WHERE partnership_id = $1 AND chain_seq IS NOT NULL ORDER BY host_id, chain_seq",
        p![tx.partnership()],
        |row| {
            take(Chained::from_row(row)?);
            Ok(())
        },
    )
}

/// Entries without a number that were written before an instant.
pub fn unsealed_before(tx: &mut Tx<'_>, before_us: i64) -> Result<u64, StoreError> {
    let (count,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM ledger WHERE partnership_id = $1 AND chain_seq IS NULL AND at_us < $2",
        p![tx.partnership(), before_us],
    )?;
    Ok(u64::try_from(count).unwrap_or(0))
}
