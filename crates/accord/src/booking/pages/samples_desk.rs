//! Samples: choosing times where nothing is booked, and the booking operator's pages.

use jiff::civil::{date, time};

use super::samples::{choices, two_visits};
use super::{
    Appointments, Cancel, Change, Check, DeskBox, DeskFind, Done, NewCode, Order, OtherVisit, Outcome, Row, Several,
    SeveralDone, SeveralHeld, SeveralRow, Standing, Visit, VisitState,
};
use crate::access::look::Purpose;
use crate::base::page::{Link, Problem, Sample, sample_desk, sample_ops, sample_person};

const LONG: &str =
    "Wolfeschlegelsteinhausenbergerdorff-Llanfairpwllgwyngyllgogerychwyrndrobwll <script>alert(1)</script>";

/// All samples of these pages.
pub(super) fn samples() -> Vec<Sample> {
    let mut all = booking();
    all.extend(with_a_person());
    all.extend(finding());
    all.extend(several());
    all
}

fn proposed() -> Vec<Visit> {
    two_visits().into_iter().map(|visit| Visit { state: VisitState::Proposed, ..visit }).collect()
}

fn booking() -> Vec<Sample> {
    let with = |choice: &super::Choice| OtherVisit {
        nth: 2,
        at: choice.at.checked_add(jiff::ToSpan::days(21)).unwrap_or(choice.at),
        place: "same place".into(),
        booked: false,
    };
    let mut times = choices();
    times.iter_mut().for_each(|choice| choice.with = vec![with(choice)]);
    let page = |missing: Vec<u8>, current, choices| Change {
        frame: sample_person(),
        changing: missing[0],
        course: 2,
        missing,
        current,
        choices,
        order: Order::Date,
        later: None,
        key: "k-b".into(),
    };
    let had = vec![Visit { state: VisitState::Confirmed, ..two_visits().remove(0) }];
    let check = Check {
        frame: sample_person(),
        changing: 1,
        new: proposed(),
        old: vec![],
        until: time(10, 25, 0, 0),
        slot: "1.s~2.t".into(),
        key: "k-c".into(),
    };
    let done = Done {
        frame: sample_person(),
        what: Outcome::Booked,
        visits: two_visits(),
        reference: Some("K7Q-M2X-9FA".into()),
        next: vec!["Come five minutes early. You need nothing but your name and date of birth.".into()],
    };
    vec![
        Sample::of("booking-book-both", &page(vec![1, 2], vec![], times)),
        Sample::of("booking-book-second", &page(vec![2], had, choices())),
        Sample::of("booking-book-empty", &page(vec![1, 2], vec![], vec![])),
        Sample::of("booking-book-check", &check),
        Sample::of("booking-book-done", &done),
    ]
}

fn at_desk(visits: Vec<Visit>, standing: Standing, book: Option<&str>) -> Appointments {
    Appointments {
        frame: sample_desk(),
        name: "Amina".into(),
        reference: standing.open().then(|| "K7Q-M2X-9FA".into()),
        visits,
        standing,
        next: vec!["Read it to them.".into()],
        book: book.map(str::to_owned),
        kept: None,
        late: super::Late::default(),
        desk: Some(DeskBox { born: ["", "", ""].map(str::to_owned), born_key: "k-1".into(), code_key: "k-2".into() }),
        key: "k-3".into(),
    }
}

fn with_a_person() -> Vec<Sample> {
    let waiting = Appointments {
        kept: Some(Link::new("/desk/people/p/change/1/check?slot=x", "Look at what we keep for you until 10:25am")),
        ..at_desk(vec![], Standing::NotYet, Some("Choose times"))
    };
    let mut long = at_desk(two_visits(), Standing::ToConfirm, None);
    if let Some(bar) = &mut long.frame.desk {
        bar.name = LONG.into();
        bar.born = "date of birth not known".into();
    }
    let cancel = Cancel { frame: sample_desk(), visits: two_visits(), key: "k-4".into() };
    vec![
        Sample::of("booking-desk-person", &at_desk(two_visits(), Standing::ToConfirm, None)),
        Sample::of("booking-desk-person-waiting", &waiting),
        Sample::of("booking-desk-person-long", &long),
        Sample::of("booking-desk-person-declined", &at_desk(vec![], Standing::Declined, None)),
        Sample::of("booking-desk-cancel", &cancel),
        Sample::of("booking-desk-code", &NewCode { frame: sample_desk(), code: "K7QM-2X9F-4T".into() }),
    ]
}

fn finding() -> Vec<Sample> {
    let page = |searched, rows: Vec<Row>, more, problems: Vec<Problem>| DeskFind {
        frame: sample_ops("/desk"),
        find: if searched || !problems.is_empty() { "ann oko".into() } else { String::new() },
        name: String::new(),
        reference: if problems.len() > 1 { "K7Q".into() } else { String::new() },
        born: ["", "", ""].map(str::to_owned),
        purpose: Purpose::TheyRang,
        searched,
        rows,
        more,
        problems,
        key: "k-f".into(),
    };
    let row = |n: usize, name: &str| Row {
        person: format!("p{n}"),
        name: name.into(),
        born: if n == 2 { "not known".into() } else { format!("{} March 19{}", n + 1, 60 + n) },
        employer: if n == 3 { String::new() } else { "Example Hospitals NHS Foundation Trust".into() },
    };
    let names = ["Ann Okonkwo", "Anna Okoro", "محمد عبدالرحمن", LONG, "Annika Oko"];
    let rows: Vec<Row> = (0..10).map(|n| row(n, names[n % names.len()])).collect();
    let wrong = [
        ("find", "Enter two letters of a name or more, a date of birth, or a reference."),
        ("reference", "That is no reference."),
    ];
    let problems = wrong.map(|(field, text)| Problem { field, text: text.into() }).to_vec();
    vec![
        Sample::of("booking-find", &page(false, vec![], false, vec![])),
        Sample::of("booking-find-full", &page(true, rows.clone(), true, vec![])),
        Sample::of("booking-find-one", &page(true, rows[..1].to_vec(), false, vec![])),
        Sample::of("booking-find-nobody", &page(true, vec![], false, vec![])),
        Sample::of("booking-find-error", &page(false, vec![], false, problems)),
    ]
}

fn several() -> Vec<Sample> {
    let form = |who: &str, problems| Several {
        frame: sample_ops("/desk/several"),
        problems,
        who: who.into(),
        from: ["", "", ""].map(str::to_owned),
        purpose: Purpose::TheyRang,
        key: "k-s".into(),
    };
    let none = Problem { field: "who", text: "Enter 1 to 12 people, a line each.".into() };
    let times = |day: i8| {
        let at = |month, day| (date(2027, month, day).at(9, 30, 0, 0), "Clacton Hospital".to_owned());
        vec![at(1, day), at(2, day)]
    };
    let row = |name: &str, times, no: &str| SeveralRow {
        name: name.into(),
        times,
        no: no.into(),
        href: if name.starts_with("Line") { String::new() } else { "/desk/people/p/appointments".into() },
    };
    let full = vec![row("Ann Okonkwo", times(5), ""), row(LONG, times(5), ""), row("Ben Turner", times(6), "")];
    let mut part = full.clone();
    part.push(row("Line 4", vec![], "Nobody fits this line. Ask how the name is spelt, and for the date of birth."));
    let held = |rows: Vec<SeveralRow>, held: bool| SeveralHeld {
        frame: sample_ops("/desk/several"),
        rows,
        of: "a~b~c".into(),
        until: held.then(|| time(10, 25, 0, 0)),
        key: "k-h".into(),
    };
    let done = |rows| SeveralDone { frame: sample_ops("/desk/several"), rows };
    vec![
        Sample::of("booking-several", &form("", vec![])),
        Sample::of("booking-several-error", &form("", vec![none])),
        Sample::of("booking-several-held", &held(full.clone(), true)),
        Sample::of("booking-several-part", &held(part.clone(), true)),
        Sample::of("booking-several-none", &held(part[3..].to_vec(), false)),
        Sample::of("booking-several-done", &done(full)),
        Sample::of("booking-several-done-part", &done(part)),
    ]
}
