//! A large employer's list must not keep a page waiting.

use std::time::Instant;

use accord_formats::Date;
use accord_formats::staff::{guess_mapping, read_staff, read_table};

#[test]
fn fifty_thousand_rows_are_read_within_five_seconds() {
    let head = "Employee Number,Last Name,First Name,Date Of Birth,Organisation,Job Role,Staff Group,Home Postcode,Work Email Address,Mobile,Assignment Status,Start Date,Notes\n";
    let mut text = head.to_owned();
    for n in 0..50_000 {
        let (day, month, year) = (n % 28 + 1, n % 12 + 1, 1960 + n % 40);
        text.push_str(&format!("{n:08},Family{n},Given,{day:02}/{month:02}/{year},\"Ward {}, West\",Staff Nurse,Nursing,CO{} 5JL,p.{n}@example.org,07700 9{:05},Active,01/04/2020,none\n", n % 90, n % 15 + 1, n));
    }
    let started = Instant::now();
    let table = read_table(text.as_bytes(), "large.csv").expect("a table");
    let (rows, faults) = read_staff(&table, &guess_mapping(&table), Date::constant(2026, 11, 22));
    let took = started.elapsed();
    println!("{} rows, {} bytes, {took:?}", rows.len(), text.len());
    assert_eq!((rows.len(), faults.len()), (50_000, 0));
    // Measured at about a tenth of this; the room is for a busy machine.
    assert!(took.as_secs_f64() < 5.0, "{took:?}");
}
