//! What the API says and takes of holds, and of what an operator does for a person besides booking.

use super::wire::Site;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{CampaignId, PersonId, SlotId};
use crate::base::wire::{Day, Instant, wire, wire_text};
use crate::booking;
use crate::campaign::offer::State as OfferState;
use crate::clinic::site;

wire! {
    /// Whose holds are looked for.
    HoldsAsked {
        /// Whose.
        person: PersonId,
        /// Of which campaign.
        campaign: CampaignId,
    }
    /// A person in a campaign.
    Course {
        /// Who.
        person: PersonId,
        /// Of which campaign.
        campaign: CampaignId,
    }
    /// A place that is kept for a person while they look at it.
    Hold {
        /// For which appointment of the course, from 1.
        appointment: u16,
        /// In which slot.
        slot: SlotId,
        /// Where.
        site: Site,
        /// When it starts.
        starts: Instant,
        /// When it ends.
        ends: Instant,
        /// Until when it is kept.
        expires: Instant,
    }
    /// What is kept for a person, in the order of the course.
    Holds {
        /// They.
        holds: Vec<Hold>,
    }
    /// Why a person does not want it.
    DeclineAsked {
        /// Of which campaign.
        campaign: CampaignId,
        /// In their words.
        reason: WhyDeclined,
    }
    /// When a person had it somewhere else.
    ElsewhereAsked {
        /// Of which campaign.
        campaign: CampaignId,
        /// On which day, the last time.
        on: Day,
    }
    /// A campaign.
    OfCampaign {
        /// Its id.
        campaign: CampaignId,
    }
    /// Where a person stands in a campaign.
    Standing {
        /// Of which campaign.
        campaign: CampaignId,
        /// The state of their offer.
        state: OfferState,
    }
    /// A date of birth as the person says it.
    BornAsked {
        /// It.
        born: Day,
    }
    /// A person's new code.
    Code {
        /// As it is printed; told once.
        code: String,
    }
}

/// A person's own reason to decline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WhyDeclined(&'static str);

impl WhyDeclined {
    /// Every reason, as on the person's page.
    const ALL: [&'static str; 5] = ["later", "medical", "unwanted", "leaving", "unsaid"];

    /// The word.
    pub const fn word(self) -> &'static str {
        self.0
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| *known == word).map(Self)
    }
}

wire_text!(WhyDeclined, |why| why.word().to_owned(), WhyDeclined::parse, {
    "type": "string", "enum": ["later", "medical", "unwanted", "leaving", "unsaid"]
});

wire_text!(OfferState, |state| state.word().to_owned(), OfferState::parse, {
    "type": "string",
    "enum": ["waiting", "unclear", "unplaced", "assigned", "confirmed", "declined", "had_elsewhere", "completed", "left"]
});

impl Hold {
    /// A hold as the API tells it.
    pub fn of(tx: &mut Tx<'_>, hold: &booking::hold::Hold) -> Result<Self, StoreError> {
        let at = site::by_id(tx, hold.site)?.ok_or_else(|| StoreError::Engine("a hold at no site".into()))?;
        Ok(Self {
            appointment: hold.appointment,
            slot: hold.slot,
            site: Site::of(&at),
            starts: Instant(hold.starts),
            ends: Instant(hold.ends),
            expires: Instant(hold.expires),
        })
    }
}
