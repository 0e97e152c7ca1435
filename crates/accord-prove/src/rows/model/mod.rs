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
use accord::base::db::Db;
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

/// A world in memory, and a database for the same on PostgreSQL.
struct Stage {
    lite: Db,
    world: World,
    postgres: Option<Db>,
    course: u16,
}

pub fn run(how: &How) -> Result<Proved, Failed> {
    let sequences = how.of(300, 10_000);
    let postgres = in_postgres()?;
    let on_postgres = if postgres.is_some() { how.of(50, 10_000) } else { 0 };
    let stages = [stage(1, postgres.as_ref())?, stage(2, postgres.as_ref())?];
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
            return Ok(Proved::new(figure, false, Vec::new()));
        }
        if (nth + 1) % 100 == 0 {
            say(format!("{} of {sequences} sequences", nth + 1));
        }
    }
    let refusals = answers.keys().filter(|answer| answer.as_str() != "ok").count();
    let figure = format!(
        "{sequences} sequences of {LENGTH} commands equal on SQLite and model, {on_postgres} of them on PostgreSQL too; {refusals} kinds of refusal met",
    );
    let more = answers.into_iter().map(|(answer, times)| (answer, times.to_string())).collect();
    // A walk that meets few refusals would prove little.
    Ok(Proved::new(figure, refusals >= 20 && on_postgres > 0, more))
}

fn stage(course: u16, postgres: Option<&Db>) -> Result<Stage, Failed> {
    let (lite, world) = world::in_memory(course)?;
    Ok(Stage { lite, world, postgres: postgres.cloned(), course })
}

#[cfg(feature = "postgres")]
use world::in_postgres;

#[cfg(not(feature = "postgres"))]
fn in_postgres() -> Result<Option<Db>, Failed> {
    Ok(None)
}

fn first(stage: &Stage) -> Oracle {
    Oracle::new(usize::from(stage.course), world::BEGIN, world::CAPACITY, world::ALLOCATION, world::STOCK)
}

/// A sequence that follows the model's clock, so that its days are near.
fn draw(stage: &Stage, seed: u64) -> Vec<Command> {
    let (mut rng, mut model) = (Pcg64Mcg::seed_from_u64(seed), first(stage));
    let mut commands = Vec::with_capacity(LENGTH);
    for _ in 0..LENGTH {
        let command = Drawn { rng: &mut rng, today: model.today(), course: usize::from(stage.course) }.command();
        model.apply(&command).ok();
        commands.push(command);
    }
    commands
}

/// Plays a sequence; why two of the three differ, if they do.
fn play(
    stage: &Stage,
    seed: u64,
    both: bool,
    commands: &[Command],
    answers: &mut BTreeMap<String, u64>,
) -> Result<(), String> {
    let lite = stage.lite.copied(world::clock(), Chance::seeded(seed)).map_err(|e| e.to_string())?;
    let mut stores = vec![Store::new("SQLite", lite, &stage.world)];
    if both && let Some(db) = on_postgres(stage, seed)? {
        stores.push(Store::new("PostgreSQL", db, &stage.world));
    }
    all(stage, &mut stores, commands, answers)
}

#[cfg(feature = "postgres")]
fn on_postgres(stage: &Stage, seed: u64) -> Result<Option<Db>, String> {
    let Some(db) = &stage.postgres else { return Ok(None) };
    let (db, there) = world::begun_anew(db, stage.course, seed).map_err(|e| e.to_string())?;
    let same = there.people == stage.world.people && there.slots == stage.world.slots;
    if same { Ok(Some(db)) } else { Err("the two worlds have other ids".into()) }
}

#[cfg(not(feature = "postgres"))]
fn on_postgres(stage: &Stage, _: u64) -> Result<Option<Db>, String> {
    // Built without PostgreSQL there is never one.
    Ok(stage.postgres.clone())
}

fn all(
    stage: &Stage,
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
fn shortest(stage: &Stage, seed: u64, both: bool, commands: Vec<Command>, why: String) -> (Vec<Command>, String) {
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
