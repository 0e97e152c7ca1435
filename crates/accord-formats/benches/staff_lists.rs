//! `cargo bench -p accord-formats`: how long large and hostile lists take, and how far the memory grows. Linux only where
//! memory is concerned: it asks `/proc`.

use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use accord_formats::Date;
use accord_formats::staff::{Account, Item, guess_mapping, read_each, read_table};
use rust_xlsxwriter::Workbook;

const TODAY: Date = Date::constant(2026, 11, 22);
const HEADINGS: [&str; 12] = [
    "Employee Number",
    "Last Name",
    "First Name",
    "Date Of Birth",
    "Organisation",
    "Job Role",
    "Staff Group",
    "Home Postcode",
    "Work Email Address",
    "Mobile",
    "Assignment Status",
    "Start Date",
];

fn cells(n: u32) -> [String; 12] {
    let (day, month, year) = (n % 28 + 1, n % 12 + 1, 1960 + n % 40);
    [
        format!("{n:08}"),
        format!("Family{n}"),
        "Given".to_owned(),
        format!("{day:02}/{month:02}/{year}"),
        format!("Ward {}, West", n % 90),
        "Staff Nurse".to_owned(),
        "Nursing".to_owned(),
        format!("CO{} 5JL", n % 15 + 1),
        format!("p.{n}@example.org"),
        format!("07{:09}", 700_000_000 + n % 100_000),
        "Active".to_owned(),
        "01/04/2020".to_owned(),
    ]
}

fn csv(rows: u32) -> Vec<u8> {
    let mut text = HEADINGS.join(",") + "\n";
    for n in 0..rows {
        let cells = cells(n).map(|c| if c.contains(',') { format!("\"{c}\"") } else { c });
        text += &cells.join(",");
        text.push('\n');
    }
    text.into_bytes()
}

fn xlsx(rows: u32) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in HEADINGS.iter().enumerate() {
        sheet.write(0, column as u16, *heading).expect("written");
    }
    for n in 0..rows {
        for (column, cell) in cells(n).iter().enumerate() {
            sheet.write(n + 1, column as u16, cell).expect("written");
        }
    }
    book.save_to_buffer().expect("saved")
}

/// A workbook of some 200 KB whose sheet unpacks to 200 MB; `lies` says it were small.
fn bomb(lies: bool) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("xl/workbook.xml", options).expect("started");
    zip.write_all(br#"<workbook xmlns:r="x"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#)
        .expect("written");
    zip.start_file("xl/worksheets/sheet1.xml", options).expect("started");
    let blanks = vec![b' '; 1_000_000];
    for _ in 0..200 {
        zip.write_all(&blanks).expect("written");
    }
    let mut bytes = zip.finish().expect("finished").into_inner();
    if lies {
        let (large, small) = (200_000_000u32.to_le_bytes(), 1000u32.to_le_bytes());
        while let Some(at) = bytes.windows(4).position(|w| w == large) {
            bytes[at..at + 4].copy_from_slice(&small);
        }
    }
    bytes
}

/// Megabytes of `/proc/self/status`.
fn memory(what: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn measured(name: &str, make: impl FnOnce() -> Vec<u8>) {
    let bytes = make();
    // Lets the highest mark start anew.
    drop(fs::write("/proc/self/clear_refs", "5"));
    let (before, started) = (memory("VmRSS"), Instant::now());
    let said = match read_table(&bytes, "list") {
        Ok(table) => {
            let mut account = Account::open(&table);
            let (mut rows, mut faults) = (0u32, 0u32);
            read_each(&table, &guess_mapping(&table), TODAY, |item| {
                account.take(&item);
                match black_box(item) {
                    Item::Row(_) => rows += 1,
                    Item::Fault(_) => faults += 1,
                }
            });
            format!("{rows} rows, {faults} faults, accounted for: {}", account.balances())
        }
        Err(error) => error.to_string(),
    };
    let took = started.elapsed();
    let highest = memory("VmHWM");
    println!(
        "{name}: {} KB; {:.2} s, grew by {} MB to {highest} MB; {said}",
        bytes.len() / 1000,
        took.as_secs_f64(),
        highest.saturating_sub(before)
    );
}

fn main() {
    measured("bomb, honest about its size", || bomb(false));
    measured("bomb that lies about its size", || bomb(true));
    measured("50,000 rows of CSV", || csv(50_000));
    measured("1,000,000 rows of CSV", || csv(1_000_000));
    measured("50,000 rows of XLSX", || xlsx(50_000));
    measured("100,000 rows of XLSX", || xlsx(100_000));
}
