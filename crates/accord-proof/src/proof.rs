//! The proof: what a plan is worth, and prices from which anybody can re-compute that no plan is worth much more.

use crate::problem::Problem;

/// Parts of a person-minute a price is counted in.
pub const PRICE_SCALE: i64 = 64;

/// Parts of a person the second set of prices ([`MostPeople`]) is counted in.
pub const PERSON_SCALE: i64 = 4096;

/// SHA-256 over the canonical encoding of a problem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProblemHash(pub [u8; 32]);

/// What a planner claims of a plan. [`crate::check`] believes none of it: it re-computes value and bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The problem it is about.
    pub problem_hash: ProblemHash,
    /// Cost of the plan, person-minutes.
    pub value: i64,
    /// No plan costs less; person-minutes.
    pub bound: i64,
    /// The prices behind `bound`, in 1/[`PRICE_SCALE`] person-minutes.
    pub prices: Prices,
    /// How many people any plan can place, and the prices behind that.
    pub most: MostPeople,
}

/// The most people that can be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MostPeople {
    /// No plan places more people.
    pub people: u64,
    /// The prices behind it, in 1/[`PERSON_SCALE`] of a person; `fair` is not used.
    pub prices: Prices,
}

/// A price for a unit of everything that is limited. Any prices give a valid bound; good ones a good one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// A place, one entry a block.
    pub blocks: Vec<u32>,
    /// A dose, one entry a supply.
    pub supplies: Vec<u32>,
    /// A half-person unit of cover: `days` entries for each team, team after team.
    pub team_days: Vec<u32>,
    /// A booking, one entry an allocation.
    pub allocations: Vec<u32>,
    /// One more person unplaced, one entry an employer. At most [`crate::Costs::fair`].
    pub fair: Vec<u32>,
}

impl Prices {
    /// All prices nought: the bound they give is what everybody's cheapest course would cost were nothing limited.
    #[must_use]
    pub fn zero(problem: &Problem) -> Self {
        Self {
            blocks: vec![0; problem.blocks.len()],
            supplies: vec![0; problem.supplies.len()],
            team_days: vec![0; problem.teams.len() * usize::from(problem.days)],
            allocations: vec![0; problem.allocations.len()],
            fair: vec![0; problem.employers as usize],
        }
    }

    /// Does it have an entry for everything that is limited in `problem`?
    #[must_use]
    pub fn fits(&self, problem: &Problem) -> bool {
        self.blocks.len() == problem.blocks.len()
            && self.supplies.len() == problem.supplies.len()
            && self.team_days.len() == problem.teams.len() * usize::from(problem.days)
            && self.allocations.len() == problem.allocations.len()
            && self.fair.len() == problem.employers as usize
    }
}
