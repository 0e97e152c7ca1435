//! What one transaction has looked up already: people differ, but slots, agreements and ways repeat.

use super::rules::{PersonFacts, Wanted};
use super::{Pick, store};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AllocationId, CampaignId, OrganisationId, PersonId, SiteId, SlotId};
use crate::campaign::Campaign;
use crate::clinic::store::SlotFacts;
use crate::partnership::agreement::{self, Agreement, AgreementRefusal, Permit, Use};
use crate::{campaign, clinic, partnership};
use std::collections::HashMap;
use std::rc::Rc;

/// The agreements of one employer at one site, each with the counter it uses there.
type Found = Rc<Vec<(Agreement, AllocationId)>>;

/// The look-ups of one transaction. Agreements are locked for share when first looked at.
#[derive(Default)]
pub(super) struct Desk {
    campaigns: HashMap<CampaignId, Option<Rc<Campaign>>>,
    slots: HashMap<SlotId, Option<Rc<SlotFacts>>>,
    agreements: HashMap<(OrganisationId, SiteId), Found>,
    minutes: HashMap<(String, String), u16>,
}

impl Desk {
    /// Locks the person's row, then reads what is known of them.
    pub fn person(&mut self, tx: &mut Tx<'_>, id: PersonId) -> Result<Option<PersonFacts>, StoreError> {
        store::lock_person(tx, id)
    }

    pub fn campaign(&mut self, tx: &mut Tx<'_>, id: CampaignId) -> Result<Option<Rc<Campaign>>, StoreError> {
        if let Some(known) = self.campaigns.get(&id) {
            return Ok(known.clone());
        }
        let campaign = campaign::store::load(tx, id)?.map(Rc::new);
        self.campaigns.insert(id, campaign.clone());
        Ok(campaign)
    }

    /// Gathers what the rules ask of each pick, and of the ways between the sites of one day.
    pub fn wanted(
        &mut self,
        tx: &mut Tx<'_>,
        person: &PersonFacts,
        campaign: Option<&Campaign>,
        picks: &[Pick],
    ) -> Result<Vec<Wanted>, StoreError> {
        let purpose = campaign.map_or("", |c| c.purpose.as_str());
        let mut slots = Vec::with_capacity(picks.len());
        for pick in picks {
            slots.push((pick.appointment, self.slot(tx, pick.slot)?));
        }
        let mut wanted = Vec::with_capacity(picks.len());
        for (appointment, slot) in slots {
            let (minutes, permit) = match &slot {
                None => (None, Err(AgreementRefusal::NoAgreement)),
                Some(slot) => {
                    let minutes = match &person.from_sector {
                        Some(from) => self.way(tx, from, &slot.sector)?,
                        None => None,
                    };
                    (minutes, self.permit(tx, person, slot, purpose)?)
                }
            };
            wanted.push(Wanted { appointment, slot, minutes, permit });
        }
        Ok(wanted)
    }

    /// Minutes between two sectors already looked at, else half an hour: never nothing.
    pub fn known_minutes(&self, from: &str, to: &str) -> u16 {
        if from == to {
            return 0;
        }
        self.minutes.get(&(from.to_owned(), to.to_owned())).copied().unwrap_or(30)
    }

    fn slot(&mut self, tx: &mut Tx<'_>, id: SlotId) -> Result<Option<Rc<SlotFacts>>, StoreError> {
        if let Some(known) = self.slots.get(&id) {
            return Ok(known.clone());
        }
        let slot = clinic::store::slot(tx, id)?.map(Rc::new);
        self.slots.insert(id, slot.clone());
        Ok(slot)
    }

    fn way(&mut self, tx: &mut Tx<'_>, from: &str, to: &str) -> Result<Option<u16>, StoreError> {
        let key = (from.to_owned(), to.to_owned());
        if let Some(known) = self.minutes.get(&key) {
            return Ok(Some(*known));
        }
        let minutes = clinic::travel::minutes(tx, from, to)?;
        if let Some(minutes) = minutes {
            self.minutes.insert(key, minutes);
        }
        Ok(minutes)
    }

    /// The agreements between an employer and a site, locked before they are read.
    fn agreements(&mut self, tx: &mut Tx<'_>, employer: OrganisationId, site: SiteId) -> Result<Found, StoreError> {
        if let Some(known) = self.agreements.get(&(employer, site)) {
            return Ok(Rc::clone(known));
        }
        let found = Rc::new(partnership::store::lock_for(tx, employer, site)?);
        self.agreements.insert((employer, site), Rc::clone(&found));
        Ok(found)
    }

    /// What the agreements say: the same choice as the planner's.
    fn permit(
        &mut self,
        tx: &mut Tx<'_>,
        person: &PersonFacts,
        slot: &SlotFacts,
        purpose: &str,
    ) -> Result<Result<Permit, AgreementRefusal>, StoreError> {
        let Some(employer) = person.employer else { return Ok(Err(AgreementRefusal::NoAgreement)) };
        let found = self.agreements(tx, employer, slot.site)?;
        let asked = Use { employer, site: slot.site, purpose, date: slot.date };
        Ok(agreement::choose(found.iter().map(|(agreement, allocation)| (agreement, *allocation)), &asked))
    }
}
