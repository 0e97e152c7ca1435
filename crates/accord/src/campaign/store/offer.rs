//! SQL over offers.

use crate::base::db::{Param, StoreError, ToParam, Tx};
use crate::base::ids::{CampaignId, OrganisationId, PersonId};
use crate::campaign::offer::{Standing, State};
use jiff::civil::Date;

/// Opens an offer for every active person who has none and a current employment. People with an
/// open worklist item that stands in the way start unclear, due when the item is.
pub fn open_offers(tx: &mut Tx<'_>, campaign: CampaignId, needs_age: bool, next_on: Date) -> Result<u64, StoreError> {
    tx.run(
        "INSERT INTO offer (partnership_id, campaign_id, person_id, employer_id, state, reason, owner_role,
           owner_organisation_id, next_on, evidence, version, changed_us)
         SELECT p.partnership_id, CAST($2 AS TEXT), p.id, e.employer_id,
           CASE WHEN w.person_id IS NULL THEN 'waiting' ELSE 'unclear' END, w.kind, 'employer_contact', e.employer_id,
           CASE WHEN w.person_id IS NULL THEN CAST($4 AS TEXT) ELSE w.due_on END, NULL, 1, $5
         FROM person p
         JOIN (
           SELECT partnership_id, person_id, MIN(id) AS id FROM employment
           WHERE state <> 'left' AND is_primary = 1 GROUP BY partnership_id, person_id
         ) f ON f.partnership_id = p.partnership_id AND f.person_id = p.id
         JOIN employment e ON e.partnership_id = f.partnership_id AND e.person_id = p.id AND e.id = f.id
         LEFT JOIN (
           SELECT partnership_id, person_id, MIN(kind) AS kind, MIN(due_on) AS due_on FROM worklist_item
           WHERE state = 'open' AND (kind IN ('possible_duplicate', 'nhs_number_clash') OR (kind = 'no_date_of_birth' AND $3 = 1))
           GROUP BY partnership_id, person_id
         ) w ON w.partnership_id = p.partnership_id AND w.person_id = p.id
         WHERE p.partnership_id = $1 AND p.state = 'active'
           AND NOT EXISTS (SELECT 1 FROM offer o WHERE o.partnership_id = p.partnership_id AND o.campaign_id = $2 AND o.person_id = p.id)",
        p![tx.partnership(), campaign, i64::from(needs_age), next_on, tx.now()],
    )
}

/// Unclear people for whom nothing is open any more turn waiting.
pub fn reopen_clear(tx: &mut Tx<'_>, campaign: CampaignId, needs_age: bool, next_on: Date) -> Result<u64, StoreError> {
    tx.run(
        "UPDATE offer SET state = 'waiting', reason = NULL, next_on = $4, version = version + 1, changed_us = $5
         WHERE partnership_id = $1 AND campaign_id = $2 AND state = 'unclear' AND NOT EXISTS (
           SELECT 1 FROM worklist_item w WHERE w.partnership_id = offer.partnership_id AND w.person_id = offer.person_id
           AND w.state = 'open' AND (w.kind IN ('possible_duplicate', 'nhs_number_clash') OR (w.kind = 'no_date_of_birth' AND $3 = 1)))",
        p![tx.partnership(), campaign, i64::from(needs_age), next_on, tx.now()],
    )
}

/// Where a person stands; none: they are not in the campaign.
pub fn offer_state(tx: &mut Tx<'_>, campaign: CampaignId, person: PersonId) -> Result<Option<State>, StoreError> {
    let state: Option<(String,)> = tx.maybe(
        "SELECT state FROM offer WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3",
        p![tx.partnership(), campaign, person],
    )?;
    Ok(state.and_then(|(word,)| State::parse(&word)))
}

/// Closes the offer of somebody who left the cohort with nothing booked, not even a part of the course; false where something
/// is, or it was closed. What a batch that nobody sees yet holds for them is given back when it settles.
pub fn leave(tx: &mut Tx<'_>, campaign: CampaignId, person: PersonId, evidence: &str) -> Result<bool, StoreError> {
    let moved = tx.run(
        "UPDATE offer SET state = 'left', reason = NULL, owner_role = 'employer_contact', owner_organisation_id = employer_id,
           next_on = NULL, evidence = $4, version = version + 1, changed_us = $5
         WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3 AND state IN ('waiting', 'unclear', 'unplaced')
           AND NOT EXISTS (SELECT 1 FROM booking b
             LEFT JOIN booking_batch t ON t.partnership_id = b.partnership_id AND t.id = b.batch_id
             LEFT JOIN attendance a ON a.partnership_id = b.partnership_id AND a.booking_id = b.id
             WHERE b.partnership_id = offer.partnership_id AND b.person_id = offer.person_id
               AND b.campaign_id = offer.campaign_id AND b.live = 1 AND (t.id IS NULL OR t.state = 'live')
               AND COALESCE(a.outcome, '') <> 'given')",
        p![tx.partnership(), campaign, person, evidence, tx.now()],
    )?;
    Ok(moved > 0)
}

/// Everybody whose offer is closed because they left.
pub fn people_who_left(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<PersonId>, StoreError> {
    let rows: Vec<(PersonId,)> = tx.all(
        "SELECT person_id FROM offer WHERE partnership_id = $1 AND campaign_id = $2 AND state = 'left' ORDER BY person_id",
        p![tx.partnership(), campaign],
    )?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}

/// Sets offers, of each person one. The owner's organisation is the person's employer.
pub fn set_offers(tx: &mut Tx<'_>, all: &[(CampaignId, PersonId, Standing)]) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let mut rows: Vec<Vec<Param<'_>>> = Vec::with_capacity(all.len());
    for (campaign, person, to) in all {
        rows.push(vec![
            partnership.param(),
            campaign.param(),
            person.param(),
            to.state.word().param(),
            to.reason.param(),
            to.owner_role.param(),
            to.next_on.param(),
            to.evidence.param(),
            now.param(),
        ]);
    }
    let sql =
        "UPDATE offer SET state = $4, reason = $5, owner_role = $6, owner_organisation_id = employer_id, next_on = $7,
           evidence = $8, version = version + 1, changed_us = $9
         WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3";
    if rows.len() == 1 { tx.note_many(sql, &rows) } else { tx.touch_each(sql, &rows).map(drop) }
}

/// Sets many offers to assigned; those that were closed stay so.
pub fn assign_many(tx: &mut Tx<'_>, campaign: CampaignId, people: &[(PersonId, Date)]) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let rows: Vec<_> = people
        .iter()
        .map(|(person, date)| vec![partnership.param(), campaign.param(), person.param(), date.param(), now.param()])
        .collect();
    tx.run_many(
        "UPDATE offer SET state = 'assigned', reason = NULL, owner_role = 'employer_contact', owner_organisation_id = employer_id,
           next_on = $4, evidence = NULL, version = version + 1, changed_us = $5
         WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3
           AND state NOT IN ('declined', 'had_elsewhere', 'completed', 'left')",
        &rows,
    )?;
    Ok(())
}

/// Sets many offers to unplaced, each with its reason; `lead` owns them. Only who waits can be unplaced; how many were.
pub fn unplaced_many(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    people: &[(PersonId, String)],
    lead: OrganisationId,
    next_on: Date,
) -> Result<u64, StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let rows: Vec<_> = people
        .iter()
        .map(|(person, reason)| {
            let fixed = [partnership.param(), campaign.param(), person.param(), reason.param()];
            [&fixed[..], &[lead.param(), next_on.param(), now.param()][..]].concat()
        })
        .collect();
    tx.run_many(
        "UPDATE offer SET state = 'unplaced', reason = $4, owner_role = 'campaign_lead', owner_organisation_id = $5,
           next_on = $6, evidence = NULL, version = version + 1, changed_us = $7
         WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3 AND state IN ('waiting', 'unplaced')",
        &rows,
    )
}

/// Sets one open offer to waiting, owned by the campaign lead: the integrated care board's, else the first host's, by code.
pub fn wait_for_lead(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    person: PersonId,
    reason: &str,
    next_on: Date,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE offer SET state = 'waiting', reason = $4, owner_role = 'campaign_lead', next_on = $5, evidence = NULL,
           owner_organisation_id = COALESCE((SELECT g.id FROM organisation g WHERE g.partnership_id = $1
             ORDER BY CASE WHEN g.kind = 'icb' THEN 0 ELSE 1 END, g.is_host DESC, g.code LIMIT 1), employer_id),
           version = version + 1, changed_us = $6
         WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3
           AND state NOT IN ('declined', 'had_elsewhere', 'completed', 'left')",
        p![tx.partnership(), campaign, person, reason, next_on, tx.now()],
    )?;
    Ok(())
}

/// How many offers stand in each state.
pub fn offer_counts(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<(State, u64)>, StoreError> {
    let rows: Vec<(String, i64)> = tx.all(
        "SELECT state, COUNT(*) FROM offer WHERE partnership_id = $1 AND campaign_id = $2 GROUP BY state ORDER BY state",
        p![tx.partnership(), campaign],
    )?;
    rows.into_iter()
        .map(|(state, n)| Ok((State::parse(&state).ok_or_else(|| StoreError::shape(0, "a state"))?, n.unsigned_abs())))
        .collect()
}
