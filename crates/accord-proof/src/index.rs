//! What the limits have left once pinned bookings have taken theirs, and which blocks a site has.

use crate::problem::{Person, Problem};

/// Units used, of each thing that is limited, by a set of appointments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub blocks: Vec<u32>,
    pub slots: Vec<Vec<u32>>,
    pub supplies: Vec<u32>,
    pub team_days: Vec<u32>,
    pub allocations: Vec<u32>,
}

impl Used {
    pub fn none(problem: &Problem) -> Self {
        Self {
            blocks: vec![0; problem.blocks.len()],
            slots: problem.blocks.iter().map(|b| vec![0; b.slots.len()]).collect(),
            supplies: vec![0; problem.supplies.len()],
            team_days: vec![0; problem.teams.len() * usize::from(problem.days)],
            allocations: vec![0; problem.allocations.len()],
        }
    }

    /// Counts one appointment of a person.
    pub fn take(&mut self, problem: &Problem, person: &Person, block: usize, slot: usize) {
        let b = &problem.blocks[block];
        self.blocks[block] += 1;
        self.slots[block][slot] += 1;
        for (used, s) in self.supplies.iter_mut().zip(&problem.supplies) {
            let here = s.site.is_none_or(|site| site == b.site);
            if here && s.product == b.product && b.day <= s.until_day {
                *used += 1;
            }
        }
        if let Some(team) = person.team
            && person.on_shift.has(b.day)
        {
            self.team_days[team as usize * usize::from(problem.days) + usize::from(b.day)] += 2;
        }
        if let Some(a) = problem.reach_to(person, b).and_then(|r| r.allocation) {
            self.allocations[a as usize] += 1;
        }
    }
}

/// What all pinned bookings use.
pub(crate) fn used_by_pins(problem: &Problem) -> Used {
    let mut used = Used::none(problem);
    for person in &problem.people {
        for pin in &person.pinned {
            used.take(problem, person, pin.block as usize, usize::from(pin.slot));
        }
    }
    used
}

/// What is left of every limit for appointments that are not pinned.
pub(crate) fn left_by_pins(problem: &Problem) -> Used {
    let used = used_by_pins(problem);
    let sub = |capacity: u32, used: u32| capacity.saturating_sub(used);
    Used {
        blocks: problem.blocks.iter().zip(&used.blocks).map(|(b, u)| sub(b.capacity(), *u)).collect(),
        slots: problem
            .blocks
            .iter()
            .zip(&used.slots)
            .map(|(b, us)| b.slots.iter().zip(us).map(|(s, u)| sub(u32::from(s.places), *u)).collect())
            .collect(),
        supplies: problem.supplies.iter().zip(&used.supplies).map(|(s, u)| sub(s.doses, *u)).collect(),
        team_days: problem.teams.iter().flat_map(|t| &t.cover).zip(&used.team_days).map(|(c, u)| sub(*c, *u)).collect(),
        allocations: problem.allocations.iter().zip(&used.allocations).map(|(a, u)| sub(a.capacity, *u)).collect(),
    }
}

/// For each site the indices of its blocks.
pub(crate) fn blocks_by_site(problem: &Problem) -> Vec<Vec<usize>> {
    let mut by_site = vec![Vec::new(); problem.sites as usize];
    for (i, b) in problem.blocks.iter().enumerate() {
        by_site[b.site as usize].push(i);
    }
    by_site
}
