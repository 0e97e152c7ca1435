//! Where somebody goes who lost their place: the nearest day, on it the shortest way, at it the nearest time. Pure.
//!
//! Greedy and in one fixed order, so that a preview made twice says the same. The course stays whole: if the other
//! appointment no longer fits, both move together or neither does. Nobody is sent to a time that is not at least
//! tomorrow, but for another time of the same clinic on the same day.

use super::board::{Ask, Board};
use crate::base::clock::london;
use crate::base::ids::{SiteId, SlotId};
use crate::base::refusal::Refusal;
use crate::booking::counters::{self, Counter, Units};
use crate::booking::refusal::BookingRefusal;
use crate::booking::rules::{self, Allowed, Facts, Held, Wanted};
use crate::booking::{Booking, Way};
use crate::campaign::Campaign;
use crate::partnership::agreement::AgreementRefusal;
use jiff::ToSpan;
use jiff::civil::Date;
use std::rc::Rc;

/// Courses looked at for one person before it is said that there is none.
const TRIES: u32 = 3_000;

/// The reason where no clinic within reach is held in the days of the appointment.
pub(super) const NOTHING_NEAR: &str = "nothing_near";

/// What came of one person.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// Each booking that moves, and where to.
    Move(Vec<(Booking, SlotId)>),
    /// No place, and the reason that came furthest, as a code.
    Cannot(&'static str),
}

/// The search for one person.
struct Search<'a> {
    ask: &'a Ask,
    campaign: Rc<Campaign>,
    /// Sites within reach, the shortest way first.
    reach: Vec<(SiteId, u16)>,
    left: u32,
    why: (u8, &'static str),
}

/// Finds a place for all that a person lost, and takes it on the board; what they lost is given back there in any case.
pub(super) fn solve(board: &mut Board, ask: &Ask) -> Answer {
    let (lost, kept): (Vec<&Booking>, Vec<&Booking>) = ask.bookings.iter().partition(|b| ask.displaced.contains(&b.id));
    let lost_units = units(&lost);
    board.book(&lost_units, -1);
    let known = board.campaigns.get(&ask.campaign).map(|(campaign, _)| Rc::clone(campaign));
    let Some(campaign) = known else { return Answer::Cannot(BookingRefusal::CampaignClosed.code()) };
    let mut search = Search { ask, reach: reach(board, ask, &campaign), campaign, left: TRIES, why: (0, NOTHING_NEAR) };
    if let Some(found) = search.find(board, &lost) {
        return taken(board, ask, found);
    }
    let movable = |b: &&&Booking| b.date > board.today && !board.attended.contains(&b.id);
    let along: Vec<&Booking> = kept.iter().filter(movable).copied().collect();
    if along.is_empty() {
        return Answer::Cannot(search.why.1);
    }
    let along_units = units(&along);
    board.book(&along_units, -1);
    let mut all: Vec<&Booking> = lost.iter().chain(&along).copied().collect();
    all.sort_by_key(|b| b.appointment);
    search.left = TRIES;
    if let Some(found) = search.find(board, &all) {
        return taken(board, ask, found);
    }
    board.book(&along_units, 1);
    Answer::Cannot(search.why.1)
}

fn taken(board: &mut Board, ask: &Ask, (moves, allowed): Found) -> Answer {
    let units = board.units(ask, &allowed);
    board.book(&units, 1);
    Answer::Move(moves)
}

/// What bookings use; the place of one is among it, though a slot that goes takes nobody in its stead.
fn units(bookings: &[&Booking]) -> Units {
    let mut units = Units::new();
    bookings.iter().for_each(|b| counters::add(&mut units, &b.uses()));
    units.retain(|counter, _| !matches!(counter, Counter::Place(_)));
    units
}

/// Sites within the campaign's travel limit, and those where the person is booked anyway.
fn reach(board: &Board, ask: &Ask, campaign: &Campaign) -> Vec<(SiteId, u16)> {
    let from = board.people.get(&ask.person).and_then(|person| person.from_sector.as_deref());
    let own = |site: &SiteId| ask.bookings.iter().any(|b| b.site == *site);
    let mut reach: Vec<(SiteId, u16)> = Vec::new();
    for (site, sector) in &board.sites {
        let minutes = from.and_then(|from| board.travel.minutes(from, sector));
        if minutes.is_none_or(|m| m <= campaign.travel_minutes_max) || own(site) {
            reach.push((*site, minutes.unwrap_or(0)));
        }
    }
    reach.sort_by_key(|(site, minutes)| (*minutes, *site));
    reach
}

/// Moves, and what the rules allowed for them.
type Found = (Vec<(Booking, SlotId)>, Vec<Allowed>);

impl Search<'_> {
    fn find(&mut self, board: &Board, moving: &[&Booking]) -> Option<Found> {
        let mut picks = Vec::with_capacity(moving.len());
        self.place(board, moving, &mut picks)
    }

    /// Places the next of `moving`, then the rest; the first whole course found.
    fn place(&mut self, board: &Board, moving: &[&Booking], picks: &mut Vec<(u16, SlotId)>) -> Option<Found> {
        let booking = moving.get(picks.len())?;
        let window = self.campaign.appointment(booking.appointment)?.clone();
        let away = |day: Date| booking.date.until(day).map_or(0, |span| span.get_days());
        let farthest = away(window.last_on).max(-away(window.first_on)).max(0);
        for distance in 0..=farthest {
            for slot in self.of_distance(board, booking, (window.first_on, window.last_on), distance) {
                self.left = self.left.checked_sub(1)?;
                picks.push((booking.appointment, slot));
                match self.fits(board, moving, picks) {
                    Ok(allowed) if picks.len() == moving.len() => {
                        let slots = picks.iter().map(|(_, slot)| *slot);
                        return Some((moving.iter().map(|b| (*b).clone()).zip(slots).collect(), allowed));
                    }
                    Ok(_) => {
                        if let Some(found) = self.place(board, moving, picks) {
                            return Some(found);
                        }
                    }
                    Err(refusal) => self.note(&refusal),
                }
                picks.pop();
            }
        }
        None
    }

    /// The best slot of each site on the two days so many days away, the shortest way first.
    fn of_distance(&mut self, board: &Board, booking: &Booking, window: (Date, Date), distance: i32) -> Vec<SlotId> {
        let minute = minute_of_day(booking);
        let days = [booking.date.checked_add(distance.days()), booking.date.checked_sub(distance.days())];
        let days = days.into_iter().flatten().take(if distance == 0 { 1 } else { 2 });
        let mut found = Vec::new();
        for day in days.filter(|day| *day >= window.0 && *day <= window.1 && *day >= board.today) {
            for (site, minutes) in &self.reach {
                if day == board.today && (*site != booking.site || booking.date != day) {
                    continue;
                }
                match board.nearest(booking.product, day, *site, minute) {
                    (Some(slot), _) => {
                        let at = board.slots.get(&slot).map_or(0, |slot| slot.start_minute);
                        // On the day they come anyway, where they come anyway is nearest.
                        let elsewhere = distance == 0 && *site != booking.site;
                        found.push((elsewhere, *minutes, at.abs_diff(minute), day, slot));
                    }
                    (None, true) => self.why = self.why.max((4, BookingRefusal::SlotFull.code())),
                    (None, false) => {}
                }
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(.., slot)| slot).collect()
    }

    /// What the rules and the counters on the board say to these picks.
    fn fits(
        &self,
        board: &Board,
        moving: &[&Booking],
        picks: &[(u16, SlotId)],
    ) -> Result<Vec<Allowed>, BookingRefusal> {
        let ask = self.ask;
        let person = board.people.get(&ask.person).ok_or(BookingRefusal::NoSuchPerson)?;
        let stays = |h: &&Held| h.campaign != ask.campaign || moving.iter().all(|b| b.appointment != h.appointment);
        let held: Vec<Held> = board.held.get(&ask.person).into_iter().flatten().filter(stays).cloned().collect();
        let wanted: Vec<Wanted> = picks.iter().map(|(n, slot)| self.wanted(board, *n, *slot)).collect();
        let facts = Facts {
            person,
            campaign: Some(&self.campaign),
            offer_closed: board.closed_offers.get(&(ask.campaign, ask.person)).copied(),
            held: &held,
            now: board.now,
            way: way(ask, wanted.iter().filter_map(|w| w.slot.as_ref()).map(|slot| slot.site)),
        };
        let between = |a: &str, b: &str| if a == b { 0 } else { board.travel.minutes(a, b).unwrap_or(30) };
        let allowed = rules::check(&facts, &wanted, &between)?;
        match board.short(&board.units(ask, &allowed)) {
            None => Ok(allowed),
            Some(counter) => Err(counter.refusal()),
        }
    }

    fn wanted(&self, board: &Board, appointment: u16, slot: SlotId) -> Wanted {
        let slot = board.slots.get(&slot).cloned();
        let person = board.people.get(&self.ask.person);
        let from = person.and_then(|person| person.from_sector.as_deref());
        let employer = person.and_then(|person| person.employer);
        let matrix = board.campaigns.get(&self.ask.campaign).map(|(_, matrix)| matrix);
        let permit = match (&slot, employer, matrix) {
            (Some(slot), Some(employer), Some(matrix)) => matrix.ask(employer, slot.site, slot.date),
            _ => Err(AgreementRefusal::NoAgreement),
        };
        let minutes = from.zip(slot.as_ref()).and_then(|(from, slot)| board.travel.minutes(from, &slot.sector));
        Wanted { appointment, slot, minutes, permit }
    }

    /// Keeps the reason that came furthest; of equals the first.
    fn note(&mut self, refusal: &BookingRefusal) {
        let depth = match refusal {
            BookingRefusal::SlotFull | BookingRefusal::NoStock => 4,
            BookingRefusal::AllocationUsed | BookingRefusal::TeamTooThin => 5,
            BookingRefusal::IntervalTooShort { .. }
            | BookingRefusal::IntervalTooLong { .. }
            | BookingRefusal::TwoPlacesAtOnce { .. } => 3,
            BookingRefusal::Agreement(_) => 2,
            // These bind everywhere: no clinic could change them.
            BookingRefusal::CampaignClosed
            | BookingRefusal::OfferClosed { .. }
            | BookingRefusal::NotEmployed
            | BookingRefusal::PersonUnclear => 6,
            _ => 1,
        };
        if depth > self.why.0 {
            self.why = (depth, refusal.code());
        }
    }
}

/// Where somebody is booked anyway they may stay, however far they chose to travel; elsewhere the campaign's limit binds.
pub(super) fn way(ask: &Ask, mut sites: impl Iterator<Item = SiteId>) -> Way {
    let own = sites.all(|site| ask.bookings.iter().any(|b| b.site == site));
    if own { Way::Chosen } else { Way::Planned }
}

fn minute_of_day(booking: &Booking) -> u16 {
    let time = booking.starts.to_zoned(london()).time();
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}
