//! The model: what `docs/states.md` and the rules of booking say, in plain words over lists. It counts what is taken from
//! the bookings and holds there are instead of keeping counters, and shares no decision with the product.

mod day;
mod people;

use super::command::{A_DAY, Command, DAYS, PEOPLE, Pick};
use super::view::{Booked, Held, View};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// Nine o'clock of the first day; London keeps UTC all through the world's 56 days.
const NINE: i64 = 9 * 60 * MINUTE;
const KEPT: i64 = 10 * MINUTE;
const CLOSING: [&str; 4] = ["declined", "had_elsewhere", "completed", "left"];

type Code = &'static str;
type Done = Result<(), Code>;

#[derive(Debug, Clone)]
struct Booking {
    seq: usize,
    person: usize,
    appointment: u16,
    slot: usize,
    state: &'static str,
    version: u32,
    reason: Option<&'static str>,
    pending: bool,
    /// Of a batch that was undone: nobody ever sees it.
    undone: bool,
    on_shift: bool,
    came: bool,
    outcome: Option<&'static str>,
    noted: Option<u32>,
}

impl Booking {
    fn live(&self) -> bool {
        self.state == "assigned" || self.state == "confirmed"
    }
    fn given(&self) -> bool {
        self.outcome.is_some_and(|outcome| outcome.starts_with("given"))
    }
}

#[derive(Debug, Clone)]
struct Hold {
    person: usize,
    appointment: u16,
    slot: usize,
    until: i64,
    on_shift: bool,
    team_covered: bool,
    allocation_covered: bool,
}

#[derive(Debug, Clone)]
struct Offer {
    state: &'static str,
    reason: Option<&'static str>,
    next: Option<i64>,
}

/// What something takes.
#[derive(Debug, Clone, Default)]
struct Need {
    team: Vec<i64>,
    allocation: i64,
    stock: i64,
    places: Vec<usize>,
}

/// The whole world, small enough to be copied for each command.
#[derive(Debug, Clone)]
pub struct Oracle {
    /// Microseconds since midnight of the first day.
    pub now: i64,
    course: usize,
    offers: Vec<Offer>,
    bookings: Vec<Booking>,
    holds: Vec<Hold>,
    places: Vec<i64>,
    allocation: i64,
    stock: i64,
    ended: bool,
    batch: bool,
}

fn day(slot: usize) -> i64 {
    (slot / A_DAY) as i64
}
fn site(slot: usize) -> usize {
    slot % A_DAY / 2
}
fn starts(slot: usize) -> i64 {
    day(slot) * DAY + NINE + (slot % 2) as i64 * 10 * MINUTE
}
/// Monday to Friday; the first day is a Monday.
fn weekday(day: i64) -> bool {
    day.rem_euclid(7) < 5
}
/// The first three are a team; whoever has no rota counts as working Monday to Friday.
fn on_shift(slot: usize) -> bool {
    weekday(day(slot))
}
fn in_team(person: usize) -> bool {
    person < 3
}

impl Oracle {
    pub fn new(course: usize, now: i64, capacity: i64, allocation: i64, stock: i64) -> Self {
        let offer = |person| {
            let state = if person == PEOPLE - 1 { "unclear" } else { "waiting" };
            Offer { state, reason: None, next: Some(1) }
        };
        Self {
            now,
            course,
            offers: (0..PEOPLE).map(offer).collect(),
            bookings: Vec::new(),
            holds: Vec::new(),
            places: vec![capacity; A_DAY * DAYS],
            allocation,
            stock,
            ended: false,
            batch: false,
        }
    }

    pub fn today(&self) -> i64 {
        self.now.div_euclid(DAY)
    }

    /// Does a command: the code of its refusal leaves everything as it was.
    pub fn apply(&mut self, command: &Command) -> Done {
        let before = self.clone();
        let done = self.does(command);
        if done.is_err() {
            *self = before;
        }
        done
    }

    fn does(&mut self, command: &Command) -> Done {
        match command {
            Command::Place { person, picks } => self.place(*person, picks, &[]),
            Command::PlaceHeld { person } => {
                let picks = self.held_picks(*person);
                self.place(*person, &picks, &[])
            }
            Command::Hold { person, picks, only } => self.hold(*person, picks, *only),
            Command::Confirm { person } => self.confirm(*person),
            Command::Rebook { person, picks, stale } => {
                self.rebook(*person, picks, &self.as_shown(*person, picks, *stale))
            }
            Command::Cancel { person, nth, stale } => self.cancel(*person, *nth, *stale),
            Command::CancelAll { person } => self.cancel_all(*person),
            Command::Decline { person } => self.close_offer(*person, "declined"),
            Command::HadElsewhere { person } => self.close_offer(*person, "had_elsewhere"),
            Command::Reopen { person } => self.reopen(*person),
            Command::CheckIn { site, person, nth } => self.check_in(*site, *person, *nth),
            Command::TakeHere { site, person, nth, stale } => self.take_here(*site, *person, *nth, *stale),
            Command::Note { site, person, nth, what, stale } => self.note(*site, *person, *nth, *what, *stale),
            Command::CloseDay { site } => self.close_day(*site),
            Command::Missing => self.missing(),
            Command::SweepHolds { limit } => self.sweep(*limit),
            Command::OpenBatch => {
                self.batch = true;
                Ok(())
            }
            Command::PlaceEach { wants } => {
                self.place_together(wants, false);
                Ok(())
            }
            Command::PlaceMany { wants } => self.place_many(wants),
            Command::BatchLive => self.batch_live(),
            Command::BatchUndo => self.batch_undo(),
            Command::SlotCapacity { slot, places } => {
                self.places[*slot] = (*places).max(self.taken(*slot));
                Ok(())
            }
            Command::Allocation { places } => {
                self.allocation = (*places).max(self.allocated());
                Ok(())
            }
            Command::EndAgreement => {
                let before = std::mem::replace(&mut self.ended, true);
                if before { Err("agreement_already_ended") } else { Ok(()) }
            }
            Command::Clock { minutes } => {
                self.now += minutes * MINUTE;
                Ok(())
            }
        }
    }

    // What there is.

    fn of(&self, person: usize) -> impl Iterator<Item = &Booking> {
        self.bookings.iter().filter(move |b| b.person == person)
    }
    fn live(&self, person: usize) -> Vec<Booking> {
        let mut live: Vec<Booking> = self.of(person).filter(|b| b.live()).cloned().collect();
        live.sort_by_key(|b| b.appointment);
        live
    }
    fn seen(&self, person: usize) -> Vec<Booking> {
        self.live(person).into_iter().filter(|b| !b.pending).collect()
    }
    /// The nth booking that a page of the person may show, live or closed, with its number.
    pub fn nth(&self, person: usize, nth: usize) -> Option<usize> {
        let mut shown: Vec<&Booking> = self.of(person).filter(|b| !b.pending).collect();
        shown.sort_by_key(|b| (!b.live(), b.appointment, b.seq));
        shown.get(nth).map(|b| b.seq)
    }
    /// Bookings in place of which these picks would come, with the versions shown.
    pub fn as_shown(&self, person: usize, picks: &[Pick], stale: bool) -> Vec<(usize, u32)> {
        let shown = self.seen(person);
        let replaced = shown.iter().filter(|b| picks.iter().any(|(n, _)| *n == b.appointment));
        replaced.map(|b| (b.seq, b.version + u32::from(stale))).collect()
    }
    /// What the person holds, as picks.
    pub fn held_picks(&self, person: usize) -> Vec<Pick> {
        let mut picks: Vec<Pick> =
            self.holds.iter().filter(|h| h.person == person).map(|h| (h.appointment, h.slot)).collect();
        picks.sort_unstable();
        picks
    }
    /// A booking's version and what was noted of it so far.
    pub fn version(&self, seq: usize) -> (u32, u32) {
        self.bookings.iter().find(|b| b.seq == seq).map_or((0, 0), |b| (b.version, b.noted.unwrap_or(0)))
    }
    /// Bookings there are, by number: person, appointment, slot.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, usize, u16, usize)> {
        self.bookings.iter().map(|b| (b.seq, b.person, b.appointment, b.slot))
    }
    fn at(&mut self, seq: usize) -> Option<&mut Booking> {
        self.bookings.iter_mut().find(|b| b.seq == seq)
    }

    // What is taken.

    fn taken(&self, slot: usize) -> i64 {
        let booked = self.bookings.iter().filter(|b| b.live() && b.slot == slot).count();
        (booked + self.holds.iter().filter(|h| h.slot == slot).count()) as i64
    }
    fn allocated(&self) -> i64 {
        let booked = self.bookings.iter().filter(|b| b.live()).count();
        (booked + self.holds.iter().filter(|h| !h.allocation_covered).count()) as i64
    }
    fn away(&self, on: i64) -> i64 {
        let booked = self.bookings.iter().filter(|b| b.live() && b.on_shift && in_team(b.person) && day(b.slot) == on);
        let held =
            self.holds.iter().filter(|h| h.on_shift && !h.team_covered && in_team(h.person) && day(h.slot) == on);
        2 * (booked.count() + held.count()) as i64
    }
    fn doses(&self) -> i64 {
        let booked = self.bookings.iter().filter(|b| b.live() && site(b.slot) == 1).count();
        (booked + self.holds.iter().filter(|h| site(h.slot) == 1).count()) as i64
    }

    /// The first counter, in the order in which they are asked, that has not enough for `need` besides what is taken.
    fn lacks(&self, need: &Need) -> Option<Code> {
        let more = |all: &[i64], one: i64| all.iter().filter(|other| **other == one).count() as i64;
        // A third of three, rounded up, may be away; where nobody works, one all the same.
        let may = |on: i64| if weekday(on) { 4 } else { 2 };
        if need.team.iter().any(|on| self.away(*on) + 2 * more(&need.team, *on) > may(*on)) {
            return Some("team_too_thin");
        }
        if self.allocated() + need.allocation > self.allocation {
            return Some("allocation_used");
        }
        if self.doses() + need.stock > self.stock && need.stock > 0 {
            return Some("no_stock");
        }
        let wanted = |slot: usize| need.places.iter().filter(|other| **other == slot).count() as i64;
        let full = need.places.iter().any(|slot| self.taken(*slot) + wanted(*slot) > self.places[*slot]);
        full.then_some("slot_full")
    }

    /// Asks the counters. Whoever is refused sweeps expired holds away and asks again.
    fn ask(&mut self, need: &Need) -> Done {
        if self.lacks(need).is_some() {
            self.holds.retain(|h| h.until > self.now);
        }
        self.lacks(need).map_or(Ok(()), Err)
    }

    fn need_of(&self, person: usize, slots: impl Iterator<Item = usize>) -> Need {
        let mut need = Need::default();
        for slot in slots {
            if in_team(person) && on_shift(slot) {
                need.team.push(day(slot));
            }
            need.allocation += 1;
            need.stock += i64::from(site(slot) == 1);
            need.places.push(slot);
        }
        need
    }

    // What can be seen of it.

    pub fn view(&self) -> View {
        let offer = |o: &Offer| (o.state.to_owned(), o.reason.map(str::to_owned), o.next);
        let booked = |b: &Booking| Booked {
            person: b.person,
            appointment: b.appointment,
            slot: b.slot,
            state: b.state.to_owned(),
            version: b.version,
            reason: b.reason.map(str::to_owned),
            pending: b.pending,
            came: b.came,
            outcome: b.outcome.map(str::to_owned),
            noted: b.noted,
        };
        let held =
            |h: &Hold| -> Held { (h.person, h.appointment, h.slot, h.until, h.team_covered, h.allocation_covered) };
        let mut view = View {
            offers: self.offers.iter().map(offer).enumerate().collect(),
            booked: self.bookings.iter().map(booked).collect(),
            held: self.holds.iter().map(held).collect(),
            allocation: self.allocated(),
            stock: self.doses(),
            ledger: self.bookings.iter().filter(|b| b.live()).count() as i64,
            ..View::default()
        };
        view.places = (0..A_DAY * DAYS).map(|slot| (slot, self.taken(slot))).filter(|(_, n)| *n > 0).collect();
        view.team = (0..DAYS as i64).map(|on| (on, self.away(on))).filter(|(_, n)| *n > 0).collect();
        view.booked.sort();
        view.held.sort_unstable();
        view
    }

    /// Takes over which holds a sweep with a limit left: no order was promised.
    pub fn holds_left(&mut self, left: &[Held]) {
        self.holds.retain(|h| left.iter().any(|one| (one.0, one.1, one.2) == (h.person, h.appointment, h.slot)));
    }

    /// How many holds nobody should keep any more.
    pub fn idle(&self) -> usize {
        let idle = |h: &&Hold| h.until <= self.now || CLOSING.contains(&self.offers[h.person].state);
        self.holds.iter().filter(idle).count()
    }
}
