//! The operations pages, as HTTP: each reads once, in one snapshot, and shows what it read.

mod campaign;
mod clinics;
mod lists;
mod map;
mod month;
mod partners;
mod plan;
mod tasks;

pub use campaign::{campaign_home, unplaced};
pub use clinics::{day_list, sessions, site, sites, sites_csv};
pub use lists::worklist;
pub use month::month;
pub use partners::{agreement, agreements, ledger, ledger_csv, organisation, organisations};
pub use plan::plan;

use super::people::name_of;
use crate::access::guard::{Anybody, Staff};
use crate::access::routes::NameOf;
use crate::access::{Role, SignedIn, ops};
use crate::base::clock::london;
use crate::base::db::{StoreError, Tx};
use crate::base::page::{About, OpsFrame};
use crate::base::web::{Answer, Web, Wrong, onward, page};
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, time};
use std::sync::Arc;

/// `GET /`: to where this role begins.
pub async fn start(Staff(who): Staff) -> Answer {
    Ok(onward(&who.role.first_page()))
}

/// `GET /about`.
pub async fn about(State(web): State<Web>, Anybody(who): Anybody) -> Answer {
    let frame = match who.filter(|w| !matches!(w.role, Role::Person { .. })) {
        Some(who) => look(&web, who, "", |_| Ok(())).await?.0,
        None => ops::bare(&web),
    };
    let attribution = attribution();
    page(&About { frame, version: crate::commands::VERSION.to_owned(), attribution })
}

/// Where the data comes from, a line each, as its licences ask.
pub fn attribution() -> Vec<String> {
    let whole = accord_testkit::attribution();
    whole.split_inclusive(". ").map(|line| line.trim().to_owned()).collect()
}

/// Reads for a page: the frame round it, and what `f` reads, in one snapshot.
async fn look<T, F>(web: &Web, who: SignedIn, here: &str, f: F) -> Result<(OpsFrame, T), Wrong>
where
    F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    let names: NameOf = Arc::new(|tx: &mut Tx<'_>, role| name_of(tx, role));
    ops::look(web, &names, who, here, f).await
}

/// An instant as the partnership's civil time.
fn civil(at: Timestamp) -> DateTime {
    at.to_zoned(london()).datetime()
}

/// A minute of the day as a time.
fn minute(of_day: u32) -> Time {
    time(i8::try_from(of_day / 60).unwrap_or(23).min(23), i8::try_from(of_day % 60).unwrap_or(0), 0, 0)
}

/// Today in London.
fn today(web: &Web) -> Date {
    web.civil_now().date()
}

/// Whole days from `since` to now, never under 0.
fn days_since(web: &Web, since: Timestamp) -> u32 {
    let us = web.clock().now().as_microsecond().saturating_sub(since.as_microsecond());
    u32::try_from(us / 86_400_000_000).unwrap_or(0)
}

/// "campaign_lead" as "campaign lead".
fn plain(word: &str) -> String {
    word.replace('_', " ").replace("gp ", "GP ")
}
