//! What is unclear.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{OrganisationId, WorklistItemId};
use crate::partnership::store::named::with_names;
use jiff::Timestamp;
use jiff::civil::Date;

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

/// Open items by kind, of one employer or of all.
pub fn kinds(tx: &mut Tx<'_>, only: Option<OrganisationId>) -> Result<Vec<(String, u32)>, StoreError> {
    tx.all(
        "SELECT kind, COUNT(*) FROM worklist_item
         WHERE partnership_id = $1 AND state = 'open' AND employer_id = COALESCE($2, employer_id) GROUP BY kind ORDER BY 2 DESC, 1",
        p![tx.partnership(), only],
    )
}

/// Which open items: of one employer or of all, of a kind ("" for any), of employers whose name is like this.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub only: Option<OrganisationId>,
    pub kind: String,
    pub like: String,
}

/// How many open items are wanted.
pub fn items_count(tx: &mut Tx<'_>, wanted: &Wanted) -> Result<u64, StoreError> {
    let (n,): (u32,) = tx.one(
        with_names!(
            "SELECT COUNT(*) FROM worklist_item w JOIN named e ON e.id = w.employer_id
         WHERE w.partnership_id = $1 AND w.state = 'open' AND w.employer_id = COALESCE($2, w.employer_id)
           AND ($3 = '' OR w.kind = $3) AND LOWER(e.name) LIKE $4 ESCAPE '!'"
        ),
        p![tx.partnership(), wanted.only, wanted.kind, wanted.like],
    )?;
    Ok(u64::from(n))
}

/// One page of the open items wanted, the oldest first.
pub fn items(tx: &mut Tx<'_>, wanted: &Wanted, limit: u32, skip: u32) -> Result<Vec<ItemRow>, StoreError> {
    tx.all(
        with_names!(
            "SELECT w.id, w.kind, w.summary, e.name, p.given_name || ' ' || p.family_name, q.given_name || ' ' || q.family_name,
                w.owner_role, COALESCE(o.name, e.name), w.created_us
         FROM worklist_item w
         JOIN named e ON e.id = w.employer_id
         LEFT JOIN named o ON o.id = w.owner_organisation_id
         LEFT JOIN person p ON p.partnership_id = w.partnership_id AND p.id = w.person_id
         LEFT JOIN person q ON q.partnership_id = w.partnership_id AND q.id = w.other_person_id
         WHERE w.partnership_id = $1 AND w.state = 'open' AND w.employer_id = COALESCE($2, w.employer_id)
           AND ($3 = '' OR w.kind = $3) AND LOWER(e.name) LIKE $4 ESCAPE '!'
         ORDER BY w.created_us, w.id LIMIT $5 OFFSET $6"
        ),
        p![tx.partnership(), wanted.only, wanted.kind, wanted.like, limit, skip],
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

/// Kind, count, owner's role, how many owners, the first of them by name, when the oldest came, how many are overdue.
pub type TaskRow = (String, u32, String, u32, String, Timestamp, u32);

/// Open items by kind, most first.
pub fn tasks(tx: &mut Tx<'_>, today: Date) -> Result<Vec<TaskRow>, StoreError> {
    tx.all(
        with_names!(
            "SELECT w.kind, COUNT(*), w.owner_role, COUNT(DISTINCT o.id), MIN(o.name), MIN(w.created_us),
                CAST(SUM(CASE WHEN w.due_on < $2 THEN 1 ELSE 0 END) AS BIGINT)
         FROM worklist_item w JOIN named o ON o.id = w.owner_organisation_id
         WHERE w.partnership_id = $1 AND w.state = 'open' GROUP BY w.kind, w.owner_role ORDER BY 2 DESC, 1"
        ),
        p![tx.partnership(), today],
    )
}

/// Lists taken, lists to review, employers without a list taken.
pub fn lists(tx: &mut Tx<'_>) -> Result<(u32, u32, u32), StoreError> {
    tx.one(
        "SELECT (SELECT COUNT(*) FROM import WHERE partnership_id = $1 AND state = 'committed'),
                (SELECT COUNT(*) FROM import WHERE partnership_id = $1 AND state = 'review'),
                (SELECT COUNT(*) FROM organisation o WHERE o.partnership_id = $1 AND o.is_employer = 1 AND NOT EXISTS (
                  SELECT 1 FROM import i WHERE i.partnership_id = $1 AND i.employer_id = o.id AND i.state = 'committed'))",
        p![tx.partnership()],
    )
}

/// Agreements in force on a day, and of these the ones that end before another.
pub fn agreements(tx: &mut Tx<'_>, today: Date, soon: Date) -> Result<(u32, u32), StoreError> {
    tx.one(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN until_date < $3 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM agreement
         WHERE partnership_id = $1 AND superseded = 0 AND state = 'in_force' AND until_date >= $2",
        p![tx.partnership(), today, soon],
    )
}
