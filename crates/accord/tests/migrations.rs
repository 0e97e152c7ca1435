//! Each step of the schema on a store that is in use: no row is lost, every constraint holds, and the schema comes
//! out the same as that of a store made anew. Rows are in `support/rows/`, a file a step, in the schema of that step;
//! they travel through every later one. A step without rows fails here.

use accord::base::db::migrate::{self, MIGRATIONS, Migration};
use accord::base::db::{Actor, Db, Place, Stop, StoreError, Tx};
use accord::on_both_engines;
use accord::p;
use accord::testing::Fresh;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Every table with its columns and its rows, each row as one text.
type Rows = BTreeMap<String, (Vec<String>, Vec<String>)>;

/// A text that outlives the store's prepared statements.
fn keep(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn write<T: Send + 'static>(
    db: &Db,
    who: &Actor,
    f: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.write_now(who, move |tx| f(tx).map_err(Stop::<()>::Store)).expect("written")
}

/// A store without any schema: beside `fresh`, or in its database.
fn bare(fresh: &Fresh, name: usize) -> (Db, Place) {
    match &fresh.place {
        Place::Folder(folder) => {
            let folder = folder.join(format!("bare-{name}"));
            std::fs::create_dir_all(&folder).expect("a folder");
            let place = Place::Folder(folder);
            (Db::open(&place, fresh.db.clock.clone(), fresh.db.chance.clone()).expect("opens"), place)
        }
        Place::Postgres(_) => {
            write(&fresh.db, &fresh.who, |tx| {
                tx.run("DROP SCHEMA public CASCADE", p![])?;
                tx.run("CREATE SCHEMA public", p![])
            });
            (fresh.db.clone(), fresh.place.clone())
        }
    }
}

fn rows_file(step: &Migration) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/support/rows/{}.sql", step.name))
}

/// The statements that fill what a step made.
fn rows_of(step: &Migration) -> Vec<String> {
    let text = std::fs::read_to_string(rows_file(step)).unwrap_or_default();
    text.split(";\n").map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

fn fill(db: &Db, who: &Actor, step: &Migration) {
    for statement in rows_of(step) {
        write(db, who, move |tx| {
            let text = if tx.engine() == "sqlite" { statement.replace("BYTEA", "BLOB") } else { statement.clone() };
            tx.run(keep(text), p![])
        });
    }
}

/// A store that was in use since step 1 and stands at step `until`.
fn used(fresh: &Fresh, until: usize) -> (Db, Place) {
    let (db, place) = bare(fresh, until);
    for at in 0..until {
        migrate::migrate_with(&db, &place, &MIGRATIONS[..=at], true).expect("takes the step");
        fill(&db, &fresh.who, &MIGRATIONS[at]);
    }
    (db, place)
}

const TABLES: (&str, &str) = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migration' ORDER BY name",
    "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
     WHERE table_schema = 'public' AND table_name <> 'schema_migration' ORDER BY 1",
);

fn either(tx: &Tx<'_>, (lite, pg): (&'static str, &'static str)) -> &'static str {
    if tx.engine() == "sqlite" { lite } else { pg }
}

fn texts(tx: &mut Tx<'_>, sql: &'static str) -> Result<Vec<String>, StoreError> {
    Ok(tx.all::<(String,)>(sql, p![])?.into_iter().map(|(text,)| text).collect())
}

fn rows(db: &Db, who: &Actor) -> Rows {
    let read = db.read_now(who, |tx| {
        let mut all = Rows::new();
        let tables = either(tx, TABLES);
        for table in texts(tx, tables)? {
            let columns = match tx.engine() {
                "sqlite" => format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"),
                _ => format!(
                    "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
                     WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
                ),
            };
            let columns = texts(tx, keep(columns))?;
            let rows = as_text(tx, &table, &columns)?;
            all.insert(table, (columns, rows));
        }
        Ok(all)
    });
    read.expect("read")
}

fn as_text(tx: &mut Tx<'_>, table: &str, columns: &[String]) -> Result<Vec<String>, StoreError> {
    let value = |c: &String| format!("COALESCE('{c}=' || CAST({c} AS TEXT), '{c} null')");
    let row = columns.iter().map(value).collect::<Vec<_>>().join(" || ' | ' || ");
    let mut rows = texts(tx, keep(format!("SELECT {row} FROM {table}")))?;
    rows.sort();
    Ok(rows)
}

/// What of `before` is no longer in the store, in words.
fn lost(db: &Db, who: &Actor, before: &Rows) -> Vec<String> {
    let after = rows(db, who);
    let mut lost = Vec::new();
    for (table, (columns, rows)) in before {
        let Some((now, _)) = after.get(table) else {
            lost.push(format!("table {table}"));
            continue;
        };
        let gone: Vec<_> = columns.iter().filter(|column| !now.contains(column)).collect();
        if !gone.is_empty() {
            lost.push(format!("columns {gone:?} of {table}"));
            continue;
        }
        let (name, columns) = (table.clone(), columns.clone());
        let kept = db.read_now(who, move |tx| as_text(tx, &name, &columns)).expect("read");
        if kept != *rows {
            lost.push(format!("rows of {table}: {} before, {} after, or changed", rows.len(), kept.len()));
        }
    }
    lost
}

/// Nothing that a constraint forbids is in the store, and every constraint is in force.
fn constraints_hold(db: &Db, who: &Actor) {
    let (lite, pg): (Vec<&str>, Vec<&str>) = (
        vec![
            "SELECT \"table\" || ' ' || COALESCE(rowid, 0) FROM pragma_foreign_key_check",
            "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        ],
        vec![
            "SELECT CAST(conname AS TEXT) FROM pg_constraint WHERE NOT convalidated",
            "SELECT CAST(indexrelid AS TEXT) FROM pg_index WHERE NOT indisvalid",
        ],
    );
    let wrong = db.read_now(who, move |tx| {
        let ask = if tx.engine() == "sqlite" { &lite } else { &pg };
        ask.iter().try_fold(Vec::new(), |mut all, sql| {
            all.extend(texts(tx, sql)?);
            Ok(all)
        })
    });
    assert_eq!(wrong.expect("read"), Vec::<String>::new());
}

const SCHEMA: (&str, &str) = (
    "SELECT name || ': ' || COALESCE(sql, '') FROM sqlite_schema ORDER BY 1",
    "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '')
     FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL SELECT CAST(indexdef AS TEXT) FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT CAST(conrelid::regclass AS TEXT) || ' ' || conname || ' ' || pg_get_constraintdef(oid)
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
);

fn schema(db: &Db, who: &Actor) -> Vec<String> {
    db.read_now(who, |tx| {
        let sql = either(tx, SCHEMA);
        texts(tx, sql)
    })
    .expect("read")
}

/// Steps that nothing could be seen lost by: no rows of their own, or a table of theirs left empty.
fn without_rows(list: &[Migration]) -> Vec<String> {
    let made = |step: &Migration| -> Vec<String> {
        let tables = step.ddl.split("CREATE TABLE ").skip(1);
        tables.filter_map(|rest| rest.split_once('(').map(|(name, _)| name.trim().to_owned())).collect()
    };
    let mut wrong = Vec::new();
    for step in list {
        let rows = rows_of(step);
        if rows.is_empty() {
            wrong.push(format!("{} has no rows: write {}", step.name, rows_file(step).display()));
        }
        let unfilled = |t: &String| !rows.iter().any(|s| s.starts_with(&format!("INSERT INTO {t} (")));
        wrong.extend(made(step).into_iter().filter(unfilled).map(|t| format!("{} leaves {t} empty", step.name)));
    }
    wrong
}

#[test]
fn every_step_has_rows_of_its_own() {
    assert_eq!(without_rows(MIGRATIONS), Vec::<String>::new());
    let invented = Migration { version: 99, name: "0099_invented", ddl: "CREATE TABLE invented (\n  id TEXT\n);" };
    assert_eq!(without_rows(&[invented]).len(), 2, "a step without rows is seen");
}

#[test]
fn steps_are_numbered_without_a_gap() {
    for (step, number) in MIGRATIONS.iter().zip(1..) {
        assert_eq!(step.version, number);
        assert!(step.name.starts_with(&format!("{number:04}_")), "{}", step.name);
    }
}

/// A step that loses what stands in a table, as somebody might write it by mistake.
fn lossy(ddl: &'static str) -> &'static [Migration] {
    let step = Migration { version: MIGRATIONS.len() as u32 + 1, name: "lossy", ddl };
    Box::leak(MIGRATIONS.iter().copied().chain([step]).collect::<Vec<_>>().into_boxed_slice())
}

on_both_engines! {
    fn each_step_keeps_every_row_and_every_constraint(fresh) {
        let wanted = schema(&fresh.db, &fresh.who);
        for until in 0..MIGRATIONS.len() {
            let (db, place) = used(fresh, until);
            let before = rows(&db, &fresh.who);
            assert!(before.values().all(|(_, rows)| !rows.is_empty()), "step {until} leaves a table empty");
            for to in [until + 1, MIGRATIONS.len()] {
                migrate::migrate_with(&db, &place, &MIGRATIONS[..to], true).expect("takes the step");
                assert_eq!(lost(&db, &fresh.who, &before), Vec::<String>::new(), "from step {until} to {to}");
                constraints_hold(&db, &fresh.who);
            }
            assert_eq!(schema(&db, &fresh.who), wanted, "from step {until}");
        }
    }

    fn a_step_that_loses_something_would_be_seen(fresh) {
        let planted = [
            "DELETE FROM ledger WHERE units = -1",
            "UPDATE site SET lat = 51.9",
            "ALTER TABLE person DROP COLUMN mobile",
            "DROP TABLE plan_file",
        ];
        for (at, ddl) in planted.into_iter().enumerate() {
            let (db, place) = used(fresh, MIGRATIONS.len());
            let before = rows(&db, &fresh.who);
            assert_eq!(lost(&db, &fresh.who, &before), Vec::<String>::new());
            migrate::migrate_with(&db, &place, lossy(ddl), true).expect("takes the step");
            assert_eq!(lost(&db, &fresh.who, &before).len(), 1, "{at}: {ddl}");
            if let Some(folder) = place.folder() {
                drop(db);
                std::fs::remove_dir_all(folder).expect("removed");
            }
        }
    }

    fn a_step_that_fails_changes_nothing(fresh) {
        let (db, place) = used(fresh, MIGRATIONS.len());
        let (before, shape) = (rows(&db, &fresh.who), schema(&db, &fresh.who));
        let broken = lossy("DELETE FROM ledger;\nCREATE TABLE ledger (\n  id TEXT\n);");
        assert!(migrate::migrate_with(&db, &place, broken, true).is_err());
        assert_eq!(rows(&db, &fresh.who), before);
        assert_eq!(schema(&db, &fresh.who), shape);
    }

    fn a_changed_step_and_a_newer_store_are_refused_and_left_alone(fresh) {
        let (db, place) = used(fresh, 5);
        write(&db, &fresh.who, |tx| tx.run("UPDATE schema_migration SET checksum = 'x' WHERE version = 4", p![]));
        let (before, shape) = (rows(&db, &fresh.who), schema(&db, &fresh.who));
        let changed = migrate::migrate_with(&db, &place, MIGRATIONS, true);
        assert!(matches!(changed, Err(StoreError::Engine(said)) if said.contains("step 4 (0004_cohort)")));
        let newer = migrate::migrate_with(&db, &place, &MIGRATIONS[..3], true);
        assert!(matches!(newer, Err(StoreError::Engine(said)) if said.contains("newer accord")));
        assert_eq!(rows(&db, &fresh.who), before);
        assert_eq!(schema(&db, &fresh.who), shape);
    }
}

#[test]
fn a_copy_is_made_first_and_it_opens() {
    let fresh = Fresh::lite();
    for until in 1..MIGRATIONS.len() {
        let (db, place) = used(&fresh, until);
        let before = rows(&db, &fresh.who);
        let moved = migrate::migrate(&db, &place).expect("migrates");
        assert_eq!((moved.from as usize, moved.to as usize), (until, MIGRATIONS.len()));
        let copy = moved.backup.expect("a copy was made");
        let folder = copy.parent().expect("a folder").join("copy");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::copy(&copy, folder.join("accord.db")).expect("copied");
        let place = Place::Folder(folder);
        let old = Db::open(&place, fresh.db.clock.clone(), fresh.db.chance.clone()).expect("the copy opens");
        assert_eq!(rows(&old, &fresh.who), before, "the copy is the store as it was at step {until}");
        constraints_hold(&old, &fresh.who);
        migrate::migrate(&old, &place).expect("the copy can go the same way");
    }
}

#[test]
fn two_that_open_an_old_store_at_once_migrate_it_once() {
    let fresh = Fresh::lite();
    let (db, place) = used(&fresh, 1);
    let before = rows(&db, &fresh.who);
    drop(db);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (place, clock, chance) = (place.clone(), fresh.db.clock.clone(), fresh.db.chance.clone());
            scope.spawn(move || {
                let db = Db::open(&place, clock, chance).expect("opens");
                migrate::migrate(&db, &place).expect("migrates");
            });
        }
    });
    let db = Db::open(&place, fresh.db.clock.clone(), fresh.db.chance.clone()).expect("opens");
    assert_eq!(lost(&db, &fresh.who, &before), Vec::<String>::new());
    assert_eq!(schema(&db, &fresh.who), schema(&fresh.db, &fresh.who));
}

#[cfg(feature = "postgres")]
#[test]
fn postgresql_changes_nothing_before_the_operator_says_it_is_backed_up() {
    let fresh = Fresh::postgres();
    let (db, place) = used(&fresh, 2);
    let (before, shape) = (rows(&db, &fresh.who), schema(&db, &fresh.who));
    let no = migrate::migrate_with(&db, &place, MIGRATIONS, false);
    assert!(matches!(no, Err(StoreError::Engine(said)) if said.contains("ACCORD_BACKED_UP=yes")));
    assert_eq!(rows(&db, &fresh.who), before);
    assert_eq!(schema(&db, &fresh.who), shape);
}
