//! The day of the clinic: who came, what was given, who did not come, and the sweep of holds whose time is over.

use super::super::command::Noted;
use super::{A_DAY, Booking, CLOSING, Code, DAY, DAYS, Done, Hold, MINUTE, NINE, Offer, Oracle, day, site, starts};

impl Oracle {
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

    pub(super) fn check_in(&mut self, here: usize, person: usize, nth: usize) -> Done {
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

    pub(super) fn take_here(&mut self, here: usize, person: usize, nth: usize, stale: bool) -> Done {
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
        self.rebook_here(person, &[(b.appointment, slot)], &[(b.seq, b.version)])?;
        self.arrive(self.bookings.len() - 1);
        Ok(())
    }

    pub(super) fn note(&mut self, here: usize, person: usize, nth: usize, what: Noted, stale: bool) -> Done {
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

    pub(super) fn close_day(&mut self, here: usize) -> Done {
        let today = self.today();
        if (0..DAYS as i64).contains(&today) && !self.over(today) {
            return Err("still_open");
        }
        for seq in self.silent(here, today) {
            self.miss(seq);
        }
        Ok(())
    }

    pub(super) fn missing(&mut self) -> Done {
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
    pub(super) fn sweep(&mut self, limit: u32) -> Done {
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
}

fn outcome(what: Noted) -> &'static str {
    match what {
        Noted::GivenA => "given A",
        Noted::GivenB => "given B",
        Noted::Unwell => "not_given unwell",
        Noted::Declined => "not_given declined",
    }
}
