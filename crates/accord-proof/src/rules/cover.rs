//! H5: on no day has a team more people away during their shift than its cover bears. Counted in half-person units:
//! an appointment on a day the person works uses two.

use super::{Place, visits};
use crate::index::left_by_pins;
use crate::plan::Plan;
use crate::problem::Problem;

pub(super) fn check(problem: &Problem, plan: &Plan) -> Vec<Place> {
    let left = left_by_pins(problem).team_days;
    let days = usize::from(problem.days);
    let mut used = vec![0u32; left.len()];
    for v in visits(problem, plan).filter(|v| !v.is_pinned()) {
        if let Some(team) = v.person.team
            && v.person.on_shift.has(v.block.day)
        {
            used[team as usize * days + usize::from(v.block.day)] += 2;
        }
    }
    let places = (0u32..).zip(used.chunks(days).zip(left.chunks(days))).flat_map(|(team, (u, l))| {
        (0u16..).zip(u.iter().zip(l)).filter(|(_, (u, l))| u > l).map(move |(d, _)| Place::TeamDay(team, d))
    });
    places.collect()
}
