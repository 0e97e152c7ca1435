//! `docs/states.md`, driven row by row through the code on both engines.

use accord::base::db::{Stop, Tx};
use accord::base::refusal::Refusal;
use accord::booking::attendance::{Batch, DayRefusal, WhyNot};
use accord::booking::cancel::{Reason, cancel, close_offer};
use accord::booking::check_in::{By, check_in};
use accord::booking::confirm::confirm;
use accord::booking::did_not_attend::close_day;
use accord::booking::outcome::{Noted, note};
use accord::booking::place::{place, place_many};
use accord::booking::rebook::rebook;
use accord::booking::walk_in::{Give, give};
use accord::booking::{Booking, BookingRefusal, Pick, PlaceCourse, batch, store};
use accord::p;
use accord::testing::{Fresh, Small};
use jiff::civil::date;

/// state | event | next state | ledger | offer | event written
type Row = [String; 6];

fn table() -> Vec<Row> {
    let page = include_str!("../../../docs/states.md");
    let booking = page.split("## Booking").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the table");
    let rows = booking.lines().filter(|line| line.starts_with("| ")).skip(1).map(|line| {
        let cells: Vec<String> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        cells.try_into().expect("six cells a row")
    });
    rows.collect()
}

fn run<T: Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<BookingRefusal>> + Send + 'static,
) -> Result<T, String> {
    fresh.db.write_now(&fresh.who, f).map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal.code().to_owned(),
        Stop::Store(error) => panic!("{error}"),
    })
}

fn want(small: &Small, day: usize) -> PlaceCourse {
    let picks = vec![Pick { appointment: 1, slot: small.slots[day] }];
    PlaceCourse { person: small.people[0], campaign: small.campaign, picks }
}

fn publish(fresh: &Fresh, small: &Small) -> Result<(), String> {
    let (campaign, want) = (small.campaign, want(small, 1));
    run(fresh, move |tx| {
        let batch = batch::open(tx, campaign)?;
        place_many(tx, batch, std::slice::from_ref(&want))?;
        batch::settle_live(tx, batch).map(|_| ())
    })
}

/// Brings a booking into the row's first state.
fn prepare(fresh: &Fresh, small: &Small, state: &str) -> Option<Booking> {
    if state == "none" {
        return None;
    }
    publish(fresh, small).expect("published");
    let first = booking(fresh, small).expect("a booking");
    let then = match state {
        "confirmed" => Some("confirm"),
        "cancelled" => Some("cancel"),
        "rebooked" => Some("rebook"),
        _ => None,
    };
    if let Some(event) = then {
        happen(fresh, small, Some(&first), event).expect("prepared");
    }
    let id = first.id;
    run(fresh, move |tx| Ok(store::by_id(tx, id)?)).expect("read")
}

fn booking(fresh: &Fresh, small: &Small) -> Option<Booking> {
    let (person, campaign) = (small.people[0], small.campaign);
    fresh.db.read_now(&fresh.who, move |tx| store::live_of(tx, person, campaign)).expect("read").into_iter().next()
}

fn happen(fresh: &Fresh, small: &Small, at: Option<&Booking>, event: &str) -> Result<(), String> {
    let (person, campaign) = (small.people[0], small.campaign);
    match (event, at.cloned()) {
        ("place", None) => {
            let want = want(small, 1);
            run(fresh, move |tx| place(tx, &want).map(|_| ()))
        }
        ("publish", None) => publish(fresh, small),
        ("confirm", Some(_)) => run(fresh, move |tx| confirm(tx, person, campaign).map(|_| ())),
        ("cancel", Some(b)) => run(fresh, move |tx| cancel(tx, b.id, b.version, Reason::ByPerson).map(|_| ())),
        ("rebook", Some(b)) => {
            let want = want(small, 2);
            run(fresh, move |tx| rebook(tx, &want, &[(b.id, b.version)]).map(|_| ()))
        }
        ("decline", Some(_)) => {
            run(fresh, move |tx| close_offer(tx, person, campaign, Reason::Declined, "said so").map(|_| ()))
        }
        ("had elsewhere", Some(_)) => {
            run(fresh, move |tx| close_offer(tx, person, campaign, Reason::HadElsewhere, "said so").map(|_| ()))
        }
        ("walk in", _) => walk_in(fresh, small),
        ("check in" | "given" | "not given" | "miss", Some(b)) => on_the_day(fresh, small, &b, event),
        (event, _) => panic!("docs/states.md has an event that no code knows: {event}"),
    }
}

/// At 9 o'clock on the day of the appointment, or an hour later for who is missing.
fn on_the_day(fresh: &Fresh, small: &Small, booking: &Booking, event: &str) -> Result<(), String> {
    let (site, id, event) = (small.site, booking.id, event.to_owned());
    fresh.db.clock.advance_us(if event == "miss" { 26 } else { 25 } * 3_600_000_000);
    let happened = fresh.db.write_now(&fresh.who, move |tx| -> Result<(), Stop<DayRefusal>> {
        if event == "miss" {
            return close_day(tx, site, date(2027, 1, 5)).map(|n| assert_eq!(n, 1));
        }
        let came = check_in(tx, site, &By::Booking(id));
        let noted = match event.as_str() {
            "given" => Noted::Given(Batch::parse("B1").expect("a batch")),
            "not given" => Noted::NotGiven(WhyNot::Unwell),
            _ => return came.map(|_| ()),
        };
        note(tx, site, id, came.map_or(0, |_| 1), &noted).map(|_| ())
    });
    happened.map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal.code().to_owned(),
        Stop::Store(error) => panic!("{error}"),
    })
}

/// The day before the appointment.
fn walk_in(fresh: &Fresh, small: &Small) -> Result<(), String> {
    let what = Give {
        site: small.site,
        person: small.people[0],
        campaign: small.campaign,
        appointment: None,
        product: None,
        batch: Batch::parse("B1").expect("a batch"),
        at: fresh.db.clock.now(),
    };
    fresh.db.write_now(&fresh.who, move |tx| give(tx, &what).map(|_| ())).map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal.code().to_owned(),
        Stop::Store(error) => panic!("{error}"),
    })
}

/// Sum of the ledger, the offer's state, and the kinds of events written so far.
fn seen(fresh: &Fresh) -> (i64, String, Vec<String>) {
    fresh
        .db
        .read_now(&fresh.who, |tx| {
            let (units,): (i64,) = tx.one("SELECT COALESCE(CAST(SUM(units) AS BIGINT), 0) FROM ledger", p![])?;
            let (offer,): (String,) =
                tx.one("SELECT state FROM offer WHERE person_id = (SELECT MIN(id) FROM person)", p![])?;
            let kinds: Vec<(String,)> = tx.all("SELECT kind FROM event ORDER BY id", p![])?;
            Ok((units, offer, kinds.into_iter().map(|(kind,)| kind).collect()))
        })
        .expect("read")
}

fn drive(fresh: &Fresh, row: &Row) {
    let [state, event, next, ledger, offer, written] = row;
    let small = Small::build(fresh, 1);
    let before = prepare(fresh, &small, state);
    let (units, _, events) = seen(fresh);
    let happened = happen(fresh, &small, before.as_ref(), event);
    let (units_after, offer_after, events_after) = seen(fresh);
    let told = format!("{state} | {event}");
    match next.strip_prefix("refused: ") {
        Some(code) => assert_eq!(happened, Err(code.to_owned()), "{told}"),
        None => {
            assert_eq!(happened, Ok(()), "{told}");
            let id = before.as_ref().or(booking(fresh, &small).as_ref()).map(|b| b.id).expect("a booking");
            let after = run(fresh, move |tx| Ok(store::by_id(tx, id)?)).expect("read").expect("kept");
            assert_eq!(after.state.word(), next, "{told}");
        }
    }
    // A rebooking or a walk-in takes a place for the one it gives back; the row is about the old booking.
    let taken_anew = i64::from(event == "rebook" || (event == "walk in" && state != "none"));
    assert_eq!(units_after - units - taken_anew, ledger.parse::<i64>().expect("a number"), "{told}: ledger");
    assert_eq!(offer_after, *offer, "{told}: offer");
    let new: Vec<&String> = events_after.iter().skip(events.len()).collect();
    match written.as_str() {
        "none" => assert!(new.is_empty(), "{told}: {new:?}"),
        kind => assert!(new.iter().any(|k| *k == kind), "{told}: {new:?}"),
    }
}

fn rows_of(states: &[&str]) -> Vec<Row> {
    table().into_iter().filter(|row| states.contains(&row[0].as_str())).collect()
}

#[test]
fn the_table_is_read_whole() {
    assert_eq!(table().len(), rows_of(&["none", "assigned", "confirmed", "cancelled", "rebooked"]).len());
    assert!(table().len() >= 15);
}

#[test]
fn every_row_holds() {
    for row in table() {
        drive(&Fresh::lite(), &row);
    }
}

#[cfg(feature = "postgres")]
#[test]
fn every_row_holds_on_postgresql() {
    for row in table() {
        drive(&Fresh::postgres(), &row);
    }
}
