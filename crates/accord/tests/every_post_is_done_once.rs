//! Every POST of the route table, present and future: the same key and body get the same answer and do nothing more; the same
//! key with another body is refused with a page, or a problem, that says what to do. A route without a row here fails.

mod support;

use accord::access::api_key::KeyRole;
use accord::access::{Role, person_code, sign_in_link};
use accord::base::db::Stop;
use accord::base::ids::WorklistItem;
use accord::booking::attendance::Batch;
use accord::booking::check_in::{By, check_in};
use accord::booking::outcome::{Noted, note};
use accord::booking::place::{place, place_many};
use accord::booking::{Booking, batch};
use accord::p;
use accord::routes::{self, Route};
use accord::testing::Fresh;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use std::collections::BTreeMap;
use support::pages::Pages;
use support::{Answered, key};

/// What is sent, and by whom.
struct Sent {
    to: String,
    cookie: String,
    body: String,
    /// A body that says something else and could be done as well.
    other: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Form,
    Json,
    Parts,
}

/// What a row promises.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Promise {
    /// Nothing but the first sending changes the store.
    Once,
    /// A look at people: the work is the look itself, and each look is in the audit. Nothing of it is kept but that the key
    /// was used.
    Look,
    /// Work that goes on in the background; its page is the answer.
    Background,
    /// A button for every time, all under one key: each button is a form of its own. The same one twice is one hold.
    Buttons,
}

type Row = (&'static str, Promise, fn(&Pages) -> Sent);

fn form(to: impl Into<String>, cookie: String, body: impl Into<String>) -> Sent {
    let body = body.into();
    Sent { to: to.into(), cookie, other: format!("{body}&and=more"), body, kind: Kind::Form }
}

fn json(pages: &Pages, to: impl Into<String>, body: String, other: String) -> Sent {
    let cookie = format!("Bearer {}", pages.service.api_key(KeyRole::BookingOperator));
    Sent { to: to.into(), cookie, body, other, kind: Kind::Json }
}

fn lead(pages: &Pages) -> String {
    pages.service.cookie(Role::CampaignLead { organisation: None })
}

/// The first person has both appointments, unanswered.
fn assigned(pages: &Pages) -> Vec<Booking> {
    let (want, campaign) = (pages.want(0, &[2, 23]), pages.small.campaign);
    pages.write(move |tx| {
        let made = batch::open(tx, campaign).map_err(Stop::Store)?;
        place_many(tx, made, std::slice::from_ref(&want))?;
        batch::settle_live(tx, made)
    });
    pages.live(pages.small.people[0])
}

/// The first person is booked today, and checked in where that is wanted.
fn today(pages: &Pages, here: bool) -> Booking {
    let (want, site) = (pages.want(0, &[0, 21]), pages.small.site);
    let booked = pages.write(move |tx| place(tx, &want)).remove(0);
    let id = booked.id;
    if here {
        pages.write(move |tx| check_in(tx, site, &By::Booking(id)));
    }
    booked
}

fn clinic(pages: &Pages, to: &str, body: String) -> Sent {
    let cookie = pages.service.cookie(Role::ClinicTeam { site: pages.small.site });
    form(format!("/sites/{}/2027-01-04/{to}", pages.small.site), cookie, body)
}

fn code(pages: &Pages) -> String {
    let person = pages.small.people[0];
    pages.write(move |tx| person_code::issue(tx, &key(), person).map_err(Stop::<()>::Store))
}

fn change(pages: &Pages) -> (String, String) {
    assigned(pages);
    let me = pages.me(0);
    (pages.wish(&pages.get("/b/change/2", &me), 24), me)
}

fn desk(pages: &Pages) -> (String, String) {
    let operator = pages.operator();
    (pages.open(&operator, 0), operator)
}

fn both(pages: &Pages) -> String {
    let (one, two) = (pages.small.slots[2], pages.small.slots[23]);
    format!(r#"[{{"appointment":1,"slot":"{one}"}},{{"appointment":2,"slot":"{two}"}}]"#)
}

fn wish(pages: &Pages) -> (String, String) {
    let (person, campaign) = (pages.small.people[0], pages.small.campaign);
    let whole = |picks: &str| format!(r#"{{"person":"{person}","campaign":"{campaign}","picks":{picks}}}"#);
    (whole(&both(pages)), whole(&format!(r#"[{{"appointment":1,"slot":"{}"}}]"#, pages.small.slots[4])))
}

fn person_at(pages: &Pages, what: &str, body: &str, other: &str) -> Sent {
    let fill = |text: &str| text.replace("CAMPAIGN", &pages.small.campaign.to_string());
    json(pages, format!("/api/v1/people/{}/{what}", pages.small.people[0]), fill(body), fill(other))
}

fn staff_list(name: &str) -> String {
    let list = "Staff number,Forename,Surname,Date of birth\r\n7,Zoe,Smith,02/02/1984\r\n";
    let field =
        |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    format!(
        "{}{}--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{list}\r\n--x--\r\n",
        field("key", "KEY"),
        field("employer", "EMPL")
    )
}

/// The third day's session closes; whoever is booked moves.
fn closing(pages: &Pages) -> String {
    let session = pages.live(pages.small.people[0])[0].session;
    format!("session={session}&what=close&choice=move&reason=The+ceiling+came+down&lead=A.+Lead")
}

/// Where a preview of that stands.
fn previewed(pages: &Pages) -> String {
    let kept = pages.post("/sessions/change", &lead(pages), &closing(pages));
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    kept.header("location").to_owned()
}

/// A row a route; in the order of the table.
const ROWS: &[Row] = &[
    ("/sign-in", Promise::Once, |pages| {
        let role = Role::BookingOperator;
        let token = pages.write(move |tx| sign_in_link::make(tx, &key(), &role).map_err(Stop::<()>::Store));
        form("/sign-in", String::new(), format!("token={token}"))
    }),
    ("/sign-out", Promise::Once, |pages| form("/sign-out", lead(pages), "")),
    ("/b", Promise::Once, |pages| form("/b", String::new(), format!("code={}&day=29&month=2&year=1980", code(pages)))),
    ("/b/sign-out", Promise::Once, |pages| form("/b/sign-out", pages.me(0), "")),
    ("/b/confirm", Promise::Once, |pages| {
        assigned(pages);
        form("/b/confirm", pages.me(0), "")
    }),
    ("/b/change/{n}/hold", Promise::Buttons, |pages| {
        let (wish, me) = change(pages);
        form("/b/change/2/hold", me, format!("slot={wish}"))
    }),
    ("/b/change", Promise::Once, |pages| {
        let (wish, me) = change(pages);
        form("/b/change", me, format!("slot={wish}"))
    }),
    ("/b/cancel", Promise::Once, |pages| {
        assigned(pages);
        form("/b/cancel", pages.me(0), "")
    }),
    ("/b/decline", Promise::Once, |pages| form("/b/decline", pages.me(0), "reason=unsaid")),
    ("/b/elsewhere", Promise::Once, |pages| form("/b/elsewhere", pages.me(0), "day=1&month=12&year=2026")),
    ("/b/reopen", Promise::Once, |pages| form("/b/reopen", pages.me(0), "")),
    ("/desk/find", Promise::Look, |pages| form("/desk/find", pages.operator(), "find=pers&purpose=they_rang")),
    ("/desk/open", Promise::Once, |pages| {
        form("/desk/open", pages.operator(), format!("person={}&purpose=we_ring", pages.small.people[0]))
    }),
    ("/desk/several", Promise::Once, |pages| {
        pages.sql("UPDATE person SET date_of_birth = '1979-01-01' WHERE given_name = 'Person 0'");
        form("/desk/several", pages.operator(), "who=1/1/1979&purpose=they_rang")
    }),
    ("/desk/several/book", Promise::Once, |pages| {
        let (_, operator) = desk(pages);
        let want = pages.want(0, &[2, 23]);
        pages.write(move |tx| accord::booking::hold::hold_only(tx, &want));
        form("/desk/several/book", operator, format!("of={}&how=all", pages.small.people[0]))
    }),
    ("/desk/people/{person}/confirm", Promise::Once, |pages| {
        assigned(pages);
        let (base, operator) = desk(pages);
        form(format!("{base}/confirm"), operator, "")
    }),
    ("/desk/people/{person}/change/{n}/hold", Promise::Buttons, |pages| {
        let ((wish, _), (base, operator)) = (change(pages), desk(pages));
        form(format!("{base}/change/2/hold"), operator, format!("slot={wish}"))
    }),
    ("/desk/people/{person}/change", Promise::Once, |pages| {
        let ((wish, _), (base, operator)) = (change(pages), desk(pages));
        form(format!("{base}/change"), operator, format!("slot={wish}"))
    }),
    ("/desk/people/{person}/cancel", Promise::Once, |pages| {
        assigned(pages);
        let (base, operator) = desk(pages);
        form(format!("{base}/cancel"), operator, "reason=by_person")
    }),
    ("/desk/people/{person}/decline", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/decline"), operator, "reason=unsaid")
    }),
    ("/desk/people/{person}/elsewhere", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/elsewhere"), operator, "day=1&month=12&year=2026")
    }),
    ("/desk/people/{person}/reopen", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/reopen"), operator, "")
    }),
    ("/desk/people/{person}/born", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/born"), operator, "day=3&month=4&year=1985")
    }),
    ("/desk/people/{person}/code", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/code"), operator, "")
    }),
    ("/plan/new", Promise::Background, |pages| form("/plan/new", lead(pages), "")),
    ("/plan/publish", Promise::Background, |pages| {
        let plan = pages.text("SELECT CAST('00000000-0000-7000-8000-000000000001' AS TEXT)");
        form("/plan/publish", lead(pages), format!("plan={plan}"))
    }),
    ("/import", Promise::Once, |pages| Sent {
        to: "/import".into(),
        cookie: lead(pages),
        body: staff_list("staff.csv"),
        other: staff_list("other.csv"),
        kind: Kind::Parts,
    }),
    ("/import/{import}", Promise::Once, |pages| {
        let cookie = lead(pages);
        let body = staff_list("staff.csv");
        let sent = Sent { to: "/import".into(), cookie: cookie.clone(), other: String::new(), body, kind: Kind::Parts };
        let reviewed = send(pages, &sent, "import", &sent.body);
        assert_eq!(reviewed.status, StatusCode::SEE_OTHER, "{}", reviewed.body);
        form(reviewed.header("location"), cookie, "decision=accept&second_yes=yes")
    }),
    ("/worklist/{item}", Promise::Once, |pages| {
        let (employer, person) = (pages.small.employer, pages.small.people[0]);
        let item = pages.write(move |tx| {
            let id = tx.id::<WorklistItem>();
            tx.run(
                "INSERT INTO worklist_item (partnership_id, id, kind, employer_id, person_id, summary, owner_role,
                   owner_organisation_id, due_on, state, created_us)
                 VALUES ($1, $2, 'no_date_of_birth', $3, $4, 'row 3', 'employer_contact', $3, '2027-01-11', 'open', 0)",
                p![tx.partnership(), id, employer, person],
            )
            .map_err(Stop::<()>::Store)?;
            Ok::<_, Stop<()>>(id)
        });
        form(format!("/worklist/{item}"), lead(pages), "decision=corrected_date&day=1&month=2&year=1984")
    }),
    ("/sessions/change", Promise::Once, |pages| {
        assigned(pages);
        form("/sessions/change", lead(pages), closing(pages))
    }),
    ("/changes/{change}/commit", Promise::Once, |pages| {
        assigned(pages);
        form(format!("{}/commit", previewed(pages)), lead(pages), "")
    }),
    ("/changes/{change}/undo", Promise::Once, |pages| {
        assigned(pages);
        let change = previewed(pages);
        let committed = pages.post(&format!("{change}/commit"), &lead(pages), "");
        assert_eq!(committed.status, StatusCode::SEE_OTHER, "{}", committed.body);
        form(format!("{change}/undo"), lead(pages), "reason=It+held&lead=A.+Lead")
    }),
    ("/sites/{site}/{date}/check-in", Promise::Once, |pages| {
        let id = today(pages, false).id;
        clinic(pages, "check-in", format!("booking={id}"))
    }),
    ("/sites/{site}/{date}/take", Promise::Once, |pages| {
        let want = pages.want(0, &[1, 22]);
        let booked = pages.write(move |tx| place(tx, &want)).remove(0);
        clinic(pages, "take", format!("booking={}&version={}", booked.id, booked.version))
    }),
    ("/sites/{site}/{date}/outcome", Promise::Once, |pages| {
        let id = today(pages, true).id;
        clinic(pages, "outcome", format!("booking={id}&seen=1&batch=fx12&what=given"))
    }),
    ("/sites/{site}/{date}/close", Promise::Once, |pages| {
        let (booked, site) = (today(pages, true), pages.small.site);
        let batch = Batch::parse("FX 12").expect("a batch");
        pages.write(move |tx| note(tx, site, booked.id, 1, &Noted::Given(batch.clone())));
        pages.service.fresh.db.clock.advance_us(3 * 3_600_000_000);
        clinic(pages, "close", String::new())
    }),
    ("/api/v1/people/search", Promise::Look, |pages| {
        let asked = |name: &str| format!(r#"{{"name":"{name}","born":"1980-02-29"}}"#);
        json(pages, "/api/v1/people/search", asked("test"), asked("pers"))
    }),
    ("/api/v1/people/{person}/decline", Promise::Once, |pages| {
        let asked = |reason: &str| format!(r#"{{"campaign":"CAMPAIGN","reason":"{reason}"}}"#);
        person_at(pages, "decline", &asked("later"), &asked("medical"))
    }),
    ("/api/v1/people/{person}/had-elsewhere", Promise::Once, |pages| {
        let asked = |on: &str| format!(r#"{{"campaign":"CAMPAIGN","on":"{on}"}}"#);
        person_at(pages, "had-elsewhere", &asked("2026-12-01"), &asked("2026-12-02"))
    }),
    ("/api/v1/people/{person}/reopen", Promise::Once, |pages| {
        person_at(pages, "reopen", r#"{"campaign":"CAMPAIGN"}"#, r#"{ "campaign":"CAMPAIGN"}"#)
    }),
    ("/api/v1/people/{person}/date-of-birth", Promise::Once, |pages| {
        person_at(pages, "date-of-birth", r#"{"born":"1985-04-03"}"#, r#"{"born":"1985-04-04"}"#)
    }),
    ("/api/v1/people/{person}/code", Promise::Once, |pages| person_at(pages, "code", "{}", "{ }")),
    ("/api/v1/holds", Promise::Once, |pages| {
        let (whole, other) = wish(pages);
        json(pages, "/api/v1/holds", whole, other)
    }),
    ("/api/v1/holds/release", Promise::Once, |pages| {
        let (person, campaign) = (pages.small.people[0], pages.small.campaign);
        let of = |space: &str| format!(r#"{{{space}"person":"{person}","campaign":"{campaign}"}}"#);
        json(pages, "/api/v1/holds/release", of(""), of(" "))
    }),
    ("/api/v1/bookings", Promise::Once, |pages| {
        let (whole, other) = wish(pages);
        json(pages, "/api/v1/bookings", whole, other)
    }),
    ("/api/v1/bookings/{reference}/confirm", Promise::Once, |pages| {
        let booked = assigned(pages).remove(0);
        json(pages, format!("/api/v1/bookings/{}/confirm", booked.reference), "{}".into(), "{ }".into())
    }),
    ("/api/v1/bookings/{reference}/cancel", Promise::Once, |pages| {
        let booked = assigned(pages).remove(0);
        let asked = |reason: &str| format!(r#"{{"version":{},"reason":"{reason}"}}"#, booked.version);
        json(pages, format!("/api/v1/bookings/{}/cancel", booked.reference), asked("by_person"), asked("by_site"))
    }),
    ("/api/v1/bookings/{reference}/rebook", Promise::Once, |pages| {
        let booked = assigned(pages).remove(0);
        let asked = |day: usize| {
            let (reference, version, slot) = (&booked.reference, booked.version, pages.small.slots[day]);
            format!(r#"{{"changes":[{{"reference":"{reference}","version":{version},"slot":"{slot}"}}]}}"#)
        };
        json(pages, format!("/api/v1/bookings/{}/rebook", booked.reference), asked(3), asked(4))
    }),
];

fn send(pages: &Pages, sent: &Sent, key: &str, body: &str) -> Answered {
    let request = Request::post(&sent.to);
    let request = match sent.kind {
        Kind::Form => request
            .header(header::COOKIE, &sent.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("key={key}&{body}"))),
        Kind::Json => request
            .header(header::AUTHORIZATION, &sent.cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key)
            .body(Body::from(body.to_owned())),
        Kind::Parts => request
            .header(header::COOKIE, &sent.cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(body.replace("KEY", key))),
    };
    pages.service.send(request.expect("a request"))
}

/// What of an answer must be the same: all but the keys of the forms in it.
fn told(answer: &Answered) -> (StatusCode, String, String, String) {
    let mut parts = answer.body.split("name=\"key\" value=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    let body = parts.fold(first, |text, part| text + part.split_once('"').map_or("", |(_, rest)| rest));
    (answer.status, answer.header("location").to_owned(), answer.header("set-cookie").to_owned(), body)
}

fn holds(pages: &Pages, (path, promise, prepare): &Row) {
    let sent = prepare(pages);
    let first = send(pages, &sent, "one-key", &sent.body);
    let done = first.status == StatusCode::SEE_OTHER || first.status.is_success();
    assert!(done, "{path}: the row must do its work: {} {}", first.status, first.body);
    let after = pages.fingerprint();
    let again = send(pages, &sent, "one-key", &sent.body);
    assert_eq!(told(&again), told(&first), "{path}: the same key and body");
    if matches!(promise, Promise::Once) {
        assert_eq!(pages.fingerprint(), after, "{path}: the second sending changed something");
    }
    let other = send(pages, &sent, "one-key", &sent.other);
    if *promise == Promise::Buttons {
        assert_eq!(other.status, StatusCode::SEE_OTHER, "{path}: another button");
        assert_eq!(pages.number("SELECT COUNT(*) FROM hold"), 1, "{path}");
        return;
    }
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: another body: {}", other.body);
    if sent.kind == Kind::Json {
        assert!(
            other.body.contains("idempotency_key_reused") && other.body.contains("Make a fresh key"),
            "{}",
            other.body
        );
    } else {
        assert!(other.body.contains("Go back, reload the page and do it again."), "{path}: {}", other.body);
    }
    if matches!(promise, Promise::Once) {
        assert_eq!(pages.fingerprint(), after, "{path}: a refused body changed something");
        pages.clean();
    }
}

fn posts() -> Vec<Route> {
    routes::table().into_iter().filter(|route| route.verb == "POST").collect()
}

#[test]
fn every_post_has_a_row_and_every_row_a_post() {
    let rows: BTreeMap<&str, Promise> = ROWS.iter().map(|(path, promise, _)| (*path, *promise)).collect();
    assert_eq!(rows.len(), ROWS.len(), "a path stands twice");
    let posts: Vec<&str> = posts().iter().map(|route| route.path).collect();
    let missing: Vec<_> = posts.iter().filter(|path| !rows.contains_key(*path)).collect();
    assert!(missing.is_empty(), "write a row for each of these, which proves that it is done once: {missing:?}");
    let gone: Vec<_> = rows.keys().filter(|path| !posts.contains(path)).collect();
    assert!(gone.is_empty(), "no such route: {gone:?}");
}

#[test]
fn every_post_is_done_once_on_sqlite() {
    for row in ROWS {
        holds(&Pages::over(Fresh::lite(), 2), row);
    }
}

#[test]
#[cfg(feature = "postgres")]
fn every_post_is_done_once_on_postgresql() {
    for row in ROWS {
        holds(&Pages::over(Fresh::postgres(), 2), row);
    }
}

#[test]
fn a_post_without_a_key_is_refused() {
    let pages = Pages::over(Fresh::lite(), 2);
    let (lead, operator) = (lead(&pages), pages.operator());
    let base = pages.open(&operator, 0);
    for route in posts() {
        let path = route.path.replace("/desk/people/{person}", &base).replace("{n}", "1");
        let path = path.replace("{site}", &pages.small.site.to_string()).replace("{date}", "2027-01-04");
        let id = "00000000-0000-7000-8000-000000000001";
        let path = ["{import}", "{item}", "{person}", "{reference}", "{change}"]
            .iter()
            .fold(path, |path, name| path.replace(name, id));
        let cookie = if path.starts_with("/b/") {
            pages.me(0)
        } else if path.starts_with("/desk") {
            operator.clone()
        } else {
            lead.clone()
        };
        let answer = if path.starts_with("/api/") {
            let sent = json(&pages, &path, "{}".into(), String::new());
            let request = Request::post(&path).header(header::AUTHORIZATION, &sent.cookie);
            pages
                .service
                .send(request.header(header::CONTENT_TYPE, "application/json").body(Body::from("{}")).expect("sent"))
        } else {
            pages.service.post(&path, &cookie, "nothing=here")
        };
        assert!(answer.status.is_client_error(), "{}: {}", route.path, answer.status);
    }
}
