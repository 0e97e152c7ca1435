//! Preview shell of the pages.
pub mod base;
pub mod access;
pub mod booking;
pub mod campaign;
pub mod plan;
pub mod cohort;
pub mod clinic;
pub mod partnership;
pub mod evidence;
