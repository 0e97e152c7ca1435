//! What a button of the free times stands for. Not a secret: whatever is in it is looked at again.

use crate::base::ids::{BookingId, SlotId};
use crate::booking::hold::Hold;
use crate::booking::{Booking, Pick};
use jiff::Timestamp;
use std::collections::HashSet;

/// Slots for appointments, of which each replaces what was shown, or fills what was not booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish(Vec<Swap>);

/// A slot for an appointment, and the booking that was shown, if there was one: its version alone would not do, since the
/// booking that takes its place begins at 1 again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Swap {
    appointment: u16,
    slot: SlotId,
    old: Option<(BookingId, u32)>,
}

/// The most appointments of one wish.
const MOST: usize = 6;

impl Wish {
    /// Picks beside what the person has.
    pub fn of(picks: &[Pick], bookings: &[Booking]) -> Self {
        let swap = |pick: &Pick| {
            let old = bookings.iter().find(|b| b.appointment == pick.appointment).map(|b| (b.id, b.version));
            Swap { appointment: pick.appointment, slot: pick.slot, old }
        };
        Self(picks.iter().map(swap).collect())
    }

    /// The wish that these holds were made for.
    pub fn of_holds(holds: &[Hold], bookings: &[Booking]) -> Self {
        let picks: Vec<Pick> = holds.iter().map(|h| Pick { appointment: h.appointment, slot: h.slot }).collect();
        Self::of(&picks, bookings)
    }

    /// As it stands in a button and an address.
    pub fn text(&self) -> String {
        let one = |s: &Swap| match s.old {
            Some((old, version)) => format!("{}.{}.{old}.{version}", s.appointment, s.slot),
            None => format!("{}.{}", s.appointment, s.slot),
        };
        self.0.iter().map(one).collect::<Vec<_>>().join("~")
    }

    /// Reads one or more appointments, each once.
    pub fn parse(text: &str) -> Option<Self> {
        let mut wish: Vec<Swap> = Vec::new();
        for part in text.split('~').take(MOST + 1) {
            let fields: Vec<&str> = part.split('.').collect();
            let (appointment, slot, old) = match fields[..] {
                [appointment, slot] => (appointment, slot, None),
                [appointment, slot, old, version] => {
                    (appointment, slot, Some((old.parse().ok()?, version.parse().ok()?)))
                }
                _ => return None,
            };
            let swap = Swap { appointment: appointment.parse().ok()?, slot: slot.parse().ok()?, old };
            if wish.iter().any(|known| known.appointment == swap.appointment) {
                return None;
            }
            wish.push(swap);
        }
        (1..=MOST).contains(&wish.len()).then_some(Self(wish))
    }

    /// What would be booked.
    pub fn picks(&self) -> Vec<Pick> {
        self.0.iter().map(|s| Pick { appointment: s.appointment, slot: s.slot }).collect()
    }

    /// The appointment that was chosen first.
    pub fn first(&self) -> u16 {
        self.0.first().map_or(1, |first| first.appointment)
    }

    /// Whether nothing is given up for it.
    pub fn is_new(&self) -> bool {
        self.0.iter().all(|s| s.old.is_none())
    }

    /// The bookings it would replace, as they were shown.
    pub fn seen(&self) -> Vec<(BookingId, u32)> {
        self.0.iter().filter_map(|s| s.old).collect()
    }

    /// Whether each replaces a booking that is still to come, as it was shown, or an appointment that is not booked.
    pub fn fits(&self, bookings: &[Booking], given: &HashSet<BookingId>, now: Timestamp) -> bool {
        self.0.iter().all(|s| match (s.old, bookings.iter().find(|b| b.appointment == s.appointment)) {
            (None, None) => true,
            (Some(old), Some(b)) => old == (b.id, b.version) && b.starts > now && !given.contains(&b.id),
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn a_wish_survives_its_text_and_nonsense_is_none() {
        let id = "00000000-0000-7000-8000-000000000001";
        for text in [
            format!("1.{id}.{id}.1"),
            format!("2.{id}.{id}.4~1.{id}.{id}.2"),
            format!("1.{id}~2.{id}"),
            format!("2.{id}~1.{id}.{id}.2"),
        ] {
            assert_eq!(Wish::parse(&text).map(|wish| wish.text()), Some(text));
        }
        let (one, new) = (format!("1.{id}.{id}.1"), format!("1.{id}"));
        let many = (1..=7).map(|n| format!("{n}.{id}")).collect::<Vec<_>>().join("~");
        for text in ["", "1", "1.x.1", "1.2.3", "1.x", &format!("{one}~{one}"), &format!("{one}~{new}"), &many] {
            assert_eq!(Wish::parse(text), None, "{text}");
        }
    }
}
