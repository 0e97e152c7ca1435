//! Who takes part: 35 partners and 92 general practices as employers. Hosts that employ nobody are
//! added with their sites.

use super::dice::{Dice, share_out};
use super::{Organisation, Settings};
use crate::geo::{Geo, Partner, Practice};

/// The row of the partners that stands for all practices.
const ALL_PRACTICES: &str = "PCNS";
/// A base inside the area for partners whose head office is outside it or unknown. Invented.
const BASES: [(&str, &str); 6] = [
    ("RMY", "IP3 8LS"),
    ("R1L", "CO4 5JL"),
    ("RYC", "IP4 5PD"),
    ("QJG", "IP1 2BX"),
    ("ECC", "CO3 3WG"),
    ("BDC", "IP1 2BX"),
];
const FORENAMES: [&str; 12] =
    ["Alex", "Robin", "Sam", "Kim", "Jo", "Pat", "Chris", "Lee", "Ash", "Max", "Jamie", "Frankie"];
const SURNAMES: [&str; 10] =
    ["Example", "Sample", "Demo", "Placeholder", "Fiction", "Specimen", "Notreal", "Invented", "Pretend", "Mockup"];

/// All employers with how many people each has; the numbers sum to the settings' people.
pub(super) fn employers(geo: &Geo, settings: Settings) -> Vec<Organisation> {
    let mut dice = Dice::new(settings.seed, "organisations");
    let practices_together = geo.partners.iter().find(|p| p.id == ALL_PRACTICES).map_or(0, |p| p.people);
    let sizes: Vec<f64> = geo.practices.iter().map(|_| (dice.normal() * 0.45).exp()).collect();
    let practice_people = share_out(practices_together, &sizes);
    let mut list: Vec<Organisation> = Vec::with_capacity(200);
    for partner in geo.partners.iter().filter(|p| p.id != ALL_PRACTICES) {
        list.push(from_partner(geo, partner, &mut dice));
    }
    for (practice, people) in geo.practices.iter().zip(practice_people) {
        list.push(from_practice(practice, people, &mut dice));
    }
    let weights: Vec<f64> = list.iter().map(|o| f64::from(o.people)).collect();
    for (organisation, people) in list.iter_mut().zip(share_out(settings.people, &weights)) {
        organisation.people = people;
    }
    list
}

fn from_partner(geo: &Geo, partner: &Partner, dice: &mut Dice) -> Organisation {
    let mut postcode = partner.postcode.clone();
    if geo.postcodes.find(&postcode).is_none() {
        let base = BASES.iter().find(|(id, _)| *id == partner.id).map_or("IP1 2BX", |b| b.1);
        postcode = base.to_owned();
    }
    let mut made = invented(&partner.id, &partner.name, &partner.kind, &postcode, dice);
    made.has_ods_code = partner.has_ods_code;
    made.sector.clone_from(&partner.sector);
    made.people = partner.people;
    made.is_employer = true;
    made
}

fn from_practice(practice: &Practice, people: u32, dice: &mut Dice) -> Organisation {
    let name = readable(&practice.name);
    let mut made = invented(&practice.ods_code, &name, "gp_practice", &practice.postcode, dice);
    made.people = people;
    made.is_employer = true;
    made
}

/// An organisation with invented contact; a host of primary care unless changed.
pub(super) fn invented(id: &str, name: &str, kind: &str, postcode: &str, dice: &mut Dice) -> Organisation {
    let (forename, surname) = (*dice.pick(&FORENAMES), *dice.pick(&SURNAMES));
    Organisation {
        id: id.to_owned(),
        has_ods_code: true,
        name: name.to_owned(),
        kind: kind.to_owned(),
        sector: "primary_care".to_owned(),
        postcode: postcode.to_owned(),
        people: 0,
        is_employer: false,
        is_host: false,
        contact_name: format!("{forename} {surname} (fictitious)"),
        contact_role: contact_role(kind).to_owned(),
        contact_email: format!("contact.{}@example.org", id.to_lowercase()),
    }
}

fn contact_role(kind: &str) -> &'static str {
    match kind {
        "acute_trust" | "mental_health_trust" | "ambulance_trust" | "icb" => "Head of workforce",
        "gp_practice" => "Practice manager",
        "primary_care_network" => "Network manager",
        "pharmacy" => "Pharmacy manager",
        "county_council" | "district_council" => "HR business partner",
        "police" | "university" => "Occupational health lead",
        _ => "Registered manager",
    }
}

/// Turns names published in capitals into ordinary writing.
pub(super) fn readable(name: &str) -> String {
    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    let mut words = Vec::new();
    for (at, word) in name.split_whitespace().enumerate() {
        let lower = word.to_lowercase();
        let small = matches!(lower.as_str(), "and" | "of" | "at" | "the" | "in" | "on");
        let letters = word.trim_matches(|c: char| !c.is_alphanumeric());
        if at > 0 && small {
            words.push(lower);
        } else if matches!(letters, "PCN" | "NHS" | "GP" | "WGGL") {
            words.push(word.to_owned());
        } else {
            let mut new_part = true;
            words.push(
                lower
                    .chars()
                    .map(|c| {
                        let shown = if new_part { c.to_ascii_uppercase() } else { c };
                        new_part = matches!(c, '-' | '(' | '/' | '.') || (new_part && !c.is_alphanumeric());
                        shown
                    })
                    .collect(),
            );
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_become_readable() {
        assert_eq!(readable("THE GROVE MEDICAL CENTRE"), "The Grove Medical Centre");
        assert_eq!(readable("SOUTH RURAL PCN"), "South Rural PCN");
        assert_eq!(readable("ST. HELENA AND CO-OP"), "St. Helena and Co-Op");
        assert_eq!(readable("Already Fine"), "Already Fine");
    }

    #[test]
    fn every_base_is_a_live_postcode() {
        let geo = Geo::demo();
        let settings = Settings::demo(jiff::civil::date(2026, 11, 22));
        for organisation in employers(geo, settings) {
            assert!(geo.postcodes.find(&organisation.postcode).is_some(), "{organisation:?}");
        }
    }
}
