//! `accord import`: what it answers, and that a refusal or a dry run leaves the store as it was.

use accord::base::db::Stop;
use accord::base::fingerprint;
use accord::base::ids::Organisation;
use accord::commands::import::{DONE, ImportArgs, REFUSED, Store, USAGE, run};
use accord::p;
use accord::testing::Fresh;
use accord_formats::Date;
use std::path::PathBuf;

const TODAY: Date = Date::constant(2027, 1, 4);

fn fresh() -> Fresh {
    let fresh = Fresh::lite();
    let done = fresh.db.write_now(&fresh.who, |tx| -> Result<u64, Stop<()>> {
        let id = tx.id::<Organisation>();
        Ok(tx.run(
            "INSERT INTO organisation (partnership_id, id, code, name, kind, is_employer, is_host, declared_headcount, contact_name, contact_role, admitted_us)
             VALUES ($1, $2, 'AAA', 'A Care', 'care_provider', 1, 0, 2, '', '', 0)",
            p![tx.partnership(), id],
        )?)
    });
    done.expect("an organisation");
    fresh
}

fn file(fresh: &Fresh, name: &str, text: &str) -> PathBuf {
    let path = fresh.place.folder().expect("a folder").join(name);
    std::fs::write(&path, text).expect("written");
    path
}

fn args(files: Vec<PathBuf>, employer: &str) -> ImportArgs {
    ImportArgs { files, employer: vec![employer.to_owned()], yes: true, second_yes: false, dry_run: false }
}

#[test]
fn exit_codes_say_what_happened_and_refusals_leave_nothing() {
    let fresh = fresh();
    let two = file(&fresh, "two.csv", "Surname,Forename,DOB\nLee,Ann,1980-02-03\nPoe,Bea,1990-02-03\n");
    let many = file(
        &fresh,
        "many.csv",
        "Surname,Forename,DOB\nA,Ann,1980-02-03\nB,Bea,1990-02-03\nC,Cy,1990-02-03\nD,Di,1991-02-03\n",
    );
    let empty = file(&fresh, "empty.csv", "");
    let go = |args: &ImportArgs| {
        run(args, Store { db: &fresh.db, place: &fresh.place, who: &fresh.who, today: TODAY }, true)
    };
    let print = || fresh.db.read_now(&fresh.who, fingerprint::of).expect("reads");
    let before = print();
    assert_eq!(go(&ImportArgs { yes: false, dry_run: true, ..args(vec![two.clone()], "AAA") }), Ok(DONE));
    assert_eq!(go(&args(vec![two.clone()], "AAX")), Ok(USAGE));
    assert_eq!(go(&args(vec![empty], "AAA")), Ok(USAGE));
    assert!(
        go(&args(vec![PathBuf::from("there/is/none.csv")], "AAA"))
            .is_err_and(|failure| failure.next.contains("check the name"))
    );
    assert_eq!(before, print());
    // Refused for want of a second yes: nobody came in, and the next try is not in its way.
    assert_eq!(go(&args(vec![many.clone()], "AAA")), Ok(REFUSED));
    let people = |expected: i64| {
        let (count,): (i64,) =
            fresh.db.read_now(&fresh.who, |tx| tx.one("SELECT COUNT(*) FROM person", p![])).expect("counts");
        assert_eq!(count, expected);
    };
    people(0);
    assert_eq!(go(&args(vec![two.clone()], "aaa")), Ok(DONE));
    people(2);
    let before = print();
    assert_eq!(go(&args(vec![two], "AAA")), Ok(DONE));
    assert_eq!(before, print(), "the same list again");
    assert_eq!(go(&ImportArgs { second_yes: true, ..args(vec![many], "AAA") }), Ok(DONE));
    people(6);
}
