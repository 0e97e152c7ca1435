//! The noun `clinic`: sites, their sessions and slots, products, deliveries and stock, and the way
//! there.

pub mod pages;
pub mod site;
pub mod store;
