//! The tables of `docs/states.md` on sessions and capacity changes, row by row on both engines.

use crate::world::{Size, World, build, pick, read, sound, work};
use crate::{commit, finish, preview, state, undo, wish};
use accord::base::ids::CapacityChangeId;
use accord::base::refusal::Refusal;
use accord::booking::PlaceCourse;
use accord::booking::capacity_change::{self as change, ChangeRefusal, Choice, Edit, What, Wish};
use accord::booking::place::place;
use accord::clinic::store::layout::laid;
use accord::on_both_engines;
use accord::testing::Fresh;

/// The rows under a heading, cell by cell.
fn table(heading: &str) -> Vec<Vec<String>> {
    let page = include_str!("../../../../docs/states.md");
    let part = page.split(heading).nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the table");
    let rows = part.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn small(fresh: &Fresh) -> World {
    build(fresh, Size { sites: 1, days: 2, slots: 2, stations: 2, people: 2, appointments: 1 })
}

fn takes(fresh: &Fresh, world: &World) -> &'static str {
    let id = world.sessions[1].0;
    read(fresh, move |tx| laid(tx, &[id])).remove(0).settings.takes.word()
}

/// Changes the session; its code where it is refused.
fn change_to(fresh: &Fresh, world: &World, what: What, choice: Choice) -> Result<(), &'static str> {
    let edit = Edit { kept_walk_in: (what == What::Edit).then_some(1), ..Edit::default() };
    let asked = Wish { edit, ..wish(&[world.sessions[1].0], what, choice) };
    let id = preview(fresh, &asked).map_err(|no| no.code())?;
    commit(fresh, id).map_err(|no| no.code())?;
    finish(fresh, id);
    Ok(())
}

fn bring(fresh: &Fresh, world: &World, to: &str) {
    let done = match to {
        "honoured" => change_to(fresh, world, What::StopNew, Choice::Honour),
        "closed" => change_to(fresh, world, What::Close, Choice::Move),
        _ => Ok(()),
    };
    assert_eq!(done, Ok(()));
    assert_eq!(takes(fresh, world), to);
}

/// state | event | next state | a new booking
fn session(fresh: &Fresh, row: &[String]) {
    let world = small(fresh);
    bring(fresh, &world, &row[0]);
    let done = match row[1].as_str() {
        "close and move" => change_to(fresh, &world, What::Close, Choice::Move),
        "close and honour" => change_to(fresh, &world, What::Close, Choice::Honour),
        "close and cancel" => change_to(fresh, &world, What::Close, Choice::Cancel),
        "stop new" => change_to(fresh, &world, What::StopNew, Choice::Honour),
        "open" => change_to(fresh, &world, What::Open, Choice::Move),
        "edit" => change_to(fresh, &world, What::Edit, Choice::Move),
        event => panic!("docs/states.md has an event that no code knows: {event}"),
    };
    let next = done.map_or_else(|code| format!("refused: {code}"), |()| takes(fresh, &world).to_owned());
    assert_eq!(next, row[2], "{row:?}");
    let want =
        PlaceCourse { person: world.people[0], campaign: world.small.campaign, picks: vec![pick(1, world.slots[2].0)] };
    let booked =
        work(fresh, move |tx| place(tx, &want)).map_or_else(|no| format!("refused: {}", no.code()), |_| "taken".into());
    assert_eq!(booked, row[3], "{row:?}");
    sound(fresh);
}

/// A change of one person's session in the state asked for; for an undone one, the change that was taken back.
fn bring_change(fresh: &Fresh, world: &World, to: &str) -> CapacityChangeId {
    world.assign(fresh, vec![(world.people[0], vec![pick(1, world.slots[2].0)])]);
    let id = preview(fresh, &wish(&[world.sessions[1].0], What::Close, Choice::Move)).expect("previewed");
    match to {
        "preview" => {}
        "abandoned" => work(fresh, move |tx| change::abandon(tx, id)).expect("abandoned"),
        _ => commit(fresh, id).expect("committed"),
    }
    if matches!(to, "done" | "undone") {
        finish(fresh, id);
    }
    if to == "undone" {
        finish(fresh, undo(fresh, id).expect("undone"));
    }
    assert_eq!(state(fresh, id).word(), to);
    id
}

/// state | event | next state
fn capacity_change(fresh: &Fresh, row: &[String]) {
    let world = small(fresh);
    let id = bring_change(fresh, &world, &row[0]);
    let done: Result<(), ChangeRefusal> = match row[1].as_str() {
        "commit" => commit(fresh, id),
        "abandon" => work(fresh, move |tx| change::abandon(tx, id)),
        "work off" => {
            finish(fresh, id);
            Ok(())
        }
        "undo" => undo(fresh, id).map(|back| finish(fresh, back)),
        "undo after people were told" => {
            work(fresh, move |tx| change::told(tx, id)).expect("told");
            undo(fresh, id).map(|back| assert_eq!(state(fresh, back).word(), "preview"))
        }
        event => panic!("docs/states.md has an event that no code knows: {event}"),
    };
    let next = done.map_or_else(|no| format!("refused: {}", no.code()), |()| state(fresh, id).word().to_owned());
    assert_eq!(next, row[2], "{row:?}");
    sound(fresh);
}

on_both_engines! {
    fn every_row_of_sessions(fresh) {
        let rows = table("\n## Session\n");
        assert_eq!(rows.len(), 18, "three states, six events");
        session(fresh, &rows[0]);
    }
    fn every_row_of_changes(fresh) {
        let rows = table("\n## Capacity change\n");
        assert_eq!(rows.len(), 25, "five states, five events");
        capacity_change(fresh, &rows[0]);
    }
}

#[test]
fn every_row_on_the_embedded_store() {
    table("\n## Session\n").iter().for_each(|row| session(&Fresh::lite(), row));
    table("\n## Capacity change\n").iter().for_each(|row| capacity_change(&Fresh::lite(), row));
}

#[cfg(feature = "postgres")]
#[test]
fn every_row_on_postgresql() {
    table("\n## Session\n").iter().for_each(|row| session(&Fresh::postgres(), row));
    table("\n## Capacity change\n").iter().for_each(|row| capacity_change(&Fresh::postgres(), row));
}
