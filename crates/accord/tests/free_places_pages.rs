//! Places that come free, as browsers use them: the person, the campaign lead, the clinic. The store is clean after every step.

mod support;

use accord::access::{Role, person_code};
use accord::base::db::{Stop, Tx};
use accord::booking::{standby_draw, timed_offer};
use accord::evidence::verify;
use accord::p;
use accord::testing::{Fresh, Small};
use axum::http::StatusCode;
use support::people::more_people;
use support::{Answered, Service, key};

struct World {
    service: Service,
    small: Small,
}

impl World {
    fn new(appointments: u16) -> Self {
        let fresh = Fresh::lite();
        let small = Small::build(&fresh, appointments);
        Self { service: Service::bare(fresh), small }
    }

    fn write<T: Send + 'static, R: Send + std::fmt::Debug + 'static>(
        &self,
        f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
    ) -> T {
        self.service.fresh.db.write_now(&self.service.fresh.who, f).expect("written")
    }

    fn sql(&self, statement: &'static str) {
        self.write(move |tx| tx.run(statement, p![]).map_err(Stop::<()>::Store));
    }

    /// What the service does by itself.
    fn works(&self) {
        while self.write(|tx| timed_offer::work(tx, 1).map_err(Stop::<()>::Store)) > 0 {}
        self.write(|tx| standby_draw::work(tx, 1).map_err(Stop::<()>::Store));
    }

    fn enter(&self, person: usize) -> String {
        let person = self.small.people[person];
        let code = self.write(move |tx| person_code::issue(tx, &key(), person).map_err(Stop::<()>::Store));
        let answer = self.service.post("/b", "", &format!("key=door-{code}&code={code}&day=29&month=2&year=1980"));
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
    }

    fn send(&self, path: &str, cookie: &str, form: &str) -> Answered {
        let answer = self.service.post(path, cookie, form);
        accord::app::seal_now(&self.service.fresh.db, &self.service.fresh.who).expect("sealed");
        let findings = self.service.fresh.db.read_now(&self.service.fresh.who, verify::verify).expect("verified");
        let broken: Vec<_> = findings.iter().filter(|f| f.violations.unwrap_or(0) > 0).collect();
        assert!(broken.is_empty(), "{path}: {broken:?}");
        if answer.status == StatusCode::SEE_OTHER {
            self.service.get(answer.header("location"), cookie)
        } else {
            answer
        }
    }
}

fn says(answer: &Answered, words: &str) {
    assert!(answer.body.contains(words), "{} does not say {words:?}: {}", answer.status, answer.body);
}

/// The value of the first hidden field of this name.
fn hidden(answer: &Answered, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let rest = answer.body.split(&mark).nth(1).unwrap_or_else(|| panic!("no {name}: {}", answer.body));
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn a_person_asks_is_offered_a_course_and_takes_it() {
    let world = World::new(2);
    world.sql("UPDATE slot SET capacity = 0");
    let me = world.enter(2);
    says(&world.service.get("/b/appointments", &me), "Ask for a place that comes free");
    let form = world.service.get("/b/places", &me);
    says(&form, "Put me on the list");
    let empty = world.send("/b/places", &me, "key=k0&minutes=60&near=20");
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(&empty, "Tick at least one half-day");
    let listed = world.send("/b/places", &me, "key=k1&mon_am=yes&sun_am=yes&minutes=60&near=20&standby=yes");
    says(&listed, "You are on the list, and may be asked at short notice.");
    let lead = world.service.cookie(Role::CampaignLead { organisation: None });
    let list = world.service.get("/waiting", &lead);
    says(&list, "1 person waits for a place");
    says(&list, "Person 2");
    // Sunday 10 January and Sunday 31 January; a Tuesday between is not wished.
    world.sql("UPDATE slot SET capacity = 1 WHERE date IN ('2027-01-05', '2027-01-10', '2027-01-31')");
    world.works();
    let page = world.service.get("/b/appointments", &me);
    for words in [
        "Places have come free for you",
        "Kept for you until 10am tomorrow",
        "Sunday 10 January 2027, ",
        "Take these appointments",
    ] {
        says(&page, words);
    }
    says(&world.service.get("/waiting", &lead), "has an offer until 10am tomorrow");
    let done = world.send("/b/offer/take", &me, "key=k2");
    says(&done, "Both appointments are confirmed");
    let again = world.send("/b/offer/take", &me, "key=k2");
    says(&again, "Both appointments are confirmed");
    let late = world.send("/b/offer/take", &me, "key=k3");
    assert_eq!(late.status, StatusCode::CONFLICT);
    world.works();
    says(&world.service.get("/waiting", &lead), "taken");
    assert_eq!(world.service.get("/b/places", &me).status, StatusCode::OK);
}

#[test]
fn a_person_says_no_and_leaves() {
    let world = World::new(1);
    world.sql("UPDATE slot SET capacity = 0");
    let me = world.enter(2);
    world.send("/b/places", &me, "key=k1&mon_am=yes&thu_am=yes&minutes=60&near=20");
    world.sql("UPDATE slot SET capacity = 1 WHERE date = '2027-01-14'");
    world.works();
    let page = world.service.get("/b/appointments", &me);
    says(&page, "A place has come free for you");
    says(&world.send("/b/offer/decline", &me, "key=k2"), "Thank you for telling us");
    let page = world.service.get("/b/appointments", &me);
    says(&page, "You are on the list for places that come free");
    assert!(!page.body.contains("Kept for you until"), "{}", page.body);
    says(&world.send("/b/places/leave", &me, "key=k3"), "Ask for a place that comes free");
}

#[test]
fn everybody_without_a_place_joins_by_one_button() {
    let world = World::new(1);
    world.sql("UPDATE offer SET state = 'unplaced', reason = 'capacity_short', owner_role = 'campaign_lead'");
    world.sql("UPDATE slot SET capacity = 0");
    let lead = world.service.cookie(Role::CampaignLead { organisation: None });
    says(&world.service.get("/waiting", &lead), "Add the 3 people without a place to this list");
    let list = world.send("/waiting", &lead, "key=k1");
    says(&list, "3 people wait for a place");
    assert!(!list.body.contains("Put 3 people"), "{}", list.body);
    // The first can't: the page says who was passed over and why.
    world.sql("UPDATE person SET access_needs = 1 WHERE id = (SELECT person_id FROM waiting ORDER BY lot LIMIT 1)");
    world.sql("UPDATE slot SET capacity = 1 WHERE date = '2027-01-14'");
    let list = world.send("/waiting/offer", &lead, "key=k2");
    says(&list, "waits for an answer");
    says(&list, "nothing near enough");
}

#[test]
fn a_clinic_asks_and_the_first_yes_is_on_its_list() {
    let world = World::new(1);
    let more = more_people(&world.service.fresh, &world.small, &[1; 4]);
    world.sql("UPDATE slot SET capacity = 0");
    for (n, person) in [0, 1, 2].into_iter().enumerate() {
        let me = world.enter(person);
        let days = "mon_pm=yes&minutes=60&near=20&standby=yes";
        says(&world.send("/b/places", &me, &format!("key=s{n}&{days}")), "may be asked at short notice");
    }
    assert_eq!(more.len(), 4);
    let clinic = world.service.cookie(Role::ClinicTeam { site: world.small.site });
    let base = format!("/sites/{}/2027-01-04", world.small.site);
    says(&world.service.get(&base, &clinic), "Doses left: ask the standby list");
    let at = format!("{base}/standby");
    says(&world.service.get(&at, &clinic), "Nobody has been asked today.");
    let product = world.small.product;
    for (n, (form, words)) in [
        ("doses=&until=17%3A30", "Enter how many doses are left"),
        ("doses=1&until=", "Enter a time such as 17:30."),
        ("doses=1&until=08%3A10", "Nobody could be there by then"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = world.send(&at, &clinic, &format!("key=w{n}&product={product}&{form}"));
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        says(&answer, words);
    }
    let asked = world.send(&at, &clinic, &format!("key=k1&product={product}&doses=1&until=17%3A30"));
    says(&asked, "0 of 1 doses have found somebody.");
    says(&asked, "no answer yet");
    let (first, second, third) = (world.enter(0), world.enter(1), world.enter(2));
    let page = world.service.get("/b/appointments", &first);
    says(&page, "Can you come today?");
    says(&page, "Be there by 5:20pm");
    let draw = hidden(&page, "draw");
    let no = world.send("/b/standby/no", &first, &format!("key=n1&draw={draw}"));
    assert!(!no.body.contains("Can you come today?"), "{}", no.body);
    says(&world.send("/b/standby/yes", &second, &format!("key=y1&draw={draw}")), "It is yours today");
    let late = world.send("/b/standby/yes", &third, &format!("key=y2&draw={draw}"));
    assert_eq!(late.status, StatusCode::CONFLICT);
    says(&late, "Others were quicker");
    says(&world.service.get(&base, &clinic), "Person 1");
    says(&world.service.get(&at, &clinic), "1 of 1 doses have found somebody.");
    let other = world.send("/b/standby/yes", &third, "key=y3&draw=nonsense");
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}
