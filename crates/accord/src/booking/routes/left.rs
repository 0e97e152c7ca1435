//! Doses left at a clinic, as HTTP: how many of what, whom it asks, and what they say.

use crate::access::Role;
use crate::access::guard::Staff;
use crate::access::ops;
use crate::access::routes::NameOf;
use crate::base::clock::london;
use crate::base::db::{StoreError, Tx};
use crate::base::idempotency::{Once, once};
use crate::base::ids::{PersonId, ProductId, SiteId};
use crate::base::page::{Link, Problem};
use crate::base::refusal::Refusal;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page_with};
use crate::base::words;
use crate::booking::pages::{AskRow, DrawShown, Standby, code_words};
use crate::booking::standby_draw::{Ask, AskState, Draw, DrawRefusal, DrawState, Left, open};
use crate::booking::store;
use crate::clinic;
use crate::clinic::store::session::between;
use crate::cohort;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::civil::{Date, Time};
use serde::Deserialize;
use std::collections::HashMap;

struct Seen {
    site: String,
    products: Vec<(ProductId, String)>,
    today: Vec<(String, String)>,
    draws: Vec<(Draw, Vec<Ask>)>,
    names: HashMap<PersonId, String>,
}

fn read(tx: &mut Tx<'_>, id: SiteId, day: Date, today: Date) -> Result<Option<Seen>, StoreError> {
    let Some(site) = clinic::site::by_id(tx, id)? else { return Ok(None) };
    let products: Vec<_> = clinic::product::all(tx)?.into_iter().map(|p| (p.id, p.name)).collect();
    let given: Vec<ProductId> =
        between(tx, day, day)?.iter().filter(|s| s.open && s.planned.site == id).map(|s| s.planned.product).collect();
    let today = products.iter().filter(|(id, _)| day == today && given.contains(id));
    let today = today.map(|(id, name)| (id.to_string(), name.clone())).collect();
    let (mut draws, mut names) = (Vec::new(), HashMap::new());
    for draw in store::draws_of(tx, id, day)? {
        let asks = store::asks_of(tx, draw.id)?;
        for ask in &asks {
            let name = cohort::store::person_by_id(tx, ask.person)?.map(|p| p.particulars.name.to_string());
            names.insert(ask.person, name.unwrap_or_default());
        }
        draws.push((draw, asks));
    }
    Ok(Some(Seen { site: site.facts.name, products, today, draws, names }))
}

/// The day list that the page belongs to.
struct Desk<'a> {
    web: &'a Web,
    names: &'a NameOf,
    staff: Staff,
    site: SiteId,
    day: Date,
}

impl Desk<'_> {
    fn base(&self) -> String {
        format!("/sites/{}/{}", self.site, self.day)
    }

    async fn page(&self, typed: Typed, problems: Vec<Problem>) -> Answer {
        let here = match self.staff.0.role {
            Role::CampaignLead { .. } => "/sites".to_owned(),
            _ => format!("/sites/{}", self.site),
        };
        let (site, day, today) = (self.site, self.day, self.web.civil_now().date());
        let look = move |tx: &mut Tx<'_>| read(tx, site, day, today);
        let (mut frame, seen) = ops::look(self.web, self.names, self.staff.0, &here, look).await?;
        let seen = seen.ok_or(Wrong::NotFound)?;
        frame.crumbs = vec![Link::new(self.base(), "The day’s list")];
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let page = Standby {
            frame,
            date: day,
            draws: seen.draws.iter().map(|(draw, asks)| draw_shown(draw, asks, &seen)).collect(),
            site: seen.site,
            products: seen.today,
            doses: typed.doses,
            until: typed.until,
            problems,
            base: self.base(),
            key: self.web.form_key(),
        };
        page_with(status, &page)
    }
}

fn draw_shown(draw: &Draw, asks: &[Ask], seen: &Seen) -> DrawShown {
    let product = seen.products.iter().find(|(id, _)| *id == draw.product).map(|(_, name)| name.clone());
    DrawShown {
        product: product.unwrap_or_default(),
        by: draw.starts.to_zoned(london()).time(),
        places: draw.places,
        taken: draw.taken,
        open: draw.state == DrawState::Open,
        seed: draw.seed.clone(),
        asks: asks.iter().map(|ask| ask_row(ask, seen)).collect(),
    }
}

fn ask_row(ask: &Ask, seen: &Seen) -> AskRow {
    let (answer, tone) = match ask.state {
        AskState::InLine => ("not asked yet".to_owned(), "off"),
        AskState::Passed => (code_words(ask.code.as_deref().unwrap_or_default()), "off"),
        AskState::Asked => ("no answer yet".to_owned(), "wait"),
        AskState::Accepted => ("yes".to_owned(), "good"),
        AskState::Declined => ("not today".to_owned(), "off"),
        AskState::Gone => ("others were quicker".to_owned(), "off"),
        AskState::Silent => ("no answer".to_owned(), "off"),
    };
    AskRow {
        place: if ask.place > 0 { ask.place.to_string() } else { "-".to_owned() },
        person: seen.names.get(&ask.person).cloned().unwrap_or_default(),
        before: ask.asked_before.unsigned_abs(),
        lot: ask.lot.clone(),
        asked: ask.asked.map_or_else(String::new, |at| words::time(at.to_zoned(london()).time())),
        answer,
        tone,
    }
}

/// What a clinic typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    doses: String,
    product: String,
    until: String,
}

fn parse(at: (String, String)) -> Result<(SiteId, Date), Wrong> {
    Ok((at.0.parse().map_err(|_| Wrong::NotFound)?, at.1.parse().map_err(|_| Wrong::NotFound)?))
}

/// `GET /sites/{site}/{date}/standby`.
pub async fn draws(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
) -> Answer {
    let (site, day) = parse(at)?;
    Desk { web: &web, names: &names, staff, site, day }.page(Typed::default(), Vec::new()).await
}

/// `POST /sites/{site}/{date}/standby`: asks the standby list.
pub async fn ask(
    State(web): State<Web>,
    State(names): State<NameOf>,
    staff: Staff,
    Path(at): Path<(String, String)>,
    keyed: Keyed<Typed>,
) -> Answer {
    let (site, day) = parse(at)?;
    let desk = Desk { web: &web, names: &names, staff, site, day };
    let typed = keyed.form;
    let problem = |field, text: String| vec![Problem { field, text }];
    let product: ProductId = typed.product.parse().map_err(|_| Wrong::NotFound)?;
    let (doses, until) = (typed.doses.trim().parse().ok(), typed.until.trim().parse::<Time>().ok());
    let (Some(doses), Some(until)) = (doses, until) else {
        let mut problems = Vec::new();
        if doses.is_none() {
            problems.extend(problem("doses", DrawRefusal::HowMany.sentence()));
        }
        if until.is_none() {
            problems.extend(problem("until", "Enter a time such as 17:30.".to_owned()));
        }
        return desk.page(typed, problems).await;
    };
    let until_minute = u16::from(until.hour().unsigned_abs()) * 60 + u16::from(until.minute().unsigned_abs());
    let left = Left { site, date: day, product, doses, until_minute };
    let (sent, to) = (keyed.sent, format!("{}/standby", desk.base()));
    let work = move |tx: &mut Tx<'_>| once(tx, &sent, |tx| open(tx, &left).map(|_| to.clone()));
    match Wrong::unless_refused(web.db.write(&staff.0.actor(), work).await)? {
        Ok(to) => Ok(onward(&to)),
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        Err(Once::Refused(refusal)) => {
            let field = if refusal == DrawRefusal::TooLate { "until" } else { "doses" };
            let text = format!("{} {}", refusal.sentence(), refusal.next_step());
            desk.page(typed, problem(field, text)).await
        }
    }
}
