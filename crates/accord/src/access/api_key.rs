//! A key of a program that calls the API: 160 random bits, shown once; the store holds its keyed hash.

use super::store;
use crate::base::audit::{self, Done};
use crate::base::clock::at_microsecond;
use crate::base::db::{Actor, Each, StoreError, Together, Tx};
use crate::base::ids::{ApiKey, ApiKeyId, PartnershipId};
use crate::base::secret::{Key, spell};
use jiff::Timestamp;
use std::collections::HashSet;
use std::convert::Infallible;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRole {
    /// Books at people's word.
    BookingOperator,
    /// Leads the campaign: all of that, and what needs a lead's name.
    CampaignLead,
}

impl KeyRole {
    /// The word in tables and audit rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BookingOperator => "booking_operator",
            Self::CampaignLead => "campaign_lead",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::BookingOperator, Self::CampaignLead].into_iter().find(|role| role.word() == word)
    }
}

/// A program that calls the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Its key.
    pub key: ApiKeyId,
    /// Of which partnership.
    pub partnership: PartnershipId,
    /// As what.
    pub role: KeyRole,
}

impl Caller {
    /// The actor of everything done with this key.
    pub fn actor(&self) -> Actor {
        Actor::new(self.partnership, self.role.word(), self.key)
    }
}

/// A key as a list shows it: never its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub id: ApiKeyId,
    /// Whose, in its maker's words.
    pub name: String,
    /// As what.
    pub role: KeyRole,
    /// Whether somebody took it back.
    pub revoked: bool,
    /// When it ends by itself.
    pub expires: Timestamp,
}

impl Listed {
    /// Whether it opens anything at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        !self.revoked && now < self.expires
    }
}

/// What every secret begins with, so that a leaked one is recognised.
const MARK: &str = "accord_";

/// How long a key opens unless its maker says otherwise: 365 days, in microseconds.
pub const KEPT_US: i64 = 365 * 24 * 60 * 60 * 1_000_000;

/// Makes a key for a year and answers its secret, which nobody can ask for again.
pub fn make(tx: &mut Tx<'_>, key: &Key, name: &str, role: KeyRole) -> Result<(ApiKeyId, String), StoreError> {
    let expires = at_microsecond(tx.now().as_microsecond().saturating_add(KEPT_US));
    make_until(tx, key, name, role, expires)
}

/// [`make`], for a key that ends at `expires`.
pub fn make_until(
    tx: &mut Tx<'_>,
    key: &Key,
    name: &str,
    role: KeyRole,
    expires: Timestamp,
) -> Result<(ApiKeyId, String), StoreError> {
    let secret = format!("{MARK}{}", spell(&tx.random::<20>(), 32));
    let id = tx.id::<ApiKey>();
    store::insert_api_key(tx, id, name, &hashed(key, &secret), role, expires)?;
    record(tx, "make", id)?;
    Ok((id, secret))
}

/// Revokes a key; false when there is none open of this id.
pub fn revoke(tx: &mut Tx<'_>, id: ApiKeyId) -> Result<bool, StoreError> {
    let revoked = store::revoke_api_key(tx, id)?;
    if revoked {
        record(tx, "revoke", id)?;
    }
    Ok(revoked)
}

/// Every key, the oldest first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Listed>, StoreError> {
    store::api_keys(tx)
}

/// Who calls with a secret; none: nobody, or the key was revoked or is over. Reads only, for as many as call at once.
#[derive(Debug)]
pub struct Whose {
    hash: String,
}

impl Whose {
    /// Asks for this secret.
    pub fn new(key: &Key, secret: &str) -> Self {
        Self { hash: hashed(key, secret) }
    }
}

impl Together for Whose {
    type Done = Option<Caller>;
    type Refusal = Infallible;

    fn together(tx: &mut Tx<'_>, asked: &[(&Actor, &Self)]) -> Result<Each<Self::Done, Infallible>, StoreError> {
        let (partnership, now) = (tx.partnership(), tx.now());
        let hashes: HashSet<&str> = asked.iter().map(|(_, whose)| whose.hash.as_str()).collect();
        let found = store::api_keys_by_hash(tx, &hashes.into_iter().collect::<Vec<_>>())?;
        let caller = |whose: &Self| {
            let found = found.get(&whose.hash).filter(|found| found.is_live(now))?;
            Some(Caller { key: found.id, partnership, role: found.role })
        };
        Ok(asked.iter().map(|(_, whose)| Some(Ok(caller(whose)))).collect())
    }
}

fn hashed(key: &Key, secret: &str) -> String {
    key.hash(&format!("api-key/{secret}"))
}

fn record(tx: &mut Tx<'_>, verb: &str, id: ApiKeyId) -> Result<(), StoreError> {
    let done = Done { organisation: None, verb, noun: "api_key", noun_id: id.to_string(), detail: "{}".into() };
    audit::record(tx, &done)
}
