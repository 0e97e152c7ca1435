//! What was written, in its order.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One thing that happened to a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// Bytes were written.
    Write {
        /// Which file, by its name in the folder.
        file: String,
        /// Where.
        at: usize,
        /// What.
        bytes: Vec<u8>,
    },
    /// A file was cut to a length.
    Truncate {
        /// Which.
        file: String,
        /// The length.
        len: usize,
    },
    /// Everything written to a file before is on the disk, and so is its name.
    Sync {
        /// Which.
        file: String,
    },
    /// A file was deleted. Only a synced folder forgets it for good.
    Delete {
        /// Which.
        file: String,
        /// Whether the folder was synced after it.
        synced: bool,
    },
    /// The program under test said something, such as "this was acknowledged".
    Mark(u64),
}

/// What happened in a watched folder.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    /// What lay there when the watching began, all of it on the disk.
    pub before: HashMap<String, Vec<u8>>,
    /// What happened since.
    pub ops: Vec<Op>,
}

static WATCHED: Mutex<Option<HashMap<PathBuf, Journal>>> = Mutex::new(None);

fn watched() -> MutexGuard<'static, Option<HashMap<PathBuf, Journal>>> {
    // Appending one entry can't leave a journal half changed.
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder that is watched; no longer, once it is dropped.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
}

/// Watches a folder. What lies in it counts as synced.
///
/// # Errors
/// The folder can't be read.
pub fn watch(folder: &Path) -> std::io::Result<Watch> {
    let folder = folder.canonicalize()?;
    let mut before = HashMap::new();
    for entry in std::fs::read_dir(&folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            before.insert(entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?);
        }
    }
    watched().get_or_insert_default().insert(folder.clone(), Journal { before, ops: Vec::new() });
    Ok(Watch { folder })
}

impl Watch {
    /// Puts a mark between what happened before and what will.
    pub fn mark(&self, mark: u64) {
        if let Some(journal) = watched().as_mut().and_then(|all| all.get_mut(&self.folder)) {
            journal.ops.push(Op::Mark(mark));
        }
    }

    /// What happened so far.
    pub fn journal(&self) -> Journal {
        watched().as_ref().and_then(|all| all.get(&self.folder)).cloned().unwrap_or_default()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(all) = watched().as_mut() {
            all.remove(&self.folder);
        }
    }
}

/// A file of a watched folder.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    folder: PathBuf,
    pub file: String,
}

/// Whether somebody watches that file.
pub(crate) fn known(path: &Path) -> Option<Known> {
    let folder = path.parent()?;
    let all = watched();
    let folder = all.as_ref()?.contains_key(folder).then(|| folder.to_owned())?;
    Some(Known { folder, file: path.file_name()?.to_string_lossy().into_owned() })
}

/// Writes down what happened to a file.
pub(crate) fn note(known: &Known, op: Op) {
    if let Some(journal) = watched().as_mut().and_then(|all| all.get_mut(&known.folder)) {
        journal.ops.push(op);
    }
}
