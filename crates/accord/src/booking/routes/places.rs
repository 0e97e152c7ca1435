//! Places that come free, for the person: what they ask for, and their answer to what is kept for them or left today.

use super::answers::{Pressed, act, back};
use super::own::{Seen, look, refused};
use crate::access::guard::PersonSelf;
use crate::base::clock::london;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{PersonId, StandbyDrawId};
use crate::base::page::Problem;
use crate::base::web::{Answer, Keyed, Web, Wrong, page_with};
use crate::base::words::{self, Way};
use crate::booking::fair::HalfDays;
use crate::booking::hold::Purpose;
use crate::booking::pages::{AskShown, FreePlaces, Late, OfferShown, VisitState, half_day_boxes};
use crate::booking::waiting_list::{self, FARTHEST, Wishes};
use crate::booking::{standby, standby_draw, store, timed_offer};
use crate::campaign::offer;
use crate::clinic::{site, travel};
use accord_formats::Postcode;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;

/// What a person's own page says of places that come free.
pub(super) fn late(tx: &mut Tx<'_>, seen: &Seen, person: PersonId) -> Result<Late, StoreError> {
    let Some(campaign) = seen.own.campaign.filter(|_| may_ask(seen)) else { return Ok(Late::default()) };
    let listed = store::waiting_of(tx, person, campaign)?.is_some();
    let standby = store::standby_of(tx, person, campaign)?.is_some();
    let list = match (listed, standby) {
        (true, _) => "You are on the list for places that come free",
        (false, true) => "You may be asked when a dose is left",
        (false, false) => "Ask for a place that comes free",
    };
    let mut late = Late { offer: None, ask: None, list: Some(list) };
    if let Some(offer) = timed_offer::kept_offer(tx, person, campaign)? {
        let mut visits = Vec::new();
        for hold in store::holds_of(tx, person, campaign)?.into_iter().filter(|h| h.purpose == Purpose::Offer) {
            let Some(at) = site::by_id(tx, hold.site)? else { continue };
            let minutes = seen.travels.then_some(hold.travel_minutes);
            visits.push(seen.visit(hold.appointment, hold.starts, &at, minutes, VisitState::Proposed));
        }
        late.offer = Some(OfferShown { visits, until: until(offer.until, seen.now) });
    }
    if let Some(draw) = store::asked_now(tx, person, campaign)? {
        late.ask = ask(tx, person, &draw)?;
    }
    Ok(late)
}

/// Whether the person lacks an appointment and nothing is closed.
fn may_ask(seen: &Seen) -> bool {
    matches!(seen.own.state, Some(offer::State::Waiting | offer::State::Unplaced))
        && seen.campaign.as_ref().is_some_and(|c| c.open)
}

fn ask(tx: &mut Tx<'_>, person: PersonId, draw: &standby_draw::Draw) -> Result<Option<AskShown>, StoreError> {
    let Some(at) = site::by_id(tx, draw.site)? else { return Ok(None) };
    let from = store::person_facts(tx, person)?.and_then(|facts| facts.from_sector);
    let to = Postcode::parse(&at.facts.postcode).map(|p| p.sector().to_owned()).unwrap_or_default();
    let minutes = match from {
        Some(from) => travel::minutes(tx, &from, &to)?,
        None => None,
    };
    Ok(Some(AskShown {
        draw: draw.id.to_string(),
        place: at.facts.name,
        postcode: at.facts.postcode,
        way: minutes.map_or_else(String::new, |m| words::travel(u32::from(m), Way::Car)),
        by: words::time(draw.starts.to_zoned(london()).time()),
    }))
}

/// "6pm today", "10am tomorrow", or with its day.
pub(super) fn until(at: Timestamp, now: Timestamp) -> String {
    let (at, today) = (at.to_zoned(london()).datetime(), now.to_zoned(london()).date());
    let time = words::time(at.time());
    match at.date() {
        day if day == today => format!("{time} today"),
        day if today.tomorrow().is_ok_and(|tomorrow| tomorrow == day) => format!("{time} tomorrow"),
        day => format!("{time} on {}", words::day(day)),
    }
}

/// `GET /b/places`: what the person wishes.
pub async fn places(State(web): State<Web>, me: PersonSelf) -> Answer {
    wishes_page(&web, me, None, Vec::new()).await
}

async fn wishes_page(web: &Web, me: PersonSelf, typed: Option<Typed>, problems: Vec<Problem>) -> Answer {
    let seen = look(web, me).await?;
    let Some(campaign) = seen.own.campaign.filter(|_| may_ask(&seen)) else {
        let what = "There is nothing to wait for: you lack no appointment";
        return refused(web, &seen, StatusCode::OK, what, back(me));
    };
    let read = move |tx: &mut Tx<'_>| {
        Ok((store::waiting_of(tx, me.person, campaign)?, store::standby_of(tx, me.person, campaign)?))
    };
    let (waiting, standby) = web.read(&me.who.actor(), read).await?;
    let limit = seen.campaign.as_ref().map_or(FARTHEST, |c| c.travel_minutes_max);
    let kept = waiting.as_ref().map(|w| (w.half_days, w.minutes_max));
    let kept = kept.or(standby.as_ref().map(|s| (s.half_days, limit))).unwrap_or((HalfDays::ALL, limit));
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let half_days = typed.as_ref().map_or(Some(kept.0), |typed| typed.half_days);
    let page = FreePlaces {
        frame: seen.frame(web),
        on_list: waiting.is_some(),
        boxes: half_day_boxes(half_days),
        far: typed.as_ref().map_or(kept.1, |typed| typed.far),
        near: typed.as_ref().map_or(standby.as_ref().map_or(standby::NEAR, |s| s.minutes_max), |typed| typed.near),
        standby: typed.as_ref().map_or(standby.is_some(), |typed| typed.standby),
        problems,
        key: web.form_key(),
    };
    page_with(status, &page)
}

/// A form of wishes, read.
#[derive(Debug, Clone, Copy)]
struct Typed {
    half_days: Option<HalfDays>,
    far: u16,
    near: u16,
    standby: bool,
}

impl Typed {
    fn of(form: &HashMap<String, String>) -> Self {
        let ticked: Vec<String> = HalfDays::ALL.words().into_iter().filter(|word| form.contains_key(word)).collect();
        let minutes = |name: &str, otherwise: u16| {
            form.get(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise).clamp(1, FARTHEST)
        };
        Self {
            half_days: HalfDays::parse(&ticked.join(",")),
            far: minutes("minutes", FARTHEST),
            near: minutes("near", standby::NEAR),
            standby: form.contains_key("standby"),
        }
    }
}

/// `POST /b/places`: onto the list, or other wishes.
pub async fn wish(State(web): State<Web>, me: PersonSelf, keyed: Keyed<HashMap<String, String>>) -> Answer {
    let typed = Typed::of(&keyed.form);
    let Some(half_days) = typed.half_days else {
        let text = "Tick at least one half-day on which you can come.".to_owned();
        return wishes_page(&web, me, Some(typed), vec![Problem { field: "half-mon_am", text }]).await;
    };
    let work = move |tx: &mut Tx<'_>, person, campaign| {
        waiting_list::join(tx, person, campaign, &Wishes { half_days, minutes_max: Some(typed.far) })?;
        if typed.standby {
            standby::join(tx, person, campaign, &Wishes { half_days, minutes_max: Some(typed.near) })?;
        } else if store::standby_of(tx, person, campaign)?.is_some() {
            standby::leave(tx, person, campaign)?;
        }
        Ok(())
    };
    act(&web, me, keyed.sent, "/places", work).await
}

/// `POST /b/places/leave`: off both lists.
pub async fn leave(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Pressed>) -> Answer {
    let work = |tx: &mut Tx<'_>, person, campaign| {
        if store::waiting_of(tx, person, campaign)?.is_some() {
            waiting_list::leave(tx, person, campaign)?;
        }
        if store::standby_of(tx, person, campaign)?.is_some() {
            standby::leave(tx, person, campaign)?;
        }
        Ok(())
    };
    act(&web, me, keyed.sent, "/appointments", work).await
}

/// `POST /b/offer/take`.
pub async fn take(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Pressed>) -> Answer {
    let work = |tx: &mut Tx<'_>, person, campaign| timed_offer::accept(tx, person, campaign).map(drop);
    act(&web, me, keyed.sent, "/done?what=confirmed", work).await
}

/// `POST /b/offer/decline`.
pub async fn not_take(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Pressed>) -> Answer {
    act(&web, me, keyed.sent, "/done?what=not_taken", timed_offer::decline).await
}

/// The draw that is answered.
#[derive(Debug, Clone, Deserialize)]
pub struct Asked {
    #[serde(default)]
    draw: String,
}

async fn answered(web: &Web, me: PersonSelf, keyed: Keyed<Asked>, yes: bool) -> Answer {
    let draw: StandbyDrawId = keyed.form.draw.parse().map_err(|_| Wrong::NotFound)?;
    let to = if yes { "/done?what=coming" } else { "/appointments" };
    let work = move |tx: &mut Tx<'_>, person, _| standby_draw::answer(tx, person, draw, yes).map(drop);
    act(web, me, keyed.sent, to, work).await
}

/// `POST /b/standby/yes`.
pub async fn come(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Asked>) -> Answer {
    answered(&web, me, keyed, true).await
}

/// `POST /b/standby/no`.
pub async fn not_come(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Asked>) -> Answer {
    answered(&web, me, keyed, false).await
}
