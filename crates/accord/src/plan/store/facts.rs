//! Reading everything a plan is made from. Run it in one snapshot: [`crate::base::db::Db::read_now`].

use crate::base::clock::london_date;
use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::{AllocationId, CampaignId, OrganisationId, PersonId, SiteId, TeamId};
use crate::partnership::matrix::Matrix;
use crate::plan::facts::{Facts, JobFacts, PersonFacts, Rules, SiteFacts, SlotFacts, StockFacts};
use accord_formats::AccessNeeds;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};

/// The open campaign that starts last, when there is one.
pub fn newest_campaign(tx: &mut Tx<'_>) -> Result<Option<CampaignId>, StoreError> {
    let found: Option<(CampaignId,)> = tx.maybe(
        "SELECT id FROM campaign WHERE partnership_id = $1 AND state = 'open' ORDER BY starts_on DESC, id LIMIT 1",
        p![tx.partnership()],
    )?;
    Ok(found.map(|(id,)| id))
}

/// The open campaign of this id or name.
pub fn campaign_named(tx: &mut Tx<'_>, text: &str) -> Result<Option<CampaignId>, StoreError> {
    let found: Option<(CampaignId,)> = tx.maybe(
        "SELECT id FROM campaign WHERE partnership_id = $1 AND state = 'open' AND (id = $2 OR name = $2) ORDER BY id LIMIT 1",
        p![tx.partnership(), text],
    )?;
    Ok(found.map(|(id,)| id))
}

/// Everything a plan of `campaign` is made from; none: there is no such open campaign.
pub fn facts(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Option<Facts>, StoreError> {
    let Some(rules) = rules(tx, campaign)? else { return Ok(None) };
    let today = london_date(tx.now());
    let facts = Facts {
        today,
        sites: sites(tx, &rules)?,
        slots: slots(tx, &rules)?,
        stock: stock(tx, &rules)?,
        permits: Matrix::load(tx, &rules.purpose)?,
        allocations: allocations(tx)?,
        cover: cover(tx, &rules, today)?,
        workplaces: workplaces(tx)?,
        travel: travel(tx)?,
        people: people(tx, campaign)?,
        busy: busy(tx, campaign, today)?,
        booked_already: booked_already(tx, campaign)?,
        rules,
    };
    Ok(Some(facts))
}

fn rules(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Option<Rules>, StoreError> {
    let head: Option<(String, u16, u16)> = tx.maybe(
        "SELECT purpose, age_min, travel_minutes_max FROM campaign WHERE partnership_id = $1 AND id = $2 AND state = 'open'",
        p![tx.partnership(), campaign],
    )?;
    let Some((purpose, age_min, travel_limit)) = head else { return Ok(None) };
    let windows = tx.all(
        "SELECT first_on, last_on FROM campaign_appointment WHERE partnership_id = $1 AND campaign_id = $2 ORDER BY number",
        p![tx.partnership(), campaign],
    )?;
    let products = tx.all(
        "SELECT product_id, interval_min, interval_max, interval_ideal FROM campaign_product
         WHERE partnership_id = $1 AND campaign_id = $2 ORDER BY product_id",
        p![tx.partnership(), campaign],
    )?;
    let groups = tx.all(
        "SELECT number, wait_cost, unplaced_cost FROM campaign_group
         WHERE partnership_id = $1 AND campaign_id = $2 ORDER BY number",
        p![tx.partnership(), campaign],
    )?;
    Ok(Some(Rules { campaign, purpose, age_min, travel_limit, windows, products, groups }))
}

fn sites(tx: &mut Tx<'_>, rules: &Rules) -> Result<Vec<SiteFacts>, StoreError> {
    tx.all(
        "SELECT id, name, postcode, access, slots_owner FROM site t
         WHERE partnership_id = $1 AND state = 'open' AND EXISTS (
           SELECT 1 FROM session s JOIN campaign_product c ON c.partnership_id = s.partnership_id AND c.product_id = s.product_id
           WHERE s.partnership_id = t.partnership_id AND s.site_id = t.id AND s.state = 'open' AND s.kind = 'booked' AND c.campaign_id = $2)
         ORDER BY id",
        p![tx.partnership(), rules.campaign],
    )
}

fn slots(tx: &mut Tx<'_>, rules: &Rules) -> Result<Vec<SlotFacts>, StoreError> {
    tx.all(
        "SELECT t.id, t.site_id, t.date, t.start_minute, t.product_id,
           CASE WHEN t.takes_new = 0 THEN 0 ELSE t.capacity - t.taken - t.kept_walk_in
             - CASE WHEN t.assisted_until_us > $3 THEN t.kept_assisted ELSE 0 END END
         FROM session s
         JOIN site i ON i.partnership_id = s.partnership_id AND i.id = s.site_id AND i.state = 'open'
         JOIN campaign_product c ON c.partnership_id = s.partnership_id AND c.product_id = s.product_id AND c.campaign_id = $2
         JOIN slot t ON t.partnership_id = s.partnership_id AND t.session_id = s.id
         WHERE s.partnership_id = $1 AND s.state = 'open' AND s.kind = 'booked' AND t.starts_us > $3
         ORDER BY t.site_id, t.date, t.product_id, t.start_minute, t.id",
        p![tx.partnership(), rules.campaign, tx.now()],
    )
}

fn stock(tx: &mut Tx<'_>, rules: &Rules) -> Result<Vec<StockFacts>, StoreError> {
    tx.all(
        "SELECT k.site_id, k.product_id, k.from_date, k.until_date, k.delivered - k.taken FROM stock k
         JOIN campaign_product c ON c.partnership_id = k.partnership_id AND c.product_id = k.product_id AND c.campaign_id = $2
         WHERE k.partnership_id = $1 ORDER BY k.site_id, k.product_id, k.from_date",
        p![tx.partnership(), rules.campaign],
    )
}

fn allocations(tx: &mut Tx<'_>) -> Result<HashMap<AllocationId, u32>, StoreError> {
    let rows: Vec<(AllocationId, u32)> = tx.all(
        "SELECT id, capacity - taken FROM allocation WHERE partnership_id = $1 AND capacity IS NOT NULL",
        p![tx.partnership()],
    )?;
    Ok(rows.into_iter().collect())
}

fn cover(tx: &mut Tx<'_>, rules: &Rules, today: Date) -> Result<BTreeMap<TeamId, Vec<(Date, u32)>>, StoreError> {
    let mut cover: BTreeMap<TeamId, Vec<(Date, u32)>> = BTreeMap::new();
    tx.each(
        "SELECT team_id, date, capacity - taken FROM team_day
         WHERE partnership_id = $1 AND campaign_id = $2 AND date >= $3 ORDER BY team_id, date",
        p![tx.partnership(), rules.campaign, today],
        |r| {
            cover.entry(r.get(0)?).or_default().push((r.get(1)?, r.get(2)?));
            Ok(())
        },
    )?;
    Ok(cover)
}

fn workplaces(tx: &mut Tx<'_>) -> Result<BTreeMap<OrganisationId, String>, StoreError> {
    let rows: Vec<(OrganisationId, String)> = tx.all(
        "SELECT id, postcode FROM organisation WHERE partnership_id = $1 AND postcode IS NOT NULL ORDER BY id",
        p![tx.partnership()],
    )?;
    Ok(rows.into_iter().collect())
}

fn travel(tx: &mut Tx<'_>) -> Result<HashMap<(String, String), u16>, StoreError> {
    let mut travel = HashMap::new();
    tx.each(
        "SELECT from_sector, to_sector, minutes FROM travel WHERE partnership_id = $1",
        p![tx.partnership()],
        |r| {
            travel.insert((r.get(0)?, r.get(1)?), r.get(2)?);
            Ok(())
        },
    )?;
    Ok(travel)
}

/// People waiting or unplaced who hold no booking of the campaign, each with the employment that booking takes too.
fn people(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<PersonFacts>, StoreError> {
    let mut people: Vec<PersonFacts> = Vec::new();
    tx.each(
        "SELECT o.person_id, o.employer_id, p.date_of_birth, p.home_postcode, p.access_needs,
           e.employer_id, e.team_id, e.work_postcode, e.rota, e.leave_dates, e.priority_group
         FROM offer o
         JOIN person p ON p.partnership_id = o.partnership_id AND p.id = o.person_id AND p.state = 'active'
         LEFT JOIN employment e ON e.partnership_id = o.partnership_id AND e.person_id = o.person_id AND e.state <> 'left'
         WHERE o.partnership_id = $1 AND o.campaign_id = $2 AND o.state IN ('waiting', 'unplaced')
           AND COALESCE(o.reason, '') NOT IN ('cancelled_by_person', 'unanswered')
           AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.partnership_id = o.partnership_id
             AND b.person_id = o.person_id AND b.campaign_id = o.campaign_id AND b.live = 1)
         ORDER BY o.person_id, e.is_primary DESC, e.id",
        p![tx.partnership(), campaign],
        |r| {
            let person = PersonFacts::from_row(r)?;
            // The first employment of each is the one that counts.
            if people.last().is_none_or(|last| last.id != person.id) {
                people.push(person);
            }
            Ok(())
        },
    )?;
    Ok(people)
}

fn busy(tx: &mut Tx<'_>, campaign: CampaignId, today: Date) -> Result<HashMap<PersonId, Vec<Date>>, StoreError> {
    let mut busy: HashMap<PersonId, Vec<Date>> = HashMap::new();
    tx.each(
        "SELECT person_id, date FROM booking WHERE partnership_id = $1 AND campaign_id <> $2 AND live = 1 AND date >= $3",
        p![tx.partnership(), campaign, today],
        |r| {
            busy.entry(r.get(0)?).or_default().push(r.get(1)?);
            Ok(())
        },
    )?;
    Ok(busy)
}

fn booked_already(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<u32, StoreError> {
    let (count,): (u32,) = tx.one(
        "SELECT COUNT(*) FROM offer o WHERE o.partnership_id = $1 AND o.campaign_id = $2 AND o.state IN ('waiting', 'unplaced')
         AND EXISTS (SELECT 1 FROM booking b WHERE b.partnership_id = o.partnership_id
           AND b.person_id = o.person_id AND b.campaign_id = o.campaign_id AND b.live = 1)",
        p![tx.partnership(), campaign],
    )?;
    Ok(count)
}

fn access(row: &Row<'_>, at: usize) -> Result<AccessNeeds, StoreError> {
    AccessNeeds::from_bits(row.get(at)?).ok_or_else(|| StoreError::shape(at, "access attributes"))
}

impl FromRow for SiteFacts {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let owner: String = r.get(4)?;
        Ok(Self {
            id: r.get::<SiteId>(0)?,
            name: r.get(1)?,
            postcode: r.get(2)?,
            access: access(r, 3)?,
            partner_owned: owner == "partner",
        })
    }
}

impl FromRow for SlotFacts {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: r.get(0)?,
            site: r.get(1)?,
            date: r.get(2)?,
            start_minute: r.get(3)?,
            product: r.get(4)?,
            // Where more is kept than is left, nothing is.
            places: u16::try_from(r.get::<i64>(5)?.max(0)).unwrap_or(u16::MAX),
        })
    }
}

impl FromRow for StockFacts {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { site: r.get(0)?, product: r.get(1)?, from: r.get(2)?, until: r.get(3)?, left: r.get(4)? })
    }
}

impl FromRow for PersonFacts {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let employer: Option<OrganisationId> = r.get(5)?;
        let job = match employer {
            None => None,
            Some(employer) => Some(JobFacts {
                employer,
                team: r.get(6)?,
                workplace: r.get(7)?,
                rota: r.get(8)?,
                leave: r.get(9)?,
                group: r.get(10)?,
            }),
        };
        Ok(Self { id: r.get(0)?, employer: r.get(1)?, born: r.get(2)?, home: r.get(3)?, needs: access(r, 4)?, job })
    }
}
