//! Whoever says that somebody has had it elsewhere: employers of their own people, a file of the lead's; and the lead decides
//! whom an unclear report means.

use crate::base::clock::london_date;
use crate::base::db::{Stop, Tx};
use crate::base::ids::ElsewhereFileId;
use crate::booking::elsewhere::{ElsewhereRefusal, Said, decide, discard, preview, report, take};
use crate::booking::store;
use crate::campaign::{self, offer::State};
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};
use accord_formats::StaffNumber;
use jiff::civil::Date;

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    match sim.dice.below(10) {
        0..5 => an_employer(sim),
        5..7 => a_file(sim),
        _ => an_unclear_one(sim),
    }
}

/// Offers closed as had elsewhere, and reports left for a decision.
fn counted(sim: &Sim) -> Result<(usize, usize), Broken> {
    let (people, campaign) = (sim.world.people.clone(), sim.world.id());
    Ok(sim.db.read_now(&sim.world.lead, move |tx| {
        let mut closed = 0;
        for person in &people {
            let state = campaign::store::offer_state(tx, campaign, *person)?;
            closed += usize::from(state == Some(State::HadElsewhere));
        }
        Ok((closed, store::open_reports(tx, 100)?.len()))
    })?)
}

/// Mostly a day that counts.
fn day(sim: &mut Sim) -> Date {
    let back = match sim.dice.below(20) {
        0 => -2,
        1 => 400,
        _ => sim.dice.between(0, 30),
    };
    london_date(sim.db.clock.now()).saturating_sub(jiff::Span::new().days(back))
}

/// Columns of somebody's row of an employer's list.
fn somebody(sim: &mut Sim, employer: usize) -> Option<Vec<String>> {
    let row = sim.dice.pick(&sim.world.employers[employer].rows)?;
    Some(row.trim_end().split(',').map(str::to_owned).collect())
}

fn an_employer(sim: &mut Sim) -> Result<(), Broken> {
    let at = sim.dice.below(sim.world.employers.len());
    let employer = sim.world.employers[at].id;
    let Some(row) = somebody(sim, at) else { return Ok(()) };
    let mut said = Said::on(day(sim));
    match sim.dice.below(10) {
        0..5 => said.staff_number = StaffNumber::parse(&row[0]).ok(),
        5 => said.staff_number = StaffNumber::parse("99999").ok(),
        n => {
            (said.family, said.given) = (row[1].clone(), row[2].clone());
            said.born = if n == 9 { None } else { born(&row[3]) };
        }
    }
    let before = counted(sim)?;
    let work = move |tx: &mut Tx<'_>| report(tx, employer, &said).map(|()| "noted".to_owned());
    match sim.send(&super::employer::contact(sim, at), None, "an employer's word", work)? {
        Ok(_) => {}
        Err("to_come" | "too_long_ago") => sim.seen.note(Rare::ReportRefused),
        Err(_) => {}
    }
    let after = counted(sim)?;
    if after.0 > before.0 {
        sim.seen.note(Rare::EmployerReport);
    }
    if after.1 > before.1 {
        sim.seen.note(Rare::UnclearReport);
    }
    Ok(())
}

/// "29/02/1980" of a list.
fn born(text: &str) -> Option<Date> {
    let (day, rest) = text.split_once('/')?;
    let (month, year) = rest.split_once('/')?;
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn a_file(sim: &mut Sim) -> Result<(), Broken> {
    let mut text = "date,family_name,given_name,date_of_birth,employer,staff_number\n".to_owned();
    for _ in 0..=sim.dice.below(3) {
        let at = sim.dice.below(sim.world.employers.len());
        let Some(row) = somebody(sim, at) else { continue };
        let born = born(&row[3]).map(|day| day.to_string()).unwrap_or_default();
        let number = if sim.dice.percent(50) { row[0].clone() } else { String::new() };
        let code = if number.is_empty() { "" } else { sim.world.employers[at].code.as_str() }.to_owned();
        text.push_str(&format!("{},{},{},{born},{code},{number}\n", day(sim), row[1], row[2]));
    }
    let who = sim.world.lead.clone();
    let work = move |tx: &mut Tx<'_>| Ok::<_, Stop<ElsewhereRefusal>>(preview(tx, "given.csv", &text)?.id.to_string());
    let looked = sim.send(&who, None, "a file of reports is looked at", work)?;
    let Some(id) = looked.ok().and_then(|id| id.parse::<ElsewhereFileId>().ok()) else { return Ok(()) };
    if sim.dice.percent(15) {
        let work = move |tx: &mut Tx<'_>| discard(tx, id).map(|()| "discarded".to_owned());
        sim.send(&who, None, "a file of reports is discarded", work)?.ok();
        return Ok(());
    }
    // Between the look and the taking, people go on answering.
    if sim.dice.percent(30) {
        super::person::act(sim)?;
    }
    let before = counted(sim)?;
    let work = move |tx: &mut Tx<'_>| take(tx, id).map(|counts| counts.certain.to_string());
    let taken = sim.send(&who, None, "a file of reports is taken", work)?;
    let after = counted(sim)?;
    if taken.is_ok() && after.0 > before.0 {
        sim.seen.note(Rare::FileOfReports);
    }
    if after.1 > before.1 {
        sim.seen.note(Rare::UnclearReport);
    }
    Ok(())
}

fn an_unclear_one(sim: &mut Sim) -> Result<(), Broken> {
    let open = sim.db.read_now(&sim.world.lead, |tx| store::open_reports(tx, 20))?;
    let Some(report) = sim.dice.pick(&open).cloned() else { return Ok(()) };
    let person = if sim.dice.percent(60) { sim.dice.pick(&report.candidates).copied() } else { None };
    let (id, who) = (report.id, sim.world.lead.clone());
    let work = move |tx: &mut Tx<'_>| decide(tx, id, person).map(|()| "decided".to_owned());
    if sim.send(&who, person, "a report is decided", work)?.is_ok() {
        sim.seen.note(if person.is_some() { Rare::ReportDecided } else { Rare::ReportOfNobody });
    }
    Ok(())
}
