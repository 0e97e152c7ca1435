//! The same form sent twice does its work once: the second time it gets the first answer.
//!
//! Use inside the use case's own transaction: [`replay`] first, the work, then [`remember`]; or [`once`], which does
//! the three; a look is not replayed but done again: [`looked`]. An answer is where the browser goes next, never a secret. Rows are kept for a week.

use super::clock::at_microsecond;
use super::db::{Param, Stop, StoreError, ToParam, Tx};
use std::collections::HashMap;

/// How long an answer is kept: seven days, in microseconds.
pub const KEPT_US: i64 = 7 * 24 * 60 * 60 * 1_000_000;

/// A form as it was sent: its key and a fingerprint of its path and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The form's hidden `key`.
    pub key: String,
    /// SHA-256 of path and body, as hexadecimal.
    pub body_hash: String,
}

/// What is known of a form that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: do the work.
    New,
    /// It was done: this was the answer.
    Same(String),
    /// Its key was used for another form.
    Other,
}

/// Why a form sent under a key was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once<R> {
    /// Its key was used for another form.
    KeyReused,
    /// The use case's own refusal.
    Refused(R),
}

/// What is known of `sent` from this actor.
pub fn replay(tx: &mut Tx<'_>, sent: &Sent) -> Result<Seen, StoreError> {
    let actor = tx.who().id.clone();
    Ok(replay_each(tx, &[(&actor, sent)])?.pop().unwrap_or(Seen::New))
}

/// What is known of each form from the actor of this id.
pub fn replay_each(tx: &mut Tx<'_>, sent: &[(&str, &Sent)]) -> Result<Vec<Seen>, StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let keys: Vec<_> = sent
        .iter()
        .map(|(actor, sent)| vec![partnership.param(), sent.key.param(), actor.param(), now.param()])
        .collect();
    let mut known: HashMap<(String, String), (String, String)> = HashMap::new();
    tx.each_many(
        "SELECT key, actor_id, body_hash, answer FROM idempotency
         WHERE partnership_id = $1 AND key = $2 AND actor_id = $3 AND expires_us > $4",
        &keys,
        |row| {
            known.insert((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?));
            Ok(())
        },
    )?;
    let seen = |(actor, sent): &(&str, &Sent)| match known.get(&(sent.key.clone(), (*actor).to_owned())) {
        None => Seen::New,
        Some((hash, answer)) if *hash == sent.body_hash => Seen::Same(answer.clone()),
        Some(_) => Seen::Other,
    };
    Ok(sent.iter().map(seen).collect())
}

/// Keeps the answer to `sent`. Two copies that run at once: the second is refused by the key's constraint
/// as [`StoreError::Conflict`], runs again and finds the first one's answer.
pub fn remember(tx: &mut Tx<'_>, sent: &Sent, answer: &str) -> Result<(), StoreError> {
    let actor = tx.who().id.clone();
    remember_of(tx, &actor, sent, answer)
}

fn remember_of(tx: &mut Tx<'_>, actor: &str, sent: &Sent, answer: &str) -> Result<(), StoreError> {
    let until = at_microsecond(tx.now().as_microsecond().saturating_add(KEPT_US));
    let touched = tx.run(
        "INSERT INTO idempotency (partnership_id, key, actor_id, body_hash, answer, at_us, expires_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (partnership_id, key, actor_id) DO UPDATE
           SET body_hash = excluded.body_hash, answer = excluded.answer, at_us = excluded.at_us, expires_us = excluded.expires_us
           WHERE idempotency.expires_us <= excluded.at_us",
        p![tx.partnership(), sent.key, actor, sent.body_hash, answer, tx.now(), until],
    )?;
    if touched == 0 { Err(StoreError::Conflict) } else { Ok(()) }
}

/// [`remember`] for many, each of the actor of this id. Of several none may be known to the store, not even as one whose
/// week is over; else all of it fails on the key's constraint, and each must be remembered by itself.
pub fn remember_each(tx: &mut Tx<'_>, all: &[(&str, &Sent, String)]) -> Result<(), StoreError> {
    if let [(actor, sent, answer)] = all {
        return remember_of(tx, actor, sent, answer);
    }
    let (partnership, now) = (tx.partnership(), tx.now());
    let until = at_microsecond(now.as_microsecond().saturating_add(KEPT_US));
    let mut rows: Vec<Vec<Param<'_>>> = Vec::with_capacity(all.len());
    for (actor, sent, answer) in all {
        let words = [partnership.param(), sent.key.param(), actor.param(), sent.body_hash.param(), answer.param()];
        rows.push([&words[..], &[now.param(), until.param()]].concat());
    }
    tx.note_many(
        "INSERT INTO idempotency (partnership_id, key, actor_id, body_hash, answer, at_us, expires_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &rows,
    )
}

/// For a look, which is done again whenever it is asked for: keeps that the key was used, and nothing of what was found.
/// False: it was used for another form.
pub fn looked(tx: &mut Tx<'_>, sent: &Sent) -> Result<bool, StoreError> {
    let seen = replay(tx, sent)?;
    if seen == Seen::New {
        remember(tx, sent, "looked")?;
    }
    Ok(seen != Seen::Other)
}

/// Forgets up to `limit` answers whose week is over, the oldest first; how many.
pub fn sweep(tx: &mut Tx<'_>, limit: u32) -> Result<usize, StoreError> {
    let gone = tx.run(
        "DELETE FROM idempotency WHERE (partnership_id, key, actor_id) IN (
           SELECT partnership_id, key, actor_id FROM idempotency WHERE partnership_id = $1 AND expires_us <= $2
           ORDER BY expires_us LIMIT $3)",
        p![tx.partnership(), tx.now(), limit],
    )?;
    Ok(usize::try_from(gone).unwrap_or(usize::MAX))
}

/// Does `work` unless the same form was done before; answers where to go next.
pub fn once<R>(
    tx: &mut Tx<'_>,
    sent: &Sent,
    work: impl FnOnce(&mut Tx<'_>) -> Result<String, Stop<R>>,
) -> Result<String, Stop<Once<R>>> {
    match replay(tx, sent)? {
        Seen::Same(answer) => Ok(answer),
        Seen::Other => Err(Stop::Refused(Once::KeyReused)),
        Seen::New => {
            let answer = match work(tx) {
                Ok(answer) => answer,
                // A copy that ran beside this one did it meanwhile: run again, and find its answer.
                Err(Stop::Refused(_)) if replay(tx, sent)? != Seen::New => return Err(StoreError::Conflict.into()),
                Err(Stop::Refused(refusal)) => return Err(Stop::Refused(Once::Refused(refusal))),
                Err(Stop::Store(error)) => return Err(Stop::Store(error)),
            };
            remember(tx, sent, &answer)?;
            Ok(answer)
        }
    }
}
