//! Is a problem one at all? Everything else here takes a problem for which [`Problem::validate`] said yes.

use crate::days::MAX_DAYS;
use crate::problem::{Person, Problem};
use std::collections::HashSet;

/// What is wrong with a problem, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The part of the problem.
    pub part: &'static str,
    /// Index within that part.
    pub index: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.part, self.index, self.what)
    }
}

impl std::error::Error for Malformed {}

const MAX_WEIGHT: u32 = 250_000;
const MAX_DAILY: u32 = 10_000;

fn ensure(ok: bool, part: &'static str, index: usize, what: &'static str) -> Result<(), Malformed> {
    if ok { Ok(()) } else { Err(Malformed { part, index, what }) }
}

impl Problem {
    /// Do all indices point at something, and are all numbers within what is promised? Nothing else in this crate,
    /// and no planner, need be asked about a problem that fails here: the other functions may panic on it.
    ///
    /// # Errors
    /// The first thing found wrong.
    pub fn validate(&self) -> Result<(), Malformed> {
        self.frame()?;
        self.limits()?;
        for (i, r) in self.reaches.iter().enumerate() {
            ensure(r.site < self.sites, "reach", i, "no such site")?;
            let known = r.allocation.is_none_or(|a| (a as usize) < self.allocations.len());
            ensure(known, "reach", i, "no such allocation")?;
        }
        for (i, p) in self.people.iter().enumerate() {
            self.person(i, p)?;
        }
        Ok(())
    }

    fn frame(&self) -> Result<(), Malformed> {
        let n = self.appointments.len();
        ensure((1..=MAX_DAYS).contains(&self.days), "horizon", 0, "has 1 to 192 days")?;
        ensure((1..=8).contains(&n), "course", 0, "has 1 to 8 appointments")?;
        ensure((1..=16).contains(&self.products.len()), "products", 0, "are 1 to 16")?;
        for (i, p) in self.products.iter().enumerate() {
            let ok = 1 <= p.interval_min && p.interval_min <= p.interval_max && p.interval_ideal <= 1000;
            ensure(ok && p.interval_max <= MAX_DAYS, "product", i, "its interval cannot be")?;
        }
        for (i, g) in self.groups.iter().enumerate() {
            let ok = g.wait_per_day <= MAX_DAILY && g.unplaced <= MAX_WEIGHT;
            ensure(ok, "group", i, "a weight is too large")?;
        }
        let c = &self.costs;
        let ok = c.off_shift <= MAX_WEIGHT && c.fair <= MAX_WEIGHT && c.per_day_off_ideal <= MAX_DAILY;
        ensure(ok, "costs", 0, "a weight is too large")?;
        ensure(self.fair.len() == self.employers as usize, "fair", 0, "one entry an employer")
    }

    fn limits(&self) -> Result<(), Malformed> {
        let mut cells = HashSet::new();
        for (i, b) in self.blocks.iter().enumerate() {
            ensure(b.site < self.sites, "block", i, "no such site")?;
            ensure(b.day < self.days && b.half < 3, "block", i, "no such half-day")?;
            ensure(usize::from(b.product) < self.products.len(), "block", i, "no such product")?;
            ensure(b.slots.len() <= 4096, "block", i, "more than 4096 slots")?;
            let fresh = cells.insert((b.site, b.day, b.half, b.product));
            ensure(fresh, "block", i, "another block has its site, day, half and product")?;
        }
        for (i, s) in self.supplies.iter().enumerate() {
            ensure(s.site.is_none_or(|x| x < self.sites), "supply", i, "no such site")?;
            ensure(usize::from(s.product) < self.products.len(), "supply", i, "no such product")?;
        }
        for (i, t) in self.teams.iter().enumerate() {
            ensure(t.employer < self.employers, "team", i, "no such employer")?;
            ensure(t.cover.len() == usize::from(self.days), "team", i, "cover for each day")?;
        }
        for (i, a) in self.allocations.iter().enumerate() {
            ensure(a.employer < self.employers, "allocation", i, "no such employer")?;
        }
        Ok(())
    }

    fn person(&self, i: usize, p: &Person) -> Result<(), Malformed> {
        let n = self.appointments.len();
        ensure(p.employer < self.employers, "person", i, "no such employer")?;
        ensure(usize::from(p.group) < self.groups.len(), "person", i, "no such group")?;
        ensure(p.team.is_none_or(|t| (t as usize) < self.teams.len()), "person", i, "no such team")?;
        let range = p.reach.start <= p.reach.end && p.reach.end as usize <= self.reaches.len();
        ensure(range, "person", i, "its reaches are not there")?;
        let reaches = self.reaches_of(p);
        ensure(reaches.len() <= 4096, "person", i, "more than 4096 reaches")?;
        ensure(reaches.is_sorted_by_key(|r| r.minutes), "person", i, "reaches by minutes")?;
        for (k, a) in reaches.iter().enumerate() {
            let clash =
                reaches[..k].iter().any(|b| a.site == b.site && a.first_day <= b.last_day && b.first_day <= a.last_day);
            ensure(!clash, "person", i, "two reaches of one site share a day")?;
        }
        if let Some(g) = p.given {
            let done = 1 <= g.done && usize::from(g.done) < n;
            ensure(done && usize::from(g.product) < self.products.len(), "person", i, "given")?;
            ensure(g.day.abs() <= 100_000, "person", i, "given on a day far away")?;
        }
        self.pins(i, p)
    }

    fn pins(&self, i: usize, p: &Person) -> Result<(), Malformed> {
        let n = self.appointments.len();
        let ascending = p.pinned.windows(2).all(|w| w[0].appointment < w[1].appointment);
        ensure(ascending, "person", i, "pins ascend by appointment")?;
        let mut last = p.given.map_or(i32::MIN, |g| g.day);
        for pin in &p.pinned {
            let k = usize::from(pin.appointment);
            ensure(p.next_appointment() <= k && k < n, "person", i, "pin of no open appointment")?;
            let block = self.blocks.get(pin.block as usize);
            let ok = block.is_some_and(|b| usize::from(pin.slot) < b.slots.len());
            ensure(ok, "person", i, "pin at no slot")?;
            let day = block.map_or(i32::MIN, |b| i32::from(b.day));
            ensure(last < day, "person", i, "pin not after what came before")?;
            last = day;
        }
        Ok(())
    }
}
