//! Appointments lie in their windows, and no closer and no farther apart than the product allows.

use super::{Kind, RuleCard};
use accord_proof::Problem;

pub(super) const RULE: RuleCard = RuleCard {
    code: "interval",
    kind: Kind::Mask,
    sentence: "Between two appointments lie no fewer and no more days than the product allows.",
};

/// Fewest, most and ideal days between two appointments.
pub(crate) fn days(problem: &Problem, product: usize) -> (usize, usize, usize) {
    let p = &problem.products[product];
    (usize::from(p.interval_min), usize::from(p.interval_max), usize::from(p.interval_ideal))
}
