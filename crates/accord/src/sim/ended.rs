//! What the rows of a run tell at its end: whether the waiting list was fair, whether draws and changes add up, and which
//! rare paths they were on.

use super::rare::Rare;
use super::{Broken, Sim};
use crate::base::db::StoreError;
use crate::base::db::Tx;
use crate::base::ids::{PersonId, StandbyDrawId};
use crate::booking::capacity_change::{BookingChange, Change, ChangeState, Outcome, What};
use crate::booking::fair::lot;
use crate::booking::standby_draw::{AskState, DrawState};
use crate::booking::store::capacity_change as rows;
use crate::booking::waiting_list::{Answer, OfferLog, State, Waiting};
use crate::booking::{State as BookingState, store};

/// Rows of one kind that a run has at most.
const ALL: u32 = 10_000;

pub(super) fn look(sim: &mut Sim) -> Result<(), Broken> {
    waiting_list(sim)?;
    let draws = sim.draws.clone();
    for draw in draws {
        standby(sim, draw)?;
    }
    for change in sim.db.read_now(&sim.world.lead, |tx| rows::newest(tx, ALL, 0))? {
        changed(sim, &change)?;
    }
    Ok(())
}

fn waiting_list(sim: &mut Sim) -> Result<(), Broken> {
    let campaign = sim.world.id();
    let (waiting, offers) = sim.db.read_now(&sim.world.lead, move |tx| {
        Ok((store::all_waiting(tx, campaign)?, store::offers_log(tx, campaign, ALL)?))
    })?;
    for place in &waiting {
        if place.turn.lot != lot(&place.seed, place.turn.person) {
            return Err(Broken::new(format!("the lot of {} can't be drawn again", place.id)));
        }
        match place.state {
            State::Silent => sim.seen.note(Rare::WaitingSilent),
            State::Settled => sim.seen.note(Rare::WaitingSettled),
            _ => {}
        }
    }
    for offer in &offers {
        fair(&waiting, &offers, offer)?;
        if !offer.passed.is_empty() {
            sim.seen.note(Rare::PassedOver);
        }
        match offer.state {
            Answer::Lapsed => sim.seen.note(Rare::OfferLapsed),
            Answer::Gone => sim.seen.note(Rare::OfferGone),
            _ => {}
        }
        let not_taken = matches!(offer.state, Answer::Lapsed | Answer::Declined);
        let same = |o: &OfferLog| o.picks.iter().any(|p| offer.picks.iter().any(|q| q.slot == p.slot));
        if not_taken && offers.iter().any(|o| o.made_us > offer.made_us && o.person != offer.person && same(o)) {
            sim.seen.note(Rare::OfferWentOn);
        }
    }
    Ok(())
}

/// At the instant of an offer, whoever stood in line before is in its log, in order, and nobody else.
fn fair(waiting: &[Waiting], offers: &[OfferLog], offer: &OfferLog) -> Result<(), Broken> {
    let at = offer.made_us;
    let busy = |w: &Waiting| {
        let has_one = |o: &OfferLog| o.made_us < at && o.settled_us.is_none_or(|settled| settled > at);
        offers.iter().any(|o| o.waiting == w.id && has_one(o))
    };
    let in_line = |w: &&Waiting| w.turn.since_us < at && w.closed_us.is_none_or(|closed| closed > at) && !busy(w);
    let mut line: Vec<&Waiting> = waiting.iter().filter(in_line).collect();
    line.sort_by(|a, b| a.turn.cmp(&b.turn));
    let Some(place) = line.iter().position(|w| w.id == offer.waiting) else {
        return Err(Broken::new(format!("offer {} went to somebody who stood in no line", offer.id)));
    };
    let before: Vec<PersonId> = line[..place].iter().map(|w| w.turn.person).collect();
    let passed: Vec<PersonId> = offer.passed.iter().map(|(person, _)| *person).collect();
    if before == passed {
        Ok(())
    } else {
        Err(Broken::new(format!("offer {}: {before:?} stood before, {passed:?} were passed over", offer.id)))
    }
}

/// A draw gave what it says it gave, and no more than there was.
fn standby(sim: &mut Sim, id: StandbyDrawId) -> Result<(), Broken> {
    let read = sim.db.read_now(&sim.world.lead, move |tx| Ok((store::draw_by_id(tx, id)?, store::asks_of(tx, id)?)))?;
    let (Some(draw), asks) = read else { return Err(Broken::new(format!("draw {id} is not there"))) };
    let accepted = asks.iter().filter(|ask| ask.state == AskState::Accepted).count();
    if i64::try_from(accepted).ok() != Some(draw.taken) || draw.taken > draw.places {
        return Err(Broken::new(format!(
            "draw {id}: {accepted} said yes in time, {} of {} taken",
            draw.taken, draw.places
        )));
    }
    if asks.iter().any(|ask| ask.state == AskState::Silent) {
        sim.seen.note(Rare::StandbySilent);
    }
    if draw.taken == draw.places {
        sim.seen.note(Rare::StandbyFilled);
    }
    if draw.taken == 0 && draw.state == DrawState::Over {
        sim.seen.note(Rare::StandbyNobody);
    }
    Ok(())
}

/// Whoever a change met has an outcome once it is settled.
fn changed(sim: &mut Sim, change: &Change) -> Result<(), Broken> {
    let id = change.id;
    if matches!(change.state, ChangeState::Preview | ChangeState::Abandoned) {
        return Ok(());
    }
    let met = sim.db.read_now(&sim.world.lead, move |tx| rows::bookings_of(tx, id))?;
    for row in met {
        let Some(outcome) = row.outcome else {
            return Err(Broken::new(format!("change {id} is {:?} and forgot {}", change.state, row.person)));
        };
        if change.what == What::Undo {
            undone(sim, outcome, &row)?;
            continue;
        }
        match outcome {
            Outcome::Moved if row.along => sim.seen.note(Rare::ChangeMovedBoth),
            Outcome::Moved => sim.seen.note(Rare::ChangeMoved),
            Outcome::Cancelled => sim.seen.note(Rare::ChangeCancelled),
            Outcome::Honoured => sim.seen.note(Rare::ChangeHonoured),
            Outcome::LeftOut => sim.seen.note(Rare::ChangeLeftOut),
            Outcome::Restored => {}
        }
        if row.anew && outcome == Outcome::Moved {
            sim.seen.note(Rare::ChangeSolvedAnew);
        }
    }
    Ok(())
}

fn undone(sim: &mut Sim, outcome: Outcome, row: &BookingChange) -> Result<(), Broken> {
    if outcome == Outcome::Restored {
        sim.seen.note(Rare::UndoRestored);
        return Ok(());
    }
    let (made, person, campaign) = (row.new_booking, row.person, row.campaign);
    let read = move |tx: &mut Tx<'_>| -> Result<_, StoreError> {
        let now = match made {
            Some(id) => store::by_id(tx, id)?.map(|booking| booking.state),
            None => None,
        };
        Ok((now, store::live_of(tx, person, campaign)?.is_empty()))
    };
    let (state, nothing) = sim.db.read_now(&sim.world.lead, read)?;
    sim.seen.note(match (row.why.as_deref(), state) {
        (Some("changed_meanwhile"), Some(BookingState::Cancelled)) => Rare::UndoAfterCancel,
        (Some("changed_meanwhile"), _) if !nothing => Rare::UndoAfterChoice,
        (Some("changed_meanwhile"), _) => return Ok(()),
        _ => Rare::UndoNoRoom,
    });
    Ok(())
}
