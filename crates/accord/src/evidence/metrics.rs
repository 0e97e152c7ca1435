//! What a monitoring system reads of the service: each invariant as a count that must be 0, when it was last counted,
//! and how much waits. Numbers only: no id and no name.
//!
//! Counting walks the whole store, so it is done in the background and kept; asking costs nothing. Alarm when a count
//! is not 0, and when `accord_verify_age_seconds` grows: then nobody counts.

use super::verify::Finding;
use super::{health, verify};
use crate::access::api_key::Caller;
use crate::base::api::Problem;
use crate::base::clock::Clock;
use crate::base::db::{StoreError, Tx};
use crate::base::web::Web;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long the service waits after a count before it counts again, at least.
const EVERY: Duration = Duration::from_secs(60);
/// It waits this many times as long as the count took: however large the store, counting is a twentieth of its work.
const REST: u32 = 20;

/// What was counted last.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Counted {
    at: Timestamp,
    took: Duration,
    findings: Vec<Finding>,
    unsealed: i64,
    holds: health::Holds,
}

/// Keeps the last count for whoever asks; one for the whole service.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Mutex<Option<Counted>>>);

impl Metrics {
    /// Counts everything once, in one snapshot, and keeps it. How many invariants are broken.
    pub async fn count(&self, web: &Web) -> Result<usize, StoreError> {
        let since = web.clock().now();
        let who = crate::access::nobody(web.house.partnership);
        let (findings, unsealed, holds) = web.db.read(&who, all).await?;
        let broken = findings.iter().filter(|finding| finding.violations.unwrap_or(0) > 0).count();
        let took = elapsed(since, web.clock());
        let counted = Counted { at: since, took, findings, unsealed, holds };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(counted);
        Ok(broken)
    }

    /// How long to wait before the next count.
    pub fn rest(&self) -> Duration {
        let took = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|counted| counted.took);
        EVERY.max(took.unwrap_or_default() * REST)
    }

    /// The text that Prometheus and its kin read.
    fn text(&self, clock: &Clock) -> String {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        counted.map_or_else(String::new, |counted| told(&counted, elapsed(counted.at, clock)))
    }
}

type All = (Vec<Finding>, i64, health::Holds);

fn all(tx: &mut Tx<'_>) -> Result<All, StoreError> {
    Ok((verify::verify(tx)?, health::unsealed(tx)?, health::holds(tx)?))
}

fn elapsed(since: Timestamp, clock: &Clock) -> Duration {
    let us = clock.now().as_microsecond().saturating_sub(since.as_microsecond());
    Duration::from_micros(u64::try_from(us).unwrap_or(0))
}

/// `GET /metrics`, for programs with a key. Empty until the first count.
pub async fn metrics(State(web): State<Web>, State(metrics): State<Metrics>, _: Caller) -> Result<Response, Problem> {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, metrics.text(web.clock())).into_response())
}

fn told(counted: &Counted, age: Duration) -> String {
    let mut text = String::with_capacity(2_000);
    family(&mut text, "accord_invariant_violations", "How often an invariant is broken: must be 0.");
    for finding in &counted.findings {
        if let Some(violations) = finding.violations {
            let name = finding.name;
            line(&mut text, &format!("accord_invariant_violations{{invariant=\"{name}\"}}"), violations as f64);
        }
    }
    let single = [
        ("accord_verify_age_seconds", "Seconds since the invariants were counted.", age.as_secs_f64()),
        ("accord_verify_seconds", "Seconds that the last count took.", counted.took.as_secs_f64()),
        ("accord_unsealed_rows", "Rows of audit and ledger that wait for their seal.", counted.unsealed as f64),
        ("accord_places_held", "Places kept for somebody who is choosing.", counted.holds.places as f64),
        (
            "accord_places_held_overdue",
            "Held places that should have been given back a minute ago.",
            counted.holds.overdue as f64,
        ),
    ];
    for (name, help, value) in single {
        family(&mut text, name, help);
        line(&mut text, name, value);
    }
    text
}

/// Writing to a text can't fail.
fn family(text: &mut String, name: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
}

fn line(text: &mut String, name: &str, value: f64) {
    let _ = writeln!(text, "{name} {value}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::at_microsecond;

    #[test]
    fn every_counted_invariant_is_a_line_and_one_that_is_not_counted_is_none() {
        let finding = |name, violations| Finding { name, promise: "", violations, why: Vec::new() };
        let counted = Counted {
            at: at_microsecond(0),
            took: Duration::from_millis(250),
            findings: vec![finding("I1", Some(0)), finding("I6", None), finding("I11", Some(3))],
            unsealed: 2,
            holds: health::Holds { places: 5, overdue: 1 },
        };
        let text = told(&counted, Duration::from_secs(61));
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            lines,
            [
                "accord_invariant_violations{invariant=\"I1\"} 0",
                "accord_invariant_violations{invariant=\"I11\"} 3",
                "accord_verify_age_seconds 61",
                "accord_verify_seconds 0.25",
                "accord_unsealed_rows 2",
                "accord_places_held 5",
                "accord_places_held_overdue 1",
            ]
        );
        assert_eq!(text.matches("# TYPE").count(), 6);
        assert_eq!(Metrics::default().text(&Clock::standing_at(at_microsecond(0))), "");
    }
}
