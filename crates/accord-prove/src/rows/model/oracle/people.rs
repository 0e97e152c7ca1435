//! What the rules of booking allow, what people do with it, and what a plan does for them.

use super::{
    Booking, CLOSING, DAYS, Done, Hold, KEPT, MINUTE, Need, Offer, Oracle, PEOPLE, Pick, day, in_team, on_shift, site,
    starts,
};

impl Oracle {
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

    pub(super) fn place(&mut self, person: usize, picks: &[Pick], released: &[usize]) -> Done {
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

    pub(super) fn settle_after(&mut self, person: usize) {
        self.settle(person);
        let (live, today) = (self.live(person), self.today());
        if live.len() == self.course {
            let to_come = live.iter().filter(|b| !b.given()).map(|b| day(b.slot)).filter(|on| *on >= today);
            self.offers[person].next = Some(to_come.min().unwrap_or(today));
        }
    }

    pub(super) fn wait(&mut self, person: usize, reason: Option<&'static str>) {
        self.offers[person] = Offer { state: "waiting", reason, next: Some(self.today() + 1) };
    }

    pub(super) fn hold(&mut self, person: usize, picks: &[Pick], only: bool) -> Done {
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

    pub(super) fn confirm(&mut self, person: usize) -> Done {
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

    pub(super) fn release(&mut self, seq: usize, state: &'static str, reason: &'static str) {
        let Some(b) = self.at(seq) else { return };
        b.state = state;
        b.reason = Some(reason);
        b.version += 1;
        let person = b.person;
        self.let_go(person);
    }

    pub(super) fn rebook(&mut self, person: usize, picks: &[Pick], shown: &[(usize, u32)]) -> Done {
        let released = self.release_for(person, picks, shown)?;
        self.place(person, picks, &released)
    }

    /// [`Oracle::rebook`] of somebody at the clinic's door: they are away from their team already.
    pub(super) fn rebook_here(&mut self, person: usize, picks: &[Pick], shown: &[(usize, u32)]) -> Done {
        let released = self.release_for(person, picks, shown)?;
        self.allowed(person, picks, &released)?;
        self.let_go(person);
        let mut need = self.need_of(person, picks.iter().map(|(_, slot)| *slot));
        need.team.clear();
        self.ask(&need)?;
        for pick in picks {
            self.make(person, *pick, "confirmed", false);
            if let Some(made) = self.bookings.last_mut() {
                made.on_shift = false;
            }
        }
        self.settle(person);
        Ok(())
    }

    /// Gives back what stands in the place of `picks`, if it is as it was shown.
    fn release_for(
        &mut self,
        person: usize,
        picks: &[Pick],
        shown: &[(usize, u32)],
    ) -> Result<Vec<usize>, &'static str> {
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
        Ok(released)
    }

    pub(super) fn cancel(&mut self, person: usize, nth: usize, stale: bool) -> Done {
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

    pub(super) fn cancel_all(&mut self, person: usize) -> Done {
        let ahead: Vec<Booking> =
            self.seen(person).into_iter().filter(|b| starts(b.slot) > self.now && !b.given()).collect();
        if ahead.is_empty() {
            return Err("no_such_booking");
        }
        ahead.iter().for_each(|b| self.release(b.seq, "cancelled", "by_person"));
        self.wait(person, Some("cancelled_by_person"));
        Ok(())
    }

    pub(super) fn close_offer(&mut self, person: usize, state: &'static str) -> Done {
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

    pub(super) fn reopen(&mut self, person: usize) -> Done {
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

    /// Several people at once, as a plan's or as their own choice.
    pub(super) fn place_together(&mut self, wants: &[(usize, Vec<Pick>)], planned: bool) {
        let fine: Vec<&(usize, Vec<Pick>)> =
            wants.iter().filter(|(person, picks)| self.allowed(*person, picks, &[]).is_ok()).collect();
        let held: Vec<_> = fine.iter().flat_map(|(person, _)| self.taken_out(*person)).collect();
        let mut together = Need::default();
        for (person, picks) in &fine {
            let need = self.need_of(*person, picks.iter().map(|(_, slot)| *slot));
            together.team.extend(need.team);
            together.allocation += need.allocation;
            together.stock += need.stock;
            together.places.extend(need.places);
        }
        // All fit at once; or one after another, and whoever does not fit is left out with all that they hold.
        if !fine.is_empty() && self.ask(&together).is_err() {
            self.holds.extend(held);
        }
        for (person, picks) in fine {
            let held = self.taken_out(*person);
            let need = self.need_of(*person, picks.iter().map(|(_, slot)| *slot));
            if self.ask(&need).is_err() {
                self.holds.extend(held);
                continue;
            }
            let state = if planned { "assigned" } else { "confirmed" };
            picks.iter().for_each(|pick| self.make(*person, *pick, state, planned));
            if !planned && !picks.is_empty() {
                self.settle(*person);
            }
        }
    }

    fn taken_out(&mut self, person: usize) -> Vec<Hold> {
        self.holds.extract_if(.., |h| h.person == person).collect()
    }

    // A plan's bookings.

    pub(super) fn place_many(&mut self, wants: &[(usize, Vec<Pick>)]) -> Done {
        if !self.batch {
            return Err("batch_settled");
        }
        self.place_together(wants, true);
        Ok(())
    }

    pub(super) fn batch_live(&mut self) -> Done {
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

    pub(super) fn batch_undo(&mut self) -> Done {
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
}
