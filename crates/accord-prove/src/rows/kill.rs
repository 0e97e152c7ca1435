//! kill -9, at any time and at the nth write or sync, of the service under load and of a publishing.

use crate::clean;
use crate::folk::{self, Stagehand};
use crate::how::{Failed, How, Proved, say};
use crate::server::{self, Server};
use crate::stage::{Cast, Engine, Stage};
use crate::strace;
use accord::base::db::{Stop, StoreError, Tx};
use accord::plan::proposal::propose;
use accord_planner::Budget;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What must hold.
pub const BAR: &str = "500 SIGKILLs at random and 500 at the nth fdatasync, fsync or pwrite, of serve under load and of \
                       publish: 0 acknowledged lost, 0 half publications, ready again <= 5 s";

/// A service that was killed is ready again within this.
const READY: Duration = Duration::from_secs(5);
/// A publishing that was cut off is finished within this after the start.
const FINISHED: Duration = Duration::from_secs(20);
/// People of one publishing: six transactions.
const OF_A_PLAN: usize = 300;

pub fn run(how: &How) -> Result<Proved, Failed> {
    strace::is_there()?;
    let cast = Cast { people: 400, team_size: 0, sites: 2, slots_a_day: 20, capacity: 1_000_000 };
    let mut all = Sum::default();
    let stage = Stage::build(how, Engine::Sqlite, "serve", &cast)?;
    serve(how, &stage, &mut all)?;
    let stage = Stage::build(how, Engine::Sqlite, "publish", &Cast { people: 3, capacity: 500, ..cast })?;
    publishings(how, &stage, &mut all)?;
    let figure = format!(
        "{} kills at random, {} at the nth write or sync ({} of them of a publishing): {} acknowledged, {} lost, {} half \
         publications, ready again after {:.2} s at most",
        all.random,
        all.nth,
        all.publish,
        all.acknowledged,
        all.lost,
        all.half,
        all.slowest.as_secs_f64()
    );
    let right = all.faults.is_empty() && all.lost == 0 && all.half == 0;
    let holds = how.at_most(all.slowest.as_secs_f64(), READY.as_secs_f64()).max(right.into());
    all.faults.into_iter().for_each(|fault| all.more.push(("fault".into(), fault)));
    Ok(Proved::new(figure, holds, all.more))
}

#[derive(Default)]
struct Sum {
    random: usize,
    nth: usize,
    publish: usize,
    acknowledged: u64,
    lost: usize,
    half: usize,
    slowest: Duration,
    faults: Vec<String>,
    more: Vec<(String, String)>,
}

const CALLS: [&str; 2] = ["fsync,fdatasync", "pwrite64"];

fn serve(how: &How, stage: &Stage, all: &mut Sum) -> Result<(), Failed> {
    let hand = Stagehand::default();
    let lives = folk::people(stage, 0, stage.people.len());
    let lives = std::thread::scope(|scope| {
        let playing = scope.spawn(|| folk::play(stage, &hand, lives, 24, how.seed).map_err(|e| e.to_string()));
        let killed = kills(how, stage, &hand, all);
        hand.curtain.store(true, Ordering::Relaxed);
        let last = Server::start(how, stage).inspect(|server| hand.port.store(server.port, Ordering::Relaxed));
        let lives = playing.join().map_err(|_| "the players broke off")??;
        killed?;
        // The sealer comes to what the last kill left.
        std::thread::sleep(Duration::from_secs(2));
        last?.stop()?;
        Ok::<_, Failed>(lives)
    })?;
    let differences = folk::differences(stage, &lives)?;
    all.lost += differences.len();
    all.acknowledged = hand.acknowledged.load(Ordering::Relaxed);
    all.faults.extend(differences);
    all.faults.extend(hand.faults());
    all.faults.extend(clean::invariants(how, stage)?);
    all.more.push(("requests without an answer".into(), hand.cut.load(Ordering::Relaxed).to_string()));
    Ok(())
}

fn kills(how: &How, stage: &Stage, hand: &Stagehand, all: &mut Sum) -> Result<(), Failed> {
    let mut chance = Pcg64Mcg::seed_from_u64(how.seed);
    let want = how.of(17, 450);
    // What was to be killed at its nth call and did not come so far is killed all the same, and counts as at random.
    for n in 0..4 * want {
        if all.random >= want && all.nth >= want {
            break;
        }
        let at_nth = all.nth < want && (n % 2 == 1 || all.random >= want);
        let port = server::free_port()?;
        let command =
            if at_nth { at_the_nth(how, stage, port, &mut chance)? } else { Server::command(how, stage, port)? };
        let mut server = match Server::spawn(command, port) {
            Ok(server) => server,
            // A kill before it was ready is a kill too: the next start shows what it left.
            Err(error) if at_nth && error.to_string().contains("ended by itself") => {
                all.nth += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        if !at_nth {
            all.slowest = all.slowest.max(server.ready_after);
        }
        hand.port.store(port, Ordering::Relaxed);
        let since = Instant::now();
        let longest = Duration::from_millis(if at_nth { 3_000 } else { chance.random_range(5..400) });
        while server.ended()?.is_none() && since.elapsed() < longest {
            std::thread::sleep(Duration::from_millis(1));
        }
        hand.port.store(0, Ordering::Relaxed);
        let ended = server.ended()?;
        let at_the_call = ended.is_some();
        if let Some(status) = ended.filter(|status| !at_nth || status.signal() != Some(9)) {
            all.faults.push(format!("the service ended by itself: {status}"));
        }
        if at_nth {
            strace::kill_traced(server.pid());
        }
        server.kill()?;
        *(if at_the_call { &mut all.nth } else { &mut all.random }) += 1;
        if n % 50 == 49 {
            say(format!("{} kills, {} acknowledged", n + 1, hand.acknowledged.load(Ordering::Relaxed)));
        }
    }
    if all.nth < want {
        all.faults.push(format!("only {} of {want} kills came at the nth call", all.nth));
    }
    Ok(())
}

/// The service, killed at one of its first syncs or writes: the short form waits for fewer.
fn at_the_nth(how: &How, stage: &Stage, port: u16, chance: &mut Pcg64Mcg) -> Result<std::process::Command, Failed> {
    let (call, most) = if chance.random_bool(0.5) { (CALLS[0], how.of(20, 60)) } else { (CALLS[1], how.of(200, 600)) };
    let when = chance.random_range(1..=most).to_string();
    let mut command = strace::wrapped(&how.bin, call, "signal=SIGKILL", &when);
    Server::arguments(&mut command, stage, port)?;
    Ok(command)
}

/// Publishes a plan of new people again and again, is killed in it, and looks what the next start of a service makes of it.
fn publishings(how: &How, stage: &Stage, all: &mut Sum) -> Result<(), Failed> {
    let mut chance = Pcg64Mcg::seed_from_u64(how.seed + 1);
    let (mut cut, mut slowest) = (0, Duration::ZERO);
    for n in 0..how.of(6, 100) {
        let at_nth = n % 2 == 1;
        newcomers(stage, n)?;
        let mut command = if at_nth {
            strace::wrapped(&how.bin, CALLS[n / 2 % 2], "signal=SIGKILL", &chance.random_range(1..40).to_string())
        } else {
            std::process::Command::new(&how.bin)
        };
        clean::at(&mut command, stage).arg("publish").stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = strace::Traced(command.spawn()?);
        let (since, longest) = (Instant::now(), Duration::from_millis(chance.random_range(20..350)));
        while child.0.try_wait()?.is_none() && (at_nth || since.elapsed() < longest) && since.elapsed().as_secs() < 20 {
            std::thread::sleep(Duration::from_millis(1));
        }
        drop(child);
        *(if at_nth { &mut all.nth } else { &mut all.random }) += 1;
        all.publish += 1;
        // Not begun at all is no half publication: then it is begun now.
        let half = stands(stage)?;
        cut += usize::from(half == Stands::Half);
        // Half of the times the service that would finish it is killed in the middle of that.
        if half == Stands::Half && n % 4 < 2 {
            let server = Server::start(how, stage)?;
            std::thread::sleep(Duration::from_millis(chance.random_range(0..60)));
            server.kill()?;
            all.random += 1;
            all.publish += 1;
        }
        if half == Stands::NotBegun && !clean::accord(how, stage).arg("publish").output()?.status.success() {
            all.faults.push("a publishing that was killed before it began can't be begun".into());
        }
        let server = Server::start(how, stage)?;
        all.slowest = all.slowest.max(server.ready_after);
        let since = Instant::now();
        while stands(stage)? == Stands::Half && since.elapsed() < FINISHED {
            std::thread::sleep(Duration::from_millis(10));
        }
        slowest = slowest.max(since.elapsed());
        if stands(stage)? != Stands::Whole {
            all.half += 1;
            all.faults.push(format!("publishing {n}: {:?} {} s after the start", stands(stage)?, FINISHED.as_secs()));
        }
        server.stop()?;
        if n % 10 == 9 || how.short {
            all.faults.extend(clean::invariants(how, stage)?);
        }
    }
    all.more.push(("publishings cut off in the middle".into(), cut.to_string()));
    all.more.push(("finished after the start within".into(), format!("{:.2} s", slowest.as_secs_f64())));
    if cut == 0 {
        all.faults.push("no publishing was cut off in the middle: nothing was shown".into());
    }
    Ok(())
}

/// Three hundred more people who wait, and a plan for them.
fn newcomers(stage: &Stage, n: usize) -> Result<(), Failed> {
    let db = stage.open()?;
    let small = stage.small.clone();
    let from = (n + 1) * OF_A_PLAN;
    let made =
        db.write_now(&stage.who, move |tx| small.crowd_of(tx, from..from + OF_A_PLAN, 0).map_err(Stop::<()>::Store));
    made.map_err(|stop| format!("no newcomers: {stop:?}"))?;
    let plan = propose(&db, &stage.who, stage.small.campaign, Budget::standard(), true, &mut |_| {});
    plan.map_err(|stop| format!("no plan: {stop:?}"))?;
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    NotBegun,
    Half,
    Whole,
}

/// How the newest plan stands. Half: some of it is booked and some is not, or it is booked and nobody sees it.
fn stands(stage: &Stage) -> Result<Stands, Failed> {
    let look = |tx: &mut Tx<'_>| -> Result<_, StoreError> {
        let half: (i64,) = tx.one(
            "SELECT (SELECT COUNT(*) FROM booking_batch WHERE partnership_id = $1 AND state = 'pending')
                  + (SELECT COUNT(*) FROM plan WHERE partnership_id = $1 AND state = 'publishing')",
            accord::p![tx.partnership()],
        )?;
        let waiting: (i64,) = tx.one(
            "SELECT COUNT(*) FROM plan WHERE partnership_id = $1 AND state = 'proposal'",
            accord::p![tx.partnership()],
        )?;
        Ok((half.0, waiting.0))
    };
    Ok(match stage.open()?.read_now(&stage.who, look)? {
        (0, 0) => Stands::Whole,
        (0, _) => Stands::NotBegun,
        _ => Stands::Half,
    })
}
