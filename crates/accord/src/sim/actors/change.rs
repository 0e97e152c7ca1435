//! The lead changes clinics under way: looks at what it would do, does it or gives it up, and takes some of it back. The
//! work is cut off now and then, and others act before the service goes on with it.

use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{CapacityChangeId, SessionId};
use crate::base::refusal::Refusal;
use crate::booking::capacity_change::{
    self as changes, Change, ChangeRefusal, ChangeState, Choice, Edit, Next, What, Wish,
};
use crate::booking::store::capacity_change as rows;
use crate::clinic::layout::Break;
use crate::sim::rare::Rare;
use crate::sim::{Broken, Sim};

/// Transactions that no change of a simulated world needs.
pub(in crate::sim) const TO_THE_END: usize = 600;

pub(super) fn act(sim: &mut Sim) -> Result<(), Broken> {
    let newest = sim.db.read_now(&sim.world.lead, |tx| rows::newest(tx, 6, 0))?;
    let previewed = newest.iter().find(|change| change.state == ChangeState::Preview).cloned();
    let done: Vec<Change> =
        newest.into_iter().filter(|c| c.state == ChangeState::Done && c.what != What::Undo).collect();
    let done = sim.dice.pick(&done).cloned();
    match (previewed, done, sim.dice.below(100)) {
        (Some(change), _, 0..8) => give_up(sim, change.id),
        (Some(change), _, 8..75) => commit(sim, &change),
        (_, Some(change), 0..45) => undo(sim, &change),
        _ => preview(sim),
    }
}

/// Clinics to come, mostly the next ones, and what is done to them.
fn wish(sim: &mut Sim) -> Option<Wish> {
    let now = sim.db.clock.now();
    let mut ahead: Vec<SessionId> =
        sim.world.slots.iter().filter(|slot| slot.starts() > now).map(|slot| slot.session).collect();
    ahead.dedup();
    ahead.truncate(4 + sim.dice.below(24));
    let mut sessions: Vec<SessionId> = (0..=sim.dice.below(3)).filter_map(|_| sim.dice.pick(&ahead).copied()).collect();
    sessions.sort_unstable();
    sessions.dedup();
    if sessions.is_empty() {
        return None;
    }
    let what = match sim.dice.below(100) {
        0..45 => What::Close,
        45..55 => What::StopNew,
        55..70 => What::Open,
        _ => What::Edit,
    };
    let choice = match sim.dice.below(100) {
        0..58 => Choice::Move,
        58..76 => Choice::Cancel,
        _ => Choice::Honour,
    };
    let edit = if what == What::Edit { edit(sim) } else { Edit::default() };
    Some(Wish {
        sessions,
        what,
        choice,
        edit,
        reason: "The ceiling came down".into(),
        lead: "A. Lead (invented)".into(),
    })
}

fn edit(sim: &mut Sim) -> Edit {
    let hour = 60 * (9 + sim.dice.below(6) as u16);
    match sim.dice.below(6) {
        0 | 1 => Edit { vaccinators: Some(1), ..Edit::default() },
        2 => Edit { until_minute: Some(hour + 15), ..Edit::default() },
        3 => Edit { breaks: Some(vec![Break(hour, hour + 15)]), ..Edit::default() },
        4 => {
            Edit { vaccinators: Some(3), rooms: Some(3), people_max: Some(sim.dice.below(3) as u16), ..Edit::default() }
        }
        _ => Edit { kept_walk_in: Some(sim.dice.below(2) as u16), kept_assisted: Some(1), ..Edit::default() },
    }
}

fn preview(sim: &mut Sim) -> Result<(), Broken> {
    let Some(wish) = wish(sim) else { return Ok(()) };
    let who = sim.world.lead.clone();
    let asked = wish.clone();
    let draft = match sim.db.read_now(&who, move |tx| changes::draft(tx, &asked))? {
        Ok(draft) => draft,
        Err(refusal) => {
            sim.tell(format!("a change is looked at: {}", refusal.code()));
            return Ok(());
        }
    };
    let work = move |tx: &mut Tx<'_>| -> Result<String, Stop<ChangeRefusal>> {
        Ok(changes::store_draft(tx, &wish, &draft)?.to_string())
    };
    let kept = sim.send(&who, None, "a change is looked at", work)?;
    if let Ok(id) = kept
        && let Ok(id) = id.parse::<CapacityChangeId>()
        && sim.dice.percent(50)
    {
        // Now and then somebody acts between the preview and the commit.
        super::person::act(sim)?;
        let change = sim.db.read_now(&sim.world.lead, move |tx| rows::by_id(tx, id))?;
        return change.map_or(Ok(()), |change| commit(sim, &change));
    }
    Ok(())
}

fn give_up(sim: &mut Sim, id: CapacityChangeId) -> Result<(), Broken> {
    let who = sim.world.lead.clone();
    let work = move |tx: &mut Tx<'_>| changes::abandon(tx, id).map(|()| "given up".to_owned());
    if sim.send(&who, None, "give a change up", work)?.is_ok() {
        sim.seen.note(Rare::ChangeAbandoned);
    }
    Ok(())
}

fn commit(sim: &mut Sim, change: &Change) -> Result<(), Broken> {
    let (id, who) = (change.id, sim.world.lead.clone());
    let work = move |tx: &mut Tx<'_>| changes::commit(tx, id).map(|()| "under way".to_owned());
    match sim.send(&who, None, &format!("commit {} {}", change.what.word(), change.choice.word()), work)? {
        Ok(_) => at_once(sim),
        Err("change_outdated") => {
            sim.seen.note(Rare::ChangeOutdated);
            Ok(())
        }
        Err(_) => Ok(()),
    }
}

/// The lead's own request works it off, unless it is cut off.
fn at_once(sim: &mut Sim) -> Result<(), Broken> {
    if sim.dice.percent(50) {
        return work_off(sim, TO_THE_END);
    }
    let some = sim.dice.below(3);
    work_off(sim, some)?;
    if !sim.db.read_now(&sim.world.lead, changes::under_way)?.is_empty() {
        sim.seen.note(Rare::ChangeCutOff);
    }
    Ok(())
}

fn undo(sim: &mut Sim, change: &Change) -> Result<(), Broken> {
    let (id, who) = (change.id, sim.world.lead.clone());
    if change.told.is_none() && sim.dice.percent(25) {
        let work = move |tx: &mut Tx<'_>| changes::told(tx, id).map(|()| "told".to_owned());
        sim.send(&who, None, "people are told of a change", work)?.ok();
        return Ok(());
    }
    // Somebody whom it met has had time to make up their own mind.
    let met = sim.db.read_now(&sim.world.lead, move |tx| rows::bookings_of(tx, id))?;
    if let Some(person) = sim.dice.pick(&met).map(|row| row.person)
        && sim.dice.percent(40)
    {
        super::person::acts(sim, person)?;
    }
    let work = move |tx: &mut Tx<'_>| changes::undo(tx, id, "A. Lead (invented)", "It held").map(|id| id.to_string());
    let begun = sim.send(&who, None, "undo a change", work)?.is_ok();
    if begun && change.told.is_some() {
        sim.seen.note(Rare::UndoTold);
    }
    if begun { at_once(sim) } else { Ok(()) }
}

/// Works off whatever is under way, so many transactions of it; each may break off and is done again.
///
/// # Errors
/// [`Broken`], where a change does not come to its end.
pub(in crate::sim) fn work_off(sim: &mut Sim, most: usize) -> Result<(), Broken> {
    let mut settled = false;
    for id in sim.db.read_now(&sim.world.lead, changes::under_way)? {
        let mut left = most;
        while left > 0 {
            left -= 1;
            if one_transaction(sim, id)? == Some(Next::Settled) {
                sim.tell(format!("change {id} is settled"));
                settled = true;
                break;
            }
        }
        if left == 0 && most == TO_THE_END {
            return Err(Broken::new(format!("change {id} does not come to its end")));
        }
    }
    if settled { Ok(sim.world.look_again(&sim.db)?) } else { Ok(()) }
}

/// What comes next; none: it broke off.
fn one_transaction(sim: &mut Sim, id: CapacityChangeId) -> Result<Option<Next>, Broken> {
    let (people, who) = (1 + sim.dice.below(3) as u32, sim.world.lead.clone());
    let fault = sim.dice.percent(4).then(|| 1 + sim.dice.below(1_200) as u32);
    sim.db.break_off_after(fault)?;
    let next = sim.db.write_now(&who, move |tx| changes::step(tx, id, people));
    sim.db.break_off_after(None)?;
    match came(next, fault.is_some())? {
        Some(Next::Solve) => {}
        other => return Ok(other),
    }
    let solved = sim.db.read_now(&who, move |tx| changes::solve(tx, id))?;
    if sim.dice.percent(15) {
        super::person::act(sim)?;
    }
    let next = sim.db.write_now(&who, move |tx| changes::store_solved(tx, id, &solved));
    came(next, false)
}

fn came(next: Result<Next, Stop<ChangeRefusal>>, fault: bool) -> Result<Option<Next>, Broken> {
    match next {
        Ok(next) => Ok(Some(next)),
        Err(Stop::Store(StoreError::Engine(_) | StoreError::Unknown)) if fault => Ok(None),
        Err(stop) => Err(Broken::new(format!("a change could not go on: {stop:?}"))),
    }
}
