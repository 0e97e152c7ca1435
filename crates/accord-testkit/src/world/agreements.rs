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

/// An employer that has come to terms with a few sites only.
struct Few {
    employer: &'static str,
    sites: &'static [&'static str],
    /// The share of its people within reach that the agreement was made for; as much as others where none.
    made_for: Option<f64>,
}

impl Few {
    /// What was agreed for a site: two appointments for each person, spread over the sites, one person at least.
    fn appointments(&self, site: &str, within_reach: u32) -> Option<u32> {
        let people = (f64::from(within_reach) * self.made_for?).ceil() as usize;
        let at = self.sites.iter().position(|one| *one == site)?;
        let share = (people + self.sites.len() - 1 - at) / self.sites.len();
        u32::try_from(2 * share.max(1)).ok()
    }
}

/// Home care agencies that stay in the town they come from, and a council that has grown since it signed with one hub.
const FEW: [Few; 3] = [
    Few { employer: "JSC", sites: &["VS2673", "VS2537"], made_for: None },
    Few { employer: "LLV", sites: &["VS2713", "VS2543"], made_for: None },
    Few { employer: "TDC", sites: &["VS2673"], made_for: Some(0.85) },
];

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
                    let open = match few(organisation) {
                        Some(few) => few.sites.contains(&site.id.as_str()),
                        None => chance || site.kind == "hospital_hub" || is_own(organisation, site),
                    };
                    organisation.is_employer && open
                })
                .collect()
        })
        .collect()
}

fn few(organisation: &Organisation) -> Option<&'static Few> {
    FEW.iter().find(|few| few.employer == organisation.id)
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
                    let agreed = few(employer).and_then(|few| few.appointments(&sites[at].id, near[at]));
                    let limit = agreed.map_or(most, |agreed| agreed.min(most));
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
