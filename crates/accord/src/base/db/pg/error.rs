//! What the server's errors mean for us.

use crate::base::db::StoreError;
use std::error::Error as StdError;
use tokio_postgres::error::SqlState;

pub(super) fn wrong(error: &tokio_postgres::Error, sql: &str) -> StoreError {
    match translate(error) {
        StoreError::Engine(said) => {
            let sql: String = sql.split_whitespace().collect::<Vec<_>>().join(" ");
            StoreError::Engine(format!("{said} in: {}", sql.chars().take(160).collect::<String>()))
        }
        other => other,
    }
}

pub(super) fn translate(error: &tokio_postgres::Error) -> StoreError {
    let Some(db) = error.as_db_error() else {
        // Only what our own program got wrong is not the connection's fault.
        let ours = ["error serializing", "error deserializing", "invalid", "expected"];
        let said = chain(error);
        return if ours.iter().any(|sign| said.starts_with(sign)) {
            StoreError::Engine(said)
        } else {
            StoreError::Down(said)
        };
    };
    match *db.code() {
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => StoreError::Conflict,
        SqlState::UNIQUE_VIOLATION | SqlState::CHECK_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION => {
            StoreError::Constraint(db.constraint().unwrap_or_default().to_owned())
        }
        SqlState::DISK_FULL => StoreError::Full,
        SqlState::LOCK_NOT_AVAILABLE | SqlState::QUERY_CANCELED => StoreError::Busy,
        ref code if ["08", "53", "57", "58"].contains(&code.code().get(..2).unwrap_or_default()) => {
            StoreError::Down(db.message().to_owned())
        }
        _ => StoreError::Engine(db.message().to_owned()),
    }
}

/// The whole chain: the outer message alone says only "db error".
pub(super) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}
