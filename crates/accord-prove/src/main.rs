//! The proofs of booking: each row of the table runs the real binary under load or faults, prints progress to the error
//! stream and its figure last on the output stream, and ends with 0 only when its bar holds.
//!
//! The short form runs on every push, on machines that have other work. There a violation, a loss or a wrong answer fails
//! as in the long form; a rate or a time that misses its bar is told as "below the bar" and fails only when it is ten
//! times worse than the bar. The long form decides by the bar.
//!
//! `scripts/prove` builds what it needs and calls it.

mod change;
mod clean;
mod client;
mod cluster;
mod folk;
mod how;
mod load;
mod proxy;
mod report;
mod rows;
mod server;
mod stage;
mod strace;

use clap::Parser;
use how::{Failed, How, Proved, Stand};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// One proof.
pub struct Row {
    /// Its name on the command line.
    pub name: &'static str,
    /// What must hold, in the long form.
    pub bar: &'static str,
    /// Whether it needs `ACCORD_TEST_POSTGRES`.
    pub postgres: bool,
    /// Whether "all --short" leaves it out.
    pub long_only: bool,
    /// Runs it.
    pub run: fn(&How) -> Result<Proved, Failed>,
}

/// Runs the proofs of booking.
#[derive(Debug, Parser)]
#[command(name = "accord-prove")]
struct Cli {
    /// A row, or "all"; without one the rows are listed
    name: Option<String>,
    /// The short form, for every push
    #[arg(long)]
    short: bool,
    /// The binary under test
    #[arg(long, default_value = "target/release/accord")]
    bin: PathBuf,
    /// Where chance begins
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Put what the rows showed into the report in this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let Some(name) = &cli.name else {
        rows::ROWS.iter().for_each(|row| println!("{:<20} {}", row.name, row.bar));
        return ExitCode::SUCCESS;
    };
    let chosen: Vec<&Row> =
        rows::ROWS.iter().filter(|row| row.name == name || name == "all" && !(cli.short && row.long_only)).collect();
    if chosen.is_empty() {
        eprintln!(
            "accord-prove: there is no row {name}\n  where: the command line\n  next:  run it without a name for a list"
        );
        return ExitCode::from(2);
    }
    let mut all_hold = true;
    for row in chosen {
        let since = Instant::now();
        let proved = how::prepared(row.name, cli.short, &cli.bin, cli.seed).and_then(|how| (row.run)(&how));
        let proved = proved.unwrap_or_else(|error| Proved::failed(&error.to_string()));
        let told = report::Told { row, seconds: since.elapsed().as_secs_f64(), proved };
        told.print();
        all_hold &= told.proved.stand != Stand::Fails;
        // After each row: what took hours is not lost with what comes after it.
        if let Some(file) = &cli.report
            && let Err(error) = report::write(file, &told, cli.short)
        {
            eprintln!(
                "accord-prove: the report can't be written: {error}\n  where: {}\n  next:  make that folder",
                file.display()
            );
            return ExitCode::from(4);
        }
    }
    if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
