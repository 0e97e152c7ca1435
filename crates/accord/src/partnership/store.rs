//! All SQL of the partnership: organisations, agreements and allocations, the ledger.

pub mod agreement;
mod house;
pub mod ledger;
pub(crate) mod named;
pub mod organisation;
pub mod release;
pub(crate) mod signing;

pub use agreement::{agreements_for, give_back_allocation, lock_agreements, lock_for, take_allocation};
pub use house::{Founded, found, only};
