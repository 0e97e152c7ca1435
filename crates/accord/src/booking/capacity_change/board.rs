//! The partnership as a change looks at it: who is met, and every place, dose, allocation and team-day that is left.
//!
//! A picture in memory that moves are tried on; the counters themselves decide when they are made.

use super::gather::Overlay;
use crate::base::clock::london_date;
use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AllocationId, BookingId, CampaignId, PersonId, ProductId, SiteId, SlotId, TeamId};
use crate::booking::counters::{Counter, ON_SHIFT_UNITS, Units};
use crate::booking::rules::{Allowed, Held, PersonFacts};
use crate::booking::{Booking, Way, store};
use crate::campaign::{self, Campaign};
use crate::clinic::stock::StockRow;
use crate::clinic::store::{SlotFacts, slots_between, stock};
use crate::clinic::travel::Travel;
use crate::partnership::{allocation, matrix::Matrix};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// A person's live bookings of one campaign, some of which have lost their place.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub person: PersonId,
    pub campaign: CampaignId,
    /// All that may be seen of them, in the order of the course.
    pub bookings: Vec<Booking>,
    /// Those without a place.
    pub displaced: HashSet<BookingId>,
}

/// Slots of one site on a day, by start.
type OfSite = Vec<(u16, SlotId)>;

pub(super) struct Board {
    pub now: Timestamp,
    pub today: Date,
    pub campaigns: HashMap<CampaignId, (Rc<Campaign>, Matrix)>,
    pub people: HashMap<PersonId, PersonFacts>,
    pub held: HashMap<PersonId, Vec<Held>>,
    pub closed_offers: HashMap<(CampaignId, PersonId), &'static str>,
    /// Bookings at which somebody was checked in or an outcome noted: those stay.
    pub attended: HashSet<BookingId>,
    pub slots: HashMap<SlotId, Rc<SlotFacts>>,
    pub sites: Vec<(SiteId, String)>,
    pub travel: Travel,
    by_day: HashMap<(ProductId, Date), BTreeMap<SiteId, OfSite>>,
    room: HashMap<SlotId, i64>,
    stock: HashMap<(SiteId, ProductId), Vec<StockRow>>,
    allocations: HashMap<AllocationId, i64>,
    teams: HashMap<(CampaignId, TeamId), HashMap<Date, i64>>,
}

impl Board {
    /// Reads everything that moves of these people can depend on; `overlay` is how the change leaves its own slots.
    pub fn read(tx: &mut Tx<'_>, asks: &[Ask], overlay: &Overlay) -> Result<Self, StoreError> {
        let today = london_date(tx.now());
        let mut ids: Vec<PersonId> = asks.iter().map(|ask| ask.person).collect();
        ids.sort_unstable();
        ids.dedup();
        let people: HashMap<_, _> = store::people_facts(tx, &ids)?.into_iter().map(|p| (p.id, p)).collect();
        let offers: Vec<_> = asks.iter().map(|ask| (ask.campaign, ask.person)).collect();
        let bookings: Vec<BookingId> = asks.iter().flat_map(|ask| &ask.bookings).map(|b| b.id).collect();
        let campaigns = campaigns(tx, asks)?;
        let last = campaigns.values().flat_map(|(c, _)| &c.appointments).map(|a| a.last_on).max().unwrap_or(today);
        let mut board = Self {
            now: tx.now(),
            today,
            held: store::held(tx, &ids, &[])?,
            closed_offers: store::closed_offers(tx, &offers)?,
            attended: store::attended(tx, &bookings)?,
            travel: Travel::read(tx)?,
            allocations: allocation::all(tx)?.into_iter().filter_map(|a| Some((a.id, a.left()?))).collect(),
            teams: teams(tx, asks, &people)?,
            people,
            campaigns,
            slots: HashMap::new(),
            sites: Vec::new(),
            by_day: HashMap::new(),
            room: HashMap::new(),
            stock: HashMap::new(),
        };
        let slots = slots_between(tx, today, last)?;
        board.lay(overlay.over(slots));
        let pairs: HashSet<(SiteId, ProductId)> = board.slots.values().map(|slot| (slot.site, slot.product)).collect();
        for (site, product) in pairs {
            let rows = stock::rows(tx, site, product)?;
            board.stock.insert((site, product), rows);
        }
        Ok(board)
    }

    fn lay(&mut self, slots: Vec<SlotFacts>) {
        let mut sites = BTreeMap::new();
        for slot in slots {
            let room = slot.room(Way::Planned.share(), self.now);
            if slot.session_open && slot.site_open && slot.starts() > self.now {
                let day = self.by_day.entry((slot.product, slot.date)).or_default();
                day.entry(slot.site).or_default().push((slot.start_minute, slot.id));
                sites.entry(slot.site).or_insert_with(|| slot.sector.clone());
            }
            self.room.insert(slot.id, room);
            self.slots.insert(slot.id, Rc::new(slot));
        }
        self.sites = sites.into_iter().collect();
    }

    /// The slot of a site and day with room whose time is nearest; false beside none: there are slots, all full.
    pub fn nearest(&self, product: ProductId, date: Date, site: SiteId, minute: u16) -> (Option<SlotId>, bool) {
        let slots = self.by_day.get(&(product, date)).and_then(|day| day.get(&site));
        let Some(slots) = slots else { return (None, false) };
        let free = slots.iter().filter(|(_, slot)| self.room.get(slot).is_some_and(|room| *room > 0));
        (free.min_by_key(|(at, slot)| (at.abs_diff(minute), *slot)).map(|(_, slot)| *slot), true)
    }

    /// The units that these appointments would take.
    pub fn units(&self, ask: &Ask, allowed: &[Allowed]) -> Units {
        let mut units = Units::new();
        let team = self.people.get(&ask.person).and_then(|person| person.team);
        for one in allowed {
            let slot = &one.slot;
            if let Some(team) = team.filter(|_| one.on_shift) {
                *units.entry(Counter::TeamDay(ask.campaign, team, slot.date)).or_default() += ON_SHIFT_UNITS;
            }
            *units.entry(Counter::Allocation(one.permit.allocation)).or_default() += 1;
            *units.entry(Counter::Stock(slot.site, slot.product, slot.date)).or_default() += 1;
            *units.entry(Counter::Place(slot.id)).or_default() += 1;
        }
        units
    }

    /// The first counter, in the order of taking, that has not so much left.
    pub fn short(&self, units: &Units) -> Option<Counter> {
        units.iter().find(|(counter, n)| self.left(**counter) < **n).map(|(counter, _)| *counter)
    }

    fn left(&self, counter: Counter) -> i64 {
        match counter {
            Counter::TeamDay(campaign, team, date) => {
                self.teams.get(&(campaign, team)).and_then(|days| days.get(&date)).copied().unwrap_or(0)
            }
            Counter::Allocation(id) => self.allocations.get(&id).copied().unwrap_or(i64::MAX),
            Counter::Stock(site, product, date) => {
                let rows = self.stock.get(&(site, product)).map_or(&[][..], Vec::as_slice);
                rows.iter().filter(|row| row.until >= date).map(|r| r.delivered - r.taken).min().unwrap_or(i64::MAX)
            }
            Counter::Place(slot) => self.room.get(&slot).copied().unwrap_or(0),
        }
    }

    /// Takes `units`, times `sign`: -1 gives them back.
    pub fn book(&mut self, units: &Units, sign: i64) {
        for (counter, n) in units {
            let n = n * sign;
            match *counter {
                Counter::TeamDay(campaign, team, date) => {
                    *self.teams.entry((campaign, team)).or_default().entry(date).or_default() -= n;
                }
                Counter::Allocation(id) => {
                    if let Some(left) = self.allocations.get_mut(&id) {
                        *left -= n;
                    }
                }
                Counter::Stock(site, product, date) => {
                    let rows = self.stock.get_mut(&(site, product)).into_iter().flatten();
                    rows.filter(|row| row.until >= date).for_each(|row| row.taken += n);
                }
                Counter::Place(slot) => {
                    if let Some(room) = self.room.get_mut(&slot) {
                        *room -= n;
                    }
                }
            }
        }
    }
}

fn campaigns(tx: &mut Tx<'_>, asks: &[Ask]) -> Result<HashMap<CampaignId, (Rc<Campaign>, Matrix)>, StoreError> {
    let mut found = HashMap::new();
    for ask in asks {
        if !found.contains_key(&ask.campaign)
            && let Some(campaign) = campaign::store::load(tx, ask.campaign)?
        {
            let matrix = Matrix::load(tx, &campaign.purpose)?;
            found.insert(ask.campaign, (Rc::new(campaign), matrix));
        }
    }
    Ok(found)
}

/// What is left of the days of everybody's team.
type TeamDays = HashMap<(CampaignId, TeamId), HashMap<Date, i64>>;

fn teams(tx: &mut Tx<'_>, asks: &[Ask], people: &HashMap<PersonId, PersonFacts>) -> Result<TeamDays, StoreError> {
    let mut found = HashMap::new();
    for ask in asks {
        let of_person = people.get(&ask.person).and_then(|person| person.team);
        for team in ask.bookings.iter().filter_map(|b| b.team).chain(of_person) {
            if !found.contains_key(&(ask.campaign, team)) {
                found.insert((ask.campaign, team), store::team_room(tx, ask.campaign, team)?);
            }
        }
    }
    Ok(found)
}
