//! Capacity changes, on both engines: previewed, committed, taken back; every invariant holds after each, nobody is lost.

mod world;

use accord::base::db::Stop;
use accord::base::ids::{CapacityChangeId, SessionId};
use accord::booking::capacity_change::{self as change, ChangeRefusal, ChangeState, Choice, Edit, What, Wish};
use accord::booking::store::capacity_change as rows;
use accord::on_both_engines;
use accord::testing::Fresh;
use world::{Size, World, build, pick, read, sound, work};

pub fn wish(sessions: &[SessionId], what: What, choice: Choice) -> Wish {
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
pub fn preview(fresh: &Fresh, wish: &Wish) -> Result<CapacityChangeId, ChangeRefusal> {
    let asked = wish.clone();
    let draft = read(fresh, move |tx| change::draft(tx, &asked))?;
    let asked = wish.clone();
    work(fresh, move |tx| change::store_draft(tx, &asked, &draft).map_err(Stop::Store))
}

pub fn commit(fresh: &Fresh, id: CapacityChangeId) -> Result<(), ChangeRefusal> {
    work(fresh, move |tx| change::commit(tx, id))
}

pub fn finish(fresh: &Fresh, id: CapacityChangeId) {
    change::finish_now(&fresh.db, &fresh.who, id).expect("finished");
    sound(fresh);
}

pub fn undo(fresh: &Fresh, id: CapacityChangeId) -> Result<CapacityChangeId, ChangeRefusal> {
    work(fresh, move |tx| change::undo(tx, id, "A. Lead (invented)", "It held after all"))
}

pub fn state(fresh: &Fresh, id: CapacityChangeId) -> ChangeState {
    read(fresh, move |tx| rows::by_id(tx, id)).expect("there").state
}

/// Everybody of the first `n` has one appointment, spread over the first slots so many a slot; every other confirmed.
pub fn booked(fresh: &Fresh, world: &World, n: usize, a_slot: usize) {
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
}
