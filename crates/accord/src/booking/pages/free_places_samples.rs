//! Samples of the pages about places that come free, doses left, and doses had elsewhere.

use super::samples::{ATTACK, LONG, own, two_visits};
use super::{
    AskRow, AskShown, DrawShown, ElsewhereFiles, ElsewhereReport, FreePlaces, Late, LineRow, OfferRow, OfferShown,
    ReportRow, Review, Standby, Standing, Visit, VisitState, WaitingList, half_day_boxes,
};
use crate::base::page::{Problem, Sample, sample_ops, sample_person};
use crate::booking::fair::HalfDays;
use jiff::civil::{date, time};

pub(super) fn samples() -> Vec<Sample> {
    let mut all = own_pages();
    all.extend(list_pages());
    all.extend(standby_pages());
    all.extend(elsewhere_pages());
    all
}

fn own_pages() -> Vec<Sample> {
    let next = ["If you do not answer, the place goes to the next person. You keep your turn once."];
    let proposed: Vec<Visit> = two_visits().into_iter().map(|v| Visit { state: VisitState::Proposed, ..v }).collect();
    let mut offered = own("Amina", vec![], Standing::NoPlace, &next);
    let offer = |visits| Some(OfferShown { visits, until: "6pm today".into() });
    offered.late = Late {
        offer: offer(proposed[..1].to_vec()),
        ask: None,
        list: Some("You are on the list for places that come free"),
    };
    offered.book = Some("Choose times".into());
    let mut both = own(&format!("{LONG} {ATTACK}"), vec![], Standing::NotYet, &next);
    let ask = AskShown {
        draw: "d-1".into(),
        place: LONG.into(),
        postcode: "CO15 1LH".into(),
        way: "about 14 minutes by car".into(),
        by: "5:20pm".into(),
    };
    both.late = Late { offer: offer(proposed), ask: Some(ask), list: None };
    let look = ["We look again for you whenever places come free. When we find one, it stands on this page."];
    let mut link = own("Amina", vec![], Standing::NoPlace, &look);
    link.book = Some("Choose times".into());
    link.late.list = Some("Ask for a place that comes free");
    let wishes = |on_list, standby, boxes, problems| FreePlaces {
        frame: sample_person(),
        on_list,
        standby,
        boxes,
        far: 40,
        near: 20,
        problems,
        key: "k-p".into(),
    };
    let none = vec![Problem { field: "half-mon_am", text: "Tick at least one half-day on which you can come.".into() }];
    vec![
        Sample::of("booking-appointments-offered", &offered),
        Sample::of("booking-appointments-asked", &both),
        Sample::of("booking-appointments-may-wait", &link),
        Sample::of("booking-free-places", &wishes(false, false, half_day_boxes(Some(HalfDays::ALL)), vec![])),
        Sample::of(
            "booking-free-places-on-list",
            &wishes(true, true, half_day_boxes(HalfDays::from_bits(0x2a)), vec![]),
        ),
        Sample::of("booking-free-places-error", &wishes(false, false, half_day_boxes(None), none)),
    ]
}

fn list_pages() -> Vec<Sample> {
    let list = |lines: Vec<LineRow>, offers, to_add| WaitingList {
        frame: sample_ops("/campaign"),
        total: lines.len() as u64,
        lines,
        offers,
        to_add,
        key: "k-w".into(),
    };
    let names = ["Amina Yusuf", ATTACK, LONG, "محمد عبدالرحمن"];
    let lines = names.iter().zip(1..).map(|(name, place)| LineRow {
        place,
        person: (*name).into(),
        priority: i64::try_from(place).unwrap_or(9),
        since: "4 January, 8:02am".into(),
        lot: "04c1f09a77e2b3d1".into(),
        now: if place == 1 { "has an offer until 6pm today".into() } else { "nothing near enough".into() },
    });
    let offer = |answer, tone, passed| OfferRow {
        made: "5 January, 8:02am".into(),
        person: "Amina Yusuf".into(),
        what: "Tuesday 12 January at Clacton Hospital; Tuesday 2 February at Clacton Hospital".into(),
        until: "5 January, 6pm".into(),
        answer,
        tone,
        passed,
    };
    let passed = vec![
        (LONG.to_owned(), "not at a time they can come".to_owned()),
        (ATTACK.to_owned(), "nothing near enough".to_owned()),
    ];
    let offers = vec![offer("waits for an answer", "wait", vec![]), offer("taken", "good", passed)];
    vec![
        Sample::of("booking-waiting-list", &list(lines.collect(), offers, 340)),
        Sample::of("booking-waiting-list-empty", &list(vec![], vec![], 0)),
    ]
}

fn standby_pages() -> Vec<Sample> {
    let page = |products, problems, draws| Standby {
        frame: sample_ops("/sites"),
        site: "Clacton Hospital".into(),
        date: date(2027, 1, 5),
        products,
        doses: "4".into(),
        until: "17:30".into(),
        problems,
        draws,
        base: "/sites/s/2027-01-05".into(),
        key: "k-s".into(),
    };
    let ask = |place: &str, person: &str, answer: &str, tone| AskRow {
        place: place.into(),
        person: person.into(),
        before: 0,
        lot: "04c1f09a77e2b3d1".into(),
        asked: "4:02pm".into(),
        answer: answer.into(),
        tone,
    };
    let asks = vec![
        ask("1", "Amina Yusuf", "yes", "good"),
        ask("2", LONG, "no answer yet", "wait"),
        ask("3", ATTACK, "not asked yet", "off"),
        ask("-", "Jo Ng", "nothing near enough", "off"),
    ];
    let draw = DrawShown {
        product: "Vaccine A".into(),
        by: time(17, 20, 0, 0),
        places: 4,
        taken: 1,
        open: true,
        seed: "5f2a".into(),
        asks,
    };
    let products = vec![("p".to_owned(), "Vaccine A".to_owned())];
    let wrong =
        vec![Problem { field: "doses", text: "The stock counts 3 left for today. Enter no more than that.".into() }];
    vec![
        Sample::of("booking-standby-empty", &page(products.clone(), vec![], vec![])),
        Sample::of("booking-standby-asked", &page(products.clone(), vec![], vec![draw])),
        Sample::of("booking-standby-error", &page(products, wrong, vec![])),
        Sample::of("booking-standby-closed", &page(vec![], vec![], vec![])),
    ]
}

fn elsewhere_pages() -> Vec<Sample> {
    let report = |noted, problems| ElsewhereReport {
        frame: sample_ops("/organisations"),
        organisation: LONG.into(),
        noted,
        staff_number: String::new(),
        name: String::new(),
        when: Default::default(),
        product: String::new(),
        problems,
        action: "/organisations/o/elsewhere".into(),
        key: "k-e".into(),
    };
    let missing = vec![
        Problem { field: "staff_number", text: "Enter a staff number or a name.".into() },
        Problem { field: "day", text: "That day is still to come.".into() },
    ];
    let files = |review, rows, problems| ElsewhereFiles {
        frame: sample_ops("/worklist"),
        review,
        rows,
        problems,
        key: "k-f".into(),
    };
    let review = Review {
        id: "f".into(),
        file: "given in pharmacies.csv".into(),
        sums: vec![
            ("Close an offer", 318),
            ("To be decided", 4),
            ("Nobody of ours", 22),
            ("Known already", 0),
            ("Rows not read", 2),
        ],
    };
    let row = ReportRow {
        id: "r1".into(),
        said: format!("{LONG}, born 15 March 1984"),
        source: "given in pharmacies.csv, row 7".into(),
        had_on: date(2027, 1, 2),
        due: date(2027, 1, 8),
        candidates: vec![("p1".into(), "Ada Okonkwo, Example Hospitals".into()), ("p2".into(), ATTACK.into())],
        key: "k-r1".into(),
    };
    let not_read = vec![Problem { field: "file", text: "This file was taken before. Nothing was changed.".into() }];
    vec![
        Sample::of("booking-elsewhere-report", &report(false, vec![])),
        Sample::of("booking-elsewhere-report-noted", &report(true, vec![])),
        Sample::of("booking-elsewhere-report-error", &report(false, missing)),
        Sample::of("booking-elsewhere-files", &files(Some(review), vec![row], vec![])),
        Sample::of("booking-elsewhere-files-empty", &files(None, vec![], vec![])),
        Sample::of("booking-elsewhere-files-error", &files(None, vec![], not_read)),
    ]
}
