//! Campaigns: their rules as data, the course, everyone's offer, the cover of teams.

use accord::base::db::{Stop, StoreError, Tx};
use accord::base::fingerprint;
use accord::base::ids::{CampaignId, Id, PersonId, TeamId};
use accord::base::refusal::Refusal;
use accord::campaign::course::{Appointment, CourseRefusal, Interval, allows, days_for, stuck_at};
use accord::campaign::cover::{capacity_units, prepare_cover};
use accord::campaign::offer::{self, Change, OfferState as S, Owner, counts, lost, set, set_many};
use accord::campaign::open::open_for;
use accord::campaign::refusal::{CampaignRefusal, OfferRefusal};
use accord::campaign::{CampaignProduct, Group, NewCampaign, Silence, create, load, store};
use accord::clinic::product;
use accord::testing::Fresh;
use accord::{on_both_engines, p};
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(uuid::Uuid::from_u128(n))
}

fn write<T: Send + 'static, R: std::fmt::Debug + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> T {
    fresh.db.write_now(&fresh.who, f).expect("written")
}

fn read<T: Send + 'static>(fresh: &Fresh, f: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static) -> T {
    fresh.db.read_now(&fresh.who, f).expect("read")
}

fn refused<T: Send + 'static, R: std::fmt::Debug + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> R {
    let before = read(fresh, fingerprint::of);
    let Err(Stop::Refused(no)) = fresh.db.write_now(&fresh.who, f) else { panic!("this was to be refused") };
    assert_eq!(before, read(fresh, fingerprint::of), "a refusal left a trace");
    no
}

fn plain<T>(result: Result<T, StoreError>) -> Result<T, Stop<()>> {
    result.map_err(Stop::Store)
}

fn appointment(number: i64, first_on: Date, last_on: Date) -> Appointment {
    Appointment { number, name: format!("Dose {number}"), first_on, last_on }
}

const ALPHA: Interval = Interval { min: 19, max: 28, ideal: 21 };

fn rules(product: accord::base::ids::ProductId) -> NewCampaign {
    NewCampaign {
        name: "Flu 2027".into(),
        programme: "flu".into(),
        purpose: "staff vaccination".into(),
        lead: None,
        starts_on: date(2027, 1, 4),
        ends_on: date(2027, 2, 28),
        age_min: 16,
        cover_percent: 15,
        travel_minutes_max: 60,
        silence: Silence::Keep,
        appointments: vec![
            appointment(1, date(2027, 1, 4), date(2027, 1, 24)),
            appointment(2, date(2027, 1, 4), date(2027, 2, 28)),
        ],
        products: vec![CampaignProduct { product, interval: ALPHA }],
        groups: vec![Group { number: 1, name: "Frontline".into(), wait_cost: 8, unplaced_cost: 6_000 }],
    }
}

/// Organisation 1; people 1 to 6, each with an employment in team 1 but where said.
fn people(fresh: &Fresh) {
    write(fresh, |tx| {
        plain(tx.run(
            "INSERT INTO organisation (partnership_id, id, code, name, kind, is_employer, is_host, contact_name, contact_role, admitted_us)
             VALUES ($1, $2, 'RDE', 'East', 'trust', 1, 1, 'Alex Example', '', 0)",
            p![tx.partnership(), id::<()>(1)],
        ))?;
        for n in 1..=6_u128 {
            let active = if n == 6 { "merged" } else { "active" };
            plain(tx.run(
                "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, language, access_needs, state, version, created_us)
                 VALUES ($1, $2, 'A', 'B', 'ab', 'en', 0, $3, 1, 0)",
                p![tx.partnership(), id::<()>(n), active],
            ))?;
            let state = if n == 4 { "left" } else { "current" };
            let rota = match n {
                1 => Some("Mon-Fri"),
                2 => Some("Sat Sun"),
                _ => None,
            };
            let leave = (n == 1).then_some("2027-01-05");
            plain(tx.run(
                "INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, team_id, rota, leave_dates,
                   priority_group, is_primary, state, version)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 1, $9, 1)",
                p![tx.partnership(), id::<()>(100 + n), id::<()>(n), id::<()>(1), n.to_string(), id::<()>(50), rota, leave, state],
            ))?;
        }
        for (n, kind, who, other) in [(1, "possible_duplicate", 2, Some(3)), (2, "no_date_of_birth", 5, None::<u128>)] {
            plain(tx.run(
                "INSERT INTO worklist_item (partnership_id, id, kind, employer_id, person_id, other_person_id, summary, owner_role,
                   owner_organisation_id, due_on, state, created_us)
                 VALUES ($1, $2, $3, $4, $5, $6, '', 'employer_contact', $4, '2027-01-08', 'open', 0)",
                p![tx.partnership(), id::<()>(200 + n), kind, id::<()>(1), id::<()>(who), other.map(id::<()>)],
            ))?;
        }
        Ok(())
    });
}

fn campaign(fresh: &Fresh) -> CampaignId {
    let product = write(fresh, |tx| product::add(tx, "ALPHA", "Product Alpha"));
    write(fresh, move |tx| create(tx, &rules(product)))
}

fn change(person: PersonId, to: S) -> Change {
    let reason = (to == S::Unplaced).then(|| "no place".to_owned());
    let evidence = to.closes().then(|| "told us".to_owned());
    Change { person, to, reason, owner: None, next: Some(date(2027, 1, 9)), evidence }
}

#[test]
fn offer_states_follow_each_other_as_the_table_says() {
    // A row a state, a column the state it is to become, in the same order.
    let order = [
        S::Waiting,
        S::Unclear,
        S::Unplaced,
        S::Assigned,
        S::Confirmed,
        S::Declined,
        S::HadElsewhere,
        S::Completed,
        S::Left,
    ];
    let table = [
        "yyyyyyy.y",
        "yy...yy.y",
        "yyyyyyy.y",
        "y.yyyyyyy",
        "y.yyyyyyy",
        "y...yyy.y",
        "y.....y.y",
        "....y..y.",
        "y.......y",
    ];
    for (from, row) in order.iter().zip(table) {
        for (to, cell) in order.iter().zip(row.chars()) {
            assert_eq!(from.may_become(*to), cell == 'y', "{from} to {to}");
            let checked = offer::check(*from, &change(id(1), *to));
            assert_eq!(checked.is_ok(), cell == 'y', "{from} to {to}");
        }
    }
    let check = |edit: &dyn Fn(&mut Change), to| {
        let mut made = change(id(1), to);
        edit(&mut made);
        offer::check(S::Waiting, &made)
    };
    assert_eq!(check(&|c| c.next = None, S::Assigned), Err(OfferRefusal::NeedsNextDate));
    assert_eq!(check(&|c| c.next = None, S::Declined), Ok(()));
    assert_eq!(check(&|c| c.evidence = Some(" ".into()), S::Declined), Err(OfferRefusal::NeedsEvidence));
    assert_eq!(check(&|c| c.reason = None, S::Unplaced), Err(OfferRefusal::NeedsReason));
    let system = Some(Owner { role: "System".into(), organisation: id(1) });
    assert_eq!(check(&|c| c.owner = system.clone(), S::Assigned), Err(OfferRefusal::NeedsOwner));
}

#[test]
fn intervals_are_a_table() {
    let course = rules(id(1)).appointments;
    let first = date(2027, 1, 4);
    let day = |n: i64| first.saturating_add(jiff::ToSpan::days(n));
    let table = [
        (2, day(19), vec![(1, first)], Ok(())),
        (2, day(28), vec![(1, first)], Ok(())),
        (2, day(18), vec![(1, first)], Err(CourseRefusal::TooClose { min: 19, days: 18 })),
        (2, day(29), vec![(1, first)], Err(CourseRefusal::TooFar { max: 28, days: 29 })),
        (1, day(5), vec![(2, day(2))], Err(CourseRefusal::TooClose { min: 19, days: -3 })),
        (1, day(1), vec![(2, day(22)), (1, day(9))], Ok(())),
        (1, day(21), vec![], Err(CourseRefusal::OutsideWindow { first_on: first, last_on: day(20) })),
        (3, first, vec![], Err(CourseRefusal::NoSuchAppointment)),
    ];
    for (number, date, others, wanted) in table {
        assert_eq!(allows(&course, ALPHA, number, date, &others), wanted, "{number} {date}");
    }
    assert_eq!(days_for(&course, ALPHA, 2, &[(1, first)]), Some((day(19), day(28))));
    assert_eq!(days_for(&course, ALPHA, 1, &[(2, day(30))]), Some((day(2), day(11))));
    assert_eq!(days_for(&course, ALPHA, 1, &[(2, day(55))]), None);
    assert_eq!(stuck_at(&course, ALPHA), None);
    assert_eq!(stuck_at(&course, Interval { min: 60, max: 84, ideal: 84 }), Some(2));
}

#[test]
fn cover_rounds_up_to_whole_people_and_never_to_nobody() {
    for (on_shift, percent, units) in
        [(0, 15, 2), (1, 15, 2), (6, 15, 2), (7, 15, 4), (20, 15, 6), (21, 15, 8), (10, 100, 20), (3, 1, 2)]
    {
        assert_eq!(capacity_units(on_shift, percent), units, "{on_shift} at {percent} %");
    }
}

proptest! {
    #[test]
    fn days_for_holds_exactly_the_days_allowed(min in 1_i64..40, more in 0_i64..40, there in 0_i64..56, number in 1_i64..=2) {
        let course = rules(id(1)).appointments;
        let interval = Interval { min, max: min + more, ideal: min };
        let day = |n: i64| date(2027, 1, 4).saturating_add(jiff::ToSpan::days(n));
        let others = [(3 - number, day(there))];
        let range = days_for(&course, interval, number, &others);
        for n in -5..70 {
            let inside = range.is_some_and(|(first, last)| day(n) >= first && day(n) <= last);
            prop_assert_eq!(inside, allows(&course, interval, number, day(n), &others).is_ok());
        }
        let possible = (0..21).any(|n| days_for(&course, interval, 2, &[(1, day(n))]).is_some());
        prop_assert_eq!(stuck_at(&course, interval).is_none(), possible);
    }
}

on_both_engines! {
    fn rules_that_can_not_be_are_refused_with_their_place(fresh) {
        let product = write(fresh, |tx| product::add(tx, "ALPHA", "Product Alpha"));
        let mut table: Vec<(NewCampaign, &str)> = Vec::new();
        let mut line = |place, edit: &dyn Fn(&mut NewCampaign)| {
            let mut new = rules(product);
            edit(&mut new);
            table.push((new, place));
        };
        line("name", &|c| c.name.clear());
        line("ends_on", &|c| c.ends_on = date(2027, 1, 3));
        line("age_min", &|c| c.age_min = -1);
        line("cover_percent", &|c| c.cover_percent = 0);
        line("travel_minutes_max", &|c| c.travel_minutes_max = 0);
        line("appointments", &|c| c.appointments.clear());
        line("appointments[2].number", &|c| c.appointments[1].number = 3);
        line("appointments[1].first_on", &|c| c.appointments[0].first_on = date(2027, 1, 3));
        line("appointments[2].last_on", &|c| c.appointments[1].last_on = date(2027, 3, 1));
        line("appointments[1].last_on", &|c| c.appointments[0].last_on = date(2026, 1, 1));
        line("products", &|c| c.products.clear());
        line("products[1].interval.max", &|c| c.products[0].interval.max = 3);
        line("products[1].interval.ideal", &|c| c.products[0].interval.ideal = 30);
        line("products[2]", &|c| c.products.push(c.products[0]));
        line("products[1]", &|c| c.products[0].product = id(9));
        line("lead", &|c| c.lead = Some(id(9)));
        line("groups", &|c| c.groups.clear());
        line("groups[1].number", &|c| c.groups[0].number = 0);
        for (new, wanted) in table {
            let no = refused(fresh, move |tx| create(tx, &new));
            assert!(matches!(&no, CampaignRefusal::Value { place, .. } if place == wanted), "{wanted}: {no:?}");
        }
        let mut short = rules(product);
        short.appointments[1].last_on = date(2027, 1, 20);
        let no = refused(fresh, move |tx| create(tx, &short));
        assert_eq!(no.sentence(), "products[1].interval: an interval of 19-28 days can't fit: appointment 1 is from \
            2027-01-04 to 2027-01-24, appointment 2 from 2027-01-04 to 2027-01-20.");
    }

    fn a_campaign_comes_back_as_it_was_given(fresh) {
        let id = campaign(fresh);
        let there = read(fresh, move |tx| load(tx, id)).expect("there");
        assert!(there.open);
        assert_eq!(there.rules, rules(there.rules.products[0].product));
        assert_eq!(there.interval(there.rules.products[0].product), Some(ALPHA));
    }

    fn everyone_gets_one_offer_and_nobody_is_lost(fresh) {
        people(fresh);
        let c = campaign(fresh);
        assert_eq!(read(fresh, lost), 0, "not opened yet");
        assert_eq!(write(fresh, move |tx| open_for(tx, c)), 5);
        assert_eq!(write(fresh, move |tx| open_for(tx, c)), 0);
        let states: Vec<S> = (1..=5).map(|n| read(fresh, move |tx| offer::of(tx, c, id(n))).expect("there").state).collect();
        assert_eq!(states, [S::Waiting, S::Waiting, S::Unclear, S::Left, S::Unclear]);
        let third = read(fresh, move |tx| offer::of(tx, c, id(3))).expect("there");
        assert_eq!((third.reason.as_deref(), third.next_on), (Some("possible_duplicate"), Some(date(2027, 1, 8))));
        assert_eq!(read(fresh, move |tx| counts(tx, c)).into_iter().collect::<Vec<_>>(), [(S::Waiting, 2), (S::Unclear, 2), (S::Left, 1)]);
        assert_eq!(read(fresh, lost), 0);
        write(fresh, |tx| plain(tx.run("UPDATE person SET state = 'active' WHERE id = $1", p![id::<()>(6)])));
        write(fresh, |tx| plain(tx.run("UPDATE offer SET owner_role = 'system' WHERE person_id = $1", p![id::<()>(1)])));
        assert_eq!(read(fresh, lost), 2);
    }

    fn offers_change_together_or_not_at_all(fresh) {
        people(fresh);
        let c = campaign(fresh);
        write(fresh, move |tx| open_for(tx, c));
        let both = vec![change(id(1), S::Assigned), change(id(2), S::Unplaced)];
        write(fresh, move |tx| set_many(tx, c, &both));
        assert_eq!(write(fresh, move |tx| set(tx, c, &change(id(1), S::Confirmed))), S::Assigned);
        let first = read(fresh, move |tx| offer::of(tx, c, id(1))).expect("there");
        assert_eq!((first.state, first.version, first.owner.organisation), (S::Confirmed, 3, id(1)));
        let half = vec![change(id(1), S::Completed), change(id(3), S::Assigned)];
        let no = refused(fresh, move |tx| set_many(tx, c, &half));
        assert_eq!(no, OfferRefusal::NotFrom { from: S::Unclear, to: S::Assigned });
        let no = refused(fresh, move |tx| set(tx, c, &change(id(99), S::Assigned)));
        assert_eq!(no, OfferRefusal::NoOffer);
        write(fresh, move |tx| set(tx, c, &change(id(1), S::Completed)));
        let closed = read(fresh, move |tx| offer::of(tx, c, id(1))).expect("there");
        assert_eq!((closed.next_on, closed.evidence.as_deref()), (None, Some("told us")));
    }

    fn cover_counts_rota_and_leave_and_keeps_what_is_taken(fresh) {
        people(fresh);
        let c = campaign(fresh);
        let team: TeamId = id(50);
        let prepared = write(fresh, move |tx| prepare_cover(tx, c));
        // Employments 1, 2, 3, 5 and 6 go on: one Monday to Friday with a day of leave, one weekends, three assumed.
        assert_eq!((prepared.team_days, prepared.assumed_rota, prepared.short), (56, 3, 0));
        let days = || read(fresh, move |tx| store::team_days(tx, c));
        let shown: Vec<_> = days().iter().take(7).map(|d| (d.on_shift, d.capacity)).collect();
        assert_eq!(shown, [(4, 2), (3, 2), (4, 2), (4, 2), (4, 2), (1, 2), (1, 2)]);
        let take = |date, n| write(fresh, move |tx| plain(store::take_team_day(tx, c, team, date, n)));
        let monday = date(2027, 1, 4);
        assert!(take(monday, 2) && !take(monday, 1));
        assert!(!take(date(2027, 3, 1), 2), "a day that was not prepared");
        write(fresh, |tx| plain(tx.run("UPDATE campaign SET cover_percent = 100", p![])));
        assert_eq!(write(fresh, move |tx| prepare_cover(tx, c)).short, 0);
        assert_eq!((days()[0].capacity, days()[0].taken), (8, 2));
        assert!(take(monday, 4));
        write(fresh, |tx| plain(tx.run("UPDATE campaign SET cover_percent = 1", p![])));
        assert_eq!(write(fresh, move |tx| prepare_cover(tx, c)).short, 1);
        assert_eq!((days()[0].capacity, days()[0].taken), (6, 6));
        assert!(!take(monday, 1));
        write(fresh, move |tx| plain(store::give_back_team_day(tx, c, team, monday, 6)));
        let over = fresh.db.write_now(&fresh.who, move |tx| plain(store::give_back_team_day(tx, c, team, monday, 1)));
        assert!(matches!(over, Err(Stop::Store(StoreError::Constraint(name))) if name == "team_day_cover"));
    }
}
