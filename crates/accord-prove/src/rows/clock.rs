//! The clock row: the real binary under a clock that jumps by an hour and by a day while places are held and people are
//! signed in. Nothing ends by a jump, jobs go on, and what is booked after it is right.
//!
//! `libfaketime` gives the server another wall clock through a file; the clock that measures time-outs stays as it is.

use crate::clean::{self, Told};
use crate::client::{Client, request};
use crate::how::{Failed, How, Proved, say};
use crate::server::{Server, free_port};
use crate::stage::{Cast, Engine, Stage};
use accord::access::{Role, sign_in};
use accord::base::clock::{Chance, Clock, at_microsecond, machine_now};
use accord::base::db::{Db, Stop};
use accord::base::ids::PersonId;
use accord::booking::hold::hold;
use accord::booking::store::holds_of;
use accord::booking::{BookingRefusal, Pick, PlaceCourse};
use hyper::Method;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub const BAR: &str = "jumps of +-1 h and +-1 day under the running server: no hold and no sign-in ends by it, jobs go on, \
                       bookings after it are right; both engines (days of 23 and 25 hours: tests/clock.rs, accord sim)";

const JUMPS: [(&str, i64); 4] = [("+1h", 3_600), ("-1h", -3_600), ("+1d", 86_400), ("-1d", -86_400)];

pub fn run(how: &How) -> Result<Proved, Failed> {
    let library = library().ok_or("libfaketime is missing: apt-get install faketime")?;
    let (mut faults, mut more) = (Vec::new(), Vec::new());
    for engine in Engine::ALL {
        for (name, seconds) in JUMPS {
            let cast = Cast { people: 40, team_size: 0, sites: 1, slots_a_day: 4, capacity: 50 };
            let stage = Stage::build(how, engine, &format!("{}{name}", engine.name()), &cast)?;
            let found = one(how, &stage, &library, (name, seconds))?;
            let what = format!("{} {name}", engine.name());
            say(format!("{what}: {}", if found.is_empty() { "as it should be".to_owned() } else { found.join("; ") }));
            more.push((what.clone(), if found.is_empty() { "holds".to_owned() } else { found.join("; ") }));
            faults.extend(found.into_iter().map(|fault| format!("{what}: {fault}")));
        }
    }
    let tried = 2 * JUMPS.len();
    let figure = faults
        .first()
        .cloned()
        .unwrap_or_else(|| format!("{tried} of {tried} jumps: holds and sign-ins kept their time, jobs went on"));
    Ok(Proved::new(figure, faults.is_empty(), more))
}

fn library() -> Option<PathBuf> {
    let folders = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime"];
    folders.iter().map(|folder| Path::new(folder).join("libfaketime.so.1")).find(|file| file.exists())
}

fn one(how: &How, stage: &Stage, library: &Path, (jump, seconds): (&str, i64)) -> Result<Vec<String>, Failed> {
    let (file, port) = (stage.folder.join("clock"), free_port()?);
    std::fs::write(&file, "+0")?;
    let mut command = Server::command(how, stage, port)?;
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &file);
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
    let server = Server::spawn(command, port)?;
    let beside = stage.open()?;
    let (person, token) = (stage.people[0], prepared(stage, &beside)?);
    let mut faults = Vec::new();
    std::fs::write(&file, jump)?;
    // The service looks twice a second; on PostgreSQL it first listens for other servers (decision 0014). Its sweepers and
    // sealers are given their turns as well.
    std::thread::sleep(Duration::from_secs(if stage.place.folder().is_some() { 4 } else { 12 }));
    let ahead = at_microsecond(machine_now().as_microsecond() + seconds * 1_000_000);
    let there = Db::open(&stage.place, Clock::standing_at(ahead), Chance::machine())?;
    let campaign = stage.small.campaign;
    let held = there.read_now(&stage.who, move |tx| holds_of(tx, person, campaign))?;
    match held.first().map(|hold| (hold.expires.as_microsecond() - ahead.as_microsecond()) / 1_000_000) {
        None => faults.push("the hold is gone".to_owned()),
        Some(left) if !(500..=600).contains(&left) => {
            faults.push(format!("the hold has {left} s left, not ten minutes"))
        }
        Some(_) => {}
    }
    let told = how.runtime()?.block_on(over_http(stage, port, &token, &mut faults))?;
    drop(there);
    std::thread::sleep(Duration::from_secs(2));
    server.stop()?;
    drop(beside);
    faults.extend(clean::faults(how, stage, &told)?);
    Ok(faults)
}

/// Somebody holds a place and is signed in.
fn prepared(stage: &Stage, db: &Db) -> Result<String, Failed> {
    let (person, key) = (stage.people[0], stage.key.clone());
    let pick = Pick { appointment: 1, slot: stage.small.slots[100] };
    let want = PlaceCourse { person, campaign: stage.small.campaign, picks: vec![pick] };
    let made = db.write_now(&stage.who, move |tx| -> Result<String, Stop<BookingRefusal>> {
        hold(tx, &want)?;
        Ok(sign_in::start(tx, &key, &Role::Person { person })?)
    });
    made.map_err(|stop| format!("nothing could be held: {stop:?}").into())
}

/// After the jump: the person is still signed in, and booking goes on at once.
async fn over_http(stage: &Stage, port: u16, token: &str, faults: &mut Vec<String>) -> Result<Told, Failed> {
    let mut client = Client::connect(port).await?;
    let cookie = format!("{}={token}", sign_in::COOKIE);
    let page = client.send(request(Method::GET, "/b/appointments", &[("cookie", &cookie)], "")).await?;
    if page.status != 200 {
        faults.push(format!("the person is signed out: {}", page.status));
    }
    let mut told = Told::default();
    let people: &[PersonId] = &stage.people[1..20];
    let since = Instant::now();
    for (n, person) in people.iter().enumerate() {
        let answer = client.place(stage, *person, stage.small.slots[60 + n], &format!("clock.{n}")).await?;
        let again = client.place(stage, *person, stage.small.slots[60 + n], &format!("clock.{n}")).await?;
        match answer.text("reference") {
            Some(reference) if answer.status == 201 && again.body == answer.body => {
                told.acknowledged.push(reference.to_owned());
            }
            _ => faults.push(format!("a booking after the jump: {}, then {}", answer.status, again.status)),
        }
    }
    if since.elapsed() > Duration::from_secs(20) {
        faults.push("time-outs or jobs ran mad: twenty bookings took too long".to_owned());
    }
    Ok(told)
}
