//! Samples of the clinic's desk: somebody without an appointment, and what comes from paper.

use jiff::civil::{date, time};

use super::{
    CatchUpPage, Chance, Found, May, PackWords, PaperRow, PaperWalkIn, Somebody, Unlisted, UnlistedRow, Waits,
    WalkInPage,
};
use crate::base::page::{Problem, Sample, sample_ops};

const ATTACK: &str = "Amina <script>alert(1)</script>";
const LONG: &str =
    "The Wolfeschlegelsteinhausenbergerdorff and Llanfairpwllgwyngyllgogerychwyrndrobwll Memorial Community Hospital";

fn walk_in(found: Option<Found>) -> WalkInPage {
    WalkInPage {
        frame: sample_ops("/sites"),
        site: "Clacton Hospital".into(),
        date: date(2027, 1, 5),
        base: "/sites/s/2027-01-05".into(),
        done: None,
        problems: Vec::new(),
        typed: String::new(),
        born: <[String; 3]>::default(),
        found,
        employers: vec![("e1".into(), "Home Care Ltd".into()), ("e2".into(), LONG.into())],
        batch: "FX 12-34".into(),
        waiting: 2,
        key: "k-w".into(),
    }
}

fn somebody(name: &str) -> Somebody {
    Somebody { id: "p1".into(), name: name.into(), born: Some(date(1984, 3, 15)), employer: LONG.into() }
}

fn may(changes: &[&str]) -> Chance {
    Chance::May(May {
        campaign: "c1".into(),
        name: "Winter 2027 staff vaccination".into(),
        nth: 1,
        of: 2,
        product: "a".into(),
        product_name: "flu, egg-free".into(),
        batch: "FX 12-34".into(),
        changes: changes.iter().map(|change| (*change).to_owned()).collect(),
    })
}

fn not(row: Option<&str>) -> Chance {
    Chance::Not {
        what: "The appointments would be 12 days apart; at least 19 are needed.".into(),
        next: "Choose new times for both appointments together.".into(),
        row: row.map(str::to_owned),
    }
}

fn walk_in_pages() -> Vec<Sample> {
    let changes = [
        "Their appointment on Tuesday 12 January, 9:30am at Clacton Hospital is given back.",
        "Their appointment on Tuesday 2 February, 9:30am at Clacton Hospital would no longer fit and is given back: they get a new one.",
    ];
    let one = |name: &str, chances: Vec<Chance>| walk_in(Some(Found::One(somebody(name), chances)));
    let several = vec![somebody("Amina Yusuf"), somebody(ATTACK), somebody("محمد عبدالرحمن")];
    let typed = |page: WalkInPage| WalkInPage {
        typed: "Zoë Unknown".into(),
        born: ["1".into(), "1".into(), "1970".into()],
        ..page
    };
    let problems =
        vec![Problem { field: "day", text: "Enter the date of birth, with four digits for the year".into() }];
    vec![
        Sample::of("booking-walk-in", &WalkInPage { waiting: 0, ..walk_in(None) }),
        Sample::of(
            "booking-walk-in-done",
            &WalkInPage { done: Some(("Amina Yusuf".into(), time(10, 32, 0, 0))), ..walk_in(None) },
        ),
        Sample::of("booking-walk-in-one", &one("Amina Yusuf", vec![may(&[])])),
        Sample::of("booking-walk-in-changes", &one(LONG, vec![may(&changes), not(None)])),
        Sample::of("booking-walk-in-on-the-list", &one(ATTACK, vec![not(Some("/sites/s/2027-01-05#b-1"))])),
        Sample::of("booking-walk-in-refused", &one("Li Wei", vec![not(None)])),
        Sample::of("booking-walk-in-several", &typed(walk_in(Some(Found::Several(several))))),
        Sample::of("booking-walk-in-nobody", &typed(walk_in(Some(Found::Nobody)))),
        Sample::of("booking-walk-in-problem", &WalkInPage { problems, ..typed(walk_in(None)) }),
    ]
}

fn row(n: u8, name: &str, known: Option<&str>) -> PaperRow {
    PaperRow {
        booking: format!("b{n}"),
        time: time(9, (n % 6) as i8 * 10, 0, 0),
        name: name.into(),
        reference: format!("K7Q-4MD-{n:03}"),
        known: known.map(str::to_owned),
        ..PaperRow::default()
    }
}

fn catch_up(rows: Vec<PaperRow>, waiting: Vec<Waits>) -> CatchUpPage {
    CatchUpPage {
        frame: sample_ops("/sites"),
        site: "Clacton Hospital".into(),
        date: date(2027, 1, 5),
        base: "/sites/s/2027-01-05".into(),
        printed: (!rows.is_empty()).then(|| "Tuesday 5 January, 6am".into()),
        noted: None,
        wrong: Vec::new(),
        rows,
        walk_ins: vec![PaperWalkIn::default(); 3],
        waiting,
        decided: 0,
        key: "k-c".into(),
    }
}

fn waits(id: &str, name: &str, known: bool, given: bool) -> Waits {
    Waits {
        id: id.into(),
        name: name.into(),
        born: if known { String::new() } else { "1 January 1970".into() },
        employer: if known { String::new() } else { LONG.into() },
        said: "Given, batch FX 12-34, 9:05am".into(),
        store: if known { "this appointment is cancelled".into() } else { "on no list; the dose is counted".into() },
        given,
        known,
    }
}

fn paper_pages() -> Vec<Sample> {
    let rows: Vec<PaperRow> = (0..28)
        .map(|n| match n {
            1 => row(n, ATTACK, Some("given, batch FX 12-34")),
            2 => row(n, LONG, None),
            3 => row(n, "محمد عبدالرحمن", Some("waits for a decision")),
            _ => row(n, "Amina Yusuf", None),
        })
        .collect();
    let waiting =
        vec![waits("e1", "Zoë Unknown", false, true), waits("e2", ATTACK, true, true), waits("e3", LONG, true, false)];
    let wrong = vec!["A row says given, and its batch is missing or has signs that no batch has.".to_owned()];
    let typed = |rows: &[PaperRow]| {
        let fill = |row: &PaperRow| PaperRow { what: "given".into(), at: "9:05".into(), ..row.clone() };
        rows.iter().take(3).map(fill).collect()
    };
    let words = PackWords {
        frame: sample_ops("/sites"),
        site: LONG.into(),
        words: "K7QM-2X9F-4T6B-9WZA-3C8D".into(),
        base: "/sites/s/2027-01-05".into(),
    };
    vec![
        Sample::of("booking-catch-up-empty", &catch_up(vec![], vec![])),
        Sample::of("booking-catch-up-wrong", &CatchUpPage { wrong, ..catch_up(typed(&rows), vec![]) }),
        Sample::of("booking-catch-up-full", &CatchUpPage { noted: Some((24, 1)), ..catch_up(rows, waiting) }),
        Sample::of("booking-day-pack-words", &words),
    ]
}

fn employer_pages() -> Vec<Sample> {
    let row = |n: u8, name: &str, answer: Option<&'static str>| UnlistedRow {
        id: format!("e{n}"),
        name: name.into(),
        born: (n != 2).then(|| date(1970, 1, 1)),
        employer: LONG.into(),
        answer,
    };
    let rows =
        vec![row(1, "Zoë Unknown", None), row(2, ATTACK, Some("not theirs")), row(3, LONG, Some("on the next list"))];
    let page = |rows: Vec<UnlistedRow>| Unlisted { frame: sample_ops("/worklist"), rows, key: "k-u".into() };
    vec![Sample::of("booking-unlisted", &page(rows)), Sample::of("booking-unlisted-empty", &page(vec![]))]
}

/// Every sample of the desk.
pub(super) fn samples() -> Vec<Sample> {
    walk_in_pages().into_iter().chain(paper_pages()).chain(employer_pages()).collect()
}
