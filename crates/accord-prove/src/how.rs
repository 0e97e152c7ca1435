//! How a row runs, and what it shows.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a row could not be run to its end: that is no proof.
pub type Failed = Box<dyn std::error::Error>;

/// How a row runs.
#[derive(Debug)]
pub struct How {
    /// The short form.
    pub short: bool,
    /// The binary under test.
    pub bin: PathBuf,
    /// Where chance begins.
    pub seed: u64,
    /// A folder of this run; gone when it ends well, left to be looked at when it does not.
    pub scratch: PathBuf,
}

impl How {
    /// The short form's figure, or the long one's.
    pub fn of<T>(&self, short: T, long: T) -> T {
        if self.short { short } else { long }
    }

    /// So many seconds.
    pub fn seconds(&self, short: u64, long: u64) -> Duration {
        Duration::from_secs(self.of(short, long))
    }

    /// A new folder in the scratch folder.
    pub fn folder(&self, name: &str) -> Result<PathBuf, Failed> {
        let folder = self.scratch.join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// A runtime of one thread: the load generator shares the cores with the server, and one is enough for it.
    pub fn runtime(&self) -> Result<tokio::runtime::Runtime, Failed> {
        Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
    }
}

/// Tells of progress.
pub fn say(text: impl std::fmt::Display) {
    eprintln!("  {text}");
}

/// What a row showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The figure, in a line.
    pub figure: String,
    /// Whether its bar holds.
    pub holds: bool,
    /// What else was measured, by name.
    pub more: Vec<(String, String)>,
}

impl Proved {
    /// A row that could not be run to its end.
    pub fn failed(why: &str) -> Self {
        Self { figure: format!("could not be run: {why}"), holds: false, more: Vec::new() }
    }
}

/// Makes the scratch folder of a row: on the disk of the build, never in a memory file system, where a sync costs
/// nothing and proves nothing.
pub fn prepared(row: &str, short: bool, bin: &Path, seed: u64) -> Result<How, Failed> {
    let bin = bin.canonicalize().map_err(|error| format!("{}: {error}; build it first", bin.display()))?;
    let target = bin.parent().and_then(Path::parent).ok_or("the binary lies in no folder")?;
    let scratch = target.join("prove").join(format!("{row}-{}", std::process::id()));
    if scratch.exists() {
        std::fs::remove_dir_all(&scratch)?;
    }
    std::fs::create_dir_all(&scratch)?;
    Ok(How { short, bin, seed, scratch })
}

impl Drop for How {
    fn drop(&mut self) {
        // A row that failed by panic leaves its folder to be looked at.
        if !std::thread::panicking() && std::env::var_os("ACCORD_PROVE_KEEP").is_none() {
            drop(std::fs::remove_dir_all(&self.scratch));
        }
    }
}
