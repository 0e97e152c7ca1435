//! `accord clinics`: sites, sessions, deliveries and ways from files, those but ways as `accord export clinics` writes them.

use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::base::clock::{Chance, Clock};
use crate::base::db::{Stop, Tx};
use crate::base::refusal::Refusal;
use crate::clinic::import::{Faulty, Imported, import_deliveries, import_sessions, import_sites, import_travel};
use crate::clinic::product;
use crate::clinic::refusal::ClinicRefusal;
use clap::Args;
use std::path::{Path, PathBuf};

/// What `clinics` takes. All files together are taken, or none.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Clinics {
    /// A product that sessions give, as CODE=NAME; may come again
    #[arg(long, value_name = "CODE=NAME")]
    product: Vec<String>,
    /// Sites as CSV
    #[arg(long, value_name = "FILE")]
    sites: Option<PathBuf>,
    /// Sessions as CSV: a weekly template a row
    #[arg(long, value_name = "FILE")]
    sessions: Option<PathBuf>,
    /// Days on which sites are closed, as CSV; only with --sessions
    #[arg(long, value_name = "FILE", requires = "sessions")]
    closures: Option<PathBuf>,
    /// Deliveries as CSV
    #[arg(long, value_name = "FILE")]
    deliveries: Option<PathBuf>,
    /// Minutes by car between postcode sectors as CSV, in place of those there were
    #[arg(long, value_name = "FILE")]
    travel: Option<PathBuf>,
    /// Say what would change and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Why the files were not taken, and which of them it was.
enum No {
    Refused(String, ClinicRefusal),
    /// Nothing is wrong, but it was only to be looked at.
    OnlyLooked(Vec<(&'static str, Imported)>),
}

#[derive(Clone, Default)]
struct Files {
    products: Vec<(String, String)>,
    sites: Option<(String, String)>,
    sessions: Option<(String, String)>,
    closures: Option<(String, String)>,
    deliveries: Option<(String, String)>,
    travel: Option<(String, String)>,
}

pub(super) fn run(at: &At, args: &Clinics) -> Result<Ended, Failure> {
    let files = read_all(args)?;
    let opened = Opened::open(at, Clock::Machine, Chance::machine())?;
    let only_look = args.dry_run;
    let taken = opened.db.write_now(&opened.operator(), move |tx| {
        let done = take(tx, &files)?;
        if only_look { Err(Stop::Refused(No::OnlyLooked(done))) } else { Ok(done) }
    });
    let done = match taken {
        Ok(done) | Err(Stop::Refused(No::OnlyLooked(done))) => done,
        Err(Stop::Refused(No::Refused(file, refusal))) => {
            let place = match &refusal {
                ClinicRefusal::Faults(faults) => {
                    faults.first().map_or(file.clone(), |f| format!("{file}, row {}", f.row))
                }
                _ => file,
            };
            return Err(Failure::bad_input(refusal.sentence(), place, refusal.next_step()));
        }
        Err(Stop::Store(error)) => return Err(opened.failed(&error)),
    };
    if !only_look {
        crate::app::seal_now(&opened.db, &opened.operator()).map_err(|e| opened.failed(&e))?;
    }
    show(at, only_look, &done);
    Ok(Ended::Well)
}

fn show(at: &At, only_look: bool, done: &[(&'static str, Imported)]) {
    if at.json {
        let each = done.iter().map(
            |(what, n)| serde_json::json!({ "what": what, "added": n.added, "changed": n.changed, "same": n.same }),
        );
        return print_json(&serde_json::json!({ "written": !only_look, "files": each.collect::<Vec<_>>() }));
    }
    for (what, n) in done {
        print_line(&format!("{what}: {} added, {} changed, {} as before", n.added, n.changed, n.same));
    }
    if only_look {
        print_line("Dry run: nothing was changed.");
    }
}

fn take(tx: &mut Tx<'_>, files: &Files) -> Result<Vec<(&'static str, Imported)>, Stop<No>> {
    let mut done = Vec::new();
    for (code, name) in &files.products {
        product::add(tx, code, name).map_err(|stop| of(stop, "--product"))?;
    }
    if let Some((file, text)) = &files.sites {
        done.push(("sites", import_sites(tx, text, Faulty::Refuse).map_err(|stop| of(stop, file))?));
    }
    if let Some((file, text)) = &files.sessions {
        let closures = files.closures.as_ref().map(|(_, text)| text.as_str());
        done.push(("sessions", import_sessions(tx, text, closures, Faulty::Refuse).map_err(|stop| of(stop, file))?));
    }
    if let Some((file, text)) = &files.deliveries {
        done.push(("deliveries", import_deliveries(tx, text, Faulty::Refuse).map_err(|stop| of(stop, file))?));
    }
    if let Some((file, text)) = &files.travel {
        done.push(("ways", import_travel(tx, text).map_err(|stop| of(stop, file))?));
    }
    Ok(done)
}

fn of(stop: Stop<ClinicRefusal>, file: &str) -> Stop<No> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(No::Refused(file.to_owned(), refusal)),
        Stop::Store(error) => Stop::Store(error),
    }
}

fn read_all(args: &Clinics) -> Result<Files, Failure> {
    let read = |file: &Option<PathBuf>| file.as_deref().map(read_text).transpose();
    let product = |text: &String| {
        let pair = text.split_once('=').map(|(code, name)| (code.trim().to_owned(), name.trim().to_owned()));
        let next = "write it like --product \"FLU=Flu vaccine\"";
        pair.ok_or_else(|| Failure::bad_input(format!("\"{text}\" is no code and name"), "--product", next))
    };
    Ok(Files {
        products: args.product.iter().map(product).collect::<Result<_, _>>()?,
        sites: read(&args.sites)?,
        sessions: read(&args.sessions)?,
        closures: read(&args.closures)?,
        deliveries: read(&args.deliveries)?,
        travel: read(&args.travel)?,
    })
}

/// A file's name and its text, for commands that take files of text.
pub(super) fn read_text(file: &Path) -> Result<(String, String), Failure> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|e| {
        let next = "check the name of the file, and that you may read it; nothing was changed";
        Failure::bad_input(format!("the file can't be read: {e}"), &name, next)
    })?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::bad_input(
            "the file is no text in UTF-8",
            &name,
            "save it as a text file in UTF-8; nothing was changed",
        )
    })?;
    Ok((name, text))
}
