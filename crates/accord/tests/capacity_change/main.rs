//! Capacity changes, on both engines: previewed, committed, taken back; every invariant holds after each, nobody is lost.

mod allocation;
mod random;
mod shares;
mod states;
mod told;
mod world;

use accord::base::db::Stop;
use accord::base::ids::{CapacityChangeId, SessionId};
use accord::booking::cancel::{Reason, cancel};
use accord::booking::capacity_change::{self as change, ChangeRefusal, ChangeState, Choice, Edit, What, Wish};
use accord::booking::confirm::confirm;
use accord::booking::hold::hold;
use accord::booking::place::place;
use accord::booking::store::capacity_change as rows;
use accord::booking::{BookingRefusal, PlaceCourse, batch, store};
use accord::clinic::layout::Break;
use accord::on_both_engines;
use accord::testing::Fresh;
use world::{Size, World, build, pick, read, sound, work};

pub(crate) fn wish(sessions: &[SessionId], what: What, choice: Choice) -> Wish {
    Wish {
        sessions: sessions.to_vec(),
        what,
        choice,
        edit: Edit::default(),
        reason: "The ceiling came down".into(),
        lead: "A. Lead (invented)".into(),
    }
}

/// Previews and keeps it.
pub(crate) fn preview(fresh: &Fresh, wish: &Wish) -> Result<CapacityChangeId, ChangeRefusal> {
    let asked = wish.clone();
    let draft = read(fresh, move |tx| change::draft(tx, &asked))?;
    let asked = wish.clone();
    work(fresh, move |tx| change::store_draft(tx, &asked, &draft).map_err(Stop::Store))
}

pub(crate) fn commit(fresh: &Fresh, id: CapacityChangeId) -> Result<(), ChangeRefusal> {
    work(fresh, move |tx| change::commit(tx, id))
}

pub(crate) fn finish(fresh: &Fresh, id: CapacityChangeId) {
    change::finish_now(&fresh.db, &fresh.who, id).expect("finished");
    sound(fresh);
}

pub(crate) fn undo(fresh: &Fresh, id: CapacityChangeId) -> Result<CapacityChangeId, ChangeRefusal> {
    work(fresh, move |tx| change::undo(tx, id, "A. Lead (invented)", "It held after all"))
}

pub(crate) fn state(fresh: &Fresh, id: CapacityChangeId) -> ChangeState {
    read(fresh, move |tx| rows::by_id(tx, id)).expect("there").state
}

/// Everybody of the first `n` has one appointment, spread over the first slots so many a slot; every other confirmed.
pub(crate) fn booked(fresh: &Fresh, world: &World, n: usize, a_slot: usize) {
    let courses = world.people.iter().take(n).enumerate();
    let courses = courses.map(|(at, person)| (*person, vec![pick(1, world.slots[at / a_slot].0)])).collect();
    world.assign(fresh, courses);
    let yes: Vec<_> = world.people.iter().take(n).step_by(2).copied().collect();
    world.confirm(fresh, &yes);
}

on_both_engines! {
    fn sixty_six_sessions_close_in_one_action_and_come_back(fresh) {
        let size = Size { sites: 12, days: 8, slots: 6, stations: 1, people: 420, appointments: 1 };
        let world = build(fresh, size);
        // The first 72 sessions are the first six days; days begin on the Monday on which it is 8:00.
        booked(fresh, &world, 420, 1);
        let before = world.live(fresh);
        let closed: Vec<SessionId> = world.sessions.iter().skip(4).take(66).map(|(id, ..)| *id).collect();
        let id = preview(fresh, &wish(&closed, What::Close, Choice::Move)).expect("previewed");
        assert_eq!(world.live(fresh), before, "a preview books nothing");
        let met = read(fresh, move |tx| rows::bookings_of(tx, id));
        assert_eq!(met.len(), 396, "24 slots of the first four sessions are not met");
        let planned = met.iter().filter(|row| row.to.is_some()).count();
        commit(fresh, id).expect("committed");
        finish(fresh, id);
        assert_eq!(state(fresh, id), ChangeState::Done);
        let after = world.live(fresh);
        let in_closed = |slot| world.slots.iter().any(|(s, of)| *s == slot && closed.contains(of));
        assert!(after.values().all(|(slot, ..)| !in_closed(*slot)), "nobody is left in a closed session");
        assert_eq!(after.len(), before.len() - (met.len() - planned), "as the preview said");
        assert_eq!(met.len() - planned, 20, "there are 376 other places within reach");
        let back = undo(fresh, id).expect("undone");
        finish(fresh, back);
        assert_eq!((state(fresh, id), state(fresh, back)), (ChangeState::Undone, ChangeState::Done));
        assert_eq!(world.live(fresh), before, "everybody has exactly what they had");
    }

    fn both_appointments_move_together_when_the_interval_demands_it(fresh) {
        let size = Size { sites: 1, days: 50, slots: 2, stations: 1, people: 4, appointments: 2 };
        let world = build(fresh, size);
        let day = |n: usize| world.slots[2 * n].0;
        // Nineteen to twenty-eight days apart; the first from day 0 to 20, the second from day 19.
        let (near, far) = (world.people[0], world.people[1]);
        world.assign(fresh, vec![
            (near, vec![pick(1, day(10)), pick(2, day(31))]),
            (far, vec![pick(1, day(20)), pick(2, day(39))]),
        ]);
        // Nothing is held from day 11 to 30: whoever moves their first to day 9 keeps the second, whoever can't moves both.
        let closed: Vec<SessionId> = world.sessions.iter().enumerate()
            .filter(|(n, _)| (10..=20).contains(n)).map(|(_, (id, ..))| *id).collect();
        let own = close_small_site(fresh, &world);
        let id = preview(fresh, &wish(&[closed, own].concat(), What::Close, Choice::Move)).expect("previewed");
        commit(fresh, id).expect("committed");
        finish(fresh, id);
        let days = |person| -> Vec<_> { world.bookings(fresh, person).iter().map(|b| b.date.to_string()).collect() };
        assert_eq!(days(near), ["2027-01-13", "2027-02-04"], "22 days apart: only one moved");
        assert_eq!(days(far), ["2027-01-13", "2027-02-10"], "both moved: 39 is too far from any open first day");
        let met = read(fresh, move |tx| rows::bookings_of(tx, id));
        assert_eq!(met.iter().map(|row| row.along).collect::<Vec<_>>(), [false, false, true]);
    }

    fn fewer_stations_move_only_whom_they_must_and_confirmed_people_stay(fresh) {
        let size = Size { sites: 1, days: 3, slots: 2, stations: 4, people: 4, appointments: 1 };
        let world = build(fresh, size);
        // Day 1, first slot: four people, the last two said yes.
        let slot = world.slots[2].0;
        world.assign(fresh, world.people.iter().map(|person| (*person, vec![pick(1, slot)])).collect());
        world.confirm(fresh, &world.people[2..]);
        let session = world.sessions[1].0;
        let edit = Edit { vaccinators: Some(2), rooms: Some(3), kept_walk_in: Some(1), ..Edit::default() };
        let id = preview(fresh, &Wish { edit, ..wish(&[session], What::Edit, Choice::Move) }).expect("previewed");
        commit(fresh, id).expect("committed");
        finish(fresh, id);
        for person in &world.people[2..] {
            assert_eq!(world.bookings(fresh, *person)[0].slot, slot, "who said yes stays");
        }
        for person in &world.people[..2] {
            let moved = &world.bookings(fresh, *person)[0];
            assert_eq!((moved.session, moved.slot == slot), (session, false), "the next time of the same clinic");
        }
        let facts = read(fresh, move |tx| accord::clinic::store::slot(tx, slot)).expect("there");
        assert_eq!((facts.capacity, facts.taken, facts.kept_walk_in), (2, 2, 1));
        let back = undo(fresh, id).expect("undone");
        finish(fresh, back);
        assert!(world.people.iter().all(|person| world.bookings(fresh, *person)[0].slot == slot));
        let facts = read(fresh, move |tx| accord::clinic::store::slot(tx, slot)).expect("there");
        assert_eq!((facts.capacity, facts.kept_walk_in, facts.takes_new), (4, 0, true));
    }

    fn a_break_and_longer_hours_lay_the_session_out_anew(fresh) {
        let size = Size { sites: 1, days: 2, slots: 3, stations: 1, people: 3, appointments: 1 };
        let world = build(fresh, size);
        let (session, slot) = (world.sessions[1].0, |n: usize| world.slots[3 + n].0);
        world.assign(fresh, (0..3).map(|n| (world.people[n], vec![pick(1, slot(n))])).collect());
        let edit = Edit { breaks: Some(vec![Break(550, 560)]), until_minute: Some(590), ..Edit::default() };
        let asked = Wish { edit, ..wish(&[session], What::Edit, Choice::Move) };
        let id = preview(fresh, &asked).expect("previewed");
        let seen = read(fresh, move |tx| change::look::summary(tx, id)).expect("there");
        assert_eq!((seen.move_people, seen.places()), (1, (1, 0)), "9:10 goes; 9:30 and 9:40 come");
        commit(fresh, id).expect("committed");
        finish(fresh, id);
        let moved = &world.bookings(fresh, world.people[1])[0];
        assert_eq!((moved.session, moved.starts.to_string().as_str()), (session, "2027-01-05T09:30:00Z"));
        let back = undo(fresh, id).expect("undone");
        finish(fresh, back);
        assert_eq!(world.bookings(fresh, world.people[1])[0].slot, slot(1));
    }

    fn what_changed_since_the_preview_is_left_out_listed_and_solved_anew(fresh) {
        let size = Size { sites: 2, days: 3, slots: 2, stations: 2, people: 6, appointments: 1 };
        let world = build(fresh, size);
        let closing = world.sessions[2].0;
        let slots: Vec<_> = world.slots.iter().filter(|(_, of)| *of == closing).map(|(slot, _)| *slot).collect();
        let person = |n: usize| world.people[n];
        world.assign(fresh, vec![
            (person(0), vec![pick(1, slots[0])]),
            (person(1), vec![pick(1, slots[0])]),
            (person(2), vec![pick(1, slots[1])]),
        ]);
        let id = preview(fresh, &wish(&[closing], What::Close, Choice::Move)).expect("previewed");
        // One says yes, one cancels, and somebody new comes, before the commit.
        world.confirm(fresh, &[person(0)]);
        let gone = world.bookings(fresh, person(1)).remove(0);
        work(fresh, move |tx| cancel(tx, gone.id, gone.version, Reason::ByPerson)).expect("cancelled");
        let (newcomer, campaign, slot) = (person(3), world.small.campaign, slots[1]);
        let want = PlaceCourse { person: newcomer, campaign, picks: vec![pick(1, slot)] };
        work(fresh, move |tx| place(tx, &want)).expect("booked");
        // And what the preview meant for the third is taken by others.
        let meant = read(fresh, move |tx| rows::bookings_of(tx, id)).iter().find(|row| row.person == person(2)).expect("met").to;
        let meant = meant.expect("a place");
        for n in [4, 5] {
            let want = PlaceCourse { person: person(n), campaign, picks: vec![pick(1, meant)] };
            drop(work(fresh, move |tx| place(tx, &want)));
        }
        commit(fresh, id).expect("committed");
        finish(fresh, id);
        for n in [0, 2, 3] {
            let now = &world.bookings(fresh, person(n))[0];
            assert!(now.session != closing && now.state.word() == "assigned", "{n}: {now:?}");
        }
        assert_eq!(world.bookings(fresh, person(1)), vec![], "who cancelled is left alone");
        let seen = read(fresh, move |tx| change::look::summary(tx, id)).expect("there");
        assert_eq!((seen.move_people, seen.open_people), (3, 0));
        assert!(seen.anew_people >= 3, "{seen:?}");
        assert_eq!(seen.left_out, [("changed_meanwhile".to_owned(), 1)]);
    }

    fn what_is_cut_off_goes_on_and_nobody_is_lost_in_between(fresh) {
        let size = Size { sites: 4, days: 6, slots: 4, stations: 1, people: 40, appointments: 1 };
        let world = build(fresh, size);
        booked(fresh, &world, 40, 1);
        let before = world.live(fresh);
        let closed: Vec<SessionId> = world.sessions[4..10].iter().map(|(id, ..)| *id).collect();
        let id = preview(fresh, &wish(&closed, What::Close, Choice::Move)).expect("previewed");
        commit(fresh, id).expect("committed");
        // Whoever was at it is gone after each transaction; another one goes on.
        let mut steps = 0;
        while state(fresh, id) == ChangeState::UnderWay {
            let next = work(fresh, move |tx| change::step(tx, id, 2)).expect("a step");
            sound(fresh);
            if next == change::Next::Solve {
                let solved = read(fresh, move |tx| change::solve(tx, id));
                work(fresh, move |tx| change::store_solved(tx, id, &solved)).expect("kept");
            }
            steps += 1;
            assert!(steps < 60, "it comes to an end");
        }
        assert!(steps > 10, "{steps} steps");
        assert_eq!(world.live(fresh).len(), 40);
        assert_eq!(commit(fresh, id), Ok(()), "a second commit changes nothing");
        let back = undo(fresh, id).expect("undone");
        assert_eq!(read(fresh, change::under_way), [back]);
        work(fresh, move |tx| change::step(tx, back, 3)).expect("a step");
        sound(fresh);
        finish(fresh, back);
        assert_eq!(world.live(fresh), before);
    }

    fn cancelled_people_stand_on_the_leads_list_and_come_back(fresh) {
        let size = Size { sites: 1, days: 2, slots: 2, stations: 2, people: 3, appointments: 1 };
        let world = build(fresh, size);
        booked(fresh, &world, 3, 1);
        let before = world.live(fresh);
        let id = preview(fresh, &wish(&[world.sessions[0].0, world.sessions[1].0], What::Close, Choice::Cancel)).expect("previewed");
        commit(fresh, id).expect("committed");
        finish(fresh, id);
        assert_eq!(world.live(fresh).len(), 0);
        let owners = read(fresh, |tx| tx.all::<(String, String, String)>(
            "SELECT DISTINCT state, owner_role, COALESCE(reason, '') FROM offer WHERE reason IS NOT NULL", &[]));
        assert_eq!(owners, [("waiting".into(), "campaign_lead".into(), "clinic_changed".into())]);
        let back = undo(fresh, id).expect("undone");
        finish(fresh, back);
        assert_eq!(world.live(fresh), before);
        assert_eq!(undo(fresh, id), Err(ChangeRefusal::NotNow { state: "undone" }));
    }

    fn a_session_that_takes_nothing_new_keeps_its_people(fresh) {
        let size = Size { sites: 1, days: 2, slots: 2, stations: 2, people: 3, appointments: 1 };
        let world = build(fresh, size);
        booked(fresh, &world, 2, 2);
        let before = world.live(fresh);
        let (person, campaign) = (world.people[2], world.small.campaign);
        let want = PlaceCourse { person, campaign, picks: vec![pick(1, world.slots[1].0)] };
        let held = want.clone();
        work(fresh, move |tx| hold(tx, &held)).expect("held");
        let id = preview(fresh, &wish(&[world.sessions[0].0], What::StopNew, Choice::Honour)).expect("previewed");
        commit(fresh, id).expect("committed");
        finish(fresh, id);
        assert_eq!(world.live(fresh), before);
        let again = want.clone();
        assert_eq!(work(fresh, move |tx| place(tx, &again)), Err(BookingRefusal::SessionClosed));
        assert_eq!(read(fresh, move |tx| store::holds_of(tx, person, campaign)), vec![], "the hold is given back");
        let said = world.people[0];
        work(fresh, move |tx| confirm(tx, said, campaign)).expect("who is booked may still say yes");
        let open = preview(fresh, &wish(&[world.sessions[0].0], What::Open, Choice::Honour)).expect("previewed");
        commit(fresh, open).expect("committed");
        finish(fresh, open);
        work(fresh, move |tx| place(tx, &want)).expect("open again");
        sound(fresh);
    }

    fn what_makes_no_sense_is_refused_and_leaves_nothing(fresh) {
        let size = Size { sites: 2, days: 2, slots: 2, stations: 2, people: 2, appointments: 1 };
        let world = build(fresh, size);
        let one = &[world.sessions[0].0][..];
        let asked = wish(one, What::Edit, Choice::Move);
        let refused = |wish: Wish| preview(fresh, &wish).expect_err("refused");
        assert_eq!(refused(wish(&[], What::Close, Choice::Move)), ChangeRefusal::NoSuchSession);
        assert_eq!(refused(Wish { reason: " ".into(), ..asked.clone() }), ChangeRefusal::NoReason);
        assert_eq!(refused(Wish { lead: String::new(), ..asked.clone() }), ChangeRefusal::NoReason);
        assert_eq!(refused(asked.clone()), ChangeRefusal::NothingToDo);
        assert_eq!(refused(wish(one, What::Open, Choice::Move)), ChangeRefusal::NothingToDo);
        let until = Edit { until_minute: Some(500), ..Edit::default() };
        assert!(matches!(refused(Wish { edit: until, ..asked.clone() }), ChangeRefusal::Settings { what: "until", .. }));
        let id = preview(fresh, &wish(one, What::Close, Choice::Move)).expect("previewed");
        let other = preview(fresh, &wish(one, What::StopNew, Choice::Honour)).expect("previewed");
        commit(fresh, id).expect("committed");
        assert_eq!(commit(fresh, other), Err(ChangeRefusal::Outdated), "the session changed since");
        finish(fresh, id);
        // A plan that is just booking there must come to its end first.
        let (campaign, slot) = (world.small.campaign, world.slots[2].0);
        let want = PlaceCourse { person: world.people[0], campaign, picks: vec![pick(1, slot)] };
        let two = preview(fresh, &wish(&[world.sessions[1].0], What::Close, Choice::Move)).expect("previewed");
        let pending = work(fresh, move |tx| {
            let id = batch::open(tx, campaign)?;
            accord::booking::place::place_many(tx, id, std::slice::from_ref(&want)).map(|_| id)
        }).expect("pending");
        assert_eq!(commit(fresh, two), Err(ChangeRefusal::PlanUnderWay));
        work(fresh, move |tx| batch::settle_live(tx, pending)).expect("live");
        commit(fresh, two).expect("committed");
        finish(fresh, two);
        fresh.db.clock.advance_us(3 * 24 * 3_600_000_000);
        assert_eq!(refused(wish(&[world.sessions[2].0], What::Close, Choice::Move)), ChangeRefusal::Past);
        let late = preview(fresh, &Wish { sessions: own_sessions(fresh, &world, 9), ..wish(one, What::Close, Choice::Move) }).expect("previewed");
        fresh.db.clock.advance_us(25 * 3_600_000_000);
        assert_eq!(commit(fresh, late), Err(ChangeRefusal::Outdated), "a day old");
        fresh.db.clock.advance_us(7 * 24 * 3_600_000_000);
        assert_eq!(undo(fresh, id), Err(ChangeRefusal::TooLate));
    }
}

/// The sessions of the small partnership's own site from a day on.
pub(crate) fn own_sessions(fresh: &Fresh, world: &World, from: usize) -> Vec<SessionId> {
    let slots = world.small.slots[from..].to_vec();
    let facts = read(fresh, move |tx| accord::clinic::store::slots_by_ids(tx, &slots));
    facts.into_iter().map(|slot| slot.session).collect()
}

/// Its other site must not be where people go.
pub(crate) fn close_small_site(fresh: &Fresh, world: &World) -> Vec<SessionId> {
    own_sessions(fresh, world, 0)
}
