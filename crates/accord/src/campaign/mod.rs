//! Shell.
pub mod pages;
