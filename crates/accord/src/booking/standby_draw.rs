//! A standby draw: doses that are left at a clinic go to people near it who lack one, in a fair order that is kept.
//!
//! The clinic says how many are left of what, and until when somebody can come. Everybody on the standby list who may have
//! it and can be there in time is drawn: who was asked seldom first, then by lot (`fair.rs`). So many are asked at once as
//! `fair::asked_at_once` says; the first to say yes get it, each by [`super::place`] with all its rules and counters; whoever says
//! yes too late is told so. Who was drawn, asked, passed over and why, and every answer stays in the rows of the draw.
//!
//! The slot of a draw has as many places as were accepted, never a free one: nobody books around the draw. How many doses
//! there are is said by the stock's own counter, where stock is counted.

mod kinds;

pub use kinds::{
    AHEAD_MINUTES, Ask, AskState, DOSES_MAX, Draw, DrawRefusal, DrawState, Left, PATIENCE_US, SLOT_MINUTES,
};

use super::fair;
use super::refusal::BookingRefusal;
use super::store::Candidate;
use super::{Booking, Pick, PlaceCourse, Way, place, store, waiting_list};
use crate::base::audit::{self, Done};
use crate::base::clock::{london, london_date, london_instant};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{PersonId, StandbyDraw as DrawKind, StandbyDrawId};
use crate::base::outbox;
use crate::base::refusal::Refusal;
use crate::base::secret::hex;
use crate::campaign::{self, Campaign};
use crate::clinic::session::{self, Planned};
use crate::clinic::{site, travel};
use std::collections::HashMap;

/// Opens a draw, and asks the first.
pub fn open(tx: &mut Tx<'_>, left: &Left) -> Result<Draw, Stop<DrawRefusal>> {
    let (now, no) = (tx.now(), |refusal| Err(Stop::Refused(refusal)));
    if left.date != london_date(now) {
        return no(DrawRefusal::NotToday);
    }
    if !(1..=DOSES_MAX).contains(&left.doses) {
        return no(DrawRefusal::HowMany);
    }
    let from_minute = left.until_minute.saturating_sub(SLOT_MINUTES);
    let starts = london_instant(left.date, from_minute);
    if starts.as_microsecond() < now.as_microsecond() + AHEAD_MINUTES * 60_000_000 || left.until_minute > 24 * 60 - 1 {
        return no(DrawRefusal::TooLate);
    }
    let given = session_of(tx, left)?;
    let (Some(rules), true) = (campaign_of(tx, left)?, given) else { return no(DrawRefusal::NotGivenHere) };
    if store::any_open_draw(tx, left.site, left.product, left.date)? {
        return no(DrawRefusal::AlreadyOpen);
    }
    if let Some(in_stock) = in_stock(tx, left)?.filter(|in_stock| *in_stock < left.doses) {
        return no(DrawRefusal::NotLeft { left: in_stock.max(0) });
    }
    let planned = Planned {
        site: left.site,
        date: left.date,
        from_minute,
        until_minute: left.until_minute,
        product: left.product,
        slot_minutes: SLOT_MINUTES,
        stations: 1,
    };
    let slot = match session::open_for_added_places(tx, planned) {
        Ok(slot) => slot.ok_or(Stop::Refused(DrawRefusal::TooLate))?,
        Err(Stop::Store(error)) => return Err(Stop::Store(error)),
        Err(Stop::Refused(_)) => return no(DrawRefusal::NotGivenHere),
    };
    let starts = crate::clinic::store::slot(tx, slot)?.map_or(starts, |facts| facts.starts());
    let draw = Draw {
        id: tx.id::<DrawKind>(),
        campaign: rules.id,
        site: left.site,
        product: left.product,
        slot,
        date: left.date,
        starts,
        places: left.doses,
        taken: 0,
        seed: hex(&tx.random::<16>()),
        state: DrawState::Open,
    };
    store::insert_draw(tx, &draw)?;
    drawn(tx, &draw)?;
    told(tx, "open", &draw, None)?;
    ask_more(tx, &draw, &rules)?;
    Ok(draw)
}

/// Whether the site has an open session of the product that day.
fn session_of(tx: &mut Tx<'_>, left: &Left) -> Result<bool, StoreError> {
    let sessions = crate::clinic::store::session::between(tx, left.date, left.date)?;
    Ok(sessions.iter().any(|s| s.open && s.planned.site == left.site && s.planned.product == left.product))
}

/// The open campaign that gives the product on that day.
fn campaign_of(tx: &mut Tx<'_>, left: &Left) -> Result<Option<Campaign>, StoreError> {
    for (id,) in campaign::store::open(tx)? {
        let rules = campaign::store::load(tx, id)?;
        let on = |a: &campaign::Appointment| a.first_on <= left.date && left.date <= a.last_on;
        if let Some(rules) = rules.filter(|r| r.interval(left.product).is_some() && r.appointments.iter().any(on)) {
            return Ok(Some(rules));
        }
    }
    Ok(None)
}

/// Doses that are not spoken for that day or later; none where stock is not counted.
fn in_stock(tx: &mut Tx<'_>, left: &Left) -> Result<Option<i64>, StoreError> {
    let rows = crate::clinic::store::stock::rows(tx, left.site, left.product)?;
    Ok(rows.iter().filter(|row| row.until >= left.date).map(|row| row.delivered - row.taken).min())
}

/// Writes everybody of the standby list down: in the order of the draw, or with the reason why not.
fn drawn(tx: &mut Tx<'_>, draw: &Draw) -> Result<(), StoreError> {
    let Some(at) = site::by_id(tx, draw.site)? else { return Ok(()) };
    let sector = accord_formats::Postcode::parse(&at.facts.postcode).map(|p| p.sector().to_owned()).unwrap_or_default();
    let time = draw.starts.to_zoned(london()).time();
    let minute = u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
    let mut ways: HashMap<String, Option<u16>> = HashMap::new();
    let (mut may, mut passed) = (Vec::new(), Vec::new());
    for candidate in store::candidates(tx, draw.campaign, draw.date)? {
        let way = match &candidate.from_sector {
            Some(from) if ways.contains_key(from) => ways.get(from).copied().flatten(),
            Some(from) => {
                let minutes = travel::minutes(tx, from, &sector)?;
                ways.insert(from.clone(), minutes);
                minutes
            }
            None => None,
        };
        let far = way.is_none_or(|m| m > candidate.standby.minutes_max || !fair::in_time(tx.now(), draw.starts, m));
        let standby = &candidate.standby;
        match why_not(&candidate, draw, minute, far, at.facts.access.covers(candidate.needs)) {
            None => may.push((standby.person, standby.asked)),
            Some(code) => passed.push((standby.person, standby.asked, code)),
        }
    }
    let ask = |person, place, asked_before, lot, state, code| Ask {
        draw: draw.id,
        person,
        place,
        asked_before,
        lot,
        state,
        code,
        asked: None,
        answered: None,
        booking: None,
    };
    let order = fair::draw_order(&draw.seed, may).into_iter().zip(1..);
    let mut asks: Vec<Ask> =
        order.map(|((person, before, lot), place)| ask(person, place, before, lot, AskState::InLine, None)).collect();
    asks.extend(passed.into_iter().map(|(person, before, code)| {
        ask(person, 0, before, fair::lot(&draw.seed, person), AskState::Passed, Some(code.to_owned()))
    }));
    store::insert_asks(tx, &asks)
}

/// Why somebody is not drawn; the first reason in a fixed order.
fn why_not(candidate: &Candidate, draw: &Draw, minute: u16, far: bool, accessible: bool) -> Option<&'static str> {
    let open = matches!(candidate.offer.as_str(), "waiting" | "unplaced");
    let reasons = [
        (!open, "no_open_offer"),
        (candidate.booked_that_day, "booked_that_day"),
        (candidate.asked_now, "asked_elsewhere"),
        (!candidate.standby.half_days.has(draw.date, minute), "not_wished"),
        (!accessible, "site_lacks_access"),
        (far, "too_far"),
    ];
    reasons.into_iter().find(|(is, _)| *is).map(|(_, code)| code)
}

/// Asks the next, as many as `fair` says; whoever the rules refuse by now is passed over with the reason.
fn ask_more(tx: &mut Tx<'_>, draw: &Draw, rules: &Campaign) -> Result<usize, StoreError> {
    let now = tx.now().as_microsecond();
    let fresh =
        |ask: &Ask| ask.state == AskState::Asked && ask.asked.is_some_and(|at| now < at.as_microsecond() + PATIENCE_US);
    let mut asked = store::asks_of(tx, draw.id)?.iter().filter(|ask| fresh(ask)).count();
    let wanted = usize::try_from(fair::asked_at_once(draw.places - draw.taken)).unwrap_or(0);
    let mut more = 0;
    while asked < wanted {
        let Some(next) = store::next_in_line(tx, draw.id)? else { break };
        match allowed(tx, draw, rules, next.person)? {
            Err(code) => store::set_ask(tx, (draw.id, next.person), (AskState::Passed, Some(code)), None)?,
            Ok(_) => {
                store::set_ask(tx, (draw.id, next.person), (AskState::Asked, None), None)?;
                store::count_asked(tx, next.person, draw.campaign)?;
                told(tx, "ask", draw, Some(next.person))?;
                (asked, more) = (asked + 1, more + 1);
            }
        }
    }
    Ok(more)
}

/// The course of one that a person would be booked for, if the rules allow it; else why not.
fn allowed(
    tx: &mut Tx<'_>,
    draw: &Draw,
    rules: &Campaign,
    person: PersonId,
) -> Result<Result<PlaceCourse, &'static str>, StoreError> {
    let Some(appointment) = waiting_list::missing(tx, rules, person)?.first().copied() else {
        return Ok(Err("nothing_missing"));
    };
    let want = PlaceCourse { person, campaign: draw.campaign, picks: vec![Pick { appointment, slot: draw.slot }] };
    match place::allowed(tx, &want, &[], Way::Chosen) {
        Ok(_) => {}
        Err(Stop::Refused(refusal)) => return Ok(Err(refusal.code())),
        Err(Stop::Store(error)) => return Err(error),
    }
    Ok(Ok(want))
}

/// The person answers. Yes: booked, if a dose is left; the first get them. No: the next is asked.
pub fn answer(
    tx: &mut Tx<'_>,
    person: PersonId,
    draw: StandbyDrawId,
    yes: bool,
) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    let draw = store::lock_draw(tx, draw)?.ok_or(Stop::Refused(BookingRefusal::NotWaiting))?;
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let ask = store::asks_of(tx, draw.id)?.into_iter().find(|ask| ask.person == person);
    let ask = ask.ok_or(Stop::Refused(BookingRefusal::NotWaiting))?;
    match ask.state {
        AskState::Asked => {}
        AskState::Declined if !yes => return Ok(Vec::new()),
        AskState::Gone | AskState::Silent => return Err(Stop::Refused(BookingRefusal::AllTaken)),
        AskState::Accepted | AskState::Declined | AskState::InLine | AskState::Passed => {
            return Err(Stop::Refused(BookingRefusal::NotWaiting));
        }
    }
    let rules = waiting_list::open_campaign(tx, draw.campaign)?;
    if !yes {
        store::set_ask(tx, (draw.id, person), (AskState::Declined, None), None)?;
        told(tx, "decline", &draw, Some(person))?;
        ask_more(tx, &draw, &rules)?;
        return Ok(Vec::new());
    }
    if tx.now() >= draw.starts || !store::took_one(tx, draw.id)? {
        return Err(Stop::Refused(BookingRefusal::AllTaken));
    }
    let missing = waiting_list::missing(tx, &rules, person)?;
    let appointment = *missing.first().ok_or(Stop::Refused(BookingRefusal::NothingMissing))?;
    session::add_place(tx, draw.slot)?;
    let picks = vec![Pick { appointment, slot: draw.slot }];
    let booked = place::place(tx, &PlaceCourse { person, campaign: draw.campaign, picks })?;
    store::set_ask(tx, (draw.id, person), (AskState::Accepted, None), booked.first().map(|b| b.id))?;
    told(tx, "accept", &draw, Some(person))?;
    if draw.taken + 1 == draw.places {
        filled(tx, &draw)?;
    }
    Ok(booked)
}

/// Every dose is taken: whoever was asked and has not answered is told so.
fn filled(tx: &mut Tx<'_>, draw: &Draw) -> Result<(), StoreError> {
    store::set_draw(tx, draw.id, DrawState::Filled)?;
    for ask in store::asks_of(tx, draw.id)?.into_iter().filter(|ask| ask.state == AskState::Asked) {
        store::set_ask(tx, (draw.id, ask.person), (AskState::Gone, None), None)?;
        told(tx, "gone", draw, Some(ask.person))?;
    }
    told(tx, "filled", draw, None)
}

/// What the service does again and again: asks more where answers are long in coming, and ends draws whose time has come.
/// How many people were asked, and draws ended.
pub fn work(tx: &mut Tx<'_>, _: u32) -> Result<usize, StoreError> {
    let mut done = 0;
    for seen in store::open_draws(tx)? {
        if tx.now() >= seen.starts {
            let Some(draw) = store::lock_draw(tx, seen.id)?.filter(|d| d.state != DrawState::Over) else { continue };
            for ask in store::asks_of(tx, draw.id)?.into_iter().filter(|ask| ask.state == AskState::Asked) {
                store::set_ask(tx, (draw.id, ask.person), (AskState::Silent, None), None)?;
            }
            store::set_draw(tx, draw.id, DrawState::Over)?;
            if draw.taken == 0 {
                close_session(tx, &draw)?;
            }
            told(tx, "over", &draw, None)?;
            done += 1;
        } else if seen.state == DrawState::Open && is_thin(tx, &seen)? {
            let Some(draw) = store::lock_draw(tx, seen.id)?.filter(|d| d.state == DrawState::Open) else { continue };
            let Some(rules) = campaign::store::load(tx, draw.campaign)? else { continue };
            done += ask_more(tx, &draw, &rules)?;
        }
    }
    Ok(done)
}

/// The session of a draw that nobody came of is none.
fn close_session(tx: &mut Tx<'_>, draw: &Draw) -> Result<(), StoreError> {
    let Some(slot) = crate::clinic::store::slot(tx, draw.slot)? else { return Ok(()) };
    match session::close(tx, slot.session) {
        Err(Stop::Store(error)) => Err(error),
        Ok(()) | Err(Stop::Refused(_)) => Ok(()),
    }
}

/// Whether there is anybody to ask and fewer wait for than should be asked: looked at without taking the draw.
fn is_thin(tx: &mut Tx<'_>, draw: &Draw) -> Result<bool, StoreError> {
    let (now, asks) = (tx.now().as_microsecond(), store::asks_of(tx, draw.id)?);
    let fresh = |ask: &&Ask| {
        ask.state == AskState::Asked && ask.asked.is_some_and(|at| now < at.as_microsecond() + PATIENCE_US)
    };
    let asked = i64::try_from(asks.iter().filter(fresh).count()).unwrap_or(i64::MAX);
    let any = asks.iter().any(|ask| ask.state == AskState::InLine);
    Ok(any && asked < fair::asked_at_once(draw.places - draw.taken))
}

fn told(tx: &mut Tx<'_>, verb: &str, draw: &Draw, person: Option<PersonId>) -> Result<(), StoreError> {
    let who = person.map_or_else(String::new, |person| format!(r#","person":"{person}""#));
    let detail = format!(r#"{{"campaign":"{}","site":"{}","places":{}{who}}}"#, draw.campaign, draw.site, draw.places);
    outbox::append(tx, &format!("standby.{verb}"), &draw.id.to_string(), &detail)?;
    audit::record(tx, &Done { organisation: None, verb, noun: "standby_draw", noun_id: draw.id.to_string(), detail })
}
