//! The desk's search among many people, as the page asks it: the form is read, people are looked for, the look is written
//! into the audit and synced, the page is rendered. No socket. Prints a line for each kind of search: how many, the median,
//! the 99th of a hundred and the longest, in milliseconds.
//!
//! usage: `bench-search [PEOPLE] [SEARCHES]`

use accord::access::{Role, sign_in};
use accord::app::App;
use accord::base::db::{Stop, StoreError, Tx};
use accord::base::ids::{Employment, OrganisationId, Person};
use accord::base::page::Help;
use accord::base::secret::Key;
use accord::base::web::House;
use accord::booking::place::place;
use accord::booking::{Pick, PlaceCourse};
use accord::p;
use accord::testing::{Fresh, Small};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use std::time::Instant;
use tower::ServiceExt;

const GIVEN: [&str; 24] = [
    "Ann", "Anna", "Amina", "Ben", "Carys", "Daniel", "David", "Emma", "Fatima", "George", "Hana", "Ivan", "Jane",
    "John", "Kofi", "Lucy", "Maria", "Mark", "Mohammed", "Nia", "Olga", "Peter", "Sarah", "Zoe",
];
const BEGIN: [&str; 20] = [
    "Al", "Ba", "Cla", "Da", "Ed", "Fo", "Ga", "Ha", "Jo", "Kha", "La", "Ma", "Mc", "Oko", "Pa", "Ro", "Sa", "Smi",
    "Ta", "Wi",
];
const END: [&str; 25] = [
    "bert", "cher", "den", "field", "ford", "gan", "hill", "ing", "kins", "land", "ley", "man", "ne", "nkwo", "nson",
    "on", "rell", "ris", "son", "stone", "th", "ton", "ward", "wood", "zal",
];

/// What is typed the n-th time.
type Typed = Box<dyn Fn(usize) -> String>;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<usize>().ok());
    let people = numbers.next().unwrap_or(50_000);
    let searches = numbers.next().unwrap_or(1_000);
    let fresh = store();
    let small = Small::build(&fresh, 1);
    let employer = small.employer;
    let filled = fresh.db.write_now(&fresh.who, move |tx| fill(tx, employer, people).map_err(Stop::<()>::Store));
    filled.expect("the crowd is made");
    let help = Help { who: "the desk".into(), phone: "01632 960 123".into(), hours: "8am to 6pm".into() };
    let house = House { partnership: fresh.who.partnership, name: "Bench".into(), demo: true, help };
    let router = App::new(fresh.db.clone(), Key::new([7; 32]), house, false).router();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let reference = booked(&fresh, &small);
    let kinds: [(&str, Typed); 6] = [
        ("three letters", Box::new(|n| BEGIN[n % 20].chars().chain("o".chars()).take(3).collect())),
        ("given and family", Box::new(|n| format!("{} {}", &GIVEN[n % 24][..3], BEGIN[n % 20]))),
        ("date of birth", Box::new(|n| born(n * 7))),
        ("name and date of birth", Box::new(|n| format!("{} {}", &GIVEN[n % 24][..3], born(n * 7)))),
        ("reference", Box::new(move |_| reference.clone())),
        ("nobody", Box::new(|n| format!("xyz {}", BEGIN[n % 20]))),
    ];
    for (name, typed) in kinds {
        let mut times: Vec<f64> = Vec::with_capacity(searches);
        let mut cookie = String::new();
        for n in 0..searches {
            if n % 50 == 0 {
                fresh.db.clock.advance_us(60_000_000);
                cookie = operator(&fresh);
            }
            times.push(runtime.block_on(search(&router, &cookie, &format!("{name} {n}"), &typed(n))));
        }
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        let longest = times.last().copied().unwrap_or_default();
        println!(
            "{name:<24} people {people} searches {searches} p50_ms {:.1} p99_ms {:.1} longest_ms {longest:.1}",
            at(0.5),
            at(0.99)
        );
    }
}

/// Somebody's booking, to be found by its reference.
fn booked(fresh: &Fresh, small: &Small) -> String {
    let picks = vec![Pick { appointment: 1, slot: small.slots[10] }];
    let want = PlaceCourse { person: small.people[0], campaign: small.campaign, picks };
    let made = fresh.db.write_now(&fresh.who, move |tx| place(tx, &want));
    made.expect("booked").remove(0).reference.to_string()
}

#[cfg(feature = "postgres")]
fn store() -> Fresh {
    if std::env::var_os("ACCORD_TEST_POSTGRES").is_some() { Fresh::postgres() } else { Fresh::lite() }
}

#[cfg(not(feature = "postgres"))]
fn store() -> Fresh {
    Fresh::lite()
}

fn operator(fresh: &Fresh) -> String {
    let token = fresh.db.write_now(&fresh.who, |tx| {
        sign_in::start(tx, &Key::new([7; 32]), &Role::BookingOperator).map_err(Stop::<()>::Store)
    });
    format!("{}={}", sign_in::COOKIE, token.expect("signed in"))
}

async fn search(router: &Router, cookie: &str, key: &str, typed: &str) -> f64 {
    let form = format!("key={key}&purpose=they_rang&find={typed}").replace(' ', "+").replace('/', "%2F");
    let request = Request::post("/desk/find")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .expect("a request");
    let since = Instant::now();
    let answer = router.clone().oneshot(request).await.expect("the service answers");
    let status = answer.status();
    axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
    let took = since.elapsed().as_secs_f64() * 1e3;
    assert!(status.is_success() || status.is_redirection(), "{typed}: {status}");
    took
}

fn born(n: usize) -> String {
    format!("{}-{:02}-{:02}", 1950 + n % 55, 1 + n / 55 % 12, 1 + n / 660 % 28)
}

fn fill(tx: &mut Tx<'_>, employer: OrganisationId, people: usize) -> Result<(), StoreError> {
    for n in 0..people {
        let (given, begin, end) = (GIVEN[n % 24], BEGIN[n / 24 % 20], END[n / 480 % 25]);
        let id = tx.id::<Person>();
        let name_key = format!("{}|{}{}", given.to_lowercase(), begin.to_lowercase(), end);
        tx.run(
            "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, date_of_birth, birth_checked,
               home_postcode, language, access_needs, state, version, created_us)
             VALUES ($1, $2, $3, $4, $5, $6, 0, 'IP1 1AA', 'en', 0, 'active', 1, 0)",
            p![tx.partnership(), id, given, format!("{begin}{end}"), name_key, born(n)],
        )?;
        tx.run(
            "INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, priority_group, is_primary, state, version)
             VALUES ($1, $2, $3, $4, $5, 1, 1, 'current', 1)",
            p![tx.partnership(), tx.id::<Employment>(), id, employer, format!("crowd {n}")],
        )?;
    }
    Ok(())
}
