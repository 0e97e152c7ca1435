//! Many who ask at once: each gets what they would have got alone, under their own name, and loses nothing by a refusal.

use accord::base::api::{KEY_REUSED, Problem, Reply, once_each};
use accord::base::db::{Actor, Each, Stop, StoreError, Together, Tx};
use accord::base::idempotency::Sent;
use accord::base::ids::PersonId;
use accord::base::refusal::Refusal;
use accord::booking::hold::hold;
use accord::booking::place::{place, place_each};
use accord::booking::{Booking, BookingRefusal, Pick, PlaceCourse, Way, store};
use accord::evidence::verify;
use accord::testing::{Fresh, Layout, Small};
use accord::{on_both_engines, p};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

type Outcomes = Each<Vec<Booking>, BookingRefusal>;

/// Thirty people in teams of three, of two employers with nine places each; slots of five places.
fn laid_out(fresh: &Fresh) -> (Small, Vec<PersonId>) {
    let layout = Layout { capacity: 5, employers: 2, allocation: Some(9), slots_a_day: 3, ..Layout::SMALL };
    run(fresh, move |tx| {
        let small = Small::lay_out(tx, &layout)?;
        let people = small.crowd(tx, 30, 3)?;
        Ok((small, people))
    })
}

fn run<T: Send + 'static>(fresh: &Fresh, f: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static) -> T {
    fresh.db.write_now(&fresh.who, move |tx| f(tx).map_err(Stop::<()>::Store)).expect("the store answers")
}

fn number(fresh: &Fresh, statement: &'static str) -> i64 {
    let (n,): (i64,) = fresh.db.read_now(&fresh.who, move |tx| tx.one(statement, p![])).expect("read");
    n
}

fn clean(fresh: &Fresh) {
    run(fresh, |tx| accord::base::audit::seal(tx, 10_000));
    run(fresh, |tx| accord::partnership::ledger::seal(tx, 10_000));
    let findings = fresh.db.read_now(&fresh.who, verify::verify).expect("verified");
    let broken: Vec<_> = findings.iter().filter(|f| f.violations.unwrap_or(0) > 0).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

fn want(small: &Small, person: PersonId, slot: usize) -> PlaceCourse {
    let picks = vec![Pick { appointment: 1, slot: small.slots[slot] }];
    PlaceCourse { person, campaign: small.campaign, picks }
}

/// All of `wants` in one go, each by an actor of its own.
fn together(fresh: &Fresh, wants: Vec<PlaceCourse>) -> Result<Outcomes, StoreError> {
    let partnership = fresh.who.partnership;
    let done = fresh.db.write_now(&fresh.who, move |tx| {
        let who: Vec<_> = (0..wants.len()).map(|n| Actor::new(partnership, "operator", n)).collect();
        let asked: Vec<_> = who.iter().zip(&wants).collect();
        PlaceCourse::together(tx, &asked).map_err(Stop::<()>::Store)
    });
    done.map_err(|stop| match stop {
        Stop::Store(error) => error,
        Stop::Refused(()) => unreachable!("nothing refuses here"),
    })
}

/// "placed", or why not.
fn word(outcome: &Result<Vec<Booking>, BookingRefusal>) -> &'static str {
    outcome.as_ref().map_or_else(Refusal::code, |_| "placed")
}

/// As they come, one transaction each.
fn alone(fresh: &Fresh, wants: &[PlaceCourse]) -> Vec<&'static str> {
    let one = |want: &PlaceCourse| {
        let want = want.clone();
        match fresh.db.write_now(&fresh.who, move |tx| place(tx, &want)) {
            Ok(_) => "placed",
            Err(Stop::Refused(refusal)) => refusal.code(),
            Err(Stop::Store(error)) => panic!("the store: {error}"),
        }
    };
    wants.iter().map(one).collect()
}

on_both_engines! {
    fn each_gets_what_they_would_have_got_alone(fresh) {
        let (small, people) = laid_out(fresh);
        let beside = Fresh::lite();
        let (other, twins) = laid_out(&beside);
        let round = prop::collection::vec((0..30_usize, 0..4_usize), 1..12);
        let mut seen = std::collections::HashMap::new();
        let mut runner = TestRunner::new_with_rng(
            Config::with_cases(12),
            TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]),
        );
        for _ in 0..12 {
            let mut asked = round.new_tree(&mut runner).expect("a round").current();
            let mut once = std::collections::HashSet::new();
            asked.retain(|(person, _)| once.insert(*person));
            let wants = asked.iter().map(|(person, slot)| want(&small, people[*person], *slot)).collect();
            let same: Vec<_> = asked.iter().map(|(person, slot)| want(&other, twins[*person], *slot)).collect();
            let outcomes = together(fresh, wants).expect("the store answers");
            let words: Vec<_> = outcomes.iter().map(|one| word(one.as_ref().expect("nobody asks twice"))).collect();
            assert_eq!(words, alone(&beside, &same), "{asked:?}");
            words.into_iter().for_each(|word| *seen.entry(word).or_insert(0) += 1);
        }
        for rare in ["placed", "slot_full", "allocation_used", "team_too_thin"] {
            assert!(seen.contains_key(rare), "no round met {rare}: {seen:?}");
        }
        clean(fresh);
    }

    fn each_stands_in_the_audit_under_their_own_name(fresh) {
        let (small, people) = laid_out(fresh);
        let wants = [0, 3, 6].iter().zip(0..).map(|(person, slot)| want(&small, people[*person], slot)).collect();
        let outcomes = together(fresh, wants).expect("the store answers");
        for (n, outcome) in outcomes.into_iter().enumerate() {
            let booking = outcome.expect("done").expect("placed").remove(0).id.to_string();
            let who: Vec<(String, String)> = fresh.db.read_now(&fresh.who, move |tx| {
                tx.all("SELECT actor_role, actor_id FROM audit WHERE noun_id = $1", p![booking])
            }).expect("read");
            assert_eq!(who, [("operator".to_owned(), n.to_string())]);
        }
        clean(fresh);
    }

    fn a_second_wish_of_a_person_and_another_way_come_after(fresh) {
        let (small, people) = laid_out(fresh);
        let (first, second) = (want(&small, people[0], 0), want(&small, people[0], 1));
        let other = want(&small, people[3], 2);
        let done = run(fresh, move |tx| {
            let who = tx.who().clone();
            let asked = [(&who, &first, Way::Chosen), (&who, &second, Way::Chosen), (&who, &other, Way::Assisted)];
            place_each(tx, &asked)
        });
        assert!(matches!(&done[..], [Some(Ok(_)), None, None]), "{done:?}");
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM booking"), 1);
    }

    fn whoever_is_refused_keeps_what_they_hold(fresh) {
        let (small, people) = laid_out(fresh);
        let (full, kept) = (0, 2);
        run(fresh, |tx| tx.run("UPDATE slot SET capacity = 2", p![]));
        for person in [3, 6] {
            let want = want(&small, people[person], full);
            run(fresh, move |tx| place(tx, &want).map_err(|_| StoreError::Busy));
        }
        let held = want(&small, people[0], kept);
        run(fresh, move |tx| hold(tx, &held).map_err(|_| StoreError::Busy));
        let hold_of = |fresh: &Fresh| {
            let (person, campaign) = (people[0], small.campaign);
            fresh.db.read_now(&fresh.who, move |tx| store::holds_of(tx, person, campaign)).expect("read")
        };
        let before = hold_of(fresh);
        let outcomes = together(fresh, vec![want(&small, people[0], full), want(&small, people[9], kept)]);
        let words: Vec<_> = outcomes.expect("done").iter().flatten().map(word).collect();
        assert_eq!(words, ["slot_full", "placed"]);
        assert_eq!(hold_of(fresh), before);
        // Now the last place of the held slot is the one that is held: its holder, who gets nothing for it, must not find it
        // gone to whoever asked for it in the same moment.
        let both = vec![want(&small, people[0], full), want(&small, people[12], kept)];
        let words: Vec<_> = together(fresh, both).expect("done").iter().flatten().map(word).collect();
        assert_eq!(words, ["slot_full", "slot_full"]);
        assert_eq!(hold_of(fresh), before);
        // Who takes what they hold is in nobody's way, whoever asked for it first.
        let last = vec![want(&small, people[12], kept), want(&small, people[0], kept)];
        let words: Vec<_> = together(fresh, last).expect("done").iter().flatten().map(word).collect();
        assert_eq!(words, ["slot_full", "placed"]);
        clean(fresh);
    }

    fn a_request_under_a_key_is_done_once_among_many(fresh) {
        let sent = |key: &str, body: &str| Sent { key: key.into(), body_hash: body.into() };
        let answers = |fresh: &Fresh, asked: Vec<Sent>| {
            run(fresh, move |tx| {
                let who = tx.who().clone();
                let all: Vec<_> = asked.iter().map(|sent| (&who, sent)).collect();
                once_each(tx, &all, |_, new| {
                    let reply = |n: &usize| Some(Reply { status: 201, body: format!("{n}") });
                    Ok(new.iter().map(reply).collect())
                })
            })
        };
        let told = |all: Each<Reply, Problem>| -> Vec<String> {
            all.into_iter().map(|one| one.map_or("later".into(), |one| one.map_or_else(|p| p.code, |r| r.body))).collect()
        };
        let first = answers(fresh, vec![sent("a", "1"), sent("b", "1"), sent("a", "1"), sent("b", "2")]);
        assert_eq!(told(first), ["0", "1", "later", "later"]);
        let again = answers(fresh, vec![sent("c", "1"), sent("b", "2"), sent("a", "1")]);
        assert_eq!(told(again), ["0", KEY_REUSED.1, "0"]);
    }

    fn sixty_who_ask_in_one_moment_get_what_there_is(fresh) {
        let layout = Layout { capacity: 4, allocation: None, slots_a_day: 2, ..Layout::SMALL };
        let (small, people) = run(fresh, move |tx| {
            let small = Small::lay_out(tx, &layout)?;
            let people = small.crowd(tx, 60, 0)?;
            Ok((small, people))
        });
        let words: Vec<&'static str> = std::thread::scope(|scope| {
            let ask = |(n, person): (usize, &PersonId)| {
                let (want, db, who) = (want(&small, *person, n % 2), &fresh.db, &fresh.who);
                scope.spawn(move || match db.write_together_now(who, want) {
                    Ok(_) => "placed",
                    Err(Stop::Refused(refusal)) => refusal.code(),
                    Err(Stop::Store(error)) => panic!("the store: {error}"),
                })
            };
            let asked: Vec<_> = people.iter().enumerate().map(ask).collect();
            asked.into_iter().map(|thread| thread.join().expect("it ends")).collect()
        });
        assert_eq!(words.iter().filter(|word| **word == "placed").count(), 8);
        assert_eq!(words.iter().filter(|word| **word == "slot_full").count(), 52);
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM audit WHERE actor_role = 'several'"), 0);
        clean(fresh);
    }
}
