//! Bookings for programs, under `/api/v1`: the same use cases as the pages, told as JSON.
//!
//! Who may call stands in `routes.rs`; what is said and taken in `wire.rs`; what each address does in `document.rs`.

mod change;
mod document;
mod hold;
mod look;
mod people;
mod problems;
mod wire;

pub use change::{cancel, confirm, place, rebook};
pub use document::{OPERATIONS, openapi, page};
pub use hold::{hold, holds, release};
pub use look::{booking, campaigns, people, slots};
pub use people::{born, code, decline, elsewhere, reopen};
