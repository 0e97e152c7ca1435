//! A person's own pages, as HTTP: every page shows the signed-in person and nobody else. And the clinic's desk on the day.
//! No address names a person.

mod answers;
mod calendar;
pub mod catch_up;
mod change;
pub mod changes;
mod changes_shown;
pub mod day;
pub mod elsewhere;
pub mod left;
mod own;
mod places;
pub mod unlisted;
pub mod waiting;
pub mod walk_in;

pub use answers::{cancel, cancel_form, confirm, decline, decline_form, elsewhere, elsewhere_form, reopen};
pub use calendar::calendar;
pub use change::{change, check, free_times, hold};
pub use changes_shown::finding;
pub use own::{appointments, done};
pub use places::{come, leave, not_come, not_take, places, take, wish};
