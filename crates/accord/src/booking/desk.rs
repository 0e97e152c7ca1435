//! What one transaction has looked up already: people differ, but slots, agreements and ways repeat.

use super::rules::{Held, PersonFacts, Wanted};
use super::{Pick, PlaceCourse, store};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AllocationId, BookingId, CampaignId, OrganisationId, PersonId, SiteId, SlotId};
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
    people: HashMap<PersonId, Rc<PersonFacts>>,
    held: HashMap<PersonId, Vec<Held>>,
    closed_offers: HashMap<(CampaignId, PersonId), &'static str>,
    campaigns: HashMap<CampaignId, Option<Rc<Campaign>>>,
    slots: HashMap<SlotId, Rc<SlotFacts>>,
    agreements: HashMap<(OrganisationId, SiteId), Found>,
    minutes: HashMap<(String, String), u16>,
}

impl Desk {
    /// Locks the rows of everybody in `wants`, then reads what is known of them, what they hold besides `released`,
    /// and the slots they want.
    pub fn open(tx: &mut Tx<'_>, wants: &[PlaceCourse], released: &[BookingId]) -> Result<Self, StoreError> {
        let mut ids: Vec<PersonId> = wants.iter().map(|want| want.person).collect();
        ids.sort();
        ids.dedup();
        if !tx.is_alone() {
            store::lock_people(tx, &ids)?;
        }
        let people = store::people_facts(tx, &ids)?.into_iter().map(|person| (person.id, Rc::new(person))).collect();
        let slots: Vec<SlotId> = wants.iter().flat_map(|want| &want.picks).map(|pick| pick.slot).collect();
        let offers: Vec<_> = wants.iter().map(|want| (want.campaign, want.person)).collect();
        Ok(Self {
            people,
            held: store::held(tx, &ids, released)?,
            closed_offers: store::closed_offers(tx, &offers)?,
            slots: clinic::store::slots_by_ids(tx, &slots)?.into_iter().map(|slot| (slot.id, Rc::new(slot))).collect(),
            ..Self::default()
        })
    }

    /// What is known of a person; none: there is no such person.
    pub fn person(&self, id: PersonId) -> Option<Rc<PersonFacts>> {
        self.people.get(&id).cloned()
    }

    /// The live bookings of a person, by start.
    pub fn held(&self, id: PersonId) -> &[Held] {
        self.held.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The state of an offer, when it is a closing one.
    pub fn closed_offer(&self, campaign: CampaignId, person: PersonId) -> Option<&'static str> {
        self.closed_offers.get(&(campaign, person)).copied()
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
        let mut wanted = Vec::with_capacity(picks.len());
        for pick in picks {
            let slot = self.slots.get(&pick.slot).cloned();
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
            wanted.push(Wanted { appointment: pick.appointment, slot, minutes, permit });
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
