//! Capacity changes, as HTTP: choosing sessions, the preview, the commit, the way back. For the campaign lead.

use super::changes_shown::{sessions_page, shown, what_words};
use crate::access::guard::Lead;
use crate::access::ops;
use crate::access::routes::NameOf;
use crate::base::clock::london;
use crate::base::db::{Stop, Tx};
use crate::base::idempotency::{Once, once};
use crate::base::ids::CapacityChangeId;
use crate::base::page::{Asked, Link, Problem};
use crate::base::refusal::Refusal;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page, page_with};
use crate::base::words;
use crate::booking::capacity_change::{self as change, ChangeRefusal, Choice, Edit, What, Wish};
use crate::booking::pages::changes::{Changes, WaitingToBeSent};
use crate::booking::store::{capacity_change as store, change_list};
use crate::clinic::csv::{breaks_of, minute_of};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use std::time::Duration;

/// How long a form waits for a change to be worked off; what is left goes on in the background.
const WAIT: Duration = Duration::from_secs(20);

/// Which sessions are looked at, and which list of a change.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    pub(super) from: String,
    pub(super) until: String,
    pub(super) site: String,
    pub(super) product: String,
}

/// Which list of a change, or which kind.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Show {
    show: String,
}

/// `GET /sessions/change`: sessions to choose from.
pub async fn choose(
    State(web): State<Web>,
    State(names): State<NameOf>,
    Lead(who): Lead,
    Query(filter): Query<Filter>,
) -> Answer {
    let (frame, shown) = sessions_page(&web, &names, who, &filter).await?;
    page(&crate::booking::pages::changes::ChangeSessions { frame, ..shown })
}

/// A form with many boxes of one name.
type Fields = Vec<(String, String)>;

fn field<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
}

/// The wish that a form says, or every field that says none.
fn wish(fields: &Fields) -> Result<Wish, Vec<Problem>> {
    let boxes = if field(fields, "which") == "all" { "shown" } else { "session" };
    let sessions = fields.iter().filter(|(name, _)| name == boxes).filter_map(|(_, id)| id.parse().ok()).collect();
    let mut problems = Vec::new();
    // Each field's word stands in the summary where it stands on the page.
    let what = What::parse(field(fields, "what")).filter(|what| *what != What::Undo);
    if what.is_none() {
        problems.push(Problem { field: "what-close", text: "Choose what is done to the sessions.".to_owned() });
    }
    let edit = edit(fields, &mut problems);
    let choice = Choice::parse(field(fields, "choice"));
    if choice.is_none() {
        let text = "Choose what becomes of whoever has no place then.".to_owned();
        problems.push(Problem { field: "choice-move", text });
    }
    match (what, choice) {
        (Some(what), Some(choice)) if problems.is_empty() => {
            let [reason, lead] = ["reason", "lead"].map(|name| field(fields, name).to_owned());
            Ok(Wish { sessions, what, choice, edit, reason, lead })
        }
        _ => Err(problems),
    }
}

/// The times, places and shares of a form, as far as they can be read; what can't stands among the problems.
fn edit(fields: &Fields, problems: &mut Vec<Problem>) -> Edit {
    fn number<N: std::str::FromStr>(of: &str) -> Result<N, String> {
        of.parse().map_err(|_| format!("“{of}” is no whole number."))
    }
    fn read<T>(
        fields: &Fields,
        name: &'static str,
        problems: &mut Vec<Problem>,
        by: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let typed = Some(field(fields, name)).filter(|typed| !typed.is_empty())?;
        by(typed).map_err(|text| problems.push(Problem { field: name, text })).ok()
    }
    let time = |of: &str| minute_of(of).ok_or_else(|| format!("“{of}” is no time such as 09:00."));
    let breaks = |of: &str| match of {
        "none" => Ok(Vec::new()),
        _ => breaks_of(of).ok_or_else(|| format!("“{of}” are no breaks such as 12:00-12:30.")),
    };
    Edit {
        from_minute: read(fields, "from_minute", problems, time),
        until_minute: read(fields, "until_minute", problems, time),
        vaccinators: read(fields, "vaccinators", problems, number),
        rooms: read(fields, "rooms", problems, number),
        breaks: read(fields, "breaks", problems, breaks),
        people_max: read(fields, "people_max", problems, number),
        kept_walk_in: read(fields, "kept_walk_in", problems, number),
        kept_assisted: read(fields, "kept_assisted", problems, number),
        assisted_hours: read(fields, "assisted_hours", problems, number),
    }
}

/// `POST /sessions/change`: works the preview out and keeps it; nothing else changes.
pub async fn preview(
    State(web): State<Web>,
    State(names): State<NameOf>,
    Lead(who): Lead,
    keyed: Keyed<Fields>,
) -> Answer {
    let asked = match wish(&keyed.form) {
        Ok(asked) => asked,
        Err(problems) => return again(&web, &names, who, &keyed.form, problems).await,
    };
    let of = asked.clone();
    let draft = match web.read(&who.actor(), move |tx| change::draft(tx, &of)).await? {
        Ok(draft) => draft,
        Err(refusal) => {
            let at = if refusal == ChangeRefusal::NoReason { "reason" } else { "from" };
            let said = format!("{} {}", refusal.sentence(), refusal.next_step());
            return again(&web, &names, who, &keyed.form, vec![Problem { field: at, text: said }]).await;
        }
    };
    let sent = keyed.sent;
    let keep = move |tx: &mut Tx<'_>| {
        once(tx, &sent, |tx| -> Result<String, Stop<ChangeRefusal>> {
            Ok(format!("/changes/{}", change::store_draft(tx, &asked, &draft)?))
        })
    };
    match Wrong::unless_refused(web.db.write(&who.actor(), keep).await)? {
        Ok(to) => Ok(onward(&to)),
        Err(_) => Err(Wrong::KeyReused),
    }
}

/// The form again, with all that is wrong at its top.
async fn again(
    web: &Web,
    names: &NameOf,
    who: crate::access::SignedIn,
    fields: &Fields,
    problems: Vec<Problem>,
) -> Answer {
    let of = |name: &str| field(fields, name).to_owned();
    let filter = Filter { from: of("day_from"), until: of("day_until"), site: of("site"), product: of("product") };
    let (frame, shown) = sessions_page(web, names, who, &filter).await?;
    let typed = (of("reason"), of("lead"));
    let page = crate::booking::pages::changes::ChangeSessions { frame, problems, typed, ..shown };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn id_of(text: &str) -> Result<CapacityChangeId, Wrong> {
    text.parse().map_err(|_| Wrong::NotFound)
}

/// `GET /changes/{change}`: the preview, the course, the result.
pub async fn look(
    State(web): State<Web>,
    State(names): State<NameOf>,
    Lead(who): Lead,
    Path(id): Path<String>,
    Query(show): Query<Show>,
    Query(asked): Query<Asked>,
) -> Answer {
    let page = shown(&web, &names, who, id_of(&id)?, &show.show, &asked).await?;
    crate::base::web::page(&page)
}

/// A change's page with what stood in the way.
async fn refused(
    web: &Web,
    names: &NameOf,
    who: crate::access::SignedIn,
    id: CapacityChangeId,
    no: &ChangeRefusal,
) -> Answer {
    let mut page = shown(web, names, who, id, "", &Asked::default()).await?;
    let field = if *no == ChangeRefusal::NoReason { "reason" } else { "main" };
    page.problems.push(Problem { field, text: format!("{} {}", no.sentence(), no.next_step()) });
    page_with(StatusCode::CONFLICT, &page)
}

/// Works a change off for a while; a service that is stopped meanwhile goes on when it starts again.
pub(in crate::booking) async fn work_off(web: &Web, who: &crate::base::db::Actor, id: CapacityChangeId) {
    match tokio::time::timeout(WAIT, change::finish(&web.db, who, id)).await {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(stop)) => tracing::warn!(?stop, "a capacity change goes on in the background"),
    }
}

/// A form of nothing but its button.
#[derive(Debug, Clone, Deserialize)]
pub struct Pressed {}

/// `POST /changes/{change}/commit`.
pub async fn commit(
    State(web): State<Web>,
    State(names): State<NameOf>,
    Lead(who): Lead,
    Path(id): Path<String>,
    keyed: Keyed<Pressed>,
) -> Answer {
    let id = id_of(&id)?;
    let sent = keyed.sent;
    let work = move |tx: &mut Tx<'_>| once(tx, &sent, |tx| change::commit(tx, id).map(|()| format!("/changes/{id}")));
    match Wrong::unless_refused(web.db.write(&who.actor(), work).await)? {
        Ok(to) => {
            work_off(&web, &who.actor(), id).await;
            Ok(onward(&to))
        }
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        Err(Once::Refused(no)) => refused(&web, &names, who, id, &no).await,
    }
}

/// Why a change is taken back.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    reason: String,
    lead: String,
}

/// `POST /changes/{change}/undo`.
pub async fn undo(
    State(web): State<Web>,
    State(names): State<NameOf>,
    Lead(who): Lead,
    Path(id): Path<String>,
    keyed: Keyed<Back>,
) -> Answer {
    let id = id_of(&id)?;
    let (sent, form) = (keyed.sent, keyed.form);
    let work = move |tx: &mut Tx<'_>| {
        once(tx, &sent, |tx| change::undo(tx, id, &form.lead, &form.reason).map(|id| id.to_string()))
    };
    match Wrong::unless_refused(web.db.write(&who.actor(), work).await)? {
        Ok(made) => {
            work_off(&web, &who.actor(), id_of(&made)?).await;
            Ok(onward(&format!("/changes/{made}")))
        }
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        Err(Once::Refused(no)) => refused(&web, &names, who, id, &no).await,
    }
}

/// `GET /changes`: all of them, the newest first.
pub async fn all(
    State(web): State<Web>,
    State(names): State<NameOf>,
    Lead(who): Lead,
    Query(asked): Query<Asked>,
) -> Answer {
    let read = move |tx: &mut Tx<'_>| {
        let pager = asked.pager("/changes", &[], store::count(tx)?);
        let mut rows = Vec::new();
        for change in store::newest(tx, pager.limit(), pager.skip())? {
            let sessions = store::sessions_of(tx, change.id)?.len() as u64;
            rows.push((change, sessions));
        }
        Ok((pager, rows))
    };
    let (mut frame, (pager, rows)) = ops::look(&web, &names, who, "/sites", read).await?;
    frame.crumbs = vec![Link::new("/sessions/change", "Change sessions")];
    let rows = rows.into_iter().map(|(change, sessions)| {
        let link = Link::new(format!("/changes/{}", change.id), what_words(&change, sessions));
        (link, change.state.word().replace('_', " "), change.created.to_zoned(london()).datetime(), change.lead)
    });
    page(&Changes { frame, rows: rows.collect(), pager })
}

/// `GET /waiting-to-be-sent`: what people have to be told and nobody has told them.
pub async fn waiting(
    State(web): State<Web>,
    State(names): State<NameOf>,
    Lead(who): Lead,
    Query(show): Query<Show>,
    Query(asked): Query<Asked>,
) -> Answer {
    let wanted = show.show.clone();
    let read = move |tx: &mut Tx<'_>| {
        let counts = change_list::waiting_counts(tx)?;
        let kind = counts.iter().find(|(kind, _)| *kind == wanted).map(|(kind, _)| kind.clone());
        let total = counts.iter().filter(|(k, _)| kind.as_ref().is_none_or(|kind| kind == k)).map(|(_, n)| n).sum();
        let pager = asked.pager("/waiting-to-be-sent", &[("show", kind.as_deref().unwrap_or(""))], total);
        let rows = change_list::waiting(tx, kind.as_deref(), (pager.limit(), pager.skip()))?;
        Ok((counts, kind, pager, rows))
    };
    let (frame, (counts, kind, pager, rows)) = ops::look(&web, &names, who, "/sites", read).await?;
    let all: u64 = counts.iter().map(|(_, n)| n).sum();
    let href = |kind: &str| format!("/waiting-to-be-sent?show={kind}");
    let mut filters = vec![Link::new("/waiting-to-be-sent", format!("all {}", words::number(all)))];
    let of_kind = counts.iter().map(|(kind, n)| {
        let text = format!("{} ({})", told_words(kind).to_lowercase(), words::number(*n));
        Link::new(href(kind), text)
    });
    filters.extend(of_kind);
    let here = kind.as_deref().map_or_else(|| "/waiting-to-be-sent".to_owned(), href);
    let rows =
        rows.into_iter().map(|(kind, reference, at)| (told_words(&kind), reference, at.to_zoned(london()).datetime()));
    page(&WaitingToBeSent { frame, count: all, filters, here, rows: rows.collect(), pager })
}

/// What an event asks to be told.
fn told_words(kind: &str) -> String {
    match kind {
        "tell.moved" => "Another time than before".to_owned(),
        "tell.cancelled" => "Cancelled by the clinic".to_owned(),
        "tell.moved_back" => "The first time after all".to_owned(),
        other => words::sentence(&other.trim_start_matches("tell.").replace('_', " ")),
    }
}
