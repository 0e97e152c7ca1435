//! Had it elsewhere, as HTTP: an employer's page that answers everybody alike, and the lead's page of files and decisions.

use crate::access::guard::{Lead, Staff};
use crate::access::ops;
use crate::access::routes::NameOf;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::{Once, once};
use crate::base::ids::{ElsewhereFileId, ElsewhereId, OrganisationId, PersonId};
use crate::base::page::{Link, Problem};
use crate::base::refusal::Refusal;
use crate::base::upload::Upload;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page_with};
use crate::base::words;
use crate::booking::elsewhere::{self, ElsewhereRefusal, Report, Said};
use crate::booking::pages::{ElsewhereFiles, ElsewhereReport, ReportRow, Review};
use crate::booking::store::{self, FileInReview};
use crate::cohort;
use accord_formats::{PersonName, StaffNumber};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;

/// What an employer typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    staff_number: String,
    name: String,
    day: String,
    month: String,
    year: String,
    product: String,
}

impl Typed {
    /// The report, or what is wrong with it. Nothing here depends on anybody known.
    fn said(&self) -> Result<Said, Vec<Problem>> {
        let mut problems = Vec::new();
        let number = self.staff_number.trim();
        let number = (!number.is_empty()).then(|| StaffNumber::parse(number).ok());
        let name = PersonName::parse_full(&self.name).ok().map(|(name, _)| name);
        if matches!(number, Some(None)) || (number.is_none() && name.is_none()) {
            problems.push(Problem { field: "staff_number", text: ElsewhereRefusal::NobodyNamed.sentence() });
        }
        let small = |text: &str| text.trim().parse::<i8>().ok();
        let year = self.year.trim().parse::<i16>().ok().filter(|year| (1900..=2200).contains(year));
        let day = year.zip(small(&self.month)).zip(small(&self.day));
        let day = day.and_then(|((year, month), day)| Date::new(year, month, day).ok());
        if day.is_none() {
            let text = "Enter a date that exists, with four digits for the year.".to_owned();
            problems.push(Problem { field: "day", text });
        }
        match day.filter(|_| problems.is_empty()) {
            None => Err(problems),
            Some(day) => Ok(Said {
                product: self.product.trim().chars().take(60).collect(),
                staff_number: number.flatten(),
                given: name.as_ref().map(|n| n.given.clone()).unwrap_or_default(),
                family: name.map(|n| n.family).unwrap_or_default(),
                ..Said::on(day)
            }),
        }
    }
}

/// What stands behind the question mark after a report.
#[derive(Debug, Deserialize)]
pub struct After {
    #[serde(default)]
    noted: String,
}

struct Desk<'a> {
    web: &'a Web,
    names: &'a NameOf,
    staff: Staff,
    employer: OrganisationId,
}

impl Desk<'_> {
    async fn page(&self, typed: Typed, problems: Vec<Problem>, noted: bool) -> Answer {
        let employer = self.employer;
        let here =
            if self.staff.only().is_some() { format!("/organisations/{employer}") } else { "/organisations".into() };
        let look = move |tx: &mut Tx<'_>| cohort::store::employer_of(tx, employer);
        let (mut frame, found) = ops::look(self.web, self.names, self.staff.0, &here, look).await?;
        let found = found.ok_or(Wrong::NotFound)?;
        frame.crumbs = vec![Link::new(format!("/organisations/{employer}"), found.name.clone())];
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let short = |text: String| text.chars().take(80).collect::<String>();
        let page = ElsewhereReport {
            frame,
            organisation: found.name,
            noted,
            staff_number: short(typed.staff_number),
            name: short(typed.name),
            when: [typed.day, typed.month, typed.year].map(|part| part.chars().take(8).collect()),
            product: short(typed.product),
            problems,
            action: format!("/organisations/{employer}/elsewhere"),
            key: self.web.form_key(),
        };
        page_with(status, &page)
    }
}

/// `GET /organisations/{organisation}/elsewhere`.
pub async fn report_form(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(employer): Path<String>,
    Query(after): Query<After>,
) -> Answer {
    let employer = employer.parse().map_err(|_| Wrong::NotFound)?;
    let desk = Desk { web: &web, names: &names, staff, employer };
    desk.page(Typed::default(), Vec::new(), after.noted == "yes").await
}

/// `POST /organisations/{organisation}/elsewhere`: one answer, whoever is meant and whatever is known of them.
pub async fn report(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(employer): Path<String>,
    keyed: Keyed<Typed>,
) -> Answer {
    let employer: OrganisationId = employer.parse().map_err(|_| Wrong::NotFound)?;
    let desk = Desk { web: &web, names: &names, staff, employer };
    let said = match keyed.form.said() {
        Ok(said) => said,
        Err(problems) => return desk.page(keyed.form, problems, false).await,
    };
    let (sent, to) = (keyed.sent, format!("/organisations/{employer}/elsewhere?noted=yes"));
    let work = move |tx: &mut Tx<'_>| once(tx, &sent, |tx| elsewhere::report(tx, employer, &said).map(|()| to.clone()));
    match Wrong::unless_refused(web.db.write(&staff.0.actor(), work).await)? {
        Ok(to) => Ok(onward(&to)),
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        Err(Once::Refused(refusal)) => {
            let field = if refusal == ElsewhereRefusal::NobodyNamed { "staff_number" } else { "day" };
            let text = format!("{} {}", refusal.sentence(), refusal.next_step());
            desk.page(keyed.form, vec![Problem { field, text }], false).await
        }
    }
}

/// Reports on the page; more come when these are decided.
const SHOWN: u32 = 50;

struct Open {
    report: Report,
    source: String,
    candidates: Vec<(String, String)>,
}

fn read(tx: &mut Tx<'_>) -> Result<(Option<FileInReview>, Vec<Open>), StoreError> {
    let mut open = Vec::new();
    for report in store::open_reports(tx, SHOWN)? {
        let mut candidates = Vec::new();
        for person in &report.candidates {
            candidates.extend(cohort::store::person_found(tx, *person)?.map(|found| {
                let born = found.date_of_birth.map_or_else(String::new, |day| format!(", born {}", words::date(day)));
                let employer = found.employer.map_or_else(String::new, |name| format!(", {name}"));
                (found.id.to_string(), format!("{}{born}{employer}", found.name))
            }));
        }
        let source = match (report.file, report.employer) {
            (Some(file), _) => {
                let name = store::file_name(tx, file)?.unwrap_or_default();
                format!("{name}, row {}", report.row.unwrap_or_default())
            }
            (None, Some(employer)) => cohort::store::employer_of(tx, employer)?.map(|e| e.name).unwrap_or_default(),
            (None, None) => String::new(),
        };
        open.push(Open { report, source, candidates });
    }
    Ok((store::file_in_review(tx)?, open))
}

async fn files_page(web: &Web, names: &NameOf, who: Lead, problems: Vec<Problem>) -> Answer {
    let (mut frame, (file, open)) = ops::look(web, names, who.0, "/worklist", read).await?;
    frame.crumbs = vec![Link::new("/worklist", "Worklist")];
    let review = file.map(|file| Review {
        id: file.id.to_string(),
        file: file.name,
        sums: vec![
            ("Name somebody for certain", file.counts.certain),
            ("To be decided", file.counts.unclear),
            ("Nobody of ours", file.counts.nobody),
            ("Known already", file.counts.known),
            ("Rows left out", file.counts.faults),
        ],
    });
    let row = |open: Open| ReportRow {
        id: open.report.id.to_string(),
        said: said_words(&open.report.said),
        source: open.source,
        had_on: open.report.said.had_on,
        due: open.report.due.unwrap_or(open.report.said.had_on),
        candidates: open.candidates,
        key: web.form_key(),
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rows = open.into_iter().map(row).collect();
    page_with(status, &ElsewhereFiles { frame, review, rows, problems, key: web.form_key() })
}

fn said_words(said: &Said) -> String {
    let name = said.name().map(|name| name.to_string());
    let number = said.staff_number.as_ref().map(|number| format!("staff number {number}"));
    let born = said.born.map(|day| format!("born {}", words::date(day)));
    let home = said.home.as_ref().map(ToString::to_string);
    [name, number, born, home].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `GET /elsewhere`.
pub async fn files(State(web): State<Web>, State(names): State<NameOf>, who: Lead) -> Answer {
    files_page(&web, &names, who, Vec::new()).await
}

/// `POST /elsewhere`: reads a file and keeps it for review; changes nobody.
pub async fn upload(
    State(web): State<Web>,
    State(names): State<NameOf>,
    who: Lead,
    form: Result<Upload, Wrong>,
) -> Answer {
    let form = form?;
    let problem = |text: String| vec![Problem { field: "file", text }];
    if form.bytes.is_empty() {
        return files_page(&web, &names, who, problem("Choose a file that is not empty.".to_owned())).await;
    }
    let Ok(text) = String::from_utf8(form.bytes.clone()) else {
        let text = "This is no text. Save it as CSV (UTF-8) and choose it again.".to_owned();
        return files_page(&web, &names, who, problem(text)).await;
    };
    let (sent, name) = (form.sent, form.file_name);
    let work = move |tx: &mut Tx<'_>| {
        once(tx, &sent, |tx| elsewhere::preview(tx, &name, &text).map(|_| "/elsewhere".to_owned()))
    };
    settled(&web, &names, who, web.db.write(&who.0.actor(), work).await).await
}

async fn settled(web: &Web, names: &NameOf, who: Lead, done: Result<String, Stop<Once<ElsewhereRefusal>>>) -> Answer {
    match Wrong::unless_refused(done)? {
        Ok(to) => Ok(onward(&to)),
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        Err(Once::Refused(refusal)) => {
            let text = format!("{} {}", refusal.sentence(), refusal.next_step());
            files_page(web, names, who, vec![Problem { field: "file", text }]).await
        }
    }
}

/// What is to become of a file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    file: String,
    decision: String,
}

/// `POST /elsewhere/take`: takes the file in review, or discards it.
pub async fn take(State(web): State<Web>, State(names): State<NameOf>, who: Lead, keyed: Keyed<Choice>) -> Answer {
    let id: ElsewhereFileId = keyed.form.file.parse().map_err(|_| Wrong::NotFound)?;
    let take = match keyed.form.decision.as_str() {
        "take" => true,
        "discard" => false,
        _ => return Err(Wrong::Unreadable),
    };
    let sent = keyed.sent;
    let work = move |tx: &mut Tx<'_>| {
        once(tx, &sent, |tx| {
            if take {
                elsewhere::take(tx, id).map(drop)?
            } else {
                elsewhere::discard(tx, id)?
            };
            Ok("/elsewhere".to_owned())
        })
    };
    settled(&web, &names, who, web.db.write(&who.0.actor(), work).await).await
}

/// Who a report means.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Meant {
    report: String,
    person: String,
}

/// `POST /elsewhere/decide`.
pub async fn decide(State(web): State<Web>, State(names): State<NameOf>, who: Lead, keyed: Keyed<Meant>) -> Answer {
    let id: ElsewhereId = keyed.form.report.parse().map_err(|_| Wrong::NotFound)?;
    let person: Option<PersonId> = match keyed.form.person.as_str() {
        "nobody" => None,
        "" => {
            let text = ElsewhereRefusal::NotOfThese.sentence();
            return files_page(&web, &names, who, vec![Problem { field: "file", text }]).await;
        }
        id => Some(id.parse().map_err(|_| Wrong::NotFound)?),
    };
    let sent = keyed.sent;
    let work = move |tx: &mut Tx<'_>| {
        once(tx, &sent, |tx| elsewhere::decide(tx, id, person).map(|()| "/elsewhere".to_owned()))
    };
    settled(&web, &names, who, web.db.write(&who.0.actor(), work).await).await
}
