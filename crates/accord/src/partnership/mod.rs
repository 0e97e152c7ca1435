//! The noun `partnership`: organisations that agreed to help one another, what each allows the
//! others, and the open ledger of what was used.
//!
//! Nothing of a host is used without an agreement in force that names the employer, the site, the
//! purpose and the day. An agreement's current version is the one with `superseded = 0`.

pub mod agreed;
pub mod agreement;
pub mod allocation;
pub mod csv;
pub mod import;
pub mod ledger;
pub mod matrix;
pub mod organisation;
pub mod pages;
pub mod release;
pub mod signing;
pub mod store;
pub(crate) mod words;
