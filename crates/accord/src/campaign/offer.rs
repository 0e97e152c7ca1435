//! Offers: where each person stands in a campaign, and which state may follow which.

use super::refusal::OfferRefusal;
use super::store::offer as store;
use crate::base::audit;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{CampaignId, OrganisationId, PersonId};
use crate::partnership::words::stored_words;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};

stored_words! {
    /// Where a person stands.
    OfferState, "a state of an offer" {
        /// To be planned.
        Waiting = "waiting",
        /// Something about the person must be settled first.
        Unclear = "unclear",
        /// Planned for, and no place found; with a reason.
        Unplaced = "unplaced",
        /// Has appointments; has not answered.
        Assigned = "assigned",
        /// Has appointments and said yes.
        Confirmed = "confirmed",
        /// Said no.
        Declined = "declined",
        /// Had it elsewhere.
        HadElsewhere = "had_elsewhere",
        /// Had it here.
        Completed = "completed",
        /// Works for nobody here any more.
        Left = "left",
    }
}

impl OfferState {
    /// True where nothing more is to be done; such a state needs evidence in place of a next date.
    pub const fn closes(self) -> bool {
        matches!(self, Self::Declined | Self::HadElsewhere | Self::Completed | Self::Left)
    }

    /// True where `to` may follow; a state may follow itself.
    pub fn may_become(self, to: Self) -> bool {
        use OfferState as S;
        let next: &[S] = match self {
            S::Waiting => &[S::Unclear, S::Unplaced, S::Assigned, S::Confirmed, S::Declined, S::HadElsewhere, S::Left],
            S::Unclear => &[S::Waiting, S::Declined, S::HadElsewhere, S::Left],
            S::Unplaced => &[S::Waiting, S::Unclear, S::Assigned, S::Confirmed, S::Declined, S::HadElsewhere, S::Left],
            S::Assigned => {
                &[S::Confirmed, S::Waiting, S::Unplaced, S::Declined, S::HadElsewhere, S::Completed, S::Left]
            }
            S::Confirmed => {
                &[S::Assigned, S::Waiting, S::Unplaced, S::Declined, S::HadElsewhere, S::Completed, S::Left]
            }
            S::Declined => &[S::Waiting, S::Confirmed, S::HadElsewhere, S::Left],
            S::HadElsewhere => &[S::Waiting, S::Left],
            // Ticked by mistake: back to where it stood.
            S::Completed => &[S::Confirmed],
            S::Left => &[S::Waiting],
        };
        to == self || next.contains(&to)
    }
}

/// Who looks after an offer: a role that a person holds, in an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// campaign_lead, employer_contact ...
    pub role: String,
    /// Whose.
    pub organisation: OrganisationId,
}

/// An offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// In which campaign.
    pub campaign: CampaignId,
    /// Whose.
    pub person: PersonId,
    /// The employer it counts for.
    pub employer: OrganisationId,
    /// Where they stand.
    pub state: OfferState,
    /// Why, where that needs saying.
    pub reason: Option<String>,
    /// Who looks after it.
    pub owner: Owner,
    /// When that owner looks again.
    pub next_on: Option<Date>,
    /// What a closed state rests on.
    pub evidence: Option<String>,
    /// Goes up with every change.
    pub version: i64,
}

/// A change of one offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub person: PersonId,
    /// To which state.
    pub to: OfferState,
    /// Why; unplaced needs it.
    pub reason: Option<String>,
    /// Who looks after it from now on; none: who did before.
    pub owner: Option<Owner>,
    /// When; every state that does not close needs it.
    pub next: Option<Date>,
    /// What it rests on; every state that closes needs it.
    pub evidence: Option<String>,
}

/// Says whether a change may be made to an offer in state `from`. Pure.
pub fn check(from: OfferState, change: &Change) -> Result<(), OfferRefusal> {
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|t| t.trim().is_empty());
    if !from.may_become(change.to) {
        return Err(OfferRefusal::NotFrom { from, to: change.to });
    }
    if change.owner.as_ref().is_some_and(|o| o.role.trim().is_empty() || o.role.eq_ignore_ascii_case("system")) {
        return Err(OfferRefusal::NeedsOwner);
    }
    if change.to.closes() && blank(&change.evidence) {
        return Err(OfferRefusal::NeedsEvidence);
    }
    if !change.to.closes() && change.next.is_none() {
        return Err(OfferRefusal::NeedsNextDate);
    }
    if change.to == OfferState::Unplaced && blank(&change.reason) {
        return Err(OfferRefusal::NeedsReason);
    }
    Ok(())
}

/// Changes one offer and records it; answers the state it had.
pub fn set(tx: &mut Tx<'_>, campaign: CampaignId, change: &Change) -> Result<OfferState, Stop<OfferRefusal>> {
    let from = move_to(tx, campaign, change)?;
    let detail = format!("{{\"campaign\":\"{campaign}\",\"from\":\"{from}\",\"to\":\"{}\"}}", change.to);
    let done =
        audit::Done { organisation: None, verb: "set", noun: "offer", noun_id: change.person.to_string(), detail };
    audit::record(tx, &done)?;
    Ok(from)
}

/// Changes one offer as part of a use case that records itself, such as a booking.
pub fn move_to(tx: &mut Tx<'_>, campaign: CampaignId, change: &Change) -> Result<OfferState, Stop<OfferRefusal>> {
    let from = store::state(tx, campaign, change.person)?.ok_or(Stop::Refused(OfferRefusal::NoOffer))?;
    check(from, change).map_err(Stop::Refused)?;
    store::write(tx, campaign, std::slice::from_ref(change))?;
    Ok(from)
}

/// Changes many, all or none, and records how many became what. `states` are read anew.
pub fn set_many(tx: &mut Tx<'_>, campaign: CampaignId, changes: &[Change]) -> Result<(), Stop<OfferRefusal>> {
    let states: HashMap<PersonId, OfferState> = if changes.len() < 200 {
        let mut states = HashMap::new();
        for change in changes {
            states.extend(store::state(tx, campaign, change.person)?.map(|s| (change.person, s)));
        }
        states
    } else {
        store::states(tx, campaign)?
    };
    let mut became: BTreeMap<OfferState, u64> = BTreeMap::new();
    for change in changes {
        let from = states.get(&change.person).ok_or(Stop::Refused(OfferRefusal::NoOffer))?;
        check(*from, change).map_err(Stop::Refused)?;
        *became.entry(change.to).or_default() += 1;
    }
    store::write(tx, campaign, changes)?;
    let counts: Vec<String> = became.iter().map(|(state, n)| format!("\"{state}\":{n}")).collect();
    let detail = format!("{{{}}}", counts.join(","));
    let done = audit::Done { organisation: None, verb: "set", noun: "offers", noun_id: campaign.to_string(), detail };
    audit::record(tx, &done)?;
    Ok(())
}

/// One offer.
pub fn of(tx: &mut Tx<'_>, campaign: CampaignId, person: PersonId) -> Result<Option<Offer>, StoreError> {
    store::one(tx, campaign, person)
}

/// How many stand where; states with nobody are left out.
pub fn counts(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<BTreeMap<OfferState, i64>, StoreError> {
    Ok(store::counts(tx, campaign)?.into_iter().collect())
}

/// How many active people have, in an open campaign whose offers were opened, not exactly one offer with
/// an owner and a next date or evidence. The rule holds when this is nought.
pub fn lost(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    store::lost(tx)
}
