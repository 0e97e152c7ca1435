//! Leaving a person without a course costs more than anything else, by priority.

use super::{Kind, RuleCard};
use crate::model::Weights;
use accord_proof::{Person, Problem};

pub(super) const RULE: RuleCard = RuleCard {
    code: "unplaced",
    kind: Kind::Cost,
    sentence: "Everybody gets a course if there is one; those with priority first.",
};

pub(crate) fn cost(problem: &Problem, person: &Person, weights: Weights) -> i32 {
    let group = &problem.groups[usize::from(person.group)];
    weights.person.unwrap_or(group.unplaced as i32 * weights.minute)
}
