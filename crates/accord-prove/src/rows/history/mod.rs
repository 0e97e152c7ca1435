//! The history row: clients who place, change and cancel at once, for the same few people and places, against the real
//! server; what they asked and heard is recorded and must be linearizable for every slot and for every person.

mod check;

use crate::clean::{self, Told};
use crate::client::{Answer, Client};
use crate::how::{Failed, How, Proved, say};
use crate::server::Server;
use crate::stage::{Cast, Engine, Stage};
use accord::base::ids::{PersonId, SlotId};
use check::{Event, Object, unexplained};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::cell::RefCell;
use std::collections::HashMap;

pub const BAR: &str =
    "1,000 recorded histories of >= 1,000 operations: linearizable per slot and per person; both engines";

/// Clients at once.
const CLIENTS: usize = 12;
/// Operations of each.
const OPERATIONS: usize = 90;
/// People and slots of a history, and places of a slot: few, so that everybody meets.
const PEOPLE: usize = 14;
const SLOTS: usize = 5;
const PLACES: u32 = 2;

/// A booking somebody was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    reference: String,
    slot: usize,
}

/// What an operation asked for and heard.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Op {
    person: usize,
    /// The booking that was to go, by its place in the list of those made.
    old: Option<usize>,
    /// The slot that was wanted.
    wanted: Option<usize>,
    heard: Heard,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Heard {
    /// No answer: it may have happened or not.
    Nothing,
    /// Nothing was written: as if it had not been asked.
    Busy,
    /// Done; the booking that was made, if one was.
    Done(Option<usize>),
    Full,
    AlreadyBooked,
    NotLive,
    Other(String),
}

/// A history under way.
#[derive(Debug, Default)]
struct History {
    ops: Vec<Op>,
    events: Vec<Event>,
    made: Vec<Known>,
    /// The newest booking each person is known to have had.
    latest: HashMap<usize, usize>,
}

pub fn run(how: &How) -> Result<Proved, Failed> {
    let (mut more, mut faults, mut all) = (Vec::new(), Vec::new(), 0);
    for engine in Engine::ALL {
        let histories = how.of(10, 500);
        let cast = Cast { people: histories * PEOPLE, team_size: 0, sites: 1, slots_a_day: 84, capacity: PLACES };
        let stage = Stage::build(how, engine, engine.name(), &cast)?;
        let server = Server::start(how, &stage)?;
        let (mut told, mut operations, mut refused) = (Told::default(), 0, 0);
        for nth in 0..histories {
            let people = &stage.people[nth * PEOPLE..(nth + 1) * PEOPLE];
            let slots = &stage.small.slots[nth * SLOTS..(nth + 1) * SLOTS];
            let seed = how.seed.wrapping_mul(77_777).wrapping_add(nth as u64);
            let history = how.runtime()?.block_on(recorded(&stage, server.port, people, slots, seed))?;
            if let Some(fault) = wrong(&history) {
                faults.push(format!("{}: history {nth}: {fault}", engine.name()));
            }
            operations += history.ops.len();
            refused += history
                .ops
                .iter()
                .filter(|op| matches!(op.heard, Heard::Full | Heard::AlreadyBooked | Heard::NotLive))
                .count();
            told.acknowledged.extend(live(&history));
            told.unanswered += history.ops.iter().filter(|op| op.heard == Heard::Nothing).count();
        }
        all += histories;
        say(format!("{}: {histories} histories, {operations} operations, {refused} of them refused", engine.name()));
        more.push((
            engine.name().to_owned(),
            format!("{histories} histories of {} operations", operations / histories),
        ));
        faults.extend(clean::faults(how, &stage, &told)?);
    }
    let figure = format!(
        "{} of {all} histories of {} operations linearizable",
        all - faults.len().min(all),
        CLIENTS * OPERATIONS
    );
    faults.iter().for_each(|fault| more.push(("fault".into(), fault.clone())));
    Ok(Proved::new(figure, faults.is_empty(), more))
}

/// References of bookings that nobody was told are gone.
fn live(history: &History) -> Vec<String> {
    let gone: Vec<usize> =
        history.ops.iter().filter(|op| matches!(op.heard, Heard::Done(_))).filter_map(|op| op.old).collect();
    let left = history.made.iter().enumerate().filter(|(at, _)| !gone.contains(at));
    left.map(|(_, known)| known.reference.clone()).collect()
}

async fn recorded(
    stage: &Stage,
    port: u16,
    people: &[PersonId],
    slots: &[SlotId],
    seed: u64,
) -> Result<History, crate::client::Cut> {
    let history = RefCell::new(History::default());
    let mut clients = FuturesUnordered::new();
    for n in 0..CLIENTS as u64 {
        let (client, dice) = (Client::connect(port).await?, Pcg64Mcg::seed_from_u64(seed << 8 | n));
        clients.push(one_client(stage, client, people, slots, dice, &history));
    }
    while clients.next().await.is_some() {}
    drop(clients);
    Ok(history.into_inner())
}

async fn one_client(
    stage: &Stage,
    mut client: Client,
    people: &[PersonId],
    slots: &[SlotId],
    mut dice: Pcg64Mcg,
    history: &RefCell<History>,
) {
    let mut draw = |n: usize| (dice.next_u64() % n as u64) as usize;
    for _ in 0..OPERATIONS {
        let (person, what, wanted) = (draw(people.len()), draw(10), draw(slots.len()));
        let known = {
            let history = history.borrow();
            history.latest.get(&person).map(|at| (*at, history.made[*at].clone()))
        };
        // Somebody whose booking is known changes or cancels it; now and then they ask for another all the same.
        let known = known.filter(|(_, old)| what < 8 && old.slot != wanted);
        let (path, body, op) = match known {
            Some((at, old)) if what < 4 => {
                let op = Op { person, old: Some(at), wanted: None, heard: Heard::Nothing };
                (
                    format!("/api/v1/bookings/{}/cancel", old.reference),
                    r#"{"version":1,"reason":"by_person"}"#.to_owned(),
                    op,
                )
            }
            Some((at, old)) => {
                let (reference, slot) = (&old.reference, slots[wanted]);
                let body = format!(r#"{{"changes":[{{"reference":"{reference}","version":1,"slot":"{slot}"}}]}}"#);
                let op = Op { person, old: Some(at), wanted: Some(wanted), heard: Heard::Nothing };
                (format!("/api/v1/bookings/{reference}/rebook"), body, op)
            }
            None => {
                let op = Op { person, old: None, wanted: Some(wanted), heard: Heard::Nothing };
                ("/api/v1/bookings".to_owned(), stage.wish(people[person], slots[wanted]), op)
            }
        };
        let nth = asked(history, op);
        let key = format!("h.{}.{nth}", people[0]).replace('-', "");
        let answer = client.post(stage, &path, &key, &body).await;
        answered(history, nth, answer.ok());
    }
}

fn asked(history: &RefCell<History>, op: Op) -> usize {
    let mut history = history.borrow_mut();
    let nth = history.ops.len();
    history.ops.push(op);
    history.events.push(Event::Asked(nth));
    nth
}

fn answered(history: &RefCell<History>, nth: usize, answer: Option<Answer>) {
    let mut history = history.borrow_mut();
    let Some(answer) = answer else { return };
    let op = history.ops[nth].clone();
    let heard = match (answer.status, answer.text("code")) {
        (503, _) => Heard::Busy,
        (200 | 201, _) => Heard::Done(op.wanted.map(|slot| {
            let reference = answer.text("reference").unwrap_or_default().to_owned();
            history.made.push(Known { reference, slot });
            let at = history.made.len() - 1;
            history.latest.insert(op.person, at);
            at
        })),
        (_, Some("slot_full")) => Heard::Full,
        (_, Some("already_booked")) => Heard::AlreadyBooked,
        (_, Some("not_live" | "changed_meanwhile" | "no_such_booking")) => Heard::NotLive,
        (status, code) => Heard::Other(format!("{status} {}", code.unwrap_or("without a code"))),
    };
    history.ops[nth].heard = heard;
    history.events.push(Event::Answered(nth));
}

/// Why a history can't have come about; none: it can.
fn wrong(history: &History) -> Option<String> {
    // Nobody cuts a connection here, so everything is answered.
    if let Some(op) = history.ops.iter().find(|op| matches!(op.heard, Heard::Other(_) | Heard::Nothing)) {
        return Some(format!("an answer that nobody expects: {op:?}"));
    }
    let slot_of = |made: usize| history.made[made].slot;
    for slot in 0..SLOTS {
        let apply = |taken: &u32, op: usize| at_slot(&history.ops[op], slot, &slot_of, *taken);
        let concerns = |op: &Op| op.wanted == Some(slot) || op.old.is_some_and(|old| slot_of(old) == slot);
        if let Some(at) = part(history, concerns, &Object { first: 0, apply: &apply }) {
            return Some(format!("slot {slot} at event {at}"));
        }
    }
    for person in 0..PEOPLE {
        let apply = |has: &Option<usize>, op: usize| of_person(&history.ops[op], *has);
        if let Some(at) = part(history, |op| op.person == person, &Object { first: None, apply: &apply }) {
            return Some(format!("person {person} at event {at}"));
        }
    }
    None
}

/// The part of a history that concerns one object; what was answered with "busy" did not happen.
fn part<S: Clone + Ord>(history: &History, concerns: impl Fn(&Op) -> bool, object: &Object<'_, S>) -> Option<usize> {
    let of = |event: &&Event| {
        let (Event::Asked(op) | Event::Answered(op)) = **event;
        concerns(&history.ops[op]) && history.ops[op].heard != Heard::Busy
    };
    let events: Vec<Event> = history.events.iter().filter(of).copied().collect();
    unexplained(object, &events)
}

/// Taken places after an operation that got this answer.
fn at_slot(op: &Op, slot: usize, slot_of: &dyn Fn(usize) -> usize, taken: u32) -> Option<u32> {
    let gives = op.old.is_some_and(|old| slot_of(old) == slot);
    let takes = op.wanted == Some(slot);
    match op.heard {
        Heard::Done(_) if gives => taken.checked_sub(1),
        Heard::Done(_) if takes => (taken < PLACES).then_some(taken + 1),
        Heard::Full if takes => (taken == PLACES).then_some(taken),
        _ => Some(taken),
    }
}

/// The person's live booking after an operation that got this answer.
fn of_person(op: &Op, has: Option<usize>) -> Option<Option<usize>> {
    match (&op.heard, op.old) {
        (Heard::Done(made), None) => has.is_none().then_some(*made),
        (Heard::Done(made), Some(old)) => (has == Some(old)).then_some(*made),
        (Heard::Full, None) => has.is_none().then_some(None),
        (Heard::Full, Some(old)) => (has == Some(old)).then_some(has),
        (Heard::AlreadyBooked, _) => has.is_some().then_some(has),
        (Heard::NotLive, Some(old)) => (has != Some(old)).then_some(has),
        _ => Some(has),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(person: usize, old: Option<usize>, wanted: Option<usize>, heard: Heard) -> Op {
        Op { person, old, wanted, heard }
    }

    /// One after another, each answered before the next is asked for.
    fn history(ops: Vec<Op>, slots: &[usize]) -> History {
        let events = (0..ops.len()).flat_map(|op| [Event::Asked(op), Event::Answered(op)]).collect();
        let made = slots.iter().map(|slot| Known { reference: String::new(), slot: *slot }).collect();
        History { ops, events, made, ..History::default() }
    }

    #[test]
    fn planted_wrong_histories_are_refused() {
        let done = |made| Heard::Done(Some(made));
        let right = history(
            vec![
                told(0, None, Some(0), done(0)),
                told(1, None, Some(0), done(1)),
                told(2, None, Some(0), Heard::Full),
                told(0, Some(0), Some(1), done(2)),
                told(2, None, Some(0), done(3)),
                told(0, Some(0), None, Heard::NotLive),
                told(0, None, Some(2), Heard::AlreadyBooked),
            ],
            &[0, 0, 1, 0],
        );
        assert_eq!(wrong(&right), None);
        let third = history((0..3).map(|n| told(n, None, Some(0), done(n))).collect(), &[0, 0, 0]);
        assert!(wrong(&third).is_some_and(|why| why.starts_with("slot 0")), "three in two places");
        let twice = history(vec![told(0, None, Some(0), done(0)), told(0, None, Some(1), done(1))], &[0, 1]);
        assert!(wrong(&twice).is_some_and(|why| why.starts_with("person 0")), "two live bookings");
        let full = history(vec![told(0, None, Some(0), done(0)), told(1, None, Some(0), Heard::Full)], &[0]);
        assert!(wrong(&full).is_some(), "full while a place was free");
        let mut odd = right;
        odd.ops[2].heard = Heard::Other("500".into());
        assert!(wrong(&odd).is_some());
    }
}
