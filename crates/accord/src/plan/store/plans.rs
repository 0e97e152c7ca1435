//! The plan's own tables.

use crate::base::db::{FromRow, Row, Sql, StoreError, Tx};
use crate::base::ids::{BatchId, CampaignId, OrganisationId, PersonId, PlanId, SlotId};
use crate::plan::proposal::{Saved, State};
use crate::plan::words::Figures;

macro_rules! plan_columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, campaign_id, number, state, people, placed, most_people, value, bound, assumed_rota,
             assumed_address, batch_id, done_through, refused FROM plan ",
            $rest
        )
    };
}

impl FromRow for Saved {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let state: String = r.get(3)?;
        let count = |at| r.get::<i64>(at).map(i64::unsigned_abs);
        Ok(Self {
            id: r.get(0)?,
            campaign: r.get(1)?,
            number: r.get(2)?,
            state: State::parse(&state).ok_or_else(|| StoreError::shape(3, "a state"))?,
            figures: Figures {
                people: count(4)?,
                placed: count(5)?,
                most_people: count(6)?,
                value: r.get(7)?,
                bound: r.get(8)?,
            },
            assumed_rota: r.get(9)?,
            assumed_address: r.get(10)?,
            batch: r.get(11)?,
            done_through: r.get(12)?,
            refused: count(13)?,
        })
    }
}

/// One plan; `lock` holds its row until the transaction ends, so that two cannot publish it at once.
pub fn by_id(tx: &mut Tx<'_>, plan: PlanId, lock: bool) -> Result<Option<Saved>, StoreError> {
    let locked = Sql::Each {
        lite: plan_columns!("WHERE partnership_id = $1 AND id = $2"),
        pg: plan_columns!("WHERE partnership_id = $1 AND id = $2 FOR UPDATE"),
    };
    let plain = Sql::Same(plan_columns!("WHERE partnership_id = $1 AND id = $2"));
    tx.maybe(if lock { locked } else { plain }, p![tx.partnership(), plan])
}

/// A campaign's plan by its number.
pub fn by_number(tx: &mut Tx<'_>, campaign: CampaignId, number: u32) -> Result<Option<Saved>, StoreError> {
    tx.maybe(
        plan_columns!("WHERE partnership_id = $1 AND campaign_id = $2 AND number = $3"),
        p![tx.partnership(), campaign, number],
    )
}

/// A campaign's newest plan in a state.
pub fn latest(tx: &mut Tx<'_>, campaign: CampaignId, state: State) -> Result<Option<Saved>, StoreError> {
    tx.maybe(
        plan_columns!("WHERE partnership_id = $1 AND campaign_id = $2 AND state = $3 ORDER BY number DESC LIMIT 1"),
        p![tx.partnership(), campaign, state.word()],
    )
}

/// Every plan in a state, of any campaign.
pub fn in_state(tx: &mut Tx<'_>, state: State) -> Result<Vec<Saved>, StoreError> {
    tx.all(
        plan_columns!("WHERE partnership_id = $1 AND state = $2 ORDER BY campaign_id, number"),
        p![tx.partnership(), state.word()],
    )
}

/// A campaign's newest plan that was not given up.
pub fn newest(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Option<Saved>, StoreError> {
    tx.maybe(
        plan_columns!(
            "WHERE partnership_id = $1 AND campaign_id = $2 AND state <> 'abandoned' ORDER BY number DESC LIMIT 1"
        ),
        p![tx.partnership(), campaign],
    )
}

/// The number the campaign's next plan has.
pub fn next_number(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<u32, StoreError> {
    let (number,): (u32,) = tx.one(
        "SELECT COALESCE(MAX(number), 0) + 1 FROM plan WHERE partnership_id = $1 AND campaign_id = $2",
        p![tx.partnership(), campaign],
    )?;
    Ok(number)
}

/// Writes a new plan's row.
pub fn insert(tx: &mut Tx<'_>, plan: &Saved, problem_hash: &str) -> Result<(), StoreError> {
    let f = plan.figures;
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    tx.run(
        "INSERT INTO plan (partnership_id, id, campaign_id, number, state, problem_hash, people, placed, most_people, value,
           bound, assumed_rota, assumed_address, refused, created_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14)",
        p![
            tx.partnership(),
            plan.id,
            plan.campaign,
            plan.number,
            plan.state.word(),
            problem_hash,
            count(f.people),
            count(f.placed),
            count(f.most_people),
            f.value,
            f.bound,
            plan.assumed_rota,
            plan.assumed_address,
            tx.now()
        ],
    )?;
    Ok(())
}

/// Gives up the campaign's proposals: a later one takes their place.
pub fn abandon_proposals(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<u64, StoreError> {
    tx.run(
        "UPDATE plan SET state = 'abandoned' WHERE partnership_id = $1 AND campaign_id = $2 AND state = 'proposal'",
        p![tx.partnership(), campaign],
    )
}

/// Writes what the plan gives: person, number of the appointment from 1, slot.
pub fn insert_picks(tx: &mut Tx<'_>, plan: PlanId, picks: &[(PersonId, u16, SlotId)]) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<_> =
        picks.iter().map(|(person, n, slot)| p![partnership, plan, *person, *n, *slot].to_vec()).collect();
    tx.run_many(
        "INSERT INTO plan_pick (partnership_id, plan_id, person_id, appointment, slot_id) VALUES ($1, $2, $3, $4, $5)",
        &rows,
    )?;
    Ok(())
}

/// Writes whom the plan leaves out: person, reason, sentence.
pub fn insert_unplaced(
    tx: &mut Tx<'_>,
    plan: PlanId,
    unplaced: &[(PersonId, &'static str, String)],
) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<_> =
        unplaced.iter().map(|(person, code, said)| p![partnership, plan, *person, *code, *said].to_vec()).collect();
    tx.run_many(
        "INSERT INTO plan_unplaced (partnership_id, plan_id, person_id, reason, sentence) VALUES ($1, $2, $3, $4, $5)",
        &rows,
    )?;
    Ok(())
}

/// Takes a person's picks out of the plan.
pub fn delete_picks(tx: &mut Tx<'_>, plan: PlanId, person: PersonId) -> Result<(), StoreError> {
    tx.run(
        "DELETE FROM plan_pick WHERE partnership_id = $1 AND plan_id = $2 AND person_id = $3",
        p![tx.partnership(), plan, person],
    )?;
    Ok(())
}

/// Keeps one of the plan's files.
pub fn insert_file(tx: &mut Tx<'_>, plan: PlanId, kind: &str, bytes: &[u8]) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO plan_file (partnership_id, plan_id, kind, bytes) VALUES ($1, $2, $3, $4)",
        p![tx.partnership(), plan, kind, bytes],
    )?;
    Ok(())
}

/// One of the plan's files: "problem", "plan" or "proof".
pub fn file(tx: &mut Tx<'_>, plan: PlanId, kind: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<(Vec<u8>,)> = tx.maybe(
        "SELECT bytes FROM plan_file WHERE partnership_id = $1 AND plan_id = $2 AND kind = $3",
        p![tx.partnership(), plan, kind],
    )?;
    Ok(found.map(|(bytes,)| bytes))
}

/// How many people the plan leaves out for each reason, most first.
pub fn reasons(tx: &mut Tx<'_>, plan: PlanId) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all(
        "SELECT reason, COUNT(*) FROM plan_unplaced WHERE partnership_id = $1 AND plan_id = $2
         GROUP BY reason ORDER BY COUNT(*) DESC, reason",
        p![tx.partnership(), plan],
    )
}

/// Whom the plan leaves out: person, reason, sentence; by person.
pub fn unplaced(tx: &mut Tx<'_>, plan: PlanId) -> Result<Vec<(PersonId, String, String)>, StoreError> {
    tx.all(
        "SELECT person_id, reason, sentence FROM plan_unplaced WHERE partnership_id = $1 AND plan_id = $2 ORDER BY person_id",
        p![tx.partnership(), plan],
    )
}

/// What the plan gives the next `people` after `after`, in the order of ids: person, appointment, slot.
pub fn picks_after(
    tx: &mut Tx<'_>,
    plan: PlanId,
    after: Option<PersonId>,
    people: u32,
) -> Result<Vec<(PersonId, u16, SlotId)>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let next: Vec<(PersonId,)> = tx.all(
        "SELECT DISTINCT person_id FROM plan_pick WHERE partnership_id = $1 AND plan_id = $2 AND person_id > $3
         ORDER BY person_id LIMIT $4",
        p![tx.partnership(), plan, after, people],
    )?;
    let Some((last,)) = next.last() else { return Ok(Vec::new()) };
    tx.all(
        "SELECT person_id, appointment, slot_id FROM plan_pick
         WHERE partnership_id = $1 AND plan_id = $2 AND person_id > $3 AND person_id <= $4 ORDER BY person_id, appointment",
        p![tx.partnership(), plan, after, last],
    )
}

/// Publishing begins, into this batch.
pub fn begin_publishing(tx: &mut Tx<'_>, plan: PlanId, batch: BatchId) -> Result<(), StoreError> {
    tx.run(
        "UPDATE plan SET state = 'publishing', batch_id = $1 WHERE partnership_id = $2 AND id = $3",
        p![batch, tx.partnership(), plan],
    )?;
    Ok(())
}

/// Everybody up to `through` has been dealt with, `refused` more of them refused.
pub fn advance(tx: &mut Tx<'_>, plan: PlanId, through: PersonId, refused: usize) -> Result<(), StoreError> {
    tx.run(
        "UPDATE plan SET done_through = $1, refused = refused + $2 WHERE partnership_id = $3 AND id = $4",
        p![through, refused, tx.partnership(), plan],
    )?;
    Ok(())
}

/// Closes a plan as published or abandoned.
pub fn close(tx: &mut Tx<'_>, plan: PlanId, state: State) -> Result<(), StoreError> {
    let published = (state == State::Published).then_some(tx.now());
    tx.run(
        "UPDATE plan SET state = $1, published_us = $2 WHERE partnership_id = $3 AND id = $4",
        p![state.word(), published, tx.partnership(), plan],
    )?;
    Ok(())
}

/// How many people with a course in the plan stand at or before `through`.
pub fn done(tx: &mut Tx<'_>, plan: PlanId, through: Option<PersonId>) -> Result<u64, StoreError> {
    let Some(through) = through else { return Ok(0) };
    let (count,): (i64,) = tx.one(
        "SELECT COUNT(DISTINCT person_id) FROM plan_pick WHERE partnership_id = $1 AND plan_id = $2 AND person_id <= $3",
        p![tx.partnership(), plan, through],
    )?;
    Ok(count.unsigned_abs())
}

/// Whom the plan leaves out, whose offer still waits and who has not booked a part of the course meanwhile; each with the
/// reason's code, by person.
pub fn unplaced_and_waiting(
    tx: &mut Tx<'_>,
    plan: PlanId,
    campaign: CampaignId,
) -> Result<Vec<(PersonId, String)>, StoreError> {
    tx.all(
        "SELECT u.person_id, u.reason FROM plan_unplaced u
         JOIN offer o ON o.partnership_id = u.partnership_id AND o.person_id = u.person_id AND o.campaign_id = $3
         WHERE u.partnership_id = $1 AND u.plan_id = $2 AND o.state IN ('waiting', 'unplaced')
           AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.partnership_id = o.partnership_id AND b.person_id = o.person_id
             AND b.campaign_id = o.campaign_id AND b.live = 1)
         ORDER BY u.person_id",
        p![tx.partnership(), plan, campaign],
    )
}

/// Whose campaign lead owns the unplaced: the integrated care board, else the first host, by code.
pub fn lead_organisation(tx: &mut Tx<'_>) -> Result<Option<OrganisationId>, StoreError> {
    let found: Option<(OrganisationId,)> = tx.maybe(
        "SELECT id FROM organisation WHERE partnership_id = $1
         ORDER BY CASE WHEN kind = 'icb' THEN 0 ELSE 1 END, is_host DESC, code LIMIT 1",
        p![tx.partnership()],
    )?;
    Ok(found.map(|(id,)| id))
}
