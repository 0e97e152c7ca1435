//! A store of one's own, by exactly the commands that README.md names, on the files of `docs/own-store/`.

use accord::base::clock::{Clock, london_date};
use jiff::Span;
use jiff::civil::{Date, date};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

impl Folder {
    /// An empty folder with the files of the docs, their days moved by whole weeks to lie ahead.
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("accord-own-{}-{name}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        let folder = Self(path);
        let (from, to) = (docs(), folder.0.join("docs/own-store"));
        std::fs::create_dir_all(&to).expect("a folder");
        for file in std::fs::read_dir(from).expect("the files").flatten() {
            let text = std::fs::read_to_string(file.path()).expect("text");
            std::fs::write(to.join(file.file_name()), ahead(&text)).expect("written");
        }
        folder
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join("docs/own-store").join(name)
    }

    /// The text of a file with one piece of it changed, under another name.
    fn spoilt(&self, name: &str, part: &str, by: &str) -> String {
        let text = std::fs::read_to_string(self.file(name)).expect("text");
        assert!(text.contains(part), "{name} has {part}");
        let other = self.0.join(format!("spoilt-{name}"));
        std::fs::write(&other, text.replacen(part, by, 1)).expect("written");
        other.display().to_string()
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_accord"));
        for name in ["ACCORD_AT", "ACCORD_CONFIG", "ACCORD_KEY_FILE"] {
            command.env_remove(name);
        }
        command.args(words(line)).current_dir(&self.0).output().expect("the binary runs")
    }

    fn well(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {}", said(&output));
        said(&output)
    }

    /// Refused as wrong input, with these words in what it says.
    fn wrong(&self, line: &str, parts: &[&str]) {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(2), "{line}: {}", said(&output));
        for part in parts.iter().chain(&["where:", "next:"]) {
            assert!(said(&output).contains(part), "{line}: {part}: {}", said(&output));
        }
    }

    fn fingerprint(&self) -> String {
        assert_eq!(self.json("lost --json")["lost"], serde_json::json!([]));
        let answer = self.json("verify --fingerprint --json");
        answer["store_hash"].as_str().expect("a hash").to_owned()
    }

    fn json(&self, line: &str) -> serde_json::Value {
        let output = self.run(line);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{line}: {}", said(&output)))
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/own-store")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Splits a line as a shell would, as far as the README goes: blanks and double quotes.
fn words(line: &str) -> Vec<String> {
    let (mut all, mut quoted, mut open) = (vec![String::new()], false, false);
    for letter in line.trim().chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => open = !all.last().is_some_and(String::is_empty),
            _ => {
                if std::mem::take(&mut open) {
                    all.push(String::new());
                }
                all.last_mut().expect("there is a first").push(letter);
            }
        }
    }
    all
}

/// The files' days lie in January 2027; here they lie at least two weeks ahead, on the same days of the week.
fn ahead(text: &str) -> String {
    let today = london_date(Clock::Machine.now());
    let late = date(2027, 1, 4).until(today).map_or(0, |span| span.get_days()) + 14;
    let weeks = Span::new().weeks(late.max(0).div_euclid(7) + 1);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("2027-") {
        let day: Date = rest[at..at + 10].parse().expect("a day");
        out = out + &rest[..at] + &day.saturating_add(weeks).to_string();
        rest = &rest[at + 10..];
    }
    out + rest
}

/// The commands of the README's section, without their comments.
fn commands() -> Vec<String> {
    let page = include_str!("../../../README.md");
    let section = page.split("## Your own store").nth(1).expect("the section");
    let block = section.split("```").nth(1).expect("its commands");
    let lines = block.lines().filter(|line| !line.is_empty()).map(|line| line.split("  #").next().unwrap_or(line));
    lines
        .flat_map(|line| line.split("&&"))
        .map(|line| line.trim().strip_prefix("accord ").expect("a command of ours").to_owned())
        .collect()
}

#[test]
fn the_way_of_the_readme_ends_in_a_plan_that_is_live_and_a_store_that_holds() {
    let folder = Folder::new("way");
    let commands = commands();
    let verbs: Vec<&str> = commands.iter().filter_map(|line| line.split(' ').next()).collect();
    let expected = "init organisations clinics agreements import import campaign plan publish verify serve";
    assert_eq!(verbs.join(" "), expected);
    for line in commands.iter().filter(|line| *line != "serve") {
        let told = folder.well(line);
        match line.split(' ').next().unwrap_or_default() {
            "organisations" => assert!(told.contains("3 added, 0 changed, 0 as before"), "{told}"),
            "agreements" => assert!(told.contains("2 signed"), "{told}"),
            "campaign" => assert!(told.contains("9 people stand in it"), "{told}"),
            "publish" => assert!(told.contains("9 people have the whole course") && told.contains("0 wait"), "{told}"),
            _ => {}
        }
    }
    let answer = folder.json("verify --json");
    for (name, finding) in answer.as_object().expect("findings") {
        assert_eq!(finding["violations"], 0, "{name}: {finding}");
    }
    // The files again: nobody and nothing is there twice.
    for line in &commands[1..7] {
        let before = folder.fingerprint();
        folder.well(line);
        assert_eq!(before, folder.fingerprint(), "{line}, a second time");
    }
    let other = folder.spoilt("campaign.toml", "age_min = 16", "age_min = 18");
    folder.wrong(&format!("campaign {other}"), &["Staff flu", "other rules"]);
    // What is in use can't be agreed away, and the refusal speaks of codes.
    let less = folder.spoilt("agreements.toml", "places = 10", "places = 0");
    folder.wrong(&format!("agreements {less}"), &["EXC", "appointments under this agreement"]);
}

#[test]
fn organisations_go_out_as_they_came_in_and_change_where_they_may() {
    let folder = Folder::new("organisations");
    folder.well("init --name Ours");
    let file = "docs/own-store/organisations.csv";
    let before = folder.fingerprint();
    assert!(folder.well(&format!("organisations {file} --dry-run")).contains("nothing was changed"));
    let bad = folder.spoilt("organisations.csv", "CO4 5JL", "Colchester");
    folder.wrong(&format!("organisations {bad}"), &["row 4", "postcode", "Colchester", "nothing was written"]);
    folder.wrong("organisations nowhere.csv", &["can't be read"]);
    assert_eq!(before, folder.fingerprint());
    let answer = folder.json(&format!("organisations {file} --json"));
    assert_eq!((&answer["written"], &answer["added"]), (&true.into(), &3.into()));
    let before = folder.fingerprint();
    folder.well("export organisations --to out");
    let out = std::fs::read_to_string(folder.0.join("out/organisations.csv")).expect("written");
    let came = std::fs::read_to_string(folder.file("organisations.csv")).expect("text");
    assert_eq!(out.replace("\r\n", "\n"), came);
    assert!(folder.well("organisations out/organisations.csv").contains("0 added, 0 changed, 3 as before"));
    let fewer = folder.spoilt("organisations.csv", "FALSE,TRUE", "FALSE,FALSE");
    folder.wrong(&format!("organisations {fewer}"), &["row 3", "is_host", "the role this organisation has had"]);
    assert_eq!(before, folder.fingerprint());
    let changed = folder.spoilt("organisations.csv", "Chris Sample,Home manager", "Kim Sample,Deputy manager");
    assert!(folder.well(&format!("organisations {changed}")).contains("0 added, 1 changed, 2 as before"));
}

#[test]
fn agreements_are_signed_amended_or_refused_with_their_place() {
    let folder = Folder::new("agreements");
    folder.well("init --name Ours");
    folder.well("organisations docs/own-store/organisations.csv");
    let file = "docs/own-store/agreements.toml";
    folder.wrong(&format!("agreements {file}"), &["has no site HUB", "line 5", "--sites"]);
    let sites = "clinics --sites docs/own-store/sites.csv --travel docs/own-store/travel.csv";
    assert!(folder.well(sites).contains("ways: 3 added"));
    assert!(folder.well(sites).contains("ways: 0 added, 0 changed, 3 as before"));
    let before = folder.fingerprint();
    for (part, by, wanted) in [
        ("host = \"EXA\"", "host = \"EXC\"", "gives no capacity"),
        ("employer = \"EXC\"", "employer = \"EXB\"", "is no employer"),
        ("employer = \"EXC\"", "employer = \"EXD\"", "Did you mean"),
        ("sites = [\"HUB\"]", "sites = [\"HALL\"]", "use one of: HUB"),
        ("until = ", "unti = ", "unti"),
        ("at_end = \"honour\"", "at_end = \"keep\"", "honour, move or cancel"),
        ("site = \"HUB\"\nplaces = 3", "places = -3", "can't be -3"),
    ] {
        let bad = folder.spoilt("agreements.toml", part, by);
        folder.wrong(&format!("agreements {bad}"), &[wanted]);
    }
    assert!(folder.well(&format!("agreements {file} --dry-run")).contains("2 signed"));
    assert_eq!(before, folder.fingerprint());
    folder.well(&format!("agreements {file}"));
    let more = folder.spoilt("agreements.toml", "places = 3", "places = 4");
    assert!(folder.well(&format!("agreements {more}")).contains("0 signed, 1 amended, 1 as before"));
    assert!(folder.well(&format!("agreements {more}")).contains("0 signed, 0 amended, 2 as before"));
}
