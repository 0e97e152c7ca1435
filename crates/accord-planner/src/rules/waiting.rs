//! Each day of waiting for the first appointment costs, by priority.

use super::{Kind, RuleCard};
use crate::model::Weights;
use accord_proof::{Person, Problem};

pub(super) const RULE: RuleCard = RuleCard {
    code: "waiting",
    kind: Kind::Cost,
    sentence: "Courses begin early, those of people with priority first.",
};

pub(crate) fn cost_per_day(problem: &Problem, person: &Person, weights: Weights) -> i32 {
    problem.groups[usize::from(person.group)].wait_per_day as i32 * weights.minute
}
