//! Why there is no plan, or why one is not published.

use crate::base::refusal::Refusal;
use jiff::civil::Date;

/// Why planning or publishing did not happen; whatever stood before stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanRefusal {
    /// No such campaign, or it is closed.
    NoCampaign,
    /// The campaign has no appointments, products or priority groups.
    NothingToGive,
    /// An appointment's days have all passed.
    TooLate {
        /// The campaign's last day.
        last: Date,
    },
    /// The campaign is longer than a plan can be.
    TooLong {
        /// Its days.
        days: i64,
        /// The most there may be.
        most: u16,
    },
    /// Everybody is placed, has answered, or is unclear.
    NobodyWaiting,
    /// What the store holds makes no problem a planner could take.
    NotAProblem {
        /// The part, and what is wrong with it.
        what: String,
    },
    /// The plan failed its own check; it was not saved.
    BrokenPlan {
        /// How many rules are broken.
        violations: usize,
        /// The first of them.
        first: String,
    },
    /// No plan of this number.
    NoSuchPlan,
    /// A plan of this campaign is being published.
    Publishing {
        /// Its number.
        number: u32,
    },
    /// It is published already.
    AlreadyPublished {
        /// Its number.
        number: u32,
    },
    /// A later proposal took its place, or it was given up.
    Abandoned {
        /// Its number.
        number: u32,
    },
    /// Its bookings cannot be made, or not be made visible.
    Batch {
        /// What booking said.
        said: String,
    },
}

impl Refusal for PlanRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoCampaign => "no_campaign",
            Self::NothingToGive => "nothing_to_give",
            Self::TooLate { .. } => "too_late",
            Self::TooLong { .. } => "too_long",
            Self::NobodyWaiting => "nobody_waiting",
            Self::NotAProblem { .. } => "not_a_problem",
            Self::BrokenPlan { .. } => "broken_plan",
            Self::NoSuchPlan => "no_such_plan",
            Self::Publishing { .. } => "publishing",
            Self::AlreadyPublished { .. } => "already_published",
            Self::Abandoned { .. } => "abandoned",
            Self::Batch { .. } => "batch",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NoCampaign => "There is no such campaign, or it is closed.".into(),
            Self::NothingToGive => "The campaign has no appointments, products or priority groups yet.".into(),
            Self::TooLate { last } => format!("The days of an appointment have passed; the campaign ends on {last}."),
            Self::TooLong { days, most } => format!("The campaign is {days} days long; a plan covers at most {most}."),
            Self::NobodyWaiting => "Nobody is waiting for an appointment.".into(),
            Self::NotAProblem { what } => format!("Nothing was planned: the data contradict themselves ({what})."),
            Self::BrokenPlan { violations, first } => {
                format!("The plan was not saved: its check found {violations} broken rules, the first of them {first}.")
            }
            Self::NoSuchPlan => "There is no such plan.".into(),
            Self::Publishing { number } => format!("Plan {number} is being published."),
            Self::AlreadyPublished { number } => format!("Plan {number} is published already."),
            Self::Abandoned { number } => format!("Plan {number} was given up; a later one took its place."),
            Self::Batch { said } => format!("The plan's bookings could not be made: {said}"),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::NoCampaign => "Name an open campaign.",
            Self::NothingToGive => "Complete the campaign's rules.",
            Self::TooLate { .. } | Self::TooLong { .. } => "Change the days of its appointments.",
            Self::NobodyWaiting => "Import a staff list, or look at the worklist.",
            Self::NotAProblem { .. } | Self::BrokenPlan { .. } => "Report this with the output of `accord doctor`.",
            Self::NoSuchPlan | Self::Abandoned { .. } => "Run `accord plan` and publish the plan it makes.",
            Self::Publishing { .. } => "Run `accord publish` to finish it.",
            Self::AlreadyPublished { .. } => "Nothing is left to do.",
            Self::Batch { .. } => "Run `accord publish` again; it goes on where it stopped.",
        }
        .to_owned()
    }
}
