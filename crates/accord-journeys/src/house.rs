//! The built binary with a small demo: made once a run, copied for every journey.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// People of the demo that journeys walk in.
pub const PEOPLE: u32 = 600;
/// The day the demo is made on; its campaign starts on the Monday after.
pub const TODAY: &str = "2027-01-01";

/// A served copy of the demo; ends when dropped.
pub struct House {
    /// The server's address, `http://127.0.0.1:PORT`.
    pub url: String,
    /// The copy's folder; removed at the end.
    pub folder: PathBuf,
    doors: Doors,
    server: Child,
}

/// What the demo prints for the four who would use it.
#[derive(Debug, Default)]
struct Doors {
    lead: String,
    employer: String,
    clinic: String,
    person: String,
    born: String,
}

impl House {
    /// Copies the run's demo and serves the copy on a free port.
    ///
    /// # Panics
    /// When the binary is missing, or makes or serves no demo in time.
    pub fn open() -> Self {
        Self::at(|store| copy(demo(), store))
    }

    /// Makes and serves a demo of so many people, of the default seed.
    ///
    /// # Panics
    /// As [`House::open`].
    pub fn of(people: u32) -> Self {
        Self::at(|store| make(store, 1, people))
    }

    fn at(fill: impl FnOnce(&Path)) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = run_folder().join(format!("house-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
        let store = folder.join("store");
        fill(&store);
        let (server, doors) = serve(&store);
        let url = doors.lead.split("/sign-in/").next().unwrap_or_default().to_owned();
        Self { url, folder, doors, server }
    }

    /// Copies the run's demo, lets `prepare` add to the copy, sets its clock to nine in the morning of `day`, and serves it as
    /// an operator does. There are no links: [`House::link_for_clinic`] and its like make them.
    ///
    /// # Panics
    /// As [`House::open`].
    pub fn on(day: &str, prepare: impl FnOnce(&Path)) -> Self {
        let folder = run_folder().join(format!("house-on-{day}"));
        let store = folder.join("store");
        copy(demo(), &store);
        prepare(&store);
        let file = store.join("demo.json");
        let settings = std::fs::read_to_string(&file).expect("a demo knows its settings").replace(TODAY, day);
        std::fs::write(&file, settings).expect("the temporary folder can be written");
        let mut server = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0", "--at"])
            .arg(&store)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("accord runs");
        let out = server.stdout.take().expect("its output was asked for");
        let said = BufReader::new(out).lines().map_while(Result::ok).next().unwrap_or_default();
        let url = said.rsplit_once(" is on ").map(|(_, url)| url.to_owned()).expect("it says where it is");
        Self { url, folder, doors: Doors::default(), server }
    }

    /// Runs `accord` on this house's store; what it prints.
    ///
    /// # Panics
    /// When the command refuses.
    pub fn accord(&self, args: &[&str]) -> String {
        run(args, &self.folder.join("store"))
    }

    /// A one-time link for the team of the clinic of this code, by `accord link`.
    ///
    /// # Panics
    /// When the command refuses.
    pub fn link_for_clinic(&self, code: &str) -> String {
        let said = self.accord(&["link", "--role", "clinic-team", "--site", code]);
        let token = said.rsplit_once("/sign-in/").expect("it prints a link").1;
        format!("{}/sign-in/{token}", self.url)
    }

    /// A one-time link for the campaign lead.
    pub fn lead_link(&self) -> &str {
        &self.doors.lead
    }

    /// A one-time link for an employer's contact.
    pub fn employer_link(&self) -> &str {
        &self.doors.employer
    }

    /// A one-time link for a clinic's team.
    pub fn clinic_link(&self) -> &str {
        &self.doors.clinic
    }

    /// The link of a message to somebody with two appointments.
    pub fn person_link(&self) -> &str {
        &self.doors.person
    }

    /// When they were born: "1984-03-15".
    pub fn person_born(&self) -> &str {
        &self.doors.born
    }

    /// The code of the employer with most people, by the truth file.
    pub fn largest_employer(&self) -> String {
        let mut count: BTreeMap<String, u32> = BTreeMap::new();
        for row in table(&self.folder.join("store/truth/people.csv")) {
            *count.entry(row["employer"].clone()).or_default() += 1;
        }
        let largest = count.into_iter().max_by_key(|(_, people)| *people);
        largest.expect("the truth file names an employer").0
    }

    /// A one-time link for the contact of the employer of this code, by `accord link`.
    ///
    /// # Panics
    /// When the command refuses.
    pub fn link_for_employer(&self, code: &str) -> String {
        let out = Command::new(binary())
            .args(["link", "--role", "employer-contact", "--organisation", code, "--at"])
            .arg(self.folder.join("store"))
            .output()
            .expect("accord runs");
        let said = String::from_utf8_lossy(&out.stdout).trim().to_owned();
        assert!(out.status.success(), "accord link: {}", String::from_utf8_lossy(&out.stderr));
        // The command knows the address of the settings, not the free port this server took.
        let token = said.rsplit_once("/sign-in/").expect("it prints a link").1;
        format!("{}/sign-in/{token}", self.url)
    }

    /// Surnames of everybody on the lists of an employer, as its lists have them and as they truly are.
    pub fn surnames_on_lists_of(&self, code: &str) -> BTreeSet<String> {
        let truth = self.folder.join("store/truth");
        let rows = table(&truth.join("rows.csv"));
        let own: Vec<_> = rows.iter().filter(|r| r["employer"] == code && !r["person"].is_empty()).collect();
        let on: BTreeSet<&str> = own.iter().map(|r| r["person"].as_str()).collect();
        let people = table(&truth.join("people.csv"));
        let truly = people.iter().filter(|p| on.contains(p["person"].as_str())).map(|p| &p["surname"]);
        truly.chain(own.iter().map(|r| &r["surname"])).cloned().collect()
    }

    /// Stops the server as an operator would, and asks `accord verify` of the store it leaves.
    ///
    /// # Panics
    /// When the server does not stop, or verify counts any violation.
    pub fn close_and_verify(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.server.id().to_string()]).status();
        assert!(asked.is_ok_and(|s| s.success()), "the server can be asked to stop");
        wait(&mut self.server, "the server to stop");
        let out = Command::new(binary())
            .args(["verify", "--json", "--at"])
            .arg(self.folder.join("store"))
            .output()
            .expect("accord runs");
        let shown = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success(), "verify: {shown}\n{}", String::from_utf8_lossy(&out.stderr));
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The binary under test: `ACCORD_BIN`, else the release build.
///
/// # Panics
/// When it is not there.
pub fn binary() -> PathBuf {
    let path = std::env::var_os("ACCORD_BIN").map(PathBuf::from).unwrap_or_else(|| {
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).unwrap_or_else(|| root().join("target"));
        target.join("release/accord")
    });
    assert!(
        path.is_file(),
        "{} is missing: cargo build --release -p accord, or name one in ACCORD_BIN",
        path.display()
    );
    path
}

/// A folder of this run, under the system's temporary one. The next run removes what an ended one left.
fn run_folder() -> &'static Path {
    const NAME: &str = "accord-journeys-";
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().map_while(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let ended = name.strip_prefix(NAME).is_some_and(|id| !Path::new("/proc").join(id).exists());
            if ended {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
        let folder = std::env::temp_dir().join(format!("{NAME}{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        folder
    })
}

/// The run's demo store; made by the first who asks.
fn demo() -> &'static Path {
    static DEMO: OnceLock<PathBuf> = OnceLock::new();
    DEMO.get_or_init(|| {
        let store = run_folder().join("demo");
        make(&store, 7, PEOPLE);
        store
    })
}

/// Makes a demo store.
fn make(store: &Path, seed: u32, people: u32) {
    let (seed, people) = (seed.to_string(), people.to_string());
    let out = Command::new(binary())
        .args(["demo", "--seed", &seed, "--today", TODAY, "--people", &people, "--no-serve", "--json", "--at"])
        .arg(store)
        .stdin(Stdio::null())
        .output()
        .expect("accord runs");
    assert!(out.status.success(), "accord demo failed:\n{}", String::from_utf8_lossy(&out.stderr));
}

/// Copies a folder and what is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the temporary folder can be written");
    for entry in std::fs::read_dir(from).expect("the demo's folder can be read").map_while(Result::ok) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a file can be copied");
        }
    }
}

/// Serves a store on a free port, as a second `accord demo` does, and reads the four links from what it prints.
fn serve(store: &Path) -> (Child, Doors) {
    let mut server = Command::new(binary())
        .args(["demo", "--listen", "127.0.0.1:0", "--at"])
        .arg(store)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("accord runs");
    let out = server.stdout.take().expect("its output was asked for");
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut doors = Doors::default();
        let mut before = String::new();
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            doors.take(before.trim(), line.trim());
            if line.contains("Ctrl-C") {
                let _ = send.send(std::mem::take(&mut doors));
            }
            before = line;
        }
    });
    match receive.recv_timeout(Duration::from_secs(60)) {
        Ok(doors) if doors.all_there() => (server, doors),
        answer => {
            let _ = server.kill();
            let _ = server.wait();
            panic!("accord demo printed no four links within 60 seconds: {answer:?}")
        }
    }
}

impl Doors {
    /// Takes a link that stands under the words that say for whom it is.
    fn take(&mut self, who: &str, link: &str) {
        if !link.starts_with("http://") {
            return;
        }
        let link = link.to_owned();
        if who.contains("campaign lead") {
            self.lead = link;
        } else if who.starts_with("an employer") {
            self.employer = link;
        } else if who.starts_with("a clinic") {
            self.clinic = link;
        } else if let Some((_, born)) = who.split_once(", born ") {
            self.person = link;
            self.born = iso_date(born).unwrap_or_default();
        }
    }

    fn all_there(&self) -> bool {
        [&self.lead, &self.employer, &self.clinic, &self.person, &self.born].iter().all(|said| !said.is_empty())
    }
}

/// "Thursday 15 March 1984" as "1984-03-15".
fn iso_date(words: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = words.split_whitespace().rev();
    let year: u16 = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|m| name.starts_with(m))? + 1;
    let day: u8 = parts.next()?.parse().ok()?;
    Some(format!("{year}-{month:02}-{day:02}"))
}

/// Runs `accord` on a store; what it prints, trimmed.
///
/// # Panics
/// When the command refuses.
pub fn run(args: &[&str], store: &Path) -> String {
    let out = Command::new(binary()).args(args).arg("--at").arg(store).output().expect("accord runs");
    assert!(out.status.success(), "accord {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

/// The rows of a CSV file as maps by its header. Enough for the truth files: quotes, but no line breaks within them.
fn table(file: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let mut lines = text.lines().map(cells);
    let header = lines.next().unwrap_or_default();
    lines.map(|row| header.iter().cloned().zip(row).collect()).collect()
}

fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}

/// Waits for a process to end, at most ten seconds.
fn wait(child: &mut Child, what: &str) {
    for _ in 0..500 {
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("waited ten seconds for {what}");
}

#[cfg(test)]
mod tests {
    use super::{Doors, cells, iso_date};

    #[test]
    fn the_links_are_read_from_what_is_printed() {
        let mut doors = Doors::default();
        doors.take("the campaign lead", "http://127.0.0.1:1/sign-in/a");
        doors.take("an employer: Example Homes", "http://127.0.0.1:1/sign-in/b");
        doors.take("a clinic: Clacton Hospital", "http://127.0.0.1:1/sign-in/c");
        assert!(!doors.all_there());
        doors.take("a person, born Thursday 15 March 1984", "http://127.0.0.1:1/b/d");
        assert!(doors.all_there());
        assert_eq!(doors.born, "1984-03-15");
        assert_eq!(iso_date("soon"), None);
    }

    #[test]
    fn quoted_cells_come_apart_rightly() {
        assert_eq!(cells(r#"a,"b, ""c""",,d"#), ["a", "b, \"c\"", "", "d"]);
    }
}
