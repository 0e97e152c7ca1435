//! Publishing: the plan's courses become bookings, by the rules of any booking, in a batch nobody sees until it is whole.
//!
//! A transaction books a chunk of whole people and moves the plan's marker past them; so a publishing that was killed
//! goes on where it stopped, and two at once do not get in each other's way. The last transaction turns the batch live,
//! hands everybody unplaced to the campaign lead with the reason, and closes the plan.

use super::proposal::{Saved, State, told};
use super::refusal::PlanRefusal;
use super::store;
use crate::base::db::{Actor, Db, Stop, StoreError, Tx};
use crate::base::ids::{BatchId, CampaignId, PersonId, PlanId};
use crate::base::refusal::Refusal;
use crate::booking::{BookingRefusal, Pick, PlaceCourse, batch, place, store as bookings};
use crate::campaign::offer;

/// People booked in one transaction: about 20 ms of the writer's time, which is what a person's own booking waits at most.
pub const CHUNK: u32 = 50;
/// People after whom the tables have grown so much that the database should look again.
const GROWN: [u64; 3] = [CHUNK as u64, 10 * CHUNK as u64, 100 * CHUNK as u64];
/// Bookings given back in one transaction when a publishing is undone.
const UNDO_CHUNK: u32 = 200;

/// How far a publishing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// People dealt with.
    pub done: u64,
    /// People of the plan who have a course in it.
    pub of: u64,
    /// People refused so far.
    pub refused: u64,
}

/// What a publishing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// The plan.
    pub plan: PlanId,
    /// Its number.
    pub number: u32,
    /// The batch, live.
    pub batch: BatchId,
    /// People with the whole course booked.
    pub placed: u64,
    /// People of the plan whom booking refused; they are among the unplaced, with the refusal as reason.
    pub refused: u64,
    /// People who wait on with a reason, the refused among them.
    pub unplaced: u64,
}

/// Whether to go on after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Go on.
    Continue,
    /// Stop here; publishing again goes on from here.
    Pause,
}

/// Publishes a plan, or finishes a publishing that was cut off; none: `progress` said to pause.
///
/// # Errors
/// [`PlanRefusal`] if the plan is no proposal any more. Whatever the store says leaves the plan publishing; call again.
pub fn publish(
    db: &Db,
    who: &Actor,
    plan: PlanId,
    progress: &mut dyn FnMut(Progress) -> Next,
) -> Result<Option<Published>, Stop<PlanRefusal>> {
    // Every transaction draws from a stream of its own: a publishing that was cut off goes on to the ids it would have
    // made, and meets none that it has made already.
    let (of, done) = db.step(&format!("publish {plan} begin")).write_now(who, move |tx| begin(tx, plan))?;
    let mut at = Progress { done, of, refused: 0 };
    loop {
        if progress(at) == Next::Pause {
            return Ok(None);
        }
        let step = db.step(&format!("publish {plan} {}", at.done));
        let step = step.write_now(who, move |tx| chunk(tx, plan, CHUNK))?;
        if step.people == 0 {
            break;
        }
        at.done += step.people;
        at.refused += step.refused;
        if GROWN.contains(&at.done) {
            db.write_now(who, |tx| tx.count_anew().map_err(Stop::Store))?;
        }
    }
    db.step(&format!("publish {plan} finish")).write_now(who, move |tx| finish(tx, plan)).map(Some)
}

/// Gives every booking of a publishing that was cut off back and gives the plan up.
///
/// # Errors
/// [`PlanRefusal`] if the plan is not being published.
pub fn undo(db: &Db, who: &Actor, plan: PlanId) -> Result<(), Stop<PlanRefusal>> {
    while db.write_now(who, move |tx| undo_some(tx, plan))? > 0 {}
    Ok(())
}

/// The plans that are being published, or whose publishing was cut off, of every campaign.
pub fn half_published(tx: &mut Tx<'_>) -> Result<Vec<Saved>, StoreError> {
    store::in_state(tx, State::Publishing)
}

/// Goes on with a publishing that was cut off, to its end.
///
/// # Errors
/// What the store says; call again.
pub fn finish_cut_off(db: &Db, who: &Actor, plan: PlanId) -> Result<(), Stop<PlanRefusal>> {
    match publish(db, who, plan, &mut |_| Next::Continue) {
        // Somebody else settled it meanwhile.
        Err(Stop::Refused(PlanRefusal::AlreadyPublished { .. } | PlanRefusal::Abandoned { .. })) => Ok(()),
        other => other.map(|_| ()),
    }
}

/// Opens the batch, or finds the one there is; how many people the plan places and how many are dealt with.
fn begin(tx: &mut Tx<'_>, plan: PlanId) -> Result<(u64, u64), Stop<PlanRefusal>> {
    let saved = store::by_id(tx, plan, true)?.ok_or(Stop::Refused(PlanRefusal::NoSuchPlan))?;
    let number = saved.number;
    match saved.state {
        State::Published => return Err(Stop::Refused(PlanRefusal::AlreadyPublished { number })),
        State::Abandoned => return Err(Stop::Refused(PlanRefusal::Abandoned { number })),
        State::Publishing => {}
        State::Proposal => {
            let batch = batch::open(tx, saved.campaign)?;
            store::begin_publishing(tx, plan, batch)?;
            told(tx, plan, "publish", &saved.figures)?;
        }
    }
    let done = store::done(tx, plan, saved.done_through)?;
    Ok((saved.figures.placed, done + saved.refused))
}

/// What one transaction did.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    people: u64,
    refused: u64,
}

fn chunk(tx: &mut Tx<'_>, plan: PlanId, people: u32) -> Result<Step, Stop<PlanRefusal>> {
    let (saved, batch) = under_way(tx, plan)?;
    let wanted = courses(saved.campaign, &store::picks_after(tx, plan, saved.done_through, people)?);
    let Some(last) = wanted.last().map(|want| want.person) else { return Ok(Step::default()) };
    let outcome = place::place_many(tx, batch, &wanted).map_err(booking_stop)?;
    let mut unplaced = Vec::with_capacity(outcome.refused.len());
    for (person, refusal) in &outcome.refused {
        store::delete_picks(tx, plan, *person)?;
        unplaced.push((*person, refusal.code(), format!("{} {}", refusal.sentence(), refusal.next_step())));
    }
    store::insert_unplaced(tx, plan, &unplaced)?;
    store::advance(tx, plan, last, unplaced.len())?;
    Ok(Step { people: wanted.len() as u64, refused: unplaced.len() as u64 })
}

fn finish(tx: &mut Tx<'_>, plan: PlanId) -> Result<Published, Stop<PlanRefusal>> {
    let (saved, batch) = under_way(tx, plan)?;
    let placed = batch::settle_live(tx, batch).map_err(booking_stop)?;
    // Whoever answered or booked in the meantime keeps that: only those still waiting with nothing are handed over. Looked
    // at twice, since somebody may be booking just now; under their locks nobody is.
    let open = store::unplaced_and_waiting(tx, plan, saved.campaign)?;
    bookings::lock_people(tx, &open.iter().map(|(person, _)| *person).collect::<Vec<_>>())?;
    let open = store::unplaced_and_waiting(tx, plan, saved.campaign)?;
    if let Some(lead) = store::lead_organisation(tx)? {
        offer::unplaced_many(tx, saved.campaign, &open, lead)?;
    }
    store::close(tx, plan, State::Published)?;
    tx.count_anew()?;
    told(tx, plan, "published", &saved.figures)?;
    let unplaced = open.len() as u64;
    Ok(Published { plan, number: saved.number, batch, placed, refused: saved.refused, unplaced })
}

fn undo_some(tx: &mut Tx<'_>, plan: PlanId) -> Result<u64, Stop<PlanRefusal>> {
    let (saved, batch) = under_way(tx, plan)?;
    let left = batch::undo(tx, batch, UNDO_CHUNK).map_err(booking_stop)?;
    if left == 0 {
        store::close(tx, plan, State::Abandoned)?;
        told(tx, plan, "undone", &saved.figures)?;
    }
    Ok(left)
}

/// The plan, locked, and its batch; refused unless it is being published.
fn under_way(tx: &mut Tx<'_>, plan: PlanId) -> Result<(Saved, BatchId), Stop<PlanRefusal>> {
    let saved = store::by_id(tx, plan, true)?.ok_or(Stop::Refused(PlanRefusal::NoSuchPlan))?;
    match (saved.state, saved.batch) {
        (State::Publishing, Some(batch)) => Ok((saved, batch)),
        (State::Published, _) => Err(Stop::Refused(PlanRefusal::AlreadyPublished { number: saved.number })),
        _ => Err(Stop::Refused(PlanRefusal::Abandoned { number: saved.number })),
    }
}

/// Picks in the order of people, as courses.
fn courses(campaign: CampaignId, picks: &[(PersonId, u16, crate::base::ids::SlotId)]) -> Vec<PlaceCourse> {
    let of_person = picks.chunk_by(|a, b| a.0 == b.0);
    of_person
        .map(|picks| PlaceCourse {
            person: picks[0].0,
            campaign,
            picks: picks.iter().map(|(_, appointment, slot)| Pick { appointment: *appointment, slot: *slot }).collect(),
        })
        .collect()
}

fn booking_stop(stop: Stop<BookingRefusal>) -> Stop<PlanRefusal> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(PlanRefusal::Batch { said: refusal.sentence() }),
        Stop::Store(error) => Stop::Store(error),
    }
}
