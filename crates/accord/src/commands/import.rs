//! `accord import FILE... --employer CODE`: shows what a staff list would change, and takes it after a yes.

use crate::base::db::{Actor, Db, Stop, StoreError};
use crate::base::refusal::Refusal;
use crate::cohort::import::{self, Committed, Confirm, ImportRefusal, Preview, Previewed, Review};
use accord_formats::{Date, Severity};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::path::{Path, PathBuf};

/// Everything was done, or there was nothing to do.
pub const DONE: u8 = 0;
/// A wrong call or a file that is no list.
pub const USAGE: u8 = 2;
/// Refused: see the sentence and the next step.
pub const REFUSED: u8 = 3;

/// Bring a staff list in.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArgs {
    /// The list: CSV, text or an Excel workbook (.xlsx). Several are taken one after another.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Code of the employer who sent it, such as RDE
    #[arg(long, value_name = "CODE")]
    pub employer: String,
    /// Take the list without asking
    #[arg(long)]
    pub yes: bool,
    /// Take it although many people are missing or new: you checked with the employer
    #[arg(long)]
    pub second_yes: bool,
    /// Only show what it would change
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}

/// Runs the command: data to standard output, talk to standard error. The answer is the exit code; an error is a
/// sentence with the next step.
pub fn run(args: &ImportArgs, db: &Db, who: &Actor, today: Date, as_json: bool) -> Result<u8, String> {
    let mut results = Vec::new();
    let mut code = DONE;
    for file in &args.files {
        let (file_code, result) = one(args, file, db, who, today)?;
        if as_json {
            results.push(result.json);
        } else {
            print(&result.text)?;
        }
        code = code.max(file_code);
        if file_code != DONE {
            break;
        }
    }
    if as_json {
        print(&format!("{}\n", Value::Array(results)))?;
    }
    Ok(code)
}

struct Shown {
    text: String,
    json: Value,
}

fn one(args: &ImportArgs, path: &Path, db: &Db, who: &Actor, today: Date) -> Result<(u8, Shown), String> {
    let bytes = std::fs::read(path)
        .map_err(|error| format!("{} can not be read: {error}. Check the name of the file.", path.display()))?;
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let cmd = Preview { employer: args.employer.clone(), file_name, bytes, today, mapping: None };
    let previewed = if args.dry_run {
        let answer = db.read_now(who, move |tx| match import::look(tx, &cmd) {
            Ok(previewed) => Ok(Ok(previewed)),
            Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stop::Store(error)) => Err(error),
        });
        answer.map_err(store_error)?
    } else {
        answered(db.write_now(who, move |tx| import::preview(tx, &cmd)))?
    };
    let review = match previewed {
        Err(refusal) => return Ok(refused(path, &refusal)),
        Ok(Previewed::NothingToDo { import }) => {
            let text = format!("{}: nothing to do, this very list was the last one taken.\n", path.display());
            let json =
                json!({ "file": path.display().to_string(), "state": "nothing_to_do", "import": import.to_string() });
            return Ok((DONE, Shown { text, json }));
        }
        Ok(Previewed::Review(review)) => review,
    };
    take(args, path, db, who, &review)
}

/// Shows the review; takes the list after a yes, by option or at the terminal.
fn take(args: &ImportArgs, path: &Path, db: &Db, who: &Actor, review: &Review) -> Result<(u8, Shown), String> {
    let mut shown = Shown { text: summary(review), json: summary_json(path, review) };
    let Some(import) = review.import else {
        shown.json["state"] = "looked_at".into();
        shown.text.push_str("Dry run: nothing was changed.\n");
        return Ok((DONE, shown));
    };
    if !args.yes && ask(&shown.text)? {
        // The terminal showed it with the question.
        shown.text.clear();
    } else if !args.yes {
        answered(db.write_now(who, move |tx| import::abandon(tx, import)))?.map_err(|refusal| said(&refusal))?;
        shown.json["state"] = "abandoned".into();
        shown.text = "Not taken: nothing was changed. Add --yes to take it.\n".to_owned();
        return Ok((DONE, shown));
    }
    let confirm = Confirm { second_yes: args.second_yes };
    match answered(db.write_now(who, move |tx| import::commit(tx, import, confirm)))? {
        Ok(Committed { .. }) => {
            shown.json["state"] = "committed".into();
            shown.text.push_str("Taken.\n");
            Ok((DONE, shown))
        }
        Err(refusal) => {
            // What is refused at the command line is not left waiting: the next try starts afresh.
            answered(db.write_now(who, move |tx| import::abandon(tx, import)))?.map_err(|refusal| said(&refusal))?;
            let (code, mut answer) = refused(path, &refusal);
            answer.text = shown.text;
            answer.json["review"] = shown.json;
            Ok((code, answer))
        }
    }
}

/// Asks on a terminal; without one the answer is no.
fn ask(summary: &str) -> Result<bool, String> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    let mut talk = std::io::stderr();
    let asked = write!(talk, "{summary}Take this list? [y/N] ").and_then(|()| talk.flush());
    let mut line = String::new();
    asked
        .and_then(|()| std::io::stdin().read_line(&mut line))
        .map_err(|error| format!("The terminal does not answer: {error}."))?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn summary(review: &Review) -> String {
    let counts = &review.counts;
    let mut text =
        format!("{} ({}), {}: {}\n", review.employer.name, review.employer.code, review.file_name, review.dialect);
    for (number, words) in [
        (counts.rows, "rows"),
        (counts.people, "people at work there"),
        (counts.added, "people added"),
        (counts.changed, "people changed"),
        (counts.same, "people as before"),
        (counts.second_jobs, "people known from another employer"),
        (counts.leavers, "people who left"),
        (counts.not_seen, "known people not on this list"),
        (counts.unclear, "questions for the worklist"),
    ] {
        let _ = writeln!(text, "{number:>8}  {words}");
    }
    let faults: Vec<_> = review.faults.iter().filter(|fault| fault.severity != Severity::Note).collect();
    if !faults.is_empty() {
        let _ = writeln!(
            text,
            "Faults: {}{}",
            faults.len(),
            if faults.len() > FAULTS_SHOWN { ", the first ten:" } else { "" }
        );
        let _ = writeln!(text, "{:>8}  {:<20}  {:<24}  wanted", "row", "column", "seen");
        for fault in faults.iter().take(FAULTS_SHOWN) {
            let _ = writeln!(
                text,
                "{:>8}  {:<20}  {:<24}  {}",
                fault.row,
                cut(&fault.column, 20),
                cut(&fault.seen, 24),
                fault.wanted
            );
        }
    }
    text.push_str("How columns were understood:\n");
    for column in &review.columns {
        let _ = writeln!(
            text,
            "  {:<28}  {}",
            cut(&column.heading, 28),
            column.field.map_or("not read", |field| field.label())
        );
    }
    for reason in &review.second_yes {
        let _ = writeln!(text, "Needs a second yes: {}", reason.sentence());
    }
    text
}

/// How many faults the summary shows.
const FAULTS_SHOWN: usize = 10;

/// At most `width` characters, on one line and without control characters: a file must not steer the terminal.
fn cut(text: &str, width: usize) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(width + 1).collect();
    if clean.chars().count() <= width { clean } else { clean.chars().take(width - 1).chain(['…']).collect() }
}

fn summary_json(path: &Path, review: &Review) -> Value {
    let counts = &review.counts;
    json!({
        "file": path.display().to_string(), "employer": review.employer.code, "dialect": review.dialect,
        "import": review.import.map(|id| id.to_string()),
        "rows": counts.rows, "people": counts.people, "added": counts.added, "changed": counts.changed, "same": counts.same,
        "second_jobs": counts.second_jobs, "leavers": counts.leavers, "not_seen": counts.not_seen, "unclear": counts.unclear,
        "needs_second_yes": review.second_yes.iter().map(|reason| reason.sentence()).collect::<Vec<_>>(),
        "faults": review.faults.iter().map(|fault| json!({
            "row": fault.row, "sheet": fault.sheet, "column": fault.column, "seen": fault.seen, "wanted": fault.wanted,
            "severity": format!("{:?}", fault.severity),
        })).collect::<Vec<_>>(),
        "columns": review.columns.iter().map(|column| json!({
            "heading": column.heading, "field": column.field.map(|field| field.key()),
        })).collect::<Vec<_>>(),
    })
}

/// A refusal: its sentence and next step to standard error, its code to the JSON.
fn refused(path: &Path, refusal: &ImportRefusal) -> (u8, Shown) {
    let unusable = matches!(
        refusal,
        ImportRefusal::NotAList(_)
            | ImportRefusal::NobodyNamed { .. }
            | ImportRefusal::UnknownEmployer { .. }
            | ImportRefusal::NotAnEmployer { .. }
    );
    // Nothing to be done about a standard error that is shut.
    let _ = writeln!(std::io::stderr(), "{}: {}", path.display(), said(refusal));
    let json = json!({
        "file": path.display().to_string(), "state": "refused", "code": refusal.code(),
        "sentence": refusal.sentence(), "next_step": refusal.next_step(),
    });
    (if unusable { USAGE } else { REFUSED }, Shown { text: String::new(), json })
}

fn said(refusal: &ImportRefusal) -> String {
    format!("{} {}", refusal.sentence(), refusal.next_step())
}

fn answered<T>(answer: Result<T, Stop<ImportRefusal>>) -> Result<Result<T, ImportRefusal>, String> {
    match answer {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Store(error)) => Err(store_error(error)),
    }
}

fn store_error(error: StoreError) -> String {
    let next = match error {
        StoreError::Full => "Make room on the disk, then try again.",
        StoreError::Busy | StoreError::Conflict => "Try again.",
        _ => "Run `accord doctor` to see what is wrong with the store.",
    };
    format!("{error}. {next}")
}

fn print(text: &str) -> Result<(), String> {
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| format!("Standard output is shut: {error}."))
}
