//! All SQL of the campaigns.

mod team_day;

pub use team_day::{give_back_team_day, take_team_day};
