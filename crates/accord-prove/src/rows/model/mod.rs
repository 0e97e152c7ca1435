//! The model row: random sequences of commands on SQLite, on PostgreSQL and on a model in plain lists. After each command
//! the three must have answered the same and look the same; at the end both stores have one fingerprint, every invariant
//! holds and nobody is lost. A sequence that fails is cut down to a short one before it is shown.

mod command;
mod oracle;
mod store;
mod view;
mod world;

use crate::how::{Failed, How, Proved, say};
use accord::base::clock::Chance;
use accord::base::db::{Db, Place};
use accord::base::fingerprint;
use command::{Command, Drawn};
use oracle::Oracle;
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use std::collections::BTreeMap;
use store::Store;
use world::World;

pub const BAR: &str = "10,000 sequences: SQLite = PostgreSQL = model in every answer and row";

/// Commands of a sequence.
const LENGTH: usize = 60;

/// A world on each engine; the second is missing where nothing is compared with PostgreSQL.
struct Stages {
    lite: Db,
    world: World,
    postgres: Option<Place>,
    course: usize,
}

pub fn run(how: &How) -> Result<Proved, Failed> {
    let (sequences, on_postgres) = (how.of(300, 10_000), how.of(50, 10_000));
    let stages = [stages(1)?, stages(2)?];
    let mut answers: BTreeMap<String, u64> = BTreeMap::new();
    for nth in 0..sequences {
        let seed = how.seed.wrapping_mul(1_000_003).wrapping_add(nth);
        let stage = &stages[(nth % 2) as usize];
        let commands = draw(stage, seed);
        let both = nth < on_postgres;
        if let Err(why) = play(stage, seed, both, &commands, &mut answers) {
            let (short, why) = shortest(stage, seed, both, commands, why);
            short.iter().for_each(|command| say(format!("{command:?}")));
            let figure = format!("sequence {nth} fails, cut to {} commands: {why}", short.len());
            return Ok(Proved { figure, holds: false, more: Vec::new() });
        }
        if (nth + 1) % 100 == 0 {
            say(format!("{} of {sequences} sequences", nth + 1));
        }
    }
    let refusals = answers.keys().filter(|answer| answer.as_str() != "ok").count();
    let figure = format!(
        "{sequences} sequences of {LENGTH} commands equal on SQLite and model, {} of them on PostgreSQL too; {refusals} kinds of refusal met",
        on_postgres.min(sequences),
    );
    let more = answers.into_iter().map(|(answer, times)| (answer, times.to_string())).collect();
    // A walk that meets few refusals would prove little.
    Ok(Proved { figure, holds: refusals >= 20, more })
}

fn stages(course: u16) -> Result<Stages, Failed> {
    let (lite, world) = world::in_memory(course)?;
    Ok(Stages { lite, postgres: postgres(course, &world)?, world, course: usize::from(course) })
}

#[cfg(feature = "postgres")]
fn postgres(course: u16, world: &World) -> Result<Option<Place>, Failed> {
    let (place, there) = world::in_postgres(course)?;
    if there.people != world.people || there.slots != world.slots {
        return Err("the two worlds have other ids".into());
    }
    Ok(Some(place))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: u16, _: &World) -> Result<Option<Place>, Failed> {
    Ok(None)
}

fn first(stage: &Stages) -> Oracle {
    Oracle::new(stage.course, world::BEGIN, world::CAPACITY, world::ALLOCATION, world::STOCK)
}

/// A sequence that follows the model's clock, so that its days are near.
fn draw(stage: &Stages, seed: u64) -> Vec<Command> {
    let (mut rng, mut model) = (Pcg64Mcg::seed_from_u64(seed), first(stage));
    let mut commands = Vec::with_capacity(LENGTH);
    for _ in 0..LENGTH {
        let command = Drawn { rng: &mut rng, today: model.today(), course: stage.course }.command();
        model.apply(&command).ok();
        commands.push(command);
    }
    commands
}

/// Plays a sequence; why two of the three differ, if they do.
fn play(
    stage: &Stages,
    seed: u64,
    both: bool,
    commands: &[Command],
    answers: &mut BTreeMap<String, u64>,
) -> Result<(), String> {
    let lite = stage.lite.copied(world::clock(), Chance::seeded(seed)).map_err(|e| e.to_string())?;
    let mut stores = vec![Store::new("SQLite", lite, &stage.world)];
    let copy = both.then(|| opened(stage, seed)).transpose()?.flatten();
    if let Some((_, db)) = &copy {
        stores.push(Store::new("PostgreSQL", db.clone(), &stage.world));
    }
    let played = all(stage, &mut stores, commands, answers);
    drop(stores);
    if let Some((place, db)) = copy {
        drop(db);
        drop_copy(&place);
    }
    played
}

#[cfg(feature = "postgres")]
fn opened(stage: &Stages, seed: u64) -> Result<Option<(Place, Db)>, String> {
    let Some(of) = &stage.postgres else { return Ok(None) };
    let place = accord::testing::copied_database(of);
    let db = Db::open(&place, world::clock(), Chance::seeded(seed)).map_err(|e| e.to_string())?;
    Ok(Some((place, db)))
}

#[cfg(not(feature = "postgres"))]
fn opened(_: &Stages, _: u64) -> Result<Option<(Place, Db)>, String> {
    Ok(None)
}

#[cfg(feature = "postgres")]
fn drop_copy(place: &Place) {
    accord::testing::drop_database(place);
}

#[cfg(not(feature = "postgres"))]
fn drop_copy(_: &Place) {}

fn all(
    stage: &Stages,
    stores: &mut [Store<'_>],
    commands: &[Command],
    answers: &mut BTreeMap<String, u64>,
) -> Result<(), String> {
    let mut model = first(stage);
    for (at, command) in commands.iter().enumerate() {
        let told = |what: String| format!("command {at}, {command:?}: {what}");
        let before = model.clone();
        // A sweep with a limit may choose among holds that end at one instant: what it chose is taken over.
        let choice = matches!(command, Command::SweepHolds { limit } if before.idle() > *limit as usize);
        let said = if choice { Ok(()) } else { model.apply(command).map_err(str::to_owned) };
        *answers.entry(said.clone().err().unwrap_or_else(|| "ok".to_owned())).or_default() += 1;
        for store in stores.iter_mut() {
            let heard = store.apply(&before, command);
            if heard != said {
                return Err(told(format!("the model says {said:?}, {} {heard:?}", store.name)));
            }
            let (view, booked) = store.view().map_err(|e| told(e.to_string()))?;
            if choice {
                model.holds_left(&view.held);
            }
            if let Some(difference) = model.view().difference(&view) {
                return Err(told(format!("the model and {} differ in {difference}", store.name)));
            }
            number(store, &model, &booked);
        }
    }
    at_the_end(stores)
}

/// Gives the bookings that are new the model's numbers.
fn number(store: &mut Store<'_>, model: &Oracle, booked: &[(accord::base::ids::BookingId, view::Booked)]) {
    let known: std::collections::HashSet<_> = store.ids.values().copied().collect();
    let mut new: Vec<_> = booked.iter().filter(|(id, _)| !known.contains(id)).collect();
    for (seq, person, appointment, slot) in model.numbered() {
        if store.ids.contains_key(&seq) {
            continue;
        }
        let found = new.iter().position(|(_, b)| (b.person, b.appointment, b.slot) == (person, appointment, slot));
        if let Some(found) = found {
            store.ids.insert(seq, new.swap_remove(found).0);
        }
    }
}

fn at_the_end(stores: &[Store<'_>]) -> Result<(), String> {
    let mut prints = Vec::new();
    for store in stores {
        if let Some(fault) = store.faults().map_err(|e| e.to_string())? {
            return Err(format!("at the end, {}: {fault}", store.name));
        }
        let print = store.db.read_now(&store.world.who, fingerprint::of).map_err(|e| e.to_string())?;
        prints.push(print);
    }
    if prints.windows(2).any(|pair| pair[0] != pair[1]) {
        return Err(format!("at the end the fingerprints differ: {prints:?}"));
    }
    Ok(())
}

/// Leaves out whatever can be left out while it still fails: long stretches first, then single commands.
fn shortest(stage: &Stages, seed: u64, both: bool, commands: Vec<Command>, why: String) -> (Vec<Command>, String) {
    let (mut short, mut last) = (commands, why);
    let mut stretch = short.len() / 2;
    while stretch > 0 {
        let mut at = 0;
        while at < short.len() {
            let mut less = short.clone();
            less.drain(at..(at + stretch).min(less.len()));
            match play(stage, seed, both, &less, &mut BTreeMap::new()) {
                Err(why) => (short, last) = (less, why),
                Ok(()) => at += stretch,
            }
        }
        stretch /= 2;
    }
    (short, last)
}
