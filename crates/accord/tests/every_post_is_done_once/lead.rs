//! What the campaign lead and an employer's contact do.

use super::situations::{
    assigned, closing, come_free, committed, contact, elsewhere_list, form, in_review, lead, previewed, staff_list,
    unclear, unknown,
};
use super::support::pages::Pages;
use super::{Kind, Promise, Row, Sent, send};
use accord::base::db::Stop;
use accord::base::ids::WorklistItem;
use accord::p;
use axum::http::StatusCode;

fn upload(pages: &Pages, to: &str, list: fn(&str) -> String) -> Sent {
    let cookie = lead(pages);
    Sent { to: to.into(), cookie, body: list("first.csv"), other: list("other.csv"), kind: Kind::Parts }
}

/// In the order of the table.
pub const ROWS: &[Row] = &[
    ("/waiting", Promise::Once, |pages| {
        pages.sql("UPDATE offer SET state = 'unplaced', reason = 'capacity_short', owner_role = 'campaign_lead'");
        form("/waiting", lead(pages), "")
    }),
    ("/waiting/offer", Promise::Once, |pages| {
        come_free(pages);
        form("/waiting/offer", lead(pages), "")
    }),
    ("/elsewhere", Promise::Once, |pages| upload(pages, "/elsewhere", elsewhere_list)),
    ("/elsewhere/take", Promise::Once, |pages| {
        let file = in_review(pages);
        form("/elsewhere/take", lead(pages), format!("file={file}&decision=take"))
    }),
    ("/elsewhere/decide", Promise::Once, |pages| {
        let report = unclear(pages);
        let person = pages.small.people[0];
        form("/elsewhere/decide", lead(pages), format!("report={report}&person={person}"))
    }),
    ("/organisations/{organisation}/elsewhere", Promise::Once, |pages| {
        let to = format!("/organisations/{}/elsewhere", pages.small.employer);
        form(to, contact(pages), "staff_number=0&name=&day=3&month=1&year=2027&product=")
    }),
    ("/unlisted", Promise::Once, |pages| {
        let entry = unknown(pages);
        form("/unlisted", contact(pages), format!("entry={entry}&what=on_next_list"))
    }),
    ("/plan/new", Promise::Background, |pages| form("/plan/new", lead(pages), "")),
    ("/plan/publish", Promise::Background, |pages| {
        let plan = pages.text("SELECT CAST('00000000-0000-7000-8000-000000000001' AS TEXT)");
        form("/plan/publish", lead(pages), format!("plan={plan}"))
    }),
    ("/import", Promise::Once, |pages| upload(pages, "/import", staff_list)),
    ("/import/{import}", Promise::Once, |pages| {
        let cookie = lead(pages);
        let body = staff_list("staff.csv");
        let sent = Sent { to: "/import".into(), cookie: cookie.clone(), other: String::new(), body, kind: Kind::Parts };
        let reviewed = send(pages, &sent, "import", &sent.body);
        assert_eq!(reviewed.status, StatusCode::SEE_OTHER, "{}", reviewed.body);
        form(reviewed.header("location"), cookie, "decision=accept&second_yes=yes")
    }),
    ("/worklist/{item}", Promise::Once, |pages| {
        let (employer, person) = (pages.small.employer, pages.small.people[0]);
        let item = pages.write(move |tx| {
            let id = tx.id::<WorklistItem>();
            tx.run(
                "INSERT INTO worklist_item (partnership_id, id, kind, employer_id, person_id, summary, owner_role,
                   owner_organisation_id, due_on, state, created_us)
                 VALUES ($1, $2, 'no_date_of_birth', $3, $4, 'row 3', 'employer_contact', $3, '2027-01-11', 'open', 0)",
                p![tx.partnership(), id, employer, person],
            )
            .map_err(Stop::<()>::Store)?;
            Ok::<_, Stop<()>>(id)
        });
        form(format!("/worklist/{item}"), lead(pages), "decision=corrected_date&day=1&month=2&year=1984")
    }),
    ("/sessions/change", Promise::Once, |pages| {
        assigned(pages);
        form("/sessions/change", lead(pages), closing(pages))
    }),
    ("/changes/{change}/commit", Promise::Once, |pages| {
        assigned(pages);
        form(format!("{}/commit", previewed(pages)), lead(pages), "")
    }),
    ("/changes/{change}/undo", Promise::Once, |pages| {
        assigned(pages);
        let change = committed(pages);
        form(format!("{change}/undo"), lead(pages), "reason=It+held&lead=A.+Lead")
    }),
];
