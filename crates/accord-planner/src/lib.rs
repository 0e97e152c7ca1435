//! The planner: a [`Problem`] in, a plan, its proof and reasons out. Pure: no clock, no files, no names, and the same
//! answer for the same problem and [`Budget`] on any machine and with any number of threads.
//!
//! How it works: limits are given prices and everybody repeatedly takes the cheapest course at them ([`Outcome::proof`]
//! holds the prices that prove the bound); at good prices the choices already nearly keep the limits; what they do
//! not is repaired and improved by exchanging people, still guided by the prices.
#![forbid(unsafe_code)]

mod api;
mod ascent;
mod best_response;
mod bound;
mod explain;
mod model;
mod most;
mod repair;
mod slots;

mod price;
mod random;

mod rules;
mod search;

mod state;
mod tables;

pub use accord_proof::Problem;
pub use api::{Budget, Outcome, Phase, Progress, nowhere, plan};
pub use explain::{PersonIx, Reason};
pub use rules::{Kind, RULES, RuleCard};
