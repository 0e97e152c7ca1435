//! In search of prices, and of choices at them.

use crate::api::{Budget, Phase, Progress};
use crate::best_response::{Congestion, Market, excess, grain, order, violation};
use crate::bound::{Bound, Levels, bound_at, demand, search_supplies, shift_to_supplies, tables_at};
use crate::model::{MAX_PRICE, Model};
use crate::random::Random;
use crate::state::State;

/// What an appointment costs if nothing is limited, in price units: the measure of every step, so that one schedule
/// does for all problems.
pub(crate) fn scale<const W: usize>(model: &Model<'_>, threads: usize) -> f32 {
    let free = Levels::zero(model);
    let demand = demand(model, &tables_at::<W>(model, &free.prices(model)), threads);
    let placed: i64 = demand.used.blocks.iter().map(|u| i64::from(*u)).sum();
    let left_out: i64 = demand.used.unplaced.iter().map(|u| i64::from(*u)).sum();
    let people = model.people.len().max(1) as i64;
    let weight = model.people.iter().map(|w| i64::from(w.unplaced)).sum::<i64>() / people;
    let courses = (demand.cost - left_out * weight).max(0);
    (courses as f32 / placed.max(1) as f32).clamp(64.0, 64.0 * 500.0)
}

/// How strongly congestion raises prices, in parts of the scale, and when.
struct Pressure {
    scale: f32,
    rho: f32,
    /// Units above limits that are taken for few.
    few: f32,
}

impl Pressure {
    const HIGHEST: f32 = 64.0;
    const LOWEST: f32 = 0.02;
    const AT_END: f32 = 0.15;
    /// The share of rounds in which it follows the violations; then it only falls.
    const FOLLOWS: f32 = 0.4;

    fn next(&mut self, violation: i64, round: u32, rounds: u32) {
        if (round as f32) <= rounds as f32 * Self::FOLLOWS {
            // Much above the limits: places are short, and prices of another order must be found.
            self.rho *= if violation as f32 > self.few { 1.2 } else { 0.85 };
        } else {
            let end = (self.scale * Self::AT_END / self.rho).min(1.0);
            self.rho *= end.powf(1.0 / (rounds - round) as f32);
        }
        self.rho = self.rho.clamp(self.scale * Self::LOWEST, self.scale * Self::HIGHEST);
    }
}

/// Prices of the supplies go their own way: a step that grows while a supply stays short and shrinks when it turns.
struct Pace {
    steps: Vec<f32>,
    was: Vec<f32>,
    scale: f32,
}

impl Pace {
    fn new(rows: usize, scale: f32) -> Self {
        Self { steps: vec![0.0; rows], was: vec![0.0; rows], scale }
    }

    fn advance(&mut self, over: &[f32], levels: &mut [f32]) {
        let least = self.scale * 0.02;
        for (i, level) in levels.iter_mut().enumerate() {
            if over[i] <= 0.0 && *level <= 0.0 {
                // Nothing is short, and what little price there was is gone.
                (self.steps[i], self.was[i]) = (0.0, 0.0);
                continue;
            }
            let step = self.steps[i];
            let sign = if over[i] > 0.0 { 1.0 } else { -1.0 };
            self.steps[i] = match step * sign {
                same if same > 0.0 => step * 1.5,
                turned if turned < 0.0 => sign * (step.abs() * 0.4).max(least),
                _ => sign * self.scale * if sign > 0.0 { 0.25 } else { 0.02 },
            };
            *level = (self.was[i] + self.steps[i]).clamp(0.0, MAX_PRICE as f32);
            self.was[i] = *level;
        }
    }
}

/// Prices at which demand nearly keeps the limits, with their bound.
pub(crate) fn prices<const W: usize>(
    model: &Model<'_>,
    scale: f32,
    budget: &Budget,
    random: &mut Random,
    progress: &mut dyn FnMut(Progress),
) -> Bound {
    let rounds = budget.price_rounds;
    let mut pressure = Pressure { scale, rho: scale, few: 0.01 * model.people.len() as f32 };
    let mut pace = Pace::new(model.left.supplies.len(), scale);
    let start = Congestion::Soft(pressure.rho);
    let mut market = Market::<W>::new(model, State::empty(model), Levels::zero(model), start);
    let mut average = Levels::zero(model);
    for round in 0..rounds {
        if round > 0 {
            pressure.next(violation(model, &market.state), round, rounds);
        }
        market.congestion = Congestion::Soft(pressure.rho);
        market.refresh();
        market.round(&order(model.people.len(), random));
        let over = excess(model, &market.state);
        follow(model, &mut market.levels, &over, pressure.rho * 0.5);
        pace.advance(&over.supplies, &mut market.levels.supplies);
        average.blend(&market.levels, if round == 0 { 1.0 } else { 0.2 });
        if round % 10 == 9 {
            progress(Progress { phase: Phase::Prices, done: round + 1, of: rounds, bound: None, value: None });
        }
    }
    shift_to_supplies(model, &mut average);
    let plain = bound_at::<W>(model, &average, budget.threads);
    search_supplies::<W>(model, &mut average, 4, budget.threads);
    let searched = bound_at::<W>(model, &average, budget.threads);
    if searched.units > plain.units { searched } else { plain }
}

/// Moves every price by what is above or below its limit.
fn follow(model: &Model<'_>, levels: &mut Levels, over: &Levels, step: f32) {
    let l = &model.left;
    let left = [&l.blocks, &l.team_days, &l.allocations, &l.supplies, &l.fair];
    for (n, (level, over)) in levels.each_mut().into_iter().zip(over.each()).enumerate() {
        let cap = if n == 4 { model.fair_cap } else { MAX_PRICE } as f32;
        for i in 0..level.len() {
            let grain = if n < 2 { 1.0 } else { grain(left[n][i]) };
            level[i] = (level[i] + step * grain * over[i]).clamp(0.0, cap);
        }
    }
}

/// Choices at the prices found that nearly keep the limits: congestion presses more and more.
pub(crate) fn choose<const W: usize>(
    model: &Model<'_>,
    scale: f32,
    bound: &Bound,
    budget: &Budget,
    random: &mut Random,
    progress: &mut dyn FnMut(Progress),
) -> State {
    let mut rho = scale * 0.05;
    let few = (0.003 * model.people.len() as f32) as i64;
    let start = Congestion::Soft(rho);
    let mut market = Market::<W>::new(model, State::empty(model), bound.levels.clone(), start);
    for round in 0..budget.primal_rounds {
        if round > 0 {
            // Where places are short prices are of another order, and so must be what keeps people off them.
            let press = if violation(model, &market.state) > few { 1.15 } else { 1.03 };
            rho = (rho * press).min(scale * 8.0);
        }
        market.congestion = Congestion::Soft(rho);
        market.refresh();
        market.round(&order(model.people.len(), random));
        let over = excess(model, &market.state);
        follow(model, &mut market.levels, &over, rho * 0.3);
        if round % 10 == 9 {
            let bound = Some(bound.minutes());
            let of = budget.primal_rounds;
            progress(Progress { phase: Phase::Choice, done: round + 1, of, bound, value: None });
        }
    }
    market.state
}
