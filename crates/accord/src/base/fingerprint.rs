//! The store's fingerprint: SHA-256 over every table's rows in key order.
//!
//! Same seed and date, same fingerprint: that is how the demo proves that it repeats. Left out are
//! the audit's wall times, which no decision reads, and sign-ins, which are made by looking.

use super::db::{StoreError, Tx, migrate};
use super::secret::hex;
use sha2::{Digest, Sha256};

/// Tables that hold what looking makes (links, sign-ins and codes), and what running makes.
const LEFT_OUT: [&str; 4] = ["sign_in_link", "sign_in", "person_code", "clock_seen"];

/// The fingerprint of everything in the store, as 64 hexadecimal digits.
pub fn of(tx: &mut Tx<'_>) -> Result<String, StoreError> {
    let mut hash = Sha256::new();
    for (table, key) in migrate::tables() {
        if LEFT_OUT.contains(&table.as_str()) {
            continue;
        }
        hash.update(table.as_bytes());
        let columns = if table == "audit" { AUDIT_COLUMNS } else { "*" };
        tx.dump(&format!("SELECT {columns} FROM {table} ORDER BY {key}"), &mut |values| {
            for value in values {
                match value {
                    None => hash.update([0]),
                    Some(text) => {
                        hash.update([1]);
                        hash.update((text.len() as u64).to_le_bytes());
                        hash.update(text.as_bytes());
                    }
                }
            }
        })?;
    }
    Ok(hex(&hash.finalize()))
}

const AUDIT_COLUMNS: &str = "partnership_id, id, organisation_id, actor_role, actor_id, verb, noun, noun_id, detail, at_us, chain_seq, chain_hash";
