//! The worklist. An employer contact sees their own organisation's.

use super::{days_since, look, plain};
use crate::access::guard::Staff;
use crate::base::web::{Answer, Web, page};
use crate::base::words;
use crate::cohort::pages::{Item, Worklist};
use crate::evidence::store::lists as store;
use axum::extract::{Query, State};
use serde::Deserialize;

/// Which page of a long list; the first is 1.
#[derive(Debug, Deserialize)]
pub struct Paged {
    page: Option<u32>,
}

/// Items on a page.
const ITEMS: u32 = 50;

/// `GET /worklist`.
pub async fn worklist(State(web): State<Web>, staff: Staff, Query(paged): Query<Paged>) -> Answer {
    let (only, nth) = (staff.only(), paged.page.unwrap_or(1).clamp(1, 10_000));
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        Ok((store::unclear_people(tx, only)?, store::items(tx, only, ITEMS + 1, (nth - 1) * ITEMS)?))
    };
    let (frame, (people, mut rows)) = look(&web, staff.0, "/worklist", read).await?;
    let more = (rows.len() > ITEMS as usize).then(|| format!("/worklist?page={}", nth + 1));
    rows.truncate(ITEMS as usize);
    let items = rows.into_iter().map(|row| {
        let names: Vec<String> = [row.person, row.other].into_iter().flatten().collect();
        let kind = words::sentence(&plain(&row.kind));
        Item {
            what: if names.is_empty() { kind } else { format!("{kind}: {}", words::list(&names)) },
            rows: vec![row.summary, row.employer],
            owner: format!("{}, {}", plain(&row.owner_role), row.owner),
            days: days_since(&web, row.created),
            href: format!("/worklist/{}", row.id),
        }
    });
    let items = items.collect();
    page(&Worklist { frame, people, items, more })
}
