//! The demo's employers send their lists: nobody is lost, nobody is merged with somebody else, and it is quick.
//!
//! `ACCORD_TEST_PEOPLE=20000 cargo test --release -p accord --test cohort_world -- --nocapture` measures the full size.

use accord::base::db::Stop;
use accord::base::ids::{ImportId, Organisation, PersonId};
use accord::cohort::import::{self, Confirm, Preview, Previewed};
use accord::cohort::store;
use accord::cohort::worklist::{Filter, ItemKind};
use accord::p;
use accord::testing::Fresh;
use accord_formats::Date;
use accord_testkit::world::{Settings, Trap, World};
use std::collections::{HashMap, HashSet};
use std::time::Instant;

const TODAY: Date = Date::constant(2027, 1, 4);

/// Where the rows of a file went: row to person and item.
type Went = HashMap<(String, u32), (Option<PersonId>, bool)>;

/// The records of each person of the truth.
type Records = Vec<HashSet<PersonId>>;

fn world() -> World {
    let people = std::env::var("ACCORD_TEST_PEOPLE").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    World::new(Settings { people, ..Settings::demo(TODAY) })
}

fn employers(fresh: &Fresh, world: &World) {
    let rows: Vec<(String, String)> = world.employers().map(|o| (o.id.clone(), o.name.clone())).collect();
    let done = fresh.db.write_now(&fresh.who, move |tx| -> Result<(), Stop<()>> {
        for (code, name) in &rows {
            let id = tx.id::<Organisation>();
            tx.run(
                "INSERT INTO organisation (partnership_id, id, code, name, kind, is_employer, is_host, contact_name, contact_role, admitted_us)
                 VALUES ($1, $2, $3, $4, 'x', 1, 0, '', '', $5)",
                p![tx.partnership(), id, code, name, tx.now()],
            )?;
        }
        Ok(())
    });
    done.expect("organisations");
}

/// What this process has used of the processor so far, on Linux; elsewhere nothing is told.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// Takes a list and answers its id; none where there was nothing to do.
fn take(fresh: &Fresh, cmd: Preview) -> Option<ImportId> {
    let name = cmd.file_name.clone();
    let previewed = fresh.db.write_now(&fresh.who, move |tx| import::preview(tx, &cmd));
    let review = match previewed.unwrap_or_else(|stop| panic!("{name}: {stop:?}")) {
        Previewed::Review(review) => review,
        Previewed::NothingToDo { .. } => return None,
    };
    let import = review.import.expect("stored");
    fresh.db.write_now(&fresh.who, move |tx| import::commit(tx, import, Confirm::default())).expect("commits");
    Some(import)
}

#[test]
fn the_lists_of_all_employers_come_in() {
    let world = world();
    let fresh = Fresh::lite();
    employers(&fresh, &world);
    let lists: Vec<Preview> = world
        .staff_files
        .iter()
        .map(|file| Preview {
            employer: file.employer_id.clone(),
            file_name: file.file_name.clone(),
            bytes: file.bytes.clone(),
            today: TODAY,
            mapping: None,
        })
        .collect();
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let imports: Vec<(String, ImportId)> =
        lists.iter().map(|cmd| (cmd.file_name.clone(), take(&fresh, cmd.clone()).expect("new"))).collect();
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let mut went: Went = HashMap::new();
    for (file, import) in imports {
        for row in fresh.db.read_now(&fresh.who, move |tx| store::where_rows_went(tx, import)).expect("reads") {
            went.insert((file.clone(), row.1), (row.3, row.4.is_some()));
        }
    }
    let kinds = fresh.db.read_now(&fresh.who, |tx| store::open_counts(tx, None)).expect("reads");
    let (split, asked, records) = check(&fresh, &world, &went);
    left_open(&fresh, &world, &records);
    println!(
        "{} people, {} lists, {seconds:.2} s, {cpu:.2} s of processor time; split {split}, of those asked about {asked}; open {kinds:?}",
        world.truth.people.len(),
        lists.len()
    );
    assert_eq!(split, asked, "two records of one person without a question");
    again(&fresh, &world, &lists);
}

/// The open items about two records: the later and the earlier one.
fn open_pairs(fresh: &Fresh, wanted: fn(ItemKind) -> bool) -> Vec<(PersonId, PersonId)> {
    let open = fresh.db.read_now(&fresh.who, |tx| store::open_items(tx, &Filter::default(), 1_000_000));
    let items = open.expect("reads").into_iter().map(|open| open.item).filter(|item| wanted(item.kind));
    items.filter_map(|item| item.person.zip(item.other)).collect()
}

/// Whatever the truth says the lists leave open is a possible duplicate, and of the two records one may be planned.
fn left_open(fresh: &Fresh, world: &World, records: &Records) {
    let pairs = open_pairs(fresh, |kind| kind == ItemKind::PossibleDuplicate);
    let later: HashSet<PersonId> = pairs.iter().map(|(later, _)| *later).collect();
    let (mut one, mut two) = (0, 0);
    for person in &world.truth.people {
        let mine = &records[person.index as usize];
        let is_asked = |ours: &HashSet<PersonId>, theirs: &HashSet<PersonId>| {
            pairs.iter().any(|(a, b)| ours.contains(a) && theirs.contains(b) || ours.contains(b) && theirs.contains(a))
        };
        if person.rows.iter().any(|row| row.variation.is_some()) {
            one += 1;
            assert_eq!(mine.len(), 2, "merged without asking: {person:?}");
            assert!(is_asked(mine, mine), "one person, and nobody asks: {person:?}");
            assert_eq!(mine.intersection(&later).count(), 1, "one of the two waits: {person:?}");
        }
        if let Some(trap) = person.trap.filter(|trap| trap.leaves_it_open()) {
            two += 1;
            let theirs = &records[trap.other() as usize];
            assert!(is_asked(mine, theirs), "two people alike, and nobody asks: {person:?}");
        }
    }
    assert!(one >= 5 && two >= 6, "{one} of one person, {two} of two");
}

/// Nobody lost, nobody merged with somebody else; how many people have several records, how many of those are asked
/// about, and the records.
fn check(fresh: &Fresh, world: &World, went: &Went) -> (usize, usize, Records) {
    let pairs: HashSet<PersonId> = open_pairs(fresh, ItemKind::is_pair).into_iter().map(|(later, _)| later).collect();
    let mut all = Records::new();
    let mut owner: HashMap<PersonId, u32> = HashMap::new();
    let (mut split, mut asked) = (0, 0);
    for person in &world.truth.people {
        let mut records: HashSet<PersonId> = HashSet::new();
        let mut item = false;
        for row in &person.rows {
            let (record, has_item) =
                went.get(&(row.file_name.clone(), row.row)).unwrap_or_else(|| panic!("{row:?} went nowhere"));
            records.extend(*record);
            item |= has_item;
        }
        assert!(item || !records.is_empty(), "{person:?} is lost");
        for record in &records {
            let before = owner.insert(*record, person.index);
            assert!(before.is_none_or(|b| b == person.index), "{person:?} shares a record with {before:?}");
        }
        if records.len() > 1 {
            split += 1;
            let known =
                usize::from(records.iter().filter(|record| pairs.contains(record)).count() + 1 >= records.len());
            if known == 0 {
                println!("split without a question: {person:?}");
            }
            asked += known;
        }
        if let Some(Trap::Twin(_)) = person.trap {
            assert!(
                records.iter().all(|record| !pairs.contains(record)) || records.len() > 1,
                "twins are no question: {person:?}"
            );
        }
        all.push(records);
    }
    (split, asked, all)
}

/// All lists once more with a blank line at the end: nobody is added, changed or asked about.
fn again(fresh: &Fresh, world: &World, lists: &[Preview]) {
    let before = fresh.db.read_now(&fresh.who, |tx| store::open_counts(tx, None)).expect("reads");
    let state = |tx: &mut accord::base::db::Tx<'_>| {
        tx.one::<(i64, i64, i64)>(
            "SELECT (SELECT COUNT(*) FROM person), (SELECT CAST(SUM(version) AS BIGINT) FROM person), (SELECT CAST(SUM(version) AS BIGINT) FROM employment)",
            p![],
        )
    };
    let counted = fresh.db.read_now(&fresh.who, state).expect("counts");
    for cmd in lists.iter().filter(|cmd| !cmd.file_name.ends_with(".xlsx") && !cmd.bytes.contains(&0)) {
        take(fresh, Preview { bytes: [&cmd.bytes[..], b"\n"].concat(), ..cmd.clone() });
    }
    assert!(lists.iter().all(|cmd| world.staff_files.iter().any(|file| file.file_name == cmd.file_name)));
    assert_eq!(before, fresh.db.read_now(&fresh.who, |tx| store::open_counts(tx, None)).expect("reads"));
    assert_eq!(counted, fresh.db.read_now(&fresh.who, state).expect("counts"));
    assert!(before.iter().all(|(kind, _)| *kind != ItemKind::NotSeen));
}
