//! All SQL of `evidence`: reads across nouns, one folder file a subject. It writes nothing.

pub mod campaign;
pub mod clinics;
pub mod doors;
pub mod health;
pub mod lists;
pub mod partners;
