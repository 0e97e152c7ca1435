//! The clinic's door: people without an appointment there, some of them on nobody's list; and who they were, decided later.

use super::clinic::team;
use crate::base::clock::london_date;
use crate::base::db::{Stop, Tx};
use crate::base::ids::{PersonId, SiteId};
use crate::booking::attendance::{Batch, DayRefusal};
use crate::booking::day_entry::{Decision, Entry, Line, Said, Standing, decide, take_down};
use crate::booking::walk_in::{Give, give};
use crate::booking::{Booking, store};
use crate::campaign::{self, offer};
use crate::clinic::session::Kind;
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    let Some(site) = site_of_today(sim)? else { return Ok(()) };
    match sim.dice.below(100) {
        0..72 => {
            for _ in 0..=sim.dice.below(3) {
                somebody_known(sim, site)?;
            }
            Ok(())
        }
        72..84 => somebody_unknown(sim, site),
        _ => who_it_was(sim, site),
    }
}

/// Mostly a site with a clinic today.
fn site_of_today(sim: &mut Sim) -> Result<Option<SiteId>, Broken> {
    let today = london_date(sim.db.clock.now());
    for _ in 0..3 {
        let Some(site) = sim.dice.pick(&sim.world.sites).copied() else { return Ok(None) };
        if !sim.db.read_now(&sim.world.lead, move |tx| store::seats(tx, site, today))?.is_empty() {
            return Ok(Some(site));
        }
    }
    Ok(sim.dice.pick(&sim.world.sites).copied())
}

/// What is known of somebody at the door, as their page would show it.
struct Before {
    own: Option<store::Own>,
    open: Vec<Booking>,
}

fn look(sim: &Sim, person: PersonId) -> Result<Before, Broken> {
    let campaign = sim.world.id();
    Ok(sim.db.read_now(&sim.world.lead, move |tx| {
        let given = store::given_of(tx, person, campaign)?;
        let mut open = store::seen_of(tx, person, campaign)?;
        open.retain(|booking| !given.contains(&booking.id));
        Ok(Before { own: store::own(tx, person)?, open })
    })?)
}

fn somebody_known(sim: &mut Sim, site: SiteId) -> Result<(), Broken> {
    let campaign = sim.world.id();
    let Some(person) = sim.dice.pick(&sim.world.people).copied() else { return Ok(()) };
    let before = look(sim, person)?;
    let closed = before.own.as_ref().and_then(|own| own.state).is_some_and(offer::State::is_closed);
    let Some(batch) = Batch::parse("FX 3").filter(|_| !closed || sim.dice.percent(30)) else { return Ok(()) };
    let what = Give { site, person, campaign, appointment: None, product: None, batch, at: sim.db.clock.now() };
    let work = move |tx: &mut Tx<'_>| give(tx, &what).map(|booking| booking.id.to_string());
    match sim.send(&team(sim, site), Some(person), "walk in", work)? {
        Ok(id) => came(sim, person, &before, &id),
        Err(code) => {
            let full = ["full_today", "slot_full", "no_stock"].contains(&code);
            match code {
                _ if full => sim.seen.note(Rare::WalkInFull),
                "on_the_list" => sim.seen.note(Rare::WalkInExpected),
                "interval_too_short" => sim.seen.note(Rare::WalkInTooSoon),
                _ => {}
            }
            let after = look(sim, person)?;
            if after.open != before.open {
                return Err(Broken::new(format!("a walk-in was refused ({code}), and something changed")));
            }
            Ok(())
        }
    }
}

/// What it changed for somebody who was given it.
fn came(sim: &mut Sim, person: PersonId, before: &Before, id: &str) -> Result<(), Broken> {
    let Ok(id) = id.parse() else { return Ok(()) };
    let (after, campaign) = (look(sim, person)?, sim.world.id());
    let (booking, kind, state) = sim.db.read_now(&sim.world.lead, move |tx| {
        let booking = store::by_id(tx, id)?;
        let slots = booking.iter().map(|b| b.slot).collect::<Vec<_>>();
        let kind = crate::clinic::store::slots_by_ids(tx, &slots)?.first().map(|slot| slot.kind);
        Ok((booking, kind, campaign::store::offer_state(tx, campaign, person)?))
    })?;
    let Some(booking) = booking else { return Err(Broken::new("a walk-in was given it, and no booking says so")) };
    sim.seen.note(Rare::WalkIn);
    if kind.is_some_and(|kind| kind != Kind::Booked) {
        sim.seen.note(Rare::DropIn);
    }
    let gone = |of: &Booking| after.open.iter().all(|b| b.id != of.id);
    if before.open.iter().any(|b| b.appointment == booking.appointment && b.id != booking.id) {
        sim.seen.note(Rare::WalkInReplaced);
    }
    if before.open.iter().any(|b| b.appointment > booking.appointment && gone(b)) {
        sim.seen.note(Rare::WalkInBroke);
        if state != Some(offer::State::Waiting) {
            return Err(Broken::new(format!("a walk-in's later appointment went, and the offer is {state:?}")));
        }
    }
    if before.own.as_ref().is_some_and(store::Own::unanswered) {
        sim.seen.note(Rare::CameAllTheSame);
    }
    Ok(())
}

/// A blank line of the day.
pub(super) fn line(sim: &Sim, site: SiteId, said: Said) -> Line {
    Line::of_somebody(site, sim.db.clock.now(), said)
}

fn somebody_unknown(sim: &mut Sim, site: SiteId) -> Result<(), Broken> {
    let Some(batch) = Batch::parse("FX 4") else { return Ok(()) };
    let name = format!("Nobody {}", sim.dice.below(40));
    let line = Line { name, employer: "EMP0".into(), ..line(sim, site, Said::Given(batch)) };
    let work = move |tx: &mut Tx<'_>| -> Result<String, Stop<DayRefusal>> {
        Ok(take_down(tx, &line, "no_such_booking")?.to_string())
    };
    if sim.send(&team(sim, site), None, "take somebody down", work)?.is_ok() {
        sim.seen.note(Rare::TakenDown);
    }
    Ok(())
}

/// The clinic team decides what was taken down today or the days before.
fn who_it_was(sim: &mut Sim, site: SiteId) -> Result<(), Broken> {
    let (today, campaign) = (london_date(sim.db.clock.now()), sim.world.id());
    let waiting = sim.db.read_now(&sim.world.lead, move |tx| {
        let mut waiting: Vec<Entry> = Vec::new();
        for back in 0..4 {
            waiting.extend(store::entries(tx, site, today.saturating_sub(jiff::Span::new().days(back)))?);
        }
        waiting.retain(|entry| entry.standing == Standing::Waiting);
        Ok(waiting)
    })?;
    let Some(entry) = sim.dice.pick(&waiting).cloned() else { return Ok(()) };
    let given = matches!(entry.line.said, Said::Given(_));
    let one_of_ours = match entry.line.person {
        Some(person) => Some(person),
        None => super::waiting::somebody_waiting(sim)?,
    };
    let (decision, rare) = match (one_of_ours, sim.dice.below(10)) {
        (Some(person), 0..7) if given => (Decision::Was(person, campaign), Rare::EntryApplied),
        (_, 7 | 8) => (Decision::NotOurs, Rare::EntryNotOurs),
        _ => (Decision::SetAside, Rare::EntrySetAside),
    };
    let id = entry.id;
    let about = if rare == Rare::EntryApplied { one_of_ours } else { None };
    let work = move |tx: &mut Tx<'_>| {
        decide(tx, site, id, decision).map(|made| made.map_or_else(|| "settled".into(), |b| b.id.to_string()))
    };
    let decided = sim.send(&team(sim, site), about, &format!("decide {decision:?}"), work)?;
    sim.seen.note(if decided.is_ok() { rare } else { Rare::EntryRefused });
    Ok(())
}
