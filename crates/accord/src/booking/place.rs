//! Placing: one person's appointments together or not at all; a thousand people by the same rules.

use super::desk::Desk;
use super::refusal::BookingRefusal;
use super::rules::{self, Facts};
use super::write::{self, Course, Origin, Placed};
use super::{Booking, PlaceCourse, State, Way, store};
use crate::base::db::{Actor, Each, Stop, StoreError, Together, Tx};
use crate::base::ids::{BatchId, BookingId, PersonId};
use std::collections::HashSet;

/// Books what is wanted, all of it or nothing. The person's own choice is their answer: confirmed.
pub fn place(tx: &mut Tx<'_>, want: &PlaceCourse) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    place_as(tx, want, Way::Chosen)
}

/// [`place`] for whoever books in this way: an operator, or the clinic for somebody at its door.
pub fn place_as(tx: &mut Tx<'_>, want: &PlaceCourse, way: Way) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    place_instead(tx, want, &[], way)
}

/// [`place`], while `released` (already given back in this transaction) no longer counts.
pub(super) fn place_instead(
    tx: &mut Tx<'_>,
    want: &PlaceCourse,
    released: &[BookingId],
    way: Way,
) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    place_by(tx, want, released, &answered(way))
}

/// [`place_instead`], of these places.
pub(super) fn place_by(
    tx: &mut Tx<'_>,
    want: &PlaceCourse,
    released: &[BookingId],
    origin: &Origin,
) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    let who = tx.who().clone();
    let placed = place_all(tx, &[(&who, want)], released, origin)?;
    placed.into_iter().next().unwrap_or(Ok(Vec::new())).map_err(Stop::Refused)
}

/// What the rules allow one person, while `released` no longer counts; nothing is taken.
pub(super) fn allowed<'a>(
    tx: &mut Tx<'_>,
    want: &'a PlaceCourse,
    released: &[BookingId],
    way: Way,
) -> Result<Course<'a>, Stop<BookingRefusal>> {
    let desk = Desk::open(tx, &[want], released)?;
    decide(tx, &desk, (tx.who(), want), &answered(way)).map_err(Stop::Refused)
}

/// The person's own choice, or made at their word: it is their answer.
pub(super) const fn answered(way: Way) -> Origin {
    Origin { way, state: State::Confirmed, batch: None, share: way.share() }
}

/// What became of many.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ManyOutcome {
    /// Whole courses placed.
    pub placed: Vec<PersonId>,
    /// People for whom nothing was written, and why.
    pub refused: Vec<(PersonId, BookingRefusal)>,
}

/// Books many people's courses into a batch that is not live yet. The rules are those of
/// [`place`]; a person who is refused leaves no trace and does not stop the others.
///
/// A person stands in `people` once; a second course of the same appointments fails as a whole on the index
/// `booking_person_appointment_key`.
pub fn place_many(
    tx: &mut Tx<'_>,
    batch: BatchId,
    people: &[PlaceCourse],
) -> Result<ManyOutcome, Stop<BookingRefusal>> {
    store::pending_batch(tx, batch)?.ok_or(Stop::Refused(BookingRefusal::BatchSettled))?;
    let origin = Origin { way: Way::Planned, state: State::Assigned, batch: Some(batch), share: Way::Planned.share() };
    let mut outcome = ManyOutcome::default();
    let who = tx.who().clone();
    let asked: Vec<_> = people.iter().map(|want| (&who, want)).collect();
    for (want, placed) in people.iter().zip(place_all(tx, &asked, &[], &origin)?) {
        match placed {
            Ok(_) => outcome.placed.push(want.person),
            Err(refusal) => outcome.refused.push((want.person, refusal)),
        }
    }
    Ok(outcome)
}

/// [`place_as`] for several at once, each at the word of the actor beside it; what became of each, in order. None: to be
/// done alone, since it is of another way than the first or the second wish of a person. Whoever is refused has lost
/// nothing.
pub fn place_each(
    tx: &mut Tx<'_>,
    asked: &[(&Actor, &PlaceCourse, Way)],
) -> Result<Each<Vec<Booking>, BookingRefusal>, StoreError> {
    let Some((.., way)) = asked.first() else { return Ok(Vec::new()) };
    let mut people = HashSet::with_capacity(asked.len());
    let fits = |(_, want, of): &(&Actor, &PlaceCourse, Way)| of == way && people.insert(want.person);
    let now: Vec<bool> = asked.iter().map(fits).collect();
    let wants = asked.iter().zip(&now).filter(|(_, now)| **now).map(|((who, want, _), _)| (*who, *want));
    let mut placed = place_all(tx, &wants.collect::<Vec<_>>(), &[], &answered(*way))?.into_iter();
    Ok(now.into_iter().map(|now| if now { placed.next() } else { None }).collect())
}

/// Many people who choose at once.
impl Together for PlaceCourse {
    type Done = Vec<Booking>;
    type Refusal = BookingRefusal;

    fn together(tx: &mut Tx<'_>, asked: &[(&Actor, &Self)]) -> Result<Each<Vec<Booking>, BookingRefusal>, StoreError> {
        place_each(tx, &asked.iter().map(|(who, want)| (*who, *want, Way::Chosen)).collect::<Vec<_>>())
    }
}

/// Decides on everybody by the rules, then writes all who were not refused; one outcome for each of `asked`.
fn place_all(
    tx: &mut Tx<'_>,
    asked: &[(&Actor, &PlaceCourse)],
    released: &[BookingId],
    origin: &Origin,
) -> Result<Vec<Placed>, StoreError> {
    let wants: Vec<&PlaceCourse> = asked.iter().map(|(_, want)| *want).collect();
    let desk = Desk::open(tx, &wants, released)?;
    let mut courses = Vec::with_capacity(asked.len());
    let mut outcomes = Vec::with_capacity(asked.len());
    for one in asked {
        outcomes.push(decide(tx, &desk, *one, origin).map(|course| courses.push(course)));
    }
    let mut placed = write::courses(tx, &courses, origin)?.into_iter();
    let placed = |decided: Result<(), BookingRefusal>| decided.and_then(|()| placed.next().unwrap_or(Ok(Vec::new())));
    Ok(outcomes.into_iter().map(placed).collect())
}

/// Whether the person themselves is at it, and nobody at their word.
pub(super) fn online(who: &Actor) -> bool {
    who.role == "person"
}

/// What the rules say to one person.
fn decide<'a>(
    tx: &Tx<'_>,
    desk: &Desk,
    (who, want): (&Actor, &'a PlaceCourse),
    origin: &Origin,
) -> Result<Course<'a>, BookingRefusal> {
    let person = desk.person(want.person).ok_or(BookingRefusal::NoSuchPerson)?;
    let campaign = desk.campaign(want.campaign);
    let wanted = desk.wanted(&person, campaign.as_deref(), &want.picks);
    let facts = Facts {
        person: &person,
        campaign: campaign.as_deref(),
        offer_closed: desk.closed_offer(want.campaign, want.person),
        held: desk.held(want.person),
        now: tx.now(),
        way: origin.way,
        online: origin.way == Way::Chosen && online(who),
    };
    let between = |from: &str, to: &str| desk.known_minutes(from, to);
    let allowed = rules::check(&facts, &wanted, &between)?;
    let employer = person.employer.ok_or(BookingRefusal::NotEmployed)?;
    let rules = campaign.ok_or(BookingRefusal::CampaignClosed)?;
    let besides = desk.held(want.person).iter().filter(|held| held.campaign == want.campaign);
    let besides = besides.map(|held| (held.confirmed, held.date)).collect();
    Ok(Course { who: who.clone(), want, rules, besides, employer, team: person.team, allowed })
}
