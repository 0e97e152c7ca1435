//! SQL over the ways between postcode sectors.

use crate::base::db::{StoreError, ToParam, Tx};

/// Minutes by car within one sector.
pub const SAME_SECTOR_MINUTES: u16 = 4;

/// Minutes by car over land between two sectors; none when the table does not know the way.
pub fn travel_minutes(tx: &mut Tx<'_>, from: &str, to: &str) -> Result<Option<u16>, StoreError> {
    if from == to {
        return Ok(Some(SAME_SECTOR_MINUTES));
    }
    let (from, to) = if from < to { (from, to) } else { (to, from) };
    let row: Option<(u16,)> = tx.maybe(
        "SELECT minutes FROM travel WHERE partnership_id = $1 AND from_sector = $2 AND to_sector = $3",
        p![tx.partnership(), from, to],
    )?;
    Ok(row.map(|(minutes,)| minutes))
}

/// Writes ways; a way known before gets the new minutes. The smaller sector comes first.
pub fn write_travel(tx: &mut Tx<'_>, ways: &[(String, String, u16)]) -> Result<u64, StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<_> = ways
        .iter()
        .filter(|(a, b, _)| a != b)
        .map(|(a, b, minutes)| {
            let (from, to) = if a < b { (a, b) } else { (b, a) };
            vec![partnership.param(), from.param(), to.param(), minutes.param()]
        })
        .collect();
    tx.run_many(
        "INSERT INTO travel (partnership_id, from_sector, to_sector, minutes) VALUES ($1, $2, $3, $4)
         ON CONFLICT (partnership_id, from_sector, to_sector) DO UPDATE SET minutes = excluded.minutes",
        &rows,
    )
}
