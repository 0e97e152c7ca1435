//! The reply is cut off after COMMIT, or the request before it, or the database's own answer to COMMIT; the client sends
//! the same request under the same key until it is answered. Exactly one booking, and one answer for ever.

use crate::clean;
use crate::client::{Answer, Client};
use crate::how::{Failed, How, Proved, say};
use crate::proxy::{Between, Proxy};
use crate::server::Server;
use crate::stage::{Cast, Engine, Stage};
use accord::base::db::{Place, StoreError, Tx};
use accord::base::ids::PersonId;
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// What must hold.
pub const BAR: &str = "10,000 seeds on each engine, requests and replies cut at any byte, the service killed and, on \
                       PostgreSQL, its connection cut round COMMIT meanwhile: a retry under the same key makes exactly \
                       one booking and gets the same status and body";

/// Clients at once.
const CLIENTS: usize = 16;
/// Times that a start may meet a cut: one in three does.
const STARTS: usize = 30;
/// Longest time in which a request must come to its end.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn run(how: &How) -> Result<Proved, Failed> {
    let seeds = how.of(200, 10_000);
    let (mut said, mut more, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for engine in Engine::ALL {
        let cast = Cast { people: seeds, team_size: 0, sites: 2, slots_a_day: 20, capacity: 1_000_000 };
        let mut stage = Stage::build(how, engine, engine.name(), &cast)?;
        let there = stage.place.clone();
        let database = if let Place::Postgres(url) = &there { Some(between_us_and(url, how.seed)?) } else { None };
        if let Some((_, place)) = &database {
            stage.place = place.clone();
        }
        let seen = one_engine(how, &stage)?;
        let database_cuts = database.as_ref().map_or(0, |(proxy, _)| proxy.cuts());
        stage.place = there;
        drop(database);
        // Undisturbed for a moment: the sealer comes to what the last kill left.
        let server = Server::start(how, &stage)?;
        std::thread::sleep(Duration::from_secs(2));
        server.stop()?;
        let per_person = stage.open()?.read_now(&stage.who, bookings_of_each)?;
        let exactly_one = per_person.iter().filter(|n| **n == 1).count();
        said.push(format!(
            "{}: {exactly_one} of {seeds} have exactly one booking, {} of {seeds} got one answer for ever, {} cuts",
            engine.name(),
            seen.same,
            seen.cuts + database_cuts
        ));
        say(said.last().map_or("", String::as_str));
        let name = engine.name();
        more.push((format!("{name}: connections of clients cut"), seen.cuts.to_string()));
        more.push((format!("{name}: connections to the database cut"), database_cuts.to_string()));
        more.push((format!("{name}: answers 503, outcome unknown"), seen.unknown.to_string()));
        more.push((format!("{name}: kills of the service"), seen.kills.to_string()));
        faults.extend(seen.faults);
        if exactly_one != seeds || per_person.len() != seeds || seen.same != seeds {
            faults.push(format!("{name}: not everybody has exactly one booking and one answer"));
        }
        if seen.cuts < seeds as u64 / 2 {
            faults.push(format!("{name}: too few cuts to show anything"));
        }
        faults.extend(clean::invariants(how, &stage)?);
    }
    let holds = faults.is_empty();
    faults.into_iter().for_each(|fault| more.push(("fault".into(), fault)));
    Ok(Proved::new(said.join("; "), holds, more))
}

/// A proxy before the database, and its address through it.
fn between_us_and(url: &str, seed: u64) -> Result<(Proxy, Place), Failed> {
    let (user, rest) = url.split_once('@').ok_or("the database's address names no user")?;
    let (host, database) = rest.split_once('/').ok_or("the database's address names no database")?;
    let port = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).ok_or("the address has no port")?;
    let proxy = Proxy::start(Between::ServiceAndDatabase, port, seed)?;
    let through = Place::Postgres(format!("{user}@127.0.0.1:{}/{database}", proxy.port));
    Ok((proxy, through))
}

#[derive(Default)]
struct Seen {
    same: usize,
    cuts: u64,
    unknown: u64,
    kills: usize,
    faults: Vec<String>,
}

fn one_engine(how: &How, stage: &Stage) -> Result<Seen, Failed> {
    let first = started(how, stage)?;
    let proxy = Proxy::start(Between::ClientAndService, first.port, how.seed)?;
    let (port, over) = (AtomicU16::new(first.port), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let restarts = scope.spawn(|| {
            let done = restarts(how, stage, first, &proxy, &port, &over).map_err(|e| e.to_string());
            // Without a service nobody is answered any more: then nobody needs to wait.
            over.store(true, Ordering::Relaxed);
            done
        });
        let asked = how.runtime().map(|runtime| runtime.block_on(everybody(stage, &proxy, &port, &over)));
        over.store(true, Ordering::Relaxed);
        let kills = restarts.join().map_err(|_| "the restarts broke off")??;
        Ok(Seen { kills, cuts: proxy.cuts(), ..asked? })
    })
}

/// Starts the service; again, when a cut met it before it was ready.
fn started(how: &How, stage: &Stage) -> Result<Server, Failed> {
    let mut last = Server::start(how, stage);
    for _ in 0..STARTS {
        if last.is_ok() {
            break;
        }
        last = Server::start(how, stage);
    }
    last
}

/// Kills the service every second or so and starts it again elsewhere.
fn restarts(
    how: &How,
    stage: &Stage,
    first: Server,
    proxy: &Proxy,
    port: &AtomicU16,
    over: &AtomicBool,
) -> Result<usize, Failed> {
    let (mut server, mut kills) = (first, 0);
    let (mut since, every) = (Instant::now(), Duration::from_millis(how.of(300, 2_000)));
    while !over.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(5));
        if since.elapsed() > every {
            server.kill()?;
            kills += 1;
            server = started(how, stage)?;
            port.store(server.port, Ordering::Relaxed);
            proxy.lead_to(server.port);
            since = Instant::now();
        }
    }
    server.stop()?;
    Ok(kills)
}

async fn everybody(stage: &Stage, proxy: &Proxy, port: &AtomicU16, over: &AtomicBool) -> Seen {
    let (next, seen) = (Cell::new(0), RefCell::new(Seen::default()));
    let one = || async {
        loop {
            let n = next.get();
            let person = stage.people.get(n).filter(|_| !over.load(Ordering::Relaxed));
            let Some(person) = person else { return };
            next.set(n + 1);
            match once_and_again(stage, proxy, port, n, *person, &seen).await {
                Ok(()) => seen.borrow_mut().same += 1,
                Err(fault) => seen.borrow_mut().faults.push(fault),
            }
        }
    };
    futures_util::future::join_all((0..CLIENTS).map(|_| one())).await;
    seen.into_inner()
}

async fn once_and_again(
    stage: &Stage,
    proxy: &Proxy,
    port: &AtomicU16,
    n: usize,
    person: PersonId,
    seen: &RefCell<Seen>,
) -> Result<(), String> {
    let since = Instant::now();
    let first = answered(stage, n, person, since, seen, || proxy.port).await?;
    if first.status != 201 {
        return Err(format!("seed {n}: {} {}", first.status, first.text("code").unwrap_or("-")));
    }
    let again = answered(stage, n, person, since, seen, || port.load(Ordering::Relaxed)).await?;
    if (first.status, &first.body) == (again.status, &again.body) {
        return Ok(());
    }
    Err(format!("seed {n}: another answer the second time: {}", again.status))
}

/// Sends one request under one key, each time over a new connection, until a whole answer comes that is not "not now".
async fn answered(
    stage: &Stage,
    n: usize,
    person: PersonId,
    since: Instant,
    seen: &RefCell<Seen>,
    port: impl Fn() -> u16,
) -> Result<Answer, String> {
    while since.elapsed() < PATIENCE {
        let answer = Client::later(port()).place(stage, person, stage.slot_for(n), &format!("seed-{n}")).await;
        match answer {
            Ok(answer) if answer.status != 503 => return Ok(answer),
            Ok(answer) => {
                if answer.header("retry-after").is_none() {
                    return Err(format!("seed {n}: 503 without Retry-After"));
                }
                seen.borrow_mut().unknown += u64::from(answer.text("code") == Some("outcome_unknown"));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(2)).await,
        }
    }
    Err(format!("seed {n}: no answer in {} s", PATIENCE.as_secs()))
}

/// How many bookings each person has who has any, in whatever state.
fn bookings_of_each(tx: &mut Tx<'_>) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<(i64,)> = tx.all(
        "SELECT COUNT(*) FROM booking WHERE partnership_id = $1 GROUP BY person_id",
        accord::p![tx.partnership()],
    )?;
    Ok(rows.into_iter().map(|(n,)| n).collect())
}
