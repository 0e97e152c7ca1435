//! H1: a person has one whole course or none.

use super::{Place, visits_of};
use crate::plan::Plan;
use crate::problem::Problem;

pub(super) fn check(problem: &Problem, plan: &Plan) -> Vec<Place> {
    let mut broken = Vec::new();
    if plan.courses.len() != problem.people.len() {
        broken.push(Place::Whole);
    }
    for (i, person) in problem.people.iter().enumerate() {
        let Some(Some(course)) = plan.courses.get(i) else {
            continue;
        };
        let visits = visits_of(problem, plan, i);
        let whole = course.picks.len() == problem.remaining(person) && !course.picks.is_empty();
        let exist = visits.len() == course.picks.len();
        let wholly_pinned = problem.wholly_pinned(person);
        let ascending = wholly_pinned || visits.windows(2).all(|w| w[0].block.day < w[1].block.day);
        if !(whole && exist && ascending) {
            broken.push(Place::Person(u32::try_from(i).unwrap_or(u32::MAX)));
        }
    }
    broken
}
