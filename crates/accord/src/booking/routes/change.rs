//! Choosing: free times, a look at what would be while the place is held, and the booking or the change itself. Who has
//! nothing yet, or only a part of the course, goes the same way as who changes.

use super::own::{GONE, NOT_KEPT, Seen, access, look, refused, said, settled};
use super::wish::Wish;
use crate::access::guard::PersonSelf;
use crate::base::clock::{at_microsecond, london};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::once;
use crate::base::ids::CampaignId;
use crate::base::page::Link;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page};
use crate::base::words::Way;
use crate::booking::choose::{Chooser, FreeTime, FreeTimes};
use crate::booking::hold::{self as holding, Hold};
use crate::booking::pages::{Change, Check, Choice, Order, OtherVisit, Visit, VisitState};
use crate::booking::rebook::rebook_as;
use crate::booking::refusal::Step;
use crate::booking::rules;
use crate::booking::{BookingRefusal, Pick, PlaceCourse, Way as Booked, store};
use crate::clinic::site;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;

/// What the address of the free times asks for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    order: String,
    #[serde(default)]
    from: String,
}

/// Which appointment the address names; pages at an operator's address name the person before it.
#[derive(Debug, Deserialize)]
pub struct Nth {
    n: String,
}

impl Nth {
    fn number(&self) -> Result<u16, Wrong> {
        self.n.parse().map_err(|_| Wrong::NotFound)
    }
}

/// `GET /b/book`: free times for the first appointment that is not booked.
pub async fn book(State(web): State<Web>, me: PersonSelf, Query(asked): Query<Asked>) -> Answer {
    let missing = look(&web, me).await?.missing();
    match missing.first() {
        Some(n) => times(&web, me, *n, &asked).await,
        None => Ok(onward(&format!("{}/appointments", me.base()))),
    }
}

/// `GET /b/change/{n}`: free times instead of the one booked, or for one that is not.
pub async fn free_times(
    State(web): State<Web>,
    me: PersonSelf,
    Path(nth): Path<Nth>,
    Query(asked): Query<Asked>,
) -> Answer {
    times(&web, me, nth.number()?, &asked).await
}

/// What a look for free times found.
enum Looked {
    /// There is no such appointment to book or to change.
    Nothing,
    /// This person can have no time.
    No(BookingRefusal),
    /// Times, perhaps none.
    Times(Vec<Choice>, FreeTimes),
}

async fn times(web: &Web, me: PersonSelf, n: u16, asked: &Asked) -> Answer {
    let today = web.civil_now().date();
    let from: Date = asked.from.parse().ok().filter(|from| *from > today).unwrap_or(today);
    let order = if asked.order == "place" { Order::Place } else { Order::Date };
    let read = move |tx: &mut Tx<'_>| {
        let Some(seen) = Seen::read(tx, me)? else { return Ok(None) };
        let looked = find(tx, &seen, n, from)?;
        Ok(Some((seen, looked)))
    };
    let found: Option<(Seen, Looked)> = web.read(&me.who.actor(), read).await?;
    let (seen, looked) = found.ok_or(Wrong::NotFound)?;
    let back = Link::new(format!("{}/appointments", me.base()), "See your appointments");
    let (choices, times) = match looked {
        Looked::Times(choices, times) => (choices, times),
        Looked::No(refusal) => return refused(web, &seen, StatusCode::OK, said(&refusal), back),
        Looked::Nothing => return refused(web, &seen, StatusCode::OK, "There is no such appointment to change", back),
    };
    let first = u8::try_from(n).unwrap_or(u8::MAX);
    page(&Change {
        frame: seen.frame(web),
        changing: first,
        course: seen.campaign.as_ref().map_or(1, |campaign| campaign.appointments.len()),
        missing: seen.missing().into_iter().filter_map(|n| u8::try_from(n).ok()).collect(),
        current: seen.visits(),
        choices,
        order,
        later: times.later.map(|day| format!("?order={}&from={day}", order.code())),
        key: web.form_key(),
    })
}

fn find(tx: &mut Tx<'_>, seen: &Seen, n: u16, from: Date) -> Result<Looked, StoreError> {
    let ahead = seen.bookings.iter().find(|b| b.appointment == n && b.starts > seen.now);
    let missing = seen.missing().contains(&n);
    let Some(campaign) = seen.campaign.as_ref().filter(|_| ahead.is_some() || missing) else {
        return Ok(Looked::Nothing);
    };
    let online = !seen.me.assisted();
    if let Some(Err(refusal)) = ahead.map(|b| rules::notice(campaign, Step::Change, b.starts, seen.now, online)) {
        return Ok(Looked::No(refusal));
    }
    let Some(mut chooser) = Chooser::read(tx, seen.me.person, campaign.id)? else { return Ok(Looked::Nothing) };
    chooser.way = way_of(seen.me);
    if let Some(refusal) = chooser.stands_in_the_way(tx)? {
        return Ok(Looked::No(refusal));
    }
    let times = chooser.times(tx, n, from)?;
    let choices = times.times.iter().filter_map(|time| choice(&chooser, time, n)).collect();
    Ok(Looked::Times(choices, times))
}

fn civil(us: i64) -> DateTime {
    at_microsecond(us).to_zoned(london()).datetime()
}

fn choice(chooser: &Chooser, time: &FreeTime, n: u16) -> Option<Choice> {
    let at = chooser.site(time.slot.site)?;
    let mut picks = vec![Pick { appointment: n, slot: time.slot.slot }];
    let mut with = Vec::with_capacity(time.others.len());
    for (appointment, slot) in &time.others {
        picks.push(Pick { appointment: *appointment, slot: slot.slot });
        let place = if slot.site == time.slot.site { "same place" } else { &chooser.site(slot.site)?.facts.name };
        let booked = chooser.bookings.iter().any(|b| b.appointment == *appointment);
        let nth = u8::try_from(*appointment).unwrap_or(u8::MAX);
        with.push(OtherVisit { nth, at: civil(slot.starts_us), place: place.to_owned(), booked });
    }
    Some(Choice {
        slot: Wish::of(&picks, &chooser.bookings).text(),
        at: civil(time.slot.starts_us),
        place: at.facts.name.clone(),
        travel: time.minutes.map(|minutes| (u32::from(minutes), Way::Car)),
        access: access(at.facts.access, chooser.person.needs),
        with,
    })
}

/// The button that was pressed.
#[derive(Debug, Clone, Deserialize)]
pub struct Slot {
    #[serde(default)]
    slot: String,
}

/// What is kept for assisted booking is for the desk; the person themselves may take the rest.
const fn way_of(me: PersonSelf) -> Booked {
    if me.assisted() { Booked::Assisted } else { Booked::Chosen }
}

/// The wish for this person's campaign as it is now: what it would book, and what that replaces.
fn wanted(tx: &mut Tx<'_>, me: PersonSelf, wish: &Wish) -> Result<PlaceCourse, Stop<BookingRefusal>> {
    let campaign = store::own(tx, me.person)?.and_then(|own| own.campaign);
    let campaign: CampaignId = campaign.ok_or(Stop::Refused(BookingRefusal::NoSuchBooking))?;
    let (live, given) = (store::seen_of(tx, me.person, campaign)?, store::given_of(tx, me.person, campaign)?);
    if !wish.fits(&live, &given, tx.now()) {
        return Err(Stop::Refused(BookingRefusal::ChangedMeanwhile));
    }
    Ok(PlaceCourse { person: me.person, campaign, picks: wish.picks() })
}

/// `POST /b/change/{n}/hold`: the new places are held, and looked at on the page after. A time that can't be had gets one
/// answer, whatever the reason.
///
/// The form has a button for every time, and whoever comes back to it may press another one: its key is one key for each
/// button. Holding again what one holds changes nothing but its end.
pub async fn hold(State(web): State<Web>, me: PersonSelf, Path(nth): Path<Nth>, keyed: Keyed<Slot>) -> Answer {
    let n = nth.number()?;
    let again = Link::new(format!("{}/change/{n}", me.base()), "Choose another time");
    let Some(wish) = Wish::parse(&keyed.form.slot) else {
        return refused(&web, &look(&web, me).await?, StatusCode::CONFLICT, GONE, again);
    };
    let onto = format!("{}/change/{n}/check?slot={}", me.base(), wish.text());
    let held = move |tx: &mut Tx<'_>| {
        let want = wanted(tx, me, &wish)?;
        holding::hold_only_as(tx, &want, way_of(me))
    };
    match Wrong::unless_refused(web.db.write(&me.who.actor(), held).await)? {
        Ok(_) => Ok(onward(&onto)),
        Err(_) => refused(&web, &look(&web, me).await?, StatusCode::CONFLICT, GONE, again),
    }
}

/// `GET /b/change/{n}/check`: what would be, while it is held. Once it is not, one answer, whatever became of it.
pub async fn check(
    State(web): State<Web>,
    me: PersonSelf,
    Path(nth): Path<Nth>,
    Query(pressed): Query<Slot>,
) -> Answer {
    let n = nth.number()?;
    let wish = Wish::parse(&pressed.slot);
    let read = move |tx: &mut Tx<'_>| {
        let (Some(seen), Some(wish)) = (Seen::read(tx, me)?, wish.as_ref()) else { return Ok(None) };
        let held = match wanted(tx, me, wish).and_then(|want| holding::kept(tx, &want)) {
            Ok(held) => held,
            Err(Stop::Refused(_)) => return Ok(None),
            Err(Stop::Store(error)) => return Err(error),
        };
        let until = held.iter().map(|hold| hold.expires).min();
        let new = would_be(tx, &seen, &held)?;
        Ok(until.map(|until| (new, seen, wish.text(), until)))
    };
    let again = Link::new(format!("{}/change/{n}", me.base()), "Choose a time again");
    match web.read(&me.who.actor(), read).await? {
        Some((new, seen, slot, until)) => page(&Check {
            frame: seen.frame(&web),
            changing: u8::try_from(n).unwrap_or(u8::MAX),
            new,
            old: seen.visits(),
            until: civil(until.as_microsecond()).time(),
            slot,
            key: web.form_key(),
        }),
        None => refused(&web, &look(&web, me).await?, StatusCode::OK, NOT_KEPT, again),
    }
}

/// All appointments as they would be.
fn would_be(tx: &mut Tx<'_>, seen: &Seen, held: &[Hold]) -> Result<Vec<Visit>, StoreError> {
    let mut visits = seen.visits();
    for one in held {
        let Some(at) = site::by_id(tx, one.site)? else { continue };
        let minutes = seen.travels.then_some(one.travel_minutes);
        let new = seen.visit(one.appointment, one.starts, &at, minutes, VisitState::Proposed);
        visits.retain(|visit| visit.nth != new.nth);
        visits.push(new);
    }
    visits.sort_by_key(|visit| visit.nth);
    Ok(visits)
}

/// `POST /b/change`: the new and the old change hands in one step, or nothing changes. A hold that ran out is not asked
/// for: while the place is free, it is theirs.
pub async fn change(State(web): State<Web>, me: PersonSelf, keyed: Keyed<Slot>) -> Answer {
    let Some(wish) = Wish::parse(&keyed.form.slot) else {
        return Ok(onward(&format!("{}/appointments", me.base())));
    };
    let (sent, n) = (keyed.sent, wish.first());
    let outcome = web
        .db
        .write(&me.who.actor(), move |tx| {
            once(tx, &sent, |tx| {
                let want = wanted(tx, me, &wish)?;
                rebook_as(tx, &want, &wish.seen(), way_of(me))?;
                Ok(format!("{}/done?what={}", me.base(), if wish.is_new() { "booked" } else { "changed" }))
            })
        })
        .await;
    settled(&web, me, outcome, Link::new(format!("{}/change/{n}", me.base()), "Choose another time")).await
}
