//! The operations pages at work: lists come in and are taken, unclear matches are decided, plans are made and published,
//! and no link or form of any page leads nowhere.

mod support;

use accord::access::Role;
use accord::base::db::{Stop, Tx};
use accord::evidence::verify::verify;
use accord::p;
use accord::routes;
use accord::testing::{Fresh, Small};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use std::collections::{BTreeMap, BTreeSet};
use support::{Answered, Service, home, person, site, stranger};

const HEAD: &str = "Employee Number,First Name,Last Name,Date Of Birth,Post Code\r\n";

/// A list of so many people, made up.
fn list(people: usize) -> String {
    let names = ["Anna", "Bela", "Cara", "Dora", "Ella", "Fay", "Gita", "Hana", "Ivy", "Jana"];
    let row = |n: usize| format!("S{n},{},Sample{n},{:02}/03/198{},CO1 1AA\r\n", names[n % 10], n + 1, n % 10);
    (0..people).map(row).fold(HEAD.to_owned(), |all, row| all + &row)
}

fn upload(service: &Service, cookie: &str, key: &str, employer: &str, name: &str, bytes: &str) -> Answered {
    let part = |head: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n");
    let file = format!("name=\"file\"; filename=\"{name}\"");
    let body = part("name=\"key\"", key) + &part("name=\"employer\"", employer) + &part(&file, bytes) + "--x--\r\n";
    let request = Request::post("/import")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Body::from(body))
        .expect("a request");
    service.send(request)
}

/// Sends a list that must be read, and answers where its review is.
fn reviewed(service: &Service, cookie: &str, key: &str, employer: &str, bytes: &str) -> String {
    let sent = upload(service, cookie, key, employer, "staff.csv", bytes);
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    sent.header("location").to_owned()
}

fn lead(service: &Service) -> String {
    service.cookie(Role::CampaignLead { organisation: None })
}

fn contact(service: &Service, organisation: accord::base::ids::OrganisationId) -> String {
    service.cookie(Role::EmployerContact { organisation })
}

fn number(service: &Service, sql: &'static str) -> i64 {
    let read = move |tx: &mut Tx<'_>| tx.one::<(i64,)>(sql, p![tx.partnership()]);
    service.fresh.db.read_now(&service.fresh.who, read).expect("counted").0
}

#[test]
fn a_list_is_read_shown_and_taken_once() {
    let service = Service::new();
    let own = contact(&service, home());
    let before = number(&service, "SELECT COUNT(*) FROM person WHERE partnership_id = $1");
    let mut sent = list(9);
    sent.push_str("S99,Zoe,Sample99,31/02/1984,CO1 1AA\r\n");
    let at = reviewed(&service, &own, "k1", "", &sent);
    let page = service.get(&at, &own);
    for said in ["What this list would change", "31/02/1984", "Date of birth", "Take 10 changes", "faults.csv"] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    let file = service.get(&format!("{at}/faults.csv"), &own);
    assert!(file.body.contains("31/02/1984") && file.body.contains("invented"), "{}", file.body);
    assert_eq!(number(&service, "SELECT COUNT(*) FROM person WHERE partnership_id = $1"), before);
    for _ in 0..2 {
        let taken = service.post(&at, &own, "key=k2&decision=accept");
        assert_eq!((taken.status, taken.header("location")), (StatusCode::SEE_OTHER, &*at), "{}", taken.body);
    }
    assert_eq!(number(&service, "SELECT COUNT(*) FROM person WHERE partnership_id = $1"), before + 10);
    let page = service.get(&at, &own);
    assert!(page.body.contains("What this list changed") && !page.body.contains("name=\"decision\""), "{}", page.body);
    // Taken is taken: another form changes nothing and says so.
    let late = service.post(&at, &own, "key=k3&decision=discard");
    assert!(late.status == StatusCode::UNPROCESSABLE_ENTITY && late.body.contains("committed before"), "{}", late.body);
}

#[test]
fn whoever_came_with_a_list_stands_in_the_open_campaign_at_once() {
    let fresh = Fresh::lite();
    Small::build(&fresh, 2);
    let service = Service::bare(fresh);
    let lead = lead(&service);
    let sent = list(9);
    let at = reviewed(&service, &lead, "k1", "EMPL", &sent);
    let offers = |expected: i64| {
        assert_eq!(number(&service, "SELECT COUNT(*) FROM offer WHERE partnership_id = $1"), expected);
        let findings = service.fresh.db.read_now(&service.fresh.who, verify).expect("verified");
        let owned = findings.into_iter().find(|f| f.name == "I11").expect("checked");
        assert_eq!(owned.violations, Some(0), "{owned:?}");
    };
    offers(3);
    let taken = service.post(&at, &lead, "key=k2&decision=accept&second_yes=yes");
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    offers(12);
}

#[test]
fn a_list_that_shrank_needs_a_second_yes() {
    let service = Service::new();
    let lead = lead(&service);
    let at = reviewed(&service, &lead, "k1", "HOME", &list(10));
    assert_eq!(service.post(&at, &lead, "key=k2&decision=accept").status, StatusCode::SEE_OTHER);
    let at = reviewed(&service, &lead, "k3", "home", &list(2));
    assert!(service.get(&at, &lead).body.contains("This needs a second yes."));
    let refused = service.post(&at, &lead, "key=k4&decision=accept");
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("href=\"#second_yes\"") && refused.body.contains("Nothing was changed."));
    let taken = service.post(&at, &lead, "key=k5&decision=accept&second_yes=yes");
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
}

#[test]
fn what_is_no_list_is_refused_on_the_page() {
    let service = Service::new();
    let lead = lead(&service);
    for (employer, name, bytes, said) in [
        ("", "staff.csv", "x", "Choose whose list it is."),
        ("HOME", "", "", "Choose the list"),
        ("HOME", "staff.csv", "", "is empty"),
        ("NOBODY", "staff.csv", "Name\r\nA B\r\n", "No partner has the code"),
        ("HOME", "photo.csv", "\u{1}\u{0}\u{0}PNG", "There is a problem"),
    ] {
        let answer = upload(&service, &lead, "k1", employer, name, bytes);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.body.contains(said), "{said}: {}", answer.body);
    }
    let at = reviewed(&service, &lead, "k2", "HOME", &list(3));
    let other = upload(&service, &lead, "k3", "HOME", "other.csv", &list(4));
    assert!(other.body.contains("waits for review"), "{}", other.body);
    assert_eq!(service.post(&at, &lead, "key=k4&decision=discard").status, StatusCode::SEE_OTHER);
    assert!(service.get(&at, &lead).body.contains("it changed nothing"));
    let second = upload(&service, &lead, "k2", "HOME", "other.csv", &list(4));
    assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY, "a key is for one form");
}

#[test]
fn employers_act_for_themselves_only() {
    let service = Service::new();
    let (own, other) = (contact(&service, home()), contact(&service, stranger()));
    // The field is for the lead: an employer contact's list is their own whatever they send.
    let at = reviewed(&service, &other, "k1", "HOME", &list(3));
    assert!(service.get(&at, &other).body.contains("Stranger Care"));
    for answer in [
        service.get(&at, &own),
        service.get(&format!("{at}/faults.csv"), &own),
        service.post(&at, &own, "key=k2&decision=accept"),
        service.get(ITEM, &other),
        service.post(ITEM, &other, "key=k3&decision=left"),
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

const ITEM: &str = "/worklist/00000000-0000-0000-0000-000000000059";

#[test]
fn a_date_of_birth_is_put_right() {
    let service = Service::new();
    let own = contact(&service, home());
    assert!(service.get(ITEM, &own).body.contains("No date of birth: No Birthday"));
    for (key, date, said) in [
        ("k1", "day=31&month=2&year=1984", "Enter a date that exists"),
        ("k2", "day=1&month=1&year=2026", "14 and 100"),
    ] {
        let wrong = service.post(ITEM, &own, &format!("key={key}&decision=corrected_date&{date}"));
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains(said) && wrong.body.contains("value=\"1"), "{}", wrong.body);
    }
    let right = service.post(ITEM, &own, "key=k3&decision=corrected_date&day=1&month=2&year=1984");
    assert_eq!((right.status, right.header("location")), (StatusCode::SEE_OTHER, "/worklist"), "{}", right.body);
    assert!(service.get(ITEM, &own).body.contains("This was decided: their date of birth was put right."));
    let again = service.post(ITEM, &own, "key=k4&decision=left");
    assert!(again.body.contains("decided before"), "{}", again.body);
}

/// Makes of the item a question about two records, and of the second one's offer an unclear one.
fn ask_about_a_pair(service: &Service) {
    let write = |tx: &mut Tx<'_>| {
        tx.run(
            "UPDATE worklist_item SET kind = 'possible_duplicate', other_person_id = '00000000-0000-0000-0000-00000000001e'
             WHERE partnership_id = $1",
            p![tx.partnership()],
        )?;
        tx.run(
            "UPDATE offer SET state = 'unclear', reason = 'possible_duplicate' WHERE partnership_id = $1 AND state = 'unplaced'",
            p![tx.partnership()],
        )?;
        Ok::<(), Stop<()>>(())
    };
    service.fresh.db.write_now(&service.fresh.who, write).expect("asked");
}

#[test]
fn a_pair_is_shown_side_by_side_and_offers_follow_the_answer() {
    let states = |service: &Service, state: &'static str| {
        let read = move |tx: &mut Tx<'_>| {
            tx.one::<(i64,)>(
                "SELECT COUNT(*) FROM offer WHERE partnership_id = $1 AND state = $2",
                p![tx.partnership(), state],
            )
        };
        service.fresh.db.read_now(&service.fresh.who, read).expect("counted").0
    };
    for (answer, waiting, left) in [("different", 1, 0), ("same", 0, 1)] {
        let service = Service::new();
        let lead = lead(&service);
        ask_about_a_pair(&service);
        let page = service.get(ITEM, &lead);
        for said in ["No Birthday", "Ada Okonkwo", "15 March 1984", "They are one person"] {
            assert!(page.body.contains(said), "{said}: {}", page.body);
        }
        let done = service.post(ITEM, &lead, &format!("key=k1&decision={answer}"));
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        assert_eq!((states(&service, "waiting"), states(&service, "left")), (waiting, left), "{answer}");
        assert_eq!(states(&service, "unclear"), 0);
    }
}

#[test]
fn a_row_that_names_nobody_is_counted_as_somebody() {
    let service = Service::new();
    let lead = lead(&service);
    assert!(service.get("/campaign", &lead).body.contains("of 2 have"));
    let write = |tx: &mut Tx<'_>| {
        tx.run(
            "UPDATE worklist_item SET kind = 'row_unreadable', person_id = NULL WHERE partnership_id = $1",
            p![tx.partnership()],
        )?;
        Ok::<(), Stop<()>>(())
    };
    service.fresh.db.write_now(&service.fresh.who, write).expect("written");
    let page = service.get("/campaign", &lead).body;
    assert!(page.contains("of 3 have") && page.contains(">1</a> is still unclear"), "{page}");
    let none = service.post(ITEM, &lead, "key=k1&decision=set_aside&reason=+");
    assert!(none.body.contains("href=\"#reason\""), "{}", none.body);
    let done = service.post(ITEM, &lead, "key=k2&decision=set_aside&reason=a+total+line");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
}

#[test]
fn the_map_shows_the_demo_and_only_the_demo() {
    let service = Service::new();
    let page = service.get("/campaign", &lead(&service)).body;
    for said in ["id=\"map\"", "Tendring", "Office for National Statistics", "fewer than 6", "Crown copyright"] {
        assert!(page.contains(said), "{said}");
    }
}

/// Opens the plan's page until nothing runs any more.
fn settled(service: &Service, cookie: &str) -> String {
    for _ in 0..600 {
        let page = service.get("/plan", cookie).body;
        if !page.contains("See whether it is done") {
            return page;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("it does not end");
}

#[test]
fn a_plan_is_made_and_published_from_its_page() {
    let fresh = Fresh::lite();
    Small::build(&fresh, 1);
    let service = Service::of(fresh, false, false);
    let lead = lead(&service);
    assert!(service.get("/plan", &lead).body.contains("There is no plan yet."));
    let begun = service.post("/plan/new", &lead, "key=k1");
    assert_eq!((begun.status, begun.header("location")), (StatusCode::SEE_OTHER, "/plan"), "{}", begun.body);
    let page = settled(&service, &lead);
    assert!(page.contains("3 of 3 get the whole course.") && page.contains("Publish 3 courses"), "{page}");
    // The same form again is the same plan, not another one.
    service.post("/plan/new", &lead, "key=k1");
    assert!(settled(&service, &lead).contains("Plan 1 of"));
    let plan = page.split("name=\"plan\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("its id");
    let begun = service.post("/plan/publish", &lead, &format!("key=k2&plan={plan}"));
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    assert!(!settled(&service, &lead).contains("Publish 3 courses"));
    let home = service.get("/campaign", &lead).body;
    assert!(home.contains("of 3 have an appointment") && !home.contains("id=\"map\""), "{home}");
    // Nobody waits any more: the next try says so.
    service.post("/plan/new", &lead, "key=k3");
    assert!(settled(&service, &lead).contains("The last try came to nothing."));
    assert_eq!(service.post("/plan/publish", &lead, "key=k4&plan=x").status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn files_are_safe_for_spreadsheets_and_say_that_they_are_invented() {
    let service = Service::new();
    let lead = lead(&service);
    for (path, said) in [("/sites.csv", "Clinic One,"), ("/ledger.csv", "given,1,Home Trust,Home Trust,A-001,1,")] {
        let file = service.get(path, &lead);
        assert!(file.header("content-type").starts_with("text/csv") && file.body.contains(said), "{}", file.body);
        assert!(file.header("content-disposition").contains(&path[1..]) && file.body.contains("are invented"));
    }
}

/// The values of an attribute.
fn values(html: &str, attribute: &str) -> Vec<String> {
    let mark = format!(" {attribute}=\"");
    let value = |(at, _)| html[at + mark.len()..].split('"').next().unwrap_or_default().replace("&amp;", "&");
    html.match_indices(&mark).map(value).collect()
}

/// The address that `link` on the page `here` means, without its fragment.
fn resolved(here: &str, link: &str) -> String {
    let plain = link.split('#').next().unwrap_or_default();
    let base = here.split('?').next().unwrap_or_default();
    if plain.starts_with('?') || plain.is_empty() { format!("{base}{plain}") } else { plain.to_owned() }
}

/// True where the table has a row for this address.
fn has_route(verb: &str, address: &str) -> bool {
    let path: Vec<&str> = address.split('?').next().unwrap_or_default().split('/').collect();
    routes::table().iter().any(|route| {
        let row: Vec<&str> = route.path.split('/').collect();
        let fits = |(part, wanted): (&&str, &&str)| part == wanted || (wanted.starts_with('{') && !part.is_empty());
        route.verb == verb && row.len() == path.len() && path.iter().zip(&row).all(fits)
    })
}

/// Every page that can be reached by links from `first`; each link must open and each form must have a door.
fn walk(service: &Service, cookie: &str, first: &str) -> BTreeMap<String, StatusCode> {
    let (mut seen, mut open) = (BTreeMap::new(), vec![first.to_owned()]);
    while let Some(at) = open.pop() {
        if seen.contains_key(&at) || seen.len() > 300 {
            continue;
        }
        let answer = service.get(&at, cookie);
        seen.insert(at.clone(), answer.status);
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        let ids: BTreeSet<String> = values(&answer.body, "id").into_iter().collect();
        for link in values(&answer.body, "href") {
            let anchor = link.strip_prefix('#').is_none_or(|id| ids.contains(id));
            assert!(anchor, "{at}: {link} is no place of this page");
            if !link.starts_with("https://") {
                let to = resolved(&at, &link);
                assert!(has_route("GET", &to), "{at} links to {to}");
                open.push(to);
            }
        }
        for action in values(&answer.body, "action") {
            assert!(has_route("POST", &action), "{at} sends to {action}");
        }
    }
    seen
}

#[test]
fn no_link_and_no_form_leads_nowhere() {
    let service = Service::new();
    let lead_cookie = lead(&service);
    // Lists in every state, so that their pages are walked too.
    let taken = reviewed(&service, &lead_cookie, "k1", "HOME", &list(10));
    service.post(&taken, &lead_cookie, "key=k2&decision=accept");
    reviewed(&service, &lead_cookie, "k3", "HOME", &list(2));
    for (cookie, first, least) in [
        (lead_cookie, "/campaign".to_owned(), 20),
        (contact(&service, home()), format!("/organisations/{}", home()), 5),
        (service.cookie(Role::ClinicTeam { site: site() }), format!("/sites/{}", site()), 3),
    ] {
        let seen = walk(&service, &cookie, &first);
        let wrong: Vec<_> = seen.iter().filter(|(_, status)| **status != StatusCode::OK).collect();
        assert!(wrong.is_empty(), "from {first}: {wrong:?}");
        assert!(seen.len() >= least, "from {first} only {seen:?}");
    }
}

#[test]
fn a_person_finds_no_operations_page() {
    let service = Service::new();
    let person = service.cookie(Role::Person { person: person() });
    for path in ["/import", ITEM, "/plan", "/ledger.csv"] {
        assert_eq!(service.get(path, &person).status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// Employers enough for three pages; two share a name.
fn many_employers(service: &Service) {
    let work = |tx: &mut Tx<'_>| -> Result<(), Stop<()>> {
        for n in 0..118 {
            let name = if n < 2 { "Twin Care".to_owned() } else { format!("Care 100% of {n:03}") };
            let (id, code) = (support::uuid(1_000 + n).to_string(), format!("E{n:03}"));
            let postcode = format!("CO{} 1AA", n + 1);
            tx.run(
                "INSERT INTO organisation (partnership_id, id, code, name, kind, postcode, is_employer, is_host, contact_name, contact_role, admitted_us)
                 VALUES ($1, $2, $3, $4, 'care_provider', $5, 1, 0, 'A. Example', 'Manager', 0)",
                p![tx.partnership(), id, code, name, postcode],
            )?;
        }
        Ok(())
    };
    service.fresh.db.write_now(&service.fresh.who, work).expect("employers are written");
}

#[test]
fn long_lists_come_a_page_at_a_time() {
    pages_of_a_list(&Service::new());
}

#[test]
#[cfg(feature = "postgres")]
fn long_lists_come_a_page_at_a_time_on_postgresql() {
    pages_of_a_list(&Service::over(Fresh::postgres(), false));
}

fn pages_of_a_list(service: &Service) {
    many_employers(service);
    let (cookie, rows) = (lead(service), |page: &Answered| page.body.matches("<tr><th scope=\"row\">").count());
    let sizes: Vec<usize> = ["", "?page=2", "?page=3", "?page=9"]
        .map(|q| rows(&service.get(&format!("/organisations{q}"), &cookie)))
        .to_vec();
    assert_eq!(sizes, [50, 50, 20, 20], "120 organisations on three pages; past the end is the last");
    let second = service.get("/organisations?page=2", &cookie).body;
    assert!(second.contains("51 to 100 of 120") && second.contains("aria-current=\"page\""));
    // What is looked for is a text, not a pattern; and every page of the answer keeps it.
    let found = service.get("/organisations?find=CARE+100%25", &cookie);
    assert!(
        found.body.contains("1 to 50 of 116") && found.body.contains("?find=CARE+100%25&#38;page=2"),
        "{}",
        found.body
    );
    assert!(service.get("/organisations?find=%25%25", &cookie).body.contains("none found for"));
    // Names that are not unique stand with their postcode, in the list and where one is chosen.
    for page in ["/organisations?find=twin", "/import"] {
        let body = service.get(page, &cookie).body;
        assert!(body.contains("Twin Care, CO1 1AA") && body.contains("Twin Care, CO2 1AA"), "{page}");
    }
    for (page, filter) in [("/worklist", "kind=no_date_of_birth"), ("/unplaced", "reason=capacity_short")] {
        let answer = service.get(&format!("{page}?{filter}&find=nowhere"), &cookie).body;
        assert!(answer.contains("none found") && answer.contains(&format!("href=\"{page}?{filter}\"")), "{answer}");
    }
    for page in [
        "/ledger",
        "/ledger?show=entries&page=7",
        "/agreements?find=x",
        "/sites?page=2",
        "/sessions?from=x",
        "/sessions/month?from=x",
    ] {
        assert_eq!(service.get(page, &cookie).status, StatusCode::OK, "{page}");
    }
}
