//! SQL over offers.

use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::{CampaignId, OrganisationId, PersonId};
use crate::campaign::offer::{Change, Offer, OfferState, Owner};
use jiff::civil::Date;
use std::collections::HashMap;

impl FromRow for Offer {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            campaign: row.get(0)?,
            person: row.get(1)?,
            employer: row.get(2)?,
            state: row.get(3)?,
            reason: row.get(4)?,
            owner: Owner { role: row.get(5)?, organisation: row.get(6)? },
            next_on: row.get(7)?,
            evidence: row.get(8)?,
            version: row.get(9)?,
        })
    }
}

/// One offer.
pub fn one(tx: &mut Tx<'_>, campaign: CampaignId, person: PersonId) -> Result<Option<Offer>, StoreError> {
    tx.maybe(
        "SELECT campaign_id, person_id, employer_id, state, reason, owner_role, owner_organisation_id, next_on,
           evidence, version
         FROM offer WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3",
        p![tx.partnership(), campaign, person],
    )
}

/// The state of one.
pub fn state(tx: &mut Tx<'_>, campaign: CampaignId, person: PersonId) -> Result<Option<OfferState>, StoreError> {
    let row: Option<(OfferState,)> = tx.maybe(
        "SELECT state FROM offer WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3",
        p![tx.partnership(), campaign, person],
    )?;
    Ok(row.map(|(state,)| state))
}

/// The states of all.
pub fn states(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<HashMap<PersonId, OfferState>, StoreError> {
    let rows: Vec<(PersonId, OfferState)> = tx.all(
        "SELECT person_id, state FROM offer WHERE partnership_id = $1 AND campaign_id = $2",
        p![tx.partnership(), campaign],
    )?;
    Ok(rows.into_iter().collect())
}

/// Writes changes that were checked.
pub fn write(tx: &mut Tx<'_>, campaign: CampaignId, changes: &[Change]) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let rows: Vec<Vec<Param<'_>>> = changes
        .iter()
        .map(|c| {
            vec![
                partnership.param(),
                campaign.param(),
                c.person.param(),
                c.to.param(),
                c.reason.param(),
                c.owner.as_ref().map_or(Param::Null, |o| Param::Text(&o.role)),
                c.owner.as_ref().map_or(Param::Null, |o| o.organisation.param()),
                c.next.filter(|_| !c.to.closes()).map_or(Param::Null, |d| Param::Made(d.to_string())),
                c.evidence.param(),
                now.param(),
            ]
        })
        .collect();
    tx.run_many(
        "UPDATE offer SET state = $4, reason = $5, owner_role = COALESCE($6, owner_role),
           owner_organisation_id = COALESCE($7, owner_organisation_id), next_on = $8, evidence = $9,
           version = version + 1, changed_us = $10
         WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3",
        &rows,
    )?;
    Ok(())
}

/// Writes new offers.
pub fn insert(tx: &mut Tx<'_>, offers: &[Offer]) -> Result<(), StoreError> {
    let (partnership, now) = (tx.partnership(), tx.now());
    let rows: Vec<Vec<Param<'_>>> = offers
        .iter()
        .map(|o| {
            vec![
                partnership.param(),
                o.campaign.param(),
                o.person.param(),
                o.employer.param(),
                o.state.param(),
                o.reason.param(),
                o.owner.role.param(),
                o.owner.organisation.param(),
                o.next_on.map_or(Param::Null, |d| Param::Made(d.to_string())),
                o.evidence.param(),
                now.param(),
            ]
        })
        .collect();
    tx.run_many(
        "INSERT INTO offer (partnership_id, campaign_id, person_id, employer_id, state, reason, owner_role,
           owner_organisation_id, next_on, evidence, version, changed_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11)",
        &rows,
    )?;
    Ok(())
}

/// Somebody active who has no offer yet.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// The employer of the main employment, those that go on first.
    pub employer: OrganisationId,
    /// False where every employment has ended.
    pub employed: bool,
}

/// Active people with an employment and no offer in a campaign, by id.
pub fn without_offer(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<Candidate>, StoreError> {
    let mut found: Vec<Candidate> = Vec::new();
    tx.each(
        "SELECT q.id, e.employer_id, e.state FROM person q
         JOIN employment e ON e.partnership_id = q.partnership_id AND e.person_id = q.id
         LEFT JOIN offer o ON o.partnership_id = q.partnership_id AND o.campaign_id = $2 AND o.person_id = q.id
         WHERE q.partnership_id = $1 AND q.state = 'active' AND o.person_id IS NULL
         ORDER BY q.id, CASE WHEN e.state = 'left' THEN 1 ELSE 0 END, e.is_primary DESC, e.id",
        p![tx.partnership(), campaign],
        |row| {
            let person: PersonId = row.get(0)?;
            if found.last().is_none_or(|last| last.person != person) {
                let employed = row.get::<String>(2)? != "left";
                found.push(Candidate { person, employer: row.get(1)?, employed });
            }
            Ok(())
        },
    )?;
    Ok(found)
}

/// An open worklist item that keeps somebody from being planned.
#[derive(Debug, Clone)]
pub struct Unclear {
    /// Whom.
    pub person: PersonId,
    /// Its kind.
    pub kind: String,
    /// Who settles it: the role ...
    pub owner_role: String,
    /// ... and whose.
    pub owner_organisation: OrganisationId,
    /// By when.
    pub due_on: Date,
}

impl FromRow for Unclear {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            person: row.get(0)?,
            kind: row.get(1)?,
            owner_role: row.get(2)?,
            owner_organisation: row.get(3)?,
            due_on: row.get(4)?,
        })
    }
}

/// Who is kept from being planned and why. Of two who may be one, only the later: ids sort by time of making.
pub fn unclear(tx: &mut Tx<'_>, birth_needed: bool) -> Result<Vec<Unclear>, StoreError> {
    tx.all(
        "SELECT CASE WHEN other_person_id IS NOT NULL AND other_person_id > person_id THEN other_person_id
             ELSE person_id END,
           kind, owner_role, owner_organisation_id, due_on
         FROM worklist_item
         WHERE partnership_id = $1 AND state = 'open' AND person_id IS NOT NULL
           AND (kind = 'possible_duplicate' OR (kind = 'no_date_of_birth' AND CAST($2 AS BIGINT) = 1))
         ORDER BY id DESC",
        p![tx.partnership(), birth_needed],
    )
}

/// How many offers stand where.
pub fn counts(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<(OfferState, i64)>, StoreError> {
    tx.all(
        "SELECT state, COUNT(*) FROM offer WHERE partnership_id = $1 AND campaign_id = $2 GROUP BY state ORDER BY state",
        p![tx.partnership(), campaign],
    )
}

/// Active people with an employment without an offer in an open campaign that has offers, and offers of
/// active people that nobody looks at again.
pub fn lost(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    let (missing,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM campaign c JOIN person q ON q.partnership_id = c.partnership_id
         LEFT JOIN offer o ON o.partnership_id = c.partnership_id AND o.campaign_id = c.id AND o.person_id = q.id
         WHERE c.partnership_id = $1 AND c.state = 'open' AND q.state = 'active' AND o.person_id IS NULL
           AND EXISTS (SELECT 1 FROM employment e WHERE e.partnership_id = q.partnership_id AND e.person_id = q.id)
           AND EXISTS (SELECT 1 FROM offer x WHERE x.partnership_id = c.partnership_id AND x.campaign_id = c.id)",
        p![tx.partnership()],
    )?;
    let (ownerless,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM offer o
         JOIN campaign c ON c.partnership_id = o.partnership_id AND c.id = o.campaign_id AND c.state = 'open'
         JOIN person q ON q.partnership_id = o.partnership_id AND q.id = o.person_id AND q.state = 'active'
         LEFT JOIN organisation g ON g.partnership_id = o.partnership_id AND g.id = o.owner_organisation_id
         WHERE o.partnership_id = $1 AND (
           o.owner_role IN ('', 'system') OR g.id IS NULL OR g.contact_name = ''
           OR (o.state IN ('declined', 'had_elsewhere', 'completed', 'left') AND COALESCE(o.evidence, '') = '')
           OR (o.state NOT IN ('declined', 'had_elsewhere', 'completed', 'left') AND o.next_on IS NULL))",
        p![tx.partnership()],
    )?;
    Ok(missing + ownerless)
}
