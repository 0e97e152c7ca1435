//! The bound: at any prices, what everybody would pay for their cheapest course, less what all that is limited would
//! earn if it were used up, is at most the cost of any plan that keeps the limits. Written to be seen to be right,
//! not to be fast, and sharing no code with any planner.

use crate::index::{Used, blocks_by_site, left_by_pins};
use crate::problem::{Block, Person, Problem};
use crate::proof::{PERSON_SCALE, PRICE_SCALE, Prices};

/// A lower bound on the cost of every plan that keeps the hard rules, in person-minutes (rounded up, as costs are
/// whole). `None` if the prices are not prices of this problem (wrong lengths, or a fair price above its cost).
#[must_use]
pub fn cost_bound(problem: &Problem, prices: &Prices) -> Option<i64> {
    let fair_cap = i64::from(problem.costs.fair) * PRICE_SCALE;
    if !prices.fits(problem) || prices.fair.iter().any(|f| i64::from(*f) > fair_cap) {
        return None;
    }
    let left = left_by_pins(problem);
    let pricing = Pricing::new(problem, prices, PRICE_SCALE);
    let mut total = -earned(prices, &left);
    for (price, share) in prices.fair.iter().zip(&problem.fair) {
        total -= i64::from(*price) * i64::from(*share);
    }
    for person in &problem.people {
        let unplaced = i64::from(problem.groups[usize::from(person.group)].unplaced) * PRICE_SCALE
            + i64::from(prices.fair[person.employer as usize]);
        total += pricing.cheapest(person, unplaced);
    }
    Some(total.div_euclid(PRICE_SCALE) + i64::from(total.rem_euclid(PRICE_SCALE) != 0))
}

/// An upper bound on how many people any plan can place, from prices in 1/[`PERSON_SCALE`] of a person. `None` if the
/// prices are not prices of this problem.
#[must_use]
pub fn people_bound(problem: &Problem, prices: &Prices) -> Option<u64> {
    if !prices.fits(problem) {
        return None;
    }
    let left = left_by_pins(problem);
    let pricing = Pricing::new(problem, prices, 0);
    let mut unplaced = -earned(prices, &left);
    for person in &problem.people {
        unplaced += pricing.cheapest(person, PERSON_SCALE);
    }
    let fewest = (unplaced.div_euclid(PERSON_SCALE) + i64::from(unplaced.rem_euclid(PERSON_SCALE) != 0)).max(0);
    Some((problem.people.len() as u64).saturating_sub(fewest.unsigned_abs()))
}

/// What all that is limited would earn if used up.
fn earned(prices: &Prices, left: &Used) -> i64 {
    let pairs = [
        (&prices.blocks, &left.blocks),
        (&prices.supplies, &left.supplies),
        (&prices.team_days, &left.team_days),
        (&prices.allocations, &left.allocations),
    ];
    let each = pairs.into_iter().flat_map(|(prices, left)| prices.iter().zip(left));
    each.map(|(price, left)| i64::from(*price) * i64::from(*left)).sum()
}

/// More than any course can cost.
const NEVER: i64 = i64::MAX / 4;

struct Pricing<'a> {
    problem: &'a Problem,
    prices: &'a Prices,
    by_site: Vec<Vec<usize>>,
    /// Price of the place and of the doses, for each block.
    block_price: Vec<i64>,
    /// What a person-minute of cost counts: the scale of the prices, or nothing when people are counted.
    minute: i64,
}

impl<'a> Pricing<'a> {
    fn new(problem: &'a Problem, prices: &'a Prices, minute: i64) -> Self {
        let block_price = problem.blocks.iter().zip(&prices.blocks).map(|(b, own)| {
            let doses =
                problem.supplies.iter().zip(&prices.supplies).filter(|(s, _)| {
                    s.product == b.product && s.site.is_none_or(|x| x == b.site) && b.day <= s.until_day
                });
            i64::from(*own) + doses.map(|(_, price)| i64::from(*price)).sum::<i64>()
        });
        let block_price = block_price.collect();
        Self { problem, prices, by_site: blocks_by_site(problem), block_price, minute }
    }

    /// The cost of the cheapest thing that can become of this person, being unplaced among them unless all is pinned.
    fn cheapest(&self, person: &Person, unplaced: i64) -> i64 {
        let products = 0..self.problem.products.len();
        if self.problem.wholly_pinned(person) {
            return self.pinned_course(person);
        }
        products.map(|v| self.cheapest_of(person, v)).fold(unplaced, i64::min)
    }

    /// The cheapest course of one product, going back from the last appointment to the first.
    fn cheapest_of(&self, person: &Person, product: usize) -> i64 {
        let days = usize::from(self.problem.days);
        let open = if person.may_have(product) { self.day_costs(person, product) } else { vec![NEVER; days] };
        let first = person.next_appointment();
        let mut rest: Option<(Vec<i64>, bool)> = None;
        for k in (first..self.problem.appointments.len()).rev() {
            let (mut here, pinned) = self.appointment_costs(person, product, k, &open);
            for (day, cost) in here.iter_mut().enumerate().filter(|(_, c)| **c < NEVER) {
                let day = i64::try_from(day).expect("a day of the horizon");
                if let Some((rest, rest_pinned)) = &rest {
                    let after = self.step(product, day, rest, pinned && *rest_pinned);
                    *cost = if after < NEVER { *cost + after } else { NEVER };
                }
            }
            rest = Some((here, pinned));
        }
        let Some((rest, pinned)) = rest else {
            return NEVER;
        };
        match person.given {
            Some(g) => self.step(product, i64::from(g.day), &rest, pinned),
            None => rest.into_iter().min().unwrap_or(NEVER),
        }
    }

    /// The cheapest way on from an appointment on `day`; where both stand already the interval may be any.
    fn step(&self, product: usize, day: i64, rest: &[i64], both_stand: bool) -> i64 {
        let p = &self.problem.products[product];
        let per_day = i64::from(self.problem.costs.per_day_off_ideal) * self.minute;
        let allowed = i64::from(p.interval_min)..=i64::from(p.interval_max);
        let next = (0i64..)
            .zip(rest)
            .filter(|(next, cost)| **cost < NEVER && *next > day && (both_stand || allowed.contains(&(next - day))));
        next.map(|(next, cost)| cost + per_day * (next - day - i64::from(p.interval_ideal)).abs())
            .min()
            .unwrap_or(NEVER)
    }

    /// What appointment `k` costs on each day, waiting included, and whether it is pinned.
    fn appointment_costs(&self, person: &Person, product: usize, k: usize, open: &[i64]) -> (Vec<i64>, bool) {
        let days = usize::from(self.problem.days);
        let mut costs = vec![NEVER; days];
        let pin = person.pin(k);
        if let Some(pin) = pin {
            let block = &self.problem.blocks[pin.block as usize];
            if usize::from(block.product) == product {
                let travel = self.problem.reach_to(person, block).map_or(0, |r| i64::from(r.minutes));
                let off = self.off_shift(person, block.day);
                costs[usize::from(block.day)] = (travel + off) * self.minute;
            }
        } else {
            let window = self.problem.appointments[k];
            for day in window.first_day..=window.last_day.min(self.problem.days - 1) {
                costs[usize::from(day)] = open[usize::from(day)];
            }
        }
        if k == 0 {
            let per_day = i64::from(self.problem.groups[usize::from(person.group)].wait_per_day) * self.minute;
            for (day, cost) in (0i64..).zip(&mut costs).filter(|(_, c)| **c < NEVER) {
                *cost += per_day * day;
            }
        }
        (costs, pin.is_some())
    }

    /// The cheapest place for the person on each day, cost and prices together.
    fn day_costs(&self, person: &Person, product: usize) -> Vec<i64> {
        let mut best = vec![NEVER; usize::from(self.problem.days)];
        for reach in self.problem.reaches_of(person) {
            let booking = reach.allocation.map_or(0, |a| i64::from(self.prices.allocations[a as usize]));
            for b in &self.by_site[reach.site as usize] {
                let block = &self.problem.blocks[*b];
                let allowed = usize::from(block.product) == product
                    && (reach.first_day..=reach.last_day).contains(&block.day)
                    && person.available[usize::from(block.half)].has(block.day);
                if allowed {
                    let cost = i64::from(reach.minutes) * self.minute + booking + self.block_price[*b];
                    let day = &mut best[usize::from(block.day)];
                    *day = cost.min(*day);
                }
            }
        }
        for (day, cost) in (0u16..).zip(&mut best).filter(|(_, c)| **c < NEVER) {
            *cost += self.absence(person, day);
        }
        best
    }

    /// What being away on `day` costs: the price of cover on a shift, the weight of a free day otherwise.
    fn absence(&self, person: &Person, day: u16) -> i64 {
        let off = self.off_shift(person, day) * self.minute;
        match person.team {
            Some(team) if person.on_shift.has(day) => {
                let row = team as usize * usize::from(self.problem.days) + usize::from(day);
                off + 2 * i64::from(self.prices.team_days[row])
            }
            _ => off,
        }
    }

    fn off_shift(&self, person: &Person, day: u16) -> i64 {
        if person.on_shift.has(day) { 0 } else { i64::from(self.problem.costs.off_shift) }
    }

    /// The cost of a course that is pinned from end to end; its units are taken from the limits beforehand.
    fn pinned_course(&self, person: &Person) -> i64 {
        let mut cost = 0;
        let mut before = person.given.map(|g| (i64::from(g.day), usize::from(g.product)));
        for pin in &person.pinned {
            let block: &Block = &self.problem.blocks[pin.block as usize];
            let day = i64::from(block.day);
            if pin.appointment == 0 {
                cost += i64::from(self.problem.groups[usize::from(person.group)].wait_per_day) * day;
            }
            cost += self.problem.reach_to(person, block).map_or(0, |r| i64::from(r.minutes));
            cost += self.off_shift(person, block.day);
            if let Some((last, product)) = before {
                let ideal = i64::from(self.problem.products[product].interval_ideal);
                cost += i64::from(self.problem.costs.per_day_off_ideal) * (day - last - ideal).abs();
            }
            before = Some((day, usize::from(block.product)));
        }
        cost * self.minute
    }
}
