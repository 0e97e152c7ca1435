//! An allocation is not used beyond what was given.

use super::{Kind, RuleCard, limit};
use accord_proof::Problem;

pub(super) const RULE: RuleCard = RuleCard {
    code: "allocation",
    kind: Kind::Row,
    sentence: "An employer books no more under an agreement than it was given.",
};

pub(crate) fn limits(problem: &Problem) -> Vec<i32> {
    problem.allocations.iter().map(|a| limit(a.capacity)).collect()
}
