//! Shortage is shared: beyond its fair share each unplaced person of an employer costs more.

use super::{Kind, RuleCard, limit};
use crate::model::Weights;
use accord_proof::Problem;

pub(super) const RULE: RuleCard = RuleCard {
    code: "fair",
    kind: Kind::Cost,
    sentence: "If places are short, no employer bears more than its share of it.",
};

/// The price of one more person unplaced never exceeds what it costs.
pub(crate) fn price_cap(problem: &Problem, weights: Weights) -> i32 {
    problem.costs.fair as i32 * weights.minute
}

pub(crate) fn limits(problem: &Problem) -> Vec<i32> {
    problem.fair.iter().map(|f| limit(*f)).collect()
}
