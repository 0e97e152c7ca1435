//! Logs: JSON lines on the error stream, UTC, with the request's id and no personal data.
//!
//! An access line holds method, path pattern, status and time; never a path as sent (it may hold a code),
//! an address, a name or a token.

use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// Starts logging at `level` ("error", "warn", "info", "debug" or a filter). A second start changes nothing.
pub fn start(level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    // A line that can't be written is lost, no more: by default the subscriber would complain of it on the error stream,
    // which fails too where the log's disk is full, and take the request down with it.
    let lines = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .log_internal_errors(false)
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Tests start it more than once; the first one counts.
    drop(lines.try_init());
}

/// Writes the line of one request.
pub fn access(request: &str, method: &str, pattern: &str, status: u16, took: Duration) {
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(target: "accord::access", request, method, path = pattern, status, ms);
}
