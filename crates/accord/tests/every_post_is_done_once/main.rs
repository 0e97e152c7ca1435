//! Every POST of the route table, present and future: the same key and body get the same answer and do nothing more; the same
//! key with another body is refused with a page, or a problem, that says what to do. A route without a row here fails.

mod clinic;
mod desk;
mod lead;
mod person;
mod programs;
mod situations;
#[path = "../support/mod.rs"]
mod support;

use accord::routes::{self, Route};
use accord::testing::Fresh;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use situations::{json, lead};
use std::collections::BTreeMap;
use support::Answered;
use support::pages::Pages;

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
    /// A look that comes as a file, sealed anew each time: no two are alike but by name and length.
    Sealed,
    /// Work that goes on in the background; its page is the answer.
    Background,
    /// A button for every time, all under one key: each button is a form of its own. The same one twice is one hold.
    Buttons,
}

type Row = (&'static str, Promise, fn(&Pages) -> Sent);

/// A row a route.
fn rows() -> impl Iterator<Item = &'static Row> {
    [person::ROWS, desk::ROWS, lead::ROWS, clinic::ROWS, programs::ROWS].into_iter().flatten()
}

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

fn file(answer: &Answered) -> (StatusCode, String, usize) {
    (answer.status, answer.header("content-disposition").to_owned(), answer.body.len())
}

fn holds(pages: &Pages, (path, promise, prepare): &Row) {
    let sent = prepare(pages);
    let first = send(pages, &sent, "one-key", &sent.body);
    let done = first.status == StatusCode::SEE_OTHER || first.status.is_success();
    assert!(done, "{path}: the row must do its work: {} {}", first.status, first.body);
    let after = pages.fingerprint();
    let again = send(pages, &sent, "one-key", &sent.body);
    if *promise == Promise::Sealed {
        assert_eq!(file(&again), file(&first), "{path}: the same file, sealed anew");
        assert_ne!(again.body, first.body, "{path}: nothing is sealed twice with one salt");
    } else {
        assert_eq!(told(&again), told(&first), "{path}: the same key and body");
    }
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
    let rows: BTreeMap<&str, Promise> = rows().map(|(path, promise, _)| (*path, *promise)).collect();
    assert_eq!(rows.len(), self::rows().count(), "a path stands twice");
    let posts: Vec<&str> = posts().iter().map(|route| route.path).collect();
    let missing: Vec<_> = posts.iter().filter(|path| !rows.contains_key(*path)).collect();
    assert!(missing.is_empty(), "write a row for each of these, which proves that it is done once: {missing:?}");
    let gone: Vec<_> = rows.keys().filter(|path| !posts.contains(path)).collect();
    assert!(gone.is_empty(), "no such route: {gone:?}");
}

#[test]
fn every_post_is_done_once_on_sqlite() {
    for row in rows() {
        holds(&Pages::over(Fresh::lite(), 2), row);
    }
}

#[test]
#[cfg(feature = "postgres")]
fn every_post_is_done_once_on_postgresql() {
    for row in rows() {
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
        let path = path.replace("{organisation}", &pages.small.employer.to_string());
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
        if path.starts_with("/api/") {
            let sent = json(&pages, &path, "{}".into(), String::new());
            let request = Request::post(&path).header(header::AUTHORIZATION, &sent.cookie);
            let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from("{}"));
            let answer = pages.service.send(request.expect("a request"));
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", route.path);
            assert!(answer.body.contains("idempotency_key_missing"), "{}: {}", route.path, answer.body);
            continue;
        }
        let answer = pages.service.post(&path, &cookie, "nothing=here");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}: {}", route.path, answer.body);
        // A form with a file can't be read at all as a form without one.
        let unread = ["/import", "/elsewhere"].contains(&route.path);
        assert!(unread || answer.body.contains("Go back, reload the page and do it again."), "{}", route.path);
    }
}
