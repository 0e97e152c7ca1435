//! Why something about a campaign did not happen.

use super::course::{Appointment, Interval};
use super::offer::OfferState;
use crate::base::refusal::Refusal;

/// Why a campaign was not created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignRefusal {
    /// There is no such campaign.
    Unknown,
    /// A value can't be; the place, what stands there and what was wanted.
    Value {
        /// Such as `appointments[2].last_on`; lists count from 1.
        place: String,
        /// What stands there.
        seen: String,
        /// As the end of the sentence "wanted ...".
        wanted: String,
    },
    /// Nobody could have the whole course.
    IntervalCannotFit {
        /// Such as `products[1].interval`.
        place: String,
        /// The interval.
        interval: Interval,
        /// The appointment before.
        before: Box<Appointment>,
        /// The one that can't follow.
        after: Box<Appointment>,
    },
}

impl Refusal for CampaignRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "campaign_unknown",
            Self::Value { .. } => "campaign_value",
            Self::IntervalCannotFit { .. } => "campaign_interval_cannot_fit",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Unknown => "There is no such campaign.".into(),
            Self::Value { place, seen, wanted } => format!("{place} is \"{seen}\": wanted {wanted}."),
            Self::IntervalCannotFit { place, interval, before, after } => format!(
                "{place}: an interval of {}-{} days can't fit: appointment {} is from {} to {}, appointment {} from {} to {}.",
                interval.min,
                interval.max,
                before.number,
                before.first_on,
                before.last_on,
                after.number,
                after.first_on,
                after.last_on
            ),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::Unknown => "Look it up in the list of campaigns.",
            Self::Value { .. } => "Correct it and try again; nothing was written.",
            Self::IntervalCannotFit { .. } => "Change the interval or the days of an appointment; nothing was written.",
        }
        .into()
    }
}

/// Why an offer stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferRefusal {
    /// The person has no offer in this campaign.
    NoOffer,
    /// One can't become the other.
    NotFrom {
        /// Where it stands.
        from: OfferState,
        /// Where it was to go.
        to: OfferState,
    },
    /// An open state needs a date on which somebody looks again.
    NeedsNextDate,
    /// A closing state needs evidence.
    NeedsEvidence,
    /// Unplaced needs a reason.
    NeedsReason,
    /// Nobody owns it, or "system" does.
    NeedsOwner,
}

impl Refusal for OfferRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoOffer => "offer_none",
            Self::NotFrom { .. } => "offer_not_from",
            Self::NeedsNextDate => "offer_needs_next_date",
            Self::NeedsEvidence => "offer_needs_evidence",
            Self::NeedsReason => "offer_needs_reason",
            Self::NeedsOwner => "offer_needs_owner",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NoOffer => "This person has no offer in this campaign.".into(),
            Self::NotFrom { from, to } => format!("An offer that is {from} can't become {to}."),
            Self::NeedsNextDate => "Nobody would look at this offer again: it has no next date.".into(),
            Self::NeedsEvidence => "A closed offer needs the evidence for it.".into(),
            Self::NeedsReason => "Somebody without a place needs the reason for it.".into(),
            Self::NeedsOwner => "An offer needs an owner: a role that a person holds.".into(),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::NoOffer => "Check the list of people, or open the campaign for those who came later.",
            Self::NotFrom { .. } => "Look at where the offer stands now.",
            Self::NeedsNextDate => "Give the next date.",
            Self::NeedsEvidence => "Say what shows it: who told it, and when.",
            Self::NeedsReason => "Give the reason.",
            Self::NeedsOwner => "Name the role and its organisation.",
        }
        .into()
    }
}
