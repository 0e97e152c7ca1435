//! The command line: one file a command.
//!
//! Data goes to the output stream, talk to the error stream. A failure is three short lines: what, where, what next.
//! Exit codes: 0 done, 1 done and something was found, 2 the command or its input is wrong, 3 refused,
//! 4 the store or the machine can't, 70 stopped half-way.

mod about;
pub use about::VERSION;
pub mod doctor;
mod init;
mod link;
pub mod opened;
pub mod serve;

use clap::{Args, Parser, Subcommand};
use std::process::ExitCode;

pub use opened::Opened;

/// Book and schedule tens of thousands of people into pooled clinic capacity.
#[derive(Debug, Parser)]
#[command(name = "accord", version, max_term_width = 100, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    at: At,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct At {
    /// The store: a folder, or postgres://user@host/database
    #[arg(
        long,
        global = true,
        env = "ACCORD_AT",
        default_value = "./accord-data",
        value_name = "DIR|URL",
        hide_env_values = true
    )]
    pub at: String,
    /// The settings; by default accord.toml in the store's folder
    #[arg(long, global = true, env = "ACCORD_CONFIG", value_name = "FILE")]
    pub config: Option<std::path::PathBuf>,
    /// The key file; by default accord.key in the store's folder
    #[arg(long, global = true, env = "ACCORD_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<std::path::PathBuf>,
    /// Answer with JSON on the output stream
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an empty store: folder, key, settings, partnership, and a link for its first campaign lead
    Init(init::Init),
    /// Serve the pages
    Serve(serve::Serve),
    /// Make a one-time link that signs somebody in
    Link(link::Link),
    /// Check the store and this machine
    Doctor(doctor::Doctor),
    /// Version, licence, and where data and design come from
    About,
}

/// How a command ended when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything is well: 0.
    Well,
    /// It ran, and something was found that somebody should look at: 1.
    WithFindings,
}

/// Which kind of failure; the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The command or its input is wrong.
    BadInput = 2,
    /// A rule refused.
    Refused = 3,
    /// The store or the machine can't.
    Environment = 4,
    /// Stopped half-way; running it again goes on.
    Stopped = 70,
}

/// Why a command failed. Printed as three lines; left as it was is whatever was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub what: String,
    /// Where: a file and line, an address, a store.
    pub place: String,
    /// What to do next.
    pub next: String,
    /// The exit code.
    pub exit: Exit,
}

impl Failure {
    /// A failure of the store or the machine.
    pub fn environment(what: impl Into<String>, place: impl ToString, next: impl Into<String>) -> Self {
        Self { what: what.into(), place: place.to_string(), next: next.into(), exit: Exit::Environment }
    }

    /// A command or an input that is wrong.
    pub fn bad_input(what: impl Into<String>, place: impl ToString, next: impl Into<String>) -> Self {
        Self { what: what.into(), place: place.to_string(), next: next.into(), exit: Exit::BadInput }
    }

    /// A rule that refuses.
    pub fn refused(what: impl Into<String>, place: impl ToString, next: impl Into<String>) -> Self {
        Self { what: what.into(), place: place.to_string(), next: next.into(), exit: Exit::Refused }
    }

    /// What the store answered to a command that can't go on.
    pub fn store(error: &crate::base::db::StoreError, place: impl ToString) -> Self {
        use crate::base::db::StoreError;
        let next = match error {
            StoreError::Full => "free some space on its disk, then run the command again",
            StoreError::Busy | StoreError::Conflict => {
                "another program is writing: wait for it, then run the command again"
            }
            StoreError::Unknown => "run accord verify, then the command again",
            _ => "run accord doctor",
        };
        Self::environment(error.to_string(), place, next)
    }

    fn print(&self) {
        eprintln!("accord: {}\n  where: {}\n  next:  {}", self.what, self.place, self.next);
    }
}

/// Reads the command line, runs the command, and answers its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Init(args) => init::run(&cli.at, &args),
        Command::Serve(args) => serve::run(&cli.at, &args),
        Command::Link(args) => link::run(&cli.at, &args),
        Command::Doctor(args) => doctor::run(&cli.at, &args),
        Command::About => about::run(&cli.at),
    };
    match outcome {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::WithFindings) => ExitCode::from(1),
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// Prints a JSON value on the output stream. A reader that went away is not our failure.
pub fn print_json(value: &serde_json::Value) {
    use std::io::Write;
    drop(writeln!(std::io::stdout(), "{value}"));
}

/// Prints a line of data on the output stream.
pub fn print_line(line: &str) {
    use std::io::Write;
    drop(writeln!(std::io::stdout(), "{line}"));
}
