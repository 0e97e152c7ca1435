//! The booking operator's desk.

use super::situations::{asked, assigned, change, desk, form, listed, offered, on_standby};
use super::{Promise, Row};
use accord::booking::hold::hold_only;

/// In the order of the table.
pub const ROWS: &[Row] = &[
    ("/desk/find", Promise::Look, |pages| form("/desk/find", pages.operator(), "find=pers&purpose=they_rang")),
    ("/desk/open", Promise::Once, |pages| {
        form("/desk/open", pages.operator(), format!("person={}&purpose=we_ring", pages.small.people[0]))
    }),
    ("/desk/several", Promise::Once, |pages| {
        pages.sql("UPDATE person SET date_of_birth = '1979-01-01' WHERE given_name = 'Person 0'");
        form("/desk/several", pages.operator(), "who=1/1/1979&purpose=they_rang")
    }),
    ("/desk/several/book", Promise::Once, |pages| {
        let (_, operator) = desk(pages);
        let want = pages.want(0, &[2, 23]);
        pages.write(move |tx| hold_only(tx, &want));
        form("/desk/several/book", operator, format!("of={}&how=all", pages.small.people[0]))
    }),
    ("/desk/people/{person}/confirm", Promise::Once, |pages| {
        assigned(pages);
        let (base, operator) = desk(pages);
        form(format!("{base}/confirm"), operator, "")
    }),
    ("/desk/people/{person}/change/{n}/hold", Promise::Buttons, |pages| {
        let ((wish, _), (base, operator)) = (change(pages), desk(pages));
        form(format!("{base}/change/2/hold"), operator, format!("slot={wish}"))
    }),
    ("/desk/people/{person}/change", Promise::Once, |pages| {
        let ((wish, _), (base, operator)) = (change(pages), desk(pages));
        form(format!("{base}/change"), operator, format!("slot={wish}"))
    }),
    ("/desk/people/{person}/cancel", Promise::Once, |pages| {
        assigned(pages);
        let (base, operator) = desk(pages);
        form(format!("{base}/cancel"), operator, "reason=by_person")
    }),
    ("/desk/people/{person}/decline", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/decline"), operator, "reason=unsaid")
    }),
    ("/desk/people/{person}/elsewhere", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/elsewhere"), operator, "day=1&month=12&year=2026")
    }),
    ("/desk/people/{person}/reopen", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/reopen"), operator, "")
    }),
    ("/desk/people/{person}/born", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/born"), operator, "day=3&month=4&year=1985")
    }),
    ("/desk/people/{person}/code", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/code"), operator, "")
    }),
    ("/desk/people/{person}/places", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        form(format!("{base}/places"), operator, "mon_am=yes&sun_pm=yes&minutes=60&near=20&standby=yes")
    }),
    ("/desk/people/{person}/places/leave", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        listed(pages);
        on_standby(pages);
        form(format!("{base}/places/leave"), operator, "")
    }),
    ("/desk/people/{person}/offer/take", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        offered(pages);
        form(format!("{base}/offer/take"), operator, "")
    }),
    ("/desk/people/{person}/offer/decline", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        offered(pages);
        form(format!("{base}/offer/decline"), operator, "")
    }),
    ("/desk/people/{person}/standby/yes", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        let draw = asked(pages);
        form(format!("{base}/standby/yes"), operator, format!("draw={draw}"))
    }),
    ("/desk/people/{person}/standby/no", Promise::Once, |pages| {
        let (base, operator) = desk(pages);
        let draw = asked(pages);
        form(format!("{base}/standby/no"), operator, format!("draw={draw}"))
    }),
];
