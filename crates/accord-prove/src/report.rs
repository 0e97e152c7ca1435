//! What is printed of a row, and the report of all rows.

use crate::Row;
use crate::how::{Failed, Proved, Stand};
use std::path::Path;
use std::process::Command;

/// A row that ran.
pub struct Told {
    /// Which.
    pub row: &'static Row,
    /// How long it took.
    pub seconds: f64,
    /// What it showed.
    pub proved: Proved,
}

impl Told {
    /// Its figure, last.
    pub fn print(&self) {
        for (name, value) in &self.proved.more {
            println!("  {name:<44} {value}");
        }
        println!("{} {}: {} ({:.0} s)", self.row.name, self.word(), self.proved.figure, self.seconds);
    }

    fn word(&self) -> &'static str {
        match self.proved.stand {
            Stand::Holds => "holds",
            Stand::Below => "is below the bar",
            Stand::Fails => "FAILS",
        }
    }
}

const HEAD: &str = "# Proofs of booking

`scripts/prove all` writes this page, and `scripts/prove ROW --report docs/proofs.md` the row it ran; the others stay as they
are. Each row tells which form of it ran, at which commit, and on which machine. What the rows do is in `crates/accord-prove`.

";
const COLUMNS: &str =
    "| row | bar (long form) | measured | holds | form | seconds | commit |\n|---|---|---|---|---|---|---|\n";

/// Puts a row into the report, in the place of what stood there of it; the other rows stay.
pub fn write(file: &Path, one: &Told, short: bool) -> Result<(), Failed> {
    let before = std::fs::read_to_string(file).unwrap_or_default();
    let name = one.row.name;
    let lines = |name: &str| before.lines().find(|line| line.starts_with(&format!("| {name} |"))).map(str::to_owned);
    let part = |name: &str| {
        let mut parts = before.split("\n## ").skip(1);
        parts.find(|part| part.lines().next() == Some(name)).map(|part| format!("\n## {}\n", part.trim_end()))
    };
    let (mut table, mut parts) = (String::new(), String::new());
    for row in crate::rows::ROWS {
        let (line, detail) = if row.name == name {
            (Some(one.line(short)), Some(one.detail()))
        } else {
            (lines(row.name), part(row.name))
        };
        table.extend(line.map(|line| line + "\n"));
        parts.extend(detail);
    }
    std::fs::write(file, format!("{HEAD}{COLUMNS}{table}{parts}"))?;
    Ok(())
}

impl Told {
    fn line(&self, short: bool) -> String {
        let holds = match self.proved.stand {
            Stand::Holds => "yes",
            Stand::Below => "below the bar",
            Stand::Fails => "**no**",
        };
        let (form, seconds) = (if short { "short" } else { "long" }, self.seconds);
        let (row, commit) = (self.row, git(&["show", "-s", "--format=%h of %cs", "HEAD"]));
        format!(
            "| {} | {} | {} | {holds} | {form} | {seconds:.0} | {commit} |",
            row.name,
            cell(row.bar),
            cell(&self.proved.figure)
        )
    }

    fn detail(&self) -> String {
        let mut text = format!("\n## {}\n\nOn {}.\n", self.row.name, machine());
        if !self.proved.more.is_empty() {
            text += "\n| what | measured |\n|---|---|\n";
        }
        for (name, value) in &self.proved.more {
            text += &format!("| {} | {} |\n", cell(name), cell(value));
        }
        text
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "/").replace('\n', " ")
}

fn git(arguments: &[&str]) -> String {
    let out = Command::new("git").args(arguments).output().map(|out| out.stdout).unwrap_or_default();
    String::from_utf8_lossy(&out).trim().to_owned()
}

/// Cores, processor, memory, kernel.
fn machine() -> String {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let (cpu, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let after = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let kb = after(&memory, "MemTotal").split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{cores} cores ({}), {:.0} GB, Linux {}", after(&cpu, "model name"), kb / 1e6, kernel.trim())
}
