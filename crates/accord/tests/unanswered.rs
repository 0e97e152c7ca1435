//! What silence means, on both engines and hour by hour: one reminder, then the places stay or go to somebody else.

use accord::base::db::{Stop, StoreError, Tx};
use accord::booking::attendance::Batch;
use accord::booking::cancel::reopen;
use accord::booking::check_in::{By, check_in};
use accord::booking::confirm::confirm;
use accord::booking::hold::hold;
use accord::booking::outcome::{Noted, note};
use accord::booking::place::{place, place_many};
use accord::booking::unanswered::{give_back, remind};
use accord::booking::{BookingRefusal, Pick, PlaceCourse, batch, store};
use accord::evidence::verify::{lost, verify};
use accord::on_both_engines;
use accord::p;
use accord::testing::{BEGIN_US, Fresh, Small};

const HOUR: i64 = 3_600_000_000;

fn work<T: Send + 'static, R: std::fmt::Debug + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> T {
    let done = fresh.db.write_now(&fresh.who, f).expect("done");
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
    for finding in fresh.db.read_now(&fresh.who, verify).expect("verified") {
        assert_eq!(finding.violations.unwrap_or(0), 0, "{finding:?}");
    }
    assert_eq!(fresh.db.read_now(&fresh.who, lost).expect("read"), []);
    done
}

fn counted(fresh: &Fresh, f: fn(&mut Tx<'_>, u32) -> Result<usize, StoreError>) -> usize {
    work(fresh, move |tx| f(tx, 50).map_err(Stop::<()>::Store))
}

/// Reminders and courses given back by the service now.
fn swept(fresh: &Fresh) -> (usize, usize) {
    (counted(fresh, remind), counted(fresh, give_back))
}

/// Moves the clock to so many hours before the slot of that day, which starts at 9:00.
fn before(fresh: &Fresh, day: usize, hours: i64) {
    let start = BEGIN_US + HOUR + i64::try_from(day).expect("small") * 24 * HOUR;
    fresh.db.clock.advance_us(start - hours * HOUR - fresh.db.clock.now().as_microsecond());
}

fn released(fresh: &Fresh) {
    work(fresh, |tx| -> Result<u64, Stop<()>> {
        Ok(tx.run("UPDATE campaign SET silence = 'release' WHERE partnership_id = $1", p![tx.partnership()])?)
    });
}

/// The first person is given these days by a plan.
fn assigned(fresh: &Fresh, small: &Small, days: &[usize]) {
    let picks = days.iter().zip(1..).map(|(day, n)| Pick { appointment: n, slot: small.slots[*day] }).collect();
    let want = PlaceCourse { person: small.people[0], campaign: small.campaign, picks };
    work(fresh, move |tx| {
        let opened = batch::open(tx, want.campaign)?;
        let outcome = place_many(tx, opened, std::slice::from_ref(&want))?;
        assert!(outcome.refused.is_empty());
        batch::settle_live(tx, opened)
    });
}

fn offer(fresh: &Fresh, small: &Small) -> (String, Option<String>, String) {
    let (person, campaign) = (small.people[0], small.campaign);
    let read = move |tx: &mut Tx<'_>| {
        tx.one(
            "SELECT state, reason, owner_role FROM offer WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3",
            p![tx.partnership(), campaign, person],
        )
    };
    fresh.db.read_now(&fresh.who, read).expect("read")
}

fn state(fresh: &Fresh, small: &Small) -> String {
    offer(fresh, small).0
}

on_both_engines! {
    fn whoever_is_silent_is_reminded_once_and_loses_the_places_two_days_before(fresh) {
        let small = Small::build(fresh, 2);
        released(fresh);
        assigned(fresh, &small, &[10, 30]);
        for (hours, expected) in [(121, (0, 0)), (120, (1, 0)), (119, (0, 0)), (49, (0, 0)), (48, (0, 1)), (47, (0, 0))] {
            before(fresh, 10, hours);
            assert_eq!(swept(fresh), expected, "{hours} hours before");
        }
        assert_eq!(offer(fresh, &small), ("waiting".into(), Some("unanswered".into()), "employer_contact".into()));
        let taken: (i64,) = fresh.db.read_now(&fresh.who, |tx| {
            tx.one("SELECT CAST(SUM(taken) AS BIGINT) FROM slot WHERE partnership_id = $1", p![tx.partnership()])
        }).expect("read");
        assert_eq!(taken, (0,), "both places are back");
        let (person, campaign) = (small.people[0], small.campaign);
        work(fresh, move |tx| reopen(tx, person, campaign));
        assert_eq!(offer(fresh, &small), ("waiting".into(), None, "employer_contact".into()), "they asked again");
    }

    fn places_stay_where_the_campaign_says_so(fresh) {
        let small = Small::build(fresh, 1);
        assigned(fresh, &small, &[10]);
        before(fresh, 10, 100);
        assert_eq!(swept(fresh), (1, 0));
        before(fresh, 10, 1);
        assert_eq!((swept(fresh), state(fresh, &small)), ((0, 0), "assigned".into()));
    }

    fn whoever_answers_keeps_them(fresh) {
        let small = Small::build(fresh, 1);
        released(fresh);
        assigned(fresh, &small, &[10]);
        before(fresh, 10, 100);
        assert_eq!(swept(fresh), (1, 0));
        let (person, campaign) = (small.people[0], small.campaign);
        work(fresh, move |tx| confirm(tx, person, campaign));
        before(fresh, 10, 40);
        assert_eq!((swept(fresh), state(fresh, &small)), ((0, 0), "confirmed".into()));
    }

    fn a_late_plan_leaves_a_day_to_answer(fresh) {
        let small = Small::build(fresh, 1);
        released(fresh);
        assigned(fresh, &small, &[2]);
        before(fresh, 2, 30);
        assert_eq!(swept(fresh), (1, 0), "reminded now, not given back in the same breath");
        before(fresh, 2, 7);
        assert_eq!(swept(fresh), (0, 0));
        before(fresh, 2, 6);
        assert_eq!(swept(fresh), (0, 1));
    }

    fn what_has_begun_is_nobody_elses(fresh) {
        let small = Small::build(fresh, 1);
        released(fresh);
        assigned(fresh, &small, &[0]);
        assert_eq!(swept(fresh), (1, 0));
        before(fresh, 0, -30);
        assert_eq!((swept(fresh), state(fresh, &small)), ((0, 0), "assigned".into()));
    }

    fn whoever_came_is_not_silent(fresh) {
        let small = Small::build(fresh, 2);
        released(fresh);
        assigned(fresh, &small, &[0, 20]);
        let (person, campaign, site) = (small.people[0], small.campaign, small.site);
        let first = fresh.db.read_now(&fresh.who, move |tx| store::live_of(tx, person, campaign)).expect("read")[0].id;
        work(fresh, move |tx| check_in(tx, site, &By::Booking(first)));
        work(fresh, move |tx| note(tx, site, first, 1, &Noted::Given(Batch::parse("AB1").expect("a batch"))));
        before(fresh, 20, 30);
        assert_eq!(swept(fresh), (0, 0));
    }

    fn whoever_is_choosing_is_not_silent(fresh) {
        let small = Small::build(fresh, 1);
        released(fresh);
        assigned(fresh, &small, &[10]);
        before(fresh, 10, 100);
        assert_eq!(swept(fresh), (1, 0));
        before(fresh, 10, 40);
        let picks = vec![Pick { appointment: 1, slot: small.slots[12] }];
        let want = PlaceCourse { person: small.people[0], campaign: small.campaign, picks };
        work(fresh, move |tx| hold(tx, &want));
        assert_eq!(swept(fresh), (0, 0));
        fresh.db.clock.advance_us(HOUR);
        assert_eq!(swept(fresh), (0, 1), "ten minutes are over, and they took nothing");
    }

    fn a_yes_after_the_places_have_gone_brings_nothing_back(fresh) {
        let small = Small::build(fresh, 2);
        released(fresh);
        assigned(fresh, &small, &[10, 30]);
        before(fresh, 10, 120);
        assert_eq!(swept(fresh), (1, 0));
        before(fresh, 10, 48);
        assert_eq!(swept(fresh), (0, 1));
        let (person, campaign, who) = (small.people[0], small.campaign, fresh.who.clone());
        for _ in 0..2 {
            let late = fresh.db.write_now(&who, move |tx| confirm(tx, person, campaign));
            assert!(matches!(late, Err(Stop::Refused(BookingRefusal::NoSuchBooking))), "{late:?}");
        }
        let live = fresh.db.read_now(&fresh.who, move |tx| store::live_of(tx, person, campaign)).expect("read");
        assert_eq!(live, []);
        assert_eq!(offer(fresh, &small), ("waiting".into(), Some("unanswered".into()), "employer_contact".into()));
        // Their page leads on: they ask again, and book.
        work(fresh, move |tx| reopen(tx, person, campaign));
        let picks = [10, 30].iter().zip(1..).map(|(day, n)| Pick { appointment: n, slot: small.slots[*day] }).collect();
        work(fresh, { let want = PlaceCourse { person, campaign, picks }; move |tx| place(tx, &want) });
        assert_eq!(state(fresh, &small), "confirmed");
    }
}
