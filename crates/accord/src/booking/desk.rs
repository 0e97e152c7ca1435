//! What one transaction has looked up already: people differ, but slots, agreements and ways repeat.

use super::rules::{Held, PersonFacts, Wanted};
use super::{Pick, PlaceCourse, store};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{BookingId, CampaignId, PersonId, SlotId};
use crate::campaign::Campaign;
use crate::clinic::store::SlotFacts;
use crate::clinic::travel::Ways;
use crate::partnership::agreement::{self, AgreementRefusal, Permit, Use};
use crate::partnership::store::{Named, Pair};
use crate::{campaign, clinic, partnership};
use std::collections::HashMap;
use std::rc::Rc;

/// The look-ups of one transaction.
pub(super) struct Desk {
    people: HashMap<PersonId, Rc<PersonFacts>>,
    held: HashMap<PersonId, Vec<Held>>,
    closed_offers: HashMap<(CampaignId, PersonId), &'static str>,
    campaigns: HashMap<CampaignId, Rc<Campaign>>,
    slots: HashMap<SlotId, Rc<SlotFacts>>,
    agreements: HashMap<Pair, Named>,
    minutes: Ways,
}

impl Desk {
    /// Locks the rows of everybody in `wants`, then reads all that the rules ask of them. Agreements are locked for share.
    pub fn open(tx: &mut Tx<'_>, wants: &[&PlaceCourse], released: &[BookingId]) -> Result<Self, StoreError> {
        let mut ids: Vec<PersonId> = wants.iter().map(|want| want.person).collect();
        ids.sort();
        ids.dedup();
        if !tx.is_alone() {
            store::lock_people(tx, &ids)?;
        }
        let people = store::people_facts(tx, &ids)?.into_iter().map(|person| (person.id, Rc::new(person))).collect();
        let slots: Vec<SlotId> = wants.iter().flat_map(|want| &want.picks).map(|pick| pick.slot).collect();
        let offers: Vec<_> = wants.iter().map(|want| (want.campaign, want.person)).collect();
        let mut desk = Self {
            people,
            held: store::held(tx, &ids, released)?,
            closed_offers: store::closed_offers(tx, &offers)?,
            campaigns: HashMap::new(),
            slots: clinic::store::slots_by_ids(tx, &slots)?.into_iter().map(|slot| (slot.id, Rc::new(slot))).collect(),
            agreements: HashMap::new(),
            minutes: Ways::new(),
        };
        for want in wants {
            if !desk.campaigns.contains_key(&want.campaign)
                && let Some(campaign) = campaign::store::load(tx, want.campaign)?
            {
                desk.campaigns.insert(want.campaign, Rc::new(campaign));
            }
        }
        let (pairs, ways) = desk.asked(wants);
        desk.agreements = partnership::store::lock_for(tx, &pairs)?;
        desk.minutes = clinic::travel::ways(tx, ways)?;
        Ok(desk)
    }

    /// Whose agreements and which ways the rules will ask for: to each place wanted, and from it to what the person has.
    fn asked(&self, wants: &[&PlaceCourse]) -> (Vec<Pair>, Vec<(String, String)>) {
        let (mut pairs, mut ways) = (Vec::new(), Vec::new());
        for want in wants {
            let Some(person) = self.people.get(&want.person) else { continue };
            let slots: Vec<_> = want.picks.iter().filter_map(|pick| self.slots.get(&pick.slot)).collect();
            for (at, slot) in slots.iter().enumerate() {
                pairs.extend(person.employer.map(|employer| (employer, slot.site)));
                let held = self.held(want.person).iter().filter(|held| held.date == slot.date).map(|held| &held.sector);
                let others = slots[..at].iter().filter(|other| other.date == slot.date).map(|other| &other.sector);
                let from = person.from_sector.iter().chain(held).chain(others);
                ways.extend(from.map(|from| (from.clone(), slot.sector.clone())));
            }
        }
        pairs.sort();
        pairs.dedup();
        (pairs, ways)
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

    /// A campaign; none: there is no such.
    pub fn campaign(&self, id: CampaignId) -> Option<Rc<Campaign>> {
        self.campaigns.get(&id).cloned()
    }

    /// What the rules ask of each pick.
    pub fn wanted(&self, person: &PersonFacts, campaign: Option<&Campaign>, picks: &[Pick]) -> Vec<Wanted> {
        let purpose = campaign.map_or("", |c| c.purpose.as_str());
        let wanted = |pick: &Pick| {
            let slot = self.slots.get(&pick.slot).cloned();
            let from = person.from_sector.as_deref();
            let minutes = slot.as_ref().and_then(|slot| self.minutes.minutes(from?, &slot.sector));
            let permit = match &slot {
                None => Err(AgreementRefusal::NoAgreement),
                Some(slot) => self.permit(person, slot, purpose),
            };
            Wanted { appointment: pick.appointment, slot, minutes, permit }
        };
        picks.iter().map(wanted).collect()
    }

    /// Minutes between two sites of one person's day, else half an hour: never nothing.
    pub fn known_minutes(&self, from: &str, to: &str) -> u16 {
        if from == to { 0 } else { self.minutes.minutes(from, to).unwrap_or(30) }
    }

    /// What the agreements say: the same choice as the planner's.
    fn permit(&self, person: &PersonFacts, slot: &SlotFacts, purpose: &str) -> Result<Permit, AgreementRefusal> {
        let employer = person.employer.ok_or(AgreementRefusal::NoAgreement)?;
        let found = self.agreements.get(&(employer, slot.site)).map_or(&[][..], Vec::as_slice);
        let asked = Use { employer, site: slot.site, purpose, date: slot.date };
        agreement::choose(found.iter().map(|(agreement, allocation)| (agreement, *allocation)), &asked)
    }
}
