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

    /// How a rate stands that should be at least `bar`. The short form runs on machines that have other work: there it
    /// fails only below a tenth of the bar.
    pub fn at_least(&self, measured: f64, bar: f64) -> Stand {
        self.stand(measured >= bar, measured >= bar / SLACK)
    }

    /// How a time or cost stands that should be at most `bar`; the short form fails only beyond ten times that.
    pub fn at_most(&self, measured: f64, bar: f64) -> Stand {
        self.stand(measured <= bar, measured <= bar * SLACK)
    }

    fn stand(&self, bar: bool, floor: bool) -> Stand {
        match (bar, self.short && floor) {
            (true, _) => Stand::Holds,
            (false, true) => Stand::Below,
            (false, false) => Stand::Fails,
        }
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

/// How many times worse than its bar a rate or a time of the short form may be.
const SLACK: f64 = 10.0;

/// How what was measured stands to its bar; of several the worst counts, which is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stand {
    /// The bar holds.
    Holds,
    /// Right, but slower than the bar, in the short form: told, and no failure.
    Below,
    /// The bar does not hold.
    Fails,
}

impl Stand {
    /// What is added to a figure.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Holds => "",
            Self::Below | Self::Fails => " - below the bar",
        }
    }
}

impl From<bool> for Stand {
    fn from(right: bool) -> Self {
        if right { Self::Holds } else { Self::Fails }
    }
}

/// What a row showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The figure, in a line.
    pub figure: String,
    /// How it stands to its bar.
    pub stand: Stand,
    /// What else was measured, by name.
    pub more: Vec<(String, String)>,
}

impl Proved {
    /// A row's figure, how it stands (true: its bar holds), and what else was measured.
    pub fn new(figure: String, stand: impl Into<Stand>, more: Vec<(String, String)>) -> Self {
        Self { figure, stand: stand.into(), more }
    }

    /// A row that could not be run to its end.
    pub fn failed(why: &str) -> Self {
        Self::new(format!("could not be run: {why}"), false, Vec::new())
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
