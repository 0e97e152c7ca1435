//! All SQL of the campaigns.

pub(crate) mod campaign;
pub(crate) mod offer;
pub(crate) mod team_day;

pub use team_day::{give_back_team_day, take_team_day, team_days};
