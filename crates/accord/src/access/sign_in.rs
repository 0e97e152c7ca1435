//! A sign-in: a random token in a cookie, its keyed hash in the store.

use super::rules::{self, Standing};
use super::{Role, SignedIn, store};
use crate::base::audit::{self, Done};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{SignIn, SignInId};
use crate::base::secret::{Key, hex};

/// The cookie that carries the token.
pub const COOKIE: &str = "accord_sign_in";

/// What a cookie's token opens at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    /// Who.
    pub who: SignedIn,
    /// Whether it is time to write down that they were here ([`see`]).
    pub to_be_seen: bool,
}

/// Starts a sign-in with a fresh token of 128 random bits, and answers the token.
pub fn start(tx: &mut Tx<'_>, key: &Key, role: &Role) -> Result<String, StoreError> {
    let token = hex(&tx.random::<16>());
    start_with(tx, key, role, &token)?;
    Ok(token)
}

/// Starts a sign-in with a token that the caller made and nobody can guess.
pub(super) fn start_with(tx: &mut Tx<'_>, key: &Key, role: &Role, token: &str) -> Result<SignInId, StoreError> {
    let id = tx.id::<SignIn>();
    store::insert_sign_in(tx, id, &hashed(key, token), role)?;
    audit::record(
        tx,
        &Done {
            organisation: role.organisation(),
            verb: "sign_in",
            noun: role.word(),
            noun_id: id.to_string(),
            detail: "{}".into(),
        },
    )?;
    Ok(id)
}

/// Starts a sign-in with this token, or with a fresh one where it was used for a sign-in that is over.
pub(super) fn start_or_other(tx: &mut Tx<'_>, key: &Key, role: &Role, token: String) -> Result<String, StoreError> {
    if store::sign_in(tx, &hashed(key, &token))?.is_some() {
        return start(tx, key, role);
    }
    start_with(tx, key, role, &token)?;
    Ok(token)
}

/// Who holds `token` now; `None` when nobody does or the sign-in is over. Reads only.
pub fn current(tx: &mut Tx<'_>, key: &Key, token: &str) -> Result<Option<Current>, StoreError> {
    let now = tx.now();
    let row = store::sign_in(tx, &hashed(key, token))?;
    Ok(row
        .filter(|r| rules::sign_in_standing(now, r.created, r.seen, r.ended) == Standing::Live)
        .map(|r| Current { who: r.who, to_be_seen: rules::to_be_seen_again(now, r.seen) }))
}

/// Writes down that a sign-in was used: it idles from now.
pub fn see(tx: &mut Tx<'_>, id: SignInId) -> Result<(), StoreError> {
    store::see(tx, id)
}

/// Ends a sign-in. Ending it twice is ending it once.
pub fn end(tx: &mut Tx<'_>, id: SignInId) -> Result<(), StoreError> {
    store::end(tx, id)
}

/// Whether a campaign lead ever signed in: until one has, starting the service prints a link.
pub fn a_lead_came_in(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    store::a_lead_came_in(tx)
}

/// The clock jumped by `by_us`, of which `to_come` is not in this transaction's time yet: nobody is signed out for that, and
/// nobody stays longer.
pub fn clock_jumped(tx: &mut Tx<'_>, by_us: i64, to_come: i64) -> Result<(), StoreError> {
    store::clock_jumped(tx, by_us, to_come)
}

fn hashed(key: &Key, token: &str) -> String {
    key.hash(&format!("sign-in/{token}"))
}
