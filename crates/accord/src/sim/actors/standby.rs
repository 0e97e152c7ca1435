//! The standby list: people who would come at short notice, and clinics with something left at the end of the day.

use super::waiting::{somebody_waiting, themselves, wishes};
use crate::base::clock::{london, london_date};
use crate::base::db::{Stop, Tx};
use crate::base::ids::{PersonId, StandbyDrawId};
use crate::booking::standby::{join, leave};
use crate::booking::standby_draw::{AskState, DrawRefusal, Left, answer, open};
use crate::booking::store;
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    match sim.dice.below(100) {
        0..50 => joins(sim),
        50..54 => leaves(sim),
        54..85 => something_is_left(sim),
        _ => match sim.draws.last().copied() {
            Some(draw) => answers(sim, draw),
            None => Ok(()),
        },
    }
}

fn joins(sim: &mut Sim) -> Result<(), Broken> {
    for _ in 0..=sim.dice.below(3) {
        let Some(person) = somebody_waiting(sim)? else { continue };
        let (campaign, wishes) = (sim.world.id(), wishes(sim));
        let work = move |tx: &mut Tx<'_>| join(tx, person, campaign, &wishes).map(|id| id.to_string());
        sim.send(&themselves(sim, person), Some(person), "join the standby list", work)?.ok();
    }
    Ok(())
}

fn leaves(sim: &mut Sim) -> Result<(), Broken> {
    let Some(person) = somebody_waiting(sim)? else { return Ok(()) };
    let campaign = sim.world.id();
    let work = move |tx: &mut Tx<'_>| leave(tx, person, campaign).map(|()| "left".to_owned());
    sim.send(&themselves(sim, person), Some(person), "leave the standby list", work)?.ok();
    Ok(())
}

/// A clinic of today has doses left; whoever is asked answers while it waits.
fn something_is_left(sim: &mut Sim) -> Result<(), Broken> {
    let now = sim.db.clock.now();
    let today = london_date(now);
    let here: Vec<_> = sim.world.slots.iter().filter(|slot| slot.date == today).map(|s| (s.site, s.product)).collect();
    let Some((site, product)) = sim.dice.pick(&here).copied() else { return Ok(()) };
    let time = now.to_zoned(london()).time();
    let minute = time.hour().unsigned_abs() as usize * 60 + time.minute().unsigned_abs() as usize;
    let until_minute = (minute + 40 + sim.dice.below(200)).min(24 * 60 - 1) as u16;
    let left = Left { site, date: today, product, doses: sim.dice.between(1, 3), until_minute };
    let work = move |tx: &mut Tx<'_>| -> Result<String, Stop<DrawRefusal>> { Ok(open(tx, &left)?.id.to_string()) };
    let opened = sim.send(&super::clinic::team(sim, site), None, "ask the standby list", work)?;
    let Some(draw) = opened.ok().and_then(|id| id.parse::<StandbyDrawId>().ok()) else { return Ok(()) };
    sim.draws.push(draw);
    answers(sim, draw)
}

/// Those who were asked answer one after another, each from the message they have: it may be old by then.
fn answers(sim: &mut Sim, draw: StandbyDrawId) -> Result<(), Broken> {
    let asks = sim.db.read_now(&sim.world.lead, move |tx| store::asks_of(tx, draw))?;
    for ask in asks.into_iter().filter(|ask| ask.asked.is_some()) {
        match (ask.state, sim.dice.below(100)) {
            (AskState::Asked, 0..50) => says(sim, draw, ask.person, true)?,
            (AskState::Asked, 50..65) => says(sim, draw, ask.person, false)?,
            (AskState::Gone | AskState::Silent, 0..10) => says(sim, draw, ask.person, true)?,
            _ => {}
        }
    }
    Ok(())
}

fn says(sim: &mut Sim, draw: StandbyDrawId, person: PersonId, yes: bool) -> Result<(), Broken> {
    let work = move |tx: &mut Tx<'_>| {
        answer(tx, person, draw, yes).map(|made| made.iter().map(|b| b.id.to_string()).collect::<Vec<_>>().join(" "))
    };
    let what = if yes { "come at short notice" } else { "not come at short notice" };
    match sim.send(&themselves(sim, person), Some(person), what, work)? {
        Ok(_) if yes => sim.seen.note(Rare::StandbyTaken),
        Ok(_) => sim.seen.note(Rare::StandbyDeclined),
        Err("all_taken") => sim.seen.note(Rare::StandbyTooLate),
        Err(_) => {}
    }
    Ok(())
}
