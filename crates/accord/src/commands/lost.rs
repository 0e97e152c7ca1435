//! `accord lost`: everybody of an open campaign whom nobody looks after. There must be nobody.

use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::base::clock::{Chance, Clock};
use crate::evidence::verify;

pub(super) fn run(at: &At) -> Result<Ended, Failure> {
    let store = Opened::open(at, Clock::Machine, Chance::machine())?;
    let lost = store.db.read_now(&store.operator(), verify::lost).map_err(|e| store.failed(&e))?;
    if at.json {
        let each = lost.iter().map(|(why, id)| serde_json::json!({ "id": id, "why": why }));
        print_json(&serde_json::json!({ "lost": each.collect::<Vec<_>>() }));
    } else {
        for (why, id) in &lost {
            print_line(&format!("{id}  {why}"));
        }
        if lost.is_empty() {
            print_line(
                "Nobody is lost: everybody of an open campaign has a state, an owner who can be reached and a next date.",
            );
        }
    }
    Ok(if lost.is_empty() { Ended::Well } else { Ended::WithFindings })
}
