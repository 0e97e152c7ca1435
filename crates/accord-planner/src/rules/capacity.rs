//! A block holds no more people than it has places.

use super::{Kind, RuleCard, limit};
use accord_proof::Problem;

pub(super) const RULE: RuleCard =
    RuleCard { code: "capacity", kind: Kind::Row, sentence: "A clinic sees no more people than it has places for." };

pub(crate) fn limits(problem: &Problem) -> Vec<i32> {
    problem.blocks.iter().map(|b| limit(b.capacity())).collect()
}
