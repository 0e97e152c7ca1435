//! Reads an instance of format v1: a header of sixteen `i32`, then arrays in a fixed order, little-endian.
//! Recovery days, which the format has, are read past: the model has no such rule yet.

use accord_proof::{
    Allocation, Appointment, Block, Costs, DayMask, Group, Person, Problem, Product, Reach, SlotCapacity, Supply, Team,
};

const MAGIC: i32 = 0x4143_434F;

/// The arrays of a file, taken one after the other.
struct Arrays<'a>(&'a [u8]);

impl Arrays<'_> {
    fn i32s(&mut self, count: usize) -> Result<Vec<i32>, String> {
        let (head, rest) = self.0.split_at_checked(count * 4).ok_or("the file ends too early")?;
        self.0 = rest;
        let words = head.chunks_exact(4);
        Ok(words.map(|c| i32::from_le_bytes(c.try_into().expect("four bytes"))).collect())
    }

    fn u64s(&mut self, count: usize) -> Result<Vec<u64>, String> {
        let (head, rest) = self.0.split_at_checked(count * 8).ok_or("the file ends too early")?;
        self.0 = rest;
        let words = head.chunks_exact(8);
        Ok(words.map(|c| u64::from_le_bytes(c.try_into().expect("eight bytes"))).collect())
    }
}

struct Header {
    people: usize,
    teams: usize,
    sites: usize,
    employers: usize,
    blocks: usize,
    days: usize,
    first_days: usize,
    products: usize,
    near: usize,
    groups: usize,
    weeks: usize,
    costs: Costs,
}

/// The problem in a file of format v1.
///
/// # Errors
/// A sentence, if the bytes are no such file.
pub fn read(bytes: &[u8]) -> Result<Problem, String> {
    let mut arrays = Arrays(bytes);
    let h = header(&mut arrays)?;
    let (products, groups) = products_and_groups(&mut arrays, &h)?;
    let blocks = blocks(&mut arrays, &h)?;
    let supplies = supplies(&mut arrays, &h)?;
    let cover = arrays.i32s(h.teams * h.days)?;
    let quota = arrays.i32s(h.employers * h.sites)?;
    let fair = arrays.i32s(h.employers)?;
    let (allocations, allocation_of) = allocations(&quota, &h);
    let (people, reaches, employer_of_team) = people(&mut arrays, &h, &allocation_of)?;
    let teams = (0..h.teams).map(|t| Team {
        employer: employer_of_team[t],
        cover: cover[t * h.days..][..h.days].iter().map(|c| *c as u32).collect(),
    });
    let problem = Problem {
        days: h.days as u16,
        appointments: vec![
            Appointment { first_day: 0, last_day: h.first_days as u16 - 1 },
            Appointment { first_day: 0, last_day: h.days as u16 - 1 },
        ],
        products,
        groups,
        costs: h.costs,
        sites: h.sites as u32,
        employers: h.employers as u32,
        blocks,
        supplies,
        teams: teams.collect(),
        allocations,
        fair: fair.iter().map(|f| *f as u32).collect(),
        people,
        reaches,
    };
    problem.validate().map_err(|e| e.to_string())?;
    Ok(problem)
}

fn header(arrays: &mut Arrays<'_>) -> Result<Header, String> {
    let h = arrays.i32s(16)?;
    if h[0] != MAGIC || h[1] != 1 {
        return Err("not an instance of format v1".into());
    }
    let at = |i: usize| usize::try_from(h[i]).map_err(|_| format!("header field {i} is negative"));
    let cost = |i: usize| u32::try_from(h[i]).map_err(|_| format!("header field {i} is negative"));
    Ok(Header {
        people: at(2)?,
        teams: at(3)?,
        sites: at(4)?,
        employers: at(5)?,
        blocks: at(6)?,
        days: at(7)?,
        first_days: at(8)?,
        products: at(9)?,
        near: at(10)?,
        groups: at(11)?,
        weeks: at(12)?,
        costs: Costs { off_shift: cost(13)?, per_day_off_ideal: cost(14)?, fair: cost(15)? },
    })
}

fn products_and_groups(arrays: &mut Arrays<'_>, h: &Header) -> Result<(Vec<Product>, Vec<Group>), String> {
    let (min, max) = (arrays.i32s(h.products)?, arrays.i32s(h.products)?);
    let ideal = arrays.i32s(h.products)?;
    let (wait, unplaced) = (arrays.i32s(h.groups)?, arrays.i32s(h.groups)?);
    arrays.i32s(h.products * 2)?;
    let products = (0..h.products).map(|v| Product {
        interval_min: min[v] as u16,
        interval_max: max[v] as u16,
        interval_ideal: ideal[v] as u16,
    });
    let groups = wait.iter().zip(&unplaced);
    let groups = groups.map(|(w, u)| Group { wait_per_day: *w as u32, unplaced: *u as u32 });
    Ok((products.collect(), groups.collect()))
}

fn blocks(arrays: &mut Arrays<'_>, h: &Header) -> Result<Vec<Block>, String> {
    let (site, day) = (arrays.i32s(h.blocks)?, arrays.i32s(h.blocks)?);
    let (half, product) = (arrays.i32s(h.blocks)?, arrays.i32s(h.blocks)?);
    let capacity = arrays.i32s(h.blocks)?;
    let blocks = (0..h.blocks).map(|b| Block {
        site: site[b] as u32,
        day: day[b] as u16,
        half: half[b] as u8,
        product: product[b] as u8,
        slots: slots(half[b] as u16, capacity[b] as u32),
    });
    Ok(blocks.collect())
}

/// Five-minute slots over three and a half hours, the places spread evenly.
fn slots(half: u16, capacity: u32) -> Vec<SlotCapacity> {
    const SLOTS: u32 = 42;
    let start = [9 * 60, 13 * 60, 17 * 60][usize::from(half)];
    (0..SLOTS)
        .map(|i| (i, (i + 1) * capacity / SLOTS - i * capacity / SLOTS))
        .filter(|(_, places)| *places > 0)
        .map(|(i, places)| SlotCapacity { start_minute: start + 5 * i as u16, places: places as u16 })
        .collect()
}

fn supplies(arrays: &mut Arrays<'_>, h: &Header) -> Result<Vec<Supply>, String> {
    let doses = arrays.i32s(h.products * h.weeks)?;
    let rows = doses.iter().enumerate().map(|(i, doses)| Supply {
        site: None,
        product: (i / h.weeks) as u8,
        until_day: ((i % h.weeks + 1) * 7 - 1) as u16,
        doses: *doses as u32,
    });
    Ok(rows.collect())
}

fn allocations(quota: &[i32], h: &Header) -> (Vec<Allocation>, Vec<Option<u32>>) {
    let mut rows = Vec::new();
    let of = quota.iter().enumerate().map(|(i, capacity)| {
        let capacity = u32::try_from(*capacity).ok()?;
        rows.push(Allocation { employer: (i / h.sites) as u32, capacity });
        Some(rows.len() as u32 - 1)
    });
    let of = of.collect();
    (rows, of)
}

type People = (Vec<Person>, Vec<Reach>, Vec<u32>);

fn people(arrays: &mut Arrays<'_>, h: &Header, allocation_of: &[Option<u32>]) -> Result<People, String> {
    let n = h.people;
    let (team, employer) = (arrays.i32s(n)?, arrays.i32s(n)?);
    let (group, products) = (arrays.i32s(n)?, arrays.i32s(n)?);
    let (on, morning, afternoon) = (arrays.u64s(n)?, arrays.u64s(n)?, arrays.u64s(n)?);
    let (site, minutes) = (arrays.i32s(n * h.near)?, arrays.i32s(n * h.near)?);
    let mut reaches = Vec::new();
    let mut people = Vec::with_capacity(n);
    let mut employer_of_team = vec![0; h.teams];
    for p in 0..n {
        let start = reaches.len() as u32;
        for k in (p * h.near..(p + 1) * h.near).filter(|k| site[*k] >= 0) {
            reaches.push(Reach {
                site: site[k] as u32,
                minutes: minutes[k] as u16,
                allocation: allocation_of[employer[p] as usize * h.sites + site[k] as usize],
                first_day: 0,
                last_day: h.days as u16 - 1,
            });
        }
        employer_of_team[team[p] as usize] = employer[p] as u32;
        let mask = |word: u64| DayMask([word, 0, 0]);
        people.push(Person {
            team: Some(team[p] as u32),
            employer: employer[p] as u32,
            group: group[p] as u8,
            products: products[p] as u16,
            on_shift: mask(on[p]),
            available: [mask(morning[p]), mask(afternoon[p]), DayMask::EMPTY],
            reach: start..reaches.len() as u32,
            why_empty: None,
            given: None,
            pinned: Vec::new(),
        });
    }
    Ok((people, reaches, employer_of_team))
}
