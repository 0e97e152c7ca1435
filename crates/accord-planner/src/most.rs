//! How many people can be placed at most: the same bound with every cost nought but that of leaving somebody out.

use crate::ascent::polish;
use crate::bound::{Bound, Levels, bound_at, shift_to_supplies};
use crate::model::{Model, Weights};
use accord_proof::{MostPeople, PERSON_SCALE, Prices, Problem};

/// The fewest people any plan leaves out, with prices; `cost_prices` are those of the cost bound, a good start, and
/// `unplaced` is how many the plan leaves out: once that is proved there is no more to do.
pub(crate) fn most_people<const W: usize>(
    problem: &Problem,
    cost_prices: &Levels,
    unplaced: usize,
    passes: usize,
    threads: usize,
) -> MostPeople {
    let everyone = problem.people.len() as u64;
    if unplaced == 0 {
        return MostPeople { people: everyone, prices: Prices::zero(problem) };
    }
    let model = Model::new(problem, Weights::PEOPLE);
    let mut best = bound_at::<W>(&model, &Levels::zero(&model), threads);
    let proved = |b: &Bound| b.units > (unplaced as i64 - 1) * PERSON_SCALE;
    if !proved(&best) {
        let weights: Vec<u32> = problem.groups.iter().map(|g| g.unplaced.max(1)).collect();
        let light = weights.iter().copied().min().unwrap_or(1);
        let heavy = weights.iter().copied().max().unwrap_or(1);
        for weight in [light, light.midpoint(heavy), heavy] {
            let factor = PERSON_SCALE as f32 / (weight as f32 * Weights::COST.minute as f32);
            let mut start = cost_prices.clone();
            start.each_mut().into_iter().flatten().for_each(|x| *x *= factor);
            start.fair.fill(0.0);
            shift_to_supplies(&model, &mut start);
            let tried = bound_at::<W>(&model, &start, threads);
            if tried.units > best.units {
                best = tried;
            }
        }
        best = polish::<W>(&model, &best, passes, PERSON_SCALE as f32 * 0.05, threads);
    }
    let fewest = (-(-best.units).div_euclid(PERSON_SCALE)).max(0);
    if fewest == 0 {
        return MostPeople { people: everyone, prices: Prices::zero(problem) };
    }
    let mut prices = best.levels.prices(&model);
    prices.fair.fill(0);
    MostPeople { people: everyone.saturating_sub(fewest.unsigned_abs()), prices }
}
