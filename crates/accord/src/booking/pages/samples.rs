//! Every page of this noun in every state worth looking at.

use jiff::civil::{Date, date, time};

use super::{
    Acts, Answer, Appointments, Cancel, Change, Check, Choice, DayList, DayRow, Decline, DeskRefused, Done, Elsewhere,
    Order, OtherVisit, Outcome, Refused, Stage, Standing, Take, Visit, VisitState,
};
use crate::base::page::{Direction, Link, PersonFrame, Problem, Sample, sample_ops, sample_person};
use crate::base::words::Way;

pub(super) const ATTACK: &str = "Amina <script>alert(1)</script>";
pub(super) const LONG: &str =
    "The Wolfeschlegelsteinhausenbergerdorff and Llanfairpwllgwyngyllgogerychwyrndrobwll Memorial Community Hospital";

pub(super) fn two_visits() -> Vec<Visit> {
    let visit = |nth, day: Date| Visit {
        nth,
        at: day.at(9, 30, 0, 0),
        place: "Clacton Hospital".into(),
        postcode: "CO15 1LH".into(),
        travel: Some((14, Way::Car)),
        from_work: false,
        access: vec!["step-free".into()],
        map: Some("https://www.openstreetmap.org/?mlat=51.79&mlon=1.13".into()),
        state: VisitState::Assigned,
    };
    vec![visit(1, date(2027, 1, 5)), visit(2, date(2027, 1, 26))]
}

fn with_state(states: [VisitState; 2]) -> Vec<Visit> {
    two_visits().into_iter().zip(states).map(|(v, state)| Visit { state, ..v }).collect()
}

pub(super) fn choices() -> Vec<Choice> {
    let mut all = Vec::new();
    for day in [4_i8, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15] {
        let places: &[(&str, u32, &[i8])] = if day % 2 == 0 {
            &[("Harwich Fryatt Hospital", 26, &[10, 16]), ("Clacton Hospital", 14, &[15, 9, 12])]
        } else {
            &[("Clacton Hospital", 14, &[10]), ("Colchester Community Stadium", 33, &[8, 11, 13, 17])]
        };
        for (place, minutes, hours) in places {
            for &hour in *hours {
                let moves = |place: &str| OtherVisit {
                    nth: 2,
                    at: date(2027, 2, day - 9).at(10, 0, 0, 0),
                    place: place.into(),
                    booked: true,
                };
                let with = if day > 13 { vec![moves("same place")] } else { Vec::new() };
                all.push(Choice {
                    slot: format!("s-{day:02}-{hour:02}-{minutes}"),
                    at: date(2027, 1, day).at(hour, if hour % 2 == 0 { 0 } else { 40 }, 0, 0),
                    place: (*place).into(),
                    travel: Some((*minutes, Way::Car)),
                    access: vec!["step-free".into()],
                    with,
                });
            }
        }
    }
    all
}

pub(super) fn own(name: &str, visits: Vec<Visit>, standing: Standing, next: &[&str]) -> Appointments {
    Appointments {
        frame: sample_person(),
        name: name.into(),
        reference: standing.open().then(|| "K7Q-M2X-9FA".into()),
        visits,
        standing,
        next: next.iter().map(|&l| l.to_owned()).collect(),
        late: super::Late::default(),
        book: None,
        kept: None,
        desk: None,
        key: "k-2".into(),
    }
}

const SOON: [&str; 3] = [
    "If you do nothing, we keep both for you and remind you two days before.",
    "Come five minutes early. You need nothing but your name and date of birth.",
    "You will be there for about 25 minutes.",
];

fn right_to_left() -> Appointments {
    let frame = PersonFrame {
        partnership: "سفک اور شمال مشرقی ایسیکس".into(),
        lang: "ur",
        dir: Direction::Rtl,
        languages: vec![
            Link::new("?lang=en", "English"),
            Link::new("?lang=cy", "Cymraeg"),
            Link::new("?lang=pl", "Polski"),
        ],
        ..sample_person()
    };
    Appointments { frame, ..own("محمد عبدالرحمن بن خالد", two_visits(), Standing::ToConfirm, &SOON) }
}

/// All samples of this noun.
pub fn samples() -> Vec<Sample> {
    let mut all = own_pages();
    all.extend(change_pages());
    all.extend(answer_pages());
    all.extend(clinic_pages());
    all.extend(super::free_places_samples::samples());
    all.extend(super::day_samples::samples());
    all.extend(super::samples_desk::samples());
    all.extend(super::change_samples::samples());
    all
}

fn own_pages() -> Vec<Sample> {
    let mut long = own(&format!("{LONG} {ATTACK}"), two_visits(), Standing::ToConfirm, &SOON);
    long.visits[0].place = LONG.into();
    long.visits[1].place = "Clacton".into();
    let one = own("Jo", two_visits()[..1].to_vec(), Standing::ToConfirm, &SOON[1..]);
    let confirmed = own("Amina", with_state([VisitState::Confirmed; 2]), Standing::Confirmed, &SOON[1..]);
    let half = own("Amina", with_state([VisitState::Done, VisitState::Confirmed]), Standing::Confirmed, &SOON[1..]);
    let done = own("Amina", with_state([VisitState::Done; 2]), Standing::Completed, &["You need do nothing more."]);
    let declined = own(
        "Amina",
        vec![],
        Standing::Declined,
        &[
            "We send you no more messages about this.",
            "You can change your mind with the button above until 12 February.",
        ],
    );
    let none = own(
        "Amina",
        vec![],
        Standing::NoPlace,
        &[
            "We look again for you whenever places come free. You need do nothing.",
            "When we find one, it stands on this page. Look here again in a few days.",
            "If you can travel farther, or at other times, ring us.",
        ],
    );
    let not_yet = own(
        "Amina",
        vec![],
        Standing::NotYet,
        &[
            "We find times for you near your home or work. You need do nothing.",
            "They will stand on this page, for you to confirm or change. Look here again in a few days.",
        ],
    );
    let course = |states, standing, next: &[&str]| own("Amina", with_state(states), standing, next);
    let look = ["Choose new times on this page now, or let us look for you."];
    let missed = course([VisitState::Done, VisitState::Missed], Standing::Missed, &look);
    let not_given = own("Amina", with_state([VisitState::NotGiven; 2])[..1].to_vec(), Standing::NotGiven, &look);
    let not_advised = own("Amina", with_state([VisitState::NotGiven; 2])[..1].to_vec(), Standing::NotAdvised, &[]);
    vec![
        Sample::of("booking-appointments-missed", &missed),
        Sample::of("booking-appointments-not-given", &not_given),
        Sample::of("booking-appointments-not-advised", &not_advised),
        Sample::of("booking-appointments-full", &own("Amina", two_visits(), Standing::ToConfirm, &SOON)),
        Sample::of("booking-appointments-one", &one),
        Sample::of("booking-appointments-confirmed", &confirmed),
        Sample::of("booking-appointments-half", &half),
        Sample::of("booking-appointments-done", &done),
        Sample::of("booking-appointments-declined", &declined),
        Sample::of("booking-appointments-no-place", &none),
        Sample::of("booking-appointments-empty", &not_yet),
        Sample::of("booking-appointments-long", &long),
        Sample::of("booking-appointments-rtl", &right_to_left()),
    ]
}

fn change_pages() -> Vec<Sample> {
    let change = |order, choices| Change {
        frame: sample_person(),
        changing: 1,
        course: 2,
        missing: vec![],
        current: two_visits(),
        choices,
        order,
        later: Some("?from=2027-01-16".into()),
        key: "k-2".into(),
    };
    let mut new = with_state([VisitState::Proposed; 2]);
    new[0].at = date(2027, 1, 14).at(12, 0, 0, 0);
    let kept = Check {
        frame: sample_person(),
        changing: 1,
        new: new.clone(),
        old: two_visits(),
        until: time(10, 25, 0, 0),
        slot: "s-14".into(),
        key: "k-3".into(),
    };
    new[1].at = date(2027, 2, 5).at(10, 0, 0, 0);
    let both = Check { new, slot: "s-14.s-36".into(), ..kept.clone() };
    let taken = Refused {
        frame: sample_person(),
        what: "Somebody else has just taken that time".into(),
        kept: "Nothing has changed. You still have:".into(),
        visits: two_visits(),
        onward: Link::new("/b/change/1", "Choose another time"),
    };
    vec![
        Sample::of("booking-change-by-date", &change(Order::Date, choices())),
        Sample::of("booking-change-by-place", &change(Order::Place, choices())),
        Sample::of("booking-change-empty", &change(Order::Date, vec![])),
        Sample::of("booking-check-one-moves", &kept),
        Sample::of("booking-check-both-move", &both),
        Sample::of("booking-refused", &taken),
    ]
}

fn answer_pages() -> Vec<Sample> {
    let reasons: Vec<(String, String)> = [
        ("later", "Not now, perhaps later"),
        ("medical", "For a medical reason"),
        ("belief", "I do not want to have it"),
        ("leaving", "I am leaving this job"),
        ("unsaid", "I would rather not say"),
    ]
    .map(|(c, w)| (c.to_owned(), w.to_owned()))
    .to_vec();
    let decline = |problems| Decline {
        frame: sample_person(),
        reasons: reasons.clone(),
        problems,
        them: "both appointments",
        key: "k-4".into(),
    };
    let elsewhere = |when: [&str; 3], problems| Elsewhere {
        frame: sample_person(),
        when: when.map(str::to_owned),
        problems,
        them: "both appointments",
        key: "k-5".into(),
    };
    let done = |what, visits: Vec<Visit>, next: &[&str]| Done {
        frame: sample_person(),
        what,
        reference: (!visits.is_empty()).then(|| "K7Q-M2X-9FA".into()),
        visits,
        next: next.iter().map(|&l| l.to_owned()).collect(),
    };
    vec![
        Sample::of("booking-decline", &decline(vec![])),
        Sample::of(
            "booking-decline-error",
            &decline(vec![Problem {
                field: "reason-1",
                text: "Choose a reason, or that you would rather not say.".into(),
            }]),
        ),
        Sample::of("booking-elsewhere", &elsewhere(["", "", ""], vec![])),
        Sample::of(
            "booking-elsewhere-error",
            &elsewhere(
                ["31", "6", "2027"],
                vec![Problem { field: "day", text: "That day is still to come. Enter the day you had it.".into() }],
            ),
        ),
        Sample::of(
            "booking-cancel",
            &Cancel { frame: sample_person(), visits: with_state([VisitState::Confirmed; 2]), key: "k-6".into() },
        ),
        Sample::of(
            "booking-done-confirmed",
            &done(
                Outcome::Confirmed,
                with_state([VisitState::Confirmed; 2]),
                &["We remind you two days before each.", SOON[1], SOON[2]],
            ),
        ),
        Sample::of(
            "booking-done-changed",
            &done(
                Outcome::Changed,
                with_state([VisitState::Confirmed; 2]),
                &["We send you a message with the new times.", SOON[1]],
            ),
        ),
        Sample::of(
            "booking-done-declined",
            &done(
                Outcome::Declined,
                vec![],
                &[
                    "We send you no more messages about this.",
                    "You can change your mind with the same code until 12 February.",
                ],
            ),
        ),
        Sample::of(
            "booking-done-elsewhere",
            &done(
                Outcome::Elsewhere,
                vec![],
                &["Your places here go to somebody else.", "We send you no more messages about this."],
            ),
        ),
        Sample::of(
            "booking-done-cancelled",
            &done(
                Outcome::Cancelled,
                vec![],
                &["Your places go to somebody else.", "You can ask for new ones with the same code."],
            ),
        ),
    ]
}

fn clinic_pages() -> Vec<Sample> {
    let list = |rows: Vec<DayRow>, acts: Acts| DayList {
        frame: sample_ops("/sites"),
        site: "Clacton Hospital".into(),
        date: date(2027, 1, 5),
        sessions: if rows.is_empty() {
            vec![]
        } else {
            vec![(time(9, 0, 0, 0), time(12, 0, 0, 0)), (time(13, 0, 0, 0), time(16, 30, 0, 0))]
        },
        capacity: if rows.is_empty() { 0 } else { 96 },
        rows,
        before: Link::new("?day=2027-01-04", "Monday 4 January"),
        after: Link::new("?day=2027-01-06", "Wednesday 6 January"),
        acts,
        base: "/sites/s/2027-01-05".into(),
        key: "k-d".into(),
    };
    let rows = day_rows();
    let to_come = rows.iter().map(|row| DayRow { stage: Stage::Expected, ..row.clone() }).collect();
    vec![
        Sample::of("booking-day-list-full", &list(to_come, Acts::Nothing)),
        Sample::of("booking-day-list-today", &list(rows.clone(), Acts::Today)),
        Sample::of("booking-day-list-over", &list(rows.clone(), Acts::Over { today: true })),
        Sample::of("booking-day-list-later", &list(rows, Acts::Over { today: false })),
        Sample::of("booking-day-list-empty", &list(vec![], Acts::Today)),
        Sample::of("booking-desk-wrong-day", &desk_refused(true)),
        Sample::of("booking-desk-unknown", &desk_refused(false)),
    ]
}

fn day_rows() -> Vec<DayRow> {
    let names = [
        "Amina Yusuf",
        ATTACK,
        "محمد عبدالرحمن",
        "Siobhán O’Leary-Ñuñez",
        LONG,
        "Li Wei",
        "Zoë Müller",
        "Jo Ng",
        "D’Arcy van der Berg",
        "Ada Okonkwo",
        "Sam Small",
        "Ben Turner",
    ];
    names
        .iter()
        .enumerate()
        .map(|(at, name)| DayRow {
            time: time(9, (at as i8 / 2) * 10, 0, 0),
            name: (*name).into(),
            born: (at != 3).then(|| date(1970 + at as i16 * 2, 1 + at as i8, 3 + at as i8)),
            nth: 1 + (at % 2) as u8,
            of: 2,
            product: "flu, egg-free".into(),
            reference: format!("K7Q-{:03}", 400 + at * 7),
            needs: match at {
                2 => vec!["interpreter, Arabic".into()],
                5 => vec!["step-free".into(), "hearing loop".into()],
                _ => vec![],
            },
            answer: if at % 7 == 6 { Answer::Missed } else { [Answer::Confirmed, Answer::None][at % 2] },
            stage: stages()[at % 7].clone(),
            booking: format!("b{at}"),
            seen: 1,
            batch: if at > 3 { "FX 12-34".into() } else { String::new() },
            key: format!("k-{at}"),
        })
        .collect()
}

fn stages() -> [Stage; 7] {
    [
        Stage::Here { at: time(8, 20, 0, 0), off: Some("40 minutes early".into()) },
        Stage::Given { batch: "FX 12-34".into() },
        Stage::Expected,
        Stage::Awaited,
        Stage::NotGiven { why: "Unwell today" },
        Stage::Here { at: time(9, 2, 0, 0), off: None },
        Stage::Missed,
    ]
}

fn desk_refused(elsewhere: bool) -> DeskRefused {
    let (what, next) = if elsewhere {
        (
            format!("This booking is for {LONG}, Thursday 7 January, 9:30am."),
            "A place is free here at 10:20am: take them here, or send them there.",
        )
    } else {
        (
            "Nobody on today's list has this reference, or this name and date of birth.".to_owned(),
            "Check the spelling, or find them on the list by their time.",
        )
    };
    let take = elsewhere.then(|| Take { booking: "b1".into(), version: 1, at: time(10, 20, 0, 0) });
    let base = "/sites/s/2027-01-05".to_owned();
    DeskRefused { frame: sample_ops("/sites"), what, next: next.into(), take, base, key: "k-t".into() }
}
