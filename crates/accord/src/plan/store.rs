//! All SQL of plans: [`facts`] reads what a plan is made from, `plans` reads and writes the plan's own tables.

mod facts;
mod plans;

pub use facts::{campaign_named, facts, newest_campaign};
pub use plans::{
    abandon_proposals, advance, begin_publishing, by_id, by_number, close, delete_picks, done, file, in_state, insert,
    insert_file, insert_picks, insert_unplaced, latest, lead_organisation, newest, next_number, picks_after, reasons,
    unplaced, unplaced_and_waiting,
};
