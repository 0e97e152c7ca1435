//! Many clients want the last places at once: exactly as many get one as there are, and nobody hears "full" before it is.

use crate::clean::{self, Told};
use crate::client::{Answer, Client, Cut};
use crate::how::{Failed, How, Proved, say};
use crate::load::Tally;
use crate::server::Server;
use crate::stage::{Cast, Engine, Stage};
use accord::base::ids::{PersonId, SlotId};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// What must hold.
pub const BAR: &str = "exactly 4 of 4 in 20 of 20 races by 200 and by 2,000 clients; 200 clients, 100,000 tries on 2,000 \
                       places: 0 violations, all sold, 0 false refusals; both engines";

/// Places of each slot.
const PLACES: usize = 4;
/// Slots of the market: 2,000 places.
const SLOTS: usize = 500;
/// Clients of the market.
const CLIENTS: usize = 200;
/// People whom each client of the market asks for, one after another.
const PEOPLE: usize = 50;

pub fn run(how: &How) -> Result<Proved, Failed> {
    let (mut more, mut faults, mut said) = (Vec::new(), Vec::new(), Vec::new());
    for engine in Engine::ALL {
        let people = CLIENTS * PEOPLE + 3_000;
        let cast = Cast { people, team_size: 0, sites: 1, slots_a_day: 12, capacity: PLACES as u32 };
        let stage = Stage::build(how, engine, engine.name(), &cast)?;
        let server = Server::start(how, &stage)?;
        let mut told = Told::default();
        let (buyers, racers) = stage.people.split_at(CLIENTS * PEOPLE);
        let (market, mut slots) = (&stage.small.slots[..SLOTS], stage.small.slots[SLOTS..].iter());
        let mut racers: VecDeque<PersonId> = racers.iter().copied().collect();
        for clients in [200, 2_000] {
            let races = how.of(5, 20);
            let slots: Vec<SlotId> = slots.by_ref().take(races).copied().collect();
            let exact =
                how.runtime()?.block_on(races_of(&stage, server.port, clients, &slots, &mut racers, &mut told))?;
            more.push((format!("{}: races by {clients} clients", engine.name()), format!("{exact} of {races} exact")));
            say(format!("{}, {clients} clients: {exact} of {races} races sold exactly {PLACES}", engine.name()));
            if exact != races || slots.len() != races {
                faults.push(format!("{}: {exact} of {races} races by {clients} clients", engine.name()));
            }
        }
        let tries = how.of(20_000, 100_000);
        let done = how.runtime()?.block_on(market_of(&stage, server.port, market, buyers, tries, how.seed))?;
        more.push((format!("{}: market", engine.name()), done.told()));
        say(done.told());
        said.push(format!(
            "{}: {} of 2,000 sold, {} false refusals",
            engine.name(),
            done.sold(),
            done.false_refusals()
        ));
        if !done.right(tries) {
            faults.push(format!("{}: {}", engine.name(), done.told()));
        }
        told.acknowledged.extend(done.tally.booked);
        faults.extend(clean::faults(how, &stage, &told)?);
    }
    let races = more.iter().filter(|(what, _)| what.contains("races")).map(|(_, told)| told.as_str());
    let figure = format!("races {}; {}", races.collect::<Vec<_>>().join(", "), said.join("; "));
    faults.iter().for_each(|fault| more.push(("fault".into(), fault.clone())));
    Ok(Proved::new(figure, faults.is_empty(), more))
}

/// Sends a wish until it is answered by anything but "too much at once".
async fn until_decided(
    client: &mut Client,
    stage: &Stage,
    person: PersonId,
    slot: SlotId,
    key: &str,
) -> Result<Answer, Cut> {
    loop {
        let answer = client.place(stage, person, slot, key).await?;
        if answer.status != 503 {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A race for each slot: every client asks for it at once, each for another person. How many sold exactly what there was.
async fn races_of(
    stage: &Stage,
    port: u16,
    clients: usize,
    slots: &[SlotId],
    people: &mut VecDeque<PersonId>,
    told: &mut Told,
) -> Result<usize, Cut> {
    let mut idle = Vec::with_capacity(clients);
    for _ in 0..clients {
        idle.push(Client::connect(port).await?);
    }
    let mut exact = 0;
    for slot in slots {
        let mut tally = Tally::default();
        let racers: Vec<PersonId> = people.drain(..clients).collect();
        let mut race: FuturesUnordered<_> = (idle.drain(..).zip(racers))
            .map(|(mut client, person)| async move {
                let since = Instant::now();
                let answer = until_decided(
                    &mut client,
                    stage,
                    person,
                    *slot,
                    &format!("race.{person}.{slot}").replace('-', "")[..64],
                )
                .await;
                (client, person, answer, since.elapsed())
            })
            .collect();
        while let Some((client, person, answer, took)) = race.next().await {
            if !tally.count(&answer, took) {
                people.push_back(person);
            }
            idle.push(client);
        }
        let full = tally.refused.get("409 slot_full").copied().unwrap_or(0);
        let right = tally.booked.len() == PLACES && full == clients - PLACES;
        if !right {
            say(format!("a race sold {}, refused {}, cut {}", tally.booked.len(), tally.refusals(), tally.cut));
        }
        exact += usize::from(right);
        told.unanswered += tally.cut;
        told.acknowledged.extend(tally.booked);
    }
    Ok(exact)
}

/// What became of a market.
struct Market {
    tally: Tally,
    /// When each booking of a slot was asked for.
    asked: HashMap<SlotId, Vec<Instant>>,
    /// When somebody was told that a slot is full.
    full: Vec<(SlotId, Instant)>,
}

impl Market {
    /// Nothing is given back in a market. So a slot may be called full only when bookings of all its places were asked
    /// for before the answer; if fewer were, a place was free for good.
    fn false_refusals(&self) -> usize {
        let early = |(slot, at): &&(SlotId, Instant)| {
            self.asked.get(slot).map_or(0, |asked| asked.iter().filter(|asked| *asked < at).count()) < PLACES
        };
        self.full.iter().filter(early).count()
    }

    fn sold(&self) -> usize {
        self.tally.booked.len()
    }

    fn right(&self, tries: usize) -> bool {
        let each = self.asked.values().all(|asked| asked.len() == PLACES);
        let answered = self.sold() + self.full.len() == tries;
        each && answered && self.sold() == SLOTS * PLACES && self.false_refusals() == 0
    }

    fn told(&self) -> String {
        format!(
            "{} of {} places sold, {} refused ({}), {} of them falsely, {} without an answer, {:.0} tries/s",
            self.sold(),
            SLOTS * PLACES,
            self.full.len(),
            self.tally.refusals(),
            self.false_refusals(),
            self.tally.cut,
            (self.tally.times.count()) as f64 / self.tally.seconds
        )
    }
}

async fn market_of(
    stage: &Stage,
    port: u16,
    slots: &[SlotId],
    people: &[PersonId],
    tries: usize,
    seed: u64,
) -> Result<Market, Cut> {
    let mut clients = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        clients.push(Client::connect(port).await?);
    }
    let market = RefCell::new(Market { tally: Tally::default(), asked: HashMap::new(), full: Vec::new() });
    let (left, since) = (Cell::new(tries), Instant::now());
    let all: FuturesUnordered<_> = clients
        .into_iter()
        .zip(people.chunks(PEOPLE))
        .zip(0_u64..)
        .map(|((client, people), n)| {
            buy(stage, client, people.to_vec(), slots, Pcg64Mcg::seed_from_u64(seed ^ n << 20), &left, &market)
        })
        .collect();
    all.collect::<()>().await;
    let mut market = market.into_inner();
    market.tally.seconds = since.elapsed().as_secs_f64();
    Ok(market)
}

/// One client: asks for one random place after another, for the next of its people.
async fn buy(
    stage: &Stage,
    mut client: Client,
    mut people: Vec<PersonId>,
    slots: &[SlotId],
    mut dice: Pcg64Mcg,
    left: &Cell<usize>,
    market: &RefCell<Market>,
) {
    while left.get() > 0 && !people.is_empty() {
        left.set(left.get() - 1);
        let n = left.get() % people.len();
        let (person, slot) = (people[n], slots[dice.random_range(0..slots.len())]);
        let asked = Instant::now();
        let answer = until_decided(&mut client, stage, person, slot, &format!("market.{}", left.get())).await;
        let mut market = market.borrow_mut();
        if market.tally.count(&answer, asked.elapsed()) {
            market.asked.entry(slot).or_default().push(asked);
            people.swap_remove(n);
        } else if answer.is_ok_and(|answer| answer.text("code") == Some("slot_full")) {
            market.full.push((slot, Instant::now()));
        }
    }
}
