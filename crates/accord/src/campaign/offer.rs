//! Offers: everybody of the cohort in one state, with an owner and a next date, or closed with evidence.

use super::{Campaign, store};
use crate::base::clock::london_date;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{CampaignId, OrganisationId, PersonId};
use jiff::civil::Date;

/// Where a person stands in a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Nothing, or not the whole course, is booked.
    Waiting,
    /// Somebody must decide something first.
    Unclear,
    /// The planner found no place.
    Unplaced,
    /// The whole course is made for them; not all of it answered.
    Assigned,
    /// They said yes to the whole course.
    Confirmed,
    /// They do not want it.
    Declined,
    /// They had it somewhere else.
    HadElsewhere,
    /// They have had the whole course.
    Completed,
    /// They no longer belong to the cohort.
    Left,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Waiting,
        Self::Unclear,
        Self::Unplaced,
        Self::Assigned,
        Self::Confirmed,
        Self::Declined,
        Self::HadElsewhere,
        Self::Completed,
        Self::Left,
    ];

    /// The word in tables and APIs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Unclear => "unclear",
            Self::Unplaced => "unplaced",
            Self::Assigned => "assigned",
            Self::Confirmed => "confirmed",
            Self::Declined => "declined",
            Self::HadElsewhere => "had_elsewhere",
            Self::Completed => "completed",
            Self::Left => "left",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether nothing more is due: such a state has evidence instead of a next date.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Declined | Self::HadElsewhere | Self::Completed | Self::Left)
    }
}

/// Why an offer stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferRefusal {
    /// The person is not in the campaign.
    NotInCampaign,
    /// It is closed for good: completed, or the person left.
    Closed(State),
}

/// The role that owns a person until the campaign lead must.
pub const EMPLOYER_CONTACT: &str = "employer_contact";
/// The role that owns whom no plan could place.
pub const CAMPAIGN_LEAD: &str = "campaign_lead";

/// What an offer is set to.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Where the person stands.
    pub state: State,
    /// A reason, as a code.
    pub reason: Option<String>,
    /// Whose it is.
    pub owner_role: &'static str,
    /// When it is looked at next; none for closed states.
    pub next_on: Option<Date>,
    /// What shows that it is closed.
    pub evidence: Option<String>,
}

/// Gives everybody of the cohort who has none an offer: unclear when the worklist must decide
/// first, waiting otherwise. How many were opened.
pub fn open_for(tx: &mut Tx<'_>, campaign: &Campaign) -> Result<u64, StoreError> {
    let tomorrow = tomorrow(tx);
    store::open_offers(tx, campaign.id, campaign.age_min > 0, tomorrow)
}

/// [`open_for`] in every open campaign: whoever came with a list has an owner from then on.
pub fn open_for_newcomers(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let mut opened = 0;
    for (id,) in store::open(tx)? {
        if let Some(campaign) = store::load(tx, id)? {
            opened += open_for(tx, &campaign)?;
        }
    }
    Ok(opened)
}

/// Makes a decided person plannable again: unclear turns waiting once nothing is open for them.
pub fn reopen_clear(tx: &mut Tx<'_>, campaign: &Campaign) -> Result<u64, StoreError> {
    let tomorrow = tomorrow(tx);
    store::reopen_clear(tx, campaign.id, campaign.age_min > 0, tomorrow)
}

/// Sets one offer.
pub fn set(tx: &mut Tx<'_>, campaign: CampaignId, person: PersonId, to: &Standing) -> Result<(), StoreError> {
    store::set_offers(tx, &[(campaign, person, to.clone())])
}

/// Sets the offers of many, of each person one.
pub fn set_each(tx: &mut Tx<'_>, all: &[(CampaignId, PersonId, Standing)]) -> Result<(), StoreError> {
    store::set_offers(tx, all)
}

/// Where an offer stands by the bookings the person has: whether each is confirmed, and the day of the next.
pub fn standing_by_bookings(tx: &Tx<'_>, campaign: &Campaign, confirmed: &[bool], next: Date) -> Standing {
    let whole = confirmed.len() == campaign.appointments.len();
    let state = match (whole, confirmed.iter().all(|confirmed| *confirmed)) {
        (false, _) => State::Waiting,
        (true, true) => State::Confirmed,
        (true, false) => State::Assigned,
    };
    let next_on = Some(if whole { next } else { tomorrow(tx) });
    Standing { state, reason: None, owner_role: EMPLOYER_CONTACT, next_on, evidence: None }
}

/// Sets many people's offers to assigned, with the date of each one's next appointment.
pub fn assign_many(tx: &mut Tx<'_>, campaign: &Campaign, people: &[(PersonId, Date)]) -> Result<(), StoreError> {
    store::assign_many(tx, campaign.id, people)
}

/// Closes an offer with evidence. A person may correct their answer; what was completed or left stays so.
pub fn close(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    person: PersonId,
    state: State,
    evidence: &str,
) -> Result<(), Stop<OfferRefusal>> {
    match store::offer_state(tx, campaign, person)? {
        None => return Err(Stop::Refused(OfferRefusal::NotInCampaign)),
        Some(at @ (State::Completed | State::Left)) => return Err(Stop::Refused(OfferRefusal::Closed(at))),
        Some(_) => {}
    }
    let evidence = Some(evidence.to_owned());
    let standing = Standing { state, reason: None, owner_role: EMPLOYER_CONTACT, next_on: None, evidence };
    Ok(set(tx, campaign, person, &standing)?)
}

/// The reason of an offer that waits because the person cancelled and has not asked again.
pub const CANCELLED_BY_PERSON: &str = "cancelled_by_person";

/// Back to waiting, due tomorrow: the person has no whole course. `reason` says why, as a code.
pub fn wait(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    person: PersonId,
    reason: Option<&'static str>,
) -> Result<(), StoreError> {
    let next_on = Some(tomorrow(tx));
    let reason = reason.map(str::to_owned);
    set(
        tx,
        campaign,
        person,
        &Standing { state: State::Waiting, reason, owner_role: EMPLOYER_CONTACT, next_on, evidence: None },
    )
}

/// The reason of an offer that waits because the clinic that the person was booked at was changed or closed.
pub const CLINIC_CHANGED: &str = "clinic_changed";

/// Back to waiting, on the campaign lead's list and due tomorrow: a clinic let the person down. Closed offers stay closed.
pub fn wait_for_lead(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    person: PersonId,
    reason: &'static str,
) -> Result<(), StoreError> {
    let next = tomorrow(tx);
    store::wait_for_lead(tx, campaign, person, reason, next)
}

/// People whom the planner could not place; each with its reason's code. The campaign lead owns them. Whoever answered or
/// was booked meanwhile keeps what they have; how many turned unplaced.
pub fn unplaced_many(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    people: &[(PersonId, String)],
    lead: OrganisationId,
) -> Result<u64, StoreError> {
    let next = tomorrow(tx);
    store::unplaced_many(tx, campaign, people, lead, next)
}

/// How many people stand in each state.
pub fn counts(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<Vec<(State, u64)>, StoreError> {
    store::offer_counts(tx, campaign)
}

fn tomorrow(tx: &Tx<'_>) -> Date {
    let today = london_date(tx.now());
    today.tomorrow().unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn every_state_has_its_own_word() {
        for state in State::ALL {
            assert_eq!(State::parse(state.word()), Some(state));
        }
        assert_eq!(State::ALL.iter().filter(|s| s.is_closed()).count(), 4);
    }
}
