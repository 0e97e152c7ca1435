//! Accord: book and schedule tens of thousands of people of many organisations into pooled clinic
//! capacity, at two or three weeks' notice, with a proof of how good the plan is.
//!
//! A folder a noun; `ARCHITECTURE.md` is the map.

/// `p![a, b]`: the parameters `$1`, `$2` of a statement.
#[macro_export]
macro_rules! p {
    ($($value:expr),* $(,)?) => {
        &[$($crate::base::db::ToParam::param(&$value)),*][..]
    };
}

/// A statement whose rows PostgreSQL locks until the transaction ends, against everybody who would change or lock them.
/// SQLite has one writer at a time: its lock is the transaction itself.
macro_rules! for_update {
    ($text:literal) => {
        $crate::base::db::Sql::Each { lite: $text, pg: concat!($text, " FOR UPDATE") }
    };
}

/// [`for_update`], against everybody who would change them.
macro_rules! for_share {
    ($text:literal) => {
        $crate::base::db::Sql::Each { lite: $text, pg: concat!($text, " FOR SHARE") }
    };
}

pub mod access;
pub mod app;
pub mod base;
pub mod booking;
pub mod campaign;
pub mod clinic;
pub mod cohort;
pub mod commands;
pub mod config;
pub mod evidence;
pub mod log;
pub mod partnership;
pub mod plan;
pub mod routes;
pub mod sim;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
