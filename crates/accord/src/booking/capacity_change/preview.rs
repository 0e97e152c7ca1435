//! The preview: what a change would do, worked out in a reader's snapshot and then kept; nothing is booked.

use super::board::{Ask, Board};
use super::gather::{self, Overlay};
use super::refusal::ChangeRefusal;
use super::solve::{Answer, solve};
use super::{BookingChange, Change, ChangeState, Choice, Planned, SESSIONS, SessionChange, SlotChange, What, Wish};
use crate::base::audit::{self, Done};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{CapacityChangeId, SessionId};
use crate::booking::Booking;
use crate::booking::store::capacity_change as store;
use crate::clinic::layout::{Settings, Takes};
use crate::clinic::store::layout::{Laid, beside, laid, slots_of};

/// A preview before it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub(super) sessions: Vec<SessionChange>,
    pub(super) slots: Vec<SlotChange>,
    pub(super) bookings: Vec<BookingChange>,
}

/// Works out what a wish would do. Reads only; the answer may be old when it is kept, and says so when it is committed.
pub fn draft(tx: &mut Tx<'_>, wish: &Wish) -> Result<Result<Draft, ChangeRefusal>, StoreError> {
    let sessions = match sessions(tx, wish)? {
        Ok(sessions) => sessions,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let ids: Vec<SessionId> = sessions.iter().map(|(laid, _)| laid.id).collect();
    let there = slots_of(tx, &ids)?;
    let now = tx.now().as_microsecond();
    if there.iter().all(|slot| slot.starts_us <= now) && wish.what != What::Edit {
        return Ok(Err(ChangeRefusal::Past));
    }
    let mut slots = Vec::new();
    for (laid, after) in &sessions {
        let own: Vec<_> = there.iter().filter(|slot| slot.session == laid.id).copied().collect();
        slots.extend(gather::slots(tx, wish, laid, after, &own));
    }
    slots.sort_by_key(|slot| slot.slot);
    if slots.is_empty() && sessions.iter().all(|(laid, after)| laid.settings == *after) {
        return Ok(Err(ChangeRefusal::NothingToDo));
    }
    let displaced = gather::displaced(tx, &slots)?;
    let asks = gather::asks(tx, &displaced)?;
    let overlay = Overlay::new(&sessions, &slots);
    let bookings = decided(tx, wish.choice, &asks, &overlay, 0)?;
    let sessions = sessions.into_iter().map(|(laid, after)| SessionChange {
        session: laid.id,
        version: laid.version,
        before: laid.settings,
        after,
        left: None,
    });
    Ok(Ok(Draft { sessions: sessions.collect(), slots, bookings }))
}

/// What becomes of everybody who lost a place, by the lead's choice; numbered from `seq` on.
pub(super) fn decided(
    tx: &mut Tx<'_>,
    choice: Choice,
    asks: &[Ask],
    overlay: &Overlay,
    seq: u32,
) -> Result<Vec<BookingChange>, StoreError> {
    if asks.is_empty() {
        return Ok(Vec::new());
    }
    let mut board = match choice {
        Choice::Move => Some(Board::read(tx, asks, overlay)?),
        Choice::Honour | Choice::Cancel => None,
    };
    let mut all = Vec::new();
    for (ask, seq) in asks.iter().zip(seq..) {
        let lost = ask.bookings.iter().filter(|b| ask.displaced.contains(&b.id));
        match (choice, board.as_mut().map(|board| solve(board, ask))) {
            (_, Some(Answer::Move(moves))) => all.extend(moves.iter().map(|(booking, slot)| BookingChange {
                along: !ask.displaced.contains(&booking.id),
                to: Some(*slot),
                ..change(booking, seq, Planned::Move)
            })),
            (_, Some(Answer::Cannot(why))) => {
                all.extend(lost.map(|booking| BookingChange {
                    why: Some(why.to_owned()),
                    ..change(booking, seq, Planned::Cancel)
                }))
            }
            (Choice::Honour, None) => all.extend(lost.map(|booking| change(booking, seq, Planned::Honour))),
            (_, None) => all.extend(lost.map(|booking| change(booking, seq, Planned::Cancel))),
        }
    }
    Ok(all)
}

fn change(of: &Booking, seq: u32, planned: Planned) -> BookingChange {
    BookingChange {
        booking: of.id,
        seq,
        person: of.person,
        campaign: of.campaign,
        appointment: of.appointment,
        version: of.version,
        was: of.state,
        along: false,
        planned,
        why: None,
        to: None,
        outcome: None,
        anew: false,
        tries: 0,
        new_booking: None,
        new_version: None,
    }
}

/// The sessions with their settings after the change, or why they can't have them.
fn sessions(tx: &mut Tx<'_>, wish: &Wish) -> Result<Result<Vec<(Laid, Settings)>, ChangeRefusal>, StoreError> {
    let mut ids = wish.sessions.clone();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > SESSIONS {
        return Ok(Err(ChangeRefusal::TooMany));
    }
    if wish.reason.trim().is_empty() || wish.lead.trim().is_empty() {
        return Ok(Err(ChangeRefusal::NoReason));
    }
    let known = laid(tx, &ids)?;
    if known.is_empty() || known.len() != ids.len() {
        return Ok(Err(ChangeRefusal::NoSuchSession));
    }
    let mut all = Vec::with_capacity(known.len());
    for laid in known {
        let after = wish.after(&laid.settings);
        if let Err((what, wanted)) = after.check() {
            return Ok(Err(ChangeRefusal::Settings { what, wanted }));
        }
        all.push((laid, after));
    }
    if wish.what == What::Edit && overlap(tx, &all)? {
        return Ok(Err(ChangeRefusal::Overlap));
    }
    Ok(Ok(all))
}

/// Whether one of them, with its new times, runs into another of its site, product and day.
fn overlap(tx: &mut Tx<'_>, all: &[(Laid, Settings)]) -> Result<bool, StoreError> {
    for (laid, after) in all {
        for (other, from, until) in beside(tx, laid)? {
            let moved = all.iter().find(|(o, _)| o.id == other).map(|(_, s)| (s.from_minute, s.until_minute));
            let (from, until) = moved.unwrap_or((from, until));
            if after.from_minute < until && from < after.until_minute {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Keeps a preview; its id.
pub fn store_draft(tx: &mut Tx<'_>, wish: &Wish, draft: &Draft) -> Result<CapacityChangeId, StoreError> {
    let change = Change {
        id: tx.id(),
        what: wish.what,
        choice: wish.choice,
        edit: wish.edit.clone(),
        reason: wish.reason.trim().to_owned(),
        lead: wish.lead.trim().to_owned(),
        undoes: None,
        state: ChangeState::Preview,
        created: tx.now(),
        committed: None,
        settled: None,
        told: None,
    };
    store::insert(tx, &change)?;
    store::insert_sessions(tx, change.id, &draft.sessions)?;
    store::insert_slots(tx, change.id, &draft.slots)?;
    store::insert_bookings(tx, change.id, &draft.bookings)?;
    record(tx, change.id, "preview", draft.sessions.len())?;
    Ok(change.id)
}

/// One audit row of the partnership's own chain. The reason and the lead's name stand in the change, not here.
pub(super) fn record(tx: &mut Tx<'_>, id: CapacityChangeId, verb: &str, sessions: usize) -> Result<(), StoreError> {
    let detail = format!(r#"{{"sessions":{sessions}}}"#);
    audit::record(tx, &Done { organisation: None, verb, noun: "capacity_change", noun_id: id.to_string(), detail })
}

/// A change's settings of its sessions while it is worked off: what closes is honoured until everybody is dealt with.
pub(super) fn meanwhile(after: &Settings) -> Settings {
    let takes = if after.takes == Takes::Closed { Takes::Honoured } else { after.takes };
    Settings { takes, ..after.clone() }
}
