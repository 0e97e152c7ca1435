//! SQL that tells where every row of every list ended.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{CampaignId, PersonId};

/// A row of a list and where it went.
#[derive(Debug, Clone)]
pub struct LandedRow {
    /// The employer's code.
    pub employer: String,
    /// The file's name.
    pub file: String,
    /// The record in it, from 1.
    pub row: u32,
    /// The person it became part of; a merged record's survivor.
    pub person: Option<PersonId>,
    /// The worklist item it became.
    pub item: Option<String>,
}

impl FromRow for LandedRow {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { employer: r.get(0)?, file: r.get(1)?, row: r.get(2)?, person: r.get(3)?, item: r.get(4)? })
    }
}

/// Every row of every committed list.
pub fn landed_rows(tx: &mut Tx<'_>) -> Result<Vec<LandedRow>, StoreError> {
    tx.all(
        "SELECT g.code, i.file_name, r.row_number, COALESCE(p.merged_into, r.person_id), r.worklist_item_id
         FROM import_row r
         JOIN import i ON i.partnership_id = r.partnership_id AND i.id = r.import_id AND i.state = 'committed'
         JOIN organisation g ON g.partnership_id = i.partnership_id AND g.id = i.employer_id
         LEFT JOIN person p ON p.partnership_id = r.partnership_id AND p.id = r.person_id
         WHERE r.partnership_id = $1 ORDER BY g.code, i.file_name, r.row_number",
        p![tx.partnership()],
    )
}

/// Lists taken, rows read, faults listed and worklist items made.
pub fn import_totals(tx: &mut Tx<'_>) -> Result<(u64, u64, u64, u64), StoreError> {
    let (lists, rows, faults, items): (i64, i64, i64, i64) = tx.one(
        "SELECT (SELECT COUNT(*) FROM import WHERE partnership_id = $1 AND state = 'committed'),
           (SELECT COUNT(*) FROM import_row WHERE partnership_id = $1),
           (SELECT COUNT(*) FROM import_fault WHERE partnership_id = $1),
           (SELECT COUNT(*) FROM worklist_item WHERE partnership_id = $1 AND state = 'open')",
        p![tx.partnership()],
    )?;
    Ok((lists.unsigned_abs(), rows.unsigned_abs(), faults.unsigned_abs(), items.unsigned_abs()))
}

/// People who have a live booking for every appointment of the course, seen by everybody; and how many
/// live bookings there are in all.
pub fn whole_courses(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<(Vec<PersonId>, u64), StoreError> {
    let rows: Vec<(PersonId, i64, i64)> = tx.all(
        "SELECT b.person_id, COUNT(*),
           (SELECT COUNT(*) FROM campaign_appointment a WHERE a.partnership_id = $1 AND a.campaign_id = $2)
         FROM booking b
         LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
         WHERE b.partnership_id = $1 AND b.campaign_id = $2 AND b.live = 1 AND (t.id IS NULL OR t.state = 'live')
         GROUP BY b.person_id ORDER BY b.person_id",
        p![tx.partnership(), campaign],
    )?;
    let bookings = rows.iter().map(|(_, n, _)| n.unsigned_abs()).sum();
    Ok((rows.into_iter().filter(|(_, n, wanted)| n == wanted).map(|(person, ..)| person).collect(), bookings))
}

/// People whom the planner could not place, each with a reason.
pub fn unplaced_people(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<PersonId>, StoreError> {
    let rows: Vec<(PersonId,)> = tx.all(
        "SELECT person_id FROM offer WHERE partnership_id = $1 AND campaign_id = $2 AND state = 'unplaced'
         AND COALESCE(reason, '') <> '' ORDER BY person_id",
        p![tx.partnership(), campaign],
    )?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}

/// Open worklist items, each with the people it is about.
pub fn open_items(tx: &mut Tx<'_>) -> Result<Vec<(String, Vec<PersonId>)>, StoreError> {
    let rows: Vec<(String, Option<PersonId>, Option<PersonId>)> = tx.all(
        "SELECT id, person_id, other_person_id FROM worklist_item WHERE partnership_id = $1 AND state = 'open' ORDER BY id",
        p![tx.partnership()],
    )?;
    Ok(rows.into_iter().map(|(item, a, b)| (item, a.into_iter().chain(b).collect())).collect())
}
