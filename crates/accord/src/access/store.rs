//! All SQL of `access`. Hashes only.

use super::api_key::{KeyRole, Listed};
use super::{Role, SignedIn};
use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{ApiKeyId, PersonCodeId, PersonId, SignInId, SignInLinkId};
use jiff::Timestamp;
use std::collections::HashMap;

pub(super) struct LinkRow {
    pub id: SignInLinkId,
    pub role: Role,
    pub expires: Timestamp,
    pub used: Option<Timestamp>,
}

/// Reads role, organisation, site and person from four columns that stand together.
fn role_at(row: &Row<'_>, at: usize, with_person: bool) -> Result<Role, StoreError> {
    let word: String = row.get(at)?;
    let broken = || StoreError::Engine(format!("a {word} without what it is for"));
    Ok(match word.as_str() {
        "campaign_lead" => Role::CampaignLead { organisation: row.get(at + 1)? },
        "employer_contact" => Role::EmployerContact { organisation: row.get::<Option<_>>(at + 1)?.ok_or_else(broken)? },
        "clinic_team" => Role::ClinicTeam { site: row.get::<Option<_>>(at + 2)?.ok_or_else(broken)? },
        "booking_operator" => Role::BookingOperator,
        "person" if with_person => Role::Person { person: row.get::<Option<_>>(at + 3)?.ok_or_else(broken)? },
        _ => return Err(broken()),
    })
}

impl FromRow for LinkRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { id: row.get(0)?, role: role_at(row, 1, false)?, expires: row.get(4)?, used: row.get(5)? })
    }
}

pub(super) fn insert_link(
    tx: &mut Tx<'_>,
    id: SignInLinkId,
    hash: &str,
    role: &Role,
    expires: Timestamp,
) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO sign_in_link (partnership_id, id, token_hash, role, organisation_id, site_id, created_us, expires_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        p![tx.partnership(), id, hash, role.word(), role.organisation(), role.site(), tx.now(), expires],
    )?;
    Ok(())
}

pub(super) fn link(tx: &mut Tx<'_>, hash: &str) -> Result<Option<LinkRow>, StoreError> {
    tx.maybe(
        "SELECT id, role, organisation_id, site_id, expires_us, used_us FROM sign_in_link
         WHERE partnership_id = $1 AND token_hash = $2",
        p![tx.partnership(), hash],
    )
}

/// Marks a link used; false when somebody was faster.
pub(super) fn use_link(tx: &mut Tx<'_>, id: SignInLinkId) -> Result<bool, StoreError> {
    let touched = tx.run(
        "UPDATE sign_in_link SET used_us = $3 WHERE partnership_id = $1 AND id = $2 AND used_us IS NULL",
        p![tx.partnership(), id, tx.now()],
    )?;
    Ok(touched == 1)
}

/// Whether anybody ever signed in as a campaign lead.
pub(super) fn a_lead_came_in(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    let (n,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM sign_in WHERE partnership_id = $1 AND role = 'campaign_lead'",
        p![tx.partnership()],
    )?;
    Ok(n > 0)
}

pub(super) struct SignInRow {
    pub who: SignedIn,
    pub created: Timestamp,
    pub seen: Timestamp,
    pub ended: Option<Timestamp>,
}

impl FromRow for SignInRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let who = SignedIn { id: row.get(0)?, partnership: row.get(1)?, role: role_at(row, 2, true)? };
        Ok(Self { who, created: row.get(6)?, seen: row.get(7)?, ended: row.get(8)? })
    }
}

pub(super) fn insert_sign_in(tx: &mut Tx<'_>, id: SignInId, hash: &str, role: &Role) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO sign_in (partnership_id, id, token_hash, role, organisation_id, site_id, person_id, created_us, seen_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        p![tx.partnership(), id, hash, role.word(), role.organisation(), role.site(), role.person(), tx.now()],
    )?;
    Ok(())
}

pub(super) fn sign_in(tx: &mut Tx<'_>, hash: &str) -> Result<Option<SignInRow>, StoreError> {
    tx.maybe(
        "SELECT id, partnership_id, role, organisation_id, site_id, person_id, created_us, seen_us, ended_us FROM sign_in
         WHERE partnership_id = $1 AND token_hash = $2",
        p![tx.partnership(), hash],
    )
}

pub(super) fn see(tx: &mut Tx<'_>, id: SignInId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE sign_in SET seen_us = $3 WHERE partnership_id = $1 AND id = $2 AND seen_us < $3",
        p![tx.partnership(), id, tx.now()],
    )?;
    Ok(())
}

pub(super) fn end(tx: &mut Tx<'_>, id: SignInId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE sign_in SET ended_us = $3 WHERE partnership_id = $1 AND id = $2 AND ended_us IS NULL",
        p![tx.partnership(), id, tx.now()],
    )?;
    Ok(())
}

/// (id, person, wrong dates, when revoked) of the code with this hash.
pub(super) type CodeRow = (PersonCodeId, PersonId, u32, Option<Timestamp>);

pub(super) fn code(tx: &mut Tx<'_>, hash: &str) -> Result<Option<CodeRow>, StoreError> {
    tx.maybe(
        "SELECT id, person_id, wrong_dates, revoked_us FROM person_code WHERE partnership_id = $1 AND code_hash = $2",
        p![tx.partnership(), hash],
    )
}

pub(super) fn insert_code(tx: &mut Tx<'_>, id: PersonCodeId, person: PersonId, hash: &str) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO person_code (partnership_id, id, person_id, code_hash, wrong_dates, created_us)
         VALUES ($1, $2, $3, $4, 0, $5)",
        p![tx.partnership(), id, person, hash, tx.now()],
    )?;
    Ok(())
}

pub(super) fn revoke_codes(tx: &mut Tx<'_>, person: PersonId) -> Result<u64, StoreError> {
    tx.run(
        "UPDATE person_code SET revoked_us = $3 WHERE partnership_id = $1 AND person_id = $2 AND revoked_us IS NULL",
        p![tx.partnership(), person, tx.now()],
    )
}

/// Adds `by` wrong dates. With 0 it is the same work without an effect.
pub(super) fn count_wrong_date(tx: &mut Tx<'_>, id: PersonCodeId, by: u32) -> Result<(), StoreError> {
    tx.run(
        "UPDATE person_code SET wrong_dates = wrong_dates + $3 WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id, by],
    )?;
    Ok(())
}

impl FromRow for Listed {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let role: String = row.get(2)?;
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            role: KeyRole::parse(&role).ok_or_else(|| StoreError::shape(2, "a key's role"))?,
            revoked: row.get::<Option<Timestamp>>(3)?.is_some(),
            expires: row.get(4)?,
        })
    }
}

pub(super) fn insert_api_key(
    tx: &mut Tx<'_>,
    id: ApiKeyId,
    name: &str,
    hash: &str,
    role: KeyRole,
    expires: Timestamp,
) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO api_key (partnership_id, id, name, key_hash, role, created_us, expires_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        p![tx.partnership(), id, name, hash, role.word(), tx.now(), expires],
    )?;
    Ok(())
}

/// The keys of these hashes.
pub(super) fn api_keys_by_hash(tx: &mut Tx<'_>, hashes: &[&str]) -> Result<HashMap<String, Listed>, StoreError> {
    let mut found = HashMap::new();
    tx.each_many(
        "SELECT id, name, role, revoked_us, expires_us, key_hash FROM api_key WHERE partnership_id = $1 AND key_hash = $2",
        &tx.keyed(hashes),
        |row| {
            found.insert(row.get(5)?, Listed::from_row(row)?);
            Ok(())
        },
    )?;
    Ok(found)
}

pub(super) fn api_keys(tx: &mut Tx<'_>) -> Result<Vec<Listed>, StoreError> {
    tx.all(
        "SELECT id, name, role, revoked_us, expires_us FROM api_key WHERE partnership_id = $1 ORDER BY created_us, id",
        p![tx.partnership()],
    )
}

pub(super) fn revoke_api_key(tx: &mut Tx<'_>, id: ApiKeyId) -> Result<bool, StoreError> {
    let touched = tx.run(
        "UPDATE api_key SET revoked_us = $3 WHERE partnership_id = $1 AND id = $2 AND revoked_us IS NULL",
        p![tx.partnership(), id, tx.now()],
    )?;
    Ok(touched == 1)
}

/// Writes down whom this actor has open, and why; again, with a new purpose, replaces it.
pub(super) fn insert_look(tx: &mut Tx<'_>, person: PersonId, purpose: &str) -> Result<(), StoreError> {
    let actor = tx.who().id.clone();
    tx.run(
        "INSERT INTO look (partnership_id, actor_id, person_id, purpose, at_us) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (partnership_id, actor_id, person_id) DO UPDATE SET purpose = excluded.purpose, at_us = excluded.at_us",
        p![tx.partnership(), actor, person, purpose, tx.now()],
    )?;
    Ok(())
}

/// When this actor opened a person last, if they did.
pub(super) fn looked(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Timestamp>, StoreError> {
    let actor = tx.who().id.clone();
    let row: Option<(Timestamp,)> = tx.maybe(
        "SELECT at_us FROM look WHERE partnership_id = $1 AND actor_id = $2 AND person_id = $3",
        p![tx.partnership(), actor, person],
    )?;
    Ok(row.map(|(at,)| at))
}

/// Deletes up to `limit` looks and counts of searches from before `before`; how many.
pub(super) fn delete_looks(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let looks = tx.run(
        "DELETE FROM look WHERE (partnership_id, actor_id, person_id) IN (
           SELECT partnership_id, actor_id, person_id FROM look WHERE partnership_id = $1 AND at_us < $2
           ORDER BY at_us LIMIT $3)",
        p![tx.partnership(), before, limit],
    )?;
    let counts = tx.run(
        "DELETE FROM search_use WHERE (partnership_id, actor_id) IN (
           SELECT partnership_id, actor_id FROM search_use WHERE partnership_id = $1 AND began_us < $2
           ORDER BY began_us LIMIT $3)",
        p![tx.partnership(), before, limit],
    )?;
    Ok(looks + counts)
}

/// The minute of this actor's searches: when it began, and how many there were.
pub(super) fn search_use(tx: &mut Tx<'_>) -> Result<Option<(Timestamp, u32)>, StoreError> {
    let actor = tx.who().id.clone();
    tx.maybe(
        "SELECT began_us, used FROM search_use WHERE partnership_id = $1 AND actor_id = $2",
        p![tx.partnership(), actor],
    )
}

/// Counts `n` searches of this actor into the minute that runs, or into a new one when it began at `over` or before.
pub(super) fn count_search(tx: &mut Tx<'_>, n: u32, over: Timestamp) -> Result<(), StoreError> {
    let actor = tx.who().id.clone();
    tx.run(
        "INSERT INTO search_use (partnership_id, actor_id, began_us, used) VALUES ($1, $2, $3, $4)
         ON CONFLICT (partnership_id, actor_id) DO UPDATE
           SET used = CASE WHEN search_use.began_us <= $5 THEN excluded.used ELSE search_use.used + excluded.used END,
               began_us = CASE WHEN search_use.began_us <= $5 THEN excluded.began_us ELSE search_use.began_us END",
        p![tx.partnership(), actor, tx.now(), n, over],
    )?;
    Ok(())
}

/// The clock jumped by `by_us`, of which `to_come` is not in this transaction's time yet: sign-ins and links are as old as they were, and none was used later than now.
pub fn clock_jumped(tx: &mut Tx<'_>, by_us: i64, to_come: i64) -> Result<(), StoreError> {
    let now = tx.now().as_microsecond().saturating_add(to_come);
    tx.run(
        "UPDATE sign_in SET created_us = CASE WHEN created_us + $2 > $3 THEN $3 ELSE created_us + $2 END,
           seen_us = CASE WHEN seen_us + $2 > $3 THEN $3 ELSE seen_us + $2 END
         WHERE partnership_id = $1 AND ended_us IS NULL",
        p![tx.partnership(), by_us, now],
    )?;
    let last = now.saturating_add(super::rules::LINK_US);
    tx.run(
        "UPDATE sign_in_link SET expires_us = CASE WHEN expires_us + $2 > $3 THEN $3 ELSE expires_us + $2 END
         WHERE partnership_id = $1 AND used_us IS NULL",
        p![tx.partnership(), by_us, last],
    )?;
    Ok(())
}
