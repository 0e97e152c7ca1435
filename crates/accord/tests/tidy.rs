//! Tidy is a test: who may know whom, where SQL may stand, how long a file may be, what the docs name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which nouns each noun's folder may use. `evidence` reads everything; `commands` and the shell wire it all.
const ARROWS: [(&str, &str); 9] = [
    ("base", ""),
    ("access", "base"),
    ("partnership", "base access"),
    ("cohort", "base access partnership"),
    ("clinic", "base access partnership"),
    ("campaign", "base access partnership cohort clinic"),
    ("booking", "base access partnership cohort clinic campaign"),
    ("plan", "base access partnership cohort clinic campaign booking"),
    ("evidence", "base access partnership cohort clinic campaign booking plan"),
];
const LINES_OF_A_FILE: usize = 500;
const LINES_OF_A_FUNCTION: usize = 60;
/// Tables that are longer: the table of routes, samples of pages, rule tables of tests. A ratchet: these may shrink, none may be added.
const LONGER: [(&str, usize); 13] = [
    ("booking/pages/samples.rs: fn answer_pages", 100),
    ("campaign/pages/samples.rs: fn map", 105),
    ("clinic/pages.rs: fn samples", 75),
    ("cohort/pages/samples.rs: fn import_pages", 105),
    ("cohort/pages/samples.rs: fn worklist_pages", 62),
    ("accord/src/routes.rs: fn general", 160),
    ("partnership/pages/samples.rs: fn agreement_pages", 70),
    ("plan/pages.rs: fn samples", 95),
    ("accord-formats/tests/rules.rs: fn dates_in_a_known_form", 110),
    ("accord-formats/tests/rules.rs: fn rotas", 92),
    ("accord-planner/tests/planner.rs: fn reasons_say_what_stands_in_the_way", 75),
    ("accord-planner/tests/small/mod.rs: fn problem", 110),
    ("accord-proof/tests/check.rs: fn problem", 90),
];
/// How often the engines' texts differ. Fewer is better; more needs a reason and a new number here.
const SQL_EACH: usize = 6;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

fn files(under: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(under) else { return found };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && name != "node_modules" && !name.starts_with(".git") {
            found.extend(files(&path, ending));
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn nothing(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

fn nouns() -> PathBuf {
    root().join("crates/accord/src")
}

/// The code of a file without its tests and comments.
fn code(path: &Path) -> String {
    let text = read(path);
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn nouns_know_only_whom_they_may() {
    let mut wrong = Vec::new();
    for (noun, may) in ARROWS {
        for file in files(&nouns().join(noun), ".rs") {
            let text = code(&file);
            for (other, _) in ARROWS.iter().filter(|(other, _)| *other != noun) {
                let known = may.split(' ').any(|m| m == *other);
                let uses = text.contains(&format!("crate::{other}::")) || text.contains(&format!("crate::{other};"));
                if uses && !known {
                    wrong.push(format!("{} uses {other}", shown(&file)));
                }
            }
        }
    }
    nothing("arrows that point the wrong way", &wrong);
}

fn has_sql(text: &str) -> bool {
    ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"WITH "].iter().any(|start| text.contains(start))
}

#[test]
fn sql_stands_only_in_stores() {
    let allowed = |path: &str| {
        path.contains("/store.rs")
            || path.contains("/store/")
            || path.contains("/src/base/")
            || path.contains("/testing")
    };
    let wrong: Vec<String> = files(&nouns(), ".rs")
        .iter()
        .filter(|file| has_sql(&code(file)) && !allowed(&file.display().to_string()))
        .map(|file| shown(file))
        .collect();
    nothing("SQL outside a store", &wrong);
}

/// Table -> the noun that owns it, as each migration's head says.
fn owners() -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for file in files(&root().join("crates/accord/migrations"), ".sql") {
        let text = read(&file);
        let owner = text.split("Owner: ").nth(1).and_then(|rest| rest.split('.').next()).unwrap_or_default().to_owned();
        assert!(!owner.is_empty(), "{} names no owner", shown(&file));
        for table in text.split("CREATE TABLE ").skip(1).filter_map(|rest| rest.split_whitespace().next()) {
            assert_eq!(owners.insert(table.to_owned(), owner.clone()), None, "{table} is made twice");
        }
    }
    owners
}

#[test]
fn only_its_owner_writes_a_table() {
    let mut wrong = Vec::new();
    for (table, owner) in owners() {
        for file in files(&nouns(), ".rs") {
            let folder = shown(&file).replace("crates/accord/src/", "");
            if folder.starts_with(&format!("{owner}/")) || folder.starts_with("testing") {
                continue;
            }
            let text = code(&file);
            let writes = [format!("INSERT INTO {table} "), format!("UPDATE {table} "), format!("DELETE FROM {table} ")];
            if writes.iter().any(|w| text.contains(w.as_str())) {
                wrong.push(format!("{folder} writes {table}, which {owner} owns"));
            }
        }
    }
    nothing("tables written by another noun", &wrong);
}

#[test]
fn the_engines_differ_no_more_than_they_must() {
    let count: usize = files(&nouns(), ".rs").iter().map(|f| code(f).matches("Sql::Each {").count()).sum();
    assert!(count <= SQL_EACH, "{count} texts differ by engine, {SQL_EACH} were counted last");
}

#[test]
fn files_and_functions_stay_short() {
    let mut wrong = Vec::new();
    for file in files(&root().join("crates"), ".rs").into_iter().chain(files(&root().join("bench"), ".rs")) {
        let text = read(&file);
        let lines = text.lines().count();
        if lines > LINES_OF_A_FILE {
            wrong.push(format!("{} has {lines} lines", shown(&file)));
        }
        for (name, length) in functions(&text) {
            let place = format!("{}: fn {name}", shown(&file));
            let known = LONGER.iter().find(|(at, _)| place.ends_with(at)).map_or(LINES_OF_A_FUNCTION, |(_, n)| *n);
            if length > known {
                wrong.push(format!("{place} has {length} lines"));
            }
        }
    }
    nothing("too long", &wrong);
}

/// Name and length of every function: from its `fn` to the brace at the same depth. Formatted code only.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let words = trimmed.split('(').next().unwrap_or_default();
        let Some(name) = words.split_whitespace().skip_while(|w| *w != "fn").nth(1) else { continue };
        if trimmed.starts_with("//") || words.contains('"') || words.contains('=') {
            continue;
        }
        let indent = &line[..line.len() - trimmed.len()];
        let end = format!("{indent}}}");
        if let Some(length) = lines[at..].iter().position(|l| *l == end || l.ends_with(";") && l.len() == line.len()) {
            found.push((name.split('<').next().unwrap_or(name).to_owned(), length + 1));
        }
    }
    found
}

fn pages() -> Vec<PathBuf> {
    let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "GLOSSARY.md", "CHANGELOG.md", "SECURITY.md"];
    let mut pages: Vec<PathBuf> = top.iter().map(|name| root().join(name)).collect();
    pages.extend(files(&root().join("docs"), ".md"));
    pages.extend(files(&root().join("demo"), ".md"));
    pages
}

fn quoted(text: &str) -> BTreeSet<String> {
    let outside_blocks: String = text.split("```").step_by(2).collect();
    outside_blocks.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_page_of_the_docs_is_there() {
    let missing: Vec<String> = pages().iter().filter(|p| !p.exists()).map(|p| shown(p)).collect();
    nothing("pages that are missing", &missing);
}

#[test]
fn every_path_named_in_the_docs_exists() {
    let endings = [".rs", ".md", ".toml", ".sql", ".html", ".css", ".csv", ".gz", "/"];
    let bases =
        ["", "crates", "crates/accord", "crates/accord/src", "crates/accord/tests", "crates/accord/templates", "docs"];
    // What the program makes when it runs.
    let made = ["accord.toml", "accord-demo/", "accord-data/", "staff/", "truth/", "accord-demo/staff/"];
    let mut wrong = Vec::new();
    for page in pages() {
        for name in quoted(&read(&page)) {
            let plain = !name.contains([' ', '*', '<', '{', '$', ':', '|']) && !name.starts_with(['/', '.', '-']);
            let path = plain && endings.iter().any(|e| name.ends_with(e)) && !made.contains(&name.as_str());
            let beside = page.parent().is_some_and(|folder| folder.join(&name).exists());
            let data = root().join(format!("crates/accord-testkit/demo-data/{name}.gz")).exists();
            // A bare file name that many folders share is a kind of file, not a place.
            let kind = !name.contains('/') && named(&name) > 1;
            if path && !beside && !data && !kind && !bases.iter().any(|base| root().join(base).join(&name).exists()) {
                wrong.push(format!("{} names {name}", shown(&page)));
            }
        }
    }
    nothing("paths that do not exist", &wrong);
}

fn named(name: &str) -> usize {
    files(&nouns(), name).iter().filter(|f| f.file_name().is_some_and(|n| n == name)).count()
}

#[test]
fn every_type_named_in_the_docs_exists() {
    let sources: String = files(&root().join("crates"), ".rs").iter().map(|f| read(f)).collect::<Vec<_>>().join("\n");
    let mut wrong = Vec::new();
    for page in pages() {
        for name in quoted(&read(&page)) {
            let first = name.split("::").next().unwrap_or_default();
            let camel = first.len() > 2
                && first.chars().all(|c| c.is_ascii_alphanumeric())
                && first.starts_with(|c: char| c.is_ascii_uppercase())
                && first.chars().any(|c| c.is_ascii_lowercase());
            let words = ["struct", "enum", "trait", "type", "mod"];
            let known = words.iter().any(|w| sources.contains(&format!("{w} {first}")))
                || sources.contains(&format!("\n    {first}"))
                || ["SQLite", "PostgreSQL", "BIGINT", "Send", "AsyncFn", "Range", "Result", "Ok"].contains(&first);
            if camel && !known {
                wrong.push(format!("{} names {name}", shown(&page)));
            }
        }
    }
    nothing("types that do not exist", &wrong);
}

#[test]
fn every_decision_has_a_date_and_a_state() {
    let decisions = files(&root().join("docs/decisions"), ".md");
    assert!(decisions.len() >= 3, "decisions are written down");
    let wrong: Vec<String> = decisions
        .iter()
        .filter(|f| !f.ends_with("README.md"))
        .filter(|f| !(read(f).contains("\nDate: 20") && read(f).contains("\nState: ")))
        .map(|f| shown(f))
        .collect();
    nothing("decisions without date or state", &wrong);
}

#[test]
fn nothing_is_left_half_done() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[ign", "ore"),
        concat!("todo", "!("),
        concat!("unimpl", "emented!("),
    ];
    let mut wrong = Vec::new();
    for ending in [".rs", ".sql", ".html", ".toml", ".css"] {
        for file in files(&root().join("crates"), ending) {
            let text = read(&file);
            wrong.extend(marks.iter().filter(|m| text.contains(**m)).map(|m| format!("{}: {m}", shown(&file))));
        }
    }
    nothing("left-overs", &wrong);
}
