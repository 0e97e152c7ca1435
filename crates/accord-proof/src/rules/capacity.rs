//! H2: no slot, and so no block, holds more people than it has places.

use super::{Place, visits};
use crate::index::left_by_pins;
use crate::plan::Plan;
use crate::problem::Problem;

pub(super) fn check(problem: &Problem, plan: &Plan) -> Vec<Place> {
    let left = left_by_pins(problem);
    let mut slots: Vec<Vec<u32>> = left.slots.iter().map(|s| vec![0; s.len()]).collect();
    let mut blocks = vec![0u32; left.blocks.len()];
    for v in visits(problem, plan).filter(|v| !v.is_pinned()) {
        slots[v.pick.block as usize][usize::from(v.pick.slot)] += 1;
        blocks[v.pick.block as usize] += 1;
    }
    let mut broken = Vec::new();
    for (b, (used, left_slots)) in (0u32..).zip(slots.iter().zip(&left.slots)) {
        if blocks[b as usize] > left.blocks[b as usize] {
            broken.push(Place::Block(b));
        }
        for (s, (used, left)) in (0u16..).zip(used.iter().zip(left_slots)) {
            if used > left {
                broken.push(Place::Slot(b, s));
            }
        }
    }
    broken
}
