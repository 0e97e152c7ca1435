//! The embedded public data: who the partners are, where sites and postcodes lie, and how long it
//! takes to travel between postcode sectors over land.
//!
//! Read once on first use ([`Geo::demo`]) and shared from then on.

mod embedded;
mod postcodes;
mod tables;
mod travel;

use std::sync::OnceLock;

pub use embedded::File;
pub use postcodes::{Postcode, Postcodes};
pub use tables::{GeoSite, Name, Nationality, Partner, Practice, StaffShare};
pub use travel::{Sector, SectorId, Travel};

/// The seven districts of the demo's area: code of the Office for National Statistics and name.
pub const DISTRICTS: [(&str, &str); 7] = [
    ("E07000071", "Colchester"),
    ("E07000076", "Tendring"),
    ("E07000200", "Babergh"),
    ("E07000202", "Ipswich"),
    ("E07000203", "Mid Suffolk"),
    ("E07000244", "East Suffolk"),
    ("E07000245", "West Suffolk"),
];

/// Everything embedded, parsed.
#[derive(Debug)]
pub struct Geo {
    /// The 36 partner organisations; one of them (`PCNS`) stands for [`Geo::practices`].
    pub partners: Vec<Partner>,
    /// The 92 general practices of the area.
    pub practices: Vec<Practice>,
    /// 678 places where care is given; the same place can appear under several kinds.
    pub sites: Vec<GeoSite>,
    /// Every live postcode of the area.
    pub postcodes: Postcodes,
    /// Minutes over land between the postcode sectors.
    pub travel: Travel,
    /// Staff groups of the area's trusts with their share of the staff.
    pub staff_shares: Vec<StaffShare>,
    /// Self-reported nationality of NHS staff with its share, per trust and for `ENGLAND`.
    pub nationalities: Vec<Nationality>,
    /// Forenames by group of names.
    pub forenames: Vec<Name>,
    /// Surnames by group of names.
    pub surnames: Vec<Name>,
    /// Names that break software: forename, surname, why.
    pub edge_names: Vec<(String, String, String)>,
}

impl Geo {
    /// The demo's data. The first call unpacks and reads it (well under 150 ms optimised).
    ///
    /// # Panics
    /// Never in a released build: the data is part of the program and a test reads all of it.
    #[must_use]
    pub fn demo() -> &'static Self {
        static DEMO: OnceLock<Geo> = OnceLock::new();
        DEMO.get_or_init(Self::read)
    }

    fn read() -> Self {
        let travel = Travel::read();
        Self {
            partners: tables::read(File::Partners),
            practices: tables::read(File::Practices),
            sites: tables::read(File::Sites),
            postcodes: Postcodes::read(&travel),
            travel,
            staff_shares: tables::read(File::StaffGroups),
            nationalities: tables::read(File::Nationalities),
            forenames: tables::read(File::Forenames),
            surnames: tables::read(File::Surnames),
            edge_names: tables::read(File::EdgeCases),
        }
    }

    /// The name of a district of the area by its code.
    #[must_use]
    pub fn district_name(code: &str) -> Option<&'static str> {
        DISTRICTS.iter().find(|(c, _)| *c == code).map(|(_, name)| *name)
    }

    /// GeoJSON of the 55 postcode districts: a map layer, not a legal boundary.
    #[must_use]
    pub fn postcode_districts_geojson() -> &'static str {
        static TEXT: OnceLock<String> = OnceLock::new();
        TEXT.get_or_init(|| File::PostcodeDistricts.text())
    }

    /// GeoJSON of the seven local authority districts.
    #[must_use]
    pub fn boundaries_geojson() -> &'static str {
        static TEXT: OnceLock<String> = OnceLock::new();
        TEXT.get_or_init(|| File::Boundaries.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_embedded_is_whole() {
        let geo = Geo::demo();
        assert_eq!(geo.partners.len(), 36);
        assert_eq!(geo.partners.iter().map(|p| p.people).sum::<u32>(), 20_000);
        assert_eq!(geo.practices.len(), 92);
        assert_eq!(geo.sites.len(), 678);
        assert_eq!(geo.postcodes.len(), 35_304);
        assert_eq!(geo.travel.sectors().len(), 180);
        assert_eq!(geo.edge_names.len(), 68);
        assert!(geo.forenames.len() > 8_000 && geo.surnames.len() > 7_000);
        assert!(Geo::boundaries_geojson().contains("Tendring"));
        assert!(Geo::postcode_districts_geojson().contains("IP11"));
    }

    #[test]
    fn travel_goes_round_the_estuary() {
        let travel = &Geo::demo().travel;
        let across = travel.minutes("CO12 3", "IP11 3").expect("both sectors are in the area");
        assert!((35..=70).contains(&across), "{across}");
        assert_eq!(travel.minutes("CO12 3", "IP11 3"), travel.minutes("IP11 3", "CO12 3"));
        assert!(travel.minutes("IP4 5", "IP4 5").is_some_and(|m| m < 10));
        assert_eq!(travel.minutes("IP4 5", "ZZ1 1"), None);
    }
}
