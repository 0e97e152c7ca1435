//! The route table against everybody who should not get in, and against the promise that looking changes nothing.

mod support;

use accord::access::Role;
use accord::access::api_key::KeyRole;
use accord::access::guard::Guard;
use accord::base::fingerprint;
use accord::base::ids::SiteId;
use accord::routes::{self, Route};
use axum::http::StatusCode;
use support::{Service, home, person, site, stranger};

const CAMPAIGN: &str = "00000000-0000-0000-0000-000000000053";

/// A route's path with real ids in it.
fn path(route: &Route) -> String {
    route
        .path
        .replace("{organisation}", &home().to_string())
        .replace("{site}", &site().to_string())
        .replace("{date}", "2027-01-05")
        .replace("{agreement}", "00000000-0000-0000-0000-000000000054")
        .replace("{import}", "00000000-0000-0000-0000-000000000058")
        .replace("{item}", "00000000-0000-0000-0000-000000000059")
        .replace("{change}", "00000000-0000-0000-0000-00000000005b")
        .replace("{code}", "K7QM-2X9F-4T")
        .replace("{n}", "1")
        .replace("/campaigns/{campaign}/slots", &format!("/campaigns/{CAMPAIGN}/slots?person={}", person()))
        .replace("{reference}", "K7Q-4MD-2X6")
        .replace("{token}", "0123")
        .replace("/assets/{name}", accord::base::page::asset_path("accord.css"))
}

fn call(service: &Service, route: &Route, cookie: &str) -> support::Answered {
    match route.verb {
        "GET" => service.get(&path(route), cookie),
        _ => service.post(&path(route), cookie, "key=k1"),
    }
}

fn fingerprint(service: &Service) -> String {
    service.fresh.db.read_now(&service.fresh.who, fingerprint::of).expect("hashed")
}

#[test]
fn nobody_is_sent_to_the_door() {
    let service = Service::new();
    for route in routes::table().iter().filter(|r| r.guard != Guard::Open) {
        for cookie in ["", "accord_sign_in=guessed"] {
            let answer = call(&service, route, cookie);
            if route.guard == Guard::Api {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {}", route.verb, route.path);
                assert_eq!(answer.header("www-authenticate"), "Bearer", "{}", route.path);
            } else {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{} {}", route.verb, route.path);
                assert_eq!(answer.header("location"), route.guard.door(), "{}", route.path);
            }
            assert!(!answer.body.contains("Okonkwo") && !answer.body.contains("Home Trust"), "{}", route.path);
        }
    }
}

#[test]
fn a_stranger_is_told_that_there_is_nothing() {
    let service = Service::new();
    let cookies = [
        (Guard::Staff, service.cookie(Role::Person { person: person() })),
        (Guard::Lead, service.cookie(Role::EmployerContact { organisation: home() })),
        (Guard::Lead, service.cookie(Role::ClinicTeam { site: site() })),
        (Guard::Employers, service.cookie(Role::ClinicTeam { site: site() })),
        (Guard::EmployerInPath, service.cookie(Role::EmployerContact { organisation: stranger() })),
        (Guard::ClinicInPath, service.cookie(Role::EmployerContact { organisation: home() })),
        (Guard::ClinicInPath, service.cookie(Role::ClinicTeam { site: SiteId::from_uuid(support::uuid(21)) })),
        (Guard::Person, service.cookie(Role::CampaignLead { organisation: None })),
    ];
    let nowhere = service.get("/there-is-no-such-page", &cookies[0].1);
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    for route in routes::table().iter().filter(|r| r.guard == Guard::Api) {
        for (_, cookie) in &cookies {
            let answer = call(&service, route, cookie);
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {}: a cookie opens no API", route.verb, route.path);
        }
    }
    for route in routes::table() {
        for (_, cookie) in cookies.iter().filter(|(guard, _)| *guard == route.guard) {
            let answer = call(&service, &route, cookie);
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{} {}", route.verb, route.path);
            assert_eq!(answer.body, nowhere.body, "{} tells more than a page that is not there", route.path);
        }
    }
}

#[test]
fn those_who_may_get_their_page_and_looking_changes_nothing() {
    let service = Service::new();
    let before = fingerprint(&service);
    let lead = service.cookie(Role::CampaignLead { organisation: Some(home()) });
    let own = service.cookie(Role::EmployerContact { organisation: home() });
    let clinic = service.cookie(Role::ClinicTeam { site: site() });
    let person = service.cookie(Role::Person { person: person() });
    let secret = service.api_key(KeyRole::BookingOperator);
    let before_looking = fingerprint(&service);
    assert_ne!(before, before_looking, "signing in is in the audit");
    for route in routes::table().iter().filter(|r| r.verb == "GET") {
        let cookies: &[&String] = match route.guard {
            Guard::Open => &[&lead],
            Guard::Staff | Guard::Lead => &[&lead],
            Guard::Employers | Guard::EmployerInPath => &[&lead, &own],
            Guard::ClinicInPath => &[&lead, &clinic],
            Guard::Person => &[&person],
            Guard::Api => {
                let answer = service.get_with_key(&path(route), &secret);
                assert_eq!(answer.status, StatusCode::OK, "{}: {}", route.path, answer.body);
                continue;
            }
        };
        for cookie in cookies {
            let answer = call(&service, route, cookie);
            let door = route.path.starts_with("/sign-in/");
            let expected = if door {
                StatusCode::NOT_FOUND
            } else if route.path == "/" {
                StatusCode::SEE_OTHER
            } else {
                StatusCode::OK
            };
            assert_eq!(answer.status, expected, "{}: {}", route.path, answer.body);
        }
    }
    assert_eq!(before_looking, fingerprint(&service), "a GET changed something");
}

#[test]
fn pages_show_what_the_store_holds() {
    shows(&Service::new());
}

#[test]
#[cfg(feature = "postgres")]
fn pages_show_what_the_store_holds_on_postgresql() {
    shows(&Service::over(accord::testing::Fresh::postgres(), false));
}

fn shows(service: &Service) {
    let lead = service.cookie(Role::CampaignLead { organisation: None });
    for (path, said) in [
        ("/campaign", "Winter Campaign"),
        ("/campaign", "Everybody has a place."),
        ("/unplaced", "The clinics near are full."),
        ("/unplaced?reason=capacity_short", "No Birthday"),
        ("/plan", "Plan 1 of 4 January"),
        ("/organisations", "Stranger Care"),
        ("/agreements", "A-001"),
        ("/agreements/00000000-0000-0000-0000-000000000054", "B. Example"),
        ("/ledger", "show=entries&#38;of="),
        ("/ledger?show=entries", "Home Trust gave a place to Home Trust"),
        ("/import", "staff.csv"),
        ("/worklist", "No date of birth: No Birthday"),
        ("/sites", "Clinic One"),
        ("/sessions", "Vaccine A"),
        ("/sessions/change?from=2027-01-05", "Clinic One"),
        ("/changes", "Close 0 sessions"),
        ("/changes/00000000-0000-0000-0000-00000000005b", "The lift is broken"),
        ("/changes/00000000-0000-0000-0000-00000000005b?show=cannot", "K7Q-4MD-2X6"),
        ("/waiting-to-be-sent", "Nothing is waiting"),
    ] {
        let answer = service.get(path, &lead);
        assert!(answer.body.contains(said), "{path} does not say {said:?}: {}", answer.body);
    }
    let day = service.get(&format!("/sites/{}/2027-01-05", site()), &lead);
    for said in ["Ada Okonkwo", "15 Mar 1984", "K7Q-4MD-2X6", "step-free access"] {
        assert!(day.body.contains(said), "the day list does not say {said:?}: {}", day.body);
    }
    let own = service.cookie(Role::EmployerContact { organisation: home() });
    let organisation = service.get(&format!("/organisations/{}", home()), &own);
    assert!(
        organisation.body.contains("8:45am to 9:25am") && organisation.body.contains("Ada Okonkwo"),
        "{}",
        organisation.body
    );
    assert!(!organisation.body.contains("Vaccine A") && !organisation.body.contains("assigned"));
    let other = service.cookie(Role::EmployerContact { organisation: stranger() });
    for path in ["/import", "/worklist"] {
        let answer = service.get(path, &other);
        assert!(answer.status == StatusCode::OK && !answer.body.contains("staff.csv"), "{path}: {}", answer.body);
    }
}

#[test]
fn no_two_rows_of_the_table_are_one_and_every_change_is_a_post() {
    let table = routes::table();
    let mut rows: Vec<_> = table.iter().map(|r| (r.verb, r.path)).collect();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len(), table.len());
    assert!(table.iter().all(|r| matches!(r.verb, "GET" | "POST")));
}
