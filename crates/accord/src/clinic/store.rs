//! All SQL of the clinics.

mod counters;
pub mod layout;
pub mod session;
pub mod site;
pub mod stock;
pub(crate) mod travel;

pub use counters::{
    SlotFacts, StockDay, give_back_place, give_back_stock, lock_slots, lock_stocks, slot, slots_between, slots_by_ids,
    take_places, take_stocks,
};
