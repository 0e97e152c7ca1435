//! A person's own pages, as HTTP: every page shows the signed-in person and nobody else. And the clinic's desk on the day.
//! No address names a person.

mod answers;
mod calendar;
mod change;
pub mod changes;
mod changes_shown;
pub mod day;
pub mod operator;
mod own;
pub mod several;
mod wish;

pub use answers::{cancel, cancel_form, confirm, decline, decline_form, elsewhere, elsewhere_form, reopen};
pub use calendar::calendar;
pub use change::{book, change, check, free_times, hold};
pub use changes_shown::finding;
pub use own::{appointments, done};
