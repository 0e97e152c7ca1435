//! A person's own pages as a browser uses them, over a small partnership; the store is clean after every answer.

mod support;

use accord::access::{Role, person_code};
use accord::base::db::{Stop, Tx};
use accord::base::fingerprint;
use accord::booking::place::place_many;
use accord::booking::{Pick, PlaceCourse, batch, store};
use accord::evidence::verify;
use accord::p;
use accord::testing::{Fresh, Small};
use axum::http::StatusCode;
use support::{Answered, Service, key};

struct World {
    service: Service,
    small: Small,
}

impl World {
    /// Two appointments for the first person, as a plan gives them: days `days` of the campaign, live and unanswered.
    fn with(days: [usize; 2]) -> Self {
        Self::on(Fresh::lite(), days)
    }

    fn on(fresh: Fresh, days: [usize; 2]) -> Self {
        let small = Small::build(&fresh, 2);
        let world = Self { service: Service::bare(fresh), small };
        let (campaign, want) = (world.small.campaign, world.want(0, days));
        world.write(move |tx| {
            let batch = batch::open(tx, campaign)?;
            place_many(tx, batch, std::slice::from_ref(&want))?;
            batch::settle_live(tx, batch)
        });
        world
    }

    fn want(&self, person: usize, days: [usize; 2]) -> PlaceCourse {
        let picks = days.iter().zip(1..).map(|(day, appointment)| Pick { appointment, slot: self.small.slots[*day] });
        PlaceCourse { person: self.small.people[person], campaign: self.small.campaign, picks: picks.collect() }
    }

    fn write<T, R>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static) -> T
    where
        T: Send + 'static,
        R: Send + std::fmt::Debug + 'static,
    {
        self.service.fresh.db.write_now(&self.service.fresh.who, f).expect("written")
    }

    fn sql(&self, statement: &'static str) {
        self.write(move |tx| tx.run(statement, p![]).map_err(Stop::<()>::Store));
    }

    fn one(&self, statement: &'static str) -> String {
        let (text,): (String,) =
            self.service.fresh.db.read_now(&self.service.fresh.who, move |tx| tx.one(statement, p![])).expect("read");
        text
    }

    /// Signed in by code and date of birth, as a person does.
    fn enter(&self, person: usize) -> String {
        let person = self.small.people[person];
        let code = self.write(move |tx| person_code::issue(tx, &key(), person).map_err(Stop::<()>::Store));
        let form = format!("key=door-{code}&code={code}&day=29&month=2&year=1980");
        let answer = self.service.post("/b", "", &form);
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/b/appointments"));
        answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
    }

    fn clean(&self) {
        self.write(|tx| accord::base::audit::seal(tx, 10_000).map_err(Stop::<()>::Store));
        self.write(|tx| accord::partnership::ledger::seal(tx, 10_000).map_err(Stop::<()>::Store));
        let findings = self.service.fresh.db.read_now(&self.service.fresh.who, verify::verify).expect("verified");
        let broken: Vec<_> = findings.iter().filter(|f| f.violations.unwrap_or(0) > 0).collect();
        assert!(broken.is_empty(), "{broken:?}");
    }

    fn fingerprint(&self) -> String {
        self.service.fresh.db.read_now(&self.service.fresh.who, fingerprint::of).expect("hashed")
    }

    /// The days of the person's live bookings, as days of the campaign.
    fn days(&self, person: usize) -> Vec<usize> {
        let (person, campaign) = (self.small.people[person], self.small.campaign);
        let read = move |tx: &mut Tx<'_>| store::seen_of(tx, person, campaign);
        let live = self.service.fresh.db.read_now(&self.service.fresh.who, read).expect("read");
        live.iter().map(|b| self.small.slots.iter().position(|slot| *slot == b.slot).expect("a slot of ours")).collect()
    }

    fn get(&self, path: &str, cookie: &str) -> Answered {
        self.service.get(path, cookie)
    }

    /// Sends a form, follows it to the page after it, and checks the store.
    fn send(&self, path: &str, cookie: &str, form: &str) -> Answered {
        let answer = self.service.post(path, cookie, form);
        self.clean();
        if answer.status != StatusCode::SEE_OTHER {
            return answer;
        }
        self.get(answer.header("location"), cookie)
    }

    /// Presses a time, and follows to the page that shows what would be.
    fn hold(&self, n: u16, cookie: &str, wish: &str) -> Answered {
        self.send(&format!("/b/change/{n}/hold"), cookie, &format!("key=h&slot={wish}"))
    }

    /// The button's value of the choice at this slot.
    fn wish(&self, page: &Answered, slot: usize) -> String {
        let id = self.small.slots[slot].to_string();
        let values = page.body.split("name=\"slot\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let found = values.map(str::to_owned).find(|value| value.split('.').nth(1) == Some(id.as_str()));
        found.unwrap_or_else(|| panic!("no button for day {slot}: {}", page.body))
    }
}

fn says(answer: &Answered, words: &str) {
    assert!(answer.body.contains(words), "{} does not say {words:?}: {}", answer.status, answer.body);
}

#[test]
fn both_appointments_are_seen_and_confirmed_once() {
    sees_and_confirms(&World::with([0, 21]));
}

#[test]
#[cfg(feature = "postgres")]
fn both_appointments_are_seen_and_confirmed_once_on_postgresql() {
    sees_and_confirms(&World::on(Fresh::postgres(), [0, 21]));
}

fn sees_and_confirms(world: &World) {
    let me = world.enter(0);
    let before = world.fingerprint();
    let page = world.get("/b/appointments", &me);
    for words in [
        "Your appointments, <bdi>Person 0</bdi>",
        "Monday 4 January 2027, ",
        "Monday 25 January 2027, ",
        "9am",
        "The Site",
        "Confirm both appointments",
        "about 9 minutes by car",
        "your places stay yours",
    ] {
        says(&page, words);
    }
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!page.body.contains("Alpha"), "no product on a person's page");
    assert_eq!(world.fingerprint(), before, "looking changes nothing");
    says(&world.send("/b/confirm", &me, "key=k1"), "Both appointments are confirmed");
    let after = world.fingerprint();
    let again = world.service.post("/b/confirm", &me, "key=k1");
    assert_eq!((again.status, again.header("location")), (StatusCode::SEE_OTHER, "/b/done?what=confirmed"));
    assert_eq!(world.fingerprint(), after, "the same form twice is one");
    assert_eq!(world.one("SELECT state FROM offer WHERE state = 'confirmed'"), "confirmed");
    // Another form under the same key is no form of ours.
    assert_eq!(world.service.post("/b/cancel", &me, "key=k1").status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = world.get("/b/appointments", &me);
    says(&page, "Cancel both appointments");
    assert!(!page.body.contains("Confirm both"));
}

#[test]
fn one_of_two_changes_and_the_other_stays() {
    changes_one(&World::with([2, 23]));
}

#[test]
#[cfg(feature = "postgres")]
fn one_of_two_changes_and_the_other_stays_on_postgresql() {
    changes_one(&World::on(Fresh::postgres(), [2, 23]));
}

fn changes_one(world: &World) {
    let me = world.enter(0);
    let before = world.fingerprint();
    let page = world.get("/b/change/2", &me);
    assert!(page.body.matches("<h2><bdi>").count() >= 10, "ten days: {}", page.body);
    says(&page, "Show later dates");
    let wish = world.wish(&page, 24);
    says(&world.get(&format!("/b/change/2/check?slot={wish}"), &me), "We no longer keep that time for you");
    assert_eq!(world.fingerprint(), before, "looking takes nothing");
    let check = world.hold(2, &me, &wish);
    for words in [
        "Check your new appointments",
        "Thursday 28 January 2027, ",
        "Wednesday 6 January",
        "We keep this time for you until 8:10am.",
        &wish,
    ] {
        says(&check, words);
    }
    assert!(!check.body.contains("Both appointments change"));
    assert_eq!(world.one("SELECT CAST(taken AS TEXT) FROM slot WHERE date = '2027-01-28'"), "1");
    says(&world.send("/b/change", &me, &format!("key=k2&slot={wish}")), "Your appointments have changed");
    assert_eq!(world.days(0), [2, 24]);
    // The button of the old page stands for what is no more.
    let stale = world.send("/b/change", &me, &format!("key=k3&slot={wish}"));
    assert_eq!(stale.status, StatusCode::CONFLICT);
    says(&stale, "changed while you were looking");
    assert_eq!(world.days(0), [2, 24]);
}

#[test]
fn when_the_other_no_longer_fits_both_move_together_or_not_at_all() {
    let world = World::with([0, 21]);
    let me = world.enter(0);
    let page = world.get("/b/change/1?order=place", &me);
    says(&page, "Your other appointment would move to");
    // Days 0 to 2 keep day 21; from day 3 on it is under 19 days away.
    assert!(!world.wish(&page, 2).contains('~'));
    let wish = world.wish(&page, 9);
    assert!(wish.contains('~'), "{wish}");
    let check = world.hold(1, &me, &wish);
    says(&check, "Both appointments change");
    says(&check, "We keep these times for you until 8:10am.");
    let alone = wish.split('~').next().expect("the first");
    let refused = world.send("/b/change", &me, &format!("key=k1&slot={alone}"));
    assert_eq!(refused.status, StatusCode::CONFLICT);
    says(&refused, "These times do not go together");
    assert_eq!(world.days(0), [0, 21]);
    says(&world.send("/b/change", &me, &format!("key=k2&slot={wish}")), "Your appointments have changed");
    assert_eq!(world.days(0), [9, 30], "the ideal interval of 21 days");
}

#[test]
fn a_time_taken_meanwhile_is_refused_and_nothing_is_lost() {
    let world = World::with([2, 23]);
    let me = world.enter(0);
    let page = world.get("/b/change/2", &me);
    let wish = world.wish(&page, 25);
    world.sql("UPDATE slot SET capacity = taken WHERE date = '2027-01-29'");
    let refused = world.send("/b/change", &me, &format!("key=k1&slot={wish}"));
    assert_eq!(refused.status, StatusCode::CONFLICT);
    for words in [
        "Somebody else has just taken that time",
        "Nothing has changed. You still have:",
        "Wednesday 27 January 2027, ",
        "/b/change/2",
    ] {
        says(&refused, words);
    }
    assert_eq!(world.days(0), [2, 23]);
    world.sql("UPDATE slot SET capacity = 4 WHERE date = '2027-01-29'");
    says(&world.send("/b/change", &me, &format!("key=k2&slot={wish}")), "Your appointments have changed");
}

#[test]
fn times_that_cant_be_had_all_get_one_answer() {
    let world = World::with([2, 23]);
    let me = world.enter(0);
    let other = world.want(1, [5, 26]);
    world.write(move |tx| accord::booking::place::place(tx, &other).map(drop));
    world.sql("UPDATE slot SET capacity = 1 WHERE date = '2027-01-30'");
    let full = world.small.slots[26].to_string();
    let nowhere = "00000000-0000-7000-8000-00000000dead";
    let had = world.one("SELECT id FROM booking WHERE appointment = 2 AND live = 1 AND state = 'assigned'");
    let theirs = world.one("SELECT id FROM booking WHERE appointment = 2 AND live = 1 AND state = 'confirmed'");
    let free = world.small.slots[27].to_string();
    let wishes = [
        format!("2.{full}.{had}.1"),
        format!("2.{nowhere}.{had}.1"),
        format!("2.{full}.{theirs}.1"),
        format!("2.{free}.{theirs}.1"),
        format!("2.{free}.{had}.9"),
        "x".into(),
    ];
    world.clean();
    let before = world.fingerprint();
    let one_answer = |answers: Vec<String>, words: &str| {
        assert!(answers.iter().all(|body| *body == answers[0]), "{answers:?}");
        assert!(answers[0].contains(words) && !answers[0].contains("30 January"), "{}", answers[0]);
    };
    let held = wishes.iter().map(|wish| without_keys(&world.hold(2, &me, wish).body));
    one_answer(held.collect(), "That time is no longer free");
    let looked = |wish: &String| without_keys(&world.get(&format!("/b/change/2/check?slot={wish}"), &me).body);
    one_answer(wishes.iter().map(looked).collect(), "We no longer keep that time for you");
    assert_eq!(world.fingerprint(), before, "what is refused leaves nothing");
    says(&world.hold(2, &me, &format!("2.{free}.{had}.1")), "Check your new appointments");
    // The other person's page is their own: a code opens one person.
    let theirs = world.enter(1);
    let page = world.get("/b/appointments", &theirs);
    says(&page, "Person 1");
    assert!(!page.body.contains("Person 0") && !page.body.contains("27 January"));
}

#[test]
fn a_time_is_kept_while_it_is_looked_at_and_no_longer() {
    keeps(&World::with([2, 23]));
}

#[test]
#[cfg(feature = "postgres")]
fn a_time_is_kept_while_it_is_looked_at_and_no_longer_on_postgresql() {
    keeps(&World::on(Fresh::postgres(), [2, 23]));
}

fn keeps(world: &World) {
    world.sql("UPDATE slot SET capacity = 1 WHERE date IN ('2027-01-28', '2027-01-29')");
    let other = world.want(1, [3, 22]);
    world.write(move |tx| accord::booking::place::place(tx, &other).map(drop));
    let (me, they) = (world.enter(0), world.enter(1));
    let wish = world.wish(&world.get("/b/change/2", &me), 24);
    let theirs = world.wish(&world.get("/b/change/2", &they), 24);
    world.hold(2, &me, &wish);
    let refused = world.hold(2, &they, &theirs);
    assert_eq!(refused.status, StatusCode::CONFLICT);
    says(&refused, "That time is no longer free");
    // To its holder it is still offered; another time takes its place.
    assert_eq!(world.wish(&world.get("/b/change/2", &me), 24), wish);
    let other = world.wish(&world.get("/b/change/2", &me), 25);
    says(&world.hold(2, &me, &other), "Friday 29 January 2027, ");
    says(&world.get(&format!("/b/change/2/check?slot={wish}"), &me), "We no longer keep that time for you");
    // The same button twice holds once.
    says(&world.hold(2, &me, &other), "We keep this time for you until 8:10am.");
    assert_eq!(world.one("SELECT CAST(COUNT(*) AS TEXT) FROM hold"), "1");
    // After ten minutes it is anybody's, also before somebody has swept.
    world.service.fresh.db.clock.advance_us(accord::booking::hold::KEPT_US);
    let gone = world.get(&format!("/b/change/2/check?slot={other}"), &me);
    says(&gone, "We no longer keep that time for you");
    says(&gone, "Choose a time again");
    let moved = theirs.replace(&world.small.slots[24].to_string(), &world.small.slots[25].to_string());
    says(&world.hold(2, &they, &moved), "We keep this time for you until 8:20am.");
    let late = world.send("/b/change", &me, &format!("key=k1&slot={other}"));
    assert_eq!(late.status, StatusCode::CONFLICT);
    says(&late, "Somebody else has just taken that time");
    says(&world.send("/b/change", &they, &format!("key=k2&slot={moved}")), "Your appointments have changed");
    assert_eq!((world.days(0), world.days(1)), (vec![2, 23], vec![3, 25]));
    assert_eq!(world.one("SELECT CAST(COUNT(*) AS TEXT) FROM hold"), "0");
}

/// A page without what is new in every answer.
fn without_keys(body: &str) -> String {
    let mut parts = body.split("name=\"key\" value=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('"').map_or("", |(_, rest)| rest))
}

#[test]
fn declining_closes_and_can_be_taken_back() {
    let world = World::with([0, 21]);
    let me = world.enter(0);
    let empty = world.send("/b/decline", &me, "key=k1");
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(&empty, "Choose a reason, or that you would rather not say.");
    assert_eq!(world.days(0), [0, 21]);
    says(&world.send("/b/decline", &me, "key=k2&reason=unsaid"), "You have declined");
    assert!(world.days(0).is_empty());
    assert_eq!(
        world.one("SELECT evidence FROM offer WHERE state = 'declined'"),
        "the person said so on their page: unsaid"
    );
    says(&world.get("/b/appointments", &me), "Ask for appointments again");
    says(&world.send("/b/reopen", &me, "key=k3"), "We are looking for appointments for you");
    assert_eq!(world.one("SELECT kind FROM event WHERE kind = 'offer.reopened'"), "offer.reopened");
    assert_eq!(world.get("/b/calendar.ics", &me).status, StatusCode::NOT_FOUND);
}

#[test]
fn had_elsewhere_closes_with_the_day_as_evidence() {
    let world = World::with([0, 21]);
    let me = world.enter(0);
    let later = world.send("/b/elsewhere", &me, "key=k1&day=31&month=12&year=2027");
    assert_eq!(later.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(&later, "That day is still to come");
    let done = world.send("/b/elsewhere", &me, "key=k2&day=12&month=11&year=2026");
    says(&done, "Thank you for telling us");
    assert!(world.days(0).is_empty());
    assert!(world.one("SELECT evidence FROM offer WHERE state = 'had_elsewhere'").ends_with("had it on 2026-11-12"));
}

#[test]
fn cancelling_leaves_an_offer_that_somebody_owns() {
    let world = World::with([0, 21]);
    let me = world.enter(0);
    says(&world.get("/b/cancel", &me), "Do you want to cancel both appointments?");
    says(&world.send("/b/cancel", &me, "key=k1"), "Your appointments are cancelled");
    assert!(world.days(0).is_empty());
    let owner =
        "SELECT state || ' ' || owner_role FROM offer WHERE reason = 'cancelled_by_person' AND next_on IS NOT NULL";
    assert_eq!(world.one(owner), "waiting employer_contact");
    let twice = world.send("/b/cancel", &me, "key=k2");
    assert_eq!(twice.status, StatusCode::CONFLICT);
    says(&world.send("/b/reopen", &me, "key=k3"), "We are looking for appointments for you");
}

#[test]
fn the_calendar_holds_both_and_keeps_its_names_through_changes() {
    let world = World::with([2, 23]);
    let me = world.enter(0);
    let first = world.get("/b/calendar.ics", &me);
    assert_eq!(first.header("content-type"), "text/calendar; charset=utf-8");
    for line in ["DTSTART:20270106T090000Z", "DTSTART:20270127T090000Z", "SEQUENCE:1"] {
        says(&first, line);
    }
    assert!(!first.body.contains("Alpha") && !first.body.to_lowercase().contains("vaccin"));
    let wish = world.wish(&world.get("/b/change/2", &me), 24);
    world.send("/b/change", &me, &format!("key=k1&slot={wish}"));
    let second = world.get("/b/calendar.ics", &me);
    says(&second, "DTSTART:20270128T090000Z");
    says(&second, "SEQUENCE:3");
    let uids = |text: &str| text.lines().filter(|l| l.starts_with("UID:")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(uids(&first.body), uids(&second.body));
}

#[test]
fn what_lies_behind_is_shown_and_not_changed() {
    let world = World::with([0, 21]);
    world.service.fresh.db.clock.advance_us(10 * 86_400_000_000);
    let me = world.service.cookie(Role::Person { person: world.small.people[0] });
    says(&world.get("/b/appointments", &me), "this time has passed");
    says(&world.get("/b/change/1", &me), "There is no such appointment to change");
    let page = world.get("/b/change/2", &me);
    assert!(!page.body.contains("would move"), "the first can't move any more");
    says(&page, "Choose a new time");
    says(&world.send("/b/cancel", &me, "key=k1"), "this time has passed");
    assert_eq!(world.days(0), [0]);
}
