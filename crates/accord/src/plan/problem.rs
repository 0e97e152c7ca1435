//! From what the store holds to what the planner takes: people, blocks and limits as dense indices, and the way back.
//! Pure. People stand in the order of their ids, so that the same store gives the same problem, byte for byte.

mod limits;
mod people;
mod ways;

use super::PlanRefusal;
use super::facts::Facts;
use super::reason::Reason;
use crate::base::ids::{AllocationId, OrganisationId, PersonId, ProductId, SiteId, SlotId, TeamId};
use accord_proof::{Appointment, Costs, Group, MAX_DAYS, Problem, Product};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};

/// What an appointment on a day off costs, person-minutes.
const OFF_SHIFT: u32 = 25;
/// What each day away from the ideal interval costs, person-minutes.
const PER_DAY_OFF_IDEAL: u32 = 2;
/// What each person costs whom an employer has unplaced beyond its share, person-minutes.
const FAIR: u32 = 1000;

/// A problem, and what it leaves out.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// What the planner is given.
    pub problem: Problem,
    /// The way back to ids.
    pub index: Index,
    /// Why people can go nowhere, where more is known than the problem can say; by index of person.
    pub barriers: BTreeMap<u32, Reason>,
    /// How much rests on assumptions.
    pub assumed: Assumed,
    /// Capacity that is there and not planned into.
    pub left_out: LeftOut,
}

/// From indices of a problem back to ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    /// Day 0.
    pub first_day: Date,
    /// People, ascending.
    pub people: Vec<PersonId>,
    /// Sites.
    pub sites: Vec<SiteId>,
    /// Their names.
    pub site_names: Vec<String>,
    /// Employers.
    pub employers: Vec<OrganisationId>,
    /// Teams.
    pub teams: Vec<TeamId>,
    /// Products.
    pub products: Vec<ProductId>,
    /// Allocations that have a limit.
    pub allocations: Vec<AllocationId>,
    /// For each block its slots.
    pub slots: Vec<Vec<SlotId>>,
}

/// How many people's plans rest on what was assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assumed {
    /// People without a rota that can be read: free at every clinic hour, at work Monday to Friday.
    pub rota: u32,
    /// People without a home postcode: travel starts at the workplace.
    pub address: u32,
}

/// Places that exist and are not planned into, each with its reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// At sites whose own system gives the times.
    pub partner_owned: u64,
    /// On days before the first delivery to the site.
    pub before_delivery: u64,
}

/// Indices by id while building.
pub(super) struct Numbers {
    site: HashMap<SiteId, u32>,
    product: HashMap<ProductId, u8>,
    employer: HashMap<OrganisationId, u32>,
    team: HashMap<TeamId, u32>,
}

/// Builds the problem of a campaign.
///
/// # Errors
/// A course without appointments or products, a campaign that is over, a horizon longer than a problem can hold.
pub fn build(facts: &Facts) -> Result<Built, PlanRefusal> {
    let (first, days) = horizon(facts)?;
    let mut index = Index { first_day: first, ..Index::default() };
    index.people = facts.people.iter().map(|p| p.id).collect();
    index.sites = facts.sites.iter().map(|s| s.id).collect();
    index.site_names = facts.sites.iter().map(|s| s.name.clone()).collect();
    index.products = facts.rules.products.iter().map(|p| p.0).collect();
    let jobs = || facts.people.iter().filter_map(|p| p.job.as_ref());
    index.employers = facts.people.iter().map(|p| p.job.as_ref().map_or(p.employer, |j| j.employer)).collect();
    index.employers.sort_unstable();
    index.employers.dedup();
    index.teams = jobs().filter_map(|j| j.team).collect();
    index.teams.sort_unstable();
    index.teams.dedup();
    let numbers = Numbers {
        site: numbered(&index.sites),
        product: index.products.iter().copied().zip(0u8..).collect(),
        employer: numbered(&index.employers),
        team: numbered(&index.teams),
    };
    let mut built = Built {
        problem: frame(facts, first, days, &index),
        index,
        barriers: BTreeMap::new(),
        assumed: Assumed::default(),
        left_out: LeftOut::default(),
    };
    limits::add_blocks(&mut built, facts, &numbers);
    limits::add_supplies(&mut built, facts, &numbers);
    limits::add_teams(&mut built, facts, &numbers);
    people::add(&mut built, facts, &numbers);
    built.problem.fair = vec![0; built.problem.employers as usize];
    built.problem.validate().map_err(|at| PlanRefusal::NotAProblem { what: at.to_string() })?;
    built.problem.fair = limits::fair(&built.problem);
    Ok(built)
}

fn numbered<K: Copy + Eq + std::hash::Hash>(ids: &[K]) -> HashMap<K, u32> {
    ids.iter().copied().zip(0u32..).collect()
}

/// Day 0 and how many days: from the first day an appointment may be on, but not before today, to the last.
fn horizon(facts: &Facts) -> Result<(Date, u16), PlanRefusal> {
    let windows = &facts.rules.windows;
    let (Some(first), Some(last)) = (windows.iter().map(|w| w.0).min(), windows.iter().map(|w| w.1).max()) else {
        return Err(PlanRefusal::NothingToGive);
    };
    if facts.rules.products.is_empty() || facts.rules.groups.is_empty() {
        return Err(PlanRefusal::NothingToGive);
    }
    let first = first.max(facts.today);
    if windows.iter().any(|w| w.1 < first) {
        return Err(PlanRefusal::TooLate { last });
    }
    let days = days_from(first, last) + 1;
    match u16::try_from(days) {
        Ok(days) if days <= MAX_DAYS => Ok((first, days)),
        _ => Err(PlanRefusal::TooLong { days, most: MAX_DAYS }),
    }
}

/// Whole days from one date to another; negative when it lies before.
pub(super) fn days_from(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// The day of a date within the horizon.
pub(super) fn day_of(index: &Index, days: u16, date: Date) -> Option<u16> {
    u16::try_from(days_from(index.first_day, date)).ok().filter(|day| *day < days)
}

/// Everything but limits and people.
fn frame(facts: &Facts, first: Date, days: u16, index: &Index) -> Problem {
    let day = |date: Date| days_from(first, date).clamp(0, i64::from(days) - 1) as u16;
    let windows = facts.rules.windows.iter();
    Problem {
        days,
        appointments: windows.map(|w| Appointment { first_day: day(w.0), last_day: day(w.1) }).collect(),
        products: facts
            .rules
            .products
            .iter()
            .map(|p| Product { interval_min: p.1, interval_max: p.2, interval_ideal: p.3 })
            .collect(),
        groups: facts.rules.groups.iter().map(|g| Group { wait_per_day: g.1, unplaced: g.2 }).collect(),
        costs: Costs { off_shift: OFF_SHIFT, per_day_off_ideal: PER_DAY_OFF_IDEAL, fair: FAIR },
        sites: index.sites.len() as u32,
        employers: index.employers.len() as u32,
        blocks: Vec::new(),
        supplies: Vec::new(),
        teams: Vec::new(),
        allocations: Vec::new(),
        fair: Vec::new(),
        people: Vec::with_capacity(facts.people.len()),
        reaches: Vec::new(),
    }
}
