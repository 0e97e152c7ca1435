//! H7: up to every day a supply speaks of, no more appointments of its product than it has doses for.

use super::{Place, visits};
use crate::index::left_by_pins;
use crate::plan::Plan;
use crate::problem::Problem;

pub(super) fn check(problem: &Problem, plan: &Plan) -> Vec<Place> {
    let left = left_by_pins(problem).supplies;
    let mut used = vec![0u32; left.len()];
    for v in visits(problem, plan).filter(|v| !v.is_pinned()) {
        for (used, s) in used.iter_mut().zip(&problem.supplies) {
            let counted = s.product == v.block.product
                && s.site.is_none_or(|site| site == v.block.site)
                && v.block.day <= s.until_day;
            *used += u32::from(counted);
        }
    }
    let over = (0u32..).zip(used.iter().zip(&left)).filter(|(_, (u, l))| u > l);
    over.map(|(s, _)| Place::Supply(s)).collect()
}
