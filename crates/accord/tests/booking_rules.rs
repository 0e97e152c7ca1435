//! The booking rules against the same rules written the plain way, over courses made by chance.

use accord::base::clock::{at_microsecond, london_instant};
use accord::base::ids::Id;
use accord::booking::rules::{Facts, Held, PersonFacts, Wanted, check};
use accord::booking::{Reference, Way};
use accord::campaign::{Appointment, Campaign, Interval, Silence};
use accord::clinic::site::SlotsOwner;
use accord::clinic::store::SlotFacts;
use accord::partnership::agreement::{AgreementRefusal, Permit};
use accord_formats::{AccessNeeds, Leave};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use std::rc::Rc;
use uuid::Uuid;

const FIRST: Date = date(2027, 1, 4);
const NOW_DAY: i64 = 3;
const SECTORS: [&str; 3] = ["IP4 5", "CO4 5", "NR32 1"];

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn day(n: i64) -> Date {
    FIRST.checked_add(n.days()).expect("within the calendar")
}

/// Minutes on the road from one of the three sectors to another.
fn road(a: usize, b: usize) -> i64 {
    if a == b { 0 } else { 25 * (a + b) as i64 }
}

/// One appointment as chance made it: everything a rule may ask of it.
#[derive(Debug, Clone, Copy)]
struct Made {
    day: i64,
    minute: i64,
    product: u128,
    sector: usize,
    open: (bool, bool, bool),
    permitted: bool,
    access: bool,
    minutes: Option<u16>,
}

fn made() -> impl Strategy<Value = Made> {
    let often = || prop::bool::weighted(0.97);
    (
        -2i64..70,
        32i64..72,
        prop::sample::select(vec![1u128, 1, 1, 1, 2, 2, 9]),
        0usize..3,
        (often(), often(), often()),
        often(),
        prop::bool::weighted(0.9),
        prop::option::of(0u16..80),
    )
        .prop_map(|(day, quarter, product, sector, open, permitted, access, minutes)| Made {
            day,
            minute: quarter * 15,
            product,
            sector,
            open,
            permitted,
            access,
            minutes,
        })
}

/// A second appointment that often lies where it may.
fn course() -> impl Strategy<Value = (Made, Made)> {
    (made(), made(), prop::option::weighted(0.8, 18i64..32)).prop_map(|(first, second, apart)| match apart {
        Some(apart) => (first, Made { day: first.day + apart, product: first.product, ..second }),
        None => (first, second),
    })
}

fn campaign() -> Campaign {
    let appointment = |number, first: i64, last: i64| Appointment {
        number,
        name: format!("appointment {number}"),
        first_on: day(first),
        last_on: day(last),
    };
    let interval =
        |product, min_days, max_days| Interval { product: id(product), min_days, max_days, ideal_days: min_days };
    Campaign {
        id: id(77),
        name: "Winter".into(),
        programme: "flu".into(),
        purpose: "staff vaccination".into(),
        starts_on: FIRST,
        ends_on: day(60),
        age_min: 16,
        cover_percent: 20,
        travel_minutes_max: 60,
        silence: Silence::Keep,
        open: true,
        appointments: vec![appointment(1, 0, 30), appointment(2, 21, 60)],
        products: vec![interval(1, 21, 28), interval(2, 5, 25)],
        groups: Vec::new(),
    }
}

fn starts_us(made: &Made) -> i64 {
    london_instant(day(made.day), made.minute as u16).as_microsecond()
}

fn wanted(number: u16, made: &Made) -> Wanted {
    let slot = SlotFacts {
        id: id(100 + u128::from(number)),
        session: id(200),
        site: id(300 + made.sector as u128),
        host: id(400),
        product: id(made.product),
        date: day(made.day),
        start_minute: made.minute as u16,
        starts_us: starts_us(made),
        minutes: 15,
        capacity: 4,
        session_honours: false,
        takes_new: true,
        kept_walk_in: 0,
        kept_assisted: 0,
        assisted_until_us: 0,
        taken: 0,
        session_open: made.open.0,
        site_open: made.open.1,
        slots_owner: if made.open.2 { SlotsOwner::Accord } else { SlotsOwner::Partner },
        site_access: if made.access { needs() } else { AccessNeeds::default() },
        sector: SECTORS[made.sector].into(),
        kind: accord::clinic::session::Kind::Booked,
        visit_minutes: 10,
    };
    let permit = Permit { agreement: id(1), version: 1, allocation: id(2) };
    let permit = if made.permitted { Ok(permit) } else { Err(AgreementRefusal::NoAgreement) };
    Wanted { appointment: number, slot: Some(Rc::new(slot)), minutes: made.minutes, permit }
}

fn needs() -> AccessNeeds {
    AccessNeeds::parse("wheelchair").expect("reads")
}

/// Somebody who is sixteen on `born_day`.
fn person(born_day: i64) -> PersonFacts {
    PersonFacts {
        id: id(5),
        active: true,
        unclear: false,
        employer: Some(id(6)),
        team: None,
        born: Some(day(born_day).checked_sub(16.years()).expect("within the calendar")),
        needs: needs(),
        rota: None,
        leave: Leave::default(),
        from_sector: Some(SECTORS[0].into()),
    }
}

/// The rules in plain words, on days and minutes. `other` is what the person has elsewhere.
fn may(picks: &[Made], other: &Made, planned: bool, born_day: i64) -> bool {
    let windows = [(0, 30), (21, 60)];
    let alone = picks.iter().zip(windows).all(|(m, (first, last))| {
        let sixteen = born_day <= m.day;
        let ahead = m.day > NOW_DAY || (m.day == NOW_DAY && m.minute > 8 * 60);
        let asked = !planned || (m.access && m.minutes.is_none_or(|n| n <= 60));
        m.open == (true, true, true)
            && ahead
            && m.product != 9
            && m.permitted
            && sixteen
            && asked
            && (first..=last).contains(&m.day)
    });
    let apart = |a: &Made, b: &Made| {
        a.day != b.day || {
            let way = road(a.sector, b.sector);
            a.minute + 15 + way <= b.minute || b.minute + 15 + way <= a.minute
        }
    };
    let linked = match picks {
        [a, b] => {
            let (min, max) = if a.product == 1 { (21, 28) } else { (5, 25) };
            a.product == b.product && (min..=max).contains(&(b.day - a.day)) && apart(a, b)
        }
        _ => true,
    };
    alone && linked && picks.iter().all(|pick| apart(pick, other))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_allow_exactly_what_the_plain_rules_allow(
        (first, second) in course(),
        whole in prop::bool::weighted(0.8),
        other in made(),
        planned: bool,
        born_day in -400i64..40,
    ) {
        let picks: Vec<Made> = if whole { vec![first, second] } else { vec![first] };
        let person = person(born_day);
        let starts = starts_us(&other);
        let held = [Held {
            confirmed: true,
            campaign: id(78),
            appointment: 1,
            product: id(1),
            date: day(other.day),
            starts: at_microsecond(starts),
            ends: at_microsecond(starts + 15 * 60_000_000),
            sector: SECTORS[other.sector].into(),
            reference: Reference::from_random([1; 5]),
        }];
        let campaign = campaign();
        let facts = Facts {
            person: &person,
            campaign: Some(&campaign),
            offer_closed: None,
            held: &held,
            now: london_instant(day(NOW_DAY), 8 * 60),
            way: if planned { Way::Planned } else { Way::Chosen },
        };
        let wanted: Vec<Wanted> = picks.iter().zip(1..).map(|(made, number)| wanted(number, made)).collect();
        let at = |sector: &str| SECTORS.iter().position(|s| *s == sector).expect("one of the three");
        let between = |a: &str, b: &str| road(at(a), at(b)) as u16;
        let said = check(&facts, &wanted, &between);
        prop_assert_eq!(said.is_ok(), may(&picks, &other, planned, born_day), "{:?}", said);
        if let Ok(allowed) = said {
            prop_assert_eq!(allowed.len(), picks.len());
            // Whoever has what was allowed can't be given it again.
            let again: Vec<Held> = allowed.iter().map(|one| Held {
                confirmed: true,
                campaign: campaign.id,
                appointment: one.appointment,
                product: one.slot.product,
                date: one.slot.date,
                starts: one.slot.starts(),
                ends: one.slot.ends(),
                sector: one.slot.sector.clone(),
                reference: Reference::from_random([2; 5]),
            }).collect();
            let twice = check(&Facts { held: &again, ..facts }, &wanted, &between);
            prop_assert!(twice.is_err());
        }
    }
}

/// The strategy above meets both answers often enough to mean something.
#[test]
fn chance_meets_courses_that_are_allowed_and_courses_that_are_not() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let far = Made {
        day: 500,
        minute: 600,
        product: 1,
        sector: 0,
        open: (true, true, true),
        permitted: true,
        access: true,
        minutes: None,
    };
    let mut allowed = 0;
    for _ in 0..2_000 {
        let (first, second) = course().new_tree(&mut runner).expect("a course").current();
        allowed += usize::from(may(&[first, second], &far, false, -400));
    }
    assert!((100..1_900).contains(&allowed), "{allowed} of 2,000 are allowed");
}
