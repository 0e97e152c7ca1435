//! The booking operator's desk: finding somebody, opening their pages, and what only the desk does for them. What people do
//! themselves the operator does on the same pages. No address and no answer that is kept holds a name or a reference.

use super::own::{look, refused};
use crate::access::guard::{AtDesk, PersonSelf};
use crate::access::look::{self as looking, Purpose};
use crate::access::routes::NameOf;
use crate::access::{ops, person_code, search_limit};
use crate::base::db::{Stop, Tx};
use crate::base::idempotency::{Once, Seen as Sending, Sent, once, remember, replay};
use crate::base::ids::PersonId;
use crate::base::page::{Link, Problem};
use crate::base::refusal::Refusal;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page, page_with};
use crate::base::words;
use crate::booking::find::{Asked, SHOWN};
use crate::booking::pages::{DeskFind, NewCode, Row};
use crate::booking::{Reference, store};
use crate::campaign::decide::correct_birth;
use crate::cohort::resolve::ResolveRefusal;
use crate::cohort::store::{Found, person_found};
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;

/// Where the desk begins.
pub(super) const DESK: &str = "/desk";

/// Who is looked for, in one field or in three, and what for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Searched {
    find: String,
    name: String,
    reference: String,
    day: String,
    month: String,
    year: String,
    purpose: String,
}

impl Searched {
    /// What was typed, read; or every field that can't be, and why, in the order of the page.
    fn read(&self, today: Date) -> Result<(Asked, Purpose), Vec<Problem>> {
        let mut problems = Vec::new();
        let mut wrong = |field, text: &str| problems.push(Problem { field, text: text.to_owned() });
        let mut asked = Asked::of(&self.find, today);
        asked.names.extend(self.name.split_whitespace().map(str::to_owned));
        let dated = [&self.day, &self.month, &self.year].iter().any(|part| !part.trim().is_empty());
        if dated {
            asked.born = date_of(&self.day, &self.month, &self.year);
        }
        let referred = !self.reference.trim().is_empty();
        if referred {
            asked.reference = Reference::parse(&self.reference);
        }
        let (no_date, no_reference) = (dated && asked.born.is_none(), referred && asked.reference.is_none());
        // Where one of the three is wrong, nobody can say yet that too little was typed.
        if let Some(text) = asked.problem().filter(|_| !no_date && !no_reference) {
            wrong("find", text);
        }
        if no_date {
            wrong("day", "Enter a date of birth that exists, with four digits for the year.");
        }
        if no_reference {
            wrong("reference", "That is no reference: it has nine letters and digits, and one of these is wrong.");
        }
        let purpose = Purpose::parse(&self.purpose);
        if purpose.is_none() {
            wrong("purpose-1", "Say what you look for them for.");
        }
        purpose.filter(|_| problems.is_empty()).map(|purpose| (asked, purpose)).ok_or(problems)
    }
}

/// A date from three fields.
pub(super) fn date_of(day: &str, month: &str, year: &str) -> Option<Date> {
    let small = |text: &str| text.trim().parse::<i8>().ok();
    let year = year.trim().parse::<i16>().ok().filter(|year| (1850..=2200).contains(year))?;
    Date::new(year, small(month)?, small(day)?).ok()
}

/// What a page of the desk has at hand.
pub(super) struct AtHand {
    pub web: Web,
    pub names: NameOf,
    pub desk: AtDesk,
}

/// `GET /desk`.
pub async fn desk(State(web): State<Web>, State(names): State<NameOf>, desk: AtDesk) -> Answer {
    let at = AtHand { web, names, desk };
    found_page(&at, StatusCode::OK, Searched::default(), Vec::new(), None).await
}

async fn found_page(
    at: &AtHand,
    status: StatusCode,
    typed: Searched,
    problems: Vec<Problem>,
    found: Option<(Vec<Found>, bool)>,
) -> Answer {
    let (frame, ()) = ops::look(&at.web, &at.names, at.desk.0, DESK, |_| Ok(())).await?;
    let (rows, more) = found.clone().unwrap_or_default();
    let purpose = Purpose::parse(&typed.purpose).unwrap_or(Purpose::TheyRang);
    let cut = |text: String| text.chars().take(100).collect::<String>();
    let shown = DeskFind {
        frame,
        problems,
        find: cut(typed.find),
        name: cut(typed.name),
        reference: cut(typed.reference),
        born: [typed.day, typed.month, typed.year].map(|part| part.chars().take(8).collect()),
        purpose,
        searched: found.is_some(),
        rows: rows.iter().map(row).collect(),
        more,
        key: at.web.form_key(),
    };
    page_with(status, &shown)
}

/// Somebody as a list of the desk shows them: enough to tell two apart, and nothing of their appointments.
pub(super) fn row(found: &Found) -> Row {
    Row {
        person: found.id.to_string(),
        name: found.name.clone(),
        born: found.date_of_birth.map(words::whole_date).unwrap_or_else(|| "not known".into()),
        employer: found.employer.clone().unwrap_or_default(),
    }
}

/// What a search came to.
enum Went {
    Often(u32),
    Shown(Vec<Found>, bool),
    Straight(PersonId),
}

/// `POST /desk/find`. Whoever gave a reference, or name and date of birth, is opened at once when one person fits; every other
/// search shows who there is. Its key keeps only that it was used: the same search again is another look.
pub async fn find(State(web): State<Web>, State(names): State<NameOf>, desk: AtDesk, keyed: Keyed<Searched>) -> Answer {
    let at = AtHand { web, names, desk };
    let typed = keyed.form;
    let (asked, purpose) = match typed.read(at.web.civil_now().date()) {
        Ok(read) => read,
        Err(problems) => {
            return found_page(&at, StatusCode::UNPROCESSABLE_ENTITY, typed, problems, None).await;
        }
    };
    match search(&at, keyed.sent, asked, purpose).await? {
        Went::Often(seconds) => Err(Wrong::TooMany(seconds)),
        Went::Straight(person) => Ok(onward(&format!("{DESK}/people/{person}/appointments"))),
        Went::Shown(found, more) => found_page(&at, StatusCode::OK, typed, Vec::new(), Some((found, more))).await,
    }
}

async fn search(at: &AtHand, sent: Sent, asked: Asked, purpose: Purpose) -> Result<Went, Wrong> {
    let actor = at.desk.0.actor();
    let looked = asked.clone();
    // Looked for beside the writer: a search takes longer than a booking may wait.
    let found = at.web.read(&actor, move |tx| match search_limit::wait(tx)? {
        Some(_) => Ok(Vec::new()),
        None => looked.find(tx),
    });
    let mut found = found.await?;
    let more = found.len() > SHOWN;
    found.truncate(SHOWN);
    let straight = (found.len() == 1 && asked.is_exact()).then(|| found[0].id);
    let shown: Vec<PersonId> = found.iter().map(|one| one.id).collect();
    let write = move |tx: &mut Tx<'_>| -> Result<Option<u32>, Stop<()>> {
        let seen = replay(tx, &sent)?;
        if seen == Sending::Other {
            return Err(Stop::Refused(()));
        }
        if let Some(seconds) = search_limit::take(tx, 1)? {
            return Ok(Some(seconds));
        }
        looking::found(tx, &shown, purpose.word(), "desk")?;
        if let Some(person) = straight {
            looking::open(tx, person, purpose)?;
        }
        if seen == Sending::New {
            remember(tx, &sent, "looked")?;
        }
        Ok(None)
    };
    match Wrong::unless_refused(at.web.db.write(&actor, write).await)? {
        Err(()) => Err(Wrong::KeyReused),
        Ok(Some(seconds)) => Ok(Went::Often(seconds)),
        Ok(None) => Ok(straight.map_or(Went::Shown(found, more), Went::Straight)),
    }
}

/// Whom to open, and what for.
#[derive(Debug, Clone, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    person: String,
    #[serde(default)]
    purpose: String,
}

/// `POST /desk/open`: opens a person's pages to this sign-in; the audit says what for.
pub async fn open(State(web): State<Web>, AtDesk(who): AtDesk, keyed: Keyed<Wanted>) -> Answer {
    let person: PersonId = keyed.form.person.parse().map_err(|_| Wrong::NotFound)?;
    let purpose = Purpose::parse(&keyed.form.purpose).ok_or(Wrong::Unreadable)?;
    let sent = keyed.sent;
    let actor = who.actor();
    let opened = web.db.write(&actor, move |tx| {
        once(tx, &sent, |tx| {
            person_found(tx, person)?.ok_or(Stop::Refused(()))?;
            looking::open(tx, person, purpose)?;
            Ok(format!("{DESK}/people/{person}/appointments"))
        })
    });
    match Wrong::unless_refused(opened.await)? {
        Ok(to) => Ok(onward(&to)),
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        Err(Once::Refused(())) => Err(Wrong::NotFound),
    }
}

/// A date of birth as the person says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Born {
    day: String,
    month: String,
    year: String,
}

/// `POST /desk/people/{person}/born`: corrects a wrong or missing date of birth.
pub async fn born(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Born>) -> Answer {
    let onto = format!("{}/appointments", me.base());
    let back = Link::new(onto.clone(), "Go back and enter it again");
    let Some(born) = date_of(&keyed.form.day, &keyed.form.month, &keyed.form.year) else {
        let what = "Enter a date that exists, with four digits for the year";
        return refused(&web, &look(&web, me).await?, StatusCode::UNPROCESSABLE_ENTITY, what, back);
    };
    let sent = keyed.sent;
    let actor = me.who.actor();
    let done = web.db.write(&actor, move |tx| {
        once(tx, &sent, |tx| -> Result<String, Stop<ResolveRefusal>> {
            let employer = store::person_facts(tx, me.person)?.and_then(|facts| facts.employer);
            correct_birth(tx, me.person, employer, born)?;
            Ok(onto.clone())
        })
    });
    match Wrong::unless_refused(done.await)? {
        Ok(to) => Ok(onward(&to)),
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        Err(Once::Refused(refusal)) => {
            refused(&web, &look(&web, me).await?, StatusCode::CONFLICT, &refusal.sentence(), back)
        }
    }
}

/// A form of nothing but its button.
#[derive(Debug, Clone, Deserialize)]
pub struct Pressed {}

/// `POST /desk/people/{person}/code`: a new code; the old one stops working. It is kept nowhere, not even as the form's
/// answer: the same form makes the same code again.
pub async fn code(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Pressed>) -> Answer {
    let (sent, key) = (keyed.sent, web.key.clone());
    let actor = me.who.actor();
    let made = web.db.write(&actor, move |tx| {
        once(tx, &sent, |_| Ok::<_, Stop<()>>("made".to_owned()))?;
        Ok(person_code::issue_once(tx, &key, me.person, &sent.key)?)
    });
    match Wrong::unless_refused::<_, Once<()>>(made.await)? {
        Ok(code) => {
            let seen = look(&web, me).await?;
            page(&NewCode { frame: seen.frame(&web), code })
        }
        Err(_) => Err(Wrong::KeyReused),
    }
}
