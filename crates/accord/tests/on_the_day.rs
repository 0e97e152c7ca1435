//! On the day, on both engines: who is let in, what is noted, what follows by rule; every invariant holds after each step.

mod support;

use accord::base::clock::london_instant;
use accord::base::db::{Stop, Tx};
use accord::base::ids::{BookingId, Session, Site, SiteId, Slot, SlotId};
use accord::base::refusal::Refusal;
use accord::booking::attendance::{Attendance, Batch, DayRefusal, Outcome, When, WhyNot};
use accord::booking::cancel::{Reason, cancel_all, close_offer};
use accord::booking::check_in::{Arrived, By, check_in, take_here};
use accord::booking::did_not_attend::{AFTER_HOURS, close_day, sweep};
use accord::booking::outcome::{Noted, note};
use accord::booking::place::place;
use accord::booking::rebook::rebook;
use accord::booking::{Booking, BookingRefusal, Pick, PlaceCourse, batch, store};
use accord::campaign::offer::State as Offer;
use accord::evidence::verify::verify;
use accord::on_both_engines;
use accord::p;
use accord::testing::{BEGIN_US, Fresh, Small};
use jiff::civil::date;
use support::people::in_a_batch;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// Works as somebody at a desk does, then checks that every invariant holds.
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
    done
}

/// Moves the clock to so many hours after Monday 4 January 2027, 8:00; slots are at 9:00.
fn at(fresh: &Fresh, days: i64, hours: i64) {
    let now = fresh.db.clock.now().as_microsecond();
    fresh.db.clock.advance_us(BEGIN_US + days * DAY + hours * HOUR - now);
}

/// Books the first person's course on these days, counted from Monday 4 January.
fn booked(fresh: &Fresh, small: &Small, days: &[usize]) -> Vec<Booking> {
    let picks = days.iter().zip(1..).map(|(day, n)| Pick { appointment: n, slot: small.slots[*day] }).collect();
    let want = PlaceCourse { person: small.people[0], campaign: small.campaign, picks };
    work(fresh, move |tx| place(tx, &want)).expect("booked")
}

fn come(fresh: &Fresh, site: SiteId, by: By) -> Result<Arrived, DayRefusal> {
    work(fresh, move |tx| check_in(tx, site, &by))
}

fn here(fresh: &Fresh, small: &Small, id: BookingId) -> Arrived {
    come(fresh, small.site, By::Booking(id)).expect("let in")
}

fn noted(fresh: &Fresh, small: &Small, id: BookingId, seen: u32, what: Noted) -> Result<Attendance, DayRefusal> {
    let site = small.site;
    work(fresh, move |tx| note(tx, site, id, seen, &what))
}

fn given_of(text: &str) -> Noted {
    Noted::Given(Batch::parse(text).expect("a batch"))
}

/// The first person's offer: state, reason, owner, next date, evidence.
fn offer(fresh: &Fresh, small: &Small) -> (Offer, Option<String>, String, Option<String>, Option<String>) {
    let (person, campaign) = (small.people[0], small.campaign);
    let read = move |tx: &mut Tx<'_>| {
        let row: (String, Option<String>, String, Option<String>, Option<String>) = tx.one(
            "SELECT state, reason, owner_role, next_on, evidence FROM offer WHERE partnership_id = $1 AND campaign_id = $2 AND person_id = $3",
            p![tx.partnership(), campaign, person],
        )?;
        Ok(row)
    };
    let row = fresh.db.read_now(&fresh.who, read).expect("read");
    (Offer::parse(&row.0).expect("a state"), row.1, row.2, row.3, row.4)
}

fn stored(fresh: &Fresh, id: BookingId) -> (&'static str, Option<String>) {
    let read = move |tx: &mut Tx<'_>| {
        let (reason,): (Option<String>,) =
            tx.one("SELECT reason FROM booking WHERE partnership_id = $1 AND id = $2", p![tx.partnership(), id])?;
        Ok((store::by_id(tx, id)?.expect("kept").state.word(), reason))
    };
    fresh.db.read_now(&fresh.who, read).expect("read")
}

/// Another site of the host in the same agreement, with one slot on 4 January at 10:00 that takes so many.
fn other_site(fresh: &Fresh, small: &Small, capacity: u32) -> SiteId {
    let s = small.clone();
    let made = fresh.db.write_now(&fresh.who, move |tx| -> Result<SiteId, Stop<()>> {
        let (site, session, slot): (_, _, SlotId) = (tx.id::<Site>(), tx.id::<Session>(), tx.id::<Slot>());
        let (partnership, day) = (tx.partnership(), date(2027, 1, 4));
        tx.run(
            "INSERT INTO site (partnership_id, id, host_id, code, name, kind, address, postcode, lat, lon, district, phone, access,
               note, slots_owner, state)
             VALUES ($1, $2, $3, 'TWO', 'Site Two', 'hospital_hub', 'B Street', 'IP2 2BX', 52.0, 1.1, 'E07000202', '', 0, '', 'accord', 'open')",
            p![partnership, site, s.host],
        )?;
        tx.run("INSERT INTO agreement_site (partnership_id, agreement_id, version, site_id) VALUES ($1, $2, 1, $3)", p![partnership, s.agreement, site])?;
        tx.run(
            "INSERT INTO session (partnership_id, id, site_id, host_id, product_id, date, from_minute, until_minute, slot_minutes,
               stations, state, version)
             VALUES ($1, $2, $3, $4, $5, $6, 600, 610, 10, 4, 'open', 1)",
            p![partnership, session, site, s.host, s.product, day],
        )?;
        tx.run(
            "INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us, minutes,
               capacity, taken)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 600, $8, 10, $9, 0)",
            p![partnership, slot, session, site, s.host, s.product, day, london_instant(day, 600), capacity],
        )?;
        Ok(site)
    });
    made.expect("a second site")
}

on_both_engines! {
    fn early_and_late_are_let_in_and_twice_is_once(fresh) {
        let small = Small::build(fresh, 1);
        let id = booked(fresh, &small, &[0])[0].id;
        let first = here(fresh, &small, id);
        assert_eq!((first.when, first.again), (When::Early(60), false));
        at(fresh, 0, 3);
        let second = here(fresh, &small, id);
        assert_eq!((second.when, second.again), (When::Early(60), true), "what was written first stands");
        at(fresh, 1, 0);
        let small = Small { people: [small.people[1], small.people[0], small.people[2]], ..small };
        let id = booked(fresh, &small, &[1])[0].id;
        at(fresh, 1, 3);
        assert_eq!(here(fresh, &small, id).when, When::Late(120));
    }

    fn a_person_is_found_by_reference_and_by_name_on_the_list(fresh) {
        let small = Small::build(fresh, 1);
        let booking = booked(fresh, &small, &[0]).remove(0);
        let born = date(1980, 2, 29);
        let by = |name: &str| By::Name { name: name.into(), born };
        for (by, code) in [
            (by("Nobody"), "no_such_booking"),
            (by(""), "no_such_booking"),
            (By::Name { name: "Test".into(), born: date(1980, 2, 28) }, "no_such_booking"),
            (By::Reference(accord::booking::Reference::from_random([9; 5])), "no_such_booking"),
        ] {
            assert_eq!(come(fresh, small.site, by.clone()).expect_err("nobody").code(), code, "{by:?}");
        }
        let want = PlaceCourse { person: small.people[2], campaign: small.campaign, picks: vec![Pick { appointment: 1, slot: small.slots[0] }] };
        work(fresh, move |tx| place(tx, &want)).expect("booked");
        assert_eq!(come(fresh, small.site, by("test")), Err(DayRefusal::Several), "two of one surname and birthday");
        assert_eq!(come(fresh, small.site, by("TEST 0")).expect("found").booking.id, booking.id);
        assert!(come(fresh, small.site, By::Reference(booking.reference)).expect("found").again);
    }

    fn at_the_wrong_site_the_clinic_may_take_them_if_there_is_a_place(fresh) {
        let small = Small::build(fresh, 1);
        let two = other_site(fresh, &small, 1);
        let old = booked(fresh, &small, &[0]).remove(0);
        let Err(DayRefusal::WrongSite(seen)) = come(fresh, two, By::Reference(old.reference.clone())) else { panic!("wrong site") };
        assert_eq!((seen.booking, seen.place.as_str(), seen.starts), (old.id, "The Site", old.starts));
        assert!(seen.free.is_some());
        let stale = work(fresh, move |tx| take_here(tx, two, seen.booking, seen.version + 1));
        assert_eq!(stale, Err(DayRefusal::ChangedMeanwhile));
        let taken = work(fresh, move |tx| take_here(tx, two, seen.booking, seen.version)).expect("taken");
        assert_eq!((taken.booking.site, taken.when), (two, When::Early(120)));
        assert_eq!(stored(fresh, old.id).0, "rebooked");
        // The old reference leads to what they have now.
        assert!(come(fresh, two, By::Reference(old.reference)).expect("here").again);
    }

    fn whoever_stands_at_the_wrong_door_gets_what_is_kept_for_the_door(fresh) {
        let small = Small::build(fresh, 1);
        let two = other_site(fresh, &small, 1);
        let old = booked(fresh, &small, &[0]).remove(0);
        work(fresh, move |tx| {
            Ok::<_, Stop<DayRefusal>>(tx.run("UPDATE slot SET kept_walk_in = capacity WHERE site_id = $1", p![two])?)
        }).expect("every place there is kept for walk-ins");
        let Err(DayRefusal::WrongSite(seen)) = come(fresh, two, By::Booking(old.id)) else { panic!("wrong site") };
        assert!(seen.free.is_some(), "it is free for them");
        let taken = work(fresh, move |tx| take_here(tx, two, seen.booking, seen.version)).expect("taken").booking;
        assert_eq!((taken.site, taken.on_shift), (two, false), "and their team does not miss them twice");
        assert_eq!(stored(fresh, old.id).0, "rebooked");
    }

    fn on_the_wrong_day_without_a_place_they_are_told_when(fresh) {
        let small = Small::build(fresh, 1);
        let booking = booked(fresh, &small, &[2]).remove(0);
        let Err(DayRefusal::WrongDay(seen)) = come(fresh, small.site, By::Booking(booking.id)) else { panic!("wrong day") };
        assert!(seen.free.is_some(), "at eight, nine o'clock is free");
        at(fresh, 0, 2);
        let Err(DayRefusal::WrongDay(late)) = come(fresh, small.site, By::Booking(booking.id)) else { panic!("wrong day") };
        assert_eq!(late.free, None, "after the last time");
        assert!(DayRefusal::WrongDay(late.clone()).sentence().contains("The Site, Wednesday 6 January"));
        let site = small.site;
        assert_eq!(work(fresh, move |tx| take_here(tx, site, late.booking, late.version)), Err(DayRefusal::NoPlace));
        assert_eq!(stored(fresh, booking.id).0, "confirmed");
        at(fresh, 1, 0);
        let taken = work(fresh, move |tx| take_here(tx, site, late.booking, late.version)).expect("a place");
        assert_eq!(taken.booking.date, date(2027, 1, 5));
    }

    fn what_does_not_go_with_the_other_appointment_is_not_taken(fresh) {
        let small = Small::build(fresh, 2);
        let course = booked(fresh, &small, &[2, 30]);
        let (site, id, version) = (small.site, course[0].id, course[0].version);
        let refused = work(fresh, move |tx| take_here(tx, site, id, version));
        assert!(matches!(refused, Err(DayRefusal::Booking(BookingRefusal::IntervalTooLong { .. }))), "{refused:?}");
        assert_eq!((stored(fresh, id).0, offer(fresh, &small).0), ("confirmed", Offer::Confirmed));
    }

    fn the_last_given_completes_and_nothing_releases_what_was_given(fresh) {
        let small = Small::build(fresh, 2);
        let course = booked(fresh, &small, &[0, 21]);
        let (first, second) = (course[0].id, course[1].id);
        assert_eq!(noted(fresh, &small, first, 0, given_of("b1")), Err(DayRefusal::NotHere), "outcome before check-in");
        assert_eq!(noted(fresh, &small, second, 0, given_of("b1")), Err(DayRefusal::NotYet));
        here(fresh, &small, first);
        assert_eq!(noted(fresh, &small, first, 0, given_of("b1")), Err(DayRefusal::ChangedMeanwhile));
        noted(fresh, &small, first, 1, given_of("b1")).expect("given");
        noted(fresh, &small, first, 1, given_of("B1")).expect("the same again changes nothing");
        let (state, _, owner, next, _) = offer(fresh, &small);
        assert_eq!((state, owner.as_str(), next.as_deref()), (Offer::Confirmed, "employer_contact", Some("2027-01-25")));
        at(fresh, 21, 1);
        here(fresh, &small, second);
        noted(fresh, &small, second, 1, given_of("b2")).expect("given");
        let (state, _, _, next, evidence) = offer(fresh, &small);
        assert_eq!((state, next), (Offer::Completed, None));
        assert!(evidence.expect("evidence").contains(&second.to_string()));
        let again = come(fresh, small.site, By::Booking(first)).expect("known");
        assert!(again.again);
    }

    fn who_had_the_first_and_gives_up_the_second_keeps_what_they_had(fresh) {
        let small = Small::build(fresh, 2);
        let (person, campaign) = (small.people[0], small.campaign);
        let course = booked(fresh, &small, &[0, 21]);
        here(fresh, &small, course[0].id);
        noted(fresh, &small, course[0].id, 1, given_of("b1")).expect("given early");
        let (old, slot) = ((course[0].id, course[0].version), small.slots[1]);
        let want = PlaceCourse { person, campaign, picks: vec![Pick { appointment: 1, slot }] };
        let no = work(fresh, move |tx| rebook(tx, &want, &[old]));
        assert_eq!(no, Err(BookingRefusal::NotLive { state: "given" }));
        assert_eq!(work(fresh, move |tx| cancel_all(tx, person, campaign)).expect("cancelled").len(), 1);
        assert_eq!((stored(fresh, course[0].id).0, offer(fresh, &small).0), ("confirmed", Offer::Waiting));
        work(fresh, move |tx| close_offer(tx, person, campaign, Reason::Declined, "no")).expect("declined");
        assert_eq!((stored(fresh, course[0].id).0, offer(fresh, &small).0), ("confirmed", Offer::Declined));
    }

    fn not_given_leaves_nobody_without_a_next_step(fresh) {
        for (why, state) in [
            (WhyNot::Unwell, Offer::Waiting),
            (WhyNot::NoStock, Offer::Waiting),
            (WhyNot::Contraindicated, Offer::Declined),
            (WhyNot::Declined, Offer::Declined),
        ] {
            let fresh = &again(fresh);
            let small = Small::build(fresh, 2);
            let course = booked(fresh, &small, &[0, 21]);
            here(fresh, &small, course[0].id);
            noted(fresh, &small, course[0].id, 1, Noted::NotGiven(why)).expect("noted");
            let (at, _, _, next, evidence) = offer(fresh, &small);
            assert_eq!((at, next.is_some(), evidence.is_some()), (state, !state.is_closed(), state.is_closed()), "{why:?}");
            assert_eq!(stored(fresh, course[0].id), ("cancelled", Some("not_given".into())));
            assert_eq!(stored(fresh, course[1].id), ("cancelled", Some("course_broken".into())));
            let code = if state.is_closed() { "offer_closed" } else { "not_live" };
            let back = come(fresh, small.site, By::Booking(course[1].id)).expect_err("given up");
            assert_eq!(back.code(), code);
        }
    }

    fn a_correction_takes_the_place_again_and_keeps_what_was_noted_before(fresh) {
        let small = Small::build(fresh, 1);
        let id = booked(fresh, &small, &[0])[0].id;
        here(fresh, &small, id);
        noted(fresh, &small, id, 1, given_of("b1")).expect("given");
        assert_eq!(offer(fresh, &small).0, Offer::Completed);
        noted(fresh, &small, id, 2, Noted::NotGiven(WhyNot::Unwell)).expect("corrected");
        assert_eq!((offer(fresh, &small).0, stored(fresh, id).0), (Offer::Waiting, "cancelled"));
        let last = noted(fresh, &small, id, 3, given_of("b2")).expect("corrected again");
        assert!(matches!(last.outcome, Some(Outcome::Given { ref batch, .. }) if batch.to_string() == "B2"));
        assert_eq!((offer(fresh, &small).0, stored(fresh, id).0), (Offer::Completed, "confirmed"));
        let told = fresh.db.read_now(&fresh.who, |tx| {
            tx.all::<(String,)>("SELECT detail FROM audit WHERE noun = 'attendance' ORDER BY id", p![])
        }).expect("read");
        assert_eq!(told.len(), 3);
        assert!(told[1].0.contains("\"batch\":\"B1\"") && told[2].0.contains("unwell"), "{told:?}");
    }

    fn what_the_clinic_closed_it_may_open_again_and_what_the_person_said_stands(fresh) {
        let small = Small::build(fresh, 2);
        let (person, campaign) = (small.people[0], small.campaign);
        let id = booked(fresh, &small, &[0, 21])[0].id;
        here(fresh, &small, id);
        noted(fresh, &small, id, 1, Noted::NotGiven(WhyNot::Declined)).expect("noted by mistake");
        assert_eq!(offer(fresh, &small).0, Offer::Declined);
        noted(fresh, &small, id, 2, Noted::NotGiven(WhyNot::Unwell)).expect("corrected");
        assert_eq!(offer(fresh, &small).0, Offer::Waiting);
        work(fresh, move |tx| close_offer(tx, person, campaign, Reason::HadElsewhere, "there")).expect("closed");
        noted(fresh, &small, id, 3, Noted::NotGiven(WhyNot::Other)).expect("corrected");
        assert_eq!(offer(fresh, &small).0, Offer::HadElsewhere, "the person's word stands");
        noted(fresh, &small, id, 4, given_of("b1")).expect("corrected");
        assert_eq!((offer(fresh, &small).0, stored(fresh, id).0), (Offer::HadElsewhere, "confirmed"));
        // Marked as missing too soon, and put right the same day.
        let fresh = &again(fresh);
        let small = Small::build(fresh, 1);
        let (id, site) = (booked(fresh, &small, &[0])[0].id, small.site);
        at(fresh, 0, 2);
        assert_eq!(work(fresh, move |tx| close_day(tx, site, date(2027, 1, 4))), Ok(1));
        noted(fresh, &small, id, 1, given_of("b1")).expect("put right");
        assert_eq!(offer(fresh, &small).0, Offer::Completed);
    }

    fn a_correction_that_clashes_with_a_new_booking_is_refused(fresh) {
        let small = Small::build(fresh, 1);
        let id = booked(fresh, &small, &[0])[0].id;
        here(fresh, &small, id);
        noted(fresh, &small, id, 1, Noted::NotGiven(WhyNot::Unwell)).expect("noted");
        booked(fresh, &small, &[3]);
        let no = noted(fresh, &small, id, 2, given_of("b1"));
        assert!(matches!(no, Err(DayRefusal::Booking(BookingRefusal::AlreadyBooked { .. }))), "{no:?}");
        assert_eq!(offer(fresh, &small).0, Offer::Confirmed);
    }

    fn a_correction_that_does_not_go_with_what_they_booked_since_is_refused(fresh) {
        let small = Small::build(fresh, 2);
        let (person, campaign, slot) = (small.people[0], small.campaign, small.slots[0]);
        let first = PlaceCourse { person, campaign, picks: vec![Pick { appointment: 1, slot }] };
        let id = work(fresh, move |tx| place(tx, &first)).expect("booked")[0].id;
        here(fresh, &small, id);
        noted(fresh, &small, id, 1, Noted::NotGiven(WhyNot::Unwell)).expect("noted");
        booked_second(fresh, &small, 40);
        let no = noted(fresh, &small, id, 2, given_of("b1"));
        assert!(matches!(no, Err(DayRefusal::Booking(BookingRefusal::IntervalTooLong { .. }))), "{no:?}");
        assert_eq!(stored(fresh, id), ("cancelled", Some("not_given".into())));
        assert_eq!(offer(fresh, &small).0, Offer::Waiting, "a part of the course is not the whole");
        // Once the other one lies right, it may be put right.
        let other = fresh.db.read_now(&fresh.who, move |tx| store::live_of(tx, person, campaign)).expect("read").remove(0);
        let want = PlaceCourse { person, campaign, picks: vec![Pick { appointment: 2, slot: small.slots[21] }] };
        work(fresh, move |tx| rebook(tx, &want, &[(other.id, other.version)])).expect("moved");
        noted(fresh, &small, id, 2, given_of("b1")).expect("put right");
        assert_eq!((stored(fresh, id).0, offer(fresh, &small).0), ("confirmed", Offer::Confirmed));
    }

    fn checking_in_after_the_outcome_keeps_it(fresh) {
        let small = Small::build(fresh, 1);
        let (id, site) = (booked(fresh, &small, &[0])[0].id, small.site);
        at(fresh, 0, 2);
        assert_eq!(work(fresh, move |tx| close_day(tx, site, date(2027, 1, 4))), Ok(1));
        let known = noted(fresh, &small, id, 1, given_of("b1")).expect("put right");
        assert_eq!(known.came, None, "nobody had checked them in");
        for again in [false, true] {
            assert_eq!(here(fresh, &small, id).again, again);
            let after = fresh.db.read_now(&fresh.who, move |tx| store::attendance(tx, id)).expect("read").expect("known");
            assert_eq!((after.outcome, after.came.is_some()), (known.outcome.clone(), true));
            assert_eq!(offer(fresh, &small).0, Offer::Completed);
        }
    }

    fn what_a_plan_is_just_giving_has_no_outcome_yet(fresh) {
        let small = Small::build(fresh, 1);
        let (person, campaign, slot) = (small.people[0], small.campaign, small.slots[0]);
        let opened = in_a_batch(fresh, small.campaign, person, slot);
        let live = move |tx: &mut Tx<'_>| store::live_of(tx, person, campaign);
        let id = fresh.db.read_now(&fresh.who, live).expect("read")[0].id;
        for day in [0, 1] {
            at(fresh, day, 1);
            for what in [given_of("b1"), Noted::NotGiven(WhyNot::Unwell), Noted::NotGiven(WhyNot::Declined)] {
                assert_eq!(noted(fresh, &small, id, 0, what), Err(DayRefusal::NotFound), "day {day}");
            }
            assert_eq!(come(fresh, small.site, By::Booking(id)).map(drop).expect_err("nobody knows").code(), "not_live");
        }
        work(fresh, move |tx| batch::undo(tx, opened, 10)).expect("undone");
        assert_eq!((offer(fresh, &small).0, fresh.db.read_now(&fresh.who, live).expect("read")), (Offer::Waiting, vec![]));
    }

    fn who_misses_the_first_waits_and_the_second_goes_too(fresh) {
        let small = Small::build(fresh, 2);
        let course = booked(fresh, &small, &[0, 21]);
        at(fresh, 0, 2 + AFTER_HOURS);
        assert_eq!(work(fresh, |tx| Ok::<_, Stop<()>>(sweep(tx)?)), Ok(0), "a clinic that keeps its day on paper");
        at(fresh, 0, 0);
        let other = PlaceCourse { person: small.people[2], campaign: small.campaign, picks: vec![Pick { appointment: 1, slot: small.slots[0] }] };
        let came = work(fresh, move |tx| place(tx, &other)).expect("booked")[0].id;
        here(fresh, &small, came);
        at(fresh, 0, 1 + AFTER_HOURS);
        assert_eq!(work(fresh, |tx| Ok::<_, Stop<()>>(sweep(tx)?)), Ok(0), "ten minutes too soon");
        at(fresh, 0, 2 + AFTER_HOURS);
        assert_eq!(work(fresh, |tx| Ok::<_, Stop<()>>(sweep(tx)?)), Ok(1));
        assert_eq!(work(fresh, |tx| Ok::<_, Stop<()>>(sweep(tx)?)), Ok(0), "once");
        assert_eq!(stored(fresh, course[0].id), ("cancelled", Some("did_not_attend".into())));
        assert_eq!(stored(fresh, course[1].id), ("cancelled", Some("course_broken".into())));
        let (state, reason, owner, next, _) = offer(fresh, &small);
        assert_eq!((state, reason.as_deref(), owner.as_str(), next.as_deref()),
            (Offer::Waiting, Some("to_be_booked_again"), "employer_contact", Some("2027-01-05")));
        let want = PlaceCourse { person: small.people[1], campaign: small.campaign, picks: vec![Pick { appointment: 1, slot: small.slots[0] }] };
        assert_eq!(work(fresh, move |tx| place(tx, &want)), Err(BookingRefusal::InThePast), "a past place is free to nobody");
        // It was on paper all the time: entered later, it takes its place again.
        at(fresh, 1, 2);
        noted(fresh, &small, course[0].id, 1, given_of("b1")).expect("corrected without a check-in");
        assert_eq!((stored(fresh, course[0].id).0, offer(fresh, &small).0), ("confirmed", Offer::Waiting));
        booked_second(fresh, &small, 21);
        assert_eq!(offer(fresh, &small).0, Offer::Confirmed);
    }

    fn who_misses_the_second_keeps_the_first(fresh) {
        let small = Small::build(fresh, 2);
        let course = booked(fresh, &small, &[0, 21]);
        here(fresh, &small, course[0].id);
        noted(fresh, &small, course[0].id, 1, given_of("b1")).expect("given");
        let site = small.site;
        at(fresh, 21, 1);
        assert_eq!(work(fresh, move |tx| close_day(tx, site, date(2027, 1, 25))), Err(DayRefusal::StillOpen));
        at(fresh, 21, 2);
        assert_eq!(work(fresh, move |tx| close_day(tx, site, date(2027, 1, 25))), Ok(1), "one button");
        assert_eq!(stored(fresh, course[0].id).0, "confirmed");
        assert_eq!(stored(fresh, course[1].id).1.as_deref(), Some("did_not_attend"));
        assert_eq!(offer(fresh, &small).0, Offer::Waiting);
        booked_second(fresh, &small, 23);
        assert_eq!(offer(fresh, &small).0, Offer::Confirmed);
    }

    fn who_is_here_is_never_marked_missing(fresh) {
        let small = Small::build(fresh, 1);
        let id = booked(fresh, &small, &[0])[0].id;
        here(fresh, &small, id);
        at(fresh, 3, 0);
        assert_eq!(work(fresh, |tx| Ok::<_, Stop<()>>(sweep(tx)?)), Ok(0));
        noted(fresh, &small, id, 1, given_of("b1")).expect("noted days later");
        assert_eq!(offer(fresh, &small).0, Offer::Completed);
    }

    fn who_said_no_or_cancelled_is_told_what_to_do_at_the_desk(fresh) {
        let small = Small::build(fresh, 1);
        let (person, campaign) = (small.people[0], small.campaign);
        let booking = booked(fresh, &small, &[0]).remove(0);
        work(fresh, move |tx| cancel_all(tx, person, campaign)).expect("cancelled");
        let no = come(fresh, small.site, By::Reference(booking.reference.clone())).expect_err("cancelled");
        assert_eq!(no, DayRefusal::GivenUp);
        assert!(no.next_step().contains("own code"));
        work(fresh, move |tx| close_offer(tx, person, campaign, Reason::Declined, "no")).expect("declined");
        let no = come(fresh, small.site, By::Reference(booking.reference)).expect_err("declined");
        assert_eq!(no, DayRefusal::Closed { state: "declined" });
        assert!(no.next_step().contains("changed their mind"));
    }
}

/// A store of the same engine beside this one, for tables of cases.
fn again(fresh: &Fresh) -> Fresh {
    match &fresh.place {
        accord::base::db::Place::Folder(_) => Fresh::lite(),
        #[cfg(feature = "postgres")]
        accord::base::db::Place::Postgres(_) => Fresh::postgres(),
        #[cfg(not(feature = "postgres"))]
        accord::base::db::Place::Postgres(_) => unreachable!("this build has one engine"),
    }
}

/// Books the second appointment alone, so many days after Monday 4 January.
fn booked_second(fresh: &Fresh, small: &Small, day: usize) {
    let picks = vec![Pick { appointment: 2, slot: small.slots[day] }];
    let want = PlaceCourse { person: small.people[0], campaign: small.campaign, picks };
    work(fresh, move |tx| place(tx, &want)).expect("booked");
}
