//! The noun `clinic`.
