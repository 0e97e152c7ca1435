//! `accord import FILE... --employer CODE`: shows what a staff list would change, and takes it after a yes.

use super::Failure;
use crate::base::db::{Actor, Db, Place, Stop, Tx};
use crate::base::ids::ImportId;
use crate::base::refusal::Refusal;
use crate::campaign::offer;
use crate::cohort::import::{self, Confirm, ImportRefusal, Preview, Previewed, Review};
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
    /// The list: CSV, text or an Excel workbook (.xlsx, .xls). Several are taken one after another.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Code of the employer who sent them, such as RDE; or, for lists of several employers, CODE=FILE for each
    #[arg(long, value_name = "CODE[=FILE]", required = true, num_args = 1..)]
    pub employer: Vec<String>,
    /// Take the list without asking
    #[arg(long)]
    pub yes: bool,
    /// Take it although many people are missing or new: you checked with the employer
    #[arg(long)]
    pub second_yes: bool,
    /// Only show what it would change; with --json what the lists say, matched with each other, without a store
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}

/// A list of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListFile {
    pub employer: String,
    pub path: PathBuf,
}

impl ListFile {
    /// Its name and its bytes.
    pub fn read(&self) -> Result<(String, Vec<u8>), Failure> {
        let bytes = std::fs::read(&self.path).map_err(|error| {
            let next = "check the name of the file, and that you may read it; nothing was changed";
            Failure::bad_input(format!("the list can't be read: {error}"), self.path.display(), next)
        })?;
        Ok((self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(), bytes))
    }
}

impl ImportArgs {
    /// Every list with its employer, in the order of the call.
    pub(super) fn lists(&self) -> Result<Vec<ListFile>, Failure> {
        let of = |employer: &str, path: &Path| ListFile { employer: employer.to_owned(), path: path.to_owned() };
        let (pairs, plain): (Vec<_>, Vec<_>) = self.employer.iter().partition(|said| said.contains('='));
        // What stands behind the code is a file: `--employer RDE list.csv`.
        let (code, more) = plain.split_first().map_or((None, &[][..]), |(code, more)| (Some(code), more));
        let files = self.files.iter().map(PathBuf::as_path).chain(more.iter().map(|file| Path::new(file.as_str())));
        let named = code.map(|code| files.clone().map(|file| of(code, file)).collect::<Vec<_>>());
        let pairs =
            pairs.into_iter().filter_map(|said| said.split_once('=')).map(|(code, file)| of(code, Path::new(file)));
        let all: Vec<ListFile> = named.unwrap_or_default().into_iter().chain(pairs).collect();
        if all.is_empty() || (code.is_none() && !self.files.is_empty()) {
            let next =
                "name the file and its employer: accord import list.csv --employer RDE, or --employer RDE=list.csv";
            return Err(Failure::bad_input("it is not said which file is whose list", "--employer", next));
        }
        Ok(all)
    }
}

/// The store a list goes to, for whom, and on which day.
#[derive(Debug, Clone, Copy)]
pub struct Store<'a> {
    /// The store.
    pub db: &'a Db,
    /// Where it is.
    pub place: &'a Place,
    /// Who takes the list.
    pub who: &'a Actor,
    /// The day it is read for.
    pub today: Date,
}

/// Runs the command: data to standard output, talk to standard error. The answer is the exit code.
pub fn run(args: &ImportArgs, to: Store<'_>, as_json: bool) -> Result<u8, Failure> {
    let mut results = Vec::new();
    let mut code = DONE;
    for list in &args.lists()? {
        let (file_code, result) = one(args, list, to)?;
        if as_json {
            results.push(result.json);
        } else {
            print(&result.text);
        }
        code = code.max(file_code);
        if file_code != DONE {
            break;
        }
    }
    if as_json {
        super::print_json(&Value::Array(results));
    }
    Ok(code)
}

struct Shown {
    text: String,
    json: Value,
}

fn one(args: &ImportArgs, list: &ListFile, to: Store<'_>) -> Result<(u8, Shown), Failure> {
    let path = list.path.as_path();
    let (file_name, bytes) = list.read()?;
    let cmd = Preview { employer: list.employer.clone(), file_name, bytes, today: to.today, mapping: None };
    if args.yes {
        return at_once(args, path, to, cmd);
    }
    // Where nobody can say yes, nothing is stored.
    let only_look = args.dry_run || !std::io::stdin().is_terminal();
    let previewed = if only_look {
        let answer = to.db.read_now(to.who, move |tx| match import::look(tx, &cmd) {
            Ok(previewed) => Ok(Ok(previewed)),
            Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stop::Store(error)) => Err(error),
        });
        answer.map_err(|error| Failure::store(&error, to.place))?
    } else {
        to.write(move |tx| import::preview(tx, &cmd))?
    };
    let review = match previewed {
        Err(refusal) => return Ok(refused(path, &refusal)),
        Ok(Previewed::NothingToDo { import }) => return Ok((DONE, nothing_to_do(path, import))),
        Ok(Previewed::Review(review)) => review,
    };
    take(args, path, to, &review)
}

impl Store<'_> {
    fn write<T: Send + 'static>(
        self,
        f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<ImportRefusal>> + Send + 'static,
    ) -> Result<Result<T, ImportRefusal>, Failure> {
        match self.db.write_now(self.who, f) {
            Ok(done) => Ok(Ok(done)),
            Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stop::Store(error)) => Err(Failure::store(&error, self.place)),
        }
    }

    /// Forgets a list that this very call stored; one that waited before is somebody else's to decide on.
    fn forget(self, review: &Review) -> Result<(), Failure> {
        if let (Some(import), false) = (review.import, review.waited) {
            // Refused only where somebody settled it meanwhile: then there is nothing to forget.
            self.write(move |tx| import::abandon(tx, import))?.ok();
        }
        Ok(())
    }
}

/// Shows the review; takes the list after a yes at the terminal.
fn take(args: &ImportArgs, path: &Path, to: Store<'_>, review: &Review) -> Result<(u8, Shown), Failure> {
    let mut shown = Shown { text: summary(review), json: summary_json(path, review) };
    let Some(import) = review.import else {
        shown.json["state"] = "looked_at".into();
        shown.text.push_str(if args.dry_run {
            "Dry run: nothing was changed.\n"
        } else {
            "Not taken: nothing was changed. Add --yes to take it.\n"
        });
        return Ok((DONE, shown));
    };
    if !ask(&shown.text)? {
        to.forget(review)?;
        shown.json["state"] = "abandoned".into();
        shown.text = "Not taken: nothing was changed.\n".to_owned();
        return Ok((DONE, shown));
    }
    // The terminal showed it with the question.
    shown.text.clear();
    let confirm = Confirm { second_yes: args.second_yes };
    match to.write(move |tx| commit(tx, import, confirm)) {
        Ok(Ok(())) => Ok((DONE, shown.taken())),
        // What is refused at the command line is not left waiting: the next try starts afresh.
        Ok(Err(refusal)) => {
            to.forget(review)?;
            Ok(refused_after(path, &refusal, shown))
        }
        Err(failure) => {
            // As far as the store still can.
            to.forget(review).ok();
            Err(failure)
        }
    }
}

/// The yes was said before: reads and takes the list in one transaction, so that a refusal leaves nothing of it.
fn at_once(args: &ImportArgs, path: &Path, to: Store<'_>, cmd: Preview) -> Result<(u8, Shown), Failure> {
    let confirm = Confirm { second_yes: args.second_yes };
    let done = to.db.write_now(to.who, move |tx| {
        let previewed = import::preview(tx, &cmd).map_err(|stop| with_review(stop, None))?;
        if let Previewed::Review(review) = &previewed
            && let Some(import) = review.import
        {
            commit(tx, import, confirm).map_err(|stop| with_review(stop, Some(review.clone())))?;
        }
        Ok(previewed)
    });
    let shown = |review: &Review| Shown { text: summary(review), json: summary_json(path, review) };
    match done {
        Ok(Previewed::NothingToDo { import }) => Ok((DONE, nothing_to_do(path, import))),
        Ok(Previewed::Review(review)) => Ok((DONE, shown(&review).taken())),
        Err(Stop::Refused((refusal, None))) => Ok(refused(path, &refusal)),
        Err(Stop::Refused((refusal, Some(review)))) => Ok(refused_after(path, &refusal, shown(&review))),
        Err(Stop::Store(error)) => Err(Failure::store(&error, to.place)),
    }
}

/// Takes the list, and gives whoever is new a place in the open campaigns.
fn commit(tx: &mut Tx<'_>, import: ImportId, confirm: Confirm) -> Result<(), Stop<ImportRefusal>> {
    import::commit(tx, import, confirm)?;
    offer::open_for_newcomers(tx)?;
    Ok(())
}

type Refused = (ImportRefusal, Option<Box<Review>>);

fn with_review(stop: Stop<ImportRefusal>, review: Option<Box<Review>>) -> Stop<Refused> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused((refusal, review)),
        Stop::Store(error) => Stop::Store(error),
    }
}

impl Shown {
    fn taken(mut self) -> Self {
        self.json["state"] = "committed".into();
        self.text.push_str("Taken.\n");
        self
    }
}

fn nothing_to_do(path: &Path, import: ImportId) -> Shown {
    let file = path.display().to_string();
    Shown {
        text: format!("{file}: nothing to do, this very list was the last one taken.\n"),
        json: json!({ "file": file, "state": "nothing_to_do", "import": import.to_string() }),
    }
}

/// A refusal of a list whose summary was worked out: it says what would have been.
fn refused_after(path: &Path, refusal: &ImportRefusal, shown: Shown) -> (u8, Shown) {
    let (code, mut answer) = refused(path, refusal);
    answer.text = shown.text;
    answer.json["review"] = shown.json;
    (code, answer)
}

/// Asks on a terminal; without one the answer is no.
fn ask(summary: &str) -> Result<bool, Failure> {
    let mut talk = std::io::stderr();
    let asked = write!(talk, "{summary}Take this list? [y/N] ").and_then(|()| talk.flush());
    let mut line = String::new();
    asked
        .and_then(|()| std::io::stdin().read_line(&mut line))
        .map_err(|error| Failure::environment(error.to_string(), "the terminal", "say --yes or --dry-run"))?;
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
    let make = if unusable { Failure::bad_input } else { Failure::refused };
    make(refusal.sentence(), path.display().to_string(), refusal.next_step()).say();
    let json = json!({
        "file": path.display().to_string(), "state": "refused", "code": refusal.code(),
        "sentence": refusal.sentence(), "next_step": refusal.next_step(),
    });
    (if unusable { USAGE } else { REFUSED }, Shown { text: String::new(), json })
}

fn print(text: &str) {
    // A reader that went away is not our failure.
    drop(std::io::stdout().write_all(text.as_bytes()));
}
