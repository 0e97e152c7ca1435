//! What time it is, as a server of this store last said it. One row: whoever changes it speaks for the store.

use super::db::{StoreError, Tx};

/// What was said last, in microseconds since 1970; none before anybody said anything.
pub fn read(tx: &mut Tx<'_>) -> Result<Option<i64>, StoreError> {
    let seen: Option<(i64,)> =
        tx.maybe("SELECT seen_us FROM clock_seen WHERE partnership_id = $1", p![tx.partnership()])?;
    Ok(seen.map(|(us,)| us))
}

/// Says what time it is, after whatever was said before.
pub fn say(tx: &mut Tx<'_>, now_us: i64) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO clock_seen (partnership_id, seen_us) VALUES ($1, $2)
         ON CONFLICT (partnership_id) DO UPDATE SET seen_us = excluded.seen_us",
        p![tx.partnership(), now_us],
    )?;
    Ok(())
}

/// Says what time it is where still `before` stands, and whether it did: of two at once it is one. The other waits for the
/// first one's transaction, and then finds what that said.
pub fn say_after(tx: &mut Tx<'_>, before: Option<i64>, now_us: i64) -> Result<bool, StoreError> {
    let said = match before {
        Some(before) => tx.run(
            "UPDATE clock_seen SET seen_us = $3 WHERE partnership_id = $1 AND seen_us = $2",
            p![tx.partnership(), before, now_us],
        )?,
        None => tx.run(
            "INSERT INTO clock_seen (partnership_id, seen_us) VALUES ($1, $2) ON CONFLICT (partnership_id) DO NOTHING",
            p![tx.partnership(), now_us],
        )?,
    };
    Ok(said == 1)
}
