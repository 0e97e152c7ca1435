//! The power is cut at any point of real use cases, on a disk that forgets what was not synced and tears what it was
//! writing; what is left is opened, and everything acknowledged must be there, whole, and nothing by halves.

mod check;
mod play;

use crate::how::{Failed, How, Proved, say};
use accord_forgetful::{Disk, Honesty};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::path::{Path, PathBuf};

/// What must hold.
pub const BAR: &str = "SQLite on a disk that forgets unsynced writes and tears sectors: 10,000 seeds, 0 acknowledged lost, \
                       0 half use cases; the same row finds losses on a disk that does not sync (as synchronous=OFF)";

/// Cuts of one play.
const CUTS: usize = 25;
/// Of so many cuts one is also made on a disk that lies, to show that this row can fail.
const LIE_EVERY: usize = 10;
/// At least so much of what a disk that lies leaves must be found wrong.
const LIES_FOUND: f64 = 0.2;

pub fn run(how: &How) -> Result<Proved, Failed> {
    accord_forgetful::install();
    let fast = in_memory(how)?;
    let seeds = how.of(300, 10_000);
    let template = play::template(&fast.0.join("template"))?;
    let mut sum = Sum::default();
    for play in 0..seeds / CUTS {
        let seed = how.seed.wrapping_mul(100_003).wrapping_add(play as u64);
        let played = play::play(&template, &fast.0.join("play"), seed)?;
        let mut chance = Pcg64Mcg::seed_from_u64(seed ^ 0x0c17);
        for cut in 0..CUTS {
            // Anywhere; and often just behind an acknowledgement, where a missing sync shows.
            let at = if chance.random_bool(0.3) {
                played.acknowledged[chance.random_range(0..played.acknowledged.len())] + 1
            } else {
                chance.random_range(0..=played.journal.ops.len())
            };
            let left = fast.0.join("left");
            let honest = played.journal.after_cut(at, Honesty::Honest, &mut chance);
            sum.honest(play * CUTS + cut, looked_at(&honest, &left, |folder| check::check(folder, &played, at))?);
            if cut % LIE_EVERY == 0 {
                let lied = played.journal.after_cut(at, Honesty::Lies, &mut chance);
                let wrong = looked_at(&lied, &left, |folder| check::check(folder, &played, at))?;
                sum.lies += 1;
                sum.found += usize::from(!wrong.is_empty());
            }
        }
        sum.acknowledged += played.acknowledged.len();
        if play % 20 == 19 {
            say(format!("{} of {seeds} seeds, {} faults", (play + 1) * CUTS, sum.lost));
        }
    }
    Ok(sum.proved())
}

#[derive(Default)]
struct Sum {
    seeds: usize,
    lost: usize,
    lies: usize,
    found: usize,
    acknowledged: usize,
    faults: Vec<String>,
}

impl Sum {
    fn honest(&mut self, seed: usize, wrong: Vec<String>) {
        self.seeds += 1;
        self.lost += usize::from(!wrong.is_empty());
        self.faults.extend(wrong.into_iter().map(|wrong| format!("seed {seed}: {wrong}")).take(3));
    }

    fn proved(self) -> Proved {
        let figure = format!(
            "{} seeds over {} acknowledged steps, {} of them lost something or left a half; on a disk that lies {} of {} did",
            self.seeds, self.acknowledged, self.lost, self.found, self.lies
        );
        let can_fail = self.found as f64 >= self.lies as f64 * LIES_FOUND;
        let mut more: Vec<_> = self.faults.into_iter().take(20).map(|fault| ("fault".to_owned(), fault)).collect();
        if !can_fail {
            more.push(("fault".into(), "a disk that lies was hardly ever found out: this row can't fail".into()));
        }
        Proved::new(figure, self.lost == 0 && can_fail, more)
    }
}

/// Lays a disk out, looks at it, and takes it away.
fn looked_at(disk: &Disk, folder: &Path, look: impl FnOnce(&Path) -> Vec<String>) -> Result<Vec<String>, Failed> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    disk.lay_out(folder)?;
    Ok(look(folder))
}

/// A folder in memory where there is one: what is on the disk is worked out here, so a real sync shows nothing.
struct Fast(PathBuf);

fn in_memory(how: &How) -> Result<Fast, Failed> {
    let shm = Path::new("/dev/shm");
    let root = if shm.is_dir() { shm } else { &how.scratch };
    let folder = root.join(format!("accord-power-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(Fast(folder.canonicalize()?))
}

impl Drop for Fast {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
