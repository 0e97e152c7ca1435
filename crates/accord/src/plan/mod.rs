//! The noun `plan`.

pub mod pages;
