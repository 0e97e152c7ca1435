//! All SQL of campaigns, offers and team-days.

mod campaign;
mod offer;
mod team_day;

pub use campaign::{all, insert, load, open};
pub use offer::{
    assign_many, leave, offer_counts, offer_state, open_offers, people_who_left, reopen_clear, set_offer,
    unplaced_many, wait_for_lead,
};
pub use team_day::{TeamDay, give_back_team_day, lock_team_days, take_team_days, works, write_team_days};
