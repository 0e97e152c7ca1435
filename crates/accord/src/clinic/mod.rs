//! The noun `clinic`.

pub mod pages;
