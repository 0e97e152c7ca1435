//! A wave of invitations: everybody comes at once, looks, changes, confirms; then everybody confirms within a minute; then
//! more come than the queue takes, and are told to come back.

use crate::change::{self, Outcome};
use crate::clean;
use crate::client::{Answer, Client, Cut};
use crate::how::{Failed, How, Proved, Stand, say};
use crate::load::{self, Times};
use crate::server::Server;
use crate::stage::{Cast, Engine, Stage};
use accord::access::{Role, person_code, sign_in};
use accord::base::db::{Stop, StoreError, Tx};
use accord::base::ids::PersonId;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{Duration, Instant};

/// What must hold.
pub const BAR: &str = "0 -> 1,000 req/s of the whole invitation journey for 10 min; 20,000 people confirm within one minute while a capacity change moves 2,000: \
                       p99 <= 300 ms, 0 lost; overload answers 503 + Retry-After, never hangs";

/// Requests a second at the height of the wave.
const A_SECOND: f64 = 1_000.0;
/// Requests of a journey: six, and four more for every tenth, who changes the appointment.
const OF_A_JOURNEY: f64 = 6.4;
/// Milliseconds that 99 of 100 answers take at most.
const P99_MS: f64 = 300.0;

/// Who comes: a code and a sign-in for each.
struct Guest {
    person: PersonId,
    code: String,
    cookie: String,
}

pub fn run(how: &How) -> Result<Proved, Failed> {
    let cast = Cast { people: how.of(7_000, 20_000), team_size: 20, sites: 4, slots_a_day: 40, capacity: 8 };
    let stage = Stage::build(how, Engine::Sqlite, "surge", &cast)?;
    say(format!("{} people get an appointment and a code", cast.people));
    let guests = invite(&stage)?;
    let (lead, planned) = (stage.lead()?, change::preview(&stage, how.of(500, 2_000))?);
    let server = Server::start(how, &stage)?;
    let runtime = how.runtime()?;

    let during = how.seconds(20, 600);
    let wave = Watch::default();
    runtime.block_on(journeys(&wave, server.port, &guests, during))?;
    let (wave_p99, wave_said) = wave.told("journeys");
    say(format!("server CPU so far: {:.1} s", server.cpu_seconds()));
    let minute = how.seconds(21, 60);
    let rush = Watch::default();
    let confirms = everybody_confirms(&rush, server.port, &guests, minute);
    let (rushed, ()) = runtime.block_on(async { tokio::join!(confirms, planned.commit(server.port, &lead)) });
    rushed?;
    let changed = planned.outcome(&stage, how.seconds(120, 300))?;
    let closed =
        format!("{} sessions closed, {} people met, {} moved", planned.sessions, changed.met.len(), changed.moved);
    say(&closed);
    let (rush_p99, rush_said) = rush.told("everybody confirms");
    let flood = Watch::default();
    runtime.block_on(overload(&flood, server.port, &guests, how.of(8_000, 12_000)))?;
    let (_, flood_said) = flood.told("overload");

    let mut faults = clean::invariants(how, &stage)?;
    for (watch, may_be_busy) in [(&wave, false), (&rush, false), (&flood, true)] {
        faults.extend(watch.faults(may_be_busy));
    }
    let borne = wave.borne(how).max(rush.borne(how));
    let said_yes: HashSet<PersonId> =
        [wave, rush, flood].into_iter().flat_map(|watch| watch.seen.into_inner().yes).collect();
    if !changed.done {
        faults.push("the capacity change was not worked off".into());
    }
    let lost = lost(&stage, &said_yes, &changed)?;
    if lost > 0 {
        faults.push(format!("{lost} of {} people who said yes are not confirmed", said_yes.len()));
    }
    let soon = how.at_most(wave_p99.max(rush_p99), P99_MS).max(borne);
    let holds = soon.max(faults.is_empty().into());
    let figure = format!(
        "p99 {wave_p99:.1} ms over {:.0} s of journeys, {rush_p99:.1} ms while {} people confirm in {} s and {} move, {lost} lost",
        during.as_secs_f64(),
        guests.len(),
        minute.as_secs(),
        changed.moved
    );
    let mut more = vec![
        ("journeys".to_owned(), wave_said),
        ("everybody confirms".into(), rush_said),
        ("overload".into(), flood_said),
    ];
    faults.into_iter().for_each(|fault| more.push(("fault".into(), fault)));
    Ok(Proved::new(figure, holds, more))
}

/// What was seen of answers.
#[derive(Default)]
struct Watch {
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    times: Times,
    /// By step, in milliseconds.
    steps: BTreeMap<&'static str, Times>,
    busy: usize,
    busy_without_retry: usize,
    cut: usize,
    wrong: BTreeMap<String, usize>,
    yes: BTreeSet<PersonId>,
}

impl Watch {
    /// Counts an answer that should have this status; hands it on when it has.
    fn count(&self, step: &'static str, want: u16, answer: Result<Answer, Cut>, since: Instant) -> Option<Answer> {
        let mut seen = self.seen.borrow_mut();
        let Ok(answer) = answer else {
            seen.cut += 1;
            return None;
        };
        seen.times.add(since.elapsed());
        seen.steps.entry(step).or_default().add(since.elapsed());
        if answer.status == 503 {
            seen.busy += 1;
            seen.busy_without_retry += usize::from(answer.header("retry-after").is_none());
            return None;
        }
        if answer.status != want {
            *seen.wrong.entry(format!("{step} answered {}", answer.status)).or_default() += 1;
            return None;
        }
        Some(answer)
    }

    /// The time of 99 of 100, and all of it in words.
    fn told(&self, what: &str) -> (f64, String) {
        let mut seen = self.seen.borrow_mut();
        let p99 = seen.times.ms(0.99);
        let mut text = format!(
            "{} answers, p50 {:.1} p99 {p99:.1} max {:.1} ms, {} busy, {} cut",
            seen.times.count(),
            seen.times.ms(0.5),
            seen.times.ms(1.0),
            seen.busy,
            seen.cut
        );
        for (step, times) in &mut seen.steps {
            text += &format!("; {step} p99 {:.1}", times.ms(0.99));
        }
        say(format!("{what}: {text}"));
        (p99, text)
    }

    /// Below the height that it must bear nobody is told to come back.
    fn borne(&self, how: &How) -> Stand {
        let seen = self.seen.borrow();
        let all = seen.times.count();
        if seen.busy > 0 {
            say(format!("{} answers 503 below the height it must bear", seen.busy));
        }
        how.at_least((all - seen.busy) as f64, all as f64)
    }

    fn faults(&self, may_be_busy: bool) -> Vec<String> {
        let seen = self.seen.borrow();
        let mut faults: Vec<String> = seen.wrong.iter().map(|(what, n)| format!("{n} x {what}")).collect();
        if seen.cut > 0 {
            faults.push(format!("{} requests had no answer", seen.cut));
        }
        if seen.busy_without_retry > 0 {
            faults.push(format!("{} answers 503 without Retry-After", seen.busy_without_retry));
        }
        if may_be_busy && seen.busy == 0 {
            faults.push("more came than the queue takes, and nobody was told to come back".into());
        }
        faults
    }
}

/// Journeys, ever more in the first tenth of the time, then so many that there are 1,000 requests a second.
async fn journeys(watch: &Watch, port: u16, guests: &[Guest], during: Duration) -> Result<(), Cut> {
    let rate = A_SECOND / OF_A_JOURNEY;
    let (ramp, all) = (during.as_secs_f64() / 10.0, during.as_secs_f64());
    // While the rate rises evenly, n journeys have begun after sqrt(2 n ramp / rate) seconds.
    let in_ramp = rate * ramp / 2.0;
    let due = |n: u32| {
        let n = f64::from(n);
        let at = if n < in_ramp { (2.0 * n * ramp / rate).sqrt() } else { ramp + (n - in_ramp) / rate };
        (at < all).then(|| Duration::from_secs_f64(at))
    };
    load::paced(port, due, async |client, n, due| journey(watch, client, guests, n, due).await).await
}

/// One person: opens the link, signs in, looks, perhaps changes, confirms, and takes the calendar file.
async fn journey(watch: &Watch, mut client: Client, guests: &[Guest], n: u32, due: Instant) -> Client {
    let _done_or_counted = walk(watch, &mut client, &guests[n as usize % guests.len()], n, due).await;
    client
}

async fn walk(watch: &Watch, client: &mut Client, guest: &Guest, n: u32, due: Instant) -> Option<()> {
    let answer = client.get(&format!("/b/{}", guest.code)).await;
    watch.count("link", 200, answer, due)?;
    let since = Instant::now();
    let fields = format!("key=in.{n}&code={}&day=1&month=1&year=1980", guest.code);
    let answer = client.form("/b", "", &fields).await;
    let signed_in = watch.count("sign-in", 303, answer, since)?;
    let cookie = signed_in.header("set-cookie")?.split(';').next()?.to_owned();
    look(watch, client, "appointments", "/b/appointments", &cookie).await?;
    if n.is_multiple_of(10) {
        change(watch, client, n, &cookie).await?;
    }
    let since = Instant::now();
    let answer = client.form("/b/confirm", &cookie, &format!("key=yes.{n}")).await;
    watch.count("confirm", 303, answer, since)?;
    watch.seen.borrow_mut().yes.insert(guest.person);
    look(watch, client, "done", "/b/done?what=confirmed", &cookie).await?;
    look(watch, client, "calendar", "/b/calendar.ics", &cookie).await?;
    Some(())
}

async fn look(watch: &Watch, client: &mut Client, step: &'static str, path: &str, cookie: &str) -> Option<Answer> {
    let since = Instant::now();
    let answer = client.look(path, cookie).await;
    watch.count(step, 200, answer, since)
}

/// Takes one of the free times that are shown.
async fn change(watch: &Watch, client: &mut Client, n: u32, cookie: &str) -> Option<()> {
    let page = look(watch, client, "free times", "/b/change/1", cookie).await?;
    let page = std::str::from_utf8(&page.body).ok()?;
    let times: Vec<&str> =
        page.split("name=\"slot\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let slot = (*times.get(n as usize % times.len().max(1))?).to_owned();
    let since = Instant::now();
    let answer = client.form("/b/change/1/hold", cookie, &format!("key=hold.{n}&slot={slot}")).await;
    // Two may press the same last place: the second gets a page that says so, and keeps what they had.
    if answer.as_ref().is_ok_and(|answer| answer.status == 409) {
        watch.count("hold, gone meanwhile", 409, answer, since);
        return Some(());
    }
    watch.count("hold", 303, answer, since)?;
    look(watch, client, "check", &format!("/b/change/1/check?slot={slot}"), cookie).await?;
    let since = Instant::now();
    let answer = client.form("/b/change", cookie, &format!("key=change.{n}&slot={slot}")).await;
    watch.count("change", 303, answer, since)?;
    Some(())
}

async fn confirm(watch: &Watch, mut client: Client, guest: &Guest, key: &str, due: Instant) -> Client {
    let answer = client.form("/b/confirm", &guest.cookie, &format!("key={key}")).await;
    if watch.count("confirm", 303, answer, due).is_some() {
        watch.seen.borrow_mut().yes.insert(guest.person);
    }
    client
}

/// Everybody says yes, evenly spread over that time.
async fn everybody_confirms(watch: &Watch, port: u16, guests: &[Guest], within: Duration) -> Result<(), Cut> {
    let all = guests.len() as f64;
    let due = |n: u32| (f64::from(n) < all).then(|| within.mul_f64(f64::from(n) / all));
    let one = async |client, n: u32, due| confirm(watch, client, &guests[n as usize], &format!("rush.{n}"), due).await;
    load::paced(port, due, one).await
}

/// So many press the button in the same instant, three times over.
async fn overload(watch: &Watch, port: u16, guests: &[Guest], clients: usize) -> Result<(), Cut> {
    let mut idle = Vec::with_capacity(clients);
    for _ in 0..clients {
        idle.push(Client::connect(port).await?);
    }
    for round in 0..3 {
        let since = Instant::now();
        let all: FuturesUnordered<_> = idle
            .drain(..)
            .enumerate()
            .map(|(n, client)| async move {
                confirm(watch, client, &guests[n % guests.len()], &format!("flood.{round}.{n}"), since).await
            })
            .collect();
        idle = all.collect().await;
    }
    Ok(())
}

/// Gives everybody an appointment that they have not answered, a code, and a sign-in.
fn invite(stage: &Stage) -> Result<Vec<Guest>, Failed> {
    stage.assign(stage.people.len())?;
    let db = stage.open()?;
    let failed = |stop: Stop<()>| format!("nobody could be invited: {stop:?}");
    let mut guests = Vec::with_capacity(stage.people.len());
    for some in stage.people.chunks(500) {
        let (some, key) = (some.to_vec(), stage.key.clone());
        let let_in = move |tx: &mut Tx<'_>| {
            let one = |tx: &mut Tx<'_>, person: PersonId| {
                let code = person_code::issue(tx, &key, person)?;
                let token = sign_in::start(tx, &key, &Role::Person { person })?;
                Ok(Guest { person, code, cookie: format!("{}={token}", sign_in::COOKIE) })
            };
            some.iter().map(|person| one(tx, *person)).collect::<Result<Vec<_>, StoreError>>().map_err(Stop::Store)
        };
        guests.extend(db.write_now(&stage.who, let_in).map_err(failed)?);
    }
    accord::app::seal_now(&db, &stage.who)?;
    Ok(guests)
}

/// How many of those who said yes have no confirmed booking. Whom a capacity change met has not answered the new time
/// yet, or is on the lead's list: `accord lost` sees to those.
fn lost(stage: &Stage, said_yes: &HashSet<PersonId>, changed: &Outcome) -> Result<usize, Failed> {
    let db = stage.open()?;
    let confirmed: Vec<(PersonId,)> = db.read_now(&stage.who, |tx| {
        tx.all(
            "SELECT person_id FROM booking WHERE partnership_id = $1 AND live = 1 AND state = 'confirmed'",
            accord::p![tx.partnership()],
        )
    })?;
    let confirmed: HashSet<PersonId> = confirmed.into_iter().map(|(person,)| person).collect();
    Ok(said_yes.difference(&confirmed).filter(|person| !changed.met.contains(*person)).count())
}
