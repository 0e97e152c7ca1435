//! The writing half of a booking: counters first, then the rows that tell of it.

use super::counters::{self, Units};
use super::hold;
use super::refusal::BookingRefusal;
use super::rules::Allowed;
use super::{Booking, PlaceCourse, Reference, State, Way, store};
use crate::base::audit::{self, Done};
use crate::base::clock::london_date;
use crate::base::db::{Actor, Stop, StoreError, Tx};
use crate::base::ids::{BatchId, Booking as BookingKind, BookingId, CampaignId, OrganisationId, TeamId};
use crate::base::outbox;
use crate::campaign::{self, Campaign};
use crate::clinic::slot::Share;
use crate::partnership::ledger;
use jiff::civil::Date;
use std::collections::HashSet;
use std::rc::Rc;

/// Where a booking comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub way: Way,
    pub state: State,
    pub batch: Option<BatchId>,
    /// Which of a slot's places may be taken: the way's, or more of them where the person held one.
    pub share: Share,
}

/// What the rules allowed one person.
#[derive(Debug)]
pub(super) struct Course<'a> {
    /// At whose word.
    pub who: Actor,
    pub want: &'a PlaceCourse,
    pub rules: Rc<Campaign>,
    /// The live bookings of the campaign that they have besides: whether confirmed, and the day.
    pub besides: Vec<(bool, Date)>,
    pub employer: OrganisationId,
    pub team: Option<TeamId>,
    pub allowed: Vec<Allowed>,
}

/// What became of a course.
pub(super) type Placed = Result<Vec<Booking>, BookingRefusal>;

/// Takes the counters and writes the rows of what the rules allowed; each course whole or not at all.
pub(super) fn courses(tx: &mut Tx<'_>, courses: &[Course<'_>], origin: &Origin) -> Result<Vec<Placed>, StoreError> {
    let references = fresh_references(tx, courses.iter().map(|course| course.allowed.len()).sum())?;
    let mut references = references.into_iter();
    let mut made = Vec::with_capacity(courses.len());
    for course in courses {
        let pairs = course.allowed.iter().zip(&mut references);
        made.push(pairs.map(|(one, reference)| booking(tx, course, one, reference, origin)).collect::<Vec<_>>());
    }
    let refused = take(tx, courses, &made, origin.share)?;
    let placed = made.into_iter().zip(refused).map(|(bookings, refused)| refused.map_or(Ok(bookings), Err));
    let placed: Vec<Placed> = placed.collect();
    tell(tx, courses, &placed, origin)?;
    Ok(placed)
}

/// Writes the rows of what was placed, and of what that means.
fn tell(tx: &mut Tx<'_>, courses: &[Course<'_>], placed: &[Placed], origin: &Origin) -> Result<(), StoreError> {
    let of = courses.iter().zip(placed).filter_map(|(course, placed)| Some((course, placed.as_ref().ok()?)));
    let of: Vec<(&Course<'_>, &Vec<Booking>)> = of.collect();
    let bookings: Vec<&Booking> = of.iter().flat_map(|(_, bookings)| *bookings).collect();
    store::insert(tx, &bookings)?;
    ledger::post_many(tx, &bookings.iter().map(|booking| entry(booking, 1)).collect::<Vec<_>>())?;
    let rows: Vec<_> = of.iter().flat_map(|(course, of)| of.iter().map(|b| (&course.who, done("place", b)))).collect();
    audit::record_of(tx, &rows.iter().map(|(who, done)| (*who, done)).collect::<Vec<_>>())?;
    // A batch tells of itself once, when it turns live; nobody may hear of its bookings before.
    if origin.batch.is_none() {
        events(tx, "booking.placed", &bookings)?;
        of.iter().try_for_each(|(course, bookings)| settle_placed(tx, course, bookings))?;
    }
    Ok(())
}

/// Gives everything of a live booking back and closes it with `state` and `reason`. What its person holds of the
/// campaign goes with it: a hold may lean on the booking that it would replace.
pub(super) fn release(tx: &mut Tx<'_>, booking: &Booking, state: State, reason: &str) -> Result<Booking, StoreError> {
    hold::let_go(tx, &[(booking.person, booking.campaign)])?;
    counters::give_back(tx, &units(std::slice::from_ref(booking)))?;
    close_row(tx, booking, state, reason)
}

/// The reverse of [`release`], for a booking that was released by mistake: it takes everything again, as confirmed.
pub(super) fn take_back(tx: &mut Tx<'_>, booking: &Booking) -> Result<Booking, Stop<BookingRefusal>> {
    if let Some(refusal) = counters::take(tx, &units(std::slice::from_ref(booking)), Way::Restored.share())? {
        return Err(Stop::Refused(refusal));
    }
    let back = Booking { state: State::Confirmed, version: booking.version + 1, ..booking.clone() };
    store::set_state(tx, &back, "")?;
    ledger::post(tx, &entry(&back, 1))?;
    record(tx, "take_back", &back)?;
    event(tx, "booking.taken_back", &back)?;
    Ok(back)
}

/// [`settle_offer`] for who was just placed: what they have was read under the same lock, and is not read again.
fn settle_placed(tx: &mut Tx<'_>, course: &Course<'_>, placed: &[Booking]) -> Result<(), StoreError> {
    if placed.is_empty() {
        return Ok(());
    }
    let new = placed.iter().map(|b| (b.state == State::Confirmed, b.date));
    let live: Vec<(bool, Date)> = course.besides.iter().copied().chain(new).collect();
    let today = london_date(tx.now());
    let next = live.iter().map(|(_, date)| *date).filter(|date| *date >= today).min().unwrap_or(today);
    let confirmed: Vec<bool> = live.iter().map(|(confirmed, _)| *confirmed).collect();
    campaign::offer::settle_by_bookings(tx, &course.rules, course.want.person, &confirmed, next)
}

/// Gives what the rules allowed in place of `old`, all of it or nothing: only the difference is taken from the counters,
/// so that nobody is refused for what they give back in the same step. `reason` closes the old.
pub(super) fn exchange(
    tx: &mut Tx<'_>,
    old: &[Booking],
    course: &Course<'_>,
    origin: &Origin,
    reason: &str,
) -> Result<Placed, StoreError> {
    hold::let_go(tx, &[(course.want.person, course.want.campaign)])?;
    let references = fresh_references(tx, course.allowed.len())?;
    let pairs = course.allowed.iter().zip(references);
    let made: Vec<Booking> = pairs.map(|(one, reference)| booking(tx, course, one, reference, origin)).collect();
    if let Some(refusal) = take_difference(tx, old, &made, origin.way)? {
        return Ok(Err(refusal));
    }
    for booking in old {
        close_row(tx, booking, State::Rebooked, reason)?;
    }
    store::insert(tx, &made.iter().collect::<Vec<_>>())?;
    ledger::post_many(tx, &made.iter().map(|booking| entry(booking, 1)).collect::<Vec<_>>())?;
    audit::record_many(tx, &made.iter().map(|booking| done("place", booking)).collect::<Vec<_>>())?;
    events(tx, "booking.placed", &made.iter().collect::<Vec<_>>())?;
    Ok(Ok(made))
}

/// The reverse of [`exchange`] or of a [`release`]: `now` is closed and `before` lives again, each in the state beside it.
pub(super) fn put_back(
    tx: &mut Tx<'_>,
    now: &[Booking],
    before: &[(Booking, State)],
    reason: &str,
) -> Result<Placed, StoreError> {
    if let Some((first, _)) = before.first() {
        hold::let_go(tx, &[(first.person, first.campaign)])?;
    }
    let back = before.iter().map(|(b, state)| Booking { state: *state, version: b.version + 1, ..b.clone() });
    let back: Vec<Booking> = back.collect();
    if let Some(refusal) = take_difference(tx, now, &back, Way::Restored)? {
        return Ok(Err(refusal));
    }
    for booking in now {
        close_row(tx, booking, State::Cancelled, reason)?;
    }
    for booking in &back {
        store::set_state(tx, booking, "")?;
        ledger::post(tx, &entry(booking, 1))?;
        record(tx, "take_back", booking)?;
        event(tx, "booking.taken_back", booking)?;
    }
    Ok(Ok(back))
}

/// Gives back what `old` uses more than `new`, then takes what `new` uses more; nothing changes where a counter says no.
/// Given back first: doses are running totals, and the dose of a later day is one of those that an earlier day needs.
fn take_difference(
    tx: &mut Tx<'_>,
    old: &[Booking],
    new: &[Booking],
    way: Way,
) -> Result<Option<BookingRefusal>, StoreError> {
    let mut more = units(new);
    for (counter, n) in units(old) {
        *more.entry(counter).or_default() -= n;
    }
    let less: Units = more.iter().filter(|(_, n)| **n < 0).map(|(counter, n)| (*counter, -n)).collect();
    more.retain(|_, n| *n > 0);
    counters::give_back(tx, &less)?;
    let refused = counters::take(tx, &more, way.share())?;
    // What was given back a moment ago is still locked: nobody else has it.
    if refused.is_some() && counters::take(tx, &less, Way::Restored.share())?.is_some() {
        return Err(StoreError::Conflict);
    }
    Ok(refused)
}

/// The rows of a booking that is no longer live; its counters are the caller's.
fn close_row(tx: &mut Tx<'_>, booking: &Booking, state: State, reason: &str) -> Result<Booking, StoreError> {
    let closed = Booking { state, version: booking.version + 1, ..booking.clone() };
    store::set_state(tx, &closed, reason)?;
    ledger::post(tx, &entry(&closed, -1))?;
    record(tx, state.word(), &closed)?;
    event(tx, &format!("booking.{}", state.word()), &closed)?;
    Ok(closed)
}

/// Brings the offer in line with what the person now has.
pub(super) fn settle_offer(tx: &mut Tx<'_>, of: &[Booking]) -> Result<(), StoreError> {
    settle_offer_after(tx, of, &HashSet::new())
}

/// [`settle_offer`], told which of the bookings the person has had: those are nobody's next date.
pub(super) fn settle_offer_after(tx: &mut Tx<'_>, of: &[Booking], had: &HashSet<BookingId>) -> Result<(), StoreError> {
    let Some(booking) = of.first() else { return Ok(()) };
    let campaign: CampaignId = booking.campaign;
    let Some(rules) = campaign::store::load(tx, campaign)? else { return Ok(()) };
    // What a batch holds for them that is not live yet is nobody's appointment.
    let live = store::seen_of(tx, booking.person, campaign)?;
    let today = london_date(tx.now());
    let to_come = |b: &&Booking| b.date >= today && !had.contains(&b.id);
    let next = live.iter().filter(to_come).map(|b| b.date).min().unwrap_or(today);
    let confirmed: Vec<bool> = live.iter().map(|b| b.state == State::Confirmed).collect();
    campaign::offer::settle_by_bookings(tx, &rules, booking.person, &confirmed, next)
}

/// Takes for everybody at once; where that is too much for a counter, for one after another. Whoever is refused holds
/// again what they held.
///
/// First everybody gives back what they hold themselves: a held place can always be taken by its holder, and nobody is in
/// the way of their own booking.
fn take(
    tx: &mut Tx<'_>,
    courses: &[Course<'_>],
    made: &[Vec<Booking>],
    share: Share,
) -> Result<Vec<Option<BookingRefusal>>, StoreError> {
    let people: Vec<_> = courses.iter().map(|course| (course.want.person, course.want.campaign)).collect();
    let held = hold::take_out(tx, &people)?;
    let wanted = units(made.iter().flatten());
    if let [course] = courses {
        return Ok(vec![take_one(tx, course, &wanted, &held, share)?]);
    }
    counters::lock(tx, &both(&wanted, &hold::units(&held)))?;
    hold::free(tx, &held)?;
    if counters::take(tx, &wanted, share)?.is_none() {
        return Ok(vec![None; courses.len()]);
    }
    hold::keep_again(tx, &held)?;
    let one = |(course, made): (&Course<'_>, &Vec<Booking>)| {
        let held = hold::take_out(tx, &[(course.want.person, course.want.campaign)])?;
        take_one(tx, course, &units(made), &held, share)
    };
    courses.iter().zip(made).map(one).collect()
}

/// Takes for one person, whose holds were taken out.
fn take_one(
    tx: &mut Tx<'_>,
    course: &Course<'_>,
    wanted: &Units,
    held: &[hold::Hold],
    share: Share,
) -> Result<Option<BookingRefusal>, StoreError> {
    hold::free(tx, held)?;
    let share = hold::share_of(tx.now(), course.want, held, share);
    let refused = counters::take(tx, wanted, share)?;
    if refused.is_some() {
        hold::keep_again(tx, held)?;
    }
    Ok(refused)
}

fn both(one: &Units, other: &Units) -> Units {
    let mut sum = one.clone();
    for (counter, n) in other {
        *sum.entry(*counter).or_default() += n;
    }
    sum
}

fn units<'b>(bookings: impl IntoIterator<Item = &'b Booking>) -> Units {
    let mut units = Units::new();
    bookings.into_iter().for_each(|booking| counters::add(&mut units, &booking.uses()));
    units
}

fn booking(tx: &Tx<'_>, course: &Course<'_>, one: &Allowed, reference: Reference, origin: &Origin) -> Booking {
    let slot = &one.slot;
    Booking {
        id: tx.id::<BookingKind>(),
        reference,
        campaign: course.want.campaign,
        person: course.want.person,
        appointment: one.appointment,
        slot: slot.id,
        session: slot.session,
        site: slot.site,
        product: slot.product,
        host: slot.host,
        employer: course.employer,
        team: course.team,
        on_shift: one.on_shift,
        agreement: one.permit.agreement,
        agreement_version: one.permit.version,
        allocation: one.permit.allocation,
        date: slot.date,
        starts: one.starts,
        ends: one.ends,
        travel_minutes: one.minutes,
        state: origin.state,
        batch: origin.batch,
        version: 1,
    }
}

/// Two of 2^40 may be alike: look before the unique index has to say so.
fn fresh_references(tx: &mut Tx<'_>, n: usize) -> Result<Vec<Reference>, StoreError> {
    let mut references = Vec::with_capacity(n);
    let mut known = HashSet::with_capacity(n);
    while references.len() < n {
        let drawn: Vec<Reference> = (references.len()..n).map(|_| Reference::from_random(tx.random())).collect();
        let used = store::references_in_use(tx, &drawn)?;
        references.extend(drawn.into_iter().filter(|drawn| !used.contains(drawn) && known.insert(drawn.clone())));
    }
    Ok(references)
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
    audit::record(tx, &done(verb, booking))
}

fn done<'a>(verb: &'a str, booking: &Booking) -> Done<'a> {
    Done {
        organisation: Some(booking.host),
        verb,
        noun: "booking",
        noun_id: booking.id.to_string(),
        detail: format!(
            r#"{{"agreement":"{}","agreement_version":{},"version":{}}}"#,
            booking.agreement, booking.agreement_version, booking.version
        ),
    }
}

/// One event: ids and numbers only.
pub(super) fn event(tx: &mut Tx<'_>, kind: &str, booking: &Booking) -> Result<(), StoreError> {
    events(tx, kind, &[booking])
}

fn events(tx: &mut Tx<'_>, kind: &str, of: &[&Booking]) -> Result<(), StoreError> {
    let told = |booking: &&Booking| {
        let payload = format!(
            r#"{{"person":"{}","campaign":"{}","appointment":{},"version":{}}}"#,
            booking.person, booking.campaign, booking.appointment, booking.version
        );
        (booking.id.to_string(), payload)
    };
    outbox::append_many(tx, kind, &of.iter().map(told).collect::<Vec<_>>())
}
