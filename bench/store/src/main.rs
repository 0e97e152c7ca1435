//! Complete bookings through the store, in-process: place, ledger, audit, event, offer, each answered
//! after its commit was synced. Prints one line: bookings, seconds, bookings a second, CPU
//! microseconds a booking, and the machine's fdatasync time, without which the rest says little.
//!
//! usage: `bench-store [BOOKINGS] [CLIENTS]`

use accord::base::db::{Stop, Tx};
use accord::booking::place::place;
use accord::booking::{BookingRefusal, Pick, PlaceCourse};
use accord::p;
use accord::testing::{Fresh, Small};
use std::io::Write;
use std::time::Instant;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<usize>().ok());
    let bookings = numbers.next().unwrap_or(10_000);
    let clients = numbers.next().unwrap_or(64).max(1);
    let fresh = store();
    let small = Small::build(&fresh, 1);
    let people = crowd(&fresh, &small, bookings);
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

/// Many people of the small partnership's employer, and room for all of them.
fn crowd(fresh: &Fresh, small: &Small, count: usize) -> Vec<Person> {
    let (employer, campaign) = (small.employer, small.campaign);
    let made = fresh.db.write_now(&fresh.who, move |tx| {
        tx.run("UPDATE slot SET capacity = 1000000", p![])?;
        tx.run("UPDATE allocation SET capacity = NULL", p![])?;
        let people = (0..count).map(|n| one(tx, employer, n)).collect::<Result<Vec<_>, _>>()?;
        let rules =
            accord::campaign::store::load(tx, campaign)?.ok_or(Stop::Refused(BookingRefusal::CampaignClosed))?;
        accord::campaign::offer::open_for(tx, &rules)?;
        Ok::<_, Stop<BookingRefusal>>(people)
    });
    made.expect("the crowd is made")
}

fn one(
    tx: &mut Tx<'_>,
    employer: accord::base::ids::OrganisationId,
    n: usize,
) -> Result<Person, accord::base::db::StoreError> {
    let person: Person = tx.id();
    tx.run(
        "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, date_of_birth, birth_checked,
           home_postcode, language, access_needs, state, version, created_us)
         VALUES ($1, $2, 'A', $3, $3, '1980-01-01', 0, 'IP1 1AA', 'en', 0, 'active', 1, 0)",
        p![tx.partnership(), person, format!("Crowd {n}")],
    )?;
    tx.run(
        "INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, priority_group, is_primary, state, version)
         VALUES ($1, $2, $3, $4, $5, 1, 1, 'current', 1)",
        p![tx.partnership(), tx.id::<accord::base::ids::Employment>(), person, employer, format!("crowd {n}")],
    )?;
    Ok(person)
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
