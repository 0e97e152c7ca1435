//! The noun `clinic`: sites, their sessions and slots, products, deliveries and stock, and the way
//! there.
//!
//! A session is a clinic on a day; it is cut into slots of one length, each with as many places as
//! there are stations. A dose that arrives on a day can be given from the day after.

pub mod csv;
pub mod delivery;
pub mod import;
pub mod layout;
pub mod pages;
pub mod product;
pub mod refusal;
pub mod session;
pub mod site;
pub mod slot;
pub mod stock;
pub mod store;
pub mod travel;
