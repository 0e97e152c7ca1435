//! What a plan costs, in person-minutes.

use crate::plan::Plan;
use crate::problem::Problem;
use crate::rules::visits_of;

/// The cost of a plan and what it is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// The sum of the parts, person-minutes.
    pub total: i64,
    /// For people left unplaced, by group.
    pub unplaced: i64,
    /// For people unplaced beyond their employer's fair share.
    pub fair: i64,
    /// For waiting, travel, off-shift appointments and intervals off the ideal.
    pub courses: i64,
    /// How many people are unplaced.
    pub people_unplaced: u64,
}

/// The cost of `plan`. Picks that do not exist count nothing.
#[must_use]
pub fn value(problem: &Problem, plan: &Plan) -> Value {
    let mut out = Value::default();
    let mut unplaced_of = vec![0u32; problem.employers as usize];
    for (i, person) in problem.people.iter().enumerate() {
        if plan.courses.get(i).is_some_and(Option::is_some) {
            out.courses += course_cost(problem, plan, i);
        } else {
            out.unplaced += i64::from(problem.groups[usize::from(person.group)].unplaced);
            out.people_unplaced += 1;
            unplaced_of[person.employer as usize] += 1;
        }
    }
    for (unplaced, share) in unplaced_of.iter().zip(&problem.fair) {
        out.fair += i64::from(problem.costs.fair) * i64::from(unplaced.saturating_sub(*share));
    }
    out.total = out.unplaced + out.fair + out.courses;
    out
}

fn course_cost(problem: &Problem, plan: &Plan, i: usize) -> i64 {
    let person = &problem.people[i];
    let mut cost = 0;
    let mut before = person.given.map(|g| (g.day, g.product));
    for v in visits_of(problem, plan, i) {
        let day = i32::from(v.block.day);
        if v.appointment == 0 {
            cost += i64::from(problem.groups[usize::from(person.group)].wait_per_day) * i64::from(day);
        }
        cost += problem.reach_to(person, v.block).map_or(0, |r| i64::from(r.minutes));
        if !person.on_shift.has(v.block.day) {
            cost += i64::from(problem.costs.off_shift);
        }
        if let Some((last, product)) = before {
            let ideal = i32::from(problem.products[usize::from(product)].interval_ideal);
            let off = (day - last - ideal).abs();
            cost += i64::from(problem.costs.per_day_off_ideal) * i64::from(off);
        }
        before = Some((day, v.block.product));
    }
    cost
}
