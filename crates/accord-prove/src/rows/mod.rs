//! The rows, a file each, in the order of their table.

mod clock;
mod disk;
mod failover;
mod history;
mod kill;
mod model;
mod month;
mod pgstop;
mod power;
mod race;
mod reply_cut;
mod sim;
mod surge;
mod throughput;

use crate::Row;

/// Every row.
pub const ROWS: &[Row] = &[
    Row { name: "race", bar: race::BAR, postgres: true, long_only: false, run: race::run },
    Row {
        name: "throughput-sqlite",
        bar: throughput::SQLITE_BAR,
        postgres: false,
        long_only: false,
        run: throughput::sqlite,
    },
    Row {
        name: "throughput-postgres",
        bar: throughput::POSTGRES_BAR,
        postgres: true,
        long_only: false,
        run: throughput::postgres,
    },
    Row { name: "month", bar: month::BAR, postgres: false, long_only: false, run: month::run },
    Row { name: "surge", bar: surge::BAR, postgres: false, long_only: false, run: surge::run },
    Row { name: "kill", bar: kill::BAR, postgres: false, long_only: false, run: kill::run },
    Row { name: "power", bar: power::BAR, postgres: false, long_only: false, run: power::run },
    Row { name: "disk", bar: disk::BAR, postgres: false, long_only: false, run: disk::run },
    Row { name: "pgstop", bar: pgstop::BAR, postgres: true, long_only: false, run: pgstop::run },
    Row { name: "failover", bar: failover::BAR, postgres: true, long_only: true, run: failover::run },
    Row { name: "reply-cut", bar: reply_cut::BAR, postgres: true, long_only: false, run: reply_cut::run },
    Row { name: "model", bar: model::BAR, postgres: true, long_only: false, run: model::run },
    Row { name: "sim", bar: sim::BAR, postgres: false, long_only: false, run: sim::run },
    Row { name: "clock", bar: clock::BAR, postgres: true, long_only: false, run: clock::run },
    Row { name: "history", bar: history::BAR, postgres: true, long_only: false, run: history::run },
];
