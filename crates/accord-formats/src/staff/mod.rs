//! Staff lists as employers send them: [`read_table`] finds the table in the bytes, [`guess_mapping`] says which column
//! is what, [`read_staff`] makes typed rows and a list of everything that was not taken as it stood, an [`Account`] says
//! where every record of the file went, and [`give_back`] writes the file again with what to put right beside each row.

mod account;
mod archive;
mod columns;
mod contents;
mod esr_go;
mod field;
mod give_back;
mod given;
mod given_names;
mod guess;
mod header;
mod layout;
mod lines;
mod mapping;
mod mend;
mod ole;
mod read;
mod row;
mod row_maker;
mod sheets;
mod sniff;
mod sorter;
mod synonyms;
mod table;
mod table_read;
mod tail;
mod text;
mod workbook;
mod xls;
mod xls_text;

pub use account::{Account, Went};
pub use field::Field;
pub use give_back::{ADDED_HEADING, GivenBack, give_back};
pub use given::{EVENT_COLUMNS, EventAction, GivenRow, is_event_file, is_given_list, read_given};
pub use guess::{ColumnGuess, guess_columns, guess_mapping};
pub use layout::{Layout, LayoutDiff};
pub use mapping::{Confidence, Entry, Mapping, MappingTextError};
pub use read::{Item, read_each, read_staff};
pub use row::{RowFault, StaffRow};
pub use table::{
    Cell, CutOff, Dialect, Limits, Record, Sheet, SheetState, SkipReason, Skipped, Source, Table, TableError,
};
pub use table_read::{read_table, read_table_within};
