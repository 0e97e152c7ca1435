//! H6: no more bookings under an agreement than it allows the employer.

use super::{Place, visits};
use crate::index::left_by_pins;
use crate::plan::Plan;
use crate::problem::Problem;

pub(super) fn check(problem: &Problem, plan: &Plan) -> Vec<Place> {
    let left = left_by_pins(problem).allocations;
    let mut used = vec![0u32; left.len()];
    for v in visits(problem, plan).filter(|v| !v.is_pinned()) {
        if let Some(a) = problem.reach_to(v.person, v.block).and_then(|r| r.allocation) {
            used[a as usize] += 1;
        }
    }
    let over = (0u32..).zip(used.iter().zip(&left)).filter(|(_, (u, l))| u > l);
    over.map(|(a, _)| Place::Allocation(a)).collect()
}
