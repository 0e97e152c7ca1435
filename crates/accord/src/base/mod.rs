//! What every noun needs and none owns.

pub mod page;
pub mod svg;
pub mod words;
