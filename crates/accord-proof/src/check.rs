//! The check: every hard rule, the value and the bound, from scratch.

use crate::bound::{cost_bound, people_bound};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::proof::Proof;
use crate::rules::{Place, Rule, Violation, broken};
use crate::value::{Value, value};

/// What [`check`] found. Only if `violations` is empty do the figures speak of a plan that can be carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Every hard rule broken, and every claim of the proof that is not so.
    pub violations: Vec<Violation>,
    /// The cost of the plan.
    pub value: Value,
    /// No plan costs less (person-minutes), by the proof's prices; nought if those are no prices of this problem.
    pub bound: i64,
    /// No plan places more people, by the proof's second prices.
    pub most_people: u64,
    /// How far the plan may be from the best: (value - bound) / value.
    pub gap: f64,
    /// The same once the weights of unplaced people are taken out of the denominator, since they would hide it:
    /// (value - bound) / (value - unplaced - fair).
    pub soft_gap: f64,
}

/// Checks a plan and its proof against a problem for which [`Problem::validate`] said yes.
#[must_use]
pub fn check(problem: &Problem, plan: &Plan, proof: &Proof) -> Report {
    let mut violations = broken(problem, plan);
    let value = value(problem, plan);
    let bound = cost_bound(problem, &proof.prices);
    let people = people_bound(problem, &proof.most.prices);
    let claims = proof.problem_hash == problem.hash()
        && proof.value == value.total
        && bound.is_some_and(|b| proof.bound <= b)
        && people.is_some_and(|p| proof.most.people >= p);
    if !claims {
        violations.push(Violation { rule: Rule::Proof, place: Place::Whole });
    }
    let bound = bound.unwrap_or(0);
    let distance = value.total - bound;
    Report {
        violations,
        value,
        bound,
        most_people: people.unwrap_or(problem.people.len() as u64),
        gap: ratio(distance, value.total),
        soft_gap: ratio(distance, value.courses),
    }
}

fn ratio(part: i64, whole: i64) -> f64 {
    if part == 0 { 0.0 } else { part as f64 / whole.max(1) as f64 }
}
