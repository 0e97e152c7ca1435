//! The burn-up: what is booked, day by day, against what is needed and what hosts have promised.

use jiff::civil::{Date, Weekday};

use super::{Anchor, BLUE, INK, Pen, RULE, SOFT, VERMILION, spread, step};
use crate::base::page::{Figure, Markup, Table};
use crate::base::words;

/// One day, all counts from the campaign's first day to the end of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurnDay {
    /// The day.
    pub date: Date,
    /// Appointments needed by now to meet the goal.
    pub need: u64,
    /// Appointments hosts promised by now.
    pub promised: u64,
    /// Appointments booked (or held) by now.
    pub booked: u64,
}

/// A burn-up of a campaign.
#[derive(Debug, Clone, Default)]
pub struct BurnUp {
    /// What it shows, as a sentence.
    pub finding: String,
    /// Days in order, no gaps needed.
    pub days: Vec<BurnDay>,
    /// Where "today" stands, if inside.
    pub today: Option<Date>,
}

struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    most: u64,
    first: Date,
    span: f64,
}

impl Frame {
    fn x(&self, date: Date) -> f64 {
        let days = f64::from((date - self.first).get_days());
        self.left + (self.right - self.left) * days / self.span
    }

    fn y(&self, count: u64) -> f64 {
        self.bottom - (self.bottom - self.top) * count as f64 / self.most as f64
    }
}

impl BurnUp {
    /// The picture, wide and narrow, with its table. `None` without a day.
    pub fn figure(&self, id: &str) -> Option<Figure> {
        self.days.first()?;
        Some(Figure {
            id: id.to_owned(),
            finding: self.finding.clone(),
            how: "Appointments from the first day on.".to_owned(),
            wide: self.draw(&format!("{id}-w"), (620.0, 330.0), 7),
            narrow: Some(self.draw(&format!("{id}-n"), (340.0, 280.0), 14)),
            broad: false,
            table: self.table(),
            csv: None,
        })
    }

    fn table(&self) -> Table {
        let head = ["Day", "Needed", "Promised", "Booked"].map(str::to_owned).to_vec();
        let row = |d: &BurnDay| {
            vec![words::day(d.date), words::number(d.need), words::number(d.promised), words::number(d.booked)]
        };
        Table { head, rows: self.days.iter().map(row).collect() }
    }

    fn draw(&self, id: &str, (width, height): (f64, f64), every: i32) -> Markup {
        let last = self.days[self.days.len() - 1];
        let top = self.days.iter().map(|d| d.need.max(d.promised).max(d.booked)).max().unwrap_or(0).max(1);
        let part = step(top, 5);
        let frame = Frame {
            left: 52.0,
            right: width - 112.0,
            top: 14.0,
            bottom: height - 28.0,
            most: top.div_ceil(part) * part,
            first: self.days[0].date,
            span: f64::from((last.date - self.days[0].date).get_days()).max(1.0),
        };
        let desc = format!(
            "By {} {} appointments are booked; {} are needed and {} promised.",
            words::day_month(last.date),
            words::number(last.booked),
            words::number(last.need),
            words::number(last.promised),
        );
        let mut pen = Pen::open(id, width, height, &self.finding, &desc);
        self.axes(&mut pen, &frame, part, every);
        self.lines(&mut pen, &frame);
        Self::labels(&mut pen, &frame, last);
        pen.close()
    }

    fn axes(&self, pen: &mut Pen, frame: &Frame, part: u64, every: i32) {
        let soft = format!("fill=\"{SOFT}\"");
        let mut count = 0;
        while count <= frame.most {
            let y = frame.y(count);
            let paint = format!("stroke=\"{}\" fill=\"none\"", if count == 0 { INK } else { RULE });
            pen.line((frame.left, y), (frame.right, y), &paint);
            pen.text((frame.left - 8.0, y + 4.5), Anchor::End, &soft, &words::number(count));
            count += part;
        }
        let monday = self.days.iter().position(|d| d.date.weekday() == Weekday::Monday).unwrap_or(0);
        let mut at = self.days[monday].date;
        let end = self.days[self.days.len() - 1].date;
        while at <= end {
            let x = frame.x(at);
            pen.line((x, frame.bottom), (x, frame.bottom + 5.0), &format!("stroke=\"{INK}\" fill=\"none\""));
            let short = format!("{} {}", at.day(), &words::month(at)[..3]);
            pen.text((x, frame.bottom + 20.0), Anchor::Middle, &soft, &short);
            let Ok(next) = at.checked_add(jiff::Span::new().days(every)) else {
                break;
            };
            at = next;
        }
    }

    fn lines(&self, pen: &mut Pen, frame: &Frame) {
        let points = |of: fn(&BurnDay) -> u64| -> Vec<(f64, f64)> {
            self.days.iter().map(|d| (frame.x(d.date), frame.y(of(d)))).collect()
        };
        let booked = points(|d| d.booked);
        let mut area = booked.clone();
        area.push((frame.x(self.days[self.days.len() - 1].date), frame.bottom));
        area.push((frame.left, frame.bottom));
        pen.path(&area, true, &format!("fill=\"{BLUE}\" fill-opacity=\"0.14\""));
        if let Some(today) = self.today.filter(|&t| t >= frame.first && frame.x(t) <= frame.right) {
            let x = frame.x(today);
            pen.line((x, frame.top), (x, frame.bottom), &format!("stroke=\"{SOFT}\" fill=\"none\""));
            pen.text((x + 5.0, frame.top + 10.0), Anchor::Start, &format!("fill=\"{SOFT}\""), "today");
        }
        pen.path(
            &points(|d| d.promised),
            false,
            &format!("fill=\"none\" stroke=\"{VERMILION}\" stroke-width=\"2\" stroke-dasharray=\"7 4\""),
        );
        pen.path(
            &points(|d| d.need),
            false,
            &format!("fill=\"none\" stroke=\"{INK}\" stroke-width=\"2\" stroke-dasharray=\"2 3\""),
        );
        pen.path(
            &booked,
            false,
            &format!("fill=\"none\" stroke=\"{BLUE}\" stroke-width=\"3\" stroke-linejoin=\"round\""),
        );
    }

    fn labels(pen: &mut Pen, frame: &Frame, last: BurnDay) {
        let lines = [(last.promised, "promised", "#a84a00"), (last.need, "needed", INK), (last.booked, "booked", BLUE)];
        let mut heights = lines.map(|(count, ..)| frame.y(count) + 4.5);
        spread(&mut heights, 17.0, frame.bottom + 4.0);
        for ((count, name, colour), y) in lines.into_iter().zip(heights) {
            let paint = format!("fill=\"{colour}\" font-weight=\"600\"");
            pen.text((frame.right + 8.0, y), Anchor::Start, &paint, &format!("{} {name}", words::number(count)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days() -> Vec<BurnDay> {
        (1..=8)
            .map(|d| BurnDay {
                date: jiff::civil::date(2027, 1, d),
                need: 100,
                promised: 10 * d as u64,
                booked: 9 * d as u64,
            })
            .collect()
    }

    #[test]
    fn zero_stands_at_the_foot_and_the_most_inside() {
        let f = Frame {
            left: 0.0,
            right: 70.0,
            top: 10.0,
            bottom: 110.0,
            most: 100,
            first: jiff::civil::date(2027, 1, 1),
            span: 7.0,
        };
        assert_eq!((f.y(0), f.y(100), f.y(50)), (110.0, 10.0, 60.0));
        assert_eq!(f.x(jiff::civil::date(2027, 1, 8)), 70.0);
    }

    #[test]
    fn the_figure_says_the_same_as_its_table() {
        let burn = BurnUp { finding: "All <booked>".into(), days: days(), today: None };
        let figure = burn.figure("b").expect("it has days");
        assert_eq!(figure.table.rows.len(), 8);
        let svg = figure.wide.to_string();
        assert!(svg.contains("All &lt;booked&gt;") && svg.contains("72 booked") && svg.contains("id=\"b-w-t\""));
        assert_eq!(svg, burn.figure("b").expect("again").wide.to_string());
        assert!(BurnUp::default().figure("b").is_none());
    }

    #[test]
    fn one_day_and_no_capacity_still_draw() {
        let burn = BurnUp {
            finding: String::new(),
            days: vec![BurnDay { date: jiff::civil::date(2027, 1, 5), need: 0, promised: 0, booked: 0 }],
            today: Some(jiff::civil::date(2027, 1, 5)),
        };
        assert!(!burn.figure("b").expect("a day").wide.to_string().contains("NaN"));
    }
}
