//! No team has more people away at once than it can bear.

use super::{Kind, RuleCard, limit};
use accord_proof::{Person, Problem};

pub(super) const RULE: RuleCard = RuleCard {
    code: "cover",
    kind: Kind::Row,
    sentence: "No team has more of its people away during their shift than agreed.",
};

/// Half-person units an appointment uses on a day the person works.
pub(crate) const UNITS: i32 = 2;

pub(crate) fn limits(problem: &Problem) -> Vec<i32> {
    problem.teams.iter().flat_map(|t| &t.cover).map(|c| limit(*c)).collect()
}

/// The row and units an appointment of this person on `day` uses.
pub(crate) fn units(problem: &Problem, person: &Person, day: u16) -> Option<(usize, i32)> {
    let team = person.team?;
    let row = team as usize * usize::from(problem.days) + usize::from(day);
    person.on_shift.has(day).then_some((row, UNITS))
}
