//! Releasing a booking with a reason. The person stays somebody's: their offer gets an owner and a date.

use super::hold;
use super::rebook::enough_notice;
use super::refusal::{BookingRefusal, Step};
use super::write::{release, settle_offer};
use super::{Booking, State, store};
use crate::base::audit::{self, Done};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{BookingId, CampaignId, PersonId};
use crate::base::outbox;
use crate::campaign;
use crate::campaign::offer::OfferRefusal;

/// Why a booking is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The person can't come.
    ByPerson,
    /// The person does not want any of it.
    Declined,
    /// The person has had it somewhere else.
    HadElsewhere,
    /// The site can't see them.
    BySite,
    /// The campaign takes it back.
    ByCampaign,
}

impl Reason {
    /// The word in tables and APIs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ByPerson => "by_person",
            Self::Declined => "declined",
            Self::HadElsewhere => "had_elsewhere",
            Self::BySite => "by_site",
            Self::ByCampaign => "by_campaign",
        }
    }
}

/// Cancels one booking. `version` is the one that was looked at: if it moved on, nothing happens.
pub fn cancel(tx: &mut Tx<'_>, id: BookingId, version: u32, reason: Reason) -> Result<Booking, Stop<BookingRefusal>> {
    let seen = store::by_id(tx, id)?.ok_or(Stop::Refused(BookingRefusal::NoSuchBooking))?;
    store::lock_person(tx, seen.person)?;
    let booking = store::by_id(tx, id)?.ok_or(Stop::Refused(BookingRefusal::NoSuchBooking))?;
    if !booking.state.is_live() {
        return Err(Stop::Refused(BookingRefusal::NotLive { state: booking.state.word() }));
    }
    if store::given_of(tx, booking.person, booking.campaign)?.contains(&id) {
        return Err(Stop::Refused(BookingRefusal::NotLive { state: "given" }));
    }
    if booking.version != version {
        return Err(Stop::Refused(BookingRefusal::ChangedMeanwhile));
    }
    enough_notice(tx, booking.campaign, Step::Cancel, std::slice::from_ref(&booking))?;
    let closed = release(tx, &booking, State::Cancelled, reason.word())?;
    settle_offer(tx, std::slice::from_ref(&closed))?;
    Ok(closed)
}

/// Cancels all of a person's appointments in a campaign but those they had, and closes their offer: declined, or had
/// elsewhere. What a plan is just giving them goes too: it must not turn live against their answer. So does what they hold.
pub fn close_offer(
    tx: &mut Tx<'_>,
    person: PersonId,
    campaign: CampaignId,
    reason: Reason,
    evidence: &str,
) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    hold::let_go(tx, &[(person, campaign)])?;
    let mut closed = Vec::new();
    let given = store::given_of(tx, person, campaign)?;
    for booking in store::live_of(tx, person, campaign)?.into_iter().filter(|b| !given.contains(&b.id)) {
        closed.push(release(tx, &booking, State::Cancelled, reason.word())?);
    }
    let state = match reason {
        Reason::HadElsewhere => campaign::offer::State::HadElsewhere,
        _ => campaign::offer::State::Declined,
    };
    campaign::offer::close(tx, campaign, person, state, evidence).map_err(|stop| match stop {
        Stop::Store(error) => Stop::Store(error),
        Stop::Refused(OfferRefusal::NotInCampaign) => Stop::Refused(BookingRefusal::NoSuchPerson),
        Stop::Refused(OfferRefusal::Closed(at)) => Stop::Refused(BookingRefusal::OfferClosed { state: at.word() }),
    })?;
    told(tx, "close", person, campaign, state)?;
    Ok(closed)
}

/// Cancels what a person still has before them in a campaign. They wait, with an owner, until they ask again.
pub fn cancel_all(
    tx: &mut Tx<'_>,
    person: PersonId,
    campaign: CampaignId,
) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    cancel_all_because(tx, person, campaign, Reason::ByPerson)
}

/// [`cancel_all`] for a reason. Whoever did not cancel themselves is looked for again without asking.
pub fn cancel_all_because(
    tx: &mut Tx<'_>,
    person: PersonId,
    campaign: CampaignId,
    reason: Reason,
) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let now = tx.now();
    let given = store::given_of(tx, person, campaign)?;
    let mut ahead = store::seen_of(tx, person, campaign)?;
    ahead.retain(|booking| booking.starts > now && !given.contains(&booking.id));
    if ahead.is_empty() {
        return Err(Stop::Refused(BookingRefusal::NoSuchBooking));
    }
    enough_notice(tx, campaign, Step::Cancel, &ahead)?;
    let mut closed = Vec::with_capacity(ahead.len());
    for booking in &ahead {
        closed.push(release(tx, booking, State::Cancelled, reason.word())?);
    }
    let why = (reason == Reason::ByPerson).then_some(campaign::offer::CANCELLED_BY_PERSON);
    campaign::offer::wait(tx, campaign, person, why)?;
    Ok(closed)
}

/// The person changed their mind: their offer waits again. Asking twice changes nothing; what was completed stays so.
pub fn reopen(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<(), Stop<BookingRefusal>> {
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let rules = campaign::store::load(tx, campaign)?.filter(|rules| rules.open);
    if rules.is_none() {
        return Err(Stop::Refused(BookingRefusal::CampaignClosed));
    }
    let own = store::own(tx, person)?.filter(|own| own.campaign == Some(campaign));
    let cancelled = own.as_ref().is_some_and(|own| own.cancelled() || own.unanswered());
    match own.and_then(|own| own.state) {
        Some(campaign::offer::State::Declined | campaign::offer::State::HadElsewhere) => {}
        Some(campaign::offer::State::Completed) => {
            return Err(Stop::Refused(BookingRefusal::OfferClosed { state: "completed" }));
        }
        Some(campaign::offer::State::Left) => {
            return Err(Stop::Refused(BookingRefusal::OfferClosed { state: "left" }));
        }
        _ if cancelled => {}
        _ => return Ok(()),
    }
    campaign::offer::wait(tx, campaign, person, None)?;
    told(tx, "reopen", person, campaign, campaign::offer::State::Waiting)?;
    outbox::append(tx, "offer.reopened", &person.to_string(), &format!(r#"{{"campaign":"{campaign}"}}"#))?;
    Ok(())
}

/// An offer has no id of its own: the audit names the person.
fn told(
    tx: &mut Tx<'_>,
    verb: &str,
    person: PersonId,
    campaign: CampaignId,
    state: campaign::offer::State,
) -> Result<(), StoreError> {
    let detail = format!(r#"{{"campaign":"{campaign}","state":"{}"}}"#, state.word());
    audit::record(tx, &Done { organisation: None, verb, noun: "offer", noun_id: person.to_string(), detail })
}
