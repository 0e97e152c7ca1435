//! Records of persons, assignments, phones, positions, places and organisations, joined to people.

mod support;

use accord_formats::FaultCode;
use accord_formats::staff::{CutOff, SkipReason, Source, Went, read_table};
use support::read_guessed;

/// A record of so many cells, some of them filled.
fn record(kind: &str, width: usize, cells: &[(usize, &str)]) -> String {
    let mut all = vec![""; width];
    all[0] = kind;
    cells.iter().for_each(|(at, cell)| all[*at] = cell);
    all.join("~") + "\r\n"
}

fn person(id: &str, number: &str, family: &str, given: &str, begins: &str) -> String {
    let cells = [
        (1, id),
        (2, begins),
        (4, number),
        (5, "Ms."),
        (6, family),
        (7, given),
        (13, "19800213"),
        (14, "QQ123456C"),
        (35, "a@example.org"),
    ];
    record("PRA", 44, &cells)
}

fn assignment(id: &str, number: &str, main: &str, position: &str) -> String {
    let cells = [
        (1, id),
        (2, "9"),
        (7, number),
        (9, "Active Assignment"),
        (13, "L1"),
        (20, "Permanent"),
        (21, main),
        (27, "O1"),
        (28, position),
    ];
    record("ASA", 50, &cells)
}

fn places() -> String {
    record("POA", 24, &[(1, "P1"), (5, "Staff Nurse|A"), (8, "Nursing and Midwifery Registered"), (9, "Staff Nurse")])
        + &record("POA", 24, &[(1, "P2"), (5, "Bank HCA"), (9, "Healthcare Assistant")])
        + &record("LCA", 22, &[(1, "L1"), (3, "Main site"), (10, "CO4 5JL")])
        + &record("ORA", 15, &[(1, "O1"), (2, "Ward 7")])
}

fn file() -> String {
    "HDR~GO_999_X_1.DAT~20261120~073100~999~X\r\n".to_owned()
        + &places()
        + &person("1", "00123", "Lee", "Ann", "20200101")
        + &assignment("1", "00123-2", "N", "P2")
        + &assignment("1", "00123", "Y", "P1")
        + &record("PHA", 8, &[(1, "1"), (3, "Work"), (4, "01206 123456")])
        + &record("PHA", 8, &[(1, "1"), (3, "Mobile"), (4, "07700 900123")])
        + &person("2", "00124", "Roe", "Jo", "20200101")
        // The name has changed since, and will change once more.
        + &person("2", "00124", "Poe", "Jo", "20250101")
        + &person("2", "00124", "Doe", "Jo", "20270101")
        + &assignment("2", "00124", "Y", "P2")
}

#[test]
fn all_records_of_a_person_become_one_row() {
    let text = file() + "TRL~15\r\n";
    let table = read_table(text.as_bytes(), "GO.DAT").expect("a table");
    assert!(matches!(table.dialect.source, Source::EsrOutbound { delimiter: '~', .. }));
    let outcome = read_guessed(&table);
    assert!(outcome.account.balances() && outcome.faults.is_empty(), "{:?} {:?}", outcome.account, outcome.faults);
    let [ann, jo] = outcome.rows.as_slice() else { panic!("two people: {:?}", outcome.rows) };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    assert_eq!(ann.assignment_number.as_ref().map(|n| n.as_str()), Some("00123"));
    assert_eq!(
        (text(&ann.job_title), text(&ann.staff_group), text(&ann.team)),
        ("Staff Nurse".to_owned(), "Nursing and Midwifery Registered".to_owned(), "Ward 7".to_owned())
    );
    assert_eq!(ann.work_postcode.as_ref().map(|p| p.as_str()), Some("CO4 5JL"));
    assert_eq!(ann.mobile.as_ref().map(|m| m.to_string()).as_deref(), Some("+447700900123"));
    assert_eq!(jo.name.as_ref().map(ToString::to_string).as_deref(), Some("Jo Poe"));
    assert_eq!(outcome.account.records, 15);
    assert_eq!(outcome.account.count(Went::Person), 2);
    assert_eq!(outcome.account.count(Went::PassedOver(SkipReason::Joined)), 11);
}

#[test]
fn a_count_that_does_not_agree_and_an_end_that_is_missing_are_said() {
    let short = read_table((file() + "TRL~40\r\n").as_bytes(), "GO.DAT").expect("a table");
    let outcome = read_guessed(&short);
    let fault = outcome.faults.iter().find(|f| f.code == FaultCode::RecordsMissing).expect("said");
    assert_eq!(fault.seen, "40 records declared, 15 read");
    let whole = read_table(file().as_bytes(), "GO.DAT").expect("a table");
    assert_eq!(whole.cut_off(), Some(CutOff { row: 14, inside: false }));
    assert!(read_guessed(&whole).account.balances());
    let text = file() + "PRA~3~20200101~x~00125~Ms.~Moe~Lo";
    let cut = read_table(text.as_bytes(), "GO.DAT").expect("a table");
    assert_eq!(cut.cut_off(), Some(CutOff { row: 15, inside: true }));
    let outcome = read_guessed(&cut);
    assert_eq!((outcome.rows.len(), outcome.account.balances()), (2, true));
    assert_eq!(outcome.faults.last().map(|f| (f.row, f.code)), Some((15, FaultCode::CutOff)));
}

#[test]
fn posts_nobody_is_in_and_lines_that_say_how_to_fill_a_template_are_no_people() {
    let text = "Surname,Forename,DOB,Mobile\nrequired,required,DD/MM/YYYY,optional\nLee,Ann,13/02/1980,07700900001\nVACANT,,,\n\
        Roe,Jo,14/02/1981,\nPrepared by:,Sue Boss,,\n";
    let outcome = read_guessed(&read_table(text.as_bytes(), "x.csv").expect("a table"));
    assert_eq!(outcome.rows.iter().map(|r| r.row).collect::<Vec<_>>(), [3, 5]);
    let went: Vec<_> = [2, 4, 6].iter().map(|row| outcome.account.of(0, *row)).collect();
    assert_eq!(went[0], Some(Went::PassedOver(SkipReason::NoPerson)));
    // A lone word is no person either way: a vacant post or the title of a section.
    assert!(matches!(went[1], Some(Went::Nobody | Went::PassedOver(SkipReason::Section))));
    assert_eq!(went[2], Some(Went::PassedOver(SkipReason::Total)));
    assert!(outcome.account.balances());
}
