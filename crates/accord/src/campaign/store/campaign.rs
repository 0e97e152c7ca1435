//! SQL over campaigns and their rules.

use crate::base::db::{FromRow, Row, StoreError, Tx};
use crate::base::ids::CampaignId;
use crate::campaign::{Appointment, Campaign, Group, Interval, Silence};

/// Writes a campaign with its course, products and groups.
pub fn insert(tx: &mut Tx<'_>, c: &Campaign) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO campaign (partnership_id, id, name, programme, purpose, starts_on, ends_on, age_min, cover_percent,
           travel_minutes_max, silence, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        p![
            tx.partnership(),
            c.id,
            c.name,
            c.programme,
            c.purpose,
            c.starts_on,
            c.ends_on,
            c.age_min,
            c.cover_percent,
            c.travel_minutes_max,
            c.silence.word(),
            if c.open { "open" } else { "closed" }
        ],
    )?;
    for a in &c.appointments {
        tx.run(
            "INSERT INTO campaign_appointment (partnership_id, campaign_id, number, name, first_on, last_on)
             VALUES ($1, $2, $3, $4, $5, $6)",
            p![tx.partnership(), c.id, a.number, a.name, a.first_on, a.last_on],
        )?;
    }
    for p in &c.products {
        tx.run(
            "INSERT INTO campaign_product (partnership_id, campaign_id, product_id, interval_min, interval_max, interval_ideal)
             VALUES ($1, $2, $3, $4, $5, $6)",
            p![tx.partnership(), c.id, p.product, p.min_days, p.max_days, p.ideal_days],
        )?;
    }
    for g in &c.groups {
        tx.run(
            "INSERT INTO campaign_group (partnership_id, campaign_id, number, name, wait_cost, unplaced_cost)
             VALUES ($1, $2, $3, $4, $5, $6)",
            p![tx.partnership(), c.id, g.number, g.name, g.wait_cost, g.unplaced_cost],
        )?;
    }
    Ok(())
}

struct Head(Campaign);

impl FromRow for Head {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        let (silence, state): (String, String) = (r.get(9)?, r.get(10)?);
        Ok(Self(Campaign {
            id: r.get(0)?,
            name: r.get(1)?,
            programme: r.get(2)?,
            purpose: r.get(3)?,
            starts_on: r.get(4)?,
            ends_on: r.get(5)?,
            age_min: r.get(6)?,
            cover_percent: r.get(7)?,
            travel_minutes_max: r.get(8)?,
            silence: Silence::parse(&silence).ok_or_else(|| StoreError::shape(9, "what silence means"))?,
            open: state == "open",
            appointments: Vec::new(),
            products: Vec::new(),
            groups: Vec::new(),
        }))
    }
}

impl FromRow for Appointment {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { number: r.get(1)?, name: r.get(2)?, first_on: r.get(3)?, last_on: r.get(4)? })
    }
}

impl FromRow for Interval {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { product: r.get(2)?, min_days: r.get(1)?, max_days: r.get(5)?, ideal_days: r.get(6)? })
    }
}

impl FromRow for Group {
    fn from_row(r: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { number: r.get(1)?, name: r.get(2)?, wait_cost: r.get(5)?, unplaced_cost: r.get(6)? })
    }
}

/// A campaign with all its rules.
pub fn load(tx: &mut Tx<'_>, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    let head: Option<Head> = tx.maybe(
        "SELECT id, name, programme, purpose, starts_on, ends_on, age_min, cover_percent, travel_minutes_max, silence, state
         FROM campaign WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id],
    )?;
    let Some(Head(mut campaign)) = head else { return Ok(None) };
    // In one statement: every booking asks for them. What is sorted costs more than to sort it here.
    tx.each(
        "SELECT 1, number, name, first_on, last_on, 0, 0 FROM campaign_appointment WHERE partnership_id = $1 AND campaign_id = $2
         UNION ALL SELECT 2, interval_min, product_id, '', '', interval_max, interval_ideal FROM campaign_product
           WHERE partnership_id = $1 AND campaign_id = $2
         UNION ALL SELECT 3, number, name, '', '', wait_cost, unplaced_cost FROM campaign_group
           WHERE partnership_id = $1 AND campaign_id = $2",
        p![tx.partnership(), id],
        |r| {
            match r.get::<i64>(0)? {
                1 => campaign.appointments.push(Appointment::from_row(r)?),
                2 => campaign.products.push(Interval::from_row(r)?),
                _ => campaign.groups.push(Group::from_row(r)?),
            }
            Ok(())
        },
    )?;
    campaign.appointments.sort_by_key(|appointment| appointment.number);
    campaign.products.sort_by_key(|interval| interval.product);
    campaign.groups.sort_by_key(|group| group.number);
    Ok(Some(campaign))
}

/// Every campaign's id and name, the newest first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<(CampaignId, String)>, StoreError> {
    tx.all(
        "SELECT id, name FROM campaign WHERE partnership_id = $1 ORDER BY starts_on DESC, id DESC",
        p![tx.partnership()],
    )
}

/// The open campaigns.
pub fn open(tx: &mut Tx<'_>) -> Result<Vec<(CampaignId,)>, StoreError> {
    tx.all("SELECT id FROM campaign WHERE partnership_id = $1 AND state = 'open' ORDER BY id", p![tx.partnership()])
}
