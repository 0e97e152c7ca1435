//! The doors, as HTTP.

use super::guard::Anybody;
use super::pages::{PersonShut, PersonSignIn, Shut, StaffLink, StaffSignIn};
use super::sign_in_link::{LinkRefusal, Look};
use super::{PersonLookup, Role, nobody, ops, person_code, sign_in, sign_in_link};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::{Once, Seen, Sent, once, remember, replay};
use crate::base::page::Problem;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page, page_with};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use std::sync::Arc;

/// What a code looks like, for the hint beside its field.
const EXAMPLE: &str = "K7QM-2X9F-4T";

/// Names the organisation a link is for; handed in, since `access` knows no organisations.
pub type NameOf = Arc<dyn Fn(&mut Tx<'_>, &Role) -> Result<String, StoreError> + Send + Sync>;

/// `GET /sign-in`: says how staff come in.
pub async fn staff_door(State(web): State<Web>) -> Answer {
    page(&StaffSignIn { frame: ops::bare(&web), state: StaffLink::None })
}

/// `GET /sign-in/{token}`: a link, opened. Changes nothing.
pub async fn link(State(web): State<Web>, State(name_of): State<NameOf>, Path(token): Path<String>) -> Answer {
    let (key, secret) = (web.key.clone(), token.clone());
    let look = web
        .read(&nobody(web.house.partnership), move |tx| {
            let look = sign_in_link::look(tx, &key, &secret)?;
            let name = match &look {
                Some(Look::Ready(role)) => name_of(tx, role)?,
                _ => String::new(),
            };
            Ok(look.map(|look| (look, name)))
        })
        .await?;
    let state = match look {
        None => return Err(Wrong::NotFound),
        Some((Look::Used, _)) => StaffLink::Used,
        Some((Look::Expired, _)) => StaffLink::Expired,
        Some((Look::Ready(role), name)) => {
            let organisation = if name.is_empty() { web.house.name.clone() } else { name };
            StaffLink::Ready { role: role.title().into(), organisation, token, key: web.form_key() }
        }
    };
    page(&StaffSignIn { frame: ops::bare(&web), state })
}

/// The button of a link.
#[derive(Debug, Deserialize)]
pub struct UseLink {
    token: String,
}

/// `POST /sign-in`: uses a link.
pub async fn use_link(State(web): State<Web>, keyed: Keyed<UseLink>) -> Answer {
    let (key, token, sent) = (web.key.clone(), keyed.form.token, keyed.sent);
    let used = web
        .db
        .write(&nobody(web.house.partnership), move |tx| {
            // What is kept is where it led; the sign-in's token is made again from link and key.
            let seen = replay(tx, &sent)?;
            if seen == Seen::Other {
                return Err(Stop::Refused(Once::KeyReused));
            }
            let used = sign_in_link::sign_in(tx, &key, &token, &sent.key).map_err(|stop| match stop {
                Stop::Refused(refusal) => Stop::Refused(Once::Refused(refusal)),
                Stop::Store(error) => Stop::Store(error),
            })?;
            if seen == Seen::New {
                remember(tx, &sent, &used.0.first_page())?;
            }
            Ok(used)
        })
        .await;
    let state = match Wrong::unless_refused(used)? {
        Ok((role, token)) => return Ok(with_cookie(&web, &role.first_page(), &token)),
        Err(Once::KeyReused) => return Err(Wrong::KeyReused),
        Err(Once::Refused(LinkRefusal::Unknown)) => return Err(Wrong::NotFound),
        Err(Once::Refused(LinkRefusal::Used)) => StaffLink::Used,
        Err(Once::Refused(LinkRefusal::Expired)) => StaffLink::Expired,
    };
    page_with(StatusCode::GONE, &StaffSignIn { frame: ops::bare(&web), state })
}

/// `POST /sign-out`.
pub async fn sign_out(State(web): State<Web>, Anybody(who): Anybody, keyed: Keyed<Leave>) -> Answer {
    end(&web, who, keyed.sent).await?;
    Ok(with_cookie(&web, "/sign-in", ""))
}

/// `POST /b/sign-out`.
pub async fn person_sign_out(State(web): State<Web>, Anybody(who): Anybody, keyed: Keyed<Leave>) -> Answer {
    end(&web, who, keyed.sent).await?;
    Ok(with_cookie(&web, "/b/signed-out", ""))
}

/// `GET /b/signed-out`.
pub async fn person_signed_out(State(web): State<Web>) -> Answer {
    page(&PersonShut { frame: web.person_frame(false), why: Shut::SignedOut })
}

/// A form of nothing but its button.
#[derive(Debug, Deserialize)]
pub struct Leave {}

/// Whoever sends it again is nobody by then, so it is nobody's form from the start.
async fn end(web: &Web, who: Option<super::SignedIn>, sent: Sent) -> Result<(), Wrong> {
    let actor = nobody(web.house.partnership);
    let left = web.db.write(&actor, move |tx| {
        once(tx, &sent, |tx| {
            if let Some(who) = who {
                sign_in::end(tx, who.id)?;
            }
            Ok::<_, Stop<()>>("left".to_owned())
        })
    });
    Wrong::unless_refused(left.await)?.map(drop).map_err(|_| Wrong::KeyReused)
}

fn person_door(web: &Web, code: String, born: [String; 3], problems: Vec<Problem>) -> PersonSignIn {
    PersonSignIn { frame: web.person_frame(false), code, born, problems, example: EXAMPLE.into(), key: web.form_key() }
}

/// `GET /b`: where a person enters their code.
pub async fn person_empty(State(web): State<Web>) -> Answer {
    page(&person_door(&web, String::new(), Default::default(), Vec::new()))
}

/// `GET /b/{code}`: the same with the code of an invitation in its field. It looks nothing up.
pub async fn person_with_code(State(web): State<Web>, Path(code): Path<String>) -> Answer {
    let code: String = code.chars().take(20).collect();
    page(&person_door(&web, code, Default::default(), Vec::new()))
}

/// A person's code and date of birth as typed.
#[derive(Debug, Deserialize)]
pub struct Enter {
    #[serde(default)]
    code: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    month: String,
    #[serde(default)]
    year: String,
}

impl Enter {
    /// What can be said about the form without looking anything up.
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let problem = |field, text: &str| Problem { field, text: text.to_owned() };
        if self.code.trim().is_empty() {
            problems.push(problem("code", "Enter your code. It has 10 letters and numbers."));
        }
        if [&self.day, &self.month, &self.year].iter().any(|part| part.trim().is_empty()) {
            problems.push(problem("day", "Enter your date of birth as day, month and year."));
        } else if self.born().is_none() {
            problems.push(problem("day", "Enter a date that exists, with four digits for the year."));
        }
        problems
    }

    fn born(&self) -> Option<Date> {
        let number = |text: &str| text.trim().parse::<i16>().ok();
        let small = |text: &str| number(text).and_then(|n| i8::try_from(n).ok());
        let year = number(&self.year).filter(|y| (1850..=2200).contains(y))?;
        Date::new(year, small(&self.month)?, small(&self.day)?).ok()
    }
}

/// `POST /b`: code and date of birth. One answer to everything that does not open.
pub async fn person_enter(
    State(web): State<Web>,
    State(people): State<Arc<dyn PersonLookup>>,
    keyed: Keyed<Enter>,
) -> Answer {
    let form = keyed.form;
    let (problems, born) = (form.problems(), form.born());
    let shown = (form.code.chars().take(20).collect(), [form.day, form.month, form.year]);
    if !problems.is_empty() {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &person_door(&web, shown.0, shown.1, problems));
    }
    let (key, code, sent) = (web.key.clone(), form.code, keyed.sent);
    let entered = web
        .db
        .write(&nobody(web.house.partnership), move |tx| {
            // A form that opened is kept, without its token; one that did not may be sent again, corrected.
            let seen = replay(tx, &sent)?;
            if seen == Seen::Other {
                return Err(Stop::Refused(()));
            }
            let token = person_code::enter(tx, &key, &*people, &code, born, &sent.key)?;
            if token.is_some() && seen == Seen::New {
                remember(tx, &sent, "/b/appointments")?;
            }
            Ok(token)
        })
        .await;
    match Wrong::unless_refused(entered)? {
        Ok(Some(token)) => Ok(with_cookie(&web, "/b/appointments", &token)),
        Err(()) => Err(Wrong::KeyReused),
        Ok(None) => page_with(StatusCode::UNPROCESSABLE_ENTITY, &person_door(&web, shown.0, shown.1, no_match())),
    }
}

/// The one answer to a wrong code, a wrong date, a locked code and a missing date.
fn no_match() -> Vec<Problem> {
    let text = "This code and date of birth do not belong together. Check both against your latest message. \
                After five wrong dates a code stops working: then ring us.";
    vec![Problem { field: "code", text: text.to_owned() }]
}

/// Sends the browser on with a sign-in cookie; an empty token takes the cookie away.
/// Lax, not Strict: a link in a mail must find its reader signed in; every change is a POST, which Lax keeps at home.
fn with_cookie(web: &Web, to: &str, token: &str) -> Response {
    let mut cookie = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax", sign_in::COOKIE);
    if token.is_empty() {
        cookie.push_str("; Max-Age=0");
    }
    if web.https {
        cookie.push_str("; Secure");
    }
    let mut response = onward(to);
    // Tokens are hexadecimal or empty, so the value is always a header.
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}
