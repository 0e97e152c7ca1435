//! Events: written in the transaction of what they tell, read by whoever subscribes later.

use super::db::{StoreError, Tx};
use super::ids::Event;

/// Appends an event. `payload` is JSON without personal data: ids, states and numbers only.
pub fn append(tx: &mut Tx<'_>, kind: &str, noun_id: &str, payload: &str) -> Result<(), StoreError> {
    let id = tx.id::<Event>();
    tx.run(
        "INSERT INTO event (partnership_id, id, kind, noun_id, payload, at_us) VALUES ($1, $2, $3, $4, $5, $6)",
        p![tx.partnership(), id, kind, noun_id, payload, tx.now()],
    )?;
    Ok(())
}
