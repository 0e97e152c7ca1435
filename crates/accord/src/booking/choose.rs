//! What a person may choose, instead of what they have or where they have nothing yet: real free times, looked at with the
//! booking's own rules. To a time of a course of which more is missing, the rest is found as well.
//!
//! A picture of this moment, read without locks: only [`super::hold`] and [`super::rebook`] decide.

use super::hold::Hold;
use super::refusal::BookingRefusal;
use super::rules::{self, Allowed, Facts, Held, PersonFacts, Wanted};
use super::{Booking, Pick, Way, counters, place, store};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AllocationId, BookingId, CampaignId, PersonId, ProductId, SiteId};
use crate::campaign::{self, Campaign};
use crate::clinic;
use crate::clinic::site::{OpenState, Site, SlotsOwner};
use crate::clinic::slot::{FreeDay, FreeSlot, free_slots_for};
use crate::partnership::agreement::{self, Agreement, AgreementRefusal, Use};
use accord_formats::Postcode;
use jiff::civil::Date;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Days with free times on a page, where there are as many.
pub const DAYS: usize = 10;
/// Sites of a day, the nearest: a page is read on a telephone.
const SITES_OF_A_DAY: usize = 3;
/// Times of a day at a site, spread from the first to the last.
const TIMES: usize = 6;
/// Days tried for the other appointment before a time is left out.
const TRIES: usize = 20;

/// A free time that the rules allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeTime {
    /// Where and when.
    pub slot: FreeSlot,
    /// Minutes there; none: not known.
    pub minutes: Option<u16>,
    /// Other appointments that come with it: one that would have to move, or those that are not booked yet.
    pub others: Vec<(u16, FreeSlot)>,
}

/// Free times from a day on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FreeTimes {
    /// By day, then the nearest site, then time.
    pub times: Vec<FreeTime>,
    /// The day on which the next page begins.
    pub later: Option<Date>,
}

type Named = Rc<Vec<(Agreement, AllocationId)>>;
/// The free days of other appointments, once somebody asked for them.
type Others = HashMap<u16, Vec<FreeDay>>;

/// One person in front of the clinics' doors.
pub struct Chooser {
    /// The person.
    pub person: PersonFacts,
    /// The campaign's rules.
    pub campaign: Campaign,
    /// What they have of it.
    pub bookings: Vec<Booking>,
    /// How they would book: by themselves, unless somebody else asks for them.
    pub way: Way,
    given: HashSet<BookingId>,
    online: bool,
    offer_closed: Option<&'static str>,
    held: Vec<Held>,
    holds: Vec<Hold>,
    sites: Vec<(Site, Option<u16>)>,
    agreements: HashMap<SiteId, Named>,
    team: HashMap<Date, i64>,
    allocations: HashMap<AllocationId, i64>,
}

impl Chooser {
    /// Reads all that does not depend on the time looked for; none: no such person or campaign.
    pub fn read(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Option<Self>, StoreError> {
        let (Some(person), Some(campaign)) = (store::person_facts(tx, person)?, campaign::store::load(tx, campaign)?)
        else {
            return Ok(None);
        };
        let team = match person.team {
            Some(team) => store::team_room(tx, campaign.id, team)?,
            None => HashMap::new(),
        };
        let allocations = match person.employer {
            Some(employer) => store::allocation_room(tx, employer)?,
            None => HashMap::new(),
        };
        Ok(Some(Self {
            bookings: store::seen_of(tx, person.id, campaign.id)?,
            given: store::given_of(tx, person.id, campaign.id)?,
            online: place::online(tx.who()),
            way: Way::Chosen,
            offer_closed: store::closed_offers(tx, &[(campaign.id, person.id)])?.into_values().next(),
            held: store::held(tx, &[person.id], &[])?.remove(&person.id).unwrap_or_default(),
            holds: store::holds_of(tx, person.id, campaign.id)?,
            sites: sites(tx, &person, &campaign)?,
            agreements: HashMap::new(),
            person,
            campaign,
            team,
            allocations,
        }))
    }

    /// From here on only these sites are looked at.
    pub fn only_at(&mut self, sites: &[SiteId]) {
        self.sites.retain(|(site, _)| sites.contains(&site.id));
    }

    /// What is not booked of the course, in its order.
    pub fn missing(&self) -> Vec<u16> {
        let booked = |number: &u16| self.bookings.iter().any(|b| b.appointment == *number);
        self.campaign.appointments.iter().map(|a| a.number).filter(|number| !booked(number)).collect()
    }

    /// What forbids this person any time at all.
    pub fn stands_in_the_way(&mut self, tx: &mut Tx<'_>) -> Result<Option<BookingRefusal>, StoreError> {
        Ok(self.weigh(tx, &[])?.err())
    }

    /// Free times for one appointment from a day on: at least [`DAYS`] days, where there are as many.
    pub fn times(&mut self, tx: &mut Tx<'_>, appointment: u16, from: Date) -> Result<FreeTimes, StoreError> {
        let days = self.days(tx, appointment, Some(from))?;
        let mut others = Others::new();
        let mut found = FreeTimes::default();
        let mut shown: Vec<(Date, usize)> = Vec::new();
        for day in &days {
            match shown.last() {
                Some((date, sites)) if *date == day.date && *sites >= SITES_OF_A_DAY => continue,
                Some((date, _)) if *date != day.date && shown.len() >= DAYS => {
                    found.later = Some(day.date);
                    break;
                }
                _ => {}
            }
            let times = self.of_day(tx, appointment, day, &mut others)?;
            if times.is_empty() {
                continue;
            }
            found.times.extend(times);
            match shown.last_mut() {
                Some((date, sites)) if *date == day.date => *sites += 1,
                _ => shown.push((day.date, 1)),
            }
        }
        Ok(found)
    }

    /// What the rules and the counters say to these picks now, in place of what the person has of the same numbers.
    fn weigh(&mut self, tx: &mut Tx<'_>, picks: &[Pick]) -> Result<Result<Vec<Allowed>, BookingRefusal>, StoreError> {
        let mut wanted = Vec::with_capacity(picks.len());
        for pick in picks {
            wanted.push(self.wanted(tx, pick)?);
        }
        let kept = |h: &&Held| h.campaign != self.campaign.id || !picks.iter().any(|p| p.appointment == h.appointment);
        let held: Vec<Held> = self.held.iter().filter(kept).cloned().collect();
        let facts = Facts {
            person: &self.person,
            campaign: Some(&self.campaign),
            offer_closed: self.offer_closed,
            held: &held,
            now: tx.now(),
            way: self.way,
            online: self.online,
        };
        let ways = |from: &str, to: &str| if from == to { 0 } else { 30 };
        Ok(rules::check(&facts, &wanted, &ways).and_then(|allowed| self.room(allowed, tx.now())))
    }

    /// The site of an id, if it is among those the person may be shown.
    pub fn site(&self, id: SiteId) -> Option<&Site> {
        self.sites.iter().map(|(site, _)| site).find(|site| site.id == id)
    }

    /// Free days of an appointment, day after day, on each the nearest site first.
    fn days(&self, tx: &mut Tx<'_>, appointment: u16, from: Option<Date>) -> Result<Vec<FreeDay>, StoreError> {
        let Some(window) = self.campaign.appointment(appointment) else { return Ok(Vec::new()) };
        let wanted = clinic::slot::Wanted {
            products: self.campaign.products.iter().map(|p| p.product).collect(),
            from: from.map_or(window.first_on, |from| from.max(window.first_on)),
            until: window.last_on,
            sites: self.sites.iter().map(|(site, minutes)| (site.id, minutes.unwrap_or(0))).collect(),
        };
        let mut days = free_slots_for(tx, &wanted, self.way.share())?;
        self.add_held(&mut days, appointment, (wanted.from, wanted.until));
        Ok(days)
    }

    /// What the person holds is taken to everybody else; to them it is still free.
    fn add_held(&self, days: &mut Vec<FreeDay>, appointment: u16, (from, until): (Date, Date)) {
        let shown = |h: &&Hold| h.appointment == appointment && h.date >= from && h.date <= until;
        for hold in self.holds.iter().filter(shown) {
            if days.iter().flat_map(|day| &day.slots).any(|slot| slot.slot == hold.slot) {
                continue;
            }
            let slot = FreeSlot {
                slot: hold.slot,
                site: hold.site,
                product: hold.product,
                date: hold.date,
                start_minute: minute_of_day(hold.starts),
                starts_us: hold.starts.as_microsecond(),
                minutes: u16::try_from((hold.ends.as_second() - hold.starts.as_second()) / 60).unwrap_or(u16::MAX),
                free: 1,
            };
            match days.iter_mut().find(|day| day.date == hold.date && day.site == hold.site) {
                Some(day) => day.slots.push(slot),
                None => days.push(FreeDay {
                    date: hold.date,
                    site: hold.site,
                    minutes: hold.travel_minutes,
                    slots: vec![slot],
                }),
            }
        }
        days.iter_mut().for_each(|day| day.slots.sort_by_key(|slot| (slot.start_minute, slot.slot)));
        days.sort_by_key(|day| (day.date, day.minutes, day.site));
    }

    /// The times of one site and day. Another appointment stays where it can, else a time for it is found too; so is one
    /// for whatever is missing of the course.
    fn of_day(
        &mut self,
        tx: &mut Tx<'_>,
        appointment: u16,
        day: &FreeDay,
        known: &mut Others,
    ) -> Result<Vec<FreeTime>, StoreError> {
        let had: Vec<_> = self.bookings.iter().map(|b| b.slot).collect();
        let minutes = self.minutes(day.site);
        let missing: Vec<u16> = self.missing().into_iter().filter(|number| *number != appointment).collect();
        let mut found = Vec::new();
        for product in products(day) {
            let free: Vec<FreeSlot> =
                day.slots.iter().filter(|s| s.product == product && !had.contains(&s.slot)).copied().collect();
            let Some(first) = free.first() else { continue };
            let pick = |slot: &FreeSlot| Pick { appointment, slot: slot.slot };
            let wanted: Vec<u16> = match self.weigh(tx, &[pick(first)])? {
                Ok(_) => missing.clone(),
                Err(refusal) if apart(&refusal) => match self.movable(appointment, tx.now()) {
                    Some(other) => std::iter::once(other).chain(missing.iter().copied()).collect(),
                    None => continue,
                },
                Err(_) => continue,
            };
            let Some(others) = self.with(tx, pick(first), first, &wanted, known)? else { continue };
            for slot in spread(&free) {
                let with = others.iter().map(|(appointment, slot)| Pick { appointment: *appointment, slot: slot.slot });
                let picks: Vec<Pick> = std::iter::once(pick(&slot)).chain(with).collect();
                if self.weigh(tx, &picks)?.is_ok() {
                    found.push(FreeTime { slot, minutes, others: others.clone() });
                }
            }
        }
        found.sort_by_key(|time| (time.slot.start_minute, time.slot.slot));
        Ok(found)
    }

    /// Times for these other appointments that go with `first` and with one another; none: there are none.
    fn with(
        &mut self,
        tx: &mut Tx<'_>,
        pick: Pick,
        first: &FreeSlot,
        numbers: &[u16],
        known: &mut Others,
    ) -> Result<Option<Vec<(u16, FreeSlot)>>, StoreError> {
        let mut picks = vec![pick];
        let mut found = Vec::with_capacity(numbers.len());
        for &number in numbers {
            let Some(slot) = self.pair(tx, &picks, first, number, known)? else { return Ok(None) };
            picks.push(Pick { appointment: number, slot: slot.slot });
            found.push((number, slot));
        }
        Ok(Some(found))
    }

    /// A time for one other appointment: near the ideal interval, then the same site, then near.
    fn pair(
        &mut self,
        tx: &mut Tx<'_>,
        picks: &[Pick],
        first: &FreeSlot,
        number: u16,
        known: &mut Others,
    ) -> Result<Option<FreeSlot>, StoreError> {
        let Some(interval) = self.campaign.interval(first.product).copied() else { return Ok(None) };
        let chosen = picks.first().map_or(1, |pick| pick.appointment);
        // At the hour it was, or at the hour of the one that was chosen.
        let booked = self.bookings.iter().find(|b| b.appointment == number);
        let minute = booked.map_or(first.start_minute, |b| minute_of_day(b.starts));
        if let Entry::Vacant(unknown) = known.entry(number) {
            unknown.insert(self.days(tx, number, None)?);
        }
        let steps = i32::from(number.abs_diff(chosen));
        let gap = |date: Date| {
            let days = first.date.until(date).map_or(0, |span| span.get_days());
            if number > chosen { days } else { -days }
        };
        let fits = |day: &&FreeDay| {
            let gap = gap(day.date);
            gap >= i32::from(interval.min_days) * steps && gap <= i32::from(interval.max_days) * steps
        };
        let mut near: Vec<&FreeDay> = known.get(&number).into_iter().flatten().filter(fits).collect();
        let ideal = i32::from(interval.ideal_days) * steps;
        near.sort_by_key(|day| ((gap(day.date) - ideal).abs(), day.site != first.site, day.minutes));
        for day in near.into_iter().take(TRIES) {
            let of_product = day.slots.iter().filter(|slot| slot.product == first.product);
            let Some(slot) = of_product.min_by_key(|slot| (slot.start_minute.abs_diff(minute), slot.slot)) else {
                continue;
            };
            let more = Pick { appointment: number, slot: slot.slot };
            let all: Vec<Pick> = picks.iter().copied().chain([more]).collect();
            if self.weigh(tx, &all)?.is_ok() {
                return Ok(Some(*slot));
            }
        }
        Ok(None)
    }

    /// The one other appointment that may still move: it is to come, and was not given before its time.
    fn movable(&self, appointment: u16, now: jiff::Timestamp) -> Option<u16> {
        let mut others = self.bookings.iter().filter(|b| b.appointment != appointment);
        let other = others.next().filter(|b| b.starts > now && !self.given.contains(&b.id))?;
        others.next().is_none().then_some(other.appointment)
    }

    fn minutes(&self, site: SiteId) -> Option<u16> {
        self.sites.iter().find(|(known, _)| known.id == site).and_then(|(_, minutes)| *minutes)
    }

    fn wanted(&mut self, tx: &mut Tx<'_>, pick: &Pick) -> Result<Wanted, StoreError> {
        let slot = clinic::store::slot(tx, pick.slot)?.map(Rc::new);
        let (minutes, permit) = match (&slot, self.person.employer) {
            (Some(slot), Some(employer)) => {
                let minutes = match &self.person.from_sector {
                    Some(from) => clinic::travel::minutes(tx, from, &slot.sector)?,
                    None => None,
                };
                let named = match self.agreements.get(&slot.site) {
                    Some(known) => Rc::clone(known),
                    None => {
                        let mut found = crate::partnership::store::agreements_for(tx, &[(employer, slot.site)])?;
                        let read = Rc::new(found.remove(&(employer, slot.site)).unwrap_or_default());
                        self.agreements.insert(slot.site, Rc::clone(&read));
                        read
                    }
                };
                let asked = Use { employer, site: slot.site, purpose: &self.campaign.purpose, date: slot.date };
                (minutes, agreement::choose(named.iter().map(|(a, allocation)| (a, *allocation)), &asked))
            }
            _ => (None, Err(AgreementRefusal::NoAgreement)),
        };
        Ok(Wanted { appointment: pick.appointment, slot, minutes, permit })
    }

    /// Whether the counters have room, with what the person would give back counted as free: bookings of the same
    /// appointments, and whatever they hold.
    fn room(&self, allowed: Vec<Allowed>, now: jiff::Timestamp) -> Result<Vec<Allowed>, BookingRefusal> {
        let back = |b: &&Booking| allowed.iter().any(|one| one.appointment == b.appointment);
        let back: Vec<&Booking> = self.bookings.iter().filter(back).collect();
        for one in &allowed {
            let own_day = back.iter().any(|b| b.on_shift && b.date == one.slot.date && b.team == self.person.team);
            let held = self.holds.iter().map(Hold::uses);
            let own_day = own_day || held.clone().any(|u| u.team_day.is_some_and(|(_, _, day)| day == one.slot.date));
            let units = self.team.get(&one.slot.date).copied().unwrap_or(0);
            let needs_team = one.on_shift && self.person.team.is_some();
            if needs_team && units + if own_day { counters::ON_SHIFT_UNITS } else { 0 } < counters::ON_SHIFT_UNITS {
                return Err(BookingRefusal::TeamTooThin);
            }
            if let Some(left) = self.allocations.get(&one.permit.allocation) {
                let given = back.iter().filter(|b| b.allocation == one.permit.allocation).count()
                    + held.clone().filter(|u| u.allocation == Some(one.permit.allocation)).count();
                let taken = allowed.iter().filter(|a| a.permit.allocation == one.permit.allocation).count();
                if left.saturating_add_unsigned(given as u64) < i64::try_from(taken).unwrap_or(i64::MAX) {
                    return Err(BookingRefusal::AllocationUsed);
                }
            }
            let own_slot = i64::from(back.iter().any(|b| b.slot == one.slot.id))
                + i64::from(held.clone().any(|u| u.place == one.slot.id));
            if one.slot.room(self.way.share(), now) + own_slot < 1 {
                return Err(BookingRefusal::SlotFull);
            }
        }
        Ok(allowed)
    }
}

/// The minute of the day in London.
fn minute_of_day(at: jiff::Timestamp) -> u16 {
    let time = at.to_zoned(crate::base::clock::london()).time();
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

/// Open sites that have what the person needs, within the campaign's travel limit; without any address, all of them.
fn sites(tx: &mut Tx<'_>, person: &PersonFacts, campaign: &Campaign) -> Result<Vec<(Site, Option<u16>)>, StoreError> {
    let mut near = Vec::new();
    for site in clinic::site::all(tx)? {
        let facts = &site.facts;
        let usable = facts.state == OpenState::Open
            && facts.slots_owner == SlotsOwner::Accord
            && facts.access.covers(person.needs);
        if !usable {
            continue;
        }
        let minutes = match &person.from_sector {
            Some(from) => {
                let to = Postcode::parse(&facts.postcode).map(|p| p.sector().to_owned());
                clinic::travel::minutes(tx, from, &to.unwrap_or_default())?
            }
            None => None,
        };
        if person.from_sector.is_none() || minutes.is_some_and(|m| m <= campaign.travel_minutes_max) {
            near.push((site, minutes));
        }
    }
    near.sort_by_key(|(site, minutes)| (*minutes, site.id));
    Ok(near)
}

/// Refusals that another time for the other appointment could lift.
fn apart(refusal: &BookingRefusal) -> bool {
    matches!(
        refusal,
        BookingRefusal::IntervalTooShort { .. } | BookingRefusal::IntervalTooLong { .. } | BookingRefusal::OtherProduct
    )
}

fn products(day: &FreeDay) -> Vec<ProductId> {
    let mut products: Vec<ProductId> = day.slots.iter().map(|slot| slot.product).collect();
    products.sort_unstable();
    products.dedup();
    products
}

/// At most [`TIMES`] of them, from the first to the last.
fn spread(free: &[FreeSlot]) -> Vec<FreeSlot> {
    if free.len() <= TIMES {
        return free.to_vec();
    }
    (0..TIMES).map(|n| free[n * (free.len() - 1) / (TIMES - 1)]).collect()
}
