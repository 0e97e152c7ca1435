//! The noun `evidence`: what the pages show, read across all nouns. It reads and never writes.

pub mod health;
pub mod pages;
pub mod people;
pub mod routes;
mod store;
