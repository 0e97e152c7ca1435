//! The waiting list and the standby list through the API.

use super::client::Api;
use super::{clean, run_sql};
use accord::access::api_key::KeyRole;
use accord::base::db::Stop;
use accord::booking::standby_draw::{Left, open};
use accord::booking::timed_offer::work;
use accord::on_both_engines;
use accord::testing::{Fresh, Small};
use axum::http::StatusCode;
use jiff::civil::date;
use serde_json::{Value, json};

fn works(fresh: &Fresh) {
    while fresh.db.write_now(&fresh.who, |tx| work(tx, 1).map_err(Stop::<()>::Store)).expect("worked") > 0 {}
}

fn who(small: &Small, person: usize) -> Value {
    json!({ "person": small.people[person].to_string(), "campaign": small.campaign.to_string() })
}

on_both_engines! {
    fn an_operator_puts_people_on_the_list_and_answers_for_them(fresh) {
        let small = Small::build(fresh, 1);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        run_sql(fresh, "UPDATE slot SET capacity = 0");
        api.refused("/api/v1/waiting/leave", "k0", &who(&small, 2), 409, "not_waiting");
        let mut wish = who(&small, 2);
        wish["half_days"] = json!("sun_pm,thu_am");
        wish["minutes"] = json!(30);
        let joined = api.post("/api/v1/waiting/join", "k1", &wish, StatusCode::OK);
        assert_eq!((&joined.body["waiting"]["state"], &joined.body["standby"]), (&json!("in_line"), &json!(false)));
        let again = api.post("/api/v1/waiting/join", "k1", &wish, StatusCode::OK);
        assert_eq!(joined.body, again.body);
        api.refused("/api/v1/waiting/accept", "k2", &who(&small, 2), 409, "hold_gone");
        run_sql(fresh, "UPDATE slot SET capacity = 1 WHERE date = '2027-01-14'");
        works(fresh);
        let seen = api.post("/api/v1/lists/look", "look", &who(&small, 2), StatusCode::OK);
        assert_eq!(seen.body["waiting"]["offer"]["picks"][0]["slot"], small.slots[10].to_string());
        let kept = api.post("/api/v1/waiting/decline", "k3", &who(&small, 2), StatusCode::OK);
        assert_eq!((&kept.body["waiting"]["state"], &kept.body["waiting"]["offer"]), (&json!("in_line"), &Value::Null));
        run_sql(fresh, "UPDATE slot SET capacity = 1 WHERE date = '2027-01-21'");
        works(fresh);
        let placed = api.post("/api/v1/waiting/accept", "k4", &who(&small, 2), StatusCode::OK);
        assert_eq!(placed.body["bookings"][0]["slot"], small.slots[17].to_string());
        api.refused("/api/v1/waiting/join", "k5", &who(&small, 2), 409, "nothing_missing");
        let left = api.post("/api/v1/waiting/join", "k6", &who(&small, 0), StatusCode::OK);
        assert_eq!(left.body["waiting"]["state"], "in_line");
        let left = api.post("/api/v1/waiting/leave", "k7", &who(&small, 0), StatusCode::OK);
        assert_eq!(left.body["waiting"], Value::Null);
        clean(fresh);
    }

    fn an_operator_answers_for_a_dose_that_is_left(fresh) {
        let small = Small::build(fresh, 1);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        for person in [0, 1, 2] {
            let on = api.post("/api/v1/standby/join", &format!("j{person}"), &who(&small, person), StatusCode::OK);
            assert_eq!(on.body["standby"], true);
        }
        let off = api.post("/api/v1/standby/leave", "l2", &who(&small, 2), StatusCode::OK);
        assert_eq!(off.body["standby"], false);
        let left = Left { site: small.site, date: date(2027, 1, 4), product: small.product, doses: 1, until_minute: 17 * 60 };
        let draw = fresh.db.write_now(&fresh.who, move |tx| open(tx, &left)).unwrap_or_else(|stop| panic!("{stop:?}"));
        let asked = api.post("/api/v1/lists/look", "look", &who(&small, 0), StatusCode::OK);
        assert_eq!(asked.body["asked"]["draw"], draw.id.to_string());
        let answer = |person: usize, yes: bool| {
            let mut said = who(&small, person);
            said["draw"] = json!(draw.id.to_string());
            said["yes"] = json!(yes);
            said
        };
        let booked = api.post("/api/v1/standby/answer", "a0", &answer(0, true), StatusCode::OK);
        assert_eq!(booked.body["bookings"].as_array().map(Vec::len), Some(1));
        api.refused("/api/v1/standby/answer", "a1", &answer(1, true), 409, "all_taken");
        api.refused("/api/v1/standby/answer", "a2", &answer(2, true), 409, "not_waiting");
        clean(fresh);
    }
}
