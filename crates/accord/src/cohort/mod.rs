//! The noun `cohort`.
pub mod working_time;
