//! From choices that nearly keep the limits to a plan that does, and on to a better one: a person takes the course they
//! would like at the prices, those in the way leave, and all of them find the cheapest places left. What does not pay is
//! taken back.

use crate::best_response::{Congestion, Market};
use crate::bound::{Bound, tables_at};
use crate::model::{BIG, Model, NONE};
use crate::price::{MOST, Spot, price, spots};
use crate::random::Random;
use crate::state::{State, course_cost, open_spots, team_day};
use crate::tables::Tables;

type Spots = [Spot; MOST];

/// Exchanges between people, every limit kept throughout.
pub(crate) struct Exchange<'m, 'p, const W: usize> {
    pub market: Market<'m, 'p, W>,
    /// Prices as if nothing were full.
    wish: Tables<W>,
    /// Who is in each block.
    occupants: Vec<Vec<u32>>,
    /// Cost of the state in price units.
    pub cost: i64,
    best: (i64, Vec<Option<Spots>>),
}

impl<'m, 'p, const W: usize> Exchange<'m, 'p, W> {
    /// Starts from `state`, whoever is above a limit having left.
    pub fn new(model: &'m Model<'p>, state: State, bound: &Bound, random: &mut Random) -> Self {
        let mut state = state;
        drop_violators(model, &mut state, random);
        let mut occupants = vec![Vec::new(); model.blocks.len()];
        for (i, course) in state.courses.iter().enumerate() {
            for (_, spot) in course.iter().flat_map(|c| open_spots(&model.people[i], c)) {
                occupants[spot.block as usize].push(i as u32);
            }
        }
        let cost = state.cost(model);
        let best = (cost, state.courses.clone());
        let market = Market::new(model, state, bound.levels.clone(), Congestion::Hard);
        let wish = tables_at(model, &bound.levels.prices(model));
        let mut exchange = Self { market, wish, occupants, cost, best };
        exchange.place_unplaced(random);
        exchange.keep_best();
        exchange
    }

    /// Offers everyone without a course what is left, the dearest to leave out first.
    fn place_unplaced(&mut self, random: &mut Random) {
        let model = self.market.model;
        let mut waiting: Vec<usize> = self.unplaced();
        random.shuffle(&mut waiting);
        waiting.sort_by_key(|i| std::cmp::Reverse(model.people[*i].unplaced));
        for i in waiting {
            self.insert(i);
        }
    }

    fn unplaced(&self) -> Vec<usize> {
        let courses = self.market.state.courses.iter().enumerate();
        courses.filter(|(_, c)| c.is_none()).map(|(i, _)| i).collect()
    }

    /// Tries `moves` exchanges; worsenings up to a threshold that falls from `warm` to nought are let through.
    pub fn search(&mut self, moves: usize, warm: f64, random: &mut Random) {
        let people = self.market.model.people.len();
        if people == 0 {
            return;
        }
        let mut waiting = self.unplaced();
        for n in 0..moves {
            let left = 1.0 - n as f64 / moves as f64;
            let threshold = warm * left * left * (random.below(1024) as f64 / 1024.0);
            let q = if n % 4 == 0 && !waiting.is_empty() {
                waiting[random.below(waiting.len())]
            } else {
                random.below(people)
            };
            self.step(q, threshold as i64, random);
            if n % 512 == 511 {
                waiting = self.unplaced();
                self.keep_best();
            }
        }
        self.keep_best();
    }

    fn keep_best(&mut self) {
        if self.cost < self.best.0 {
            self.best.0 = self.cost;
            self.best.1.clone_from(&self.market.state.courses);
        }
    }

    /// The best state met.
    pub fn into_best(self) -> Vec<Option<Spots>> {
        self.best.1
    }

    pub fn best_cost(&self) -> i64 {
        self.best.0
    }

    /// One exchange around person `q`.
    #[inline(always)]
    fn step(&mut self, q: usize, threshold: i64, random: &mut Random) {
        let before = self.cost;
        let mut moved: Vec<(usize, Option<Spots>)> = vec![(q, self.remove(q))];
        let model = self.market.model;
        let who = &model.people[q];
        let best = price(model, &self.wish, who, &mut self.market.scratch);
        if best.cost < BIG {
            let wished = spots(model, &self.wish, who, &best);
            self.make_room(q, &wished, &mut moved, random);
        }
        // A bystander or two from the place that was left gives the others something to change for.
        if let Some(spot) = moved[0].1.and_then(|s| open_spots(who, &s).next().map(|x| x.1)) {
            let here = &self.occupants[spot.block as usize];
            if !here.is_empty() {
                let p = here[random.below(here.len())] as usize;
                moved.push((p, self.remove(p)));
            }
        }
        self.insert(q);
        random.shuffle(&mut moved[1..]);
        for (p, _) in &moved[1..] {
            self.insert(*p);
        }
        if self.cost > before + threshold {
            for (p, _) in &moved {
                self.remove(*p);
            }
            for (p, spots) in &moved {
                if let Some(spots) = spots {
                    self.put(*p, *spots);
                }
            }
        }
    }

    /// For each limit the wished course would break, somebody in the way leaves.
    #[inline(always)]
    fn make_room(&mut self, q: usize, wished: &Spots, moved: &mut Vec<(usize, Option<Spots>)>, random: &mut Random) {
        let model = self.market.model;
        let who = &model.people[q];
        for (_, spot) in open_spots(who, wished) {
            let b = spot.block as usize;
            if self.market.state.used.blocks[b] >= model.left.blocks[b] && !self.occupants[b].is_empty() {
                let p = self.occupants[b][random.below(self.occupants[b].len())] as usize;
                moved.push((p, self.remove(p)));
            }
            let day = model.blocks[b].day;
            let Some(row) = team_day(model, who, day) else {
                continue;
            };
            if self.market.state.used.team_days[row] + 2 > model.left.team_days[row] {
                let mates = &model.members[who.team as usize];
                let from = random.below(mates.len());
                let away = mates[from..].iter().chain(&mates[..from]).copied().find(|m| {
                    let mate = &model.people[*m as usize];
                    let course = self.market.state.courses[*m as usize].as_ref();
                    mate.on_shift.has(day as u16)
                        && course.is_some_and(|c| {
                            open_spots(mate, c).any(|(_, s)| model.blocks[s.block as usize].day == day)
                        })
                });
                if let Some(p) = away {
                    moved.push((p as usize, self.remove(p as usize)));
                }
            }
        }
    }

    #[inline(always)]
    fn fair(&self, i: usize) -> i64 {
        let e = self.market.model.people[i].employer as usize;
        let over = self.market.state.used.unplaced[e] - self.market.model.left.fair[e];
        i64::from(over.max(0)) * i64::from(self.market.model.fair_cap)
    }

    #[inline(always)]
    fn remove(&mut self, i: usize) -> Option<Spots> {
        let model = self.market.model;
        let before = self.fair(i);
        let spots = self.market.leave(i)?;
        let who = &model.people[i];
        self.cost += i64::from(who.unplaced - course_cost(model, who, &spots)) + self.fair(i) - before;
        for (_, spot) in open_spots(who, &spots) {
            let here = &mut self.occupants[spot.block as usize];
            if let Some(at) = here.iter().position(|p| *p == i as u32) {
                here.swap_remove(at);
            }
        }
        Some(spots)
    }

    #[inline(always)]
    fn put(&mut self, i: usize, spots: Spots) {
        let model = self.market.model;
        let before = self.fair(i);
        self.market.join(i, spots);
        let who = &model.people[i];
        self.cost += i64::from(course_cost(model, who, &spots) - who.unplaced) + self.fair(i) - before;
        for (_, spot) in open_spots(who, &spots) {
            self.occupants[spot.block as usize].push(i as u32);
        }
    }

    /// Gives a person the cheapest course left, if there is one worth having.
    #[inline(always)]
    fn insert(&mut self, i: usize) {
        if self.market.state.courses[i].is_some() {
            return;
        }
        let model = self.market.model;
        let who = &model.people[i];
        let best = price(model, &self.market.tables, who, &mut self.market.scratch);
        if best.cost >= BIG {
            return;
        }
        let spots = spots(model, &self.market.tables, who, &best);
        let without = i64::from(who.unplaced) + i64::from(self.market.tables.fair[who.employer as usize]);
        if i64::from(course_cost(model, who, &spots)) < without && self.fits(i, &spots) {
            self.put(i, spots);
        }
    }

    /// A course may use two units of one allocation or supply, of which the tables know only that one is left.
    #[inline(always)]
    fn fits(&self, i: usize, spots: &Spots) -> bool {
        let model = self.market.model;
        let who = &model.people[i];
        let used = &self.market.state.used;
        let after = |row: i32, left: i32, units: i32| row + units <= left;
        open_spots(who, spots).all(|(_, spot)| {
            let a = spot.allocation as usize;
            let same = open_spots(who, spots).filter(|(_, s)| s.allocation == spot.allocation).count();
            let allocation =
                a >= used.allocations.len() || after(used.allocations[a], model.left.allocations[a], same as i32);
            allocation
                && model.blocks[spot.block as usize].supplies.iter().all(|s| {
                    let units = open_spots(who, spots)
                        .filter(|(_, o)| model.blocks[o.block as usize].supplies.contains(s))
                        .count();
                    after(used.supplies[*s as usize], model.left.supplies[*s as usize], units as i32)
                })
        })
    }
}

/// Takes people out until every limit is kept: those who weigh least first.
fn drop_violators(model: &Model<'_>, state: &mut State, random: &mut Random) {
    let mut order: Vec<usize> = (0..model.people.len()).collect();
    random.shuffle(&mut order);
    order.sort_by_key(|i| model.people[*i].unplaced);
    for i in order {
        let who = &model.people[i];
        let Some(course) = &state.courses[i] else {
            continue;
        };
        let used = &state.used;
        let over = open_spots(who, course).any(|(_, spot)| {
            let block = &model.blocks[spot.block as usize];
            let a = spot.allocation as usize;
            debug_assert_ne!(spot.block, NONE);
            used.blocks[spot.block as usize] > model.left.blocks[spot.block as usize]
                || team_day(model, who, block.day).is_some_and(|r| used.team_days[r] > model.left.team_days[r])
                || (a < used.allocations.len() && used.allocations[a] > model.left.allocations[a])
                || block.supplies.iter().any(|s| used.supplies[*s as usize] > model.left.supplies[*s as usize])
        });
        if over {
            state.leave(model, i);
        }
    }
}
