//! The noun `partnership`.

pub mod pages;
