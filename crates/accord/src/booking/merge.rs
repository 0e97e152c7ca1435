//! Two records turn out to be one person. Of two courses of one campaign the earlier one stays, with whichever record
//! stays; the other is given back, and the person is told once: by `person.courses_joined`, not by a cancellation each.
//!
//! What was given stays given: a course with an appointment had is the earlier one. Where both records had something of
//! one campaign nobody here can say what is true, and nothing changes.

use super::hold;
use super::write::{release, settle_offer_after};
use super::{Booking, State, store};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{BookingId, CampaignId, PersonId, WorklistItemId};
use crate::base::outbox;
use crate::campaign::{self, offer};
use crate::cohort::resolve::{Decision, ResolveRefusal, Resolved};
use std::collections::HashSet;

/// Why a booking of a course is given back that another record of the person has as well. Nobody is told of it by itself.
pub const DUPLICATE: &str = "duplicate";

/// Decides a worklist item. Where that makes one person of two, what is booked is made one first, in the same
/// transaction; [`campaign::decide::decide`] does the rest.
pub fn decide(tx: &mut Tx<'_>, id: WorklistItemId, decision: &Decision) -> Result<Resolved, Stop<ResolveRefusal>> {
    let Some((kept, gone)) = pair(tx, id, decision)? else { return campaign::decide::decide(tx, id, decision) };
    let campaigns = store::campaigns_of(tx, &[kept, gone])?;
    let mut courses = Vec::with_capacity(campaigns.len());
    for campaign in campaigns {
        courses.push(one_course(tx, campaign, kept, gone)?);
    }
    apart(&courses)?;
    store::hand_over(tx, gone, kept)?;
    for course in &courses {
        settle(tx, course, gone)?;
    }
    let resolved = campaign::decide::decide(tx, id, &Decision::Same { keep: Some(kept) })?;
    for course in &courses {
        settle(tx, course, kept)?;
        if course.released > 0 {
            let payload = format!(r#"{{"campaign":"{}","released":{}}}"#, course.campaign, course.released);
            outbox::append(tx, "person.courses_joined", &kept.to_string(), &payload)?;
        }
    }
    Ok(resolved)
}

/// The record that stays and the one that goes, both locked; none: the decision joins nobody, or is refused anyway.
fn pair(
    tx: &mut Tx<'_>,
    id: WorklistItemId,
    decision: &Decision,
) -> Result<Option<(PersonId, PersonId)>, Stop<ResolveRefusal>> {
    let Decision::Same { keep } = decision else { return Ok(None) };
    let item = crate::cohort::store::item_by_id(tx, id)?.filter(|item| item.outcome.is_none());
    let Some((later, earlier)) = item.and_then(|item| item.person.zip(item.other)) else { return Ok(None) };
    let mut both = [earlier, later];
    both.sort_unstable();
    store::lock_people(tx, &both)?;
    let booked = |tx: &mut Tx<'_>, person| crate::cohort::store::has_live_booking(tx, person);
    let kept = match keep {
        Some(keep) => *keep,
        None if booked(tx, later)? && !booked(tx, earlier)? => later,
        None => earlier,
    };
    Ok(both.contains(&kept).then(|| (kept, if kept == earlier { later } else { earlier })))
}

/// What is left of the two courses of a campaign.
struct Joined {
    campaign: CampaignId,
    /// Live bookings that stay: of the record that stays, and of the one that goes.
    kept: Vec<Booking>,
    taken_over: Vec<Booking>,
    given: HashSet<BookingId>,
    /// The state in which the offer is closed for good, whichever record it was said of.
    closed: Option<offer::State>,
    released: usize,
}

struct Side {
    live: Vec<Booking>,
    given: HashSet<BookingId>,
    state: Option<offer::State>,
}

impl Side {
    fn of(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Self, StoreError> {
        hold::let_go(tx, &[(person, campaign)])?;
        Ok(Self {
            live: store::live_of(tx, person, campaign)?,
            given: store::given_of(tx, person, campaign)?,
            state: campaign::store::offer_state(tx, campaign, person)?,
        })
    }

    /// Where the course stands in the order of staying: one that has begun first, then the one that begins first.
    fn rank(&self) -> (bool, Option<jiff::Timestamp>) {
        (self.given.is_empty(), self.live.iter().map(|booking| booking.starts).min())
    }

    /// Gives back what was not had; how many.
    fn give_back(&mut self, tx: &mut Tx<'_>) -> Result<usize, StoreError> {
        let (had, not_had) = std::mem::take(&mut self.live).into_iter().partition(|b| self.given.contains(&b.id));
        self.live = had;
        let not_had: Vec<Booking> = not_had;
        for booking in &not_had {
            release(tx, booking, State::Cancelled, DUPLICATE)?;
        }
        Ok(not_had.len())
    }
}

fn one_course(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    kept: PersonId,
    gone: PersonId,
) -> Result<Joined, Stop<ResolveRefusal>> {
    let (mut stays, mut goes) = (Side::of(tx, kept, campaign)?, Side::of(tx, gone, campaign)?);
    if !stays.given.is_empty() && !goes.given.is_empty() {
        return Err(Stop::Refused(ResolveRefusal::BothHad));
    }
    let over = [offer::State::Completed, offer::State::HadElsewhere];
    let closed = over.into_iter().find(|state| stays.state == Some(*state) || goes.state == Some(*state));
    let mut released = 0;
    if closed.is_some() {
        released += stays.give_back(tx)? + goes.give_back(tx)?;
    } else if !stays.live.is_empty() && !goes.live.is_empty() {
        let later = if goes.rank() < stays.rank() { &mut stays } else { &mut goes };
        released += later.give_back(tx)?;
    }
    let given = stays.given.union(&goes.given).copied().collect();
    Ok(Joined { campaign, kept: stays.live, taken_over: goes.live, given, closed, released })
}

/// Nobody can be in two places: appointments of two campaigns that come together may not be on one day.
fn apart(courses: &[Joined]) -> Result<(), Stop<ResolveRefusal>> {
    let clash = courses.iter().any(|one| {
        let others = courses.iter().filter(|other| other.campaign != one.campaign);
        others.flat_map(|other| &other.kept).any(|b| one.taken_over.iter().any(|over| over.date == b.date))
    });
    if clash { Err(Stop::Refused(ResolveRefusal::OnOneDay)) } else { Ok(()) }
}

/// Brings a record's offer in line with what is booked under it now.
fn settle(tx: &mut Tx<'_>, course: &Joined, person: PersonId) -> Result<(), StoreError> {
    let live = store::seen_of(tx, person, course.campaign)?;
    let state = campaign::store::offer_state(tx, course.campaign, person)?;
    if let Some(closed) = course.closed.filter(|closed| state.is_some_and(|state| state != *closed)) {
        let evidence = Some(format!("said of another record of the same person: {}", closed.word()));
        let standing = offer::Standing {
            state: closed,
            reason: None,
            owner_role: offer::EMPLOYER_CONTACT,
            next_on: None,
            evidence,
        };
        return offer::set(tx, course.campaign, person, &standing);
    }
    match state {
        _ if !live.is_empty() && course.closed.is_none() => settle_offer_after(tx, &live, &course.given),
        Some(offer::State::Assigned | offer::State::Confirmed) => offer::wait(tx, course.campaign, person, None),
        _ => Ok(()),
    }
}
