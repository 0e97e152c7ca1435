//! A clinic's day through the API.

use super::client::Api;
use super::{clean, reference, wish};
use accord::access::api_key::KeyRole;
use accord::on_both_engines;
use accord::testing::Small;
use axum::http::StatusCode;
use serde_json::json;

on_both_engines! {
    fn somebody_is_checked_in_and_noted_and_somebody_else_walks_in(fresh) {
        let small = Small::build(fresh, 1);
        let api = Api::over(fresh, KeyRole::BookingOperator);
        let (site, campaign) = (small.site.to_string(), small.campaign.to_string());
        let placed = api.post("/api/v1/bookings", "k1", &wish(&small, 0, &[0]), StatusCode::CREATED);
        let told = reference(&placed, 0);
        let here = format!("/api/v1/bookings/{told}/check-in");
        let outcome = format!("/api/v1/bookings/{told}/outcome");
        let given = |seen: u32| json!({ "site": site, "seen": seen, "outcome": "given", "batch": "FX 1" });
        let early = api.post(&outcome, "k2", &given(0), StatusCode::CONFLICT);
        assert_eq!(early.body["code"], "not_here");
        let came = api.post(&here, "k3", &json!({ "site": site }), StatusCode::OK);
        assert_eq!((&came.body["seen"], &came.body["outcome"]), (&json!(1), &json!(null)));
        let done = api.post(&outcome, "k4", &given(1), StatusCode::OK);
        assert_eq!((&done.body["outcome"], &done.body["batch"]), (&json!("given"), &json!("FX 1")));
        let no_batch = json!({ "site": site, "seen": 2, "outcome": "given" });
        api.post(&outcome, "k5", &no_batch, StatusCode::UNPROCESSABLE_ENTITY);
        let walk = |person: usize| json!({
            "site": site, "person": small.people[person].to_string(), "campaign": campaign, "batch": "FX 1",
        });
        let walked = api.post("/api/v1/walk-ins", "k6", &walk(1), StatusCode::CREATED);
        assert_eq!((&walked.body["outcome"], &walked.body["booking"]["state"]), (&json!("given"), &json!("confirmed")));
        let again = api.post("/api/v1/walk-ins", "k6", &walk(1), StatusCode::CREATED);
        assert_eq!(again.body, walked.body, "the same key does it once");
        assert_eq!(api.post("/api/v1/walk-ins", "k7", &walk(1), StatusCode::CONFLICT).body["code"], "offer_closed");
        let listed = api.post("/api/v1/bookings", "k8", &wish(&small, 2, &[0]), StatusCode::CREATED);
        assert_eq!(listed.status, StatusCode::CREATED);
        assert_eq!(api.post("/api/v1/walk-ins", "k9", &walk(2), StatusCode::CONFLICT).body["code"], "on_the_list");
        clean(fresh);
    }
}
