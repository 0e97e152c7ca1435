//! Worklist items.

use super::super::worklist::{DUE_DAYS, Filter, Item, ItemKind, OWNER_ROLE, Open};
use super::change::INSERT_ITEM;
use crate::base::clock::london_date;
use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::{OrganisationId, PersonId, WorklistItem, WorklistItemId};
use jiff::ToSpan;
use std::collections::HashSet;

macro_rules! item_columns {
    () => {
        "w.id, w.kind, w.employer_id, w.person_id, w.other_person_id, w.import_id, w.row_number, w.summary, w.owner_role, \
         w.owner_organisation_id, w.due_on, w.outcome, w.created_us"
    };
}

impl FromRow for Item {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let kind: String = row.get(1)?;
        let number: Option<i64> = row.get(6)?;
        Ok(Self {
            id: row.get(0)?,
            kind: ItemKind::from_word(&kind).ok_or_else(|| StoreError::shape(1, "a kind of item"))?,
            employer: row.get(2)?,
            person: row.get(3)?,
            other: row.get(4)?,
            import: row.get(5)?,
            row: number.and_then(|n| u32::try_from(n).ok()),
            summary: row.get(7)?,
            owner_role: row.get(8)?,
            owner_organisation: row.get(9)?,
            due_on: row.get(10)?,
            outcome: row.get(11)?,
            created: row.get(12)?,
        })
    }
}

/// One item, open or done (a done one has an outcome).
pub fn item_by_id(tx: &mut Tx<'_>, id: WorklistItemId) -> Result<Option<Item>, StoreError> {
    tx.maybe(
        concat!("SELECT ", item_columns!(), " FROM worklist_item w WHERE w.partnership_id = $1 AND w.id = $2"),
        p![tx.partnership(), id],
    )
}

/// Open items, the oldest first.
pub fn open_items(tx: &mut Tx<'_>, filter: &Filter, limit: u32) -> Result<Vec<Open>, StoreError> {
    let now = tx.now();
    let mut open = Vec::new();
    tx.each(
        concat!(
            "SELECT ",
            item_columns!(),
            ", o.name, o.contact_name FROM worklist_item w
             JOIN organisation o ON o.partnership_id = w.partnership_id AND o.id = w.employer_id
             WHERE w.partnership_id = $1 AND w.state = 'open' AND w.employer_id = COALESCE($2, w.employer_id)
               AND w.kind = COALESCE($3, w.kind)
               AND ($4 = '' OR w.person_id = $4 OR w.other_person_id = $4)
             ORDER BY w.id LIMIT $5"
        ),
        p![
            tx.partnership(),
            filter.employer,
            filter.kind.map(ItemKind::word),
            filter.person.map(|person| person.to_string()).unwrap_or_default(),
            limit
        ],
        |row| {
            let item = Item::from_row(row)?;
            let age_us = now.as_microsecond() - item.created.as_microsecond();
            let days = u32::try_from(age_us / 86_400_000_000).unwrap_or(0);
            open.push(Open { item, employer_name: row.get(13)?, contact_name: row.get(14)?, days });
            Ok(())
        },
    )?;
    Ok(open)
}

/// How many items are open, by kind.
pub fn open_counts(tx: &mut Tx<'_>, employer: Option<OrganisationId>) -> Result<Vec<(ItemKind, u32)>, StoreError> {
    let counts: Vec<(String, u32)> = tx.all(
        "SELECT kind, COUNT(*) FROM worklist_item WHERE partnership_id = $1 AND state = 'open'
         AND employer_id = COALESCE($2, employer_id) GROUP BY kind ORDER BY kind",
        p![tx.partnership(), employer],
    )?;
    Ok(counts.into_iter().filter_map(|(kind, count)| Some((ItemKind::from_word(&kind)?, count))).collect())
}

/// An open item about a person, of a pair about the later record.
pub type OpenKind = (PersonId, ItemKind, WorklistItemId);

/// Open items by the person they are about, in the order of their making: what a planner must know before it offers.
pub fn open_kinds(tx: &mut Tx<'_>) -> Result<Vec<OpenKind>, StoreError> {
    let mut kinds = Vec::new();
    tx.each(
        "SELECT person_id, kind, id FROM worklist_item
         WHERE partnership_id = $1 AND state = 'open' AND person_id IS NOT NULL ORDER BY id",
        p![tx.partnership()],
        |row| {
            let kind: String = row.get(1)?;
            let kind = ItemKind::from_word(&kind).ok_or_else(|| StoreError::shape(1, "a kind of item"))?;
            kinds.push((row.get(0)?, kind, row.get(2)?));
            Ok(())
        },
    )?;
    Ok(kinds)
}

/// People who must get no offer while it is open whether they are somebody else: the later records of open pairs.
pub fn set_aside(tx: &mut Tx<'_>) -> Result<HashSet<PersonId>, StoreError> {
    Ok(open_kinds(tx)?.into_iter().filter(|(_, kind, _)| kind.is_pair()).map(|(person, ..)| person).collect())
}

/// Closes an open item.
pub fn close_item(tx: &mut Tx<'_>, id: WorklistItemId, outcome: &str) -> Result<(), StoreError> {
    let by = format!("{}:{}", tx.who().role, tx.who().id);
    tx.run(
        "UPDATE worklist_item SET state = 'done', outcome = $3, done_by = $4, done_us = $5
         WHERE partnership_id = $1 AND id = $2 AND state = 'open'",
        p![tx.partnership(), id, outcome, by, tx.now()],
    )?;
    Ok(())
}

/// True where an item about these two was made before, open or done.
pub fn pair_exists(tx: &mut Tx<'_>, one: PersonId, other: PersonId) -> Result<bool, StoreError> {
    let (count,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM worklist_item WHERE partnership_id = $1
         AND ((person_id = $2 AND other_person_id = $3) OR (person_id = $3 AND other_person_id = $2))",
        p![tx.partnership(), one, other],
    )?;
    Ok(count > 0)
}

/// Opens a possible duplicate outside any list: `person` may be `other`, who was known before.
pub fn open_pair(
    tx: &mut Tx<'_>,
    employer: OrganisationId,
    person: PersonId,
    other: PersonId,
    summary: &str,
) -> Result<(), StoreError> {
    let id = tx.id::<WorklistItem>();
    let due = london_date(tx.now()).saturating_add(DUE_DAYS.days());
    let (partnership, now) = (tx.partnership(), tx.now());
    tx.run(
        INSERT_ITEM,
        &[
            partnership.param(),
            id.param(),
            Param::Text(ItemKind::PossibleDuplicate.word()),
            employer.param(),
            person.param(),
            other.param(),
            Param::Null,
            Param::Null,
            Param::Null,
            Param::Text(summary),
            Param::Text(OWNER_ROLE),
            due.param(),
            now.param(),
        ],
    )?;
    Ok(())
}
