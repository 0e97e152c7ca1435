//! Samples of the pages of capacity changes, one of each state.

use super::changes::{ChangePage, ChangeSessions, Changes, Choosable, MetRow, SessionChoice, Stage, WaitingToBeSent};
use crate::base::page::{Asked, Link, Problem, Sample, sample_ops};
use jiff::civil::{Date, date, time};

const LONG: &str = "The Very Long Name of a Community Hospital and Diagnostic Centre on the Coast";

fn sessions() -> ChangeSessions {
    let row = |n: i8, site: &str, state| SessionChoice {
        id: format!("00000000-0000-0000-0000-0000000000{n:02}"),
        site: site.into(),
        date: date(2027, 1, 4 + n),
        from: time(9, 0, 0, 0),
        until: time(16, 30, 0, 0),
        product: "flu, egg-free".into(),
        booked: 71,
        capacity: 96,
        state,
    };
    let list = |names: [&str; 2]| {
        let one = |name: &str| Choosable { id: format!("id-{name}"), name: name.into(), chosen: false };
        names.map(one).to_vec()
    };
    ChangeSessions {
        frame: sample_ops("/sites"),
        days: (date(2027, 1, 4), date(2027, 1, 17)),
        sites: list(["Clacton Hospital", LONG]),
        products: list(["flu", "flu, egg-free"]),
        rows: vec![
            row(1, "Clacton Hospital", ""),
            row(2, LONG, "takes nothing new"),
            row(3, "<script>alert(1)</script>", "closed"),
            row(4, "عيادة", ""),
        ],
        more: false,
        problems: vec![],
        typed: (String::new(), String::new()),
        key: "k".into(),
    }
}

fn change() -> ChangePage {
    let met = |reference: &str, to: bool, notes: &str| MetRow {
        reference: reference.into(),
        employer: LONG.into(),
        from: ("Clacton Hospital".into(), date(2027, 1, 5).at(9, 30, 0, 0)),
        to: to.then(|| ("Sudbury Health Centre".into(), date(2027, 1, 6).at(9, 40, 0, 0))),
        notes: notes.into(),
    };
    let base = "/changes/1".to_owned();
    ChangePage {
        frame: sample_ops("/sites"),
        title: "Close 66 sessions".into(),
        finding: "Moves 412 people, 3 cannot be moved; closes 1,188 places on 8 days.".into(),
        stage: Stage::Preview,
        reason: ("The ceiling came down".into(), "A. Lead (invented)".into()),
        open: 415,
        days: vec![(date(2027, 1, 5), -594), (date(2027, 1, 6), 96)],
        cannot: vec![("every clinic within reach is full".into(), 2), ("the offer is closed".into(), 1)],
        facts: vec!["207 people had said yes to their time; the new one is theirs to confirm.".into()],
        show: String::new(),
        lists: vec![
            Link::new(base.clone(), "with a place (412)"),
            Link::new("/changes/1?show=cannot", "without one (3)"),
        ],
        here: base.clone(),
        rows: vec![
            met("K7Q-M2X-9FA", true, "had said yes; moves with the other appointment"),
            met("K7Q-M2X-9FB", true, ""),
            met("K7Q-M2X-9FC", false, "had said yes"),
        ],
        pager: Asked::default().pager(base.clone(), &[], 412),
        commit: "Close 66 sessions and move 412 people".into(),
        undo_until: None,
        base,
        problems: vec![],
        key: "k".into(),
    }
}

/// One sample of each state.
pub(super) fn samples() -> Vec<Sample> {
    let problem = |field: &'static str, text: &str| vec![Problem { field, text: text.into() }];
    let full = sessions();
    let wrong = ChangeSessions {
        problems: problem("reason", "A reason and the name of who decides are needed."),
        typed: ("<b>why</b>".into(), LONG.into()),
        more: true,
        ..full.clone()
    };
    let day: Date = date(2027, 1, 9);
    let empty = ChangeSessions { rows: vec![], days: (day, day), ..full.clone() };
    let preview = change();
    let without = ChangePage {
        show: "cannot".into(),
        here: preview.lists[1].href.clone(),
        rows: vec![MetRow {
            to: None,
            notes: "every clinic within reach is full; had said yes".into(),
            ..preview.rows[0].clone()
        }],
        ..preview.clone()
    };
    let under_way =
        ChangePage { stage: Stage::UnderWay, commit: String::new(), cannot: vec![], facts: vec![], ..preview.clone() };
    let done = ChangePage {
        stage: Stage::Done,
        commit: String::new(),
        undo_until: Some(date(2027, 1, 12).at(8, 2, 0, 0)),
        problems: problem("reason", "A reason and the name of who decides are needed."),
        ..preview.clone()
    };
    let nobody = ChangePage {
        stage: Stage::Undone,
        finding: "Met nobody.".into(),
        rows: vec![],
        days: vec![],
        cannot: vec![],
        facts: vec![],
        commit: String::new(),
        pager: Asked::default().pager("/changes/1", &[], 0),
        ..preview.clone()
    };
    let changes = Changes {
        frame: sample_ops("/sites"),
        rows: vec![(
            Link::new("/changes/1", "Close 66 sessions"),
            "under way".into(),
            date(2027, 1, 5).at(8, 0, 0, 0),
            LONG.into(),
        )],
        pager: Asked::default().pager("/changes", &[], 1),
    };
    let waiting = WaitingToBeSent {
        frame: sample_ops("/sites"),
        count: 412,
        filters: vec![
            Link::new("/waiting-to-be-sent", "all 412"),
            Link::new("/waiting-to-be-sent?show=tell.moved", "another time than before (412)"),
        ],
        here: "/waiting-to-be-sent".into(),
        rows: vec![("Another time than before".into(), "K7Q-M2X-9FA".into(), date(2027, 1, 5).at(8, 0, 0, 0))],
        pager: Asked::default().pager("/waiting-to-be-sent", &[], 412),
    };
    vec![
        Sample::of("booking-change-sessions", &full),
        Sample::of("booking-change-sessions-wrong", &wrong),
        Sample::of("booking-change-sessions-empty", &empty),
        Sample::of("booking-change-preview", &preview),
        Sample::of("booking-change-preview-without", &without),
        Sample::of("booking-change-under-way", &under_way),
        Sample::of("booking-change-done", &done),
        Sample::of("booking-change-nobody", &nobody),
        Sample::of("booking-changes", &changes),
        Sample::of("booking-changes-empty", &Changes { rows: vec![], ..changes.clone() }),
        Sample::of("booking-waiting-to-be-sent", &waiting),
        Sample::of("booking-waiting-to-be-sent-empty", &WaitingToBeSent { count: 0, rows: vec![], ..waiting.clone() }),
    ]
}
