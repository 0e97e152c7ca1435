//! A clinic's desk on the day.

use super::situations::{at_nine, clinic, on_standby, today, unknown};
use super::{Promise, Row};
use accord::booking::attendance::Batch;
use accord::booking::outcome::{Noted, note};
use accord::booking::place::place;

/// In the order of the table.
pub const ROWS: &[Row] = &[
    ("/sites/{site}/{date}/walk-in", Promise::Look, |pages| {
        at_nine(pages);
        clinic(pages, "walk-in", "find=Person&day=29&month=2&year=1980".into())
    }),
    ("/sites/{site}/{date}/walk-in/give", Promise::Once, |pages| {
        at_nine(pages);
        let (person, campaign, product) = (pages.small.people[0], pages.small.campaign, pages.small.product);
        clinic(pages, "walk-in/give", format!("person={person}&campaign={campaign}&nth=1&product={product}&batch=fx12"))
    }),
    ("/sites/{site}/{date}/walk-in/note", Promise::Once, |pages| {
        at_nine(pages);
        let employer = pages.small.employer;
        clinic(
            pages,
            "walk-in/note",
            format!("name=Zoe+Unknown&day=1&month=1&year=1970&employer={employer}&batch=fx12"),
        )
    }),
    ("/sites/{site}/{date}/catch-up", Promise::Once, |pages| {
        let id = today(pages, false).id;
        at_nine(pages);
        let listed = format!("what-{id}=given&batch-{id}=fx12&at-{id}=8:30");
        clinic(pages, "catch-up", format!("{listed}&name-1=Zoe+Unknown&lot-1=fx12"))
    }),
    ("/sites/{site}/{date}/catch-up/decide", Promise::Once, |pages| {
        let entry = unknown(pages);
        clinic(pages, "catch-up/decide", format!("entry={entry}&what=not_ours"))
    }),
    ("/sites/{site}/{date}/day-pack", Promise::Sealed, |pages| {
        today(pages, false);
        clinic(pages, "day-pack", String::new())
    }),
    ("/sites/{site}/{date}/day-pack/words", Promise::Once, |pages| clinic(pages, "day-pack/words", String::new())),
    ("/sites/{site}/{date}/check-in", Promise::Once, |pages| {
        let id = today(pages, false).id;
        clinic(pages, "check-in", format!("booking={id}"))
    }),
    ("/sites/{site}/{date}/take", Promise::Once, |pages| {
        let want = pages.want(0, &[1, 22]);
        let booked = pages.write(move |tx| place(tx, &want)).remove(0);
        clinic(pages, "take", format!("booking={}&version={}", booked.id, booked.version))
    }),
    ("/sites/{site}/{date}/outcome", Promise::Once, |pages| {
        let id = today(pages, true).id;
        clinic(pages, "outcome", format!("booking={id}&seen=1&batch=fx12&what=given"))
    }),
    ("/sites/{site}/{date}/close", Promise::Once, |pages| {
        let (booked, site) = (today(pages, true), pages.small.site);
        let batch = Batch::parse("FX 12").expect("a batch");
        pages.write(move |tx| note(tx, site, booked.id, 1, &Noted::Given(batch.clone())));
        pages.service.fresh.db.clock.advance_us(3 * 3_600_000_000);
        clinic(pages, "close", String::new())
    }),
    ("/sites/{site}/{date}/standby", Promise::Once, |pages| {
        on_standby(pages);
        let product = pages.small.product;
        clinic(pages, "standby", format!("product={product}&doses=1&until=17%3A00"))
    }),
];
