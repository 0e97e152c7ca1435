//! Every page of this noun in every state worth looking at.

use jiff::civil::date;

use super::{Answers, Column, Compared, FaultRow, Import, Item, ListRow, ListState, Review, Worklist, WorklistItem};
use crate::base::page::{Asked, Link, Pager, Problem, Sample, sample_ops};

const ATTACK: &str = "<script>alert(1)</script>.csv";

/// All samples of this noun.
pub fn samples() -> Vec<Sample> {
    let mut all = worklist_pages();
    all.extend(import_pages());
    all
}

fn item(what: &str, owner: &str, days: u32) -> Item {
    Item {
        what: what.into(),
        rows: vec![
            "Example Hospitals, row 812: born 3 May 1981, nurse".into(),
            "Example Home Care, row 14: born 5 March 1981, carer".into(),
        ],
        owner: owner.into(),
        days,
        href: "/worklist/1".into(),
    }
}

fn worklist_pages() -> Vec<Sample> {
    let full = Worklist {
        frame: sample_ops("/worklist"),
        people: 47,
        items: vec![
            item("One person or two: Amina Yusuf", "Employer contact, Example Home Care", 4),
            item("One person or two: <script>alert(1)</script>", "Booking operator", 1),
            item("Date of birth missing: محمد عبدالرحمن", "Employer contact, Example Hospitals", 0),
        ],
        filters: vec![
            Link::new("/worklist", "all 79"),
            Link::new("/worklist?kind=no_date_of_birth", "no date of birth (74)"),
        ],
        here: "/worklist?kind=no_date_of_birth".into(),
        pager: Asked::default().pager("/worklist", &[("kind", "no_date_of_birth")], 74),
    };
    let empty = Worklist { people: 0, items: vec![], filters: vec![], pager: Pager::default(), ..full.clone() };
    let one = WorklistItem {
        frame: sample_ops("/worklist"),
        what: "One person or two: Amina Yusuf".into(),
        why: "Name and postcode are the same; day and month of birth may be swapped.".into(),
        columns: vec!["Example Hospitals, row 812".into(), "Example Home Care, row 14".into()],
        fields: [
            ("Date of birth", "3 May 1981", "5 March 1981"),
            ("Name", "Amina Yusuf", "Amina Y. <b>Yusuf</b>"),
            ("Postcode", "CO15 1LH", "CO15 1LH"),
            ("Role", "Nurse", "Carer"),
        ]
        .map(|(name, a, b)| Compared { name: name.into(), values: vec![a.into(), b.into()] })
        .to_vec(),
        answers: Answers::Pair,
        problems: vec![],
        born: Default::default(),
        action: "/worklist/1".into(),
        after: "One person keeps the earlier course and is told once. Different people each get their own invitation."
            .into(),
        key: "k-8".into(),
    };
    let birth = WorklistItem {
        answers: Answers::Birth,
        problems: vec![Problem { field: "day", text: "Enter a date that exists.".into() }],
        born: ["31".into(), "2".into(), "1984".into()],
        columns: vec!["Example Hospitals, row 812".into()],
        fields: vec![Compared { name: "Name".into(), values: vec!["Amina Yusuf".into()] }],
        ..one.clone()
    };
    vec![
        Sample::of("cohort-worklist-full", &full),
        Sample::of("cohort-worklist-empty", &empty),
        Sample::of("cohort-worklist-item", &one),
        Sample::of("cohort-worklist-birth", &birth),
        Sample::of("cohort-worklist-not-seen", &WorklistItem { answers: Answers::NotSeen, ..one.clone() }),
        Sample::of("cohort-worklist-set-aside", &WorklistItem { answers: Answers::SetAside, ..one.clone() }),
        Sample::of("cohort-worklist-done", &WorklistItem { answers: Answers::Done("same".into()), ..one.clone() }),
    ]
}

fn import_pages() -> Vec<Sample> {
    let row = |file: &str, rows, faults, state| ListRow {
        file: file.into(),
        organisation: "Example Hospitals".into(),
        came: date(2027, 1, 4).at(16, 5, 0, 0),
        rows,
        faults,
        state,
        href: "/import/1".into(),
    };
    let import = |problems, lists: Vec<ListRow>| Import {
        pager: Asked::default().pager("/import", &[], lists.len() as u64 * 30),
        frame: sample_ops("/import"),
        problems,
        employers: vec![("RDE".into(), "Example Hospitals".into()), ("NQ1".into(), "Example Home Care".into())],
        chosen: String::new(),
        lists,
        key: "k-9".into(),
    };
    let lists = vec![
        row("esr-extract-2027-01-04.csv", 6_450, 31, ListState::ToReview),
        row(ATTACK, 130, 0, ListState::Accepted),
        row("staff.xlsx", 38, 2, ListState::Discarded),
    ];
    let wrong = vec![Problem {
        field: "file",
        text: "This file is a picture, not a list. Save the list as CSV or Excel and choose it again.".into(),
    }];
    let fault = |row, column: &str, seen: &str, wanted: &str| FaultRow {
        row,
        column: column.into(),
        seen: seen.into(),
        wanted: wanted.into(),
        done: "the value was left out".into(),
    };
    let column = |heading: &str, read_as: &str, example: &str| Column {
        heading: heading.into(),
        read_as: read_as.into(),
        example: example.into(),
    };
    let full = Review {
        frame: sample_ops("/import"),
        file: "esr-extract-2027-01-04.csv".into(),
        organisation: "Example Hospitals".into(),
        state: ListState::ToReview,
        problems: vec![],
        rows: 6_450,
        new: 214,
        changed: 61,
        same: 6_139,
        not_seen: 18,
        unclear: 5,
        second_yes: None,
        faults: vec![
            fault(12, "Date Of Birth", "31/02/1984", "a day that exists, like 28/02/1984"),
            fault(88, "Post Code", "C015 1LH", "a postcode, like CO15 1LH (letter O, not nought)"),
            fault(1_203, "NHS Number", "943 476 5918", "ten digits that fit their check digit"),
            fault(2_044, "Surname", "", "a name"),
            fault(2_045, "Start <i>Date</i>", "<script>alert(1)</script>", "a date, like 01/04/2019"),
        ],
        fault_count: 31,
        faults_csv: "/import/1/faults.csv".into(),
        columns: vec![
            column("Employee Number", "the employer's number", "21004711"),
            column("Date Of Birth", "date of birth, day first", "14/03/1984"),
            column("Base", "not used", "Level 3"),
        ],
        action: "/import/1".into(),
        key: "k-10".into(),
    };
    let shrunk = Review {
        not_seen: 402,
        second_yes: Some("402 people of the last list are missing, over 3% of it. Was the whole list sent?".into()),
        ..full.clone()
    };
    let refused = Review {
        problems: vec![Problem {
            field: "second_yes",
            text: "402 people of the last list are missing. Tick the box if the list is whole.".into(),
        }],
        ..shrunk.clone()
    };
    let clean = Review {
        new: 0,
        changed: 0,
        same: 6_450,
        not_seen: 0,
        unclear: 0,
        faults: vec![],
        fault_count: 0,
        ..full.clone()
    };
    vec![
        Sample::of("cohort-import-full", &import(vec![], lists.clone())),
        Sample::of("cohort-import-empty", &import(vec![], vec![])),
        Sample::of("cohort-import-error", &import(wrong, lists)),
        Sample::of("cohort-review-full", &full),
        Sample::of("cohort-review-shrunk", &shrunk),
        Sample::of("cohort-review-clean", &clean),
        Sample::of("cohort-review-taken", &Review { state: ListState::Accepted, ..full.clone() }),
        Sample::of("cohort-review-error", &refused),
    ]
}
