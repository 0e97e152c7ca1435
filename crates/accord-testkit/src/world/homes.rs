//! Where people live: a real residential postcode near the workplace, reachable over land.

use super::dice::Dice;
use crate::geo::{Geo, Postcode};

/// Kilometres in a degree of latitude.
const KM_PER_LAT: f64 = 111.2;
/// Kilometres in a degree of longitude at 52 degrees north.
const KM_PER_LON: f64 = 68.5;
/// Nobody of the demo travels longer to work.
const LONGEST_COMMUTE: u16 = 60;

/// A home for somebody who works at `work`: 35 % within a walk, 40 % in or about town, the rest
/// further out (scales 2, 6 and 14 km). Only people's homes, never PO boxes.
pub(super) fn near<'g>(geo: &'g Geo, work: &Postcode, dice: &mut Dice) -> &'g Postcode {
    let scale = match dice.unit() {
        x if x < 0.35 => 2.0,
        x if x < 0.75 => 6.0,
        _ => 14.0,
    };
    for _ in 0..24 {
        let lat = work.lat + dice.normal() * scale / KM_PER_LAT;
        let lon = work.lon + dice.normal() * scale / KM_PER_LON;
        let homes = geo.postcodes.homes_near(lat, lon);
        if homes.is_empty() {
            continue;
        }
        let home = &geo.postcodes.all()[*dice.pick(homes) as usize];
        if geo.travel.minutes_between(home.sector, work.sector) <= LONGEST_COMMUTE {
            return home;
        }
    }
    nearest_home(geo, work)
}

/// For a workplace with no homes about it (none in the demo's data).
fn nearest_home<'g>(geo: &'g Geo, work: &Postcode) -> &'g Postcode {
    let squared = |p: &&Postcode| (p.lat - work.lat).powi(2) + (p.lon - work.lon).powi(2);
    geo.postcodes
        .all()
        .iter()
        .filter(|p| p.residential)
        .min_by(|a, b| squared(a).total_cmp(&squared(b)))
        .expect("the area has homes")
}
