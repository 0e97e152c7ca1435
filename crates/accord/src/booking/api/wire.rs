//! What the API of bookings says and takes.

use crate::base::db::{StoreError, Tx};
use crate::base::ids::{AgreementId, CampaignId, OrganisationId, PersonId, ProductId, SiteId, SlotId};
use crate::base::wire::{Day, Few, Instant, wire, wire_text};
use crate::booking::attendance::{Batch, WhyNot};
use crate::booking::{self, Reference, State};
use crate::clinic::site;
use crate::{campaign, clinic};
use std::collections::HashMap;

wire! {
    /// A campaign: who is booked for what, and when.
    Campaign {
        /// Its id.
        id: CampaignId,
        /// Its name.
        name: String,
        /// The programme it is a run of.
        programme: String,
        /// First day.
        starts_on: Day,
        /// Last day.
        ends_on: Day,
        /// Whether anybody may be booked.
        open: bool,
        /// Minutes before an appointment until which people book it themselves; a key is not bound by it.
        book_notice: u32,
        /// Until which they change it.
        change_notice: u32,
        /// Until which they cancel it.
        cancel_notice: u32,
        /// The course, in order.
        appointments: Vec<Appointment>,
        /// The products that may be given.
        products: Vec<Product>,
    }
    /// One appointment of a course.
    Appointment {
        /// From 1.
        number: u16,
        /// What people call it.
        name: String,
        /// First day it may be on.
        first_on: Day,
        /// Last day it may be on.
        last_on: Day,
    }
    /// A product and the days between two of its appointments.
    Product {
        /// Its id.
        id: ProductId,
        /// Its name.
        name: String,
        /// Days at least.
        min_days: u16,
        /// Days at most.
        max_days: u16,
        /// Days wished for.
        ideal_days: u16,
    }
    /// Every campaign, the newest first.
    Campaigns {
        /// They.
        campaigns: Vec<Campaign>,
    }
    /// Where a clinic is held.
    Site {
        /// Its id.
        id: SiteId,
        /// The partnership's own code of it.
        code: String,
        /// Its name.
        name: String,
        /// Street and town.
        address: String,
        /// Postcode.
        postcode: String,
    }
    /// Which free times are looked for.
    SlotsAsked {
        /// For whom.
        person: PersonId,
        /// Which appointment of the course; 1 when left out.
        appointment: Option<u16>,
        /// From which day on; today when left out.
        from: Option<Day>,
        /// Only at these sites: ids with commas between.
        sites: Option<Sites>,
    }
    /// A free time that the rules allow this person now. Only the booking itself decides.
    FreeSlot {
        /// Its id.
        slot: SlotId,
        /// Where.
        site: Site,
        /// Of what.
        product: ProductId,
        /// The day in London.
        date: Day,
        /// When it starts.
        starts: Instant,
        /// Its length in minutes.
        minutes: u16,
        /// Minutes there by car; null when not known.
        travel_minutes: Option<u16>,
        /// Where the person's other appointment would be with it, moved or not booked yet; null when it stays or there is none.
        other: Option<Pick>,
    }
    /// Free times, day after day, on each the nearest site first.
    FreeSlots {
        /// They: a selection of each day, spread from its first to its last.
        slots: Vec<FreeSlot>,
        /// Ask again from this day for more; null when there is no more.
        later: Option<Day>,
    }
    /// Who is looked for: a reference, alone or with the date of birth, or name and date of birth together.
    PeopleAsked {
        /// The reference of a booking.
        reference: Option<String>,
        /// Beginnings of given and family name.
        name: Option<String>,
        /// Date of birth.
        born: Option<Day>,
    }
    /// A person, as the desk needs them on the telephone.
    Person {
        /// Their id.
        id: PersonId,
        /// Given and family name.
        name: String,
        /// Date of birth; null when not known.
        born: Option<Day>,
        /// Name of the primary employer; null when there is none.
        employer: Option<String>,
        /// Their live bookings.
        bookings: Vec<Booking>,
    }
    /// The people a search found.
    People {
        /// They, at most ten.
        people: Vec<Person>,
        /// Whether there were more: ask for the reference, or for more of the name.
        more: bool,
    }
    /// One appointment and the slot wanted for it.
    Pick {
        /// Which appointment of the course, from 1.
        appointment: u16,
        /// The slot.
        slot: SlotId,
    }
    /// A course to be booked: all of it or nothing.
    PlaceAsked {
        /// For whom.
        person: PersonId,
        /// Of which campaign.
        campaign: CampaignId,
        /// Each appointment at most once.
        picks: Few<Pick>,
    }
    /// Nothing more to say: an empty object.
    Nothing {}
    /// A booking to be released.
    CancelAsked {
        /// The version that was looked at: if it moved on, nothing happens.
        version: u32,
        /// Why.
        reason: Reason,
    }
    /// Bookings to be changed in one step, or not at all.
    RebookAsked {
        /// The booking of the address must be among them.
        changes: Few<Change>,
    }
    /// A booking and the slot wanted in its place.
    Change {
        /// Which booking.
        reference: Reference,
        /// The version that was looked at.
        version: u32,
        /// The new slot.
        slot: SlotId,
    }
    /// A booking.
    Booking {
        /// What the person reads out.
        reference: Reference,
        /// Of which campaign.
        campaign: CampaignId,
        /// Whose.
        person: PersonId,
        /// Which appointment of the course, from 1.
        appointment: u16,
        /// Where it stands.
        state: State,
        /// Grows with every change.
        version: u32,
        /// In which slot.
        slot: SlotId,
        /// Where.
        site: Site,
        /// Of which product.
        product: ProductId,
        /// The day in London.
        date: Day,
        /// When it starts.
        starts: Instant,
        /// When it ends.
        ends: Instant,
        /// Minutes there by car.
        travel_minutes: u16,
        /// Who gives the place.
        host: OrganisationId,
        /// For whose member of staff.
        employer: OrganisationId,
        /// The agreement that allowed it.
        agreement: AgreementId,
    }
    /// Who is here, and where.
    CheckInAsked {
        /// At which site.
        site: SiteId,
    }
    /// What came of a booking.
    OutcomeAsked {
        /// At which site.
        site: SiteId,
        /// The `seen` of the last answer; 0 where nothing was known.
        seen: u32,
        /// Given, or why not. Who did not come is marked by the clinic's day as a whole.
        outcome: Came,
        /// As on the box; with given only.
        batch: Option<Batch>,
    }
    /// Somebody without an appointment.
    WalkInAsked {
        /// At which site.
        site: SiteId,
        /// Who.
        person: PersonId,
        /// Of which campaign.
        campaign: CampaignId,
        /// Which appointment was meant; whichever is next when left out.
        appointment: Option<u16>,
        /// Of what; as their course asks when left out.
        product: Option<ProductId>,
        /// As on the box.
        batch: Batch,
    }
    /// A booking and what is known of its day.
    Attended {
        /// The booking.
        booking: Booking,
        /// When they were checked in.
        came: Option<Instant>,
        /// What came of it.
        outcome: Option<Came>,
        /// Of which batch.
        batch: Option<Batch>,
        /// Grows with every entry: what a correction must name.
        seen: u32,
    }
    /// The bookings of a course, in order.
    Bookings {
        /// They.
        bookings: Vec<Booking>,
    }
}

wire_text!(Reference, |reference| reference.to_string(), Reference::parse, {
    "type": "string",
    "pattern": "^[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}$"
});

wire_text!(State, |state| state.word().to_owned(), State::parse, {
    "type": "string", "enum": ["assigned", "confirmed", "cancelled", "rebooked"]
});

/// Why a booking is cancelled by the desk. Declining and had-it-elsewhere close the offer, and are not this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The person can't come.
    Person,
    /// The site can't see them.
    Site,
    /// The campaign takes it back.
    Campaign,
}

impl Reason {
    /// As the use case knows it.
    pub fn cause(self) -> booking::cancel::Reason {
        match self {
            Self::Person => booking::cancel::Reason::ByPerson,
            Self::Site => booking::cancel::Reason::BySite,
            Self::Campaign => booking::cancel::Reason::ByCampaign,
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Person, Self::Site, Self::Campaign].into_iter().find(|reason| reason.cause().word() == word)
    }
}

wire_text!(Reason, |reason| reason.cause().word().to_owned(), Reason::parse, {
    "type": "string", "enum": ["by_person", "by_site", "by_campaign"]
});

/// What came of a booking, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// It was given.
    Given,
    /// It was not, for a reason.
    NotGiven(WhyNot),
    /// The person did not come; said, never asked.
    DidNotAttend,
}

impl Came {
    fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::NotGiven(why) => why.word(),
            Self::DidNotAttend => "did_not_attend",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word {
            "given" => Some(Self::Given),
            "did_not_attend" => Some(Self::DidNotAttend),
            why => WhyNot::parse(why).map(Self::NotGiven),
        }
    }
}

wire_text!(Came, |came| came.word().to_owned(), Came::parse, {
    "type": "string",
    "enum": ["given", "unwell", "contraindicated", "declined", "no_stock", "other", "did_not_attend"]
});

wire_text!(Batch, |batch| batch.to_string(), |text| Batch::parse(text).filter(|batch| batch.to_string() == text), {
    "type": "string", "minLength": 1, "maxLength": 30, "pattern": "^[0-9A-Z./-]+( [0-9A-Z./-]+)*$"
});

/// The most sites one request may name.
const SITES: usize = 20;

/// Some sites of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sites(pub Vec<SiteId>);

impl Sites {
    fn parse(text: &str) -> Option<Self> {
        let one = |id: &str| id.parse().ok().filter(|_| id.len() == 36);
        let ids: Option<Vec<SiteId>> = text.split(',').map(one).collect();
        ids.filter(|ids| ids.len() <= SITES).map(Self)
    }
}

wire_text!(Sites, |sites| sites.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(","), Sites::parse, {
    "type": "string",
    "maxLength": 739,
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(,[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}){0,19}$"
});

impl Site {
    /// A site as the API tells it.
    pub fn of(site: &site::Site) -> Self {
        let facts = &site.facts;
        Self {
            id: site.id,
            code: facts.code.clone(),
            name: facts.name.clone(),
            address: facts.address.clone(),
            postcode: facts.postcode.clone(),
        }
    }
}

impl Campaign {
    /// A campaign as the API tells it.
    pub fn of(campaign: &campaign::Campaign, products: &[clinic::product::Product]) -> Self {
        let named = |id| products.iter().find(|p| p.id == id).map(|p| p.name.clone()).unwrap_or_default();
        let appointment = |a: &campaign::Appointment| Appointment {
            number: a.number,
            name: a.name.clone(),
            first_on: Day(a.first_on),
            last_on: Day(a.last_on),
        };
        let product = |p: &campaign::Interval| Product {
            id: p.product,
            name: named(p.product),
            min_days: p.min_days,
            max_days: p.max_days,
            ideal_days: p.ideal_days,
        };
        Self {
            id: campaign.id,
            name: campaign.name.clone(),
            programme: campaign.programme.clone(),
            starts_on: Day(campaign.starts_on),
            ends_on: Day(campaign.ends_on),
            open: campaign.open,
            book_notice: campaign.notice.book,
            change_notice: campaign.notice.change,
            cancel_notice: campaign.notice.cancel,
            appointments: campaign.appointments.iter().map(appointment).collect(),
            products: campaign.products.iter().map(product).collect(),
        }
    }
}

impl Booking {
    /// A booking as the API tells it.
    pub fn of(tx: &mut Tx<'_>, b: &booking::Booking) -> Result<Self, StoreError> {
        Self::all(tx, std::slice::from_ref(b))?.pop().ok_or_else(|| StoreError::Engine("a booking was lost".into()))
    }

    /// Many of them.
    pub fn all(tx: &mut Tx<'_>, of: &[booking::Booking]) -> Result<Vec<Self>, StoreError> {
        let sites = clinic::store::site::by_ids(tx, &of.iter().map(|b| b.site).collect::<Vec<_>>())?;
        of.iter().map(|b| Self::at(&sites, b)).collect()
    }

    fn at(sites: &HashMap<SiteId, site::Site>, b: &booking::Booking) -> Result<Self, StoreError> {
        let at = sites.get(&b.site).ok_or_else(|| StoreError::Engine("a booking at no site".into()))?;
        Ok(Self {
            reference: b.reference.clone(),
            campaign: b.campaign,
            person: b.person,
            appointment: b.appointment,
            state: b.state,
            version: b.version,
            slot: b.slot,
            site: Site::of(at),
            product: b.product,
            date: Day(b.date),
            starts: Instant(b.starts),
            ends: Instant(b.ends),
            travel_minutes: b.travel_minutes,
            host: b.host,
            employer: b.employer,
            agreement: b.agreement,
        })
    }
}
