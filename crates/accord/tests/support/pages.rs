//! A small partnership behind its pages: forms as a browser sends them, and the store verified after each.

use super::{Answered, Service};
use accord::access::Role;
use accord::base::db::{Stop, Tx};
use accord::base::fingerprint;
use accord::base::ids::PersonId;
use accord::booking::{Booking, Pick, PlaceCourse, store};
use accord::evidence::verify;
use accord::p;
use accord::testing::{Fresh, Small};
use axum::http::StatusCode;
use std::cell::Cell;

pub struct Pages {
    pub service: Service,
    pub small: Small,
    keys: Cell<u32>,
}

impl Pages {
    pub fn over(fresh: Fresh, appointments: u16) -> Self {
        let small = Small::build(&fresh, appointments);
        Self { service: Service::bare(fresh), small, keys: Cell::new(0) }
    }

    pub fn me(&self, person: usize) -> String {
        self.service.cookie(Role::Person { person: self.small.people[person] })
    }

    pub fn operator(&self) -> String {
        self.service.cookie(Role::BookingOperator)
    }

    /// A form's key that was never used.
    pub fn key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        format!("form-{}", self.keys.get())
    }

    pub fn write<T, R>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static) -> T
    where
        T: Send + 'static,
        R: Send + std::fmt::Debug + 'static,
    {
        self.service.fresh.db.write_now(&self.service.fresh.who, f).expect("written")
    }

    pub fn sql(&self, statement: &'static str) {
        self.write(move |tx| tx.run(statement, p![]).map_err(Stop::<()>::Store));
    }

    pub fn text(&self, statement: &'static str) -> String {
        let read = move |tx: &mut Tx<'_>| tx.one(statement, p![]);
        let (text,): (String,) = self.service.fresh.db.read_now(&self.service.fresh.who, read).expect("read");
        text
    }

    pub fn number(&self, statement: &'static str) -> i64 {
        let read = move |tx: &mut Tx<'_>| tx.one(statement, p![]);
        let (n,): (i64,) = self.service.fresh.db.read_now(&self.service.fresh.who, read).expect("read");
        n
    }

    pub fn want(&self, person: usize, days: &[usize]) -> PlaceCourse {
        let picks = days.iter().zip(1..).map(|(day, appointment)| Pick { appointment, slot: self.small.slots[*day] });
        PlaceCourse { person: self.small.people[person], campaign: self.small.campaign, picks: picks.collect() }
    }

    pub fn live(&self, person: PersonId) -> Vec<Booking> {
        let campaign = self.small.campaign;
        let read = move |tx: &mut Tx<'_>| store::seen_of(tx, person, campaign);
        self.service.fresh.db.read_now(&self.service.fresh.who, read).expect("read")
    }

    /// The days of a person's live bookings, as days of the campaign.
    pub fn days(&self, person: usize) -> Vec<usize> {
        let at = |b: &Booking| self.small.slots.iter().position(|slot| *slot == b.slot).expect("a slot of ours");
        self.live(self.small.people[person]).iter().map(at).collect()
    }

    pub fn fingerprint(&self) -> String {
        self.service.fresh.db.read_now(&self.service.fresh.who, fingerprint::of).expect("hashed")
    }

    pub fn clean(&self) {
        accord::app::seal_now(&self.service.fresh.db, &self.service.fresh.who).expect("sealed");
        let findings = self.service.fresh.db.read_now(&self.service.fresh.who, verify::verify).expect("verified");
        let broken: Vec<_> = findings.iter().filter(|f| f.violations.unwrap_or(0) > 0).collect();
        assert!(broken.is_empty(), "{broken:?}");
    }

    pub fn get(&self, path: &str, cookie: &str) -> Answered {
        self.service.get(path, cookie)
    }

    /// Sends a form with a key of its own, follows it to the page after it, and checks the store.
    pub fn send(&self, path: &str, cookie: &str, form: &str) -> Answered {
        let answer = self.post(path, cookie, form);
        if answer.status != StatusCode::SEE_OTHER {
            return answer;
        }
        self.get(answer.header("location"), cookie)
    }

    /// As [`Self::send`], and follows nothing.
    pub fn post(&self, path: &str, cookie: &str, form: &str) -> Answered {
        let answer = self.service.post(path, cookie, &format!("key={}&{form}", self.key()));
        self.clean();
        answer
    }

    /// Opens a person's pages to an operator; where they begin.
    pub fn open(&self, cookie: &str, person: usize) -> String {
        let person = self.small.people[person];
        let opened = self.post("/desk/open", cookie, &format!("purpose=they_rang&person={person}"));
        assert_eq!(opened.header("location"), format!("/desk/people/{person}/appointments"), "{}", opened.body);
        format!("/desk/people/{person}")
    }

    /// The value of the button of a page whose first choice is this slot.
    pub fn wish(&self, page: &Answered, slot: usize) -> String {
        let id = self.small.slots[slot].to_string();
        let values = page.body.split("name=\"slot\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let found = values.map(str::to_owned).find(|value| value.split(['.', '~']).nth(1) == Some(id.as_str()));
        found.unwrap_or_else(|| panic!("no button for day {slot}: {}", page.body))
    }
}

pub fn says(answer: &Answered, words: &[&str]) {
    for word in words {
        assert!(answer.body.contains(word), "{} does not say {word:?}: {}", answer.status, answer.body);
    }
}
