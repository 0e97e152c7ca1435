//! H4: one product throughout the course, every appointment in its window, every interval within the product's limits.
//! Between two bookings that both stand already nothing is asked.

use super::{Place, visits_of};
use crate::plan::Plan;
use crate::problem::Problem;

pub(super) fn check(problem: &Problem, plan: &Plan) -> Vec<Place> {
    let mut broken = Vec::new();
    for (i, person) in problem.people.iter().enumerate() {
        // Day, product and whether it stands already: of what was given first, then along the course.
        let mut before = person.given.map(|g| (g.day, g.product, true));
        for v in visits_of(problem, plan, i) {
            let day = i32::from(v.block.day);
            let pinned = v.is_pinned();
            let window = problem.appointments.get(v.appointment);
            let in_window = window.is_some_and(|w| (w.first_day..=w.last_day).contains(&v.block.day));
            let kept = before.is_none_or(|(last, product, stood)| {
                let p = &problem.products[usize::from(product)];
                let interval = i32::from(p.interval_min)..=i32::from(p.interval_max);
                (stood && pinned) || (product == v.block.product && interval.contains(&(day - last)))
            });
            if !(kept && (pinned || in_window)) {
                broken.push(v.place());
            }
            before = Some((day, v.block.product, pinned));
        }
    }
    broken
}
