//! Who may use whose capacity. All of it is invented.

use super::capacity::Opening;
use super::catchment::Permitted;
use super::dice::Dice;
use super::{Agreement, Allocation, Campaign, Organisation, Signatory, Site};
use crate::geo::Geo;

/// Share of the pairs of employer and site that are permitted beyond hubs and own sites.
const PERMITTED: f64 = 0.8;
/// Most that one foreign employer may use of a hub.
const HUB_SHARE: f64 = 0.60;
/// Most that one foreign employer may use of any other site.
const OTHER_SHARE: f64 = 0.35;

/// Employers that have come to terms with one centre only, and for fewer people than they have now.
const ONE_CENTRE: [(&str, &str); 2] = [("JSC", "VS2537"), ("LLV", "VS2543")];
/// The share of those within reach that such an agreement was made for.
const MADE_FOR: f64 = 0.85;

/// Hubs are open to all and each host's sites to its own people; other pairs by chance.
pub(super) fn permitted(seed: u64, organisations: &[Organisation], sites: &[Site]) -> Permitted {
    let mut dice = Dice::new(seed, "agreements");
    organisations
        .iter()
        .map(|organisation| {
            sites
                .iter()
                .map(|site| {
                    let chance = dice.chance(PERMITTED);
                    let open = match one_centre(organisation) {
                        Some(centre) => centre == site.id,
                        None => chance || site.kind == "hospital_hub" || is_own(organisation, site),
                    };
                    organisation.is_employer && open
                })
                .collect()
        })
        .collect()
}

fn one_centre(organisation: &Organisation) -> Option<&'static str> {
    ONE_CENTRE.iter().find(|(employer, _)| *employer == organisation.id).map(|(_, centre)| *centre)
}

/// A host's own people, and the practices of a network at the network's sites.
fn is_own(organisation: &Organisation, site: &Site) -> bool {
    organisation.id == site.host_id
        || Geo::demo().practices.iter().any(|p| p.ods_code == organisation.id && p.pcn_code == site.host_id)
}

/// One agreement for each host.
pub(super) fn write(
    campaign: &Campaign,
    organisations: &[Organisation],
    sites: &[Site],
    permitted: &Permitted,
    opening: &Opening,
    within_reach: &[Vec<u32>],
) -> Vec<Agreement> {
    let hosts = organisations.iter().filter(|o| o.is_host);
    hosts
        .map(|host| {
            let own: Vec<usize> = (0..sites.len()).filter(|&at| sites[at].host_id == host.id).collect();
            let mut allocations = Vec::new();
            let mut signatories = vec![signatory(host)];
            for ((employer, open), near) in organisations.iter().zip(permitted).zip(within_reach) {
                let before = allocations.len();
                for &at in own.iter().filter(|&&at| open[at] && employer.people > 0) {
                    let places = f64::from(opening.places[at]);
                    let hub = sites[at].kind == "hospital_hub";
                    let share = if hub { HUB_SHARE } else { OTHER_SHARE };
                    let most = (places * share).ceil() as u32;
                    // Two appointments each.
                    let agreed = 2 * ((f64::from(near[at]) * MADE_FOR) as u32).max(1);
                    let limit = if one_centre(employer).is_some() { agreed.min(most) } else { most };
                    allocations.push(Allocation {
                        employer_id: employer.id.clone(),
                        site_id: sites[at].id.clone(),
                        limit: (!is_own(employer, &sites[at])).then_some(limit),
                    });
                }
                if allocations.len() > before && employer.id != host.id {
                    signatories.push(signatory(employer));
                }
            }
            Agreement {
                id: format!("CAP-{}", host.id),
                title: format!("Places at {} for staff vaccination (invented)", host.name),
                purpose: "staff vaccination",
                host_id: host.id.clone(),
                site_ids: own.iter().map(|&at| sites[at].id.clone()).collect(),
                from: campaign.starts,
                until: campaign.ends,
                allocations,
                signatories,
            }
        })
        .collect()
}

fn signatory(organisation: &Organisation) -> Signatory {
    Signatory {
        organisation_id: organisation.id.clone(),
        name: organisation.contact_name.clone(),
        role: "Signatory (fictitious)",
    }
}
