//! All SQL of `partnership`, split by what it is about.

mod house;

pub use house::{Founded, found, only};
