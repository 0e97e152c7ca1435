//! What is unclear.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{OrganisationId, WorklistItemId};
use jiff::Timestamp;

/// An open item.
#[derive(Debug, Clone)]
pub struct ItemRow {
    pub id: WorklistItemId,
    pub kind: String,
    pub summary: String,
    pub employer: String,
    pub person: Option<String>,
    pub other: Option<String>,
    pub owner_role: String,
    pub owner: String,
    pub created: Timestamp,
}

impl FromRow for ItemRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            summary: row.get(2)?,
            employer: row.get(3)?,
            person: row.get(4)?,
            other: row.get(5)?,
            owner_role: row.get(6)?,
            owner: row.get(7)?,
            created: row.get(8)?,
        })
    }
}

/// One page of open items, the oldest first, of one employer or of all.
pub fn items(tx: &mut Tx<'_>, only: Option<OrganisationId>, limit: u32, skip: u32) -> Result<Vec<ItemRow>, StoreError> {
    tx.all(
        "SELECT w.id, w.kind, w.summary, e.name, p.given_name || ' ' || p.family_name, q.given_name || ' ' || q.family_name,
                w.owner_role, COALESCE(o.name, e.name), w.created_us
         FROM worklist_item w
         JOIN organisation e ON e.partnership_id = w.partnership_id AND e.id = w.employer_id
         LEFT JOIN organisation o ON o.partnership_id = w.partnership_id AND o.id = w.owner_organisation_id
         LEFT JOIN person p ON p.partnership_id = w.partnership_id AND p.id = w.person_id
         LEFT JOIN person q ON q.partnership_id = w.partnership_id AND q.id = w.other_person_id
         WHERE w.partnership_id = $1 AND w.state = 'open' AND w.employer_id = COALESCE($2, w.employer_id)
         ORDER BY w.created_us, w.id LIMIT $3 OFFSET $4",
        p![tx.partnership(), only, limit, skip],
    )
}

/// People with an open item; a row without a person counts as one of its own.
pub fn unclear_people(tx: &mut Tx<'_>, only: Option<OrganisationId>) -> Result<u64, StoreError> {
    let (n,): (u32,) = tx.one(
        "SELECT COUNT(DISTINCT COALESCE(person_id, id)) FROM worklist_item
         WHERE partnership_id = $1 AND state = 'open' AND employer_id = COALESCE($2, employer_id)",
        p![tx.partnership(), only],
    )?;
    Ok(u64::from(n))
}

/// Kind, count, owner's role, owner, when the oldest came.
pub type TaskRow = (String, u32, String, String, Timestamp);

/// Open items by kind and owner, most first.
pub fn tasks(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<TaskRow>, StoreError> {
    tx.all(
        "SELECT w.kind, COUNT(*), w.owner_role, o.name, MIN(w.created_us) FROM worklist_item w
         JOIN organisation o ON o.partnership_id = w.partnership_id AND o.id = w.owner_organisation_id
         WHERE w.partnership_id = $1 AND w.state = 'open' GROUP BY w.kind, w.owner_role, o.name ORDER BY 2 DESC, 1, 4 LIMIT $2",
        p![tx.partnership(), limit],
    )
}
