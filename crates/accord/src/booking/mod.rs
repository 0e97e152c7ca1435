//! A booking: one person has one place in one slot, for one appointment of one campaign.
//!
//! States, and what each event does: `docs/states.md`, a table that a test drives through this code.
//!
//! Invariants
//! - A person has at most one live booking of an appointment of a campaign: `booking_person_appointment_key`.
//! - A slot is never taken above its capacity: `slot_capacity`; likewise allocation, stock and team-day.
//! - Every live booking cites the agreement and version that allowed it, and has one ledger entry.
//! - Consecutive appointments of a course have one product and lie within its interval, both ends included.
//! - A held place counts against every capacity like a booking, has no ledger entry, and goes within minutes.
//! - What was given stays: no use case releases such a booking but the correction of its outcome.
//! - A place of the waiting list is offered to whoever is next, and the log says who was passed over and why.
//! - A booking of a batch counts against every capacity at once, and nobody sees it until the batch is live.
//!
//! Not here: messages, robots, plans. They read the events that are written with each change.

pub mod api;
pub mod attendance;
pub mod batch;
pub mod cancel;
pub mod capacity_change;
pub mod catch_up;
pub mod check_in;
pub mod choose;
pub mod confirm;
mod counters;
pub mod day_entry;
pub mod day_pack;
mod desk;
pub mod did_not_attend;
pub mod elsewhere;
pub mod fair;
pub mod hold;
pub mod merge;
pub mod outcome;
pub mod pages;
pub mod place;
pub mod rebook;
mod reference;
pub mod refusal;
pub mod routes;
pub mod rules;
pub mod standby;
pub mod standby_draw;
pub mod store;
pub mod timed_offer;
pub mod unanswered;
pub mod waiting_list;
pub mod walk_in;
mod write;

pub use reference::Reference;
pub use refusal::BookingRefusal;

use crate::base::ids::{
    AgreementId, AllocationId, BatchId, BookingId, CampaignId, OrganisationId, PersonId, ProductId, SessionId, SiteId,
    SlotId, TeamId,
};
use crate::clinic::slot::Share;
use jiff::Timestamp;
use jiff::civil::Date;

/// Where a booking stands. `pending` is no state of its own: it is assigned in a batch not yet live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Made for the person, who has not answered.
    Assigned,
    /// The person said yes.
    Confirmed,
    /// Released, with a reason.
    Cancelled,
    /// Released because another booking took its place in the same step.
    Rebooked,
}

impl State {
    /// Every state, in the order of `docs/states.md`.
    pub const ALL: [Self; 4] = [Self::Assigned, Self::Confirmed, Self::Cancelled, Self::Rebooked];

    /// The word in tables and APIs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Rebooked => "rebooked",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether it holds a place.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Assigned | Self::Confirmed)
    }
}

/// A booking as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// What the person reads out on the telephone.
    pub reference: Reference,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Whose.
    pub person: PersonId,
    /// Which appointment of the course, from 1.
    pub appointment: u16,
    /// In which slot.
    pub slot: SlotId,
    /// Of which session.
    pub session: SessionId,
    /// At which site.
    pub site: SiteId,
    /// Of which product.
    pub product: ProductId,
    /// Who gives the place.
    pub host: OrganisationId,
    /// For whose member of staff.
    pub employer: OrganisationId,
    /// Whose team-day was taken, if it lies in working time.
    pub team: Option<TeamId>,
    /// Whether it lies in working time.
    pub on_shift: bool,
    /// The agreement that allowed it.
    pub agreement: AgreementId,
    /// That agreement's version.
    pub agreement_version: i64,
    /// The allocation it counts against.
    pub allocation: AllocationId,
    /// The civil date in London.
    pub date: Date,
    /// When it starts.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// Minutes by car from home, or from the workplace when no home is known.
    pub travel_minutes: u16,
    /// Where it stands.
    pub state: State,
    /// The batch it came in.
    pub batch: Option<BatchId>,
    /// Grows with every change.
    pub version: u32,
}

impl Booking {
    /// What it uses of the counters while it is live.
    fn uses(&self) -> counters::Use {
        counters::Use {
            team_day: self.team.filter(|_| self.on_shift).map(|team| (self.campaign, team, self.date)),
            allocation: Some(self.allocation),
            stock: (self.site, self.product, self.date),
            place: self.slot,
        }
    }
}

/// How a booking comes about: it decides which limits bind, and which of a slot's places may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The planner: travel limit and access needs bind.
    Planned,
    /// The person themselves: they may travel further than we would ask of them.
    Chosen,
    /// An operator at the person's word: as chosen, and what is kept for assisted booking is for them.
    Assisted,
    /// The person stands at the clinic's door: every place is for them.
    WalkIn {
        /// When they came.
        at: Timestamp,
    },
    /// The person had this place before a change that is taken back: every place, also where nothing new is taken.
    Restored,
}

impl Way {
    /// Which of a slot's places may be taken.
    pub const fn share(self) -> Share {
        match self {
            Self::Planned | Self::Chosen => Share::Everybody,
            Self::Assisted => Share::Assisted,
            Self::WalkIn { .. } => Share::WalkIn,
            Self::Restored => Share::Back,
        }
    }
}

/// One appointment and the slot wanted for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pick {
    /// Which appointment of the course, from 1.
    pub appointment: u16,
    /// The slot.
    pub slot: SlotId,
}

/// One or more appointments of one person, together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceCourse {
    /// Whose.
    pub person: PersonId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What is wanted, each appointment at most once.
    pub picks: Vec<Pick>,
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn every_state_has_its_own_word() {
        for state in State::ALL {
            assert_eq!(State::parse(state.word()), Some(state));
        }
        assert_eq!(State::parse("pending"), None);
    }
}
