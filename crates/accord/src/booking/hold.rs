//! Holding: a place is kept for a person while they look at it, for ten minutes.
//!
//! A hold takes the counters that its booking would take, after the same rules, so whatever is held can be taken by its
//! holder and by nobody else. It has no ledger entry, no reference and no audit of its own: nothing was promised.
//!
//! Where the person has a booking of the appointment, the hold is for its place: the booking has a unit of the
//! allocation, and perhaps of the team-day, that the new one would get. Taking it twice would forbid a change to
//! whoever's allocation is used up. So the hold takes what the change needs besides, and ends with the booking:
//! releasing any booking of a person lets go of what they hold of that campaign.
//!
//! A hold whose time is over keeps its counters until somebody gives it back: the sweeper, within seconds, or whoever a
//! counter has just refused (see `counters.rs`).

use super::counters::{self, Units, Use};
use super::refusal::BookingRefusal;
use super::rules::Allowed;
use super::write::Course;
use super::{Booking, PlaceCourse, Way, place, rebook, store};
use crate::base::clock::at_microsecond;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{
    AgreementId, AllocationId, BookingId, CampaignId, Hold as HoldKind, HoldId, OrganisationId, PersonId, ProductId,
    SessionId, SiteId, SlotId, TeamId,
};
use crate::clinic::slot::Share;
use jiff::Timestamp;
use jiff::civil::Date;

/// How long a place is kept, in microseconds: ten minutes. Never longer than until its time begins.
pub const KEPT_US: i64 = 10 * 60 * 1_000_000;

/// What a place is kept for. The counters and `accord verify` see no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The person looks at it, for ten minutes.
    Look,
    /// The waiting list offers it, until the end it says.
    Offer,
}

impl Purpose {
    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Offer => "offer",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Look, Self::Offer].into_iter().find(|purpose| purpose.word() == word)
    }
}

/// A place that is kept for a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Whose.
    pub person: PersonId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// For which appointment of the course, from 1.
    pub appointment: u16,
    /// In which slot.
    pub slot: SlotId,
    /// Of which session.
    pub session: SessionId,
    /// At which site.
    pub site: SiteId,
    /// Of which product.
    pub product: ProductId,
    /// Who gives the place.
    pub host: OrganisationId,
    /// For whose member of staff.
    pub employer: OrganisationId,
    /// Their team.
    pub team: Option<TeamId>,
    /// Whether it lies in working time.
    pub on_shift: bool,
    /// Whether the booking that would be replaced has the units of the team-day.
    pub team_covered: bool,
    /// The agreement that allows it.
    pub agreement: AgreementId,
    /// That agreement's version.
    pub agreement_version: i64,
    /// The allocation it counts against.
    pub allocation: AllocationId,
    /// Whether the booking that would be replaced has the unit of the allocation.
    pub allocation_covered: bool,
    /// The civil date in London.
    pub date: Date,
    /// When it starts.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// Minutes by car, as of a booking.
    pub travel_minutes: u16,
    /// Until when it is kept.
    pub expires: Timestamp,
    /// What for.
    pub purpose: Purpose,
}

impl Hold {
    /// What it uses of the counters.
    pub(super) fn uses(&self) -> Use {
        let team = self.team.filter(|_| self.on_shift && !self.team_covered);
        Use {
            team_day: team.map(|team| (self.campaign, team, self.date)),
            allocation: Some(self.allocation).filter(|_| !self.allocation_covered),
            stock: (self.site, self.product, self.date),
            place: self.slot,
        }
    }
}

/// Holds what is wanted, all of it or nothing, after the rules of a booking; bookings of the same appointments count as
/// given back. Holding an appointment again replaces what was held of it.
pub fn hold(tx: &mut Tx<'_>, want: &PlaceCourse) -> Result<Vec<Hold>, Stop<BookingRefusal>> {
    hold_as(tx, want, Way::Chosen)
}

/// [`hold`] for whoever books in this way: an operator's hold may take what is kept for assisted booking.
pub fn hold_as(tx: &mut Tx<'_>, want: &PlaceCourse, way: Way) -> Result<Vec<Hold>, Stop<BookingRefusal>> {
    let last = at_microsecond(tx.now().as_microsecond().saturating_add(KEPT_US));
    hold_until(tx, want, way, (last, Purpose::Look))
}

/// [`hold_as`] until an instant, or until its time begins. A refusal has changed nothing where nothing was held before.
pub(super) fn hold_until(
    tx: &mut Tx<'_>,
    want: &PlaceCourse,
    way: Way,
    until: (Timestamp, Purpose),
) -> Result<Vec<Hold>, Stop<BookingRefusal>> {
    store::lock_person(tx, want.person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    hold_instead(tx, want, way, until, Vec::new())
}

/// [`hold_until`] by a person who is locked, and who let go of `before` in this transaction.
fn hold_instead(
    tx: &mut Tx<'_>,
    want: &PlaceCourse,
    way: Way,
    (last, purpose): (Timestamp, Purpose),
    mut before: Vec<Hold>,
) -> Result<Vec<Hold>, Stop<BookingRefusal>> {
    let mut replaced = store::seen_of(tx, want.person, want.campaign)?;
    replaced.retain(|booking| want.picks.iter().any(|pick| pick.appointment == booking.appointment));
    rebook::in_time(tx, want.campaign, &replaced)?;
    let released: Vec<BookingId> = replaced.iter().map(|booking| booking.id).collect();
    let course = place::allowed(tx, want, &released, way)?;
    let appointments: Vec<u16> = want.picks.iter().map(|pick| pick.appointment).collect();
    before.extend(let_go_of(tx, want.person, want.campaign, &appointments)?);
    let holds: Vec<Hold> = course.allowed.iter().map(|one| new(tx, &course, one, &replaced, (last, purpose))).collect();
    if let Some(refusal) = counters::take(tx, &units(&holds), share_of(tx.now(), want, &before, way.share()))? {
        return Err(Stop::Refused(refusal));
    }
    store::insert_holds(tx, &holds)?;
    Ok(holds)
}

/// [`hold`], and lets go of whatever else the person looked at in the campaign: they look at one wish at a time. What the
/// waiting list offers them stays kept.
pub fn hold_only(tx: &mut Tx<'_>, want: &PlaceCourse) -> Result<Vec<Hold>, Stop<BookingRefusal>> {
    hold_only_as(tx, want, Way::Chosen)
}

/// [`hold_only`] for whoever books in this way.
pub fn hold_only_as(tx: &mut Tx<'_>, want: &PlaceCourse, way: Way) -> Result<Vec<Hold>, Stop<BookingRefusal>> {
    // The person first, as everywhere: two copies of one form must not wait for each other.
    store::lock_person(tx, want.person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let looked: Vec<u16> = store::holds_of(tx, want.person, want.campaign)?
        .iter()
        .filter(|hold| hold.purpose == Purpose::Look)
        .map(|hold| hold.appointment)
        .collect();
    let before = let_go_of(tx, want.person, want.campaign, &looked)?;
    let last = at_microsecond(tx.now().as_microsecond().saturating_add(KEPT_US));
    hold_instead(tx, want, way, (last, Purpose::Look), before)
}

/// Of which places a person may take what they want, who let go of `held` in this step. The place they held is theirs, also
/// where an operator kept it for them, or where the clinic has kept more places back since: nobody else could take it.
pub(super) fn share_of(now: Timestamp, want: &PlaceCourse, held: &[Hold], share: Share) -> Share {
    let theirs = |hold: &Hold| hold.person == want.person && hold.campaign == want.campaign && hold.expires > now;
    let kept = |pick: &super::Pick| held.iter().any(|hold| theirs(hold) && hold.slot == pick.slot);
    let all = !want.picks.is_empty() && want.picks.iter().all(kept);
    if all && matches!(share, Share::Everybody | Share::Assisted) { Share::WalkIn } else { share }
}

/// The holds of exactly these picks that the person looks at, while they last.
pub fn kept(tx: &mut Tx<'_>, want: &PlaceCourse) -> Result<Vec<Hold>, Stop<BookingRefusal>> {
    let now = tx.now();
    let mut holds = store::holds_of(tx, want.person, want.campaign)?;
    holds.retain(|hold| hold.expires > now && hold.purpose == Purpose::Look);
    let found = |pick: &super::Pick| holds.iter().any(|h| h.appointment == pick.appointment && h.slot == pick.slot);
    let whole = holds.len() == want.picks.len() && want.picks.iter().all(found);
    if whole { Ok(holds) } else { Err(Stop::Refused(BookingRefusal::HoldGone)) }
}

/// Gives back all that these people hold of these campaigns; what it was.
pub fn let_go(tx: &mut Tx<'_>, of: &[(PersonId, CampaignId)]) -> Result<Vec<Hold>, StoreError> {
    let holds = take_out(tx, of)?;
    give_back(tx, &holds)?;
    Ok(holds)
}

/// Takes the rows of what these people hold of these campaigns away, and leaves its counters taken: [`free`] gives them
/// back, [`keep_again`] undoes it.
pub(super) fn take_out(tx: &mut Tx<'_>, of: &[(PersonId, CampaignId)]) -> Result<Vec<Hold>, StoreError> {
    store::delete_holds_of(tx, of)
}

/// Gives back what was held.
pub(super) fn free(tx: &mut Tx<'_>, held: &[Hold]) -> Result<(), StoreError> {
    counters::give_back(tx, &units(held))
}

/// The reverse of [`free`] and [`take_out`], while nobody else can have had it: its counters are still locked.
pub(super) fn keep_again(tx: &mut Tx<'_>, held: &[Hold]) -> Result<(), StoreError> {
    if held.is_empty() {
        return Ok(());
    }
    if counters::take(tx, &units(held), Way::Restored.share())?.is_some() {
        return Err(StoreError::Conflict);
    }
    store::insert_holds(tx, held)
}

/// Gives back what a person holds of these appointments; what it was.
pub(super) fn let_go_of(
    tx: &mut Tx<'_>,
    person: PersonId,
    campaign: CampaignId,
    appointments: &[u16],
) -> Result<Vec<Hold>, StoreError> {
    let holds = store::delete_holds(tx, person, campaign, appointments)?;
    give_back(tx, &holds)?;
    Ok(holds)
}

/// Gives back up to `limit` places whose time is over, or whose person's offer was closed meanwhile: whoever leaves
/// is taken off the cohort by a noun that knows no bookings. How many there were.
pub fn sweep(tx: &mut Tx<'_>, limit: u32) -> Result<usize, StoreError> {
    let holds = store::delete_idle_holds(tx, limit)?;
    give_back(tx, &holds)
}

/// The clock jumped by `by_us`, of which `to_come` is not in this transaction's time yet: what is held has as long as it had,
/// and never longer than a new hold; a timed offer has as long as it had.
pub fn clock_jumped(tx: &mut Tx<'_>, by_us: i64, to_come: i64) -> Result<(), StoreError> {
    let now = tx.now().as_microsecond().saturating_add(to_come);
    store::move_ends(tx, by_us, at_microsecond(now.saturating_add(KEPT_US)))
}

/// Gives back every place whose time is over; for whoever finds a counter used up. False: another transaction is just
/// giving some back, and nobody can say yet what will be free.
pub(super) fn sweep_expired(tx: &mut Tx<'_>) -> Result<bool, StoreError> {
    let holds = store::delete_expired_holds(tx)?;
    give_back(tx, &holds)?;
    Ok(!store::any_expired_hold(tx)?)
}

fn give_back(tx: &mut Tx<'_>, holds: &[Hold]) -> Result<usize, StoreError> {
    free(tx, holds)?;
    Ok(holds.len())
}

/// What they use of the counters.
pub(super) fn units(holds: &[Hold]) -> Units {
    let mut units = Units::new();
    holds.iter().for_each(|hold| counters::add(&mut units, &hold.uses()));
    units
}

fn new(
    tx: &Tx<'_>,
    course: &Course<'_>,
    one: &Allowed,
    replaced: &[Booking],
    (last, purpose): (Timestamp, Purpose),
) -> Hold {
    let slot = &one.slot;
    // A booking covers the hold of its own appointment and no other: what is held next must not lean on it as well.
    let old = replaced.iter().find(|booking| booking.appointment == one.appointment);
    let same_day = |old: &Booking| old.on_shift && old.team == course.team && old.date == slot.date;
    Hold {
        id: tx.id::<HoldKind>(),
        person: course.want.person,
        campaign: course.want.campaign,
        appointment: one.appointment,
        slot: slot.id,
        session: slot.session,
        site: slot.site,
        product: slot.product,
        host: slot.host,
        employer: course.employer,
        team: course.team,
        on_shift: one.on_shift,
        team_covered: one.on_shift && old.is_some_and(same_day),
        agreement: one.permit.agreement,
        agreement_version: one.permit.version,
        allocation: one.permit.allocation,
        allocation_covered: old.is_some_and(|old| old.allocation == one.permit.allocation),
        date: slot.date,
        starts: slot.starts(),
        ends: slot.ends(),
        travel_minutes: one.minutes,
        expires: last.min(slot.starts()),
        purpose,
    }
}
