//! How often one sign-in or key may search people: enough for any desk, too little to copy a cohort by its names.

use super::store;
use crate::base::audit::{self, Done};
use crate::base::clock::at_microsecond;
use crate::base::db::{StoreError, Tx};
use jiff::Timestamp;

/// Searches of one actor in a minute.
pub const A_MINUTE: u32 = 60;
/// The minute, in microseconds.
pub const MINUTE_US: i64 = 60 * 1_000_000;

/// Seconds until the actor may search again, if they have searched too often. Reads only.
pub fn wait(tx: &mut Tx<'_>) -> Result<Option<u32>, StoreError> {
    let now = tx.now();
    Ok(store::search_use(tx)?.and_then(|(began, used)| left(now, began, used)))
}

/// Counts `n` searches, unless that is too often: then the seconds to wait, and the audit says so once a minute.
pub fn take(tx: &mut Tx<'_>, n: u32) -> Result<Option<u32>, StoreError> {
    let (now, used) = (tx.now(), store::search_use(tx)?);
    let over = at_microsecond(now.as_microsecond().saturating_sub(MINUTE_US));
    let wait = used.and_then(|(began, used)| left(now, began, used));
    // The first too many is counted too: whoever comes after it finds the audit written.
    if wait.is_none() || used.is_some_and(|(_, used)| used < 2 * A_MINUTE) {
        store::count_search(tx, if wait.is_some() { 2 * A_MINUTE } else { n }, over)?;
        if wait.is_some() {
            let noun_id = tx.who().id.clone();
            let done =
                Done { organisation: None, verb: "search_too_often", noun: "sign_in", noun_id, detail: "{}".into() };
            audit::record(tx, &done)?;
        }
    }
    Ok(wait)
}

/// Seconds left of a minute whose searches are used up.
fn left(now: Timestamp, began: Timestamp, used: u32) -> Option<u32> {
    let left = MINUTE_US - (now.as_microsecond() - began.as_microsecond());
    (used >= A_MINUTE && left > 0).then(|| u32::try_from((left + 999_999) / 1_000_000).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixty_first_waits_until_its_minute_is_over() {
        let at = at_microsecond;
        for (now, used, wait) in
            [(0, 59, None), (0, 60, Some(60)), (MINUTE_US - 1, 60, Some(1)), (MINUTE_US, 60, None), (1, 120, Some(60))]
        {
            assert_eq!(left(at(now), at(0), used), wait, "{now} {used}");
        }
    }
}
