//! Every sample staff list is read and compared, record by record, with what its maker says is in it.

mod support;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use support::read_guessed;

use accord_formats::staff::{CutOff, SkipReason, StaffRow, Table, Went, guess_mapping, read_staff, read_table};
use accord_formats::{Date, FaultCode, Severity, person_name::match_key};

const TODAY: Date = Date::constant(2026, 11, 22);

type Line = HashMap<String, String>;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/staff-extracts")
}

fn truth(name: &str) -> Vec<Line> {
    let mut reader = csv::Reader::from_path(folder().join(name)).expect("the truth is there");
    reader.deserialize().map(|line| line.expect("the truth is CSV")).collect()
}

fn table(file: &str) -> Table {
    let bytes = std::fs::read(folder().join(file)).expect("the sample is there");
    read_table(&bytes, file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// How the values of the people of a file compare with the truth.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    right: u32,
    wrong: Vec<String>,
}

impl Tally {
    /// A value that was read must be the right one; one that was not read is no mistake here.
    fn value(&mut self, place: &str, read: Option<String>, wanted: &str) {
        match read {
            Some(read) if read == wanted => self.right += 1,
            Some(read) => self.wrong.push(format!("{place}: {read} for {wanted}")),
            None => {}
        }
    }
}

fn compare(row: &StaffRow, person: &Line, tally: &mut Tally) {
    let place = format!("row {} {}", row.row, person["person_key"]);
    let name = row.name.as_ref();
    tally.value(&place, name.map(|n| match_key(&n.family)), &match_key(&person["surname"]));
    // Councils list all given names, the truth only the first.
    let given = name.map(|n| match_key(&n.given).starts_with(&match_key(&person["forename"])).to_string());
    tally.value(&place, given, "true");
    tally.value(&place, row.date_of_birth.map(|d| d.to_string()), &person["date_of_birth"]);
    tally.value(&place, row.nhs_number.map(|n| n.to_string()), &person["nhs_number"]);
    tally.value(&place, row.home_postcode.as_ref().map(|p| p.to_string()), &person["home_postcode"]);
    let mobile = row.mobile.as_ref().map(|m| m.as_str().replace("+44", "0"));
    tally.value(&place, mobile, &person["mobile"]);
    tally.value(&place, row.work_email.as_ref().map(|e| e.to_string()), &person["email"]);
}

/// File, people read, values that agree with the truth, values that do not, records said to be leavers. The three wrong
/// values are names in which the exporting system itself wrote a question mark: reported as [`FaultCode::LettersLost`].
const WANTED: [(&str, usize, u32, usize, usize); 7] = [
    ("rde_esr_bi_staff_in_post.csv", 125, 748, 2, 2),
    ("rgr_esr_go_style.DAT", 43, 171, 1, 0),
    ("scc_hr_extract.csv", 61, 361, 0, 5),
    ("care_homes_staff.xlsx", 24, 134, 0, 0),
    ("gp_federation_utf16.txt", 22, 110, 0, 0),
    ("hospice_no_header.csv", 12, 60, 0, 0),
    ("truncated_transfer.csv", 11, 44, 0, 0),
];

#[test]
fn every_person_of_every_sample_is_read_and_no_value_is_wrong() {
    let people: HashMap<String, Line> =
        truth("truth_people.csv").into_iter().map(|p| (p["person_key"].clone(), p)).collect();
    let records = truth("truth_rows.csv");
    let mut failures = Vec::new();
    for (file, people_read, right, wrong, leavers) in WANTED {
        let table = table(file);
        let (rows, _) = read_staff(&table, &guess_mapping(&table), TODAY);
        let sheet = |row: &StaffRow| table.dialect.source.sheet_name(row.sheet).to_owned();
        let mut tally = Tally::default();
        for row in &rows {
            let place = (sheet(row), row.row.to_string());
            let found =
                records.iter().find(|r| r["file"] == file && (r["sheet"].clone(), r["record_number"].clone()) == place);
            match found.and_then(|r| people.get(&r["person_key"])) {
                Some(person) => compare(row, person, &mut tally),
                None => tally.wrong.push(format!("row {} holds nobody", row.row)),
            }
        }
        let left = rows.iter().filter(|r| r.leaver).count();
        let got = (rows.len(), tally.right, tally.wrong.len(), left);
        println!(
            "{file}: {} people, {} values right, {} wrong, {left} leavers",
            rows.len(),
            tally.right,
            tally.wrong.len()
        );
        let wanted = (people_read, right, wrong, leavers);
        if got != wanted {
            failures.push(format!("{file}: {got:?} for {wanted:?}; {:#?}", tally.wrong));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What the truth calls a record, and where we say it went.
fn wanted(what: &str) -> Went {
    match what {
        "total_row" => Went::PassedOver(SkipReason::Total),
        "blank_row" => Went::PassedOver(SkipReason::Blank),
        "truncated_last_row_must_be_reported" => Went::PassedOver(SkipReason::CutOff),
        "assignment_record" => Went::PassedOver(SkipReason::Joined),
        "hidden_sheet" => Went::PassedOver(SkipReason::HiddenSheet),
        "leaver_or_inactive" => Went::Leaver,
        _ => Went::Person,
    }
}

#[test]
fn every_record_of_every_sample_is_accounted_for_as_the_truth_says() {
    let records = truth("truth_rows.csv");
    let mut wrong = Vec::new();
    for (file, ..) in WANTED {
        let table = table(file);
        let outcome = read_guessed(&table);
        assert!(outcome.account.balances(), "{file}: {:?}", outcome.account.went);
        let named = |sheet: &str| (0..4).find(|at| table.dialect.source.sheet_name(*at) == sheet).unwrap_or(0);
        let mut right = 0;
        let own: Vec<&Line> = records.iter().filter(|r| r["file"] == file).collect();
        for record in &own {
            let row = record["record_number"].parse().expect("a number");
            let went = outcome.account.of(named(&record["sheet"]), row);
            if went == Some(wanted(&record["what"])) {
                right += 1;
            } else {
                wrong.push(format!("{record:?}: {went:?}"));
            }
        }
        let went: Vec<String> = outcome.account.went.iter().map(|(went, n)| format!("{} {n}", went.word())).collect();
        println!(
            "{file}: {} records, all accounted for ({}); {right} of {} as the truth says",
            outcome.account.records,
            went.join(", "),
            own.len()
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_the_samples_have_wrong_is_reported() {
    let faults = |file: &str| {
        let table = table(file);
        let (_, faults) = read_staff(&table, &guess_mapping(&table), TODAY);
        let mut counts: BTreeMap<FaultCode, usize> = BTreeMap::new();
        for fault in &faults {
            assert!(!fault.sentence().is_empty());
            *counts.entry(fault.code).or_default() += 1;
        }
        println!("{file}: {counts:?}");
        counts
    };
    assert_eq!(
        faults("rde_esr_bi_staff_in_post.csv"),
        BTreeMap::from([(FaultCode::LettersLost, 2), (FaultCode::Leaver, 2)])
    );
    let council = faults("scc_hr_extract.csv");
    assert_eq!(council.get(&FaultCode::SameStaffNumber), Some(&1));
    assert_eq!(council.get(&FaultCode::Leaver), Some(&5));
    assert!(council.get(&FaultCode::DigitsLost).is_some_and(|n| *n == 5));
    assert_eq!(faults("truncated_transfer.csv"), BTreeMap::from([(FaultCode::CutOff, 1)]));
    assert_eq!(faults("gp_federation_utf16.txt"), BTreeMap::new());
    assert_eq!(faults("hospice_no_header.csv").keys().collect::<Vec<_>>(), [&FaultCode::HeadingAssumed]);
    assert_eq!(faults("rgr_esr_go_style.DAT"), BTreeMap::from([(FaultCode::LettersLost, 1)]));
    let homes = faults("care_homes_staff.xlsx");
    assert!(homes.keys().all(|code| matches!(code, FaultCode::Rota | FaultCode::NameParted)), "{homes:?}");
}

#[test]
fn nothing_of_a_cut_off_transfer_is_taken_for_whole() {
    let table = table("truncated_transfer.csv");
    assert_eq!(table.cut_off(), Some(CutOff { row: 13, inside: true }));
    let (_, faults) = read_staff(&table, &guess_mapping(&table), TODAY);
    assert!(faults.iter().any(|f| f.code == FaultCode::CutOff && f.severity == Severity::RowDropped));
}
