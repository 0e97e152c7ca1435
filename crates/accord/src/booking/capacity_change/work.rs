//! The commit: sessions stop first, then a few people a transaction, then the sessions get their last settings.
//!
//! Between two transactions nothing is half done, so whoever comes next, after a kill too, goes on from the rows: a booking
//! without an outcome is still to be dealt with. What changed since the preview, or whose new place is gone, is solved anew
//! from a reader's snapshot, outside the writer.

use super::board::Ask;
use super::gather::{self, Overlay};
use super::preview::{decided, meanwhile, record};
use super::refusal::ChangeRefusal;
use super::solve::way;
use super::{BookingChange, Change, ChangeState, Choice, FRESH_US, Outcome, Planned, SlotChange, What, undo};
use crate::base::db::{Actor, Db, Stop, StoreError, Tx};
use crate::base::ids::{CampaignId, CapacityChangeId, PersonId, SessionId, SlotId};
use crate::base::outbox;
use crate::base::refusal::Refusal;
use crate::booking::store::capacity_change as store;
use crate::booking::write::{self, Origin, settle_offer};
use crate::booking::{Booking, Pick, PlaceCourse, State, hold, place, store as bookings};
use crate::campaign::offer;
use crate::clinic::layout::Places;
use crate::clinic::store::layout::{self, Laid, laid};
use crate::clinic::store::slots_by_ids;
use std::collections::{HashMap, HashSet};

/// People dealt with in one transaction: within 20 ms of the writer's time.
pub const PEOPLE: u32 = 12;
/// How often a new place is looked for before somebody is released.
const TRIES: u32 = 3;

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another step.
    Step,
    /// Look for whoever has no place yet: [`solve`], [`store_solved`].
    Solve,
    /// Nothing.
    Settled,
}

/// One person solved anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solved {
    person: PersonId,
    campaign: CampaignId,
    rows: Vec<BookingChange>,
}

/// Changes that were committed and are not settled: after a kill, or by a service that is just at it.
pub fn under_way(tx: &mut Tx<'_>) -> Result<Vec<CapacityChangeId>, StoreError> {
    store::under_way(tx)
}

/// Gives a preview up.
pub fn abandon(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<(), Stop<ChangeRefusal>> {
    let change = preview_of(tx, id)?;
    store::set_state(tx, &Change { state: ChangeState::Abandoned, ..change })?;
    record(tx, id, "abandon", 0)?;
    Ok(())
}

fn preview_of(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Change, Stop<ChangeRefusal>> {
    let change = store::locked(tx, id)?.ok_or(Stop::Refused(ChangeRefusal::NoSuchChange))?;
    match change.state {
        ChangeState::Preview => Ok(change),
        other => Err(Stop::Refused(ChangeRefusal::NotNow { state: other.word() })),
    }
}

/// Commits a preview: from here on the sessions take nothing new but what the change leaves them. Who is met is dealt with
/// by [`step`]s. Committing what is under way already changes nothing.
pub fn commit(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<(), Stop<ChangeRefusal>> {
    let known = store::locked(tx, id)?.ok_or(Stop::Refused(ChangeRefusal::NoSuchChange))?;
    if matches!(known.state, ChangeState::UnderWay | ChangeState::Done) {
        return Ok(());
    }
    let change = preview_of(tx, id)?;
    if tx.now().as_microsecond() - change.created.as_microsecond() > FRESH_US {
        return Err(Stop::Refused(ChangeRefusal::Outdated));
    }
    let sessions = store::sessions_of(tx, id)?;
    for one in &sessions {
        if !layout::set(tx, one.session, one.version, &meanwhile(&one.after))? {
            return Err(Stop::Refused(ChangeRefusal::Outdated));
        }
    }
    let ids: Vec<SessionId> = sessions.iter().map(|one| one.session).collect();
    let slots = store::slots_of(tx, id)?;
    let there: HashMap<SessionId, Laid> = laid(tx, &ids)?.into_iter().map(|laid| (laid.id, laid)).collect();
    for slot in &slots {
        if slot.new
            && let Some(of) = there.get(&slot.session)
        {
            layout::insert_slot(tx, of, slot.slot, slot.start_minute)?;
        }
        layout::set_places(tx, slot.slot, &first_places(change.what, slot))?;
    }
    // Asked once the slots are locked: a plan that comes later finds them shut.
    if store::pending_in(tx, &ids)? > 0 {
        return Err(Stop::Refused(ChangeRefusal::PlanUnderWay));
    }
    let now = tx.now();
    store::set_state(tx, &Change { state: ChangeState::UnderWay, committed: Some(now), ..change.clone() })?;
    let verb = if change.what == What::Undo { "undo" } else { "commit" };
    record(tx, id, verb, sessions.len())?;
    outbox::append(tx, &format!("capacity_change.{verb}"), &id.to_string(), "{}")?;
    if change.what == What::Close {
        ids.iter().try_for_each(|id| outbox::append(tx, "session_closed", &id.to_string(), "{}"))?;
    }
    Ok(())
}

/// An undo keeps its slots shut until everybody who comes back is back.
fn first_places(what: What, slot: &SlotChange) -> Places {
    Places { takes_new: slot.after.takes_new && what != What::Undo, ..slot.after }
}

/// Deals with up to `people` people of a change under way; one transaction's work.
pub fn step(tx: &mut Tx<'_>, id: CapacityChangeId, people: u32) -> Result<Next, Stop<ChangeRefusal>> {
    let change = store::locked(tx, id)?.ok_or(Stop::Refused(ChangeRefusal::NoSuchChange))?;
    if change.state != ChangeState::UnderWay {
        return Ok(Next::Settled);
    }
    let holders = store::holders(tx, id, people)?;
    if !holders.is_empty() {
        hold::let_go(tx, &holders)?;
        return Ok(Next::Step);
    }
    let limit = people.saturating_mul(4);
    let mut rows = store::todo(tx, id, limit)?;
    let key = |row: &BookingChange| (row.tries, row.seq, row.person, row.campaign);
    let mut met: Vec<_> = rows.iter().map(key).collect();
    met.dedup();
    met.truncate(people as usize);
    rows.retain(|row| met.contains(&key(row)));
    if rows.is_empty() {
        return Ok(Next::Solve);
    }
    for (_, _, person, campaign) in met {
        // All that is open of the person: a row that must be solved first takes the others with it.
        let open = store::open_of(tx, id, person, campaign)?;
        deal(tx, &change, person, campaign, open)?;
    }
    Ok(Next::Step)
}

fn deal(
    tx: &mut Tx<'_>,
    change: &Change,
    person: PersonId,
    campaign: CampaignId,
    rows: Vec<BookingChange>,
) -> Result<(), Stop<ChangeRefusal>> {
    let Some(first) = rows.first() else { return Ok(()) };
    if first.planned == Planned::Honour {
        return Ok(close_all(tx, change.id, rows, Outcome::Honoured)?);
    }
    bookings::lock_people(tx, &[person])?;
    if first.planned == Planned::Restore {
        return Ok(undo::restore(tx, change, person, campaign, rows)?);
    }
    let live = bookings::seen_of(tx, person, campaign)?;
    let attended = bookings::attended(tx, &rows.iter().map(|row| row.booking).collect::<Vec<_>>())?;
    let same = |row: &BookingChange| {
        live.iter().find(|b| b.id == row.booking && b.version == row.version && !attended.contains(&b.id))
    };
    let old: Option<Vec<Booking>> = rows.iter().map(|row| same(row).cloned()).collect();
    let whole =
        rows.iter().all(|row| row.planned == first.planned && (row.planned == Planned::Cancel || row.to.is_some()));
    let Some(old) = old.filter(|_| whole) else {
        return Ok(solve_again(tx, change.id, rows, None)?);
    };
    if first.planned == Planned::Cancel {
        return Ok(released(tx, change, &old, rows)?);
    }
    Ok(moved(tx, change, &old, &live, rows)?)
}

fn moved(
    tx: &mut Tx<'_>,
    change: &Change,
    old: &[Booking],
    live: &[Booking],
    rows: Vec<BookingChange>,
) -> Result<(), StoreError> {
    let Some(first) = old.first() else { return Ok(()) };
    let picks: Vec<Pick> =
        rows.iter().filter_map(|row| Some(Pick { appointment: row.appointment, slot: row.to? })).collect();
    let slots: Vec<SlotId> = picks.iter().map(|pick| pick.slot).collect();
    let sites: Vec<_> = slots_by_ids(tx, &slots)?.into_iter().map(|slot| slot.site).collect();
    let (person, campaign) = (first.person, first.campaign);
    let ask = Ask { person, campaign, bookings: live.to_vec(), displaced: HashSet::new() };
    let way = way(&ask, sites.into_iter());
    let want = PlaceCourse { person, campaign, picks };
    let gone: Vec<_> = old.iter().map(|b| b.id).collect();
    let course = match place::allowed(tx, &want, &gone, way) {
        Ok(course) => course,
        Err(Stop::Refused(refusal)) => return solve_again(tx, change.id, rows, Some(refusal.code())),
        Err(Stop::Store(error)) => return Err(error),
    };
    // Whoever said yes said it to another time.
    let origin = Origin { way, state: State::Assigned, batch: None, share: way.share() };
    let made = match write::exchange(tx, old, &course, &origin, "clinic_changed")? {
        Ok(made) => made,
        Err(refusal) => return solve_again(tx, change.id, rows, Some(refusal.code())),
    };
    settle_offer(tx, &made)?;
    for (mut row, new) in rows.into_iter().zip(&made) {
        row.outcome = Some(Outcome::Moved);
        (row.new_booking, row.new_version) = (Some(new.id), Some(new.version));
        store::set_booking(tx, change.id, &row)?;
        tell(tx, change, "moved", new, &row)?;
    }
    Ok(())
}

fn released(tx: &mut Tx<'_>, change: &Change, old: &[Booking], rows: Vec<BookingChange>) -> Result<(), StoreError> {
    for (mut row, booking) in rows.into_iter().zip(old) {
        let closed = write::release(tx, booking, State::Cancelled, "by_site")?;
        row.outcome = Some(Outcome::Cancelled);
        store::set_booking(tx, change.id, &row)?;
        tell(tx, change, "cancelled", &closed, &row)?;
    }
    match old.first() {
        Some(first) => offer::wait_for_lead(tx, first.campaign, first.person, offer::CLINIC_CHANGED),
        None => Ok(()),
    }
}

/// Nobody is told here: the event holds all that a message needs, and waits for one to be sent.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    change: &Change,
    kind: &str,
    of: &Booking,
    row: &BookingChange,
) -> Result<(), StoreError> {
    let payload = format!(
        r#"{{"change":"{}","person":"{}","campaign":"{}","appointment":{},"before":"{}","was":"{}","version":{}}}"#,
        change.id,
        of.person,
        of.campaign,
        of.appointment,
        row.booking,
        row.was.word(),
        of.version
    );
    outbox::append(tx, &format!("tell.{kind}"), &of.id.to_string(), &payload)
}

pub(super) fn close_all(
    tx: &mut Tx<'_>,
    id: CapacityChangeId,
    rows: Vec<BookingChange>,
    outcome: Outcome,
) -> Result<(), StoreError> {
    for row in rows {
        store::set_booking(tx, id, &BookingChange { outcome: Some(outcome), ..row })?;
    }
    Ok(())
}

/// Marks a person's rows to be solved anew; after too many tries they are released.
fn solve_again(
    tx: &mut Tx<'_>,
    id: CapacityChangeId,
    rows: Vec<BookingChange>,
    why: Option<&'static str>,
) -> Result<(), StoreError> {
    for mut row in rows {
        row.tries += 1;
        row.anew = true;
        row.to = None;
        row.planned = Planned::Move;
        row.why = why.map(str::to_owned);
        store::set_booking(tx, id, &row)?;
    }
    Ok(())
}

/// Everybody of a change who has no place and no outcome: those to be solved anew, and whoever was booked between the
/// preview and the commit. Reads only.
pub fn solve(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Vec<Solved>, StoreError> {
    let Some(change) = store::by_id(tx, id)?.filter(|change| change.what != What::Undo) else { return Ok(Vec::new()) };
    let (sessions, slots) = (store::sessions_of(tx, id)?, store::slots_of(tx, id)?);
    let ids: Vec<SessionId> = sessions.iter().map(|one| one.session).collect();
    let settings: HashMap<SessionId, _> = sessions.into_iter().map(|one| (one.session, one.after)).collect();
    let there = laid(tx, &ids)?;
    let pairs: Vec<_> = there.into_iter().filter_map(|laid| Some((settings.get(&laid.id)?.clone(), laid))).collect();
    let pairs: Vec<_> = pairs.into_iter().map(|(after, laid)| (laid, after)).collect();
    let stay: HashSet<_> = store::honoured(tx, id)?.into_iter().collect();
    let mut displaced = gather::displaced(tx, &slots)?;
    displaced.retain(|booking| !stay.contains(&booking.id));
    let rows = store::bookings_of(tx, id)?;
    let mut asks = gather::asks(tx, &displaced)?;
    let open: HashMap<(PersonId, CampaignId), &BookingChange> =
        rows.iter().filter(|row| row.outcome.is_none()).map(|row| ((row.person, row.campaign), row)).collect();
    let tried = |ask: &Ask| open.get(&(ask.person, ask.campaign)).map_or(0, |row| row.tries);
    let (again, tired): (Vec<Ask>, Vec<Ask>) = asks.drain(..).partition(|ask| tried(ask) < TRIES);
    let from = rows.iter().map(|row| row.seq).max().unwrap_or(0) + 1;
    let mut found = decided(tx, change.choice, &again, &Overlay::new(&pairs, &slots), from)?;
    let last = if change.choice == Choice::Move { Choice::Cancel } else { change.choice };
    let rest =
        decided(tx, last, &tired, &Overlay::new(&pairs, &slots), from + u32::try_from(again.len()).unwrap_or(0))?;
    found.extend(rest);
    let mut solved: HashMap<(PersonId, CampaignId), Vec<BookingChange>> =
        open.keys().map(|key| (*key, Vec::new())).collect();
    for mut row in found {
        let old = open.get(&(row.person, row.campaign));
        row.anew = true;
        row.tries = old.map_or(0, |old| old.tries);
        row.seq = old.map_or(row.seq, |old| old.seq);
        row.why = row.why.or_else(|| old.filter(|_| row.planned == Planned::Cancel).and_then(|old| old.why.clone()));
        solved.entry((row.person, row.campaign)).or_default().push(row);
    }
    let mut solved: Vec<Solved> =
        solved.into_iter().map(|((person, campaign), rows)| Solved { person, campaign, rows }).collect();
    solved.sort_by_key(|one| (one.rows.first().map(|row| row.seq), one.person, one.campaign));
    Ok(solved)
}

/// Keeps what [`solve`] found, in place of what was open; where there was nothing to find, settles the change.
pub fn store_solved(tx: &mut Tx<'_>, id: CapacityChangeId, solved: &[Solved]) -> Result<Next, Stop<ChangeRefusal>> {
    let change = store::locked(tx, id)?.ok_or(Stop::Refused(ChangeRefusal::NoSuchChange))?;
    if change.state != ChangeState::UnderWay {
        return Ok(Next::Settled);
    }
    if solved.is_empty() {
        settle(tx, change)?;
        return Ok(Next::Settled);
    }
    for one in solved {
        if one.rows.is_empty() {
            // They have changed it themselves: nothing of theirs is the change's any more.
            let open = store::open_of(tx, id, one.person, one.campaign)?;
            close_all(tx, id, open, Outcome::LeftOut)?;
            continue;
        }
        store::delete_open(tx, id, one.person, one.campaign)?;
        let known: HashSet<_> = store::bookings_of_person(tx, id, one.person)?.into_iter().collect();
        let fresh: Vec<BookingChange> = one.rows.iter().filter(|row| !known.contains(&row.booking)).cloned().collect();
        store::insert_bookings(tx, id, &fresh)?;
    }
    Ok(Next::Step)
}

/// The sessions and slots get what the change leaves them for good.
fn settle(tx: &mut Tx<'_>, change: Change) -> Result<(), StoreError> {
    let sessions = store::sessions_of(tx, change.id)?;
    let ids: Vec<SessionId> = sessions.iter().map(|one| one.session).collect();
    let mut versions: HashMap<SessionId, i64> =
        laid(tx, &ids)?.into_iter().map(|laid| (laid.id, laid.version)).collect();
    for one in &sessions {
        let Some(version) = versions.remove(&one.session) else { continue };
        // One that somebody changed meanwhile is theirs.
        if version == one.version + 1 && layout::set(tx, one.session, version, &one.after)? {
            store::set_left(tx, change.id, one.session, version + 1)?;
        }
    }
    for slot in store::slots_of(tx, change.id)? {
        layout::set_places(tx, slot.slot, &slot.after)?;
    }
    let now = tx.now();
    store::set_state(tx, &Change { state: ChangeState::Done, settled: Some(now), ..change.clone() })?;
    if let Some(of) = change.undoes
        && let Some(first) = store::by_id(tx, of)?
    {
        store::set_state(tx, &Change { state: ChangeState::Undone, ..first })?;
    }
    record(tx, change.id, "settle", sessions.len())?;
    outbox::append(tx, "capacity_change.settled", &change.id.to_string(), "{}")
}

/// Works a committed change off to its end.
pub async fn finish(db: &Db, who: &Actor, id: CapacityChangeId) -> Result<(), Stop<ChangeRefusal>> {
    loop {
        let mut next = db.write(who, move |tx| step(tx, id, PEOPLE)).await?;
        if next == Next::Solve {
            let solved = db.read(who, move |tx| solve(tx, id)).await?;
            next = db.write(who, move |tx| store_solved(tx, id, &solved)).await?;
        }
        if next == Next::Settled {
            return Ok(());
        }
    }
}

/// [`finish`] for callers outside an async runtime.
pub fn finish_now(db: &Db, who: &Actor, id: CapacityChangeId) -> Result<(), Stop<ChangeRefusal>> {
    loop {
        let mut next = db.write_now(who, move |tx| step(tx, id, PEOPLE))?;
        if next == Next::Solve {
            let solved = db.read_now(who, move |tx| solve(tx, id))?;
            next = db.write_now(who, move |tx| store_solved(tx, id, &solved))?;
        }
        if next == Next::Settled {
            return Ok(());
        }
    }
}
