//! Campaigns: a run's rules as validated data.

use super::course::{Appointment, Interval, stuck_at};
use super::refusal::CampaignRefusal;
use super::store::campaign as store;
use crate::base::audit;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{Campaign as CampaignKind, CampaignId, OrganisationId, ProductId};
use crate::base::outbox;
use crate::clinic::product;
use crate::partnership::organisation;
use crate::partnership::words::stored_words;
use jiff::civil::Date;
use std::collections::HashSet;

stored_words! {
    /// What it means when nobody answers.
    Silence, "what silence means" {
        /// The appointment stands: the person is seen if they come.
        Keep = "keep",
        /// It is released 48 hours before.
        Release = "release",
    }
}

/// A product of a campaign with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignProduct {
    /// Which.
    pub product: ProductId,
    /// Between one appointment and the next.
    pub interval: Interval,
}

/// A priority group and what it weighs in a plan, in person-minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// From 1; the number employments carry.
    pub number: i64,
    /// For people.
    pub name: String,
    /// For each day of waiting; at most 10,000.
    pub wait_cost: i64,
    /// For staying unplaced; at most 250,000.
    pub unplaced_cost: i64,
}

/// A campaign's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCampaign {
    /// For people.
    pub name: String,
    /// What it is a run of.
    pub programme: String,
    /// Word for word what agreements must be for.
    pub purpose: String,
    /// Whose campaign lead owns what nobody else does; none: each employer's contact does.
    pub lead: Option<OrganisationId>,
    /// First day.
    pub starts_on: Date,
    /// Last day, inclusive.
    pub ends_on: Date,
    /// Lowest age in years on the day; nought: none, and no date of birth is needed.
    pub age_min: i64,
    /// At most this share of a team away at one time, percent.
    pub cover_percent: i64,
    /// Longest way to a clinic, minutes.
    pub travel_minutes_max: i64,
    /// What it means when nobody answers.
    pub silence: Silence,
    /// The course, in order.
    pub appointments: Vec<Appointment>,
    /// What can be given.
    pub products: Vec<CampaignProduct>,
    /// Priority groups.
    pub groups: Vec<Group>,
}

/// A campaign that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Which.
    pub id: CampaignId,
    /// False once closed.
    pub open: bool,
    /// Its rules.
    pub rules: NewCampaign,
}

impl Campaign {
    /// The interval of a product; none where the campaign does not give it.
    pub fn interval(&self, product: ProductId) -> Option<Interval> {
        self.rules.products.iter().find(|p| p.product == product).map(|p| p.interval)
    }
}

/// Creates a campaign, open.
pub fn create(tx: &mut Tx<'_>, new: &NewCampaign) -> Result<CampaignId, Stop<CampaignRefusal>> {
    validate(new).map_err(Stop::Refused)?;
    let known: HashSet<ProductId> = product::all(tx)?.into_iter().map(|p| p.id).collect();
    for (at, p) in new.products.iter().enumerate() {
        if !known.contains(&p.product) {
            let place = format!("products[{}]", at + 1);
            return Err(Stop::Refused(wrong(place, p.product, "a product of this partnership")));
        }
    }
    if let Some(lead) = new.lead
        && organisation::by_id(tx, lead)?.is_none()
    {
        return Err(Stop::Refused(wrong("lead".into(), lead, "an organisation of this partnership")));
    }
    let id = tx.id::<CampaignKind>();
    store::insert(tx, id, new)?;
    outbox::append(tx, "campaign_created", &id.to_string(), "{}")?;
    let done = audit::Done {
        organisation: new.lead,
        verb: "create",
        noun: "campaign",
        noun_id: id.to_string(),
        detail: "{}".into(),
    };
    audit::record(tx, &done)?;
    Ok(id)
}

/// The campaign of an id.
pub fn load(tx: &mut Tx<'_>, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    store::load(tx, id)
}

/// All campaigns, the latest start first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Campaign>, StoreError> {
    let mut found = Vec::new();
    for id in store::ids(tx)? {
        found.extend(store::load(tx, id)?);
    }
    Ok(found)
}

/// Says whether the rules make sense; the first fault in the order of the fields.
pub fn validate(new: &NewCampaign) -> Result<(), CampaignRefusal> {
    for (place, text) in [("name", &new.name), ("programme", &new.programme), ("purpose", &new.purpose)] {
        if text.trim().is_empty() {
            return Err(wrong(place.into(), "", "a text"));
        }
    }
    if new.ends_on < new.starts_on {
        let wanted = format!("{} or later, when the campaign starts", new.starts_on);
        return Err(wrong("ends_on".into(), new.ends_on, wanted));
    }
    within("age_min", new.age_min, 0, 120)?;
    within("cover_percent", new.cover_percent, 1, 100)?;
    within("travel_minutes_max", new.travel_minutes_max, 1, 600)?;
    appointments(new)?;
    products(new)?;
    groups(new)
}

fn appointments(new: &NewCampaign) -> Result<(), CampaignRefusal> {
    if new.appointments.is_empty() || new.appointments.len() > 8 {
        return Err(wrong("appointments".into(), new.appointments.len(), "1 to 8 appointments"));
    }
    for (at, a) in new.appointments.iter().enumerate() {
        let place = |field| format!("appointments[{}].{field}", at + 1);
        if a.number != at as i64 + 1 {
            return Err(wrong(place("number"), a.number, format!("{}: appointments count from 1", at + 1)));
        }
        if a.name.trim().is_empty() {
            return Err(wrong(place("name"), "", "a text"));
        }
        if a.first_on < new.starts_on {
            return Err(wrong(
                place("first_on"),
                a.first_on,
                format!("{} or later: the campaign's start", new.starts_on),
            ));
        }
        if a.last_on < a.first_on {
            return Err(wrong(place("last_on"), a.last_on, format!("{} or later: its first day", a.first_on)));
        }
        if a.last_on > new.ends_on {
            return Err(wrong(place("last_on"), a.last_on, format!("{} or earlier: the campaign's end", new.ends_on)));
        }
    }
    Ok(())
}

fn products(new: &NewCampaign) -> Result<(), CampaignRefusal> {
    if new.products.is_empty() || new.products.len() > 16 {
        return Err(wrong("products".into(), new.products.len(), "1 to 16 products"));
    }
    let mut seen = HashSet::new();
    for (at, p) in new.products.iter().enumerate() {
        let place = |field: &str| format!("products[{}]{field}", at + 1);
        if !seen.insert(p.product) {
            return Err(wrong(place(""), p.product, "each product once"));
        }
        let Interval { min, max, ideal } = p.interval;
        if min < 1 || max > 3_650 {
            return Err(wrong(place(".interval"), format!("{min}-{max}"), "1 to 3,650 days"));
        }
        if max < min {
            return Err(wrong(place(".interval.max"), max, format!("{min} or more: the fewest days")));
        }
        if ideal < min || ideal > max {
            return Err(wrong(place(".interval.ideal"), ideal, format!("{min} to {max}")));
        }
        if let Some(after) = stuck_at(&new.appointments, p.interval) {
            let find = |number| new.appointments.iter().find(|a| a.number == number).cloned().map(Box::new);
            if let (Some(before), Some(after)) = (find(after - 1), find(after)) {
                let place = place(".interval");
                return Err(CampaignRefusal::IntervalCannotFit { place, interval: p.interval, before, after });
            }
        }
    }
    Ok(())
}

fn groups(new: &NewCampaign) -> Result<(), CampaignRefusal> {
    if new.groups.is_empty() {
        return Err(wrong("groups".into(), 0, "at least one priority group"));
    }
    let mut seen = HashSet::new();
    for (at, g) in new.groups.iter().enumerate() {
        let place = |field: &str| format!("groups[{}].{field}", at + 1);
        if !(1..=99).contains(&g.number) || !seen.insert(g.number) {
            return Err(wrong(place("number"), g.number, "1 to 99, each once"));
        }
        if g.name.trim().is_empty() {
            return Err(wrong(place("name"), "", "a text"));
        }
        within(&place("wait_cost"), g.wait_cost, 0, 10_000)?;
        within(&place("unplaced_cost"), g.unplaced_cost, 0, 250_000)?;
    }
    Ok(())
}

fn within(place: &str, value: i64, low: i64, high: i64) -> Result<(), CampaignRefusal> {
    if (low..=high).contains(&value) { Ok(()) } else { Err(wrong(place.into(), value, format!("{low} to {high}"))) }
}

fn wrong(place: String, seen: impl ToString, wanted: impl Into<String>) -> CampaignRefusal {
    CampaignRefusal::Value { place, seen: seen.to_string(), wanted: wanted.into() }
}
