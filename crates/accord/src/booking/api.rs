//! Bookings for programs, under `/api/v1`: the same use cases as the pages, told as JSON.
//!
//! Who may call stands in `routes.rs`; what is said and taken in `wire.rs`; what each address does in `document.rs`.

pub mod capacity;
mod change;
mod day;
mod document;
mod free_places;
mod look;
mod problems;
mod wire;

pub use change::{cancel, confirm, place, rebook};
pub use day::{check_in, outcome, walk_in};
pub use document::{OPERATIONS, openapi, page};
pub use free_places::{
    accept, answer, decline, join_standby, join_waiting, leave_standby, leave_waiting, look as lists,
};
pub use look::{booking, campaigns, people, slots};
