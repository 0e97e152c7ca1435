//! The waiting list: whoever has no place, in one order that anybody allowed can work out again.
//!
//! Order: priority group, then since when they wait, then a lot drawn from a kept seed (`fair.rs`). Whoever is next is
//! offered what comes free by `timed_offer.rs`. Joining twice changes the wishes and keeps the turn; leaving and coming
//! back is a new turn.

use super::cancel::reopen;
use super::fair::{self, HalfDays, Turn};
use super::refusal::BookingRefusal;
use super::{hold, store};
use crate::base::audit::{self, Done};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{CampaignId, PersonId, SiteId, SlotId, Waiting as WaitingKind, WaitingId, WaitingOfferId};
use crate::base::outbox;
use crate::base::secret::hex;
use crate::base::wire::Day;
use crate::campaign::{self, Campaign};
use accord_formats::AccessNeeds;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a place on the list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for a place.
    InLine,
    /// Has an offer.
    Offered,
    /// Took one.
    Placed,
    /// Did not answer twice: somebody rings them.
    Silent,
    /// The person left the list.
    Left,
    /// Booked in another way, or the offer was closed.
    Settled,
}

impl State {
    /// Every state, in the order of `docs/states.md`.
    pub const ALL: [Self; 6] = [Self::InLine, Self::Offered, Self::Placed, Self::Silent, Self::Left, Self::Settled];

    /// The word in tables and APIs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InLine => "in_line",
            Self::Offered => "offered",
            Self::Placed => "placed",
            Self::Silent => "silent",
            Self::Left => "left",
            Self::Settled => "settled",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether nothing more comes of it.
    pub const fn is_closed(self) -> bool {
        !matches!(self, Self::InLine | Self::Offered)
    }
}

/// What became of a timed offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    Open,
    /// Yes.
    Accepted,
    /// No.
    Declined,
    /// Silence.
    Lapsed,
    /// The place went before its time: nobody's answer.
    Gone,
}

impl Answer {
    const ALL: [Self; 5] = [Self::Open, Self::Accepted, Self::Declined, Self::Lapsed, Self::Gone];

    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
            Self::Gone => "gone",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.word() == word)
    }
}

/// A place on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: WaitingId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Who, and when it is their turn.
    pub turn: Turn,
    /// The seed of the lot.
    pub seed: String,
    /// When they can come.
    pub half_days: HalfDays,
    /// How far they go, minutes by car.
    pub minutes_max: u16,
    /// Where it stands.
    pub state: State,
    /// Offers left without an answer.
    pub silences: i64,
    /// When the rules refused last: what was free then, the code, and the instant.
    pub tried: Option<(String, String, i64)>,
    /// When it was closed.
    pub closed_us: Option<i64>,
}

/// A place in line, with what decides whether a free place is for them.
#[derive(Debug, Clone)]
pub struct Line {
    /// The place.
    pub waiting: Waiting,
    /// What a site must have.
    pub needs: AccessNeeds,
    /// Where travel starts.
    pub from_sector: Option<String>,
    /// Whether somebody must decide something about them first.
    pub unclear: bool,
}

/// One appointment of a timed offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Which of the course.
    pub appointment: u16,
    /// The slot.
    pub slot: SlotId,
    /// Its site.
    pub site: SiteId,
    /// Its day.
    pub date: Day,
}

/// A timed offer as it is logged: enough to work out again why it was this person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferLog {
    /// Its id.
    pub id: WaitingOfferId,
    /// To which place on the list.
    pub waiting: WaitingId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// To whom.
    pub person: PersonId,
    /// What.
    pub picks: Vec<Offered>,
    /// Who stood before them, in order, and why each was passed over, as a code.
    pub passed: Vec<(PersonId, String)>,
    /// When it was made.
    pub made_us: i64,
    /// Until when it is kept.
    pub until: Timestamp,
    /// What became of it.
    pub state: Answer,
    /// When.
    pub settled_us: Option<i64>,
}

/// What somebody wishes of a place that comes free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishes {
    /// When they can come.
    pub half_days: HalfDays,
    /// How far they go, minutes by car; none: as far as the campaign asks anybody.
    pub minutes_max: Option<u16>,
}

/// The farthest anybody may say they go, minutes by car.
pub const FARTHEST: u16 = 180;

/// Puts a person on the list, or changes what they wish. Whoever cancelled asks again by this.
pub fn join(
    tx: &mut Tx<'_>,
    person: PersonId,
    campaign: CampaignId,
    wishes: &Wishes,
) -> Result<WaitingId, Stop<BookingRefusal>> {
    let rules = open_campaign(tx, campaign)?;
    let at = store::take_turn(tx, campaign)?;
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let minutes = wishes.minutes_max.unwrap_or(rules.travel_minutes_max).min(FARTHEST);
    if let Some(known) = store::waiting_of(tx, person, campaign)? {
        store::set_wishes(tx, known.id, wishes.half_days, minutes)?;
        told(tx, "change_wishes", person, campaign, known.id)?;
        return Ok(known.id);
    }
    let cancelled = store::own(tx, person)?.is_some_and(|own| own.campaign == Some(campaign) && own.cancelled());
    if cancelled {
        reopen(tx, person, campaign)?;
    }
    let Some((_, priority)) = store::may_wait(tx, campaign, false, Some(person))?.pop() else {
        return Err(Stop::Refused(why_not(tx, person, campaign)?));
    };
    let seed = hex(&tx.random::<16>());
    let waiting = new(tx, (person, priority), campaign, &seed, at, (wishes.half_days, minutes));
    store::insert_waiting(tx, std::slice::from_ref(&waiting))?;
    told(tx, "join", person, campaign, waiting.id)?;
    Ok(waiting.id)
}

/// Puts everybody on the list for whom the planner found no place, all at one instant: the lot decides among those of
/// one priority. How many.
pub fn join_all(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<usize, Stop<BookingRefusal>> {
    let rules = open_campaign(tx, campaign)?;
    let at = store::take_turn(tx, campaign)?;
    let seed = hex(&tx.random::<16>());
    let wishes = (HalfDays::ALL, rules.travel_minutes_max);
    let people = store::may_wait(tx, campaign, true, None)?;
    let all: Vec<Waiting> = people.into_iter().map(|who| new(tx, who, campaign, &seed, at, wishes)).collect();
    store::insert_waiting(tx, &all)?;
    for waiting in &all {
        told(tx, "join", waiting.turn.person, campaign, waiting.id)?;
    }
    Ok(all.len())
}

/// Takes a person off the list; an offer they have just now is declined with it.
pub fn leave(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<(), Stop<BookingRefusal>> {
    let at = store::take_turn(tx, campaign)?;
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let Some(waiting) = store::waiting_of(tx, person, campaign)? else {
        return Err(Stop::Refused(BookingRefusal::NotWaiting));
    };
    if let Some(offer) = store::open_offer(tx, person, campaign)? {
        store::settle_timed(tx, offer.id, Answer::Declined, at)?;
        hold::let_go_offered(tx, person, campaign)?;
    }
    store::set_waiting(tx, waiting.id, State::Left, waiting.silences, at)?;
    told(tx, "leave", person, campaign, waiting.id)?;
    Ok(())
}

/// The appointments of the course for which the person has no live booking, in order; those of a batch that nobody sees
/// yet count as booked.
pub fn missing(tx: &mut Tx<'_>, rules: &Campaign, person: PersonId) -> Result<Vec<u16>, StoreError> {
    let live = store::live_of(tx, person, rules.id)?;
    let numbers = rules.appointments.iter().map(|a| a.number);
    Ok(numbers.filter(|n| !live.iter().any(|b| b.appointment == *n)).collect())
}

pub(super) fn open_campaign(tx: &mut Tx<'_>, id: CampaignId) -> Result<Campaign, Stop<BookingRefusal>> {
    let rules = campaign::store::load(tx, id)?.filter(|rules| rules.open);
    rules.ok_or(Stop::Refused(BookingRefusal::CampaignClosed))
}

/// Why somebody can't wait for a place of a campaign.
pub(super) fn why_not(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<BookingRefusal, StoreError> {
    use campaign::offer::State as Offer;
    Ok(match campaign::store::offer_state(tx, campaign, person)? {
        None => BookingRefusal::NoSuchPerson,
        Some(Offer::Unclear) => BookingRefusal::PersonUnclear,
        Some(state) if state.is_closed() => BookingRefusal::OfferClosed { state: state.word() },
        Some(_) => BookingRefusal::NothingMissing,
    })
}

fn new(
    tx: &Tx<'_>,
    (person, priority): (PersonId, i64),
    campaign: CampaignId,
    seed: &str,
    at: i64,
    (half_days, minutes_max): (HalfDays, u16),
) -> Waiting {
    Waiting {
        id: tx.id::<WaitingKind>(),
        campaign,
        turn: Turn { priority, since_us: at, lot: fair::lot(seed, person), person },
        seed: seed.to_owned(),
        half_days,
        minutes_max,
        state: State::InLine,
        silences: 0,
        tried: None,
        closed_us: None,
    }
}

/// An audit row and an event. Whoever must hear of it is told once there are messages.
pub(super) fn told(
    tx: &mut Tx<'_>,
    verb: &str,
    person: PersonId,
    campaign: CampaignId,
    id: WaitingId,
) -> Result<(), StoreError> {
    let detail = format!(r#"{{"person":"{person}","campaign":"{campaign}"}}"#);
    outbox::append(tx, &format!("waiting.{verb}"), &id.to_string(), &detail)?;
    audit::record(tx, &Done { organisation: None, verb, noun: "waiting", noun_id: id.to_string(), detail })
}
