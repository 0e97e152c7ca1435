//! Somebody without an appointment, as HTTP. Searching is a POST, so that no name stands in an address; who was looked at is
//! in the audit.

use super::day::Desk;
use crate::access::guard::Staff;
use crate::access::ops;
use crate::access::person_code;
use crate::access::routes::NameOf;
use crate::base::audit::{self, Done};
use crate::base::clock::{london, london_date};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::looked as note_key;
use crate::base::ids::{BookingId, OrganisationId, PersonId, SiteId};
use crate::base::page::{Link, Problem};
use crate::base::refusal::Refusal;
use crate::base::secret::Key;
use crate::base::web::{Answer, Keyed, Web, Wrong, page_with};
use crate::base::words;
use crate::booking::attendance::{Batch, DayRefusal};
use crate::booking::day_entry::{Line, Said, Standing, take_down};
use crate::booking::pages::{Chance, Found, May, Somebody, WalkInPage};
use crate::booking::walk_in::{Give, Offered, give as give_now, look};
use crate::booking::{Booking, Reference, store};
use crate::clinic::{product, site};
use crate::cohort::store::{Found as Known, person_found, search};
use crate::partnership::organisation;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::{Date, Time};
use serde::Deserialize;

/// Who is looked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    find: String,
    person: String,
    day: String,
    month: String,
    year: String,
}

impl Asked {
    fn born(&self) -> Option<Date> {
        date_of(&self.day, &self.month, &self.year)
    }

    /// Whether anything was typed for a date.
    fn dated(&self) -> bool {
        [&self.day, &self.month, &self.year].iter().any(|part| !part.trim().is_empty())
    }
}

/// A date typed in three fields, its year with four digits.
pub(super) fn date_of(day: &str, month: &str, year: &str) -> Option<Date> {
    let part = |text: &str| text.trim().parse::<i8>().ok();
    let year = year.trim().parse::<i16>().ok().filter(|year| (1850..=2200).contains(year))?;
    Date::new(year, part(month)?, part(day)?).ok()
}

/// Which booking was just made.
#[derive(Debug, Clone, Deserialize)]
pub struct JustNow {
    done: Option<String>,
}

/// What the page shows besides the search.
struct Shown {
    site: String,
    done: Option<(String, Time)>,
    found: Option<Found>,
    employers: Vec<(String, String)>,
    batch: String,
    waiting: u64,
}

/// `GET /sites/{site}/{date}/walk-in`.
pub async fn form(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    Query(just): Query<JustNow>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?.today();
    let (site, done) = (desk.site, just.done.and_then(|id| id.parse::<BookingId>().ok()));
    let read = move |tx: &mut Tx<'_>| shown(tx, site, done, None);
    let (frame, shown) = ops::look(&desk.web, &desk.names, desk.staff.0, &desk.menu(), read).await?;
    drawn(&desk, frame, shown.ok_or(Wrong::NotFound)?, &Asked::default(), Vec::new())
}

/// `POST /sites/{site}/{date}/walk-in`: finds somebody, and shows what they may have.
pub async fn find(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Asked>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?.today();
    let (asked, sent, site, key) = (keyed.form, keyed.sent, desk.site, desk.web.key.clone());
    let problems = problems(&asked);
    let looks = problems.is_empty();
    let wanted = asked.clone();
    // Looking is noted; its key keeps only that it was used, and looking again is another look.
    let actor = desk.staff.0.actor();
    let looked = desk.web.db.write(&actor, move |tx| {
        if looks && !note_key(tx, &sent)? {
            return Err(Stop::Refused(Wrong::KeyReused));
        }
        let found = if looks { Some(found(tx, site, &key, &wanted)?) } else { None };
        Ok(shown(tx, site, None, found)?)
    });
    let shown = Wrong::unless_refused(looked.await)??.ok_or(Wrong::NotFound)?;
    let (frame, ()) = ops::look(&desk.web, &desk.names, desk.staff.0, &desk.menu(), |_| Ok(())).await?;
    drawn(&desk, frame, shown, &asked, problems)
}

fn problems(asked: &Asked) -> Vec<Problem> {
    let typed = asked.find.trim();
    if asked.person.parse::<PersonId>().is_ok() || Reference::parse(typed).is_some() || code_of(typed).is_some() {
        return Vec::new();
    }
    let few = typed.chars().filter(|c| c.is_alphabetic()).count() < 2;
    let few = few.then_some(("find", "Enter a reference, a code, or two letters of a name or more"));
    let undated = asked.born().is_none() && (few.is_none() || asked.dated());
    let undated = undated.then_some(("day", "Enter the date of birth, with four digits for the year"));
    [few, undated].into_iter().flatten().map(|(field, text)| Problem { field, text: text.into() }).collect()
}

/// A person's code, typed or scanned with the address it stands in.
fn code_of(typed: &str) -> Option<&str> {
    let code = typed.rsplit('/').next().unwrap_or(typed);
    let letters = code.chars().filter(char::is_ascii_alphanumeric).count();
    let plain = code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ' ');
    (plain && letters == person_code::LETTERS && code.chars().any(|c| c.is_ascii_digit())).then_some(code)
}

fn found(tx: &mut Tx<'_>, site: SiteId, key: &Key, asked: &Asked) -> Result<Found, StoreError> {
    let mut people: Vec<Known> = people(tx, key, asked)?;
    people.truncate(10);
    looked_at(tx, &people)?;
    let somebody = |known: &Known| Somebody {
        id: known.id.to_string(),
        name: known.name.clone(),
        born: known.date_of_birth.and_then(|born| born.to_string().parse().ok()),
        employer: known.employer.clone().unwrap_or_default(),
    };
    Ok(match &people[..] {
        [] => Found::Nobody,
        [one] => Found::One(somebody(one), chances(tx, site, one.id)?),
        several => Found::Several(several.iter().map(somebody).collect()),
    })
}

fn people(tx: &mut Tx<'_>, key: &Key, asked: &Asked) -> Result<Vec<Known>, StoreError> {
    let typed = asked.find.trim();
    let person = match asked.person.parse::<PersonId>() {
        Ok(person) => Some(person),
        Err(_) => match (Reference::parse(typed), code_of(typed)) {
            (Some(reference), _) => store::seen_by_reference(tx, &reference)?.map(|b| b.person),
            (None, Some(code)) => person_code::whose(tx, key, code)?,
            (None, None) => return by_name(tx, typed, asked.born()),
        },
    };
    Ok(match person {
        Some(person) => person_found(tx, person)?.into_iter().collect(),
        None => Vec::new(),
    })
}

/// People of a name and date of birth.
pub(super) fn by_name(tx: &mut Tx<'_>, name: &str, born: Option<Date>) -> Result<Vec<Known>, StoreError> {
    let Some(born) = born else { return Ok(Vec::new()) };
    // Digits would be read as a number of something else.
    let letters: String = name.chars().map(|c| if c.is_numeric() { ' ' } else { c }).collect();
    if letters.trim().is_empty() {
        return Ok(Vec::new());
    }
    search(tx, &format!("{letters} {born}"))
}

fn looked_at(tx: &mut Tx<'_>, found: &[Known]) -> Result<(), StoreError> {
    let row = |noun_id: String| Done {
        organisation: None,
        verb: "look",
        noun: "person",
        noun_id,
        detail: r#"{"by":"walk_in"}"#.into(),
    };
    let mut rows: Vec<Done<'_>> = found.iter().map(|person| row(person.id.to_string())).collect();
    if rows.is_empty() {
        rows.push(row("nobody".into()));
    }
    audit::record_many(tx, &rows)
}

fn chances(tx: &mut Tx<'_>, site: SiteId, person: PersonId) -> Result<Vec<Chance>, StoreError> {
    let now = tx.now();
    let mut chances = Vec::new();
    for one in look(tx, site, person, now)? {
        chances.push(match one {
            Ok(offered) => Chance::May(may(tx, site, offered)?),
            Err(refusal) => not(tx, &refusal)?,
        });
    }
    if chances.is_empty() {
        chances.push(not(tx, &DayRefusal::NotInCampaign)?);
    }
    Ok(chances)
}

fn not(tx: &mut Tx<'_>, refusal: &DayRefusal) -> Result<Chance, StoreError> {
    let row = match refusal {
        DayRefusal::OnTheList { booking } => {
            store::by_id(tx, *booking)?.map(|b| format!("/sites/{}/{}#b-{}", b.site, b.date, b.id))
        }
        _ => None,
    };
    Ok(Chance::Not { what: refusal.sentence(), next: refusal.next_step(), row })
}

fn may(tx: &mut Tx<'_>, at: SiteId, offered: Offered) -> Result<May, StoreError> {
    let today = london_date(tx.now());
    let products = product::all(tx)?;
    let product = products.into_iter().find(|p| p.id == offered.product);
    let mut changes = Vec::new();
    if let Some(old) = &offered.replaces {
        changes.push(format!("Their appointment on {} is given back.", place_and_day(tx, old)?));
    }
    for later in &offered.breaks {
        changes.push(format!(
            "Their appointment on {} would no longer fit and is given back: they get a new one.",
            place_and_day(tx, later)?
        ));
    }
    Ok(May {
        campaign: offered.campaign.to_string(),
        name: offered.name,
        nth: offered.appointment,
        of: offered.of,
        product: offered.product.to_string(),
        product_name: product.map(|p| p.name).unwrap_or_default(),
        batch: store::last_batch(tx, at, today, offered.product)?.map(|b| b.to_string()).unwrap_or_default(),
        changes,
    })
}

fn place_and_day(tx: &mut Tx<'_>, booking: &Booking) -> Result<String, StoreError> {
    let place = site::by_id(tx, booking.site)?.map(|site| site.facts.name).unwrap_or_default();
    Ok(format!("{} at {place}", words::day_time(booking.starts.to_zoned(london()).datetime())))
}

fn shown(
    tx: &mut Tx<'_>,
    at: SiteId,
    done: Option<BookingId>,
    found: Option<Found>,
) -> Result<Option<Shown>, StoreError> {
    let Some(here) = site::by_id(tx, at)? else { return Ok(None) };
    let today = london_date(tx.now());
    let done = match done {
        Some(id) => match store::by_id(tx, id)?.filter(|b| b.site == at) {
            Some(b) => {
                let came = store::attendance(tx, id)?.and_then(|known| known.came).map_or(b.starts, |(at, _)| at);
                person_found(tx, b.person)?.map(|p| (p.name, came.to_zoned(london()).time()))
            }
            None => None,
        },
        None => None,
    };
    let mut batch = None;
    for seat in store::seats(tx, at, today)? {
        if batch.is_none() {
            batch = store::last_batch(tx, at, today, seat.product)?;
        }
    }
    let employers = organisation::all(tx)?.into_iter().filter(|o| o.is_employer);
    let employers = employers.map(|o| (o.id.to_string(), o.name)).collect();
    let waiting = store::entries(tx, at, today)?.iter().filter(|e| e.standing == Standing::Waiting).count() as u64;
    let batch = batch.map(|b| b.to_string()).unwrap_or_default();
    Ok(Some(Shown { site: here.facts.name, done, found, employers, batch, waiting }))
}

fn drawn(
    desk: &Desk,
    mut frame: crate::base::page::OpsFrame,
    shown: Shown,
    asked: &Asked,
    problems: Vec<Problem>,
) -> Answer {
    frame.crumbs = vec![Link::new(desk.base(), "The day's list")];
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let keeps = !problems.is_empty() || !matches!(shown.found, Some(Found::One(..)) | None);
    let kept = |text: &String| if keeps { text.clone() } else { String::new() };
    let (mut typed, mut born) = (kept(&asked.find), [kept(&asked.day), kept(&asked.month), kept(&asked.year)]);
    if let Some(Found::One(who, _)) = &shown.found {
        // What is taken down of somebody known names them as the lists do.
        typed.clone_from(&who.name);
        born = who
            .born
            .map_or_else(Default::default, |b| [b.day().to_string(), b.month().to_string(), b.year().to_string()]);
    }
    page_with(
        status,
        &WalkInPage {
            frame,
            site: shown.site,
            date: desk.day,
            base: desk.base(),
            done: shown.done,
            problems,
            typed,
            born,
            found: shown.found,
            employers: shown.employers,
            batch: shown.batch,
            waiting: shown.waiting,
            key: desk.web.form_key(),
        },
    )
}

/// What was given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Gave {
    person: String,
    campaign: String,
    nth: u16,
    product: String,
    batch: String,
}

const NO_BATCH: &str = "The batch is missing, or has signs that no batch has.";
const AS_ON_THE_BOX: &str = "Enter it as it is on the box: letters, digits, dots and dashes.";

/// `POST /sites/{site}/{date}/walk-in/give`.
pub async fn give(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Gave>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?.today();
    let form = keyed.form;
    let person: PersonId = form.person.parse().map_err(|_| Wrong::Unreadable)?;
    let campaign = form.campaign.parse().map_err(|_| Wrong::Unreadable)?;
    let product = form.product.parse().map_err(|_| Wrong::Unreadable)?;
    let Some(batch) = Batch::parse(&form.batch) else {
        return desk.said(StatusCode::UNPROCESSABLE_ENTITY, NO_BATCH.into(), AS_ON_THE_BOX.into(), None).await;
    };
    let (site, nth, base) = (desk.site, form.nth, desk.base());
    desk.work(keyed.sent, move |tx| {
        let what = Give {
            site,
            person,
            campaign,
            appointment: Some(nth),
            product: Some(product),
            batch: batch.clone(),
            at: tx.now(),
        };
        give_now(tx, &what).map(|booking| format!("{base}/walk-in?done={}", booking.id))
    })
    .await
}

/// Somebody on no list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Unknown {
    name: String,
    day: String,
    month: String,
    year: String,
    employer: String,
    said: String,
    batch: String,
}

/// `POST /sites/{site}/{date}/walk-in/note`: takes somebody down who is on no list.
pub async fn note(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Unknown>,
) -> Answer {
    let desk = Desk::new(web, names, staff, at)?.today();
    let form = keyed.form;
    let name: String = form.name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
    let Some(batch) = Batch::parse(&form.batch) else {
        return desk.said(StatusCode::UNPROCESSABLE_ENTITY, NO_BATCH.into(), AS_ON_THE_BOX.into(), None).await;
    };
    if name.is_empty() {
        let (what, next) = ("The name is missing.".to_owned(), "Enter it as the person says it.".to_owned());
        return desk.said(StatusCode::UNPROCESSABLE_ENTITY, what, next, None).await;
    }
    let employer: Option<OrganisationId> = form.employer.parse().ok();
    let born = date_of(&form.day, &form.month, &form.year);
    let (site, to, said) = (desk.site, format!("{}/catch-up", desk.base()), form.said.trim().to_owned());
    desk.work(keyed.sent, move |tx| {
        let known = match employer {
            Some(id) => organisation::by_id(tx, id)?.filter(|o| o.is_employer),
            None => None,
        };
        let line = Line {
            name: name.clone(),
            born,
            employer: known.as_ref().map_or_else(|| said.clone(), |o| o.name.clone()),
            employer_id: known.map(|o| o.id),
            ..Line::of_somebody(site, tx.now(), Said::Given(batch.clone()))
        };
        take_down(tx, &line, DayRefusal::NotInCampaign.code())?;
        Ok(to.clone())
    })
    .await
}
