//! The noun `cohort`.
