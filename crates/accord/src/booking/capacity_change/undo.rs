//! The undo: a change of its own that puts sessions and people back, as many as can go.
//!
//! Before any message was released it is silent and begins at once. Afterwards it is a proposal: how many second messages
//! it means, how many can't go back because their place is gone.

use super::refusal::ChangeRefusal;
use super::work::{close_all, commit, tell};
use super::{BookingChange, Change, ChangeState, Choice, Outcome, SessionChange, SlotChange, UNDO_US, What};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{BookingId, CampaignId, CapacityChangeId, PersonId, SlotId};
use crate::base::refusal::Refusal;
use crate::booking::store::capacity_change as store;
use crate::booking::write::{put_back, settle_offer};
use crate::booking::{Booking, BookingRefusal, Pick, PlaceCourse, State, Way, place, store as bookings};
use crate::clinic::store::layout::laid;
use std::collections::HashMap;

/// Passes over whoever could not go back: somebody else's going back may have made room.
const PASSES: u32 = 2;

/// Notes that messages of a change have been released: from then on its undoing is told too.
pub fn told(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<(), Stop<ChangeRefusal>> {
    let change = store::locked(tx, id)?.ok_or(Stop::Refused(ChangeRefusal::NoSuchChange))?;
    let now = tx.now();
    store::set_state(tx, &Change { told: change.told.or(Some(now)), ..change })?;
    Ok(())
}

/// Takes a settled change back: begun at once where nobody was told, else a proposal that waits for its commit. Its id;
/// asked twice, the one there is.
pub fn undo(
    tx: &mut Tx<'_>,
    id: CapacityChangeId,
    lead: &str,
    reason: &str,
) -> Result<CapacityChangeId, Stop<ChangeRefusal>> {
    let change = store::locked(tx, id)?.ok_or(Stop::Refused(ChangeRefusal::NoSuchChange))?;
    let refused = |state: ChangeState| Stop::Refused(ChangeRefusal::NotNow { state: state.word() });
    if change.state != ChangeState::Done || change.what == What::Undo {
        return Err(refused(change.state));
    }
    if lead.trim().is_empty() || reason.trim().is_empty() {
        return Err(Stop::Refused(ChangeRefusal::NoReason));
    }
    let settled = change.settled.map_or(0, jiff::Timestamp::as_microsecond);
    if tx.now().as_microsecond() - settled > UNDO_US {
        return Err(Stop::Refused(ChangeRefusal::TooLate));
    }
    let new = Change {
        id: tx.id(),
        what: What::Undo,
        choice: Choice::Honour,
        reason: reason.trim().to_owned(),
        lead: lead.trim().to_owned(),
        undoes: Some(id),
        state: ChangeState::Preview,
        created: tx.now(),
        committed: None,
        settled: None,
        ..change.clone()
    };
    store::insert(tx, &new)?;
    copy(tx, &change, new.id)?;
    if change.told.is_none() {
        commit(tx, new.id)?;
    }
    Ok(new.id)
}

/// The way back: sessions and slots as they were, but those that somebody changed since.
fn copy(tx: &mut Tx<'_>, change: &Change, undo: CapacityChangeId) -> Result<(), StoreError> {
    let sessions = store::sessions_of(tx, change.id)?;
    let ids: Vec<_> = sessions.iter().map(|one| one.session).collect();
    let versions: HashMap<_, i64> = laid(tx, &ids)?.into_iter().map(|laid| (laid.id, laid.version)).collect();
    let kept = sessions.into_iter().filter(|one| one.left.is_some() && one.left == versions.get(&one.session).copied());
    let back: Vec<SessionChange> = kept
        .map(|one| SessionChange {
            session: one.session,
            version: one.left.unwrap_or(one.version),
            before: one.after,
            after: one.before,
            left: None,
        })
        .collect();
    let slots: Vec<SlotChange> = store::slots_of(tx, change.id)?
        .into_iter()
        .filter(|slot| back.iter().any(|one| one.session == slot.session))
        .map(|slot| SlotChange { new: false, before: slot.after, after: slot.before, ..slot })
        .collect();
    store::insert_sessions(tx, undo, &back)?;
    store::insert_slots(tx, undo, &slots)?;
    store::copy_for_undo(tx, change.id, undo)?;
    Ok(())
}

/// Puts one person back, whole or not at all.
pub(super) fn restore(
    tx: &mut Tx<'_>,
    change: &Change,
    person: PersonId,
    campaign: CampaignId,
    rows: Vec<BookingChange>,
) -> Result<(), StoreError> {
    let live = bookings::seen_of(tx, person, campaign)?;
    let (mut now, mut before): (Vec<Booking>, Vec<(Booking, State)>) = (Vec::new(), Vec::new());
    for row in &rows {
        let Some(old) = bookings::by_id(tx, row.booking)?.filter(|old| !old.state.is_live()) else {
            return left_out(tx, change.id, rows, "changed_meanwhile");
        };
        let has = live.iter().find(|b| b.appointment == row.appointment);
        if has.map(|b| (b.id, b.version)) != row.new_booking.zip(row.new_version) {
            return left_out(tx, change.id, rows, "changed_meanwhile");
        }
        now.extend(has.cloned());
        before.push((old, row.was));
    }
    let gone: Vec<BookingId> = now.iter().map(|b| b.id).collect();
    if !bookings::attended(tx, &gone)?.is_empty() {
        return left_out(tx, change.id, rows, "changed_meanwhile");
    }
    let picks = before.iter().map(|(old, _)| Pick { appointment: old.appointment, slot: old.slot }).collect();
    let want = PlaceCourse { person, campaign, picks };
    match place::allowed(tx, &want, &gone, Way::Restored) {
        Ok(course) => {
            let same = |(one, (old, _)): (&crate::booking::rules::Allowed, &(Booking, State))| {
                one.permit.allocation == old.allocation
            };
            if !course.allowed.iter().zip(&before).all(same) {
                return left_out(tx, change.id, rows, "agreement_changed");
            }
        }
        Err(Stop::Refused(refusal)) => return not_now(tx, change.id, rows, &refusal),
        Err(Stop::Store(error)) => return Err(error),
    }
    let back = match put_back(tx, &now, &before, "change_undone")? {
        Ok(back) => back,
        Err(refusal) => return not_now(tx, change.id, rows, &refusal),
    };
    settle_offer(tx, &back)?;
    for (mut row, booking) in rows.into_iter().zip(&back) {
        row.outcome = Some(Outcome::Restored);
        store::set_booking(tx, change.id, &row)?;
        if change.told.is_some() {
            tell(tx, change, "moved_back", booking, &row)?;
        }
    }
    Ok(())
}

fn left_out(tx: &mut Tx<'_>, id: CapacityChangeId, rows: Vec<BookingChange>, why: &str) -> Result<(), StoreError> {
    let rows = rows.into_iter().map(|row| BookingChange { why: Some(why.to_owned()), ..row }).collect();
    close_all(tx, id, rows, Outcome::LeftOut)
}

/// Tries again once everybody else had a turn; then they keep what they have.
fn not_now(
    tx: &mut Tx<'_>,
    id: CapacityChangeId,
    rows: Vec<BookingChange>,
    refusal: &BookingRefusal,
) -> Result<(), StoreError> {
    let tried = rows.iter().map(|row| row.tries + 1).max().unwrap_or(PASSES);
    if tried >= PASSES {
        return left_out(tx, id, rows, refusal.code());
    }
    for row in rows {
        store::set_booking(tx, id, &BookingChange { tries: tried, why: Some(refusal.code().to_owned()), ..row })?;
    }
    Ok(())
}

/// What an undo that was not begun would come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forecast {
    /// Bookings that go back.
    pub back: u64,
    /// Of the rest: the person changed them since.
    pub changed: u64,
    /// Of the rest: somebody else has the place.
    pub gone: u64,
}

/// Works it out from the counters as they are.
pub fn forecast(tx: &mut Tx<'_>, id: CapacityChangeId) -> Result<Forecast, StoreError> {
    let changed = store::moved_on(tx, id)?;
    let places: HashMap<SlotId, i64> =
        store::slots_of(tx, id)?.into_iter().map(|s| (s.slot, s.after.capacity)).collect();
    let (mut wanted, mut gone) = (0, 0);
    for (slot, people, taken) in store::wanted_back(tx, id)? {
        wanted += people.unsigned_abs();
        // A booking of an edited session still counts itself where it was; one of a closed session does not.
        let room = places.get(&slot).map_or(i64::MAX, |capacity| capacity - taken);
        gone += people.saturating_sub(room.max(0)).max(0).unsigned_abs();
    }
    Ok(Forecast { back: wanted.saturating_sub(changed).saturating_sub(gone), changed, gone })
}
