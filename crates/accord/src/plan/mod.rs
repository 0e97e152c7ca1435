//! The noun `plan`.
