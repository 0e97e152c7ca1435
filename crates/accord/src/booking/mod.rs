//! The noun `booking`.
