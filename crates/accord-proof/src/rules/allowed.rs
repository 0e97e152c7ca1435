//! H3: the person can come on that half-day, may have the product, and may use the site on that day. What a booking
//! that is pinned was allowed by is not asked again.

use super::{Place, visits};
use crate::plan::Plan;
use crate::problem::Problem;

pub(super) fn check(problem: &Problem, plan: &Plan) -> Vec<Place> {
    visits(problem, plan)
        .filter(|v| !v.is_pinned())
        .filter(|v| {
            let can_come = v.person.available[usize::from(v.block.half)].has(v.block.day);
            let may_have = v.person.may_have(usize::from(v.block.product));
            let may_go = problem.reach_to(v.person, v.block).is_some();
            !(can_come && may_have && may_go)
        })
        .map(|v| v.place())
        .collect()
}
