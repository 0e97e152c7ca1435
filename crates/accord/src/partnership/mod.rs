//! The noun `partnership`.

pub mod pages;
pub mod store;
