//! The campaign's home, its plan, and who has no place.

use super::{look, map, tasks, today};
use crate::access::guard::Lead;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::OrganisationId;
use crate::base::page::{Asked, Link, Pager};
use crate::base::svg::{Bar, Bars, BurnDay, BurnUp, Cell, Heat, HeatRow};
use crate::base::web::{Answer, Web, page};
use crate::base::words;
use crate::campaign::pages::{Home, Progress, Reason, Tasks};
use crate::evidence::store::campaign as store;
use crate::evidence::store::{map as places, partners};
use crate::partnership::store as partnership;
use crate::plan::pages::{Unplaced, UnplacedRow};
use crate::plan::reason::Reason as Planner;
use axum::extract::{Query, State};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Offers whose person has the whole course, or had it.
pub(super) fn has_course(state: &str) -> bool {
    matches!(state, "assigned" | "confirmed" | "completed")
}

/// Offers closed without a course of ours: no longer counted among those to be placed.
fn closed(state: &str) -> bool {
    matches!(state, "declined" | "had_elsewhere" | "left")
}

struct Seen {
    campaign: store::CampaignRow,
    windows: Vec<(Date, Date)>,
    offers: Vec<(OrganisationId, String, u32)>,
    names: BTreeMap<OrganisationId, String>,
    plan: Option<store::PlanRow>,
    reasons: Vec<(String, u32)>,
    postcodes: Vec<(Option<String>,)>,
    booked: Vec<(Date, u32)>,
    site_days: Vec<(String, Date, u32, u32)>,
    tasks: tasks::TaskFacts,
    nameless: u64,
    places: Vec<places::PlaceOfPeople>,
    sites: Vec<places::SiteRow>,
}

fn read(tx: &mut Tx<'_>, demo: bool, today: Date) -> Result<(u64, String, Option<Seen>), StoreError> {
    let goal = partnership::only(tx)?.map(|p| p.goal).unwrap_or_default();
    let on_lists = store::on_lists(tx)?;
    let Some(campaign) = store::current(tx)? else { return Ok((on_lists, goal, None)) };
    let (id, from, until) = (campaign.id, campaign.starts, campaign.ends);
    let names = partners::names(tx)?.into_iter().collect();
    let seen = Seen {
        windows: store::windows(tx, id)?,
        offers: store::offers(tx, id)?,
        names,
        plan: store::plan(tx, id)?,
        reasons: store::reasons(tx, id)?,
        postcodes: store::unplaced_postcodes(tx, id)?,
        booked: store::booked_by_day(tx, id)?,
        site_days: store::site_days(tx, from, until)?,
        tasks: tasks::read(tx, id, today)?,
        nameless: places::nameless(tx)?,
        places: if demo { places::places(tx, id)? } else { Vec::new() },
        sites: if demo { places::sites(tx)? } else { Vec::new() },
        campaign,
    };
    Ok((on_lists, goal, Some(seen)))
}

/// `GET /campaign`.
pub async fn campaign_home(State(web): State<Web>, Lead(who): Lead) -> Answer {
    let demo = web.house.demo;
    let today = today(&web);
    let (frame, (on_lists, goal, seen)) = look(&web, who, "/campaign", move |tx| read(tx, demo, today)).await?;
    let mut home = Home {
        frame,
        campaign: "Campaign".into(),
        area: web.house.name.clone(),
        goal,
        on_lists,
        progress: None,
        tasks: Tasks::default(),
        reasons: Vec::new(),
        burn_up: None,
        heat: None,
        uptake: None,
        map: None,
    };
    if let Some(seen) = seen {
        home.tasks = tasks::tasks(&web, &seen.tasks, &seen.offers);
        home.reasons = reasons(&seen);
        home.burn_up = burn_up(&seen, today);
        home.heat = heat(&seen);
        home.uptake = uptake(&seen);
        home.map = demo.then(|| map::figure(&seen.places, &seen.sites)).flatten();
        home.progress = progress(&seen);
        home.campaign = seen.campaign.name;
    }
    page(&home)
}

fn sum(seen: &Seen, of: impl Fn(&str) -> bool) -> u64 {
    seen.offers.iter().filter(|(_, state, _)| of(state)).map(|(.., n)| u64::from(*n)).sum()
}

fn progress(seen: &Seen) -> Option<Progress> {
    // A row that names nobody has no offer, but it is somebody: lost to nobody's count.
    let (planned, unclear) = (sum(seen, has_course), sum(seen, |s| s == "unclear") + seen.nameless);
    let people = sum(seen, |s| !closed(s)) + seen.nameless;
    if planned == 0 {
        return None;
    }
    let unplaced = people - planned - unclear;
    Some(Progress {
        people,
        planned,
        unplaced,
        unclear,
        course: u8::try_from(seen.windows.len()).unwrap_or(u8::MAX),
        most_live_in: most_live_in(&seen.postcodes),
        bound_left: seen.plan.as_ref().map_or(unplaced, store::PlanRow::people_left),
        href_planned: "/organisations".into(),
        href_unplaced: "/unplaced".into(),
        href_unclear: "/worklist".into(),
    })
}

/// The first half of a postcode: "CO15".
fn outward(postcode: Option<&str>) -> Option<&str> {
    postcode.and_then(|p| p.split_whitespace().next())
}

/// Where most of the unplaced live, when at least ten and a quarter of them live there.
fn most_live_in(postcodes: &[(Option<String>,)]) -> Option<(String, u64)> {
    let mut by: BTreeMap<&str, u64> = BTreeMap::new();
    for (postcode,) in postcodes {
        if let Some(area) = outward(postcode.as_deref()) {
            *by.entry(area).or_default() += 1;
        }
    }
    let (area, n) = by.into_iter().max_by_key(|(area, n)| (*n, std::cmp::Reverse(*area)))?;
    (n >= 10 && n * 4 >= postcodes.len() as u64).then(|| (area.to_owned(), n))
}

/// A reason's code as words.
pub(super) fn reason_words(code: &str) -> String {
    if code.is_empty() { "Not planned yet".into() } else { Planner::title(code) }
}

/// What would help, by the reason's code.
pub(super) fn help(code: &str) -> &'static str {
    match code {
        "capacity_short" => "more sessions nearby",
        "allocation_short" => "a larger allocation in the employer's agreement",
        "no_agreement" => "an agreement with a host nearby",
        "supply_short" => "an earlier or a larger delivery",
        "cover_short" => "more days to choose from, or a higher share of the team away",
        "no_site_within_travel_limit" => "a roving session, or a longer way agreed with the person",
        "no_site_with_access" => "a session at a site with the access needed",
        "no_clinic_when_available" | "no_interval_fits" => "evening and weekend sessions",
        "no_address" | "no_date_of_birth" | "not_employed" => "the employer puts its list right",
        _ => "",
    }
}

pub(super) fn href(code: &str) -> String {
    // Codes are lower-case words of our own; nothing else goes into an address.
    let plain = code.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if plain && !code.is_empty() { format!("/unplaced?reason={code}") } else { "/unplaced".into() }
}

fn reasons(seen: &Seen) -> Vec<Reason> {
    let rows = seen.reasons.iter().map(|(code, n)| Reason {
        reason: reason_words(code),
        people: u64::from(*n),
        help: help(code).into(),
        href: href(code),
    });
    rows.collect()
}

fn days(from: Date, until: Date) -> impl Iterator<Item = Date> {
    from.series(1.day()).take_while(move |day| *day <= until)
}

fn burn_up(seen: &Seen, today: Date) -> Option<crate::base::page::Figure> {
    let people = sum(seen, |s| !closed(s)) + seen.nameless;
    let mut room: BTreeMap<Date, u64> = BTreeMap::new();
    for (_, date, _, capacity) in &seen.site_days {
        *room.entry(*date).or_default() += u64::from(*capacity);
    }
    let booked: BTreeMap<Date, u64> = seen.booked.iter().map(|(date, n)| (*date, u64::from(*n))).collect();
    let (mut promised, mut done) = (0, 0);
    let rows: Vec<BurnDay> = days(seen.campaign.starts, seen.campaign.ends)
        .map(|date| {
            promised += room.get(&date).copied().unwrap_or(0);
            done += booked.get(&date).copied().unwrap_or(0);
            BurnDay { date, need: need(&seen.windows, people, date), promised, booked: done }
        })
        .collect();
    let last = rows.last()?;
    if last.promised == 0 && last.booked == 0 {
        return None;
    }
    let finding = format!(
        "{} of the {} appointments needed are booked",
        words::number(last.booked),
        words::number(people * seen.windows.len() as u64)
    );
    let inside = today >= seen.campaign.starts && today <= seen.campaign.ends;
    BurnUp { finding, days: rows, today: inside.then_some(today) }.figure("burn-up")
}

/// Appointments needed by the end of `date`: each appointment of the course spread evenly over its window.
fn need(windows: &[(Date, Date)], people: u64, date: Date) -> u64 {
    let span = |from: Date, until: Date| from.until(until).map_or(0, |s| i64::from(s.get_days())) + 1;
    let part = |&(first, last): &(Date, Date)| {
        let (all, gone) = (span(first, last).max(1), span(first, date.min(last)).max(0));
        people * gone.unsigned_abs() / all.unsigned_abs()
    };
    windows.iter().map(part).sum()
}

/// Days on the heat map.
const HEAT_DAYS: usize = 28;

fn heat(seen: &Seen) -> Option<crate::base::page::Figure> {
    let mut open: Vec<Date> = seen.site_days.iter().map(|(_, date, ..)| *date).collect();
    open.sort_unstable();
    open.dedup();
    open.truncate(HEAT_DAYS);
    let mut rows: BTreeMap<&str, Vec<Cell>> = BTreeMap::new();
    let mut sites: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (site, date, taken, capacity) in &seen.site_days {
        let sum = sites.entry(site).or_default();
        (sum.0, sum.1) = (sum.0 + u64::from(*taken), sum.1 + u64::from(*capacity));
        let Ok(at) = open.binary_search(date) else { continue };
        let cells = rows.entry(site).or_insert_with(|| open.iter().map(|_| Cell::Closed).collect());
        cells[at] = Cell::Open { used: u64::from(*taken), room: u64::from(*capacity) };
    }
    let finding = fullness(&sites);
    let rows = rows.into_iter().map(|(name, cells)| HeatRow { name: name.to_owned(), cells }).collect();
    Heat { finding, days: open, rows, show: 14 }.figure("heat")
}

/// How full the clinics are over the whole campaign, from places used and places there.
fn fullness(sites: &BTreeMap<&str, (u64, u64)>) -> String {
    let full = sites.values().filter(|(taken, room)| taken >= room).count() as u64;
    let left = |(taken, room): (u64, u64)| room.saturating_sub(taken);
    let free: u64 = sites.values().copied().map(left).sum();
    let most = sites.iter().max_by_key(|(name, sum)| (left(**sum), std::cmp::Reverse(**name)));
    match (full, most) {
        (_, None) => "No clinic is open".to_owned(),
        (_, Some(_)) if free == 0 => "Every clinic is full".to_owned(),
        (0, Some((name, _))) => {
            format!("No clinic is full; {} places are free, most at {name}", words::number(free))
        }
        (n, Some((name, _))) => format!(
            "{} of {} clinics {} full; elsewhere {} places are free, most at {name}",
            words::number(n),
            words::number(sites.len() as u64),
            words::verb(n, "is", "are"),
            words::number(free)
        ),
    }
}

fn uptake(seen: &Seen) -> Option<crate::base::page::Figure> {
    let mut by: BTreeMap<OrganisationId, (u64, u64)> = BTreeMap::new();
    for (employer, state, n) in &seen.offers {
        let row = by.entry(*employer).or_default();
        row.1 += u64::from(*n);
        if has_course(state) {
            row.0 += u64::from(*n);
        }
    }
    let name = |id: &OrganisationId| seen.names.get(id).cloned().unwrap_or_default();
    let mut rows: Vec<Bar> =
        by.iter().map(|(id, (part, whole))| Bar { name: name(id), part: *part, whole: *whole }).collect();
    // Those furthest behind first: part/whole ascending, without dividing.
    rows.sort_by(|a, b| (a.part * b.whole).cmp(&(b.part * a.whole)).then_with(|| a.name.cmp(&b.name)));
    let part = if seen.windows.len() == 2 { "have both appointments" } else { "have all their appointments" };
    let behind = rows.iter().filter(|r| r.part < r.whole).count() as u64;
    let finding = match behind {
        0 => "Every organisation's people have a place".to_owned(),
        n => format!("In {} somebody is still without a place", words::count(n, "organisation", "organisations")),
    };
    Bars { finding, of: "Organisation".into(), part: part.into(), rows, show: 12, guard: true }.figure("uptake")
}

/// Which of the unplaced.
#[derive(Debug, Deserialize)]
pub struct Filter {
    #[serde(default)]
    reason: String,
}

/// `GET /unplaced`. People are looked for by employer and postcode: what is looked for stands in the address, and names do not.
pub async fn unplaced(
    State(web): State<Web>,
    Lead(who): Lead,
    Query(filter): Query<Filter>,
    Query(asked): Query<Asked>,
) -> Answer {
    let reason = filter.reason.clone();
    let read = move |tx: &mut Tx<'_>| {
        let Some(campaign) = store::current(tx)? else { return Ok((Vec::new(), Pager::default(), Vec::new())) };
        let wanted = store::Wanted { reason: reason.clone(), like: asked.like() };
        let total = store::unplaced_count(tx, campaign.id, &wanted)?;
        let pager = asked.pager("/unplaced", &[("reason", &reason)], total);
        let rows = store::unplaced(tx, campaign.id, &wanted, pager.limit(), pager.skip())?;
        Ok((store::reasons(tx, campaign.id)?, pager, rows))
    };
    let (frame, (reasons, pager, rows)) = look(&web, who, "/plan", read).await?;
    let all: u64 = reasons.iter().map(|(_, n)| u64::from(*n)).sum();
    let known = reasons.iter().find(|(code, _)| !code.is_empty() && *code == filter.reason);
    let here = known.map_or_else(|| "/unplaced".to_owned(), |(code, _)| href(code));
    let mut filters = vec![Link::new("/unplaced", format!("all {}", words::number(all)))];
    filters.extend(reasons.iter().filter(|(code, _)| !code.is_empty()).map(|(code, n)| {
        Link::new(href(code), format!("{} ({})", reason_words(code).to_lowercase(), words::number(u64::from(*n))))
    }));
    let rows = rows.into_iter().map(|(person, organisation, postcode, code, sentence)| UnplacedRow {
        person,
        organisation,
        district: outward(postcode.as_deref()).unwrap_or("not known").to_owned(),
        reason: sentence.unwrap_or_else(|| reason_words(&code)),
        help: help(&code).to_owned(),
    });
    page(&Unplaced { frame, people: all, filters, here, rows: rows.collect(), pager })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_need_grows_evenly_over_each_window_and_ends_whole() {
        let windows = [(date(2027, 1, 4), date(2027, 1, 13)), (date(2027, 1, 25), date(2027, 2, 3))];
        for (day, need_by) in [
            (date(2027, 1, 3), 0),
            (date(2027, 1, 4), 10),
            (date(2027, 1, 13), 100),
            (date(2027, 1, 20), 100),
            (date(2027, 1, 25), 110),
            (date(2027, 3, 1), 200),
        ] {
            assert_eq!(need(&windows, 100, day), need_by, "{day}");
        }
    }

    #[test]
    fn the_fullness_names_where_room_is() {
        let of = |rows: &[(&'static str, u64, u64)]| fullness(&rows.iter().map(|r| (r.0, (r.1, r.2))).collect());
        assert_eq!(of(&[]), "No clinic is open");
        assert_eq!(of(&[("A", 4, 4)]), "Every clinic is full");
        assert_eq!(of(&[("A", 1, 4), ("B", 1, 4)]), "No clinic is full; 6 places are free, most at A");
        assert_eq!(of(&[("A", 4, 4), ("B", 1, 4)]), "1 of 2 clinics is full; elsewhere 3 places are free, most at B");
    }

    #[test]
    fn a_place_is_named_only_when_many_of_them_live_there() {
        let live = |area: &str, n: usize| vec![(Some(format!("{area} 1AA")),); n];
        assert_eq!(most_live_in(&live("CO15", 9)), None);
        assert_eq!(most_live_in(&[live("CO15", 12), live("IP1", 5)].concat()), Some(("CO15".into(), 12)));
        let spread: Vec<_> = (0..10).flat_map(|n| live(&format!("IP{n}"), 10)).collect();
        assert_eq!(most_live_in(&spread), None);
        assert_eq!(href("capacity_short"), "/unplaced?reason=capacity_short");
        assert_eq!(href("x&y"), "/unplaced");
    }
}
