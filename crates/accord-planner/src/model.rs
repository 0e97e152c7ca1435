//! The problem as the pricing kernel wants it: dense tables over (product, site, half) x day, costs in price units,
//! people in an order that keeps neighbours together, limits with pinned bookings already taken off.

use crate::rules;
use accord_proof::{DayMask, Person, Problem};

/// A cost nothing real reaches; four of them still fit an `i32`.
pub(crate) const BIG: i32 = 1 << 27;
/// No price exceeds this.
pub(crate) const MAX_PRICE: i32 = 1 << 25;
/// No block.
pub(crate) const NONE: u32 = u32::MAX;

/// How a pass counts minutes: the scale of the prices for the cost bound; nought when people are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weights {
    /// Price units in a person-minute.
    pub minute: i32,
    /// Price units in leaving one person unplaced; `None`: their group's weight.
    pub person: Option<i32>,
}

impl Weights {
    /// The objective, in 1/64 person-minutes.
    pub const COST: Self = Self { minute: 64, person: None };
    /// People only, in 1/4096 of a person.
    pub const PEOPLE: Self = Self { minute: 0, person: Some(4096) };
}

/// One way to a site, in price units.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub site: u32,
    pub cost: i32,
    /// Index into the allocation prices; the last one is free of charge.
    pub allocation: u32,
    pub first: u8,
    pub last: u8,
    /// Does it hold on part of the horizon only?
    pub partial: bool,
}

/// One person the planner decides about.
pub(crate) struct Who {
    /// Index in the problem.
    pub index: u32,
    pub on_shift: DayMask,
    pub available: [DayMask; 3],
    /// Row of the team-day tables; the last one is for people without a team.
    pub team: u32,
    pub employer: u32,
    pub unplaced: i32,
    pub wait: i32,
    /// Products allowed, those given already taken into account.
    pub products: u16,
    /// First appointment still to have.
    pub start: u8,
    /// Day of the last appointment given.
    pub given_day: Option<i32>,
    pub ways: std::ops::Range<u32>,
    /// For each appointment of the course the pinned block, or [`NONE`]; empty if nothing is pinned.
    pub pins: Vec<u32>,
}

/// A block in the planner's terms.
pub(crate) struct BlockAt {
    pub cell: usize,
    pub day: usize,
    pub site: usize,
    pub product: usize,
    /// The supplies an appointment in it counts against.
    pub supplies: Vec<u32>,
}

pub(crate) struct Model<'a> {
    pub problem: &'a Problem,
    pub days: usize,
    pub sites: usize,
    pub halves: usize,
    pub appointments: usize,
    pub off_shift: i32,
    pub per_day_off_ideal: i32,
    pub fair_cap: i32,
    pub blocks: Vec<BlockAt>,
    /// Block of each cell and day ([`NONE`] where there is none): `cell * days + day`.
    pub block_of: Vec<u32>,
    pub ways: Vec<Way>,
    pub people: Vec<Who>,
    /// What pinned bookings leave of every limit.
    pub left: rules::Left,
    /// People of each team, as indices into `people`.
    pub members: Vec<Vec<u32>>,
    /// For each product and site: is there any block?
    pub offered: Vec<bool>,
}

impl<'a> Model<'a> {
    pub fn new(problem: &'a Problem, weights: Weights) -> Self {
        let days = usize::from(problem.days);
        let sites = problem.sites as usize;
        let halves = problem.blocks.iter().map(|b| usize::from(b.half) + 1).max().unwrap_or(1);
        let mut block_of = vec![NONE; problem.products.len() * sites * halves * days];
        let mut blocks = Vec::with_capacity(problem.blocks.len());
        let mut offered = vec![false; problem.products.len() * sites];
        for (i, b) in (0u32..).zip(&problem.blocks) {
            let (site, product, day) = (b.site as usize, usize::from(b.product), usize::from(b.day));
            let cell = (product * sites + site) * halves + usize::from(b.half);
            block_of[cell * days + day] = i;
            offered[product * sites + site] = true;
            blocks.push(BlockAt { cell, day, site, product, supplies: rules::supply::units(problem, b) });
        }
        let mut model = Self {
            problem,
            days,
            sites,
            halves,
            appointments: problem.appointments.len(),
            off_shift: rules::off_shift::cost(problem, weights),
            per_day_off_ideal: rules::ideal::cost_per_day(problem, weights),
            fair_cap: rules::fair::price_cap(problem, weights),
            blocks,
            block_of,
            ways: Vec::with_capacity(problem.reaches.len()),
            people: Vec::with_capacity(problem.people.len()),
            left: rules::Left::of(problem),
            members: vec![Vec::new(); problem.teams.len() + 1],
            offered,
        };
        model.add_people(weights);
        model
    }

    fn add_people(&mut self, weights: Weights) {
        let problem = self.problem;
        let open = problem.people.iter().enumerate().filter(|(_, p)| !problem.wholly_pinned(p));
        let mut order: Vec<usize> = open.map(|(i, _)| i).collect();
        // Neighbours share table rows: nearest site, then team.
        order.sort_by_key(|i| {
            let p = &problem.people[*i];
            (problem.reaches_of(p).first().map(|r| r.site), p.team, *i)
        });
        for i in order {
            let who = self.who(i, &problem.people[i], weights);
            self.members[who.team as usize].push(self.people.len() as u32);
            self.people.push(who);
        }
    }

    fn who(&mut self, index: usize, p: &Person, weights: Weights) -> Who {
        let problem = self.problem;
        let start = self.ways.len() as u32;
        let ways = problem.reaches_of(p).iter().filter_map(|r| rules::reach::way(problem, r, weights));
        self.ways.extend(ways);
        let pins = if p.pinned.is_empty() {
            Vec::new()
        } else {
            (0..self.appointments).map(|k| p.pin(k).map_or(NONE, |pin| pin.block)).collect()
        };
        Who {
            index: index as u32,
            on_shift: p.on_shift,
            available: rules::availability::mask(p),
            team: p.team.unwrap_or(problem.teams.len() as u32),
            employer: p.employer,
            unplaced: rules::unplaced::cost(problem, p, weights),
            wait: rules::waiting::cost_per_day(problem, p, weights),
            products: rules::eligibility::mask(problem, p),
            start: p.next_appointment() as u8,
            given_day: p.given.map(|g| g.day),
            ways: start..self.ways.len() as u32,
            pins,
        }
    }

    pub fn ways_of(&self, who: &Who) -> &[Way] {
        &self.ways[who.ways.start as usize..who.ways.end as usize]
    }

    /// First and last day of an appointment.
    pub fn window(&self, k: usize) -> (usize, usize) {
        let w = &self.problem.appointments[k];
        (usize::from(w.first_day), usize::from(w.last_day).min(self.days - 1))
    }
}
