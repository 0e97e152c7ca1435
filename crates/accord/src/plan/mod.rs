//! A plan: who goes where and when, for everybody still waiting, with a proof of how good it is.
//!
//! `proposal` (made, checked, saved; nobody booked) -> `publishing` (bookings under way in a batch nobody sees) ->
//! `published` (the batch is live). A proposal that is not wanted is `abandoned`.
//!
//! - No plan is saved that breaks a hard rule: [`accord_proof::check`] re-computes rules, value and bound first.
//! - Everybody planned for is in the plan's picks or among its unplaced, with a reason; nobody is in both.
//! - Publishing books by the rules of any booking; whoever is refused stays theirs who owned them, with the refusal as
//!   reason. A publishing that was cut off goes on where it stopped.
//!
//! The planner itself is the crate `accord-planner`; it never sees an id or a name.

pub mod facts;
pub mod files;
pub mod pages;
pub mod problem;
pub mod proposal;
pub mod publish;
pub mod reason;
pub mod refusal;
pub mod routes;
pub mod runs;
pub mod store;
pub mod words;

pub use refusal::PlanRefusal;
