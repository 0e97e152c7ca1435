//! The hard rules, one file each. Every check reads problem and plan only, and shares nothing with the others but
//! the walk over the plan below.

mod allocation;
mod allowed;
mod capacity;
mod cover;
mod interval;
mod one_course;
mod pinned;
mod supply;

use crate::plan::{Pick, Plan};
use crate::problem::{Block, Person, Problem};

/// A hard rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// H1: a person has one whole course or none, of picks that exist, on ascending days.
    OneCourse,
    /// H2: no block and no slot holds more people than it has places.
    Capacity,
    /// H3: on the day the person can come, may have the product, and may use the site.
    Allowed,
    /// H4: one product throughout; windows and intervals kept.
    Interval,
    /// H5: no team has more people away than its cover bears.
    Cover,
    /// H6: no allocation is used beyond what was given.
    Allocation,
    /// H7: no more doses than there are.
    Supply,
    /// H8: pinned bookings stand.
    Pinned,
    /// The proof is about this problem, and what it claims is so.
    Proof,
}

/// Where a rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// The plan or proof as a whole.
    Whole,
    /// A person.
    Person(u32),
    /// An appointment of a person (0-based within the course).
    Appointment(u32, u8),
    /// A block.
    Block(u32),
    /// A slot of a block.
    Slot(u32, u16),
    /// A team on a day.
    TeamDay(u32, u16),
    /// An allocation.
    Allocation(u32),
    /// A supply.
    Supply(u32),
}

/// A hard rule broken, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// Where.
    pub place: Place,
}

/// One appointment of a plan.
pub(crate) struct Visit<'a> {
    pub person_index: u32,
    pub person: &'a Person,
    /// Which appointment of the course.
    pub appointment: usize,
    pub pick: Pick,
    pub block: &'a Block,
}

impl Visit<'_> {
    pub fn is_pinned(&self) -> bool {
        self.person.pin(self.appointment).is_some_and(|p| p.block == self.pick.block && p.slot == self.pick.slot)
    }

    pub fn place(&self) -> Place {
        Place::Appointment(self.person_index, u8::try_from(self.appointment).unwrap_or(u8::MAX))
    }
}

/// The appointments of one person; picks that do not exist are left out (H1 reports them).
pub(crate) fn visits_of<'a>(problem: &'a Problem, plan: &'a Plan, i: usize) -> Vec<Visit<'a>> {
    let person = &problem.people[i];
    let picks = plan.courses.get(i).and_then(Option::as_ref).map_or(&[][..], |c| &c.picks);
    picks
        .iter()
        .enumerate()
        .filter_map(|(k, pick)| {
            let block = problem.blocks.get(pick.block as usize)?;
            block.slots.get(usize::from(pick.slot))?;
            Some(Visit {
                person_index: u32::try_from(i).expect("people are indexed by u32"),
                person,
                appointment: person.next_appointment() + k,
                pick: *pick,
                block,
            })
        })
        .collect()
}

/// All appointments of the plan.
pub(crate) fn visits<'a>(problem: &'a Problem, plan: &'a Plan) -> impl Iterator<Item = Visit<'a>> {
    (0..problem.people.len()).flat_map(|i| visits_of(problem, plan, i))
}

/// Every hard rule broken, in the order of the rules.
pub(crate) fn broken(problem: &Problem, plan: &Plan) -> Vec<Violation> {
    let mut found = Vec::new();
    for (rule, check) in [
        (Rule::OneCourse, one_course::check as fn(&Problem, &Plan) -> Vec<Place>),
        (Rule::Capacity, capacity::check),
        (Rule::Allowed, allowed::check),
        (Rule::Interval, interval::check),
        (Rule::Cover, cover::check),
        (Rule::Allocation, allocation::check),
        (Rule::Supply, supply::check),
        (Rule::Pinned, pinned::check),
    ] {
        found.extend(check(problem, plan).into_iter().map(|place| Violation { rule, place }));
    }
    found
}
