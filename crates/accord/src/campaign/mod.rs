//! The noun `campaign`: a run of a programme with its rules as data, everyone's offer, and how many
//! of a team may be away at one time.

pub mod store;
