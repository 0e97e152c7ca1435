//! What a plan must keep and what it is worth: the [`Problem`], a [`Plan`] for it, the [`Proof`] that says how far
//! the plan can be from the best one, and [`check`], which re-computes all of it from scratch.
//!
//! This crate knows no planner. Whoever holds the three (files, or values) can convince themselves that
//! every hard rule holds, that the value is what the proof says, and that no plan whatever costs less than the bound.
//! People appear as indices only; a problem is pseudonymised personal data all the same.
//!
//! Costs are *person-minutes* (`i64`); prices are sixty-fourths of a person-minute, so that every sum is exact.
#![forbid(unsafe_code)]

mod bound;
mod check;
mod codec;
mod days;
mod file;
mod index;
mod malformed;
mod plan;
mod problem;
mod proof;
mod rules;
mod value;

pub use bound::{cost_bound, people_bound};
pub use check::{Report, check};
pub use codec::ReadError;
pub use days::{DayMask, MAX_DAYS};
pub use file::{read_plan, read_problem, read_proof, write_plan, write_problem, write_proof};
pub use malformed::Malformed;
pub use plan::{Course, Pick, Plan};
pub use problem::{
    Allocation, Appointment, Block, Costs, Given, Group, Person, Pin, Problem, Product, Reach, SlotCapacity, Supply,
    Team, WhyEmpty,
};
pub use proof::{MostPeople, PERSON_SCALE, PRICE_SCALE, Prices, ProblemHash, Proof};
pub use rules::{Place, Rule, Violation};
pub use value::{Value, value};
