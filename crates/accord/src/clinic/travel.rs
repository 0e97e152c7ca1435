//! The way to a clinic: minutes by car over land between postcode sectors, the same both ways.

use super::store::travel as store;
use crate::base::db::{StoreError, Tx};
use std::collections::HashMap;

/// Minutes within one sector, for which no table has a row: a guess that plans may rest on.
pub const WITHIN_SECTOR: u16 = 4;

/// A row of a travel table; either sector may come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TravelRow {
    /// One end, such as `IP4 5`.
    pub from_sector: String,
    /// The other.
    pub to_sector: String,
    /// How long it takes.
    pub minutes: u16,
}

/// Replaces the partnership's table; how many rows it has now. Rows within a sector are passed over.
pub fn load(tx: &mut Tx<'_>, rows: &[TravelRow]) -> Result<u64, StoreError> {
    store::clear(tx)?;
    store::insert(tx, rows)
}

/// Minutes between two sectors; none where the table does not know both.
pub fn minutes(tx: &mut Tx<'_>, from: &str, to: &str) -> Result<Option<u16>, StoreError> {
    if from == to {
        return Ok(Some(WITHIN_SECTOR));
    }
    let (a, b) = if from < to { (from, to) } else { (to, from) };
    store::minutes(tx, a, b)
}

/// Some ways of the table, looked up in one go.
#[derive(Debug, Clone, Default)]
pub struct Ways(HashMap<(String, String), u16>);

impl Ways {
    /// None are known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Minutes of a way that was looked up; none where the table does not know both its ends.
    pub fn minutes(&self, from: &str, to: &str) -> Option<u16> {
        if from == to {
            return Some(WITHIN_SECTOR);
        }
        self.0.get(&either(from.to_owned(), to.to_owned())).copied()
    }
}

/// The ways between these pairs of sectors.
pub fn ways(tx: &mut Tx<'_>, of: Vec<(String, String)>) -> Result<Ways, StoreError> {
    let mut pairs: Vec<_> = of.into_iter().filter(|(a, b)| a != b).map(|(a, b)| either(a, b)).collect();
    pairs.sort();
    pairs.dedup();
    Ok(Ways(store::of_pairs(tx, &pairs)?))
}

/// A way is the same both ways: the smaller sector first.
fn either(a: String, b: String) -> (String, String) {
    if a < b { (a, b) } else { (b, a) }
}

/// The whole table in memory.
#[derive(Debug, Clone, Default)]
pub struct Travel {
    sectors: HashMap<String, u32>,
    minutes: HashMap<(u32, u32), u16>,
}

impl Travel {
    /// Reads the partnership's table.
    pub fn read(tx: &mut Tx<'_>) -> Result<Self, StoreError> {
        let mut travel = Self::default();
        store::each(tx, |a, b, minutes| travel.add(a, b, minutes))?;
        Ok(travel)
    }

    /// The table of these rows.
    pub fn new(rows: &[TravelRow]) -> Self {
        let mut travel = Self::default();
        for row in rows {
            travel.add(&row.from_sector, &row.to_sector, row.minutes);
        }
        travel
    }

    /// Minutes between two sectors; within one [`WITHIN_SECTOR`]; none where the table does not say.
    pub fn minutes(&self, from: &str, to: &str) -> Option<u16> {
        if from == to {
            return Some(WITHIN_SECTOR);
        }
        let (a, b) = (*self.sectors.get(from)?, *self.sectors.get(to)?);
        self.minutes.get(&(a.min(b), a.max(b))).copied()
    }

    /// How many pairs of sectors it knows.
    pub fn rows(&self) -> usize {
        self.minutes.len()
    }

    fn add(&mut self, a: &str, b: &str, minutes: u16) {
        let (a, b) = (self.number(a), self.number(b));
        self.minutes.insert((a.min(b), a.max(b)), minutes);
    }

    fn number(&mut self, sector: &str) -> u32 {
        if let Some(number) = self.sectors.get(sector) {
            return *number;
        }
        let number = u32::try_from(self.sectors.len()).unwrap_or(u32::MAX);
        self.sectors.insert(sector.to_owned(), number);
        number
    }
}
