//! People who book, say yes, change and cancel through the API while things break around them, and who remember what they
//! were told. Whoever gets no answer, or "not now", sends the same request under the same key until it is decided.

use crate::client::{Answer, Client, Cut};
use crate::how::Failed;
use crate::stage::Stage;
use accord::base::db::{StoreError, Tx};
use accord::base::ids::{PersonId, SlotId};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What somebody has, by what they were told last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Has {
    /// As it is stored, without hyphens.
    pub reference: String,
    /// As it is told.
    told: String,
    version: u64,
    /// "assigned" or "confirmed".
    pub state: String,
}

/// One person.
#[derive(Debug, Clone)]
pub struct Life {
    person: PersonId,
    has: Option<Has>,
    /// A request that is not decided yet.
    pending: Option<Wish>,
    done: u64,
}

#[derive(Debug, Clone)]
struct Wish {
    verb: &'static str,
    path: String,
    body: String,
    key: String,
}

/// What the play's director turns while it runs, and what is counted.
#[derive(Debug, Default)]
pub struct Stagehand {
    /// Where the server is; 0: nowhere at the moment.
    pub port: AtomicU16,
    /// No new wishes: decide what is under way, and end.
    pub curtain: AtomicBool,
    /// Requests that were acknowledged.
    pub acknowledged: AtomicU64,
    /// Requests without an answer.
    pub cut: AtomicU64,
    /// Answers 503.
    pub not_now: AtomicU64,
    /// Answers 503 without Retry-After.
    pub without_retry: AtomicU64,
    /// Answers that tell that the outcome is unknown.
    pub unknown: AtomicU64,
    since: Mutex<Outage>,
    /// Refusals by verb, status and code: there must be none.
    pub refused: Mutex<BTreeMap<String, u64>>,
}

#[derive(Debug, Default)]
struct Outage {
    began: Option<Instant>,
    longest: Duration,
}

impl Stagehand {
    /// Forgets how long nothing went through.
    pub fn outage_over(&self) -> Duration {
        let mut outage = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *outage).longest
    }

    fn failed(&self) {
        let mut outage = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        outage.began.get_or_insert_with(Instant::now);
    }

    fn went_through(&self) {
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        let mut outage = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(began) = outage.began.take() {
            outage.longest = outage.longest.max(began.elapsed());
        }
    }

    /// Waits until so many more requests went through; false: they did not in time.
    pub fn wait_for(&self, more: u64, longest: Duration) -> bool {
        let (since, goal) = (Instant::now(), self.acknowledged.load(Ordering::Relaxed) + more);
        while self.acknowledged.load(Ordering::Relaxed) < goal {
            if since.elapsed() > longest {
                return false;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        true
    }

    /// What went wrong that never may: refusals, and answers that do not say when to come back.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        faults.extend(refused.iter().map(|(what, n)| format!("{n} answers that nobody should get: {what}")));
        let bare = self.without_retry.load(Ordering::Relaxed);
        if bare > 0 {
            faults.push(format!("{bare} answers 503 without Retry-After"));
        }
        faults
    }
}

/// Everybody of a stage from `from` on who waits.
pub fn people(stage: &Stage, from: usize, count: usize) -> Vec<Life> {
    let some = stage.people.iter().skip(from).take(count);
    some.map(|person| Life { person: *person, has: None, pending: None, done: 0 }).collect()
}

/// Lets them live, `at_once` at a time, until the curtain falls; answers them as they then are.
pub fn play(
    stage: &Stage,
    hand: &Stagehand,
    mut lives: Vec<Life>,
    at_once: usize,
    seed: u64,
) -> Result<Vec<Life>, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let share = lives.len().div_ceil(at_once.max(1));
    runtime.block_on(async {
        let of = lives.chunks_mut(share.max(1)).enumerate();
        let all =
            of.map(|(n, lives)| one_after_another(stage, hand, lives, seed.wrapping_mul(1_000).wrapping_add(n as u64)));
        futures_util::future::join_all(all).await;
    });
    Ok(lives)
}

async fn one_after_another(stage: &Stage, hand: &Stagehand, lives: &mut [Life], seed: u64) {
    let mut chance = Pcg64Mcg::seed_from_u64(seed);
    let (mut client, mut at) = (Client::later(0), 0);
    while !hand.curtain.load(Ordering::Relaxed) {
        let n = chance.random_range(0..lives.len());
        let wish = next_wish(stage, &lives[n], &mut chance);
        lives[n].pending = Some(wish);
        until_decided(stage, hand, &mut lives[n], &mut client, &mut at).await;
    }
}

/// Longest time for which one request is sent again and again.
const PATIENCE: Duration = Duration::from_secs(120);

async fn until_decided(stage: &Stage, hand: &Stagehand, life: &mut Life, client: &mut Client, at: &mut u16) {
    let since = Instant::now();
    while let Some(wish) = life.pending.clone() {
        if since.elapsed() > PATIENCE {
            return;
        }
        let port = hand.port.load(Ordering::Relaxed);
        if port == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
            continue;
        }
        if port != *at {
            (*client, *at) = (Client::later(port), port);
        }
        match client.post(stage, &wish.path, &wish.key, &wish.body).await {
            Err(Cut) => {
                hand.failed();
                hand.cut.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(answer) if answer.status == 503 => not_now(hand, &answer).await,
            Ok(answer) => decided(hand, life, &wish, &answer),
        }
    }
}

async fn not_now(hand: &Stagehand, answer: &Answer) {
    hand.failed();
    hand.not_now.fetch_add(1, Ordering::Relaxed);
    hand.unknown.fetch_add(u64::from(answer.text("code") == Some("outcome_unknown")), Ordering::Relaxed);
    hand.without_retry.fetch_add(u64::from(answer.header("retry-after").is_none()), Ordering::Relaxed);
    // Sooner than asked for: a row has little time.
    tokio::time::sleep(Duration::from_millis(50)).await;
}

fn decided(hand: &Stagehand, life: &mut Life, wish: &Wish, answer: &Answer) {
    life.pending = None;
    life.done += 1;
    if !(200..300).contains(&answer.status) {
        let what = format!("{} {} {}", wish.verb, answer.status, answer.text("code").unwrap_or("-"));
        *hand.refused.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
        return;
    }
    hand.went_through();
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let booking = told.get("bookings").and_then(|all| all.get(0)).unwrap_or(&told);
    let text = |name: &str| booking.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let has = Has {
        reference: text("reference").replace('-', ""),
        told: text("reference"),
        version: booking.get("version").and_then(Value::as_u64).unwrap_or_default(),
        state: text("state"),
    };
    life.has = (wish.verb != "cancel").then_some(has);
}

fn next_wish(stage: &Stage, life: &Life, chance: &mut Pcg64Mcg) -> Wish {
    let key = format!("{}.{}", life.person, life.done);
    let slot: SlotId = stage.small.slots[chance.random_range(0..stage.small.slots.len())];
    let Some(has) = &life.has else {
        let body = stage.wish(life.person, slot);
        return Wish { verb: "place", path: "/api/v1/bookings".into(), body, key };
    };
    let (told, version) = (&has.told, has.version);
    let path = |verb: &str| format!("/api/v1/bookings/{told}/{verb}");
    match chance.random_range(0..6) {
        0 | 1 => Wish { verb: "confirm", path: path("confirm"), body: "{}".into(), key },
        2 => {
            let body = format!(r#"{{"version":{version},"reason":"by_person"}}"#);
            Wish { verb: "cancel", path: path("cancel"), body, key }
        }
        _ => {
            let body = format!(r#"{{"changes":[{{"reference":"{told}","version":{version},"slot":"{slot}"}}]}}"#);
            Wish { verb: "rebook", path: path("rebook"), body, key }
        }
    }
}

/// Everything in which the store and what they were told differ; nothing: every acknowledged thing is there, and
/// nothing else.
pub fn differences(stage: &Stage, lives: &[Life]) -> Result<Vec<String>, Failed> {
    let stored = stage.open()?.read_now(&stage.who, live_bookings)?;
    let mut of: HashMap<PersonId, Vec<(String, String)>> = HashMap::new();
    for (person, reference, state) in stored {
        of.entry(person).or_default().push((reference, state));
    }
    let (mut wrong, mut undecided) = (Vec::new(), 0);
    for life in lives {
        let there = of.remove(&life.person).unwrap_or_default();
        let told: Vec<_> = life.has.iter().map(|has| (has.reference.clone(), has.state.clone())).collect();
        undecided += usize::from(life.pending.is_some());
        if there != told && life.pending.is_none() {
            wrong.push(format!("person {}: was told {told:?}, stored is {there:?}", life.person));
        }
    }
    if undecided > 0 {
        wrong.push(format!("{undecided} requests were never decided"));
    }
    let n = wrong.len();
    wrong.truncate(5);
    if n > 5 {
        wrong.push(format!("and {} more", n - 5));
    }
    Ok(wrong)
}

fn live_bookings(tx: &mut Tx<'_>) -> Result<Vec<(PersonId, String, String)>, StoreError> {
    tx.all(
        "SELECT person_id, reference, state FROM booking WHERE partnership_id = $1 AND live = 1 AND batch_id IS NULL ORDER BY person_id",
        accord::p![tx.partnership()],
    )
}
