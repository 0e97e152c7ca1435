//! The noun `campaign`: a run of a programme with its rules as data, everyone's offer, and how many
//! of a team may be away at one time.
//!
//! Everyone active has exactly one offer in an open campaign, with a state, an owner, and either a next
//! date or, once closed, the evidence for it.

pub mod course;
pub mod cover;
pub mod offer;
pub mod open;
pub mod refusal;
pub mod rules;
pub mod store;

pub use rules::{Campaign, CampaignProduct, Group, NewCampaign, Silence, create, load};
