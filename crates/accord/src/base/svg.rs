//! Pictures drawn on the server for the data at hand. Each carries its finding as the title, says by words, position or pattern whatever it
//! says by colour, and comes with the table of the same data.
//!
//! Pure: the same input gives the same bytes. No style attributes (the content policy forbids them): presentation attributes only.

mod bars;
mod burn_up;
mod heat;
mod map;
mod outline;
mod spark;

pub use bars::{Bar, Bars, wilson};
pub use burn_up::{BurnDay, BurnUp};
pub use heat::{Cell, Heat, HeatRow};
pub use map::{District, Map, Site, Water};
pub use spark::sparkline;

use std::fmt::Write as _;

use crate::base::page::Markup;

/// Ink of axes and labels.
const INK: &str = "#212b32";
/// Second ink: ticks, notes.
const SOFT: &str = "#4c6272";
/// Light rules.
const RULE: &str = "#d8dde0";
/// Blue of the Okabe-Ito set: what is there.
const BLUE: &str = "#0072b2";
/// Vermilion of the Okabe-Ito set: what was promised.
const VERMILION: &str = "#d55e00";

/// A drawing being made: collects elements, escapes text, rounds coordinates to a tenth.
struct Pen {
    out: String,
    id: String,
}

/// Where a text stands against its point.
#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn code(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

impl Pen {
    /// Starts a drawing of `width` x `height` units with its accessible name and description.
    fn open(id: &str, width: f64, height: f64, title: &str, desc: &str) -> Self {
        let mut out = String::with_capacity(8 * 1024);
        let (w, h) = (num(width), num(height));
        // Writing into a String cannot fail, here and below.
        let _ = write!(
            out,
            "<svg class=\"pic\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
             font-size=\"13\"><title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
            escape(title),
            escape(desc),
        );
        Self { out, id: id.to_owned() }
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: &str) {
        let (x1, y1, x2, y2) = (num(from.0), num(from.1), num(to.0), num(to.1));
        let _ = write!(self.out, "<path d=\"M{x1} {y1}L{x2} {y2}\" {paint}/>");
    }

    fn path(&mut self, points: &[(f64, f64)], closed: bool, paint: &str) {
        let mut d = String::new();
        for (at, p) in points.iter().enumerate() {
            let _ = write!(d, "{}{} {}", if at == 0 { "M" } else { "L" }, num(p.0), num(p.1));
        }
        let _ = write!(self.out, "<path d=\"{d}{}\" {paint}/>", if closed { "Z" } else { "" });
    }

    fn rect(&mut self, at: (f64, f64), size: (f64, f64), paint: &str) {
        let (x, y, w, h) = (num(at.0), num(at.1), num(size.0.max(0.0)), num(size.1.max(0.0)));
        let _ = write!(self.out, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" {paint}/>");
    }

    fn circle(&mut self, at: (f64, f64), radius: f64, paint: &str) {
        let _ = write!(self.out, "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {paint}/>", num(at.0), num(at.1), num(radius));
    }

    fn text(&mut self, at: (f64, f64), anchor: Anchor, paint: &str, text: &str) {
        let _ = write!(
            self.out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" {paint}>{}</text>",
            num(at.0),
            num(at.1),
            anchor.code(),
            escape(text),
        );
    }

    /// Defines diagonal hatching named `{id}-{name}` and gives the paint that uses it.
    fn hatch(&mut self, name: &str, ground: &str, stroke: &str, gap: f64) -> String {
        let _ = write!(
            self.out,
            "<defs><pattern id=\"{id}-{name}\" width=\"{g}\" height=\"{g}\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <rect width=\"{g}\" height=\"{g}\" fill=\"{ground}\"/><path d=\"M0 0V{g}\" stroke=\"{stroke}\" stroke-width=\"2\"/></pattern></defs>",
            id = self.id,
            g = num(gap),
        );
        format!("fill=\"url(#{}-{name})\"", self.id)
    }

    fn close(mut self) -> Markup {
        self.out.push_str("</svg>");
        Markup::made(self.out)
    }
}

/// A coordinate with at most one decimal and no tail: "12.5", "3".
fn num(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    // -0 would print its sign.
    if tenths == 0.0 { "0".to_owned() } else { tenths.to_string() }
}

/// Text made safe inside elements and attributes; characters XML does not allow are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c < ' ' && c != '\t' && c != '\n' => {}
            c => out.push(c),
        }
    }
    out
}

/// `text`, cut to about `width` units at 13 units of type, with an ellipsis when something is missing.
fn fit(text: &str, width: f64) -> String {
    let room = (width / 6.7).max(2.0) as usize;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let cut: String = text.chars().take(room - 1).collect();
    format!("{}…", cut.trim_end())
}

/// A step of 1, 2 or 5 times a power of ten that divides 0..=`top` into at most `most` parts, at least 1.
fn step(top: u64, most: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let step = unit.saturating_mul(factor);
            if top.div_ceil(step) <= most || step == u64::MAX {
                return step;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// Moves label heights apart so that no two are nearer than `gap`; keeps their order and stays above `floor`.
fn spread(heights: &mut [f64], gap: f64, floor: f64) {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|&a, &b| heights[a].total_cmp(&heights[b]).then(a.cmp(&b)));
    for pair in 1..order.len() {
        let least = heights[order[pair - 1]] + gap;
        heights[order[pair]] = heights[order[pair]].max(least);
    }
    let mut limit = floor;
    for &at in order.iter().rev() {
        heights[at] = heights[at].min(limit);
        limit = heights[at] - gap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn coordinates_are_short() {
        for (value, said) in [(12.0, "12"), (12.34, "12.3"), (-0.01, "0"), (0.05, "0.1"), (-3.26, "-3.3")] {
            assert_eq!(num(value), said);
        }
    }

    #[test]
    fn steps_are_round() {
        for (top, most, wide) in
            [(0, 4, 1), (4, 4, 1), (5, 4, 2), (20_000, 4, 5_000), (19_001, 5, 5_000), (1_000_000, 2, 500_000)]
        {
            assert_eq!(step(top, most), wide, "{top} in {most}");
        }
        assert!(step(u64::MAX, 1) > 0);
    }

    proptest! {
        #[test]
        fn no_text_breaks_out(text in "\\PC*") {
            let safe = escape(&text);
            prop_assert!(!safe.contains(['<', '>', '"', '\'']));
        }

        #[test]
        fn spread_labels_keep_their_distance(mut at in proptest::collection::vec(0.0..300.0_f64, 0..6)) {
            spread(&mut at, 16.0, 300.0);
            at.sort_by(f64::total_cmp);
            for pair in at.windows(2) {
                prop_assert!(pair[1] - pair[0] > 15.99);
            }
            prop_assert!(at.last().is_none_or(|&low| low <= 300.0));
        }
    }
}
