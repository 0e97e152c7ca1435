//! The noun `evidence`.
