//! The command line: one file a command.
//!
//! Data goes to the output stream, talk to the error stream. A failure is three short lines: what, where, what next.
//! Exit codes: 0 done, 1 done and something was found, 2 the command or its input is wrong, 3 refused,
//! 4 the store or the machine can't, 70 stopped half-way.

mod about;
mod agreements;
mod api_key;
mod campaign;
mod clinics;
pub mod day_pack;
mod demo;
pub use about::VERSION;
pub mod doctor;
mod elsewhere;
mod export;
pub mod import;
mod import_look;
mod init;
mod link;
mod lost;
pub mod opened;
mod organisations;
pub mod plan;
pub mod publish;
pub mod serve;
mod sim;
mod sweep;
mod verify;

use crate::base::clock::{Chance, Clock, london_date};
use crate::base::db::{Actor, Place, Stop};
use crate::base::refusal::Refusal;
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
    /// The store: a folder, or postgres://user@host/database [default: ./accord-data, for the demo ./accord-demo]
    #[arg(long, global = true, env = "ACCORD_AT", value_name = "DIR|URL", hide_env_values = true)]
    pub at: Option<String>,
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
    /// Build the demo partnership, book its 20,000 invented people, and serve the pages
    Demo(demo::Demo),
    /// Take an employer's staff list, after a look at what it would change
    Import(import::ImportArgs),
    /// Take organisations from a file: who takes part
    Organisations(organisations::Organisations),
    /// Sign capacity agreements from a file, or amend them
    Agreements(agreements::Agreements),
    /// Take sites, sessions, deliveries and ways from files
    Clinics(clinics::Clinics),
    /// Make a campaign from a file
    Campaign(campaign::CampaignArgs),
    /// Plan a campaign for everybody waiting
    Plan(plan::PlanArgs),
    /// Turn a plan into bookings
    Publish(publish::PublishArgs),
    /// Serve the pages
    Serve(serve::Serve),
    /// Mark who did not come to sessions that are long over; a running service does it by itself
    Sweep,
    /// Take a file that says who had it elsewhere, after a look at what it would do
    Elsewhere(elsewhere::ElsewhereArgs),
    /// Write a day's list of a clinic as a sealed file, for an outage; a running service does it by itself
    DayPack(day_pack::DayPack),
    /// Run the whole of Accord in memory from a number: people, clinics, faults, under a clock of its own
    Sim(sim::Sim),
    /// Check every invariant of the store
    Verify(verify::Verify),
    /// Name everybody of an open campaign whom nobody looks after: there must be nobody
    Lost,
    /// Write organisations, clinics, sessions, deliveries, or a plan's problem and proof as files
    Export(export::Export),
    /// Make a one-time link that signs somebody in
    Link(link::Link),
    /// Make a key with which a program calls the API, list the keys, or revoke one
    ApiKey(api_key::ApiKeyArgs),
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
    /// It said all there is to say, and this is its exit code.
    With(u8),
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
            StoreError::Engine(said) | StoreError::Down(said) => {
                NEXT.iter().find(|(sign, _)| said.contains(sign)).map_or("run accord doctor", |(_, next)| next)
            }
            _ => "run accord doctor",
        };
        Self::environment(error.to_string(), place, next)
    }

    /// The three lines, to the error stream.
    pub fn say(&self) {
        use std::io::Write;
        // Nothing to be done about an error stream that is shut.
        drop(writeln!(std::io::stderr(), "accord: {}\n  where: {}\n  next:  {}", self.what, self.place, self.next));
    }

    fn json(&self) -> serde_json::Value {
        let Self { what, place, next, exit } = self;
        serde_json::json!({ "failed": what, "where": place, "next": next, "exit": *exit as u8 })
    }
}

/// What the engines say about a store that can't be used, and what helps.
const NEXT: [(&str, &str); 8] = [
    ("newer accord", "run the newer accord that made it"),
    ("is not this binary's", "run the accord that made this store"),
    ("back the database up", "back it up, then run the command with ACCORD_BACKED_UP=yes before it"),
    ("not a store of Accord", "put your newest copy of accord.db back, or name another store with --at"),
    ("is damaged", "put your newest copy of accord.db back"),
    ("took no more", "make room on that disk, or lift the limit, then run the command again"),
    ("unable to open", "let whoever runs accord read and write in that folder"),
    ("error connecting", "start the database server, or correct the address in --at"),
];

/// Reads the command line, runs the command, and answers its exit code.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Init(args) => init::run(&cli.at, &args),
        Command::Demo(args) => demo::run(&cli.at, &args),
        Command::Import(args) if args.dry_run && cli.at.json => {
            import_look::run(&args, london_date(Clock::Machine.now())).map(Ended::With)
        }
        Command::Import(args) => on_store(&cli.at, |store, who| {
            let today = london_date(store.db.clock.now());
            import::run(&args, import::Store { db: &store.db, place: &store.place, who, today }, cli.at.json)
        }),
        Command::Organisations(args) => organisations::run(&cli.at, &args),
        Command::Agreements(args) => agreements::run(&cli.at, &args),
        Command::Clinics(args) => clinics::run(&cli.at, &args),
        Command::Campaign(args) => campaign::run(&cli.at, &args),
        Command::Plan(args) => on_store(&cli.at, |store, who| {
            plan::run(&args, &store.db, who, cli.at.json).map_err(|stop| planning(store, stop))
        }),
        Command::Publish(args) => on_store(&cli.at, |store, who| {
            publish::run(&args, &store.db, who, cli.at.json).map_err(|stop| planning(store, stop))
        }),
        Command::Serve(args) => serve::run(&cli.at, &args),
        Command::Sweep => on_store(&cli.at, |store, who| sweep::run(&cli.at, store, who)),
        Command::Elsewhere(args) => elsewhere::run(&cli.at, &args),
        Command::DayPack(args) => day_pack::run(&cli.at, &args),
        Command::Sim(args) => sim::run(&cli.at, &args),
        Command::Verify(args) => verify::run(&cli.at, &args),
        Command::Lost => lost::run(&cli.at),
        Command::Export(args) => export::run(&cli.at, &args),
        Command::Link(args) => link::run(&cli.at, &args),
        Command::ApiKey(args) => api_key::run(&cli.at, &args),
        Command::Doctor(args) => doctor::run(&cli.at, &args),
        Command::About => about::run(&cli.at),
    };
    match outcome {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::WithFindings) => ExitCode::from(1),
        Ok(Ended::With(code)) => ExitCode::from(code),
        Err(failure) => {
            failure.say();
            if cli.at.json {
                print_json(&failure.json());
            }
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// Opens the store, runs a command on it as the operator of this machine, and seals what it wrote.
fn on_store(at: &At, run: impl FnOnce(&Opened, &Actor) -> Result<u8, Failure>) -> Result<Ended, Failure> {
    let store = Opened::open(at, Clock::Machine, Chance::machine())?;
    let who = store.operator();
    let code = run(&store, &who)?;
    crate::app::seal_now(&store.db, &who).map_err(|e| store.failed(&e))?;
    Ok(Ended::With(code))
}

fn planning(store: &Opened, stop: Stop<crate::plan::PlanRefusal>) -> Failure {
    match stop {
        Stop::Store(error) => store.failed(&error),
        Stop::Refused(refusal) => Failure::refused(refusal.sentence(), &store.place, refusal.next_step()),
    }
}

impl At {
    /// Where the store is.
    pub fn place(&self) -> Place {
        Place::parse(self.at.as_deref().unwrap_or("./accord-data"))
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
