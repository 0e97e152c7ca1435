//! Events: written in the transaction of what they tell, read by whoever subscribes later.

use super::db::{StoreError, ToParam, Tx};
use super::ids::Event;

/// Appends an event. `payload` is JSON without personal data: ids, states and numbers only.
pub fn append(tx: &mut Tx<'_>, kind: &str, noun_id: &str, payload: &str) -> Result<(), StoreError> {
    let id = tx.id::<Event>();
    let (partnership, now) = (tx.partnership(), tx.now());
    tx.note_many(
        "INSERT INTO event (partnership_id, id, kind, noun_id, payload, at_us) VALUES ($1, $2, $3, $4, $5, $6)",
        &[vec![partnership.param(), id.param(), kind.param(), noun_id.param(), payload.param(), now.param()]],
    )
}
