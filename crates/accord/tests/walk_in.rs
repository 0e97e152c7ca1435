//! Walk-ins on both engines: who may get what, what it changes for them, and who is on no list; every invariant holds after
//! each step.

use accord::base::clock::london_instant;
use accord::base::db::{Stop, Tx};
use accord::base::ids::{ProductId, Session, Slot, SlotId};
use accord::base::refusal::Refusal;
use accord::booking::attendance::{Batch, DayRefusal};
use accord::booking::day_entry::{Decision, Line, Said, decide, take_down};
use accord::booking::place::place;
use accord::booking::walk_in::{Give, give, look};
use accord::booking::{Booking, BookingRefusal, Pick, PlaceCourse};
use accord::campaign::offer::State as Offer;
use accord::clinic::slot::{Wanted, free_slots};
use accord::evidence::verify::{lost, verify};
use accord::on_both_engines;
use accord::p;
use accord::testing::{BEGIN_US, Fresh, Small};
use jiff::civil::{Date, date};

const HOUR: i64 = 3_600_000_000;

fn work<T: Send + 'static, R: std::fmt::Debug + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> Result<T, R> {
    let done = fresh.db.write_now(&fresh.who, f).map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal,
        Stop::Store(error) => panic!("{error}"),
    });
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
    for finding in fresh.db.read_now(&fresh.who, verify).expect("verified") {
        assert_eq!(finding.violations.unwrap_or(0), 0, "{finding:?}");
    }
    assert_eq!(fresh.db.read_now(&fresh.who, lost).expect("read"), []);
    done
}

fn at(fresh: &Fresh, days: i64, hours: i64) {
    let now = fresh.db.clock.now().as_microsecond();
    fresh.db.clock.advance_us(BEGIN_US + days * 24 * HOUR + hours * HOUR - now);
}

fn booked(fresh: &Fresh, small: &Small, days: &[usize]) -> Vec<Booking> {
    let picks = days.iter().zip(1..).map(|(day, n)| Pick { appointment: n, slot: small.slots[*day] }).collect();
    let want = PlaceCourse { person: small.people[0], campaign: small.campaign, picks };
    work(fresh, move |tx| place(tx, &want)).expect("booked")
}

fn what(fresh: &Fresh, small: &Small) -> Give {
    Give {
        site: small.site,
        person: small.people[0],
        campaign: small.campaign,
        appointment: None,
        product: None,
        batch: Batch::parse("FX 1").expect("a batch"),
        at: fresh.db.clock.now(),
    }
}

fn given(fresh: &Fresh, what: Give) -> Result<Booking, DayRefusal> {
    work(fresh, move |tx| give(tx, &what))
}

fn offer(fresh: &Fresh, small: &Small) -> (Offer, Option<String>, Option<String>) {
    let (person, campaign) = (small.people[0], small.campaign);
    let read = move |tx: &mut Tx<'_>| {
        tx.one(
            "SELECT state, reason, next_on FROM offer WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3",
            p![tx.partnership(), campaign, person],
        )
    };
    let row: (String, Option<String>, Option<String>) = fresh.db.read_now(&fresh.who, read).expect("read");
    (Offer::parse(&row.0).expect("a state"), row.1, row.2)
}

fn stored(fresh: &Fresh, id: accord::base::ids::BookingId) -> (String, Option<String>) {
    let read = move |tx: &mut Tx<'_>| {
        tx.one("SELECT state, reason FROM booking WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), id])
    };
    fresh.db.read_now(&fresh.who, read).expect("read")
}

/// A session of the site of another kind, 8:00 to 12:00 on a day, with its one slot.
fn session(fresh: &Fresh, small: &Small, kind: &'static str, product: ProductId, day: Date, capacity: u32) -> SlotId {
    let s = small.clone();
    let made = fresh.db.write_now(&fresh.who, move |tx| -> Result<SlotId, Stop<()>> {
        let (session, slot): (_, SlotId) = (tx.id::<Session>(), tx.id::<Slot>());
        let partnership = tx.partnership();
        tx.run(
            "INSERT INTO session (partnership_id, id, site_id, host_id, product_id, date, from_minute, until_minute, slot_minutes,
               stations, state, version, kind)
             VALUES ($1, $2, $3, $4, $5, $6, 480, 720, 6, 2, 'open', 1, $7)",
            p![partnership, session, s.site, s.host, product, day, kind],
        )?;
        tx.run(
            "INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us, minutes,
               capacity, taken)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 480, $8, 240, $9, 0)",
            p![partnership, slot, session, s.site, s.host, product, day, london_instant(day, 480), capacity],
        )?;
        Ok(slot)
    });
    made.expect("a session")
}

fn stock(fresh: &Fresh, small: &Small, doses: i64) {
    let s = small.clone();
    let made = fresh.db.write_now(&fresh.who, move |tx| -> Result<(), Stop<()>> {
        let (partnership, from, until) = (tx.partnership(), date(1, 1, 1), date(9999, 12, 31));
        tx.run(
            "INSERT INTO stock (partnership_id, site_id, product_id, from_date, until_date, delivered, taken) VALUES ($1, $2, $3, $4, $5, $6, 0)",
            p![partnership, s.site, s.product, from, until, doses],
        )?;
        Ok(())
    });
    made.expect("stock");
}

fn left(fresh: &Fresh) -> i64 {
    let read = |tx: &mut Tx<'_>| {
        tx.one::<(i64,)>("SELECT delivered - taken FROM stock WHERE partnership_id = $1", p![tx.partnership()])
    };
    let (left,) = fresh.db.read_now(&fresh.who, read).expect("read");
    left
}

on_both_engines! {
    fn somebody_with_nothing_booked_is_booked_and_given_in_one_step(fresh) {
        let small = Small::build(fresh, 1);
        stock(fresh, &small, 1);
        at(fresh, 0, 1);
        let booking = given(fresh, what(fresh, &small)).expect("given");
        assert_eq!((booking.agreement, booking.on_shift, booking.slot), (small.agreement, false, small.slots[0]));
        assert_eq!((offer(fresh, &small).0, left(fresh)), (Offer::Completed, 0));
        let again = given(fresh, what(fresh, &small));
        assert_eq!(again, Err(DayRefusal::Closed { state: "completed" }));
        let other = Give { person: small.people[1], ..what(fresh, &small) };
        assert_eq!(given(fresh, other).expect_err("the one dose is gone").code(), "no_stock");
    }

    fn the_open_appointment_of_another_day_goes_back(fresh) {
        let small = Small::build(fresh, 1);
        let old = booked(fresh, &small, &[3]).remove(0);
        at(fresh, 0, 1);
        let (site, person, now) = (small.site, small.people[0], fresh.db.clock.now());
        let seen = work(fresh, move |tx| look(tx, site, person, now).map_err(Stop::<()>::Store)).expect("looked");
        let offered = seen[0].as_ref().expect("may have it");
        assert_eq!(offered.replaces.as_ref().map(|b| b.id), Some(old.id));
        given(fresh, what(fresh, &small)).expect("given");
        assert_eq!(stored(fresh, old.id), ("rebooked".into(), Some("walk_in".into())));
        assert_eq!(offer(fresh, &small).0, Offer::Completed);
    }

    fn who_has_an_appointment_here_today_is_on_the_list(fresh) {
        let small = Small::build(fresh, 1);
        let old = booked(fresh, &small, &[0]).remove(0);
        assert_eq!(given(fresh, what(fresh, &small)), Err(DayRefusal::OnTheList { booking: old.id }));
        assert_eq!(stored(fresh, old.id).0, "confirmed");
    }

    fn a_later_appointment_stays_while_it_fits_and_else_goes_back(fresh) {
        let small = Small::build(fresh, 2);
        let course = booked(fresh, &small, &[5, 25]);
        at(fresh, 2, 1);
        given(fresh, what(fresh, &small)).expect("23 days before the second");
        assert_eq!(stored(fresh, course[1].id).0, "confirmed");
        assert_eq!(offer(fresh, &small), (Offer::Confirmed, None, Some("2027-01-29".into())));
        // Again, too long before.
        let fresh = &again(fresh);
        let small = Small::build(fresh, 2);
        let course = booked(fresh, &small, &[10, 35]);
        at(fresh, 0, 1);
        given(fresh, what(fresh, &small)).expect("35 days before the second");
        assert_eq!(stored(fresh, course[0].id), ("rebooked".into(), Some("walk_in".into())));
        assert_eq!(stored(fresh, course[1].id), ("cancelled".into(), Some("course_broken".into())));
        assert_eq!(offer(fresh, &small), (Offer::Waiting, Some("to_be_booked_again".into()), Some("2027-01-05".into())));
    }

    fn too_soon_after_the_first_is_refused_and_changes_nothing(fresh) {
        let small = Small::build(fresh, 2);
        at(fresh, 0, 1);
        given(fresh, what(fresh, &small)).expect("the first");
        at(fresh, 19, 1);
        let early = Give { appointment: Some(1), ..what(fresh, &small) };
        assert_eq!(given(fresh, early), Err(DayRefusal::ChangedMeanwhile), "it is the second that is next");
        at(fresh, 18, 1);
        let refused = given(fresh, what(fresh, &small)).expect_err("18 days");
        // The second has days of its own, too.
        assert!(matches!(refused.code(), "interval_too_short" | "outside_window"), "{refused:?}");
        at(fresh, 20, 1);
        given(fresh, what(fresh, &small)).expect("the second");
        assert_eq!(offer(fresh, &small).0, Offer::Completed);
    }

    fn a_drop_in_is_seen_by_no_plan_and_books_walk_ins_only(fresh) {
        let small = Small::build(fresh, 1);
        let slot = session(fresh, &small, "drop_in", small.product, date(2027, 1, 4), 2);
        let want = PlaceCourse { person: small.people[1], campaign: small.campaign, picks: vec![Pick { appointment: 1, slot }] };
        assert_eq!(work(fresh, move |tx| place(tx, &want)), Err(BookingRefusal::WalkInsOnly));
        let wanted = Wanted { products: vec![small.product], from: date(2027, 1, 4), until: date(2027, 1, 4), sites: vec![(small.site, 0)] };
        let free = fresh.db.read_now(&fresh.who, move |tx| free_slots(tx, &wanted)).expect("read");
        assert!(free.iter().flat_map(|day| &day.slots).all(|free| free.slot != slot), "{free:?}");
        at(fresh, 0, 3);
        for (n, person) in small.people.into_iter().enumerate() {
            let booking = given(fresh, Give { person, ..what(fresh, &small) }).expect("given");
            if n < 2 {
                assert_eq!((booking.slot, booking.starts), (slot, fresh.db.clock.now()), "a time of their own");
                assert_eq!((booking.ends.as_microsecond() - booking.starts.as_microsecond()) / 60_000_000, 6);
            } else {
                assert_eq!(booking.slot, small.slots[0], "the drop-in is full; a booked slot went by with room");
            }
        }
    }

    fn another_product_than_the_first_is_not_given(fresh) {
        let small = Small::build(fresh, 2);
        at(fresh, 0, 1);
        given(fresh, what(fresh, &small)).expect("the first");
        let other: ProductId = fresh.db.write_now(&fresh.who, |tx| -> Result<_, Stop<()>> {
            let other: ProductId = tx.id();
            tx.run("INSERT INTO product (partnership_id, id, code, name) VALUES ($1, $2, 'BETA', 'Beta')", p![tx.partnership(), other])?;
            Ok(other)
        }).expect("a product");
        session(fresh, &small, "roving", other, date(2027, 1, 24), 5);
        at(fresh, 20, 1);
        let refused = given(fresh, Give { product: Some(other), ..what(fresh, &small) }).expect_err("beta");
        assert!(matches!(refused, DayRefusal::Booking(BookingRefusal::ProductNotUsed)), "{refused:?}");
        assert_eq!(given(fresh, what(fresh, &small)).expect("alpha").product, small.product);
    }

    fn somebody_on_no_list_is_never_lost_and_never_a_new_person(fresh) {
        let small = Small::build(fresh, 1);
        stock(fresh, &small, 3);
        at(fresh, 0, 1);
        let line = Line {
            site: small.site,
            at: fresh.db.clock.now(),
            booking: None,
            person: None,
            name: "Zo\u{eb} Unknown".into(),
            born: Some(date(1970, 1, 1)),
            employer: "The Employer".into(),
            employer_id: Some(small.employer),
            product: None,
            said: Said::Given(Batch::parse("FX 1").expect("a batch")),
        };
        let taken = line.clone();
        let id = work(fresh, move |tx| take_down(tx, &taken, "no_such_booking").map_err(Stop::<()>::Store)).expect("taken down");
        let taken = line.clone();
        let same = work(fresh, move |tx| take_down(tx, &taken, "no_such_booking").map_err(Stop::<()>::Store)).expect("the same");
        assert_eq!((id, left(fresh)), (same, 2), "twice is once");
        let count = |tx: &mut Tx<'_>| {
            tx.one::<(i64,)>("SELECT COUNT(*) FROM person WHERE partnership_id = $1", p![tx.partnership()])
        };
        assert_eq!(fresh.db.read_now(&fresh.who, count).expect("read"), (3,));
        // Next day the list names them; the clinic says who they are.
        let (site, was) = (small.site, Decision::Was(small.people[0], small.campaign));
        at(fresh, 1, 1);
        let booking = work(fresh, move |tx| decide(tx, site, id, was)).expect("decided").expect("a booking");
        assert_eq!((booking.date, offer(fresh, &small).0, left(fresh)), (date(2027, 1, 4), Offer::Completed, 2));
        assert_eq!(work(fresh, move |tx| decide(tx, site, id, was)), Err(DayRefusal::Decided));
    }

    fn a_dose_of_nobody_of_ours_stays_counted_and_one_not_given_comes_back(fresh) {
        let small = Small::build(fresh, 1);
        stock(fresh, &small, 3);
        let site = small.site;
        for (n, (decision, after)) in [(Decision::NotOurs, 2), (Decision::SetAside, 2)].into_iter().enumerate() {
            let line = Line {
                site,
                at: fresh.db.clock.now(),
                booking: None,
                person: None,
                name: format!("Nobody {n}"),
                born: None,
                employer: String::new(),
                employer_id: None,
                product: Some(small.product),
                said: Said::Given(Batch::parse("FX 1").expect("a batch")),
            };
            let id = work(fresh, move |tx| take_down(tx, &line, "no_such_booking").map_err(Stop::<()>::Store)).expect("taken down");
            work(fresh, move |tx| decide(tx, site, id, decision)).expect("decided");
            assert_eq!(left(fresh), after);
        }
    }
}

fn again(fresh: &Fresh) -> Fresh {
    match &fresh.place {
        accord::base::db::Place::Folder(_) => Fresh::lite(),
        #[cfg(feature = "postgres")]
        accord::base::db::Place::Postgres(_) => Fresh::postgres(),
        #[cfg(not(feature = "postgres"))]
        accord::base::db::Place::Postgres(_) => unreachable!("this build has one engine"),
    }
}
