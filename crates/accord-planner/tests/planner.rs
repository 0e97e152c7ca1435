//! Tiny problems against all their plans, and larger ones against the check.

mod small;

use accord_planner::{Budget, Reason, nowhere, plan};
use accord_proof::*;
use small::{Size, problem};

fn tiny(appointments: usize) -> Size {
    Size { people: 4, sites: 2, days: 9, appointments, sparse: 6, places: 2 }
}

fn budget() -> Budget {
    Budget { moves_per_hundred: 20_000, ..Budget::standard() }
}

fn quiet(problem: &Problem, budget: Budget) -> accord_planner::Outcome {
    plan(problem, budget, &mut |_| ())
}

/// Blocks have at most two slots, so a course is a choice of places; every one of them is tried.
fn courses(problem: &Problem, i: usize) -> Vec<Option<Course>> {
    let places: Vec<Pick> = (0u32..)
        .zip(&problem.blocks)
        .flat_map(|(block, b)| (0..b.slots.len() as u16).map(move |slot| Pick { block, slot }))
        .collect();
    let mut partial: Vec<Vec<Pick>> = vec![vec![]];
    for _ in 0..problem.remaining(&problem.people[i]) {
        partial = partial.iter().flat_map(|c| places.iter().map(|p| [&c[..], &[*p]].concat())).collect();
    }
    let alone = |course: &Option<Course>| {
        let mut plan = Plan::empty(problem.people.len());
        plan.courses[i].clone_from(course);
        let own = |v: &Violation| match v.place {
            Place::Person(p) | Place::Appointment(p, _) => p as usize == i,
            _ => v.rule != Rule::Proof,
        };
        !violations(problem, &plan).iter().any(own)
    };
    let all = partial.into_iter().map(|picks| Some(Course { picks })).chain([None]);
    all.filter(alone).collect()
}

fn violations(problem: &Problem, plan: &Plan) -> Vec<Violation> {
    let prices = Prices::default();
    let most = MostPeople { people: 0, prices: prices.clone() };
    let proof = Proof { problem_hash: ProblemHash::default(), value: 0, bound: 0, prices, most };
    let mut found = check(problem, plan, &proof).violations;
    found.retain(|v| v.rule != Rule::Proof);
    found
}

/// Value of the best plan and the most people placed in any.
fn best_by_trying_all(problem: &Problem) -> Option<(i64, u64)> {
    let mut options: Vec<Vec<Option<Course>>> = (0..problem.people.len()).map(|i| courses(problem, i)).collect();
    // Slots of a block are alike to the objective: keep courses apart by block only where that is enough.
    options.iter_mut().for_each(|o| o.truncate(4000));
    let count: usize = options.iter().map(Vec::len).product();
    if count == 0 || count > 60_000 {
        return None;
    }
    let mut best = (i64::MAX, 0);
    for mut n in 0..count {
        let mut plan = Plan::empty(problem.people.len());
        for (i, o) in options.iter().enumerate() {
            plan.courses[i].clone_from(&o[n % o.len()]);
            n /= o.len();
        }
        if violations(problem, &plan).is_empty() {
            let v = value(problem, &plan);
            best.0 = best.0.min(v.total);
            best.1 = best.1.max(problem.people.len() as u64 - v.people_unplaced);
        }
    }
    (best.0 < i64::MAX).then_some(best)
}

#[test]
fn bound_optimum_and_value_stand_in_that_order() {
    let (mut tried, mut optimal) = (0, 0);
    for seed in 0..120 {
        let p = problem(seed, &tiny(1 + seed as usize % 3));
        let Some((optimum, most)) = best_by_trying_all(&p) else {
            continue;
        };
        let outcome = quiet(&p, budget());
        let report = check(&p, &outcome.plan, &outcome.proof);
        assert_eq!(report.violations, [], "seed {seed}");
        assert!(report.bound <= optimum, "seed {seed}: bound {} above optimum {optimum}", report.bound);
        assert!(optimum <= report.value.total, "seed {seed}: better than the best plan there is");
        assert!(most <= report.most_people, "seed {seed}: more people placed than can be");
        tried += 1;
        optimal += usize::from(optimum == report.value.total);
    }
    assert!(tried >= 40, "only {tried} problems were small enough to try all plans");
    assert!(optimal * 100 >= tried * 95, "{optimal} of {tried} were solved to the optimum");
}

#[test]
fn who_could_go_nowhere_are_those_without_any_course_of_their_own() {
    let mut met = 0;
    for seed in 0..80 {
        let problem = problem(seed, &tiny(1 + seed as usize % 2));
        let people = 0..problem.people.len() as u32;
        let none: Vec<u32> = people.filter(|i| courses(&problem, *i as usize).iter().all(Option::is_none)).collect();
        let found = nowhere(&problem);
        assert!(found.iter().all(|i| none.contains(i)), "seed {seed}: {found:?} of {none:?}");
        // A course that needs two of what has one left is not looked for.
        assert!(problem.appointments.len() > 1 || found == none, "seed {seed}: {found:?} of {none:?}");
        met += found.len();
    }
    assert!(met >= 10, "{met} people without a course were met");
}

#[test]
fn every_plan_keeps_every_rule_and_every_proof_is_true() {
    for seed in 0..60 {
        let size = Size {
            people: 20 + (seed as u32 * 7) % 80,
            sites: 3,
            days: [14, 40, 90, 150][seed as usize % 4],
            appointments: 1 + seed as usize % 4,
            sparse: 3,
            places: 2,
        };
        let p = problem(1000 + seed, &size);
        let outcome = quiet(&p, Budget::standard());
        let report = check(&p, &outcome.plan, &outcome.proof);
        assert_eq!(report.violations, [], "seed {seed}");
        assert!(report.bound <= report.value.total, "seed {seed}");
        let unplaced: Vec<u32> =
            (0u32..).zip(&outcome.plan.courses).filter(|(_, c)| c.is_none()).map(|(i, _)| i).collect();
        let explained: Vec<u32> = outcome.reasons.iter().map(|(i, _)| *i).collect();
        assert_eq!(unplaced, explained, "seed {seed}: everyone unplaced has a reason, nobody else");
    }
}

#[test]
fn the_answer_is_the_same_again_and_with_any_number_of_threads() {
    let size = Size { people: 150, sites: 4, days: 30, appointments: 2, sparse: 3, places: 3 };
    let p = problem(7, &size);
    let one = quiet(&p, Budget { threads: 1, ..Budget::standard() });
    assert_eq!(one, quiet(&p, Budget { threads: 1, ..Budget::standard() }));
    assert_eq!(one, quiet(&p, Budget { threads: 2, ..Budget::standard() }));
    assert_eq!(one, quiet(&p, Budget { threads: 5, ..Budget::standard() }));
}

#[test]
fn one_thread_and_two_give_the_same_plan_and_proof() {
    for seed in 0..6 {
        let days = [20, 56, 80][seed as usize % 3];
        let size = Size { people: 90, sites: 4, days, appointments: 1 + seed as usize % 2, sparse: 3, places: 2 };
        let p = problem(500 + seed, &size);
        let with = |threads| quiet(&p, Budget { threads, ..Budget::standard().times(0.4) });
        assert_eq!(with(1), with(2), "seed {seed}");
    }
}

#[test]
fn reasons_say_what_stands_in_the_way() {
    let size = Size { people: 6, sites: 1, days: 10, appointments: 2, sparse: 1, places: 1 };
    let mut p = problem(3, &size);
    let everything = DayMask::first(10);
    p.allocations.iter_mut().for_each(|a| a.capacity = 1000);
    p.supplies.iter_mut().for_each(|s| s.doses = 1000);
    p.reaches = vec![Reach { site: 0, minutes: 10, allocation: None, first_day: 0, last_day: 9 }];
    for person in &mut p.people {
        (person.given, person.pinned, person.team, person.products) = (None, vec![], None, 1);
        (person.reach, person.available) = (0..1, [everything; 3]);
    }
    p.people[0].reach = 0..0;
    p.people[0].why_empty = Some(WhyEmpty::NoSiteWithAccess);
    p.people[1].products = 0;
    p.people[2].available = [DayMask::EMPTY; 3];
    p.people[3].available = [[0].into_iter().collect(), DayMask::EMPTY, DayMask::EMPTY];
    p.people[4].team = Some(0);
    p.people[4].on_shift = everything;
    p.teams[0].cover = vec![1; 10];
    p.blocks.iter_mut().for_each(|b| b.slots[0].places = 3);
    let outcome = quiet(&p, budget());
    let reason = |i: u32| outcome.reasons.iter().find(|(p, _)| *p == i).map(|(_, r)| *r);
    assert_eq!(reason(0), Some(Reason::NoSite(Some(WhyEmpty::NoSiteWithAccess))));
    assert_eq!(reason(1), Some(Reason::NoProduct));
    assert_eq!(reason(2), Some(Reason::NeverAvailable));
    let interval = Reason::NoIntervalFits { product: 0, min: 2, max: 5 };
    assert_eq!(reason(3), Some(interval));
    assert_eq!(reason(4), Some(Reason::CoverShort { team: 0 }));
    assert_eq!(reason(5), None);
    p.people[4].team = None;
    p.blocks.iter_mut().flat_map(|b| &mut b.slots).for_each(|s| s.places = 0);
    let outcome = quiet(&p, budget());
    let full = outcome.reasons.iter().find(|(p, _)| *p == 5).map(|(_, r)| *r);
    assert!(matches!(full, Some(Reason::CapacityShort { near: 0, clinics, full }) if clinics == full && full > 0));
}

/// One appointment and places only is a minimum-cost flow: people one after the other take the cheapest augmenting path
/// over blocks, which is exact.
fn cheapest_assignment(costs: &[Vec<Option<i64>>], places: &[u32], unplaced: &[i64]) -> i64 {
    let mut at: Vec<Option<usize>> = vec![None; costs.len()];
    for newcomer in 0..costs.len() {
        // Cheapest way to free each person from what they hold, by Bellman and Ford.
        let mut free = vec![i64::MAX / 4; costs.len()];
        let mut via: Vec<Option<(Option<usize>, Option<usize>)>> = vec![None; costs.len()];
        loop {
            let mut changed = false;
            for p in (0..costs.len()).filter(|p| *p <= newcomer) {
                let now = at[p].map_or(if p == newcomer { 0 } else { unplaced[p] }, |b| costs[p][b].unwrap());
                let mut options = vec![(unplaced[p], None, None)];
                for (b, cost) in costs[p].iter().enumerate().filter_map(|(b, c)| Some((b, (*c)?))) {
                    if Some(b) == at[p] {
                        continue;
                    }
                    let inside: Vec<usize> = (0..newcomer).filter(|q| at[*q] == Some(b)).collect();
                    if (inside.len() as u32) < places[b] {
                        options.push((cost, Some(b), None));
                    }
                    options.extend(inside.into_iter().filter(|q| *q != p).map(|q| (cost + free[q], Some(b), Some(q))));
                }
                for (cost, block, pushed) in options {
                    if cost - now < free[p] {
                        (free[p], via[p], changed) = (cost - now, Some((block, pushed)), true);
                    }
                }
            }
            if !changed {
                break;
            }
        }
        let mut next = Some(newcomer);
        while let Some(p) = next {
            let (block, pushed) = via[p].expect("staying without a course is always possible");
            (at[p], next) = (block, pushed);
        }
    }
    (0..costs.len()).map(|p| at[p].map_or(unplaced[p], |b| costs[p][b].unwrap())).sum()
}

#[test]
fn one_appointment_with_places_only_comes_close_to_the_cheapest_flow() {
    for seed in 0..12 {
        let size = Size { people: 40, sites: 3, days: 8, appointments: 1, sparse: 3, places: 2 };
        let mut p = problem(seed, &size);
        (p.supplies, p.costs.fair) = (vec![], 0);
        p.reaches.iter_mut().for_each(|r| r.allocation = None);
        p.people.iter_mut().for_each(|person| (person.team, person.pinned) = (None, vec![]));
        let cost = |i: usize, block: u32| {
            let mut plan = Plan::empty(p.people.len());
            let slot = u16::from(p.blocks[block as usize].slots[0].places == 0);
            plan.courses[i] = Some(Course { picks: vec![Pick { block, slot }] });
            violations(&p, &plan).is_empty().then(|| value(&p, &plan).courses)
        };
        let blocks = p.blocks.len() as u32;
        let costs: Vec<Vec<Option<i64>>> =
            (0..p.people.len()).map(|i| (0..blocks).map(|b| cost(i, b)).collect()).collect();
        let places: Vec<u32> = p.blocks.iter().map(Block::capacity).collect();
        let weight = |person: &Person| i64::from(p.groups[usize::from(person.group)].unplaced);
        let optimum = cheapest_assignment(&costs, &places, &p.people.iter().map(weight).collect::<Vec<_>>());
        let outcome = quiet(&p, budget());
        let report = check(&p, &outcome.plan, &outcome.proof);
        assert_eq!(report.violations, []);
        let (bound, found) = (report.bound, report.value.total);
        assert!(bound <= optimum && optimum <= found, "seed {seed}: {bound} {optimum} {found}");
        assert!(found * 100 <= optimum * 102 && bound * 100 >= optimum * 97, "seed {seed}: {bound} {optimum} {found}");
    }
}
