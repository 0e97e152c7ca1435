//! `accord sweep`: marks who did not come; for a store that no service runs on.

use super::{At, Failure, Opened, print_json, print_line};
use crate::base::db::{Actor, Stop};
use crate::base::words;
use crate::booking::did_not_attend::{AFTER_HOURS, AT_A_TIME, sweep};

pub(super) fn run(at: &At, store: &Opened, who: &Actor) -> Result<u8, Failure> {
    let mut missing = 0;
    loop {
        let swept = store.db.write_now(who, |tx| sweep(tx).map_err(Stop::<()>::Store));
        let people = match swept {
            Ok(people) => people,
            Err(Stop::Store(error)) => return Err(store.failed(&error)),
            Err(Stop::Refused(())) => 0,
        };
        missing += people as u64;
        if people < AT_A_TIME as usize {
            break;
        }
    }
    if at.json {
        print_json(&serde_json::json!({ "missing": missing }));
    } else {
        let people = words::people(missing);
        print_line(&format!("{people} marked as missing, whose session ended {AFTER_HOURS} hours ago or earlier"));
    }
    Ok(0)
}
