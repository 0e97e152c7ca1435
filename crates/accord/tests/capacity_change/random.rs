//! Any sequence of changes, bookings, answers and undos, from a seed: everything holds after each step, and an undo right
//! after a commit gives everybody exactly what they had.

use crate::world::{Size, World, build, pick, read, sound, work};
use crate::{commit, finish, preview, undo, wish};
use accord::base::ids::{CapacityChangeId, SessionId};
use accord::booking::PlaceCourse;
use accord::booking::cancel::cancel_all;
use accord::booking::capacity_change::{self as change, ChangeState, Choice, Edit, What, Wish};
use accord::booking::confirm::confirm;
use accord::booking::place::place;
use accord::booking::store::capacity_change as rows;
use accord::clinic::layout::Break;
use accord::on_both_engines;
use accord::testing::Fresh;

/// A small generator of our own: the same seed, the same story.
struct Dice(u64);

impl Dice {
    fn upto(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n.max(1)
    }
}

fn book(fresh: &Fresh, world: &World, dice: &mut Dice, course: u16) {
    let person = world.people[dice.upto(world.people.len())];
    let first = dice.upto(world.slots.len() / 2);
    let mut picks = vec![pick(1, world.slots[first].0)];
    if course > 1 {
        picks.push(pick(2, world.slots[dice.upto(world.slots.len())].0));
    }
    let want = PlaceCourse { person, campaign: world.small.campaign, picks };
    drop(work(fresh, move |tx| place(tx, &want)));
}

fn answer(fresh: &Fresh, world: &World, dice: &mut Dice) {
    let (person, campaign) = (world.people[dice.upto(world.people.len())], world.small.campaign);
    if dice.upto(3) == 0 {
        drop(work(fresh, move |tx| cancel_all(tx, person, campaign)));
    } else {
        drop(work(fresh, move |tx| confirm(tx, person, campaign)));
    }
}

fn asked(world: &World, dice: &mut Dice) -> Wish {
    let n = 1 + dice.upto(6);
    let sessions: Vec<SessionId> = (0..n).map(|_| world.sessions[dice.upto(world.sessions.len())].0).collect();
    let what = [What::Close, What::StopNew, What::Open, What::Edit, What::Edit][dice.upto(5)];
    let choice = [Choice::Move, Choice::Move, Choice::Honour, Choice::Cancel][dice.upto(4)];
    let edit = match dice.upto(4) {
        0 => Edit { vaccinators: Some(1), rooms: Some(2), ..Edit::default() },
        1 => Edit { vaccinators: Some(3), rooms: Some(3), kept_walk_in: Some(1), ..Edit::default() },
        2 => Edit { until_minute: Some(550 + 10 * u16::try_from(dice.upto(4)).unwrap_or(0)), ..Edit::default() },
        _ => {
            Edit { breaks: Some(vec![Break(550, 560)]), people_max: Some(3), kept_assisted: Some(1), ..Edit::default() }
        }
    };
    Wish { edit, ..wish(&sessions, what, choice) }
}

fn story(fresh: &Fresh, seed: u64, course: u16) {
    let size = Size {
        sites: 2,
        days: if course > 1 { 40 } else { 6 },
        slots: 3,
        stations: 2,
        people: 14,
        appointments: course,
    };
    let world = build(fresh, size);
    let mut dice = Dice(seed);
    let mut done: Vec<CapacityChangeId> = Vec::new();
    for step in 0..40 {
        match dice.upto(8) {
            0..=3 => book(fresh, &world, &mut dice, course),
            4 => answer(fresh, &world, &mut dice),
            5 | 6 => {
                let Ok(id) = preview(fresh, &asked(&world, &mut dice)) else { continue };
                if dice.upto(3) == 0 {
                    // Something happens between the preview and the commit.
                    book(fresh, &world, &mut dice, course);
                    answer(fresh, &world, &mut dice);
                    if commit(fresh, id).is_ok() {
                        finish(fresh, id);
                        done.push(id);
                    }
                    continue;
                }
                let before = world.live(fresh);
                commit(fresh, id).expect("nothing happened since");
                finish(fresh, id);
                if dice.upto(2) == 0 {
                    let back = undo(fresh, id).expect("undone");
                    finish(fresh, back);
                    assert_eq!(world.live(fresh), before, "seed {seed}, step {step}: not what it was");
                } else {
                    done.push(id);
                }
            }
            _ => {
                let Some(id) = done.pop() else { continue };
                let known = read(fresh, move |tx| rows::by_id(tx, id)).expect("there");
                if known.state == ChangeState::Done
                    && let Ok(back) = undo(fresh, id)
                {
                    finish(fresh, back);
                }
            }
        }
        sound(fresh);
    }
    assert_eq!(read(fresh, change::under_way), vec![]);
}

on_both_engines! {
    fn stories_of_one_appointment_end_well(fresh) {
        story(fresh, 1, 1);
    }
    fn stories_of_two_appointments_end_well(fresh) {
        story(fresh, 2, 2);
    }
}

#[test]
fn many_stories_end_well() {
    for seed in 10..34 {
        story(&Fresh::lite(), seed, 1 + u16::try_from(seed % 2).unwrap_or(0));
    }
}
