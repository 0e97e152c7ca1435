//! The appointments as a file for the person's calendar.

use super::own::Seen;
use crate::access::guard::PersonSelf;
use crate::base::web::{Answer, Web, Wrong};
use crate::booking::store;
use crate::clinic::site::SiteFacts;
use accord_formats::calendar::{Entry, publish};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

/// `GET /b/calendar.ics`: names no vaccine, since calendars are shared.
pub async fn calendar(State(web): State<Web>, me: PersonSelf) -> Answer {
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        let Some(seen) = Seen::read(tx, me)? else { return Ok(None) };
        let threads = match seen.own.campaign {
            Some(campaign) => store::threads(tx, me.person, campaign)?,
            None => Vec::new(),
        };
        Ok(Some((seen, threads)))
    };
    let (seen, threads) = web.read(&me.who.actor(), read).await?.ok_or(Wrong::NotFound)?;
    let entry = |(b, nth): (&crate::booking::Booking, usize)| {
        let (_, first, changes) = threads.iter().find(|(number, ..)| *number == b.appointment)?;
        let site = seen.sites.iter().find(|site| site.id == b.site)?;
        Some(Entry {
            uid: format!("{first}@accord"),
            sequence: *changes,
            starts: b.starts,
            ends: b.ends,
            summary: format!("Your appointment {nth} of {}", seen.bookings.len()),
            location: place(&site.facts),
        })
    };
    let entries: Vec<Entry> = seen.bookings.iter().zip(1..).filter_map(entry).collect();
    if entries.is_empty() {
        return Err(Wrong::NotFound);
    }
    let kind = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"appointments.ics\""),
    ];
    Ok((kind, publish(seen.now, &entries)).into_response())
}

/// Name and address; the postcode is often in the address already.
fn place(site: &SiteFacts) -> String {
    let mut place = site.name.clone();
    for part in [&site.address, &site.postcode] {
        if !part.is_empty() && !place.contains(part.as_str()) {
            place.push_str(", ");
            place.push_str(part);
        }
    }
    place
}
