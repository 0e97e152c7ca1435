//! One unclear match, as HTTP: what is known side by side, and the decision. It stands here, not with the cohort, since
//! offers follow the decision.

use crate::access::guard::Staff;
use crate::access::ops;
use crate::access::routes::NameOf;
use crate::base::db::Stop;
use crate::base::db::{StoreError, Tx};
use crate::base::idempotency::{Once, once};
use crate::base::ids::{OrganisationId, PersonId, WorklistItemId};
use crate::base::page::{Link, Problem};
use crate::base::refusal::Refusal;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page_with};
use crate::base::words;
use crate::cohort::pages::{Answers, Compared, WorklistItem};
use crate::cohort::resolve::{Decision, ResolveRefusal, Resolved};
use crate::cohort::store::{self, PersonRecord};
use crate::cohort::worklist::{Item, ItemKind};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;

/// Faults looked through for those of one row.
const FAULTS: u32 = 200_000;

/// What the page shows.
struct Seen {
    item: Item,
    list: Option<String>,
    records: Vec<Known>,
    row: Vec<Compared>,
}

/// A record as the page compares it.
struct Known {
    person: PersonRecord,
    jobs: Vec<String>,
}

fn seen(tx: &mut Tx<'_>, id: WorklistItemId, only: Option<OrganisationId>) -> Result<Option<Seen>, StoreError> {
    let Some(item) = store::item_by_id(tx, id)?.filter(|i| only.is_none_or(|own| own == i.employer)) else {
        return Ok(None);
    };
    let list = match item.import {
        Some(import) => store::import_by_id(tx, import)?.map(|record| record.file_name),
        None => None,
    };
    let mut records = Vec::new();
    for person in [item.person, item.other].into_iter().flatten() {
        records.extend(known(tx, person)?);
    }
    let row = match (item.import, item.row) {
        (Some(import), Some(row)) if records.is_empty() => row_of(store::faults(tx, import, FAULTS)?, row),
        _ => Vec::new(),
    };
    Ok(Some(Seen { item, list, records, row }))
}

/// What the list said in the columns of one row that could not be read.
fn row_of(faults: Vec<(u32, u32, String, String, String, String, String)>, row: u32) -> Vec<Compared> {
    let mine = faults.into_iter().filter(|fault| fault.1 == row);
    mine.map(|(_, _, column, _, seen, wanted, _)| Compared {
        name: if column.is_empty() { "The whole row".to_owned() } else { column },
        values: vec![if seen.is_empty() { "nothing".to_owned() } else { seen }, wanted],
    })
    .collect()
}

fn known(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Known>, StoreError> {
    let Some(person) = store::person_by_id(tx, id)? else { return Ok(None) };
    let mut jobs = Vec::new();
    for (employer, employment) in store::employments_of(tx, id)? {
        let name = store::employer_of(tx, employer)?.map(|e| e.name).unwrap_or_default();
        let job = employment.job;
        let parts = [job.job_title, job.team].into_iter().flatten().chain([name]);
        jobs.push(parts.collect::<Vec<_>>().join(", "));
    }
    Ok(Some(Known { person, jobs }))
}

/// The end of a number is enough to compare it; the whole of it is nobody's business here.
fn ending(number: Option<String>) -> String {
    number.map_or_else(not_given, |n| {
        let last: String = n.chars().filter(char::is_ascii_digit).collect();
        format!("ends in {}", &last[last.len().saturating_sub(3)..])
    })
}

fn not_given() -> String {
    "not given".into()
}

/// Fields of the records, those that differ first.
fn compared(records: &[Known]) -> Vec<Compared> {
    let row = |name: &str, of: &dyn Fn(&Known) -> String| Compared {
        name: name.to_owned(),
        values: records.iter().map(of).collect(),
    };
    let mut fields = vec![
        row("Name", &|k| k.person.particulars.name.to_string()),
        row("Date of birth", &|k| k.person.particulars.date_of_birth.map_or_else(not_given, words::date)),
        row("Home postcode", &|k| {
            k.person.particulars.home_postcode.as_ref().map_or_else(not_given, |p| p.to_string())
        }),
        row("NHS number", &|k| ending(k.person.particulars.nhs_number.map(|n| n.to_string()))),
        row("Mobile", &|k| ending(k.person.particulars.mobile.as_ref().map(|m| m.to_string()))),
        row("Works as", &|k| if k.jobs.is_empty() { not_given() } else { k.jobs.join("; ") }),
    ];
    fields.sort_by_key(|field| field.values.windows(2).all(|pair| pair[0] == pair[1]));
    fields
}

fn answers(item: &Item) -> Answers {
    if let Some(outcome) = &item.outcome {
        return Answers::Done(said(outcome).to_owned());
    }
    match item.kind {
        ItemKind::PossibleDuplicate | ItemKind::NhsNumberClash => Answers::Pair,
        ItemKind::NoDateOfBirth => Answers::Birth,
        ItemKind::NotSeen => Answers::NotSeen,
        ItemKind::RowUnreadable => Answers::SetAside,
    }
}

/// A decision's word as somebody would say it.
fn said(outcome: &str) -> &str {
    match outcome {
        "same" => "they are one person",
        "different" => "they are different people",
        "corrected_date" => "their date of birth was put right",
        "left" => "they have left",
        "still_here" => "they still work there",
        "set_aside" => "the row was set aside",
        other => other,
    }
}

fn after(answers: &Answers) -> &'static str {
    match answers {
        Answers::Pair => {
            "One person gets one invitation. Where both records have appointments the earlier ones stay, the others are \
             given back, and the person is told once. Different people each keep their own."
        }
        Answers::Birth => {
            "With a date of birth they can be given appointments. Somebody who left is no longer invited."
        }
        Answers::NotSeen => "Appointments they have stay until they or their employer cancel them.",
        Answers::SetAside => {
            "Nobody is invited because of this row. Put it right in your system and it comes with the next list."
        }
        Answers::Done(_) => "",
    }
}

struct Shown<'a> {
    web: &'a Web,
    names: &'a NameOf,
    staff: &'a Staff,
    id: WorklistItemId,
}

async fn item_page(at: Shown<'_>, problems: Vec<Problem>, born: [String; 3]) -> Result<WorklistItem, Wrong> {
    let (only, id) = (at.staff.only(), at.id);
    let (mut frame, found) = ops::look(at.web, at.names, at.staff.0, "/worklist", move |tx| seen(tx, id, only)).await?;
    let Seen { item, list, records, row } = found.ok_or(Wrong::NotFound)?;
    frame.crumbs = vec![Link::new("/worklist", "Worklist")];
    let who = records.first().map(|k| format!(": {}", k.person.particulars.name)).unwrap_or_default();
    let columns = match (records.len(), item.row) {
        (0, _) => vec!["Seen".to_owned(), "Wanted".to_owned()],
        (1, _) => vec!["Known".to_owned()],
        (_, Some(row)) => vec![
            format!("{}, row {}", list.as_deref().unwrap_or("This list"), words::number(u64::from(row))),
            "Known before".to_owned(),
        ],
        _ => vec!["The later record".to_owned(), "Known before".to_owned()],
    };
    let fields = if records.is_empty() { row } else { compared(&records) };
    let answers = answers(&item);
    Ok(WorklistItem {
        frame,
        what: format!("{}{who}", item.kind.heading()),
        why: item.summary,
        columns,
        fields,
        after: after(&answers).into(),
        answers,
        problems,
        born,
        action: format!("/worklist/{id}"),
        key: at.web.form_key(),
    })
}

/// `GET /worklist/{item}`.
pub async fn item(State(web): State<Web>, State(names): State<NameOf>, staff: Staff, Path(id): Path<String>) -> Answer {
    let id: WorklistItemId = id.parse().map_err(|_| Wrong::NotFound)?;
    let at = Shown { web: &web, names: &names, staff: &staff, id };
    page_with(StatusCode::OK, &item_page(at, Vec::new(), Default::default()).await?)
}

/// A decision as sent.
#[derive(Debug, Clone, Deserialize)]
pub struct Said {
    #[serde(default)]
    decision: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    month: String,
    #[serde(default)]
    year: String,
}

impl Said {
    /// The decision, or what keeps it from being one.
    fn decision(&self) -> Result<Decision, Problem> {
        let problem = |field, text: &str| Problem { field, text: text.to_owned() };
        match self.decision.as_str() {
            "same" => Ok(Decision::Same { keep: None }),
            "different" => Ok(Decision::Different),
            "left" => Ok(Decision::Left),
            "still_here" => Ok(Decision::StillHere),
            "set_aside" if self.reason.trim().is_empty() => {
                Err(problem("reason", "Say in a few words why this row needs nothing more."))
            }
            "set_aside" => Ok(Decision::SetAside { reason: self.reason.trim().chars().take(200).collect() }),
            "corrected_date" => self
                .born()
                .map(|date_of_birth| Decision::CorrectedDate { date_of_birth })
                .ok_or_else(|| problem("day", "Enter a date that exists, with four digits for the year.")),
            _ => Err(problem("decision", "Choose one of the answers. Nothing was changed.")),
        }
    }

    fn born(&self) -> Option<Date> {
        let year: i16 = self.year.trim().parse().ok().filter(|year| (1850..=2200).contains(year))?;
        Date::new(year, self.month.trim().parse().ok()?, self.day.trim().parse().ok()?).ok()
    }
}

/// How an item is decided: what is booked follows, and a campaign knows no bookings.
#[derive(Debug, Clone, Copy)]
pub struct Decide(pub fn(&mut Tx<'_>, WorklistItemId, &Decision) -> Result<Resolved, Stop<ResolveRefusal>>);

/// `POST /worklist/{item}`: decides it.
pub async fn decide(
    State(web): State<Web>,
    State(names): State<NameOf>,
    State(Decide(decide_item)): State<Decide>,
    staff: Staff,
    Path(id): Path<String>,
    keyed: Keyed<Said>,
) -> Answer {
    let id: WorklistItemId = id.parse().map_err(|_| Wrong::NotFound)?;
    let at = Shown { web: &web, names: &names, staff: &staff, id };
    let born = [&keyed.form.day, &keyed.form.month, &keyed.form.year].map(|part| part.chars().take(8).collect());
    let decision = match keyed.form.decision() {
        Ok(decision) => decision,
        Err(problem) => {
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &item_page(at, vec![problem], born).await?);
        }
    };
    let (only, sent) = (staff.only(), keyed.sent);
    let work = move |tx: &mut Tx<'_>| {
        let own = store::item_by_id(tx, id)?.is_some_and(|item| only.is_none_or(|own| own == item.employer));
        if !own {
            return Err(Stop::Refused(ResolveRefusal::NoSuchItem));
        }
        decide_item(tx, id, &decision)?;
        Ok("/worklist".to_owned())
    };
    let done = web.db.write(&staff.0.actor(), move |tx| once(tx, &sent, &work)).await;
    let refusal = match Wrong::unless_refused(done)? {
        Ok(to) => return Ok(onward(&to)),
        Err(Once::KeyReused) => return Err(Wrong::KeyReused),
        Err(Once::Refused(ResolveRefusal::NoSuchItem)) => return Err(Wrong::NotFound),
        Err(Once::Refused(refusal)) => refusal,
    };
    let field = if matches!(refusal, ResolveRefusal::ImplausibleDate { .. }) { "day" } else { "decision" };
    let problem = Problem { field, text: format!("{} {}", refusal.sentence(), refusal.next_step()) };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &item_page(at, vec![problem], born).await?)
}
