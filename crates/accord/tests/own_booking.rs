//! A person books where nothing is booked yet, on both engines: the whole course or nothing, the rest of one that was begun,
//! and what they are told where there is nothing. Notice limits on their own pages.

mod support;

use accord::base::db::Stop;
use accord::booking::attendance::Batch;
use accord::booking::check_in::{By, check_in};
use accord::booking::did_not_attend::close_day;
use accord::booking::outcome::{Noted, note};
use accord::booking::place::place;
use accord::p;
use accord::testing::Fresh;
use axum::http::StatusCode;
use jiff::civil::date;
use support::pages::{Pages, says};

const DAY_US: i64 = 24 * 3_600_000_000;

macro_rules! both {
    ($($name:ident($pages:ident, $appointments:literal) $body:block)*) => {$(
        mod $name {
            use super::*;
            fn on(fresh: Fresh) {
                let $pages = &Pages::over(fresh, $appointments);
                $body
            }
            #[test]
            fn sqlite() {
                on(Fresh::lite());
            }
            #[cfg(feature = "postgres")]
            #[test]
            fn postgres() {
                on(Fresh::postgres());
            }
        }
    )*};
}

fn hold_and_book(pages: &Pages, me: &str, n: u16, wish: &str) -> support::Answered {
    let check = pages.send(&format!("/b/change/{n}/hold"), me, &format!("slot={wish}"));
    says(&check, &["We keep ", "until 8:10am", wish]);
    pages.send("/b/change", me, &format!("slot={wish}"))
}

/// The first appointment was given, on its day or before its time; the campaign's clock stands at that moment.
fn given(pages: &Pages, person: usize) {
    let (site, id) = (pages.small.site, pages.live(pages.small.people[person])[0].id);
    pages.write(move |tx| check_in(tx, site, &By::Booking(id)));
    let batch = Batch::parse("FX 12-34").expect("a batch");
    pages.write(move |tx| note(tx, site, id, 1, &Noted::Given(batch.clone())));
    pages.clean();
}

both! {
    who_waits_books_both_in_one_step(pages, 2) {
        let me = pages.me(0);
        let page = pages.get("/b/appointments", &me);
        says(&page, &["You have no appointments yet.", "/b/book", "Choose times", "or choose times yourself"]);
        let before = pages.fingerprint();
        let page = pages.get("/b/book", &me);
        says(&page, &["Choose a time for your first appointment", "Second appointment: Tuesday 26 January, 9am, same place."]);
        assert_eq!(pages.fingerprint(), before, "looking takes nothing");
        let wish = pages.wish(&page, 1);
        assert_eq!(wish, format!("1.{}~2.{}", pages.small.slots[1], pages.small.slots[22]), "the ideal interval");
        let check = pages.send("/b/change/1/hold", &me, &format!("slot={wish}"));
        says(&check, &["Check your appointments", "Book both appointments", "We keep these times for you until 8:10am."]);
        assert!(!check.body.contains("What you have now"), "there is nothing to give up");
        assert_eq!(pages.number("SELECT CAST(SUM(taken) AS BIGINT) FROM slot"), 2);
        // Whoever comes back finds what is kept.
        says(&pages.get("/b/appointments", &me), &["Look at what we keep for you until 8:10am"]);
        let form = format!("key=once&slot={wish}");
        let booked = pages.service.post("/b/change", &me, &form);
        assert_eq!(booked.header("location"), "/b/done?what=booked");
        let again = pages.service.post("/b/change", &me, &form);
        assert_eq!(again.header("location"), "/b/done?what=booked", "the same form twice is one booking");
        says(&pages.get("/b/done?what=booked", &me), &["Both appointments are booked", "Your reference"]);
        assert_eq!(pages.days(0), [1, 22]);
        assert_eq!(pages.text("SELECT state FROM offer WHERE state = 'confirmed'"), "confirmed");
        assert_eq!(pages.number("SELECT COUNT(*) FROM hold"), 0);
        pages.clean();
        // Nothing is left to book.
        assert_eq!(pages.get("/b/book", &me).header("location"), "/b/appointments");
        let stale = pages.post("/b/change", &me, &format!("slot={wish}"));
        assert_eq!(stale.status, StatusCode::CONFLICT);
        says(&stale, &["changed while you were looking"]);
    }

    of_two_appointments_both_are_booked_or_none(pages, 2) {
        let me = pages.me(0);
        let wish = pages.wish(&pages.get("/b/book", &me), 1);
        pages.sql("UPDATE slot SET capacity = 0 WHERE date = '2027-01-26'");
        for path in ["/b/change/1/hold", "/b/change"] {
            let refused = pages.post(path, &me, &format!("slot={wish}"));
            assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
            says(&refused, &["Nothing has changed."]);
        }
        assert!(pages.days(0).is_empty());
        assert_eq!(pages.number("SELECT CAST(SUM(taken) AS BIGINT) FROM slot"), 0);
        // Half a wish is no course out of its interval: what is not asked for stays to be booked.
        let half = wish.split('~').next().expect("the first").to_owned();
        says(&hold_and_book(pages, &me, 1, &half), &["Your appointment is booked"]);
        assert_eq!(pages.days(0), [1]);
        let page = pages.get("/b/book", &me);
        says(&page, &["Choose a time for your second appointment", "First appointment: Tuesday 5 January"]);
        says(&hold_and_book(pages, &me, 2, &pages.wish(&page, 21)), &["Both appointments are booked"]);
        assert_eq!(pages.days(0), [1, 21]);
    }

    one_of_one_is_booked(pages, 1) {
        let me = pages.me(0);
        let page = pages.get("/b/book", &me);
        says(&page, &["<h1>Choose a time</h1>"]);
        let wish = pages.wish(&page, 2);
        let check = pages.send("/b/change/1/hold", &me, &format!("slot={wish}"));
        says(&check, &["Check your appointment<", "Book this appointment"]);
        says(&pages.send("/b/change", &me, &format!("slot={wish}")), &["Your appointment is booked"]);
    }

    who_missed_the_second_books_it_and_keeps_the_first(pages, 2) {
        let want = pages.want(2, &[0, 21]);
        pages.write(move |tx| place(tx, &want));
        given(pages, 2);
        pages.service.fresh.db.clock.advance_us(21 * DAY_US + 6 * 3_600_000_000);
        let site = pages.small.site;
        pages.write(move |tx| close_day(tx, site, date(2027, 1, 25)));
        pages.clean();
        let me = pages.me(2);
        says(&pages.get("/b/appointments", &me), &["You missed your appointment", "Choose a time for the second appointment", "far enough from the one you had"]);
        let page = pages.get("/b/book", &me);
        says(&page, &["Choose a time for your second appointment"]);
        assert!(!page.body.contains("would move") && !page.body.contains("First appointment:</"), "{}", page.body);
        let wish = pages.wish(&page, 23);
        assert!(!wish.contains('~'), "the first is had, and stays: {wish}");
        let kept = pages.send("/b/change/2/hold", &me, &format!("slot={wish}"));
        says(&kept, &["Book this appointment"]);
        says(&pages.send("/b/change", &me, &format!("slot={wish}")), &["booked"]);
        assert_eq!(pages.days(2), [0, 23]);
        assert_eq!(pages.number("SELECT COUNT(*) FROM attendance WHERE outcome = 'given'"), 1);
    }

    changing_the_second_never_moves_a_first_that_was_given_early(pages, 2) {
        let want = pages.want(2, &[0, 21]);
        pages.write(move |tx| place(tx, &want));
        let me = pages.me(2);
        let moves = |pages: &Pages| pages.get("/b/change/2?from=2027-02-05", &me).body.contains("would move");
        assert!(moves(pages), "before it is given, the first may move: the test can fail");
        // Given an hour before its time: it still lies ahead, and is over all the same.
        given(pages, 2);
        assert!(!moves(pages), "what was given can't move");
        let page = pages.get("/b/change/2", &me);
        assert!(!page.body.contains("would move"));
        let days: Vec<usize> = (19..=28).filter(|day| *day != 21).collect();
        for day in &days {
            assert!(!pages.wish(&page, *day).contains('~'), "day {day}");
        }
        assert!(!page.body.contains(&pages.small.slots[29].to_string()), "nothing out of the interval is offered");
        // Nor by a button that somebody made up.
        let live = pages.live(pages.small.people[2]);
        let made_up = format!("1.{}.{}.{}", pages.small.slots[3], live[0].id, live[0].version);
        for path in ["/b/change/1/hold", "/b/change"] {
            let refused = pages.post(path, &me, &format!("slot={made_up}"));
            assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
        }
        says(&pages.get("/b/change/1", &me), &["There is no such appointment to change"]);
        says(&hold_and_book(pages, &me, 2, &pages.wish(&page, 23)), &["Your appointment has changed"]);
        assert_eq!(pages.days(2), [0, 23]);
    }

    where_nothing_is_free_the_page_says_so_and_what_happens_next(pages, 2) {
        let me = pages.me(0);
        pages.sql("UPDATE slot SET capacity = 0");
        says(&pages.get("/b/book", &me), &[
            "We could not find a free time within your travel limit.",
            "You stay on our list",
            "look here again tomorrow",
        ]);
        // Who must be looked at first is told so, and sees no times.
        pages.sql("UPDATE slot SET capacity = 4");
        pages.write(move |tx| tx.run("UPDATE person SET date_of_birth = NULL", p![]).map_err(Stop::<()>::Store));
        let none = pages.get("/b/book", &me);
        assert!(!none.body.contains("name=\"slot\""), "{}", none.body);
        pages.sql("UPDATE campaign SET state = 'closed'");
        assert_eq!(pages.get("/b/book", &me).header("location"), "/b/appointments");
    }

    a_place_gone_between_look_and_press_is_told_and_nothing_is_lost(pages, 2) {
        let (me, they) = (pages.me(0), pages.me(1));
        pages.sql("UPDATE slot SET capacity = 1 WHERE date IN ('2027-01-05', '2027-01-26')");
        let (mine, theirs) = (pages.wish(&pages.get("/b/book", &me), 1), pages.wish(&pages.get("/b/book", &they), 1));
        says(&pages.send("/b/change/1/hold", &me, &format!("slot={mine}")), &["Check your appointments"]);
        let refused = pages.post("/b/change/1/hold", &they, &format!("slot={theirs}"));
        assert_eq!(refused.status, StatusCode::CONFLICT);
        says(&refused, &["That time is no longer free", "Nothing has changed."]);
        says(&pages.send("/b/change", &me, &format!("slot={mine}")), &["Both appointments are booked"]);
        assert_eq!((pages.days(0), pages.days(1)), (vec![1, 22], vec![]));
    }

    online_there_is_a_last_moment_and_the_desk_goes_below_it(pages, 2) {
        // The clock stands at eight on 4 January. 26 hours before nine on the 5th is seven on the 4th.
        pages.sql("UPDATE campaign SET book_notice = 1560, change_notice = 1560, cancel_notice = 1440");
        let me = pages.me(2);
        let page = pages.get("/b/book", &me);
        assert!(!page.body.contains(&pages.small.slots[1].to_string()), "less than 26 hours away");
        let wish = pages.wish(&page, 2);
        let early = wish.replace(&pages.small.slots[2].to_string(), &pages.small.slots[1].to_string());
        assert_eq!(pages.post("/b/change/1/hold", &me, &format!("slot={early}")).status, StatusCode::CONFLICT);
        let late = pages.post("/b/change", &me, &format!("slot={early}"));
        says(&late, &["It is too late to book this time here: please ring us"]);
        let operator = pages.operator();
        let base = pages.open(&operator, 2);
        let wish = pages.wish(&pages.get(&format!("{base}/book"), &operator), 1);
        says(&pages.send(&format!("{base}/change"), &operator, &format!("slot={wish}")), &["Both appointments are booked"]);
        // Changing it: too late for them, not for the desk.
        says(&pages.get("/b/appointments", &me), &["You can change here until 26 hours before, and cancel here until 24 hours before; later, ring us."]);
        says(&pages.get("/b/change/1", &me), &["It is too late to change this appointment here: please ring us"]);
        let second = pages.get("/b/change/2", &me);
        says(&second, &["Choose a new time"]);
        assert!(!second.body.contains("would move") || second.status == StatusCode::OK);
        assert_eq!(pages.get(&format!("{base}/change/1"), &operator).status, StatusCode::OK);
        // Cancelling: 25 hours are left, 24 are asked.
        pages.service.fresh.db.clock.advance_us(3_600_000_000 + 1);
        let (me, operator) = (pages.me(2), pages.operator());
        let base = pages.open(&operator, 2);
        let refused = pages.post("/b/cancel", &me, "");
        assert_eq!(refused.status, StatusCode::CONFLICT);
        says(&refused, &["It is too late to cancel here: please ring us", "You still have:"]);
        assert_eq!(pages.days(2), [1, 22]);
        says(&pages.send(&format!("{base}/cancel"), &operator, "reason=by_site"), &["You have no appointments yet", "Choose times"]);
        assert_eq!(pages.text("SELECT state || COALESCE(reason, ' nobody asked') FROM offer WHERE version > 2"), "waiting nobody asked");
    }
}
