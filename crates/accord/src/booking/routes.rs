//! A person's own pages, as HTTP: every page shows the signed-in person and nobody else. And the clinic's desk on the day.
//! No address names a person.

mod answers;
mod calendar;
pub mod catch_up;
mod change;
pub mod changes;
mod changes_shown;
pub mod day;
mod own;
pub mod unlisted;
pub mod walk_in;

pub use answers::{cancel, cancel_form, confirm, decline, decline_form, elsewhere, elsewhere_form, reopen};
pub use calendar::calendar;
pub use change::{change, check, free_times, hold};
pub use changes_shown::finding;
pub use own::{appointments, done};
