//! Timed offers: what comes free is kept for whoever is next on the waiting list, until an end that they are told.
//!
//! Nobody has to say that a place came free: the service looks again and again for free places, so a cancel, a new
//! session, a larger allocation and an offer that ran out are one thing. It walks the list in its order; whoever the
//! rules of a booking allow one of the places gets it kept, as a hold, and everybody before them stands in the log with
//! the reason why not. Yes books it through [`super::place`]. No keeps the turn, and that site and day are not offered
//! again. Silence keeps the turn once; the second time the person leaves the list and their employer's contact rings them.

use super::fair::{self, HalfDays, SILENCES, SOONEST_US};
use super::hold::{Purpose, hold_until, let_go_offered};
use super::refusal::BookingRefusal;
use super::store::{Cell, not_taken};
use super::waiting_list::{self, Answer, Line, OfferLog, Offered, State, told};
use super::{Booking, Pick, PlaceCourse, Way, place, store};
use crate::base::clock::{at_microsecond, london_date};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{CampaignId, PersonId, WaitingOffer as OfferKind};
use crate::base::refusal::Refusal;
use crate::base::secret::sha256_hex;
use crate::base::wire::Day;
use crate::campaign::{self, Campaign, offer};
use crate::clinic::travel;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashMap;

/// The reason of an offer that waits because the person answered two timed offers with silence.
pub const NO_ANSWER: &str = "no_answer";
/// People for whom the rules are asked in one transaction; the next goes on where it ended.
const PEOPLE_TRIED: usize = 20;
/// Courses tried for one person.
const COURSES_TRIED: usize = 6;
/// Whom the rules refused is tried again when the free places have changed, or after this long: a team or an allocation
/// may have room again.
const AGAIN_US: i64 = 10 * 60 * 1_000_000;
/// Offers settled in one transaction.
const SETTLED: u32 = 50;

/// What the service does again and again: settles what has ended, and makes the next offer. Zero: nothing was to be done.
pub fn work(tx: &mut Tx<'_>, _: u32) -> Result<usize, StoreError> {
    let settled = settle_ended(tx)?;
    for (id,) in campaign::store::open(tx)? {
        if store::any_settled(tx, id)? {
            let at = store::take_turn(tx, id)?;
            store::settle_waiting(tx, id, at)?;
        }
        if let Some(rules) = campaign::store::load(tx, id)?
            && fair::is_awake(tx.now())
            && offer_next(tx, &rules)? != Step::Nothing
        {
            return Ok(1);
        }
    }
    Ok(settled)
}

/// What one step of the walk came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Somebody has an offer now.
    Made,
    /// Some were tried, and there are more.
    More,
    /// There is nobody to whom anything could be offered.
    Nothing,
}

/// Offers of one press of the lead's button at most; the service makes the rest.
const AT_ONCE: usize = 50;

/// Offers what is free at the lead's word, at any hour: no offer ends at night. How many offers.
pub fn offer_now(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<usize, Stop<BookingRefusal>> {
    let rules = waiting_list::open_campaign(tx, campaign)?;
    let mut made = 0;
    for _ in 0..AT_ONCE {
        match offer_next(tx, &rules)? {
            Step::Made => made += 1,
            Step::More => {}
            Step::Nothing => break,
        }
    }
    Ok(made)
}

/// Makes at most one offer.
pub fn offer_next(tx: &mut Tx<'_>, rules: &Campaign) -> Result<Step, StoreError> {
    if store::count_in_line(tx, rules.id)? == 0 {
        return Ok(Step::Nothing);
    }
    // First without the turn: mostly there is nothing to do, and then nothing is written.
    let mut walk = Walk::read(tx, rules)?;
    if !walk.anybody(tx)? {
        return Ok(Step::Nothing);
    }
    let at = store::take_turn(tx, rules.id)?;
    Walk::read(tx, rules)?.go(tx, at)
}

/// One walk along the list.
struct Walk<'r> {
    rules: &'r Campaign,
    lines: Vec<Line>,
    cells: Vec<Cell>,
    mark: String,
    after: Timestamp,
    minutes: HashMap<(String, String), Option<u16>>,
}

/// What there is for somebody: courses to try, or why there is none.
enum Found {
    Courses(Vec<Vec<(u16, Cell)>>),
    Passed(String),
}

impl<'r> Walk<'r> {
    fn read(tx: &mut Tx<'_>, rules: &'r Campaign) -> Result<Self, StoreError> {
        let after = at_microsecond(tx.now().as_microsecond() + SOONEST_US);
        let first = rules.appointments.iter().map(|a| a.first_on).min().unwrap_or(rules.starts_on);
        let last = rules.appointments.iter().map(|a| a.last_on).max().unwrap_or(rules.ends_on);
        let mut cells = store::free_cells(tx, after, first.max(london_date(after)), last)?;
        cells.retain(|cell| rules.interval(cell.product).is_some());
        let lines = if cells.is_empty() { Vec::new() } else { store::in_line(tx, rules.id)? };
        let mark = sha256_hex(format!("{cells:?}").as_bytes());
        Ok(Self { rules, lines, cells, mark, after, minutes: HashMap::new() })
    }

    /// Whether the rules would be asked for anybody.
    fn anybody(&mut self, tx: &mut Tx<'_>) -> Result<bool, StoreError> {
        for line in std::mem::take(&mut self.lines) {
            if self.tried(tx, &line).is_none() && matches!(self.for_line(tx, &line)?, Found::Courses(_)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tries one after another in the order of the list, until somebody has an offer.
    fn go(&mut self, tx: &mut Tx<'_>, at: i64) -> Result<Step, StoreError> {
        let mut passed: Vec<(PersonId, String)> = Vec::new();
        let mut people = 0;
        for line in std::mem::take(&mut self.lines) {
            let person = line.waiting.turn.person;
            if let Some(code) = self.tried(tx, &line) {
                passed.push((person, code));
                continue;
            }
            let courses = match self.for_line(tx, &line)? {
                Found::Passed(code) => {
                    passed.push((person, code));
                    continue;
                }
                Found::Courses(courses) => courses,
            };
            people += 1;
            match self.keep(tx, &line, &courses)? {
                Ok((picks, until)) => {
                    self.log(tx, &line, (picks, until), passed, at)?;
                    return Ok(Step::Made);
                }
                Err(code) => {
                    store::set_tried(tx, line.waiting.id, &self.mark, &code)?;
                    passed.push((person, code));
                }
            }
            if people == PEOPLE_TRIED {
                return Ok(Step::More);
            }
        }
        Ok(Step::Nothing)
    }

    /// The code with which the rules refused somebody, while it still stands.
    fn tried(&self, tx: &Tx<'_>, line: &Line) -> Option<String> {
        let (mark, code, at) = line.waiting.tried.as_ref()?;
        let stands = *mark == self.mark && tx.now().as_microsecond() < at + AGAIN_US;
        stands.then(|| code.clone())
    }

    /// Courses of free half-days that go with what the person wishes and has, the earliest first.
    fn for_line(&mut self, tx: &mut Tx<'_>, line: &Line) -> Result<Found, StoreError> {
        let passed = |code: &str| Ok(Found::Passed(code.to_owned()));
        if line.unclear {
            return passed("person_unclear");
        }
        let mut near: Vec<(u16, Cell)> = Vec::new();
        for cell in self.cells.clone() {
            if !cell.access.covers(line.needs) {
                continue;
            }
            match self.way(tx, line, &cell.sector)? {
                Some(minutes) if minutes <= line.waiting.minutes_max => near.push((minutes, cell)),
                _ => {}
            }
        }
        if near.is_empty() {
            return passed("too_far");
        }
        let wished = |half: HalfDays, cell: &Cell| half.has(cell.date, cell.minute);
        near.retain(|(_, cell)| wished(line.waiting.half_days, cell));
        if near.is_empty() {
            return passed("not_wished");
        }
        let refused = not_taken(&store::offers_of(tx, line.waiting.id)?);
        near.retain(|(_, cell)| !refused.iter().any(|o| o.site == cell.site && o.date.0 == cell.date));
        if near.is_empty() {
            return passed("not_taken_before");
        }
        let missing = waiting_list::missing(tx, self.rules, line.waiting.turn.person)?;
        if missing.is_empty() {
            return passed("nothing_missing");
        }
        // What they look at must not be taken from under their eyes; in ten minutes it is booked or free.
        let now = tx.now();
        if store::holds_of(tx, line.waiting.turn.person, self.rules.id)?.iter().any(|hold| hold.expires > now) {
            return passed("choosing_now");
        }
        near.sort_by_key(|(minutes, cell)| (cell.date, *minutes, cell.site, cell.minute));
        let live = store::live_of(tx, line.waiting.turn.person, self.rules.id)?;
        let fixed: Vec<_> = live.iter().map(|b| (b.appointment, b.product, b.date)).collect();
        let mut courses = Vec::new();
        self.courses(&missing, &near, &fixed, &mut Vec::new(), &mut courses);
        if courses.is_empty() { passed("no_whole_course") } else { Ok(Found::Courses(courses)) }
    }

    /// Adds whole courses to `all`, each appointment in its window and the interval to all others, at most so many.
    fn courses(
        &self,
        missing: &[u16],
        near: &[(u16, Cell)],
        fixed: &[Fixed],
        begun: &mut Vec<(u16, Cell)>,
        all: &mut Vec<Vec<(u16, Cell)>>,
    ) {
        let Some((number, rest)) = missing.split_first() else {
            all.push(begun.clone());
            return;
        };
        let Some(window) = self.rules.appointment(*number) else { return };
        for (_, cell) in near {
            if all.len() == COURSES_TRIED {
                return;
            }
            let has: Vec<Fixed> =
                fixed.iter().copied().chain(begun.iter().map(|(n, c)| (*n, c.product, c.date))).collect();
            let within = cell.date >= window.first_on && cell.date <= window.last_on;
            if within && has.iter().all(|other| self.apart(*other, (*number, cell.product, cell.date))) {
                begun.push((*number, cell.clone()));
                self.courses(rest, near, fixed, begun, all);
                begun.pop();
            }
        }
    }

    /// Whether two appointments are of one product and lie in its interval.
    fn apart(&self, one: Fixed, other: Fixed) -> bool {
        let (first, then) = if one.0 <= other.0 { (one, other) } else { (other, one) };
        let Some(interval) = self.rules.interval(first.1).filter(|_| first.1 == then.1) else { return false };
        let days = first.2.until(then.2).map_or(i32::MAX, |span| span.get_days());
        let steps = i32::from(then.0 - first.0);
        (i32::from(interval.min_days) * steps..=i32::from(interval.max_days) * steps).contains(&days)
    }

    fn way(&mut self, tx: &mut Tx<'_>, line: &Line, to: &str) -> Result<Option<u16>, StoreError> {
        let Some(from) = line.from_sector.as_deref() else { return Ok(Some(0)) };
        let key = (from.to_owned(), to.to_owned());
        if let Some(known) = self.minutes.get(&key) {
            return Ok(*known);
        }
        let minutes = travel::minutes(tx, from, to)?;
        self.minutes.insert(key, minutes);
        Ok(minutes)
    }

    /// Holds the first course that the rules and the counters allow; else the code of the last refusal.
    fn keep(&self, tx: &mut Tx<'_>, line: &Line, courses: &[Vec<(u16, Cell)>]) -> Result<Kept, StoreError> {
        let mut code = "slot_full".to_owned();
        for course in courses {
            let Some((picks, first)) = self.picks(tx, course)? else { continue };
            let Some(until) = fair::kept_until(tx.now(), first) else { continue };
            let want = PlaceCourse {
                person: line.waiting.turn.person,
                campaign: self.rules.id,
                picks: picks.iter().map(|o| Pick { appointment: o.appointment, slot: o.slot }).collect(),
            };
            match hold_until(tx, &want, Way::Chosen, (until, Purpose::Offer)) {
                Ok(_) => return Ok(Ok((picks, until))),
                Err(Stop::Refused(refusal)) => {
                    code = refusal.code().to_owned();
                    if whatever_the_time(&refusal) {
                        break;
                    }
                }
                Err(Stop::Store(error)) => return Err(error),
            }
        }
        Ok(Err(code))
    }

    fn picks(&self, tx: &mut Tx<'_>, course: &[(u16, Cell)]) -> Result<Option<(Vec<Offered>, Timestamp)>, StoreError> {
        let (mut picks, mut first) = (Vec::with_capacity(course.len()), None);
        for (appointment, cell) in course {
            let Some((slot, starts)) = store::first_free(tx, cell, self.after)? else { return Ok(None) };
            first = Some(first.map_or(starts, |before: Timestamp| before.min(starts)));
            picks.push(Offered { appointment: *appointment, slot, site: cell.site, date: Day(cell.date) });
        }
        Ok(first.map(|first| (picks, first)))
    }

    fn log(
        &self,
        tx: &mut Tx<'_>,
        line: &Line,
        (picks, until): (Vec<Offered>, Timestamp),
        passed: Vec<(PersonId, String)>,
        at: i64,
    ) -> Result<(), StoreError> {
        let waiting = &line.waiting;
        let offer = OfferLog {
            id: tx.id::<OfferKind>(),
            waiting: waiting.id,
            campaign: self.rules.id,
            person: waiting.turn.person,
            picks,
            passed,
            made_us: at,
            until,
            state: Answer::Open,
            settled_us: None,
        };
        store::insert_offer(tx, &offer)?;
        store::set_waiting(tx, waiting.id, State::Offered, waiting.silences, at)?;
        told(tx, "offer", offer.person, offer.campaign, waiting.id)
    }
}

/// Whether a refusal is of the person: no other time would be allowed them.
const fn whatever_the_time(refusal: &BookingRefusal) -> bool {
    use BookingRefusal::{CampaignClosed, NoDateOfBirth, NoSuchPerson, NotEmployed, OfferClosed, PersonUnclear};
    matches!(refusal, NoSuchPerson | PersonUnclear | NotEmployed | CampaignClosed | OfferClosed { .. } | NoDateOfBirth)
}

type Fixed = (u16, crate::base::ids::ProductId, Date);
type Kept = Result<(Vec<Offered>, Timestamp), String>;

/// The person takes what is kept for them: booked and confirmed, with the place that was held.
pub fn accept(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Vec<Booking>, Stop<BookingRefusal>> {
    let at = store::take_turn(tx, campaign)?;
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let offer = kept_offer(tx, person, campaign)?.ok_or(Stop::Refused(BookingRefusal::HoldGone))?;
    let picks = offer.picks.iter().map(|o| Pick { appointment: o.appointment, slot: o.slot }).collect();
    let booked = place::place_as(tx, &PlaceCourse { person, campaign, picks }, Way::Offered)?;
    store::settle_timed(tx, offer.id, Answer::Accepted, at)?;
    let silences = store::waiting_of(tx, person, campaign)?.map_or(0, |waiting| waiting.silences);
    store::set_waiting(tx, offer.waiting, State::Placed, silences, at)?;
    told(tx, "accept", person, campaign, offer.waiting)?;
    Ok(booked)
}

/// The person does not take it. They keep their turn; that site and day are not offered to them again.
pub fn decline(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<(), Stop<BookingRefusal>> {
    let at = store::take_turn(tx, campaign)?;
    store::lock_person(tx, person)?.ok_or(Stop::Refused(BookingRefusal::NoSuchPerson))?;
    let offer = kept_offer(tx, person, campaign)?.ok_or(Stop::Refused(BookingRefusal::HoldGone))?;
    let_go_offered(tx, person, campaign)?;
    store::settle_timed(tx, offer.id, Answer::Declined, at)?;
    // Who answers is not silent: what was counted before is forgotten.
    store::set_waiting(tx, offer.waiting, State::InLine, 0, at)?;
    told(tx, "decline", person, campaign, offer.waiting)?;
    Ok(())
}

/// The offer that is kept for a person now: every place of it is held, and its time is not over.
pub fn kept_offer(tx: &mut Tx<'_>, person: PersonId, campaign: CampaignId) -> Result<Option<OfferLog>, StoreError> {
    let now = tx.now();
    let Some(offer) = store::open_offer(tx, person, campaign)?.filter(|offer| offer.until > now) else {
        return Ok(None);
    };
    let mut holds = store::holds_of(tx, person, campaign)?;
    holds.retain(|hold| hold.purpose == Purpose::Offer && hold.expires > now);
    let whole = offer.picks.iter().all(|o| holds.iter().any(|h| h.appointment == o.appointment && h.slot == o.slot));
    Ok(whole.then_some(offer))
}

/// Settles offers whose time is over, and those whose place went otherwise; how many.
pub fn settle_ended(tx: &mut Tx<'_>) -> Result<usize, StoreError> {
    let ended = store::ended_offers(tx, SETTLED)?;
    for seen in &ended {
        let at = store::take_turn(tx, seen.campaign)?;
        store::lock_person(tx, seen.person)?;
        let known = store::waiting_of(tx, seen.person, seen.campaign)?.filter(|waiting| waiting.id == seen.waiting);
        let open = store::offers_of(tx, seen.waiting)?.into_iter().any(|o| o.id == seen.id && o.state == Answer::Open);
        if !open {
            continue;
        }
        let Some(waiting) = known else {
            store::settle_timed(tx, seen.id, Answer::Gone, at)?;
            continue;
        };
        let_go_offered(tx, seen.person, seen.campaign)?;
        if seen.until > tx.now() || !could_be_had(tx, seen)? {
            store::settle_timed(tx, seen.id, Answer::Gone, at)?;
            store::set_waiting(tx, waiting.id, State::InLine, waiting.silences, at)?;
            continue;
        }
        store::settle_timed(tx, seen.id, Answer::Lapsed, at)?;
        told(tx, "lapse", seen.person, seen.campaign, waiting.id)?;
        let silences = waiting.silences + 1;
        if silences < SILENCES {
            store::set_waiting(tx, waiting.id, State::InLine, silences, at)?;
            continue;
        }
        store::set_waiting(tx, waiting.id, State::Silent, silences, at)?;
        offer::wait(tx, seen.campaign, seen.person, Some(NO_ANSWER))?;
        told(tx, "silent", seen.person, seen.campaign, waiting.id)?;
    }
    Ok(ended.len())
}

/// Whether the rules would still have allowed it at its end: nobody is silent to what they could not have had.
fn could_be_had(tx: &mut Tx<'_>, offer: &OfferLog) -> Result<bool, StoreError> {
    let picks = offer.picks.iter().map(|o| Pick { appointment: o.appointment, slot: o.slot }).collect();
    let want = PlaceCourse { person: offer.person, campaign: offer.campaign, picks };
    match place::allowed(tx, &want, &[], Way::Chosen) {
        Ok(_) => Ok(true),
        Err(Stop::Refused(_)) => Ok(false),
        Err(Stop::Store(error)) => Err(error),
    }
}
