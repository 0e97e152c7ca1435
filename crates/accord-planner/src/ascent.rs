//! Ascent of the bound: steps along a normalised gradient with momentum, and an average of where they led.

use crate::bound::{Bound, Levels, bound_at, demand, earned, set_tables};
use crate::model::{MAX_PRICE, Model};
use crate::state::Used;
use crate::tables::Tables;

/// What of the direction, and of its size, a step keeps from those before it.
const MOMENTUM: f32 = 0.9;
const MEMORY: f32 = 0.99;
/// The last step is this share of the first.
const LAST: f32 = 0.1;
/// How fast the average follows. Steps swing about the ridge they climb; their average lies nearer to it, so that it is
/// tried as well every so many passes.
const FOLLOWS: f32 = 0.15;
const TRIED_EVERY: usize = 10;

/// Where the ascent is.
struct Ascent<'m, 'p> {
    model: &'m Model<'p>,
    at: Levels,
    /// Momentum of the gradient and of its square.
    first: Levels,
    second: Levels,
    average: Levels,
}

/// Ascends from `from` by `passes` steps, the first of size `step` and the later ones smaller. Keeps the best.
pub(crate) fn polish<const W: usize>(
    model: &Model<'_>,
    from: &Bound,
    passes: usize,
    step: f32,
    threads: usize,
) -> Bound {
    let mut best = from.clone();
    let zero = Levels::zero(model);
    let (at, average) = (from.levels.clone(), from.levels.clone());
    let mut ascent = Ascent { model, at, first: zero.clone(), second: zero, average };
    let mut tables = Tables::<W>::empty(model);
    for pass in 0..passes {
        let prices = ascent.at.prices(model);
        set_tables(model, &prices, &mut tables);
        let demand = demand(model, &tables, threads);
        let units = demand.cost - earned(model, &prices);
        if units > best.units {
            best = Bound { units, levels: ascent.at.clone() };
        }
        ascent.average.blend(&ascent.at, FOLLOWS);
        if pass % TRIED_EVERY == TRIED_EVERY - 1 || pass + 1 == passes {
            let smooth = bound_at::<W>(model, &ascent.average, threads);
            if smooth.units > best.units {
                best = smooth;
            }
        }
        let done = (pass + 1) as f32;
        ascent.step(&demand.used, step * LAST.powf(done / passes as f32), done);
    }
    best
}

impl Ascent<'_, '_> {
    /// Moves every price by what demand uses above its limit, in steps of about `rate`; `count` is which step it is.
    fn step(&mut self, used: &Used, rate: f32, count: f32) {
        let l = &self.model.left;
        let used = [&used.blocks, &used.team_days, &used.allocations, &used.supplies, &used.unplaced];
        let left = [&l.blocks, &l.team_days, &l.allocations, &l.supplies, &l.fair];
        let caps = [MAX_PRICE, MAX_PRICE, MAX_PRICE, MAX_PRICE, self.model.fair_cap];
        // What is not remembered yet counts as nothing: the sums are scaled up for it.
        let (warm1, warm2) = (1.0 - MOMENTUM.powf(count), 1.0 - MEMORY.powf(count));
        let moments = self.first.each_mut().into_iter().zip(self.second.each_mut());
        for (n, (x, (m, v))) in self.at.each_mut().into_iter().zip(moments).enumerate() {
            for i in 0..x.len() {
                let g = (used[n][i] - left[n][i]) as f32;
                if g < 0.0 && x[i] <= 0.0 && m[i] <= 0.0 {
                    continue;
                }
                m[i] = MOMENTUM * m[i] + (1.0 - MOMENTUM) * g;
                v[i] = MEMORY * v[i] + (1.0 - MEMORY) * g * g;
                let by = rate * (m[i] / warm1) / ((v[i] / warm2).sqrt() + 1.0);
                x[i] = (x[i] + by).clamp(0.0, caps[n] as f32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bound::small::{Size, problem};
    use crate::model::Weights;

    #[test]
    fn an_ascent_never_ends_lower_and_its_prices_give_what_it_says() {
        let mut rose = 0;
        for seed in 0..20 {
            let size = Size { people: 40, sites: 3, days: 20, appointments: 2, sparse: 2, places: 2 };
            let problem = problem(seed, &size);
            let model = Model::new(&problem, Weights::COST);
            let from = bound_at::<32>(&model, &Levels::zero(&model), 1);
            let found = polish::<32>(&model, &from, 30, 64.0 * 2.0, 2);
            assert_eq!(found.units, bound_at::<32>(&model, &found.levels, 1).units, "seed {seed}");
            assert!(found.units >= from.units, "seed {seed}");
            rose += usize::from(found.units > from.units);
        }
        assert!(rose >= 10, "only {rose} of 20 rose");
    }
}
