//! H8: a booking that is pinned is in the person's course as it stands; whoever is wholly pinned has that course.

use super::Place;
use crate::plan::Plan;
use crate::problem::Problem;

pub(super) fn check(problem: &Problem, plan: &Plan) -> Vec<Place> {
    let mut broken = Vec::new();
    for (i, person) in (0u32..).zip(&problem.people) {
        let course = plan.courses.get(i as usize).and_then(Option::as_ref);
        let kept = match course {
            None => !problem.wholly_pinned(person),
            Some(course) => person.pinned.iter().all(|pin| {
                let at = usize::from(pin.appointment) - person.next_appointment();
                course.picks.get(at).is_some_and(|p| p.block == pin.block && p.slot == pin.slot)
            }),
        };
        if !kept {
            broken.push(Place::Person(i));
        }
    }
    broken
}
