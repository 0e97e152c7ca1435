//! The planner's door.

use crate::ascent::polish;
use crate::best_response::{Congestion, Market};
use crate::bound::{Bound, Levels};
use crate::explain::{self, PersonIx, Reason, reasons};
use crate::model::{Model, NONE, Weights};
use crate::most::most_people;
use crate::random::Random;
use crate::repair::Exchange;
use crate::search::{choose, prices, scale};
use crate::slots::assign;
use crate::state::State;
use accord_proof::{PRICE_SCALE, Person, Plan, Problem, Proof};

/// Where every search begins.
const SEED: u64 = 0x000A_CC0D;

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
            price_rounds: 90,
            polish_passes: 250,
            primal_rounds: 40,
            moves_per_hundred: 800,
            people_passes: 60,
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
    pub bound: Option<i64>,
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
        0..=32 => plan_with::<32>(problem, &budget, progress),
        33..=64 => plan_with::<64>(problem, &budget, progress),
        65..=96 => plan_with::<96>(problem, &budget, progress),
        _ => plan_with::<192>(problem, &budget, progress),
    }
}

/// The people who could have no course even if nobody else came, by index: no plan is to blame for them. Left out are
/// those whose own two appointments would need two of what has one left.
///
/// # Panics
/// May panic if [`Problem::validate`] refuses the problem.
pub fn nowhere(problem: &Problem) -> Vec<PersonIx> {
    match problem.days {
        0..=32 => explain::nowhere::<32>(problem),
        33..=64 => explain::nowhere::<64>(problem),
        65..=96 => explain::nowhere::<96>(problem),
        _ => explain::nowhere::<192>(problem),
    }
}

fn plan_with<const W: usize>(problem: &Problem, budget: &Budget, progress: &mut dyn FnMut(Progress)) -> Outcome {
    let model = Model::new(problem, Weights::COST);
    let mut random = Random::new(SEED);
    let scale = scale::<W>(&model, budget.threads);
    let found = prices::<W>(&model, scale, budget, &mut random, progress);
    let best = polish::<W>(&model, &found, budget.polish_passes as usize, scale * 0.05, budget.threads);
    let fixed = pinned_cost(problem);
    let bound = Some(best.minutes() + fixed);
    progress(Progress { phase: Phase::Bound, done: 1, of: 1, bound, value: None });
    let state = choose::<W>(&model, scale, &best, budget, &mut random, progress);
    let mut exchange = Exchange::<W>::new(&model, state, &best, &mut random);
    let moves = model.people.len() * budget.moves_per_hundred as usize / 100;
    let value = Some(exchange.best_cost() / PRICE_SCALE + fixed);
    progress(Progress { phase: Phase::Exchange, done: 0, of: 1, bound, value });
    exchange.search(moves, f64::from(scale) * 0.5, &mut random);
    let outcome = finish(&model, exchange, &best, fixed, budget);
    let (bound, value) = (Some(outcome.proof.bound), Some(outcome.proof.value));
    progress(Progress { phase: Phase::Slots, done: 1, of: 1, bound, value });
    outcome
}

/// Slots, reasons and the proof.
fn finish<const W: usize>(
    model: &Model<'_>,
    exchange: Exchange<'_, '_, W>,
    bound: &Bound,
    fixed: i64,
    budget: &Budget,
) -> Outcome {
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
        bound: bound.minutes() + fixed,
        prices,
        most,
    };
    Outcome { plan, proof, reasons }
}

/// What the courses cost that are pinned from end to end; the search leaves them alone.
fn pinned_cost(problem: &Problem) -> i64 {
    let blocks: Vec<Option<Vec<u32>>> = problem.people.iter().map(pinned_blocks(problem)).collect();
    accord_proof::value(problem, &assign(problem, &blocks)).courses
}

/// The course of whoever is wholly pinned.
fn pinned_blocks(problem: &Problem) -> impl Fn(&Person) -> Option<Vec<u32>> {
    |p| problem.wholly_pinned(p).then(|| p.pinned.iter().map(|pin| pin.block).collect())
}
