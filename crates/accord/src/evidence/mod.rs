//! The noun `evidence`.

pub mod pages;
