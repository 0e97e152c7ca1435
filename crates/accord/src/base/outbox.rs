//! Events: written in the transaction of what they tell, read by whoever subscribes later.

use super::db::{Param, StoreError, ToParam, Tx};
use super::ids::{Event, EventId};

/// Appends an event. `payload` is JSON without personal data: ids, states and numbers only.
pub fn append(tx: &mut Tx<'_>, kind: &str, noun_id: &str, payload: &str) -> Result<(), StoreError> {
    append_many(tx, kind, &[(noun_id.to_owned(), payload.to_owned())])
}

/// Appends an event of one kind for each noun.
pub fn append_many(tx: &mut Tx<'_>, kind: &str, of: &[(String, String)]) -> Result<(), StoreError> {
    let ids: Vec<EventId> = of.iter().map(|_| tx.id::<Event>()).collect();
    let (partnership, now) = (tx.partnership(), tx.now());
    let mut rows: Vec<Vec<Param<'_>>> = Vec::with_capacity(of.len());
    for (id, (noun_id, payload)) in ids.iter().zip(of) {
        rows.push(vec![partnership.param(), id.param(), kind.param(), noun_id.param(), payload.param(), now.param()]);
    }
    tx.note_many(
        "INSERT INTO event (partnership_id, id, kind, noun_id, payload, at_us) VALUES ($1, $2, $3, $4, $5, $6)",
        &rows,
    )
}
