//! The map of the demo's area. A partnership of its own has no outlines in the store, so it gets no map.

use crate::base::page::Figure;
use crate::base::svg::{District, Map, Site, Water};
use crate::base::words;
use crate::evidence::store::map::{PlaceOfPeople, SiteRow};
use accord_testkit::geo::Geo;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Sites whose names are written on the map.
const NAMED: usize = 6;
/// The estuaries that decide travel; degrees of longitude and latitude where there is room for the name.
const WATERS: [(&str, f64, f64); 5] = [
    ("Stour", 1.14, 51.955),
    ("Orwell", 1.22, 52.0),
    ("Deben", 1.36, 52.04),
    ("Colne", 1.0, 51.82),
    ("Blackwater", 0.86, 51.75),
];

type Ring = Vec<(f64, f64)>;

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Properties,
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Properties {
    lad25cd: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Vec<Ring>),
    MultiPolygon(Vec<Vec<Ring>>),
}

/// A district's code, name and rings.
type Outline = (String, String, Vec<Ring>);

/// The districts of the demo's area, read once.
fn outlines() -> &'static [Outline] {
    static READ: OnceLock<Vec<Outline>> = OnceLock::new();
    READ.get_or_init(|| {
        let read: Result<Collection, _> = serde_json::from_str(Geo::boundaries_geojson());
        let features = read.map(|c| c.features).unwrap_or_default();
        let rings = |geometry| match geometry {
            Geometry::Polygon(rings) => rings,
            Geometry::MultiPolygon(parts) => parts.concat(),
        };
        features.into_iter().map(|f| (f.properties.lad25cd, f.properties.name, rings(f.geometry))).collect()
    })
}

/// The map; `places` are where the campaign's people live, or else work.
pub(super) fn figure(places: &[PlaceOfPeople], sites: &[SiteRow]) -> Option<Figure> {
    let mut by: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
    let postcodes = &Geo::demo().postcodes;
    for (postcode, people, unplaced) in places {
        let known = postcode.as_deref().and_then(|text| postcodes.find(text));
        if let Some(place) = known {
            let row = by.entry(place.district).or_default();
            *row = (row.0 + u64::from(*people), row.1 + u64::from(*unplaced));
        }
    }
    let districts: Vec<District> = outlines()
        .iter()
        .map(|(code, name, rings)| {
            let (people, unplaced) = by.get(code.as_str()).copied().unwrap_or_default();
            District { name: name.clone(), rings: rings.clone(), unplaced, people }
        })
        .collect();
    let waters = WATERS.iter().map(|&(name, lon, lat)| Water { name: name.into(), at: (lon, lat) });
    let map = Map { finding: finding(&districts), sites: points(sites), waters: waters.collect(), districts };
    let mut figure = map.figure("map")?;
    figure.how.push_str(
        " By home, or by workplace where no home is known; numbers under 6 are not shown. \
         Boundaries: Office for National Statistics. People, capacity and results are invented.",
    );
    Some(figure)
}

/// What the map shows, as a sentence; a place is named only when at least ten and a quarter of them live there.
fn finding(districts: &[District]) -> String {
    let all: u64 = districts.iter().map(|d| d.unplaced).sum();
    let most = districts.iter().max_by_key(|d| d.unplaced).filter(|d| d.unplaced >= 10 && d.unplaced * 4 >= all);
    match most {
        _ if all == 0 => "In every district everybody planned for has a place".into(),
        Some(d) => {
            format!("{} of those who cannot be placed live in {}", words::share(d.unplaced, all), d.name)
        }
        None => "Those who cannot be placed live spread over the area".into(),
    }
}

fn points(sites: &[SiteRow]) -> Vec<Site> {
    let mut largest: Vec<u32> = sites.iter().map(|s| s.3).collect();
    largest.sort_unstable_by(|a, b| b.cmp(a));
    let least = largest.get(NAMED - 1).copied().unwrap_or(0);
    let point = |(name, lat, lon, capacity): &SiteRow| Site {
        name: name.clone(),
        at: (*lon, *lat),
        capacity: u64::from(*capacity),
        label: *capacity >= least && *capacity > 0,
    };
    sites.iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seven_districts_have_outlines_and_people_are_counted_where_they_live() {
        assert_eq!(outlines().len(), 7);
        let places = [(Some("CO15 1LH".to_owned()), 90, 12), (Some("CO15 1LH".to_owned()), 10, 0), (None, 5, 5)];
        let sites = [("Clinic".to_owned(), 51.79, 1.13, 400)];
        let figure = figure(&places, &sites).expect("outlines");
        assert!(figure.finding.contains("100%") && figure.finding.contains("Tendring"), "{}", figure.finding);
        assert_eq!(figure.table.rows[0], ["Tendring", "12", "100", "12%"]);
        assert!(figure.how.contains("National Statistics") && figure.how.contains("invented"));
    }

    #[test]
    fn a_district_is_not_named_for_a_few() {
        let few = District { name: "Ipswich".into(), unplaced: 9, ..District::default() };
        assert!(finding(&[few]).contains("spread"));
        assert!(finding(&[]).contains("everybody"));
    }
}
