//! Preview shell of the pages.
pub mod base;
