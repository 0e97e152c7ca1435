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

/// Writes the report.
pub fn write(file: &Path, told: &[Told], short: bool) -> Result<(), Failed> {
    let form = if short { "short" } else { "long" };
    let flag = if short { " --short" } else { "" };
    let mut text = format!(
        "# Proofs of booking\n\nWritten by `scripts/prove all{flag}` ({form} form) at commit {} of {}, on {}.\n\n\
         | row | bar | measured | holds | seconds |\n|---|---|---|---|---|\n",
        git(&["rev-parse", "--short", "HEAD"]),
        git(&["show", "-s", "--format=%cs", "HEAD"]),
        machine(),
    );
    for one in told {
        let Told { row, seconds, proved } = one;
        let holds = match proved.stand {
            Stand::Holds => "yes",
            Stand::Below => "below the bar",
            Stand::Fails => "**no**",
        };
        text += &format!("| {} | {} | {} | {holds} | {seconds:.0} |\n", row.name, cell(row.bar), cell(&proved.figure));
    }
    for one in told.iter().filter(|one| !one.proved.more.is_empty()) {
        text += &format!("\n## {}\n\n| what | measured |\n|---|---|\n", one.row.name);
        for (name, value) in &one.proved.more {
            text += &format!("| {} | {} |\n", cell(name), cell(value));
        }
    }
    std::fs::write(file, text)?;
    Ok(())
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
