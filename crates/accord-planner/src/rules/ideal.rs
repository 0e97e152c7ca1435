//! Each day an interval is off the ideal costs.

use super::{Kind, RuleCard};
use crate::model::Weights;
use accord_proof::Problem;

pub(super) const RULE: RuleCard = RuleCard {
    code: "ideal-interval",
    kind: Kind::Cost,
    sentence: "Appointments of a course are as far apart as is best for the product.",
};

pub(crate) fn cost_per_day(problem: &Problem, weights: Weights) -> i32 {
    problem.costs.per_day_off_ideal as i32 * weights.minute
}
