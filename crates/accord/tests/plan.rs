//! From the store to a problem, to a proposal with its proof, to bookings: on both engines.

use accord::base::db::{Db, Stop, StoreError, Tx};
use accord::base::ids::{Employment, Id, Person, PersonId, PlanId, SlotId};
use accord::booking::place::place;
use accord::booking::{Pick, PlaceCourse};
use accord::campaign::offer::State as Offer;
use accord::campaign::store::offer_state;
use accord::evidence::verify::verify;
use accord::plan::problem::{Built, build};
use accord::plan::proposal::{Proposal, State, propose};
use accord::plan::publish::{Next, half_published, publish, undo};
use accord::plan::runs::{Runs, finish_what_stands_still};
use accord::plan::{PlanRefusal, files, store};
use accord::testing::{Fresh, Small};
use accord::{on_both_engines, p};
use accord_planner::Budget;
use accord_proof::{DayMask, Supply, WhyEmpty};

fn sql(fresh: &Fresh, statement: &'static str) {
    fresh
        .db
        .write_now(&fresh.who, move |tx| tx.run(statement, p![]).map_err(Stop::<()>::Store))
        .expect("the statement runs");
}

fn number(db: &Fresh, statement: &'static str) -> i64 {
    db.db.read_now(&db.who, move |tx| tx.one::<(i64,)>(statement, p![])).expect("the count is read").0
}

fn built(fresh: &Fresh, small: &Small) -> Built {
    let campaign = small.campaign;
    let facts = fresh.db.read_now(&fresh.who, move |tx| store::facts(tx, campaign)).expect("facts are read");
    build(&facts.expect("the campaign is open")).expect("facts make a problem")
}

fn proposal(fresh: &Fresh, small: &Small, keep: bool) -> Result<Proposal, Stop<PlanRefusal>> {
    propose(&fresh.db, &fresh.who, small.campaign, Budget::standard(), keep, &mut |_| {})
}

fn saved(fresh: &Fresh, small: &Small) -> PlanId {
    proposal(fresh, small, true).expect("a plan is made").saved.expect("it is saved").0
}

fn publish_all(fresh: &Fresh, plan: PlanId) -> accord::plan::publish::Published {
    publish(&fresh.db, &fresh.who, plan, &mut |_| Next::Continue).expect("it is published").expect("nobody paused")
}

/// What a service does about half publications when it starts, until there are none.
fn start_up(fresh: &Fresh) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (db, who) = (fresh.db.clone(), fresh.who.clone());
    let job = runtime.spawn(finish_what_stands_still(Runs::default(), db.clone(), who.clone()));
    for _ in 0..600 {
        runtime.block_on(async { tokio::time::sleep(std::time::Duration::from_millis(100)).await });
        if db.read_now(&who, half_published).expect("it is read").is_empty() {
            return job.abort();
        }
    }
    panic!("a minute later it is still half published");
}

fn clean(db: &Db, fresh: &Fresh) {
    for finding in db.read_now(&fresh.who, verify).expect("the store is verified") {
        // Sealing is the leased sealer's, which does not run here.
        if finding.name != "I10" {
            assert_eq!(finding.violations.unwrap_or(0), 0, "{finding:?}");
        }
    }
}

/// `n` more people of the small partnership's team of their own, with room for everybody.
fn crowd(fresh: &Fresh, small: &Small, n: u32) {
    let small = small.clone();
    fresh
        .db
        .write_now(&fresh.who, move |tx| {
            for at in 0..n {
                one_more(tx, &small, at)?;
            }
            tx.run("UPDATE slot SET capacity = 400", p![])?;
            tx.run("UPDATE allocation SET capacity = NULL", p![])?;
            let rules = accord::campaign::store::load(tx, small.campaign)?.expect("the campaign is there");
            accord::campaign::cover::prepare(tx, &rules)?;
            accord::campaign::offer::open_for(tx, &rules)?;
            Ok::<_, Stop<()>>(())
        })
        .expect("a crowd is added");
}

fn one_more(tx: &mut Tx<'_>, small: &Small, at: u32) -> Result<(), StoreError> {
    let person = tx.id::<Person>();
    tx.run(
        "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, date_of_birth, home_postcode, language,
           access_needs, birth_checked, state, version, created_us)
         VALUES ($1, $2, 'More', 'Test', 'more', '1980-02-28', 'IP1 1AA', 'en', 0, 0, 'active', 1, 0)",
        p![tx.partnership(), person],
    )?;
    tx.run(
        "INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, rota, priority_group, is_primary,
           state, version)
         VALUES ($1, $2, $3, $4, $5, 'Mon-Fri', 1, 1, 'current', 1)",
        p![tx.partnership(), tx.id::<Employment>(), person, small.employer, format!("more-{at}")],
    )?;
    Ok(())
}

/// The state of the store that publishing answers for, without ids that differ from run to run.
fn end_state(fresh: &Fresh) -> Vec<i64> {
    [
        "SELECT COUNT(*) FROM booking WHERE live = 1 AND state = 'assigned'",
        "SELECT CAST(SUM(taken) AS BIGINT) FROM slot",
        "SELECT CAST(SUM(taken) AS BIGINT) FROM allocation",
        "SELECT COUNT(*) FROM booking_batch WHERE state = 'live'",
        "SELECT COUNT(*) FROM booking_batch",
        "SELECT COUNT(*) FROM offer WHERE state = 'assigned'",
        "SELECT COUNT(*) FROM offer WHERE state = 'unplaced' AND owner_role = 'campaign_lead' AND reason IS NOT NULL AND next_on IS NOT NULL",
        "SELECT COUNT(*) FROM offer WHERE state = 'waiting'",
        "SELECT COUNT(*) FROM plan_unplaced",
        "SELECT COUNT(*) FROM ledger",
    ]
    .into_iter()
    .map(|statement| number(fresh, statement))
    .collect()
}

fn weekdays(days: u16) -> DayMask {
    (0..days).filter(|day| day % 7 < 5).collect()
}

on_both_engines! {
    fn a_problem_is_what_the_store_says(fresh) {
        let small = Small::build(fresh, 2);
        sql(fresh, "UPDATE employment SET leave_dates = '2027-01-06' WHERE staff_number = '1'");
        sql(fresh, "UPDATE slot SET taken = 1 WHERE date = '2027-01-05'");
        sql(fresh, "UPDATE allocation SET taken = 2");
        let b = built(fresh, &small);
        let p = &b.problem;
        assert_eq!((p.days, p.sites, p.employers, p.blocks.len()), (56, 1, 1, 56));
        assert_eq!(b.index.people, small.people);
        assert_eq!((p.appointments[0].last_day, p.appointments[1].first_day), (20, 19));
        assert_eq!((p.products[0].interval_min, p.products[0].interval_max, p.products[0].interval_ideal), (19, 28, 21));
        assert_eq!((p.groups[0].wait_per_day, p.groups[0].unplaced), (8, 6_000));
        for (day, block) in (0u16..).zip(&p.blocks) {
            assert_eq!((block.day, block.half, block.capacity()), (day, 0, if day == 1 { 3 } else { 4 }));
            assert_eq!(b.index.slots[usize::from(day)], [small.slots[usize::from(day)]]);
        }
        // Three of a team work on a weekday: 34 % rounds up to two. At the weekend one may always go.
        for day in 0..56 {
            assert_eq!(p.teams[0].cover[day], if day % 7 < 5 { 4 } else { 2 }, "day {day}");
        }
        assert_eq!((p.allocations[0].capacity, p.supplies.len(), p.fair[0]), (3, 0, 1));
        let mut on_leave = weekdays(56);
        on_leave.remove(2);
        for (at, (on_shift, mornings, evenings)) in [
            (weekdays(56), DayMask::first(56), (0..56).filter(|d| d % 7 >= 5).collect()),
            (on_leave, (0..56).filter(|d| *d != 2).collect(), (0..56).filter(|d| d % 7 >= 5).collect()),
            (weekdays(56), DayMask::first(56), DayMask::first(56)),
        ].into_iter().enumerate() {
            let person = &p.people[at];
            assert_eq!((person.on_shift, person.available[0]), (on_shift, mornings), "person {at}");
            assert_eq!(person.available[2], evenings, "person {at}");
            let ways = p.reaches_of(person);
            assert_eq!(ways.len(), 1);
            assert_eq!((ways[0].minutes, ways[0].allocation, ways[0].first_day, ways[0].last_day), (18, Some(0), 0, 55));
        }
        assert_eq!((b.assumed.rota, b.assumed.address), (1, 0));
    }

    fn agreements_bind_by_the_day_and_doses_by_running_totals(fresh) {
        let small = Small::build(fresh, 2);
        sql(fresh, "UPDATE agreement SET from_date = '2027-01-06', until_date = '2027-01-31'");
        let (site, product) = (small.site, small.product);
        fresh.db.write_now(&fresh.who, move |tx| {
            for (from, until, delivered, taken) in
                [("2027-01-05", "2027-01-10", 5, 2), ("2027-01-11", "2027-03-31", 9, 2), ("2027-04-01", "2027-12-31", 10, 4)]
            {
                tx.run(
                    "INSERT INTO stock (partnership_id, site_id, product_id, from_date, until_date, delivered, taken)
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    p![tx.partnership(), site, product, from, until, delivered, taken],
                )?;
            }
            Ok::<_, Stop<()>>(())
        }).expect("stock is laid");
        let b = built(fresh, &small);
        let way = b.problem.reaches_of(&b.problem.people[0])[0];
        assert_eq!((way.first_day, way.last_day), (2, 27));
        let supply = |until_day, doses| Supply { site: Some(0), product: 0, until_day, doses };
        assert_eq!(b.problem.supplies, [supply(6, 3), supply(55, 6)]);
        assert_eq!((b.problem.blocks[0].day, b.left_out.before_delivery), (1, 4));
    }

    fn whoever_can_go_nowhere_is_told_why(fresh) {
        let small = Small::build(fresh, 2);
        let change = |statement| sql(fresh, statement);
        let table: [(&'static str, &'static str, &str, Option<WhyEmpty>); 9] = [
            ("UPDATE campaign SET travel_minutes_max = 8", "UPDATE campaign SET travel_minutes_max = 60",
             "no_site_within_travel_limit", Some(WhyEmpty::NoSiteWithinTravelLimit)),
            ("UPDATE person SET access_needs = 256", "UPDATE person SET access_needs = 0",
             "no_site_with_access", Some(WhyEmpty::NoSiteWithAccess)),
            ("UPDATE agreement SET state = 'suspended'", "UPDATE agreement SET state = 'in_force'",
             "no_agreement", Some(WhyEmpty::NoAgreement)),
            ("UPDATE agreement SET purpose = 'other'", "UPDATE agreement SET purpose = 'staff vaccination'",
             "no_agreement", Some(WhyEmpty::NoAgreement)),
            ("UPDATE site SET slots_owner = 'partner'", "UPDATE site SET slots_owner = 'accord'",
             "partner_owns_slots", Some(WhyEmpty::NoProduct)),
            ("UPDATE person SET date_of_birth = NULL", "UPDATE person SET date_of_birth = '1980-02-29'", "no_date_of_birth", None),
            ("UPDATE person SET date_of_birth = '2015-01-01'", "UPDATE person SET date_of_birth = '1980-02-29'", "too_young", None),
            ("UPDATE person SET home_postcode = NULL", "UPDATE person SET home_postcode = 'IP1 1AA'", "no_address", None),
            ("UPDATE employment SET state = 'left'", "UPDATE employment SET state = 'current'", "not_employed", None),
        ];
        for (make, back, code, why) in table {
            change(make);
            let b = built(fresh, &small);
            assert_eq!(b.barriers.get(&0).map(|r| r.code()), Some(code), "{make}");
            assert_eq!(b.problem.people[0].why_empty, why, "{make}");
            assert!(b.problem.people[0].reach.is_empty(), "{make}");
            change(back);
            assert!(built(fresh, &small).barriers.is_empty(), "{back}");
        }
        change("UPDATE site SET slots_owner = 'partner'");
        assert_eq!(built(fresh, &small).left_out.partner_owned, 56 * 4);
        let plan = proposal(fresh, &small, false).expect("a plan of nobody is a plan");
        assert_eq!(plan.by_reason(), [("partner_owns_slots", 3)]);
    }

    fn without_a_home_travel_starts_at_the_workplace(fresh) {
        let small = Small::build(fresh, 2);
        sql(fresh, "UPDATE person SET home_postcode = NULL");
        sql(fresh, "UPDATE employment SET work_postcode = 'IP1 2ZZ' WHERE staff_number = '0'");
        sql(fresh, "UPDATE organisation SET postcode = 'IP1 1ZZ' WHERE code = 'EMPL'");
        let b = built(fresh, &small);
        assert_eq!(b.assumed.address, 3);
        let minutes: Vec<u16> = b.problem.people.iter().map(|p| b.problem.reaches_of(p)[0].minutes).collect();
        assert_eq!(minutes, [8, 18, 18]);
    }

    fn a_proposal_is_checked_saved_and_replaced_by_the_next(fresh) {
        let small = Small::build(fresh, 2);
        // Four places of the allocation hold two courses of two.
        sql(fresh, "UPDATE allocation SET capacity = 4");
        let dry = proposal(fresh, &small, false).expect("a plan is made");
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM plan"), 0);
        assert_eq!((dry.figures.placed, dry.figures.most_people), (2, 2));
        assert_eq!(dry.by_reason(), [("allocation_short", 1)]);
        let first = proposal(fresh, &small, true).expect("a plan is made");
        assert_eq!((&first.picks, &first.unplaced), (&dry.picks, &dry.unplaced));
        let (first, _) = first.saved.expect("it is saved");
        let second = proposal(fresh, &small, true).expect("a plan is made").saved.expect("it is saved");
        assert_eq!(second.1, 2);
        let refused = publish(&fresh.db, &fresh.who, first, &mut |_| Next::Continue);
        assert!(matches!(refused, Err(Stop::Refused(PlanRefusal::Abandoned { number: 1 }))));

        let exported = fresh.db.read_now(&fresh.who, move |tx| files::export_proof(tx, second.0)).expect("files are read");
        let mut exported = exported.expect("a saved plan has files");
        let report = files::verify_plan_files(&exported).expect("files are read");
        assert!(report.violations.is_empty());
        assert_eq!((report.value.total, report.bound), (dry.figures.value, dry.figures.bound));
        // A place more than the plan has is a broken rule, not a better plan.
        let mut plan = accord_proof::read_plan(&exported.plan).expect("the plan is read");
        let course = plan.courses.iter().flatten().next().cloned();
        plan.courses.fill(course);
        exported.plan = accord_proof::write_plan(&plan);
        assert!(!files::verify_plan_files(&exported).expect("files are read").violations.is_empty());
        exported.proof.truncate(20);
        assert!(files::verify_plan_files(&exported).is_err());
    }

    fn a_published_plan_is_bookings_that_count(fresh) {
        let small = Small::build(fresh, 2);
        let plan = saved(fresh, &small);
        let done = publish_all(fresh, plan);
        assert_eq!((done.placed, done.refused, done.unplaced), (2, 0, 1));
        assert_eq!(end_state(fresh), [4, 4, 4, 1, 1, 2, 1, 0, 1, 4]);
        let on_shift = number(fresh, "SELECT COUNT(*) FROM booking WHERE on_shift = 1");
        assert_eq!(number(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM team_day"), 2 * on_shift);
        clean(&fresh.db, fresh);
        let again = publish(&fresh.db, &fresh.who, plan, &mut |_| Next::Continue);
        assert!(matches!(again, Err(Stop::Refused(PlanRefusal::AlreadyPublished { number: 1 }))));
        // The one left over is planned again, and with room there is nothing in the way.
        sql(fresh, "UPDATE allocation SET capacity = 6");
        let next = proposal(fresh, &small, true).expect("a plan is made");
        assert_eq!((next.figures.people, next.figures.placed), (1, 1));
        publish_all(fresh, next.saved.expect("it is saved").0);
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM offer WHERE state = 'assigned'"), 3);
        clean(&fresh.db, fresh);
        let nobody = proposal(fresh, &small, true);
        assert!(matches!(nobody, Err(Stop::Refused(PlanRefusal::NobodyWaiting))));
    }

    fn who_books_a_part_before_the_plan_is_published_is_not_unplaced(fresh) {
        let small = Small::build(fresh, 2);
        sql(fresh, "UPDATE site SET slots_owner = 'partner'");
        let plan = saved(fresh, &small);
        sql(fresh, "UPDATE site SET slots_owner = 'accord'");
        let picks = vec![Pick { appointment: 1, slot: small.slots[3] }];
        let want = PlaceCourse { person: small.people[0], campaign: small.campaign, picks };
        fresh.db.write_now(&fresh.who, move |tx| place(tx, &want)).expect("the first of two");
        let done = publish_all(fresh, plan);
        assert_eq!((done.placed, done.refused), (0, 0));
        let (person, campaign) = (small.people[0], small.campaign);
        let state = fresh.db.read_now(&fresh.who, move |tx| offer_state(tx, campaign, person)).expect("read");
        assert_eq!(state, Some(Offer::Waiting), "they have an appointment: the planner's word on them is old");
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM offer WHERE state = 'unplaced'"), 2);
        clean(&fresh.db, fresh);
    }

    fn a_publishing_that_was_killed_goes_on_where_it_stopped(fresh) {
        let small = Small::build(fresh, 2);
        crowd(fresh, &small, 250);
        let plan = saved(fresh, &small);
        // What an uninterrupted publishing comes to.
        let whole = [506, 506, 506, 1, 1, 253, 0, 0, 0, 506];
        for stop_after in [0, 1, 2] {
            let mut chunks = 0;
            // Each time as a process that was started anew: the stream of ids begins where it began.
            let paused = publish(&fresh.db.step("anew"), &fresh.who, plan, &mut |_| {
                chunks += 1;
                if chunks > stop_after { Next::Pause } else { Next::Continue }
            });
            assert!(paused.expect("it began").is_none());
            assert_eq!(number(fresh, "SELECT COUNT(*) FROM offer WHERE state = 'waiting'"), 253, "nobody hears of a half batch");
        }
        assert!(number(fresh, "SELECT COUNT(*) FROM booking") >= 200);
        let half = fresh.db.read_now(&fresh.who, half_published).expect("it is read");
        assert_eq!(half.first().expect("it is half published").state, State::Publishing);
        let other = proposal(fresh, &small, true);
        assert!(matches!(other, Err(Stop::Refused(PlanRefusal::Publishing { number: 1 }))));
        let done = publish(&fresh.db.step("anew"), &fresh.who, plan, &mut |_| Next::Continue);
        let done = done.expect("it goes on").expect("it ends");
        assert_eq!((done.placed, done.refused), (253, 0));
        assert_eq!(end_state(fresh), whole);
        clean(&fresh.db, fresh);
    }

    fn a_service_that_starts_finishes_what_was_cut_off(fresh) {
        let small = Small::build(fresh, 2);
        crowd(fresh, &small, 120);
        let plan = saved(fresh, &small);
        let mut first = true;
        publish(&fresh.db, &fresh.who, plan, &mut |_| if std::mem::take(&mut first) { Next::Continue } else { Next::Pause })
            .expect("it began");
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM booking WHERE live = 1"), 100);
        start_up(fresh);
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM booking_batch WHERE state = 'pending'"), 0);
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM booking WHERE live = 1"), 246);
        clean(&fresh.db, fresh);
    }

    fn a_publishing_that_was_killed_can_be_undone(fresh) {
        let small = Small::build(fresh, 2);
        crowd(fresh, &small, 150);
        let plan = saved(fresh, &small);
        let mut first = true;
        publish(&fresh.db, &fresh.who, plan, &mut |_| if std::mem::take(&mut first) { Next::Continue } else { Next::Pause })
            .expect("it began");
        assert_eq!(number(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM slot"), 100);
        undo(&fresh.db, &fresh.who, plan).expect("it is undone");
        assert_eq!(number(fresh, "SELECT CAST(SUM(taken) AS BIGINT) FROM slot"), 0);
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM offer WHERE state = 'waiting'"), 153);
        clean(&fresh.db, fresh);
        assert_eq!(proposal(fresh, &small, false).expect("a plan is made").figures.placed, 153);
    }

    fn a_slot_gone_since_the_proposal_refuses_only_who_wanted_it(fresh) {
        let small = Small::build(fresh, 2);
        crowd(fresh, &small, 120);
        let made = proposal(fresh, &small, true).expect("a plan is made");
        let plan = made.saved.expect("it is saved").0;
        let gone: SlotId = made.picks[0].2;
        let mut wanted: Vec<PersonId> = made.picks.iter().filter(|pick| pick.2 == gone).map(|pick| pick.0).collect();
        wanted.dedup();
        fresh.db.write_now(&fresh.who, move |tx| {
            tx.run("UPDATE slot SET capacity = 0 WHERE id = $1", p![gone]).map_err(Stop::<()>::Store)
        }).expect("the slot is closed");
        // Somebody declines in the meantime: their answer stands.
        let declined = made.picks.iter().map(|pick| pick.0).find(|person| !wanted.contains(person)).expect("others have other slots");
        fresh.db.write_now(&fresh.who, move |tx| {
            tx.run("UPDATE offer SET state = 'declined', evidence = 'said so' WHERE person_id = $1", p![declined]).map_err(Stop::<()>::Store)
        }).expect("they decline");
        let done = publish_all(fresh, plan);
        assert_eq!(done.refused as usize, wanted.len() + 1);
        assert_eq!(done.placed as usize, 123 - wanted.len() - 1);
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM offer WHERE state = 'declined'"), 1);
        let told: Vec<(Id<Person>, String)> = fresh.db.read_now(&fresh.who, |tx| {
            tx.all("SELECT person_id, reason FROM offer WHERE state = 'unplaced' AND owner_role = 'campaign_lead' ORDER BY person_id", p![])
        }).expect("offers are read");
        assert_eq!(told.iter().map(|row| row.0).collect::<Vec<_>>(), wanted);
        assert!(told.iter().all(|row| row.1 == "slot_full"));
        // In the picks or among the unplaced, never both, never neither.
        assert_eq!(number(fresh, "SELECT COUNT(DISTINCT person_id) FROM plan_pick") + number(fresh, "SELECT COUNT(*) FROM plan_unplaced"), 123);
        assert_eq!(number(fresh, "SELECT COUNT(*) FROM plan_pick p JOIN plan_unplaced u ON u.person_id = p.person_id"), 0);
        clean(&fresh.db, fresh);
    }
}
