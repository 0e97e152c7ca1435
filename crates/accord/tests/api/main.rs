//! The API through the real router, on both engines: what it books, what it refuses and how, a request that comes
//! twice, and that every answer is as the document says.

mod client;
mod day;
mod free_places;

use accord::access::api_key::{self, KeyRole};
use accord::base::db::Stop;
use accord::booking::place::place_many;
use accord::booking::{Pick, PlaceCourse, batch};
use accord::evidence::verify;
use accord::testing::{Fresh, Small};
use accord::{on_both_engines, p, routes};
use axum::http::StatusCode;
use client::{Api, Said, request};
use serde_json::{Value, json};

fn wish(small: &Small, person: usize, days: &[usize]) -> Value {
    let picks: Vec<Value> = days
        .iter()
        .zip(1..)
        .map(|(day, n)| json!({ "appointment": n, "slot": small.slots[*day].to_string() }))
        .collect();
    json!({ "person": small.people[person].to_string(), "campaign": small.campaign.to_string(), "picks": picks })
}

fn count(fresh: &Fresh, sql: &'static str) -> i64 {
    let (n,): (i64,) = fresh.db.read_now(&fresh.who, move |tx| tx.one(sql, p![])).expect("counted");
    n
}

fn run_sql(fresh: &Fresh, sql: &'static str) {
    fresh.db.write_now(&fresh.who, move |tx| tx.run(sql, p![]).map_err(Stop::<()>::Store)).expect("the statement runs");
}

fn clean(fresh: &Fresh) {
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
    let findings = fresh.db.read_now(&fresh.who, verify::verify).expect("verified");
    let broken: Vec<_> = findings.iter().filter(|f| f.violations.unwrap_or(0) > 0).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

fn reference(said: &Said, at: usize) -> String {
    said.body["bookings"][at]["reference"].as_str().expect("a reference").to_owned()
}

on_both_engines! {
    fn a_course_is_found_placed_looked_at_changed_and_cancelled(fresh) {
        let small = Small::build(fresh, 2);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let campaigns = api.get("/api/v1/campaigns", StatusCode::OK);
        assert_eq!(campaigns.body["campaigns"][0]["appointments"][1]["number"], 2);
        assert_eq!(campaigns.body["campaigns"][0]["products"][0]["min_days"], 19);
        let slots = format!("/api/v1/campaigns/{}/slots?person={}", small.campaign, small.people[0]);
        let free = api.get(&format!("{slots}&from=2027-01-06&sites={}", small.site), StatusCode::OK);
        assert_eq!(free.body["slots"][0]["slot"], small.slots[2].to_string());
        assert_eq!(free.body["slots"][0]["travel_minutes"], 9);
        let elsewhere = api.get(&format!("{slots}&sites={}", small.host), StatusCode::OK);
        assert_eq!(elsewhere.body["slots"], json!([]));

        let placed = api.post("/api/v1/bookings", "k1", &wish(&small, 0, &[2, 23]), StatusCode::CREATED);
        assert_eq!(placed.body["bookings"].as_array().map(Vec::len), Some(2));
        let (first, second) = (reference(&placed, 0), reference(&placed, 1));
        let one = api.get(&format!("/api/v1/bookings/{}", first.to_lowercase()), StatusCode::OK);
        assert_eq!(one.body, placed.body["bookings"][0]);

        let change = json!({ "changes": [{ "reference": first, "version": 1, "slot": small.slots[3].to_string() }] });
        let changed = api.post(&format!("/api/v1/bookings/{first}/rebook"), "k2", &change, StatusCode::OK);
        assert_eq!(changed.body["bookings"][0]["slot"], small.slots[3].to_string());
        let old = api.get(&format!("/api/v1/bookings/{first}"), StatusCode::OK);
        assert_eq!(old.body["state"], "rebooked");
        let now = reference(&changed, 0);
        let both = json!({ "changes": [
            { "reference": now, "version": 1, "slot": small.slots[10].to_string() },
            { "reference": second, "version": 1, "slot": small.slots[31].to_string() },
        ] });
        let moved = api.post(&format!("/api/v1/bookings/{second}/rebook"), "k3", &both, StatusCode::OK);
        assert_eq!(moved.body["bookings"].as_array().map(Vec::len), Some(2));
        let last = reference(&moved, 1);
        let gone = api.post(&format!("/api/v1/bookings/{last}/cancel"), "k4",
            &json!({ "version": 1, "reason": "by_person" }), StatusCode::OK);
        assert_eq!((&gone.body["state"], &gone.body["version"]), (&json!("cancelled"), &json!(2)));
        clean(fresh);
    }

    fn what_was_assigned_is_confirmed_once_and_a_pending_batch_is_seen_by_nobody(fresh) {
        let small = Small::build(fresh, 1);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let want = PlaceCourse {
            person: small.people[0],
            campaign: small.campaign,
            picks: vec![Pick { appointment: 1, slot: small.slots[5] }],
        };
        let made = fresh.db.write_now(&fresh.who, move |tx| {
            let id = batch::open(tx, small.campaign).map_err(Stop::Store)?;
            place_many(tx, id, std::slice::from_ref(&want)).map(|_| id)
        });
        let made = made.unwrap_or_else(|stop| panic!("{stop:?}"));
        let (stored,): (String,) =
            fresh.db.read_now(&fresh.who, |tx| tx.one("SELECT reference FROM booking", p![])).expect("read");
        let at = format!("/api/v1/bookings/{stored}");
        api.problem_of(api.send(request("GET", &at, None, None, Some(&api.secret))), 404, "no_such_booking");
        let answer = api.send(request("POST", &format!("{at}/confirm"), Some("early"), Some("{}"), Some(&api.secret)));
        api.problem_of(answer, 404, "no_such_booking");
        fresh.db.write_now(&fresh.who, move |tx| batch::settle_live(tx, made)).unwrap_or_else(|stop| panic!("{stop:?}"));
        assert_eq!(api.get(&at, StatusCode::OK).body["state"], "assigned");
        for key in ["k1", "k2"] {
            let said = api.post(&format!("{at}/confirm"), key, &json!({}), StatusCode::OK);
            assert_eq!((&said.body["bookings"][0]["state"], &said.body["bookings"][0]["version"]), (&json!("confirmed"), &json!(2)));
        }
        clean(fresh);
    }

    fn a_request_that_comes_again_gets_its_answer_again(fresh) {
        let small = Small::build(fresh, 1);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let body = wish(&small, 0, &[1]);
        let first = api.post("/api/v1/bookings", "k1", &body, StatusCode::CREATED);
        let again = api.post("/api/v1/bookings", "k1", &body, StatusCode::CREATED);
        assert_eq!(first.body, again.body);
        api.refused("/api/v1/bookings", "k1", &wish(&small, 0, &[2]), 422, "idempotency_key_reused");
        let place = format!("/api/v1/bookings/{}/confirm", reference(&first, 0));
        api.refused(&place, "k1", &json!({}), 422, "idempotency_key_reused");

        // A refusal is an answer too: what has changed since does not change it.
        run_sql(fresh, "UPDATE session SET state = 'closed'");
        api.refused("/api/v1/bookings", "k2", &wish(&small, 1, &[1]), 409, "session_closed");
        run_sql(fresh, "UPDATE session SET state = 'open'");
        api.refused("/api/v1/bookings", "k2", &wish(&small, 1, &[1]), 409, "session_closed");
        api.post("/api/v1/bookings", "k3", &wish(&small, 1, &[1]), StatusCode::CREATED);

        // Keys are each caller's own.
        let other = Api::over(fresh, KeyRole::CampaignLead);
        other.refused("/api/v1/bookings", "k1", &body, 409, "already_booked");
        fresh.db.clock.advance_us(accord::base::idempotency::KEPT_US + 1);
        assert!(api.send(request("POST", "/api/v1/bookings", Some("k1"), Some(&body.to_string()), Some(&api.secret))).status == 409);
    }

    fn sixty_four_copies_at_once_are_one_booking(fresh) {
        let small = Small::build(fresh, 1);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let body = wish(&small, 0, &[1]).to_string();
        let copies = (0..64).map(|_| request("POST", "/api/v1/bookings", Some("k"), Some(&body), Some(&api.secret)));
        let answers = api.send_all(copies.collect());
        assert_eq!(answers.len(), 64);
        for answer in &answers {
            assert_eq!((answer.status, &answer.body), (201, &answers[0].body));
        }
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM booking"), 1);
        assert_eq!(count(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM slot"), 1);
        clean(fresh);
    }

    fn rules_refuse_with_their_code_and_leave_nothing(fresh) {
        let small = Small::build(fresh, 2);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let with = |member: &str, value: Value| {
            let mut body = wish(&small, 0, &[0, 21]);
            body[member] = value;
            body
        };
        let stranger = "00000000-0000-7000-8000-000000000000";
        let rows = [
            (wish(&small, 0, &[1, 19]), 409, "interval_too_short"),
            (wish(&small, 0, &[0, 18]), 409, "outside_window"),
            (wish(&small, 0, &[0, 21, 42]), 422, "no_such_appointment"),
            (with("person", json!(stranger)), 422, "no_such_person"),
            (with("campaign", json!(stranger)), 409, "campaign_closed"),
            (with("picks", json!([{ "appointment": 1, "slot": stranger }])), 422, "no_such_slot"),
        ];
        for (n, (body, status, code)) in rows.iter().enumerate() {
            api.refused("/api/v1/bookings", &format!("k{n}"), body, *status, code);
        }
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM booking"), 0);
        let placed = api.post("/api/v1/bookings", "ok", &wish(&small, 0, &[0, 21]), StatusCode::CREATED);
        let (first, second) = (reference(&placed, 0), reference(&placed, 1));
        let cancel = format!("/api/v1/bookings/{first}/cancel");
        api.refused(&cancel, "c1", &json!({ "version": 7, "reason": "by_person" }), 409, "changed_meanwhile");
        api.refused(&cancel, "c2", &json!({ "version": 1, "reason": "by_campaign" }), 403, "lead_only");
        let other = json!({ "changes": [{ "reference": second, "version": 1, "slot": small.slots[22].to_string() }] });
        api.refused(&format!("/api/v1/bookings/{first}/rebook"), "c3", &other, 422, "wrong_request");
        let apart = json!({ "changes": [{ "reference": first, "version": 1, "slot": small.slots[15].to_string() }] });
        api.refused(&format!("/api/v1/bookings/{first}/rebook"), "c4", &apart, 409, "interval_too_short");
        api.refused("/api/v1/bookings/AAA-AAA-AAA/confirm", "c5", &json!({}), 404, "no_such_booking");
        let lead = Api::over(fresh, KeyRole::CampaignLead);
        lead.post(&cancel, "c1", &json!({ "version": 1, "reason": "by_campaign" }), StatusCode::OK);
        api.refused(&cancel, "c6", &json!({ "version": 2, "reason": "by_person" }), 409, "not_live");
        clean(fresh);
    }

    fn people_are_found_by_what_they_can_say_and_each_look_is_told(fresh) {
        let small = Small::build(fresh, 1);
        run_sql(fresh, "UPDATE person SET name_key = 'person|test'");
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let placed = api.post("/api/v1/bookings", "k", &wish(&small, 0, &[1]), StatusCode::CREATED);
        let looks = || count(fresh, "SELECT COUNT(*) FROM audit WHERE verb = 'look' AND noun = 'person'");
        let search = |asked: Value| api.post("/api/v1/people/search", "s", &asked, StatusCode::OK);
        let by_reference = search(json!({ "reference": reference(&placed, 0) }));
        assert_eq!(by_reference.body["people"][0]["id"], small.people[0].to_string());
        assert_eq!(by_reference.body["people"][0]["bookings"][0], placed.body["bookings"][0]);
        assert_eq!(looks(), 1);
        let by_name = search(json!({ "name": "Tes Person", "born": "1980-02-29" }));
        assert_eq!(by_name.body["people"].as_array().map(Vec::len), Some(3));
        assert_eq!(looks(), 4);
        let nobody = search(json!({ "name": "Nobody", "born": "1980-02-29" }));
        assert_eq!((nobody.body, looks()), (json!({ "people": [], "more": false }), 5));
        let (name, born) = ("Test", "1980-02-29");
        for asked in [json!({}), json!({ "name": name }), json!({ "born": born }), json!({ "name": "T", "born": born }),
            json!({ "reference": "AAA" }), json!({ "name": name, "born": "soon" }), json!({ "nhs_number": "9434765919" }),
            json!({ "reference": "AAA-AAA-AAA", "name": name, "born": born })] {
            api.refused("/api/v1/people/search", "s", &asked, 422, "wrong_request");
        }
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM idempotency WHERE answer LIKE '%1980%'"), 0, "no look is kept");
        assert_eq!(looks(), 5);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%Test%' OR detail LIKE '%1980%'"), 0);
    }

    fn a_key_opens_until_it_is_revoked_and_opens_nothing_else(fresh) {
        Small::build(fresh, 1);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let get = |secret: Option<&str>| api.send(request("GET", "/api/v1/campaigns", None, None, secret));
        assert_eq!(get(Some(&api.secret)).status, 200);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM api_key WHERE key_hash LIKE '%accord_%'"), 0);
        for wrong in [None, Some("accord_0000"), Some(""), Some(&api.secret[1..])] {
            let answer = get(wrong);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            api.problem_of(answer, 401, "unauthorised");
        }
        assert_eq!(api.send(request("GET", "/campaign", None, None, Some(&api.secret))).status, 303);
        let id = api.id;
        let revoked = fresh.db.write_now(&fresh.who, move |tx| api_key::revoke(tx, id).map_err(Stop::<()>::Store));
        assert!(revoked.expect("revoked"));
        api.problem_of(get(Some(&api.secret)), 401, "unauthorised");
        let keys = fresh.db.read_now(&fresh.who, api_key::all).expect("listed");
        assert!(keys.len() == 1 && keys[0].revoked);
    }
}

#[test]
fn a_request_of_the_wrong_form_is_refused_as_a_problem() {
    let fresh = Fresh::lite();
    let small = Small::build(&fresh, 1);
    let api = Api::over(&fresh, KeyRole::BookingOperator);
    let good = wish(&small, 0, &[1]).to_string();
    let send = |key: Option<&str>, body: &str| request("POST", "/api/v1/bookings", key, Some(body), Some(&api.secret));
    let unknown = good.replacen('{', r#"{"note":"x","#, 1);
    let huge = format!("{good}{}", " ".repeat(70_000));
    let rows = [
        (send(None, &good), 400, "idempotency_key_missing"),
        (send(Some("no spaces"), &good), 400, "idempotency_key_missing"),
        (send(Some("k"), "{"), 400, "unreadable"),
        (send(Some("k"), ""), 400, "unreadable"),
        (send(Some("k"), "[]"), 422, "wrong_request"),
        (send(Some("k"), "{}"), 422, "wrong_request"),
        (send(Some("k"), &unknown), 422, "wrong_request"),
        (send(Some("k"), &huge), 413, "too_large"),
        (request("GET", "/api/v1/nothing", None, None, Some(&api.secret)), 404, "nothing_here"),
        (request("GET", "/api/v2", None, None, Some(&api.secret)), 404, "nothing_here"),
        (request("DELETE", "/api/v1/campaigns", None, None, Some(&api.secret)), 405, "wrong_method"),
        (request("GET", "/api/v1/campaigns/x/slots?person=y", None, None, Some(&api.secret)), 422, "wrong_request"),
        (request("GET", "/api/v1/bookings/x", None, None, Some(&api.secret)), 404, "no_such_booking"),
    ];
    for (request, status, code) in rows {
        let shown = format!("{request:?}");
        let answer = api.send(request);
        assert_eq!(answer.status, status, "{shown}: {}", answer.body);
        api.problem_of(answer, status, code);
    }
    let mut text = send(Some("k"), &good);
    text.headers_mut().insert("content-type", "text/plain".parse().expect("a header"));
    api.problem_of(api.send(text), 415, "wrong_type");
    let mut foreign = send(Some("k"), &good);
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().expect("a header"));
    api.problem_of(api.send(foreign), 403, "cross_site");
    assert_eq!(count(&fresh, "SELECT COUNT(*) FROM booking") + count(&fresh, "SELECT COUNT(*) FROM idempotency"), 0);
    let slots = format!("/api/v1/campaigns/{}/slots", small.campaign);
    for query in [
        "",
        "?person=1",
        &format!("?person={}&day=1", small.people[0]),
        &format!("?person={}&from=x", small.people[0]),
        &format!("?person={}&sites=", small.people[0]),
    ] {
        api.problem_of(
            api.send(request("GET", &format!("{slots}{query}"), None, None, Some(&api.secret))),
            422,
            "wrong_request",
        );
    }
}

#[test]
fn overload_is_told_at_once_and_the_same_request_is_done_later() {
    let fresh = Fresh::lite();
    let small = Small::build(&fresh, 1);
    let api = Api::over(&fresh, KeyRole::BookingOperator);
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let (begun, holding) = std::sync::mpsc::channel::<()>();
    let (db, who) = (fresh.db.clone(), fresh.who.clone());
    let held = std::thread::spawn(move || {
        let hold = move |_: &mut accord::base::db::Tx<'_>| {
            begun.send(()).expect("somebody waits");
            wait.lock().expect("one holder").recv().expect("released");
            Ok::<(), Stop<()>>(())
        };
        drop(db.write_now(&who, hold));
    });
    holding.recv().expect("the writer is held");
    // The queue is bounded; everything past its end is refused at once, and the rest is done when the writer is free.
    let full = api.fill_queue(&fresh, 5_000);
    let body = wish(&small, 0, &[1]);
    let began = std::time::Instant::now();
    let answer = api.send(request("POST", "/api/v1/bookings", Some("k"), Some(&body.to_string()), Some(&api.secret)));
    assert!(began.elapsed() < std::time::Duration::from_secs(5));
    assert_eq!(answer.header("retry-after"), "5");
    api.problem_of(answer, 503, "busy");
    api.get("/api/v1/campaigns", StatusCode::OK);
    go.send(()).expect("released");
    held.join().expect("ended");
    api.drain(full);
    api.post("/api/v1/bookings", "k", &body, StatusCode::CREATED);
}

#[test]
fn the_document_and_the_table_of_routes_name_the_same() {
    let fresh = Fresh::lite();
    Small::build(&fresh, 1);
    let api = Api::over(&fresh, KeyRole::BookingOperator);
    let mut routes: Vec<(String, String)> = routes::table()
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/") && route.path != "/api/v1/openapi.json")
        .map(|route| (route.path.to_owned(), route.verb.to_lowercase()))
        .collect();
    let document = api.document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut told = Vec::new();
    for (path, verbs) in document["paths"].as_object().expect("paths") {
        told.extend(verbs.as_object().expect("verbs").keys().map(|verb| (path.clone(), verb.clone())));
    }
    routes.sort();
    told.sort();
    assert_eq!(routes, told);
    let text = document.to_string();
    for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document["components"]["schemas"][name].is_object(), "{name} is defined nowhere");
    }
    let codes = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"].as_array().expect("codes");
    let once: std::collections::BTreeSet<_> = codes.iter().filter_map(Value::as_str).collect();
    assert_eq!(once.len(), codes.len(), "a code stands twice");
    let page = api.send(request("GET", "/api/v1", None, None, None));
    assert_eq!(page.status, 200);
    for said in
        ["POST /api/v1/bookings", "idempotency_key_reused", "slot_full", "id=\"object-PlaceAsked\"", "openapi.json"]
    {
        assert!(page.text.contains(said), "the page does not say {said}");
    }
    assert!(!page.text.contains("<script"));
}
