//! What must hold: after every step the person who was touched last and one invariant of the store, in turn; every so
//! often and at the end all of them, and nobody lost.

use super::{Broken, Sim, WHOLE_EVERY, service};
use crate::base::db::StoreError;
use crate::base::db::Tx;
use crate::base::ids::{BookingId, PersonId};
use crate::booking::store;
use crate::campaign::{self, Campaign};
use crate::evidence::verify;

/// After a step.
pub(super) fn after_a_step(sim: &mut Sim) -> Result<(), Broken> {
    if sim.step % WHOLE_EVERY == WHOLE_EVERY - 1 {
        service::settle(sim)?;
        return all(sim);
    }
    let nth = sim.step;
    let finding = sim.db.read_now(&sim.world.lead, move |tx| verify::one(tx, nth))?;
    if finding.violations.unwrap_or(0) > 0 {
        return Err(found(sim, &finding));
    }
    if let Some(person) = sim.dice.pick(&sim.world.people).copied() {
        one_person(sim, person)?;
    }
    Ok(())
}

/// What a finding names, with all that is known of it.
fn found(sim: &Sim, finding: &verify::Finding) -> Broken {
    let mut what = format!("{}: {:?}", finding.name, finding.why);
    for person in &sim.world.people {
        if what.contains(&person.to_string()) {
            what.push_str(&known(sim, *person));
        }
    }
    Broken::new(what)
}

fn known(sim: &Sim, person: PersonId) -> String {
    let campaign = sim.world.id();
    let read = sim.db.read_now(&sim.world.lead, move |tx| {
        let offer = campaign::store::offer_state(tx, campaign, person)?;
        let live = store::live_of(tx, person, campaign)?;
        Ok((offer, live, store::seen_of(tx, person, campaign)?.len(), store::attendance_of(tx, person, campaign)?))
    });
    let Ok((offer, live, seen, came)) = read else { return String::new() };
    let live: Vec<_> = live.iter().map(|b| (b.appointment, b.date, b.state.word(), b.id.to_string())).collect();
    format!("\n  offer {offer:?}; live {live:?}, {seen} of them seen; {came:?}")
}

/// All invariants, and nobody lost.
fn all(sim: &mut Sim) -> Result<(), Broken> {
    for finding in sim.db.read_now(&sim.world.lead, verify::verify)? {
        if finding.violations.unwrap_or(0) > 0 {
            return Err(found(sim, &finding));
        }
    }
    let lost = sim.db.read_now(&sim.world.lead, verify::lost)?;
    if !lost.is_empty() {
        return Err(Broken::new(format!("lost: {lost:?}")));
    }
    Ok(())
}

/// All of them, everybody, and everything that was ever acknowledged.
pub(super) fn at_the_end(sim: &mut Sim) -> Result<(), Broken> {
    all(sim)?;
    for person in sim.world.people.clone() {
        one_person(sim, person)?;
    }
    let told: Vec<(BookingId, u32)> = sim.acknowledged.iter().map(|(id, version)| (*id, *version)).collect();
    let forgotten = sim.db.read_now(&sim.world.lead, move |tx| {
        for (id, version) in &told {
            if store::by_id(tx, *id)?.is_none_or(|booking| booking.version < *version) {
                return Ok(Some(*id));
            }
        }
        Ok(None)
    })?;
    match forgotten {
        Some(id) => Err(Broken::new(format!("{id} was acknowledged and is not there as it was told"))),
        None => Ok(()),
    }
}

/// One person's bookings, holds and offer against the campaign's rules, in plain words and without SQL.
pub(super) fn one_person(sim: &Sim, person: PersonId) -> Result<(), Broken> {
    let rules = sim.world.campaign.clone();
    match sim.db.read_now(&sim.world.lead, move |tx| what_is_wrong(tx, &rules, person))? {
        Some(what) => Err(Broken::new(format!("{person}: {what}"))),
        None => Ok(()),
    }
}

fn what_is_wrong(tx: &mut Tx<'_>, rules: &Campaign, person: PersonId) -> Result<Option<&'static str>, StoreError> {
    let live = store::live_of(tx, person, rules.id)?;
    let seen = store::seen_of(tx, person, rules.id)?;
    let holds = store::holds_of(tx, person, rules.id)?;
    let given = store::given_of(tx, person, rules.id)?;
    for pair in live.windows(2) {
        let Some(interval) = rules.interval(pair[0].product) else { return Ok(Some("a product nobody planned")) };
        let apart = pair[0].date.until(pair[1].date).map_or(-1, |span| span.get_days());
        if pair[0].appointment == pair[1].appointment {
            return Ok(Some("two live bookings of one appointment"));
        }
        if pair[0].product != pair[1].product {
            return Ok(Some("two products in one course"));
        }
        if apart < i32::from(interval.min_days) || apart > i32::from(interval.max_days) {
            return Ok(Some("appointments outside their interval"));
        }
    }
    if holds.windows(2).any(|pair| pair[0].appointment == pair[1].appointment) {
        return Ok(Some("two holds of one appointment"));
    }
    if given.iter().any(|id| live.iter().all(|booking| booking.id != *id)) {
        return Ok(Some("what was given is not live"));
    }
    let state = campaign::store::offer_state(tx, rules.id, person)?;
    let whole = rules.appointments.len();
    Ok(match state {
        Some(campaign::offer::State::Assigned | campaign::offer::State::Confirmed) if seen.len() != whole => {
            Some("the offer says that the whole course is booked, and it is not")
        }
        Some(state) if state.is_closed() && seen.iter().any(|booking| !given.contains(&booking.id)) => {
            Some("the offer is closed, and something is booked")
        }
        _ => None,
    })
}
