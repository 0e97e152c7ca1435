//! What was synced survives every cut; what was not may go, torn and out of order; a disk that lies loses commits.

use accord_forgetful::{Honesty, Journal, Op, install, watch};
use rand::SeedableRng;
use rand_pcg::Pcg64;
use rusqlite::Connection;
use std::path::PathBuf;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("accord-forgetful-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Thirty commits in a log that is emptied twice; each mark says that so many are acknowledged.
fn thirty_commits(name: &str) -> Journal {
    install();
    let folder = Folder::new(name);
    let watch = watch(&folder.0).expect("watched");
    for run in 0..3 {
        let conn = Connection::open(folder.0.join("a.db")).expect("opened");
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS t (n INTEGER, x BLOB)",
        )
        .expect("set up");
        for n in run * 10..run * 10 + 10 {
            conn.execute("INSERT INTO t VALUES (?1, randomblob(6000))", [n as i64]).expect("inserted");
            watch.mark(n + 1);
        }
    }
    watch.journal()
}

fn rows_after(journal: &Journal, at: usize, honesty: Honesty, seed: u64) -> Option<u64> {
    let folder = Folder::new(&format!("{honesty:?}-{seed}"));
    journal.after_cut(at, honesty, &mut Pcg64::seed_from_u64(seed)).lay_out(&folder.0).expect("laid out");
    let conn = Connection::open(folder.0.join("a.db")).expect("opened");
    let whole: String = conn.query_row("PRAGMA integrity_check", [], |r| r.get(0)).ok()?;
    (whole == "ok").then(|| conn.query_row("SELECT COUNT(*) FROM t", [], |r| r.get::<_, i64>(0)).unwrap_or(0) as u64)
}

#[test]
fn every_commit_survives_every_cut_of_an_honest_disk_and_not_of_one_that_lies() {
    let journal = thirty_commits("lies");
    assert!(journal.ops.iter().filter(|op| matches!(op, Op::Sync { .. })).count() >= 30);
    let mut lied = 0;
    for seed in 0..150 {
        let at = (seed as usize * 7919) % (journal.ops.len() + 1);
        let acknowledged = journal.marks(at).last().unwrap_or(0);
        let rows = rows_after(&journal, at, Honesty::Honest, seed).expect("the file is whole");
        assert!(rows == acknowledged || rows == acknowledged + 1, "seed {seed}: {rows} of {acknowledged}");
        lied += u32::from(rows_after(&journal, at, Honesty::Lies, seed).is_none_or(|rows| rows < acknowledged));
    }
    assert!(lied > 40, "a disk that lies lost something in {lied} of 150 cuts");
}

#[test]
fn one_seed_leaves_one_disk() {
    let journal = thirty_commits("seed");
    let cut = |seed| journal.after_cut(journal.ops.len() / 2, Honesty::Honest, &mut Pcg64::seed_from_u64(seed));
    assert_eq!(cut(1), cut(1));
    assert!((2..20).any(|seed| cut(seed) != cut(1)));
}
