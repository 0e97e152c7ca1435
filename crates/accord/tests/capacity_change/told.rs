//! What has to be told: events that hold no personal data, and an undo after messages were released.

use crate::world::{Size, build, pick, read, sound, work};
use crate::{booked, commit, finish, preview, state, undo, wish};
use accord::booking::PlaceCourse;
use accord::booking::cancel::{Reason, cancel};
use accord::booking::capacity_change::{self as change, ChangeState, Choice, What};
use accord::booking::place::place;
use accord::booking::store::change_list;
use accord::{on_both_engines, p};

on_both_engines! {
    fn each_person_has_an_event_and_a_silent_undo_takes_it_off_the_list(fresh) {
        let world = build(fresh, Size { sites: 2, days: 3, slots: 2, stations: 1, people: 4, appointments: 1 });
        booked(fresh, &world, 4, 1);
        let id = preview(fresh, &wish(&[world.sessions[0].0, world.sessions[1].0], What::Close, Choice::Move)).expect("previewed");
        assert_eq!(read(fresh, change_list::waiting_counts), vec![]);
        commit(fresh, id).expect("committed");
        finish(fresh, id);
        assert_eq!(read(fresh, change_list::waiting_counts), [("tell.moved".to_owned(), 4)]);
        let told = read(fresh, |tx| tx.all::<(String,)>("SELECT payload FROM event WHERE kind = 'tell.moved'", p![]));
        assert!(told.iter().all(|(payload,)| !payload.contains("Someone") && payload.contains("\"was\":")), "{told:?}");
        assert_eq!(read(fresh, |tx| change_list::waiting(tx, Some("tell.moved"), (2, 1))).len(), 2);
        let back = undo(fresh, id).expect("undone");
        finish(fresh, back);
        assert_eq!(read(fresh, change_list::waiting_counts), vec![], "nobody has anything to hear");
    }

    fn once_people_were_told_an_undo_is_a_proposal_with_its_own_count(fresh) {
        let world = build(fresh, Size { sites: 2, days: 3, slots: 2, stations: 1, people: 6, appointments: 1 });
        booked(fresh, &world, 4, 1);
        let before = world.live(fresh);
        let id = preview(fresh, &wish(&[world.sessions[0].0, world.sessions[1].0], What::StopNew, Choice::Honour)).expect("previewed");
        commit(fresh, id).expect("committed");
        finish(fresh, id);
        let moved = preview(fresh, &wish(&[world.sessions[0].0, world.sessions[1].0], What::Close, Choice::Move)).expect("previewed");
        commit(fresh, moved).expect("committed");
        finish(fresh, moved);
        work(fresh, move |tx| change::told(tx, moved)).expect("released");
        let back = undo(fresh, moved).expect("a proposal");
        assert_eq!((state(fresh, moved), state(fresh, back)), (ChangeState::Done, ChangeState::Preview));
        // One changes it themselves before the commit of the undo.
        let own = world.bookings(fresh, world.people[0]).remove(0);
        work(fresh, move |tx| cancel(tx, own.id, own.version, Reason::ByPerson)).expect("cancelled");
        let seen = read(fresh, move |tx| change::look::summary(tx, back)).expect("there");
        let forecast = seen.forecast.expect("an undo that waits says what it would come to");
        assert_eq!((forecast.back, forecast.changed, forecast.gone), (3, 1, 0));
        commit(fresh, back).expect("committed");
        finish(fresh, back);
        assert_eq!(read(fresh, change_list::waiting_counts), [("tell.moved_back".to_owned(), 3)]);
        let after = world.live(fresh);
        assert!(before.iter().filter(|((person, _), _)| *person != world.people[0]).all(|(key, was)| after.get(key) == Some(was)));
    }

    fn a_place_that_is_gone_is_not_taken_from_anybody(fresh) {
        let world = build(fresh, Size { sites: 1, days: 3, slots: 1, stations: 1, people: 2, appointments: 1 });
        let slot = world.slots[1].0;
        world.assign(fresh, vec![(world.people[0], vec![pick(1, slot)])]);
        let edit = change::Edit { from_minute: Some(560), until_minute: Some(570), ..change::Edit::default() };
        let asked = change::Wish { edit, ..wish(&[world.sessions[1].0], What::Edit, Choice::Cancel) };
        let id = preview(fresh, &asked).expect("previewed");
        commit(fresh, id).expect("committed");
        finish(fresh, id);
        work(fresh, move |tx| change::told(tx, id)).expect("released");
        let back = undo(fresh, id).expect("a proposal");
        let open = preview(fresh, &change::Wish {
            edit: change::Edit { from_minute: Some(540), ..change::Edit::default() },
            ..wish(&[world.sessions[1].0], What::Edit, Choice::Honour)
        }).expect("previewed");
        commit(fresh, open).expect("committed");
        finish(fresh, open);
        let want = PlaceCourse { person: world.people[1], campaign: world.small.campaign, picks: vec![pick(1, slot)] };
        work(fresh, move |tx| place(tx, &want)).expect("taken");
        assert_eq!(commit(fresh, back), Err(change::ChangeRefusal::Outdated), "the session was changed since");
        sound(fresh);
    }
}
