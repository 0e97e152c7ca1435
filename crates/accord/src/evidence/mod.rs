//! Evidence: what the partnership can show. Reads everything, writes nothing.

pub mod pages;
pub mod store;
pub mod verify;
