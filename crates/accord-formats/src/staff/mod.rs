//! Staff lists as employers send them: [`read_table`] finds the table in the bytes, [`guess_mapping`] says which column
//! is what, [`read_staff`] makes typed rows and a list of everything that was not taken as it stood.

mod field;
mod mapping;
mod row;
mod table;

pub use field::Field;
pub use mapping::{Confidence, Entry, Mapping, MappingTextError, guess_mapping};
pub use row::{RowFault, StaffRow, read_staff};
pub use table::{
    Cell, Dialect, Limits, Record, SkipReason, Skipped, Source, Table, TableError, read_table,
    read_table_within,
};
