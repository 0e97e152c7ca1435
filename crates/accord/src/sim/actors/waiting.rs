//! The waiting list: people join it, answer what they are offered in time, too late or not at all, and leave it; the lead
//! puts everybody on it for whom there was no place, and offers what is free. The service does the rest.

use crate::base::db::{Actor, Tx};
use crate::base::ids::PersonId;
use crate::booking::fair::HalfDays;
use crate::booking::store;
use crate::booking::timed_offer::{accept, decline, kept_offer, offer_now};
use crate::booking::waiting_list::{Answer, OfferLog, Wishes, join, join_all, leave};
use crate::campaign::{self, offer::State};
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    match sim.dice.below(100) {
        0..20 => joins(sim),
        20..25 => everybody_joins(sim),
        25..33 => offers(sim),
        33..43 => leaves(sim),
        _ => answers(sim),
    }
}

pub(super) fn themselves(sim: &Sim, person: PersonId) -> Actor {
    Actor::new(sim.world.lead.partnership, "person", person)
}

/// Somebody with nothing booked, if they are soon found.
pub(super) fn somebody_waiting(sim: &mut Sim) -> Result<Option<PersonId>, Broken> {
    let campaign = sim.world.id();
    for _ in 0..4 {
        let Some(person) = sim.dice.pick(&sim.world.people).copied() else { return Ok(None) };
        let state = sim.db.read_now(&sim.world.lead, move |tx| campaign::store::offer_state(tx, campaign, person))?;
        if matches!(state, Some(State::Waiting | State::Unplaced)) || sim.dice.percent(5) {
            return Ok(Some(person));
        }
    }
    Ok(None)
}

/// When somebody can come, and how far.
pub(super) fn wishes(sim: &mut Sim) -> Wishes {
    let half_days = match sim.dice.below(10) {
        0..7 => HalfDays::ALL,
        _ => HalfDays::from_bits(1 + sim.dice.below(0x3fff) as u16).unwrap_or(HalfDays::ALL),
    };
    let minutes_max = if sim.dice.percent(40) { None } else { Some(10 + sim.dice.below(60) as u16) };
    Wishes { half_days, minutes_max }
}

fn joins(sim: &mut Sim) -> Result<(), Broken> {
    let Some(person) = somebody_waiting(sim)? else { return Ok(()) };
    let (campaign, wishes) = (sim.world.id(), wishes(sim));
    let work = move |tx: &mut Tx<'_>| join(tx, person, campaign, &wishes).map(|id| id.to_string());
    sim.send(&themselves(sim, person), Some(person), "join the waiting list", work)?.ok();
    Ok(())
}

fn everybody_joins(sim: &mut Sim) -> Result<(), Broken> {
    let (campaign, who) = (sim.world.id(), sim.world.lead.clone());
    let work = move |tx: &mut Tx<'_>| join_all(tx, campaign).map(|n| n.to_string());
    sim.send(&who, None, "put everybody on the waiting list", work)?.ok();
    Ok(())
}

fn offers(sim: &mut Sim) -> Result<(), Broken> {
    let (campaign, who) = (sim.world.id(), sim.world.lead.clone());
    let work = move |tx: &mut Tx<'_>| offer_now(tx, campaign).map(|n| n.to_string());
    sim.send(&who, None, "offer what is free", work)?.ok();
    Ok(())
}

fn leaves(sim: &mut Sim) -> Result<(), Broken> {
    let Some(person) = somebody_waiting(sim)? else { return Ok(()) };
    let campaign = sim.world.id();
    let work = move |tx: &mut Tx<'_>| leave(tx, person, campaign).map(|()| "left".to_owned());
    if sim.send(&themselves(sim, person), Some(person), "leave the waiting list", work)?.is_ok() {
        sim.seen.note(Rare::WaitingLeft);
    }
    Ok(())
}

/// Some of those who have an offer answer it; an old message may be answered too.
fn answers(sim: &mut Sim) -> Result<(), Broken> {
    let campaign = sim.world.id();
    let log = sim.db.read_now(&sim.world.lead, move |tx| store::offers_log(tx, campaign, 12))?;
    let (open, past): (Vec<OfferLog>, Vec<OfferLog>) = log.into_iter().partition(|o| o.state == Answer::Open);
    for _ in 0..=sim.dice.below(2) {
        let old = sim.dice.percent(10);
        let Some(offer) = sim.dice.pick(if old { &past } else { &open }).cloned() else { continue };
        match sim.dice.below(100) {
            0..50 => says_yes(sim, &offer)?,
            50..65 => says_no(sim, &offer)?,
            _ => {}
        }
    }
    Ok(())
}

fn says_yes(sim: &mut Sim, offer: &OfferLog) -> Result<(), Broken> {
    let (person, campaign, id) = (offer.person, offer.campaign, offer.id);
    let kept = sim.db.read_now(&sim.world.lead, move |tx| Ok(kept_offer(tx, person, campaign)?.is_some()))?;
    let work = move |tx: &mut Tx<'_>| {
        accept(tx, person, campaign).map(|made| made.iter().map(|b| b.id.to_string()).collect::<Vec<_>>().join(" "))
    };
    let answered = sim.send(&themselves(sim, person), Some(person), &format!("accept {id}"), work)?;
    match answered {
        Ok(_) => sim.seen.note(Rare::OfferAccepted),
        Err("hold_gone") if kept => return Err(Broken::new("what was offered in time was said to be gone")),
        Err("hold_gone") => sim.seen.note(Rare::OfferTooLate),
        Err(code) if kept && !super::person::may_come_between(code) => {
            return Err(Broken::new(format!("what was offered could not be taken: {code}")));
        }
        Err(_) => {}
    }
    Ok(())
}

fn says_no(sim: &mut Sim, offer: &OfferLog) -> Result<(), Broken> {
    let (person, campaign) = (offer.person, offer.campaign);
    let work = move |tx: &mut Tx<'_>| decline(tx, person, campaign).map(|()| "declined".to_owned());
    if sim.send(&themselves(sim, person), Some(person), "not take an offer", work)?.is_ok() {
        sim.seen.note(Rare::OfferDeclined);
    }
    Ok(())
}
