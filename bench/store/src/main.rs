//! Complete bookings through the store, in-process: place, ledger, audit, event, offer, each answered
//! after its commit was synced. Prints one line: bookings, seconds, bookings a second, CPU
//! microseconds a booking, and the machine's fdatasync time, without which the rest says little.
//!
//! usage: `bench-store [BOOKINGS] [CLIENTS]`

use accord::base::db::Stop;
use accord::booking::place::place;
use accord::booking::{BookingRefusal, Pick, PlaceCourse};
use accord::testing::{Fresh, Layout, Small};
use std::io::Write;
use std::time::Instant;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<usize>().ok());
    let bookings = numbers.next().unwrap_or(10_000);
    let clients = numbers.next().unwrap_or(64).max(1);
    let fresh = store();
    let layout = Layout { capacity: 1_000_000, allocation: None, ..Layout::SMALL };
    let made = fresh.db.write_now(&fresh.who, move |tx| {
        let small = Small::lay_out(tx, &layout)?;
        let people = small.crowd(tx, bookings, 0)?;
        Ok::<_, Stop<BookingRefusal>>((small, people))
    });
    let (small, people) = made.expect("the crowd is made");
    let cpu = cpu_seconds();
    let since = Instant::now();
    std::thread::scope(|scope| {
        for mine in people.chunks(people.len().div_ceil(clients)) {
            let (fresh, small) = (&fresh, &small);
            scope.spawn(move || mine.iter().enumerate().for_each(|(n, person)| book(fresh, small, *person, n)));
        }
    });
    let seconds = since.elapsed().as_secs_f64();
    let cpu = (cpu_seconds() - cpu) / people.len() as f64 * 1e6;
    println!(
        "bookings {} clients {clients} seconds {seconds:.2} per_second {:.0} cpu_us {cpu:.0} fdatasync_ms {:.3}",
        people.len(),
        people.len() as f64 / seconds,
        fdatasync_ms()
    );
}

#[cfg(feature = "postgres")]
fn store() -> Fresh {
    Fresh::postgres()
}

#[cfg(not(feature = "postgres"))]
fn store() -> Fresh {
    Fresh::lite()
}

type Person = accord::base::ids::PersonId;

fn book(fresh: &Fresh, small: &Small, person: Person, n: usize) {
    let picks = vec![Pick { appointment: 1, slot: small.slots[1 + n % 55] }];
    let want = PlaceCourse { person, campaign: small.campaign, picks };
    let placed = fresh.db.write_now(&fresh.who, move |tx| place(tx, &want));
    assert!(placed.is_ok(), "{placed:?}");
}

/// Processor time of this process, user and system.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

/// The median of 51 small appends, each synced.
fn fdatasync_ms() -> f64 {
    let path = std::env::temp_dir().join(format!("accord-fdatasync-{}", std::process::id()));
    let Ok(mut file) = std::fs::File::create(&path) else { return 0.0 };
    let mut times: Vec<f64> = (0..51)
        .map(|_| {
            let since = Instant::now();
            drop(file.write_all(&[7; 4096]).and_then(|()| file.sync_data()));
            since.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    drop(std::fs::remove_file(&path));
    times.sort_by(f64::total_cmp);
    times[25]
}
