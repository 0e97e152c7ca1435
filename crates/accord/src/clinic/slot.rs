//! Free slots, for those who choose one.

use super::store::session as store;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{ProductId, SiteId, SlotId};
use jiff::civil::Date;

/// For whom a place is asked. A slot keeps places back in two layers, so that one counter does for all: whoever stands
/// in front may not take what is kept for those behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Whoever plans or chooses: not what is kept for walk-ins, nor, until its time, for assisted booking.
    Everybody,
    /// Assisted booking: not what is kept for walk-ins.
    Assisted,
    /// Somebody at the door: every place.
    WalkIn,
    /// Somebody who had the place before: every place, also where nothing new is taken.
    Back,
}

impl Share {
    /// Whether what is kept for walk-ins stays out of reach.
    pub const fn leaves_walk_in(self) -> bool {
        matches!(self, Self::Everybody | Self::Assisted)
    }

    /// Whether what is kept for assisted booking stays out of reach before its time.
    pub const fn leaves_assisted(self) -> bool {
        matches!(self, Self::Everybody)
    }
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Of these products.
    pub products: Vec<ProductId>,
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// At these sites, with the minutes it takes to get there.
    pub sites: Vec<(SiteId, u16)>,
}

/// A slot with a place left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeSlot {
    /// Which.
    pub slot: SlotId,
    /// Where.
    pub site: SiteId,
    /// Of what.
    pub product: ProductId,
    /// The day in London.
    pub date: Date,
    /// Minutes after midnight in London.
    pub start_minute: u16,
    /// The instant, microseconds UTC.
    pub starts_us: i64,
    /// Its length.
    pub minutes: u16,
    /// Places left.
    pub free: i64,
}

/// A site on a day with free slots, in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeDay {
    /// The day in London.
    pub date: Date,
    /// Where.
    pub site: SiteId,
    /// Minutes to get there, as asked.
    pub minutes: u16,
    /// At least one.
    pub slots: Vec<FreeSlot>,
}

/// Days with free places and doses that have not begun: day after day, on each the nearest site first.
/// A picture of this moment: only the booking itself decides.
pub fn free_slots(tx: &mut Tx<'_>, wanted: &Wanted) -> Result<Vec<FreeDay>, StoreError> {
    free_slots_for(tx, wanted, Share::Everybody)
}

/// [`free_slots`] for whoever asks: an operator also sees what is kept for assisted booking.
pub fn free_slots_for(tx: &mut Tx<'_>, wanted: &Wanted, share: Share) -> Result<Vec<FreeDay>, StoreError> {
    let mut days: Vec<FreeDay> = Vec::new();
    for (site, minutes) in &wanted.sites {
        for product in &wanted.products {
            for slot in store::free_at(tx, *site, *product, (wanted.from, wanted.until), share)? {
                // The site's own days are the last ones: looked at from the end, a hundred sites cost no more each than one.
                match days.iter_mut().rev().find(|d| d.date == slot.date && d.site == *site) {
                    Some(day) => day.slots.push(slot),
                    None => days.push(FreeDay { date: slot.date, site: *site, minutes: *minutes, slots: vec![slot] }),
                }
            }
        }
    }
    for day in &mut days {
        day.slots.sort_by_key(|s| (s.start_minute, s.slot));
    }
    days.sort_by_key(|d| (d.date, d.minutes, d.site));
    Ok(days)
}
