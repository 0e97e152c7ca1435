//! Evidence: what the partnership can show, read across all nouns. It reads and never writes.

pub mod health;
pub mod metrics;
pub mod month;
pub mod pages;
pub mod people;
pub mod routes;
pub mod store;
pub mod verify;
