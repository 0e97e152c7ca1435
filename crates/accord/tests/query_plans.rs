//! Nobody is looked up by reading everybody: each SQL text in the source is planned by SQLite against an empty store, and may
//! read one of the tables that grow with the people as a whole only where this file says why.

use accord::testing::Fresh;
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Tables that grow with the people, the appointments or the time.
const LARGE: [&str; 31] = [
    "attendance",
    "audit",
    "booking",
    "booking_batch",
    "capacity_change_booking",
    "day_entry",
    "day_pack_row",
    "elsewhere",
    "employment",
    "event",
    "hold",
    "idempotency",
    "import_fault",
    "import_row",
    "ledger",
    "look",
    "offer",
    "person",
    "person_code",
    "plan_pick",
    "plan_unplaced",
    "search_use",
    "sign_in",
    "sign_in_link",
    "slot",
    "standby",
    "standby_ask",
    "waiting",
    "waiting_offer",
    "waiting_turn",
    "worklist_item",
];

/// Indexes that hold few rows at any time: what is not sealed yet, and what is held for ten minutes.
const SMALL: [&str; 5] =
    ["_unsealed", "hold_by_expiry", "hold_person_appointment_key", "elsewhere_waiting", "waiting_offer_open"];

/// Who reads a large table as a whole: the file, how many of its statements, and why that is right there.
const WHOLE: [(&str, usize, &str); 15] = [
    ("access/store.rs", 3, "whether any lead ever came in, once at the start; and what a jump of the clock moves"),
    ("base/audit.rs", 1, "the proof of the whole chain"),
    ("booking/store.rs", 4, "the work of one whole plan: publishing and taking back"),
    ("booking/store/attendance.rs", 1, "who missed an appointment, asked by the sweeper"),
    ("booking/store/elsewhere.rs", 1, "the review of one file"),
    ("campaign/store/offer.rs", 1, "opens everybody's offer, once after each list"),
    ("cohort/store/known.rs", 1, "whether there is anybody at all: the first row answers"),
    ("evidence/store/campaign.rs", 1, "counts the people on the lists"),
    ("evidence/store/clinics.rs", 1, "sums every site's places"),
    ("evidence/store/health.rs", 1, "the newest row by its key: the first answers"),
    ("evidence/store/map.rs", 1, "sums every site's places"),
    ("evidence/store/outcome.rs", 2, "counts what became of every row of every list"),
    ("evidence/store/partners.rs", 3, "sums and the latest of the ledger, which has no key by organisation"),
    ("partnership/store/ledger.rs", 3, "the statement of an organisation, and the proof of the whole chain"),
    ("plan/store/facts.rs", 2, "what a planner must know of everybody"),
];

/// Statements that only PostgreSQL understands, and two of a macro with two gaps.
const OTHER_ENGINE: usize = 8;

struct Statement {
    file: String,
    line: usize,
    sql: String,
}

fn sources(under: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(under).expect("the source is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// What each macro of the source that makes a text is, by its name: the tokens between its outer braces.
type Macros = BTreeMap<String, String>;

fn macros(text: &str, into: &mut Macros) {
    for rest in text.split("macro_rules! ").skip(1) {
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let body = rest.split("\n}").next().unwrap_or_default();
        if let Some((_, body)) = body.split_once("=> {") {
            into.insert(name, body.trim().to_owned());
        }
    }
}

/// A text literal, whose first quote is passed, and where it ends.
fn literal(text: &str) -> (String, usize) {
    let mut made = String::new();
    let mut chars = text.char_indices();
    while let Some((n, c)) = chars.next() {
        match c {
            '"' => return (made, n + 1),
            '\\' => made.extend(chars.next().map(|(_, next)| if next == '\n' { ' ' } else { next })),
            other => made.push(other),
        }
    }
    (made, text.len())
}

/// The text that some tokens make - literals, `concat!`, the macros known, `$` and a name for what a macro is given - and where
/// they end: at the bracket that was open before them, or where anything else stands.
fn value(text: &str, given: &str, macros: &Macros) -> (String, usize) {
    let (mut made, mut at) = (String::new(), 0);
    while let Some(c) = text[at..].chars().next() {
        let name: String = text[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let after = at + name.len();
        if c == '"' {
            let (part, end) = literal(&text[at + 1..]);
            made += &part;
            at += 1 + end;
        } else if c == '$' {
            let end = text[at..].find(['\n', ' ']).unwrap_or(text.len() - at);
            made += given;
            at += end;
        } else if text[after..].starts_with("!(") && (name == "concat" || macros.contains_key(&name)) {
            let (inside, end) = value(&text[after + 2..], given, macros);
            made += &macros.get(&name).map_or(inside.clone(), |body| value(body, &inside, macros).0);
            at = after + 2 + end + 1;
        } else if c.is_whitespace() || c == ',' {
            at += c.len_utf8();
        } else {
            break;
        }
    }
    (made, at)
}

/// Every SQL text of a file, with what macros put around it.
fn statements(file: &str, text: &str, macros: &Macros) -> Vec<Statement> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(c) = text[at..].chars().next() {
        let name: String = text[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let is_macro = text[at + name.len()..].starts_with("!(") && (name == "concat" || macros.contains_key(&name));
        if text[at..].starts_with("//") {
            at += text[at..].find('\n').unwrap_or(text.len() - at);
        } else if name == "macro_rules" {
            at += text[at..].find("\n}").unwrap_or(text.len() - at);
        } else if text[at..].starts_with("'\"'") {
            at += 3;
        } else if c == '"' || is_macro {
            let begin = at;
            let (sql, end) = if is_macro { one_macro(&text[at..], macros) } else { literal(&text[at + 1..]) };
            at += end + usize::from(!is_macro);
            let words = ["SELECT ", "UPDATE ", "DELETE ", "INSERT ", "WITH "];
            if words.iter().any(|word| sql.trim_start().starts_with(word)) && !sql.contains('{') {
                found.push(Statement { file: file.to_owned(), line: text[..begin].lines().count(), sql });
            }
        } else {
            at += name.len().max(c.len_utf8());
        }
    }
    found
}

fn one_macro(text: &str, macros: &Macros) -> (String, usize) {
    let open = text.find("!(").expect("a macro's call") + 2;
    let (inside, end) = value(&text[open..], "", macros);
    let made = macros.get(&text[..open - 2]).map_or(inside.clone(), |body| value(body, &inside, macros).0);
    (made, open + end + 1)
}

fn all_statements() -> Vec<Statement> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut paths, mut known) = (Vec::new(), Macros::new());
    sources(&root, &mut paths);
    paths.sort();
    let files: Vec<(String, String)> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&root).expect("under the source").display().to_string();
            let text = fs::read_to_string(path).expect("text");
            (name, text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned())
        })
        .collect();
    files.iter().for_each(|(_, text)| macros(text, &mut known));
    files.iter().flat_map(|(name, text)| statements(name, text, &known)).collect()
}

/// What each name in a statement stands for: a table's own, or the short one it is given.
fn tables(sql: &str) -> BTreeMap<String, String> {
    let words: Vec<&str> = sql.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
    let mut found = BTreeMap::new();
    for pair in words.windows(3) {
        if matches!(pair[0], "FROM" | "JOIN" | "UPDATE" | "INTO") {
            found.insert(pair[1].to_owned(), pair[1].to_owned());
            if pair[2].chars().all(|c| c.is_lowercase()) {
                found.entry(pair[2].to_owned()).or_insert_with(|| pair[1].to_owned());
            }
        }
    }
    if let [.., "FROM" | "UPDATE", last] = words[..] {
        found.insert(last.to_owned(), last.to_owned());
    }
    found
}

/// The large tables that a statement reads as a whole; none where SQLite does not know the statement.
fn read_whole(store: &Connection, sql: &str) -> Option<BTreeSet<String>> {
    let mut plan = store.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).ok()?;
    let known = tables(sql);
    let mut found = BTreeSet::new();
    let mut rows = plan.raw_query();
    while let Some(row) = rows.next().expect("a plan") {
        let step: String = row.get(3).expect("a line of the plan");
        let mut words = step.split(' ');
        let (kind, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let few = SMALL.iter().any(|index| step.contains(index));
        let whole = kind == "SCAN" || (kind == "SEARCH" && step.ends_with("(partnership_id=?)") && !few);
        let table = known.get(name).map_or(name, String::as_str);
        if whole && LARGE.contains(&table) {
            found.insert(format!("{table} ({step})"));
        }
    }
    Some(found)
}

#[test]
fn nobody_is_looked_up_by_reading_everybody() {
    let fresh = Fresh::lite();
    let store = Connection::open_with_flags(
        fresh.place.folder().expect("a folder").join("accord.db"),
        OpenFlags::SQLITE_OPEN_READ_ONLY,
    )
    .expect("opens");
    let all = all_statements();
    let mut unknown = Vec::new();
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for statement in &all {
        let Some(tables) = read_whole(&store, &statement.sql) else {
            unknown.push(format!("{}:{}", statement.file, statement.line));
            continue;
        };
        if !tables.is_empty() {
            let told = tables.into_iter().collect::<Vec<_>>().join(", ");
            found.entry(&statement.file).or_default().push(format!("{}:{} {told}", statement.file, statement.line));
        }
    }
    assert_eq!(unknown.len(), OTHER_ENGINE, "SQLite does not know these:\n  {}", unknown.join("\n  "));
    let may: BTreeMap<&str, usize> = WHOLE.iter().map(|(file, n, _)| (*file, *n)).collect();
    let wrong: Vec<String> = found
        .iter()
        .filter(|(file, lines)| may.get(*file).copied().unwrap_or(0) != lines.len())
        .flat_map(|(_, lines)| lines.clone())
        .collect();
    assert!(wrong.is_empty(), "these read a large table as a whole:\n  {}", wrong.join("\n  "));
    let over: Vec<&&str> = may.keys().filter(|file| !found.contains_key(*file)).collect();
    assert!(over.is_empty(), "nothing reads a large table as a whole any more in {over:?}: take them out");
}
