//! The planner's door.

use crate::best_response::{Congestion, Market, excess, grain, order, violation};
use crate::bound::{Bound, Levels, bound_at, demand, polish, shift_to_supplies, tables_at};
use crate::explain::{PersonIx, Reason, reasons};
use crate::model::{Model, NONE, Weights};
use crate::most::most_people;
use crate::repair::Exchange;
use crate::slots::assign;
use crate::random::Random;
use crate::state::State;
use accord_proof::{Person, Plan, Problem, Proof, cost_bound};

/// How much work to do. Work, not time: the same budget gives the same answer on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Rounds of best response in search of prices.
    pub price_rounds: u32,
    /// Steps of ascent of the bound.
    pub polish_passes: u32,
    /// Rounds of best response at the prices found.
    pub primal_rounds: u32,
    /// Exchanges tried for each hundred people.
    pub moves_per_hundred: u32,
    /// Passes in search of prices for the most people that can be placed.
    pub people_passes: u32,
    /// Threads for what can be shared; the answer does not depend on it.
    pub threads: usize,
}

impl Budget {
    /// What a campaign of twenty thousand is planned with: a few seconds of one processor.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            price_rounds: 60,
            polish_passes: 60,
            primal_rounds: 40,
            moves_per_hundred: 500,
            people_passes: 40,
            threads: 2,
        }
    }

    /// So many times the work.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        let by = |n: u32| (f64::from(n) * factor).round().max(1.0) as u32;
        Self {
            price_rounds: by(self.price_rounds),
            polish_passes: by(self.polish_passes),
            primal_rounds: by(self.primal_rounds),
            moves_per_hundred: by(self.moves_per_hundred),
            people_passes: by(self.people_passes),
            threads: self.threads,
        }
    }
}

/// What the planner is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Looking for prices.
    Prices,
    /// Raising the bound.
    Bound,
    /// Choosing courses at the prices.
    Choice,
    /// Repairing and improving by exchanges.
    Exchange,
    /// Bounding how many people can be placed.
    People,
    /// Choosing slots.
    Slots,
}

/// How far the planner is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Steps of that phase done.
    pub done: u32,
    /// Steps of that phase in all.
    pub of: u32,
    /// No plan costs less (person-minutes), as far as known.
    pub bound: i64,
    /// Cost of the best plan known that keeps all rules (person-minutes).
    pub value: Option<i64>,
}

/// A plan, what it is worth, and why people without a course have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The plan: it keeps every hard rule.
    pub plan: Plan,
    /// The proof of its value and bound.
    pub proof: Proof,
    /// One entry for everyone unplaced, by index.
    pub reasons: Vec<(PersonIx, Reason)>,
}

/// Plans `problem`.
///
/// # Panics
/// May panic if [`Problem::validate`] refuses the problem.
pub fn plan(problem: &Problem, budget: Budget, progress: &mut dyn FnMut(Progress)) -> Outcome {
    match problem.days {
        0..=32 => plan_with::<32>(problem, budget, progress),
        33..=64 => plan_with::<64>(problem, budget, progress),
        65..=96 => plan_with::<96>(problem, budget, progress),
        _ => plan_with::<192>(problem, budget, progress),
    }
}

fn plan_with<const W: usize>(problem: &Problem, budget: Budget, progress: &mut dyn FnMut(Progress)) -> Outcome {
    let model = Model::new(problem, Weights::COST);
    let mut random = Random::new(0xACC0_4D);
    let found = prices::<W>(&model, budget, &mut random, progress);
    let step = scale(&model) * std::env::var("LR").ok().and_then(|x| x.parse().ok()).unwrap_or(0.05f32);
    let best = polish::<W>(&model, &found, budget.polish_passes as usize, step, budget.threads);
    progress(Progress { phase: Phase::Bound, done: 0, of: 0, bound: best.units / 64, value: None });
    let state = choose::<W>(&model, &best, budget, &mut random, progress);
    let mut exchange = Exchange::<W>::new(&model, state, &best, &mut random);
    let moves = model.people.len() * budget.moves_per_hundred as usize / 100;
    let warm = f64::from(scale(&model)) * std::env::var("WARM").ok().and_then(|x| x.parse().ok()).unwrap_or(0.2);
    progress(Progress { phase: Phase::Exchange, done: 0, of: 2, bound: best.units / 64, value: Some(exchange.best_cost() / 64) });
    exchange.search(moves, warm, &mut random);
    progress(Progress { phase: Phase::Exchange, done: 2, of: 2, bound: best.units / 64, value: Some(exchange.best_cost() / 64) });
    let outcome = finish(&model, exchange, &best, budget);
    progress(Progress { phase: Phase::Slots, done: 1, of: 1, bound: outcome.proof.bound, value: Some(outcome.proof.value) });
    outcome
}

/// Slots, reasons and the proof.
fn finish<const W: usize>(model: &Model<'_>, exchange: Exchange<'_, '_, W>, bound: &Bound, budget: Budget) -> Outcome {
    let problem = model.problem;
    let courses = exchange.into_best();
    let mut state = State::empty(model);
    let mut blocks: Vec<Option<Vec<u32>>> = problem.people.iter().map(pinned_blocks(problem)).collect();
    for (i, course) in courses.into_iter().enumerate() {
        let Some(spots) = course else { continue };
        state.join(model, i, spots);
        let picks = spots.iter().map(|s| s.block).take_while(|b| *b != NONE);
        blocks[model.people[i].index as usize] = Some(picks.collect());
    }
    let plan = assign(problem, &blocks);
    let unplaced = plan.unplaced();
    let mut market = Market::<W>::new(model, state, Levels::zero(model), Congestion::Hard);
    let reasons = reasons(&mut market);
    let most = most_people::<W>(problem, &bound.levels, unplaced, budget.people_passes as usize, budget.threads);
    let prices = bound.levels.prices(model);
    let proof = Proof {
        problem_hash: problem.hash(),
        value: accord_proof::value(problem, &plan).total,
        bound: cost_bound(problem, &prices).expect("prices made for this problem"),
        prices,
        most,
    };
    Outcome { plan, proof, reasons }
}

/// The course of whoever is wholly pinned.
fn pinned_blocks(problem: &Problem) -> impl Fn(&Person) -> Option<Vec<u32>> {
    |p| problem.wholly_pinned(p).then(|| p.pinned.iter().map(|pin| pin.block).collect())
}

/// What an appointment costs if nothing is limited: the measure of every step.
fn scale(model: &Model<'_>) -> f32 {
    let total: i64 = 1280;
    let _ = model;
    total as f32
}

fn prices<const W: usize>(
    model: &Model<'_>,
    budget: Budget,
    random: &mut Random,
    progress: &mut dyn FnMut(Progress),
) -> Bound {
    let rounds = budget.price_rounds;
    let s = scale(model);
    let env = |n: &str, d: f32| std::env::var(n).ok().and_then(|x| x.parse().ok()).unwrap_or(d);
    let (r0, r1, beta, ema) = (env("R0", 1.0), env("R1", 0.015), env("BETA", 0.0), env("EMA", 0.1));
    let mut market = Market::<W>::new(model, State::empty(model), Levels::zero(model), Congestion::Soft(s * r0));
    let mut velocity = Levels::zero(model);
    let mut average = Levels::zero(model);
    let _ = r1;
    let mut rho = s * r0;
    let (up, down, tgt) = (env("UP", 1.2), env("DOWN", 0.85), env("TGT", 0.005));
    for round in 0..rounds {
        if round > 0 {
            let v = violation(model, &market.state) as f32;
            rho *= if v > tgt * 2.0 * model.people.len() as f32 { up } else { down };
            rho = rho.clamp(s * 0.02, s * 64.0);
        }
        market.congestion = Congestion::Soft(rho);
        market.refresh();
        market.round(&order(model.people.len(), random));
        let over = excess(model, &market.state);
        step(model, &mut market.levels, &mut velocity, &over, rho * env("STEP", 0.5), beta);
        average.blend(&market.levels, if round == 0 { 1.0 } else { ema });
        if round % 10 == 9 || round + 1 == rounds {
            let b = bound_at::<W>(model, &average, budget.threads);
            let mut sh = average.clone();
            shift_to_supplies(model, &mut sh);
            let b2 = bound_at::<W>(model, &sh, budget.threads);
            eprintln!("round {round} rho {rho:.1} violation {} cost {} bound {} shifted {}", violation(model, &market.state), market.state.cost(model) / 64, b.units / 64, b2.units / 64);
            progress(Progress { phase: Phase::Prices, done: round, of: rounds, bound: b.units / 64, value: None });
        }
    }
    shift_to_supplies(model, &mut average);
    bound_at::<W>(model, &average, budget.threads)
}

fn step(model: &Model<'_>, levels: &mut Levels, velocity: &mut Levels, over: &Levels, rho: f32, beta: f32) {
    let l = &model.left;
    let left = [&l.blocks, &l.team_days, &l.allocations, &l.supplies, &l.fair];
    let rows = levels.each_mut().into_iter().zip(velocity.each_mut()).zip(over.each());
    for (n, ((level, velocity), over)) in rows.enumerate() {
        let cap = if n == 4 { model.fair_cap as f32 } else { crate::model::MAX_PRICE as f32 };
        for i in 0..level.len() {
            let g = if n < 2 { 1.0 } else { grain(left[n][i]) };
            velocity[i] = beta * velocity[i] + rho * g * over[i];
            let moved = level[i] + velocity[i];
            if moved <= 0.0 {
                velocity[i] = 0.0;
            }
            level[i] = moved.clamp(0.0, cap);
        }
    }
}

fn choose<const W: usize>(
    model: &Model<'_>,
    bound: &Bound,
    budget: Budget,
    random: &mut Random,
    progress: &mut dyn FnMut(Progress),
) -> State {
    let s = scale(model);
    let env = |n: &str, d: f32| std::env::var(n).ok().and_then(|x| x.parse().ok()).unwrap_or(d);
    let (p0, p1, ps) = (env("P0", 0.05), env("P1", 0.2), env("PS", 0.3));
    let mut market = Market::<W>::new(model, State::empty(model), bound.levels.clone(), Congestion::Soft(s * p0));
    let mut still = Levels::zero(model);
    for round in 0..budget.primal_rounds {
        let rho = s * p0 * (p1 / p0).powf(round as f32 / budget.primal_rounds as f32);
        market.congestion = Congestion::Soft(rho);
        market.refresh();
        market.round(&order(model.people.len(), random));
        let over = excess(model, &market.state);
        step(model, &mut market.levels, &mut still, &over, rho * ps, 0.0);
        if round % 10 == 9 {
            eprintln!("primal {round} rho {rho:.1} violation {} cost {} unplaced {}", violation(model, &market.state), market.state.cost(model) / 64, market.state.courses.iter().filter(|c| c.is_none()).count());
        }
    }
    let _ = (demand::<W>, tables_at::<W>);
    progress(Progress { phase: Phase::Choice, done: 0, of: 0, bound: bound.units / 64, value: None });
    market.state
}
