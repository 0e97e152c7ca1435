//! Lists coming in, as HTTP: read, reviewed, taken or discarded. An employer contact acts for their own organisation only.

use super::import::{self, Confirm, ImportRefusal, Preview, Previewed};
use super::pages::{Column, FaultRow, Import, ListRow, ListState, Review};
use super::store::{self, ImportRecord, ImportState};
use crate::access::guard::Staff;
use crate::access::ops;
use crate::access::routes::NameOf;
use crate::base::clock::{london, london_date};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::{Once, once};
use crate::base::ids::{ImportId, OrganisationId};
use crate::base::page::{Asked, Link, Problem};
use crate::base::refusal::Refusal;
use crate::base::upload::Upload;
use crate::base::web::{Answer, Keyed, Web, Wrong, csv, onward, page_with};
use accord_formats::csv_out::CsvOut;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

/// What else happens, in the same transaction, once a list was taken: a higher noun gives whoever is new a place.
#[derive(Clone, Copy, Debug)]
pub struct OnceTaken(pub fn(&mut Tx<'_>) -> Result<u64, StoreError>);

/// Faults shown on a page; the file has them all.
const FAULTS: usize = 20;
/// Faults in the file at most: more than a list of the largest employer can have rows.
const ALL_FAULTS: u32 = 200_000;

/// `GET /import`.
pub async fn imports(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Answer {
    let shown = upload_page(&web, &names, &staff, asked, (String::new(), Vec::new())).await?;
    page_with(StatusCode::OK, &shown)
}

async fn upload_page(
    web: &Web,
    names: &NameOf,
    staff: &Staff,
    asked: Asked,
    (chosen, problems): (String, Vec<Problem>),
) -> Result<Import, Wrong> {
    let only = staff.only();
    let read = move |tx: &mut Tx<'_>| {
        let employers = if only.is_some() { Vec::new() } else { store::employer_names(tx)? };
        let like = asked.like();
        let pager = asked.pager("/import", &[], store::lists_count(tx, only, &like)?);
        let rows = store::lists(tx, only, &like, pager.limit(), pager.skip())?;
        Ok((rows, pager, employers))
    };
    let (frame, (rows, pager, employers)) = ops::look(web, names, staff.0, "/import", read).await?;
    let lists = rows.into_iter().map(|(id, file, organisation, came, rows, faults, state)| ListRow {
        file,
        organisation,
        came: came.to_zoned(london()).datetime(),
        rows: u64::from(rows),
        faults: u64::from(faults),
        state: match state.as_str() {
            "review" => ListState::ToReview,
            "committed" => ListState::Accepted,
            _ => ListState::Discarded,
        },
        href: format!("/import/{id}"),
    });
    Ok(Import { frame, problems, employers, chosen, lists: lists.collect(), pager, key: web.form_key() })
}

/// `POST /import`: reads a list and keeps it for review; changes nobody.
pub async fn upload(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    form: Result<Upload, Wrong>,
) -> Answer {
    let form = form?;
    let chosen = form.field("employer").to_owned();
    let problems = missing(&form, staff.only().is_none());
    if !problems.is_empty() {
        let shown = upload_page(&web, &names, &staff, Asked::default(), (chosen, problems)).await?;
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    let only = staff.only();
    let done = web.db.write(&staff.0.actor(), move |tx| once(tx, &form.sent, |tx| receive(tx, &form, only))).await;
    let refusal = match Wrong::unless_refused(done)? {
        Ok(to) => return Ok(onward(&to)),
        Err(Once::KeyReused) => return Err(Wrong::KeyReused),
        Err(Once::Refused(refusal)) => refusal,
    };
    let field = match refusal {
        ImportRefusal::UnknownEmployer { .. } | ImportRefusal::NotAnEmployer { .. } if only.is_none() => "employer",
        _ => "file",
    };
    let shown = upload_page(&web, &names, &staff, Asked::default(), (chosen, vec![problem(field, &refusal)])).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

fn problem(field: &'static str, refusal: &ImportRefusal) -> Problem {
    Problem { field, text: format!("{} {}", refusal.sentence(), refusal.next_step()) }
}

fn missing(form: &Upload, lead: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    if lead && form.field("employer").trim().is_empty() {
        problems.push(Problem { field: "employer", text: "Choose whose list it is.".into() });
    }
    if form.bytes.is_empty() {
        let text = if form.file_name.is_empty() {
            "Choose the list: a CSV or Excel file.".to_owned()
        } else {
            format!("\"{}\" is empty. Nothing was changed. Save the list again and choose it.", form.file_name)
        };
        problems.push(Problem { field: "file", text });
    }
    problems
}

/// Previews the list; answers where its review is.
fn receive(tx: &mut Tx<'_>, form: &Upload, only: Option<OrganisationId>) -> Result<String, Stop<ImportRefusal>> {
    let employer = match only {
        Some(own) => store::employer_of(tx, own)?.map_or_else(|| own.to_string(), |employer| employer.code),
        None => form.field("employer").trim().to_owned(),
    };
    let today = london_date(tx.now());
    let cmd = Preview { employer, file_name: form.file_name.clone(), bytes: form.bytes.clone(), today, mapping: None };
    let import = match import::preview(tx, &cmd)? {
        Previewed::Review(review) => review.import.ok_or(Stop::Refused(ImportRefusal::NoSuchImport))?,
        Previewed::NothingToDo { import } => import,
    };
    Ok(format!("/import/{import}"))
}

/// What the page of a list shows.
struct Seen {
    record: ImportRecord,
    organisation: String,
    review: Option<import::Review>,
    faults: Vec<FaultRow>,
}

/// A list with its faults; none where there is none of this id, or it is not for these eyes.
fn seen(tx: &mut Tx<'_>, id: ImportId, only: Option<OrganisationId>) -> Result<Option<Seen>, StoreError> {
    let Some(record) = store::import_by_id(tx, id)?.filter(|r| only.is_none_or(|own| own == r.employer)) else {
        return Ok(None);
    };
    let organisation = store::employer_of(tx, record.employer)?.map(|e| e.name).unwrap_or_default();
    let review = match record.state {
        ImportState::Review => match import::review(tx, id) {
            Ok(review) => Some(review),
            Err(Stop::Store(error)) => return Err(error),
            // It can be discarded, whatever keeps it from being read again.
            Err(Stop::Refused(_)) => None,
        },
        _ => None,
    };
    let faults = store::faults(tx, id, ALL_FAULTS)?.into_iter().filter(|f| f.6 != "note").map(fault).collect();
    Ok(Some(Seen { record, organisation, review, faults }))
}

fn fault((_, row, column, _, seen, wanted, severity): (u32, u32, String, String, String, String, String)) -> FaultRow {
    let done = match severity.as_str() {
        "row_dropped" => "the row was left out",
        "value_dropped" => "the value was left out, the person was read",
        _ => "read as it most likely is; check it",
    };
    FaultRow { row: u64::from(row), column, seen, wanted, done: done.into() }
}

async fn review_page(
    web: &Web,
    names: &NameOf,
    staff: &Staff,
    id: ImportId,
    problems: Vec<Problem>,
) -> Result<Review, Wrong> {
    let only = staff.only();
    let (mut frame, found) = ops::look(web, names, staff.0, "/import", move |tx| seen(tx, id, only)).await?;
    let Seen { record, organisation, review, mut faults } = found.ok_or(Wrong::NotFound)?;
    frame.crumbs = vec![Link::new("/import", "Lists")];
    let counts = review.as_ref().map_or_else(|| counts(&record), |r| said(&r.counts));
    let second_yes = review.as_ref().filter(|r| !r.second_yes.is_empty()).map(|r| {
        let reasons: Vec<String> = r.second_yes.iter().map(import::SecondYes::sentence).collect();
        reasons.join(" ")
    });
    let fault_count = faults.len() as u64;
    faults.truncate(FAULTS);
    Ok(Review {
        frame,
        file: record.file_name,
        organisation,
        state: match record.state {
            ImportState::Review => ListState::ToReview,
            ImportState::Committed => ListState::Accepted,
            ImportState::Abandoned => ListState::Discarded,
        },
        problems,
        rows: u64::from(record.rows),
        new: counts[0],
        changed: counts[1],
        same: counts[2],
        not_seen: counts[3],
        unclear: counts[4],
        second_yes,
        faults,
        fault_count,
        faults_csv: format!("/import/{id}/faults.csv"),
        columns: review.map(|r| r.columns.into_iter().map(column).collect()).unwrap_or_default(),
        action: format!("/import/{id}"),
        key: web.form_key(),
    })
}

/// New, changed, the same, not seen, unclear. A second job is news of somebody known.
fn said(c: &import::Counts) -> [u64; 5] {
    [c.added, c.changed + c.second_jobs + c.leavers, c.same, c.not_seen, c.unclear].map(|n| n as u64)
}

fn counts(r: &ImportRecord) -> [u64; 5] {
    [r.added, r.changed + r.second_jobs + r.leavers, r.same, r.not_seen, r.unclear].map(u64::from)
}

fn column(column: import::Column) -> Column {
    let read_as = column.field.map_or("not used", |field| field.label());
    Column { heading: column.heading, read_as: read_as.into(), example: column.example }
}

/// `GET /import/{import}`: what a list would change, or changed.
pub async fn review(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(id): Path<String>,
) -> Answer {
    let id: ImportId = id.parse().map_err(|_| Wrong::NotFound)?;
    page_with(StatusCode::OK, &review_page(&web, &names, &staff, id, Vec::new()).await?)
}

/// `GET /import/{import}/faults.csv`: every fault, for whoever puts them right.
pub async fn faults_csv(State(web): State<Web>, staff: Staff, Path(id): Path<String>) -> Answer {
    let id: ImportId = id.parse().map_err(|_| Wrong::NotFound)?;
    let only = staff.only();
    let read = move |tx: &mut Tx<'_>| {
        let own = store::import_by_id(tx, id)?.filter(|r| only.is_none_or(|own| own == r.employer));
        own.map(|_| store::faults(tx, id, ALL_FAULTS)).transpose()
    };
    let faults = web.read(&staff.0.actor(), read).await?.ok_or(Wrong::NotFound)?;
    let mut out = CsvOut::new(true);
    out.record(["Row", "Column", "Seen", "Wanted", "What was done"]);
    for fault in faults.into_iter().filter(|f| f.6 != "note").map(fault) {
        let row = if fault.row == 0 { "whole column".to_owned() } else { fault.row.to_string() };
        out.record([row, fault.column, fault.seen, fault.wanted, fault.done]);
    }
    csv("faults.csv", out, &web.house)
}

/// What is to become of a list.
#[derive(Debug, Deserialize)]
pub struct Said {
    #[serde(default)]
    decision: String,
    #[serde(default)]
    second_yes: String,
}

/// `POST /import/{import}`: takes a list in review, or discards it.
pub async fn decide(
    State(web): State<Web>,
    State(names): State<NameOf>,
    State(OnceTaken(once_taken)): State<OnceTaken>,
    staff: Staff,
    Path(id): Path<String>,
    keyed: Keyed<Said>,
) -> Answer {
    let id: ImportId = id.parse().map_err(|_| Wrong::NotFound)?;
    let take = match keyed.form.decision.as_str() {
        "accept" => true,
        "discard" => false,
        _ => return Err(Wrong::Unreadable),
    };
    let confirm = Confirm { second_yes: keyed.form.second_yes == "yes" };
    let (only, sent) = (staff.only(), keyed.sent);
    let work = move |tx: &mut Tx<'_>| {
        let own = store::import_by_id(tx, id)?.is_some_and(|r| only.is_none_or(|own| own == r.employer));
        if !own {
            return Err(Stop::Refused(ImportRefusal::NoSuchImport));
        }
        if take {
            import::commit(tx, id, confirm)?;
            once_taken(tx)?;
        } else {
            import::abandon(tx, id)?;
        }
        Ok(format!("/import/{id}"))
    };
    let done = web.db.write(&staff.0.actor(), move |tx| once(tx, &sent, work)).await;
    let refusal = match Wrong::unless_refused(done)? {
        Ok(to) => return Ok(onward(&to)),
        Err(Once::KeyReused) => return Err(Wrong::KeyReused),
        Err(Once::Refused(ImportRefusal::NoSuchImport)) => return Err(Wrong::NotFound),
        Err(Once::Refused(refusal)) => refusal,
    };
    if refusal == ImportRefusal::MovedSinceReview {
        let fresh = web.db.write(&staff.0.actor(), move |tx| import::refresh(tx, id)).await;
        // A list that was settled meanwhile shows as such; the refusal said so already.
        drop(Wrong::unless_refused(fresh)?);
    }
    let field = if matches!(refusal, ImportRefusal::NeedsSecondYes { .. }) { "second_yes" } else { "decision" };
    let shown = review_page(&web, &names, &staff, id, vec![problem(field, &refusal)]).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}
