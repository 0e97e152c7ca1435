//! Somebody is here without an appointment: what they may get now, and giving it in one step.
//!
//! A walk-in is a booking like any other: it cites an agreement, has its unit of allocation, stock and ledger, and must fit the
//! course. It is made, checked in and noted as given in one transaction, and the open appointment of the same number goes
//! back in it, so that no reminder is sent for it. Whether later appointments still fit is for the rules: if not, they go
//! back too and the person waits, with an owner and a date.

use super::attendance::{Batch, DayRefusal};
use super::check_in::came_at;
use super::outcome::{CAME_TO_NOTHING, Noted, note};
use super::refusal::BookingRefusal;
use super::write::release;
use super::{Booking, Pick, PlaceCourse, State, Way, place, store};
use crate::base::clock::london_date;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{BookingId, CampaignId, PersonId, ProductId, SiteId, SlotId};
use crate::campaign::{self, Campaign, offer};
use crate::clinic::session::Kind;
use jiff::Timestamp;

/// What somebody may get here, and what it changes for them.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Its name.
    pub name: String,
    /// Which appointment of the course.
    pub appointment: u16,
    /// Length of the course.
    pub of: u16,
    /// Of what.
    pub product: ProductId,
    /// The place they take.
    pub slot: SlotId,
    /// Their appointment elsewhere or another day that goes back.
    pub replaces: Option<Booking>,
    /// Later appointments that no longer fit and go back.
    pub breaks: Vec<Booking>,
}

/// A place of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The slot.
    pub slot: SlotId,
    /// Of what.
    pub product: ProductId,
    /// Whether times are booked there.
    pub kind: Kind,
    /// When it starts.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// Whether a place is left.
    pub free: bool,
}

/// What a person may get at a site at an instant, for each open campaign they are in; none: they are in none. Within a
/// write: the rules lock what they look at.
pub fn look(
    tx: &mut Tx<'_>,
    site: SiteId,
    person: PersonId,
    at: Timestamp,
) -> Result<Vec<Result<Offered, DayRefusal>>, StoreError> {
    let mut found = Vec::new();
    for (id,) in campaign::store::open(tx)? {
        let state = campaign::store::offer_state(tx, id, person)?;
        let (Some(_), Some(campaign)) = (state, campaign::store::load(tx, id)?) else { continue };
        match offered(tx, site, person, &campaign, at, None) {
            Ok(offered) => found.push(Ok(offered)),
            Err(Stop::Refused(refusal)) => found.push(Err(refusal)),
            Err(Stop::Store(error)) => return Err(error),
        }
    }
    Ok(found)
}

/// What was given to whom, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Give {
    /// Where.
    pub site: SiteId,
    /// To whom.
    pub person: PersonId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Which appointment the clinic was shown; none: whichever is next.
    pub appointment: Option<u16>,
    /// Of what; none: what the course asks for.
    pub product: Option<ProductId>,
    /// Of which batch.
    pub batch: Batch,
    /// When.
    pub at: Timestamp,
}

/// Books, checks in, and notes as given; the booking.
pub fn give(tx: &mut Tx<'_>, what: &Give) -> Result<Booking, Stop<DayRefusal>> {
    let nobody = || Stop::Refused(DayRefusal::Booking(BookingRefusal::NoSuchPerson));
    store::lock_person(tx, what.person)?.ok_or_else(nobody)?;
    let closed = || Stop::Refused(DayRefusal::Booking(BookingRefusal::CampaignClosed));
    let campaign = campaign::store::load(tx, what.campaign)?.ok_or_else(closed)?;
    if campaign::store::offer_state(tx, what.campaign, what.person)?.is_none() {
        return Err(Stop::Refused(DayRefusal::NotInCampaign));
    }
    let offered = offered(tx, what.site, what.person, &campaign, what.at, what.product)?;
    if what.appointment.is_some_and(|shown| shown != offered.appointment) {
        return Err(Stop::Refused(DayRefusal::ChangedMeanwhile));
    }
    if let Some(old) = &offered.replaces {
        release(tx, old, State::Rebooked, "walk_in")?;
    }
    for later in &offered.breaks {
        release(tx, later, State::Cancelled, "course_broken")?;
    }
    let picks = vec![Pick { appointment: offered.appointment, slot: offered.slot }];
    let want = PlaceCourse { person: what.person, campaign: what.campaign, picks };
    let placed = place::place_instead(tx, &want, &[], Way::WalkIn { at: what.at }).map_err(Stop::into)?;
    let booking = placed.into_iter().next().ok_or(Stop::Refused(DayRefusal::NoPlace))?;
    let booking = came_at(tx, what.site, booking, what.at, None)?.booking;
    note(tx, what.site, booking.id, 1, &Noted::Given(what.batch.clone()))?;
    if !offered.breaks.is_empty() {
        offer::wait(tx, what.campaign, what.person, Some(CAME_TO_NOTHING))?;
    }
    Ok(booking)
}

/// The next appointment of the course that a person may have at a site, by every rule but the counters.
fn offered(
    tx: &mut Tx<'_>,
    site: SiteId,
    person: PersonId,
    campaign: &Campaign,
    at: Timestamp,
    product: Option<ProductId>,
) -> Result<Offered, Stop<DayRefusal>> {
    let given = store::given_of(tx, person, campaign.id)?;
    let (had, open): (Vec<Booking>, Vec<Booking>) =
        store::live_of(tx, person, campaign.id)?.into_iter().partition(|b| given.contains(&b.id));
    let of = u16::try_from(campaign.appointments.len()).unwrap_or(u16::MAX);
    let next = (1..=of).find(|n| had.iter().all(|b| b.appointment != *n));
    let number = next.ok_or(Stop::Refused(DayRefusal::Closed { state: "completed" }))?;
    let (mine, others): (Vec<Booking>, Vec<Booking>) = open.into_iter().partition(|b| b.appointment == number);
    let mine = mine.into_iter().next();
    if let Some(mine) = &mine {
        not_expected_here(tx, site, mine, at)?;
    }
    let seats = seats(tx, site, at, product.or(had.first().map(|b| b.product)))?;
    let first: Vec<BookingId> = mine.iter().map(|b| b.id).collect();
    let all: Vec<BookingId> = mine.iter().chain(&others).map(|b| b.id).collect();
    let mut refused = None;
    for seat in seats {
        let want =
            PlaceCourse { person, campaign: campaign.id, picks: vec![Pick { appointment: number, slot: seat.slot }] };
        let mut fits = |released: &[BookingId]| match place::allowed(tx, &want, released, Way::WalkIn { at }) {
            Ok(_) => Ok(Ok(())),
            Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stop::Store(error)) => Err(error),
        };
        let whole = |breaks: Vec<Booking>| Offered {
            campaign: campaign.id,
            name: campaign.name.clone(),
            appointment: number,
            of,
            product: seat.product,
            slot: seat.slot,
            replaces: mine.clone(),
            breaks,
        };
        match fits(&first)? {
            Ok(()) => return Ok(whole(Vec::new())),
            Err(refusal) if !others.is_empty() && is_of_the_course(&refusal) && fits(&all)?.is_ok() => {
                return Ok(whole(others));
            }
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    Err(Stop::Refused(match refused {
        Some(BookingRefusal::OfferClosed { state }) => DayRefusal::Closed { state },
        Some(refusal) => DayRefusal::Booking(refusal),
        None => DayRefusal::FullToday,
    }))
}

/// Whether what stands in the way is another appointment of the same course.
fn is_of_the_course(refusal: &BookingRefusal) -> bool {
    use BookingRefusal::{IntervalTooLong, IntervalTooShort, OtherProduct, TwoPlacesAtOnce};
    matches!(refusal, IntervalTooShort { .. } | IntervalTooLong { .. } | OtherProduct | TwoPlacesAtOnce { .. })
}

/// Who is on the day's list is checked in there, and who was checked in somewhere is that clinic's.
fn not_expected_here(tx: &mut Tx<'_>, site: SiteId, mine: &Booking, at: Timestamp) -> Result<(), Stop<DayRefusal>> {
    let seen = store::seen_of(tx, mine.person, mine.campaign)?.iter().any(|b| b.id == mine.id);
    if seen && mine.site == site && mine.date == london_date(at) {
        return Err(Stop::Refused(DayRefusal::OnTheList { booking: mine.id }));
    }
    match store::attendance(tx, mine.id)? {
        Some(_) => Err(Stop::Refused(DayRefusal::ChangedMeanwhile)),
        None => Ok(()),
    }
}

/// The best place of each product on the day, the wanted product first; refused where there is none at all.
fn seats(
    tx: &mut Tx<'_>,
    site: SiteId,
    at: Timestamp,
    product: Option<ProductId>,
) -> Result<Vec<Seat>, Stop<DayRefusal>> {
    let all = store::seats(tx, site, london_date(at))?;
    if all.is_empty() {
        return Err(Stop::Refused(DayRefusal::NoSession));
    }
    let mut best: Vec<Seat> = Vec::new();
    for seat in all.into_iter().filter(|seat| seat.free && product.is_none_or(|wanted| wanted == seat.product)) {
        match best.iter_mut().find(|other| other.product == seat.product) {
            Some(other) if rank(&seat, at) < rank(other, at) => *other = seat,
            Some(_) => {}
            None => best.push(seat),
        }
    }
    Ok(best)
}

/// Which place a walk-in takes first: one of a session without times that is open, the booked slot of that minute, the next
/// one, and at last one that went by with nobody in it.
fn rank(seat: &Seat, at: Timestamp) -> (u8, i64) {
    let open = seat.starts <= at && at < seat.ends;
    let from = seat.starts.as_microsecond() - at.as_microsecond();
    match (seat.kind, open) {
        (Kind::DropIn | Kind::Roving, true) => (0, from.abs()),
        (Kind::Booked, true) => (1, 0),
        _ if from > 0 => (2, from),
        _ => (3, -from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::at_microsecond;

    fn seat(kind: Kind, from: i64, until: i64) -> Seat {
        let (slot, product) = (SlotId::from_uuid(uuid::Uuid::nil()), ProductId::from_uuid(uuid::Uuid::nil()));
        let minute = |n: i64| at_microsecond(1_800_000_000_000_000 + n * 60_000_000);
        Seat { slot, product, kind, starts: minute(from), ends: minute(until), free: true }
    }

    #[test]
    fn a_walk_in_takes_what_nobody_else_could_use_before_what_somebody_could() {
        let at = at_microsecond(1_800_000_000_000_000);
        let best_first = [
            seat(Kind::DropIn, -60, 60),
            seat(Kind::Booked, -5, 5),
            seat(Kind::Booked, 5, 15),
            seat(Kind::DropIn, 60, 120),
            seat(Kind::Booked, -15, -5),
            seat(Kind::Booked, -25, -15),
        ];
        for pair in best_first.windows(2) {
            assert!(rank(&pair[0], at) < rank(&pair[1], at), "{pair:?}");
        }
    }
}
