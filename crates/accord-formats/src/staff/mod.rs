//! Staff lists as employers send them: [`read_table`] finds the table in the bytes, [`guess_mapping`] says which column
//! is what, [`read_staff`] makes typed rows and a list of everything that was not taken as it stood.

mod esr_go;
mod field;
mod header;
mod headless;
mod mapping;
mod read;
mod row;
mod row_maker;
mod sniff;
mod synonyms;
mod table;
mod table_read;
mod text;
mod workbook;

pub use field::Field;
pub use mapping::{Confidence, Entry, Mapping, MappingTextError, guess_mapping};
pub use read::read_staff;
pub use row::{RowFault, StaffRow};
pub use table::{Cell, Dialect, Limits, Record, SkipReason, Skipped, Source, Table, TableError};
pub use table_read::{read_table, read_table_within};
