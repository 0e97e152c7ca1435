//! People go only to sites they can reach, may enter and may use on that day; the way there costs minutes.

use super::{Kind, RuleCard};
use crate::model::{Way, Weights};
use accord_proof::{Problem, Reach};

pub(super) const RULE: RuleCard = RuleCard {
    code: "reach",
    kind: Kind::Mask,
    sentence: "A person goes only to a site within reach that suits them and that an agreement opens to them.",
};

/// The way as the kernel has it; none if it holds on no day of the horizon.
pub(crate) fn way(problem: &Problem, reach: &Reach, weights: Weights) -> Option<Way> {
    let last = reach.last_day.min(problem.days - 1);
    (reach.first_day <= last).then(|| Way {
        site: reach.site,
        cost: i32::from(reach.minutes) * weights.minute,
        allocation: reach.allocation.unwrap_or(problem.allocations.len() as u32),
        first: reach.first_day as u8,
        last: last as u8,
        partial: reach.first_day > 0 || last + 1 < problem.days,
    })
}
