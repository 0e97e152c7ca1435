//! The problem a plan answers. Indices only: no name, no identifier of a person is ever in it.

use crate::days::DayMask;
use std::ops::Range;

/// Everything a plan depends on. All indices (`u32`) point into the vectors beside them; [`Problem::validate`]
/// says whether they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Length of the horizon in days; day 0 is the first. At most [`crate::MAX_DAYS`].
    pub days: u16,
    /// The course everybody is to have: 1 to 8 appointments, in order.
    pub appointments: Vec<Appointment>,
    /// What can be given; at most 16. A person has the same product at every appointment.
    pub products: Vec<Product>,
    /// Priority groups.
    pub groups: Vec<Group>,
    /// The remaining weights of the objective.
    pub costs: Costs,
    /// How many sites there are.
    pub sites: u32,
    /// How many employers there are.
    pub employers: u32,
    /// Capacity: at most one block for each site, day, half and product (join the slots of several).
    pub blocks: Vec<Block>,
    /// Cumulative limits of product.
    pub supplies: Vec<Supply>,
    /// Teams, whose cover limits how many may be away at once.
    pub teams: Vec<Team>,
    /// Limits of what an employer may use under an agreement.
    pub allocations: Vec<Allocation>,
    /// For each employer: how many people may stay unplaced before each further one costs [`Costs::fair`].
    pub fair: Vec<u32>,
    /// The people.
    pub people: Vec<Person>,
    /// Where people can go: each person has a range of this, sorted by minutes.
    pub reaches: Vec<Reach>,
}

/// The days on which one appointment of the course may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// First day allowed.
    pub first_day: u16,
    /// Last day allowed (inclusive).
    pub last_day: u16,
}

/// A product and its interval, in days, between one appointment and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// Fewest days (at least 1).
    pub interval_min: u16,
    /// Most days.
    pub interval_max: u16,
    /// The interval that costs nothing.
    pub interval_ideal: u16,
}

/// What a priority group weighs, in person-minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// For each day before the first appointment of the course. At most 10,000.
    pub wait_per_day: u32,
    /// For leaving a person without a course. At most 250,000.
    pub unplaced: u32,
}

/// Weights of the objective that are the same for all, in person-minutes; each at most 250,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// For an appointment on a day the person does not work.
    pub off_shift: u32,
    /// For each day an interval is away from the ideal. At most 10,000.
    pub per_day_off_ideal: u32,
    /// For each unplaced person beyond the employer's fair share.
    pub fair: u32,
}

/// Capacity at one site, on one half of one day, for one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The site.
    pub site: u32,
    /// The day.
    pub day: u16,
    /// 0 morning, 1 afternoon, 2 evening.
    pub half: u8,
    /// The product.
    pub product: u8,
    /// The slots and their places. The capacity of the block is the sum.
    pub slots: Vec<SlotCapacity>,
}

/// A slot of a block: a start and a number of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotCapacity {
    /// Minutes after midnight, local time at the site.
    pub start_minute: u16,
    /// How many people can be seen in it.
    pub places: u16,
}

/// A limit of product: no more than `doses` appointments of `product` (at `site`, or everywhere) on days up to and
/// including `until_day`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supply {
    /// Only at this site, or everywhere.
    pub site: Option<u32>,
    /// The product.
    pub product: u8,
    /// Last day counted.
    pub until_day: u16,
    /// How many appointments it is good for.
    pub doses: u32,
}

/// A team: how much absence it can bear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Whose team it is.
    pub employer: u32,
    /// For each day, in half-person units: an appointment during a shift uses two.
    pub cover: Vec<u32>,
}

/// How many bookings an employer may make through one agreement. An appointment at a [`Reach`] naming it uses one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The employer it was given to.
    pub employer: u32,
    /// How many bookings.
    pub capacity: u32,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The team whose cover their absence uses; none: no limit.
    pub team: Option<u32>,
    /// The employer.
    pub employer: u32,
    /// The priority group.
    pub group: u8,
    /// The products they may have: bit `v` for product `v`.
    pub products: u16,
    /// The days they work.
    pub on_shift: DayMask,
    /// The days on which they can come, for morning, afternoon and evening.
    pub available: [DayMask; 3],
    /// Where they can go: a range of [`Problem::reaches`].
    pub reach: Range<u32>,
    /// If `reach` is empty, why; known only to whoever built the problem.
    pub why_empty: Option<WhyEmpty>,
    /// What they have had already.
    pub given: Option<Given>,
    /// Bookings that stand whatever the plan does, ascending by appointment.
    pub pinned: Vec<Pin>,
}

/// Why a person can go nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum WhyEmpty {
    /// No site lies within their travel limit.
    NoSiteWithinTravelLimit = 1,
    /// Sites lie within it, but none has the access they need.
    NoSiteWithAccess = 2,
    /// Suitable sites lie within it, but no agreement lets their employer use one.
    NoAgreement = 3,
    /// Sites may be used, but none offers a product they may have.
    NoProduct = 4,
}

/// Part of a course that has taken place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// The product; the rest of the course is of the same.
    pub product: u8,
    /// The day of the last appointment had; before the horizon it is negative.
    pub day: i32,
    /// How many appointments of the course have been had (at least 1, fewer than the course has).
    pub done: u8,
}

/// A booking that must not move: it uses its place, cover, dose and allocation before anybody else does, even where
/// it alone exceeds a limit. A course planned for the person contains it. If every remaining appointment is pinned the
/// person has exactly that course; if only some are, the person may be left unplaced and the pinned ones still stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Which appointment of the course (0-based).
    pub appointment: u8,
    /// The block.
    pub block: u32,
    /// The slot within it.
    pub slot: u16,
}

/// A site a person can go to, and under which allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The site. It may appear again with other, disjoint days (an allocation for each week, say).
    pub site: u32,
    /// Travel there and back, in minutes, as it counts in the objective.
    pub minutes: u16,
    /// The allocation a booking there uses; none: not limited.
    pub allocation: Option<u32>,
    /// First day the agreement permits it.
    pub first_day: u16,
    /// Last day (inclusive).
    pub last_day: u16,
}

impl Block {
    /// The sum of its places.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.slots.iter().map(|s| u32::from(s.places)).sum()
    }
}

impl Person {
    /// Which appointment of the course is the first still to have (0-based).
    #[must_use]
    pub fn next_appointment(&self) -> usize {
        self.given.map_or(0, |g| usize::from(g.done))
    }

    /// The pin of one appointment of the course.
    #[must_use]
    pub fn pin(&self, appointment: usize) -> Option<&Pin> {
        self.pinned.iter().find(|p| usize::from(p.appointment) == appointment)
    }

    /// May they have this product?
    #[must_use]
    pub fn may_have(&self, product: usize) -> bool {
        product < 16
            && self.products >> product & 1 == 1
            && self.given.is_none_or(|g| usize::from(g.product) == product)
    }
}

impl Problem {
    /// The sites one person can go to.
    #[must_use]
    pub fn reaches_of(&self, person: &Person) -> &[Reach] {
        self.reaches.get(person.reach.start as usize..person.reach.end as usize).unwrap_or_default()
    }

    /// How the person would get to a block: the reach of its site whose days hold its day.
    #[must_use]
    pub fn reach_to(&self, person: &Person, block: &Block) -> Option<&Reach> {
        self.reaches_of(person).iter().find(|r| r.site == block.site && (r.first_day..=r.last_day).contains(&block.day))
    }

    /// How many appointments of the course the person has still to have.
    #[must_use]
    pub fn remaining(&self, person: &Person) -> usize {
        self.appointments.len().saturating_sub(person.next_appointment())
    }

    /// Is every remaining appointment of this person pinned?
    #[must_use]
    pub fn wholly_pinned(&self, person: &Person) -> bool {
        !person.pinned.is_empty() && person.pinned.len() == self.remaining(person)
    }
}
