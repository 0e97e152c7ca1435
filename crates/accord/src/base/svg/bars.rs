//! Horizontal bars from zero to all, with the interval a share of few people leaves open.

use super::{Anchor, BLUE, INK, Pen, RULE, SOFT, fit};
use crate::base::page::{Figure, Markup, Table};
use crate::base::words;

/// A share of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Whose.
    pub name: String,
    /// Those who have it.
    pub part: u64,
    /// All of them.
    pub whole: u64,
}

/// Shares of several groups, in the order given.
#[derive(Debug, Clone, Default)]
pub struct Bars {
    /// What it shows, as a sentence.
    pub finding: String,
    /// What the groups are: "Organisation".
    pub of: String,
    /// What the part is: "have both appointments".
    pub part: String,
    /// The groups.
    pub rows: Vec<Bar>,
    /// How many are drawn; the table has all.
    pub show: usize,
    /// Keep back counts that are small or leave a small remainder: for everyone who may not learn about single people. What
    /// is kept back stands in the table, after the others and by name, so that its place there says nothing either.
    pub guard: bool,
}

/// The 95 % Wilson score interval of a share, as shares between 0 and 1; (0, 1) of nobody.
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
pub fn wilson(part: u64, whole: u64) -> (f64, f64) {
    if whole == 0 {
        return (0.0, 1.0);
    }
    const Z: f64 = 1.959_963_984_540_054;
    let n = whole as f64;
    let p = part.min(whole) as f64 / n;
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
}

struct Shape {
    width: f64,
    row: f64,
    name: f64,
    bar: (f64, f64),
    /// Whether the name stands above its bar.
    stacked: bool,
}

const WIDE: Shape = Shape { width: 620.0, row: 30.0, name: 206.0, bar: (214.0, 496.0), stacked: false };
const NARROW: Shape = Shape { width: 340.0, row: 48.0, name: 340.0, bar: (0.0, 205.0), stacked: true };

impl Bars {
    /// The picture, wide and narrow, with its table; `None` without groups.
    pub fn figure(&self, id: &str) -> Option<Figure> {
        self.rows.first()?;
        let left = (self.rows.len() - self.drawn().len()) as u64;
        let mut how = format!(
            "Share who {}. The thin line is the range a share of so few people leaves open (95% interval).",
            self.part
        );
        if self.guard {
            how.push_str(" Counts under 6, or with fewer than 6 left over, are not shown.");
        }
        if left > 0 {
            how.push_str(&format!(" {} more in the table.", words::number(left)));
        }
        Some(Figure {
            id: id.to_owned(),
            finding: self.finding.clone(),
            how,
            wide: self.draw(&format!("{id}-w"), &WIDE),
            narrow: Some(self.draw(&format!("{id}-n"), &NARROW)),
            broad: false,
            table: self.table(),
            csv: None,
        })
    }

    /// The bars that are drawn: those with something to show, or when there is none, those kept back.
    fn drawn(&self) -> Vec<&Bar> {
        let open: Vec<&Bar> = self.rows.iter().filter(|bar| !self.hidden(bar)).take(self.show.max(1)).collect();
        if open.is_empty() { self.rows.iter().take(self.show.max(1)).collect() } else { open }
    }

    fn hidden(&self, bar: &Bar) -> bool {
        self.guard && words::guarded(bar.part, bar.whole).is_none()
    }

    fn table(&self) -> Table {
        let head = [self.of.as_str(), "Share", "People", "Of", "Range"].map(str::to_owned).to_vec();
        let row = |bar: &Bar| {
            if self.hidden(bar) {
                return vec![
                    bar.name.clone(),
                    "not shown".into(),
                    "not shown".into(),
                    words::number(bar.whole),
                    String::new(),
                ];
            }
            let (low, high) = wilson(bar.part, bar.whole);
            vec![
                bar.name.clone(),
                words::share(bar.part, bar.whole),
                words::number(bar.part),
                words::number(bar.whole),
                format!("{:.0} to {:.0}%", low * 100.0, high * 100.0),
            ]
        };
        let (mut kept_back, mut rows): (Vec<&Bar>, Vec<&Bar>) = self.rows.iter().partition(|bar| self.hidden(bar));
        kept_back.sort_by(|a, b| a.name.cmp(&b.name));
        rows.append(&mut kept_back);
        Table { head, rows: rows.into_iter().map(row).collect() }
    }

    fn draw(&self, id: &str, shape: &Shape) -> Markup {
        let shown = self.drawn();
        let height = 22.0 + shape.row * shown.len() as f64;
        let desc = format!("{} of {} groups, each as a bar from none to all.", shown.len(), self.rows.len());
        let mut pen = Pen::open(id, shape.width, height, &self.finding, &desc);
        let kept_back = pen.hatch("kept", "#ffffff", RULE, 7.0);
        let (from, to) = shape.bar;
        for (share, said) in [(0.0, "0"), (0.5, "50%"), (1.0, "100%")] {
            let x = from + (to - from) * share;
            pen.line((x, 20.0), (x, height), &format!("stroke=\"{}\"", if share == 0.0 { INK } else { RULE }));
            let anchor = if share == 0.0 { Anchor::Start } else { Anchor::Middle };
            pen.text((x, 12.0), anchor, &format!("fill=\"{SOFT}\" font-size=\"12\""), said);
        }
        for (at, bar) in shown.into_iter().enumerate() {
            self.row(&mut pen, shape, 22.0 + shape.row * at as f64, bar, &kept_back);
        }
        pen.close()
    }

    fn row(&self, pen: &mut Pen, shape: &Shape, y: f64, bar: &Bar, kept_back: &str) {
        let (from, to) = shape.bar;
        let full = to - from;
        let ink = format!("fill=\"{INK}\"");
        let top = if shape.stacked {
            pen.text((0.0, y + 15.0), Anchor::Start, &ink, &fit(&bar.name, shape.name));
            y + 22.0
        } else {
            pen.text((shape.name, y + 20.0), Anchor::End, &ink, &fit(&bar.name, shape.name));
            y + 7.0
        };
        let (size, middle) = (16.0, top + 8.0);
        if self.hidden(bar) {
            pen.rect((from, top), (full, size), kept_back);
            let said = format!("not shown, of {}", words::number(bar.whole));
            pen.text((to + 10.0, middle + 4.5), Anchor::Start, &format!("fill=\"{SOFT}\""), &said);
            return;
        }
        let share = if bar.whole == 0 { 0.0 } else { bar.part.min(bar.whole) as f64 / bar.whole as f64 };
        pen.rect((from, top), (full * share, size), &format!("fill=\"{BLUE}\" fill-opacity=\"0.55\""));
        let (low, high) = wilson(bar.part, bar.whole);
        // A range narrower than its own line says nothing.
        if (high - low) * full > 3.0 {
            let stroke = format!("stroke=\"{INK}\" stroke-width=\"1.5\"");
            let (a, b) = (from + full * low, from + full * high);
            pen.line((a, middle), (b, middle), &stroke);
            pen.line((a, middle - 4.0), (a, middle + 4.0), &stroke);
            pen.line((b, middle - 4.0), (b, middle + 4.0), &stroke);
        }
        let said = format!("{} of {}", words::share(bar.part, bar.whole), words::number(bar.whole));
        pen.text((to + 10.0, middle + 4.5), Anchor::Start, &ink, &said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wilson_meets_known_values() {
        // Checked by hand against the closed form.
        for (part, whole, low, high) in
            [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)]
        {
            let (a, b) = wilson(part, whole);
            assert!((a - low).abs() < 1e-4 && (b - high).abs() < 1e-4, "{part} of {whole}: {a} {b}");
        }
    }

    #[test]
    fn small_counts_do_not_leak_when_guarded() {
        let bars = Bars {
            finding: "f".into(),
            of: "Organisation".into(),
            part: "p".into(),
            show: 9,
            guard: true,
            rows: vec![
                Bar { name: "few".into(), part: 3, whole: 40 },
                Bar { name: "rest".into(), part: 38, whole: 40 },
                Bar { name: "ok".into(), part: 20, whole: 41 },
            ],
        };
        let figure = bars.figure("u").expect("rows");
        assert_eq!(figure.table.rows[0][2], "20");
        assert_eq!(figure.table.rows[1][1..3], ["not shown", "not shown"]);
        assert_eq!(figure.table.rows[2][4], "");
        let svg = figure.wide.to_string();
        assert!(!svg.contains("8% of 40") && !svg.contains("95% of 40") && svg.contains("49% of 41"));
        assert!(!svg.contains("few") && figure.how.contains("2 more in the table"));
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share(whole in 1_u64..100_000, seed in 0_u64..100_000) {
            let part = seed % (whole + 1);
            let (low, high) = wilson(part, whole);
            let share = part as f64 / whole as f64;
            prop_assert!(low <= share + 1e-9 && share <= high + 1e-9 && (0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
        }
    }
}
