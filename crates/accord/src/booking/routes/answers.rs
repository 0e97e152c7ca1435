//! The person's answers: yes, no, had it elsewhere, can't come, changed my mind.

use super::own::{look, settled};
use crate::access::guard::PersonSelf;
use crate::base::db::{Stop, Tx};
use crate::base::idempotency::{Sent, once};
use crate::base::ids::{CampaignId, PersonId};
use crate::base::page::{Link, Problem};
use crate::base::web::{Answer, Keyed, Web, onward, page, page_with};
use crate::booking::cancel::{Reason, cancel_all_because, close_offer, reopen as ask_again};
use crate::booking::confirm::confirm as say_yes;
use crate::booking::pages::{Cancel, Decline, Elsewhere, appointments};
use crate::booking::{BookingRefusal, store};
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;

/// Codes and words; the last is for those who would rather not say.
const REASONS: [(&str, &str); 5] = [
    ("later", "Not now, perhaps later"),
    ("medical", "For a medical reason"),
    ("unwanted", "I do not want to have it"),
    ("leaving", "I am leaving this job"),
    ("unsaid", "I would rather not say"),
];

/// A form of nothing but its button.
#[derive(Debug, Clone, Deserialize)]
pub struct Pressed {}

pub(super) type Worked = Result<(), Stop<BookingRefusal>>;

/// Does a form's work once for the campaign of the person's pages, and sends the browser on to `to` of these pages.
pub(super) async fn act(
    web: &Web,
    me: PersonSelf,
    sent: Sent,
    to: &'static str,
    work: impl Fn(&mut Tx<'_>, PersonId, CampaignId) -> Worked + Send + 'static,
) -> Answer {
    let outcome = web
        .db
        .write(&me.who.actor(), move |tx| {
            once(tx, &sent, |tx| {
                let campaign = store::own(tx, me.person)?.and_then(|own| own.campaign);
                let campaign = campaign.ok_or(Stop::Refused(BookingRefusal::NoSuchBooking))?;
                work(tx, me.person, campaign)?;
                Ok(format!("{}{to}", me.base()))
            })
        })
        .await;
    settled(web, me, outcome, back(me)).await
}

pub(super) fn back(me: PersonSelf) -> Link {
    Link::new(format!("{}/appointments", me.base()), "See your appointments")
}

/// Where the person said what closes their offer.
fn said(me: PersonSelf) -> &'static str {
    if me.assisted() { "the person said so to the desk" } else { "the person said so on their page" }
}

/// `POST /b/confirm`.
pub async fn confirm(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Pressed>) -> Answer {
    let work = |tx: &mut Tx<'_>, person, campaign| say_yes(tx, person, campaign).map(drop);
    act(&web, me, keyed.sent, "/done?what=confirmed", work).await
}

/// `GET /b/cancel`.
pub async fn cancel_form(State(web): State<Web>, me: PersonSelf) -> Answer {
    let seen = look(&web, me).await?;
    let (visits, frame) = (seen.visits(), seen.frame(&web));
    if visits.is_empty() {
        return Ok(onward(&format!("{}/appointments", me.base())));
    }
    page(&Cancel { frame, visits, key: web.form_key() })
}

/// Why an operator cancels; the person's own form has no such question.
#[derive(Debug, Clone, Deserialize)]
pub struct Cancelled {
    #[serde(default)]
    reason: String,
}

/// `POST /b/cancel`.
pub async fn cancel(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Cancelled>) -> Answer {
    let by_site = me.assisted() && keyed.form.reason == Reason::BySite.word();
    let reason = if by_site { Reason::BySite } else { Reason::ByPerson };
    let work = move |tx: &mut Tx<'_>, person, campaign| cancel_all_because(tx, person, campaign, reason).map(drop);
    act(&web, me, keyed.sent, "/done?what=cancelled", work).await
}

/// `POST /b/reopen`.
pub async fn reopen(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Pressed>) -> Answer {
    act(&web, me, keyed.sent, "/done?what=reopened", ask_again).await
}

async fn decline_page(web: &Web, me: PersonSelf, problems: Vec<Problem>) -> Answer {
    let seen = look(web, me).await?;
    let bookings = seen.bookings.len();
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let reasons = REASONS.map(|(code, words)| (code.to_owned(), words.to_owned())).to_vec();
    let (frame, them, key) = (seen.frame(web), appointments(bookings), web.form_key());
    page_with(status, &Decline { frame, reasons, problems, them, key })
}

/// `GET /b/decline`.
pub async fn decline_form(State(web): State<Web>, me: PersonSelf) -> Answer {
    decline_page(&web, me, Vec::new()).await
}

/// Why the person does not want it.
#[derive(Debug, Clone, Deserialize)]
pub struct Declined {
    #[serde(default)]
    reason: String,
}

/// `POST /b/decline`.
pub async fn decline(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Declined>) -> Answer {
    let Some((reason, _)) = REASONS.iter().find(|(code, _)| *code == keyed.form.reason) else {
        let text = "Choose a reason, or that you would rather not say.".to_owned();
        return decline_page(&web, me, vec![Problem { field: "reason-1", text }]).await;
    };
    let evidence = format!("{}: {reason}", said(me));
    let work = move |tx: &mut Tx<'_>, person, campaign| {
        close_offer(tx, person, campaign, Reason::Declined, &evidence).map(drop)
    };
    act(&web, me, keyed.sent, "/done?what=declined", work).await
}

async fn elsewhere_page(web: &Web, me: PersonSelf, when: [String; 3], problems: Vec<Problem>) -> Answer {
    let seen = look(web, me).await?;
    let bookings = seen.bookings.len();
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (frame, them, key) = (seen.frame(web), appointments(bookings), web.form_key());
    page_with(status, &Elsewhere { frame, when, problems, them, key })
}

/// `GET /b/elsewhere`.
pub async fn elsewhere_form(State(web): State<Web>, me: PersonSelf) -> Answer {
    elsewhere_page(&web, me, Default::default(), Vec::new()).await
}

/// When the person had it, as typed.
#[derive(Debug, Clone, Deserialize)]
pub struct When {
    #[serde(default)]
    day: String,
    #[serde(default)]
    month: String,
    #[serde(default)]
    year: String,
}

impl When {
    /// The day, or what is wrong with it.
    fn day(&self, today: Date) -> Result<Date, &'static str> {
        if [&self.day, &self.month, &self.year].iter().any(|part| part.trim().is_empty()) {
            return Err("Enter the day, month and year you had it.");
        }
        let small = |text: &str| text.trim().parse::<i8>().ok();
        let year = self.year.trim().parse::<i16>().ok().filter(|year| (1900..=2200).contains(year));
        let day = year.zip(small(&self.month)).zip(small(&self.day));
        match day.and_then(|((year, month), day)| Date::new(year, month, day).ok()) {
            None => Err("Enter a date that exists, with four digits for the year."),
            Some(day) if day > today => Err("That day is still to come. Enter the day you had it."),
            Some(day) => Ok(day),
        }
    }
}

/// `POST /b/elsewhere`.
pub async fn elsewhere(State(web): State<Web>, me: PersonSelf, keyed: Keyed<When>) -> Answer {
    let day = match keyed.form.day(web.civil_now().date()) {
        Ok(day) => day,
        Err(text) => {
            let form = keyed.form;
            let typed = [form.day, form.month, form.year].map(|part| part.chars().take(8).collect());
            let problems = vec![Problem { field: "day", text: text.to_owned() }];
            return elsewhere_page(&web, me, typed, problems).await;
        }
    };
    let evidence = format!("{}: had it on {day}", said(me));
    let work = move |tx: &mut Tx<'_>, person, campaign| {
        close_offer(tx, person, campaign, Reason::HadElsewhere, &evidence).map(drop)
    };
    act(&web, me, keyed.sent, "/done?what=elsewhere", work).await
}

#[cfg(test)]
mod tests {
    use super::When;
    use jiff::civil::date;

    #[test]
    fn a_day_must_exist_and_be_over() {
        let today = date(2027, 1, 4);
        let table = [
            (["4", "1", "2027"], true),
            ([" 12", "11 ", "2026"], true),
            (["5", "1", "2027"], false),
            (["31", "2", "2026"], false),
            (["1", "2", "26"], false),
            (["", "2", "2026"], false),
            (["x", "2", "2026"], false),
        ];
        for ([day, month, year], fine) in table {
            let when = When { day: day.into(), month: month.into(), year: year.into() };
            assert_eq!(when.day(today).is_ok(), fine, "{day} {month} {year}");
        }
    }
}
