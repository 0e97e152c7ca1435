//! SQL over campaigns and their rules.

use crate::base::db::{FromRow, Param, Row, StoreError, ToParam, Tx};
use crate::base::ids::CampaignId;
use crate::campaign::course::{Appointment, Interval};
use crate::campaign::rules::{Campaign, CampaignProduct, Group, NewCampaign};

/// Writes a campaign with its rules, open.
pub fn insert(tx: &mut Tx<'_>, id: CampaignId, new: &NewCampaign) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO campaign (partnership_id, id, name, programme, purpose, starts_on, ends_on, age_min, cover_percent,
           travel_minutes_max, silence, state, lead_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12)",
        p![
            tx.partnership(),
            id,
            new.name,
            new.programme,
            new.purpose,
            new.starts_on,
            new.ends_on,
            new.age_min,
            new.cover_percent,
            new.travel_minutes_max,
            new.silence,
            new.lead
        ],
    )?;
    insert_rules(tx, id, new)
}

fn insert_rules(tx: &mut Tx<'_>, id: CampaignId, new: &NewCampaign) -> Result<(), StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<Vec<Param<'_>>> = new
        .appointments
        .iter()
        .map(|a| {
            let (first, last) = (a.first_on.param(), a.last_on.param());
            vec![partnership.param(), id.param(), a.number.param(), a.name.param(), first, last]
        })
        .collect();
    tx.run_many(
        "INSERT INTO campaign_appointment (partnership_id, campaign_id, number, name, first_on, last_on)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &rows,
    )?;
    let rows: Vec<Vec<Param<'_>>> = new
        .products
        .iter()
        .map(|p| {
            let Interval { min, max, ideal } = &p.interval;
            vec![partnership.param(), id.param(), p.product.param(), min.param(), max.param(), ideal.param()]
        })
        .collect();
    tx.run_many(
        "INSERT INTO campaign_product (partnership_id, campaign_id, product_id, interval_min, interval_max, interval_ideal)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &rows,
    )?;
    let rows: Vec<Vec<Param<'_>>> = new
        .groups
        .iter()
        .map(|g| {
            let (wait, unplaced) = (g.wait_cost.param(), g.unplaced_cost.param());
            vec![partnership.param(), id.param(), g.number.param(), g.name.param(), wait, unplaced]
        })
        .collect();
    tx.run_many(
        "INSERT INTO campaign_group (partnership_id, campaign_id, number, name, wait_cost, unplaced_cost)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &rows,
    )?;
    Ok(())
}

impl FromRow for Campaign {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            open: row.get::<String>(11)? == "open",
            rules: NewCampaign {
                name: row.get(1)?,
                programme: row.get(2)?,
                purpose: row.get(3)?,
                starts_on: row.get(4)?,
                ends_on: row.get(5)?,
                age_min: row.get(6)?,
                cover_percent: row.get(7)?,
                travel_minutes_max: row.get(8)?,
                silence: row.get(9)?,
                lead: row.get(10)?,
                appointments: Vec::new(),
                products: Vec::new(),
                groups: Vec::new(),
            },
        })
    }
}

impl FromRow for Appointment {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { number: row.get(0)?, name: row.get(1)?, first_on: row.get(2)?, last_on: row.get(3)? })
    }
}

impl FromRow for CampaignProduct {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        let interval = Interval { min: row.get(1)?, max: row.get(2)?, ideal: row.get(3)? };
        Ok(Self { product: row.get(0)?, interval })
    }
}

impl FromRow for Group {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self { number: row.get(0)?, name: row.get(1)?, wait_cost: row.get(2)?, unplaced_cost: row.get(3)? })
    }
}

/// A campaign with its rules.
pub fn load(tx: &mut Tx<'_>, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    let found: Option<Campaign> = tx.maybe(
        "SELECT id, name, programme, purpose, starts_on, ends_on, age_min, cover_percent, travel_minutes_max, silence,
           lead_id, state
         FROM campaign WHERE partnership_id = $1 AND id = $2",
        p![tx.partnership(), id],
    )?;
    let Some(mut campaign) = found else { return Ok(None) };
    campaign.rules.appointments = tx.all(
        "SELECT number, name, first_on, last_on FROM campaign_appointment
         WHERE partnership_id = $1 AND campaign_id = $2 ORDER BY number",
        p![tx.partnership(), id],
    )?;
    campaign.rules.products = tx.all(
        "SELECT product_id, interval_min, interval_max, interval_ideal FROM campaign_product
         WHERE partnership_id = $1 AND campaign_id = $2 ORDER BY product_id",
        p![tx.partnership(), id],
    )?;
    campaign.rules.groups = tx.all(
        "SELECT number, name, wait_cost, unplaced_cost FROM campaign_group
         WHERE partnership_id = $1 AND campaign_id = $2 ORDER BY number",
        p![tx.partnership(), id],
    )?;
    Ok(Some(campaign))
}

/// All campaigns, the latest start first.
pub fn ids(tx: &mut Tx<'_>) -> Result<Vec<CampaignId>, StoreError> {
    let rows: Vec<(CampaignId,)> =
        tx.all("SELECT id FROM campaign WHERE partnership_id = $1 ORDER BY starts_on DESC, id", p![tx.partnership()])?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
