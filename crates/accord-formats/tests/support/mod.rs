//! Reading a list with its account.

use accord_formats::staff::{Account, Item, Mapping, RowFault, StaffRow, Table, Went, guess_mapping, read_each};
use accord_formats::Date;

pub const TODAY: Date = Date::constant(2026, 11, 22);

/// What reading a list came to.
#[derive(Debug, Default)]
pub struct Outcome {
    pub rows: Vec<StaffRow>,
    pub faults: Vec<RowFault>,
    pub account: Option<Account>,
}

pub fn read(table: &Table, mapping: &Mapping) -> Outcome {
    let mut outcome = Outcome::default();
    let mut account = Account::open(table);
    read_each(table, mapping, TODAY, |item| {
        account.take(&item);
        match item {
            Item::Row(row) => outcome.rows.push(*row),
            Item::Fault(fault) => outcome.faults.push(fault),
        }
    });
    outcome.account = Some(account);
    outcome
}

pub fn read_guessed(table: &Table) -> Outcome {
    read(table, &guess_mapping(table))
}

pub fn went(outcome: &Outcome, what: Went) -> u32 {
    outcome.account.as_ref().map_or(0, |a| a.count(what))
}
