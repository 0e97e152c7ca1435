//! Ways as CSV: `from_sector`, `to_sector` (postcode sectors such as IP4 5, either first), `minutes` by car over land.

use crate::base::table::{CsvFault, Table};
use crate::clinic::travel::TravelRow;
use accord_formats::Postcode;
use std::collections::HashSet;

/// Reads a travel file.
pub fn read(text: &str) -> (Vec<TravelRow>, Vec<CsvFault>) {
    const SECTOR: &str = "a postcode sector such as IP4 5";
    let wanted: Vec<&[&str]> = vec![&["from_sector"], &["to_sector"], &["minutes"]];
    let table = match Table::read(text, &wanted) {
        Ok(table) => table,
        Err(faults) => return (Vec::new(), faults),
    };
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for record in table.records() {
        let from = record.take(&["from_sector"], SECTOR, &mut faults, sector);
        let to = record.take(&["to_sector"], SECTOR, &mut faults, sector);
        let minutes = record.take(&["minutes"], "whole minutes from 0 to 1440", &mut faults, |cell| {
            cell.parse().ok().filter(|minutes| *minutes <= 1_440)
        });
        if let (Some(from_sector), Some(to_sector), Some(minutes)) = (from, to, minutes) {
            let pair = (from_sector.clone().min(to_sector.clone()), from_sector.clone().max(to_sector.clone()));
            if seen.insert(pair) {
                rows.push(TravelRow { from_sector, to_sector, minutes });
            } else {
                faults.push(CsvFault::new(record.row, "to_sector", &to_sector, "each two sectors once"));
            }
        }
    }
    (rows, faults)
}

/// A postcode less its last two letters, whichever way it is spaced.
fn sector(cell: &str) -> Option<String> {
    Postcode::parse(&format!("{cell}AA")).ok().map(|whole| whole.sector().to_owned())
}
