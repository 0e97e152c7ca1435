//! The waiting list for the campaign lead: who stands where, what was offered to whom, and who was passed over and why.

use super::places::until;
use crate::access::guard::Lead;
use crate::access::ops;
use crate::access::routes::NameOf;
use crate::base::clock::{at_microsecond, london};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::{Once, Sent, once};
use crate::base::ids::{CampaignId, PersonId, SiteId};
use crate::base::page::Link;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page};
use crate::base::words;
use crate::booking::pages::{LineRow, OfferRow, WaitingList, code_words};
use crate::booking::timed_offer::offer_now;
use crate::booking::waiting_list::{Answer as Said, OfferLog, Waiting, join_all};
use crate::booking::{BookingRefusal, store};
use crate::{campaign, clinic, cohort};
use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;

/// People in line, and offers, shown on the page.
const SHOWN: usize = 200;
const OFFERS: u32 = 50;

#[derive(Default)]
struct Read {
    total: usize,
    lines: Vec<Waiting>,
    offers: Vec<OfferLog>,
    to_add: usize,
    names: HashMap<PersonId, String>,
    sites: HashMap<SiteId, String>,
}

fn read(tx: &mut Tx<'_>) -> Result<Read, StoreError> {
    let Some((campaign,)) = campaign::store::open(tx)?.pop() else { return Ok(Read::default()) };
    let mut lines = store::all_waiting(tx, campaign)?;
    lines.retain(|waiting| !waiting.state.is_closed());
    let total = lines.len();
    lines.truncate(SHOWN);
    let offers = store::offers_log(tx, campaign, OFFERS)?;
    let to_add = store::may_wait(tx, campaign, true, None)?.len();
    let mut read = Read { total, to_add, ..Read::default() };
    let passed = offers.iter().flat_map(|o| o.passed.iter().take(PASSED).map(|(person, _)| *person));
    let people = lines.iter().map(|w| w.turn.person).chain(offers.iter().map(|o| o.person)).chain(passed);
    for person in people {
        if !read.names.contains_key(&person) {
            let name = cohort::store::person_by_id(tx, person)?.map(|p| p.particulars.name.to_string());
            read.names.insert(person, name.unwrap_or_default());
        }
    }
    for site in clinic::site::all(tx)? {
        read.sites.insert(site.id, site.facts.name);
    }
    (read.lines, read.offers) = (lines, offers);
    Ok(read)
}

/// People passed over that are named on the page; the store has them all.
const PASSED: usize = 20;

/// `GET /waiting`.
pub async fn list(State(web): State<Web>, State(names): State<NameOf>, Lead(who): Lead) -> Answer {
    let (mut frame, seen) = ops::look(&web, &names, who, "/campaign", read).await?;
    frame.crumbs = vec![Link::new("/campaign", "Campaign")];
    let now = web.clock().now();
    let name = |person: &PersonId| seen.names.get(person).cloned().unwrap_or_default();
    let line = |(w, place): (&Waiting, u64)| LineRow {
        place,
        person: name(&w.turn.person),
        priority: w.turn.priority,
        since: stamp(at_microsecond(w.turn.since_us)),
        lot: w.turn.lot.clone(),
        now: now_words(w, &seen.offers, now),
    };
    let offer = |o: &OfferLog| offer_row(o, &seen, &name);
    page(&WaitingList {
        frame,
        total: seen.total as u64,
        lines: seen.lines.iter().zip(1..).map(line).collect(),
        offers: seen.offers.iter().map(offer).collect(),
        to_add: seen.to_add as u64,
        key: web.form_key(),
    })
}

fn offer_row(o: &OfferLog, seen: &Read, name: &dyn Fn(&PersonId) -> String) -> OfferRow {
    let (answer, tone) = match o.state {
        Said::Open => ("waits for an answer", "wait"),
        Said::Accepted => ("taken", "good"),
        Said::Declined => ("not taken", "off"),
        Said::Lapsed => ("no answer", "wait"),
        Said::Gone => ("withdrawn", "off"),
    };
    let at = |site| seen.sites.get(site).cloned().unwrap_or_default();
    let what: Vec<String> = o.picks.iter().map(|p| format!("{} at {}", words::day(p.date.0), at(&p.site))).collect();
    let mut passed: Vec<(String, String)> =
        o.passed.iter().take(PASSED).map(|(person, code)| (name(person), code_words(code))).collect();
    if o.passed.len() > PASSED {
        passed.push((format!("{} more", words::number((o.passed.len() - PASSED) as u64)), "in the store".to_owned()));
    }
    OfferRow {
        made: stamp(at_microsecond(o.made_us)),
        person: name(&o.person),
        what: what.join("; "),
        until: stamp(o.until),
        answer,
        tone,
        passed,
    }
}

fn now_words(w: &Waiting, offers: &[OfferLog], now: Timestamp) -> String {
    let open = offers.iter().find(|o| o.waiting == w.id && o.state == Said::Open);
    match (open, &w.tried) {
        (Some(offer), _) => format!("has an offer until {}", until(offer.until, now)),
        (None, Some((_, code, _))) => code_words(code),
        (None, None) => String::new(),
    }
}

fn stamp(at: Timestamp) -> String {
    let at = at.to_zoned(london()).datetime();
    format!("{}, {}", words::day_month(at.date()), words::time(at.time()))
}

/// A form of nothing but its button.
#[derive(Debug, Clone, Deserialize)]
pub struct Pressed {}

/// `POST /waiting`: everybody without a place joins the list.
pub async fn add_all(State(web): State<Web>, lead: Lead, keyed: Keyed<Pressed>) -> Answer {
    press(&web, lead, keyed.sent, join_all).await
}

/// `POST /waiting/offer`: what is free is offered now, at any hour.
pub async fn offer(State(web): State<Web>, lead: Lead, keyed: Keyed<Pressed>) -> Answer {
    press(&web, lead, keyed.sent, offer_now).await
}

type Done = Result<usize, Stop<BookingRefusal>>;

async fn press(web: &Web, Lead(who): Lead, sent: Sent, act: fn(&mut Tx<'_>, CampaignId) -> Done) -> Answer {
    let work = move |tx: &mut Tx<'_>| {
        once(tx, &sent, |tx| {
            if let Some((campaign,)) = campaign::store::open(tx).map_err(Stop::Store)?.pop() {
                act(tx, campaign)?;
            }
            Ok("/waiting".to_owned())
        })
    };
    match Wrong::unless_refused(web.db.write(&who.actor(), work).await)? {
        Ok(to) => Ok(onward(&to)),
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        // The campaign was closed meanwhile: the page says so by what it shows.
        Err(Once::Refused(_)) => Ok(onward("/waiting")),
    }
}
