//! The rows, a file each, in the order of their table.

mod history;
mod model;
mod race;
mod throughput;

use crate::Row;

/// Every row.
pub const ROWS: &[Row] = &[
    Row { name: "race", bar: race::BAR, postgres: true, run: race::run },
    Row { name: "throughput-sqlite", bar: throughput::SQLITE_BAR, postgres: false, run: throughput::sqlite },
    Row { name: "throughput-postgres", bar: throughput::POSTGRES_BAR, postgres: true, run: throughput::postgres },
    Row { name: "history", bar: history::BAR, postgres: true, run: history::run },
    Row { name: "model", bar: model::BAR, postgres: true, run: model::run },
];
