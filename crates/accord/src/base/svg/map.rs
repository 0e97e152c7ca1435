//! The map: districts shaded by how many could not be placed, sites sized by what they offer, the estuaries that decide travel.
//!
//! No tiles and nobody else's server: outlines come as plain longitude and latitude and are projected here (equirectangular about the
//! middle of the map, good to well under a pixel over a county).

use std::fmt::Write as _;

use super::outline::{Point, area, quiet_spot, thin};
use super::{Anchor, BLUE, INK, Pen, num};
use crate::base::page::{Figure, Markup, Table};
use crate::base::words;

/// A point as GeoJSON writes it: longitude, latitude, in degrees.
type LonLat = (f64, f64);

/// A district and how its people fare.
#[derive(Debug, Clone, Default)]
pub struct District {
    /// Name.
    pub name: String,
    /// Outer rings and holes, each closed or not.
    pub rings: Vec<Vec<LonLat>>,
    /// People who live here and could not be placed.
    pub unplaced: u64,
    /// People of the campaign who live here.
    pub people: u64,
}

/// A site on the map.
#[derive(Debug, Clone)]
pub struct Site {
    /// Name.
    pub name: String,
    /// Where.
    pub at: LonLat,
    /// Appointments it offers in the campaign.
    pub capacity: u64,
    /// Whether its name is written on the map.
    pub label: bool,
}

/// A water's name, written where it lies.
#[derive(Debug, Clone)]
pub struct Water {
    /// Name.
    pub name: String,
    /// Where.
    pub at: LonLat,
}

/// The whole map.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// What it shows, as a sentence.
    pub finding: String,
    /// The land.
    pub districts: Vec<District>,
    /// The clinics.
    pub sites: Vec<Site>,
    /// Names of estuaries.
    pub waters: Vec<Water>,
}

const WIDTH: f64 = 620.0;
/// On a phone: the names of districts and numbers, no names of sites.
const NARROW: f64 = 340.0;
const MARGIN: f64 = 10.0;
const SEA: &str = "#e3eef4";

/// Degrees to units of the drawing.
struct Projection {
    west: f64,
    north: f64,
    per_lon: f64,
    per_lat: f64,
    width: f64,
    height: f64,
}

impl Projection {
    fn over(width: f64, points: impl Iterator<Item = LonLat> + Clone) -> Option<Self> {
        let finite = points.filter(|p| p.0.is_finite() && p.1.is_finite());
        let (mut w, mut e, mut s, mut n) = (f64::MAX, f64::MIN, f64::MAX, f64::MIN);
        for (lon, lat) in finite {
            (w, e, s, n) = (w.min(lon), e.max(lon), s.min(lat), n.max(lat));
        }
        if w > e {
            return None;
        }
        let squeeze = (f64::midpoint(s, n)).to_radians().cos();
        let per_lon = (width - 2.0 * MARGIN) / (e - w).max(1e-6);
        let per_lat = per_lon / squeeze.max(1e-6);
        Some(Self { west: w, north: n, per_lon, per_lat, width, height: (n - s) * per_lat + 2.0 * MARGIN })
    }

    fn at(&self, (lon, lat): LonLat) -> Point {
        (MARGIN + (lon - self.west) * self.per_lon, MARGIN + (self.north - lat) * self.per_lat)
    }
}

impl Map {
    /// The picture with its table; `None` without an outline.
    pub fn figure(&self, id: &str) -> Option<Figure> {
        let outline = self.districts.iter().flat_map(|d| d.rings.iter().flatten().copied());
        let projection = Projection::over(WIDTH, outline.clone())?;
        let narrow = Projection::over(NARROW, outline)?;
        let largest = self.sites.iter().max_by(|a, b| a.capacity.cmp(&b.capacity).then_with(|| b.name.cmp(&a.name)));
        let sized = largest.map_or_else(String::new, |s| {
            format!(
                " Circles: sites by the appointments they offer; the largest, {}, offers {}.",
                s.name,
                words::number(s.capacity)
            )
        });
        Some(Figure {
            id: id.to_owned(),
            finding: self.finding.clone(),
            how: format!(
                "Darker: a larger share of the people living there could not be placed; hatched: over 3%. Numbers are of people not placed.{sized}"
            ),
            wide: self.draw(&format!("{id}-w"), &projection),
            narrow: Some(self.draw(&format!("{id}-n"), &narrow)),
            broad: false,
            table: self.table(),
            csv: None,
        })
    }

    fn table(&self) -> Table {
        let head = ["District", "Cannot be placed", "People", "Share"].map(str::to_owned).to_vec();
        let mut rows: Vec<&District> = self.districts.iter().collect();
        rows.sort_by(|a, b| b.unplaced.cmp(&a.unplaced).then_with(|| a.name.cmp(&b.name)));
        let row = |d: &&District| {
            let share = if is_few(d.unplaced) { "not shown".into() } else { words::share(d.unplaced, d.people) };
            vec![d.name.clone(), few(d.unplaced), words::number(d.people), share]
        };
        Table { head, rows: rows.iter().map(row).collect() }
    }

    fn draw(&self, id: &str, projection: &Projection) -> Markup {
        let worst = self.districts.iter().max_by(|a, b| a.unplaced.cmp(&b.unplaced).then_with(|| b.name.cmp(&a.name)));
        let desc = worst.map_or_else(String::new, |d| {
            format!("Most of those who cannot be placed, {}, live in {}.", few(d.unplaced), d.name)
        });
        let mut pen = Pen::open(id, projection.width, projection.height, &self.finding, &desc);
        let dense = pen.hatch("dense", "#f2c25c", "#b87a00", 8.0);
        pen.rect((0.0, 0.0), (projection.width, projection.height), &format!("fill=\"{SEA}\""));
        let lands: Vec<Vec<Vec<Point>>> = self.districts.iter().map(|d| project(d, projection)).collect();
        for (district, rings) in self.districts.iter().zip(&lands) {
            let paint = shade(district, &dense);
            outline(&mut pen, rings, &paint);
        }
        let circles = self.circles(projection);
        for (at, radius) in &circles {
            pen.circle(*at, *radius, &format!("fill=\"{BLUE}\" fill-opacity=\"0.7\" stroke=\"#ffffff\""));
        }
        let mut taken: Vec<Point> = circles.iter().filter(|(_, r)| *r > 5.0).map(|(p, _)| *p).collect();
        let mut labels: Vec<Label> = Vec::new();
        for (district, rings) in self.districts.iter().zip(&lands) {
            let Some(at) = quiet_spot(rings, &taken) else {
                continue;
            };
            let at = clear_of(at, &circles, projection.width / 17.0);
            taken.push(at);
            let name = Label::new(at, Anchor::Middle, &district.name);
            let [large, small] = if projection.width < WIDTH { ["13", "12"] } else { ["15", "14"] };
            halo(&mut pen, &name, &format!("font-weight=\"600\" font-size=\"{large}\""));
            let said = match district.unplaced {
                0 => "all placed".to_owned(),
                n if projection.width < WIDTH => few(n),
                n => format!("{} not placed", few(n)),
            };
            let count = Label::new((at.0, at.1 + 17.0), Anchor::Middle, &said);
            halo(&mut pen, &count, &format!("font-size=\"{small}\""));
            labels.extend([name, count]);
        }
        if projection.width >= WIDTH {
            self.site_labels(&mut pen, projection, &circles, &mut labels);
        }
        for water in &self.waters {
            let name = Label::new(projection.at(water.at), Anchor::Middle, &water.name);
            if !labels.iter().any(|l| l.meets(&name)) {
                pen.text(name.at, name.anchor, "fill=\"#2f6484\" font-size=\"12\" font-style=\"italic\"", &name.text);
            }
        }
        pen.close()
    }

    fn circles(&self, projection: &Projection) -> Vec<(Point, f64)> {
        let most = self.sites.iter().map(|s| s.capacity).max().unwrap_or(0).max(1) as f64;
        let mut sites: Vec<&Site> = self.sites.iter().collect();
        // Small ones last, so that they lie on top of large ones.
        sites.sort_by(|a, b| b.capacity.cmp(&a.capacity).then_with(|| a.name.cmp(&b.name)));
        sites
            .iter()
            .map(|s| {
                (projection.at(s.at), (16.0 * (projection.width / WIDTH) * (s.capacity as f64 / most).sqrt()).max(2.0))
            })
            .collect()
    }

    /// Writes the names of the sites that want it, the largest first, right or left of their circle; one that fits nowhere is left out
    /// (the table of clinics has it). Adds to the labels written; districts come before sites.
    fn site_labels(&self, pen: &mut Pen, projection: &Projection, circles: &[(Point, f64)], labels: &mut Vec<Label>) {
        let mut named: Vec<&Site> = self.sites.iter().filter(|s| s.label).collect();
        named.sort_by(|a, b| b.capacity.cmp(&a.capacity).then_with(|| a.name.cmp(&b.name)));
        for site in named {
            let (x, y) = projection.at(site.at);
            let radius = circles.iter().find(|(p, _)| *p == (x, y)).map_or(4.0, |(_, r)| *r);
            let right = Label::new((x + radius + 4.0, y + 4.0), Anchor::Start, &site.name);
            let left = Label::new((x - radius - 4.0, y + 4.0), Anchor::End, &site.name);
            let free = |l: &Label| l.from > 0.0 && l.to < projection.width && !labels.iter().any(|o| o.meets(l));
            if let Some(label) = [right, left].into_iter().find(free) {
                halo(pen, &label, "font-size=\"12\"");
                labels.push(label);
            }
        }
    }
}

/// A place for two lines of text about twice `half` long that would stand on a large circle: above it.
fn clear_of(at: Point, circles: &[(Point, f64)], half: f64) -> Point {
    let hit = |&&((x, y), radius): &&(Point, f64)| {
        radius > 5.0 && (x - at.0).abs() < half + radius && y > at.1 - 12.0 - radius && y < at.1 + 20.0 + radius
    };
    match circles.iter().filter(hit).map(|((_, y), radius)| y - radius - 22.0).reduce(f64::min) {
        Some(y) => (at.0, y),
        None => at,
    }
}

/// A number so small that it could point at somebody is not said.
const FEW: u64 = 6;

fn is_few(n: u64) -> bool {
    (1..FEW).contains(&n)
}

fn few(n: u64) -> String {
    if is_few(n) { format!("fewer than {FEW}") } else { words::number(n) }
}

/// A text on the map and about how far it reaches.
struct Label {
    at: Point,
    anchor: Anchor,
    text: String,
    from: f64,
    to: f64,
}

impl Label {
    fn new(at: Point, anchor: Anchor, text: &str) -> Self {
        let long = text.chars().count() as f64 * 7.0;
        let from = match anchor {
            Anchor::Start => at.0,
            Anchor::Middle => at.0 - long / 2.0,
            Anchor::End => at.0 - long,
        };
        Self { at, anchor, text: text.to_owned(), from, to: from + long }
    }

    fn meets(&self, other: &Self) -> bool {
        (self.at.1 - other.at.1).abs() < 14.0 && self.from < other.to && other.from < self.to
    }
}

fn shade(district: &District, dense: &str) -> String {
    let (part, whole) = (district.unplaced, district.people.max(1));
    // Steps of the share not placed: none, up to 1 %, up to 3 %, over.
    let fill = if part == 0 {
        "fill=\"#ffffff\"".to_owned()
    } else if part * 100 <= whole {
        "fill=\"#fdf3dc\"".to_owned()
    } else if part * 100 <= whole * 3 {
        "fill=\"#f8dc9d\"".to_owned()
    } else {
        dense.to_owned()
    };
    format!("{fill} fill-rule=\"evenodd\" stroke=\"#8a9aa5\" stroke-width=\"0.8\" stroke-linejoin=\"round\"")
}

fn halo(pen: &mut Pen, label: &Label, paint: &str) {
    let paint = format!(
        "fill=\"{INK}\" stroke=\"#ffffff\" stroke-width=\"3\" stroke-opacity=\"0.85\" stroke-linejoin=\"round\" paint-order=\"stroke\" {paint}"
    );
    pen.text(label.at, label.anchor, &paint, &label.text);
}

/// The rings of a district in units of the drawing, thinned to what can be seen; specks are left out.
fn project(district: &District, projection: &Projection) -> Vec<Vec<Point>> {
    let seen = |ring: &Vec<LonLat>| {
        let points: Vec<Point> =
            ring.iter().filter(|p| p.0.is_finite() && p.1.is_finite()).map(|&p| projection.at(p)).collect();
        let thin = thin(&points, 0.5);
        (thin.len() > 3 && area(&thin).abs() > 2.0).then_some(thin)
    };
    district.rings.iter().filter_map(seen).collect()
}

/// Outlines as steps from point to point in tenths of a unit: half the bytes of absolute coordinates, and no rounding adds up.
fn outline(pen: &mut Pen, rings: &[Vec<Point>], paint: &str) {
    let tenths = |v: f64| (v * 10.0).round() as i64;
    let shown = |v: i64| num(v as f64 / 10.0);
    let mut d = String::new();
    for ring in rings {
        let mut last = (0, 0);
        for (at, p) in ring.iter().enumerate() {
            let now = (tenths(p.0), tenths(p.1));
            let (dx, dy) = (shown(now.0 - last.0), shown(now.1 - last.1));
            let gap = if dy.starts_with('-') { "" } else { " " };
            let _ = write!(d, "{}{dx}{gap}{dy}", if at == 0 { "M" } else { "l" });
            last = now;
        }
        d.push('Z');
    }
    let _ = write!(pen.out, "<path d=\"{d}\" {paint}/>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Vec<LonLat> {
        vec![(1.0, 52.0), (1.5, 52.0), (2.0, 52.0), (2.0, 53.0), (1.0, 53.0), (1.0, 52.0)]
    }

    #[test]
    fn north_is_up_and_a_degree_of_latitude_is_longer() {
        let p = Projection::over(WIDTH, square().into_iter()).expect("points");
        assert_eq!(p.at((1.0, 53.0)), (MARGIN, MARGIN));
        let (right, down) = (p.at((2.0, 53.0)).0 - MARGIN, p.at((1.0, 52.0)).1 - MARGIN);
        assert!((right / down - 52.5_f64.to_radians().cos()).abs() < 1e-9);
        assert!(Projection::over(WIDTH, [].into_iter()).is_none());
    }

    #[test]
    fn the_map_names_and_counts_and_escapes() {
        let map = Map {
            finding: "Most live in <Tendring>".into(),
            districts: vec![District {
                name: "Tendring & sea".into(),
                rings: vec![square()],
                unplaced: 340,
                people: 2_000,
            }],
            sites: vec![Site { name: "Clacton".into(), at: (1.5, 52.5), capacity: 1_200, label: true }],
            waters: vec![Water { name: "Stour".into(), at: (1.9, 52.2) }],
        };
        let figure = map.figure("m").expect("an outline");
        let svg = figure.wide.to_string();
        assert!(
            svg.contains("Tendring &amp; sea") && svg.contains("340 not placed") && svg.contains("url(#m-w-dense)")
        );
        assert!(svg.contains("&lt;Tendring&gt;") && svg.contains("Stour") && !svg.contains("NaN"));
        assert_eq!(figure.table.rows, [["Tendring & sea", "340", "2,000", "17%"]]);
        assert!(Map::default().figure("m").is_none());
    }

    #[test]
    fn small_numbers_are_not_said() {
        let district = |unplaced| District { name: "Place".into(), rings: vec![square()], unplaced, people: 90 };
        for (unplaced, said, share) in
            [(0, "0", "0%"), (1, "fewer than 6", "not shown"), (5, "fewer than 6", "not shown"), (6, "6", "7%")]
        {
            let map = Map { districts: vec![district(unplaced)], ..Map::default() };
            let figure = map.figure("m").expect("an outline");
            assert_eq!(figure.table.rows, [["Place", said, "90", share]]);
            assert_eq!(figure.wide.to_string().contains("fewer than 6"), said == "fewer than 6");
        }
    }
}
