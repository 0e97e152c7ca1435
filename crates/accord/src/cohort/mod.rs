//! The noun `cohort`.

pub mod pages;
