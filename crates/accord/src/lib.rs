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
pub mod follow_clock;
pub mod log;
pub mod partnership;
pub mod plan;
pub mod routes;
pub mod sim;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
