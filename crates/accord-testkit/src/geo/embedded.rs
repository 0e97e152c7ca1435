//! The files inside the program, gzip-compressed. `demo/README.md` names origin and licence of each.

use std::io::Read;

/// One embedded file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// `partners_snee.csv`
    Partners,
    /// `gp_practices_snee.csv`
    Practices,
    /// `sites_snee.csv`
    Sites,
    /// `postcodes_snee.csv`
    Postcodes,
    /// `postcode_sectors_snee.csv`
    Sectors,
    /// `travel_sectors_snee.csv`
    Travel,
    /// `postcode_districts_snee.geojson`
    PostcodeDistricts,
    /// `lad_boundaries_snee.geojson`
    Boundaries,
    /// `staff_groups_snee.csv`
    StaffGroups,
    /// `staff_nationality_2018.csv`
    Nationalities,
    /// `forenames.csv`
    Forenames,
    /// `surnames.csv`
    Surnames,
    /// `edge_cases.csv`
    EdgeCases,
}

macro_rules! packed {
    ($name:literal) => {
        include_bytes!(concat!("../../demo-data/", $name, ".gz"))
    };
}

impl File {
    fn packed(self) -> &'static [u8] {
        match self {
            Self::Partners => packed!("partners_snee.csv"),
            Self::Practices => packed!("gp_practices_snee.csv"),
            Self::Sites => packed!("sites_snee.csv"),
            Self::Postcodes => packed!("postcodes_snee.csv"),
            Self::Sectors => packed!("postcode_sectors_snee.csv"),
            Self::Travel => packed!("travel_sectors_snee.csv"),
            Self::PostcodeDistricts => packed!("postcode_districts_snee.geojson"),
            Self::Boundaries => packed!("lad_boundaries_snee.geojson"),
            Self::StaffGroups => packed!("staff_groups_snee.csv"),
            Self::Nationalities => packed!("staff_nationality_2018.csv"),
            Self::Forenames => packed!("forenames.csv"),
            Self::Surnames => packed!("surnames.csv"),
            Self::EdgeCases => packed!("edge_cases.csv"),
        }
    }

    /// The file as it was before packing: UTF-8 text.
    #[must_use]
    pub fn text(self) -> String {
        let mut text = String::new();
        flate2::read::GzDecoder::new(self.packed())
            .read_to_string(&mut text)
            .expect("the program's own data is whole; a test reads every file");
        text
    }
}
