//! The doors, and a person's own pages.

use super::situations::{asked, assigned, change, code, form, lead, listed, offered, on_standby};
use super::support::key;
use super::{Promise, Row};
use accord::access::{Role, sign_in_link};
use accord::base::db::Stop;

/// In the order of the table.
pub const ROWS: &[Row] = &[
    ("/sign-in", Promise::Once, |pages| {
        let role = Role::BookingOperator;
        let token = pages.write(move |tx| sign_in_link::make(tx, &key(), &role).map_err(Stop::<()>::Store));
        form("/sign-in", String::new(), format!("token={token}"))
    }),
    ("/sign-out", Promise::Once, |pages| form("/sign-out", lead(pages), "")),
    ("/b", Promise::Once, |pages| form("/b", String::new(), format!("code={}&day=29&month=2&year=1980", code(pages)))),
    ("/b/sign-out", Promise::Once, |pages| form("/b/sign-out", pages.me(0), "")),
    ("/b/confirm", Promise::Once, |pages| {
        assigned(pages);
        form("/b/confirm", pages.me(0), "")
    }),
    ("/b/change/{n}/hold", Promise::Buttons, |pages| {
        let (wish, me) = change(pages);
        form("/b/change/2/hold", me, format!("slot={wish}"))
    }),
    ("/b/change", Promise::Once, |pages| {
        let (wish, me) = change(pages);
        form("/b/change", me, format!("slot={wish}"))
    }),
    ("/b/cancel", Promise::Once, |pages| {
        assigned(pages);
        form("/b/cancel", pages.me(0), "")
    }),
    ("/b/decline", Promise::Once, |pages| form("/b/decline", pages.me(0), "reason=unsaid")),
    ("/b/elsewhere", Promise::Once, |pages| form("/b/elsewhere", pages.me(0), "day=1&month=12&year=2026")),
    ("/b/reopen", Promise::Once, |pages| form("/b/reopen", pages.me(0), "")),
    ("/b/places", Promise::Once, |pages| {
        form("/b/places", pages.me(0), "mon_am=yes&sun_pm=yes&minutes=60&near=20&standby=yes")
    }),
    ("/b/places/leave", Promise::Once, |pages| {
        listed(pages);
        on_standby(pages);
        form("/b/places/leave", pages.me(0), "")
    }),
    ("/b/offer/take", Promise::Once, |pages| {
        offered(pages);
        form("/b/offer/take", pages.me(0), "")
    }),
    ("/b/offer/decline", Promise::Once, |pages| {
        offered(pages);
        form("/b/offer/decline", pages.me(0), "")
    }),
    ("/b/standby/yes", Promise::Once, |pages| {
        let draw = asked(pages);
        form("/b/standby/yes", pages.me(0), format!("draw={draw}"))
    }),
    ("/b/standby/no", Promise::Once, |pages| {
        let draw = asked(pages);
        form("/b/standby/no", pages.me(0), format!("draw={draw}"))
    }),
];
