//! The booking desk with several people on one telephone: a time near the first one's is held for each, then all are booked
//! or each who can be.

use crate::access::look::{self, Purpose};
use crate::base::clock::london_date;
use crate::base::db::{Actor, Stop, Tx};
use crate::base::ids::PersonId;
use crate::booking::choose::FreeTime;
use crate::booking::hold::hold_only_as;
use crate::booking::routes::several::{choose, take};
use crate::booking::{BookingRefusal, Way, store};
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    let desk = Actor::new(sim.world.lead.partnership, "booking_operator", "the desk");
    let mut people: Vec<PersonId> =
        (0..2 + sim.dice.below(3)).filter_map(|_| sim.dice.pick(&sim.world.people).copied()).collect();
    people.sort_unstable();
    people.dedup();
    let mut near: Option<FreeTime> = None;
    let mut held = Vec::new();
    for person in people {
        if hold_near(sim, &desk, person, &mut near)? {
            held.push(person);
        }
    }
    if held.is_empty() {
        return Ok(());
    }
    // While the team makes up its mind one of them may act, or all that is kept runs out.
    match (sim.dice.below(10), sim.dice.pick(&held).copied()) {
        (0..2, Some(person)) => super::person::acts(sim, person)?,
        (2, _) => sim.db.clock.advance_us(11 * 60_000_000),
        _ => {}
    }
    book(sim, &desk, held)
}

fn hold_near(sim: &mut Sim, desk: &Actor, person: PersonId, near: &mut Option<FreeTime>) -> Result<bool, Broken> {
    let (from, wished) = (london_date(sim.db.clock.now()), near.clone());
    let chosen = sim.db.read_now(desk, move |tx| choose(tx, person, from, wished.as_ref()))?;
    let Ok((want, time)) = chosen else { return Ok(false) };
    let work = move |tx: &mut Tx<'_>| -> Result<String, Stop<BookingRefusal>> {
        look::open(tx, person, Purpose::TheyRang)?;
        Ok(hold_only_as(tx, &want, Way::Assisted)?.len().to_string())
    };
    let held = sim.send(desk, Some(person), "hold for one of several", work)?.is_ok();
    if held {
        near.get_or_insert(time);
    }
    Ok(held)
}

fn book(sim: &mut Sim, desk: &Actor, people: Vec<PersonId>) -> Result<(), Broken> {
    let (all, several) = (sim.dice.percent(50), people.len() > 1);
    let (who, campaign) = (people.clone(), sim.world.id());
    // The route's refusal is an address; here it is enough that there is one.
    let work = move |tx: &mut Tx<'_>| -> Result<String, Stop<BookingRefusal>> {
        take(tx, &who, all).map_err(|stop| match stop {
            Stop::Refused(_) => Stop::Refused(BookingRefusal::HoldGone),
            Stop::Store(error) => Stop::Store(error),
        })
    };
    if sim.send(desk, None, if all { "book all or nobody" } else { "book each who can be" }, work)?.is_err() {
        sim.seen.note(Rare::SeveralRefused);
        return Ok(());
    }
    let mut booked = 0;
    for person in people {
        sim.acknowledge(person)?;
        let (live, slots) = sim.db.read_now(desk, move |tx| {
            let live = store::seen_of(tx, person, campaign)?;
            let slots: Vec<_> = live.iter().map(|booking| booking.slot).collect();
            Ok((live, crate::clinic::store::slots_by_ids(tx, &slots)?))
        })?;
        booked += usize::from(!live.is_empty());
        let now = sim.db.clock.now().as_microsecond();
        let kept = |s: &crate::clinic::store::SlotFacts| s.assisted_until_us > now && s.kept_assisted > 0;
        if slots.iter().any(|s| kept(s) && s.taken > s.capacity - s.kept_walk_in - s.kept_assisted) {
            sim.seen.note(Rare::AssistedPlace);
        }
    }
    if several && booked > 1 {
        sim.seen.note(Rare::SeveralBooked);
    }
    Ok(())
}
