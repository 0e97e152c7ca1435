//! Minutes between postcode sectors, over land: an estuary is driven round, not crossed.

use super::File;

/// Place of a sector in [`Travel::sectors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectorId(pub u16);

/// A postcode sector such as `IP4 5`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sector {
    /// Text form.
    pub name: String,
    /// Centre, degrees WGS84.
    pub lat: f64,
    /// Centre, degrees WGS84.
    pub lon: f64,
}

/// A dense table of estimated driving minutes. An estimate of ours from the shortest way over
/// land, without traffic: good for planning, not for a promise.
#[derive(Debug)]
pub struct Travel {
    sectors: Vec<Sector>,
    minutes: Vec<u16>,
}

/// Minutes within one sector, for which the source has no row.
pub const WITHIN_SECTOR: u16 = 4;

impl Travel {
    pub(super) fn read() -> Self {
        let text = File::Sectors.text();
        let mut sectors: Vec<Sector> = text
            .lines()
            .skip(1)
            .map(|line| {
                let mut cells = line.split(',');
                let mut next = || cells.next().expect("a sector row has three cells");
                let name = next().to_owned();
                let lat = next().parse().expect("latitude is a number");
                let lon = next().parse().expect("longitude is a number");
                Sector { name, lat, lon }
            })
            .collect();
        sectors.sort_by(|a, b| a.name.cmp(&b.name));
        let side = sectors.len();
        let mut travel = Self { sectors, minutes: vec![WITHIN_SECTOR; side * side] };
        let text = File::Travel.text();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let place = |name| travel.sector(name).expect("both ends are known sectors").0 as usize;
            let (from, to) = (place(cells[0]), place(cells[1]));
            let minutes: f64 = cells[4].parse().expect("minutes are a number");
            let minutes = minutes.round() as u16;
            travel.minutes[from * side + to] = minutes;
            travel.minutes[to * side + from] = minutes;
        }
        travel
    }

    /// All sectors, by name.
    #[must_use]
    pub fn sectors(&self) -> &[Sector] {
        &self.sectors
    }

    /// Finds a sector by its text (`IP4 5`).
    #[must_use]
    pub fn sector(&self, name: &str) -> Option<SectorId> {
        let found = self.sectors.binary_search_by(|s| s.name.as_str().cmp(name)).ok()?;
        Some(SectorId(u16::try_from(found).expect("fewer than 65,536 sectors")))
    }

    /// The sector whose centre is nearest by crow.
    #[must_use]
    pub fn nearest(&self, lat: f64, lon: f64) -> SectorId {
        let squared = |s: &Sector| ((s.lat - lat) * 1.63).powi(2) + (s.lon - lon).powi(2);
        let best = (0..self.sectors.len())
            .min_by(|&a, &b| squared(&self.sectors[a]).total_cmp(&squared(&self.sectors[b])))
            .expect("the table has sectors");
        SectorId(u16::try_from(best).expect("fewer than 65,536 sectors"))
    }

    /// Minutes from one sector to another; the same both ways. None for a sector outside the area.
    #[must_use]
    pub fn minutes(&self, from: &str, to: &str) -> Option<u16> {
        Some(self.minutes_between(self.sector(from)?, self.sector(to)?))
    }

    /// Minutes between two sectors of this table.
    #[must_use]
    pub fn minutes_between(&self, from: SectorId, to: SectorId) -> u16 {
        self.minutes[from.0 as usize * self.sectors.len() + to.0 as usize]
    }
}
