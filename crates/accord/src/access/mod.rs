//! The noun `access`.
pub mod pages;
