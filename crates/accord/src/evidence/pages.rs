//! Uptake in full: every organisation, not only those behind. And how full every clinic is in a month.

use super::month::Month;
use crate::base::page::{Figure, Link, OpsFrame, Sample, sample_ops};
use crate::base::svg::{Bar, Bars, Cell, Heat, HeatRow};
use askama::Template;
use jiff::Timestamp;
use jiff::civil::date;
use std::sync::Arc;

/// Uptake by whatever group is asked for, one picture each.
#[derive(Debug, Clone, Template)]
#[template(path = "evidence/uptake.html")]
pub struct Uptake {
    /// Frame.
    pub frame: OpsFrame,
    /// Pictures with their tables (`svg::Bars`).
    pub figures: Vec<Figure>,
}

/// How full every clinic is on every day of a month.
#[derive(Debug, Clone, Template)]
#[template(path = "evidence/month.html")]
pub struct MonthPage {
    /// Frame; its instant is when the picture was read.
    pub frame: OpsFrame,
    /// "January 2027".
    pub month: String,
    /// The picture (`svg::Heat`).
    pub month_of: Arc<Month>,
    /// The month before.
    pub before: Link,
    /// The month after.
    pub after: Link,
}

fn sample_month() -> Heat {
    let days: Vec<_> = (1..=31).map(|day| date(2027, 1, day)).collect();
    let row = |name: &str, room: u64, step: u64| HeatRow {
        name: name.into(),
        cells: (0..31_u64)
            .map(|day| match day % 7 {
                2 => Cell::Closed,
                _ => Cell::Open { used: (day * step).min(room), room },
            })
            .collect(),
    };
    let rows = vec![
        row("Clacton Hospital", 96, 9),
        row("The Very Long Name of a Community Hospital and Diagnostic Centre on the Coast", 48, 1),
        row("<script>alert(1)</script>", 24, 0),
        row("عيادة", 12, 12),
    ];
    Heat { finding: "1,904 places are free on 96 clinic days; 12 are full".into(), days, rows, show: 3 }
}

/// One sample of each state.
pub fn samples() -> Vec<Sample> {
    let bars = |of: &str, finding: &str| Bars {
        finding: finding.into(),
        of: of.into(),
        part: "have both appointments".into(),
        guard: true,
        show: 40,
        rows: [
            ("Example Home Care", 11, 38),
            ("<script>alert(1)</script>", 61, 130),
            ("Example Practice", 9, 12),
            ("Example Hospitals", 6_320, 6_450),
        ]
        .map(|(name, part, whole)| Bar { name: name.into(), part, whole })
        .to_vec(),
    };
    let figures = [
        bars("Organisation", "Small home-care employers are furthest behind").figure("by-organisation"),
        bars("Staff group", "Carers are furthest behind").figure("by-group"),
    ];
    let full = Uptake {
        frame: sample_ops("/campaign"),
        figures: figures.into_iter().flatten().map(|f| f.with_csv("/evidence/uptake.csv")).collect(),
    };
    let month = MonthPage {
        frame: sample_ops("/sites"),
        month: "January 2027".into(),
        month_of: Arc::new(Month { at: Timestamp::UNIX_EPOCH, figure: sample_month().figure("month") }),
        before: Link::new("/sessions/month?from=2026-12-01", "December 2026"),
        after: Link::new("/sessions/month?from=2027-02-01", "February 2027"),
    };
    let closed = Arc::new(Month { at: Timestamp::UNIX_EPOCH, figure: None });
    vec![
        Sample::of("evidence-month-full", &month),
        Sample::of("evidence-month-empty", &MonthPage { month_of: closed, ..month.clone() }),
        Sample::of("evidence-uptake-full", &full),
        Sample::of("evidence-uptake-empty", &Uptake { figures: vec![], ..full.clone() }),
    ]
}
