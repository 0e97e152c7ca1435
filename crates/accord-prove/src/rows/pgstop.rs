//! PostgreSQL is stopped without a goodbye and started again, under load, a hundred times; nobody touches the service.

use crate::clean;
use crate::cluster::Cluster;
use crate::folk::{self, Stagehand};
use crate::how::{Failed, How, Proved, say};
use crate::server::Server;
use crate::stage::{Cast, Stage};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What must hold.
pub const BAR: &str = "PostgreSQL stopped by pg_ctl -m immediate and started again under load, 100 times: 0 acknowledged \
                       lost, error window <= 10 s, every answer in it 503 with Retry-After, no manual step";

const WINDOW: Duration = Duration::from_secs(10);

pub fn run(how: &How) -> Result<Proved, Failed> {
    let cluster = Cluster::new(how, "cluster")?;
    let cast = Cast { people: 200, team_size: 0, sites: 2, slots_a_day: 20, capacity: 1_000_000 };
    let stage = Stage::build_at(how, cluster.database("accord")?, "stage", &cast)?;
    let server = Server::start(how, &stage)?;
    let hand = Stagehand::default();
    hand.port.store(server.port, Ordering::Relaxed);
    let times = how.of(3, 100);
    let (mut longest, mut faults) = (Duration::ZERO, Vec::new());
    let lives = std::thread::scope(|scope| {
        let lives = folk::people(&stage, 0, stage.people.len());
        let playing = scope.spawn(|| folk::play(&stage, &hand, lives, 24, how.seed).map_err(|e| e.to_string()));
        let stopped = stops(how, &cluster, &hand, times, &mut longest);
        hand.curtain.store(true, Ordering::Relaxed);
        let lives = playing.join().map_err(|_| "the players broke off")??;
        faults.extend(stopped?);
        Ok::<_, Failed>(lives)
    })?;
    // The sealer is back too: verify counts what it left unsealed for more than five seconds.
    std::thread::sleep(Duration::from_secs(6));
    server.stop()?;
    let differences = folk::differences(&stage, &lives)?;
    let lost = differences.len();
    faults.extend(differences);
    faults.extend(hand.faults());
    faults.extend(clean::invariants(how, &stage)?);
    let of = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed).to_string();
    let figure = format!(
        "{times} immediate stops: {} acknowledged, {lost} lost, longest error window {:.1} s",
        of(&hand.acknowledged),
        longest.as_secs_f64()
    );
    let holds = how.at_most(longest.as_secs_f64(), WINDOW.as_secs_f64()).max(faults.is_empty().into());
    let mut more = vec![
        ("answers 503 with Retry-After".to_owned(), of(&hand.not_now)),
        ("of them: outcome unknown".to_owned(), of(&hand.unknown)),
    ];
    faults.into_iter().for_each(|fault| more.push(("fault".into(), fault)));
    Ok(Proved::new(figure, holds, more))
}

fn stops(
    how: &How,
    cluster: &Cluster,
    hand: &Stagehand,
    times: usize,
    longest: &mut Duration,
) -> Result<Vec<String>, Failed> {
    let mut chance = Pcg64Mcg::seed_from_u64(how.seed);
    for n in 0..times {
        if !hand.wait_for(chance.random_range(50..200), Duration::from_secs(30)) {
            return Ok(vec![format!("stop {n}: nothing went through for 30 s, and nobody would have noticed")]);
        }
        cluster.stop_at_once()?;
        std::thread::sleep(Duration::from_millis(chance.random_range(0..500)));
        cluster.start()?;
        if !hand.wait_for(30, Duration::from_secs(30)) {
            return Ok(vec![format!("stop {n}: nothing goes through 30 s after the database is back")]);
        }
        let window = hand.outage_over();
        *longest = (*longest).max(window);
        if n % 10 == 9 {
            say(format!("{} stops, longest error window {:.1} s", n + 1, longest.as_secs_f64()));
        }
    }
    Ok(Vec::new())
}
