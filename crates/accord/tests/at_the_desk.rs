//! The clinic's desk over HTTP: three taps a person, other teams kept out, and employers' pages that tell nothing of it.

mod support;

use accord::access::Role;
use accord::base::db::{Stop, Tx};
use accord::base::ids::SiteId;
use accord::booking::place::place;
use accord::booking::{Booking, Pick, PlaceCourse};
use accord::evidence::verify::verify;
use accord::testing::{Fresh, Small};
use axum::http::StatusCode;
use support::{Answered, Service};

const HOUR: i64 = 3_600_000_000;

struct Desk {
    service: Service,
    small: Small,
    team: String,
    bookings: Vec<Booking>,
}

impl Desk {
    /// The first two people are booked at nine today, the third tomorrow.
    fn on(fresh: Fresh) -> Self {
        let small = Small::build(&fresh, 1);
        let service = Service::bare(fresh);
        let (people, slots, campaign) = (small.people, small.slots.clone(), small.campaign);
        let book = move |tx: &mut Tx<'_>| {
            let mut made = Vec::new();
            // A second of the team on one day would be too many, so the third person, who has no rota, comes tomorrow.
            for (n, day) in [(0, 0), (2, 1)] {
                let picks = vec![Pick { appointment: 1, slot: slots[day] }];
                made.extend(place(tx, &PlaceCourse { person: people[n], campaign, picks })?);
            }
            Ok::<_, Stop<accord::booking::BookingRefusal>>(made)
        };
        let bookings = service.fresh.db.write_now(&service.fresh.who, book).expect("booked");
        let team = service.cookie(Role::ClinicTeam { site: small.site });
        Self { service, small, team, bookings }
    }

    fn day(&self) -> String {
        format!("/sites/{}/2027-01-04", self.small.site)
    }

    fn list(&self) -> String {
        let page = self.service.get(&self.day(), &self.team);
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        page.body
    }

    fn send(&self, to: &str, form: &str) -> Answered {
        let answer = self.service.post(&format!("{}/{to}", self.day()), &self.team, form);
        accord::app::seal_now(&self.service.fresh.db, &self.service.fresh.who).expect("sealed");
        for finding in self.service.fresh.db.read_now(&self.service.fresh.who, verify).expect("verified") {
            assert_eq!(finding.violations.unwrap_or(0), 0, "{finding:?}");
        }
        answer
    }

    /// Sends a form that must go through, and answers the list after it.
    fn done(&self, to: &str, form: &str) -> String {
        let answer = self.send(to, form);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(answer.header("location").starts_with(&self.day()), "{}", answer.header("location"));
        self.list()
    }

    /// What the employer contact sees on their page; keys of forms and the clock taken out.
    fn employer(&self) -> String {
        let contact = self.service.cookie(Role::EmployerContact { organisation: self.small.employer });
        let page = self.service.get(&format!("/organisations/{}", self.small.employer), &contact);
        assert_eq!(page.status, StatusCode::OK);
        let parts =
            page.body.split(" name=\"key\" value=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest));
        parts.collect::<Vec<_>>().join("")
    }

    fn person(&self) -> String {
        let cookie = self.service.cookie(Role::Person { person: self.small.people[0] });
        self.service.get("/b/appointments", &cookie).body
    }
}

fn has(page: &str, words: &[&str]) {
    for word in words {
        assert!(page.contains(word), "not said: {word:?}: {page}");
    }
}

fn counts(page: &str) -> Vec<u32> {
    let numbers = page.split("<dd>").skip(1).filter_map(|rest| rest.split("</dd>").next()?.parse().ok());
    numbers.take(4).collect()
}

#[test]
fn one_person_takes_two_taps_and_may_be_corrected() {
    taps(&Desk::on(Fresh::lite()));
}

#[test]
#[cfg(feature = "postgres")]
fn one_person_takes_two_taps_and_may_be_corrected_on_postgresql() {
    taps(&Desk::on(Fresh::postgres()));
}

fn taps(desk: &Desk) {
    let (before, id) = (desk.employer(), desk.bookings[0].id);
    let page = desk.list();
    has(&page, &["Check in by reference", "Check in<span"]);
    assert_eq!(counts(&page), [1, 0, 0, 0]);
    assert!(!page.contains("name=\"batch\""), "no outcome before check-in");
    let page = desk.done("check-in", &format!("key=k1&booking={id}"));
    has(&page, &["here 8am, 60 minutes early", "name=\"batch\"", "Not given"]);
    assert_eq!(counts(&page), [1, 1, 0, 0]);
    let page = desk.done("outcome", &format!("key=k2&booking={id}&seen=1&batch=fx+12-34&what=given"));
    has(&page, &["given, batch FX 12-34", "Correct"]);
    assert_eq!(counts(&page), [1, 0, 1, 0]);
    has(&desk.person(), &["you had it", "You have had everything that was planned for you."]);
    assert_eq!(desk.employer(), before, "an employer sees no outcome");
    let page = desk.done("outcome", &format!("key=k3&booking={id}&seen=2&batch=&what=unwell"));
    has(&page, &["not given: unwell today"]);
    has(&desk.person(), &["not given that day", "Choose new times on this page now, or let us look for you."]);
    assert_eq!(desk.employer(), before, "nor that there was none");
    // Sent again, a form does its work once; what somebody else corrected meanwhile stands.
    assert_eq!(
        desk.send("outcome", &format!("key=k3&booking={id}&seen=2&batch=&what=unwell")).status,
        StatusCode::SEE_OTHER
    );
    let stale = desk.send("outcome", &format!("key=k4&booking={id}&seen=2&batch=B2&what=given"));
    assert_eq!(stale.status, StatusCode::CONFLICT);
    has(&stale.body, &["Somebody else noted something"]);
    let wrong = desk.send("outcome", &format!("key=k5&booking={id}&seen=3&batch=%22&what=given"));
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn who_does_not_come_is_marked_by_one_button() {
    missed(Desk::on(Fresh::lite()));
}

#[test]
#[cfg(feature = "postgres")]
fn who_does_not_come_is_marked_by_one_button_on_postgresql() {
    missed(Desk::on(Fresh::postgres()));
}

fn missed(mut desk: Desk) {
    let before = desk.employer();
    let early = desk.send("close", "key=k1");
    assert_eq!(early.status, StatusCode::CONFLICT);
    has(&early.body, &["The clinic has not closed yet."]);
    desk.service.fresh.db.clock.advance_us(2 * HOUR);
    // Nobody stays signed in that long without a sign of life.
    desk.team = desk.service.cookie(Role::ClinicTeam { site: desk.small.site });
    let page = desk.list();
    has(&page, &["Mark 1 person as missing", "not here"]);
    assert_eq!(counts(&page), [1, 0, 0, 1]);
    let page = desk.done("close", "key=k2");
    has(&page, &["missed"]);
    assert!(!page.contains("as missing"));
    has(
        &desk.person(),
        &[
            "missed appointment",
            "You missed your appointment.",
            "Choose new times on this page now, or let us look for you.",
        ],
    );
    let same = |page: String| page.replace("10:00am", "8:00am").replace("10am", "8am");
    assert_eq!(same(desk.employer()), same(before), "an employer does not see who came");
}

#[test]
fn who_stands_at_the_wrong_desk_is_told_and_may_be_taken() {
    let desk = Desk::on(Fresh::lite());
    let tomorrow = &desk.bookings[1];
    let told = desk.send("check-in", &format!("key=k1&reference={}", tomorrow.reference));
    assert_eq!(told.status, StatusCode::CONFLICT);
    has(&told.body, &["The Site, Tuesday 5 January", "Take them here at 9am"]);
    assert!(!told.body.contains("Person 2"), "a reference shows no name");
    let page = desk.done("take", &format!("key=k2&booking={}&version={}", tomorrow.id, tomorrow.version));
    assert_eq!(counts(&page), [2, 1, 0, 0]);
    let page = desk.done("check-in", "key=k3&name=person+0+test&day=29&month=2&year=1980");
    assert_eq!(counts(&page), [2, 2, 0, 0]);
    for (form, status) in [
        ("reference=K7Q", StatusCode::UNPROCESSABLE_ENTITY),
        ("name=person&day=31&month=2&year=1980", StatusCode::UNPROCESSABLE_ENTITY),
        ("name=nobody&day=29&month=2&year=1980", StatusCode::CONFLICT),
        ("", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(desk.send("check-in", &format!("key=k4&{form}")).status, status, "{form}");
    }
}

#[test]
fn a_team_of_another_site_notes_nothing() {
    let desk = Desk::on(Fresh::lite());
    let other: SiteId = SiteId::from_uuid(support::uuid(99));
    let stranger = desk.service.cookie(Role::ClinicTeam { site: other });
    let id = desk.bookings[0].id;
    for form in ["check-in", "take", "outcome", "close"] {
        let to = format!("{}/{form}", desk.day());
        let body = format!("key=k1&booking={id}&version=1&seen=0&what=unwell");
        assert_eq!(desk.service.post(&to, &stranger, &body).status, StatusCode::NOT_FOUND, "{form}");
    }
    // From their own desk they learn where the person is expected, and can note nothing for them.
    let own = format!("/sites/{other}/2027-01-04");
    let answer =
        desk.service.post(&format!("{own}/outcome"), &stranger, &format!("key=k2&booking={id}&seen=0&what=unwell"));
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(!answer.body.contains("The Site") && !answer.body.contains("Person"), "{}", answer.body);
    assert_eq!(counts(&desk.list()), [1, 0, 0, 0]);
}
