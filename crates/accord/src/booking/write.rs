//! The writing half of a booking: counters first, each under its CHECK, always in one order.
//!
//! Team-day, allocation, stock, slot: whoever books locks them in this order, so that two bookings
//! never wait for each other in a ring. A counter that says no gives back those taken before it.

use super::refusal::BookingRefusal;
use super::rules::{Allowed, PersonFacts};
use super::{Booking, PlaceCourse, Reference, State, Way, store};
use crate::base::audit::{self, Done};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{BatchId, Booking as BookingKind, CampaignId, TeamId};
use crate::base::outbox;
use crate::partnership::ledger;
use crate::{campaign, clinic, partnership};
use jiff::civil::Date;

/// Units of a team-day that an appointment in working time takes: half-persons.
pub const ON_SHIFT_UNITS: i64 = 2;

/// Where a booking comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub way: Way,
    pub state: State,
    pub batch: Option<BatchId>,
}

/// Takes the counters and writes the rows of what the rules allowed.
pub(super) fn course(
    tx: &mut Tx<'_>,
    want: &PlaceCourse,
    person: &PersonFacts,
    allowed: &[Allowed],
    origin: &Origin,
) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    take_all(tx, want.campaign, person.team, allowed)?;
    let mut bookings = Vec::with_capacity(allowed.len());
    for one in allowed {
        let booking = made(tx, want, person, one, origin)?;
        store::insert(tx, &booking)?;
        ledger::post(tx, &entry(&booking, 1))?;
        record(tx, "place", &booking)?;
        // A batch tells of itself once, when it turns live; nobody may hear of its bookings before.
        if origin.batch.is_none() {
            event(tx, "booking.placed", &booking)?;
        }
        bookings.push(booking);
    }
    if origin.batch.is_none() {
        settle_offer(tx, want.campaign, &bookings)?;
    }
    Ok(bookings)
}

/// Gives everything of a live booking back and closes it with `state` and `reason`.
pub(super) fn release(tx: &mut Tx<'_>, booking: &Booking, state: State, reason: &str) -> Result<Booking, StoreError> {
    if let (true, Some(team)) = (booking.on_shift, booking.team) {
        campaign::store::give_back_team_day(tx, booking.campaign, team, booking.date, ON_SHIFT_UNITS)?;
    }
    partnership::store::give_back_allocation(tx, booking.allocation, 1)?;
    clinic::store::give_back_stock(tx, booking.site, booking.product, booking.date, 1)?;
    clinic::store::give_back_place(tx, booking.slot, 1)?;
    let closed = Booking { state, version: booking.version + 1, ..booking.clone() };
    store::set_state(tx, &closed, reason)?;
    ledger::post(tx, &entry(&closed, -1))?;
    record(tx, state.word(), &closed)?;
    event(tx, &format!("booking.{}", state.word()), &closed)?;
    Ok(closed)
}

/// Brings the offer in line with what the person now has.
pub(super) fn settle_offer(tx: &mut Tx<'_>, campaign: CampaignId, of: &[Booking]) -> Result<(), StoreError> {
    let Some(booking) = of.first() else { return Ok(()) };
    let Some(rules) = campaign::store::load(tx, campaign)? else { return Ok(()) };
    let live = store::live_of(tx, booking.person, campaign)?;
    campaign::offer::settle_by_bookings(
        tx,
        &rules,
        booking.person,
        &live.iter().map(|b| (b.date, b.state == State::Confirmed)).collect::<Vec<_>>(),
    )
}

/// What was taken, so that it can be given back in reverse.
enum Taken {
    Team(TeamId, Date),
    Allocation(usize),
    Stock(usize),
    Place(usize),
}

fn take_all(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    team: Option<TeamId>,
    allowed: &[Allowed],
) -> Result<(), Stop<BookingRefusal>> {
    let mut taken = Vec::with_capacity(allowed.len() * 4);
    let Some(refusal) = take_in_order(tx, campaign, team, allowed, &mut taken)? else { return Ok(()) };
    for step in taken.into_iter().rev() {
        match step {
            Taken::Team(team, date) => campaign::store::give_back_team_day(tx, campaign, team, date, ON_SHIFT_UNITS)?,
            Taken::Allocation(at) => partnership::store::give_back_allocation(tx, allowed[at].permit.allocation, 1)?,
            Taken::Stock(at) => {
                let slot = &allowed[at].slot;
                clinic::store::give_back_stock(tx, slot.site, slot.product, slot.date, 1)?;
            }
            Taken::Place(at) => clinic::store::give_back_place(tx, allowed[at].slot.id, 1)?,
        }
    }
    Err(Stop::Refused(refusal))
}

fn take_in_order(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    team: Option<TeamId>,
    allowed: &[Allowed],
    taken: &mut Vec<Taken>,
) -> Result<Option<BookingRefusal>, StoreError> {
    for one in allowed.iter().filter(|one| one.on_shift) {
        let Some(team) = team else { continue };
        if !campaign::store::take_team_day(tx, campaign, team, one.slot.date, ON_SHIFT_UNITS)? {
            return Ok(Some(BookingRefusal::TeamTooThin));
        }
        taken.push(Taken::Team(team, one.slot.date));
    }
    for (at, one) in allowed.iter().enumerate() {
        if !partnership::store::take_allocation(tx, one.permit.allocation, 1)? {
            return Ok(Some(BookingRefusal::AllocationUsed));
        }
        taken.push(Taken::Allocation(at));
    }
    for (at, one) in allowed.iter().enumerate() {
        if !clinic::store::take_stock(tx, one.slot.site, one.slot.product, one.slot.date, 1)? {
            return Ok(Some(BookingRefusal::NoStock));
        }
        taken.push(Taken::Stock(at));
    }
    for (at, one) in allowed.iter().enumerate() {
        if !clinic::store::take_place(tx, one.slot.id, 1)? {
            return Ok(Some(BookingRefusal::SlotFull));
        }
        taken.push(Taken::Place(at));
    }
    Ok(None)
}

fn made(
    tx: &mut Tx<'_>,
    want: &PlaceCourse,
    person: &PersonFacts,
    one: &Allowed,
    origin: &Origin,
) -> Result<Booking, Stop<BookingRefusal>> {
    let slot = &one.slot;
    Ok(Booking {
        id: tx.id::<BookingKind>(),
        reference: fresh_reference(tx)?,
        campaign: want.campaign,
        person: want.person,
        appointment: one.appointment,
        slot: slot.id,
        session: slot.session,
        site: slot.site,
        product: slot.product,
        host: slot.host,
        employer: person.employer.ok_or(Stop::Refused(BookingRefusal::NotEmployed))?,
        team: person.team,
        on_shift: one.on_shift,
        agreement: one.permit.agreement,
        agreement_version: one.permit.version,
        allocation: one.permit.allocation,
        date: slot.date,
        starts: slot.starts(),
        ends: slot.ends(),
        travel_minutes: one.minutes,
        state: origin.state,
        batch: origin.batch,
        version: 1,
    })
}

/// Two of 2^40 may be alike: look before the unique index has to say so.
fn fresh_reference(tx: &mut Tx<'_>) -> Result<Reference, StoreError> {
    loop {
        let reference = Reference::from_random(tx.random());
        if store::by_reference(tx, &reference)?.is_none() {
            return Ok(reference);
        }
    }
}

fn entry(booking: &Booking, units: i64) -> ledger::Entry {
    ledger::Entry {
        host: booking.host,
        employer: booking.employer,
        agreement: booking.agreement,
        version: booking.agreement_version,
        booking: booking.id,
        units,
    }
}

/// One audit row in the chain of the host whose capacity it is.
pub(super) fn record(tx: &mut Tx<'_>, verb: &str, booking: &Booking) -> Result<(), StoreError> {
    audit::record(
        tx,
        &Done {
            organisation: Some(booking.host),
            verb,
            noun: "booking",
            noun_id: booking.id.to_string(),
            detail: format!(
                r#"{{"agreement":"{}","agreement_version":{},"version":{}}}"#,
                booking.agreement, booking.agreement_version, booking.version
            ),
        },
    )
}

/// One event: ids and numbers only.
pub(super) fn event(tx: &mut Tx<'_>, kind: &str, booking: &Booking) -> Result<(), StoreError> {
    let payload = format!(
        r#"{{"person":"{}","campaign":"{}","appointment":{},"version":{}}}"#,
        booking.person, booking.campaign, booking.appointment, booking.version
    );
    outbox::append(tx, kind, &booking.id.to_string(), &payload)
}
