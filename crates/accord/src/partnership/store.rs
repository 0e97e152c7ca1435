//! All SQL of the partnership: organisations, agreements and allocations, the ledger.

pub mod agreement;
mod house;
pub mod ledger;
pub(crate) mod named;
pub mod organisation;
pub mod release;
pub(crate) mod signing;

pub use agreement::{
    Named, Pair, agreements_for, give_back_allocation, lock_agreements, lock_allocations, lock_for, take_allocations,
};
pub use house::{Founded, found, only};
