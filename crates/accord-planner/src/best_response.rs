//! Best response: people one at a time leave, look at the prices of what is left, congestion included, and take the
//! cheapest course again; after each round prices move with what is over or under its limit.

use crate::bound::{Levels, whole};
use crate::model::{BIG, MAX_PRICE, Model, Who};
use crate::price::{MOST, Scratch, Spot, price, spots};
use crate::random::Random;
use crate::rules::cover;
use crate::state::{State, open_spots, team_day};
use crate::tables::Tables;

/// How prices answer to congestion.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Congestion {
    /// Each unit above a limit adds this much to its price; coarse rows a share of it by their size.
    Soft(f32),
    /// What is full cannot be had.
    Hard,
}

/// A state with tables that follow it.
pub(crate) struct Market<'m, 'p, const W: usize> {
    pub model: &'m Model<'p>,
    pub state: State,
    pub tables: Tables<W>,
    pub levels: Levels,
    pub congestion: Congestion,
    pub scratch: Box<Scratch<W>>,
}

impl<'m, 'p, const W: usize> Market<'m, 'p, W> {
    pub fn new(model: &'m Model<'p>, state: State, levels: Levels, congestion: Congestion) -> Self {
        let tables = Tables::empty(model);
        let mut market = Self { model, state, tables, levels, congestion, scratch: Scratch::new() };
        market.refresh();
        market
    }

    /// Brings every table up to date.
    pub fn refresh(&mut self) {
        for b in 0..self.model.blocks.len() {
            self.refresh_block(b);
        }
        for row in 0..self.model.left.team_days.len() {
            self.refresh_team_day(row);
        }
        for a in 0..self.model.left.allocations.len() {
            self.refresh_allocation(a);
        }
        for e in 0..self.model.left.fair.len() {
            self.refresh_fair(e);
        }
        self.refresh_supplies();
    }

    #[inline(always)]
    fn marginal(&self, level: f32, used: i32, left: i32, units: i32, grain: f32) -> i32 {
        match self.congestion {
            Congestion::Soft(rho) => {
                let over = (used + units - left).max(0) as f32;
                whole(level + rho * grain * over, MAX_PRICE)
            }
            Congestion::Hard if used + units > left => BIG,
            Congestion::Hard => whole(level, MAX_PRICE),
        }
    }

    #[inline(always)]
    fn refresh_block(&mut self, b: usize) {
        let x = self.marginal(self.levels.blocks[b], self.state.used.blocks[b], self.model.left.blocks[b], 1, 1.0);
        let block = &self.model.blocks[b];
        self.tables.set_place(block.cell, block.day, x);
    }

    #[inline(always)]
    fn refresh_team_day(&mut self, row: usize) {
        let (used, left) = (self.state.used.team_days[row], self.model.left.team_days[row]);
        let x = self.marginal(self.levels.team_days[row], used, left, cover::UNITS, 1.0);
        let days = self.model.days;
        self.tables.teams[row / days][row % days] = (x * cover::UNITS).min(BIG);
    }

    #[inline(always)]
    fn refresh_allocation(&mut self, a: usize) {
        let (used, left) = (self.state.used.allocations[a], self.model.left.allocations[a]);
        self.tables.allocations[a] = self.marginal(self.levels.allocations[a], used, left, 1, grain(left));
    }

    #[inline(always)]
    fn refresh_fair(&mut self, e: usize) {
        let (used, left) = (self.state.used.unplaced[e], self.model.left.fair[e]);
        let cap = self.model.fair_cap;
        self.tables.fair[e] = match self.congestion {
            Congestion::Soft(_) => self.marginal(self.levels.fair[e], used, left, 0, grain(left)).min(cap),
            Congestion::Hard if used > left => cap,
            Congestion::Hard => 0,
        };
    }

    pub fn refresh_supplies(&mut self) {
        let prices: Vec<i32> = (0..self.model.left.supplies.len())
            .map(|s| {
                let (used, left) = (self.state.used.supplies[s], self.model.left.supplies[s]);
                self.marginal(self.levels.supplies[s], used, left, 1, grain(left))
            })
            .collect();
        self.tables.set_doses(self.model, |s| prices[s]);
    }

    /// Brings up to date what a course of this person touches.
    #[inline(always)]
    fn touched(&mut self, who: &Who, spots: &[Spot; MOST]) {
        let model = self.model;
        let mut doses = false;
        for (_, spot) in open_spots(who, spots) {
            self.refresh_block(spot.block as usize);
            let block = &model.blocks[spot.block as usize];
            if let Some(row) = team_day(model, who, block.day) {
                self.refresh_team_day(row);
            }
            if (spot.allocation as usize) < model.left.allocations.len() {
                self.refresh_allocation(spot.allocation as usize);
            }
            // In hard mode dose tables change only where a supply runs out or is replenished.
            doses |= matches!(self.congestion, Congestion::Hard)
                && block.supplies.iter().any(|s| {
                    let s = *s as usize;
                    (self.model.left.supplies[s] - self.state.used.supplies[s]).abs() <= 1
                });
        }
        self.refresh_fair(who.employer as usize);
        if doses {
            self.refresh_supplies();
        }
    }

    #[inline(always)]
    pub fn leave(&mut self, i: usize) -> Option<[Spot; MOST]> {
        let spots = self.state.leave(self.model, i)?;
        self.touched(&self.model.people[i], &spots);
        Some(spots)
    }

    #[inline(always)]
    pub fn join(&mut self, i: usize, spots: [Spot; MOST]) {
        self.state.join(self.model, i, spots);
        self.touched(&self.model.people[i], &spots);
    }

    /// The cheapest course of a person who has none now, with its cost at the present tables, if it is cheaper than
    /// staying without.
    #[inline(always)]
    pub fn cheapest(&mut self, i: usize) -> Option<(i32, [Spot; MOST])> {
        let who = &self.model.people[i];
        let best = price(self.model, &self.tables, who, &mut self.scratch);
        let without = who.unplaced + self.tables.fair[who.employer as usize];
        (best.cost < without.min(BIG)).then(|| (best.cost, spots(self.model, &self.tables, who, &best)))
    }

    /// One round: everybody in `order` chooses anew.
    pub fn round(&mut self, order: &[u32]) {
        for (n, i) in order.iter().enumerate() {
            let i = *i as usize;
            if n % 128 == 0 {
                self.refresh_supplies();
            }
            self.leave(i);
            if let Some((_, spots)) = self.cheapest(i) {
                self.join(i, spots);
            }
        }
    }
}

/// A unit of a coarse row moves more people than a unit of a fine one: its price answers the less.
#[inline(always)]
pub(crate) fn grain(left: i32) -> f32 {
    4.0 / (4.0 + left.max(0) as f32)
}

/// An order in which small groups of neighbours follow each other by chance: variety without losing the cache.
pub(crate) fn order(people: usize, random: &mut Random) -> Vec<u32> {
    let mut groups: Vec<usize> = (0..people.div_ceil(32)).collect();
    random.shuffle(&mut groups);
    let range = |g: usize| g * 32..((g + 1) * 32).min(people);
    groups.into_iter().flat_map(range).map(|i| i as u32).collect()
}

/// How far above and below its limits everything is.
pub(crate) fn excess(model: &Model<'_>, state: &State) -> Levels {
    let of = |used: &[i32], left: &[i32]| used.iter().zip(left).map(|(u, l)| (u - l) as f32).collect();
    Levels {
        blocks: of(&state.used.blocks, &model.left.blocks),
        team_days: of(&state.used.team_days, &model.left.team_days),
        allocations: of(&state.used.allocations, &model.left.allocations),
        supplies: of(&state.used.supplies, &model.left.supplies),
        fair: of(&state.used.unplaced, &model.left.fair),
    }
}

/// Units above the limits, all rows but the fair shares.
pub(crate) fn violation(model: &Model<'_>, state: &State) -> i64 {
    let e = excess(model, state);
    let rows = [&e.blocks, &e.team_days, &e.allocations, &e.supplies];
    rows.into_iter().flatten().map(|x| x.max(0.0) as i64).sum()
}
