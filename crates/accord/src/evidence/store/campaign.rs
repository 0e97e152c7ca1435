//! Where a campaign stands: counts, days, reasons, and who has no place.
//!
//! A booking of a batch that is not live yet is seen by nobody, here neither.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{CampaignId, OrganisationId, PlanId};
use crate::partnership::store::named::with_names;
use jiff::civil::Date;

/// The campaign that pages are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignRow {
    pub id: CampaignId,
    pub name: String,
    pub starts: Date,
    pub ends: Date,
}

impl FromRow for CampaignRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { id: row.get(0)?, name: row.get(1)?, starts: row.get(2)?, ends: row.get(3)? })
    }
}

/// The open campaign that began last.
pub fn current(tx: &mut Tx<'_>) -> Result<Option<CampaignRow>, StoreError> {
    tx.maybe(
        "SELECT id, name, starts_on, ends_on FROM campaign WHERE partnership_id = $1
         ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, starts_on DESC, id LIMIT 1",
        p![tx.partnership()],
    )
}

/// First and last day of each appointment of the course.
pub fn windows(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<(Date, Date)>, StoreError> {
    tx.all(
        "SELECT first_on, last_on FROM campaign_appointment WHERE partnership_id = $1 AND campaign_id = $2 ORDER BY number",
        p![tx.partnership(), campaign],
    )
}

/// How many people are on the lists.
pub fn on_lists(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let (n,): (u32,) =
        tx.one("SELECT COUNT(*) FROM person WHERE partnership_id = $1 AND state = 'active'", p![tx.partnership()])?;
    Ok(u64::from(n))
}

/// Offers by employer and state.
pub fn offers(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<(OrganisationId, String, u32)>, StoreError> {
    tx.all(
        "SELECT employer_id, state, COUNT(*) FROM offer WHERE partnership_id = $1 AND campaign_id = $2
         GROUP BY employer_id, state ORDER BY employer_id, state",
        p![tx.partnership(), campaign],
    )
}

/// How many people wait because they said nothing.
pub fn unanswered(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<u64, StoreError> {
    let (count,): (i64,) = tx.one(
        "SELECT COUNT(*) FROM offer WHERE partnership_id = $1 AND campaign_id = $2 AND state = 'waiting'
         AND reason IN ('unanswered', 'no_answer')",
        p![tx.partnership(), campaign],
    )?;
    Ok(count.unsigned_abs())
}

/// Reports of a dose had elsewhere that are to be decided, and people in line for a place that comes free.
pub fn reports_and_line(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<(u32, u32), StoreError> {
    tx.one(
        "SELECT (SELECT COUNT(*) FROM elsewhere WHERE partnership_id = $1 AND campaign_id = $2 AND state = 'open'),
           (SELECT COUNT(*) FROM waiting WHERE partnership_id = $1 AND campaign_id = $2 AND closed_us IS NULL)",
        p![tx.partnership(), campaign],
    )
}

/// Live bookings by day.
pub fn booked_by_day(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<(Date, u32)>, StoreError> {
    tx.all(
        "SELECT b.date, COUNT(*) FROM booking b
         LEFT JOIN booking_batch k ON k.partnership_id = b.partnership_id AND k.id = b.batch_id
         WHERE b.partnership_id = $1 AND b.campaign_id = $2 AND b.live = 1 AND (b.batch_id IS NULL OR k.state = 'live')
         GROUP BY b.date ORDER BY b.date",
        p![tx.partnership(), campaign],
    )
}

/// Site, its name, day, places taken, places there; between two days.
pub fn site_days(tx: &mut Tx<'_>, from: Date, until: Date) -> Result<Vec<(String, Date, u32, u32)>, StoreError> {
    tx.all(
        "SELECT s.name, l.date, CAST(SUM(l.taken) AS BIGINT), CAST(SUM(l.capacity) AS BIGINT) FROM slot l
         JOIN site s ON s.partnership_id = l.partnership_id AND s.id = l.site_id
         WHERE l.partnership_id = $1 AND l.date >= $2 AND l.date <= $3 GROUP BY s.id, s.name, l.date ORDER BY s.name, l.date",
        p![tx.partnership(), from, until],
    )
}

/// The plan that counts: the one published last, else the newest proposal.
#[derive(Debug, Clone)]
pub struct PlanRow {
    pub id: PlanId,
    pub number: u32,
    pub state: String,
    pub people: u32,
    pub placed: u32,
    pub most_people: u32,
    pub assumed_rota: u32,
    pub assumed_address: u32,
    pub created_us: i64,
    pub value: i64,
    pub bound: i64,
}

impl PlanRow {
    /// How many people more any plan could place at most: proved with the plan.
    pub fn people_left(&self) -> u64 {
        u64::from(self.most_people.saturating_sub(self.placed))
    }
}

impl FromRow for PlanRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            number: row.get(1)?,
            state: row.get(2)?,
            people: row.get(3)?,
            placed: row.get(4)?,
            most_people: row.get(5)?,
            assumed_rota: row.get(6)?,
            assumed_address: row.get(7)?,
            created_us: row.get(8)?,
            value: row.get(9)?,
            bound: row.get(10)?,
        })
    }
}

pub fn plan(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Option<PlanRow>, StoreError> {
    tx.maybe(
        "SELECT id, number, state, people, placed, most_people, assumed_rota, assumed_address, created_us, value, bound FROM plan
         WHERE partnership_id = $1 AND campaign_id = $2 AND state <> 'abandoned'
         ORDER BY CASE WHEN state = 'proposal' THEN 1 ELSE 0 END, number DESC LIMIT 1",
        p![tx.partnership(), campaign],
    )
}

/// The plan that the plan's page is about: the newest that was not given up.
pub fn newest_plan(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Option<PlanRow>, StoreError> {
    tx.maybe(
        "SELECT id, number, state, people, placed, most_people, assumed_rota, assumed_address, created_us, value, bound FROM plan
         WHERE partnership_id = $1 AND campaign_id = $2 AND state <> 'abandoned' ORDER BY number DESC LIMIT 1",
        p![tx.partnership(), campaign],
    )
}

/// Reason code and people of a plan's unplaced, most first.
pub fn plan_reasons(tx: &mut Tx<'_>, plan: PlanId) -> Result<Vec<(String, u32)>, StoreError> {
    tx.all(
        "SELECT reason, COUNT(*) FROM plan_unplaced WHERE partnership_id = $1 AND plan_id = $2
         GROUP BY reason ORDER BY 2 DESC, 1",
        p![tx.partnership(), plan],
    )
}

/// Reason code and people of the offers that are unplaced now, most first.
pub fn reasons(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<(String, u32)>, StoreError> {
    tx.all(
        "SELECT COALESCE(reason, ''), COUNT(*) FROM offer
         WHERE partnership_id = $1 AND campaign_id = $2 AND state = 'unplaced' GROUP BY COALESCE(reason, '') ORDER BY 2 DESC, 1",
        p![tx.partnership(), campaign],
    )
}

/// Home or else work postcode of everybody unplaced.
pub fn unplaced_postcodes(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<(Option<String>,)>, StoreError> {
    tx.all(
        "SELECT COALESCE(p.home_postcode, w.postcode) FROM offer o
         JOIN person p ON p.partnership_id = o.partnership_id AND p.id = o.person_id
         LEFT JOIN organisation w ON w.partnership_id = o.partnership_id AND w.id = o.employer_id
         WHERE o.partnership_id = $1 AND o.campaign_id = $2 AND o.state = 'unplaced'",
        p![tx.partnership(), campaign],
    )
}

/// Somebody without a place: name, employer, postcode, reason code, sentence.
pub type Unplaced = (String, String, Option<String>, String, Option<String>);

/// Which of them: of a reason ("" for any), whose employer or postcode is `like`.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub reason: String,
    pub like: String,
}

/// How many without a place are wanted.
pub fn unplaced_count(tx: &mut Tx<'_>, campaign: CampaignId, wanted: &Wanted) -> Result<u64, StoreError> {
    let (n,): (u32,) = tx.one(
        with_names!(
            "SELECT COUNT(*) FROM offer o
         JOIN person p ON p.partnership_id = o.partnership_id AND p.id = o.person_id
         JOIN named w ON w.id = o.employer_id
         WHERE o.partnership_id = $1 AND o.campaign_id = $2 AND o.state = 'unplaced' AND ($3 = '' OR o.reason = $3)
           AND LOWER(w.name || ' ' || COALESCE(p.home_postcode, w.postcode, '')) LIKE $4 ESCAPE '!'"
        ),
        p![tx.partnership(), campaign, wanted.reason, wanted.like],
    )?;
    Ok(u64::from(n))
}

/// One page of those without a place.
pub fn unplaced(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    wanted: &Wanted,
    limit: u32,
    skip: u32,
) -> Result<Vec<Unplaced>, StoreError> {
    tx.all(
        with_names!(
            "SELECT COALESCE(p.preferred_name, p.given_name) || ' ' || p.family_name, w.name, COALESCE(p.home_postcode, w.postcode),
                COALESCE(o.reason, ''),
                (SELECT u.sentence FROM plan_unplaced u JOIN plan l ON l.partnership_id = u.partnership_id AND l.id = u.plan_id
                 WHERE u.partnership_id = o.partnership_id AND u.person_id = o.person_id AND l.campaign_id = o.campaign_id
                 ORDER BY l.number DESC LIMIT 1)
         FROM offer o
         JOIN person p ON p.partnership_id = o.partnership_id AND p.id = o.person_id
         JOIN named w ON w.id = o.employer_id
         WHERE o.partnership_id = $1 AND o.campaign_id = $2 AND o.state = 'unplaced' AND ($3 = '' OR o.reason = $3)
           AND LOWER(w.name || ' ' || COALESCE(p.home_postcode, w.postcode, '')) LIKE $4 ESCAPE '!'
         ORDER BY w.name, p.family_name, p.id LIMIT $5 OFFSET $6"
        ),
        p![tx.partnership(), campaign, wanted.reason, wanted.like, limit, skip],
    )
}
