//! Whom a change meets: how it leaves its slots, and which bookings then have no place.

use super::board::Ask;
use super::{SlotChange, What, Wish};
use crate::base::clock::london_instant;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{BookingId, CampaignId, PersonId, SlotId};
use crate::booking::{Booking, State, store};
use crate::clinic::layout::{Places, Settings, Takes};
use crate::clinic::session::Kind;
use crate::clinic::store::SlotFacts;
use crate::clinic::store::layout::{Laid, Slot};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The slots of a session that are still to come as the change leaves them, and those it makes.
pub(super) fn slots(tx: &Tx<'_>, wish: &Wish, of: &Laid, after: &Settings, slots: &[Slot]) -> Vec<SlotChange> {
    let now = tx.now().as_microsecond();
    let mut laid: BTreeMap<u16, Places> = after.layout(of.date).into_iter().collect();
    let cut = matches!(wish.what, What::Edit | What::Open);
    let mut changes = Vec::new();
    for slot in slots {
        // The one slot of a session without times stays whatever its hours become: people have walked into it.
        let fits = slot.minutes == after.slot_minutes || after.terms.kind != Kind::Booked;
        let wanted = if fits { laid.remove(&slot.start_minute) } else { None };
        if slot.starts_us <= now {
            continue;
        }
        let to = match after.takes {
            Takes::Closed => Places::NONE,
            Takes::Honoured if !cut => Places { takes_new: false, ..slot.places },
            _ => wanted.unwrap_or(Places::NONE),
        };
        if to != slot.places {
            let (slot, session, start_minute, before) = (slot.id, slot.session, slot.start_minute, slot.places);
            changes.push(SlotChange { slot, session, start_minute, new: false, before, after: to });
        }
    }
    if cut && after.takes != Takes::Closed {
        let to_come = laid.into_iter().filter(|(start, _)| london_instant(of.date, *start).as_microsecond() > now);
        changes.extend(to_come.map(|(start_minute, after)| SlotChange {
            slot: tx.id(),
            session: of.id,
            start_minute,
            new: true,
            before: Places::NONE,
            after,
        }));
    }
    changes
}

/// How a change leaves its slots, over what stands in the store.
pub(super) struct Overlay {
    slots: HashMap<SlotId, (Places, Takes)>,
    new: Vec<(SlotId, u16, Places, Laid, Takes)>,
}

impl Overlay {
    /// Of sessions with their settings after the change, and its slots.
    pub fn new(sessions: &[(Laid, Settings)], slots: &[SlotChange]) -> Self {
        let mut overlay = Self { slots: HashMap::new(), new: Vec::new() };
        for change in slots {
            let Some((laid, after)) = sessions.iter().find(|(laid, _)| laid.id == change.session) else { continue };
            if change.new {
                overlay.new.push((change.slot, change.start_minute, change.after, laid.clone(), after.takes));
            } else {
                overlay.slots.insert(change.slot, (change.after, after.takes));
            }
        }
        overlay
    }

    /// Slots as they will be. A slot that gives nobody's place up takes its bookings as they are.
    pub fn over(&self, mut slots: Vec<SlotFacts>) -> Vec<SlotFacts> {
        let mut more = Vec::new();
        for (id, start_minute, places, laid, takes) in &self.new {
            // Site and access are those of any other slot of the session.
            if slots.iter().any(|slot| slot.id == *id) {
                continue;
            }
            let Some(like) = slots.iter().find(|slot| slot.session == laid.id) else { continue };
            let starts_us = london_instant(laid.date, *start_minute).as_microsecond();
            let new = SlotFacts { id: *id, start_minute: *start_minute, starts_us, taken: 0, ..like.clone() };
            more.push(with(new, *places, *takes));
        }
        for slot in &mut slots {
            if let Some((places, takes)) = self.slots.get(&slot.id) {
                *slot = with(slot.clone(), *places, *takes);
            }
        }
        slots.extend(more);
        slots
    }
}

fn with(slot: SlotFacts, to: Places, takes: Takes) -> SlotFacts {
    SlotFacts {
        capacity: to.capacity,
        takes_new: to.takes_new,
        kept_walk_in: to.kept_walk_in,
        kept_assisted: to.kept_assisted,
        assisted_until_us: to.assisted_until_us,
        session_open: takes == Takes::Open,
        session_honours: takes == Takes::Honoured,
        ..slot
    }
}

/// The live bookings that these slots will have no place for: confirmed ones and those made first keep theirs.
pub(super) fn displaced(tx: &mut Tx<'_>, slots: &[SlotChange]) -> Result<Vec<Booking>, StoreError> {
    let smaller: Vec<&SlotChange> =
        slots.iter().filter(|slot| !slot.new && slot.after.capacity < slot.before.capacity).collect();
    let ids: Vec<SlotId> = smaller.iter().map(|slot| slot.slot).collect();
    let room: HashMap<SlotId, usize> =
        smaller.iter().map(|slot| (slot.slot, usize::try_from(slot.after.capacity).unwrap_or(0))).collect();
    let mut by_slot: BTreeMap<SlotId, Vec<Booking>> = BTreeMap::new();
    for booking in store::to_come_in(tx, &ids)? {
        by_slot.entry(booking.slot).or_default().push(booking);
    }
    let mut displaced = Vec::new();
    for (slot, mut bookings) in by_slot {
        bookings.sort_by_key(|b| (b.state != State::Confirmed, b.id));
        let fits = room.get(&slot).copied().unwrap_or(0).min(bookings.len());
        displaced.extend(bookings.drain(fits..));
    }
    Ok(displaced)
}

/// Everybody who lost a place, in the order in which they are dealt with: whose time comes first, the confirmed before the
/// assigned, who was booked first.
pub(super) fn asks(tx: &mut Tx<'_>, displaced: &[Booking]) -> Result<Vec<Ask>, StoreError> {
    let mut first: HashMap<(PersonId, CampaignId), _> = HashMap::new();
    let mut lost: HashMap<(PersonId, CampaignId), HashSet<BookingId>> = HashMap::new();
    for booking in displaced {
        let who = (booking.person, booking.campaign);
        let key = (booking.starts, booking.state != State::Confirmed, booking.id);
        first.entry(who).and_modify(|old| *old = key.min(*old)).or_insert(key);
        lost.entry(who).or_default().insert(booking.id);
    }
    let mut order: Vec<_> = first.into_iter().collect();
    order.sort_unstable_by_key(|(_, key)| *key);
    let people: Vec<PersonId> = order.iter().map(|((person, _), _)| *person).collect();
    let mut all: HashMap<(PersonId, CampaignId), Vec<Booking>> = HashMap::new();
    for booking in store::seen_of_people(tx, &people)? {
        all.entry((booking.person, booking.campaign)).or_default().push(booking);
    }
    let asks = order.into_iter().map(|((person, campaign), _)| {
        let mut bookings = all.remove(&(person, campaign)).unwrap_or_default();
        bookings.sort_by_key(|b| b.appointment);
        let displaced = lost.remove(&(person, campaign)).unwrap_or_default();
        Ask { person, campaign, bookings, displaced }
    });
    Ok(asks.collect())
}
