//! Two records of one person become one.

use super::super::person::Particulars;
use super::change::{UPDATE_PERSON, settle_primary};
use super::rows::written;
use crate::base::db::{StoreError, ToParam, Tx};
use crate::base::ids::PersonId;

/// True where the person has a booking that is not cancelled: asked before two records become one.
pub fn has_live_booking(tx: &mut Tx<'_>, person: PersonId) -> Result<bool, StoreError> {
    let (count,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM booking WHERE partnership_id = $1 AND person_id = $2 AND live = 1",
        p![tx.partnership(), person],
    )?;
    Ok(count > 0)
}

/// `gone` becomes `kept`, described by `after`: employments, rows and items move over. An item about the two of them is
/// done; an item that `kept` has of the same kind is not doubled.
pub fn merge(tx: &mut Tx<'_>, kept: PersonId, gone: PersonId, after: &Particulars) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    tx.run(
        "UPDATE person SET state = 'merged', merged_into = $3, version = version + 1 WHERE partnership_id = $1 AND id = $2",
        p![partnership, gone, kept],
    )?;
    let mut params = vec![partnership.param(), kept.param()];
    params.extend(written(after));
    tx.run(UPDATE_PERSON, &params)?;
    tx.run(
        "UPDATE employment SET person_id = $3, is_primary = 0, version = version + 1 WHERE partnership_id = $1 AND person_id = $2",
        p![partnership, gone, kept],
    )?;
    settle_primary(tx, &[kept])?;
    tx.run(
        "UPDATE import_row SET person_id = $3 WHERE partnership_id = $1 AND person_id = $2",
        p![partnership, gone, kept],
    )?;
    tx.run(
        "UPDATE worklist_item SET state = 'done', outcome = 'merged', done_us = $4 WHERE partnership_id = $1 AND state = 'open'
         AND ((person_id = $2 AND other_person_id = $3) OR (person_id = $3 AND other_person_id = $2))",
        p![partnership, gone, kept, tx.now()],
    )?;
    tx.run(
        "UPDATE worklist_item SET person_id = $3 WHERE partnership_id = $1 AND person_id = $2 AND state = 'open'",
        p![partnership, gone, kept],
    )?;
    tx.run(
        "UPDATE worklist_item SET other_person_id = $3 WHERE partnership_id = $1 AND other_person_id = $2 AND state = 'open'",
        p![partnership, gone, kept],
    )?;
    if after.date_of_birth.is_some() {
        tx.run(
            "UPDATE worklist_item SET state = 'done', outcome = 'merged', done_us = $3
             WHERE partnership_id = $1 AND person_id = $2 AND kind = 'no_date_of_birth' AND state = 'open'",
            p![partnership, kept, tx.now()],
        )?;
    }
    Ok(())
}
