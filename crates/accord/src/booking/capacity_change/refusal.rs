//! Why a capacity change does not happen.

use crate::base::refusal::Refusal;

/// Why; nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeRefusal {
    /// None, or too many, or one that is not there.
    NoSuchSession,
    /// More than one change may hold.
    TooMany,
    /// Every one of them is over.
    Past,
    /// The reason or the name of the lead is missing.
    NoReason,
    /// The settings would make no sense.
    Settings {
        /// Which of them: the column of a session file.
        what: &'static str,
        /// As the end of "wanted ...".
        wanted: String,
    },
    /// One of them would run into another at its site.
    Overlap,
    /// They are so already.
    NothingToDo,
    /// There is no such change.
    NoSuchChange,
    /// It is in another state.
    NotNow {
        /// Which.
        state: &'static str,
    },
    /// A session changed since the preview, or the preview is a day old.
    Outdated,
    /// A plan is just booking people there.
    PlanUnderWay,
    /// Its time to be undone is over.
    TooLate,
}

impl Refusal for ChangeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchSession => "change_no_such_session",
            Self::TooMany => "change_too_many",
            Self::Past => "change_past",
            Self::NoReason => "change_no_reason",
            Self::Settings { .. } => "change_settings",
            Self::Overlap => "change_overlap",
            Self::NothingToDo => "change_nothing_to_do",
            Self::NoSuchChange => "change_unknown",
            Self::NotNow { .. } => "change_not_now",
            Self::Outdated => "change_outdated",
            Self::PlanUnderWay => "change_plan_under_way",
            Self::TooLate => "change_too_late",
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::NoSuchSession => "No session was chosen, or one that is no longer there.".into(),
            Self::TooMany => format!("More than {} sessions were chosen.", super::SESSIONS),
            Self::Past => "The sessions are over; nobody there can be moved any more.".into(),
            Self::NoReason => "A reason and the name of who decides are needed.".into(),
            Self::Settings { what, wanted } => {
                format!("The {} would make no sense; wanted: {wanted}.", what.replace('_', " "))
            }
            Self::Overlap => "A session would run into another one of the same site and product.".into(),
            Self::NothingToDo => "The sessions are like this already.".into(),
            Self::NoSuchChange => "There is no such change.".into(),
            Self::NotNow { state } => format!("This change is {} already.", state.replace('_', " ")),
            Self::Outdated => "Something changed since this preview was made.".into(),
            Self::PlanUnderWay => "A plan is booking people into these sessions at this moment.".into(),
            Self::TooLate => "This change can no longer be taken back.".into(),
        }
    }

    fn next_step(&self) -> String {
        match self {
            Self::NoSuchSession | Self::TooMany | Self::Past => "Choose sessions that are still to come.",
            Self::NoReason => "Enter both and look at the preview again.",
            Self::Settings { .. } | Self::Overlap => "Correct it and look at the preview again; nothing was changed.",
            Self::NothingToDo => "Choose other sessions, or another change.",
            Self::NoSuchChange | Self::NotNow { .. } => "Look at the change as it is now.",
            Self::Outdated => "Make a new preview; nothing was changed.",
            Self::PlanUnderWay => "Wait until it is published, then commit again.",
            Self::TooLate => "Make a new change of the sessions.",
        }
        .into()
    }
}
