//! Preview shell of the pages.
pub mod base;
pub mod access;
pub mod booking;
