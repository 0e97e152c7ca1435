//! The noun `booking`.

pub mod pages;
