//! Every live postcode of the area, with a grid to find those near a point.

use super::{File, SectorId, Travel};

/// A live postcode.
#[derive(Clone, Debug, PartialEq)]
pub struct Postcode {
    /// Text form with one blank: `IP4 5PD`.
    pub text: Box<str>,
    /// The sector to travel from: its own, or the nearest for the few that the table lacks.
    pub sector: SectorId,
    /// Degrees, WGS84.
    pub lat: f64,
    /// Degrees, WGS84.
    pub lon: f64,
    /// District code.
    pub district: &'static str,
    /// False for the part of East Suffolk that belongs to another integrated care system.
    pub in_snee_ics: bool,
    /// False for large-user postcodes (PO boxes), where nobody lives.
    pub residential: bool,
}

/// More postcodes than this at one point are a sorting office, not homes.
const HOMES_AT_POINT: u32 = 20;
/// Side of a grid cell, degrees of latitude (about 1.1 km).
const CELL_LAT: f64 = 0.01;
/// Side of a grid cell, degrees of longitude (about 1.1 km at 52 degrees north).
const CELL_LON: f64 = 0.016;
const SOUTH: f64 = 51.5;
const WEST: f64 = 0.0;
const GRID_WIDTH: usize = 130;
const GRID_HEIGHT: usize = 120;

/// The postcodes, sorted by text.
#[derive(Debug)]
pub struct Postcodes {
    all: Vec<Postcode>,
    homes_by_cell: Vec<Vec<u32>>,
}

impl Postcodes {
    pub(super) fn read(travel: &Travel) -> Self {
        let text = File::Postcodes.text();
        let mut all: Vec<Postcode> = text.lines().skip(1).map(|line| parse(line, travel)).collect();
        all.sort_by(|a, b| a.text.cmp(&b.text));
        let mut homes_by_cell = vec![Vec::new(); GRID_WIDTH * GRID_HEIGHT];
        for (at, postcode) in all.iter().enumerate() {
            if let Some(cell) = cell(postcode.lat, postcode.lon).filter(|_| postcode.residential) {
                homes_by_cell[cell].push(u32::try_from(at).expect("fewer than 2^32 postcodes"));
            }
        }
        Self { all, homes_by_cell }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Never true for the embedded data.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All, sorted by text.
    #[must_use]
    pub fn all(&self) -> &[Postcode] {
        &self.all
    }

    /// Finds a postcode in its usual form (capitals, one blank).
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Postcode> {
        let found = self.all.binary_search_by(|p| (*p.text).cmp(text)).ok()?;
        Some(&self.all[found])
    }

    /// Where homes are within about a kilometre of a point: places in [`Postcodes::all`].
    #[must_use]
    pub fn homes_near(&self, lat: f64, lon: f64) -> &[u32] {
        cell(lat, lon).map_or(&[], |cell| &self.homes_by_cell[cell])
    }
}

fn cell(lat: f64, lon: f64) -> Option<usize> {
    let (row, column) = (((lat - SOUTH) / CELL_LAT).floor(), ((lon - WEST) / CELL_LON).floor());
    let inside = row >= 0.0 && column >= 0.0 && row < GRID_HEIGHT as f64 && column < GRID_WIDTH as f64;
    inside.then_some(row as usize * GRID_WIDTH + column as usize)
}

fn parse(line: &str, travel: &Travel) -> Postcode {
    let mut cells = line.split(',');
    let mut next = || cells.next().expect("a postcode row has seven cells");
    let text = next().into();
    let sector = next();
    let lat = next().parse().expect("latitude is a number");
    let lon = next().parse().expect("longitude is a number");
    // A handful of small sectors have no centre of their own in the travel table.
    let sector = travel.sector(sector).unwrap_or_else(|| travel.nearest(lat, lon));
    let code = next();
    let district =
        super::DISTRICTS.iter().find(|(known, _)| *known == code).expect("only the seven districts are embedded").0;
    let in_snee_ics = next() == "1";
    let at_point: u32 = next().parse().expect("a whole number of postcodes");
    Postcode { text, sector, lat, lon, district, in_snee_ics, residential: at_point <= HOMES_AT_POINT }
}
