//! Each hard rule, broken on purpose, is found; nothing is found where nothing is broken; files give back what was written.

use accord_proof::*;

/// Two people of one team, two appointments two to four days apart, one site, morning blocks of two places on each day.
fn problem() -> Problem {
    let slot = |start_minute| SlotCapacity { start_minute, places: 1 };
    let block = |day, product| Block { site: 0, day, half: 0, product, slots: vec![slot(540), slot(550)] };
    let person = || Person {
        team: Some(0),
        employer: 0,
        group: 0,
        products: 0b01,
        on_shift: DayMask::first(5),
        available: [DayMask::first(10), DayMask::EMPTY, DayMask::EMPTY],
        reach: 0..1,
        why_empty: None,
        given: None,
        pinned: vec![],
    };
    Problem {
        days: 10,
        appointments: vec![Appointment { first_day: 0, last_day: 5 }, Appointment { first_day: 0, last_day: 9 }],
        products: vec![Product { interval_min: 2, interval_max: 4, interval_ideal: 3 }; 2],
        groups: vec![Group { wait_per_day: 4, unplaced: 1000 }],
        costs: Costs { off_shift: 25, per_day_off_ideal: 2, fair: 500 },
        sites: 1,
        employers: 1,
        blocks: (0..10).map(|d| block(d, 0)).chain((0..10).map(|d| block(d, 1))).collect(),
        supplies: vec![Supply { site: None, product: 0, until_day: 9, doses: 4 }],
        teams: vec![Team { employer: 0, cover: vec![2; 10] }],
        allocations: vec![Allocation { employer: 0, capacity: 4 }],
        fair: vec![0],
        people: vec![person(), person()],
        reaches: vec![Reach { site: 0, minutes: 10, allocation: Some(0), first_day: 0, last_day: 9 }],
    }
}

fn course(picks: &[(u32, u16)]) -> Option<Course> {
    Some(Course { picks: picks.iter().map(|(block, slot)| Pick { block: *block, slot: *slot }).collect() })
}

fn plan() -> Plan {
    Plan { courses: vec![course(&[(0, 0), (3, 0)]), course(&[(1, 0), (4, 1)])] }
}

fn proof(problem: &Problem, plan: &Plan) -> Proof {
    let prices = Prices::zero(problem);
    Proof {
        problem_hash: problem.hash(),
        value: value(problem, plan).total,
        bound: cost_bound(problem, &prices).unwrap(),
        most: MostPeople { people: people_bound(problem, &prices).unwrap(), prices: prices.clone() },
        prices,
    }
}

fn broken(problem: &Problem, plan: &Plan) -> Vec<Rule> {
    problem.validate().unwrap();
    let report = check(problem, plan, &proof(problem, plan));
    let mut rules: Vec<Rule> = report.violations.iter().map(|v| v.rule).collect();
    rules.dedup();
    rules
}

#[test]
fn a_good_plan_breaks_nothing_and_is_valued_by_hand() {
    let (problem, plan) = (problem(), plan());
    assert_eq!(broken(&problem, &plan), []);
    let report = check(&problem, &plan, &proof(&problem, &plan));
    // Travel 10 for each of four appointments, and one day of waiting for the second person.
    assert_eq!(report.value.total, 44);
    // At no price both could begin on day 0.
    assert_eq!(report.bound, 40);
    assert_eq!((report.most_people, report.value.people_unplaced), (2, 0));
    assert!((report.gap - 4.0 / 44.0).abs() < 1e-12);
}

#[test]
fn prices_raise_the_bound_to_the_optimum() {
    let problem = problem();
    let mut prices = Prices::zero(&problem);
    // Only one of the team can be away on day 0: two minutes a unit makes the other's wait worth it.
    prices.team_days[0] = 2 * 64;
    prices.team_days[3] = 0;
    assert_eq!(cost_bound(&problem, &prices), Some(44));
    prices.fair[0] = 501 * 64;
    assert_eq!(cost_bound(&problem, &prices), None);
    prices.fair.pop();
    assert_eq!(cost_bound(&problem, &prices), None);
}

#[test]
fn unplaced_people_cost_their_weight_and_the_unfair_more() {
    let problem = problem();
    let plan = Plan::empty(2);
    assert_eq!(broken(&problem, &plan), []);
    let v = value(&problem, &plan);
    assert_eq!((v.unplaced, v.fair, v.courses, v.people_unplaced), (2000, 1000, 0, 2));
}

#[test]
fn half_a_course_breaks_one_course() {
    let mut plan = plan();
    plan.courses[0].as_mut().unwrap().picks.pop();
    assert!(broken(&problem(), &plan).contains(&Rule::OneCourse));
    plan.courses[0] = course(&[(0, 0), (99, 0)]);
    assert!(broken(&problem(), &plan).contains(&Rule::OneCourse));
    plan.courses.pop();
    assert!(broken(&problem(), &plan).contains(&Rule::OneCourse));
}

#[test]
fn two_in_one_place_break_capacity() {
    let mut problem = problem();
    problem.teams[0].cover = vec![4; 10];
    let plan = Plan { courses: vec![course(&[(0, 0), (3, 0)]), course(&[(0, 0), (3, 1)])] };
    assert_eq!(broken(&problem, &plan), [Rule::Capacity]);
}

#[test]
fn coming_when_one_cannot_breaks_allowed() {
    let mut p = problem();
    p.people[0].available[0].remove(3);
    assert_eq!(broken(&p, &plan()), [Rule::Allowed]);
    let mut p = problem();
    p.people[0].products = 0b10;
    assert_eq!(broken(&p, &plan()), [Rule::Allowed]);
    let mut p = problem();
    p.reaches[0].last_day = 3;
    assert_eq!(broken(&p, &plan()), [Rule::Allowed]);
}

#[test]
fn too_near_too_far_another_product_or_out_of_window_break_interval() {
    let p = problem();
    for picks in [[(0, 0), (1, 1)], [(0, 0), (5, 1)], [(6, 0), (9, 1)]] {
        let plan = Plan { courses: vec![course(&picks), None] };
        assert_eq!(broken(&p, &plan), [Rule::Interval], "{picks:?}");
    }
    let mut p = problem();
    p.people[0].products = 0b11;
    let plan = Plan { courses: vec![course(&[(0, 0), (13, 0)]), None] };
    assert_eq!(broken(&p, &plan), [Rule::Interval]);
}

#[test]
fn what_was_given_before_binds_the_rest() {
    let mut p = problem();
    p.people[0].given = Some(Given { product: 0, day: -2, done: 1 });
    let at = |day| Plan { courses: vec![course(&[(day, 0)]), None] };
    assert_eq!(broken(&p, &at(2)), []);
    assert_eq!(broken(&p, &at(3)), [Rule::Interval]);
    assert_eq!(value(&p, &at(2)).courses, 10 + 2);
}

#[test]
fn two_of_a_small_team_away_break_cover() {
    let plan = Plan { courses: vec![course(&[(0, 0), (3, 0)]), course(&[(0, 1), (4, 1)])] };
    assert_eq!(broken(&problem(), &plan), [Rule::Cover]);
    // On a free day nobody is missed.
    let mut p = problem();
    p.people[1].on_shift.remove(0);
    assert_eq!(broken(&p, &plan), []);
}

#[test]
fn a_booking_too_many_breaks_the_allocation() {
    let mut p = problem();
    p.allocations[0].capacity = 3;
    assert_eq!(broken(&p, &plan()), [Rule::Allocation]);
}

#[test]
fn a_dose_too_many_breaks_supply() {
    let mut p = problem();
    p.supplies.push(Supply { site: Some(0), product: 0, until_day: 3, doses: 2 });
    assert_eq!(broken(&p, &plan()), [Rule::Supply]);
}

#[test]
fn moving_what_is_pinned_breaks_pinned() {
    let mut p = problem();
    p.people[0].pinned = vec![Pin { appointment: 0, block: 0, slot: 1 }];
    assert!(broken(&p, &plan()).contains(&Rule::Pinned));
    p.people[0].pinned[0].slot = 0;
    assert_eq!(broken(&p, &plan()), []);
    // Wholly pinned, even what would not be allowed today stands, and may not be dropped.
    p.people[0].pinned.push(Pin { appointment: 1, block: 9, slot: 0 });
    let stands = Plan { courses: vec![course(&[(0, 0), (9, 0)]), None] };
    assert_eq!(broken(&p, &stands), []);
    assert_eq!(broken(&p, &Plan::empty(2)), [Rule::Pinned]);
}

#[test]
fn a_false_claim_breaks_the_proof() {
    let (problem, plan) = (problem(), plan());
    let good = proof(&problem, &plan);
    let found = |p: Proof| check(&problem, &plan, &p).violations.iter().any(|v| v.rule == Rule::Proof);
    assert!(!found(good.clone()));
    assert!(found(Proof { value: good.value - 1, ..good.clone() }));
    assert!(found(Proof { bound: good.bound + 1, ..good.clone() }));
    assert!(found(Proof { problem_hash: ProblemHash([7; 32]), ..good.clone() }));
    assert!(found(Proof { most: MostPeople { people: 1, ..good.most.clone() }, ..good.clone() }));
    assert!(found(Proof { prices: Prices::default(), ..good.clone() }));
}

#[test]
fn files_give_back_what_was_written() {
    let mut p = problem();
    p.people[0].given = Some(Given { product: 1, day: -40, done: 1 });
    p.people[1].why_empty = Some(WhyEmpty::NoAgreement);
    p.people[1].pinned = vec![Pin { appointment: 0, block: 1, slot: 1 }];
    p.people[1].team = None;
    let plan = Plan { courses: vec![course(&[(2, 0)]), None] };
    let proof = proof(&p, &plan);
    assert_eq!(read_problem(&write_problem(&p)), Ok(p.clone()));
    assert_eq!(read_plan(&write_plan(&plan)), Ok(plan));
    assert_eq!(read_proof(&write_proof(&proof)), Ok(proof));
    let mut changed = p.clone();
    changed.supplies[0].doses += 1;
    assert_ne!(changed.hash(), p.hash());
}

#[test]
fn a_damaged_file_is_refused() {
    let bytes = write_problem(&problem());
    for end in 0..bytes.len() {
        assert!(read_problem(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert_eq!(read_plan(&bytes), Err(ReadError::WrongKind));
    let mut long = bytes.clone();
    long.push(0);
    assert_eq!(read_problem(&long), Err(ReadError::TrailingBytes(1)));
    let mut newer = bytes;
    newer[6] = 9;
    assert_eq!(read_problem(&newer), Err(ReadError::UnknownVersion(9)));
}

#[test]
fn a_problem_that_is_none_is_refused() {
    let spoil: [fn(&mut Problem); 8] = [
        |p| p.days = 0,
        |p| p.appointments.clear(),
        |p| p.products[0].interval_min = 0,
        |p| p.blocks[1] = p.blocks[0].clone(),
        |p| p.people[0].reach = 0..2,
        |p| p.people[0].group = 3,
        |p| p.people[0].pinned = vec![Pin { appointment: 0, block: 0, slot: 2 }],
        |p| p.teams[0].cover = vec![],
    ];
    for (i, spoil) in spoil.iter().enumerate() {
        let mut p = problem();
        spoil(&mut p);
        assert!(p.validate().is_err(), "case {i}");
    }
}
