//! The small tables, one type a row.

use super::File;

/// A partner organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// ODS code, or a short code of the demo where there is none.
    pub id: String,
    /// True when `id` is an ODS code.
    pub has_ods_code: bool,
    /// Full name.
    pub name: String,
    /// What people call it.
    pub short_name: String,
    /// acute_trust, county_council, care_provider ...
    pub kind: String,
    /// nhs, council, social_care ...
    pub sector: String,
    /// Head office; empty where not known.
    pub postcode: String,
    /// People in the demo at its default size; all partners together 20,000.
    pub people: u32,
}

/// A general practice.
#[derive(Clone, Debug, PartialEq)]
pub struct Practice {
    /// ODS code.
    pub ods_code: String,
    /// Name, in capitals as published.
    pub name: String,
    /// Postcode of the main surgery.
    pub postcode: String,
    /// Degrees, WGS84.
    pub lat: f64,
    /// Degrees, WGS84.
    pub lon: f64,
    /// ODS code of its primary care network.
    pub pcn_code: String,
    /// Name of its primary care network.
    pub pcn_name: String,
}

/// A place where care is given.
#[derive(Clone, Debug, PartialEq)]
pub struct GeoSite {
    /// Id of the source file.
    pub id: String,
    /// Name as published.
    pub name: String,
    /// pharmacy, gp_practice, gp_led, hospital_hub, vaccination_centre, hospital, nhs_trust_site.
    pub kind: String,
    /// ODS code of the owner, or empty.
    pub owner: String,
    /// Street and town.
    pub address: String,
    /// Town, or empty.
    pub city: String,
    /// Postcode.
    pub postcode: String,
    /// Degrees, WGS84.
    pub lat: f64,
    /// Degrees, WGS84.
    pub lon: f64,
    /// District code.
    pub district: String,
}

/// How many of a trust's staff are of a staff group.
#[derive(Clone, Debug, PartialEq)]
pub struct StaffShare {
    /// ODS code of the trust.
    pub ods_code: String,
    /// Staff group as in the published statistics.
    pub group: String,
    /// 0 to 1.
    pub share: f64,
}

/// How many of a trust's staff are of a nationality.
#[derive(Clone, Debug, PartialEq)]
pub struct Nationality {
    /// ODS code of the trust, or `ENGLAND`.
    pub ods_code: String,
    /// Nationality as reported by staff.
    pub nationality: String,
    /// 0 to 1.
    pub share: f64,
}

/// A forename or surname.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub name: String,
    /// `M`, `F` or empty for either.
    pub gender: String,
    /// Group of names: British, Polish ...
    pub group: String,
    /// Relative frequency within its group, where known.
    pub weight: Option<f64>,
}

/// A row type of one of the embedded tables.
pub(super) trait Row: Sized {
    /// Reads the named columns; `cell` gives the text of a column.
    fn from_cells<'r>(cell: &dyn Fn(&str) -> &'r str) -> Self;
}

/// Reads a whole embedded table.
pub(super) fn read<T: Row>(file: File) -> Vec<T> {
    let text = file.text();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().expect("the program's own table has a header").clone();
    reader
        .into_records()
        .map(|record| {
            let record = record.expect("the program's own table is well formed");
            T::from_cells(&|name| {
                let at = head.iter().position(|h| h == name).expect("the column is in the table");
                record.get(at).expect("every record is as long as the header")
            })
        })
        .collect()
}

fn number(text: &str) -> f64 {
    text.parse().expect("the program's own table holds a number here")
}

impl Row for Partner {
    fn from_cells<'r>(cell: &dyn Fn(&str) -> &'r str) -> Self {
        Self {
            id: cell("org_id").into(),
            has_ods_code: cell("id_scheme") == "ods",
            name: cell("name").into(),
            short_name: cell("short_name").into(),
            kind: cell("org_type").into(),
            sector: cell("sector").into(),
            postcode: cell("postcode").into(),
            people: cell("seed_case_people").parse().expect("a whole number of people"),
        }
    }
}

impl Row for Practice {
    fn from_cells<'r>(cell: &dyn Fn(&str) -> &'r str) -> Self {
        Self {
            ods_code: cell("ods_code").into(),
            name: cell("name").into(),
            postcode: cell("postcode").into(),
            lat: number(cell("lat")),
            lon: number(cell("lon")),
            pcn_code: cell("pcn_code").into(),
            pcn_name: cell("pcn_name").into(),
        }
    }
}

impl Row for GeoSite {
    fn from_cells<'r>(cell: &dyn Fn(&str) -> &'r str) -> Self {
        Self {
            id: cell("site_id").into(),
            name: cell("name").into(),
            kind: cell("kind").into(),
            owner: cell("org_code").into(),
            address: cell("address").into(),
            city: cell("city").into(),
            postcode: cell("postcode").into(),
            lat: number(cell("lat")),
            lon: number(cell("lon")),
            district: cell("lad25cd").into(),
        }
    }
}

impl Row for StaffShare {
    fn from_cells<'r>(cell: &dyn Fn(&str) -> &'r str) -> Self {
        Self { ods_code: cell("ods_code").into(), group: cell("staff_group").into(), share: number(cell("share")) }
    }
}

impl Row for Nationality {
    fn from_cells<'r>(cell: &dyn Fn(&str) -> &'r str) -> Self {
        Self {
            ods_code: cell("ods_code").into(),
            nationality: cell("nationality").into(),
            share: number(cell("share")),
        }
    }
}

impl Row for Name {
    fn from_cells<'r>(cell: &dyn Fn(&str) -> &'r str) -> Self {
        Self {
            name: cell("name").into(),
            gender: cell("gender").into(),
            group: cell("group").into(),
            weight: cell("weight").parse().ok(),
        }
    }
}

impl Row for (String, String, String) {
    fn from_cells<'r>(cell: &dyn Fn(&str) -> &'r str) -> Self {
        (cell("forename").into(), cell("surname").into(), cell("why").into())
    }
}
