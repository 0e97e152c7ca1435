//! A campaign: our run of a programme, with its rules as data.
//!
//! Invariants
//! - The course has 1 to n appointments, numbered from 1, each with its days; an interval can fit between them.
//! - Everybody of the cohort has exactly one offer: a state, an owner and a next date, or evidence that it is closed.
//! - No team has more than the agreed share away on one day: `team_day_cover`.
//!
//! Not here: who is booked where. `booking` changes offers through [`offer`], and takes team-days.

pub mod cover;
pub mod create;
pub mod decide;
pub mod offer;
pub mod pages;
pub mod routes;
pub mod store;

use crate::base::ids::{CampaignId, ProductId};
use crate::base::refusal::Refusal;
use jiff::civil::Date;

/// What silence means: the person does not answer the invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// The person is seen if they come.
    Keep,
    /// The place is released 48 hours before, after one reminder.
    Release,
}

impl Silence {
    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Release => "release",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Keep, Self::Release].into_iter().find(|s| s.word() == word)
    }
}

/// How long before an appointment people book, change and cancel it themselves, in minutes; later they ring. 0: until it
/// begins. A booking operator, a clinic and a campaign lead may go below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notice {
    /// To book it.
    pub book: u32,
    /// To give it up for another.
    pub change: u32,
    /// To cancel it.
    pub cancel: u32,
}

/// The longest notice a campaign may ask for, in minutes: four weeks.
pub const NOTICE_MAX: u32 = 28 * 24 * 60;

/// The rules of a campaign, complete and valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// What people call it.
    pub name: String,
    /// What is given: "flu".
    pub programme: String,
    /// What agreements must have been made for, word for word.
    pub purpose: String,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// Lowest age on the day, in years; 0: none.
    pub age_min: u8,
    /// How much of a team may be away on one day, in percent.
    pub cover_percent: u8,
    /// How far the plan may send anybody, in minutes by car.
    pub travel_minutes_max: u16,
    /// What silence means.
    pub silence: Silence,
    /// How long before an appointment people do things themselves.
    pub notice: Notice,
    /// Whether anybody may be booked.
    pub open: bool,
    /// The course, in order.
    pub appointments: Vec<Appointment>,
    /// The products that may be given.
    pub products: Vec<Interval>,
    /// Priority groups, the first first.
    pub groups: Vec<Group>,
}

/// One appointment of the course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// From 1.
    pub number: u16,
    /// What people call it: "first dose".
    pub name: String,
    /// First day it may be on.
    pub first_on: Date,
    /// Last day it may be on.
    pub last_on: Date,
}

/// A product and the days between two of its appointments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The product.
    pub product: ProductId,
    /// Days at least.
    pub min_days: u16,
    /// Days at most.
    pub max_days: u16,
    /// Days wished for.
    pub ideal_days: u16,
}

/// A priority group and what the plan pays for letting it wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// From 1; the first is served first.
    pub number: u8,
    /// What people call it.
    pub name: String,
    /// Person-minutes for each day until the first appointment.
    pub wait_cost: u32,
    /// Person-minutes for leaving somebody without a course.
    pub unplaced_cost: u32,
}

impl Campaign {
    /// The appointment of a number.
    pub fn appointment(&self, number: u16) -> Option<&Appointment> {
        self.appointments.iter().find(|a| a.number == number)
    }

    /// The interval of a product, if the campaign uses it.
    pub fn interval(&self, product: ProductId) -> Option<&Interval> {
        self.products.iter().find(|p| p.product == product)
    }
}

/// Why a campaign can't be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignRefusal {
    /// No appointment, no product or no priority group.
    Incomplete {
        /// What is missing.
        what: &'static str,
    },
    /// A last day lies before its first, or outside the campaign.
    DaysOutOfOrder {
        /// Of what.
        what: String,
    },
    /// No interval of a product fits between two appointments.
    IntervalCannotFit {
        /// Place in the list of products, from 1.
        product: usize,
        /// The later appointment.
        appointment: u16,
        /// Days at least and at most between the two windows.
        possible: (i32, i32),
        /// Days wanted at least and at most.
        wanted: (u16, u16),
    },
    /// A number is outside its range.
    OutOfRange {
        /// What.
        what: &'static str,
        /// What would do.
        wanted: &'static str,
    },
    /// An open campaign of this name has other rules.
    NameTaken {
        /// The name.
        name: String,
    },
    /// There is no such campaign.
    NoSuchCampaign,
}

impl Refusal for CampaignRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Incomplete { .. } => "incomplete",
            Self::DaysOutOfOrder { .. } => "days_out_of_order",
            Self::IntervalCannotFit { .. } => "interval_cannot_fit",
            Self::OutOfRange { .. } => "out_of_range",
            Self::NameTaken { .. } => "campaign_name_taken",
            Self::NoSuchCampaign => "no_such_campaign",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Incomplete { what } => format!("The campaign has no {what}."),
            Self::DaysOutOfOrder { what } => {
                format!("The last day of {what} is before its first, or outside the campaign.")
            }
            Self::IntervalCannotFit { product, appointment, possible, wanted } => format!(
                "Appointment {appointment} can be {} to {} days after the one before, but product {product} needs {} to {} days.",
                possible.0, possible.1, wanted.0, wanted.1
            ),
            Self::OutOfRange { what, wanted } => format!("The {what} must be {wanted}."),
            Self::NameTaken { name } => format!("{name} is open already, with other rules."),
            Self::NoSuchCampaign => "There is no such campaign.".into(),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::IntervalCannotFit { .. } => "Move the appointments' days apart, or choose another product.",
            Self::NameTaken { .. } => "Give the campaign another name; nothing was written.",
            Self::NoSuchCampaign => "Look at the list of campaigns.",
            _ => "Correct it and try again; nothing was written.",
        }
        .into()
    }
}
