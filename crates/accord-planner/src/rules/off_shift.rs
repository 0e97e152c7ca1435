//! An appointment on a free day costs the person more than one during a shift.

use super::{Kind, RuleCard};
use crate::model::Weights;
use accord_proof::Problem;

pub(super) const RULE: RuleCard = RuleCard {
    code: "off-shift",
    kind: Kind::Cost,
    sentence: "People are asked to come on a free day only where it helps.",
};

pub(crate) fn cost(problem: &Problem, weights: Weights) -> i32 {
    problem.costs.off_shift as i32 * weights.minute
}
