//! The noun `cohort`.
pub mod pages;
pub mod working_time;
