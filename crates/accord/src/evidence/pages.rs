//! Uptake in full: every organisation, not only those behind.

use askama::Template;

use crate::base::page::{Figure, OpsFrame, Sample, sample_ops};
use crate::base::svg::{Bar, Bars};

/// Uptake by whatever group is asked for, one picture each.
#[derive(Debug, Clone, Template)]
#[template(path = "evidence/uptake.html")]
pub struct Uptake {
    /// Frame.
    pub frame: OpsFrame,
    /// Pictures with their tables (`svg::Bars`).
    pub figures: Vec<Figure>,
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
    vec![
        Sample::of("evidence-uptake-full", &full),
        Sample::of("evidence-uptake-empty", &Uptake { figures: vec![], ..full.clone() }),
    ]
}
