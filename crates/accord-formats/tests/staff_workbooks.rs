//! Workbooks, new and old: several sheets, hidden ones, merged cells, formulas, and what is given back.

#[path = "support/people.rs"]
mod made_up;
mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;

use accord_formats::FaultCode;
use accord_formats::staff::{
    ADDED_HEADING, Cell, SheetState, SkipReason, Source, Table, Went, give_back, guess_mapping, read_table,
};
use made_up::{Dice, Person, people, wrong};
use rust_xlsxwriter::{Format, Workbook};
use support::read_guessed;

fn made(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/made").join(name);
    std::fs::read(path).expect("the sample is there")
}

fn states(table: &Table) -> Vec<(&str, SheetState)> {
    match &table.dialect.source {
        Source::Workbook { sheets } => sheets.iter().map(|s| (s.name.as_str(), s.state)).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn an_old_workbook_with_two_layouts_and_merged_wards_is_read() {
    let table = read_table(&made("homes.xls"), "homes.xls").expect("a table");
    use SheetState::{Hidden, Read};
    assert_eq!(states(&table), [("Oak House", Read), ("Elm Lodge", Read), ("old", Hidden)]);
    let outcome = read_guessed(&table);
    assert_eq!(outcome.rows.len(), 405);
    assert!(outcome.account.balances(), "{:?}", outcome.account);
    for row in outcome.rows.iter().filter(|r| r.sheet == 0) {
        let n = row.row - 4;
        assert_eq!(row.team.as_deref(), Some(format!("Ward {}", n / 10 + 1).as_str()));
        assert_eq!(row.mobile.as_ref().map(|m| m.to_string()), Some(format!("+447700900{n:03}")));
        let born = row.date_of_birth.expect("born");
        assert_eq!(
            (born.year(), born.month(), born.day()),
            ((1960 + n % 40) as i16, (n % 12 + 1) as i8, (n % 28 + 1) as i8)
        );
        assert_eq!(row.home_postcode.as_ref().map(|p| p.to_string()), Some(format!("CO{} 5JL", n % 15 + 1)));
        assert!(row.name.as_ref().is_some_and(|name| !name.given.is_empty() && !name.family.is_empty()));
    }
    let elm: Vec<_> = outcome.rows.iter().filter(|r| r.sheet == 1).collect();
    assert_eq!(elm.len(), 5);
    assert!(elm.iter().all(|r| r.date_of_birth.is_some() && r.mobile.is_some() && r.team.as_deref() == Some("Elm")));
    // Every note is whole, also where the strings run over two records of the file.
    let notes = table.headings.iter().position(|h| h == "Notes").expect("the column");
    for record in table.records().filter(|r| r.sheet == 0) {
        let n = record.row as usize - 4;
        assert_eq!(record.cells[notes].text().trim_end(), format!("note {n} ĉ {}", "x".repeat(n % 90)).trim_end());
    }
    let hidden = table.skipped.iter().filter(|s| s.why == SkipReason::HiddenSheet).count();
    assert_eq!(hidden, 2);
    assert_eq!(outcome.account.count(Went::PassedOver(SkipReason::Total)), 1);
}

#[test]
fn formulas_nobody_calculated_are_faults_and_not_values() {
    let table = read_table(&made("uncalculated.xlsx"), "x.xlsx").expect("a table");
    let outcome = read_guessed(&table);
    assert_eq!(outcome.rows.len(), 6);
    assert!(outcome.rows.iter().all(|r| r.mobile.is_none() && r.name.is_some()), "{:?}", outcome.rows);
    assert!(outcome.faults.iter().filter(|f| f.code == FaultCode::NotCalculated).count() >= 6);
    assert_eq!(outcome.account.count(Went::PassedOver(SkipReason::Total)), 1);
}

#[test]
fn a_hidden_sheet_is_read_only_where_no_other_has_people_and_that_is_said() {
    let table = read_table(&made("only_hidden.xlsx"), "x.xlsx").expect("a table");
    assert_eq!(states(&table), [("Summary", SheetState::NobodyInIt), ("data", SheetState::ReadThoughHidden)]);
    let outcome = read_guessed(&table);
    assert_eq!(outcome.rows.len(), 3);
    assert!(outcome.faults.iter().any(|f| f.code == FaultCode::HiddenSheetRead && f.sheet == 1));
    assert!(outcome.account.balances());
}

/// Three sheets: one with sections and a total, one with other words for the same, one with the names in one column.
fn three_sheets() -> Vec<u8> {
    let mut book = Workbook::new();
    let title = Format::new();
    let one = book.add_worksheet();
    one.set_name("Maple").expect("named");
    one.merge_range(0, 0, 0, 3, "Maple House - staff", &title).expect("merged");
    let rows: [&[&str]; 8] = [
        &["Surname", "Forename", "DOB", "Mobile"],
        &["Ward 3 - nights"],
        &["Lee", "Ann", "13/02/1980", "07700900001"],
        &["Roe", "Jo", "14/03/1981", "07700900002"],
        &["Kitchen"],
        &["Poe", "Sam", "15/04/1982", "07700900003"],
        &[],
        &["Total", "3"],
    ];
    for (at, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            one.write(at as u32 + 2, column as u16, *cell).expect("written");
        }
    }
    let two = book.add_worksheet();
    two.set_name("Birch").expect("named");
    for (column, cell) in ["Phone", "Last name", "First name", "Date of birth", "Locker"].iter().enumerate() {
        two.write(0, column as u16, *cell).expect("written");
    }
    for (column, cell) in ["07700900004", "=Doe", "Kim", "16/05/1983", "12"].iter().enumerate() {
        two.write_string(1, column as u16, *cell).expect("written");
    }
    let three = book.add_worksheet();
    three.set_name("Counts").expect("named");
    three.write(0, 0, "Role").expect("written");
    three.write(0, 1, "Department").expect("written");
    three.write(1, 0, "Nurse").expect("written");
    three.write(1, 1, 7).expect("written");
    book.save_to_buffer().expect("saved")
}

#[test]
fn sheets_with_other_headings_become_one_table() {
    let bytes = three_sheets();
    let table = read_table(&bytes, "x.xlsx").expect("a table");
    let outcome = read_guessed(&table);
    let read: Vec<_> = outcome
        .rows
        .iter()
        .map(|r| {
            let name = r.name.as_ref().expect("named");
            let born = r.date_of_birth.expect("born").to_string();
            (name.to_string(), born, r.team.clone().unwrap_or_default(), r.mobile.is_some())
        })
        .collect();
    let person = |name: &str, born: &str, team: &str| (name.to_owned(), born.to_owned(), team.to_owned(), true);
    assert_eq!(
        read,
        [
            person("Ann Lee", "1980-02-13", "Ward 3 - nights"),
            person("Jo Roe", "1981-03-14", "Ward 3 - nights"),
            person("Sam Poe", "1982-04-15", "Kitchen"),
            person("Kim =Doe", "1983-05-16", "Birch"),
        ]
    );
    assert!(outcome.account.balances(), "{:?}", outcome.account);
    assert_eq!(outcome.account.count(Went::PassedOver(SkipReason::Section)), 2);
    assert_eq!(outcome.account.count(Went::PassedOver(SkipReason::OtherSheet)), 2);
}

#[test]
fn a_workbook_is_given_back_with_its_faults_and_without_a_formula() {
    let bytes = three_sheets();
    let table = read_table(&bytes, "x.xlsx").expect("a table");
    let outcome = read_guessed(&table);
    let back = give_back(&bytes, &table, &outcome.faults).expect("given back");
    assert_eq!(back.ending, "xlsx");
    let again = read_table(&back.bytes, "x.xlsx").expect("a table");
    assert!(again.headings.iter().any(|h| h == ADDED_HEADING));
    let rows = read_guessed(&again).rows;
    assert_eq!(
        rows.iter().map(|r| (r.sheet, r.row, &r.name)).collect::<Vec<_>>(),
        outcome.rows.iter().map(|r| (r.sheet, r.row, &r.name)).collect::<Vec<_>>()
    );
    let mut book = calamine::open_workbook_auto_from_rs(std::io::Cursor::new(&back.bytes)).expect("opens");
    use calamine::Reader;
    for (_, range) in book.worksheets() {
        assert!(range.used_cells().all(|(_, _, cell)| !cell.to_string().starts_with('=')));
    }
    let added = again.headings.iter().position(|h| h == ADDED_HEADING).expect("there");
    let noted = again.records().filter(|r| !matches!(r.cells.get(added), None | Some(Cell::Empty))).count();
    assert!(noted >= 1, "the name that starts like a formula is noted");
}

/// A list typed into a spreadsheet: dates that are dates, numbers that lost their zeros, dates that stayed text.
fn typed_in(seed: u64) -> (Vec<u8>, Vec<Person>) {
    let mut dice = Dice::new(seed);
    let staff = people(&mut dice, 30);
    let mut book = Workbook::new();
    let dates = Format::new().set_num_format("dd/mm/yyyy");
    let sheet = book.add_worksheet();
    let (top, left) = (dice.below(4) as u32, dice.below(3) as u16);
    if top > 0 {
        sheet.merge_range(0, left, 0, left + 5, "STAFF LIST", &Format::new()).expect("merged");
    }
    let headings = [
        "Staff ID",
        "Surname",
        "First name",
        "D.O.B",
        "Mobile no.",
        "NHS No",
        "Home post code",
        "E mail",
        "Shoe size",
        "Ward",
        "Role",
        "Active",
    ];
    for (at, heading) in headings.iter().enumerate() {
        sheet.write(top, left + at as u16, *heading).expect("written");
    }
    for (n, person) in staff.iter().enumerate() {
        let row = top + 1 + n as u32;
        let mut text = |at: u16, value: &str| {
            sheet.write_string(row, left + at, value).map(|_| ()).expect("written");
        };
        text(1, &person.family);
        text(2, &person.given);
        text(6, &person.postcode);
        text(7, &person.email);
        text(9, &person.team);
        text(10, &person.role);
        text(11, if person.left { "No" } else { "Yes" });
        let born = person.born;
        match dice.below(4) {
            0 => text(3, &format!("{:02}/{:02}/{}", born.day(), born.month(), born.year())),
            1 => text(3, &born.to_string()),
            _ => {
                let day =
                    rust_xlsxwriter::ExcelDateTime::from_ymd(born.year() as u16, born.month() as u8, born.day() as u8);
                sheet.write_datetime_with_format(row, left + 3, day.expect("a day"), &dates).expect("written");
            }
        }
        for (at, value) in [(0, &person.number), (4, &person.mobile), (5, &person.nhs)] {
            if dice.in_ten(5) {
                sheet.write_number(row, left + at, value.parse::<f64>().expect("digits")).expect("written");
            } else {
                sheet.write_string(row, left + at, value).expect("written");
            }
        }
        sheet.write_number(row, left + 8, 36 + dice.below(10) as u32).expect("written");
    }
    (book.save_to_buffer().expect("saved"), staff)
}

#[test]
fn lists_typed_into_a_spreadsheet_are_read_right() {
    let (mut right, mut all, mut complaints) = (0, 0, Vec::new());
    for seed in 0..60 {
        let (bytes, staff) = typed_in(seed);
        let table = read_table(&bytes, "x.xlsx").expect("a table");
        let outcome = read_guessed(&table);
        assert!(outcome.account.balances(), "{seed}: {:?}", outcome.account);
        assert_eq!(outcome.rows.len(), staff.len(), "{seed}");
        for (row, person) in outcome.rows.iter().zip(&staff) {
            assert_eq!((row.leaver, row.team.as_deref()), (person.left, Some(person.team.as_str())));
            assert_eq!(row.job_title.as_deref(), Some(person.role.as_str()));
            let faults = wrong(row, person, &BTreeMap::new());
            all += 1;
            right += usize::from(faults.is_empty());
            complaints.extend((!faults.is_empty()).then(|| format!("{seed} row {}: {faults:?}", row.row)));
        }
    }
    println!("{right} of {all} people right");
    complaints.iter().take(10).for_each(|c| println!("  {c}"));
    assert!(right * 100 >= all * 99, "{right} of {all}");
}

#[test]
fn a_text_is_given_back_in_its_own_separator_and_encoding() {
    let text = "Staff\r\nPay No;Surname;Forename;DOB;Mobile\r\n1;Müller;Ann;31/02/1980;7.7009E+09\r\n2;=cmd();Bo;13/03/1981;07700900001\r\n";
    for (encoding, bytes) in [
        ("windows-1252", encoding_rs::WINDOWS_1252.encode(text).0.into_owned()),
        ("UTF-16LE", [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()),
        ("UTF-8", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
    ] {
        let table = read_table(&bytes, "x.csv").expect("a table");
        let outcome = read_guessed(&table);
        let back = give_back(&bytes, &table, &outcome.faults).expect("given back");
        let again = read_table(&back.bytes, "x.csv").expect("a table");
        assert_eq!(again.dialect.source, table.dialect.source, "{encoding}");
        assert_eq!(again.headings.last().map(String::as_str), Some(ADDED_HEADING));
        assert_eq!(again.headings.len(), table.headings.len() + 1);
        let rows = read_guessed(&again).rows;
        assert_eq!(rows, outcome.rows, "{encoding}");
        let record = again.records().next().expect("a record").into_owned();
        let note = record.cells.last().expect("a note").text().into_owned();
        assert!(
            note.contains("DOB: \"31/02/1980\": wanted a date") && note.contains("Mobile: \"7.7009E+09\""),
            "{note}"
        );
        assert!(!guess_mapping(&again).entries().iter().any(|e| e.heading == ADDED_HEADING));
    }
}
