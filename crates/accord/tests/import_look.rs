//! `accord import --dry-run --json` over the seven sample lists, against what their makers say is in them.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::process::Command;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../accord-formats/tests/samples/staff-extracts")
}

fn look(arguments: &[&str]) -> (Option<i32>, Value) {
    let done = Command::new(env!("CARGO_BIN_EXE_accord"))
        .current_dir(folder())
        .args(["import", "--dry-run", "--json", "--employer"])
        .args(arguments)
        .output()
        .expect("it runs");
    (done.status.code(), serde_json::from_slice(&done.stdout).expect("one JSON value"))
}

type Place = (String, String, u64);

fn place(at: &Value) -> Place {
    let text = |name: &str| at[name].as_str().unwrap_or_default().to_owned();
    (text("file"), text("sheet"), at["record"].as_u64().expect("a number"))
}

fn lines(name: &str) -> Vec<HashMap<String, String>> {
    let text = std::fs::read_to_string(folder().join(name)).expect("the truth is there");
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let head = lines.next().expect("headings");
    lines.map(|line| head.iter().cloned().zip(line).collect()).collect()
}

/// What is no person's record in the truth files.
const NOBODY: [&str; 6] = [
    "blank_row",
    "total_row",
    "hidden_sheet",
    "leaver_or_inactive",
    "exact_duplicate_row",
    "truncated_last_row_must_be_reported",
];

#[test]
fn every_record_is_accounted_for_and_the_people_are_those_of_the_truth() {
    let (code, seen) = look(&[
        "RDE=rde_esr_bi_staff_in_post.csv",
        "RGR=rgr_esr_go_style.DAT",
        "SCC=scc_hr_extract.csv",
        "HHG=care_homes_staff.xlsx",
        "SGPF=gp_federation_utf16.txt",
        "SEH=hospice_no_header.csv",
        "LLV=truncated_transfer.csv",
    ]);
    assert_eq!(code, Some(0));
    let people = seen["people"].as_array().expect("people");
    let mut went: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    for (n, person) in people.iter().enumerate() {
        person["at"]
            .as_array()
            .expect("records")
            .iter()
            .for_each(|at| went.entry(place(at)).or_default().push(n.to_string()));
    }
    for nobody in seen["not_people"].as_array().expect("records") {
        went.entry(place(&nobody["at"])).or_default().push(nobody["what"].to_string());
    }
    let twice: Vec<_> = went.iter().filter(|(_, where_to)| where_to.len() > 1).collect();
    assert!(twice.is_empty(), "counted twice: {twice:?}");
    assert_eq!(seen["records"].as_u64(), Some(went.len() as u64), "every record, once");

    let (mut records, mut whose): (BTreeMap<String, BTreeSet<Place>>, BTreeMap<Place, String>) = Default::default();
    for row in lines("truth_rows.csv") {
        let at = (row["file"].clone(), row["sheet"].clone(), row["record_number"].parse().expect("a number"));
        assert!(went.contains_key(&at), "{at:?} is nowhere");
        if !NOBODY.contains(&row["what"].as_str()) {
            records.entry(row["person_key"].clone()).or_default().insert(at.clone());
            whose.insert(at, row["person_key"].clone());
        }
    }
    right_people(&seen, people, (&records, &whose));
}

fn right_people(
    seen: &Value,
    people: &[Value],
    (records, whose): (&BTreeMap<String, BTreeSet<Place>>, &BTreeMap<Place, String>),
) {
    let truth: HashMap<String, HashMap<String, String>> =
        lines("truth_people.csv").into_iter().map(|line| (line["person_key"].clone(), line)).collect();
    let unclear: BTreeSet<Place> = seen["unclear"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|one| one["at"].as_array().expect("records").iter().map(place))
        .collect();
    let (mut right, mut wrong, mut split) = (0, Vec::new(), Vec::new());
    for person in people {
        let at: BTreeSet<Place> = person["at"].as_array().expect("records").iter().map(place).collect();
        let keys: BTreeSet<&String> = at.iter().filter_map(|at| whose.get(at)).collect();
        assert_eq!(keys.len(), 1, "a false merge: {person}");
        let key = *keys.first().expect("one");
        if !records[key].is_subset(&at) {
            split.push(at.clone());
        }
        let wanted = &truth[key];
        let off = |(theirs, ours): &(&str, &str)| {
            person[*ours].as_str().is_some_and(|said| !said.is_empty() && said != wanted[*theirs])
        };
        let pairs = [
            ("forename", "forename"),
            ("surname", "surname"),
            ("date_of_birth", "date_of_birth"),
            ("nhs_number", "nhs_number"),
            ("email", "email"),
            ("mobile", "mobile"),
            ("home_postcode", "home_postcode"),
        ];
        match pairs.iter().find(|pair| off(pair)) {
            None => right += 1,
            Some((_, field)) => wrong.push(person[*field].to_string()),
        }
    }
    // The exporting system itself wrote a question mark for three letters: said as a fault, and not mended by guessing.
    assert!(wrong.iter().all(|value| value.contains('?')), "{wrong:?}");
    assert_eq!((right, wrong.len(), records.len()), (278, 3, 280));
    assert!(split.iter().all(|at| at.is_subset(&unclear)), "a false split that nobody is asked about: {split:?}");
    assert_eq!(split.len(), 2, "one person of two lists whose second name one of them leaves out");
}

#[test]
fn what_is_no_list_or_nobodys_is_said_with_the_next_step() {
    let (code, seen) = look(&["ANY=truth_summary.csv"]);
    assert_eq!((code, seen["refused"].is_string()), (Some(3), true), "{seen}");
    let done = Command::new(env!("CARGO_BIN_EXE_accord"))
        .current_dir(folder())
        .args(["import", "--dry-run", "--json", "scc_hr_extract.csv", "--employer", "A=hospice_no_header.csv"])
        .output()
        .expect("it runs");
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("which file is whose list"));
    let (code, one) = look(&["SCC", "scc_hr_extract.csv"]);
    assert_eq!((code, one["records"].as_u64()), (Some(0), Some(65)), "the code, then its file");
}
