//! Programs with a key.

use super::situations::{
    asked, assigned, at_nine, committed, json, lead_json, listed, offered, on_standby, previewed, today,
};
use super::support::pages::Pages;
use super::{Promise, Row, Sent};

fn both(pages: &Pages) -> String {
    let (one, two) = (pages.small.slots[2], pages.small.slots[23]);
    format!(r#"[{{"appointment":1,"slot":"{one}"}},{{"appointment":2,"slot":"{two}"}}]"#)
}

fn wish(pages: &Pages) -> (String, String) {
    let (person, campaign) = (pages.small.people[0], pages.small.campaign);
    let whole = |picks: &str| format!(r#"{{"person":"{person}","campaign":"{campaign}","picks":{picks}}}"#);
    (whole(&both(pages)), whole(&format!(r#"[{{"appointment":1,"slot":"{}"}}]"#, pages.small.slots[4])))
}

fn person_at(pages: &Pages, what: &str, body: &str, other: &str) -> Sent {
    let fill = |text: &str| text.replace("CAMPAIGN", &pages.small.campaign.to_string());
    json(pages, format!("/api/v1/people/{}/{what}", pages.small.people[0]), fill(body), fill(other))
}

/// A request about the first person; the other one says the same with a blank more.
fn of_person(pages: &Pages, to: &str, more: &str) -> Sent {
    let (person, campaign) = (pages.small.people[0], pages.small.campaign);
    said(pages, to, format!(r#"{{"person":"{person}","campaign":"{campaign}"{more}}}"#))
}

fn said(pages: &Pages, to: impl Into<String>, body: String) -> Sent {
    let other = format!("{body} ");
    json(pages, to, body, other)
}

/// Of a change, where its page stands, the address for programs.
fn change_at(page: &str, verb: &str) -> String {
    format!("/api/v1/capacity-changes/{}/{verb}", page.trim_start_matches("/changes/"))
}

/// In the order of the table.
pub const ROWS: &[Row] = &[
    ("/api/v1/people/search", Promise::Look, |pages| {
        let asked = |name: &str| format!(r#"{{"name":"{name}","born":"1980-02-29"}}"#);
        json(pages, "/api/v1/people/search", asked("test"), asked("pers"))
    }),
    ("/api/v1/people/{person}/decline", Promise::Once, |pages| {
        let asked = |reason: &str| format!(r#"{{"campaign":"CAMPAIGN","reason":"{reason}"}}"#);
        person_at(pages, "decline", &asked("later"), &asked("medical"))
    }),
    ("/api/v1/people/{person}/had-elsewhere", Promise::Once, |pages| {
        let asked = |on: &str| format!(r#"{{"campaign":"CAMPAIGN","on":"{on}"}}"#);
        person_at(pages, "had-elsewhere", &asked("2026-12-01"), &asked("2026-12-02"))
    }),
    ("/api/v1/people/{person}/reopen", Promise::Once, |pages| {
        person_at(pages, "reopen", r#"{"campaign":"CAMPAIGN"}"#, r#"{ "campaign":"CAMPAIGN"}"#)
    }),
    ("/api/v1/people/{person}/date-of-birth", Promise::Once, |pages| {
        person_at(pages, "date-of-birth", r#"{"born":"1985-04-03"}"#, r#"{"born":"1985-04-04"}"#)
    }),
    ("/api/v1/people/{person}/code", Promise::Once, |pages| person_at(pages, "code", "{}", "{ }")),
    ("/api/v1/holds", Promise::Once, |pages| {
        let (whole, other) = wish(pages);
        json(pages, "/api/v1/holds", whole, other)
    }),
    ("/api/v1/holds/release", Promise::Once, |pages| {
        let (person, campaign) = (pages.small.people[0], pages.small.campaign);
        let of = |space: &str| format!(r#"{{{space}"person":"{person}","campaign":"{campaign}"}}"#);
        json(pages, "/api/v1/holds/release", of(""), of(" "))
    }),
    ("/api/v1/bookings", Promise::Once, |pages| {
        let (whole, other) = wish(pages);
        json(pages, "/api/v1/bookings", whole, other)
    }),
    ("/api/v1/bookings/{reference}/confirm", Promise::Once, |pages| {
        let booked = assigned(pages).remove(0);
        json(pages, format!("/api/v1/bookings/{}/confirm", booked.reference), "{}".into(), "{ }".into())
    }),
    ("/api/v1/bookings/{reference}/cancel", Promise::Once, |pages| {
        let booked = assigned(pages).remove(0);
        let asked = |reason: &str| format!(r#"{{"version":{},"reason":"{reason}"}}"#, booked.version);
        json(pages, format!("/api/v1/bookings/{}/cancel", booked.reference), asked("by_person"), asked("by_site"))
    }),
    ("/api/v1/bookings/{reference}/rebook", Promise::Once, |pages| {
        let booked = assigned(pages).remove(0);
        let asked = |day: usize| {
            let (reference, version, slot) = (&booked.reference, booked.version, pages.small.slots[day]);
            format!(r#"{{"changes":[{{"reference":"{reference}","version":{version},"slot":"{slot}"}}]}}"#)
        };
        json(pages, format!("/api/v1/bookings/{}/rebook", booked.reference), asked(3), asked(4))
    }),
    ("/api/v1/lists/look", Promise::Look, |pages| {
        offered(pages);
        of_person(pages, "/api/v1/lists/look", "")
    }),
    ("/api/v1/waiting/join", Promise::Once, |pages| of_person(pages, "/api/v1/waiting/join", r#","minutes":30"#)),
    ("/api/v1/waiting/leave", Promise::Once, |pages| {
        listed(pages);
        of_person(pages, "/api/v1/waiting/leave", "")
    }),
    ("/api/v1/waiting/accept", Promise::Once, |pages| {
        offered(pages);
        of_person(pages, "/api/v1/waiting/accept", "")
    }),
    ("/api/v1/waiting/decline", Promise::Once, |pages| {
        offered(pages);
        of_person(pages, "/api/v1/waiting/decline", "")
    }),
    ("/api/v1/standby/join", Promise::Once, |pages| of_person(pages, "/api/v1/standby/join", "")),
    ("/api/v1/standby/leave", Promise::Once, |pages| {
        on_standby(pages);
        of_person(pages, "/api/v1/standby/leave", "")
    }),
    ("/api/v1/standby/answer", Promise::Once, |pages| {
        let draw = asked(pages);
        of_person(pages, "/api/v1/standby/answer", &format!(r#","draw":"{draw}","yes":true"#))
    }),
    ("/api/v1/bookings/{reference}/check-in", Promise::Once, |pages| {
        let (booked, site) = (today(pages, false), pages.small.site);
        said(pages, format!("/api/v1/bookings/{}/check-in", booked.reference), format!(r#"{{"site":"{site}"}}"#))
    }),
    ("/api/v1/bookings/{reference}/outcome", Promise::Once, |pages| {
        let (booked, site) = (today(pages, true), pages.small.site);
        let came = |batch: &str| format!(r#"{{"site":"{site}","seen":1,"outcome":"given","batch":"{batch}"}}"#);
        json(pages, format!("/api/v1/bookings/{}/outcome", booked.reference), came("FX 1"), came("FX 2"))
    }),
    ("/api/v1/walk-ins", Promise::Once, |pages| {
        at_nine(pages);
        let site = pages.small.site;
        of_person(pages, "/api/v1/walk-ins", &format!(r#","site":"{site}","batch":"FX 1""#))
    }),
    ("/api/v1/capacity-changes", Promise::Once, |pages| {
        let session = assigned(pages).remove(0).session;
        let close = r#""what":"close","choice":"move","reason":"The ceiling came down","lead":"A. Lead""#;
        lead_json(pages, "/api/v1/capacity-changes", format!(r#"{{"sessions":["{session}"],{close}}}"#))
    }),
    ("/api/v1/capacity-changes/{change}/commit", Promise::Once, |pages| {
        assigned(pages);
        lead_json(pages, change_at(&previewed(pages), "commit"), "{}".into())
    }),
    ("/api/v1/capacity-changes/{change}/undo", Promise::Once, |pages| {
        assigned(pages);
        let why = r#"{"reason":"It held","lead":"A. Lead"}"#;
        lead_json(pages, change_at(&committed(pages), "undo"), why.into())
    }),
];
