//! The model: what `docs/states.md` and the rules of booking say, in plain words over lists. It counts what is taken from
//! the bookings and holds there are instead of keeping counters, and shares no decision with the product.

use super::command::{A_DAY, Command, DAYS, Noted, PEOPLE, Pick};
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

    // What the rules say.

    fn allowed(&self, person: usize, picks: &[Pick], released: &[usize]) -> Done {
        match person {
            p if p == PEOPLE - 1 => return Err("person_unclear"),
            p if p == PEOPLE - 2 => return Err("not_employed"),
            _ => {}
        }
        if CLOSING.contains(&self.offers[person].state) {
            return Err("offer_closed");
        }
        let mut have: Vec<(u16, usize)> = self
            .of(person)
            .filter(|b| b.live() && !released.contains(&b.seq))
            .map(|b| (b.appointment, b.slot))
            .collect();
        have.sort_by_key(|(_, slot)| starts(*slot));
        for (number, slot) in picks {
            self.allowed_one(*number, *slot, &have)?;
            have.push((*number, *slot));
        }
        Ok(())
    }

    fn allowed_one(&self, number: u16, slot: usize, have: &[(u16, usize)]) -> Done {
        let window = match (self.course, number) {
            (1, 1) => 0..=DAYS as i64 - 1,
            (2, 1) => 0..=20,
            (2, 2) => 19..=DAYS as i64 - 1,
            _ => return Err("no_such_appointment"),
        };
        if starts(slot) <= self.now {
            return Err("in_the_past");
        }
        if !window.contains(&day(slot)) {
            return Err("outside_window");
        }
        let (min, max) = if site(slot) == 0 { (19, 28) } else { (7, 30) };
        for (other, at) in have {
            if *other == number {
                return Err("already_booked");
            }
            if site(*at) != site(slot) {
                return Err("other_product");
            }
            let apart = if *other < number { day(slot) - day(*at) } else { day(*at) - day(slot) };
            if apart < min {
                return Err("interval_too_short");
            }
            if apart > max {
                return Err("interval_too_long");
            }
        }
        if have
            .iter()
            .any(|(_, at)| starts(*at) < starts(slot) + 10 * MINUTE && starts(slot) < starts(*at) + 10 * MINUTE)
        {
            return Err("two_places_at_once");
        }
        if self.ended { Err("agreement_ended") } else { Ok(()) }
    }

    // What people do.

    fn let_go(&mut self, person: usize) {
        self.holds.retain(|h| h.person != person);
    }

    fn make(&mut self, person: usize, (appointment, slot): Pick, state: &'static str, pending: bool) {
        let seq = self.bookings.len();
        self.bookings.push(Booking {
            seq,
            person,
            appointment,
            slot,
            state,
            version: 1,
            reason: None,
            pending,
            undone: false,
            on_shift: on_shift(slot),
            came: false,
            outcome: None,
            noted: None,
        });
    }

    fn place(&mut self, person: usize, picks: &[Pick], released: &[usize]) -> Done {
        self.allowed(person, picks, released)?;
        self.let_go(person);
        let need = self.need_of(person, picks.iter().map(|(_, slot)| *slot));
        self.ask(&need)?;
        for pick in picks {
            self.make(person, *pick, "confirmed", false);
        }
        if !picks.is_empty() {
            self.settle(person);
        }
        Ok(())
    }

    /// The offer follows from the bookings; what was given is nobody's next date.
    fn settle(&mut self, person: usize) {
        let live = self.live(person);
        let today = self.today();
        let whole = live.len() == self.course;
        let state = match (whole, live.iter().all(|b| b.state == "confirmed")) {
            (false, _) => "waiting",
            (true, true) => "confirmed",
            (true, false) => "assigned",
        };
        let ahead = live.iter().map(|b| day(b.slot)).filter(|on| *on >= today).min().unwrap_or(today);
        self.offers[person] = Offer { state, reason: None, next: Some(if whole { ahead } else { today + 1 }) };
    }

    fn settle_after(&mut self, person: usize) {
        self.settle(person);
        let (live, today) = (self.live(person), self.today());
        if live.len() == self.course {
            let to_come = live.iter().filter(|b| !b.given()).map(|b| day(b.slot)).filter(|on| *on >= today);
            self.offers[person].next = Some(to_come.min().unwrap_or(today));
        }
    }

    fn wait(&mut self, person: usize, reason: Option<&'static str>) {
        self.offers[person] = Offer { state: "waiting", reason, next: Some(self.today() + 1) };
    }

    fn hold(&mut self, person: usize, picks: &[Pick], only: bool) -> Done {
        if only {
            self.let_go(person);
        }
        let replaced: Vec<Booking> =
            self.seen(person).into_iter().filter(|b| picks.iter().any(|(n, _)| *n == b.appointment)).collect();
        let released: Vec<usize> = replaced.iter().map(|b| b.seq).collect();
        self.allowed(person, picks, &released)?;
        self.holds.retain(|h| h.person != person || !picks.iter().any(|(n, _)| *n == h.appointment));
        let mut new = Vec::new();
        for (appointment, slot) in picks {
            let old = replaced.iter().find(|b| b.appointment == *appointment);
            new.push(Hold {
                person,
                appointment: *appointment,
                slot: *slot,
                until: (self.now + KEPT).min(starts(*slot)),
                on_shift: on_shift(*slot),
                team_covered: on_shift(*slot) && old.is_some_and(|b| b.on_shift && day(b.slot) == day(*slot)),
                allocation_covered: old.is_some(),
            });
        }
        let mut need = Need::default();
        for hold in &new {
            if in_team(person) && hold.on_shift && !hold.team_covered {
                need.team.push(day(hold.slot));
            }
            need.allocation += i64::from(!hold.allocation_covered);
            need.stock += i64::from(site(hold.slot) == 1);
            need.places.push(hold.slot);
        }
        self.ask(&need)?;
        self.holds.extend(new);
        Ok(())
    }

    fn confirm(&mut self, person: usize) -> Done {
        let seen: Vec<Booking> = self.seen(person).into_iter().filter(|b| !b.given()).collect();
        if seen.is_empty() {
            return Err("no_such_booking");
        }
        for b in seen.iter().filter(|b| b.state == "assigned") {
            if let Some(b) = self.at(b.seq) {
                b.state = "confirmed";
                b.version += 1;
            }
        }
        self.settle(person);
        Ok(())
    }

    fn release(&mut self, seq: usize, state: &'static str, reason: &'static str) {
        let Some(b) = self.at(seq) else { return };
        b.state = state;
        b.reason = Some(reason);
        b.version += 1;
        let person = b.person;
        self.let_go(person);
    }

    fn rebook(&mut self, person: usize, picks: &[Pick], shown: &[(usize, u32)]) -> Done {
        let mut released = Vec::new();
        for old in self.seen(person) {
            if !picks.iter().any(|(n, _)| *n == old.appointment) {
                continue;
            }
            if old.given() {
                return Err("not_live");
            }
            if !shown.contains(&(old.seq, old.version)) {
                return Err("changed_meanwhile");
            }
            self.release(old.seq, "rebooked", "by_person");
            released.push(old.seq);
        }
        if released.len() != shown.len() {
            return Err("changed_meanwhile");
        }
        self.place(person, picks, &released)
    }

    fn cancel(&mut self, person: usize, nth: usize, stale: bool) -> Done {
        let Some(b) = self.nth(person, nth).and_then(|seq| self.bookings.get(seq)).cloned() else { return Ok(()) };
        if !b.live() || b.given() {
            return Err("not_live");
        }
        if stale {
            return Err("changed_meanwhile");
        }
        self.release(b.seq, "cancelled", "by_person");
        self.settle(person);
        Ok(())
    }

    fn cancel_all(&mut self, person: usize) -> Done {
        let ahead: Vec<Booking> =
            self.seen(person).into_iter().filter(|b| starts(b.slot) > self.now && !b.given()).collect();
        if ahead.is_empty() {
            return Err("no_such_booking");
        }
        ahead.iter().for_each(|b| self.release(b.seq, "cancelled", "by_person"));
        self.wait(person, Some("cancelled_by_person"));
        Ok(())
    }

    fn close_offer(&mut self, person: usize, state: &'static str) -> Done {
        self.let_go(person);
        for b in self.live(person).into_iter().filter(|b| !b.given()) {
            self.release(b.seq, "cancelled", state);
        }
        if ["completed", "left"].contains(&self.offers[person].state) {
            return Err("offer_closed");
        }
        self.offers[person] = Offer { state, reason: None, next: None };
        Ok(())
    }

    fn reopen(&mut self, person: usize) -> Done {
        let offer = &self.offers[person];
        match offer.state {
            "completed" | "left" => Err("offer_closed"),
            state if CLOSING.contains(&state) || offer.reason == Some("cancelled_by_person") => {
                self.wait(person, None);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    // The day.

    /// The booking that stands now for one that was shown.
    fn current(&self, person: usize, seq: usize) -> Result<Booking, Code> {
        let appointment = self.bookings[seq].appointment;
        let now = self.seen(person).into_iter().find(|b| b.seq == seq || b.appointment == appointment);
        let closed = CLOSING.contains(&self.offers[person].state);
        now.ok_or(if closed { "offer_closed" } else { "not_live" })
    }

    fn arrive(&mut self, seq: usize) {
        if let Some(b) = self.at(seq) {
            b.came = true;
            b.noted = Some(b.noted.map_or(1, |noted| noted + 1));
        }
    }

    fn check_in(&mut self, here: usize, person: usize, nth: usize) -> Done {
        let Some(seq) = self.nth(person, nth) else { return Ok(()) };
        let b = self.current(person, seq)?;
        if b.came {
            return Ok(());
        }
        let today = day(b.slot) == self.today();
        if !today {
            return Err("wrong_day");
        }
        if site(b.slot) != here {
            return Err("wrong_site");
        }
        self.arrive(b.seq);
        Ok(())
    }

    fn take_here(&mut self, here: usize, person: usize, nth: usize, stale: bool) -> Done {
        let Some(seq) = self.nth(person, nth) else { return Ok(()) };
        let shown = self.bookings[seq].version + u32::from(stale);
        let b = self.current(person, seq)?;
        if b.seq != seq || b.version != shown || b.noted.is_some() {
            return Err("changed_meanwhile");
        }
        let from = self.today() * A_DAY as i64 + here as i64 * 2;
        let free = (from..from + 2).filter(|slot| (0..(A_DAY * DAYS) as i64).contains(slot)).map(|slot| slot as usize);
        let free = free.filter(|slot| starts(*slot) > self.now && self.taken(*slot) < self.places[*slot]).min();
        let Some(slot) = free else { return Err("no_place") };
        self.rebook(person, &[(b.appointment, slot)], &[(b.seq, b.version)])?;
        self.arrive(self.bookings.len() - 1);
        Ok(())
    }

    fn note(&mut self, here: usize, person: usize, nth: usize, what: Noted, stale: bool) -> Done {
        let Some(seq) = self.nth(person, nth) else { return Ok(()) };
        let b = self.bookings[seq].clone();
        if site(b.slot) != here {
            return Err("no_such_booking");
        }
        let outcome = outcome(what);
        if b.outcome == Some(outcome) {
            return Ok(());
        }
        let today = self.today();
        if stale {
            return Err("changed_meanwhile");
        } else if b.outcome.is_none() && !b.live() {
            return Err("not_live");
        } else if day(b.slot) > today {
            return Err("not_yet");
        } else if day(b.slot) == today && !b.came && b.outcome.is_none() {
            return Err("not_here");
        }
        // What the clinic closed itself it may open again; what the person closed stands.
        let by_clinic = b.outcome == Some("not_given declined");
        let state = self.offers[person].state;
        let closed = CLOSING.contains(&state) && state != "completed" && (!by_clinic || state == "left");
        if let Some(b) = self.at(seq) {
            b.outcome = Some(outcome);
            b.noted = Some(b.noted.map_or(1, |noted| noted + 1));
        }
        match what {
            Noted::GivenA | Noted::GivenB => self.given(seq, closed),
            Noted::Unwell | Noted::Declined => self.not_given(seq, what == Noted::Unwell, closed),
        }
    }

    fn given(&mut self, seq: usize, closed: bool) -> Done {
        let b = self.bookings[seq].clone();
        if !b.live() {
            if self.live(b.person).iter().any(|other| other.appointment == b.appointment) {
                return Err("already_booked");
            }
            let mut need = self.need_of(b.person, std::iter::once(b.slot));
            need.team.retain(|_| b.on_shift);
            self.ask(&need)?;
            if let Some(b) = self.at(seq) {
                b.state = "confirmed";
                b.reason = None;
                b.version += 1;
            }
        }
        let had = self.of(b.person).filter(|b| b.given()).count();
        if had >= self.course {
            self.offers[b.person] = Offer { state: "completed", reason: None, next: None };
        } else if !closed {
            self.settle_after(b.person);
        }
        Ok(())
    }

    fn not_given(&mut self, seq: usize, another_day: bool, closed: bool) -> Done {
        let b = self.bookings[seq].clone();
        if b.live() {
            self.release(seq, "cancelled", "not_given");
        }
        if closed {
            return Ok(());
        }
        self.nothing_came_of(&b);
        if another_day { Ok(()) } else { self.close_offer(b.person, "declined") }
    }

    /// Later appointments rested on this one: they go too, and the person waits.
    fn nothing_came_of(&mut self, b: &Booking) {
        let later = self.live(b.person).into_iter().filter(|other| other.appointment > b.appointment && !other.given());
        for other in later.collect::<Vec<_>>() {
            self.release(other.seq, "cancelled", "course_broken");
        }
        self.wait(b.person, Some("to_be_booked_again"));
    }

    fn miss(&mut self, seq: usize) {
        let b = self.bookings[seq].clone();
        if !b.live() || b.noted.is_some() {
            return;
        }
        if let Some(b) = self.at(seq) {
            b.outcome = Some("did_not_attend");
            b.noted = Some(1);
        }
        self.release(seq, "cancelled", "did_not_attend");
        self.nothing_came_of(&b);
    }

    /// Of one site on one day, live and seen, with nothing known: in the order of people.
    fn silent(&self, here: usize, on: i64) -> Vec<usize> {
        let of =
            |b: &&Booking| b.live() && !b.pending && b.noted.is_none() && site(b.slot) == here && day(b.slot) == on;
        let mut missing: Vec<&Booking> = self.bookings.iter().filter(of).collect();
        missing.sort_by_key(|b| (b.person, starts(b.slot), b.seq));
        missing.into_iter().map(|b| b.seq).collect()
    }

    /// Sessions end at twenty past nine.
    fn over(&self, on: i64) -> bool {
        on * DAY + NINE + 20 * MINUTE <= self.now
    }

    fn close_day(&mut self, here: usize) -> Done {
        let today = self.today();
        if (0..DAYS as i64).contains(&today) && !self.over(today) {
            return Err("still_open");
        }
        for seq in self.silent(here, today) {
            self.miss(seq);
        }
        Ok(())
    }

    fn missing(&mut self) -> Done {
        let twelve_hours_ago = Self { now: self.now - 12 * 60 * MINUTE, ..self.clone() };
        let mut missing = Vec::new();
        for on in (0..DAYS as i64).filter(|on| twelve_hours_ago.over(*on)) {
            for here in 0..2 {
                let came = |b: &Booking| b.live() && b.came && site(b.slot) == here && day(b.slot) == on;
                // A clinic that keeps its day on paper has noted nobody, and nobody of it is missing.
                if self.bookings.iter().any(came) {
                    missing.extend(self.silent(here, on));
                }
            }
        }
        missing.into_iter().for_each(|seq| self.miss(seq));
        Ok(())
    }

    /// So many of those whose time is over or whose offer is closed, the earliest first.
    fn sweep(&mut self, limit: u32) -> Done {
        let idle = |h: &Hold| h.until <= self.now || CLOSING.contains(&self.offers[h.person].state);
        let mut ends: Vec<i64> = self.holds.iter().filter(|h| idle(h)).map(|h| h.until).collect();
        ends.sort_unstable();
        let all = ends.len() <= limit as usize;
        if all {
            let keep: Vec<Hold> = self.holds.iter().filter(|h| !idle(h)).cloned().collect();
            self.holds = keep;
            return Ok(());
        }
        // Holds that end at one instant go in no order that anybody promised: the stores are asked which went.
        Err("ambiguous")
    }

    // A plan's bookings.

    fn place_many(&mut self, wants: &[(usize, Vec<Pick>)]) -> Done {
        if !self.batch {
            return Err("batch_settled");
        }
        let fine: Vec<&(usize, Vec<Pick>)> =
            wants.iter().filter(|(person, picks)| self.allowed(*person, picks, &[]).is_ok()).collect();
        fine.iter().for_each(|(person, _)| self.let_go(*person));
        let mut together = Need::default();
        for (person, picks) in &fine {
            let need = self.need_of(*person, picks.iter().map(|(_, slot)| *slot));
            together.team.extend(need.team);
            together.allocation += need.allocation;
            together.stock += need.stock;
            together.places.extend(need.places);
        }
        // Whether all fit at once or one after another: whoever does not fit is left out, and the rest go in.
        if !fine.is_empty() && self.ask(&together).is_err() && fine.len() == 1 {
            return Ok(());
        }
        for (person, picks) in fine {
            let need = self.need_of(*person, picks.iter().map(|(_, slot)| *slot));
            if self.ask(&need).is_ok() {
                picks.iter().for_each(|pick| self.make(*person, *pick, "assigned", true));
            }
        }
        Ok(())
    }

    fn batch_live(&mut self) -> Done {
        if !self.batch {
            return Err("batch_settled");
        }
        self.batch = false;
        for person in 0..PEOPLE {
            let of_batch = self.of(person).filter(|b| b.pending && b.live()).map(|b| day(b.slot));
            if let Some(next) = of_batch.min()
                && !CLOSING.contains(&self.offers[person].state)
            {
                self.offers[person] = Offer { state: "assigned", reason: None, next: Some(next) };
            }
        }
        self.bookings.iter_mut().for_each(|b| b.pending = b.undone);
        Ok(())
    }

    fn batch_undo(&mut self) -> Done {
        if !self.batch {
            return Err("batch_settled");
        }
        self.batch = false;
        for seq in 0..self.bookings.len() {
            if self.bookings[seq].pending && self.bookings[seq].live() {
                self.release(seq, "cancelled", "by_campaign");
            }
            self.bookings[seq].undone = self.bookings[seq].pending;
        }
        Ok(())
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

fn outcome(what: Noted) -> &'static str {
    match what {
        Noted::GivenA => "given A",
        Noted::GivenB => "given B",
        Noted::Unwell => "not_given unwell",
        Noted::Declined => "not_given declined",
    }
}
