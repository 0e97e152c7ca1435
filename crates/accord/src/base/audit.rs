//! The audit trail: one row a change or a look, in the same transaction; sealed soon after.
//!
//! Sealing numbers an organisation's rows and chains their hashes, so that a row taken out,
//! changed or put in between is seen. A chain head inside the booking's transaction would make
//! all bookings wait for one another, so it is done after, by whoever holds the sealer's turn.

use super::clock::machine_now;
use super::db::{Actor, FromRow, Param, StoreError, ToParam, Tx};
use super::ids::{AuditEntry, AuditEntryId, OrganisationId};
use super::secret::sha256_hex;
use std::collections::HashMap;

/// What was done to what.
#[derive(Debug, Clone)]
pub struct Done<'a> {
    /// Whose chain it belongs to; none: the partnership's own.
    pub organisation: Option<OrganisationId>,
    /// "place", "cancel", "look" ...
    pub verb: &'a str,
    /// "booking", "person" ...
    pub noun: &'a str,
    /// Which one.
    pub noun_id: String,
    /// JSON without names.
    pub detail: String,
}

/// Writes an audit row into the transaction under way.
pub fn record(tx: &mut Tx<'_>, done: &Done<'_>) -> Result<(), StoreError> {
    record_many(tx, std::slice::from_ref(done))
}

/// Writes an audit row for each.
pub fn record_many(tx: &mut Tx<'_>, all: &[Done<'_>]) -> Result<(), StoreError> {
    let who = tx.who().clone();
    record_of(tx, &all.iter().map(|done| (&who, done)).collect::<Vec<_>>())
}

/// Writes an audit row for each, of whoever did it: for a transaction that is several people's.
pub fn record_of(tx: &mut Tx<'_>, all: &[(&Actor, &Done<'_>)]) -> Result<(), StoreError> {
    let (partnership, now, wall) = (tx.partnership(), tx.now(), machine_now());
    let ids: Vec<AuditEntryId> = all.iter().map(|_| tx.id::<AuditEntry>()).collect();
    let rows: Vec<Vec<Param<'_>>> = all
        .iter()
        .zip(&ids)
        .map(|((who, done), id)| {
            vec![
                partnership.param(),
                id.param(),
                done.organisation.param(),
                who.role.param(),
                who.id.param(),
                done.verb.param(),
                done.noun.param(),
                done.noun_id.param(),
                done.detail.param(),
                now.param(),
                wall.param(),
            ]
        })
        .collect();
    tx.note_many(
        "INSERT INTO audit (partnership_id, id, organisation_id, actor_role, actor_id, verb, noun, noun_id, detail, at_us, wall_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &rows,
    )
}

type Unsealed = (AuditEntryId, Option<OrganisationId>, String, String, String, String, String, String, i64);

/// Seals up to `limit` rows; how many were sealed. Zero means the chain is complete.
pub fn seal(tx: &mut Tx<'_>, limit: u32) -> Result<usize, StoreError> {
    let rows: Vec<Unsealed> = tx.all(
        "SELECT id, organisation_id, actor_role, actor_id, verb, noun, noun_id, detail, at_us FROM audit
         WHERE partnership_id = $1 AND chain_seq IS NULL ORDER BY id LIMIT $2",
        p![tx.partnership(), limit],
    )?;
    let mut heads: HashMap<Option<OrganisationId>, (i64, String)> = HashMap::new();
    let mut links = Vec::with_capacity(rows.len());
    for row in &rows {
        let head = match heads.get(&row.1) {
            Some(head) => head.clone(),
            None => head(tx, row.1)?,
        };
        let next = (head.0 + 1, link(&head.1, head.0 + 1, row));
        links.push(next.clone());
        heads.insert(row.1, next);
    }
    let partnership = tx.partnership();
    let seals: Vec<_> = rows
        .iter()
        .zip(&links)
        .map(|(row, link)| vec![link.0.param(), link.1.param(), partnership.param(), row.0.param()])
        .collect();
    let sealed = tx.touch_each(
        "UPDATE audit SET chain_seq = $1, chain_hash = $2 WHERE partnership_id = $3 AND id = $4 AND chain_seq IS NULL",
        &seals,
    );
    alone(sealed)?;
    Ok(rows.len())
}

/// Two may seal at once, of two servers or a server and a command: whoever finds a row sealed meanwhile, or a number taken,
/// has built on a head that is none any more, and begins again.
pub fn alone(sealed: Result<Vec<bool>, StoreError>) -> Result<(), StoreError> {
    match sealed {
        Ok(each) if each.iter().all(|sealed| *sealed) => Ok(()),
        Ok(_) | Err(StoreError::Constraint(_)) => Err(StoreError::Conflict),
        Err(error) => Err(error),
    }
}

/// The last link of an organisation's chain, or of the partnership's own.
fn head(tx: &mut Tx<'_>, organisation: Option<OrganisationId>) -> Result<(i64, String), StoreError> {
    // Two statements: one that asks for "equal or both none" finds no index on either engine.
    let head: Option<(i64, String)> = match organisation {
        Some(organisation) => tx.maybe(
            "SELECT chain_seq, chain_hash FROM audit WHERE partnership_id = $1 AND organisation_id = $2
             AND chain_seq IS NOT NULL ORDER BY chain_seq DESC LIMIT 1",
            p![tx.partnership(), organisation],
        )?,
        None => tx.maybe(
            "SELECT chain_seq, chain_hash FROM audit WHERE partnership_id = $1 AND organisation_id IS NULL
             AND chain_seq IS NOT NULL ORDER BY chain_seq DESC LIMIT 1",
            p![tx.partnership()],
        )?,
    };
    Ok(head.unwrap_or_default())
}

fn link(before: &str, seq: i64, row: &Unsealed) -> String {
    let (id, organisation, role, actor, verb, noun, noun_id, detail, at) = row;
    let organisation = organisation.map(|o| o.to_string()).unwrap_or_default();
    let text = [
        before,
        &seq.to_string(),
        &id.to_string(),
        &organisation,
        role,
        actor,
        verb,
        noun,
        noun_id,
        detail,
        &at.to_string(),
    ]
    .join("\u{1f}");
    sha256_hex(text.as_bytes())
}

/// How many links of the audit chains do not hold, and how many rows older than `before_us` are unsealed.
pub fn broken(tx: &mut Tx<'_>, before_us: i64) -> Result<(u64, u64), StoreError> {
    let mut heads: HashMap<Option<OrganisationId>, (i64, String)> = HashMap::new();
    let mut broken = 0;
    // One after another: a large store has more of them than a small service has memory for.
    tx.each(
        "SELECT id, organisation_id, actor_role, actor_id, verb, noun, noun_id, detail, at_us, chain_seq, chain_hash FROM audit
         WHERE partnership_id = $1 AND chain_seq IS NOT NULL ORDER BY organisation_id, chain_seq",
        p![tx.partnership()],
        |row| {
            let Sealed { row, seq, hash } = Sealed::from_row(row)?;
            let head = heads.entry(row.1).or_default();
            if seq != head.0 + 1 || link(&head.1, seq, &row) != hash {
                broken += 1;
            }
            *head = (seq, hash);
            Ok(())
        },
    )?;
    let (unsealed,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM audit WHERE partnership_id = $1 AND chain_seq IS NULL AND wall_us < $2",
        p![tx.partnership(), before_us],
    )?;
    Ok((broken, u64::try_from(unsealed).unwrap_or(0)))
}

struct Sealed {
    row: Unsealed,
    seq: i64,
    hash: String,
}

impl FromRow for Sealed {
    fn from_row(r: &super::db::Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            row: (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?, r.get(6)?, r.get(7)?, r.get(8)?),
            seq: r.get(9)?,
            hash: r.get(10)?,
        })
    }
}
