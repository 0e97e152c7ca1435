//! What is limited: places, doses, absence of a team, and each employer's share of who stays unplaced.

use super::{Built, Numbers, day_of, days_from};
use crate::base::ids::{ProductId, SiteId, SlotId};
use crate::cohort::working_time::half_of;
use crate::plan::facts::{Facts, StockFacts};
use accord_proof::{Block, Problem, SlotCapacity, Supply, Team};
use std::collections::{BTreeMap, HashMap};

/// Site, day, half and product of a block.
type Cell = (u32, u16, u8, u8);

/// Blocks from slots. Left out and counted: sites whose own system gives the times, and days before a site's
/// first delivery. Where no delivery of a product is recorded at all its doses are not counted.
pub(super) fn add_blocks(built: &mut Built, facts: &Facts, numbers: &Numbers) {
    let partner: HashMap<SiteId, bool> = facts.sites.iter().map(|s| (s.id, s.partner_owned)).collect();
    let mut arrives = HashMap::new();
    for row in &facts.stock {
        let first = arrives.entry((row.site, row.product)).or_insert(row.from);
        *first = (*first).min(row.from);
    }
    let mut blocks: BTreeMap<Cell, (Vec<SlotCapacity>, Vec<SlotId>)> = BTreeMap::new();
    for slot in &facts.slots {
        let place = (numbers.site.get(&slot.site), numbers.product.get(&slot.product));
        let (Some(site), Some(product)) = place else { continue };
        let Some(day) = day_of(&built.index, built.problem.days, slot.date) else { continue };
        if partner.get(&slot.site).copied().unwrap_or(false) {
            built.left_out.partner_owned += u64::from(slot.places);
            continue;
        }
        if arrives.get(&(slot.site, slot.product)).is_some_and(|first| slot.date < *first) {
            built.left_out.before_delivery += u64::from(slot.places);
            continue;
        }
        let cell = blocks.entry((*site, day, half_of(slot.start_minute) as u8, *product)).or_default();
        cell.0.push(SlotCapacity { start_minute: slot.start_minute, places: slot.places });
        cell.1.push(slot.id);
    }
    for ((site, day, half, product), (slots, ids)) in blocks {
        built.problem.blocks.push(Block { site, day, half, product, slots });
        built.index.slots.push(ids);
    }
}

/// A supply for each running total that can bind within the horizon.
pub(super) fn add_supplies(built: &mut Built, facts: &Facts, numbers: &Numbers) {
    let last = built.problem.days - 1;
    let until = |row: &StockFacts| days_from(built.index.first_day, row.until).min(i64::from(last));
    // Several totals may end beyond the horizon: within it only the smallest of them binds.
    let mut supplies: BTreeMap<(SiteId, ProductId, u16), u32> = BTreeMap::new();
    for row in &facts.stock {
        let Ok(day) = u16::try_from(until(row)) else { continue };
        let left = supplies.entry((row.site, row.product, day)).or_insert(row.left);
        *left = (*left).min(row.left);
    }
    for ((site, product, until_day), doses) in supplies {
        if let (Some(site), Some(product)) = (numbers.site.get(&site), numbers.product.get(&product)) {
            built.problem.supplies.push(Supply { site: Some(*site), product: *product, until_day, doses });
        }
    }
}

/// Teams with what is left of each day's cover. A day that was not laid bears no absence, as booking has it.
pub(super) fn add_teams(built: &mut Built, facts: &Facts, numbers: &Numbers) {
    let days = built.problem.days;
    let mut employer = HashMap::new();
    for job in facts.people.iter().filter_map(|p| p.job.as_ref()) {
        if let Some(team) = job.team {
            employer.entry(team).or_insert(job.employer);
        }
    }
    for team in &built.index.teams {
        let mut cover = vec![0; usize::from(days)];
        for (date, left) in facts.cover.get(team).into_iter().flatten() {
            if let Some(day) = day_of(&built.index, days, *date) {
                cover[usize::from(day)] = *left;
            }
        }
        let employer = employer.get(team).and_then(|id| numbers.employer.get(id)).copied().unwrap_or(0);
        built.problem.teams.push(Team { employer, cover });
    }
}

/// How many of each employer may stay unplaced before it is less than fair: everybody who could go nowhere even alone,
/// its proportion of those for whom there is no place, a seventh more, and one.
pub(super) fn fair(problem: &Problem) -> Vec<u32> {
    let people = problem.people.len() as u64;
    let within = |first: u16, last: u16| -> u64 {
        let blocks = problem.blocks.iter().filter(|b| (first..=last).contains(&b.day));
        blocks.map(|b| u64::from(b.capacity())).sum()
    };
    let whole = within(0, problem.days) / problem.appointments.len().max(1) as u64;
    let courses =
        problem.appointments.iter().map(|a| within(a.first_day, a.last_day)).chain([whole]).min().unwrap_or(0);
    let short = people.saturating_sub(courses);
    let mut of = vec![0u64; problem.employers as usize];
    for person in &problem.people {
        of[person.employer as usize] += 1;
    }
    let share = |n: u64| (n * short * 115).div_ceil((people * 100).max(1)) + 1;
    let mut fair: Vec<u32> = of.into_iter().map(|n| u32::try_from(share(n)).unwrap_or(u32::MAX)).collect();
    for nowhere in accord_planner::nowhere(problem) {
        let limit = &mut fair[problem.people[nowhere as usize].employer as usize];
        *limit = limit.saturating_add(1);
    }
    fair
}
