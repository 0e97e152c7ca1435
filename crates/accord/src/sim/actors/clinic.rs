//! The clinic's team on the day: lets people in, notes what came of it, corrects, marks who is missing.

use crate::base::clock::london_date;
use crate::base::db::{Actor, Tx};
use crate::base::ids::{BookingId, SiteId};
use crate::booking::attendance::{Attendance, Batch, DayRefusal, Outcome, WhyNot};
use crate::booking::check_in::{By, check_in, take_here};
use crate::booking::did_not_attend::close_day;
use crate::booking::outcome::{Noted, note};
use crate::booking::{Booking, State, store};
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};
use jiff::civil::Date;

/// A line of the day's list.
pub(super) type Line = (Booking, Option<Attendance>);

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    let today = london_date(sim.db.clock.now());
    let day = if sim.dice.percent(85) { today } else { today.saturating_sub(jiff::Span::new().days(1)) };
    let Some(site) = sim.dice.pick(&sim.world.sites).copied() else { return Ok(()) };
    let mut lines = list(sim, site, day)?;
    // Several at the desk in a row: clinics are short.
    for nth in 0..=sim.dice.below(3) {
        if nth > 0 {
            look_again(sim, &mut lines)?;
        }
        match sim.dice.below(100) {
            0..6 => close(sim, site, day)?,
            6..12 => somebody_elsewhere(sim, site)?,
            12..55 => let_in(sim, site, day, &lines)?,
            _ => outcome(sim, site, &lines)?,
        }
    }
    Ok(())
}

pub(super) fn team(sim: &Sim, site: SiteId) -> Actor {
    Actor::new(sim.world.lead.partnership, "clinic_team", site)
}

/// Everybody ever booked here on the day, as the list on the screen shows it.
pub(super) fn list(sim: &Sim, site: SiteId, day: Date) -> Result<Vec<Line>, Broken> {
    let (people, campaign) = (sim.world.people.clone(), sim.world.id());
    Ok(sim.db.read_now(&team(sim, site), move |tx| {
        let mut lines = Vec::new();
        for person in &people {
            let live = store::live_of(tx, *person, campaign)?;
            for booking in live.into_iter().chain(store::past_of(tx, *person, campaign)?) {
                if booking.site == site && booking.date == day {
                    let known = store::attendance(tx, booking.id)?;
                    lines.push((booking, known));
                }
            }
        }
        Ok(lines)
    })?)
}

/// The same lines as they are by now.
fn look_again(sim: &Sim, lines: &mut Vec<Line>) -> Result<(), Broken> {
    let ids: Vec<BookingId> = lines.iter().map(|(booking, _)| booking.id).collect();
    *lines = sim.db.read_now(&sim.world.lead, move |tx| {
        let mut lines = Vec::with_capacity(ids.len());
        for id in &ids {
            let Some(booking) = store::by_id(tx, *id)? else { continue };
            lines.push((booking, store::attendance(tx, *id)?));
        }
        Ok(lines)
    })?;
    Ok(())
}

fn let_in(sim: &mut Sim, site: SiteId, day: Date, lines: &[Line]) -> Result<(), Broken> {
    let Some((booking, known)) = sim.dice.pick(lines) else { return Ok(()) };
    let again = known.as_ref().is_some_and(|known| known.came.is_some());
    let by = if sim.dice.percent(50) { By::Booking(booking.id) } else { By::Reference(booking.reference.clone()) };
    let today = london_date(sim.db.clock.now()) == day;
    let expected = booking.state.is_live() && today && known.is_none();
    let (about, id) = (booking.person, booking.id);
    let work = move |tx: &mut Tx<'_>| check_in(tx, site, &by).map(|arrived| arrived.booking.id.to_string());
    match sim.send(&team(sim, site), Some(about), "check in", work)? {
        Ok(_) if again => sim.seen.note(Rare::CheckedInAgain),
        Ok(_) => sim.seen.note(Rare::CheckedIn),
        Err(code) if expected && !pending(sim, id)? => {
            return Err(Broken::new(format!("somebody on today's list was not let in: {code}")));
        }
        Err(_) => {}
    }
    Ok(())
}

/// Whether a booking is of a batch that is not live: no list shows it.
fn pending(sim: &Sim, id: BookingId) -> Result<bool, Broken> {
    let campaign = sim.world.id();
    Ok(sim.db.read_now(&sim.world.lead, move |tx| {
        let Some(booking) = store::by_id(tx, id)? else { return Ok(false) };
        Ok(store::seen_of(tx, booking.person, campaign)?.iter().all(|seen| seen.id != id))
    })?)
}

fn outcome(sim: &mut Sim, site: SiteId, lines: &[Line]) -> Result<(), Broken> {
    // Now and then it is looked at once more what was noted of somebody.
    let noted: Vec<Line> = lines.iter().filter(|(booking, _)| booking.state == State::Cancelled).cloned().collect();
    let among = if !noted.is_empty() && sim.dice.percent(12) { &noted } else { lines };
    let Some((booking, known)) = sim.dice.pick(among) else { return Ok(()) };
    let noted = match sim.dice.below(10) {
        0..6 => Batch::parse(["FX 1", "FX 2"][sim.dice.below(2)]).map(Noted::Given),
        n => Some(Noted::NotGiven(WhyNot::ALL[n % WhyNot::ALL.len()])),
    };
    let Some(noted) = noted else { return Ok(()) };
    let before = known.as_ref().and_then(|known| known.outcome.clone());
    let seen = known.as_ref().map_or(0, |known| known.version);
    let (id, what, last) = (booking.id, noted.clone(), sim.world.campaign.appointments.len());
    let first = usize::from(booking.appointment) < last;
    let was = booking.state;
    let later = later_of(sim, booking)?;
    let work = move |tx: &mut Tx<'_>| note(tx, site, id, seen, &what).map(|known| known.version.to_string());
    let answered = sim.send(&team(sim, site), Some(booking.person), "outcome", work)?;
    let rare = match (&answered, &noted, &before) {
        (Err(_), Noted::Given(_), Some(_)) if was == State::Cancelled => Rare::CorrectionRefused,
        (Err(_), ..) => return Ok(()),
        (Ok(_), Noted::Given(_), Some(Outcome::NotGiven(_) | Outcome::DidNotAttend)) => Rare::CorrectedToGiven,
        (Ok(_), Noted::NotGiven(_), Some(Outcome::Given { .. })) => Rare::CorrectedFromGiven,
        (Ok(_), Noted::Given(_), _) if first => Rare::GivenFirst,
        (Ok(_), Noted::Given(_), _) => Rare::GivenLast,
        (Ok(_), Noted::NotGiven(why), _) if why.another_day() => Rare::NotGiven,
        (Ok(_), Noted::NotGiven(_), _) => Rare::NotWanted,
    };
    sim.seen.note(rare);
    if matches!(noted, Noted::NotGiven(_)) && later > later_of(sim, booking)? {
        sim.seen.note(Rare::CourseBroken);
    }
    Ok(())
}

fn later_of(sim: &Sim, booking: &Booking) -> Result<usize, Broken> {
    let (person, campaign, appointment) = (booking.person, sim.world.id(), booking.appointment);
    let live = sim.db.read_now(&sim.world.lead, move |tx| store::live_of(tx, person, campaign))?;
    Ok(live.iter().filter(|b| b.appointment > appointment).count())
}

/// Somebody comes to a site, or on a day, that is not theirs.
fn somebody_elsewhere(sim: &mut Sim, site: SiteId) -> Result<(), Broken> {
    let Some(person) = sim.dice.pick(&sim.world.people).copied() else { return Ok(()) };
    let campaign = sim.world.id();
    let theirs = sim.db.read_now(&sim.world.lead, move |tx| store::seen_of(tx, person, campaign))?;
    let Some(booking) = sim.dice.pick(&theirs).cloned() else { return Ok(()) };
    let (by, id) = (By::Reference(booking.reference.clone()), booking.id);
    let came = sim.db.read_now(&sim.world.lead, move |tx| store::attendance(tx, id))?;
    let at_desk = team(sim, site);
    let work = move |tx: &mut Tx<'_>| check_in(tx, site, &by).map(|arrived| arrived.booking.id.to_string());
    let answered = sim.send(&at_desk, Some(person), "check in elsewhere", work)?;
    if answered.is_err() && came.is_none() {
        let version = booking.version;
        let work = move |tx: &mut Tx<'_>| take_here(tx, site, id, version).map(|at| at.booking.id.to_string());
        if sim.send(&at_desk, Some(person), "take here", work)?.is_ok() {
            sim.seen.note(Rare::TakenHere);
        }
    }
    Ok(())
}

fn close(sim: &mut Sim, site: SiteId, day: Date) -> Result<(), Broken> {
    let work = move |tx: &mut Tx<'_>| -> Result<String, crate::base::db::Stop<DayRefusal>> {
        close_day(tx, site, day).map(|missing| missing.to_string())
    };
    let answered = sim.send(&team(sim, site), None, "close the day", work)?;
    if answered.is_ok_and(|missing| missing != "0") {
        sim.seen.note(Rare::DayClosed);
    }
    Ok(())
}
