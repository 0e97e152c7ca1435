//! Two thousand people of sixty-six sessions: how long the preview takes, and the longest turn of the writer. Printed, not
//! judged: `cargo test --release -p accord --test capacity_change scale -- --nocapture`.

use crate::world::{Size, build, pick, read, sound};
use crate::{commit, preview, undo, wish};
use accord::base::db::Stop;
use accord::base::ids::CapacityChangeId;
use accord::booking::capacity_change::{Choice, Next, What, solve, step, store_solved};
use accord::on_both_engines;
use accord::testing::Fresh;
use std::time::Duration;

/// What a piece of work took, by the machine's clock.
fn timed<T>(f: impl FnOnce() -> T) -> (T, Duration) {
    let before = accord::base::clock::machine_now();
    let done = f();
    let took = accord::base::clock::machine_now().as_microsecond() - before.as_microsecond();
    (done, Duration::from_micros(took.unsigned_abs()))
}

/// All steps, and the longest of them.
fn worked_off(fresh: &Fresh, id: CapacityChangeId) -> (Duration, Duration) {
    let (mut all, mut longest) = (Duration::ZERO, Duration::ZERO);
    loop {
        let (next, took) = timed(|| fresh.db.write_now(&fresh.who, move |tx| step(tx, id, 12)).expect("a step"));
        (all, longest) = (all + took, longest.max(took));
        if next == Next::Settled {
            return (all, longest);
        }
        if next == Next::Solve {
            let solved = read(fresh, move |tx| solve(tx, id));
            let keep = move |tx: &mut accord::base::db::Tx<'_>| {
                store_solved(tx, id, &solved).map_err(|stop| match stop {
                    Stop::Store(error) => Stop::Store(error),
                    Stop::Refused(refusal) => Stop::Refused(format!("{refusal:?}")),
                })
            };
            let (next, took) = timed(|| fresh.db.write_now(&fresh.who, keep).expect("kept"));
            (all, longest) = (all + took, longest.max(took));
            if next == Next::Settled {
                return (all, longest);
            }
        }
    }
}

on_both_engines! {
    fn two_thousand_people_of_sixty_six_sessions(fresh) {
        let size = Size { sites: 12, days: 14, slots: 16, stations: 2, people: 2_000, appointments: 1 };
        let world = build(fresh, size);
        let closed: Vec<_> = world.sessions.iter().skip(24).take(66).map(|(id, ..)| *id).collect();
        let slots: Vec<_> = world.slots.iter().filter(|(_, of)| closed.contains(of)).map(|(slot, _)| *slot).collect();
        let courses = world.people.iter().enumerate();
        world.assign(fresh, courses.map(|(n, person)| (*person, vec![pick(1, slots[n / 2])])).collect());
        let before = world.live(fresh);
        let (id, took) = timed(|| preview(fresh, &wish(&closed, What::Close, Choice::Move)).expect("previewed"));
        let (_, stop) = timed(|| commit(fresh, id).expect("committed"));
        let (all, longest) = worked_off(fresh, id);
        println!("preview {took:?}; sessions stopped in {stop:?}; 2,000 people in {all:?}, longest turn {longest:?}");
        sound(fresh);
        let back = undo(fresh, id).expect("undone");
        let (all, longest) = worked_off(fresh, back);
        println!("undo {all:?}, longest turn {longest:?}");
        sound(fresh);
        assert_eq!(world.live(fresh), before);
    }
}
