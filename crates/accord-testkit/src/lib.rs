//! A seeded world that keeps its truth: the demo partnership of Suffolk and North East Essex, and
//! the staff lists its employers would send.
//!
//! Organisations, sites, postcodes, boundaries and travel times are real public data
//! ([`geo`]; see [`attribution`]). **Everything about people is invented**: no person, staff list,
//! clinic hour, capacity, agreement, contact or result in [`world`] is real, and no organisation
//! named in it took part. NHS numbers are of the 999 range that is never issued, telephone numbers
//! of the ranges kept for drama, e-mail addresses end in `example.org`.
//!
//! A world follows from its [`world::Settings`] alone: same seed, number of people and date, same
//! bytes. Nothing here reads a clock, a file or the network.

pub mod files;
pub mod geo;
pub mod world;

/// The sentences that must go with every map, picture or copy made from the embedded data.
#[must_use]
pub fn attribution() -> &'static str {
    "Contains public sector information licensed under the Open Government Licence v3.0. \
     Contains OS data © Crown copyright and database right 2025. \
     Contains Royal Mail data © Royal Mail copyright and database right 2025. \
     Source: Office for National Statistics, NHS England, UK Government Equalities Office / \
     Gender Pay Gap Service."
}

/// The sentence that must stand on every page, picture, export and agreement of the demo.
#[must_use]
pub fn invented_notice() -> &'static str {
    "The organisations, places and travel times are real public data. The people, staff lists, \
     clinics, capacity, agreements, contacts and results are invented; no organisation named here \
     took part."
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_attribution_names_every_owner() {
        let text = super::attribution();
        for owner in ["Open Government Licence", "OS data", "Royal Mail", "National Statistics"] {
            assert!(text.contains(owner), "{owner}");
        }
        assert!(!text.contains("  "));
    }
}
