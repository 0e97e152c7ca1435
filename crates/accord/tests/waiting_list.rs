//! The waiting list on both engines: the tables of `docs/states.md`, who is next and why, and long courses of chance after
//! which the order is worked out again from the log.

mod support;

use accord::base::db::{Stop, Tx};
use accord::base::ids::PersonId;
use accord::base::refusal::Refusal;
use accord::booking::cancel::{Reason, cancel_all, close_offer};
use accord::booking::fair::{HalfDays, lot};
use accord::booking::hold::{hold_only, sweep};
use accord::booking::place::place;
use accord::booking::timed_offer::{self, accept, decline, work};
use accord::booking::waiting_list::{Answer, OfferLog, Waiting, Wishes, join, join_all, leave};
use accord::booking::{BookingRefusal, Pick, PlaceCourse, store};
use accord::evidence::verify;
use accord::testing::{Fresh, Small};
use accord::{on_both_engines, p};
use support::people::more_people;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const ANY: Wishes = Wishes { half_days: HalfDays::ALL, minutes_max: None };

fn run<T: Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<BookingRefusal>> + Send + 'static,
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

/// The job as the service does it: again until nothing is left to do. How many steps.
fn works(fresh: &Fresh) -> usize {
    for steps in 0..500 {
        if run(fresh, |tx| Ok(work(tx, 1)?)) == Ok(0) {
            return steps;
        }
    }
    panic!("the job finds no end");
}

/// Verified, nobody lost, and the order of every offer worked out again.
fn clean(fresh: &Fresh, small: &Small, after: &str) {
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
    let findings = fresh.db.read_now(&fresh.who, verify::verify).expect("verified");
    let broken: Vec<_> = findings.iter().filter(|f| f.violations.unwrap_or(0) > 0).collect();
    assert!(broken.is_empty(), "{after}: {broken:?}");
    assert_eq!(fresh.db.read_now(&fresh.who, verify::lost).expect("read"), [], "{after}");
    order_is_fair(fresh, small, after);
}

fn list(fresh: &Fresh, small: &Small) -> (Vec<Waiting>, Vec<OfferLog>) {
    let campaign = small.campaign;
    let read = move |tx: &mut Tx<'_>| Ok((store::all_waiting(tx, campaign)?, store::offers_log(tx, campaign, 10_000)?));
    fresh.db.read_now(&fresh.who, read).expect("read")
}

/// From the rows alone: at the instant of each offer, whoever stood in line before is in its log, in order, and nobody else.
fn order_is_fair(fresh: &Fresh, small: &Small, after: &str) -> usize {
    let (waiting, offers) = list(fresh, small);
    for w in &waiting {
        assert_eq!(w.turn.lot, lot(&w.seed, w.turn.person), "{after}: a lot is drawn again");
    }
    for offer in &offers {
        let at = offer.made_us;
        let busy = |w: &Waiting| {
            offers
                .iter()
                .any(|o| o.waiting == w.id && o.made_us < at && o.settled_us.is_none_or(|settled| settled > at))
        };
        let mut line: Vec<&Waiting> = waiting
            .iter()
            .filter(|w| w.turn.since_us < at && w.closed_us.is_none_or(|closed| closed > at) && !busy(w))
            .collect();
        line.sort_by(|a, b| a.turn.cmp(&b.turn));
        let place = line.iter().position(|w| w.id == offer.waiting).expect("who is offered stands in line");
        let before: Vec<PersonId> = line[..place].iter().map(|w| w.turn.person).collect();
        let passed: Vec<PersonId> = offer.passed.iter().map(|(person, _)| *person).collect();
        assert_eq!(before, passed, "{after}: offer {}", offer.id);
        assert!(offer.passed.iter().all(|(_, code)| !code.is_empty()));
    }
    offers.len()
}

fn joins(fresh: &Fresh, small: &Small, person: PersonId, wishes: Wishes) -> Result<(), &'static str> {
    let campaign = small.campaign;
    run(fresh, move |tx| join(tx, person, campaign, &wishes)).map(drop)
}

fn answers(fresh: &Fresh, small: &Small, person: PersonId, yes: bool) -> Result<usize, &'static str> {
    let campaign = small.campaign;
    run(fresh, move |tx| {
        if yes { accept(tx, person, campaign).map(|b| b.len()) } else { decline(tx, person, campaign).map(|()| 0) }
    })
}

fn offered(fresh: &Fresh, small: &Small) -> Vec<PersonId> {
    let mut open: Vec<_> = list(fresh, small).1.into_iter().filter(|o| o.state == Answer::Open).collect();
    open.sort_by_key(|o| o.made_us);
    open.into_iter().map(|o| o.person).collect()
}

/// Where a person's place on the list stands, the last one.
fn stands(fresh: &Fresh, small: &Small, person: PersonId) -> &'static str {
    let mine: Vec<_> = list(fresh, small).0.into_iter().filter(|w| w.turn.person == person).collect();
    mine.iter().max_by_key(|w| w.turn.since_us).map_or("none", |w| w.state.word())
}

/// One place in the whole campaign, on the day of this number.
fn one_place(fresh: &Fresh, small: &Small, day: usize) {
    let slot = small.slots[day];
    run(fresh, move |tx| {
        tx.run("UPDATE slot SET capacity = taken", p![])?;
        Ok(tx.run("UPDATE slot SET capacity = taken + 1 WHERE id = $1", p![slot])?)
    })
    .expect("one place");
}

fn booked_on(fresh: &Fresh, small: &Small, person: PersonId, days: &[usize]) {
    let picks = days.iter().zip(1..).map(|(day, n)| Pick { appointment: n, slot: small.slots[*day] }).collect();
    let want = PlaceCourse { person, campaign: small.campaign, picks };
    run(fresh, move |tx| place(tx, &want)).expect("booked");
}

fn table() -> Vec<[String; 6]> {
    let page = include_str!("../../../docs/states.md");
    let part = page.split("## Waiting list").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the table");
    let part = part.split("| state |").nth(1).expect("a table of states");
    let rows =
        part.lines().skip(1).skip_while(|line| line.starts_with("|--")).take_while(|line| line.starts_with("| "));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    rows.map(|line| cells(line).try_into().expect("six cells a row")).collect()
}

fn happen(fresh: &Fresh, small: &Small, me: PersonId, event: &str) -> Result<(), &'static str> {
    let campaign = small.campaign;
    match event {
        "join" => joins(fresh, small, me, ANY),
        "leave" => run(fresh, move |tx| leave(tx, me, campaign)),
        "a place comes free" => {
            one_place(fresh, small, 10);
            works(fresh);
            Ok(())
        }
        "accept" => answers(fresh, small, me, true).map(drop),
        "decline" => answers(fresh, small, me, false).map(drop),
        "silence" => {
            let until = list(fresh, small).1[0].until;
            fresh.db.clock.advance_us(until.as_microsecond() - fresh.db.clock.now().as_microsecond());
            // The place is free, but not for somebody who did not take it.
            works(fresh);
            Ok(())
        }
        "the session closes" => {
            sql(fresh, "UPDATE session SET state = 'closed'");
            happen(fresh, small, me, "silence")
        }
        "place" => {
            sql(fresh, "UPDATE slot SET capacity = taken + 1");
            booked_on(fresh, small, me, &[12]);
            sql(fresh, "UPDATE slot SET capacity = taken");
            works(fresh);
            Ok(())
        }
        "had elsewhere" => {
            run(fresh, move |tx| close_offer(tx, me, campaign, Reason::HadElsewhere, "said so"))?;
            works(fresh);
            Ok(())
        }
        other => panic!("docs/states.md has an event that no code knows: {other}"),
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

on_both_engines! {
    fn every_row_of_the_table_holds(first) {
        assert!(table().len() >= 14);
        for [state, event, next, places, offer, told] in table() {
            let fresh = &again(first);
            let small = Small::build(fresh, 1);
            let me = small.people[2];
            sql(fresh, "UPDATE slot SET capacity = 0");
            let steps: &[&str] = match state.as_str() {
                "none" => &[],
                "in line" => &["join"],
                "offered" => &["join", "a place comes free"],
                "silent once, offered" => &["join", "a place comes free", "silence", "another place"],
                other => panic!("a state that no code knows: {other}"),
            };
            for step in steps {
                if *step == "another place" {
                    one_place(fresh, &small, 20);
                    works(fresh);
                } else {
                    happen(fresh, &small, me, step).expect(step);
                }
            }
            let row = format!("{state} | {event}");
            let events = number(fresh, "SELECT COUNT(*) FROM event");
            let came = happen(fresh, &small, me, &event);
            match next.strip_prefix("refused: ") {
                Some(code) => assert_eq!(came, Err(code), "{row}"),
                None => {
                    assert_eq!(came, Ok(()), "{row}");
                    assert_eq!(stands(fresh, &small, me), next.replace(' ', "_"), "{row}");
                }
            }
            assert_eq!(number(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM slot").to_string(), places, "{row}");
            let campaign = small.campaign;
            let at = fresh.db.read_now(&fresh.who, move |tx| accord::campaign::store::offer_state(tx, campaign, me)).expect("read");
            assert_eq!(at.map(|s| s.word()), Some(offer.as_str()), "{row}");
            if told != "none" {
                let mine: Vec<(String,)> = fresh.db.read_now(&fresh.who, move |tx| tx.all("SELECT kind FROM event ORDER BY id", p![])).expect("read");
                let new: Vec<_> = mine[usize::try_from(events).expect("a count")..].iter().map(|(kind,)| kind.clone()).collect();
                assert!(new.contains(&told), "{row}: {new:?}");
            }
            clean(fresh, &small, &row);
        }
    }

    fn the_order_is_priority_then_since_then_lot(fresh) {
        let small = Small::build(fresh, 1);
        let more = more_people(fresh, &small, &[3, 2, 2, 1]);
        sql(fresh, "UPDATE slot SET capacity = 0");
        for person in &more {
            fresh.db.clock.advance_us(60_000_000);
            joins(fresh, &small, *person, ANY).expect("joined");
        }
        // Asked again, the wishes change and the turn does not.
        joins(fresh, &small, more[1], ANY).expect("joined again");
        sql(fresh, "UPDATE slot SET capacity = 1 WHERE date <= '2027-01-12'");
        works(fresh);
        assert_eq!(offered(fresh, &small), [more[3], more[1], more[2], more[0]]);
        clean(fresh, &small, "offered");
        // The lot decides among those who came at once; another seed, another order.
        let (waiting, _) = list(fresh, &small);
        assert_eq!(waiting.len(), 4);
    }

    fn all_unplaced_join_at_once_and_the_lot_decides(fresh) {
        let small = Small::build(fresh, 1);
        let more = more_people(fresh, &small, &[1, 1, 1, 1, 1, 1]);
        let campaign = small.campaign;
        sql(fresh, "UPDATE slot SET capacity = 0");
        let reasons: Vec<_> = more.iter().map(|person| (*person, "capacity_short".to_owned())).collect();
        let host = small.host;
        run(fresh, move |tx| Ok(accord::campaign::offer::unplaced_many(tx, campaign, &reasons, host)?)).expect("unplaced");
        assert_eq!(run(fresh, move |tx| join_all(tx, campaign)), Ok(6));
        assert_eq!(run(fresh, move |tx| join_all(tx, campaign)), Ok(0), "twice is once");
        let (waiting, _) = list(fresh, &small);
        assert!(waiting.windows(2).all(|pair| pair[0].turn.since_us == pair[1].turn.since_us && pair[0].turn.lot < pair[1].turn.lot));
        sql(fresh, "UPDATE slot SET capacity = 3 WHERE date = '2027-01-15'");
        works(fresh);
        let first: Vec<_> = waiting[..3].iter().map(|w| w.turn.person).collect();
        assert_eq!(offered(fresh, &small), first);
        clean(fresh, &small, "offered");
        // Who says yes is booked with the very place; the counters do not move.
        let places = number(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM slot");
        assert_eq!(answers(fresh, &small, first[1], true), Ok(1));
        assert_eq!(number(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM slot"), places);
        assert_eq!(answers(fresh, &small, first[1], true), Err("hold_gone"));
        assert_eq!(joins(fresh, &small, first[1], ANY), Err("nothing_missing"));
        // Who says no keeps the turn, and the next is offered the place.
        assert_eq!(answers(fresh, &small, first[0], false), Ok(0));
        works(fresh);
        assert_eq!(offered(fresh, &small), [first[2], waiting[3].turn.person]);
        let log = list(fresh, &small).1;
        assert_eq!(log[0].passed, [(first[0], "not_taken_before".to_owned())]);
        clean(fresh, &small, "declined");
    }

    fn whoever_can_not_take_it_is_passed_over_with_the_reason(fresh) {
        let small = Small::build(fresh, 1);
        let more = more_people(fresh, &small, &[1, 2, 3, 4, 5, 6]);
        sql(fresh, "UPDATE slot SET capacity = 0");
        let (near, mornings) = (Wishes { minutes_max: Some(5), ..ANY }, HalfDays::parse("sun_pm").expect("half-days"));
        joins(fresh, &small, more[0], near).expect("joined");
        joins(fresh, &small, more[1], Wishes { half_days: mornings, ..ANY }).expect("joined");
        for person in &more[2..] {
            joins(fresh, &small, *person, ANY).expect("joined");
        }
        let (step, young, thin) = (more[2], more[3], more[4]);
        run(fresh, move |tx| {
            tx.run("UPDATE person SET access_needs = 1 WHERE id = $1", p![step])?;
            tx.run("UPDATE person SET date_of_birth = '2015-01-01' WHERE id = $1", p![young])?;
            tx.run("UPDATE employment SET team_id = (SELECT MIN(team_id) FROM team_day) WHERE person_id = $1", p![thin])?;
            Ok(tx.run("UPDATE team_day SET capacity = 0", p![])?)
        }).expect("changed");
        one_place(fresh, &small, 10);
        works(fresh);
        assert_eq!(offered(fresh, &small), [more[5]]);
        let log = list(fresh, &small).1;
        let codes: Vec<_> = log[0].passed.iter().map(|(_, code)| code.as_str()).collect();
        assert_eq!(codes, ["too_far", "not_wished", "too_far", "too_young", "team_too_thin"]);
        clean(fresh, &small, "passed over");
        // Nothing changed: the rules are not asked again; ten minutes later they are, and the team has room by then.
        assert_eq!(works(fresh), 0);
        sql(fresh, "UPDATE team_day SET capacity = on_shift");
        sql(fresh, "UPDATE slot SET capacity = capacity + 1 WHERE date = '2027-01-14'");
        assert_eq!(works(fresh), 0, "as much is free as when the rules said no");
        fresh.db.clock.advance_us(HOUR / 6);
        works(fresh);
        assert_eq!(offered(fresh, &small), [more[5], thin]);
        clean(fresh, &small, "room in the team");
    }

    fn a_whole_course_is_offered_or_nothing(fresh) {
        let small = Small::build(fresh, 2);
        let me = more_people(fresh, &small, &[1])[0];
        sql(fresh, "UPDATE slot SET capacity = 0");
        joins(fresh, &small, me, ANY).expect("joined");
        sql(fresh, "UPDATE slot SET capacity = 1 WHERE date = '2027-01-10'");
        assert_eq!(works(fresh), 0, "half a course is nothing");
        sql(fresh, "UPDATE slot SET capacity = 1 WHERE date = '2027-01-31'");
        works(fresh);
        assert_eq!((offered(fresh, &small), number(fresh, "SELECT COUNT(*) FROM hold")), (vec![me], 2));
        clean(fresh, &small, "both offered");
        // Looking at another time lets nothing go of what is offered.
        let look = PlaceCourse { person: me, campaign: small.campaign, picks: vec![Pick { appointment: 1, slot: small.slots[7] }] };
        assert_eq!(run(fresh, move |tx| hold_only(tx, &look)).map(drop), Err("slot_full"));
        assert_eq!(answers(fresh, &small, me, true), Ok(2));
        clean(fresh, &small, "both booked");
        // Of a course that lost its second appointment, the second is offered, in the interval to the first.
        let campaign = small.campaign;
        let second = fresh.db.read_now(&fresh.who, move |tx| store::live_of(tx, me, campaign)).expect("read").remove(1);
        run(fresh, move |tx| accord::booking::cancel::cancel(tx, second.id, second.version, Reason::BySite)).expect("cancelled");
        joins(fresh, &small, me, ANY).expect("joined");
        works(fresh);
        assert_eq!(answers(fresh, &small, me, true), Ok(1));
        clean(fresh, &small, "the second again");
    }

    fn an_offer_that_loses_one_of_its_places_keeps_none(fresh) {
        let small = Small::build(fresh, 2);
        let me = more_people(fresh, &small, &[1])[0];
        sql(fresh, "UPDATE slot SET capacity = 0");
        joins(fresh, &small, me, ANY).expect("joined");
        sql(fresh, "UPDATE slot SET capacity = 1 WHERE date IN ('2027-01-10', '2027-01-31')");
        works(fresh);
        let looked = "SELECT COUNT(*) FROM hold WHERE purpose = 'look'";
        let kept = |purpose| number(fresh, if purpose == "look" { looked } else { "SELECT COUNT(*) FROM hold WHERE purpose = 'offer'" });
        assert_eq!((offered(fresh, &small), kept("offer")), (vec![me], 2));
        // Another first time comes free elsewhere, and they look at it: the second is not kept for nobody.
        let slot = small.slots[7];
        run(fresh, move |tx| Ok(tx.run("UPDATE slot SET capacity = 1 WHERE id = $1", p![slot])?)).expect("a place");
        let look = PlaceCourse { person: me, campaign: small.campaign, picks: vec![Pick { appointment: 1, slot }] };
        run(fresh, move |tx| hold_only(tx, &look)).expect("held");
        assert_eq!((kept("offer"), kept("look")), (0, 1));
        assert_eq!(answers(fresh, &small, me, true), Err("hold_gone"));
        works(fresh);
        assert_eq!((stands(fresh, &small, me), kept("offer"), kept("look")), ("in_line", 0, 1), "nothing is taken from under their eyes");
        let (waiting, offers) = list(fresh, &small);
        assert_eq!((waiting[0].silences, offers.len(), offers[0].state), (0, 1, Answer::Gone));
        clean(fresh, &small, "they look");
        // Ten minutes later they have taken nothing, and are offered a whole course again.
        fresh.db.clock.advance_us(HOUR / 6 + 1);
        run(fresh, |tx| Ok(sweep(tx, 100)?)).expect("swept");
        works(fresh);
        assert_eq!((offered(fresh, &small), kept("offer"), kept("look")), (vec![me], 2, 0));
        assert_eq!(answers(fresh, &small, me, true), Ok(2));
        clean(fresh, &small, "both booked");
    }

    fn two_silences_go_to_the_call_list(fresh) {
        let small = Small::build(fresh, 1);
        let me = more_people(fresh, &small, &[1])[0];
        sql(fresh, "UPDATE slot SET capacity = 0");
        joins(fresh, &small, me, ANY).expect("joined");
        for (day, after) in [(15, "in_line"), (25, "silent")] {
            one_place(fresh, &small, day);
            works(fresh);
            assert_eq!(stands(fresh, &small, me), "offered");
            let until = list(fresh, &small).1[0].until;
            fresh.db.clock.advance_us(until.as_microsecond() - fresh.db.clock.now().as_microsecond());
            assert_eq!(answers(fresh, &small, me, true), Err("hold_gone"), "too late is too late");
            run(fresh, |tx| Ok(sweep(tx, 100)?)).expect("swept");
            works(fresh);
            assert_eq!((stands(fresh, &small, me), number(fresh, "SELECT COUNT(*) FROM hold")), (after, 0));
            clean(fresh, &small, after);
        }
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM offer WHERE reason = 'no_answer' AND owner_role = 'employer_contact' AND next_on > '2027-01-04'"), 1);
    }

    fn at_night_nothing_is_offered_and_what_is_too_near_never(fresh) {
        let small = Small::build(fresh, 1);
        let me = more_people(fresh, &small, &[1])[0];
        sql(fresh, "UPDATE slot SET capacity = 0");
        joins(fresh, &small, me, ANY).expect("joined");
        // Slots are at nine; it is Monday, eight.
        one_place(fresh, &small, 1);
        fresh.db.clock.advance_us(12 * HOUR);
        assert_eq!(works(fresh), 0, "at eight in the evening, for nine in the morning");
        one_place(fresh, &small, 10);
        assert_eq!(works(fresh), 0, "at night");
        fresh.db.clock.advance_us(12 * HOUR);
        assert_eq!(works(fresh), 1);
        clean(fresh, &small, "in the morning");
        // The lead may offer at any hour; nobody has to answer at night.
        assert_eq!(answers(fresh, &small, me, false), Ok(0));
        fresh.db.clock.advance_us(12 * HOUR);
        one_place(fresh, &small, 20);
        assert_eq!(works(fresh), 0);
        let campaign = small.campaign;
        assert_eq!(run(fresh, move |tx| timed_offer::offer_now(tx, campaign)), Ok(1));
        clean(fresh, &small, "at the lead's word");
    }

    fn chance_does_what_it_likes_and_the_order_stays_fair(fresh) {
        let small = Small::build(fresh, 2);
        let more = more_people(fresh, &small, &[1, 1, 1, 2, 2, 2, 2, 3, 3, 3]);
        sql(fresh, "UPDATE slot SET capacity = 0");
        let mut chance = Chance(20_270_104);
        let mut made = 0;
        for step in 0..240 {
            chaos(fresh, &small, &more, &mut chance);
            if step % 30 == 29 {
                clean(fresh, &small, &format!("step {step}"));
                made = order_is_fair(fresh, &small, "the end");
            }
        }
        assert!(made > 10, "only {made} offers were made");
        let (_, offers) = list(fresh, &small);
        for answer in [Answer::Accepted, Answer::Declined, Answer::Lapsed] {
            assert!(offers.iter().any(|o| o.state == answer), "{answer:?} never came about");
        }
        assert!(offers.iter().any(|o| !o.passed.is_empty()), "nobody was ever passed over");
    }
}

struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % n).expect("small")
    }
}

/// One step of chance. Refusals are as good as anything; the store must stay whole.
fn chaos(fresh: &Fresh, small: &Small, more: &[PersonId], chance: &mut Chance) {
    let (me, campaign) = (more[chance.below(more.len() as u64)], small.campaign);
    let slot = small.slots[chance.below(50)];
    let day = chance.below(20);
    let open = offered(fresh, small);
    let lucky = open.get(chance.below(8)).copied();
    let first = Pick { appointment: 1, slot: small.slots[day] };
    let course = vec![first, Pick { appointment: 2, slot: small.slots[day + 21] }];
    let _done = match chance.below(14) {
        0..=2 => joins(fresh, small, me, ANY),
        3 => run(fresh, move |tx| leave(tx, me, campaign)),
        4 | 5 => run(fresh, move |tx| Ok(tx.run("UPDATE slot SET capacity = capacity + 1 WHERE id = $1", p![slot])?))
            .map(drop),
        6 => lucky.map_or(Ok(()), |who| answers(fresh, small, who, true).map(drop)),
        7 => lucky.map_or(Ok(()), |who| answers(fresh, small, who, false).map(drop)),
        8 => run(fresh, move |tx| cancel_all(tx, me, campaign)).map(drop),
        9 => {
            let want = PlaceCourse { person: me, campaign, picks: course };
            run(fresh, move |tx| place(tx, &want)).map(drop)
        }
        10 => {
            let want = PlaceCourse { person: me, campaign, picks: vec![first] };
            run(fresh, move |tx| hold_only(tx, &want)).map(drop)
        }
        11 => {
            fresh.db.clock.advance_us(3 * HOUR);
            run(fresh, |tx| Ok(sweep(tx, 100)?)).map(drop)
        }
        12 => run(fresh, move |tx| Ok(timed_offer::settle_ended(tx)?)).map(drop),
        _ => {
            fresh.db.clock.advance_us(DAY / 4);
            Ok(())
        }
    };
    works(fresh);
}
