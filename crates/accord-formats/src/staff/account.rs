//! Where every record of the input went, to the unit.

use std::collections::{BTreeMap, HashMap};

use super::read::Item;
use super::row::RowFault;
use super::table::{SkipReason, Table};
use crate::fault::{FaultCode, Severity};

/// What became of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Went {
    /// It is a person's row.
    Person,
    /// It is a person's row, and the person has left or does not work now.
    Leaver,
    /// The same row stands further up.
    Repeated,
    /// It should be a person and names nobody.
    Nobody,
    /// It was passed over.
    PassedOver(SkipReason),
}

impl Went {
    /// One word, for counting and for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Leaver => "leaver_or_inactive",
            Self::Repeated => "repeated_row",
            Self::Nobody => "names_nobody",
            Self::PassedOver(why) => why.word(),
        }
    }
}

/// The records of a file and what became of each: [`Account::balances`] says that none is missing and none counted twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Records of the input, as the reader of the bytes counted them.
    pub records: u32,
    /// How many went where.
    pub went: BTreeMap<Went, u32>,
    places: HashMap<(u16, u32), Went>,
    twice: u32,
}

impl Account {
    /// Starts with what the table passed over; [`Account::take`] adds what reading its records brings forth.
    pub fn open(table: &Table) -> Self {
        let mut account = Self { records: table.records_read, went: BTreeMap::new(), places: HashMap::new(), twice: 0 };
        for skipped in &table.skipped {
            account.add(skipped.sheet, skipped.row, Went::PassedOver(skipped.why));
        }
        account
    }

    /// Adds one item of [`super::read_each`].
    pub fn take(&mut self, item: &Item) {
        match item {
            Item::Row(row) => self.add(row.sheet, row.row, if row.leaver { Went::Leaver } else { Went::Person }),
            Item::Fault(fault) => self.fault(fault),
        }
    }

    fn fault(&mut self, fault: &RowFault) {
        // The cut record was passed over by the table.
        if fault.severity == Severity::RowDropped && fault.code != FaultCode::CutOff {
            let went = if fault.code == FaultCode::RepeatedRow { Went::Repeated } else { Went::Nobody };
            self.add(fault.sheet, fault.row, went);
        }
    }

    fn add(&mut self, sheet: u16, row: u32, went: Went) {
        *self.went.entry(went).or_default() += 1;
        self.twice += u32::from(self.places.insert((sheet, row), went).is_some());
    }

    /// How many records went there.
    pub fn count(&self, went: Went) -> u32 {
        self.went.get(&went).copied().unwrap_or(0)
    }

    /// Where one record went.
    pub fn of(&self, sheet: u16, row: u32) -> Option<Went> {
        self.places.get(&(sheet, row)).copied()
    }

    /// True where every record of the input went to exactly one place.
    pub fn balances(&self) -> bool {
        self.twice == 0 && self.went.values().sum::<u32>() == self.records
    }
}
