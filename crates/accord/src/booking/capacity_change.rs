//! A capacity change: one or many sessions of a campaign under way are closed, stopped, opened or edited in one action.
//!
//! States: `docs/states.md`. A *preview* says, without booking anything, whom the change meets and where each would go; a
//! *commit* first stops the sessions for anything new, then works off a few people in one transaction after the other; an
//! *undo* is a change of its own that puts sessions and people back. A change that was cut off goes on at the next run.
//!
//! Invariants
//! - A booking that changed since the preview is solved anew from what it is then, never overwritten.
//! - A person moves whole: nobody sees half of a move, and between two transactions everybody has a booking or an owner.
//! - Whoever cannot be moved is released and stands on the campaign lead's list, due tomorrow.
//! - A move obeys [`super::rules`] and the counters like any booking; the new time is assigned, not confirmed.
//! - Every person met has an event `tell.*` with what a message needs: ids, states and numbers only.

mod board;
mod gather;
pub mod look;
mod preview;
mod refusal;
mod solve;
mod undo;
mod work;

pub use preview::{Draft, draft, store_draft};
pub use refusal::ChangeRefusal;
pub use undo::{Forecast, told, undo};
pub use work::{Next, Solved, abandon, commit, finish, finish_now, solve, step, store_solved, under_way};

use crate::base::ids::CampaignId;
use crate::base::ids::{BookingId, CapacityChangeId, PersonId, SessionId, SlotId};
use crate::clinic::layout::{Break, Places, Settings, Takes};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The most sessions of one change.
pub const SESSIONS: usize = 500;
/// How long a preview may be committed, in microseconds: a day.
pub const FRESH_US: i64 = 24 * 3_600_000_000;
/// How long an undo is offered, in microseconds: seven days, and as long as there is anything ahead to put back.
pub const UNDO_US: i64 = 7 * 24 * 3_600_000_000;

macro_rules! words {
    ($(#[doc = $about:literal])* $name:ident { $($(#[doc = $doc:literal])* $one:ident = $word:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[doc = $doc])* $one,)*
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$one),*];

            /// The word in tables, forms and APIs.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$one => $word,)*
                }
            }

            /// Reads the word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

words! {
    /// What is done to the sessions.
    What {
        /// They are not held.
        Close = "close",
        /// They take nothing new; who is booked is seen.
        StopNew = "stop_new",
        /// They take bookings again.
        Open = "open",
        /// Their times, places or shares change.
        Edit = "edit",
        /// Another change is taken back.
        Undo = "undo",
    }
}

words! {
    /// What becomes of bookings for which there is no place any more.
    Choice {
        /// They get another one; who can't is released.
        Move = "move",
        /// They stay all the same.
        Honour = "honour",
        /// They are released.
        Cancel = "cancel",
    }
}

words! {
    /// Where a change stands.
    ChangeState {
        /// Nothing is done.
        Preview = "preview",
        /// Sessions are changed, people are being worked off.
        UnderWay = "under_way",
        /// Everybody is dealt with.
        Done = "done",
        /// Taken back.
        Undone = "undone",
        /// Given up before it began.
        Abandoned = "abandoned",
    }
}

words! {
    /// What is to become of a booking.
    Planned {
        /// It goes to another slot.
        Move = "move",
        /// It is released.
        Cancel = "cancel",
        /// It stays.
        Honour = "honour",
        /// It comes back.
        Restore = "restore",
    }
}

words! {
    /// What became of it.
    Outcome {
        /// It has another slot.
        Moved = "moved",
        /// It was released.
        Cancelled = "cancelled",
        /// It stayed.
        Honoured = "honoured",
        /// It is back.
        Restored = "restored",
        /// The person, or somebody else, changed it first; it is no longer the change's.
        LeftOut = "left_out",
    }
}

/// What is changed of sessions; what is none stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edit {
    /// Opens, minutes after midnight.
    pub from_minute: Option<u16>,
    /// Closes.
    pub until_minute: Option<u16>,
    /// People who vaccinate at one time.
    pub vaccinators: Option<u16>,
    /// Rooms.
    pub rooms: Option<u16>,
    /// People of the whole session at most; 0: no limit.
    pub people_max: Option<u16>,
    /// Breaks; an empty list: none.
    pub breaks: Option<Vec<Break>>,
    /// Places of a slot kept for walk-ins.
    pub kept_walk_in: Option<u16>,
    /// Places of a slot kept for assisted booking.
    pub kept_assisted: Option<u16>,
    /// Hours before a slot until which the latter are kept.
    pub assisted_hours: Option<u16>,
}

impl Edit {
    /// The settings with this change.
    pub fn apply(&self, to: &Settings) -> Settings {
        let mut after = to.clone();
        after.from_minute = self.from_minute.unwrap_or(after.from_minute);
        after.until_minute = self.until_minute.unwrap_or(after.until_minute);
        let terms = &mut after.terms;
        if self.vaccinators.is_some() || self.rooms.is_some() {
            // Whichever was never told apart is as many as there were stations.
            terms.vaccinators = Some(self.vaccinators.or(terms.vaccinators).unwrap_or(to.stations));
            terms.rooms = Some(self.rooms.or(terms.rooms).unwrap_or(to.stations.max(self.vaccinators.unwrap_or(0))));
            after.stations = terms.stations().unwrap_or(to.stations);
        }
        if let Some(most) = self.people_max {
            terms.people_max = (most > 0).then_some(most);
        }
        if let Some(breaks) = &self.breaks {
            terms.breaks.clone_from(breaks);
        }
        terms.kept_walk_in = self.kept_walk_in.unwrap_or(terms.kept_walk_in);
        terms.kept_assisted = self.kept_assisted.unwrap_or(terms.kept_assisted);
        terms.assisted_hours = self.assisted_hours.unwrap_or(terms.assisted_hours);
        after
    }
}

/// What a lead wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Which sessions.
    pub sessions: Vec<SessionId>,
    /// What is done to them.
    pub what: What,
    /// What becomes of bookings for which there is no place any more.
    pub choice: Choice,
    /// For [`What::Edit`].
    pub edit: Edit,
    /// Why: a person's own confirmed choice moves only with a reason.
    pub reason: String,
    /// Who says so.
    pub lead: String,
}

impl Wish {
    /// A session's settings after the change is settled.
    pub fn after(&self, before: &Settings) -> Settings {
        let takes = match self.what {
            What::Close if self.choice == Choice::Honour => Takes::Honoured,
            What::Close => Takes::Closed,
            What::StopNew => Takes::Honoured,
            What::Open => Takes::Open,
            What::Edit | What::Undo => before.takes,
        };
        let after = if self.what == What::Edit { self.edit.apply(before) } else { before.clone() };
        Settings { takes, ..after }
    }
}

/// A change as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub id: CapacityChangeId,
    /// What is done.
    pub what: What,
    /// What becomes of bookings without a place.
    pub choice: Choice,
    /// What is changed, for [`What::Edit`].
    pub edit: Edit,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub lead: String,
    /// The change it takes back.
    pub undoes: Option<CapacityChangeId>,
    /// Where it stands.
    pub state: ChangeState,
    /// When the preview was made.
    pub created: Timestamp,
    /// When it was committed.
    pub committed: Option<Timestamp>,
    /// When the last person was dealt with.
    pub settled: Option<Timestamp>,
    /// Since when its messages are released; none: nobody was told.
    pub told: Option<Timestamp>,
}

/// A session of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionChange {
    /// Which.
    pub session: SessionId,
    /// The version looked at.
    pub version: i64,
    /// As it was.
    pub before: Settings,
    /// As it will be.
    pub after: Settings,
    /// The version that the change left; none: not yet.
    pub left: Option<i64>,
}

/// A slot of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotChange {
    /// Which.
    pub slot: SlotId,
    /// Of which session.
    pub session: SessionId,
    /// Minutes after midnight.
    pub start_minute: u16,
    /// The change makes it.
    pub new: bool,
    /// As it was.
    pub before: Places,
    /// As it will be.
    pub after: Places,
}

/// A booking that a change meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingChange {
    /// Which.
    pub booking: BookingId,
    /// The order in which people are dealt with.
    pub seq: u32,
    /// Whose.
    pub person: PersonId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Which appointment.
    pub appointment: u16,
    /// The version looked at.
    pub version: u32,
    /// Its state then.
    pub was: super::State,
    /// It would fit, but moves because the person's other appointment does.
    pub along: bool,
    /// What is to become of it.
    pub planned: Planned,
    /// Why it can't be moved, or put back: a code.
    pub why: Option<String>,
    /// Where to; none with [`Planned::Move`]: to be solved.
    pub to: Option<SlotId>,
    /// What became of it; none: not yet.
    pub outcome: Option<Outcome>,
    /// Solved after the preview: it changed, or its place was gone.
    pub anew: bool,
    /// How often it was tried.
    pub tries: u32,
    /// The booking made instead.
    pub new_booking: Option<BookingId>,
    /// Its version as the change left it.
    pub new_version: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_it_is_written() {
        What::ALL.iter().for_each(|one| assert_eq!(What::parse(one.word()), Some(*one)));
        Choice::ALL.iter().for_each(|one| assert_eq!(Choice::parse(one.word()), Some(*one)));
        ChangeState::ALL.iter().for_each(|one| assert_eq!(ChangeState::parse(one.word()), Some(*one)));
        Planned::ALL.iter().for_each(|one| assert_eq!(Planned::parse(one.word()), Some(*one)));
        Outcome::ALL.iter().for_each(|one| assert_eq!(Outcome::parse(one.word()), Some(*one)));
        assert_eq!(What::parse("x"), None);
    }

    #[test]
    fn vaccinators_and_rooms_are_told_apart_and_the_smaller_counts() {
        let before = Settings {
            takes: Takes::Open,
            from_minute: 540,
            until_minute: 600,
            slot_minutes: 10,
            stations: 4,
            terms: crate::clinic::layout::Terms::default(),
        };
        let stations = |edit: Edit| edit.apply(&before).stations;
        assert_eq!(stations(Edit { vaccinators: Some(2), ..Edit::default() }), 2);
        assert_eq!(stations(Edit { vaccinators: Some(6), ..Edit::default() }), 6, "more people, rooms never counted");
        assert_eq!(stations(Edit { vaccinators: Some(6), rooms: Some(3), ..Edit::default() }), 3);
        assert_eq!(stations(Edit { rooms: Some(3), ..Edit::default() }), 3);
        assert_eq!(Edit::default().apply(&before), before);
        let known = Edit { vaccinators: Some(2), rooms: Some(5), ..Edit::default() }.apply(&before);
        assert_eq!(Edit { vaccinators: Some(9), ..Edit::default() }.apply(&known).stations, 5);
    }
}
