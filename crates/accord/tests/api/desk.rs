//! The operator's part of the API: holds, answers, dates of birth, codes; how often a key may search, and when it ends.

use crate::client::{Api, request};
use crate::{clean, count, run_sql, wish};
use accord::access::api_key::{self, KEPT_US, KeyRole};
use accord::base::clock::at_microsecond;
use accord::base::db::Stop;
use accord::base::secret::Key;
use accord::on_both_engines;
use accord::testing::{BEGIN_US, Small};
use axum::http::StatusCode;
use serde_json::json;

on_both_engines! {
    fn a_place_is_held_looked_at_taken_and_let_go(fresh) {
        let small = Small::build(fresh, 2);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let of = json!({ "person": small.people[0].to_string(), "campaign": small.campaign.to_string() });
        let at = format!("/api/v1/holds?person={}&campaign={}", small.people[0], small.campaign);
        assert_eq!(api.get(&at, StatusCode::OK).body, json!({ "holds": [] }));
        let held = api.post("/api/v1/holds", "k1", &wish(&small, 0, &[1, 22]), StatusCode::CREATED);
        assert_eq!(held.body["holds"].as_array().map(Vec::len), Some(2));
        assert_eq!(held.body["holds"][0]["expires"], "2027-01-04T08:10:00Z");
        assert_eq!(api.get(&at, StatusCode::OK).body, held.body);
        assert_eq!(api.post("/api/v1/holds", "k1", &wish(&small, 0, &[1, 22]), StatusCode::CREATED).body, held.body);
        run_sql(fresh, "UPDATE slot SET capacity = taken WHERE date = '2027-01-05'");
        api.refused("/api/v1/holds", "k2", &wish(&small, 1, &[1, 23]), 409, "slot_full");
        // Another wish takes the place of the one before.
        api.post("/api/v1/holds", "k3", &wish(&small, 0, &[2, 23]), StatusCode::CREATED);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM hold"), 2);
        assert_eq!(api.post("/api/v1/holds/release", "k4", &of, StatusCode::OK).body, json!({ "holds": [] }));
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM hold") + count(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM slot"), 0);
        let nobody = json!({ "person": "00000000-0000-7000-8000-000000000000", "campaign": small.campaign.to_string() });
        api.refused("/api/v1/holds/release", "k5", &nobody, 422, "no_such_person");
        // What is held is the holder's, and the booking takes it.
        api.post("/api/v1/holds", "k6", &wish(&small, 0, &[3, 24]), StatusCode::CREATED);
        api.post("/api/v1/bookings", "k7", &wish(&small, 0, &[3, 24]), StatusCode::CREATED);
        fresh.db.clock.advance_us(accord::booking::hold::KEPT_US);
        assert_eq!(api.get(&at, StatusCode::OK).body, json!({ "holds": [] }));
        clean(fresh);
    }

    fn an_operators_program_does_what_people_say(fresh) {
        let small = Small::build(fresh, 2);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let at = |what: &str| format!("/api/v1/people/{}/{what}", small.people[0]);
        let campaign = small.campaign.to_string();
        api.post("/api/v1/bookings", "k1", &wish(&small, 0, &[2, 23]), StatusCode::CREATED);
        let said = api.post(&at("decline"), "k2", &json!({ "campaign": campaign, "reason": "medical" }), StatusCode::OK);
        assert_eq!(said.body["state"], "declined");
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM booking WHERE live = 1"), 0);
        assert_eq!(api.post(&at("reopen"), "k3", &json!({ "campaign": campaign }), StatusCode::OK).body["state"], "waiting");
        api.refused(&at("had-elsewhere"), "k4", &json!({ "campaign": campaign, "on": "2027-12-01" }), 422, "wrong_request");
        let said = api.post(&at("had-elsewhere"), "k5", &json!({ "campaign": campaign, "on": "2026-12-01" }), StatusCode::OK);
        assert_eq!(said.body["state"], "had_elsewhere");
        api.post(&at("date-of-birth"), "k6", &json!({ "born": "1984-03-15" }), StatusCode::OK);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM person WHERE date_of_birth = '1984-03-15' AND birth_checked = 1"), 1);
        api.refused(&at("date-of-birth"), "k7", &json!({ "born": "1850-03-15" }), 409, "implausible_date");
        let made = api.post(&at("code"), "k8", &json!({}), StatusCode::OK);
        assert_eq!(api.post(&at("code"), "k8", &json!({}), StatusCode::OK).body, made.body, "the same request, the same code");
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM person_code"), 1);
        let code = made.body["code"].as_str().expect("a code");
        assert_ne!(api.post(&at("code"), "k9", &json!({}), StatusCode::OK).body["code"], code);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM person_code WHERE revoked_us IS NULL"), 1);
        let nobody = "/api/v1/people/00000000-0000-7000-8000-000000000000";
        for (what, body) in [("decline", json!({ "campaign": campaign, "reason": "later" })), ("reopen", json!({ "campaign": campaign })),
            ("date-of-birth", json!({ "born": "1984-03-15" })), ("code", json!({}))] {
            api.refused(&format!("{nobody}/{what}"), &format!("n{what}"), &body, 404, "no_such_person");
        }
        api.refused(&at("reopen"), "ka", &json!({ "campaign": "00000000-0000-7000-8000-000000000000" }), 404, "no_such_campaign");
        clean(fresh);
    }

    fn a_key_searches_sixty_times_a_minute_and_then_waits(fresh) {
        Small::build(fresh, 1);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let asked = json!({ "name": "Test", "born": "1980-02-29" });
        for n in 0..60 {
            api.post("/api/v1/people/search", &format!("s{n}"), &asked, StatusCode::OK);
        }
        for _ in 0..2 {
            let body = asked.to_string();
            let often = api.send(request("POST", "/api/v1/people/search", Some("more"), Some(&body), Some(&api.secret)));
            assert_eq!(often.header("retry-after"), "60");
            api.problem_of(often, 429, "too_many_searches");
        }
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM audit WHERE verb = 'search_too_often'"), 1);
        assert_eq!(count(fresh, "SELECT COUNT(*) FROM audit WHERE verb = 'look'"), 60);
        fresh.db.clock.advance_us(60_000_000);
        api.post("/api/v1/people/search", "later", &asked, StatusCode::OK);
        api.refused("/api/v1/people/search", "later", &json!({ "name": "Other", "born": "1980-02-29" }), 422, "idempotency_key_reused");
    }

    fn a_key_ends_after_a_year_or_when_its_maker_said(fresh) {
        Small::build(fresh, 1);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let soon = at_microsecond(BEGIN_US + 60_000_000);
        let made = fresh.db.write_now(&fresh.who, move |tx| {
            api_key::make_until(tx, &Key::new([7; 32]), "Short", KeyRole::BookingOperator, soon).map_err(Stop::<()>::Store)
        });
        let (_, short) = made.expect("made");
        let get = |secret: &str| api.send(request("GET", "/api/v1/campaigns", None, None, Some(secret)));
        assert_eq!((get(&short).status, get(&api.secret).status), (200, 200));
        fresh.db.clock.advance_us(60_000_000);
        api.problem_of(get(&short), 401, "unauthorised");
        let keys = fresh.db.read_now(&fresh.who, api_key::all).expect("listed");
        let now = fresh.db.clock.now();
        assert_eq!(keys.iter().map(|key| key.is_live(now)).collect::<Vec<_>>(), [true, false]);
        fresh.db.clock.advance_us(KEPT_US - 60_000_001);
        assert_eq!(get(&api.secret).status, 200, "the last moment of its year");
        fresh.db.clock.advance_us(1);
        api.problem_of(get(&api.secret), 401, "unauthorised");
    }
}
