//! The offers of `docs/states.md`, driven row by row through the code on both engines.

use accord::base::db::{Stop, StoreError, Tx};
use accord::base::ids::{OrganisationId, PartnershipId, WorklistItem};
use accord::base::refusal::Refusal;
use accord::booking::attendance::{Batch, DayRefusal, WhyNot};
use accord::booking::cancel::{Reason, cancel_all, close_offer, reopen};
use accord::booking::check_in::{By, check_in};
use accord::booking::confirm::confirm;
use accord::booking::did_not_attend::close_day;
use accord::booking::outcome::{Noted, note};
use accord::booking::place::{place, place_many};
use accord::booking::walk_in::{Give, give};
use accord::booking::{BookingRefusal, Pick, PlaceCourse, batch, store};
use accord::campaign::offer::{self, OfferRefusal, State};
use accord::campaign::{decide::decide, store as campaigns};
use accord::cohort::resolve::{Decision, ResolveRefusal};
use accord::evidence::verify::{lost, verify};
use accord::p;
use accord::testing::{Fresh, Small};
use jiff::civil::date;

/// state | event | by | next state
type Row = [String; 4];

fn table() -> Vec<Row> {
    let page = include_str!("../../../docs/states.md");
    let rows = page.split("### Who moves an offer").nth(1).expect("the table").lines().filter(|l| l.starts_with("| "));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    rows.skip(1).map(|line| cells(line).try_into().expect("four cells a row")).collect()
}

/// What came of an event: the refusal's code, or whether the person was left out.
type Came = Result<bool, String>;

fn run<T: Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<BookingRefusal>> + Send + 'static,
) -> Result<T, String> {
    fresh.db.write_now(&fresh.who, f).map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal.code().to_owned(),
        Stop::Store(error) => panic!("{error}"),
    })
}

fn state(fresh: &Fresh, small: &Small) -> State {
    let (person, campaign) = (small.people[0], small.campaign);
    let read = fresh.db.read_now(&fresh.who, move |tx| campaigns::offer_state(tx, campaign, person));
    read.expect("read").expect("everybody has an offer")
}

/// Gives the whole course to the first person in a batch of its own.
fn publish(tx: &mut Tx<'_>, small: &Small) -> Result<bool, Stop<BookingRefusal>> {
    let opened = batch::open(tx, small.campaign)?;
    let outcome = place_many(tx, opened, &[want(small)])?;
    batch::settle_live(tx, opened)?;
    match outcome.refused.into_iter().next() {
        Some((_, refusal)) => Err(Stop::Refused(refusal)),
        None => Ok(true),
    }
}

fn want(small: &Small) -> PlaceCourse {
    let picks = vec![Pick { appointment: 1, slot: small.slots[1] }];
    PlaceCourse { person: small.people[0], campaign: small.campaign, picks }
}

fn unplace(tx: &mut Tx<'_>, small: &Small) -> Result<bool, StoreError> {
    let lead: OrganisationId = small.host;
    Ok(offer::unplaced_many(tx, small.campaign, &[(small.people[0], "no_slot".into())], lead)? > 0)
}

/// Somebody must say first whether two records are one person.
fn make_unclear(tx: &mut Tx<'_>, small: &Small) -> Result<(), StoreError> {
    let item = tx.id::<WorklistItem>();
    tx.run(
        "INSERT INTO worklist_item (partnership_id, id, kind, employer_id, person_id, other_person_id, summary, owner_role,
           owner_organisation_id, due_on, state, created_us)
         VALUES ($1, $2, 'possible_duplicate', $3, $4, $5, 'Same?', 'employer_contact', $3, '2027-01-08', 'open', 0)",
        p![tx.partnership(), item, small.employer, small.people[0], small.people[1]],
    )?;
    tx.run("DELETE FROM offer WHERE person_id = $1", p![small.people[0]])?;
    let rules = campaigns::load(tx, small.campaign)?.expect("the campaign");
    assert_eq!(offer::open_for(tx, &rules)?, 1);
    Ok(())
}

fn prepare(fresh: &Fresh, small: &Small, at: &str) {
    let (person, campaign, s) = (small.people[0], small.campaign, small.clone());
    let at = State::parse(at).expect("a state of the code");
    run(fresh, move |tx| {
        match at {
            State::Waiting => {}
            State::Unclear => make_unclear(tx, &s)?,
            State::Unplaced => assert!(unplace(tx, &s)?),
            State::Assigned => assert!(publish(tx, &s)?),
            State::Confirmed => drop(place(tx, &want(&s))?),
            State::Declined => drop(close_offer(tx, person, campaign, Reason::Declined, "said so")?),
            State::HadElsewhere => drop(close_offer(tx, person, campaign, Reason::HadElsewhere, "said so")?),
            State::Completed => offer::close(tx, campaign, person, at, "seen twice").expect("completed"),
            State::Left => assert!(campaigns::leave(tx, campaign, person, "left")?),
        }
        Ok(())
    })
    .expect("prepared");
    assert_eq!(state(fresh, small), at);
}

fn happen(fresh: &Fresh, small: &Small, event: &str) -> Came {
    let (person, campaign, s) = (small.people[0], small.campaign, small.clone());
    match event {
        "place" => run(fresh, move |tx| place(tx, &want(&s)).map(|_| true)),
        "publish" => run(fresh, move |tx| publish(tx, &s)),
        "confirm" => run(fresh, move |tx| confirm(tx, person, campaign).map(|_| true)),
        "cancel" => run(fresh, move |tx| cancel_all(tx, person, campaign).map(|_| true)),
        "decline" => run(fresh, move |tx| close_offer(tx, person, campaign, Reason::Declined, "no").map(|_| true)),
        "had elsewhere" => {
            run(fresh, move |tx| close_offer(tx, person, campaign, Reason::HadElsewhere, "there").map(|_| true))
        }
        "reopen" => {
            let before = state(fresh, small);
            run(fresh, move |tx| reopen(tx, person, campaign))?;
            Ok(state(fresh, small) != before)
        }
        "unplace" => run(fresh, move |tx| Ok(unplace(tx, &s)?)),
        "leave" => run(fresh, move |tx| Ok(campaigns::leave(tx, campaign, person, "left")?)),
        "decide" => decided(fresh),
        "check in" | "given" | "not given" | "miss" => on_the_day(fresh, small, event),
        "walk in" => walk_in(fresh, small),
        event => panic!("docs/states.md has an event that no code knows: {event}"),
    }
}

/// The day of the appointment: at its time, or an hour later for who is missing.
fn on_the_day(fresh: &Fresh, small: &Small, event: &str) -> Came {
    let (person, campaign, site) = (small.people[0], small.campaign, small.site);
    let to_the_day = if event == "miss" { 26 } else { 25 } * 3_600_000_000;
    fresh.db.clock.advance_us(to_the_day);
    let event = event.to_owned();
    let came = fresh.db.write_now(&fresh.who, move |tx| -> Result<bool, Stop<DayRefusal>> {
        if event == "miss" {
            return Ok(close_day(tx, site, date(2027, 1, 5))? > 0);
        }
        let booking = store::seen_of(tx, person, campaign)?.pop().ok_or(Stop::Refused(DayRefusal::NotFound))?;
        check_in(tx, site, &By::Booking(booking.id))?;
        let noted = match event.as_str() {
            "given" => Noted::Given(Batch::parse("B1").expect("a batch")),
            "not given" => Noted::NotGiven(WhyNot::Unwell),
            _ => return Ok(false),
        };
        note(tx, site, booking.id, 1, &noted).map(|_| true)
    });
    fresh.db.clock.advance_us(-to_the_day);
    came.map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal.code().to_owned(),
        Stop::Store(error) => panic!("{error}"),
    })
}

/// The day before the appointment.
fn walk_in(fresh: &Fresh, small: &Small) -> Came {
    let what = Give {
        site: small.site,
        person: small.people[0],
        campaign: small.campaign,
        appointment: None,
        product: None,
        batch: Batch::parse("B1").expect("a batch"),
        at: fresh.db.clock.now(),
    };
    fresh.db.write_now(&fresh.who, move |tx| give(tx, &what).map(|_| true)).map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal.code().to_owned(),
        Stop::Store(error) => panic!("{error}"),
    })
}

fn decided(fresh: &Fresh) -> Came {
    let done = fresh.db.write_now(&fresh.who, |tx| {
        let (item,) =
            tx.one("SELECT id FROM worklist_item WHERE partnership_id = $1 AND state = 'open'", p![tx.partnership()])?;
        decide(tx, item, &Decision::Different).map(|_| true)
    });
    done.map_err(|stop: Stop<ResolveRefusal>| format!("{stop:?}"))
}

fn drive(fresh: &Fresh, [at, event, _, next]: &Row) {
    let small = Small::build(fresh, 1);
    prepare(fresh, &small, at);
    let came = happen(fresh, &small, event);
    let (told, after) = (format!("{at} | {event}"), state(fresh, &small).word());
    match next.strip_prefix("refused: ") {
        Some(code) => assert_eq!((came, after), (Err(code.to_owned()), at.as_str()), "{told}"),
        None if next == "kept" => assert_eq!((came, after), (Ok(false), at.as_str()), "{told}"),
        None => assert_eq!((came, after), (Ok(true), next.as_str()), "{told}"),
    }
}

/// One store for all rows, a partnership of its own for each.
fn drive_all(mut fresh: Fresh) {
    for (row, n) in table().iter().zip(100..) {
        fresh.who.partnership = PartnershipId::from_uuid(uuid::Uuid::from_u128(n));
        drive(&fresh, row);
    }
}

fn sound(fresh: &Fresh) {
    for finding in fresh.db.read_now(&fresh.who, verify).expect("verified") {
        // Nothing seals here.
        assert!(finding.name == "I10" || finding.violations.unwrap_or(0) == 0, "{finding:?}");
    }
    assert_eq!(fresh.db.read_now(&fresh.who, lost).expect("read"), []);
}

#[test]
fn every_state_and_event_has_its_row() {
    let (table, mut events) = (table(), Vec::new());
    for [_, event, by, _] in &table {
        assert!(!by.is_empty());
        if event != "decide" && !events.contains(event) {
            events.push(event.clone());
        }
    }
    assert_eq!(events.len(), 14);
    for at in State::ALL {
        for event in &events {
            let rows = table.iter().filter(|row| row[0] == at.word() && row[1] == *event).count();
            assert_eq!(rows, 1, "{} | {event}", at.word());
        }
    }
}

#[test]
fn every_row_holds() {
    drive_all(Fresh::lite());
}

#[cfg(feature = "postgres")]
#[test]
fn every_row_holds_on_postgresql() {
    drive_all(Fresh::postgres());
}

accord::on_both_engines! {
    fn an_answer_given_while_a_plan_is_published_stands(fresh) {
        let small = Small::build(fresh, 1);
        let (person, campaign, s) = (small.people[0], small.campaign, small.clone());
        let opened = run(fresh, move |tx| {
            let opened = batch::open(tx, campaign)?;
            assert_eq!(place_many(tx, opened, &[want(&s)])?.placed, [person]);
            Ok(opened)
        }).expect("pending");
        run(fresh, move |tx| close_offer(tx, person, campaign, Reason::Declined, "no")).expect("declined");
        run(fresh, move |tx| batch::settle_live(tx, opened)).expect("live");
        assert_eq!(state(fresh, &small), State::Declined);
        let live = fresh.db.read_now(&fresh.who, move |tx| store::live_of(tx, person, campaign)).expect("read");
        assert!(live.is_empty(), "nothing is booked against a no");
    }

    fn who_leaves_while_a_plan_is_published_has_nothing_booked(fresh) {
        let small = Small::build(fresh, 1);
        let (person, campaign, s) = (small.people[0], small.campaign, small.clone());
        let opened = run(fresh, move |tx| {
            let opened = batch::open(tx, campaign)?;
            let other = PlaceCourse { person: s.people[1], ..want(&s) };
            assert_eq!(place_many(tx, opened, &[want(&s), other])?.placed.len(), 2);
            Ok(opened)
        }).expect("pending");
        assert_eq!(run(fresh, move |tx| Ok(campaigns::leave(tx, campaign, person, "left")?)), Ok(true));
        assert_eq!(run(fresh, move |tx| batch::settle_live(tx, opened)), Ok(1));
        assert_eq!(state(fresh, &small), State::Left);
        let live = fresh.db.read_now(&fresh.who, move |tx| store::live_of(tx, person, campaign)).expect("read");
        assert!(live.is_empty(), "nothing is booked for whoever is gone");
        sound(fresh);
    }

    fn who_has_a_part_of_the_course_is_not_gone(fresh) {
        let small = Small::build(fresh, 2);
        let (person, campaign, s) = (small.people[0], small.campaign, small.clone());
        run(fresh, move |tx| place(tx, &want(&s))).expect("the first of two");
        assert_eq!(state(fresh, &small), State::Waiting);
        assert_eq!(run(fresh, move |tx| Ok(campaigns::leave(tx, campaign, person, "left")?)), Ok(false), "kept");
        assert_eq!(state(fresh, &small), State::Waiting);
        sound(fresh);
        // Once they gave it back, it may be said of them.
        run(fresh, move |tx| cancel_all(tx, person, campaign)).expect("cancelled");
        assert_eq!(run(fresh, move |tx| Ok(campaigns::leave(tx, campaign, person, "left")?)), Ok(true));
        sound(fresh);
    }

    fn who_had_a_part_of_the_course_may_leave(fresh) {
        let small = Small::build(fresh, 2);
        let (person, campaign, site, s) = (small.people[0], small.campaign, small.site, small.clone());
        let id = run(fresh, move |tx| place(tx, &want(&s))).expect("the first of two")[0].id;
        fresh.db.clock.advance_us(25 * 3_600_000_000);
        fresh.db.write_now(&fresh.who, move |tx| {
            check_in(tx, site, &By::Booking(id))?;
            note(tx, site, id, 1, &Noted::Given(Batch::parse("FX 1").expect("a batch")))
        }).expect("given");
        assert_eq!(state(fresh, &small), State::Waiting, "the second is not booked");
        assert_eq!(run(fresh, move |tx| Ok(campaigns::leave(tx, campaign, person, "left")?)), Ok(true));
        assert_eq!(state(fresh, &small), State::Left);
        sound(fresh);
    }

    fn whom_nobody_looks_after_is_named(fresh) {
        let small = Small::build(fresh, 1);
        let person = small.people[0];
        assert_eq!(fresh.db.read_now(&fresh.who, lost).expect("read"), []);
        run(fresh, move |tx| Ok(tx.run("DELETE FROM offer WHERE person_id = $1", p![person])?)).expect("taken away");
        let found = fresh.db.read_now(&fresh.who, lost).expect("read");
        assert_eq!(found, [("nobody owns this person".to_owned(), person.to_string())]);
    }

    fn nobody_outside_the_campaign_has_an_offer_closed(fresh) {
        let small = Small::build(fresh, 1);
        let campaign = small.campaign;
        let no = fresh.db.write_now(&fresh.who, move |tx| {
            let stranger = tx.id();
            offer::close(tx, campaign, stranger, State::Declined, "no")
        });
        assert!(matches!(no, Err(Stop::Refused(OfferRefusal::NotInCampaign))));
    }
}
