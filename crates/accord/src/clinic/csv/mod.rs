//! Clinics as CSV files, in and out: sites, weekly sessions, closed days, deliveries.
//!
//! Reading answers the rows it could read and the faults it found, each with its place, the value seen
//! and the value wanted; it decides nothing. Headings count in any case, blanks and underscores aside;
//! further columns are passed over. What is written can be read again.

mod deliveries;
mod sessions;
mod sites;
mod travel;

pub use crate::base::table::CsvFault;
pub use deliveries::{DeliveryRow, read as read_deliveries, write as write_deliveries};
pub use sessions::{
    ClosureRow, TemplateRow, breaks_in_words, breaks_of, clock_time, minute_of, read as read_sessions, read_closures,
    write as write_sessions,
};
pub use sites::{SiteRow, read as read_sites, write as write_sites};
pub use travel::read as read_travel;
