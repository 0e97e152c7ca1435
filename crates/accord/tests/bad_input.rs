//! What a newcomer does wrong, and what a machine does to them: one clear message with its place and the next step, an
//! exit code, and the store as it was. The binary itself is run, as they would run it.

use accord::base::db::migrate;
use accord::base::db::{Db, Place};
use accord::base::fingerprint;
use accord::testing::{Fresh, Small};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A store with one host, one employer (EMPL), one site, one product and one campaign, that the binary opens.
struct Used {
    fresh: Fresh,
    folder: PathBuf,
}

impl Used {
    fn new() -> Self {
        let fresh = Fresh::lite();
        Small::build(&fresh, 1);
        seal(&fresh);
        let folder = fresh.place.folder().expect("a folder").to_owned();
        std::fs::write(folder.join("accord.key"), format!("{}\n", "07".repeat(32))).expect("written");
        Self { fresh, folder }
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = command(args);
        command.env("ACCORD_AT", &self.folder);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the binary runs")
    }

    /// A hash of every row of every table.
    fn print(&self) -> String {
        print_of(&self.fresh.db)
    }

    fn count(&self, sql: &'static str) -> i64 {
        self.fresh.db.read_now(&self.fresh.who, move |tx| tx.one::<(i64,)>(sql, &[])).expect("counts").0
    }

    /// Runs a command that must fail: checks everything that every failure owes, and answers what it said.
    fn fails(&self, code: i32, args: &[&str]) -> String {
        let before = self.print();
        let output = self.run(args);
        let said = owes(&output, code);
        assert!(output.stdout.is_empty(), "{args:?} wrote to the output stream: {}", text(&output.stdout));
        assert_eq!(self.print(), before, "{args:?} changed the store: {said}");
        let with_json = self.run(&[args, &["--json"]].concat());
        assert_eq!(with_json.status.code(), Some(code), "{args:?} --json");
        serde_json::from_slice::<serde_json::Value>(&with_json.stdout).expect("JSON on the output stream");
        assert_eq!(self.print(), before, "{args:?} --json changed the store");
        said
    }
}

/// Seals what the test itself wrote: a command seals what it finds, which is no change of its own.
fn seal(fresh: &Fresh) {
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
}

fn print_of(db: &Db) -> String {
    let who = accord::testing::actor();
    db.read_now(&who, fingerprint::of).expect("reads")
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accord"));
    for name in ["ACCORD_AT", "ACCORD_CONFIG", "ACCORD_KEY_FILE"] {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What every failure owes: its exit code, what, where and next once each, and no innards.
fn owes(output: &Output, code: i32) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for part in ["accord: ", "\n  where: ", "\n  next:  "] {
        assert_eq!(said.matches(part).count(), 1, "one \"{}\" in: {said}", part.trim());
    }
    assert_eq!(said.lines().count(), 3, "three lines: {said}");
    assert!(said.lines().all(|line| line.trim().len() > "where: ".len()), "no empty line: {said}");
    for innards in ["panicked", "RUST_BACKTRACE", "unwrap", "SELECT ", "INSERT ", "Error {", "Some("] {
        assert!(!said.contains(innards), "{innards} in: {said}");
    }
    said
}

fn has(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "\"{part}\" in: {said}");
    }
}

const LIST: &str = "Surname,Forename,DOB,Staff No\nLee,Ann,1980-02-03,71\nPoe,Bea,1990-02-03,72\n";
const SESSIONS: &str = "site,product,weekday,from,until,slot_minutes,stations,from_date,until_date,except\n";

#[test]
fn a_wrong_file() {
    let store = Used::new();
    let import = |file: &str| ["import", file, "--employer", "EMPL", "--yes"].map(str::to_owned);
    let none = store.folder.join("none.csv").display().to_string();
    let folder = store.folder.display().to_string();
    let cases = [
        (none, "can't be read"),
        (folder, "can't be read"),
        (store.file("empty.csv", ""), "The file is empty"),
        (store.file("letter.pdf", "%PDF-1.7\n%\u{e2}\n1 0 obj\n"), "not a table"),
        (store.file("old.xls", [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0, 0, 0]), ".xls"),
        (store.file("broken.xlsx", "PK\u{3}\u{4}and then nothing"), "damaged"),
        (store.file("heads.csv", "Surname,Forename,DOB\n"), "no person stands below"),
        (store.file("prices.csv", "Item,Price\nTea,2\nMilk,3\n"), "No row with headings was found"),
    ];
    for (file, what) in cases {
        let args = import(&file);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        has(&store.fails(2, &args), &[what, &format!("where: {file}")]);
    }
}

#[test]
fn an_unknown_ods_code() {
    let store = Used::new();
    let list = store.file("list.csv", LIST);
    let said = store.fails(2, &["import", &list, "--employer", "EMPX", "--yes"]);
    has(&said, &["No partner has the code \"EMPX\"", &list, "Did you mean EMPL (The Employer)"]);
    let said = store.fails(2, &["import", &list, "--employer", "HOST", "--yes"]);
    has(&said, &["The Host sends no staff", "Check the code"]);
}

#[test]
fn a_session_that_ends_before_it_starts() {
    let store = Used::new();
    let good = "SITE,ALPHA,Tuesday,13:00,17:00,10,2,2027-03-01,2027-03-31,\n";
    let wrong = "SITE,ALPHA,Monday,09:00,08:00,10,2,2027-03-01,2027-03-31,\n";
    let file = store.file("sessions.csv", format!("{SESSIONS}{good}{wrong}"));
    let said = store.fails(2, &["clinics", "--sessions", &file]);
    has(
        &said,
        &[
            "column \"until\" has \"08:00\": wanted a time after 09:00",
            &format!("where: {file}, row 3"),
            "import it again",
        ],
    );
    let file = store.file("nowhere.csv", format!("{SESSIONS}{}", good.replace("SITE", "SITF")));
    has(&store.fails(2, &["clinics", "--sessions", &file]), &["SITF", "row 2"]);
    // The same files without the mistake are taken, and only when they are meant to be.
    let file = store.file("sessions.csv", format!("{SESSIONS}{good}"));
    let before = store.print();
    assert!(store.run(&["clinics", "--sessions", &file, "--dry-run"]).status.success());
    assert_eq!(store.print(), before);
    let taken = store.run(&["clinics", "--sessions", &file]);
    assert_eq!(text(&taken.stdout), "sessions: 5 added, 0 changed, 0 as before\n", "{}", text(&taken.stderr));
    assert_ne!(store.print(), before);
}

#[test]
fn a_campaign_whose_interval_can_not_fit() {
    let store = Used::new();
    let good = include_str!("../../../docs/campaign.toml");
    let wrong = good.replace("min_days = 19", "min_days = 84").replace("max_days = 28", "max_days = 84");
    let file = store.file("campaign.toml", wrong.replace("ideal_days = 21", "ideal_days = 84"));
    let said = store.fails(2, &["campaign", &file]);
    has(
        &said,
        &[
            "Appointment 2 can be 0 to 55 days after the one before",
            "needs 84 to 84 days",
            &file,
            "Move the appointments",
        ],
    );
    for (mistake, what) in [
        (good.replace("cover_percent", "cover_procent"), "cover_procent"),
        (good.replace("\"2027-02-28\"\nage", "\"28 Feb\"\nage"), "is no date"),
        (good.replace("\"ALPHA\"", "\"BETA\""), "there is no product BETA"),
        (good.replace("\"keep\" ", "\"shout\" "), "silence = \"shout\""),
        (good.replace("ends_on = \"2027", "ends_on = \"2026"), "before its first"),
    ] {
        let file = store.file("campaign.toml", mistake);
        has(&store.fails(2, &["campaign", &file]), &[what, &file]);
    }
    let file = store.file("campaign.toml", good);
    let before = store.print();
    assert!(store.run(&["campaign", &file, "--dry-run"]).status.success());
    assert_eq!(store.print(), before);
    let made = store.run(&["campaign", &file]);
    assert!(text(&made.stdout).contains("3 people stand in it"), "{}", text(&made.stderr));
}

#[test]
fn a_busy_port() {
    let store = Used::new();
    let held = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = held.local_addr().expect("an address").to_string();
    let said = store.fails(4, &["serve", "--listen", &address]);
    has(&said, &["is in use by another program", &format!("where: {address}"), "--listen 127.0.0.1:"]);
    has(&store.fails(2, &["serve", "--listen", "8430"]), &["not an address and a port", "127.0.0.1:8430"]);
}

#[test]
fn a_store_that_is_none() {
    let store = Used::new();
    let wrong = store.folder.join("wrong");
    std::fs::create_dir_all(&wrong).expect("a folder");
    std::fs::copy(store.folder.join("accord.key"), wrong.join("accord.key")).expect("copied");
    std::fs::write(wrong.join("accord.db"), "a letter that somebody put here, long enough to have a page ".repeat(99))
        .expect("written");
    let before = std::fs::read(wrong.join("accord.db")).expect("reads");
    let at = wrong.display().to_string();
    for args in [vec!["verify", "--at", &at], vec!["init", "--name", "X", "--at", &at]] {
        has(&store.fails(4, &args), &["not a store of Accord", &at, "put your newest copy"]);
    }
    assert_eq!(std::fs::read(wrong.join("accord.db")).expect("reads"), before, "left as it was");
}

#[test]
fn a_list_beside_one_that_waits_leaves_that_one_waiting() {
    let store = Used::new();
    let who = store.fresh.who.clone();
    let waits = accord::cohort::import::Preview {
        employer: "EMPL".into(),
        file_name: "from the page.csv".into(),
        bytes: LIST.into(),
        today: accord_formats::Date::constant(2027, 1, 4),
        mapping: None,
    };
    store.fresh.db.write_now(&who, move |tx| accord::cohort::import::preview(tx, &waits)).expect("waits");
    seal(&store.fresh);
    let other = store.file("other.csv", LIST.replace("Lee", "Low"));
    let said = store.fails(3, &["import", &other, "--employer", "EMPL", "--yes"]);
    has(&said, &["\"from the page.csv\", waits for review", "Take or discard that list first"]);
    // The very file that waits, without a yes and then refused: it still waits.
    let same = store.file("same.csv", LIST);
    let before = store.print();
    assert!(store.run(&["import", &same, "--employer", "EMPL"]).status.success());
    assert_eq!(store.print(), before);
}

/// Starts a command without waiting for it.
fn start(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs")
}

fn long_list(people: std::ops::Range<usize>) -> String {
    let row = |n: usize| format!("Name{n},Given{n},19{}-0{}-1{},S{n}\n", 60 + n % 40, 1 + n % 9, n % 9);
    std::iter::once("Surname,Forename,DOB,Staff No\n".to_owned()).chain(people.map(row)).collect()
}

/// Two imports of one employer at once: both end, no person is lost or doubled, and whoever could not be served got one
/// clear message and succeeds when trying again.
#[test]
fn a_second_import_while_one_runs() {
    let store = Used::new();
    let before = store.count("SELECT COUNT(*) FROM person");
    let same = store.file("same.csv", long_list(0..400));
    let other = store.file("other.csv", long_list(0..450));
    let args = |file: &str| ["import", file, "--employer", "EMPL", "--yes", "--second-yes"].map(str::to_owned);
    for (round, files, people) in [(1, [&same, &same], 400), (2, [&same, &other], 450)] {
        let started = files.map(|file| {
            let args = args(file);
            start(store.command(&args.iter().map(String::as_str).collect::<Vec<_>>()))
        });
        let mut taken = 0;
        for child in started {
            let output = child.wait_with_output().expect("it ends");
            if output.status.success() {
                taken += 1;
            } else {
                owes(&output, output.status.code().filter(|code| [3, 4].contains(code)).expect("3 or 4"));
            }
        }
        assert!(taken >= 1, "round {round}: nobody was served");
        let again = args(files[1]);
        let again = store.run(&again.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(again.status.success(), "round {round}: {}", text(&again.stderr));
        assert_eq!(store.count("SELECT COUNT(*) FROM person") - before, people, "round {round}");
        let doubled =
            "SELECT COUNT(*) FROM (SELECT 1 FROM employment GROUP BY employer_id, staff_number HAVING COUNT(*) > 1) d";
        assert_eq!(store.count(doubled), 0, "round {round}");
        assert_eq!(
            store.count("SELECT COUNT(*) FROM import WHERE state = 'review'"),
            0,
            "round {round}: one is left waiting"
        );
    }
    let verified = store.run(&["verify"]);
    assert!(verified.status.success(), "{}", text(&verified.stdout));
}

/// Another program holds the store for longer than a command waits.
#[test]
fn a_store_that_somebody_else_is_writing_to() {
    let store = Used::new();
    let list = store.file("list.csv", LIST);
    let before = store.print();
    let held = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        let (held, fresh) = (std::sync::Arc::new(held), &store.fresh);
        let holds = std::sync::Arc::clone(&held);
        scope.spawn(move || {
            let hold = move |_: &mut accord::base::db::Tx<'_>| -> Result<(), accord::base::db::Stop<()>> {
                holds.wait();
                std::thread::sleep(std::time::Duration::from_secs(8));
                Ok(())
            };
            fresh.db.write_now(&fresh.who, hold).expect("held");
        });
        held.wait();
        let output = store.run(&["import", &list, "--employer", "EMPL", "--yes"]);
        has(&owes(&output, 4), &["the store is busy; nothing was written", "another program is writing"]);
    });
    assert_eq!(store.print(), before);
    assert!(store.run(&["import", &list, "--employer", "EMPL", "--yes"]).status.success(), "afterwards");
}

/// `scripts/test` on a machine without a compiler and without a way to install one.
#[test]
#[cfg(unix)]
fn a_missing_c_compiler() {
    let store = Used::new();
    let bin = store.folder.join("bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    for (tool, is) in [("bash", "bash"), ("dirname", "dirname"), ("cargo", "true")] {
        let found = Command::new("sh").args(["-c", &format!("command -v {is}")]).output().expect("the shell runs");
        let found = if is == "true" { "/bin/true".to_owned() } else { text(&found.stdout).trim().to_owned() };
        std::os::unix::fs::symlink(found, bin.join(tool)).expect("linked");
    }
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/test");
    let output =
        Command::new("bash").arg(script).arg("build").env("PATH", &bin).env_remove("CC").output().expect("runs");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert_eq!(said.lines().count(), 3, "{said}");
    has(&said, &["there is no C compiler", "where: cc", "next:  install one (gcc or clang"]);
    assert!(output.stdout.is_empty());
}

/// A full disk, as a limit on the size of a file: what the system answers is told apart only by its number.
#[test]
#[cfg(unix)]
fn a_disk_that_takes_no_more() {
    let store = Used::new();
    let file = store.file("long.csv", long_list(0..3_000));
    // So that the log beside the database is as small as it can be when the limit begins.
    let before = store.print();
    let largest = ["accord.db", "accord.db-wal"].map(|name| store.folder.join(name));
    let largest = largest.iter().filter_map(|f| std::fs::metadata(f).ok()).map(|m| m.len()).max().unwrap_or(0);
    let limited = |kb: u64| {
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kb * 2);
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            &script,
            env!("CARGO_BIN_EXE_accord"),
            "import",
            &file,
            "--employer",
            "EMPL",
            "--yes",
            "--second-yes",
        ]);
        shell
            .env("ACCORD_AT", &store.folder)
            .env_remove("ACCORD_KEY_FILE")
            .env_remove("ACCORD_CONFIG")
            .stdin(Stdio::null());
        shell.output().expect("the shell runs")
    };
    let mut refused = 0;
    for more in [0, 40, 300] {
        let output = limited(largest / 1024 + more);
        let said = owes(&output, 4);
        has(&said, &["disk", "nothing was written", "make room"]);
        refused += 1;
        assert_eq!(store.print(), before, "{more}: {said}");
    }
    assert_eq!(refused, 3);
    let output = store.run(&["import", &file, "--employer", "EMPL", "--yes", "--second-yes"]);
    assert!(output.status.success(), "with room again: {}", text(&output.stderr));
    let verified = store.run(&["verify"]);
    assert!(verified.status.success(), "{}", text(&verified.stdout));
}

/// A new store on a disk without room: it says so, and with room the same command goes on.
#[test]
#[cfg(unix)]
fn a_new_store_without_room() {
    let store = Used::new();
    let at = store.folder.join("new");
    for kb in [8, 100, 300] {
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kb * 2);
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_accord"), "init", "--name", "New", "--at"]).arg(&at);
        let output = shell.stdin(Stdio::null()).output().expect("the shell runs");
        has(&owes(&output, 4), &["disk", "make room"]);
        assert!(output.stdout.is_empty());
    }
    let made = command(&["init", "--name", "New", "--at", &at.display().to_string()]).output().expect("runs");
    assert!(made.status.success(), "{}", text(&made.stderr));
    let db = Db::open(&Place::Folder(at.clone()), store.fresh.db.clock.clone(), store.fresh.db.chance.clone())
        .expect("opens");
    assert_eq!(migrate::migrate(&db, &Place::Folder(at)).expect("whole").from as usize, migrate::MIGRATIONS.len());
}
