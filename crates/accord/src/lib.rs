//! Preview shell of the pages.
pub mod access;
pub mod base;
pub mod booking;
pub mod campaign;
pub mod clinic;
pub mod cohort;
pub mod evidence;
pub mod partnership;
pub mod plan;
