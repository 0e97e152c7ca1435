//! Up to every day, no more doses are used than have arrived.

use super::{Kind, RuleCard, limit};
use accord_proof::{Block, Problem};

pub(super) const RULE: RuleCard = RuleCard {
    code: "supply",
    kind: Kind::Row,
    sentence: "No more of a product is planned than will have been delivered.",
};

pub(crate) fn limits(problem: &Problem) -> Vec<i32> {
    problem.supplies.iter().map(|s| limit(s.doses)).collect()
}

/// The supplies an appointment in this block uses a dose of.
pub(crate) fn units(problem: &Problem, block: &Block) -> Vec<u32> {
    let counted = (0u32..).zip(&problem.supplies).filter(|(_, s)| {
        s.product == block.product && s.site.is_none_or(|x| x == block.site) && block.day <= s.until_day
    });
    counted.map(|(i, _)| i).collect()
}
