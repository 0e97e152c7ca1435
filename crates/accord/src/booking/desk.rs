//! What one transaction has looked up already: people differ, but slots, agreements and ways repeat.

use super::rules::{Permit, PersonFacts, Wanted};
use super::{Pick, store};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AgreementId, AllocationId, CampaignId, OrganisationId, PersonId, SiteId, SlotId};
use crate::campaign::Campaign;
use crate::clinic::slot::SlotFacts;
use crate::partnership::agreement::{self, Agreement, AgreementRefusal};
use crate::{campaign, clinic, partnership};
use jiff::civil::Date;
use std::collections::HashMap;
use std::rc::Rc;

/// The look-ups of one transaction. Agreements are locked when first looked at, in id order.
#[derive(Default)]
pub(super) struct Desk {
    campaigns: HashMap<CampaignId, Option<Rc<Campaign>>>,
    slots: HashMap<SlotId, Option<Rc<SlotFacts>>>,
    agreements: HashMap<(OrganisationId, SiteId), Rc<Vec<(Agreement, AllocationId)>>>,
    locked: HashMap<AgreementId, Agreement>,
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
        self.lock_agreements(tx, person, slots.iter().filter_map(|(_, slot)| slot.as_deref()))?;
        let mut wanted = Vec::with_capacity(picks.len());
        for (appointment, slot) in slots {
            let (minutes, permit) = match &slot {
                None => (None, Err(AgreementRefusal::NoAgreement)),
                Some(slot) => {
                    let minutes = match &person.from_sector {
                        Some(from) => self.way(tx, from, &slot.sector)?,
                        None => None,
                    };
                    (minutes, self.permit(person, slot, purpose))
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
        let minutes = clinic::store::travel_minutes(tx, from, to)?;
        if let Some(minutes) = minutes {
            self.minutes.insert(key, minutes);
        }
        Ok(minutes)
    }

    /// All agreements that a person's picks may need, locked in id order before any is read.
    fn lock_agreements<'s>(
        &mut self,
        tx: &mut Tx<'_>,
        person: &PersonFacts,
        slots: impl Iterator<Item = &'s SlotFacts>,
    ) -> Result<(), StoreError> {
        let Some(employer) = person.employer else { return Ok(()) };
        let mut ids = Vec::new();
        for slot in slots {
            let key = (employer, slot.site);
            if !self.agreements.contains_key(&key) {
                let found = Rc::new(partnership::store::agreements_for(tx, employer, slot.site)?);
                ids.extend(found.iter().map(|(agreement, _)| agreement.id));
                self.agreements.insert(key, found);
            }
        }
        ids.retain(|id| !self.locked.contains_key(id));
        ids.sort_unstable();
        ids.dedup();
        if !ids.is_empty() {
            for agreement in partnership::store::lock_agreements(tx, &ids)? {
                self.locked.insert(agreement.id, agreement);
            }
        }
        Ok(())
    }

    /// The first agreement that says yes; else what the last one said.
    fn permit(&self, person: &PersonFacts, slot: &SlotFacts, purpose: &str) -> Result<Permit, AgreementRefusal> {
        let employer = person.employer.ok_or(AgreementRefusal::NoAgreement)?;
        let mut said = AgreementRefusal::NoAgreement;
        let candidates = self.agreements.get(&(employer, slot.site));
        for (found, allocation) in candidates.iter().flat_map(|list| list.iter()) {
            // The locked reading counts: the one before the lock may have been overtaken.
            let Some(locked) = self.locked.get(&found.id) else { continue };
            let asked = used(employer, slot.site, purpose, slot.date);
            match agreement::permits(locked, &asked) {
                Ok(()) => {
                    return Ok(Permit { agreement: locked.id, version: locked.version, allocation: *allocation });
                }
                Err(refusal) => said = refusal,
            }
        }
        Err(said)
    }
}

fn used(employer: OrganisationId, site: SiteId, purpose: &str, date: Date) -> agreement::Use<'_> {
    agreement::Use { employer, site, purpose, date }
}
