//! Catching up from paper, and random days of a clinic: on both engines, every invariant after each step, nobody lost.

mod support;

use accord::base::db::{Stop, Tx};
use accord::base::ids::{BookingId, PersonId};
use accord::base::secret::Key;
use accord::booking::attendance::{Batch, DayRefusal, WhyNot};
use accord::booking::cancel::{Reason, cancel};
use accord::booking::catch_up::{Became, apply, leave_for_decision};
use accord::booking::check_in::{By, check_in};
use accord::booking::day_entry::{Decision, Entry, Line, Said, Standing, decide};
use accord::booking::did_not_attend::sweep;
use accord::booking::outcome::{Noted, note};
use accord::booking::place::place;
use accord::booking::rebook::rebook;
use accord::booking::walk_in::{Give, give};
use accord::booking::{Booking, Pick, PlaceCourse, State, batch, day_pack, store};
use accord::evidence::verify::{lost, verify};
use accord::on_both_engines;
use accord::p;
use accord::testing::{BEGIN_US, Fresh, Small};
use jiff::civil::date;
use rand::{RngExt, SeedableRng};
use support::people::in_a_batch;

const HOUR: i64 = 3_600_000_000;

fn clean(fresh: &Fresh) {
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
    for finding in fresh.db.read_now(&fresh.who, verify).expect("verified") {
        assert_eq!(finding.violations.unwrap_or(0), 0, "{finding:?}");
    }
    assert_eq!(fresh.db.read_now(&fresh.who, lost).expect("read"), []);
}

fn run<T: Send + 'static, R: std::fmt::Debug + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> Result<T, R> {
    fresh.db.write_now(&fresh.who, f).map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal,
        Stop::Store(error) => panic!("{error}"),
    })
}

fn at(fresh: &Fresh, hours: i64) {
    let now = fresh.db.clock.now().as_microsecond();
    fresh.db.clock.advance_us(BEGIN_US + hours * HOUR - now);
}

/// Nobody is at work on these days: cover is not what is tried here.
fn off_shift(fresh: &Fresh) {
    let free = |tx: &mut Tx<'_>| -> Result<(), Stop<()>> {
        tx.run("UPDATE employment SET rota = 'Sat-Sun' WHERE partnership_id = $1", p![tx.partnership()])?;
        Ok(())
    };
    fresh.db.write_now(&fresh.who, free).expect("changed");
}

fn booked(fresh: &Fresh, small: &Small, who: usize, day: usize) -> Booking {
    let picks = vec![Pick { appointment: 1, slot: small.slots[day] }];
    let want = PlaceCourse { person: small.people[who], campaign: small.campaign, picks };
    run(fresh, move |tx| place(tx, &want)).expect("booked").remove(0)
}

fn line(fresh: &Fresh, small: &Small, said: Said) -> Line {
    Line::of_somebody(small.site, fresh.db.clock.now(), said)
}

fn given(text: &str) -> Said {
    Said::Given(Batch::parse(text).expect("a batch"))
}

/// As the page does it: noted, or taken down in a transaction of its own.
fn enter(fresh: &Fresh, line: &Line) -> Result<Became, DayRefusal> {
    let wanted = line.clone();
    let done = run(fresh, move |tx| apply(tx, &wanted));
    if let Err(refusal) = &done {
        let (wanted, refusal) = (line.clone(), refusal.clone());
        run(fresh, move |tx| leave_for_decision(tx, &wanted, &refusal).map_err(Stop::<()>::Store)).expect("taken down");
    }
    clean(fresh);
    done
}

fn entries(fresh: &Fresh, small: &Small) -> Vec<Entry> {
    let site = small.site;
    fresh.db.read_now(&fresh.who, move |tx| store::entries(tx, site, date(2027, 1, 4))).expect("read")
}

fn stored(fresh: &Fresh, id: BookingId) -> Booking {
    fresh.db.read_now(&fresh.who, move |tx| store::by_id(tx, id)).expect("read").expect("kept")
}

on_both_engines! {
    fn a_day_on_paper_is_noted_as_if_it_had_been_noted_then(fresh) {
        let small = Small::build(fresh, 1);
        off_shift(fresh);
        let [first, second, third] = [0, 1, 2].map(|who| booked(fresh, &small, who, 0));
        at(fresh, 1);
        let paper = line(fresh, &small, given("FX 1"));
        at(fresh, 8);
        let row = |booking: &Booking, said: Said| Line { booking: Some(booking.id), said, ..paper.clone() };
        assert_eq!(enter(fresh, &row(&first, given("FX 1"))), Ok(Became::Applied(first.id)));
        assert_eq!(enter(fresh, &row(&second, Said::NotGiven(WhyNot::Unwell))), Ok(Became::Applied(second.id)));
        assert_eq!(enter(fresh, &row(&third, Said::DidNotAttend)), Ok(Became::Applied(third.id)));
        let id = first.id;
        let known = fresh.db.read_now(&fresh.who, move |tx| store::attendance(tx, id)).expect("read").expect("noted");
        assert_eq!(known.came, Some((paper.at, small.site)), "the time on paper");
        for (booking, said) in [(&first, given("fx  1")), (&second, Said::NotGiven(WhyNot::Unwell)), (&third, Said::DidNotAttend)] {
            assert_eq!(enter(fresh, &row(booking, said)), Ok(Became::Known(booking.id)), "twice does nothing twice");
        }
        assert_eq!(entries(fresh, &small), []);
    }

    fn what_changed_meanwhile_is_never_overwritten(fresh) {
        let small = Small::build(fresh, 1);
        off_shift(fresh);
        let [gone, moved, other] = [0, 1, 2].map(|who| booked(fresh, &small, who, 0));
        let paper = line(fresh, &small, given("FX 1"));
        let (id, version) = (gone.id, gone.version);
        run(fresh, move |tx| cancel(tx, id, version, Reason::ByPerson)).expect("cancelled");
        let want = PlaceCourse { person: moved.person, campaign: small.campaign, picks: vec![Pick { appointment: 1, slot: small.slots[3] }] };
        let seen = (moved.id, moved.version);
        let new = run(fresh, move |tx| rebook(tx, &want, &[seen])).expect("moved").remove(0);
        at(fresh, 1);
        let (site, id) = (small.site, other.id);
        run(fresh, move |tx| {
            check_in(tx, site, &By::Booking(id))?;
            note(tx, site, id, 1, &Noted::NotGiven(WhyNot::Declined))
        }).expect("noted");
        at(fresh, 8);
        for (booking, refusal) in [(&gone, DayRefusal::GivenUp), (&moved, DayRefusal::GivenUp), (&other, DayRefusal::ChangedMeanwhile)] {
            let row = Line { booking: Some(booking.id), ..paper.clone() };
            assert_eq!(enter(fresh, &row), Err(refusal.clone()));
            assert_eq!(enter(fresh, &row), Err(refusal), "again");
        }
        let waiting = entries(fresh, &small);
        assert_eq!(waiting.len(), 3, "one entry a line, however often it is sent");
        assert!(waiting.iter().all(|e| e.standing == Standing::Waiting && e.line.person.is_some()));
        assert_eq!((stored(fresh, gone.id).state, stored(fresh, new.id).state), (State::Cancelled, State::Confirmed));
        // The paper was right about whoever had moved: it becomes a walk-in of its own time, and the new appointment goes back.
        let (id, was) = (waiting[1].id, Decision::Was(moved.person, small.campaign));
        let site = small.site;
        let made = run(fresh, move |tx| decide(tx, site, id, was)).expect("decided").expect("a booking");
        assert_eq!((made.date, stored(fresh, new.id).state), (date(2027, 1, 4), State::Rebooked));
        let id = waiting[2].id;
        run(fresh, move |tx| decide(tx, site, id, Decision::SetAside)).expect("set aside");
        clean(fresh);
    }

    fn what_a_plan_is_just_giving_is_on_no_paper(fresh) {
        let small = Small::build(fresh, 1);
        let (person, campaign, slot) = (small.people[0], small.campaign, small.slots[0]);
        let opened = in_a_batch(fresh, small.campaign, person, slot);
        let live = move |tx: &mut Tx<'_>| store::live_of(tx, person, campaign);
        let id = fresh.db.read_now(&fresh.who, live).expect("read")[0].id;
        let paper = line(fresh, &small, given("FX 1"));
        at(fresh, 8);
        for said in [Said::DidNotAttend, given("FX 1"), Said::NotGiven(WhyNot::Unwell)] {
            assert_eq!(enter(fresh, &Line { booking: Some(id), said, ..paper.clone() }), Err(DayRefusal::NotFound));
        }
        assert_eq!(entries(fresh, &small).len(), 3, "each is left for a decision");
        run(fresh, move |tx| batch::settle_live(tx, opened)).expect("live");
        assert_eq!(fresh.db.read_now(&fresh.who, live).expect("read")[0].id, id, "they have it");
        clean(fresh);
    }

    fn whom_the_service_took_for_missing_may_be_on_paper_all_the_same(fresh) {
        let small = Small::build(fresh, 1);
        let [here, paper] = [0, 1].map(|who| booked(fresh, &small, who, 0));
        at(fresh, 1);
        let row = Line { booking: Some(paper.id), ..line(fresh, &small, given("FX 1")) };
        let (site, id) = (small.site, here.id);
        run(fresh, move |tx| check_in(tx, site, &By::Booking(id))).expect("here");
        at(fresh, 30);
        assert_eq!(run(fresh, |tx| sweep(tx).map_err(Stop::<()>::Store)), Ok(1));
        assert_eq!(stored(fresh, paper.id).state, State::Cancelled);
        assert_eq!(enter(fresh, &row), Ok(Became::Applied(paper.id)));
        assert_eq!(stored(fresh, paper.id).state, State::Confirmed);
    }

    fn walk_ins_on_paper_are_walk_ins_of_their_time(fresh) {
        let small = Small::build(fresh, 1);
        let later = booked(fresh, &small, 0, 5);
        at(fresh, 1);
        let paper = Line { person: Some(small.people[0]), ..line(fresh, &small, given("FX 1")) };
        at(fresh, 30);
        let Ok(Became::Applied(id)) = enter(fresh, &paper) else { panic!("noted") };
        assert_eq!((stored(fresh, id).date, stored(fresh, later.id).state), (date(2027, 1, 4), State::Rebooked));
        assert_eq!(enter(fresh, &paper), Ok(Became::Known(id)));
        let other = booked(fresh, &small, 1, 5);
        let early = Line { booking: Some(other.id), ..line(fresh, &small, given("FX 1")) };
        assert_eq!(enter(fresh, &early), Err(DayRefusal::NotYet), "of another day than the paper's");
    }

    fn a_pack_remembers_what_it_printed_and_tells_nobody(fresh) {
        let small = Small::build(fresh, 1);
        let booking = booked(fresh, &small, 0, 0);
        let (site, day, key) = (small.site, date(2027, 1, 4), Key::new([7; 32]));
        let made = run(fresh, move |tx| day_pack::print(tx, &key, site, day).map_err(Stop::<()>::Store)).expect("made").expect("a site").sealed();
        assert_eq!((made.name.as_str(), made.people), ("SITE-2027-01-04.html", 1));
        for canary in ["Person", "Test", "February", booking.reference.to_string().as_str()] {
            assert!(!made.html.contains(canary), "{canary} stands outside the seal");
        }
        let (id, version) = (booking.id, booking.version);
        run(fresh, move |tx| cancel(tx, id, version, Reason::ByPerson)).expect("cancelled");
        let printed = fresh.db.read_now(&fresh.who, move |tx| day_pack::printed(tx, site, day)).expect("read");
        assert_eq!(printed.1, [id], "the paper has them all the same");
        let key = Key::new([7; 32]);
        let words = run(fresh, move |tx| {
            Ok::<_, Stop<()>>([day_pack::show_words(tx, &key, site)?, day_pack::show_words(tx, &key, site)?])
        }).expect("shown");
        assert_ne!(words[0], words[1], "shown once");
        clean(fresh);
    }

    fn random_days_leave_the_store_sound_and_nobody_lost(fresh) {
        for seed in 0..4_u64 {
            let mut dice = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
            let store = &again(fresh);
            let small = Small::build(store, 2);
            let mut steps = Vec::new();
            for hour in 0..28 {
                at(store, hour * 24 + 1);
                for _ in 0..3 {
                    let step = dice.random_range(0..6_u32);
                    let done = step_of(store, &small, &mut dice, step, usize::try_from(hour).expect("small"));
                    steps.push((step, done));
                }
            }
            clean(store);
            let kinds: std::collections::BTreeSet<_> = steps.iter().filter(|(_, done)| *done).map(|(step, _)| *step).collect();
            assert!(kinds.len() >= 4, "seed {seed}: too little happened: {kinds:?}");
        }
    }
}

/// One thing that happens at a clinic; whether it was not refused.
fn step_of(fresh: &Fresh, small: &Small, dice: &mut rand_pcg::Pcg64Mcg, step: u32, today: usize) -> bool {
    let person: PersonId = small.people[dice.random_range(0..3_usize)];
    let (campaign, site, now) = (small.campaign, small.site, fresh.db.clock.now());
    let slot = small.slots[(today + dice.random_range(0..25_usize)).min(55)];
    let batch = Batch::parse("FX 1").expect("a batch");
    let live = fresh.db.read_now(&fresh.who, move |tx| store::live_of(tx, person, campaign)).expect("read");
    let first = live.first().cloned();
    match (step, first) {
        (0, first) => {
            let picks = vec![Pick { appointment: if first.is_some() { 2 } else { 1 }, slot }];
            run(fresh, move |tx| place(tx, &PlaceCourse { person, campaign, picks: picks.clone() })).is_ok()
        }
        (1, _) => {
            let what = Give { site, person, campaign, appointment: None, product: None, batch, at: now };
            run(fresh, move |tx| give(tx, &what)).is_ok()
        }
        (2, Some(b)) => run(fresh, move |tx| cancel(tx, b.id, b.version, Reason::ByPerson)).is_ok(),
        (3, _) => run(fresh, |tx| sweep(tx).map_err(Stop::<()>::Store)).is_ok(),
        (4, Some(b)) => enter(fresh, &Line { booking: Some(b.id), ..line(fresh, small, Said::Given(batch)) }).is_ok(),
        (5, _) => {
            let (name, person) = if dice.random_range(0..2_u32) == 0 { ("Unknown", None) } else { ("", Some(person)) };
            let done = enter(fresh, &Line { name: name.into(), person, ..line(fresh, small, Said::Given(batch)) });
            if let Some(entry) = waiting(fresh, small).first() {
                let (id, decision) =
                    (entry.id, if entry.line.person.is_some() { Decision::SetAside } else { Decision::NotOurs });
                run(fresh, move |tx| decide(tx, site, id, decision)).expect("decided");
            }
            done.is_ok()
        }
        _ => false,
    }
}

fn waiting(fresh: &Fresh, small: &Small) -> Vec<Entry> {
    let (site, day) = (small.site, accord::base::clock::london_date(fresh.db.clock.now()));
    let all = fresh.db.read_now(&fresh.who, move |tx| store::entries(tx, site, day)).expect("read");
    all.into_iter().filter(|e| e.standing == Standing::Waiting).collect()
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
