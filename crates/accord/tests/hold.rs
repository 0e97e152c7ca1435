//! Held places on both engines: the table of `docs/states.md`, what a change needs, and sixteen who want four places.

mod support;

use accord::app::{App, work_for_ever};
use accord::base::db::{Stop, Tx};
use accord::base::ids::{Employment, Person, PersonId};
use accord::base::page::Help;
use accord::base::refusal::Refusal;
use accord::base::web::House;
use accord::booking::cancel::{Reason, cancel, cancel_all, close_offer};
use accord::booking::hold::{self, Hold, KEPT_US, hold, hold_only, kept, sweep};
use accord::booking::place::{place, place_many};
use accord::booking::rebook::rebook;
use accord::booking::{Booking, BookingRefusal, Pick, PlaceCourse, batch, store};
use accord::campaign::store as campaigns;
use accord::evidence::{health, verify};
use accord::testing::{Fresh, Small};
use accord::{on_both_engines, p};

type Answer<T> = Result<T, Stop<BookingRefusal>>;

fn run<T: Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Answer<T> + Send + 'static,
) -> Result<T, &'static str> {
    fresh.db.write_now(&fresh.who, f).map_err(|stop| match stop {
        Stop::Refused(refusal) => {
            assert!(!refusal.sentence().is_empty() && !refusal.next_step().is_empty());
            refusal.code()
        }
        Stop::Store(error) => panic!("the store: {error}"),
    })
}

fn sql(fresh: &Fresh, statement: &'static str) {
    run(fresh, move |tx| Ok(tx.run(statement, p![])?)).expect("the statement runs");
}

fn number(fresh: &Fresh, statement: &'static str) -> i64 {
    let (n,): (i64,) = fresh.db.read_now(&fresh.who, move |tx| tx.one(statement, p![])).expect("read");
    n
}

fn places(fresh: &Fresh) -> i64 {
    number(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM slot")
}

fn clean(fresh: &Fresh, after: &str) {
    run(fresh, |tx| Ok(accord::base::audit::seal(tx, 10_000)?)).expect("sealed");
    run(fresh, |tx| Ok(accord::partnership::ledger::seal(tx, 10_000)?)).expect("sealed");
    let findings = fresh.db.read_now(&fresh.who, verify::verify).expect("verified");
    let broken: Vec<_> = findings.iter().filter(|f| f.violations.unwrap_or(0) > 0).collect();
    assert!(broken.is_empty(), "{after}: {broken:?}");
}

fn want(small: &Small, person: PersonId, days: &[usize]) -> PlaceCourse {
    let picks = days.iter().zip(1..).map(|(day, appointment)| Pick { appointment, slot: small.slots[*day] });
    PlaceCourse { person, campaign: small.campaign, picks: picks.collect() }
}

fn holds(fresh: &Fresh, small: &Small, person: PersonId) -> Vec<Hold> {
    let campaign = small.campaign;
    fresh.db.read_now(&fresh.who, move |tx| store::holds_of(tx, person, campaign)).expect("read")
}

fn booked(fresh: &Fresh, small: &Small, person: PersonId) -> Vec<Booking> {
    let campaign = small.campaign;
    fresh.db.read_now(&fresh.who, move |tx| store::live_of(tx, person, campaign)).expect("read")
}

fn holding(fresh: &Fresh, want: PlaceCourse) -> Result<Vec<Hold>, &'static str> {
    run(fresh, move |tx| hold(tx, &want))
}

fn placing(fresh: &Fresh, want: PlaceCourse) -> Result<Vec<Booking>, &'static str> {
    run(fresh, move |tx| place(tx, &want))
}

/// Held places, and those of them that nobody sweeps.
fn overdue(fresh: &Fresh) -> (i64, i64) {
    let holds = fresh.db.read_now(&fresh.who, health::holds).expect("read");
    (holds.places, holds.overdue)
}

/// state | event | by | next state | places taken
type Row = [String; 5];

fn table() -> Vec<Row> {
    let page = include_str!("../../../docs/states.md");
    let part = page.split("## Hold").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the table");
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = part.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|line| cells(line).try_into().expect("five cells a row")).collect()
}

/// Brings the first person's hold into a row's first state.
fn prepare(fresh: &Fresh, small: &Small, state: &str) {
    sql(fresh, "UPDATE slot SET capacity = 1");
    let me = small.people[0];
    if state == "changing" {
        placing(fresh, want(small, me, &[5])).expect("placed");
    }
    if state != "none" {
        holding(fresh, want(small, me, &[1])).expect("held");
    }
    if state == "expired" {
        fresh.db.clock.advance_us(KEPT_US);
    }
}

fn happen(fresh: &Fresh, small: &Small, event: &str, by: &str) -> Result<(), &'static str> {
    let who = if by == "another person" { small.people[1] } else { small.people[0] };
    let (campaign, course) = (small.campaign, want(small, who, &[1]));
    match event {
        "hold" => holding(fresh, course).map(drop),
        "hold another time" => holding(fresh, want(small, who, &[2])).map(drop),
        "place" => placing(fresh, course).map(drop),
        "publish" => run(fresh, move |tx| {
            let batch = batch::open(tx, campaign)?;
            let outcome = place_many(tx, batch, std::slice::from_ref(&course))?;
            batch::settle_live(tx, batch)?;
            outcome.refused.into_iter().next().map_or(Ok(()), |(_, refusal)| Err(Stop::Refused(refusal)))
        }),
        "rebook" => {
            let seen: Vec<_> = booked(fresh, small, who).iter().map(|b| (b.id, b.version)).collect();
            run(fresh, move |tx| rebook(tx, &course, &seen)).map(drop)
        }
        "cancel" => {
            let booking = booked(fresh, small, who).remove(0);
            run(fresh, move |tx| cancel(tx, booking.id, booking.version, Reason::ByPerson)).map(drop)
        }
        "cancel all" => run(fresh, move |tx| cancel_all(tx, who, campaign)).map(drop),
        "decline" => run(fresh, move |tx| close_offer(tx, who, campaign, Reason::Declined, "said so")).map(drop),
        "had elsewhere" => {
            run(fresh, move |tx| close_offer(tx, who, campaign, Reason::HadElsewhere, "said so")).map(drop)
        }
        "leave and sweep" => {
            run(fresh, move |tx| Ok(campaigns::leave(tx, campaign, who, "left")?)).expect("left");
            assert_eq!(run(fresh, |tx| Ok(sweep(tx, 10)?)), Ok(1), "the sweeper counts");
            Ok(())
        }
        "sweep" => run(fresh, |tx| Ok(sweep(tx, 10)?)).map(drop),
        other => panic!("docs/states.md has an event that no code knows: {other}"),
    }
}

on_both_engines! {
    fn every_row_of_the_table_holds(fresh) {
        // One store for all rows: what a row left is undone by hand before the next.
        let small = Small::build(fresh, 1);
        assert!(table().len() >= 20);
        for row in table() {
            let [state, event, by, next, taken] = &row;
            prepare(fresh, &small, state);
            let events = number(fresh, "SELECT COUNT(*) FROM event") + number(fresh, "SELECT COUNT(*) FROM ledger");
            let told = format!("{state} | {event} | {by}");
            let came = happen(fresh, &small, event, by);
            match next.strip_prefix("refused: ") {
                Some(code) => assert_eq!(came, Err(code), "{told}"),
                None => {
                    assert_eq!(came, Ok(()), "{told}");
                    let now = if holds(fresh, &small, small.people[0]).is_empty() { "none" } else { "held" };
                    assert_eq!(now, next, "{told}");
                }
            }
            assert_eq!(places(fresh).to_string(), *taken, "{told}");
            if event.starts_with("hold") || event == "sweep" {
                let after = number(fresh, "SELECT COUNT(*) FROM event") + number(fresh, "SELECT COUNT(*) FROM ledger");
                assert_eq!(events, after, "{told}: a hold tells nobody");
            }
            clean(fresh, &told);
            for person in small.people {
                let campaign = small.campaign;
                run(fresh, move |tx| {
                    hold::let_go(tx, &[(person, campaign)])?;
                    match cancel_all(tx, person, campaign) {
                        Ok(_) | Err(Stop::Refused(BookingRefusal::NoSuchBooking)) => {}
                        Err(stop) => return Err(stop),
                    }
                    Ok(accord::campaign::offer::wait(tx, campaign, person, None)?)
                }).expect("undone");
            }
            assert_eq!(places(fresh), 0, "{told}");
        }
    }

    fn a_course_is_held_and_placed_whole_or_not_at_all(fresh) {
        let small = Small::build(fresh, 2);
        let me = small.people[0];
        let held = holding(fresh, want(&small, me, &[0, 21])).expect("held");
        let until = fresh.db.clock.now().as_microsecond() + KEPT_US;
        assert!(held.len() == 2 && held.iter().all(|h| h.expires.as_microsecond() <= until));
        assert_eq!(number(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM team_day"), 4);
        clean(fresh, "held");
        // Rules and counters refuse a hold as they refuse a booking, and what was held stays.
        assert_eq!(holding(fresh, want(&small, me, &[1, 19])).map(drop), Err("interval_too_short"));
        sql(fresh, "UPDATE slot SET capacity = 0 WHERE date = '2027-01-26'");
        assert_eq!(holding(fresh, want(&small, me, &[1, 22])).map(drop), Err("slot_full"));
        assert_eq!(holds(fresh, &small, me), held);
        let course = want(&small, me, &[0, 21]);
        assert_eq!(run(fresh, move |tx| kept(tx, &course)).map(|h| h.len()), Ok(2));
        let half = want(&small, me, &[0]);
        assert_eq!(run(fresh, move |tx| kept(tx, &half)).map(drop), Err("hold_gone"), "another wish is not kept");
        // Looking at one appointment alone lets go of the other.
        let first = want(&small, me, &[2]);
        assert_eq!(run(fresh, move |tx| hold_only(tx, &first)).map(|h| h.len()), Ok(1));
        assert_eq!(holds(fresh, &small, me).len(), 1);
        clean(fresh, "held alone");
        placing(fresh, want(&small, me, &[0, 21])).expect("placed");
        assert_eq!((holds(fresh, &small, me).len(), places(fresh)), (0, 2));
        clean(fresh, "placed");
    }

    fn a_hold_ends_with_its_time_or_with_the_slots_beginning(fresh) {
        let small = Small::build(fresh, 1);
        let me = small.people[0];
        // Slots begin at nine, tests at eight.
        fresh.db.clock.advance_us(55 * 60_000_000);
        let held = holding(fresh, want(&small, me, &[0])).expect("held");
        assert_eq!(held[0].expires, held[0].starts, "five minutes are left");
        assert_eq!(run(fresh, |tx| Ok(sweep(tx, 10)?)), Ok(0));
        fresh.db.clock.advance_us(5 * 60_000_000);
        let course = want(&small, me, &[0]);
        assert_eq!(run(fresh, move |tx| kept(tx, &course)).map(drop), Err("hold_gone"));
        assert_eq!(holding(fresh, want(&small, me, &[0])).map(drop), Err("in_the_past"));
        for (n, person) in small.people.into_iter().enumerate() {
            holding(fresh, want(&small, person, &[n + 2])).expect("held");
        }
        fresh.db.clock.advance_us(KEPT_US);
        assert_eq!(overdue(fresh), (3, 0));
        fresh.db.clock.advance_us(60_000_000);
        assert_eq!(overdue(fresh), (3, 3), "nobody has swept for a minute");
        assert_eq!(run(fresh, |tx| Ok(sweep(tx, 2)?)), Ok(2), "no more than asked");
        assert_eq!(run(fresh, |tx| Ok(sweep(tx, 2)?)), Ok(1));
        assert_eq!(places(fresh), 0);
        clean(fresh, "swept");
    }

    fn the_running_service_sweeps(fresh) {
        let small = Small::build(fresh, 1);
        holding(fresh, want(&small, small.people[0], &[1])).expect("held");
        fresh.db.clock.advance_us(KEPT_US);
        let help = Help { who: "the desk".into(), phone: "01632 960 123".into(), hours: "8am to 6pm".into() };
        let house = House { partnership: fresh.who.partnership, name: "Small".into(), demo: false, help };
        let app = App::new(fresh.db.clone(), support::key(), house, false);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        runtime.spawn(work_for_ever(app));
        // It looks every two seconds; a busy machine gets longer.
        let swept = (0..300).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            places(fresh) == 0
        });
        runtime.shutdown_background();
        assert!(swept, "the place is still held");
        clean(fresh, "swept by the service");
    }

    fn a_change_can_be_held_when_everything_is_used_up(fresh) {
        let small = Small::build(fresh, 1);
        let (me, campaign) = (small.people[0], small.campaign);
        placing(fresh, want(&small, me, &[1])).expect("placed");
        // Another slot on the same day: allocation and team-day are used up by the booking itself.
        sql(fresh, "INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us, minutes, capacity, taken)
             SELECT partnership_id, '00000000-0000-7000-8000-0000000000aa', session_id, site_id, host_id, product_id, date, 560, starts_us + 1200000000, 10, 1, 0
             FROM slot WHERE date = '2027-01-05'");
        sql(fresh, "UPDATE allocation SET capacity = 1");
        sql(fresh, "UPDATE team_day SET capacity = taken");
        let slot = "00000000-0000-7000-8000-0000000000aa".parse().expect("an id");
        let change = PlaceCourse { picks: vec![Pick { appointment: 1, slot }], ..want(&small, me, &[]) };
        let held = holding(fresh, change.clone()).expect("held");
        assert!(held[0].team_covered && held[0].allocation_covered);
        clean(fresh, "held in place of a booking");
        assert_eq!(holding(fresh, want(&small, small.people[1], &[3])).map(drop), Err("team_too_thin"));
        let old = booked(fresh, &small, me).remove(0);
        run(fresh, move |tx| rebook(tx, &change, &[(old.id, old.version)])).expect("changed");
        assert_eq!(places(fresh), 1);
        clean(fresh, "changed");
        // What leans on a booking goes with it, whoever releases it.
        holding(fresh, want(&small, me, &[1])).expect("held");
        run(fresh, move |tx| cancel_all(tx, me, campaign)).expect("cancelled");
        assert!(holds(fresh, &small, me).is_empty());
        clean(fresh, "cancelled");
    }

    fn an_expired_hold_makes_no_counter_full(fresh) {
        let small = Small::build(fresh, 1);
        let (me, other) = (small.people[0], small.people[1]);
        sql(fresh, "UPDATE allocation SET capacity = 1");
        sql(fresh, "UPDATE team_day SET capacity = 2");
        sql(fresh, "INSERT INTO stock (partnership_id, site_id, product_id, from_date, until_date, delivered, taken)
             SELECT partnership_id, site_id, product_id, '2027-01-01', '2027-12-31', 1, 0 FROM session WHERE date = '2027-01-04'");
        sql(fresh, "UPDATE slot SET capacity = 1");
        for (day, code) in [(1, "team_too_thin"), (2, "allocation_used")] {
            holding(fresh, want(&small, me, &[1])).expect("held");
            assert_eq!(placing(fresh, want(&small, other, &[day])).map(drop), Err(code));
            fresh.db.clock.advance_us(KEPT_US);
            placing(fresh, want(&small, other, &[day])).expect("placed");
            let campaign = small.campaign;
            run(fresh, move |tx| cancel_all(tx, other, campaign)).expect("cancelled");
            clean(fresh, code);
        }
        sql(fresh, "UPDATE allocation SET capacity = 5");
        holding(fresh, want(&small, me, &[1])).expect("held");
        assert_eq!(placing(fresh, want(&small, other, &[2])).map(drop), Err("no_stock"));
        fresh.db.clock.advance_us(KEPT_US);
        placing(fresh, want(&small, other, &[2])).expect("placed");
        clean(fresh, "no_stock");
    }

    fn sixteen_who_want_four_places_get_four(fresh) {
        let small = Small::build(fresh, 1);
        let people = crowd(fresh, &small, 16);
        let bookings = || number(fresh, "SELECT COUNT(*) FROM booking WHERE live = 1");
        let held = || number(fresh, "SELECT COUNT(*) FROM hold");
        for round in 0..3 {
            let codes = all_at_once(fresh, &small, &people, round);
            assert!(codes.iter().all(|code| ["ok", "slot_full", "already_booked"].contains(code)), "{codes:?}");
            assert_eq!((bookings() + held(), places(fresh)), (4, 4), "round {round}: {codes:?}");
            clean(fresh, "a round");
            // The next round meets holds whose time is over; nobody has swept them.
            fresh.db.clock.advance_us(KEPT_US);
        }
        for person in &people {
            let course = want(&small, *person, &[1]);
            drop(placing(fresh, course));
        }
        assert_eq!((bookings(), held(), places(fresh)), (4, 0, 4), "all four are sold, none is left to nobody");
        clean(fresh, "the end");
    }
}

/// Each holds, or holds and places, or places, or holds twice and places; the mix turns with the round. Whoever has a
/// booking asks for it again.
fn all_at_once(fresh: &Fresh, small: &Small, people: &[PersonId], round: usize) -> Vec<&'static str> {
    let one = |n: usize, person: PersonId| -> Result<(), &'static str> {
        let course = || want(small, person, &[1]);
        let kind = if booked(fresh, small, person).is_empty() { (n + round) % 4 } else { 2 };
        if kind != 2 {
            holding(fresh, course())?;
        }
        if kind == 3 {
            assert_eq!(holding(fresh, course()).map(drop), Ok(()), "what is held can be held again");
        }
        match kind {
            0 => Ok(()),
            2 => placing(fresh, course()).map(drop),
            _ => {
                assert_eq!(placing(fresh, course()).map(drop), Ok(()), "what is held can be taken");
                Ok(())
            }
        }
    };
    std::thread::scope(|scope| {
        let one = &one;
        let ask = |(n, person): (usize, &PersonId)| {
            let person = *person;
            scope.spawn(move || one(n, person).map_or_else(|code| code, |()| "ok"))
        };
        let asked: Vec<_> = people.iter().enumerate().map(ask).collect();
        asked.into_iter().map(|a| a.join().expect("asked")).collect()
    })
}

/// More people of the employer, each with an offer; no limit but the slot's binds them.
fn crowd(fresh: &Fresh, small: &Small, n: usize) -> Vec<PersonId> {
    sql(fresh, "UPDATE allocation SET capacity = NULL");
    sql(fresh, "UPDATE team_day SET capacity = 100");
    let (employer, team, campaign) = (small.employer, small.team, small.campaign);
    run(fresh, move |tx| {
        let mut people = Vec::new();
        for at in 0..n {
            let person = tx.id::<Person>();
            tx.run(
                "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, date_of_birth, birth_checked,
                   home_postcode, language, access_needs, state, version, created_us)
                 VALUES ($1, $2, 'Crowd', 'Test', $3, '1980-02-29', 0, 'IP1 1AA', 'en', 0, 'active', 1, 0)",
                p![tx.partnership(), person, format!("crowd {at}")],
            )?;
            tx.run(
                "INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, team_id, rota,
                   priority_group, is_primary, state, version)
                 VALUES ($1, $2, $3, $4, $5, $6, 'Mon-Fri', 1, 1, 'current', 1)",
                p![tx.partnership(), tx.id::<Employment>(), person, employer, 100 + at, team],
            )?;
            people.push(person);
        }
        let campaign = campaigns::load(tx, campaign)?.expect("the campaign");
        accord::campaign::offer::open_for(tx, &campaign)?;
        Ok(people)
    })
    .expect("a crowd")
}
