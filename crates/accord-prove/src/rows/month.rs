//! The month of all clinics, looked at while people book.

use crate::clean::{self, Told};
use crate::how::{Failed, How, Proved, Stand, say};
use crate::load::{self, Times, everybody};
use crate::server::Server;
use crate::stage::{Cast, Engine, Stage};
use accord::base::db::Tx;
use std::cell::{Cell, RefCell};
use std::time::Duration;

/// What must hold.
pub const BAR: &str = "the month of 50 sites with 50,000 bookings, 200 req/s, while 500 bookings/s run: p99 <= 20 ms";

/// Looks a second.
const LOOKS: f64 = 200.0;
/// Bookings a second beside them.
const BOOKINGS: f64 = 500.0;

pub fn run(how: &How) -> Result<Proved, Failed> {
    let during = how.seconds(10, 60);
    let before = how.of(10_000, 50_000);
    let more_people = (BOOKINGS * during.as_secs_f64() * 1.1) as usize + 100;
    let cast = Cast { people: before + more_people, team_size: 20, sites: 50, slots_a_day: 12, capacity: 10 };
    let stage = Stage::build(how, Engine::Sqlite, "month", &cast)?;
    stage.assign(before)?;
    let mut told = Told { acknowledged: references(&stage)?, unanswered: 0 };
    say(format!("{before} bookings at 50 sites"));
    let cookie = stage.lead()?;
    // The slots begin in a few days; the month of the fourth week is full of clinics on any day this is run.
    let path = format!("/sessions/month?from={}", full_month());
    let server = Server::start(how, &stage)?;
    let (times, wrong, size) = (RefCell::new(Times::default()), Cell::new(0_usize), Cell::new(0_usize));
    let due = |n: u32| Some(Duration::from_secs_f64(f64::from(n) / LOOKS)).filter(|due| *due <= during);
    let looks = load::paced(server.port, due, async |mut client, _, due| {
        match client.look(&path, &cookie).await {
            Ok(answer) if answer.status == 200 => size.set(answer.body.len()),
            _ => wrong.set(wrong.get() + 1),
        }
        times.borrow_mut().add(due.elapsed());
        client
    });
    let cpu = server.cpu_seconds();
    let (looked, tally) = how.runtime()?.block_on(async {
        tokio::join!(looks, load::open(&stage, server.port, BOOKINGS, during, everybody(&stage, before)))
    });
    looked?;
    let tally = tally?;
    let cpu = (server.cpu_seconds() - cpu) / during.as_secs_f64();
    let mut times = times.into_inner();
    let (p50, p99, max) = (times.ms(0.5), times.ms(0.99), times.ms(1.0));
    let (booked, rate, refused) = (tally.booked.len(), tally.rate(), tally.refusals());
    told.unanswered += tally.cut;
    told.acknowledged.extend(tally.booked);
    let mut faults = clean::faults(how, &stage, &told)?;
    if wrong.get() > 0 {
        faults.push(format!("{} looks were not answered with the page", wrong.get()));
    }
    let kept_up = how.at_least(booked as f64, 0.95 * BOOKINGS * during.as_secs_f64());
    if kept_up == Stand::Fails {
        faults.push(format!("only {booked} bookings ({rate:.0}/s) ran beside it; refused: {refused}"));
    }
    let holds = how.at_most(p99, 20.0).max(kept_up).max(faults.is_empty().into());
    let figure = format!("p99 {p99:.1} ms of {} looks, while {rate:.0} bookings/s ran", times.count());
    let mut more = vec![
        ("p50 / p99 / max".to_owned(), format!("{p50:.1} / {p99:.1} / {max:.1} ms")),
        ("page".into(), format!("{} KB", size.get() / 1024)),
        ("server CPU".into(), format!("{:.0} % of one core", cpu * 100.0)),
    ];
    faults.into_iter().for_each(|fault| more.push(("fault".into(), fault)));
    Ok(Proved::new(figure, holds, more))
}

/// The first of the month that holds the day three weeks from now.
fn full_month() -> jiff::civil::Date {
    use accord::base::clock::{london_date, machine_now};
    london_date(machine_now()).saturating_add(jiff::Span::new().days(21)).first_of_month()
}

/// The references of all bookings.
pub(super) fn references(stage: &Stage) -> Result<Vec<String>, Failed> {
    let read = |tx: &mut Tx<'_>| {
        tx.all("SELECT reference FROM booking WHERE partnership_id = $1", accord::p![tx.partnership()])
    };
    let rows: Vec<(String,)> = stage.open()?.read_now(&stage.who, read)?;
    Ok(rows.into_iter().map(|(reference,)| reference).collect())
}
