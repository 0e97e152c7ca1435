//! All SQL of the clinics.

mod counters;
mod travel;

pub use counters::{
    SlotFacts, give_back_place, give_back_stock, slot, slots_between, slots_by_ids, take_place, take_stock,
};
pub use travel::{SAME_SECTOR_MINUTES, travel_minutes, write_travel};
