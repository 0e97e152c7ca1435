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

/// Memory the kernel works in.
pub(crate) struct Scratch<const W: usize> {
    halves: [[i32; W]; 3],
    absence: [i32; W],
    open: [i32; W],
    /// Cheapest cost from an appointment on day `d` to the end of the course.
    rest: [[i32; ROOM]; MOST],
}

impl<const W: usize> Scratch<W> {
    pub fn new() -> Box<Self> {
        Box::new(Self { halves: [[0; W]; 3], absence: [0; W], open: [0; W], rest: [[BIG; ROOM]; MOST] })
    }
}

#[inline(always)]
fn spread<const W: usize>(mask: &DayMask, out: &mut [i32; W], inside: &[i32; W], outside: i32) {
    for (w, (out, inside)) in out.chunks_mut(64).zip(inside.chunks(64)).enumerate() {
        let word = mask.0[w];
        for (half, (out, inside)) in out.chunks_mut(32).zip(inside.chunks(32)).enumerate() {
            let bits = (word >> (32 * half)) as u32;
            for (d, (x, y)) in out.iter_mut().zip(inside).enumerate() {
                *x = if bits >> d & 1 == 1 { *y } else { outside };
            }
        }
    }
}

/// The cheapest course of `who`, none ([`BIG`]) included.
#[inline(always)]
pub(crate) fn price<const W: usize>(
    model: &Model<'_>,
    tables: &Tables<W>,
    who: &Who,
    scratch: &mut Scratch<W>,
) -> Best {
    let mut best = Best { cost: BIG, product: 0, days: [0; MOST] };
    for h in 0..model.halves {
        spread(&who.available[h], &mut scratch.halves[h], &[0; W], BIG);
    }
    spread(&who.on_shift, &mut scratch.absence, &tables.teams[who.team as usize], model.off_shift);
    let mut products = who.products;
    while products != 0 {
        let product = products.trailing_zeros() as usize;
        products &= products - 1;
        open_days(model, tables, who, product, scratch);
        let (cost, day) = course(model, who, product, scratch);
        if cost < best.cost {
            best.cost = cost;
            best.product = product as u8;
            walk(model, who, product, day, scratch, &mut best.days);
        }
    }
    best
}

/// The cheapest place on each day, travel, prices and absence together.
#[inline(always)]
fn open_days<const W: usize>(
    model: &Model<'_>,
    tables: &Tables<W>,
    who: &Who,
    product: usize,
    scratch: &mut Scratch<W>,
) {
    let mut open = [BIG; W];
    for h in 0..model.halves {
        let mut here = [BIG; W];
        for way in model.ways_of(who).iter().filter(|w| w.offers >> (product * 3 + h) & 1 == 1) {
            let row = &tables.cells[(product * model.sites + way.site as usize) * model.halves + h];
            let cost = way.cost + tables.allocations[way.allocation as usize];
            if way.partial {
                let (first, span) = (u32::from(way.first), u32::from(way.last) - u32::from(way.first));
                for d in 0..W {
                    let there = (d as u32).wrapping_sub(first) <= span;
                    here[d] = here[d].min(if there { row[d] + cost } else { BIG });
                }
            } else {
                for d in 0..W {
                    here[d] = here[d].min(row[d] + cost);
                }
            }
        }
        for d in 0..W {
            open[d] = open[d].min(here[d] + scratch.halves[h][d]);
        }
    }
    for d in 0..W {
        scratch.open[d] = (open[d] + scratch.absence[d]).min(BIG);
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

/// Which blocks the cheapest course is in: `(block, allocation)` for each remaining appointment.
#[inline(always)]
pub(crate) fn spots<const W: usize>(model: &Model<'_>, tables: &Tables<W>, who: &Who, best: &Best) -> [Spot; MOST] {
    let free = model.left.allocations.len() as u32;
    let mut out = [Spot { block: NONE, allocation: free }; MOST];
    let start = usize::from(who.start);
    let product = usize::from(best.product);
    for k in start..model.appointments {
        let day = usize::from(best.days[k - start]);
        let pin = pin_of(who, k);
        out[k - start] = if pin == NONE {
            cheapest_spot(model, tables, who, product, day)
        } else {
            Spot { block: pin, allocation: free }
        };
    }
    out
}

#[inline(always)]
fn cheapest_spot<const W: usize>(model: &Model<'_>, tables: &Tables<W>, who: &Who, product: usize, day: usize) -> Spot {
    let mut least = i32::MAX;
    let mut spot = Spot { block: NONE, allocation: 0 };
    for h in (0..model.halves).filter(|h| who.available[*h].has(day as u16)) {
        for way in model.ways_of(who) {
            let cell = (product * model.sites + way.site as usize) * model.halves + h;
            let cost = tables.cells[cell][day] + way.cost + tables.allocations[way.allocation as usize];
            if cost < least && holds(way, day) && model.block_of[cell * model.days + day] != NONE {
                least = cost;
                spot = Spot { block: model.block_of[cell * model.days + day], allocation: way.allocation };
            }
        }
    }
    spot
}
