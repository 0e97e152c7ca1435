//! All SQL of plans: [`facts`] reads what a plan is made from, [`plans`] reads and writes the plan's own tables.

mod facts;
mod plans;

pub use facts::{facts, newest_campaign};
pub use plans::{
    batch_of, by_number, each_unplaced, file, insert, latest, picks, reasons, reopen_unplaced, set_batch, set_state,
    unplaced_people,
};
