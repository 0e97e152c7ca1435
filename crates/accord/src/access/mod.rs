//! The noun `access`.
