//! Changing an appointment: free times, a look at what would be while the place is held, and the change itself.

use super::own::{GONE, NOT_KEPT, Seen, access, look, refused, settled};
use crate::access::guard::PersonSelf;
use crate::base::clock::{at_microsecond, london};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::once;
use crate::base::ids::{BookingId, SlotId};
use crate::base::page::Link;
use crate::base::web::{Answer, Keyed, Web, Wrong, onward, page};
use crate::base::words::Way;
use crate::booking::choose::{Chooser, FreeTime, FreeTimes};
use crate::booking::hold::{self as holding, Hold};
use crate::booking::pages::{Change, Check, Choice, Order, OtherVisit, Visit, VisitState};
use crate::booking::rebook::rebook;
use crate::booking::{Booking, BookingRefusal, Pick, PlaceCourse, store};
use crate::clinic::site;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;

/// What a button stands for. Not a secret: whatever is in it is looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wish(Vec<Swap>);

/// A new slot for an appointment, and the booking that was shown: its version alone would not do, since the
/// booking that takes its place begins at 1 again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Swap {
    appointment: u16,
    slot: SlotId,
    old: BookingId,
    version: u32,
}

impl Wish {
    /// Picks of appointments that the person has; others are left out.
    fn of(picks: &[Pick], bookings: &[Booking]) -> Self {
        let swap = |pick: &Pick| {
            let old = bookings.iter().find(|b| b.appointment == pick.appointment)?;
            Some(Swap { appointment: pick.appointment, slot: pick.slot, old: old.id, version: old.version })
        };
        Self(picks.iter().filter_map(swap).collect())
    }

    fn text(&self) -> String {
        let one = |s: &Swap| format!("{}.{}.{}.{}", s.appointment, s.slot, s.old, s.version);
        self.0.iter().map(one).collect::<Vec<_>>().join("~")
    }

    /// Reads one or two appointments, each once.
    fn parse(text: &str) -> Option<Self> {
        let mut wish = Vec::new();
        for part in text.split('~').take(3) {
            let fields: Vec<&str> = part.split('.').collect();
            let [appointment, slot, old, version] = fields[..] else { return None };
            wish.push(Swap {
                appointment: appointment.parse().ok()?,
                slot: slot.parse().ok()?,
                old: old.parse().ok()?,
                version: version.parse().ok()?,
            });
        }
        let twice = wish.len() == 2 && wish[0].appointment == wish[1].appointment;
        ((1..=2).contains(&wish.len()) && !twice).then_some(Self(wish))
    }

    fn picks(&self) -> Vec<Pick> {
        self.0.iter().map(|s| Pick { appointment: s.appointment, slot: s.slot }).collect()
    }

    /// The bookings it would replace, as they were shown.
    fn seen(&self) -> Vec<(BookingId, u32)> {
        self.0.iter().map(|s| (s.old, s.version)).collect()
    }

    /// Whether each is of a booking that is still to come, as it was shown.
    fn fits(&self, bookings: &[Booking], now: jiff::Timestamp) -> bool {
        let shown = |s: &Swap| bookings.iter().any(|b| b.id == s.old && b.version == s.version && b.starts > now);
        self.0.iter().all(shown)
    }
}

/// What the address of the free times asks for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    order: String,
    #[serde(default)]
    from: String,
}

/// `GET /b/change/{n}`.
pub async fn free_times(
    State(web): State<Web>,
    me: PersonSelf,
    Path(n): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let n: u16 = n.parse().map_err(|_| Wrong::NotFound)?;
    let today = web.civil_now().date();
    let from: Date = asked.from.parse().ok().filter(|from| *from > today).unwrap_or(today);
    let order = if asked.order == "place" { Order::Place } else { Order::Date };
    let read = move |tx: &mut Tx<'_>| {
        let Some(seen) = Seen::read(tx, me)? else { return Ok(None) };
        let Some(mut chooser) = chooser(tx, me, &seen, n)? else { return Ok(None) };
        let times = chooser.times(tx, n, from)?;
        let choices = times.times.iter().filter_map(|time| choice(&chooser, time, n)).collect::<Vec<_>>();
        Ok(Some((seen, choices, times)))
    };
    let found: Option<(Seen, Vec<Choice>, FreeTimes)> = web.read(&me.who.actor(), read).await?;
    let Some((seen, choices, times)) = found else { return nothing_to_change(&web, me).await };
    page(&Change {
        frame: web.person_frame(true),
        changing: u8::try_from(n).unwrap_or(u8::MAX),
        current: seen.visits(),
        choices,
        order,
        later: times.later.map(|day| format!("?order={}&from={day}", order.code())),
        key: web.form_key(),
    })
}

/// The chooser of a person who has a booking of this appointment before them.
fn chooser(tx: &mut Tx<'_>, me: PersonSelf, seen: &Seen, n: u16) -> Result<Option<Chooser>, StoreError> {
    let ahead = seen.bookings.iter().any(|b| b.appointment == n && b.starts > seen.now);
    match seen.own.campaign.filter(|_| ahead) {
        Some(campaign) => Chooser::read(tx, me.person, campaign),
        None => Ok(None),
    }
}

async fn nothing_to_change(web: &Web, me: PersonSelf) -> Answer {
    let seen = look(web, me).await?;
    let back = Link::new("/b/appointments", "See your appointments");
    refused(web, &seen, StatusCode::OK, "There is no such appointment to change", back)
}

fn civil(us: i64) -> DateTime {
    at_microsecond(us).to_zoned(london()).datetime()
}

fn choice(chooser: &Chooser, time: &FreeTime, n: u16) -> Option<Choice> {
    let at = chooser.site(time.slot.site)?;
    let mut picks = vec![Pick { appointment: n, slot: time.slot.slot }];
    let other = match time.other {
        Some((appointment, slot)) => {
            picks.push(Pick { appointment, slot: slot.slot });
            let place = if slot.site == time.slot.site { "same place" } else { &chooser.site(slot.site)?.facts.name };
            OtherVisit::Moves(civil(slot.starts_us), place.to_owned())
        }
        None if chooser.bookings.len() > 1 => OtherVisit::Stays,
        None => OtherVisit::None,
    };
    Some(Choice {
        slot: Wish::of(&picks, &chooser.bookings).text(),
        at: civil(time.slot.starts_us),
        place: at.facts.name.clone(),
        travel: time.minutes.map(|minutes| (u32::from(minutes), Way::Car)),
        access: access(at.facts.access, chooser.person.needs),
        other,
    })
}

/// The button that was pressed.
#[derive(Debug, Clone, Deserialize)]
pub struct Slot {
    #[serde(default)]
    slot: String,
}

/// `POST /b/change/{n}/hold`: the new places are held, and looked at on the page after. A time that can't be had gets one
/// answer, whatever the reason.
///
/// Holding again what one holds changes nothing but its end, so no answer is kept under the form's key: the form has a
/// button for every time, and whoever comes back to it may press another one.
pub async fn hold(State(web): State<Web>, me: PersonSelf, Path(n): Path<String>, keyed: Keyed<Slot>) -> Answer {
    let n: u16 = n.parse().map_err(|_| Wrong::NotFound)?;
    let again = Link::new(format!("/b/change/{n}"), "Choose another time");
    let Some(wish) = Wish::parse(&keyed.form.slot) else {
        return refused(&web, &look(&web, me).await?, StatusCode::CONFLICT, GONE, again);
    };
    let onto = format!("/b/change/{n}/check?slot={}", wish.text());
    let held = move |tx: &mut Tx<'_>| {
        let campaign = store::own(tx, me.person)?.and_then(|own| own.campaign);
        let campaign = campaign.ok_or(Stop::Refused(BookingRefusal::NoSuchBooking))?;
        if !wish.fits(&store::seen_of(tx, me.person, campaign)?, tx.now()) {
            return Err(Stop::Refused(BookingRefusal::ChangedMeanwhile));
        }
        holding::hold_only(tx, &PlaceCourse { person: me.person, campaign, picks: wish.picks() })
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
    Path(n): Path<String>,
    Query(pressed): Query<Slot>,
) -> Answer {
    let n: u16 = n.parse().map_err(|_| Wrong::NotFound)?;
    let wish = Wish::parse(&pressed.slot);
    let read = move |tx: &mut Tx<'_>| {
        let Some(seen) = Seen::read(tx, me)? else { return Ok(None) };
        let Some(wish) = wish.as_ref().filter(|wish| wish.fits(&seen.bookings, seen.now)) else { return Ok(None) };
        let Some(campaign) = seen.own.campaign else { return Ok(None) };
        let held = match holding::kept(tx, &PlaceCourse { person: me.person, campaign, picks: wish.picks() }) {
            Ok(held) => held,
            Err(Stop::Refused(_)) => return Ok(None),
            Err(Stop::Store(error)) => return Err(error),
        };
        let until = held.iter().map(|hold| hold.expires).min();
        let new = would_be(tx, &seen, &held)?;
        Ok(until.map(|until| (new, seen.visits(), wish.text(), until)))
    };
    let again = Link::new(format!("/b/change/{n}"), "Choose a time again");
    match web.read(&me.who.actor(), read).await? {
        Some((new, old, slot, until)) => page(&Check {
            frame: web.person_frame(true),
            changing: u8::try_from(n).unwrap_or(u8::MAX),
            new,
            old,
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
    let Some(wish) = Wish::parse(&keyed.form.slot) else { return Ok(onward("/b/appointments")) };
    let (sent, n) = (keyed.sent, wish.0.first().map_or(1, |first| first.appointment));
    let outcome = web
        .db
        .write(&me.who.actor(), move |tx| {
            once(tx, &sent, |tx| {
                let campaign = store::own(tx, me.person)?.and_then(|own| own.campaign);
                let campaign = campaign.ok_or(Stop::Refused(BookingRefusal::NoSuchBooking))?;
                let bookings = store::seen_of(tx, me.person, campaign)?;
                if !wish.fits(&bookings, tx.now()) {
                    return Err(Stop::Refused(BookingRefusal::ChangedMeanwhile));
                }
                rebook(tx, &PlaceCourse { person: me.person, campaign, picks: wish.picks() }, &wish.seen())?;
                Ok("/b/done?what=changed".to_owned())
            })
        })
        .await;
    settled(&web, me, outcome, Link::new(format!("/b/change/{n}"), "Choose another time")).await
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn a_wish_survives_its_text_and_nonsense_is_none() {
        let id = "00000000-0000-7000-8000-000000000001";
        for text in [format!("1.{id}.{id}.1"), format!("2.{id}.{id}.4~1.{id}.{id}.2")] {
            assert_eq!(Wish::parse(&text).map(|wish| wish.text()), Some(text));
        }
        let one = format!("1.{id}.{id}.1");
        for text in ["", "1", "1.x.1", "1.2.3", &format!("{one}~{one}"), &format!("{one}~2.{id}.{id}.1~3.{id}.{id}.1")]
        {
            assert_eq!(Wish::parse(text), None, "{text}");
        }
    }
}
