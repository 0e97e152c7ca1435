//! The Lagrangian bound at given prices, in whole price units.

use crate::model::{BIG, MAX_PRICE, Model};
use crate::price::{Scratch, price, spots};
use crate::state::Used;
use crate::tables::Tables;
use accord_proof::{PRICE_SCALE, Prices};

/// A number for each limit, in price units: prices while they move, or directions.
#[derive(Clone)]
pub(crate) struct Levels {
    pub blocks: Vec<f32>,
    pub team_days: Vec<f32>,
    pub allocations: Vec<f32>,
    pub supplies: Vec<f32>,
    pub fair: Vec<f32>,
}

impl Levels {
    pub fn zero(model: &Model<'_>) -> Self {
        Self {
            blocks: vec![0.0; model.left.blocks.len()],
            team_days: vec![0.0; model.left.team_days.len()],
            allocations: vec![0.0; model.left.allocations.len()],
            supplies: vec![0.0; model.left.supplies.len()],
            fair: vec![0.0; model.left.fair.len()],
        }
    }

    pub fn each_mut(&mut self) -> [&mut Vec<f32>; 5] {
        [&mut self.blocks, &mut self.team_days, &mut self.allocations, &mut self.supplies, &mut self.fair]
    }

    pub fn each(&self) -> [&Vec<f32>; 5] {
        [&self.blocks, &self.team_days, &self.allocations, &self.supplies, &self.fair]
    }

    /// Moves towards `other` by `share` of the way.
    pub fn blend(&mut self, other: &Self, share: f32) {
        for (mine, theirs) in self.each_mut().into_iter().zip(other.each()) {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += share * (b - *a));
        }
    }

    /// The prices as whole numbers, as a proof holds them.
    pub fn prices(&self, model: &Model<'_>) -> Prices {
        let whole = |xs: &[f32], cap: i32| xs.iter().map(|x| whole(*x, cap) as u32).collect();
        Prices {
            blocks: whole(&self.blocks, MAX_PRICE),
            supplies: whole(&self.supplies, MAX_PRICE),
            team_days: whole(&self.team_days, MAX_PRICE),
            allocations: whole(&self.allocations, MAX_PRICE),
            fair: whole(&self.fair, model.fair_cap),
        }
    }
}

/// A price as a whole number from nought to `cap`.
#[inline(always)]
pub(crate) fn whole(x: f32, cap: i32) -> i32 {
    ((x + 0.5) as i32).clamp(0, cap)
}

/// Tables that charge exactly these prices.
pub(crate) fn tables_at<const W: usize>(model: &Model<'_>, prices: &Prices) -> Tables<W> {
    let mut tables = Tables::empty(model);
    set_tables(model, prices, &mut tables);
    tables
}

pub(crate) fn set_tables<const W: usize>(model: &Model<'_>, prices: &Prices, tables: &mut Tables<W>) {
    let capped = |x: u32| (x as i32).min(MAX_PRICE);
    for (b, x) in model.blocks.iter().zip(&prices.blocks) {
        tables.set_place(b.cell, b.day, capped(*x));
    }
    for (row, xs) in tables.teams.iter_mut().zip(prices.team_days.chunks(model.days)) {
        row.iter_mut().zip(xs).for_each(|(a, x)| *a = crate::rules::cover::UNITS * capped(*x));
    }
    tables.allocations.iter_mut().zip(&prices.allocations).for_each(|(a, x)| *a = capped(*x));
    tables.set_doses(model, |s| capped(prices.supplies[s]));
    tables.fair.iter_mut().zip(&prices.fair).for_each(|(a, x)| *a = capped(*x));
}

/// What everybody's cheapest choice costs at the tables' prices, and what it uses.
pub(crate) struct Demand {
    pub cost: i64,
    pub used: Used,
}

/// Everybody's cheapest choice, on `threads` threads. Sums of whole numbers: the same for any number of threads.
pub(crate) fn demand<const W: usize>(model: &Model<'_>, tables: &Tables<W>, threads: usize) -> Demand {
    let share = model.people.len().div_ceil(threads.max(1)).max(1);
    let starts: Vec<usize> = (0..model.people.len()).step_by(share).collect();
    let mut parts: Vec<Demand> = if starts.len() <= 1 {
        vec![demand_of(model, tables, 0..model.people.len())]
    } else {
        std::thread::scope(|scope| {
            let handles: Vec<_> = starts
                .iter()
                .map(|s| {
                    let range = *s..(s + share).min(model.people.len());
                    scope.spawn(move || demand_of(model, tables, range))
                })
                .collect();
            handles.into_iter().map(|h| h.join().expect("pricing does not panic")).collect()
        })
    };
    let mut total = parts.remove(0);
    for part in &parts {
        total.cost += part.cost;
        total.used.add(&part.used);
    }
    total
}

fn demand_of<const W: usize>(model: &Model<'_>, tables: &Tables<W>, range: std::ops::Range<usize>) -> Demand {
    let mut out = Demand { cost: 0, used: Used::none(model) };
    let mut scratch = Scratch::<W>::new();
    for who in &model.people[range] {
        let best = price(model, tables, who, &mut scratch);
        let without = who.unplaced + tables.fair[who.employer as usize];
        if best.cost < without.min(BIG) {
            out.cost += i64::from(best.cost);
            out.used.count(model, who, &spots(model, tables, who, &best), 1);
        } else {
            out.cost += i64::from(without);
            out.used.unplaced[who.employer as usize] += 1;
        }
    }
    out
}

/// What everything limited earns at these prices if used up.
pub(crate) fn earned(model: &Model<'_>, prices: &Prices) -> i64 {
    let pairs = [
        (&prices.blocks, &model.left.blocks),
        (&prices.team_days, &model.left.team_days),
        (&prices.allocations, &model.left.allocations),
        (&prices.supplies, &model.left.supplies),
        (&prices.fair, &model.left.fair),
    ];
    let each = pairs.into_iter().flat_map(|(p, l)| p.iter().zip(l));
    each.map(|(p, l)| i64::from(*p) * i64::from(*l)).sum()
}

/// Prices that were tried, and the bound they gave in price units.
#[derive(Clone)]
pub(crate) struct Bound {
    pub units: i64,
    pub levels: Levels,
}

impl Bound {
    /// The bound in person-minutes, rounded up as costs are whole.
    pub fn minutes(&self) -> i64 {
        -(-self.units).div_euclid(PRICE_SCALE)
    }
}

/// The bound at these levels.
pub(crate) fn bound_at<const W: usize>(model: &Model<'_>, levels: &Levels, threads: usize) -> Bound {
    let prices = levels.prices(model);
    let tables = tables_at::<W>(model, &prices);
    let units = demand(model, &tables, threads).cost - earned(model, &prices);
    Bound { units, levels: levels.clone() }
}

/// Moves price from the blocks to each supply over them: the same total for whoever pays it, and since a supply has
/// fewer doses than its blocks have places, less is taken off the bound. The best amount is found exactly: the gain
/// `sum of min(price, amount) * places - amount * doses` is concave and bends only at the blocks' prices.
pub(crate) fn shift_to_supplies(model: &Model<'_>, levels: &mut Levels) {
    for s in (0..model.left.supplies.len()).rev() {
        let mut under: Vec<(f32, i64, usize)> = model
            .blocks
            .iter()
            .enumerate()
            .filter(|(b, block)| levels.blocks[*b] > 0.0 && block.supplies.contains(&(s as u32)))
            .map(|(b, _)| (levels.blocks[b], i64::from(model.left.blocks[b]), b))
            .collect();
        under.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        // The slope at an amount is the places of blocks priced above it, less the doses.
        let mut slope = under.iter().map(|u| u.1).sum::<i64>() - i64::from(model.left.supplies[s]);
        let mut amount = 0.0;
        for (price, places, _) in &under {
            if slope <= 0 {
                break;
            }
            amount = *price;
            slope -= places;
        }
        if amount > 0.0 {
            levels.supplies[s] += amount;
            for (_, _, b) in under {
                levels.blocks[b] = (levels.blocks[b] - amount).max(0.0);
            }
        }
    }
}

/// Sets the prices of the coarse rows by search along one of them at a time: the bound is concave along it and its slope
/// is what demand leaves of the row, so that the best price is where demand falls to the limit. Small steps would swing
/// about it, for a coarse row moves half of all people at once.
pub(crate) fn search_supplies<const W: usize>(model: &Model<'_>, levels: &mut Levels, rows: usize, threads: usize) {
    let mut tables = Tables::<W>::empty(model);
    let mut fixed: Vec<usize> = Vec::new();
    for _ in 0..rows {
        let prices = levels.prices(model);
        set_tables(model, &prices, &mut tables);
        let used = demand(model, &tables, threads).used.supplies;
        let left = &model.left.supplies;
        let share = |s: usize| {
            let over = used[s] - left[s];
            if over < 0 && levels.supplies[s] <= 0.0 { 0.0 } else { f64::from(over.abs()) / f64::from(left[s].max(1)) }
        };
        let open = (0..left.len()).filter(|s| !fixed.contains(s));
        let Some(worst) = open.max_by(|a, b| share(*a).total_cmp(&share(*b)).then(b.cmp(a))) else {
            return;
        };
        if share(worst) < 0.002 {
            return;
        }
        fixed.push(worst);
        search_supply(model, levels, worst, used[worst] > left[worst], &mut tables, threads);
    }
}

/// Bisects the price of one supply, first doubling away from where it is.
fn search_supply<const W: usize>(
    model: &Model<'_>,
    levels: &mut Levels,
    s: usize,
    rises: bool,
    tables: &mut Tables<W>,
    threads: usize,
) {
    let left = model.left.supplies[s];
    let mut over = |price: f32, levels: &mut Levels| {
        levels.supplies[s] = price;
        set_tables(model, &levels.prices(model), tables);
        demand(model, tables, threads).used.supplies[s] > left
    };
    let start = levels.supplies[s];
    let (mut low, mut high) = (start, start);
    let mut width = 20.0 * 64.0;
    // Brackets the price: demand is over the limit at `low` and is not at `high`.
    loop {
        if rises {
            high = low + width;
            if !over(high, levels) || high >= MAX_PRICE as f32 {
                break;
            }
            low = high;
        } else {
            low = (high - width).max(0.0);
            if low <= 0.0 || over(low, levels) {
                break;
            }
            high = low;
        }
        width *= 2.0;
    }
    for _ in 0..5 {
        let middle = f32::midpoint(low, high);
        if over(middle, levels) { low = middle } else { high = middle }
    }
    levels.supplies[s] = f32::midpoint(low, high);
}

#[cfg(test)]
#[path = "../tests/small/mod.rs"]
pub(crate) mod small;

#[cfg(test)]
mod tests {
    use super::small::{Dice, Size, problem};
    use super::*;
    use crate::model::Weights;
    use accord_proof::cost_bound;

    /// The kernel and the independent check agree to the minute at any prices: courses of one to four appointments,
    /// begun, pinned, over long horizons and short.
    #[test]
    fn the_kernel_finds_the_bound_the_check_finds() {
        let mut compared = 0;
        for seed in 0..200u64 {
            let appointments = 1 + seed as usize % 4;
            let days = [12, 40, 80, 180][seed as usize / 4 % 4];
            let size = Size { people: 12, sites: 3, days, appointments, sparse: 2, places: 2 };
            let problem = problem(seed, &size);
            if problem.people.iter().any(|p| problem.wholly_pinned(p)) {
                continue;
            }
            let model = Model::new(&problem, Weights::COST);
            let mut dice = Dice::new(seed + 1);
            let mut levels = Levels::zero(&model);
            for x in levels.each_mut().into_iter().flatten() {
                *x = if dice.one_in(2) { dice.below(64 * 90) as f32 } else { 0.0 };
            }
            let found = bound_at::<192>(&model, &levels, 2).minutes();
            assert_eq!(Some(found), cost_bound(&problem, &levels.prices(&model)), "seed {seed}");
            compared += 1;
        }
        assert!(compared > 50, "only {compared} problems compared");
    }

    #[test]
    fn moving_price_to_supplies_never_lowers_the_bound() {
        for seed in 0..40 {
            let size = Size { people: 30, sites: 2, days: 14, appointments: 2, sparse: 2, places: 2 };
            let problem = problem(seed, &size);
            let model = Model::new(&problem, Weights::COST);
            let mut dice = Dice::new(seed);
            let mut levels = Levels::zero(&model);
            levels.blocks.iter_mut().for_each(|x| *x = dice.below(64 * 60) as f32);
            let before = bound_at::<32>(&model, &levels, 1).units;
            shift_to_supplies(&model, &mut levels);
            assert!(bound_at::<32>(&model, &levels, 1).units >= before, "seed {seed}");
        }
    }
}
