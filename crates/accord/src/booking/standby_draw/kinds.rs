//! What a draw is: its states, who is in it, what a clinic says, and why none is opened.

use crate::base::ids::{BookingId, CampaignId, PersonId, ProductId, SiteId, SlotId, StandbyDrawId};
use crate::base::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;

/// Where a draw stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawState {
    /// People are asked.
    Open,
    /// Every dose is taken.
    Filled,
    /// Its time has come.
    Over,
}

impl DrawState {
    const ALL: [Self; 3] = [Self::Open, Self::Filled, Self::Over];

    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Filled => "filled",
            Self::Over => "over",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// Doses left at a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// Its id.
    pub id: StandbyDrawId,
    /// For whose people.
    pub campaign: CampaignId,
    /// Where.
    pub site: SiteId,
    /// Of what.
    pub product: ProductId,
    /// The slot that accepted people are booked in.
    pub slot: SlotId,
    /// The day.
    pub date: Date,
    /// When they must be there.
    pub starts: Timestamp,
    /// Doses.
    pub places: i64,
    /// Of these accepted.
    pub taken: i64,
    /// The seed of the lots.
    pub seed: String,
    /// Where it stands.
    pub state: DrawState,
}

/// Where somebody stands in a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskState {
    /// Not asked yet.
    InLine,
    /// Passed over, with a code.
    Passed,
    /// Asked, no answer yet.
    Asked,
    /// Said yes in time.
    Accepted,
    /// Said no.
    Declined,
    /// Others were quicker.
    Gone,
    /// Did not answer.
    Silent,
}

impl AskState {
    const ALL: [Self; 7] =
        [Self::InLine, Self::Passed, Self::Asked, Self::Accepted, Self::Declined, Self::Gone, Self::Silent];

    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InLine => "in_line",
            Self::Passed => "passed",
            Self::Asked => "asked",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Gone => "gone",
            Self::Silent => "silent",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether the person said something.
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Accepted | Self::Declined)
    }
}

/// Somebody in a draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Of which draw.
    pub draw: StandbyDrawId,
    /// Who.
    pub person: PersonId,
    /// Their place in it, from 1; 0 for who was passed over before the draw.
    pub place: i64,
    /// How often they had been asked before.
    pub asked_before: i64,
    /// Their lot.
    pub lot: String,
    /// Where they stand.
    pub state: AskState,
    /// Why they were passed over.
    pub code: Option<String>,
    /// When they were asked.
    pub asked: Option<Timestamp>,
    /// When they answered.
    pub answered: Option<Timestamp>,
    /// What they got.
    pub booking: Option<BookingId>,
}

/// What a clinic says of its doses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Where.
    pub site: SiteId,
    /// On which day: today.
    pub date: Date,
    /// Of what.
    pub product: ProductId,
    /// How many.
    pub doses: i64,
    /// Until when somebody can come, minutes after midnight.
    pub until_minute: u16,
}

/// Why no draw is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DrawRefusal {
    /// Only today's doses are left.
    NotToday,
    /// Nobody could be there by then.
    TooLate,
    /// None, or more than a draw is for.
    HowMany,
    /// No open campaign gives this product here on this day.
    NotGivenHere,
    /// So many are not spoken for.
    NotLeft {
        /// How many are.
        left: i64,
    },
    /// People are being asked already.
    AlreadyOpen,
}

/// Doses of one draw at most: more is a session.
pub const DOSES_MAX: i64 = 50;
/// The slot of a draw is this long, and begins as long before its end: people are asked to be there by then.
pub const SLOT_MINUTES: u16 = 10;
/// Minutes between the draw and the time to be there, at least.
pub const AHEAD_MINUTES: i64 = 20;
/// Whoever was asked so long ago without an answer no longer keeps others from being asked.
pub const PATIENCE_US: i64 = 10 * 60 * 1_000_000;

impl Refusal for DrawRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotToday => "not_today",
            Self::TooLate => "too_late",
            Self::HowMany => "how_many",
            Self::NotGivenHere => "not_given_here",
            Self::NotLeft { .. } => "not_left",
            Self::AlreadyOpen => "already_open",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NotToday => "People are asked on the day itself.".into(),
            Self::TooLate => {
                format!("Nobody could be there by then: it must be at least {AHEAD_MINUTES} minutes ahead.")
            }
            Self::HowMany => format!("Enter how many doses are left, from 1 to {DOSES_MAX}."),
            Self::NotGivenHere => "No open campaign gives this here today.".into(),
            Self::NotLeft { left } => format!("The stock counts {left} left for today. Enter no more than that."),
            Self::AlreadyOpen => "People are being asked for this already.".into(),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::NotToday => "Open today's list.",
            Self::TooLate => "Choose a later time, or keep the doses for tomorrow if they keep.",
            Self::HowMany => "Count what is left, and enter it.",
            Self::NotGivenHere => "Choose what the clinic gives today.",
            Self::NotLeft { .. } => "Mark who is missing first: their doses are free then.",
            Self::AlreadyOpen => "Wait for its answers; they stand on this page.",
        }
        .to_owned()
    }
}
