//! The heat map of sites by days: how much of each clinic's day is used, the worst site first.

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

const NAME: f64 = 196.0;
const ROW: f64 = 27.0;
const HEAD: f64 = 40.0;

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
    /// The picture with its table; `None` without days or sites. The site with the most room left unused comes first.
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
                words::verb(left as u64, "site is", "sites are")
            )
        };
        Some(Figure {
            id: id.to_owned(),
            finding: self.finding.clone(),
            how: format!("Percent of places used, the emptiest site first. Hatched: closed.{tail}"),
            wide: self.draw(&format!("{id}-w"), &rows[..shown]),
            narrow: None,
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
                .then((u128::from(au) * u128::from(br)).cmp(&(u128::from(bu) * u128::from(ar))))
                .then_with(|| a.name.cmp(&b.name))
        });
        rows
    }

    fn table(&self, rows: &[&HeatRow]) -> Table {
        let head = std::iter::once("Site".to_owned()).chain(self.days.iter().map(|&d| words::short_day(d))).collect();
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
        let wide = ((620.0 - NAME) / self.days.len() as f64).clamp(25.0, 56.0);
        let (width, height) = (NAME + wide * self.days.len() as f64, HEAD + ROW * rows.len() as f64 + 1.0);
        let first = rows[0];
        let (used, room) = first.total();
        let desc = format!(
            "The emptiest of {} sites is {}: {} of its places are used.",
            self.rows.len(),
            first.name,
            words::share(used, room)
        );
        let mut pen = Pen::open(id, width, height, &self.finding, &desc);
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
            pen.text((middle, 14.0), Anchor::Middle, &format!("fill=\"{SOFT}\" font-size=\"12\""), letter);
            let weight = if day.weekday() == Weekday::Monday { "600" } else { "400" };
            pen.text(
                (middle, 31.0),
                Anchor::Middle,
                &format!("fill=\"{INK}\" font-size=\"12\" font-weight=\"{weight}\""),
                &day.day().to_string(),
            );
            if month == 0 {
                month = day.month();
                pen.text(
                    (NAME - 10.0, 31.0),
                    Anchor::End,
                    &format!("fill=\"{SOFT}\" font-size=\"12\""),
                    words::month(day),
                );
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
    fn the_emptiest_site_comes_first_and_one_without_room_last() {
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
        assert_eq!(names, ["b&b", "half", "full", "shut"]);
        assert!(figure.how.contains("2 more sites are in the table"));
        let svg = figure.wide.to_string();
        assert!(svg.contains("b&amp;b") && svg.contains("10%") && !svg.contains(">full<"));
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
