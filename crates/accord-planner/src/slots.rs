//! Exact slots inside a block. Availability is by half-day, so any order is feasible: people are spread evenly over the
//! places that are left, and team-mates are kept apart.

use accord_proof::{Course, Pick, Plan, Problem};

/// Turns blocks into picks: `blocks[p]` holds the blocks of person `p`'s remaining appointments.
pub(crate) fn assign(problem: &Problem, blocks: &[Option<Vec<u32>>]) -> Plan {
    let mut plan = Plan::empty(problem.people.len());
    let mut left: Vec<Vec<u32>> =
        problem.blocks.iter().map(|b| b.slots.iter().map(|s| u32::from(s.places)).collect()).collect();
    for pin in problem.people.iter().flat_map(|p| &p.pinned) {
        let slot = &mut left[pin.block as usize][usize::from(pin.slot)];
        *slot = slot.saturating_sub(1);
    }
    // Who comes to each block: (person, place in the course).
    let mut coming: Vec<Vec<(usize, usize)>> = vec![Vec::new(); problem.blocks.len()];
    for (p, course) in blocks.iter().enumerate() {
        let Some(course) = course else { continue };
        let person = &problem.people[p];
        let picks = course.iter().enumerate().map(|(k, block)| {
            let pin = person.pin(person.next_appointment() + k);
            if pin.is_none() {
                coming[*block as usize].push((p, k));
            }
            Pick { block: *block, slot: pin.map_or(0, |pin| pin.slot) }
        });
        plan.courses[p] = Some(Course { picks: picks.collect() });
    }
    for (b, people) in coming.iter().enumerate() {
        let apart = apart(people, |p| problem.people[p].team.unwrap_or(u32::MAX));
        for ((p, k), slot) in apart.into_iter().zip(even(&left[b], people.len())) {
            if let Some(course) = &mut plan.courses[p] {
                course.picks[k].slot = slot;
            }
        }
    }
    plan
}

/// `count` places as evenly spread over those left as can be, as slot indices in ascending order.
fn even(left: &[u32], count: usize) -> Vec<u16> {
    let places: Vec<u16> = (0u16..).zip(left).flat_map(|(slot, n)| std::iter::repeat_n(slot, *n as usize)).collect();
    (0..count).map(|j| places[(2 * j + 1) * places.len() / (2 * count)]).collect()
}

/// The same people in an order in which members of one team are as far apart as the largest team allows.
fn apart(people: &[(usize, usize)], team: impl Fn(usize) -> u32) -> Vec<(usize, usize)> {
    let mut sorted = people.to_vec();
    sorted.sort_by_key(|(p, _)| (team(*p), *p));
    let largest = sorted.chunk_by(|a, b| team(a.0) == team(b.0)).map(<[_]>::len).max().unwrap_or(1);
    (0..largest).flat_map(|r| sorted.iter().skip(r).step_by(largest).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_block_uses_every_place_and_an_emptier_one_spreads() {
        assert_eq!(even(&[2, 0, 1], 3), [0, 0, 2]);
        assert_eq!(even(&[1; 8], 4), [1, 3, 5, 7]);
        assert_eq!(even(&[1, 1], 0), []);
    }

    #[test]
    fn team_mates_do_not_follow_each_other_where_that_can_be() {
        let people: Vec<(usize, usize)> = (0..9).map(|p| (p, 0)).collect();
        let order = apart(&people, |p| [1, 1, 1, 2, 2, 3, 4, 5, 6][p]);
        let teams: Vec<u32> = order.iter().map(|(p, _)| [1, 1, 1, 2, 2, 3, 4, 5, 6][*p]).collect();
        assert_eq!(order.len(), 9);
        assert!(teams.windows(2).all(|w| w[0] != w[1]), "{teams:?}");
    }
}
