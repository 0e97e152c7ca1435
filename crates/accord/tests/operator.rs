//! The booking operator's desk, on both engines: finding somebody, everything the person could do, what only the desk does,
//! several people in one go; every look in the audit, and never more looks than one person can mean.

mod support;

use accord::access::Role;
use accord::base::db::Stop;
use accord::booking::place::place_many;
use accord::booking::{Reference, batch};
use accord::p;
use accord::testing::Fresh;
use axum::http::StatusCode;
use support::Answered;
use support::pages::{Pages, says};

macro_rules! both {
    ($($name:ident($pages:ident, $appointments:literal) $body:block)*) => {$(
        mod $name {
            use super::*;
            fn on(fresh: Fresh) {
                let $pages = &Pages::over(fresh, $appointments);
                named($pages);
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

/// Names and dates that tell people apart.
fn named(pages: &Pages) {
    let rows = [
        ("Ann-Marie", "O'Connor", "annmarie|oconnor", "1984-03-15"),
        ("Anna", "Okonkwo", "anna|okonkwo", "1984-03-15"),
        ("Oko", "van der Berg", "oko|vanderberg", "1990-12-01"),
    ];
    for (person, (given, family, key, born)) in pages.small.people.into_iter().zip(rows) {
        pages.write(move |tx| {
            tx.run(
                "UPDATE person SET given_name = $3, family_name = $4, name_key = $5, date_of_birth = $6
                 WHERE partnership_id = $1 AND id = $2",
                p![tx.partnership(), person, given, family, key, born],
            )
            .map_err(Stop::<()>::Store)
        });
    }
}

/// Both appointments for a person, as a plan gives them.
fn assigned(pages: &Pages, person: usize, days: [usize; 2]) -> Reference {
    let (want, campaign) = (pages.want(person, &days), pages.small.campaign);
    pages.write(move |tx| {
        let made = batch::open(tx, campaign).map_err(Stop::Store)?;
        place_many(tx, made, std::slice::from_ref(&want))?;
        batch::settle_live(tx, made)
    });
    pages.live(pages.small.people[person])[0].reference.clone()
}

fn find(pages: &Pages, operator: &str, typed: &str) -> Answered {
    let typed = typed.replace(' ', "+").replace('/', "%2F");
    pages.post("/desk/find", operator, &format!("find={typed}&purpose=they_rang"))
}

fn names(page: &Answered) -> Vec<String> {
    let rows = page.body.split("<th scope=\"row\"><bdi>").skip(1).filter_map(|rest| rest.split('<').next());
    rows.map(|name| name.replace("&#39;", "'")).collect()
}

both! {
    people_are_found_by_beginnings_in_any_order_and_shown_as_who_they_are(pages, 2) {
        let operator = pages.operator();
        assigned(pages, 0, [2, 23]);
        for (typed, wanted) in [
            ("ann", vec!["Ann-Marie O'Connor", "Anna Okonkwo"]),
            ("oko", vec!["Anna Okonkwo", "Oko van der Berg"]),
            ("oko ann", vec!["Anna Okonkwo"]),
            ("o'c", vec!["Ann-Marie O'Connor"]),
            ("van der berg", vec!["Oko van der Berg"]),
            ("berg", vec![]),
            ("15/3/1984", vec!["Ann-Marie O'Connor", "Anna Okonkwo"]),
            ("ann 1/1/1984", vec![]),
            ("%%", vec![]),
        ] {
            let page = find(pages, &operator, typed);
            assert!(page.status == StatusCode::OK || typed == "%%", "{typed}: {}", page.status);
            assert_eq!(names(&page), wanted, "{typed}: {}", page.body);
            for secret in ["The Site", "January", "Confirm", "Alpha"] {
                assert!(!page.body.contains(secret), "nothing of their appointments before they are opened: {secret}");
            }
        }
        for typed in ["", "a", "ann 31/2/1984"] {
            assert_eq!(find(pages, &operator, typed).status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        }
        // In three fields, and without a purpose.
        let three = pages.post("/desk/find", &operator, "name=okon&day=&month=&year=&reference=&purpose=they_are_here");
        assert_eq!(names(&three), ["Anna Okonkwo"]);
        assert_eq!(pages.post("/desk/find", &operator, "find=ann").status, StatusCode::UNPROCESSABLE_ENTITY);
        // Whatever is wrong stands at the top, each with a link to its field.
        let all = pages.post("/desk/find", &operator, "find=ann&day=31&month=2&year=1984&reference=x");
        says(&all, &["href=\"#day\"", "href=\"#reference\"", "href=\"#purpose-1\""]);
        says(&pages.post("/desk/several", &operator, "who=&day=31&month=2&year=2027"), &["href=\"#who\"", "href=\"#day\"", "href=\"#purpose-1\""]);
        // Every look is there with its purpose, and nothing that was typed.
        assert!(pages.number("SELECT COUNT(*) FROM audit WHERE verb = 'look' AND noun = 'person' AND detail LIKE '%they_rang%'") >= 8);
        assert_eq!(pages.number("SELECT COUNT(*) FROM audit WHERE noun_id = 'nobody'"), 2);
        assert_eq!(pages.number("SELECT COUNT(*) FROM audit WHERE detail LIKE '%ann%' OR detail LIKE '%1984%'"), 0);
    }

    who_is_meant_beyond_doubt_is_opened_at_once_and_nobody_else_is(pages, 2) {
        let operator = pages.operator();
        let reference = assigned(pages, 1, [2, 23]);
        let base = format!("/desk/people/{}", pages.small.people[1]);
        for typed in [reference.to_string(), reference.to_string().to_lowercase().replace('-', " "), "okon 15/3/1984".into(),
            format!("{reference} 15/3/1984")] {
            let straight = find(pages, &operator, &typed);
            assert_eq!(straight.header("location"), format!("{base}/appointments"), "{typed}");
        }
        // A reference that is not there, one with another date, a name with another date: one and the same answer.
        let unknown = Reference::from_random([9; 5]);
        let answers: Vec<String> = [unknown.to_string(), format!("{reference} 1/1/1970"), "okon 1/1/1970".into()]
            .iter()
            .map(|typed| {
                let page = find(pages, &operator, typed);
                assert_eq!(page.status, StatusCode::OK);
                says(&page, &["Nobody fits all of what you entered"]);
                page.body.split("<h2 id=\"found\"").nth(1).unwrap_or_default().to_owned()
            })
            .collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        // Without having opened somebody, an operator sees nothing of them; nor does another operator.
        let stranger = pages.operator();
        let turned = pages.get(&format!("{base}/appointments"), &stranger);
        assert_eq!((turned.status, turned.header("location")), (StatusCode::SEE_OTHER, "/desk"));
        assert_eq!(pages.post(&format!("{base}/cancel"), &stranger, "").header("location"), "/desk");
        assert_eq!(pages.days(1), [2, 23]);
        let lead = pages.service.cookie(Role::CampaignLead { organisation: None });
        assert_eq!(pages.get(&format!("{base}/appointments"), &lead).header("location"), "/desk", "a lead says why, too");
        // After the longest day of a sign-in nothing is open any more, and the job forgets it.
        pages.service.fresh.db.clock.advance_us(12 * 3_600_000_000 + 1);
        let later = pages.operator();
        assert_eq!(pages.get(&format!("{base}/appointments"), &later).header("location"), "/desk");
        assert!(pages.number("SELECT COUNT(*) FROM look") > 0);
        pages.write(|tx| accord::app::forget(tx, 100).map_err(Stop::<()>::Store));
        assert_eq!(pages.number("SELECT COUNT(*) FROM look"), 0);
        assert!(pages.number("SELECT COUNT(*) FROM audit WHERE verb = 'open'") > 0, "the audit forgets nothing");
    }

    the_desk_does_all_that_the_person_could(pages, 2) {
        let operator = pages.operator();
        assigned(pages, 0, [2, 23]);
        let base = pages.open(&operator, 0);
        let page = pages.get(&format!("{base}/appointments"), &operator);
        says(&page, &["You book for <strong><bdi>Ann-Marie O&#39;Connor</bdi></strong>", "born 15 March 1984", "The Employer",
            "Confirm both appointments", "For the desk", &format!("{base}/change/1"), &format!("{base}/cancel")]);
        assert!(!page.body.contains("=\"/b/"), "no way leads to the person's own address: {}", page.body);
        says(&pages.send(&format!("{base}/confirm"), &operator, ""), &["Both appointments are confirmed", "Next person", "O&#39;Connor"]);
        let wish = pages.wish(&pages.get(&format!("{base}/change/2"), &operator), 24);
        let check = pages.send(&format!("{base}/change/2/hold"), &operator, &format!("slot={wish}"));
        says(&check, &["Check your new appointments", "You book for"]);
        says(&pages.send(&format!("{base}/change"), &operator, &format!("slot={wish}")), &["Your appointments have changed"]);
        assert_eq!(pages.days(0), [2, 24]);
        says(&pages.get(&format!("{base}/cancel"), &operator), &["The site can’t see them", "They can’t come"]);
        says(&pages.send(&format!("{base}/cancel"), &operator, "reason=by_person"), &["cancelled"]);
        assert_eq!(pages.number("SELECT COUNT(*) FROM offer WHERE reason = 'cancelled_by_person'"), 1);
        let wish = pages.wish(&pages.get(&format!("{base}/book"), &operator), 3);
        says(&pages.send(&format!("{base}/change"), &operator, &format!("slot={wish}")), &["Both appointments are booked"]);
        says(&pages.send(&format!("{base}/decline"), &operator, "reason=later"), &["You have declined"]);
        assert_eq!(pages.text("SELECT evidence FROM offer WHERE state = 'declined'"), "the person said so to the desk: later");
        says(&pages.send(&format!("{base}/reopen"), &operator, ""), &["We are looking for appointments"]);
        says(&pages.send(&format!("{base}/elsewhere"), &operator, "day=1&month=12&year=2026"), &["Thank you for telling us"]);
        assert_eq!(pages.number("SELECT COUNT(*) FROM audit WHERE verb IN ('place', 'confirm', 'rebooked', 'close') AND actor_role <> 'booking_operator' AND actor_role <> 'campaign_lead'"), 0);
        assert!(pages.number("SELECT COUNT(*) FROM audit WHERE actor_role = 'booking_operator' AND noun = 'booking'") >= 6);
        // What is theirs alone: no calendar file, no code entered for them.
        assert_eq!(pages.get("/b/appointments", &operator).status, StatusCode::NOT_FOUND);
    }

    a_hold_survives_a_hang_up(pages, 2) {
        let (first, second, me) = (pages.operator(), pages.operator(), pages.me(1));
        let base = pages.open(&first, 1);
        let wish = pages.wish(&pages.get(&format!("{base}/book"), &first), 4);
        pages.send(&format!("{base}/change/1/hold"), &first, &format!("slot={wish}"));
        pages.service.fresh.db.clock.advance_us(5 * 60_000_000);
        // The next operator finds it, and the person themselves.
        let base = pages.open(&second, 1);
        for (page, begin) in [(pages.get(&format!("{base}/appointments"), &second), base.as_str()), (pages.get("/b/appointments", &me), "/b")] {
            says(&page, &["Look at what we keep for you until 8:10am", &format!("{begin}/change/1/check?slot={wish}")]);
        }
        says(&pages.get(&format!("{base}/change/1/check?slot={wish}"), &second), &["Check your appointments", "Book both appointments"]);
        says(&pages.send(&format!("{base}/change"), &second, &format!("slot={wish}")), &["Both appointments are booked"]);
        assert_eq!(pages.days(1), [4, 25]);
        pages.service.fresh.db.clock.advance_us(6 * 60_000_000);
        assert!(!pages.get("/b/appointments", &me).body.contains("what we keep"));
    }

    a_wrong_date_of_birth_locks_nobody_out(pages, 2) {
        let operator = pages.operator();
        let base = pages.open(&operator, 2);
        for wrong in ["day=31&month=2&year=1984", "day=1&month=1&year=84", "day=&month=&year="] {
            assert_eq!(pages.post(&format!("{base}/born"), &operator, wrong).status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let child = pages.post(&format!("{base}/born"), &operator, "day=1&month=1&year=2020");
        assert_eq!(child.status, StatusCode::CONFLICT);
        says(&pages.send(&format!("{base}/born"), &operator, "day=2&month=4&year=1991"), &["born 2 April 1991"]);
        assert_eq!(pages.text("SELECT date_of_birth FROM person WHERE birth_checked = 1"), "1991-04-02");
        assert_eq!(pages.number("SELECT COUNT(*) FROM audit WHERE verb = 'correct_birth' AND actor_role = 'booking_operator'"), 1);
        assert_eq!(pages.number("SELECT COUNT(*) FROM audit WHERE detail LIKE '%1991%'"), 0);
        // A new code opens with the new date; the one before and the date before no longer do.
        let made = pages.post(&format!("{base}/code"), &operator, "");
        let code = made.body.split("class=\"reference\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a code").to_owned();
        let enter = |code: &str, year: &str| {
            pages.post("/b", "", &format!("code={code}&day=2&month=4&year={year}")).header("location").to_owned()
        };
        assert_eq!((enter(&code, "1990").as_str(), enter(&code, "1991").as_str()), ("", "/b/appointments"));
        let newer = pages.post(&format!("{base}/code"), &operator, "");
        assert!(!newer.body.contains(&code));
        assert_eq!(enter(&code, "1991"), "");
        assert_eq!(pages.number("SELECT COUNT(*) FROM idempotency WHERE answer LIKE '%-%-%' AND answer NOT LIKE '/%'"), 0, "no code is kept");
    }

    somebody_without_a_date_of_birth_is_booked_in_one_call(pages, 1) {
        pages.sql("UPDATE person SET date_of_birth = NULL WHERE name_key = 'oko|vanderberg'");
        pages.sql("UPDATE offer SET state = 'unclear'");
        let operator = pages.operator();
        let base = pages.open(&operator, 2);
        says(&pages.get(&format!("{base}/appointments"), &operator), &["date of birth not known"]);
        says(&pages.send(&format!("{base}/born"), &operator, "day=1&month=12&year=1990"), &["born 1 December 1990"]);
        let wish = pages.wish(&pages.get(&format!("{base}/book"), &operator), 2);
        says(&pages.send(&format!("{base}/change"), &operator, &format!("slot={wish}")), &["Your appointment is booked"]);
    }

    a_desk_that_searches_too_often_waits(pages, 2) {
        let (operator, other) = (pages.operator(), pages.operator());
        for n in 0..60 {
            assert_eq!(find(pages, &operator, "ann").status, StatusCode::OK, "{n}");
        }
        pages.service.fresh.db.clock.advance_us(20_000_000);
        for _ in 0..3 {
            let often = find(pages, &operator, "ann");
            assert_eq!((often.status, often.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "40"));
            says(&often, &["You have searched very often in this minute", "Search again in 40 seconds."]);
            assert!(names(&often).is_empty());
        }
        assert_eq!(pages.number("SELECT COUNT(*) FROM audit WHERE verb = 'search_too_often'"), 1);
        assert_eq!(find(pages, &other, "ann").status, StatusCode::OK, "another desk goes on");
        let several = pages.post("/desk/several", &operator, "who=ann&purpose=they_rang");
        assert_eq!(several.status, StatusCode::TOO_MANY_REQUESTS);
        pages.service.fresh.db.clock.advance_us(40_000_000);
        assert_eq!(find(pages, &operator, "ann").status, StatusCode::OK);
    }

    several_people_get_times_near_each_other_and_each_an_answer(pages, 2) {
        // The team of three may have one away a day; the third has no rota and is never counted.
        pages.sql("UPDATE allocation SET capacity = 20");
        let operator = pages.operator();
        let who = "okon 15/3/1984\nann-marie 15/3/1984\noko van 1/12/1990\nnobody 1/1/1980\nann";
        let lines = who.replace('\n', "%0A").replace(' ', "+").replace('/', "%2F");
        let page = pages.send("/desk/several", &operator, &format!("who={lines}&purpose=they_rang&day=6&month=1&year=2027"));
        says(&page, &["There is a time for 3 of 5", "Nobody fits this line", "More than one person fits this line", "until 8:10am"]);
        assert_eq!(pages.number("SELECT COUNT(*) FROM hold"), 6);
        assert_eq!(pages.number("SELECT COUNT(DISTINCT date) FROM hold WHERE appointment = 1"), 2, "as near as the team allows");
        let of = page.body.split("name=\"of\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("whose").to_owned();
        // One of the three can no longer be: all or nobody leaves nobody, and says who.
        pages.sql("UPDATE offer SET state = 'declined', evidence = 'x', next_on = NULL WHERE person_id IN (SELECT id FROM person WHERE name_key = 'oko|vanderberg')");
        let none = pages.send("/desk/several/book", &operator, &format!("of={of}&how=all"));
        says(&none, &["Nobody was booked", "all or nobody", "They declined"]);
        assert_eq!(pages.number("SELECT COUNT(*) FROM booking"), 0);
        let two = pages.send("/desk/several/book", &operator, &format!("of={of}&how=each"));
        says(&two, &["2 of 3 are booked", "They declined", "Wednesday 6 January, 9am, The Site"]);
        assert_eq!(pages.number("SELECT COUNT(*) FROM booking WHERE live = 1"), 4);
        let again = pages.send("/desk/several/book", &operator, &format!("of={of}&how=all"));
        says(&again, &["Nobody was booked", "no longer kept"]);
        // A stranger's desk takes nobody's places by their ids.
        let stranger = pages.operator();
        says(&pages.send("/desk/several/book", &stranger, &format!("of={of}&how=each")), &["Nobody was booked"]);
        assert_eq!(pages.post("/desk/several", &operator, "who=&purpose=they_rang").status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    a_call_is_five_screens_and_every_screen_names_the_person(pages, 2) {
        let operator = pages.operator();
        let mut screens = vec![pages.get("/desk", &operator)];
        let found = find(pages, &operator, "okon 15/3/1984");
        screens.push(pages.get(found.header("location"), &operator));
        let base = format!("/desk/people/{}", pages.small.people[1]);
        screens.push(pages.get(&format!("{base}/book"), &operator));
        let wish = pages.wish(&screens[2], 2);
        screens.push(pages.send(&format!("{base}/change/1/hold"), &operator, &format!("slot={wish}")));
        screens.push(pages.send(&format!("{base}/change"), &operator, &format!("slot={wish}")));
        assert_eq!(screens.len(), 5);
        assert!(screens.iter().all(|page| page.status == StatusCode::OK));
        assert!(screens[1..].iter().all(|page| page.body.contains("You book for <strong><bdi>Anna Okonkwo</bdi>")));
        says(&screens[4], &["Both appointments are booked"]);
    }
}
