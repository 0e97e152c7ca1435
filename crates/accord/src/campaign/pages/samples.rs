//! The home page in the states worth looking at. Figures are made up; outlines are a coarse sketch of the real coast.

use jiff::{
    Span,
    civil::{Date, Weekday, date},
};

use super::{Home, Progress, Reason, Task, Tasks, owner_words};
use crate::base::page::{Figure, Sample, sample_ops};
use crate::base::svg::{Bar, Bars, BurnDay, BurnUp, Cell, District, Heat, HeatRow, Map, Site, Water};

const ATTACK: &str = "<script>alert(1)</script> & Sons Care";

/// All samples of this noun.
pub fn samples() -> Vec<Sample> {
    let empty = Home {
        progress: None,
        tasks: Tasks::default(),
        reasons: vec![],
        burn_up: None,
        heat: None,
        uptake: None,
        map: None,
        on_lists: 0,
        ..full()
    };
    let listed = Home { on_lists: 19_847, tasks: Tasks { done: vec![], ..full().tasks }, ..empty.clone() };
    let mut finished = full();
    finished.progress = finished.progress.map(|p| Progress {
        planned: p.people,
        unplaced: 0,
        unclear: 0,
        bound_left: 0,
        most_live_in: None,
        ..p
    });
    (finished.tasks, finished.reasons) = (Tasks { done: full().tasks.done, ..Tasks::default() }, vec![]);
    let mut long = full();
    long.area = "The Integrated Partnership of Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch and محمد عبدالرحمن Borough".into();
    long.tasks.under_way[0].owner = ATTACK.into();
    vec![
        Sample::of("campaign-home-full", &full()),
        Sample::of("campaign-home-empty", &empty),
        Sample::of("campaign-home-listed", &listed),
        Sample::of("campaign-home-finished", &finished),
        Sample::of("campaign-home-long", &long),
    ]
}

fn full() -> Home {
    let reason = |reason: &str, people, help: &str, code: &str| Reason {
        reason: reason.into(),
        people,
        help: help.into(),
        href: format!("/unplaced?reason={code}"),
    };
    Home {
        frame: sample_ops("/campaign"),
        campaign: "Winter 2027 staff vaccination".into(),
        area: "Suffolk and North East Essex".into(),
        goal: "Every health and care worker of our area offered both doses by 12 February.".into(),
        on_lists: 20_000,
        progress: Some(Progress {
            people: 20_000,
            planned: 19_412,
            unplaced: 541,
            unclear: 47,
            course: 2,
            most_live_in: Some(("Tendring".into(), 340)),
            bound_left: 7,
            href_planned: "/people?planned".into(),
            href_unplaced: "/unplaced".into(),
            href_unclear: "/worklist".into(),
        }),
        tasks: tasks(),
        reasons: vec![
            reason("No place within the travel limit", 340, "96 more places at Clacton or Harwich", "travel"),
            reason(
                "No second appointment in the interval",
                128,
                "One more evening session after 26 January",
                "interval",
            ),
            reason("Team cover leaves no time", 61, "A larger share of the team away at once", "cover"),
            reason("No session fits the rota", 12, "Sessions before 8am or after 6pm", "rota"),
        ],
        burn_up: burn_up(),
        heat: heat(),
        uptake: uptake(),
        map: map(),
    }
}

fn tasks() -> Tasks {
    let task = |count, what: &str, owner: &str, href: &str| Task {
        count,
        what: what.into(),
        owner: owner.into(),
        href: href.into(),
    };
    let contacts = owner_words("Employer contacts of 12 organisations", 4);
    Tasks {
        now: vec![
            task(541, "people cannot be placed", "each with what would help", "/unplaced"),
            task(1, "list waits to be reviewed", "", "/import"),
        ],
        under_way: vec![
            task(47, "people have no date of birth", &contacts, "/worklist?kind=no_date_of_birth"),
            task(9_204, "people have not answered yet", "their places stay theirs", "/organisations"),
        ],
        done: vec![
            task(127, "staff lists taken", "", "/import"),
            task(10_208, "people have confirmed", "", "/organisations"),
        ],
    }
}

fn days(from: Date, n: i32) -> impl Iterator<Item = Date> {
    (0..n).filter_map(move |d| from.checked_add(Span::new().days(d)).ok())
}

fn burn_up() -> Option<Figure> {
    let days = days(date(2027, 1, 4), 40).enumerate().map(|(at, date)| {
        let at = at as u64;
        BurnDay { date, need: (at + 1) * 1_000, promised: 1_400 + at * 1_010, booked: 38_824.min(900 + at * 985) }
    });
    let figure = BurnUp {
        finding: "Bookings stay below need from the third week on".into(),
        days: days.collect(),
        today: Some(date(2027, 1, 5)),
    }
    .figure("burn-up");
    figure.map(|f| f.with_csv("/campaign/burn-up.csv"))
}

fn heat() -> Option<Figure> {
    let names = [
        "Clacton Hospital",
        "Harwich Fryatt Hospital",
        "Colchester Community Stadium",
        "Ipswich Hospital",
        "West Suffolk Hospital",
        "Aldeburgh Cottage Hospital",
        "Sudbury Health Centre",
        "Felixstowe Community Hospital",
        "Trinity Park, Ipswich",
        ATTACK,
        "Leiston Surgery and Community Centre Annexe",
        "Haverhill",
    ];
    let days: Vec<Date> = days(date(2027, 1, 4), 14).collect();
    let rows = names
        .iter()
        .enumerate()
        .map(|(at, name)| HeatRow {
            name: (*name).into(),
            cells: days
                .iter()
                .enumerate()
                .map(|(d, day)| match day.weekday() {
                    Weekday::Sunday => Cell::Closed,
                    Weekday::Saturday if at % 3 == 0 => Cell::Closed,
                    _ => Cell::Open { used: (12 + (at as u64 * 9 + d as u64 * 5) % 85).min(96), room: 96 },
                })
                .collect(),
        })
        .collect();
    Heat { finding: "Clacton and Harwich are full while Sudbury stands half empty".into(), days, rows, show: 10 }
        .figure("heat")
        .map(|f| f.with_csv("/campaign/heat.csv"))
}

fn uptake() -> Option<Figure> {
    let bar = |name: &str, part, whole| Bar { name: name.into(), part, whole };
    Bars {
        finding: "Homes without a rota are furthest behind".into(),
        of: "Organisation".into(),
        part: "have both appointments".into(),
        guard: true,
        show: 12,
        rows: vec![
            bar("Example Home Care", 11, 38),
            bar(ATTACK, 61, 130),
            bar("The Long-Named Partnership of Coastal Care Homes", 201, 260),
            bar("Example Hospice", 223, 250),
            bar("Example City Council", 84, 90),
            bar("Example Practice, Bures", 9, 12),
            bar("Example Community", 122, 130),
            bar("Example Ambulance", 472, 500),
            bar("Example Mental Health", 1_066, 1_100),
            bar("Example Hospitals North", 2_629, 2_700),
            bar("Example Hospitals East", 6_320, 6_450),
            bar("Example Police", 148, 150),
            bar("Example University", 80, 80),
        ],
    }
    .figure("uptake")
    .map(|f| f.with_csv("/evidence/uptake.csv"))
}

fn map() -> Option<Figure> {
    let district = |name: &str, unplaced, people, ring: &[(f64, f64)]| District {
        name: name.into(),
        rings: vec![ring.to_vec()],
        unplaced,
        people,
    };
    let site = |name: &str, lon, lat, capacity, label| Site { name: name.into(), at: (lon, lat), capacity, label };
    Map {
        finding: "Two in three of those who cannot be placed live in Tendring".into(),
        districts: vec![
            district(
                "West Suffolk",
                38,
                3_900,
                &[(0.4, 52.27), (0.36, 52.06), (0.62, 52.06), (0.78, 52.14), (0.86, 52.38), (0.66, 52.45)],
            ),
            district(
                "Babergh",
                21,
                900,
                &[
                    (0.62, 52.06),
                    (0.78, 52.14),
                    (0.98, 52.09),
                    (1.15, 52.02),
                    (1.27, 51.95),
                    (1.06, 51.95),
                    (0.9, 51.97),
                    (0.72, 51.96),
                ],
            ),
            district(
                "Mid Suffolk",
                12,
                1_500,
                &[(0.78, 52.14), (0.86, 52.38), (1.2, 52.37), (1.3, 52.26), (1.12, 52.1), (0.98, 52.09)],
            ),
            district("Ipswich", 0, 4_100, &[(1.12, 52.1), (1.22, 52.08), (1.2, 52.03), (1.15, 52.02), (1.09, 52.05)]),
            district(
                "East Suffolk",
                71,
                3_300,
                &[
                    (1.2, 52.37),
                    (1.5, 52.49),
                    (1.73, 52.48),
                    (1.62, 52.28),
                    (1.57, 52.12),
                    (1.4, 52.0),
                    (1.35, 51.95),
                    (1.3, 51.97),
                    (1.22, 52.04),
                    (1.22, 52.08),
                    (1.12, 52.1),
                    (1.3, 52.26),
                ],
            ),
            district(
                "Colchester",
                59,
                4_700,
                &[(0.72, 51.96), (0.9, 51.97), (1.02, 51.95), (0.98, 51.8), (0.8, 51.79)],
            ),
            district(
                "Tendring",
                340,
                1_600,
                &[
                    (1.02, 51.95),
                    (1.06, 51.95),
                    (1.28, 51.94),
                    (1.27, 51.86),
                    (1.15, 51.78),
                    (1.0, 51.79),
                    (0.98, 51.8),
                ],
            ),
        ],
        sites: vec![
            site("Ipswich Hospital", 1.2, 52.06, 9_800, true),
            site("Colchester Hospital", 0.9, 51.91, 9_100, true),
            site("West Suffolk Hospital", 0.71, 52.23, 6_900, true),
            site("Clacton", 1.13, 51.79, 1_300, true),
            site("Harwich", 1.26, 51.93, 700, false),
            site("Sudbury", 0.73, 52.04, 1_900, false),
            site("Felixstowe", 1.35, 51.96, 900, false),
            site("Leiston", 1.57, 52.2, 420, false),
            site("Stowmarket", 0.99, 52.19, 1_100, false),
            site("Haverhill", 0.44, 52.08, 800, false),
            site("Lowestoft", 1.73, 52.47, 1_500, false),
        ],
        waters: vec![
            Water { name: "Stour".into(), at: (1.14, 51.95) },
            Water { name: "Deben".into(), at: (1.36, 52.02) },
            Water { name: "Colne".into(), at: (1.03, 51.83) },
        ],
    }
    .figure("map")
}
