//! Who has which course, and how much of every limit that uses.

use crate::model::{Model, NONE, Who};
use crate::price::{MOST, Spot};
use crate::rules::cover;

/// Units used. Rows of `team_days` are `team * days + day`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub blocks: Vec<i32>,
    pub team_days: Vec<i32>,
    pub allocations: Vec<i32>,
    pub supplies: Vec<i32>,
    /// People unplaced, by employer.
    pub unplaced: Vec<i32>,
}

impl Used {
    pub fn none(model: &Model<'_>) -> Self {
        Self {
            blocks: vec![0; model.left.blocks.len()],
            team_days: vec![0; model.left.team_days.len()],
            allocations: vec![0; model.left.allocations.len()],
            supplies: vec![0; model.left.supplies.len()],
            unplaced: vec![0; model.left.fair.len()],
        }
    }

    /// Counts the spots of a person `sign` times. Pinned appointments are off the limits already.
    #[inline(always)]
    pub fn count(&mut self, model: &Model<'_>, who: &Who, spots: &[Spot; MOST], sign: i32) {
        for (_, spot) in open_spots(who, spots) {
            let block = &model.blocks[spot.block as usize];
            self.blocks[spot.block as usize] += sign;
            if let Some(row) = team_day(model, who, block.day) {
                self.team_days[row] += sign * cover::UNITS;
            }
            if let Some(a) = self.allocations.get_mut(spot.allocation as usize) {
                *a += sign;
            }
            for s in &block.supplies {
                self.supplies[*s as usize] += sign;
            }
        }
    }

    pub fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.blocks, &other.blocks),
            (&mut self.team_days, &other.team_days),
            (&mut self.allocations, &other.allocations),
            (&mut self.supplies, &other.supplies),
            (&mut self.unplaced, &other.unplaced),
        ];
        for (mine, theirs) in pairs {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        }
    }
}

/// The row of cover an appointment on `day` uses.
#[inline(always)]
pub(crate) fn team_day(model: &Model<'_>, who: &Who, day: usize) -> Option<usize> {
    let row = who.team as usize * model.days + day;
    (who.on_shift.has(day as u16) && (who.team as usize) + 1 < model.members.len()).then_some(row)
}

/// The spots of a course that are not pinned, with the appointment they are for.
#[inline(always)]
pub(crate) fn open_spots<'a>(who: &'a Who, spots: &'a [Spot; MOST]) -> impl Iterator<Item = (usize, Spot)> + 'a {
    let start = usize::from(who.start);
    spots
        .iter()
        .take_while(|s| s.block != NONE)
        .enumerate()
        .map(move |(i, s)| (start + i, *s))
        .filter(|(k, _)| who.pins.get(*k).is_none_or(|p| *p == NONE))
}

/// A course for each person of the model, or none.
#[derive(Clone)]
pub(crate) struct State {
    pub courses: Vec<Option<[Spot; MOST]>>,
    pub used: Used,
}

impl State {
    /// Nobody has a course.
    pub fn empty(model: &Model<'_>) -> Self {
        let mut used = Used::none(model);
        for who in &model.people {
            used.unplaced[who.employer as usize] += 1;
        }
        Self { courses: vec![None; model.people.len()], used }
    }

    /// Takes a person's course away and hands it back.
    #[inline(always)]
    pub fn leave(&mut self, model: &Model<'_>, i: usize) -> Option<[Spot; MOST]> {
        let spots = self.courses[i].take()?;
        let who = &model.people[i];
        self.used.count(model, who, &spots, -1);
        self.used.unplaced[who.employer as usize] += 1;
        Some(spots)
    }

    /// Gives a person without a course one.
    #[inline(always)]
    pub fn join(&mut self, model: &Model<'_>, i: usize, spots: [Spot; MOST]) {
        let who = &model.people[i];
        self.used.count(model, who, &spots, 1);
        self.used.unplaced[who.employer as usize] -= 1;
        self.courses[i] = Some(spots);
    }

    /// What the courses and unplaced people cost, in price units.
    pub fn cost(&self, model: &Model<'_>) -> i64 {
        let people = self.courses.iter().zip(&model.people);
        let own: i64 =
            people.map(|(c, who)| i64::from(c.as_ref().map_or(who.unplaced, |c| course_cost(model, who, c)))).sum();
        let fair = self.used.unplaced.iter().zip(&model.left.fair);
        own + fair.map(|(u, f)| i64::from((u - f).max(0)) * i64::from(model.fair_cap)).sum::<i64>()
    }
}

/// What a course costs in itself, in price units.
#[inline(always)]
pub(crate) fn course_cost(model: &Model<'_>, who: &Who, spots: &[Spot; MOST]) -> i32 {
    let mut cost = 0;
    let mut before = who.given_day;
    for (k, spot) in spots.iter().take_while(|s| s.block != NONE).enumerate() {
        let block = &model.blocks[spot.block as usize];
        if k + usize::from(who.start) == 0 {
            cost += who.wait * block.day as i32;
        }
        let way = model.ways_of(who).iter().find(|w| {
            w.site as usize == block.site && (usize::from(w.first)..=usize::from(w.last)).contains(&block.day)
        });
        cost += way.map_or(0, |w| w.cost);
        if !who.on_shift.has(block.day as u16) {
            cost += model.off_shift;
        }
        if let Some(last) = before {
            let ideal = i32::from(model.problem.products[block.product].interval_ideal);
            cost += (block.day as i32 - last - ideal).abs() * model.per_day_off_ideal;
        }
        before = Some(block.day as i32);
    }
    cost
}
