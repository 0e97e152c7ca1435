//! Booking on both engines: the rules as a table, the counters to the unit, and nothing left of a refusal.

use accord::base::db::{Stop, Tx};
use accord::base::fingerprint;
use accord::base::refusal::Refusal;
use accord::booking::cancel::{Reason, cancel, close_offer};
use accord::booking::confirm::confirm;
use accord::booking::place::{place, place_many};
use accord::booking::rebook::rebook;
use accord::booking::{Booking, BookingRefusal, Pick, PlaceCourse, State, batch, store};
use accord::evidence::verify;
use accord::testing::{Fresh, Small};
use accord::{on_both_engines, p};

type Answer<T> = Result<T, Stop<BookingRefusal>>;

fn run<T: Send + 'static>(fresh: &Fresh, f: impl Fn(&mut Tx<'_>) -> Answer<T> + Send + 'static) -> Answer<T> {
    fresh.db.write_now(&fresh.who, f)
}

fn code<T: std::fmt::Debug>(answer: Answer<T>) -> &'static str {
    match answer {
        Ok(_) => "ok",
        Err(Stop::Refused(refusal)) => refusal.code(),
        Err(Stop::Store(error)) => panic!("the store: {error}"),
    }
}

fn want(small: &Small, person: usize, days: &[usize]) -> PlaceCourse {
    let picks = days.iter().zip(1..).map(|(day, appointment)| Pick { appointment, slot: small.slots[*day] });
    PlaceCourse { person: small.people[person], campaign: small.campaign, picks: picks.collect() }
}

fn book(fresh: &Fresh, small: &Small, person: usize, days: &[usize]) -> Answer<Vec<Booking>> {
    let want = want(small, person, days);
    run(fresh, move |tx| place(tx, &want))
}

fn sql(fresh: &Fresh, statement: &'static str) {
    run(fresh, move |tx| Ok(tx.run(statement, p![])?)).expect("the statement runs");
}

fn clean(fresh: &Fresh) {
    run(fresh, |tx| Ok(accord::base::audit::seal(tx, 10_000)?)).expect("sealed");
    run(fresh, |tx| Ok(accord::partnership::ledger::seal(tx, 10_000)?)).expect("sealed");
    let findings = fresh.db.read_now(&fresh.who, verify::verify).expect("verified");
    let broken: Vec<_> = findings.iter().filter(|f| f.violations.unwrap_or(0) > 0).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

fn of(fresh: &Fresh) -> String {
    fresh.db.read_now(&fresh.who, fingerprint::of).expect("hashed")
}

on_both_engines! {
    fn a_course_is_placed_whole_with_every_counter(fresh) {
        let small = Small::build(fresh, 2);
        let bookings = book(fresh, &small, 0, &[0, 21]).expect("placed");
        assert_eq!(bookings.len(), 2);
        assert!(bookings.iter().all(|b| b.state == State::Confirmed && b.on_shift && b.travel_minutes == 9));
        assert_eq!((bookings[0].agreement, bookings[0].agreement_version), (small.agreement, 1));
        let counters: (i64, i64, i64) = fresh.db.read_now(&fresh.who, |tx| tx.one(
            "SELECT (SELECT CAST(SUM(taken) AS BIGINT) FROM slot), (SELECT CAST(SUM(taken) AS BIGINT) FROM allocation),
               (SELECT CAST(SUM(taken) AS BIGINT) FROM team_day)", p![])).expect("read");
        assert_eq!(counters, (2, 2, 4));
        clean(fresh);
    }

    fn the_rules_say_no_in_their_order_and_leave_nothing(fresh) {
        let small = Small::build(fresh, 2);
        let before = of(fresh);
        let table: [(&[usize], &str); 6] = [
            (&[0, 18], "outside_window"),
            (&[1, 19], "interval_too_short"),
            (&[0, 29], "interval_too_long"),
            (&[21], "outside_window"),
            (&[0, 21, 42], "no_such_appointment"),
            (&[20, 48], "ok"),
        ];
        for (days, expected) in table {
            if expected != "ok" {
                assert_eq!(code(book(fresh, &small, 0, days)), expected, "{days:?}");
                assert_eq!(of(fresh), before, "{days:?}");
            }
        }
        assert_eq!(code(book(fresh, &small, 0, &[20, 48])), "ok");
        assert_eq!(code(book(fresh, &small, 0, &[1, 22])), "already_booked");
        clean(fresh);
    }

    fn what_is_closed_or_unknown_is_refused(fresh) {
        let small = Small::build(fresh, 1);
        let table: [(&'static str, &'static str, &str); 9] = [
            ("UPDATE session SET state = 'closed'", "UPDATE session SET state = 'open'", "session_closed"),
            ("UPDATE site SET slots_owner = 'partner'", "UPDATE site SET slots_owner = 'accord'", "partner_owns_slots"),
            ("UPDATE campaign SET state = 'closed'", "UPDATE campaign SET state = 'open'", "campaign_closed"),
            ("UPDATE agreement SET state = 'suspended'", "UPDATE agreement SET state = 'in_force'", "agreement_not_in_force"),
            ("UPDATE agreement SET until_date = '2027-01-01'", "UPDATE agreement SET until_date = '2027-12-31'", "agreement_ended"),
            ("UPDATE person SET date_of_birth = NULL", "UPDATE person SET date_of_birth = '1980-02-29'", "no_date_of_birth"),
            ("UPDATE person SET date_of_birth = '2015-01-01'", "UPDATE person SET date_of_birth = '1980-02-29'", "too_young"),
            ("UPDATE employment SET state = 'left'", "UPDATE employment SET state = 'current'", "not_employed"),
            ("UPDATE slot SET starts_us = 1", "UPDATE slot SET starts_us = 1800000000000000", "in_the_past"),
        ];
        for (spoil, mend, expected) in table {
            sql(fresh, spoil);
            let before = of(fresh);
            assert_eq!(code(book(fresh, &small, 0, &[1])), expected);
            assert_eq!(of(fresh), before, "{expected} left something");
            sql(fresh, mend);
        }
        let nobody = PlaceCourse { person: accord::base::ids::Id::from_uuid(uuid::Uuid::nil()), ..want(&small, 0, &[1]) };
        assert_eq!(code(run(fresh, move |tx| place(tx, &nobody))), "no_such_person");
    }

    fn each_counter_says_no_and_gives_back_what_was_taken(fresh) {
        let small = Small::build(fresh, 2);
        let table: [(&'static str, &'static str, &str); 4] = [
            ("UPDATE team_day SET capacity = 0 WHERE date = '2027-01-25'", "UPDATE team_day SET capacity = 4 WHERE date = '2027-01-25'", "team_too_thin"),
            ("UPDATE allocation SET capacity = 1", "UPDATE allocation SET capacity = 5", "allocation_used"),
            ("INSERT INTO stock (partnership_id, site_id, product_id, from_date, until_date, delivered, taken)
              SELECT partnership_id, site_id, product_id, '2027-01-01', '2027-12-31', 1, 0 FROM session WHERE date = '2027-01-04'",
             "DELETE FROM stock", "no_stock"),
            ("UPDATE slot SET capacity = 0 WHERE date = '2027-01-25'", "UPDATE slot SET capacity = 4 WHERE date = '2027-01-25'", "slot_full"),
        ];
        for (spoil, mend, expected) in table {
            sql(fresh, spoil);
            let before = of(fresh);
            assert_eq!(code(book(fresh, &small, 0, &[0, 21])), expected);
            assert_eq!(of(fresh), before, "{expected} left something");
            // In a batch the refused person leaves nothing either, and the transaction goes on.
            let (one, campaign) = (want(&small, 1, &[0, 21]), small.campaign);
            let outcome = run(fresh, move |tx| {
                let batch = batch::open(tx, campaign)?;
                place_many(tx, batch, std::slice::from_ref(&one))
            }).expect("goes on");
            assert_eq!(outcome.refused.iter().map(|(_, r)| r.code()).collect::<Vec<_>>(), [expected]);
            sql(fresh, "DELETE FROM booking_batch");
            sql(fresh, mend);
        }
        assert_eq!(code(book(fresh, &small, 0, &[0, 21])), "ok");
        clean(fresh);
    }

    fn the_last_place_is_given_once_however_many_ask(fresh) {
        let small = Small::build(fresh, 1);
        sql(fresh, "UPDATE slot SET capacity = 1");
        sql(fresh, "UPDATE allocation SET capacity = NULL");
        sql(fresh, "UPDATE team_day SET capacity = 100");
        let codes: Vec<&'static str> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..3).map(|n| {
                let small = &small;
                scope.spawn(move || code(book(fresh, small, n, &[1])))
            }).collect();
            asked.into_iter().map(|a| a.join().expect("asked")).collect()
        });
        assert_eq!(codes.iter().filter(|c| **c == "ok").count(), 1, "{codes:?}");
        assert_eq!(codes.iter().filter(|c| **c == "slot_full").count(), 2, "{codes:?}");
        clean(fresh);
    }

    fn nobody_is_wanted_in_two_campaigns_at_once(fresh) {
        let small = Small::build(fresh, 1);
        book(fresh, &small, 0, &[1]).expect("placed");
        sql(fresh, "INSERT INTO campaign (partnership_id, id, name, programme, purpose, starts_on, ends_on, age_min, cover_percent, travel_minutes_max, silence, state)
             SELECT partnership_id, '00000000-0000-7000-8000-00000000000b', name, programme, purpose, starts_on, ends_on, 0, 100, 60, 'keep', 'open' FROM campaign");
        sql(fresh, "INSERT INTO campaign_appointment (partnership_id, campaign_id, number, name, first_on, last_on)
             SELECT partnership_id, '00000000-0000-7000-8000-00000000000b', number, name, first_on, last_on FROM campaign_appointment");
        sql(fresh, "INSERT INTO campaign_product (partnership_id, campaign_id, product_id, interval_min, interval_max, interval_ideal)
             SELECT partnership_id, '00000000-0000-7000-8000-00000000000b', product_id, 1, 2, 1 FROM campaign_product");
        let other = PlaceCourse { campaign: "00000000-0000-7000-8000-00000000000b".parse().expect("an id"), ..want(&small, 0, &[1]) };
        assert_eq!(code(run(fresh, move |tx| place(tx, &other))), "two_places_at_once");
    }

    fn changing_gives_the_new_and_releases_the_old_or_nothing(fresh) {
        let small = Small::build(fresh, 2);
        let had = book(fresh, &small, 0, &[0, 21]).expect("placed");
        let only_second = PlaceCourse {
            picks: vec![Pick { appointment: 2, slot: small.slots[40] }],
            ..want(&small, 0, &[])
        };
        let (change, second) = (only_second.clone(), had[1].id);
        let before = of(fresh);
        assert_eq!(code(run(fresh, move |tx| rebook(tx, &change, &[(second, 1)]))), "interval_too_long");
        assert_eq!(of(fresh), before);
        let fits = PlaceCourse { picks: vec![Pick { appointment: 2, slot: small.slots[22] }], ..only_second };
        let stale = fits.clone();
        assert_eq!(code(run(fresh, move |tx| rebook(tx, &stale, &[(second, 7)]))), "changed_meanwhile");
        let (other, first) = (fits.clone(), had[0].id);
        assert_eq!(code(run(fresh, move |tx| rebook(tx, &other, &[(first, 1)]))), "changed_meanwhile");
        let new = run(fresh, move |tx| rebook(tx, &fits, &[(second, 1)])).expect("changed");
        assert_eq!(new[0].date, jiff::civil::date(2027, 1, 26));
        let old = had[1].id;
        let after = run(fresh, move |tx| Ok(store::by_id(tx, old)?)).expect("read").expect("kept");
        assert_eq!(after.state, State::Rebooked);
        clean(fresh);
    }

    fn a_batch_counts_at_once_and_shows_when_live(fresh) {
        let small = Small::build(fresh, 2);
        let (campaign, person) = (small.campaign, small.people[0]);
        let one = want(&small, 0, &[0, 21]);
        let batch = run(fresh, move |tx| {
            let batch = batch::open(tx, campaign)?;
            place_many(tx, batch, std::slice::from_ref(&one))?;
            Ok(batch)
        }).expect("placed");
        let seen = move |tx: &mut Tx<'_>| store::seen_of(tx, person, campaign);
        assert!(fresh.db.read_now(&fresh.who, seen).expect("read").is_empty());
        assert_eq!(code(run(fresh, move |tx| confirm(tx, person, campaign))), "no_such_booking");
        run(fresh, move |tx| batch::settle_live(tx, batch)).expect("live");
        assert_eq!(fresh.db.read_now(&fresh.who, seen).expect("read").len(), 2);
        assert_eq!(code(run(fresh, move |tx| batch::settle_live(tx, batch))), "batch_settled");
        assert_eq!(code(run(fresh, move |tx| confirm(tx, person, campaign))), "ok");
        clean(fresh);
    }

    fn a_batch_can_be_undone_to_the_last_counter(fresh) {
        let small = Small::build(fresh, 2);
        let campaign = small.campaign;
        let people = vec![want(&small, 0, &[0, 21]), want(&small, 2, &[5, 26])];
        let batch = run(fresh, move |tx| {
            let batch = batch::open(tx, campaign)?;
            place_many(tx, batch, &people)?;
            Ok(batch)
        }).expect("placed");
        let mut left = run(fresh, move |tx| batch::undo(tx, batch, 1)).expect("undone");
        assert_eq!(left, 3);
        while left > 0 {
            left = run(fresh, move |tx| batch::undo(tx, batch, 2)).expect("undone");
        }
        let (taken,): (i64,) = fresh.db.read_now(&fresh.who, |tx| tx.one(
            "SELECT (SELECT CAST(SUM(taken) AS BIGINT) FROM slot) + (SELECT CAST(SUM(taken) AS BIGINT) FROM team_day)", p![])).expect("read");
        assert_eq!(taken, 0);
        clean(fresh);
    }

    fn declining_closes_the_offer_with_evidence_and_nobody_is_lost(fresh) {
        let small = Small::build(fresh, 2);
        book(fresh, &small, 0, &[0, 21]).expect("placed");
        let (person, campaign) = (small.people[0], small.campaign);
        run(fresh, move |tx| close_offer(tx, person, campaign, Reason::Declined, "said so on the page")).expect("closed");
        clean(fresh);
        assert_eq!(code(book(fresh, &small, 0, &[1, 22])), "offer_closed");
        let other = book(fresh, &small, 1, &[0, 21]).expect("placed");
        let first = other[0].clone();
        run(fresh, move |tx| cancel(tx, first.id, first.version, Reason::ByPerson)).expect("cancelled");
        clean(fresh);
    }
}
