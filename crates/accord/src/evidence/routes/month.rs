//! A month of all clinics.

use super::look;
use crate::access::guard::Lead;
use crate::base::clock::london;
use crate::base::page::Link;
use crate::base::web::{Answer, Web, page};
use crate::base::words;
use crate::evidence::month::Months;
use crate::evidence::pages::MonthPage;
use crate::evidence::store::campaign as store;
use axum::extract::{Query, State};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

/// A month in the query: any day of it.
#[derive(Debug, Deserialize)]
pub struct Asked {
    from: Option<String>,
}

/// `GET /sessions/month`: how full every clinic is on every day of a month.
pub async fn month(
    State(web): State<Web>,
    State(months): State<Months>,
    Lead(who): Lead,
    Query(asked): Query<Asked>,
) -> Answer {
    let today = web.civil_now().date();
    let wish: Option<Date> = asked.from.and_then(|text| text.parse().ok());
    // Without a wish: this month, or the campaign's first.
    let (mut frame, begins) =
        look(&web, who, "/sites", |tx| Ok(store::current(tx)?.map(|campaign| campaign.starts))).await?;
    let first = wish.unwrap_or_else(|| begins.map_or(today, |begins| today.max(begins))).first_of_month();
    let seen = months.of(&web.db, &who.actor(), first).await?;
    frame.as_of = seen.at.to_zoned(london()).datetime();
    frame.crumbs = vec![Link::new("/sites", "Clinics")];
    let beside = |months: i64| {
        let day = first.saturating_add(months.months());
        Link::new(format!("/sessions/month?from={day}"), format!("{} {}", words::month(day), day.year()))
    };
    page(&MonthPage {
        frame,
        month: format!("{} {}", words::month(first), first.year()),
        month_of: seen,
        before: beside(-1),
        after: beside(1),
    })
}
