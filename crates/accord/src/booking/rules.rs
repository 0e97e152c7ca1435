//! Whether appointments may be booked: pure, and always in the same order.
//!
//! The order is fixed, so that a person is told the same reason twice. What needs a counter
//! (team-day, allocation, stock, slot) is decided last, by the database, in `write.rs`.

use super::refusal::{BookingRefusal, Step};
use super::{Reference, Way};
use crate::base::clock::{at_microsecond, london_date};
use crate::base::ids::{CampaignId, OrganisationId, PersonId, ProductId, TeamId};
use crate::campaign::Campaign;
use crate::clinic::session::Kind;
use crate::clinic::site::SlotsOwner;
use crate::clinic::store::SlotFacts;
use crate::cohort::working_time;
use crate::partnership::agreement::{AgreementRefusal, Permit};
use accord_formats::{AccessNeeds, Leave, Rota};
use jiff::Timestamp;
use jiff::civil::Date;
use std::rc::Rc;

/// What is known of the person, read after their row was locked.
#[derive(Debug, Clone)]
pub struct PersonFacts {
    /// Who.
    pub id: PersonId,
    /// A record of its own, not merged into another.
    pub active: bool,
    /// Whether another record may be the same person and nobody has decided.
    pub unclear: bool,
    /// The employer of the primary current employment.
    pub employer: Option<OrganisationId>,
    /// The team there.
    pub team: Option<TeamId>,
    /// Date of birth, if known.
    pub born: Option<Date>,
    /// What a site must have.
    pub needs: AccessNeeds,
    /// When they work; none: not known.
    pub rota: Option<Rota>,
    /// When they are on leave.
    pub leave: Leave,
    /// The postcode sector travel starts in: home, else the workplace, else unknown.
    pub from_sector: Option<String>,
}

/// A live booking the person has.
#[derive(Debug, Clone)]
pub struct Held {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Which appointment.
    pub appointment: u16,
    /// Of which product.
    pub product: ProductId,
    /// On which day.
    pub date: Date,
    /// When it starts.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// The postcode sector of its site.
    pub sector: String,
    /// Its reference.
    pub reference: Reference,
    /// Whether the person said yes to it.
    pub confirmed: bool,
}

/// One appointment wanted, with all that is known of it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which appointment.
    pub appointment: u16,
    /// The slot; none: there is no such slot.
    pub slot: Option<Rc<SlotFacts>>,
    /// Minutes there, if a way is known.
    pub minutes: Option<u16>,
    /// What the agreements say.
    pub permit: Result<Permit, AgreementRefusal>,
}

/// Everything a decision rests on.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The person.
    pub person: &'a PersonFacts,
    /// The campaign; none: there is none of this id.
    pub campaign: Option<&'a Campaign>,
    /// The offer's state, when it is a closing one.
    pub offer_closed: Option<&'static str>,
    /// What the person has, without what the same step releases.
    pub held: &'a [Held],
    /// Now.
    pub now: Timestamp,
    /// Who chose.
    pub way: Way,
    /// Whether the person does it themselves: then the campaign's notice binds.
    pub online: bool,
}

/// An appointment that may be booked, if the counters allow.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// Which appointment.
    pub appointment: u16,
    /// The slot.
    pub slot: Rc<SlotFacts>,
    /// Minutes there; 0 when no way is known.
    pub minutes: u16,
    /// When it starts: the slot's time, or a walk-in's own within the slot.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// Whether it lies in working time.
    pub on_shift: bool,
    /// The agreement.
    pub permit: Permit,
}

/// Decides. `between` tells the minutes from one postcode sector to another.
pub fn check(
    facts: &Facts<'_>,
    wanted: &[Wanted],
    between: &dyn Fn(&str, &str) -> u16,
) -> Result<Vec<Allowed>, BookingRefusal> {
    let campaign = check_person(facts)?;
    let mut allowed = Vec::with_capacity(wanted.len());
    let mut held = facts.held.to_vec();
    for want in wanted {
        let one = check_one(facts, campaign, want, &held, between)?;
        held.push(as_held(campaign, &one));
        allowed.push(one);
    }
    Ok(allowed)
}

/// Whether there is still time for a step before an appointment that starts at `starts`. Notice is time that passes: an hour
/// that the clocks add or leave out counts as it is.
pub fn notice(
    campaign: &Campaign,
    step: Step,
    starts: Timestamp,
    now: Timestamp,
    online: bool,
) -> Result<(), BookingRefusal> {
    let wants_minutes = match step {
        Step::Book => campaign.notice.book,
        Step::Change => campaign.notice.change,
        Step::Cancel => campaign.notice.cancel,
    };
    let left_us = starts.as_microsecond() - now.as_microsecond();
    if online && left_us < i64::from(wants_minutes) * 60_000_000 {
        return Err(BookingRefusal::ShortNotice { step, wants_minutes });
    }
    Ok(())
}

/// Whether what was given after all goes with what the person has besides: the rules of the course, and no two places at
/// once. Nothing else forbids to note what was.
pub fn goes_with(
    campaign: &Campaign,
    given: &Held,
    held: &[Held],
    between: &dyn Fn(&str, &str) -> u16,
) -> Result<(), BookingRefusal> {
    check_course(campaign, given.appointment, (given.product, given.date), held)?;
    check_apart((given.date, &given.sector), (given.starts, given.ends), held, between)
}

fn check_person<'a>(facts: &Facts<'a>) -> Result<&'a Campaign, BookingRefusal> {
    let person = facts.person;
    if !person.active {
        return Err(BookingRefusal::NoSuchPerson);
    }
    if person.unclear {
        return Err(BookingRefusal::PersonUnclear);
    }
    if person.employer.is_none() {
        return Err(BookingRefusal::NotEmployed);
    }
    let campaign = facts.campaign.filter(|c| c.open).ok_or(BookingRefusal::CampaignClosed)?;
    match facts.offer_closed {
        // Who said no and now stands at the desk and wants it has changed their mind.
        Some("declined") if matches!(facts.way, Way::WalkIn { .. }) => Ok(campaign),
        Some(state) => Err(BookingRefusal::OfferClosed { state }),
        None => Ok(campaign),
    }
}

fn check_one(
    facts: &Facts<'_>,
    campaign: &Campaign,
    want: &Wanted,
    held: &[Held],
    between: &dyn Fn(&str, &str) -> u16,
) -> Result<Allowed, BookingRefusal> {
    let window =
        campaign.appointment(want.appointment).ok_or(BookingRefusal::NoSuchAppointment { number: want.appointment })?;
    let slot = want.slot.as_ref().ok_or(BookingRefusal::NoSuchSlot)?;
    // Who is put back where they were is nobody new.
    let takes_them = slot.session_open || (facts.way == Way::Restored && slot.session_honours);
    if !takes_them || !slot.site_open {
        return Err(BookingRefusal::SessionClosed);
    }
    if slot.slots_owner == SlotsOwner::Partner {
        return Err(BookingRefusal::PartnerOwnsSlots);
    }
    check_when(facts, slot)?;
    notice(campaign, Step::Book, slot.starts(), facts.now, facts.online)?;
    if slot.date < window.first_on || slot.date > window.last_on {
        return Err(BookingRefusal::OutsideWindow { first: window.first_on, last: window.last_on });
    }
    check_age(facts.person.born, campaign.age_min, slot.date)?;
    check_course(campaign, want.appointment, (slot.product, slot.date), held)?;
    let (starts, ends) = times(facts.way, slot);
    check_apart((slot.date, &slot.sector), (starts, ends), held, between)?;
    check_reach(facts, campaign, want, slot)?;
    let permit = want.permit.map_err(BookingRefusal::Agreement)?;
    // Whoever stands at the desk is away from their team already, or a team came to them: no share of the team's day is taken.
    let walks_in = matches!(facts.way, Way::WalkIn { .. });
    let on_shift = !walks_in && working_time::on_shift(facts.person.rota.as_ref(), &facts.person.leave, slot.date);
    Ok(Allowed {
        appointment: want.appointment,
        slot: Rc::clone(slot),
        minutes: want.minutes.unwrap_or(0),
        starts,
        ends,
        on_shift,
        permit,
    })
}

/// Times are booked before they begin, and only where times are booked; a walk-in is of its own day.
fn check_when(facts: &Facts<'_>, slot: &SlotFacts) -> Result<(), BookingRefusal> {
    match facts.way {
        Way::WalkIn { at } if london_date(at) != slot.date => Err(BookingRefusal::InThePast),
        Way::WalkIn { .. } => Ok(()),
        _ if slot.kind != Kind::Booked => Err(BookingRefusal::WalkInsOnly),
        _ if slot.starts() <= facts.now => Err(BookingRefusal::InThePast),
        _ => Ok(()),
    }
}

/// From when until when. In a session that is one long slot a walk-in takes as long as one person does there, from when
/// they came, and not outside it.
fn times(way: Way, slot: &SlotFacts) -> (Timestamp, Timestamp) {
    let (Way::WalkIn { at }, true) = (way, slot.kind != Kind::Booked) else { return (slot.starts(), slot.ends()) };
    let (opens, closes) = (slot.starts().as_microsecond(), slot.ends().as_microsecond());
    let long = i64::from(slot.visit_minutes.min(slot.minutes)) * 60_000_000;
    let starts = at.as_microsecond().min(closes - long).max(opens);
    (at_microsecond(starts), at_microsecond(starts + long))
}

/// The lowest age is looked at on the day of the appointment. 0 means that there is none.
fn check_age(born: Option<Date>, age_min: u8, on: Date) -> Result<(), BookingRefusal> {
    if age_min == 0 {
        return Ok(());
    }
    let born = born.ok_or(BookingRefusal::NoDateOfBirth)?;
    if age_on(born, on) < i32::from(age_min) {
        return Err(BookingRefusal::TooYoung { wants: age_min });
    }
    Ok(())
}

/// Whole years on a day. Who is born on 29 February is a year older on 1 March of other years.
pub fn age_on(born: Date, on: Date) -> i32 {
    let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
    i32::from(on.year()) - i32::from(born.year()) - i32::from(!had_birthday)
}

/// One live booking an appointment; one product and the interval between neighbours.
fn check_course(
    campaign: &Campaign,
    number: u16,
    (product, date): (ProductId, Date),
    held: &[Held],
) -> Result<(), BookingRefusal> {
    let interval = campaign.interval(product).ok_or(BookingRefusal::ProductNotUsed)?;
    for other in held.iter().filter(|h| h.campaign == campaign.id) {
        if other.appointment == number {
            return Err(BookingRefusal::AlreadyBooked { reference: other.reference.clone() });
        }
        if other.product != product {
            return Err(BookingRefusal::OtherProduct);
        }
        let (steps, days) = if other.appointment < number {
            (number - other.appointment, days_between(other.date, date))
        } else {
            (other.appointment - number, days_between(date, other.date))
        };
        let (min, max) = (interval.min_days * steps, interval.max_days * steps);
        if days < i32::from(min) {
            return Err(BookingRefusal::IntervalTooShort { wants_days: min, got_days: days });
        }
        if days > i32::from(max) {
            return Err(BookingRefusal::IntervalTooLong { wants_days: max, got_days: days });
        }
    }
    Ok(())
}

/// Civil days: a dose interval is counted in dates, not in hours.
fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

fn check_apart(
    (date, sector): (Date, &str),
    (starts, ends): (Timestamp, Timestamp),
    held: &[Held],
    between: &dyn Fn(&str, &str) -> u16,
) -> Result<(), BookingRefusal> {
    for other in held {
        let way = if other.date == date { i64::from(between(&other.sector, sector)) * 60_000_000 } else { 0 };
        let clear = ends.as_microsecond() + way <= other.starts.as_microsecond()
            || other.ends.as_microsecond() + way <= starts.as_microsecond();
        if !clear {
            return Err(BookingRefusal::TwoPlacesAtOnce { reference: other.reference.clone() });
        }
    }
    Ok(())
}

/// What the planner may ask of a person; who chooses for themselves may go further.
fn check_reach(facts: &Facts<'_>, campaign: &Campaign, want: &Wanted, slot: &SlotFacts) -> Result<(), BookingRefusal> {
    if facts.way != Way::Planned {
        return Ok(());
    }
    if !slot.site_access.covers(facts.person.needs) {
        return Err(BookingRefusal::SiteLacksAccess);
    }
    match want.minutes {
        Some(minutes) if minutes > campaign.travel_minutes_max => {
            Err(BookingRefusal::TooFar { minutes, limit: campaign.travel_minutes_max })
        }
        _ => Ok(()),
    }
}

fn as_held(campaign: &Campaign, allowed: &Allowed) -> Held {
    Held {
        campaign: campaign.id,
        appointment: allowed.appointment,
        product: allowed.slot.product,
        date: allowed.slot.date,
        starts: allowed.starts,
        ends: allowed.ends,
        sector: allowed.slot.sector.clone(),
        reference: Reference::from_random([0; 5]),
        confirmed: false,
    }
}
