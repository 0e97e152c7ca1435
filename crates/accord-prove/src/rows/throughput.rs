//! Complete bookings a second through HTTP, what each costs the server, and how the rate bears many clients.

use crate::clean::{self, Told};
use crate::how::{Failed, How, Proved, Stand, say};
use crate::load::{self, Tally, everybody, scattered};
use crate::server::{Server, cpu_seconds, fdatasync_ms};
use crate::stage::{Cast, Engine, Stage};
use std::time::Duration;

/// What must hold on SQLite.
pub const SQLITE_BAR: &str = "synchronous=FULL, through HTTP: >= 4,000/s, <= 0.25 ms server CPU a booking, p99 <= 50 ms at \
                              1,000/s, at 512 clients >= 80 % of the rate at 64, <= 60 MB; in-process >= 8,000/s";
/// What must hold on PostgreSQL.
pub const POSTGRES_BAR: &str = "two servers: >= 2,000/s; one hot slot >= min(500/s, 0.5 / measured fdatasync time)";

/// A part of a row: what it measured, and whether it is enough.
struct Part {
    what: &'static str,
    measured: String,
    stand: Stand,
}

fn part(what: &'static str, measured: String, stand: impl Into<Stand>) -> Part {
    let stand = stand.into();
    say(format!("{what}: {measured}{}", stand.mark()));
    Part { what, measured, stand }
}

fn proved(figure: String, parts: Vec<Part>, faults: Vec<String>) -> Proved {
    let stand = parts.iter().map(|part| part.stand).fold(faults.is_empty().into(), Stand::max);
    let mut more: Vec<_> =
        parts.into_iter().map(|part| (part.what.into(), part.measured + part.stand.mark())).collect();
    faults.into_iter().for_each(|fault| more.push(("fault".into(), fault)));
    Proved::new(figure, stand, more)
}

pub fn sqlite(how: &How) -> Result<Proved, Failed> {
    // Enough people for twice the bar, whatever the machine.
    let people = how.of(100_000, 500_000);
    let stage = Stage::build(how, Engine::Sqlite, "sqlite", &Cast::roomy(people))?;
    let sync = fdatasync_ms(&stage.folder)?;
    let server = Server::start(how, &stage)?;
    let mut told = Told::default();
    let mut parts = vec![part("fdatasync, median of 51", format!("{sync:.2} ms"), true)];
    let (short, long) = (how.seconds(3, 15), how.seconds(4, 30));

    let (at_64, cpu, own) = busy(how, &stage, &server, 64, long, &mut told)?;
    parts.push(part("bookings/s, 64 clients", format!("{at_64:.0}"), how.at_least(at_64, 4_000.0)));
    parts.push(part(
        "server CPU a booking",
        format!("{cpu:.0} us (load generator {own:.0} us)"),
        how.at_most(cpu, 250.0),
    ));
    let (at_512, ..) = busy(how, &stage, &server, 512, short, &mut told)?;
    let share = at_512 / at_64;
    parts.push(part(
        "bookings/s, 512 clients",
        format!("{at_512:.0}, {:.0} %", share * 100.0),
        how.at_least(share, 0.8),
    ));
    let from = told.acknowledged.len();
    let mut steady =
        how.runtime()?.block_on(load::open(&stage, server.port, 1_000.0, short, everybody(&stage, from)))?;
    let p99 = steady.times.ms(0.99);
    let times = format!("{:.1} / {p99:.1} / {:.1} ms", steady.times.ms(0.5), steady.times.ms(1.0));
    parts.push(part("p50 / p99 / max at 1,000/s", times, how.at_most(p99, 50.0)));
    keep(&mut told, steady);
    let (_, most) = server.memory_mb();
    parts.push(part("memory at most", format!("{most:.0} MB"), how.at_most(most, 60.0)));
    let faults = clean::faults(how, &stage, &told)?;
    server.stop()?;
    let (within, cpu_within) = in_process(how)?;
    parts.push(part(
        "in-process bookings/s",
        format!("{within:.0}, {cpu_within:.0} us CPU each"),
        how.at_least(within, 8_000.0),
    ));
    let figure = format!(
        "{at_64:.0}/s at {cpu:.0} us server CPU, p99 {p99:.1} ms at 1,000/s, {most:.0} MB, in-process {within:.0}/s"
    );
    Ok(proved(figure, parts, faults))
}

/// Closed loop with so many clients: rate, and microseconds of the server's and our own processor time a booking.
fn busy(
    how: &How,
    stage: &Stage,
    server: &Server,
    clients: usize,
    during: Duration,
    told: &mut Told,
) -> Result<(f64, f64, f64), Failed> {
    let (cpu, own) = (server.cpu_seconds(), cpu_seconds("self"));
    let from = told.acknowledged.len();
    let tally =
        how.runtime()?.block_on(load::closed(stage, &[server.port], clients, during, everybody(stage, from)))?;
    let (cpu, own) = (server.cpu_seconds() - cpu, cpu_seconds("self") - own);
    let (rate, n) = (tally.rate(), tally.booked.len().max(1) as f64);
    if !tally.refused.is_empty() || tally.cut > 0 {
        say(format!("{clients} clients: refused {}, cut {}", tally.refusals(), tally.cut));
    }
    keep(told, tally);
    Ok((rate, cpu / n * 1e6, own / n * 1e6))
}

fn keep(told: &mut Told, tally: Tally) {
    told.unanswered += tally.cut;
    told.acknowledged.extend(tally.booked);
}

/// The same bookings by plain function calls, without HTTP and its key.
fn in_process(how: &How) -> Result<(f64, f64), Failed> {
    use accord::booking::{Pick, PlaceCourse};
    let count = how.of(20_000, 100_000);
    let stage = Stage::build(how, Engine::Sqlite, "in-process", &Cast::roomy(count))?;
    let db = stage.open()?;
    let (cpu, since) = (cpu_seconds("self"), std::time::Instant::now());
    std::thread::scope(|scope| {
        for first in 0..64 {
            let (db, stage) = (&db, &stage);
            scope.spawn(move || {
                for n in (first..count).step_by(64) {
                    let picks = vec![Pick { appointment: 1, slot: stage.slot_for(n) }];
                    let want = PlaceCourse { person: stage.people[n], campaign: stage.small.campaign, picks };
                    let placed = db.write_together_now(&stage.who, want);
                    assert!(placed.is_ok(), "{placed:?}");
                }
            });
        }
    });
    let cpu = (cpu_seconds("self") - cpu) / count as f64 * 1e6;
    Ok((count as f64 / since.elapsed().as_secs_f64(), cpu))
}

pub fn postgres(how: &How) -> Result<Proved, Failed> {
    let people = how.of(30_000, 200_000);
    let stage = Stage::build(how, Engine::Postgres, "postgres", &Cast::roomy(people))?;
    // A plan was published before the first person books: so PostgreSQL knows how its tables are filled.
    let (planned, last) = (people / 10, people / 10 * 8);
    stage.assign(planned)?;
    let sync = fdatasync_ms(&stage.folder)?;
    let servers = [Server::start(how, &stage)?, Server::start(how, &stage)?];
    let ports = servers.each_ref().map(|server| server.port);
    let mut told = Told { acknowledged: super::month::references(&stage)?, unanswered: 0 };
    let mut parts = vec![part("fdatasync, median of 51", format!("{sync:.2} ms"), true)];
    let during = how.seconds(5, 30);
    let cpu: f64 = servers.iter().map(Server::cpu_seconds).sum();
    let spread = how.runtime()?.block_on(load::closed(&stage, &ports, 64, during, scattered(&stage, planned..last)))?;
    let cpu = servers.iter().map(Server::cpu_seconds).sum::<f64>() - cpu;
    let (rate, refused) = (spread.rate(), spread.refusals());
    let each = cpu / spread.booked.len().max(1) as f64 * 1e6;
    parts.push(part(
        "bookings/s, 64 clients, two servers",
        format!("{rate:.0}, {each:.0} us CPU of the servers each"),
        how.at_least(rate, 2_000.0),
    ));
    parts.push(part("refused", refused.clone(), refused == "none"));
    keep(&mut told, spread);
    let (slot, mut rest) = (stage.small.slots[0], scattered(&stage, last..people));
    let hot = || rest().map(|(person, _)| (person, slot));
    let hot = how.runtime()?.block_on(load::closed(&stage, &ports, 64, during, hot))?;
    let (bar, hot_rate) = ((0.5 / (sync / 1e3)).min(500.0), hot.rate());
    parts.push(part(
        "one hot slot, bookings/s",
        format!("{hot_rate:.0}, bar {bar:.0}, refused {}", hot.refusals()),
        how.at_least(hot_rate, bar),
    ));
    keep(&mut told, hot);
    let faults = clean::faults(how, &stage, &told)?;
    let figure =
        format!("{rate:.0}/s by two servers; one hot slot {hot_rate:.0}/s, bar {bar:.0}, fdatasync {sync:.2} ms");
    Ok(proved(figure, parts, faults))
}
