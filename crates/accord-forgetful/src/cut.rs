//! What a power cut may leave.
//!
//! A disk keeps what was synced. Of what was written since, it may have kept anything: nothing, all, a beginning, or any
//! of the writes; and of a write any of its sectors. Bytes beside a write it leaves alone, which is what SQLite asks of a
//! disk and every disk of this century does.

use crate::journal::{Journal, Op};
use rand::{Rng, RngExt};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// Whether a disk does what a sync asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Honesty {
    /// It does.
    Honest,
    /// It says that it does: as if nobody had ever asked, which is what `synchronous = OFF` comes to.
    Lies,
}

/// What is on a disk after a power cut: files by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk(pub HashMap<String, Vec<u8>>);

impl Disk {
    /// Lays the files out in a folder.
    ///
    /// # Errors
    /// They can't be written.
    pub fn lay_out(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        for (name, bytes) in &self.0 {
            std::fs::File::create(folder.join(name))?.write_all(bytes)?;
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Default)]
struct File<'j> {
    /// On the disk, whatever happens.
    safe: Vec<u8>,
    /// Whether its name is on the disk.
    named: bool,
    /// Written since.
    loose: Vec<&'j Op>,
    /// Deleted, and not made anew since.
    gone: bool,
    /// What a file of the same name held before it was deleted, as long as the disk may still think that it is there.
    old: Option<Vec<u8>>,
}

impl Journal {
    /// The marks among the first `at` entries.
    pub fn marks(&self, at: usize) -> impl Iterator<Item = u64> {
        self.ops[..at.min(self.ops.len())]
            .iter()
            .filter_map(|op| if let Op::Mark(mark) = op { Some(*mark) } else { None })
    }

    /// What a disk may hold when the power is cut after the first `at` entries.
    pub fn after_cut(&self, at: usize, honesty: Honesty, chance: &mut impl Rng) -> Disk {
        let mut files = self.before.iter().map(|(name, bytes)| (name.as_str(), File::on_disk(bytes.clone()))).collect();
        for op in &self.ops[..at.min(self.ops.len())] {
            take(&mut files, op, honesty, chance);
        }
        let mut left = HashMap::new();
        // In an order of their own, or one seed would leave different disks.
        let mut names = files.keys().copied().collect::<Vec<_>>();
        names.sort_unstable();
        for name in names {
            let file = &files[name];
            let ours = file.named || (!file.gone && chance.random_bool(0.5));
            let bytes =
                if ours { Some(file.left(chance)) } else { file.old.clone().filter(|_| chance.random_bool(0.5)) };
            left.extend(bytes.map(|bytes| (name.to_owned(), bytes)));
        }
        Disk(left)
    }
}

fn take<'j>(files: &mut HashMap<&'j str, File<'j>>, op: &'j Op, honesty: Honesty, chance: &mut impl Rng) {
    match op {
        Op::Write { file, .. } | Op::Truncate { file, .. } => {
            let file = files.entry(file).or_default();
            file.gone = false;
            file.loose.push(op);
        }
        Op::Sync { file } if honesty == Honesty::Honest => {
            let file = files.entry(file).or_default();
            let loose = std::mem::take(&mut file.loose);
            loose.into_iter().for_each(|op| apply(&mut file.safe, op));
            let new = !file.named;
            (file.named, file.gone) = (true, false);
            // With the first sync of a new log SQLite syncs the folder too, and so every deletion in it.
            if new {
                files.values_mut().for_each(|file| file.old = None);
            }
        }
        // A deletion that no sync of the folder made safe may be undone by the cut.
        Op::Delete { file, synced } => {
            let file = files.entry(file).or_default();
            let old = if file.named { Some(file.left(chance)) } else { file.old.take() };
            let old = old.filter(|_| !(*synced && honesty == Honesty::Honest));
            *file = File { gone: true, old, ..File::default() };
        }
        Op::Sync { .. } | Op::Mark(_) => {}
    }
}

impl File<'_> {
    fn on_disk(safe: Vec<u8>) -> Self {
        Self { safe, named: true, ..Self::default() }
    }

    fn left(&self, chance: &mut impl Rng) -> Vec<u8> {
        let mut bytes = self.safe.clone();
        // Four kinds of disk: one that wrote nothing by itself, all, in order, or as it liked.
        match chance.random_range(0..4) {
            0 => {}
            1 => self.loose.iter().for_each(|op| apply(&mut bytes, op)),
            2 => {
                let whole = chance.random_range(0..=self.loose.len());
                self.loose[..whole].iter().for_each(|op| apply(&mut bytes, op));
                if let Some(next) = self.loose.get(whole) {
                    tear(&mut bytes, next, chance);
                }
            }
            _ => {
                for op in &self.loose {
                    match chance.random_range(0..3) {
                        0 => {}
                        1 => apply(&mut bytes, op),
                        _ => tear(&mut bytes, op, chance),
                    }
                }
            }
        }
        bytes
    }
}

fn apply(bytes: &mut Vec<u8>, op: &Op) {
    match op {
        Op::Write { at, bytes: new, .. } => put(bytes, *at, new),
        Op::Truncate { len, .. } => bytes.resize(*len, 0),
        Op::Sync { .. } | Op::Delete { .. } | Op::Mark(_) => {}
    }
}

/// Some of the sectors of a write; a truncation can't be torn.
fn tear(bytes: &mut Vec<u8>, op: &Op, chance: &mut impl Rng) {
    let Op::Write { at, bytes: new, .. } = op else { return };
    let mut from = 0;
    while from < new.len() {
        let until = ((at + from) / SECTOR + 1) * SECTOR - at;
        let until = until.min(new.len());
        if chance.random_bool(0.5) {
            put(bytes, at + from, &new[from..until]);
        }
        from = until;
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    if bytes.len() < at + new.len() {
        bytes.resize(at + new.len(), 0);
    }
    bytes[at..at + new.len()].copy_from_slice(new);
}
