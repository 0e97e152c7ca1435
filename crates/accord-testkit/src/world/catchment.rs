//! How many people each site would serve if everybody spread over the sites they may use and can
//! reach, near ones and big ones more. Capacity is laid out by it.

use super::capacity::TRAVEL_LIMIT;
use super::staff::Staff;
use super::{Organisation, Site};
use crate::geo::{Geo, SectorId};

/// Minutes after which a site's pull falls to a third.
const PULL_MINUTES: f64 = 12.0;

/// For each organisation and site: may its people go there?
pub(super) type Permitted = Vec<Vec<bool>>;

/// People by site, as fractions; sums to the number of people.
pub(super) fn demand(
    geo: &Geo,
    organisations: &[Organisation],
    sites: &[Site],
    permitted: &Permitted,
    staff: &Staff,
) -> Vec<f64> {
    let pull = pulls(geo, sites);
    let mut demand = vec![0.0; sites.len()];
    let mut weights = vec![0.0; sites.len()];
    for person in &staff.people {
        let home = sector_of(geo, &person.truth.home);
        let employer = person.jobs[0].employer;
        let mut sum = 0.0;
        for (at, site) in sites.iter().enumerate() {
            let own = site.host_id == organisations[employer].id;
            weights[at] = if permitted[employer][at] { pull[home.0 as usize][at] } else { 0.0 };
            weights[at] *= if own { 2.0 } else { 1.0 };
            sum += weights[at];
        }
        if sum > 0.0 {
            for (total, weight) in demand.iter_mut().zip(&weights) {
                *total += weight / sum;
            }
        } else {
            demand[0] += 1.0;
        }
    }
    demand
}

/// For each organisation and site: how many of its people live within the travel limit.
pub(super) fn within_reach(geo: &Geo, organisations: &[Organisation], sites: &[Site], staff: &Staff) -> Vec<Vec<u32>> {
    let mut count = vec![vec![0; sites.len()]; organisations.len()];
    let places: Vec<SectorId> = sites.iter().map(|s| sector_of(geo, &s.postcode)).collect();
    for person in &staff.people {
        let home = sector_of(geo, &person.truth.home);
        for (count, place) in count[person.jobs[0].employer].iter_mut().zip(&places) {
            *count += u32::from(geo.travel.minutes_between(home, *place) <= TRAVEL_LIMIT);
        }
    }
    count
}

fn sector_of(geo: &Geo, postcode: &str) -> SectorId {
    geo.postcodes.find(postcode).expect("homes and sites are real postcodes").sector
}

/// By home sector and site.
fn pulls(geo: &Geo, sites: &[Site]) -> Vec<Vec<f64>> {
    let places: Vec<SectorId> = sites.iter().map(|s| sector_of(geo, &s.postcode)).collect();
    let pull = |home: usize, site: usize| {
        let home = SectorId(u16::try_from(home).expect("fewer than 65,536 sectors"));
        let minutes = geo.travel.minutes_between(home, places[site]);
        let size = match sites[site].kind.as_str() {
            "hospital_hub" => 7.0,
            "vaccination_centre" => 4.0,
            "gp_led" => 1.2,
            _ => 0.5,
        };
        if minutes > TRAVEL_LIMIT { 0.0 } else { size * (-f64::from(minutes) / PULL_MINUTES).exp() }
    };
    let all = 0..geo.travel.sectors().len();
    all.map(|home| (0..sites.len()).map(|site| pull(home, site)).collect()).collect()
}
