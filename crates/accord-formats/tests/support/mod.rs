//! Reading a list with its account.

use accord_formats::Date;
use accord_formats::staff::{Account, Item, RowFault, StaffRow, Table, guess_mapping, read_each};

pub const TODAY: Date = Date::constant(2026, 11, 22);

/// What reading a list came to.
pub struct Outcome {
    pub rows: Vec<StaffRow>,
    pub faults: Vec<RowFault>,
    pub account: Account,
}

/// Reads a table by the mapping that is guessed.
pub fn read_guessed(table: &Table) -> Outcome {
    let mut outcome = Outcome { rows: Vec::new(), faults: Vec::new(), account: Account::open(table) };
    read_each(table, &guess_mapping(table), TODAY, |item| {
        outcome.account.take(&item);
        match item {
            Item::Row(row) => outcome.rows.push(*row),
            Item::Fault(fault) => outcome.faults.push(fault),
        }
    });
    assert!(outcome.faults.iter().all(|f| !f.sentence().is_empty() && !f.if_left().is_empty()));
    outcome
}
