//! People at their own pages, and the operator who does the same at their word.

use crate::base::db::{Actor, Stop, Tx};
use crate::base::ids::{BookingId, PersonId, SlotId};
use crate::booking::cancel::{Reason, cancel, cancel_all, close_offer, reopen};
use crate::booking::confirm::confirm;
use crate::booking::hold::{Hold, Purpose, hold_as, hold_only_as};
use crate::booking::place::place_as;
use crate::booking::rebook::rebook_as;
use crate::booking::{Booking, BookingRefusal, Pick, PlaceCourse, State, Way, store};
use crate::campaign::{self, offer};
use crate::clinic::store::SlotFacts;
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};

/// What the page in front of somebody shows.
struct Page {
    who: Actor,
    way: Way,
    person: PersonId,
    booked: Vec<Booking>,
    holds: Vec<Hold>,
    offer: Option<offer::State>,
    publishing: bool,
    /// Whether all that is booked was had already.
    had_all: bool,
    /// Whether their places went because they said nothing.
    unanswered: bool,
}

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    match sim.dice.pick(&sim.world.people).copied() {
        Some(person) => acts(sim, person),
        None => Ok(()),
    }
}

/// This person does one thing.
pub(super) fn acts(sim: &mut Sim, person: PersonId) -> Result<(), Broken> {
    let page = look(sim, person)?;
    let ahead = page.booked.iter().any(|b| b.starts > sim.db.clock.now());
    match (page.booked.is_empty(), sim.dice.below(100)) {
        _ if page.offer.is_some_and(offer::State::is_closed) => come_back(sim, &page),
        (true, 0..40) if page.holds.is_empty() => keep(sim, &page),
        (true, 0..60) if page.unanswered => too_late(sim, &page),
        (true, 0..85) => book(sim, &page),
        (true, 85..92) => say_no(sim, &page),
        (true, _) => ask_again(sim, &page),
        (false, 0..30) => say_yes(sim, &page),
        (false, 30..45) if ahead => look_for_another(sim, &page),
        (false, 30..72) if ahead => change(sim, &page),
        (false, 72..80) => cannot_come(sim, &page),
        (false, 80..86) => say_no(sim, &page),
        (false, 86..94) => one_less(sim, &page),
        (false, _) => book(sim, &page),
    }
}

fn look(sim: &mut Sim, person: PersonId) -> Result<Page, Broken> {
    let campaign = sim.world.id();
    let operator = sim.dice.percent(15);
    let who = if operator {
        Actor::new(sim.world.lead.partnership, "booking_operator", "the desk")
    } else {
        Actor::new(sim.world.lead.partnership, "person", person)
    };
    let (booked, mut holds, offer, all, had, own) = sim.db.read_now(&who, move |tx| {
        Ok((
            store::seen_of(tx, person, campaign)?,
            store::holds_of(tx, person, campaign)?,
            campaign::store::offer_state(tx, campaign, person)?,
            store::live_of(tx, person, campaign)?.len(),
            store::given_of(tx, person, campaign)?.len(),
            store::own(tx, person)?,
        ))
    })?;
    // What the waiting list keeps for them is on a page of its own.
    holds.retain(|hold| hold.purpose == Purpose::Look);
    let unanswered = own.is_some_and(|own| own.unanswered());
    let publishing = all > booked.len();
    let way = if operator { Way::Assisted } else { Way::Chosen };
    Ok(Page { who, way, person, had_all: had >= booked.len(), unanswered, booked, holds, offer, publishing })
}

/// Two slots in a row that would make a course, or one; often such that the rules allow it.
fn wish(sim: &mut Sim, page: &Page) -> Option<PlaceCourse> {
    let now = sim.db.clock.now();
    let careless = sim.dice.percent(6);
    let near: Vec<&SlotFacts> = sim
        .world
        .slots
        .iter()
        .filter(|slot| careless || (slot.starts() > now && slot.date <= sim.world.campaign.appointments[0].last_on))
        // Most want the next few times, and so the same ones.
        .take(8 + sim.dice.below(60))
        .collect();
    let first = *sim.dice.pick(&near)?;
    let mut picks = vec![Pick { appointment: 1, slot: first.id }];
    if sim.world.campaign.appointments.len() == 2 {
        picks.push(Pick { appointment: 2, slot: second(sim, first, careless)? });
        if sim.dice.percent(8) {
            picks.remove(sim.dice.below(2));
        }
    }
    Some(PlaceCourse { person: page.person, campaign: sim.world.id(), picks })
}

fn second(sim: &Sim, first: &SlotFacts, careless: bool) -> Option<SlotId> {
    let interval = sim.world.campaign.interval(first.product)?;
    let fits = |slot: &&SlotFacts| {
        let days = first.date.until(slot.date).map_or(0, |span| span.get_days());
        let inside = days >= i32::from(interval.min_days) && days <= i32::from(interval.max_days);
        (inside && slot.product == first.product) || careless
    };
    let fitting: Vec<&SlotFacts> = sim.world.slots.iter().filter(fits).collect();
    // The seed's own stream is not drawn from here: which one follows from the first.
    let at = usize::from(first.start_minute) + usize::try_from(first.starts_us / 60_000_000).unwrap_or(0);
    fitting.get(at.checked_rem(fitting.len())?).map(|slot| slot.id)
}

fn said(bookings: &[Booking]) -> String {
    bookings.iter().map(|b| format!("{}.{}", b.id, b.version)).collect::<Vec<_>>().join(" ")
}

fn keep(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    let Some(want) = wish(sim, page) else { return Ok(()) };
    let only = sim.dice.percent(50);
    let way = page.way;
    let held = move |tx: &mut Tx<'_>| {
        let holds = if only { hold_only_as(tx, &want, way)? } else { hold_as(tx, &want, way)? };
        Ok(holds.iter().map(|hold| hold.slot.to_string()).collect::<Vec<_>>().join(" "))
    };
    if sim.send(&page.who, Some(page.person), "hold", held)?.is_err() || sim.dice.percent(70) {
        return Ok(());
    }
    // Most who keep a time take it soon; some think it over until it is kept no more.
    let minutes = if sim.dice.percent(30) { sim.dice.between(9, 14) } else { sim.dice.between(0, 5) };
    sim.db.clock.advance_us(minutes * 60_000_000);
    let page = look(sim, page.person)?;
    book(sim, &page)
}

fn book(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    let now = sim.db.clock.now();
    let held: Vec<Pick> =
        page.holds.iter().map(|hold| Pick { appointment: hold.appointment, slot: hold.slot }).collect();
    let from_hold = !held.is_empty() && sim.dice.percent(85);
    let lasts = page.holds.iter().all(|hold| hold.expires > now);
    let want = if from_hold {
        Some(PlaceCourse { person: page.person, campaign: sim.world.id(), picks: held })
    } else {
        wish(sim, page)
    };
    let Some(want) = want else { return Ok(()) };
    let picks = want.picks.clone();
    let way = page.way;
    let work = move |tx: &mut Tx<'_>| place_as(tx, &want, way).map(|made| said(&made));
    let answered = sim.send(&page.who, Some(page.person), "place", work)?;
    if answered.is_ok() {
        if from_hold {
            sim.seen.note(if lasts { Rare::HeldThenTaken } else { Rare::HoldRanOut });
        }
        last_places(sim, &picks)?;
    }
    match answered {
        Err(code) if from_hold && lasts && !may_come_between(code) => {
            Err(Broken::new(format!("what was held could not be taken: {code}")))
        }
        _ => Ok(()),
    }
}

/// What may forbid a place that is kept: an answer, an employer's list, an agreement's end; nothing that is counted by time.
pub(super) fn may_come_between(code: &str) -> bool {
    let answered = ["already_booked", "offer_closed", "in_the_past", "person_unclear", "not_employed"];
    let changed = ["two_places_at_once", "no_date_of_birth", "too_young", "no_agreement", "allocation_used"];
    let closed = ["team_too_thin", "session_closed"];
    code.starts_with("agreement") || [&answered[..], &changed, &closed].iter().any(|codes| codes.contains(&code))
}

fn last_places(sim: &mut Sim, picks: &[Pick]) -> Result<(), Broken> {
    let ids: Vec<SlotId> = picks.iter().map(|pick| pick.slot).collect();
    let slots = sim.db.read_now(&sim.world.lead, move |tx| crate::clinic::store::slots_by_ids(tx, &ids))?;
    if slots.iter().any(|slot| slot.taken == slot.capacity) {
        sim.seen.note(Rare::LastPlace);
    }
    Ok(())
}

fn say_yes(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    let (person, campaign) = (page.person, sim.world.id());
    let work = move |tx: &mut Tx<'_>| confirm(tx, person, campaign).map(|made| said(&made));
    let answered = sim.send(&page.who, Some(person), "confirm", work)?;
    match answered {
        Err(code) if !page.had_all => Err(Broken::new(format!("somebody with a booking could not confirm it: {code}"))),
        _ => Ok(()),
    }
}

/// The yes to a message of days ago: nothing is booked any more, and nothing is booked by it.
fn too_late(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    let (person, campaign) = (page.person, sim.world.id());
    let work = move |tx: &mut Tx<'_>| confirm(tx, person, campaign).map(|made| said(&made));
    match sim.send(&page.who, Some(person), "confirm too late", work)? {
        Err("no_such_booking") => {
            sim.seen.note(Rare::LateYes);
            if sim.dice.percent(50) { book(sim, page) } else { ask_again(sim, page) }
        }
        other => Err(Broken::new(format!("a yes after the places had gone was answered with {other:?}"))),
    }
}

/// Holds another time in place of one of the bookings.
fn look_for_another(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    let Some(mut want) = wish(sim, page) else { return Ok(()) };
    want.picks.truncate(1);
    if let Some(old) = sim.dice.pick(&page.booked) {
        want.picks[0].appointment = old.appointment;
    }
    let way = page.way;
    let held = move |tx: &mut Tx<'_>| hold_only_as(tx, &want, way).map(|holds| holds.len().to_string());
    sim.send(&page.who, Some(page.person), "hold another", held)?.ok();
    Ok(())
}

fn change(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    let Some(mut want) = wish(sim, page) else { return Ok(()) };
    want.picks.retain(|pick| page.booked.iter().any(|b| b.appointment == pick.appointment));
    if want.picks.len() == 2 && sim.dice.percent(50) {
        want.picks.remove(sim.dice.below(2));
    }
    if want.picks.is_empty() {
        return Ok(());
    }
    let stale = u32::from(sim.dice.percent(6));
    let replaced = page.booked.iter().filter(|b| want.picks.iter().any(|pick| pick.appointment == b.appointment));
    let seen: Vec<(BookingId, u32)> = replaced.map(|b| (b.id, b.version + stale)).collect();
    let both = want.picks.len() == 2;
    let way = page.way;
    let work = move |tx: &mut Tx<'_>| rebook_as(tx, &want, &seen, way).map(|made| said(&made));
    let before = said(&page.booked);
    let answered = sim.send(&page.who, Some(page.person), "rebook", work)?;
    match answered {
        Ok(_) if both => sim.seen.note(Rare::RebookBoth),
        Ok(_) if page.booked.len() == 2 => sim.seen.note(Rare::RebookOne),
        Ok(_) => {}
        Err(_) => {
            let after = look(sim, page.person)?;
            if said(&after.booked) != before {
                return Err(Broken::new("a change was refused, and something changed"));
            }
            sim.seen.note(Rare::RebookRefused);
        }
    }
    Ok(())
}

fn cannot_come(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    let (person, campaign) = (page.person, sim.world.id());
    let work = move |tx: &mut Tx<'_>| cancel_all(tx, person, campaign).map(|made| said(&made));
    if sim.send(&page.who, Some(person), "cancel all", work)?.is_ok() {
        sim.seen.note(Rare::CancelledAll);
    }
    Ok(())
}

/// One appointment is cancelled by somebody who looked at it.
fn one_less(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    let Some(booking) = sim.dice.pick(&page.booked) else { return Ok(()) };
    let (id, version) = (booking.id, booking.version);
    let reason = if sim.dice.percent(70) { Reason::ByPerson } else { Reason::BySite };
    let work = move |tx: &mut Tx<'_>| cancel(tx, id, version, reason).map(|closed| said(&[closed]));
    let gone = sim.send(&page.who, Some(page.person), "cancel one", work)?;
    let given = ["not_live", "changed_meanwhile", "too_late_to_cancel"];
    match gone {
        Err(code) if !given.contains(&code) => Err(Broken::new(format!("a booking could not be cancelled: {code}"))),
        _ => Ok(()),
    }
}

fn say_no(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    let (person, campaign) = (page.person, sim.world.id());
    let reason = if sim.dice.percent(60) { Reason::Declined } else { Reason::HadElsewhere };
    let work = move |tx: &mut Tx<'_>| close_offer(tx, person, campaign, reason, "said so").map(|made| said(&made));
    if sim.send(&page.who, Some(person), reason.word(), work)?.is_ok() {
        if page.publishing {
            sim.seen.note(Rare::AnsweredDuringBatch);
        }
        if page.booked.iter().any(|b| b.state != State::Cancelled) {
            sim.seen.note(if reason == Reason::Declined { Rare::DeclinedBooked } else { Rare::ElsewhereBooked });
        }
    }
    Ok(())
}

fn ask_again(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    let (person, campaign) = (page.person, sim.world.id());
    let closed = page.offer.is_some_and(offer::State::is_closed);
    let work = move |tx: &mut Tx<'_>| -> Result<String, Stop<BookingRefusal>> {
        reopen(tx, person, campaign).map(|()| "again".to_owned())
    };
    if sim.send(&page.who, Some(person), "reopen", work)?.is_ok() && closed {
        sim.seen.note(Rare::Reopened);
    }
    Ok(())
}

/// Somebody whose offer is closed: mostly nothing, else they ask again, or try to book all the same.
fn come_back(sim: &mut Sim, page: &Page) -> Result<(), Broken> {
    match sim.dice.below(10) {
        0..4 => ask_again(sim, page),
        4 => book(sim, page),
        _ => Ok(()),
    }
}
