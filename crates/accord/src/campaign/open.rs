//! Opening a campaign: everyone active gets an offer.

use super::offer::{Offer, OfferState, Owner};
use super::refusal::CampaignRefusal;
use super::store::{campaign as campaigns, offer as store};
use crate::base::audit;
use crate::base::clock::london_date;
use crate::base::db::{Stop, Tx};
use crate::base::ids::{CampaignId, PersonId};
use crate::base::outbox;
use std::collections::HashMap;

/// Gives an offer to every active person of this partnership who has none yet; how many. Waiting, or
/// unclear where an open worklist item says so: a possible duplicate (only the person who came later
/// waits, so that one of the two is invited), or no date of birth where the campaign has a lowest age.
/// People whose every employment has ended get a closed offer. Run again after each import.
pub fn open_for(tx: &mut Tx<'_>, id: CampaignId) -> Result<u64, Stop<CampaignRefusal>> {
    let campaign = campaigns::load(tx, id)?.ok_or(Stop::Refused(CampaignRefusal::Unknown))?;
    let today = london_date(tx.now());
    let soon = campaign.rules.starts_on.max(today);
    let unclear: HashMap<PersonId, store::Unclear> =
        store::unclear(tx, campaign.rules.age_min > 0)?.into_iter().map(|u| (u.person, u)).collect();
    let mut offers = Vec::new();
    for candidate in store::without_offer(tx, id)? {
        let lead = match campaign.rules.lead {
            Some(organisation) => Owner { role: "campaign_lead".into(), organisation },
            None => Owner { role: "employer_contact".into(), organisation: candidate.employer },
        };
        let mut offer = Offer {
            campaign: id,
            person: candidate.person,
            employer: candidate.employer,
            state: OfferState::Waiting,
            reason: None,
            owner: lead,
            next_on: Some(soon),
            evidence: None,
            version: 1,
        };
        if !candidate.employed {
            offer.state = OfferState::Left;
            offer.next_on = None;
            offer.evidence = Some("every employment has ended".into());
        } else if let Some(item) = unclear.get(&candidate.person) {
            offer.state = OfferState::Unclear;
            offer.reason = Some(item.kind.clone());
            offer.owner = Owner { role: item.owner_role.clone(), organisation: item.owner_organisation };
            offer.next_on = Some(item.due_on);
        }
        offers.push(offer);
    }
    store::insert(tx, &offers)?;
    if !offers.is_empty() {
        let detail = format!("{{\"offers\":{}}}", offers.len());
        outbox::append(tx, "offers_opened", &id.to_string(), &detail)?;
        let noun_id = id.to_string();
        let done = audit::Done { organisation: campaign.rules.lead, verb: "open", noun: "offers", noun_id, detail };
        audit::record(tx, &done)?;
    }
    Ok(offers.len() as u64)
}
