//! What the person has, and the page after each thing they did.

use super::places::late;
use crate::access::guard::PersonSelf;
use crate::base::clock::london;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::idempotency::Once;
use crate::base::ids::{CampaignId, PersonId};
use crate::base::page::Link;
use crate::base::web::{Answer, Web, Wrong, onward, page, page_with};
use crate::base::words::{self, Way};
use crate::booking::attendance::Outcome as Given;
use crate::booking::pages::{Appointments, Done, Outcome, Refused, Standing, Visit, VisitState};
use crate::booking::{Booking, BookingRefusal, State as BookingState, store};
use crate::campaign::{self, Campaign, Silence, offer};
use crate::clinic::site::{self, Site};
use accord_formats::AccessNeeds;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;

/// All that a person's pages show of them, read in one snapshot.
pub(super) struct Seen {
    pub own: store::Own,
    pub campaign: Option<Campaign>,
    /// What they still have before them, or that nobody noted anything for.
    pub bookings: Vec<Booking>,
    /// What they had, missed or were not given.
    pub past: Vec<(Booking, VisitState)>,
    pub sites: Vec<Site>,
    pub needs: AccessNeeds,
    pub travels: bool,
    pub now: Timestamp,
}

impl Seen {
    /// Reads it; a person who is no more is not found.
    pub fn read(tx: &mut Tx<'_>, me: PersonSelf) -> Result<Option<Self>, StoreError> {
        let Some(own) = store::own(tx, me.person)? else { return Ok(None) };
        let campaign = match own.campaign {
            Some(id) => campaign::store::load(tx, id)?,
            None => None,
        };
        let (bookings, past) = match own.campaign {
            Some(id) => split(tx, me.person, id)?,
            None => (Vec::new(), Vec::new()),
        };
        let mut sites = Vec::new();
        for booking in bookings.iter().chain(past.iter().map(|(booking, _)| booking)) {
            sites.extend(site::by_id(tx, booking.site)?);
        }
        let facts = store::person_facts(tx, me.person)?;
        let needs = facts.as_ref().map_or(AccessNeeds::NONE, |f| f.needs);
        let travels = facts.is_some_and(|f| f.from_sector.is_some());
        Ok(Some(Self { own, campaign, bookings, past, sites, needs, travels, now: tx.now() }))
    }

    /// The appointments still to be had, in the order of the course.
    pub fn visits(&self) -> Vec<Visit> {
        let state = |b: &Booking| match b.state {
            _ if b.starts <= self.now => VisitState::Past,
            BookingState::Confirmed => VisitState::Confirmed,
            _ => VisitState::Assigned,
        };
        self.bookings.iter().filter_map(|b| self.visit_of(b, state(b))).collect()
    }

    /// [`Self::visits`], and what was had, missed or not given.
    fn whole_course(&self) -> Vec<Visit> {
        let mut all: Vec<Visit> = self.past.iter().filter_map(|(b, state)| self.visit_of(b, *state)).collect();
        all.extend(self.visits());
        all.sort_by_key(|visit| visit.nth);
        all
    }

    fn visit_of(&self, b: &Booking, state: VisitState) -> Option<Visit> {
        let site = self.sites.iter().find(|site| site.id == b.site)?;
        Some(self.visit(b.appointment, b.starts, site, self.travels.then_some(b.travel_minutes), state))
    }

    /// One appointment in this person's words.
    pub fn visit(&self, nth: u16, starts: Timestamp, at: &Site, minutes: Option<u16>, state: VisitState) -> Visit {
        Visit {
            nth: u8::try_from(nth).unwrap_or(u8::MAX),
            at: starts.to_zoned(london()).datetime(),
            place: at.facts.name.clone(),
            postcode: at.facts.postcode.clone(),
            travel: minutes.map(|m| (u32::from(m), Way::Car)),
            from_work: !self.own.has_home,
            access: access(at.facts.access, self.needs),
            map: Some(map(at)),
            state,
        }
    }

    /// Where the person stands as a whole.
    pub fn standing(&self) -> Standing {
        if !self.bookings.is_empty() {
            let all = self.bookings.iter().all(|b| b.state == BookingState::Confirmed);
            return if all { Standing::Confirmed } else { Standing::ToConfirm };
        }
        let last = self.past.last().map(|(_, state)| *state);
        match self.own.state {
            Some(offer::State::Declined) if last == Some(VisitState::NotGiven) => Standing::NotAdvised,
            Some(offer::State::Waiting) if last == Some(VisitState::NotGiven) => Standing::NotGiven,
            Some(offer::State::Waiting) if last == Some(VisitState::Missed) => Standing::Missed,
            Some(offer::State::Declined) => Standing::Declined,
            Some(offer::State::HadElsewhere) => Standing::Elsewhere,
            Some(offer::State::Completed) => Standing::Completed,
            Some(offer::State::Unplaced) => Standing::NoPlace,
            _ if self.own.cancelled() => Standing::Cancelled,
            _ if self.own.unanswered() => Standing::Unanswered,
            _ => Standing::NotYet,
        }
    }

    /// What is read out on the telephone. Each booking has its own; the first still to come finds the person.
    fn reference(&self) -> Option<String> {
        let next = self.bookings.iter().find(|b| b.starts > self.now).or(self.bookings.first());
        next.map(|b| b.reference.to_string())
    }

    /// What happens next; says what silence means.
    fn next(&self) -> Vec<String> {
        let last = self.campaign.as_ref().map(|c| words::day(c.ends_on));
        let until = last.as_ref().map_or_else(String::new, |day| format!(" until {day}"));
        let lines: &[&str] = match self.standing() {
            Standing::ToConfirm => &[self.silence(), COME],
            Standing::Confirmed => {
                &[COME, "If you can't come, change or cancel here, so that somebody else can have the place."]
            }
            Standing::Completed => &["You need do nothing more."],
            Standing::Declined | Standing::Elsewhere | Standing::NotAdvised => &[],
            // The planner books whole courses; the rest of one is booked by hand.
            Standing::Missed | Standing::NotGiven if self.past.iter().any(|(_, state)| *state == VisitState::Done) => {
                &["Ring us for a new time: it must be far enough from the one you had."]
            }
            Standing::Missed | Standing::NotGiven => &[
                "We look for new times for you. You need do nothing.",
                "They will stand on this page. Look here again in a few days, or ring us.",
            ],
            Standing::Cancelled => &["Your places went to somebody else."],
            Standing::Unanswered => {
                &["Somebody will ring you. You can still come: ask at a clinic if they have a place."]
            }
            Standing::NoPlace => &[
                "We look again for you whenever places come free. You need do nothing.",
                "When we find one, it stands on this page. Look here again in a few days.",
                "If you can travel farther, or at other times, ring us.",
            ],
            Standing::NotYet => &[
                "We find times for you near your home or work. You need do nothing.",
                "They will stand on this page, for you to confirm or change. Look here again in a few days.",
            ],
        };
        let mut lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        if let (Standing::NotYet, Some(day)) = (self.standing(), last) {
            lines.push(format!("The clinics run until {day}. If you are away for long before then, ring us."));
        }
        if matches!(
            self.standing(),
            Standing::Declined
                | Standing::Elsewhere
                | Standing::Cancelled
                | Standing::Unanswered
                | Standing::NotAdvised
        ) {
            lines.push(format!("You can change your mind with the same code{until}, while there are places."));
        }
        lines
    }

    fn silence(&self) -> &'static str {
        match self.campaign.as_ref().map(|c| c.silence) {
            Some(Silence::Release) => {
                "If you do not confirm, your places go to somebody else two days before the first appointment."
            }
            _ => "If you do nothing, your places stay yours and you will be seen when you come.",
        }
    }
}

const COME: &str = "Come five minutes early. You need nothing but your name and date of birth.";

/// What is still to be had, and what is over: had, missed or not given.
fn split(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Split, StoreError> {
    let known = store::attendance_of(tx, person, campaign)?;
    let over = |b: &Booking| match known.iter().find(|a| a.booking == b.id)?.outcome.as_ref()? {
        Given::Given { .. } => Some(VisitState::Done),
        Given::NotGiven(_) => Some(VisitState::NotGiven),
        Given::DidNotAttend => Some(VisitState::Missed),
    };
    let (mut bookings, mut past) = (Vec::new(), Vec::new());
    let live = store::seen_of(tx, person, campaign)?;
    for booking in live.into_iter().chain(store::past_of(tx, person, campaign)?) {
        match over(&booking) {
            Some(state) => past.push((booking, state)),
            None if booking.state.is_live() => bookings.push(booking),
            None => {}
        }
    }
    past.sort_by_key(|(booking, _)| booking.appointment);
    Ok((bookings, past))
}

type Split = (Vec<Booking>, Vec<(Booking, VisitState)>);

/// What the site offers of what the person needs; step-free access is said to everybody.
pub(super) fn access(offered: AccessNeeds, needs: AccessNeeds) -> Vec<String> {
    let step_free = AccessNeeds::from_key("step_free_access").unwrap_or(AccessNeeds::NONE);
    (offered & (needs | step_free)).labels().map(str::to_lowercase).collect()
}

fn map(site: &Site) -> String {
    let (lat, lon) = (site.facts.lat, site.facts.lon);
    format!("https://www.openstreetmap.org/?mlat={lat:.5}&mlon={lon:.5}#map=16/{lat:.5}/{lon:.5}")
}

/// Reads what every page of the person's needs.
pub(super) async fn look(web: &Web, me: PersonSelf) -> Result<Seen, Wrong> {
    web.read(&me.who.actor(), move |tx| Seen::read(tx, me)).await?.ok_or(Wrong::NotFound)
}

/// `GET /b/appointments`.
pub async fn appointments(State(web): State<Web>, me: PersonSelf) -> Answer {
    shown(&web, me).await
}

async fn shown(web: &Web, me: PersonSelf) -> Answer {
    let read = move |tx: &mut Tx<'_>| {
        let Some(seen) = Seen::read(tx, me)? else { return Ok(None) };
        let late = late(tx, &seen, me.person)?;
        Ok(Some((seen, late)))
    };
    let (seen, late) = web.read(&me.who.actor(), read).await?.ok_or(Wrong::NotFound)?;
    page(&Appointments {
        frame: web.person_frame(true),
        name: seen.own.name.clone(),
        visits: seen.whole_course(),
        standing: seen.standing(),
        next: seen.next(),
        reference: seen.reference(),
        late,
        key: web.form_key(),
    })
}

/// What was done, in the address of the page after it.
#[derive(Debug, Deserialize)]
pub struct What {
    #[serde(default)]
    what: String,
}

/// `GET /b/done`: the page after a form. It says only what the store still says; else what the person has.
pub async fn done(State(web): State<Web>, me: PersonSelf, Query(asked): Query<What>) -> Answer {
    let seen = look(&web, me).await?;
    let (standing, what) = (seen.standing(), asked.what.as_str());
    let outcome = match (what, standing) {
        ("confirmed", Standing::Confirmed) => Outcome::Confirmed,
        ("changed", Standing::Confirmed | Standing::ToConfirm) => Outcome::Changed,
        ("declined", Standing::Declined) => Outcome::Declined,
        ("elsewhere", Standing::Elsewhere) => Outcome::Elsewhere,
        ("cancelled", Standing::Cancelled) => Outcome::Cancelled,
        ("reopened", Standing::NotYet) => Outcome::Reopened,
        ("not_taken", Standing::NotYet | Standing::NoPlace | Standing::Missed | Standing::NotGiven) => {
            Outcome::NotTaken
        }
        ("coming", Standing::Confirmed | Standing::ToConfirm) => Outcome::Coming,
        _ => return shown(&web, me).await,
    };
    page(&Done {
        frame: web.person_frame(true),
        what: outcome,
        visits: seen.visits(),
        reference: seen.reference(),
        next: seen.next(),
    })
}

/// The answer to a form: onward to where its work said, or the page of what stood in the way.
pub(super) async fn settled(
    web: &Web,
    me: PersonSelf,
    outcome: Result<String, Stop<Once<BookingRefusal>>>,
    back: Link,
) -> Answer {
    match Wrong::unless_refused(outcome)? {
        Ok(to) => Ok(onward(&to)),
        Err(Once::KeyReused) => Err(Wrong::KeyReused),
        Err(Once::Refused(refusal)) => refused(web, &look(web, me).await?, StatusCode::CONFLICT, said(&refusal), back),
    }
}

/// What happened, what stays, what to do next.
pub(super) fn refused(web: &Web, seen: &Seen, status: StatusCode, what: &str, onward: Link) -> Answer {
    let visits = seen.visits();
    let kept = if visits.is_empty() { "Nothing has changed." } else { "Nothing has changed. You still have:" };
    let frame = web.person_frame(true);
    page_with(status, &Refused { frame, what: what.to_owned(), kept: kept.to_owned(), visits, onward })
}

/// A refusal in the person's words: nothing of teams, allocations or agreements, which are not theirs to mend.
fn said(refusal: &BookingRefusal) -> &'static str {
    use BookingRefusal as R;
    match refusal {
        R::SlotFull => "Somebody else has just taken that time",
        R::TeamTooThin => "That day is no longer free",
        R::ChangedMeanwhile => "Your appointments changed while you were looking at them",
        R::IntervalTooShort { .. } | R::IntervalTooLong { .. } | R::OtherProduct | R::AlreadyBooked { .. } => {
            "These times do not go together"
        }
        R::TwoPlacesAtOnce { .. } => "That time clashes with another appointment of yours",
        R::CampaignClosed => "These appointments can no longer be changed here",
        R::HoldGone => NOT_KEPT,
        R::NotWaiting => "You are not on this list",
        R::NothingMissing => "You have all your appointments",
        R::AllTaken => "Others were quicker, and nothing is left today. You stay on the list",
        R::NoSuchBooking | R::NotLive { .. } => "You have no appointments for that now",
        R::OfferClosed { .. } => "You told us that you do not need these appointments",
        R::PersonUnclear | R::NotEmployed | R::NoSuchPerson | R::NoDateOfBirth | R::TooYoung { .. } => {
            "We must check something with you first: please ring us"
        }
        _ => GONE,
    }
}

/// The one answer to a look at what is not held, whatever became of it.
pub(super) const NOT_KEPT: &str = "We no longer keep that time for you";
/// The one answer to a time that can't be had, whatever the reason and whether there is such a time or not.
pub(super) const GONE: &str = "That time is no longer free";
