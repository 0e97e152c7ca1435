//! All SQL of the noun, one function a question. Only this folder writes the tables of `0004_cohort.sql`.

mod change;
mod employers;
mod imports;
mod items;
mod known;
mod merge;
mod people;
mod rows;

pub use change::{Made, apply, take_turn};
pub use employers::{Employer, employer_by_code, employer_names, employer_of, employers};
pub use imports::{
    ImportRecord, ImportState, List, NewImport, abandon_import, commit_import, committed_again, fault_count, faults,
    import_by_id, imports, insert_import, lists, lists_count, refresh_import, saved_mapping, upload, waiting,
};
pub use items::{
    OpenKind, close_item, item_by_id, open_counts, open_items, open_kinds, open_pair, pair_exists, set_aside,
};
pub use known::known;
pub use merge::{has_live_booking, merge};
pub use people::{
    EmployerCounts, Found, JobsOfPerson, PersonRecord, counts_of_employer, employments_of, namesakes, people_named,
    person_by_id, person_found, search, set_birth, set_employment_state, where_rows_went,
};
