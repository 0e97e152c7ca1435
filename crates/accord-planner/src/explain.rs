//! Why somebody has no course: the first thing that stands in the way, with what a sentence about it needs.

use crate::best_response::{Congestion, Market};
use crate::bound::Levels;
use crate::model::{BIG, Model, Weights};
use crate::price::{Scratch, price};
use crate::state::State;
use crate::tables::Tables;
use accord_proof::{Person, Problem, WhyEmpty};

/// A person, by index in the problem.
pub type PersonIx = u32;

/// Why a person has no course. Minutes are person-minutes; indices point into the problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They can go nowhere; why is what the builder of the problem said.
    NoSite(Option<WhyEmpty>),
    /// They may have none of the products, or no longer the one they began with.
    NoProduct,
    /// There is no half-day within the windows on which they can come.
    NeverAvailable,
    /// They can come on `half_days` half-days, but on none of them does a clinic within reach offer what they may have.
    NoClinicWhenAvailable {
        /// Half-days on which they can come.
        half_days: u32,
        /// Clinics within reach that offer it on other half-days.
        clinics: u32,
    },
    /// There are clinics for each appointment, but no two far enough apart and not too far.
    NoIntervalFits {
        /// The product nearest to it.
        product: u8,
        /// Fewest days it allows.
        min: u16,
        /// Most days it allows.
        max: u16,
    },
    /// One more absence in the team would make a course possible.
    CoverShort {
        /// The team.
        team: u32,
    },
    /// A larger allocation would make a course possible.
    AllocationShort {
        /// The first allocation of theirs that is used up.
        allocation: u32,
    },
    /// More doses would make a course possible.
    SupplyShort {
        /// The first supply that is used up.
        supply: u32,
    },
    /// The clinics they can go to are full.
    CapacityShort {
        /// The nearest site.
        near: u32,
        /// How many clinics they could go to.
        clinics: u32,
        /// How many of those are full.
        full: u32,
    },
    /// A course is possible but would cost others more than it is worth.
    Outweighed {
        /// What leaving them out costs.
        weight: u32,
    },
}

/// One reason for everyone without a course, by index.
pub(crate) fn reasons<const W: usize>(market: &mut Market<'_, '_, W>) -> Vec<(PersonIx, Reason)> {
    let model = market.model;
    market.refresh();
    let free = Tables::<W>::empty(model);
    let mut scratch = Scratch::<W>::new();
    let mut out = Vec::new();
    for (i, who) in model.people.iter().enumerate() {
        if market.state.courses[i].is_some() {
            continue;
        }
        let person = &model.problem.people[who.index as usize];
        let possible = price(model, &free, who, &mut scratch).cost < BIG;
        let reason =
            if possible { shortage(market, &free, i, &mut scratch) } else { impossible(model.problem, person) };
        out.push((who.index, reason));
    }
    out.sort_by_key(|(p, _)| *p);
    out
}

/// Who could have no course even if nobody else came, by index; not those whose own two appointments would need two of
/// what has one left.
pub(crate) fn nowhere<const W: usize>(problem: &Problem) -> Vec<PersonIx> {
    let model = Model::new(problem, Weights::COST);
    let mut market = Market::<W>::new(&model, State::empty(&model), Levels::zero(&model), Congestion::Hard);
    market.refresh();
    let mut scratch = Scratch::<W>::new();
    let none = model.people.iter().filter(|who| price(&model, &market.tables, who, &mut scratch).cost >= BIG);
    let mut none: Vec<PersonIx> = none.map(|who| who.index).collect();
    none.sort_unstable();
    none
}

/// Blocks the person could go to were they free: in reach, on its days, of a product they may have.
fn in_reach<'a>(problem: &'a Problem, person: &'a Person) -> impl Iterator<Item = usize> + 'a {
    problem.blocks.iter().enumerate().filter_map(move |(i, b)| {
        (person.may_have(usize::from(b.product)) && problem.reach_to(person, b).is_some()).then_some(i)
    })
}

fn comes(person: &Person, problem: &Problem, block: usize) -> bool {
    let b = &problem.blocks[block];
    person.available[usize::from(b.half)].has(b.day)
}

/// Nothing is short, and yet there is no course.
fn impossible(problem: &Problem, person: &Person) -> Reason {
    if person.reach.is_empty() {
        return Reason::NoSite(person.why_empty);
    }
    if !(0..problem.products.len()).any(|v| person.may_have(v)) {
        return Reason::NoProduct;
    }
    let open = &problem.appointments[person.next_appointment()..];
    let wanted = |d: u16| open.iter().any(|a| (a.first_day..=a.last_day).contains(&d));
    let half_days: u32 =
        person.available.iter().map(|m| m.iter().filter(|d| *d < problem.days && wanted(*d)).count() as u32).sum();
    if half_days == 0 {
        return Reason::NeverAvailable;
    }
    let everywhere = open.iter().all(|a| {
        in_reach(problem, person)
            .any(|b| comes(person, problem, b) && (a.first_day..=a.last_day).contains(&problem.blocks[b].day))
    });
    if !everywhere {
        let clinics = in_reach(problem, person).filter(|b| !comes(person, problem, *b)).count() as u32;
        return Reason::NoClinicWhenAvailable { half_days, clinics };
    }
    let product = (0..problem.products.len()).find(|v| person.may_have(*v)).unwrap_or(0);
    let p = &problem.products[product];
    Reason::NoIntervalFits { product: product as u8, min: p.interval_min, max: p.interval_max }
}

/// Something is short: which one limit, were it lifted, would make a course possible?
fn shortage<const W: usize>(
    market: &mut Market<'_, '_, W>,
    free: &Tables<W>,
    i: usize,
    scratch: &mut Scratch<W>,
) -> Reason {
    let model = market.model;
    let who = &model.people[i];
    let person = &model.problem.people[who.index as usize];
    let mut possible = |tables: &Tables<W>| price(model, tables, who, scratch).cost < BIG;
    if possible(&market.tables) {
        return Reason::Outweighed { weight: model.problem.groups[usize::from(person.group)].unplaced };
    }
    let team = who.team as usize;
    let kept = std::mem::replace(&mut market.tables.teams[team], free.teams[team]);
    let without_cover = possible(&market.tables);
    market.tables.teams[team] = kept;
    if let (true, Some(team)) = (without_cover, person.team) {
        return Reason::CoverShort { team };
    }
    let kept = std::mem::replace(&mut market.tables.allocations, free.allocations.clone());
    let without_allocations = possible(&market.tables);
    market.tables.allocations = kept;
    if without_allocations && let Some(allocation) = used_up_allocation(model, &market.state, i) {
        return Reason::AllocationShort { allocation };
    }
    market.tables.set_doses(model, |_| 0);
    let without_supplies = possible(&market.tables);
    market.refresh_supplies();
    if without_supplies && let Some(supply) = used_up_supply(model, &market.state, person) {
        return Reason::SupplyShort { supply };
    }
    capacity(model, &market.state, person)
}

fn used_up_allocation(model: &Model<'_>, state: &State, i: usize) -> Option<u32> {
    let ways = model.ways_of(&model.people[i]);
    let mut own = ways.iter().map(|w| w.allocation).filter(|a| (*a as usize) < model.left.allocations.len());
    own.find(|a| state.used.allocations[*a as usize] + 1 >= model.left.allocations[*a as usize])
}

fn used_up_supply(model: &Model<'_>, state: &State, person: &Person) -> Option<u32> {
    let rows = (0u32..).zip(&model.problem.supplies);
    let mut short = rows.filter(|(s, supply)| {
        let s = *s as usize;
        person.may_have(usize::from(supply.product)) && state.used.supplies[s] + 1 >= model.left.supplies[s]
    });
    short.next().map(|(s, _)| s)
}

fn capacity(model: &Model<'_>, state: &State, person: &Person) -> Reason {
    let problem = model.problem;
    let near = problem.reaches_of(person).first().map_or(0, |r| r.site);
    let (mut clinics, mut full) = (0, 0);
    for b in in_reach(problem, person).filter(|b| comes(person, problem, *b)) {
        clinics += 1;
        full += u32::from(state.used.blocks[b] >= model.left.blocks[b]);
    }
    Reason::CapacityShort { near, clinics, full }
}
