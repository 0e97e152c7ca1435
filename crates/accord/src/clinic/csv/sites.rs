//! Sites as CSV: the columns of the national booking service's site file (`Id`, `OdsCode`, `Name`,
//! `Address`, `PhoneNumber`, `Longitude`, `Latitude`, `ICB`, `Region`, `Site type`, the nine access
//! attributes as TRUE or FALSE), then ours: `host` (an organisation's code; without the column the
//! `OdsCode` is the host), `kind`, `postcode` (without the column the end of the address), `district`,
//! `slots_owner` (accord or partner; empty is accord), `note`, `state`.

use crate::base::table::{CsvFault, Table};
use crate::clinic::site::{OpenState, Site, SiteFacts, SlotsOwner};
use accord_formats::csv_out::CsvOut;
use accord_formats::{AccessNeeds, OdsCode, Postcode};
use std::collections::{HashMap, HashSet};

/// A site as its file says.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteRow {
    /// Where it stands in the file.
    pub row: u32,
    /// Code of the organisation that gives its capacity.
    pub host: String,
    /// Everything else.
    pub facts: SiteFacts,
}

const OURS: [&str; 7] = ["host", "kind", "postcode", "district", "slots_owner", "note", "state"];
const THEIRS: [&str; 10] =
    ["Id", "OdsCode", "Name", "Address", "PhoneNumber", "Longitude", "Latitude", "ICB", "Region", "Site type"];

/// Reads a site file.
pub fn read(text: &str) -> (Vec<SiteRow>, Vec<CsvFault>) {
    let wanted: Vec<&[&str]> = vec![&["OdsCode"], &["Name"], &["Address"], &["Longitude"], &["Latitude"]];
    let table = match Table::read(text, &wanted) {
        Ok(table) => table,
        Err(faults) => return (Vec::new(), faults),
    };
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for record in table.records() {
        let before = faults.len();
        let row = site(&table, &record, &mut faults);
        if let Some(row) = row.filter(|_| faults.len() == before) {
            if seen.insert(row.facts.code.clone()) {
                rows.push(row);
            } else {
                faults.push(CsvFault::new(row.row, "Id", &row.facts.code, "each site once"));
            }
        }
    }
    (rows, faults)
}

fn site(table: &Table, record: &crate::base::table::Record<'_>, faults: &mut Vec<CsvFault>) -> Option<SiteRow> {
    let ods = record.take(&["OdsCode"], "an organisation code", faults, |c| OdsCode::parse(c).ok());
    let code = match record.cell(&["Id"]) {
        "" => ods.as_ref().map(|o| o.as_str().to_owned()),
        id => Some(id.to_owned()),
    };
    let name = record.text(&["Name"], "the site's name", faults);
    let address = record.text(&["Address"], "street and town", faults);
    let coordinate = |cell: &str, low: f64, high: f64| cell.parse().ok().filter(|x: &f64| *x >= low && *x <= high);
    let lon = record.take(&["Longitude"], "degrees from -8.1 to 1.8", faults, |c| coordinate(c, -8.1, 1.8));
    let lat = record.take(&["Latitude"], "degrees from 49.8 to 60.9", faults, |c| coordinate(c, 49.8, 60.9));
    let host = match record.cell(&["host"]) {
        "" => ods.as_ref().map(|o| o.as_str().to_owned()),
        host => Some(host.to_ascii_uppercase()),
    };
    let column: &[&str] = if table.has("postcode") { &["postcode"] } else { &["Address"] };
    let wanted = "a UK postcode such as CO4 5JL, also at the end of the address";
    let postcode = record.take(column, wanted, faults, last_postcode);
    let access = access(record, faults);
    let site_type = record.cell(&["Site type"]).to_owned();
    let kind = match record.cell(&["kind"]) {
        "" => site_type.to_lowercase().replace(' ', "_"),
        kind => kind.to_owned(),
    };
    let slots_owner = record.take(&["slots_owner"], "accord or partner", faults, |c| match c {
        "" => Some(SlotsOwner::Accord),
        word => SlotsOwner::parse(&word.to_lowercase()),
    });
    let state = record.take(&["state"], "open or closed", faults, |c| match c {
        "" => Some(OpenState::Open),
        word => OpenState::parse(&word.to_lowercase()),
    });
    let phone = match record.cell(&["PhoneNumber"]) {
        "N" => "",
        phone => phone,
    };
    let facts = SiteFacts {
        code: code?,
        name: name?,
        kind,
        address: address?,
        postcode: postcode?.as_str().to_owned(),
        lat: lat?,
        lon: lon?,
        district: record.cell(&["district"]).to_owned(),
        phone: phone.to_owned(),
        access: access?,
        note: record.cell(&["note"]).to_owned(),
        ods_code: ods?.as_str().to_owned(),
        icb: record.cell(&["ICB"]).to_owned(),
        region: record.cell(&["Region"]).to_owned(),
        site_type,
        slots_owner: slots_owner?,
        state: state?,
    };
    Some(SiteRow { row: record.row, host: host?, facts })
}

/// A postcode, alone or as the last words of an address.
fn last_postcode(cell: &str) -> Option<Postcode> {
    let words: Vec<&str> = cell.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    let two = words.len().checked_sub(2).and_then(|at| Postcode::parse(&words[at..].concat()).ok());
    two.or_else(|| Postcode::parse(words.last()?).ok())
}

fn access(record: &crate::base::table::Record<'_>, faults: &mut Vec<CsvFault>) -> Option<AccessNeeds> {
    let mut offers = AccessNeeds::NONE;
    for key in AccessNeeds::KEYS {
        let has = record.take(&[key], "TRUE or FALSE", faults, |c| match c.to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Some(true),
            "false" | "no" | "n" | "0" | "" => Some(false),
            _ => None,
        })?;
        if has {
            offers |= AccessNeeds::from_key(key)?;
        }
    }
    Some(offers)
}

/// Writes sites, with the codes of their hosts.
pub fn write(sites: &[Site], host_codes: &HashMap<crate::base::ids::OrganisationId, String>) -> String {
    let mut out = CsvOut::new(false);
    out.record(THEIRS.into_iter().chain(AccessNeeds::KEYS).chain(OURS));
    for site in sites {
        let f = &site.facts;
        let host = host_codes.get(&site.host).map_or("", String::as_str);
        let ods = if f.ods_code.is_empty() { host } else { &f.ods_code };
        let phone = if f.phone.is_empty() { "N" } else { &f.phone };
        let (lon, lat) = (f.lon.to_string(), f.lat.to_string());
        let theirs = [&f.code, ods, &f.name, &f.address, phone, &lon, &lat, &f.icb, &f.region, &f.site_type];
        let offers = AccessNeeds::KEYS.map(|key| {
            let has = AccessNeeds::from_key(key).is_some_and(|one| f.access.covers(one));
            if has { "TRUE" } else { "FALSE" }
        });
        let ours = [host, &f.kind, &f.postcode, &f.district, f.slots_owner.as_str(), &f.note, f.state.as_str()];
        out.record(theirs.into_iter().chain(offers).chain(ours));
    }
    out.finish()
}
