//! A batch: many bookings that turn visible in one moment, or are all undone.

use super::refusal::BookingRefusal;
use super::write::release;
use super::{State, store};
use crate::base::audit::{self, Done};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{Batch, BatchId, CampaignId, PersonId};
use crate::base::outbox;
use crate::campaign;
use jiff::civil::Date;
use std::collections::HashSet;

/// Opens a batch: its bookings will count at once and be seen by nobody.
pub fn open(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<BatchId, StoreError> {
    let id = tx.id::<Batch>();
    store::insert_batch(tx, id, campaign)?;
    told(tx, id, "open")?;
    Ok(id)
}

/// Turns the batch live: every booking in it is now assigned, and everybody's offer says so. Whoever left meanwhile gets
/// nothing: their bookings are given back. Answers how many people have theirs.
pub fn settle_live(tx: &mut Tx<'_>, batch: BatchId) -> Result<u64, Stop<BookingRefusal>> {
    let campaign = store::pending_batch(tx, batch)?.ok_or(Stop::Refused(BookingRefusal::BatchSettled))?;
    store::settle_batch(tx, batch, "live")?;
    let people = store::dates_of_batch(tx, batch)?;
    let rules = campaign::store::load(tx, campaign)?.ok_or(Stop::Refused(BookingRefusal::CampaignClosed))?;
    campaign::offer::assign_many(tx, &rules, &people)?;
    let gone = give_back_of_those_who_left(tx, batch, campaign, &people)?;
    told(tx, batch, "live")?;
    Ok(people.len() as u64 - gone)
}

/// After the offers were set: from then on nobody of the batch can leave before this transaction ends. How many had left.
fn give_back_of_those_who_left(
    tx: &mut Tx<'_>,
    batch: BatchId,
    campaign: CampaignId,
    people: &[(PersonId, Date)],
) -> Result<u64, StoreError> {
    let left: HashSet<PersonId> = campaign::store::people_who_left(tx, campaign)?.into_iter().collect();
    let gone: Vec<PersonId> = people.iter().map(|(person, _)| *person).filter(|p| left.contains(p)).collect();
    store::lock_people(tx, &gone)?;
    for person in &gone {
        for booking in store::live_of(tx, *person, campaign)?.iter().filter(|b| b.batch == Some(batch)) {
            release(tx, booking, State::Cancelled, "left")?;
        }
    }
    Ok(gone.len() as u64)
}

/// Gives back up to `limit` bookings of a pending batch; how many are left. At none it is undone.
pub fn undo(tx: &mut Tx<'_>, batch: BatchId, limit: u32) -> Result<u64, Stop<BookingRefusal>> {
    store::pending_batch(tx, batch)?.ok_or(Stop::Refused(BookingRefusal::BatchSettled))?;
    for booking in store::live_of_batch(tx, batch, limit)? {
        release(tx, &booking, State::Cancelled, "by_campaign")?;
    }
    let left = store::count_of_batch(tx, batch)?;
    if left == 0 {
        store::settle_batch(tx, batch, "undone")?;
        told(tx, batch, "undone")?;
    }
    Ok(left)
}

fn told(tx: &mut Tx<'_>, batch: BatchId, verb: &str) -> Result<(), StoreError> {
    let done = Done { organisation: None, verb, noun: "batch", noun_id: batch.to_string(), detail: "{}".into() };
    audit::record(tx, &done)?;
    outbox::append(tx, &format!("batch.{verb}"), &batch.to_string(), "{}")
}
