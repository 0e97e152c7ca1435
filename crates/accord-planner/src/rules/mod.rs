//! The rules, one file each. A rule is exactly one of three things, and the pricing kernel knows only these:
//! a **mask** (what a person may take), a **row** (units against a limit), a **cost** (person-minutes).

pub(crate) mod allocation;
pub(crate) mod availability;
pub(crate) mod capacity;
pub(crate) mod cover;
pub(crate) mod eligibility;
pub(crate) mod fair;
pub(crate) mod ideal;
pub(crate) mod interval;
pub(crate) mod off_shift;
pub(crate) mod reach;
pub(crate) mod supply;
pub(crate) mod unplaced;
pub(crate) mod waiting;

use accord_proof::Problem;

/// What a rule is to the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It says what a person may take.
    Mask,
    /// It counts units against a limit.
    Row,
    /// It adds person-minutes.
    Cost,
}

/// A rule as a page would list it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleCard {
    /// A short name that stays the same.
    pub code: &'static str,
    /// What it is to the kernel.
    pub kind: Kind,
    /// What it says, in a sentence.
    pub sentence: &'static str,
}

/// All rules the planner knows.
pub const RULES: [RuleCard; 13] = [
    availability::RULE,
    eligibility::RULE,
    reach::RULE,
    interval::RULE,
    capacity::RULE,
    cover::RULE,
    allocation::RULE,
    supply::RULE,
    unplaced::RULE,
    fair::RULE,
    waiting::RULE,
    off_shift::RULE,
    ideal::RULE,
];

/// What every limit has left once pinned bookings have taken theirs.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    pub blocks: Vec<i32>,
    /// `team * days + day`.
    pub team_days: Vec<i32>,
    pub allocations: Vec<i32>,
    pub supplies: Vec<i32>,
    /// People each employer may leave unplaced at no extra cost.
    pub fair: Vec<i32>,
}

impl Left {
    pub fn of(problem: &Problem) -> Self {
        let mut left = Self {
            blocks: capacity::limits(problem),
            team_days: cover::limits(problem),
            allocations: allocation::limits(problem),
            supplies: supply::limits(problem),
            fair: fair::limits(problem),
        };
        for person in &problem.people {
            for pin in &person.pinned {
                let block = &problem.blocks[pin.block as usize];
                left.blocks[pin.block as usize] -= 1;
                if let Some((row, units)) = cover::units(problem, person, block.day) {
                    left.team_days[row] -= units;
                }
                if let Some(a) = problem.reach_to(person, block).and_then(|r| r.allocation) {
                    left.allocations[a as usize] -= 1;
                }
                for s in supply::units(problem, block) {
                    left.supplies[s as usize] -= 1;
                }
            }
        }
        let rows = [&mut left.blocks, &mut left.team_days, &mut left.allocations, &mut left.supplies];
        // A pinned booking stands even above a limit; then there is simply nothing left.
        rows.into_iter().flatten().for_each(|l| *l = (*l).max(0));
        left
    }
}

/// A limit as a signed number; limits beyond two thousand million are as good as none.
pub(crate) fn limit(capacity: u32) -> i32 {
    i32::try_from(capacity).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_own_code_and_a_sentence() {
        let mut codes: Vec<_> = RULES.iter().map(|r| r.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), RULES.len());
        assert!(RULES.iter().all(|r| r.sentence.ends_with('.') && r.sentence.len() > 20));
        for kind in [Kind::Mask, Kind::Row, Kind::Cost] {
            assert!(RULES.iter().any(|r| r.kind == kind));
        }
    }
}
