//! SQL over the travel table.

use crate::base::db::{Param, StoreError, ToParam, Tx};
use crate::clinic::travel::TravelRow;
use std::collections::HashMap;

/// Takes the table away.
pub fn clear(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.run("DELETE FROM travel WHERE partnership_id = $1", p![tx.partnership()])?;
    Ok(())
}

/// Writes rows, the smaller sector first; of two rows for one pair the later counts.
pub fn insert(tx: &mut Tx<'_>, rows: &[TravelRow]) -> Result<u64, StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<Vec<Param<'_>>> = rows
        .iter()
        .filter(|r| r.from_sector != r.to_sector)
        .map(|r| {
            let (a, b) = (r.from_sector.as_str(), r.to_sector.as_str());
            let (a, b) = if a < b { (a, b) } else { (b, a) };
            vec![partnership.param(), Param::Text(a), Param::Text(b), r.minutes.param()]
        })
        .collect();
    tx.run_many(
        "INSERT INTO travel (partnership_id, from_sector, to_sector, minutes) VALUES ($1, $2, $3, $4)
         ON CONFLICT (partnership_id, from_sector, to_sector) DO UPDATE SET minutes = excluded.minutes",
        &rows,
    )
}

/// Minutes of one pair, the smaller sector first.
pub fn minutes(tx: &mut Tx<'_>, a: &str, b: &str) -> Result<Option<u16>, StoreError> {
    let row: Option<(u16,)> = tx.maybe(
        "SELECT minutes FROM travel WHERE partnership_id = $1 AND from_sector = $2 AND to_sector = $3",
        p![tx.partnership(), a, b],
    )?;
    Ok(row.map(|(minutes,)| minutes))
}

/// Minutes of these pairs, the smaller sector of each first; those that are not known are left out.
pub fn of_pairs(tx: &mut Tx<'_>, of: &[(String, String)]) -> Result<HashMap<(String, String), u16>, StoreError> {
    let partnership = tx.partnership();
    let keys: Vec<_> = of.iter().map(|(a, b)| vec![partnership.param(), a.param(), b.param()]).collect();
    let mut found = HashMap::new();
    tx.each_many(
        "SELECT from_sector, to_sector, minutes FROM travel WHERE partnership_id = $1 AND from_sector = $2 AND to_sector = $3",
        &keys,
        |row| {
            found.insert((row.get(0)?, row.get(1)?), row.get(2)?);
            Ok(())
        },
    )?;
    Ok(found)
}

/// Hands over every row.
pub fn each(tx: &mut Tx<'_>, mut take: impl FnMut(&str, &str, u16)) -> Result<(), StoreError> {
    tx.each(
        "SELECT from_sector, to_sector, minutes FROM travel WHERE partnership_id = $1 ORDER BY from_sector, to_sector",
        p![tx.partnership()],
        |row| {
            let (a, b): (String, String) = (row.get(0)?, row.get(1)?);
            take(&a, &b, row.get(2)?);
            Ok(())
        },
    )
}
