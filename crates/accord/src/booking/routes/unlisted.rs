//! People on no list, for the employers they name: asked once, answered by a button.

use crate::access::guard::Staff;
use crate::access::ops;
use crate::access::routes::NameOf;
use crate::base::audit::{self, Done};
use crate::base::db::{Stop, Tx};
use crate::base::idempotency::{Once, once};
use crate::base::ids::DayEntryId;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page};
use crate::booking::pages::{Unlisted, UnlistedRow};
use crate::booking::store;
use axum::extract::State;
use serde::Deserialize;

/// `GET /unlisted`.
pub async fn unlisted(State(web): State<Web>, State(names): State<NameOf>, staff: Staff) -> Answer {
    let only = staff.only();
    let read = move |tx: &mut Tx<'_>| store::unlisted(tx, only);
    let (frame, found) = ops::look(&web, &names, staff.0, "/worklist", read).await?;
    let rows = found.into_iter().map(|(id, name, born, employer, says)| UnlistedRow {
        id: id.to_string(),
        name,
        born,
        employer,
        answer: says.map(|says| if says == "not_ours" { "not theirs" } else { "on the next list" }),
    });
    page(&Unlisted { frame, rows: rows.collect(), key: web.form_key() })
}

/// An answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    entry: String,
    what: String,
}

/// `POST /unlisted`: whether somebody is theirs. What the clinic noted stays as it is.
pub async fn answer(State(web): State<Web>, staff: Staff, keyed: Keyed<Said>) -> Answer {
    let id: DayEntryId = keyed.form.entry.parse().map_err(|_| Wrong::NotFound)?;
    let says = match keyed.form.what.as_str() {
        "on_next_list" => "on_next_list",
        "not_ours" => "not_ours",
        _ => return Err(Wrong::Unreadable),
    };
    let (only, sent) = (staff.only(), keyed.sent);
    let work = move |tx: &mut Tx<'_>| -> Result<String, Stop<()>> {
        if !store::employer_says(tx, id, only, says)? {
            return Err(Stop::Refused(()));
        }
        let detail = format!(r#"{{"says":"{says}"}}"#);
        audit::record(
            tx,
            &Done { organisation: only, verb: "answer", noun: "day_entry", noun_id: id.to_string(), detail },
        )?;
        Ok("/unlisted".to_owned())
    };
    let done = web.db.write(&staff.0.actor(), move |tx| once(tx, &sent, &work)).await;
    match Wrong::unless_refused(done)? {
        Ok(to) => Ok(onward(&to)),
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        Err(Once::Refused(())) => Err(Wrong::NotFound),
    }
}
