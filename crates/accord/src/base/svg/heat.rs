//! The heat map of sites by days: how much of each clinic's day is used, the fullest first. On a narrow screen by weeks.

use jiff::civil::{Date, Weekday};

use super::{Anchor, INK, Pen, SOFT, fit};
use crate::base::page::{Figure, Markup, Table};
use crate::base::words;

/// A site on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// No session.
    Closed,
    /// Places used of places there.
    Open {
        /// Booked.
        used: u64,
        /// Capacity.
        room: u64,
    },
}

/// A site with one cell for each day of the map.
#[derive(Debug, Clone)]
pub struct HeatRow {
    /// The site's name.
    pub name: String,
    /// One for each day, in order; missing ones count as closed.
    pub cells: Vec<Cell>,
}

/// Sites by days.
#[derive(Debug, Clone, Default)]
pub struct Heat {
    /// What it shows, as a sentence.
    pub finding: String,
    /// The days, in order.
    pub days: Vec<Date>,
    /// The sites in any order.
    pub rows: Vec<HeatRow>,
    /// How many sites are drawn; the table has all.
    pub show: usize,
}

const NAME: f64 = 230.0;
/// Breadth of all days together.
const FULL: f64 = 940.0;
/// A phone's: the whole, and the names in it.
const NARROW: f64 = 340.0;
const NARROW_NAME: f64 = 158.0;
const ROW: f64 = 27.0;
const HEAD: f64 = 52.0;

/// Ground and ink of a share in tenths: one hue from pale to dark, dark ink on pale and white on dark.
fn shade(used: u64, room: u64) -> (&'static str, &'static str) {
    const STEPS: [(&str, &str); 5] =
        [("#eef5fa", INK), ("#cfe4f1", INK), ("#9fcae4", INK), ("#4f9fd0", INK), ("#005a8d", "#ffffff")];
    let tenths = used.saturating_mul(10).checked_div(room).unwrap_or(0);
    STEPS[match tenths {
        0..=2 => 0,
        3..=4 => 1,
        5..=6 => 2,
        7..=8 => 3,
        _ => 4,
    }]
}

impl HeatRow {
    /// Places used and places there over all days.
    pub fn total(&self) -> (u64, u64) {
        self.cells.iter().fold((0, 0), |(u, r), cell| match cell {
            Cell::Closed => (u, r),
            Cell::Open { used, room } => (u + used, r + room),
        })
    }
}

impl Heat {
    /// The picture, by days and on narrow screens by weeks, with its table; `None` without days or sites. The site with the
    /// largest share of its places used comes first: there nobody else finds a time.
    pub fn figure(&self, id: &str) -> Option<Figure> {
        if self.days.is_empty() || self.rows.is_empty() {
            return None;
        }
        let rows = self.ranked();
        let shown = rows.len().min(self.show.max(1));
        let left = rows.len() - shown;
        let tail = if left == 0 {
            String::new()
        } else {
            format!(
                " {} more {} in the table.",
                words::number(left as u64),
                words::verb(left as u64, "clinic is", "clinics are")
            )
        };
        Some(Figure {
            id: id.to_owned(),
            finding: self.finding.clone(),
            how: format!("Percent of places used, the fullest clinic first. Hatched: closed.{tail}"),
            wide: self.draw(&format!("{id}-w"), &rows[..shown]),
            narrow: Some(self.draw_weeks(&format!("{id}-n"), &rows[..shown])),
            broad: self.days.len() > 17,
            table: self.table(&rows),
            csv: None,
        })
    }

    fn ranked(&self) -> Vec<&HeatRow> {
        let mut rows: Vec<&HeatRow> = self.rows.iter().collect();
        rows.sort_by(|a, b| {
            let ((au, ar), (bu, br)) = (a.total(), b.total());
            // Shares compared without division; a site with no room at all goes last.
            (ar == 0)
                .cmp(&(br == 0))
                .then((u128::from(bu) * u128::from(ar)).cmp(&(u128::from(au) * u128::from(br))))
                // Of two that are as full, the one where more people went.
                .then(br.cmp(&ar))
                .then_with(|| a.name.cmp(&b.name))
        });
        rows
    }

    fn table(&self, rows: &[&HeatRow]) -> Table {
        let head = std::iter::once("Clinic".to_owned()).chain(self.days.iter().map(|&d| words::short_day(d))).collect();
        let cell = |c: Option<&Cell>| match c {
            None | Some(Cell::Closed) => "closed".to_owned(),
            Some(Cell::Open { used, room }) => {
                format!("{} of {}", words::number(*used), words::number(*room))
            }
        };
        let line = |r: &&HeatRow| {
            std::iter::once(r.name.clone()).chain((0..self.days.len()).map(|d| cell(r.cells.get(d)))).collect()
        };
        Table { head, rows: rows.iter().map(line).collect() }
    }

    fn draw(&self, id: &str, rows: &[&HeatRow]) -> Markup {
        let wide = (FULL / self.days.len() as f64).clamp(25.0, 56.0);
        let (width, height) = (NAME + wide * self.days.len() as f64, HEAD + ROW * rows.len() as f64 + 1.0);
        let mut pen = Pen::open(id, width, height, &self.finding, &self.described(rows));
        let closed = pen.hatch("closed", "#ffffff", "#d8dde0", 7.0);
        self.head(&mut pen, wide);
        for (at, row) in rows.iter().enumerate() {
            let y = HEAD + ROW * at as f64;
            pen.text((0.0, y + 18.0), Anchor::Start, &format!("fill=\"{INK}\""), &fit(&row.name, NAME - 8.0));
            for day in 0..self.days.len() {
                let x = NAME + wide * day as f64;
                let cell = row.cells.get(day).copied().unwrap_or(Cell::Closed);
                Self::cell(&mut pen, (x, y), wide, cell, &closed);
            }
        }
        pen.close()
    }

    fn described(&self, rows: &[&HeatRow]) -> String {
        let (used, room) = rows[0].total();
        let share = words::share(used, room);
        format!("The fullest of {} clinics is {}: {share} of its places are used.", self.rows.len(), rows[0].name)
    }

    /// The same with a column a week: what fits a phone and can still be read.
    fn draw_weeks(&self, id: &str, rows: &[&HeatRow]) -> Markup {
        let mut weeks: Vec<(Date, Vec<usize>)> = Vec::new();
        for (at, &day) in self.days.iter().enumerate() {
            let monday = day.saturating_sub(jiff::Span::new().days(i64::from(day.weekday().since(Weekday::Monday))));
            match weeks.last_mut().filter(|(known, _)| *known == monday) {
                Some((_, days)) => days.push(at),
                None => weeks.push((monday, vec![at])),
            }
        }
        let wide = (NARROW - NARROW_NAME) / weeks.len() as f64;
        let height = HEAD + ROW * rows.len() as f64 + 1.0;
        let mut pen = Pen::open(id, NARROW, height, &self.finding, &self.described(rows));
        let closed = pen.hatch("closed", "#ffffff", "#d8dde0", 7.0);
        pen.text((0.0, 42.0), Anchor::Start, &format!("fill=\"{SOFT}\""), "Week of");
        for (at, (monday, _)) in weeks.iter().enumerate() {
            let middle = NARROW_NAME + wide * (at as f64 + 0.5);
            let said = [monday.day().to_string(), words::month(*monday)[..3].to_owned()];
            for (text, y) in said.iter().zip([42.0, 25.0]) {
                pen.text((middle, y), Anchor::Middle, &format!("fill=\"{INK}\""), text);
            }
        }
        for (at, row) in rows.iter().enumerate() {
            let y = HEAD + ROW * at as f64;
            pen.text((0.0, y + 18.0), Anchor::Start, &format!("fill=\"{INK}\""), &fit(&row.name, NARROW_NAME - 8.0));
            for (nth, (_, days)) in weeks.iter().enumerate() {
                let of_week = HeatRow {
                    name: String::new(),
                    cells: days.iter().filter_map(|day| row.cells.get(*day).copied()).collect(),
                };
                let (used, room) = of_week.total();
                let cell = if room == 0 { Cell::Closed } else { Cell::Open { used, room } };
                Self::cell(&mut pen, (NARROW_NAME + wide * nth as f64, y), wide, cell, &closed);
            }
        }
        pen.close()
    }

    fn cell(pen: &mut Pen, (x, y): (f64, f64), wide: f64, cell: Cell, closed: &str) {
        let (at, size) = ((x + 1.0, y + 1.0), (wide - 2.0, ROW - 2.0));
        match cell {
            Cell::Closed => pen.rect(at, size, closed),
            Cell::Open { used, room } => {
                let (ground, ink) = shade(used, room);
                pen.rect(at, size, &format!("fill=\"{ground}\""));
                let said = words::share(used, room);
                // "over 99%" and "under 1%" do not fit a cell: the signs for them do.
                let said = said.replace("over ", ">").replace("under ", "<").replace("none", "0%");
                let said = if wide < 36.0 { said.trim_end_matches('%').to_owned() } else { said };
                pen.text(
                    (x + wide / 2.0, y + 18.0),
                    Anchor::Middle,
                    &format!("fill=\"{ink}\" font-size=\"12\""),
                    &said,
                );
            }
        }
    }

    fn head(&self, pen: &mut Pen, wide: f64) {
        let mut month = 0;
        for (at, &day) in self.days.iter().enumerate() {
            let middle = NAME + wide * (at as f64 + 0.5);
            let letter = &words::weekday(day.weekday())[..if wide < 34.0 { 1 } else { 3 }];
            pen.text((middle, 29.0), Anchor::Middle, &format!("fill=\"{SOFT}\" font-size=\"12\""), letter);
            let weight = if day.weekday() == Weekday::Monday { "600" } else { "400" };
            pen.text(
                (middle, 45.0),
                Anchor::Middle,
                &format!("fill=\"{INK}\" font-size=\"12\" font-weight=\"{weight}\""),
                &day.day().to_string(),
            );
            if month != day.month() {
                month = day.month();
                let x = NAME + wide * at as f64;
                pen.text(
                    (x + 1.0, 12.0),
                    Anchor::Start,
                    &format!("fill=\"{INK}\" font-weight=\"600\""),
                    words::month(day),
                );
                if at > 0 {
                    pen.line((x, 2.0), (x, HEAD), &format!("stroke=\"{SOFT}\""));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(used: u64, room: u64) -> Cell {
        Cell::Open { used, room }
    }

    #[test]
    fn the_fullest_clinic_comes_first_and_one_without_room_last() {
        let day = jiff::civil::date(2027, 1, 5);
        let row = |name: &str, cell| HeatRow { name: name.into(), cells: vec![cell] };
        let heat = Heat {
            finding: "f".into(),
            days: vec![day],
            show: 2,
            rows: vec![
                row("full", open(10, 10)),
                row("shut", Cell::Closed),
                row("half", open(5, 10)),
                row("b&b", open(1, 10)),
            ],
        };
        let figure = heat.figure("h").expect("it has rows");
        let names: Vec<&str> = figure.table.rows.iter().map(|r| r[0].as_str()).collect();
        assert_eq!(names, ["full", "half", "b&b", "shut"]);
        assert!(
            figure.how.contains("2 more clinics are in the table") && figure.how.contains("the fullest clinic first")
        );
        let svg = figure.wide.to_string();
        assert!(svg.contains(">full<") && svg.contains("50%") && !svg.contains("b&amp;b"));
    }

    #[test]
    fn a_phone_sees_weeks_and_each_month_has_its_name() {
        let days: Vec<Date> = (29..=31)
            .map(|d| jiff::civil::date(2027, 1, d))
            .chain((1..=2).map(|d| jiff::civil::date(2027, 2, d)))
            .collect();
        let cells = vec![open(10, 10), open(0, 10), Cell::Closed, open(1, 4), Cell::Closed];
        let heat = Heat { finding: "f".into(), days, rows: vec![HeatRow { name: "x".into(), cells }], show: 9 };
        let figure = heat.figure("h").expect("a row");
        let (wide, narrow) = (figure.wide.to_string(), figure.narrow.expect("a narrow one").to_string());
        assert!(wide.contains(">January<") && wide.contains(">February<"));
        assert!(narrow.contains(">25<") && narrow.contains(">50%<") && narrow.contains(">25%<"));
    }

    #[test]
    fn missing_cells_are_closed() {
        let heat = Heat {
            finding: String::new(),
            days: vec![jiff::civil::date(2027, 1, 5)],
            rows: vec![HeatRow { name: "x".into(), cells: vec![] }],
            show: 9,
        };
        let figure = heat.figure("h").expect("a row");
        assert_eq!(figure.table.rows[0][1], "closed");
        assert!(figure.wide.to_string().contains("url(#h-w-closed)"));
    }
}
