//! Sites, sessions and a clinic's day.

use super::{civil, look, minute, today};
use crate::access::guard::{Lead, Staff};
use crate::base::ids::SiteId;
use crate::base::page::{Asked, Link};
use crate::base::web::{Answer, Web, Wrong, csv, page};
use crate::base::words;
use crate::booking::Reference;
use crate::booking::attendance::{When, WhyNot};
use crate::booking::pages::{Acts, Answer as Said, DayList, DayRow, Stage};
use crate::clinic::pages::{DaySessions, SessionRow, Sessions, SitePage, SiteRow, Sites, SlotOwner};
use crate::clinic::session::Kind;
use crate::evidence::store::{campaign, clinics as store};
use accord_formats::AccessNeeds;
use accord_formats::csv_out::CsvOut;
use axum::extract::{Path, Query, State};
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use std::cmp::Ordering;
use std::collections::HashMap;

/// A day in the query: `?from=2027-01-05` or `?week=2027-01-04`.
#[derive(Debug, Deserialize)]
pub struct From {
    from: Option<String>,
    week: Option<String>,
}

/// Days of a site's small picture.
const SPARK_DAYS: usize = 14;

/// A day of the query; what is no date is as if nothing was asked.
fn asked(day: Option<&String>) -> Option<Date> {
    day.and_then(|text| text.parse().ok())
}

fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

fn owner(word: &str) -> SlotOwner {
    if word == "partner" { SlotOwner::Partner } else { SlotOwner::Accord }
}

/// What a set of access bits offers, in words inside a sentence.
fn access(bits: u32) -> Vec<String> {
    let set = u16::try_from(bits).ok().and_then(AccessNeeds::from_bits).unwrap_or_default();
    set.labels().map(str::to_lowercase).collect()
}

/// `GET /sites`.
pub async fn sites(State(web): State<Web>, Lead(who): Lead, Query(asked): Query<Asked>) -> Answer {
    let from = today(&web);
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        // Before a campaign the picture shows its first days, not two empty weeks.
        let from = campaign::current(tx)?.map_or(from, |c| from.max(c.starts));
        Ok((store::sites(tx)?, from, store::taken_by_day(tx, from, plus(from, SPARK_DAYS as i64 - 1))?))
    };
    let (frame, (rows, from, taken)) = look(&web, who, "/sites", read).await?;
    let mut daily: HashMap<SiteId, Vec<u64>> = HashMap::new();
    for (site, date, n) in taken {
        let at = from.until(date).map_or(0, |span| span.get_days());
        if let Some(day) = usize::try_from(at).ok().filter(|at| *at < SPARK_DAYS) {
            daily.entry(site).or_insert_with(|| vec![0; SPARK_DAYS])[day] = u64::from(n);
        }
    }
    let rows: Vec<SiteRow> = rows
        .into_iter()
        .map(|row| SiteRow {
            name: row.name,
            code: row.code,
            place: accord_testkit::geo::Geo::district_name(&row.district).map_or(row.district, str::to_owned),
            owner: owner(&row.owner),
            sessions: u64::from(row.sessions),
            capacity: u64::from(row.capacity),
            booked: u64::from(row.taken),
            daily: daily.remove(&row.id).unwrap_or_else(|| vec![0; SPARK_DAYS]),
            href: format!("/sites/{}", row.id),
        })
        .collect();
    let count = rows.len() as u64;
    let (booked, capacity) = rows.iter().fold((0, 0), |(b, c), r| (b + r.booked, c + r.capacity));
    let found: Vec<SiteRow> = rows.into_iter().filter(|r| asked.finds(&format!("{} {}", r.name, r.place))).collect();
    let pager = asked.pager("/sites", &[], found.len() as u64);
    page(&Sites { frame, count, booked, capacity, rows: pager.of(found), pager })
}

/// `GET /sites.csv`: the same as a file.
pub async fn sites_csv(State(web): State<Web>, Lead(who): Lead) -> Answer {
    let mut rows = web.read(&who.actor(), store::sites).await?;
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    let mut out = CsvOut::new(true);
    out.record(["Site", "District", "Slots", "Sessions", "Places", "Used"]);
    for row in rows {
        let numbers = [row.sessions, row.capacity, row.taken].map(|n| n.to_string());
        out.record([row.name, row.district, row.owner].into_iter().chain(numbers));
    }
    csv("sites.csv", out, &web.house)
}

/// "drop-in", "roving: Wards 3 and 4"; nothing where times are booked.
fn kind(word: &str, place: &str) -> String {
    let kind = Kind::parse(word).map_or("", Kind::words);
    if place.is_empty() { kind.to_owned() } else { format!("{kind}: {place}") }
}

/// Sessions grouped by day, with a row for each day in `days` even where there is none.
fn by_day(sessions: Vec<store::SessionRow>, days: &[Date]) -> Vec<DaySessions> {
    let mut out: Vec<DaySessions> = days.iter().map(|&date| DaySessions { date, sessions: Vec::new() }).collect();
    for row in sessions {
        let at = out.iter().position(|day| day.date == row.date).unwrap_or_else(|| {
            out.push(DaySessions { date: row.date, sessions: Vec::new() });
            out.len() - 1
        });
        out[at].sessions.push(SessionRow {
            href: format!("/sites/{}/{}", row.site, row.date),
            site: row.site_name,
            from: minute(row.from),
            until: minute(row.until),
            product: row.product,
            kind: kind(&row.kind, &row.place),
            booked: u64::from(row.taken),
            capacity: u64::from(row.capacity),
        });
    }
    out
}

/// The entry of the menu that a site's pages belong to: a clinic team has its own site's only.
fn menu(staff: &Staff, id: &SiteId) -> String {
    match staff.0.role {
        crate::access::Role::CampaignLead { .. } => "/sites".into(),
        _ => format!("/sites/{id}"),
    }
}

/// `GET /sites/{site}`: a week of it.
pub async fn site(State(web): State<Web>, staff: Staff, Path(site): Path<String>, Query(query): Query<From>) -> Answer {
    let id: SiteId = site.parse().map_err(|_| Wrong::NotFound)?;
    let (today, week) = (today(&web), asked(query.week.as_ref()));
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        let Some(row) = store::site(tx, id)? else { return Ok(None) };
        // Without a wish: the week of the first session from today on.
        let day = match week {
            Some(day) => day,
            None => store::days_beside(tx, Some(id), plus(today, -1))?.1.unwrap_or(today),
        };
        let back = i64::from(day.weekday().since(Weekday::Monday));
        let monday = plus(day, -back);
        Ok(Some((row, monday, store::sessions(tx, Some(id), monday, plus(monday, 6))?)))
    };
    let (mut frame, found) = look(&web, staff.0, &menu(&staff, &id), read).await?;
    let (row, monday, sessions) = found.ok_or(Wrong::NotFound)?;
    let (name, address, postcode, slots, host, bits) = row;
    let days: Vec<Date> = (0..7).map(|n| plus(monday, n)).collect();
    let week = |day: Date, text: &str| Link::new(format!("?week={day}"), text);
    if matches!(staff.0.role, crate::access::Role::CampaignLead { .. }) {
        frame.crumbs = vec![Link::new("/sites", "Clinics")];
    }
    page(&SitePage {
        frame,
        address: if address.contains(&postcode) { address } else { format!("{address}, {postcode}") },
        name,
        owner: owner(&slots),
        host,
        access: access(bits),
        days: by_day(sessions, &days),
        before: week(plus(monday, -7), "Week before"),
        after: week(plus(monday, 7), "Week after"),
    })
}

/// `GET /sites/{site}/{date}`: who is booked that day.
pub async fn day_list(State(web): State<Web>, staff: Staff, Path((site, date)): Path<(String, String)>) -> Answer {
    let id: SiteId = site.parse().map_err(|_| Wrong::NotFound)?;
    let day: Date = date.parse().map_err(|_| Wrong::NotFound)?;
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        let Some(row) = store::site(tx, id)? else { return Ok(None) };
        let course = match campaign::current(tx)? {
            Some(c) => campaign::windows(tx, c.id)?.len(),
            None => 1,
        };
        let sessions = store::sessions(tx, Some(id), day, day)?;
        Ok(Some((row.0, course, sessions, store::days_beside(tx, Some(id), day)?, store::day_list(tx, id, day)?)))
    };
    let (mut frame, found) = look(&web, staff.0, &menu(&staff, &id), read).await?;
    let (site, course, sessions, (before, after), rows) = found.ok_or(Wrong::NotFound)?;
    frame.crumbs = vec![Link::new(format!("/sites/{id}"), site.clone())];
    let beside = |day: Date| Link::new(format!("/sites/{id}/{day}"), words::short_day(day));
    let acts = acts(&web, day, &sessions);
    page(&DayList {
        frame,
        site,
        date: day,
        sessions: sessions.iter().map(|s| (minute(s.from), minute(s.until))).collect(),
        capacity: sessions.iter().map(|s| u64::from(s.capacity)).sum(),
        rows: day_rows(&web, rows, course, acts),
        before: beside(before.unwrap_or(plus(day, -1))),
        after: beside(after.unwrap_or(plus(day, 1))),
        acts,
        base: format!("/sites/{id}/{day}"),
        key: web.form_key(),
    })
}

/// What can be noted on a day's list now.
fn acts(web: &Web, day: Date, sessions: &[store::SessionRow]) -> Acts {
    let now = web.civil_now();
    let over = sessions.iter().all(|s| minute(s.until) <= now.time());
    match day.cmp(&now.date()) {
        Ordering::Greater => Acts::Nothing,
        Ordering::Equal if !over => Acts::Today,
        same_or_past => Acts::Over { today: same_or_past == Ordering::Equal },
    }
}

fn day_rows(web: &Web, rows: Vec<store::DayRow>, course: usize, acts: Acts) -> Vec<DayRow> {
    let now = web.clock().now();
    // The box in use: the batch noted last, by product.
    let mut noted: Vec<_> = rows.iter().filter_map(|r| Some((r.noted?, r.product.clone(), r.batch.clone()?))).collect();
    noted.sort();
    let open: HashMap<String, String> = noted.into_iter().map(|(_, product, batch)| (product, batch)).collect();
    let row = |row: store::DayRow| DayRow {
        time: minute(row.minute),
        stage: stage(&row, now, acts),
        booking: row.booking.to_string(),
        seen: row.seen,
        batch: row.batch.clone().or_else(|| open.get(&row.product).cloned()).unwrap_or_default(),
        key: web.form_key(),
        answer: match (row.state.as_str(), row.outcome.as_deref()) {
            ("confirmed", _) => Said::Confirmed,
            (_, Some("did_not_attend")) => Said::Missed,
            (_, Some(_)) => Said::Arrived,
            _ => Said::None,
        },
        name: row.name,
        born: row.born,
        nth: u8::try_from(row.appointment).unwrap_or(u8::MAX),
        of: u8::try_from(course).unwrap_or(u8::MAX),
        product: row.product,
        reference: Reference::parse(&row.reference).map_or(row.reference, |r| r.to_string()),
        needs: access(row.needs),
    };
    rows.into_iter().map(row).collect()
}

fn stage(row: &store::DayRow, now: Timestamp, acts: Acts) -> Stage {
    match (row.outcome.as_deref(), row.came) {
        (Some("given"), _) => Stage::Given { batch: row.batch.clone().unwrap_or_default() },
        (Some("not_given"), _) => {
            let why = row.why.as_deref().and_then(WhyNot::parse).unwrap_or(WhyNot::Other);
            Stage::NotGiven { why: why.words() }
        }
        (Some(_), _) => Stage::Missed,
        (None, Some(came)) => Stage::Here { at: civil(came).time(), off: When::of(row.starts, came).words() },
        (None, None) if acts != Acts::Nothing && row.starts < now => Stage::Awaited,
        (None, None) => Stage::Expected,
    }
}

/// `GET /sessions`: a day of all clinics, and the way to the days beside it.
pub async fn sessions(State(web): State<Web>, Lead(who): Lead, Query(query): Query<From>) -> Answer {
    let (today, wish) = (today(&web), asked(query.from.as_ref()));
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        let day = match wish {
            Some(day) => day,
            None => store::days_beside(tx, None, plus(today, -1))?.1.unwrap_or(today),
        };
        Ok((day, store::sessions(tx, None, day, day)?, store::days_beside(tx, None, day)?))
    };
    let (mut frame, (day, rows, (before, after))) = look(&web, who, "/sites", read).await?;
    frame.crumbs = vec![Link::new("/sites", "Clinics")];
    let beside = |day: Date| Link::new(format!("/sessions?from={day}"), words::short_day(day));
    page(&Sessions { frame, day: by_day(rows, &[day]).remove(0), before: before.map(beside), after: after.map(beside) })
}
