//! A disk that is full, that fails, and that fails to sync, under load.

use crate::clean;
use crate::client::{Client, request};
use crate::folk::{self, Life, Stagehand};
use crate::how::{Failed, How, Proved, say};
use crate::server::{self, Server};
use crate::stage::{Cast, Stage};
use crate::strace;
use accord::base::db::Place;
use hyper::Method;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What must hold.
pub const BAR: &str = "disk full (tmpfs), ENOSPC and EIO at a write, EIO at a sync of the log and of the database: writes \
                       refused with 503, Retry-After and a clear line, reads go on, recovery unaided; a failed sync stops \
                       the process; nothing acknowledged lost";

/// Megabytes of the small disk.
const DISK_MB: usize = 48;
/// Everything goes through again within this once there is room.
const RECOVERED: Duration = Duration::from_secs(10);
/// Exit code of a process that stopped half-way.
const STOPPED: i32 = 70;

pub fn run(how: &How) -> Result<Proved, Failed> {
    strace::is_there()?;
    let mut out = Out::default();
    full(how, "full", false, &mut out)?;
    full(how, "full-log-too", true, &mut out)?;
    for (name, fault, what) in
        [("enospc", "error=ENOSPC", "took no more|is full"), ("eio", "error=EIO", "took no more|disk I/O error")]
    {
        refusing(how, name, fault, what, &mut out)?;
    }
    for when in how.of(vec![12], vec![1, 5, 12, 40, 200]) {
        sync_fails(how, &format!("log-sync-{when}"), &format!("{when}+"), None, &mut out)?;
    }
    sync_fails(how, "database-sync", "1+", Some("accord.db"), &mut out)?;
    let holds = out.faults.is_empty();
    let figure = format!(
        "{} of {} cases held; writes refused with 503 {} times, {} reads answered meanwhile, recovery within {:.1} s, {} \
         failed syncs stopped the process",
        out.cases - out.failed,
        out.cases,
        out.refused,
        out.reads,
        out.recovered.as_secs_f64(),
        out.stopped
    );
    out.faults.into_iter().for_each(|fault| out.more.push(("fault".into(), fault)));
    Ok(Proved::new(figure, holds, out.more))
}

#[derive(Default)]
struct Out {
    cases: usize,
    failed: usize,
    refused: u64,
    reads: usize,
    recovered: Duration,
    stopped: usize,
    faults: Vec<String>,
    more: Vec<(String, String)>,
}

impl Out {
    fn case(&mut self, name: &str, faults: Vec<String>, told: String) {
        say(format!("{name}: {told}"));
        self.cases += 1;
        self.failed += usize::from(!faults.is_empty());
        self.more.push((name.to_owned(), told));
        self.faults.extend(faults.into_iter().map(|fault| format!("{name}: {fault}")));
    }
}

const CAST: Cast = Cast { people: 200, team_size: 0, sites: 2, slots_a_day: 20, capacity: 1_000_000 };

/// A file system in memory of so many megabytes; gone when dropped.
struct Small(PathBuf);

impl Small {
    fn mount(folder: PathBuf) -> Result<Self, Failed> {
        let size = format!("size={DISK_MB}m");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&folder).status()?;
        if done.success() { Ok(Self(folder)) } else { Err("no tmpfs may be mounted here; run it as root".into()) }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

/// Load on a service while `break_it` does its work; everything they were told is compared at the end, once the service
/// (or a new one, when it stopped) has decided what was under way.
fn under_load(
    how: &How,
    stage: &Stage,
    server: Server,
    break_it: impl FnOnce(&Stagehand, &mut Server) -> Result<Vec<String>, Failed>,
) -> Result<(Vec<String>, Stagehand), Failed> {
    let hand = Stagehand::default();
    hand.port.store(server.port, Ordering::Relaxed);
    let mut server = server;
    let (lives, mut faults) = std::thread::scope(|scope| {
        let lives = folk::people(stage, 0, stage.people.len());
        let playing = scope.spawn(|| folk::play(stage, &hand, lives, 16, how.seed).map_err(|e| e.to_string()));
        let faults = break_it(&hand, &mut server);
        hand.curtain.store(true, Ordering::Relaxed);
        // One that stopped is started again, by hand as an operator would.
        let again = if server.ended()?.is_some() { Some(Server::start(how, stage)?) } else { None };
        if let Some(again) = &again {
            hand.port.store(again.port, Ordering::Relaxed);
        }
        let lives: Vec<Life> = playing.join().map_err(|_| "the players broke off")??;
        match again {
            Some(again) => again.stop()?,
            None => {
                // The sealer comes to what was written last.
                std::thread::sleep(Duration::from_secs(2));
                strace::kill_traced(server.pid());
                server.kill()?;
            }
        }
        Ok::<_, Failed>((lives, faults?))
    })?;
    faults.extend(folk::differences(stage, &lives)?);
    faults.extend(hand.faults());
    faults.extend(clean::invariants(how, stage)?);
    Ok((faults, hand))
}

/// What the service answers while its disk takes nothing.
fn meanwhile(hand: &Stagehand, stage: &Stage, port: u16, out: &mut Out) -> Result<Vec<String>, Failed> {
    let mut faults = Vec::new();
    let before = hand.not_now.load(Ordering::Relaxed);
    let since = Instant::now();
    while hand.not_now.load(Ordering::Relaxed) < before + 20 && since.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(10));
    }
    if hand.not_now.load(Ordering::Relaxed) < before + 20 {
        faults.push("writes were not refused with 503".into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let bearer = format!("Bearer {}", stage.bearer);
    let slots = format!("/api/v1/campaigns/{}/slots?person={}&appointment=1", stage.small.campaign, stage.people[0]);
    for path in ["/livez", "/api/v1/campaigns", "/b", &slots].into_iter().cycle().take(40) {
        let asked = request(Method::GET, path, &[("authorization", &bearer)], "");
        match runtime.block_on(async { Client::later(port).send(asked).await }) {
            Ok(answer) if answer.status < 500 => out.reads += 1,
            Ok(answer) => faults.push(format!("a read was not answered: {path} {}", answer.status)),
            Err(_) => faults.push(format!("a read was not answered: {path}")),
        }
    }
    faults.dedup();
    Ok(faults)
}

fn ready_says(port: u16) -> Result<String, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(async { Client::later(port).get("/readyz").await })?;
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}

/// Fills `file` until the disk holds no more, or `most` megabytes.
fn fill(file: &Path, most: usize) -> Result<(), Failed> {
    let mut file = std::fs::File::options().create(true).append(true).open(file)?;
    for size in [1 << 20, 1 << 12, 1] {
        let bytes = vec![7; size];
        let times = if size == 1 << 20 {
            most
        } else if most < DISK_MB {
            0
        } else {
            300
        };
        for _ in 0..times {
            if file.write_all(&bytes).is_err() {
                break;
            }
        }
    }
    Ok(())
}

/// The disk fills up under load, stays full, and has room again.
fn full(how: &How, name: &str, log_too: bool, out: &mut Out) -> Result<(), Failed> {
    let disk = Small::mount(how.folder(&format!("{name}-disk"))?)?;
    let stage = Stage::build_at(how, Place::Folder(disk.0.clone()), name, &CAST)?;
    let port = server::free_port()?;
    let mut command = Server::command(how, &stage, port)?;
    let log = if log_too { disk.0.join("log") } else { stage.folder.join(format!("{port}.log")) };
    if log_too {
        command.stderr(std::fs::File::create(&log)?);
    }
    let server = Server::spawn(command, port)?;
    let ballast = disk.0.join("ballast");
    let (mut faults, hand) = under_load(how, &stage, server, |hand, server| {
        let mut faults = Vec::new();
        hand.wait_for(50, Duration::from_secs(20));
        fill(&ballast, DISK_MB * 87 / 100 - used_mb(&disk.0))?;
        let said = ready_says(port)?;
        if !said.contains("warning: the store's disk is") {
            faults.push(format!("no warning at 87 %: {said}"));
        }
        fill(&ballast, DISK_MB)?;
        faults.extend(meanwhile(hand, &stage, port, out)?);
        if server.ended()?.is_some() {
            faults.push("a full disk stopped the process".into());
            return Ok(faults);
        }
        std::fs::remove_file(&ballast)?;
        let since = Instant::now();
        if !hand.wait_for(50, RECOVERED) {
            faults.push("with room again nothing goes through".into());
        }
        out.recovered = out.recovered.max(since.elapsed());
        Ok(faults)
    })?;
    let log = std::fs::read_to_string(&log)?;
    if !log_too && !log.contains("disk is full") && !log.contains("took no more") {
        faults.push("no clear line in the log".into());
    }
    out.refused += hand.not_now.load(Ordering::Relaxed);
    let told = format!("{} refused, {} acknowledged", hand.not_now.load(Ordering::Relaxed), told_of(&hand));
    drop(disk);
    out.case(name, faults, told);
    Ok(())
}

fn used_mb(disk: &Path) -> usize {
    let files = std::fs::read_dir(disk).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|meta| meta.len() as usize).sum::<usize>() >> 20
}

fn told_of(hand: &Stagehand) -> u64 {
    hand.acknowledged.load(Ordering::Relaxed)
}

/// Some writes fail, and later ones do not.
fn refusing(how: &How, name: &str, fault: &str, line: &str, out: &mut Out) -> Result<(), Failed> {
    let stage = Stage::build_at(how, Place::Folder(how.folder(&format!("{name}-store"))?), name, &CAST)?;
    let port = server::free_port()?;
    let mut command = strace::wrapped(&how.bin, "pwrite64", fault, "400..500");
    Server::arguments(&mut command, &stage, port)?;
    let server = Server::spawn(command, port)?;
    let (mut faults, hand) = under_load(how, &stage, server, |hand, server| {
        let since = Instant::now();
        while hand.not_now.load(Ordering::Relaxed) == 0 && since.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut faults = Vec::new();
        if server.ended()?.is_some() {
            faults.push("a write that failed stopped the process".into());
        } else if !hand.wait_for(100, Duration::from_secs(30)) {
            faults.push("later writes do not go through".into());
        }
        Ok(faults)
    })?;
    let log = std::fs::read_to_string(stage.folder.join(format!("{port}.log")))?;
    if !line.split('|').any(|line| log.contains(line)) {
        faults.push("no clear line in the log".into());
    }
    if hand.not_now.load(Ordering::Relaxed) == 0 {
        faults.push("no write was refused: nothing was shown".into());
    }
    out.refused += hand.not_now.load(Ordering::Relaxed);
    let told = format!("{} refused, {} acknowledged", hand.not_now.load(Ordering::Relaxed), told_of(&hand));
    out.case(name, faults, told);
    Ok(())
}

/// A sync fails, of the log or (`only`) of one file: the process ends and says why.
fn sync_fails(how: &How, name: &str, when: &str, only: Option<&str>, out: &mut Out) -> Result<(), Failed> {
    let folder = how.folder(&format!("{name}-store"))?;
    let stage = Stage::build_at(how, Place::Folder(folder.clone()), name, &CAST)?;
    let port = server::free_port()?;
    let mut command = strace::wrapped(&how.bin, "fsync,fdatasync", "error=EIO", when);
    if let Some(only) = only {
        command = strace::wrapped_on(&how.bin, &folder.join(only), "fsync,fdatasync", "error=EIO", when);
    }
    Server::arguments(&mut command, &stage, port)?;
    let server = match Server::spawn(command, port) {
        Ok(server) => server,
        Err(_) => {
            // The first sync of all is of the way to readiness: then there is nobody to be told anything.
            out.stopped += 1;
            out.case(name, clean::invariants(how, &stage)?, "stopped before it was ready".into());
            return Ok(());
        }
    };
    let mut code = None;
    let (mut faults, hand) = under_load(how, &stage, server, |hand, server| {
        let since = Instant::now();
        while code.is_none() && since.elapsed() < Duration::from_secs(120) {
            code = server.ended()?;
            std::thread::sleep(Duration::from_millis(5));
        }
        hand.port.store(0, Ordering::Relaxed);
        Ok(Vec::new())
    })?;
    let log = std::fs::read_to_string(stage.folder.join(format!("{port}.log")))?;
    match code.and_then(|code| code.code()) {
        Some(STOPPED) => out.stopped += 1,
        Some(other) => faults.push(format!("it ended with {other}, not {STOPPED}")),
        None => faults.push("a sync that failed did not stop the process".into()),
    }
    if !log.contains("the disk failed to make a write safe") || !log.contains("next:") {
        faults.push("no clear line in the log".into());
    }
    out.case(name, faults, format!("stopped; {} acknowledged, all there after the next start", told_of(&hand)));
    Ok(())
}
