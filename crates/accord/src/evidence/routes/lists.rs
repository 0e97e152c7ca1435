//! The worklist. An employer contact sees their own organisation's.

use super::{days_since, look, plain};
use crate::access::guard::Staff;
use crate::base::page::{Asked, Link};
use crate::base::web::{Answer, Web, page};
use crate::base::words;
use crate::cohort::pages::{Item, Worklist};
use crate::cohort::worklist::ItemKind;
use crate::evidence::store::lists as store;
use axum::extract::{Query, State};
use serde::Deserialize;

/// Which kind of item; none: any.
#[derive(Debug, Deserialize)]
pub struct Filter {
    #[serde(default)]
    kind: String,
}

/// `GET /worklist`.
pub async fn worklist(
    State(web): State<Web>,
    staff: Staff,
    Query(filter): Query<Filter>,
    Query(asked): Query<Asked>,
) -> Answer {
    let only = staff.only();
    let kind = ItemKind::from_word(&filter.kind).map_or("", ItemKind::word);
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        let wanted = store::Wanted { only, kind: kind.to_owned(), like: asked.like() };
        let pager = asked.pager("/worklist", &[("kind", kind)], store::items_count(tx, &wanted)?);
        let rows = store::items(tx, &wanted, pager.limit(), pager.skip())?;
        let unlisted = crate::booking::store::unlisted(tx, only)?.len() as u64;
        Ok((store::unclear_people(tx, only)?, store::kinds(tx, only)?, pager, rows, unlisted))
    };
    let (frame, (people, kinds, pager, rows, unlisted)) = look(&web, staff.0, "/worklist", read).await?;
    let all: u64 = kinds.iter().map(|(_, n)| u64::from(*n)).sum();
    let mut filters = vec![Link::new("/worklist", format!("all {}", words::number(all)))];
    filters.extend(kinds.iter().map(|(word, n)| {
        Link::new(address(word), format!("{} ({})", heading(word).to_lowercase(), words::number(u64::from(*n))))
    }));
    if unlisted > 0 {
        filters.push(Link::new("/unlisted", format!("on no list ({})", words::number(unlisted))));
    }
    let items = rows.into_iter().map(|row| {
        let names: Vec<String> = [row.person, row.other].into_iter().flatten().collect();
        let what = heading(&row.kind);
        // What is missing for everybody alike is said once, above the list.
        let alike = row.kind == ItemKind::NoDateOfBirth.word();
        let mut rows = if alike { Vec::new() } else { vec![row.summary] };
        if row.employer != row.owner {
            rows.push(row.employer);
        }
        Item {
            what: if names.is_empty() { what } else { format!("{what}: {}", words::list(&names)) },
            rows,
            owner: format!("{}, {}", plain(&row.owner_role), row.owner),
            days: days_since(&web, row.created),
            href: format!("/worklist/{}", row.id),
        }
    });
    let items = items.collect();
    page(&Worklist { frame, people, filters, here: address(kind), items, pager })
}

/// Where the items of a kind are listed.
pub(super) fn address(word: &str) -> String {
    if word.is_empty() { "/worklist".into() } else { format!("/worklist?kind={word}") }
}

fn heading(word: &str) -> String {
    ItemKind::from_word(word).map_or_else(|| words::sentence(&plain(word)), |kind| kind.heading().to_owned())
}
