//! Small problems made by chance from a seed.

use accord_proof::*;

pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1CE)
    }

    pub fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as u32) % n
    }

    pub fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }
}

pub struct Size {
    pub people: u32,
    pub sites: u32,
    pub days: u16,
    pub appointments: usize,
    /// One block in so many cells.
    pub sparse: u32,
    /// Most places in a slot.
    pub places: u32,
}

fn mask(dice: &mut Dice, days: u16, keep_of_four: u32) -> DayMask {
    (0..days).filter(|_| dice.below(4) < keep_of_four).collect()
}

pub fn problem(seed: u64, size: &Size) -> Problem {
    let dice = &mut Dice::new(seed);
    let days = size.days;
    let products = 1 + dice.below(2) as usize;
    let mut blocks = Vec::new();
    for (site, day) in (0..size.sites).flat_map(|s| (0..days).map(move |d| (s, d))) {
        for (half, product) in [(0, 0), (1, 0), (2, products as u8 - 1)] {
            let double =
                blocks.iter().any(|b: &Block| (b.site, b.day, b.half, b.product) == (site, day, half, product));
            if dice.one_in(size.sparse) && !double {
                let slot = |start_minute, n| SlotCapacity { start_minute, places: n as u16 };
                let slots = vec![slot(540, 1 + dice.below(size.places)), slot(555, dice.below(size.places))];
                blocks.push(Block { site, day, half, product, slots });
            }
        }
    }
    let mut reaches = Vec::new();
    let people = (0..size.people).map(|_| person(dice, size, products, &mut reaches)).collect();
    let mut problem = Problem {
        days,
        appointments: vec![Appointment { first_day: 0, last_day: days - 1 }; size.appointments],
        products: vec![Product { interval_min: 2, interval_max: 5, interval_ideal: 3 }; products],
        groups: vec![Group { wait_per_day: 3, unplaced: 400 }, Group { wait_per_day: 1, unplaced: 150 }],
        costs: Costs { off_shift: 25, per_day_off_ideal: 2, fair: 100 },
        sites: size.sites,
        employers: 2,
        blocks,
        supplies: vec![
            Supply { site: None, product: 0, until_day: days / 2, doses: 2 + dice.below(size.people * 2) },
            Supply { site: Some(0), product: 0, until_day: days, doses: 1 + dice.below(size.people * 2) },
        ],
        teams: (0..2).map(|e| Team { employer: e, cover: vec![2 + size.people / 10; days.into()] }).collect(),
        allocations: (0..2).map(|e| Allocation { employer: e, capacity: 1 + dice.below(size.people * 2) }).collect(),
        fair: vec![dice.below(2), dice.below(2)],
        people,
        reaches,
    };
    pin_some(dice, &mut problem);
    problem.validate().expect("the generator makes proper problems");
    problem
}

fn person(dice: &mut Dice, size: &Size, products: usize, reaches: &mut Vec<Reach>) -> Person {
    let start = reaches.len() as u32;
    let employer = dice.below(2);
    let mut minutes = 5;
    for site in 0..size.sites {
        if dice.one_in(4) {
            continue;
        }
        minutes += dice.below(20) as u16;
        let allocation = dice.one_in(2).then_some(employer);
        let last_day = if dice.one_in(5) { size.days / 2 } else { size.days };
        reaches.push(Reach { site, minutes, allocation, first_day: 0, last_day });
    }
    let given = (size.appointments > 1 && dice.one_in(5)).then(|| Given {
        product: dice.below(products as u32) as u8,
        day: -(dice.below(4) as i32),
        done: 1,
    });
    Person {
        team: (!dice.one_in(4)).then_some(employer),
        employer,
        group: dice.below(2) as u8,
        products: 1 + dice.below((1 << products) - 1) as u16,
        on_shift: mask(dice, size.days, 2),
        available: [mask(dice, size.days, 3), mask(dice, size.days, 2), mask(dice, size.days, 2)],
        reach: start..reaches.len() as u32,
        why_empty: None,
        given,
        pinned: vec![],
    }
}

fn pin_some(dice: &mut Dice, problem: &mut Problem) {
    if problem.blocks.is_empty() {
        return;
    }
    for i in 0..problem.people.len() {
        if dice.one_in(6) {
            let next = problem.people[i].next_appointment() as u32;
            let open = problem.appointments.len() as u32 - next;
            let appointment = (next + dice.below(open)) as u8;
            let block = dice.below(problem.blocks.len() as u32);
            let given = problem.people[i].given.map_or(-1, |g| g.day);
            if i32::from(problem.blocks[block as usize].day) <= given {
                continue;
            }
            problem.people[i].pinned = vec![Pin { appointment, block, slot: 0 }];
        }
    }
}
