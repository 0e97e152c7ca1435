//! Load: many clients that book one person after another, or so many bookings a second whatever the server does.

use crate::client::{Answer, Client, Cut};
use crate::stage::Stage;
use accord::base::ids::{PersonId, SlotId};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

/// Microseconds that answers took.
#[derive(Debug, Default, Clone)]
pub struct Times(Vec<u32>);

impl Times {
    /// One more.
    pub fn add(&mut self, took: Duration) {
        self.0.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    /// The time, in milliseconds, that `share` of all took at most.
    pub fn ms(&mut self, share: f64) -> f64 {
        self.0.sort_unstable();
        let at = ((self.0.len() as f64 * share).ceil() as usize).clamp(1, self.0.len().max(1)) - 1;
        self.0.get(at).map_or(0.0, |us| f64::from(*us) / 1e3)
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// What clients were told.
#[derive(Debug, Default)]
pub struct Tally {
    /// References of bookings made.
    pub booked: Vec<String>,
    /// Refusals by code; "503 busy" and the like with their status before them.
    pub refused: BTreeMap<String, usize>,
    /// Answers 503 without Retry-After: there must be none.
    pub without_retry: usize,
    /// Requests without an answer.
    pub cut: usize,
    /// How long answers took.
    pub times: Times,
    /// From the first request to the last answer.
    pub seconds: f64,
}

impl Tally {
    /// Counts an answer; true when a booking was made.
    pub fn count(&mut self, answer: &Result<Answer, Cut>, took: Duration) -> bool {
        let answer = match answer {
            Ok(answer) => answer,
            Err(Cut) => {
                self.cut += 1;
                return false;
            }
        };
        self.times.add(took);
        match answer.text("reference") {
            Some(reference) if answer.status == 201 || answer.status == 200 => {
                self.booked.push(reference.to_owned());
                true
            }
            _ => {
                let code = format!("{} {}", answer.status, answer.text("code").unwrap_or("-"));
                *self.refused.entry(code).or_default() += 1;
                self.without_retry += usize::from(answer.status == 503 && answer.header("retry-after").is_none());
                false
            }
        }
    }

    /// Bookings a second.
    pub fn rate(&self) -> f64 {
        self.booked.len() as f64 / self.seconds.max(1e-9)
    }

    /// Every refusal, in words.
    pub fn refusals(&self) -> String {
        let all: Vec<String> = self.refused.iter().map(|(code, n)| format!("{n} x {code}")).collect();
        if all.is_empty() { "none".into() } else { all.join(", ") }
    }
}

/// Who wants what, one after another; none: no more.
pub trait Wishes {
    /// The next wish.
    fn next(&mut self) -> Option<(PersonId, SlotId)>;
}

impl<F: FnMut() -> Option<(PersonId, SlotId)>> Wishes for F {
    fn next(&mut self) -> Option<(PersonId, SlotId)> {
        self()
    }
}

/// The stage's people from `from` on, each with a slot of their own choice.
pub fn everybody(stage: &Stage, from: usize) -> impl FnMut() -> Option<(PersonId, SlotId)> + use<'_> {
    let mut n = from;
    move || {
        let person = *stage.people.get(n)?;
        n += 1;
        Some((person, stage.slot_for(n - 1)))
    }
}

/// Some of the stage's people in no order, as people come: the list is sorted by employer and team.
pub fn scattered(stage: &Stage, of: Range<usize>) -> impl FnMut() -> Option<(PersonId, SlotId)> + use<'_> {
    /// A prime, so that everybody comes once.
    const STEP: usize = 7_919;
    let mut came = 0;
    move || {
        let n = of.start + came * STEP % of.len();
        came += 1;
        (came <= of.len()).then(|| (stage.people[n], stage.slot_for(n)))
    }
}

/// `clients` connections, spread over `ports`, each sending its next wish when the last is answered, for `during`.
pub async fn closed(
    stage: &Stage,
    ports: &[u16],
    clients: usize,
    during: Duration,
    wishes: impl Wishes,
) -> Result<Tally, Cut> {
    let mut connections = Vec::with_capacity(clients);
    for n in 0..clients {
        connections.push(Client::connect(ports[n % ports.len()]).await?);
    }
    let shared = Shared { stage, wishes: RefCell::new(wishes), tally: RefCell::default(), count: Cell::new(0) };
    let since = Instant::now();
    let all: FuturesUnordered<_> =
        connections.into_iter().map(|client| shared.one_after_another(client, since + during)).collect();
    all.collect::<()>().await;
    Ok(shared.finish(since))
}

/// `a_second` wishes each second for `during`.
pub async fn open(
    stage: &Stage,
    port: u16,
    a_second: f64,
    during: Duration,
    wishes: impl Wishes,
) -> Result<Tally, Cut> {
    let shared = Shared { stage, wishes: RefCell::new(wishes), tally: RefCell::default(), count: Cell::new(0) };
    let since = Instant::now();
    let due = |n: u32| Some(Duration::from_secs_f64(f64::from(n) / a_second)).filter(|due| *due <= during);
    paced(port, due, async |client, _, due| shared.one(client, due).await.0).await?;
    Ok(shared.finish(since))
}

/// Starts a piece of work at each instant that `due` tells, over as many connections as that takes; the work is told
/// when it was due and counts its time from there, so that a server that stalls does not hide it by being asked less.
pub async fn paced(
    port: u16,
    due: impl Fn(u32) -> Option<Duration>,
    work: impl AsyncFn(Client, u32, Instant) -> Client,
) -> Result<(), Cut> {
    let mut idle = Vec::new();
    for _ in 0..64 {
        idle.push(Client::connect(port).await?);
    }
    let (since, mut under_way, mut n) = (Instant::now(), FuturesUnordered::new(), 0);
    while let Some(after) = due(n) {
        tokio::select! {
            biased;
            () = tokio::time::sleep_until((since + after).into()) => {
                let client = idle.pop().unwrap_or_else(|| Client::later(port));
                under_way.push(work(client, n, since + after));
                n += 1;
            }
            Some(client) = under_way.next(), if !under_way.is_empty() => idle.push(client),
        }
    }
    while under_way.next().await.is_some() {}
    Ok(())
}

/// What the clients of one run share; they all live on one thread.
struct Shared<'s, W> {
    stage: &'s Stage,
    wishes: RefCell<W>,
    tally: RefCell<Tally>,
    count: Cell<u64>,
}

impl<W: Wishes> Shared<'_, W> {
    async fn one_after_another(&self, mut client: Client, until: Instant) {
        while Instant::now() < until {
            let (next, more) = self.one(client, Instant::now()).await;
            client = next;
            if !more {
                break;
            }
        }
    }

    /// One wish, timed from when it was due; false when there is none left.
    async fn one(&self, mut client: Client, due: Instant) -> (Client, bool) {
        let wish = self.wishes.borrow_mut().next();
        let Some((person, slot)) = wish else { return (client, false) };
        self.count.set(self.count.get() + 1);
        let key = format!("{person}.{}", self.count.get());
        let answer = client.place(self.stage, person, slot, &key).await;
        self.tally.borrow_mut().count(&answer, due.elapsed());
        (client, true)
    }

    fn finish(self, since: Instant) -> Tally {
        let mut tally = self.tally.into_inner();
        tally.seconds = since.elapsed().as_secs_f64();
        tally
    }
}
