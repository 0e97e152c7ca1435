//! A clinic that kept its day on paper, and enters it hours or a day later, line by line.

use super::clinic::{list, team};
use super::door::line;
use crate::base::clock::{at_microsecond, london_date, london_instant};
use crate::base::db::{Stop, Tx};
use crate::base::ids::SiteId;
use crate::booking::attendance::{Attendance, Batch, DayRefusal, Outcome, WhyNot};
use crate::booking::catch_up::{Became, apply, leave_for_decision};
use crate::booking::day_entry::{Line, Said};
use crate::booking::{Booking, store};
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};
use jiff::civil::Date;
use std::sync::{Arc, Mutex, PoisonError};

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    let today = london_date(sim.db.clock.now());
    let day = today.saturating_sub(jiff::Span::new().days(sim.dice.below(3) as i64));
    let Some(site) = sim.dice.pick(&sim.world.sites).copied() else { return Ok(()) };
    let rows = list(sim, site, day)?;
    for _ in 0..=sim.dice.below(4) {
        match sim.dice.pick(&rows).cloned() {
            Some(row) if sim.dice.percent(80) => of_the_list(sim, site, &row)?,
            _ => who_walked_in(sim, site, day)?,
        }
    }
    Ok(())
}

fn said(sim: &mut Sim) -> Option<Said> {
    Some(match sim.dice.below(10) {
        0..6 => Said::Given(Batch::parse(["FX 1", "FX 2"][sim.dice.below(2)])?),
        6 | 7 => Said::DidNotAttend,
        n => Said::NotGiven(WhyNot::ALL[n % WhyNot::ALL.len()]),
    })
}

fn of_the_list(sim: &mut Sim, site: SiteId, (booking, known): &(Booking, Option<Attendance>)) -> Result<(), Broken> {
    let Some(said) = said(sim) else { return Ok(()) };
    let late = at_microsecond(booking.starts.as_microsecond() + sim.dice.between(-20, 20) * 60_000_000);
    let at = late.min(sim.db.clock.now());
    let given = matches!(said, Said::Given(_));
    let row = Line { booking: Some(booking.id), at, ..line(sim, site, said) };
    let missed = known.as_ref().is_some_and(|known| known.outcome == Some(Outcome::DidNotAttend));
    if enter(sim, row, booking.person)? && missed && given {
        sim.seen.note(Rare::PaperCame);
    }
    Ok(())
}

fn who_walked_in(sim: &mut Sim, site: SiteId, day: Date) -> Result<(), Broken> {
    let Some(person) = sim.dice.pick(&sim.world.people).copied() else { return Ok(()) };
    let Some(batch) = Batch::parse("FX 2") else { return Ok(()) };
    let at = london_instant(day, 12 * 60).min(sim.db.clock.now());
    let row = Line { person: Some(person), at, ..line(sim, site, Said::Given(batch)) };
    enter(sim, row, person).map(drop)
}

/// As the page does it: noted, or taken down in a transaction of its own. Whether it was noted anew.
fn enter(sim: &mut Sim, line: Line, about: crate::base::ids::PersonId) -> Result<bool, Broken> {
    let (at_desk, campaign) = (team(sim, line.site), sim.world.id());
    let before = sim.db.read_now(&at_desk, move |tx| store::attendance_of(tx, about, campaign))?;
    let refused: Arc<Mutex<Option<DayRefusal>>> = Arc::default();
    let (noting, heard) = (line.clone(), Arc::clone(&refused));
    let work = move |tx: &mut Tx<'_>| match apply(tx, &noting) {
        Ok(Became::Applied(id)) => Ok(format!("noted {id}")),
        Ok(Became::Known(id)) => Ok(format!("known {id}")),
        Err(stop) => {
            if let Stop::Refused(refusal) = &stop {
                *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal.clone());
            }
            Err(stop)
        }
    };
    let answered = sim.send(&at_desk, Some(about), "enter a line on paper", work)?;
    if let Ok(what) = answered {
        let noted = what.starts_with("noted");
        sim.seen.note(if noted { Rare::PaperApplied } else { Rare::PaperKnown });
        return Ok(noted);
    }
    let after = sim.db.read_now(&at_desk, move |tx| store::attendance_of(tx, about, campaign))?;
    if after != before {
        return Err(Broken::new("a line on paper was refused, and something is noted"));
    }
    let Some(refusal) = refused.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(false) };
    let work = move |tx: &mut Tx<'_>| -> Result<String, Stop<DayRefusal>> {
        Ok(leave_for_decision(tx, &line, &refusal)?.to_string())
    };
    if sim.send(&at_desk, None, "leave a line for a decision", work)?.is_ok() {
        sim.seen.note(Rare::PaperAtOdds);
    }
    Ok(false)
}
