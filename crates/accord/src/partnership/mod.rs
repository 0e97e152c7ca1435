//! The noun `partnership`.
