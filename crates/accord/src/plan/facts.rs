//! Everything a plan is made from, as the store holds it at one instant. Plain data, read in one snapshot by
//! [`super::store::facts`]; [`super::problem::build`] turns it into a problem without asking the store again.

use crate::base::ids::{AllocationId, CampaignId, OrganisationId, PersonId, ProductId, SiteId, SlotId, TeamId};
use crate::partnership::matrix::Matrix;
use accord_formats::AccessNeeds;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};

/// The campaign's rules and everything they apply to.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The campaign's rules.
    pub rules: Rules,
    /// Today in London: nothing is planned before it.
    pub today: Date,
    /// Open sites with sessions in the campaign, by id.
    pub sites: Vec<SiteFacts>,
    /// Slots of open sessions at those sites that have not begun, full ones too, by (site, date, product, start, id).
    pub slots: Vec<SlotFacts>,
    /// Doses left, by (site, product, from).
    pub stock: Vec<StockFacts>,
    /// Who may use which site on which day, by the same choice as for a single booking.
    pub permits: Matrix,
    /// How much is left of allocations that have a limit.
    pub allocations: HashMap<AllocationId, u32>,
    /// Half-person units of absence left, by team and date.
    pub cover: BTreeMap<TeamId, Vec<(Date, u32)>>,
    /// Postcodes of the organisations, where known.
    pub workplaces: BTreeMap<OrganisationId, String>,
    /// Minutes by car between two postcode sectors, smaller sector first.
    pub travel: HashMap<(String, String), u16>,
    /// Everybody to be planned for, by id.
    pub people: Vec<PersonFacts>,
    /// Days on which a person has a booking of another campaign.
    pub busy: HashMap<PersonId, Vec<Date>>,
    /// People waiting who hold a live booking of this campaign already: not planned for, and counted.
    pub booked_already: u32,
}

/// A campaign's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Which campaign.
    pub campaign: CampaignId,
    /// What an agreement must be for.
    pub purpose: String,
    /// Lowest age in years; nought: none.
    pub age_min: u16,
    /// Longest way to a clinic, in minutes one way.
    pub travel_limit: u16,
    /// First and last day of each appointment of the course, in order.
    pub windows: Vec<(Date, Date)>,
    /// Product with its interval in days: least, most, ideal; by id.
    pub products: Vec<(ProductId, u16, u16, u16)>,
    /// Priority group by number: its cost for each day of waiting and for staying unplaced, person-minutes.
    pub groups: Vec<(u16, u32, u32)>,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFacts {
    /// Which.
    pub id: SiteId,
    /// Its name, for reasons.
    pub name: String,
    /// Its postcode.
    pub postcode: String,
    /// What it offers.
    pub access: AccessNeeds,
    /// Whether the partner's own system gives the slots: such a site is not planned into.
    pub partner_owned: bool,
}

/// A slot and the places left in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotFacts {
    /// Which.
    pub id: SlotId,
    /// Where.
    pub site: SiteId,
    /// On which day.
    pub date: Date,
    /// Minutes after midnight, London.
    pub start_minute: u16,
    /// Of what.
    pub product: ProductId,
    /// Places left.
    pub places: u16,
}

/// Doses left from one delivery to the next, as a running total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockFacts {
    /// Where.
    pub site: SiteId,
    /// Of what.
    pub product: ProductId,
    /// First day of the row.
    pub from: Date,
    /// Last day of the row.
    pub until: Date,
    /// Doses left for all days up to `until`.
    pub left: u32,
}

/// Somebody to plan for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonFacts {
    /// Who.
    pub id: PersonId,
    /// Where their offer is counted.
    pub employer: OrganisationId,
    /// Date of birth, where known.
    pub born: Option<Date>,
    /// Home, where known.
    pub home: Option<String>,
    /// What they need of a site.
    pub needs: AccessNeeds,
    /// Their job; none: no current employment.
    pub job: Option<JobFacts>,
}

/// The employment by which somebody is planned for: the main one that has not ended, as booking takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFacts {
    /// Whose.
    pub employer: OrganisationId,
    /// In which team.
    pub team: Option<TeamId>,
    /// Where they work, where known.
    pub workplace: Option<String>,
    /// The rota as stored.
    pub rota: Option<String>,
    /// Leave as stored.
    pub leave: Option<String>,
    /// Priority group.
    pub group: u16,
}
