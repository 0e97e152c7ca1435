//! The clinics' places: real vaccination sites, with hosts. Their access attributes are invented.

use std::collections::HashSet;

use super::dice::Dice;
use super::organisations::{invented, readable};
use super::{Organisation, Site};
use crate::geo::{DISTRICTS, Geo, GeoSite, Practice};

/// Pharmacies in the demo.
const PHARMACIES: usize = 10;
/// Who gives the capacity of hubs and centres. Invented, as all agreements are.
const HOSTS: [(&str, &str); 7] = [
    ("VS2673", "RDE"),
    ("VS2713", "RDE"),
    ("VS2855", "RGR"),
    ("VS2537", "NQA"),
    ("VS2543", "SGPF"),
    ("VS2546", "RGR"),
    ("VS2555", "SGPF"),
];

/// Chooses the sites (hubs, centres, GP-led, some pharmacies; one for each postcode) and adds the
/// hosts that are not among the employers.
pub(super) fn choose(geo: &Geo, seed: u64, organisations: &mut Vec<Organisation>) -> Vec<Site> {
    let mut dice = Dice::new(seed, "sites");
    let mut taken = HashSet::new();
    let mut sites = Vec::new();
    for kind in ["hospital_hub", "vaccination_centre", "gp_led"] {
        for place in geo.sites.iter().filter(|s| s.kind == kind) {
            let inside = geo.postcodes.find(&place.postcode).is_some_and(|p| p.in_snee_ics);
            if inside && taken.insert(place.postcode.clone()) {
                let host_id = host_of(geo, place, organisations, &mut dice);
                sites.push(site(place, host_id, &mut dice));
            }
        }
    }
    for place in pharmacies(geo, &mut taken, &mut dice) {
        let host_id = place.id.clone();
        let name = readable(&place.name);
        organisations.push(invented(&host_id, &name, "pharmacy", &place.postcode, &mut dice));
        sites.push(site(place, host_id, &mut dice));
    }
    tell_apart(&mut sites);
    let hosts: HashSet<&str> = sites.iter().map(|s| s.host_id.as_str()).collect();
    for organisation in organisations {
        organisation.is_host = hosts.contains(organisation.id.as_str());
    }
    sites
}

/// Branches of a chain get the postcode district behind their name.
fn tell_apart(sites: &mut [Site]) {
    let names: Vec<String> = sites.iter().map(|s| s.name.clone()).collect();
    for site in sites {
        if names.iter().filter(|name| **name == site.name).count() > 1 {
            let outcode = site.postcode.split(' ').next().unwrap_or_default();
            site.name = format!("{} ({outcode})", site.name);
        }
    }
}

/// District after district until there are enough.
fn pharmacies<'g>(geo: &'g Geo, taken: &mut HashSet<String>, dice: &mut Dice) -> Vec<&'g GeoSite> {
    let mut by_district: Vec<Vec<&GeoSite>> = DISTRICTS
        .iter()
        .map(|(code, _)| {
            let fits = |s: &&GeoSite| {
                s.kind == "pharmacy"
                    && s.id.starts_with('F')
                    && s.district == *code
                    && geo.postcodes.find(&s.postcode).is_some_and(|p| p.in_snee_ics)
            };
            let mut list: Vec<&GeoSite> = geo.sites.iter().filter(fits).collect();
            dice.shuffle(&mut list);
            list
        })
        .collect();
    let mut chosen = Vec::with_capacity(PHARMACIES);
    while chosen.len() < PHARMACIES && by_district.iter().any(|list| !list.is_empty()) {
        for list in &mut by_district {
            let next = std::iter::from_fn(|| list.pop()).find(|s| taken.insert(s.postcode.clone()));
            chosen.extend(next.filter(|_| chosen.len() < PHARMACIES));
        }
    }
    chosen
}

/// The host of a hub, centre or GP-led site; for the last the network of the nearest practice.
fn host_of(geo: &Geo, place: &GeoSite, organisations: &mut Vec<Organisation>, dice: &mut Dice) -> String {
    if let Some((_, host)) = HOSTS.iter().find(|(site, _)| *site == place.id) {
        return (*host).to_owned();
    }
    let squared = |p: &Practice| ((p.lat - place.lat) * 1.63).powi(2) + (p.lon - place.lon).powi(2);
    let nearest =
        geo.practices.iter().min_by(|a, b| squared(a).total_cmp(&squared(b))).expect("the area has practices");
    if !nearest.pcn_name.ends_with("PCN") {
        return nearest.ods_code.clone();
    }
    if !organisations.iter().any(|o| o.id == nearest.pcn_code) {
        let name = readable(&nearest.pcn_name);
        let kind = "primary_care_network";
        organisations.push(invented(&nearest.pcn_code, &name, kind, &nearest.postcode, dice));
    }
    nearest.pcn_code.clone()
}

fn site(place: &GeoSite, host_id: String, dice: &mut Dice) -> Site {
    let hub = place.kind == "hospital_hub";
    let shares = match place.kind.as_str() {
        "vaccination_centre" => [0.95, 0.2, 0.95, 1.0, 0.8, 0.4, 1.0, 0.5, 1.0],
        "gp_led" => [0.85, 0.1, 0.7, 0.8, 0.7, 0.25, 0.95, 0.4, 0.9],
        _ => [0.25, 0.05, 0.3, 0.5, 0.6, 0.1, 0.75, 0.2, 0.65],
    };
    let address = if place.id == "VS2713" {
        // The source prints the trust's head office in Colchester for Ipswich Hospital.
        "Heath Road, Ipswich".to_owned()
    } else if place.city.is_empty() || place.address.contains(&place.city) {
        readable(&place.address)
    } else {
        format!("{}, {}", readable(&place.address), readable(&place.city))
    };
    Site {
        id: place.id.clone(),
        name: readable(&place.name),
        kind: place.kind.clone(),
        host_id,
        address,
        postcode: place.postcode.clone(),
        lat: place.lat,
        lon: place.lon,
        district: place.district.clone(),
        access: shares.map(|share| dice.chance(share) || hub),
        slots_owner: "accord",
    }
}
