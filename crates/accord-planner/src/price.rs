//! The pricing kernel: the cheapest course of one person at given prices, exactly. A shortest path over days, one
//! product at a time; every loop runs over fixed-length arrays of days so that the compiler makes vectors of it.

use crate::model::{BIG, Model, NONE, Way, Who};
use crate::rules::interval;
use crate::tables::Tables;
use accord_proof::DayMask;

const LANES: usize = 16;
/// Room behind the horizon, so that a window may run over its end.
const ROOM: usize = 400;
/// Most appointments in a course.
pub(crate) const MOST: usize = 8;

/// The cheapest course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Best {
    /// Cost and prices together; [`BIG`] if there is no course.
    pub cost: i32,
    pub product: u8,
    /// Day of each remaining appointment.
    pub days: [u8; MOST],
}

/// One appointment as the planner holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub block: u32,
    /// Allocation row it uses (the row beyond the last: none).
    pub allocation: u32,
}

/// Sixteen days beside each other: what the widest vectors hold. Small enough to stay in registers.
type Lanes = [i32; LANES];

/// A way of the person at hand, with what it costs at the moment.
#[derive(Clone, Copy)]
struct OpenWay {
    /// Row of the cell of the first half; the other halves follow.
    row: u32,
    cost: i32,
    first: u8,
    last: u8,
    partial: bool,
}

/// Memory the kernel works in.
pub(crate) struct Scratch<const W: usize> {
    arch: pulp::Arch,
    ways: Vec<OpenWay>,
    open: [i32; W],
    /// Cheapest cost from an appointment on day `d` to the end of the course.
    rest: [[i32; ROOM]; MOST],
}

impl<const W: usize> Scratch<W> {
    pub fn new() -> Box<Self> {
        Box::new(Self { arch: pulp::Arch::new(), ways: Vec::new(), open: [0; W], rest: [[BIG; ROOM]; MOST] })
    }
}

/// The call of the kernel, compiled once for each kind of vectors. A closure would not do: one that borrows too much is
/// not inlined where the vectors are on, and then runs without them.
struct Kernel<'a, 'p, const W: usize> {
    model: &'a Model<'p>,
    tables: &'a Tables<W>,
    who: &'a Who,
    scratch: &'a mut Scratch<W>,
}

impl<const W: usize> pulp::WithSimd for Kernel<'_, '_, W> {
    type Output = Best;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Best {
        let Self { model, tables, who, scratch } = self;
        let mut best = Best { cost: BIG, product: 0, days: [0; MOST] };
        let mut products = who.products;
        while products != 0 {
            let product = products.trailing_zeros() as usize;
            products &= products - 1;
            open_ways(model, tables, who, product, &mut scratch.ways);
            if scratch.ways.is_empty() && who.pins.is_empty() {
                continue;
            }
            open_days(model, tables, who, scratch);
            let (cost, day) = course(model, who, product, scratch);
            if cost < best.cost {
                best.cost = cost;
                best.product = product as u8;
                walk(model, who, product, day, scratch, &mut best.days);
            }
        }
        best
    }
}

/// The cheapest course of `who`, none ([`BIG`]) included.
pub(crate) fn price<const W: usize>(
    model: &Model<'_>,
    tables: &Tables<W>,
    who: &Who,
    scratch: &mut Scratch<W>,
) -> Best {
    scratch.arch.dispatch(Kernel { model, tables, who, scratch })
}

/// The ways to sites that have the product at all.
#[inline(always)]
fn open_ways<const W: usize>(
    model: &Model<'_>,
    tables: &Tables<W>,
    who: &Who,
    product: usize,
    ways: &mut Vec<OpenWay>,
) {
    ways.clear();
    for way in model.ways_of(who) {
        let at = product * model.sites + way.site as usize;
        if model.offered[at] {
            let row = (at * model.halves) as u32;
            let cost = way.cost + tables.allocations[way.allocation as usize];
            ways.push(OpenWay { row, cost, first: way.first, last: way.last, partial: way.partial });
        }
    }
}

/// Sixteen days of a set.
#[inline(always)]
fn sixteen(mask: &DayMask, chunk: usize) -> u32 {
    (mask.0[chunk / 4] >> (chunk % 4 * LANES)) as u32 & 0xFFFF
}

/// `inside` on the days of the set, `outside` on the others.
#[inline(always)]
fn spread(days: u32, inside: &Lanes, outside: i32) -> Lanes {
    let mut out = [outside; LANES];
    for i in 0..LANES {
        out[i] = if days >> i & 1 == 1 { inside[i] } else { outside };
    }
    out
}

/// The cheapest place on each day, travel, prices and absence together.
#[inline(always)]
fn open_days<const W: usize>(model: &Model<'_>, tables: &Tables<W>, who: &Who, scratch: &mut Scratch<W>) {
    let teams = tables.teams[who.team as usize].as_chunks::<LANES>().0;
    let out = scratch.open.as_chunks_mut::<LANES>().0;
    for chunk in 0..W / LANES {
        let mut open = [BIG; LANES];
        for h in 0..model.halves {
            let mut here = [BIG; LANES];
            for way in &scratch.ways {
                let cells = &tables.cells[way.row as usize + h].as_chunks::<LANES>().0[chunk];
                let mut run = *cells;
                if way.partial {
                    limit_to_days(&mut run, chunk, way);
                }
                take_less(&mut here, &run, way.cost);
            }
            take_less(&mut open, &spread(sixteen(&who.available[h], chunk), &here, BIG), 0);
        }
        let absence = spread(sixteen(&who.on_shift, chunk), &teams[chunk], model.off_shift);
        for i in 0..LANES {
            out[chunk][i] = (open[i] + absence[i]).min(BIG);
        }
    }
}

#[inline(always)]
fn take_less(least: &mut Lanes, run: &Lanes, cost: i32) {
    for i in 0..LANES {
        least[i] = least[i].min(run[i] + cost);
    }
}

/// Takes the days out on which the way does not hold.
#[inline(always)]
fn limit_to_days(run: &mut Lanes, chunk: usize, way: &OpenWay) {
    let (first, last) = (i32::from(way.first), i32::from(way.last));
    for (i, x) in run.iter_mut().enumerate() {
        let day = (chunk * LANES + i) as i32;
        *x = if day < first || day > last { BIG } else { *x };
    }
}

/// Goes back from the last appointment to the first; the cheapest whole course and its first day.
#[inline(always)]
fn course<const W: usize>(model: &Model<'_>, who: &Who, product: usize, scratch: &mut Scratch<W>) -> (i32, usize) {
    let start = usize::from(who.start);
    let last = model.appointments - 1;
    for k in (start..=last).rev() {
        let (from, until) = if who.pins.is_empty() { model.window(k) } else { pinned_window(model, who, k) };
        let chunks = from / LANES..(until / LANES + 1).min(W / LANES);
        let (rest, after) = scratch.rest.split_at_mut(k + 1);
        let rest = &mut rest[k];
        rest[..W].fill(BIG);
        let wait = if k == 0 { who.wait } else { 0 };
        for chunk in chunks {
            let base = chunk * LANES;
            let mut ahead = [0; LANES];
            if k < last {
                ahead = window_min(model, product, base, &after[0]);
            }
            for (i, ahead) in ahead.into_iter().enumerate() {
                let d = base + i;
                let cost = (scratch.open[d] + ahead).min(BIG) + wait * d as i32;
                rest[d] = if d < from || d > until { BIG } else { cost.min(BIG) };
            }
        }
        if !who.pins.is_empty() {
            set_pinned(model, who, product, k, rest, &after.first().copied());
        }
    }
    first_day::<W>(model, who, product, start, &scratch.rest[start])
}

/// For sixteen days, the cheapest continuation within the product's interval.
#[inline(always)]
fn window_min(model: &Model<'_>, product: usize, base: usize, after: &[i32; ROOM]) -> [i32; LANES] {
    let (min, max, ideal) = interval::days(model.problem, product);
    let mut best = [BIG; LANES];
    for j in min..=max.min(ROOM - LANES - base) {
        let off = model.per_day_off_ideal * j.abs_diff(ideal) as i32;
        let Some(run) = after[base + j..].first_chunk::<LANES>() else {
            break;
        };
        for i in 0..LANES {
            best[i] = best[i].min(run[i] + off);
        }
    }
    best
}

/// The day the course begins on, given what was had before.
#[inline(always)]
fn first_day<const W: usize>(
    model: &Model<'_>,
    who: &Who,
    product: usize,
    start: usize,
    rest: &[i32; ROOM],
) -> (i32, usize) {
    let Some(given) = who.given_day else {
        let least = rest[..W].iter().copied().fold(BIG, i32::min);
        let day = if least < BIG { rest[..W].iter().position(|c| *c == least) } else { None };
        return (least, day.unwrap_or(0));
    };
    let (min, max, ideal) = interval::days(model.problem, product);
    let stands = pin_of(who, start) != NONE;
    let mut best = (BIG, 0);
    for (d, cost) in rest[..W].iter().enumerate() {
        let gap = d as i32 - given;
        if *cost < BIG && (stands || (gap >= min as i32 && gap <= max as i32)) {
            let off = (gap - ideal as i32).abs().min(1000) * model.per_day_off_ideal;
            let total = (*cost + off).min(BIG);
            if total < best.0 {
                best = (total, d);
            }
        }
    }
    best
}

fn pin_of(who: &Who, k: usize) -> u32 {
    who.pins.get(k).copied().unwrap_or(NONE)
}

/// The days of appointment `k`: its window, or the day it is pinned to.
fn pinned_window(model: &Model<'_>, who: &Who, k: usize) -> (usize, usize) {
    match pin_of(who, k) {
        NONE => model.window(k),
        pin => (model.blocks[pin as usize].day, model.blocks[pin as usize].day),
    }
}

/// What a pinned appointment costs: its minutes, and no price, since its units are taken off the limits.
#[cold]
fn set_pinned(
    model: &Model<'_>,
    who: &Who,
    product: usize,
    k: usize,
    rest: &mut [i32; ROOM],
    after: &Option<[i32; ROOM]>,
) {
    let pin = pin_of(who, k);
    if pin == NONE {
        return;
    }
    let block = &model.blocks[pin as usize];
    rest[block.day] = BIG;
    if block.product != product {
        return;
    }
    let mut ahead = 0;
    if let (Some(after), true) = (after, k + 1 < model.appointments) {
        let both = pin_of(who, k + 1) != NONE;
        let (min, max, ideal) = interval::days(model.problem, product);
        let next = (block.day + 1..model.days).filter(|d| both || (min..=max).contains(&(d - block.day)));
        let costs = next.map(|d| {
            let off = (d - block.day).abs_diff(ideal) as i32 * model.per_day_off_ideal;
            (after[d] + off).min(BIG)
        });
        ahead = costs.min().unwrap_or(BIG);
    }
    let wait = if k == 0 { who.wait * block.day as i32 } else { 0 };
    rest[block.day] = (pinned_cost(model, who, block.site, block.day) + wait + ahead).min(BIG);
}

fn pinned_cost(model: &Model<'_>, who: &Who, site: usize, day: usize) -> i32 {
    let way = model.ways_of(who).iter().find(|w| w.site as usize == site && holds(w, day));
    let off = if who.on_shift.has(day as u16) { 0 } else { model.off_shift };
    way.map_or(0, |w| w.cost) + off
}

fn holds(way: &Way, day: usize) -> bool {
    (usize::from(way.first)..=usize::from(way.last)).contains(&day)
}

/// Follows the cheapest course from its first day on.
#[inline(always)]
fn walk<const W: usize>(
    model: &Model<'_>,
    who: &Who,
    product: usize,
    first: usize,
    scratch: &Scratch<W>,
    days: &mut [u8; MOST],
) {
    let start = usize::from(who.start);
    let (min, max, ideal) = interval::days(model.problem, product);
    let mut day = first;
    days[0] = first as u8;
    for k in start + 1..model.appointments {
        let both = pin_of(who, k - 1) != NONE && pin_of(who, k) != NONE;
        let (min, max) = if both { (1, W) } else { (min, max) };
        let mut best = (BIG, day);
        for j in min..=max.min(W) {
            let off = model.per_day_off_ideal * j.abs_diff(ideal) as i32;
            let cost = scratch.rest[k][day + j] + off;
            if cost < best.0 {
                best = (cost, day + j);
            }
        }
        day = best.1;
        days[k - start] = day as u8;
    }
}

/// Which blocks the cheapest course is in: `(block, allocation)` for each remaining appointment. `best` must be a course
/// that [`price`] found at the same tables.
pub(crate) fn spots<const W: usize>(model: &Model<'_>, tables: &Tables<W>, who: &Who, best: &Best) -> [Spot; MOST] {
    let free = model.left.allocations.len() as u32;
    let mut out = [Spot { block: NONE, allocation: free }; MOST];
    let start = usize::from(who.start);
    let product = usize::from(best.product);
    // For each appointment and half-day on which the person can come: (appointment, half, day).
    let mut wanted = [(0, 0, 0); MOST * 3];
    let mut count = 0;
    for k in (start..model.appointments).filter(|k| pin_of(who, *k) == NONE) {
        let day = usize::from(best.days[k - start]);
        for h in (0..model.halves).filter(|h| who.available[*h].has(day as u16)) {
            wanted[count] = (k - start, h, day);
            count += 1;
        }
    }
    // Of equals the earlier half, then the way named first.
    let mut least = [(i32::MAX, 0); MOST];
    for way in model.ways_of(who) {
        let at = product * model.sites + way.site as usize;
        if !model.offered[at] {
            continue;
        }
        let cost = way.cost + tables.allocations[way.allocation as usize];
        for (k, h, day) in wanted[..count].iter().copied().filter(|w| !way.partial || holds(way, w.2)) {
            let cell = at * model.halves + h;
            let here = (tables.cells[cell][day] + cost, h);
            if here < least[k] {
                least[k] = here;
                out[k] = Spot { block: (cell * model.days + day) as u32, allocation: way.allocation };
            }
        }
    }
    for k in start..model.appointments {
        let spot = &mut out[k - start];
        match pin_of(who, k) {
            NONE => spot.block = model.block_of[spot.block as usize],
            pin => *spot = Spot { block: pin, allocation: free },
        }
    }
    out
}
