//! The commands as they are run: what they print, what they refuse, how they end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("accord-serve-{}-{name}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        Self(path)
    }
    fn text(&self) -> String {
        self.0.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accord"));
    for name in ["ACCORD_AT", "ACCORD_CONFIG", "ACCORD_KEY_FILE"] {
        command.env_remove(name);
    }
    command.args(args);
    command
}

fn run(args: &[&str]) -> Output {
    command(args).output().expect("the binary runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn made(name: &str) -> Folder {
    let folder = Folder::new(name);
    let output = run(&["init", "--at", &folder.text(), "--name", "Test Partnership"]);
    assert!(output.status.success(), "{}", said(&output));
    folder
}

#[test]
fn init_makes_a_store_once_and_keeps_its_key_close() {
    let folder = made("init");
    for file in ["accord.db", "accord.key", "accord.toml"] {
        assert!(folder.0.join(file).exists(), "{file}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.0.join("accord.key")).expect("the key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let before = std::fs::read(folder.0.join("accord.key")).expect("the key");
    let again = run(&["init", "--at", &folder.text(), "--name", "Other"]);
    assert_eq!(again.status.code(), Some(3), "{}", said(&again));
    assert!(said(&again).contains("Test Partnership") && said(&again).contains("next:"));
    assert_eq!(before, std::fs::read(folder.0.join("accord.key")).expect("the key"));
}

#[test]
fn serve_refuses_a_network_a_taken_port_and_a_store_that_is_not_there() {
    let folder = made("refuse");
    let open = run(&["serve", "--at", &folder.text(), "--listen", "0.0.0.0:8430"]);
    assert_eq!(open.status.code(), Some(3), "{}", said(&open));
    assert!(said(&open).contains("until sign-in is configured") && said(&open).contains("127.0.0.1:8430"));
    let held = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = held.local_addr().expect("an address").port();
    let busy = run(&["serve", "--at", &folder.text(), "--listen", &format!("127.0.0.1:{port}")]);
    assert_eq!(busy.status.code(), Some(4), "{}", said(&busy));
    assert!(said(&busy).contains(&format!("port {port} is in use")) && said(&busy).contains("--listen"));
    let nothing = run(&["serve", "--at", &format!("{}/nothing", folder.text())]);
    assert_eq!(nothing.status.code(), Some(4), "{}", said(&nothing));
    assert!(said(&nothing).contains("accord init"));
    assert!(!folder.0.join("nothing").exists(), "looking for a store makes none");
    let typo = run(&["serve", "--at", &folder.text(), "--lisen", "x"]);
    assert_eq!(typo.status.code(), Some(2));
}

#[test]
fn an_unknown_key_of_the_settings_is_named_with_its_place() {
    let folder = made("settings");
    std::fs::write(folder.0.join("accord.toml"), "# mine\nlisten_on = \"127.0.0.1:1\"\n").expect("written");
    let output = run(&["serve", "--at", &folder.text()]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    for part in ["listen_on", "accord.toml, line 2", "did you mean \"listen\""] {
        assert!(said(&output).contains(part), "{}", said(&output));
    }
}

#[test]
fn a_lost_or_foreign_key_is_said_before_anything_else() {
    let folder = made("key");
    std::fs::write(folder.0.join("accord.key"), "short\n").expect("written");
    let output = run(&["serve", "--at", &folder.text()]);
    assert_eq!(output.status.code(), Some(4));
    assert!(said(&output).contains("this is no key"), "{}", said(&output));
}

#[test]
fn doctor_and_about_answer_in_words_and_in_json() {
    let folder = made("doctor");
    let output = run(&["doctor", "--at", &folder.text(), "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON on the output stream");
    assert_eq!(answer["ok"], true);
    assert!(answer["checks"].as_array().is_some_and(|checks| checks.len() >= 10), "{answer}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(folder.0.join("accord.key"), open).expect("changed");
        let output = run(&["doctor", "--at", &folder.text()]);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("FAIL  key file") && said(&output).contains("chmod 600"), "{}", said(&output));
    }
    let about = run(&["about"]);
    assert!(about.status.success() && said(&about).contains("Open Government Licence"), "{}", said(&about));
}

#[test]
fn links_are_made_for_those_who_exist() {
    let folder = made("link");
    let lead = run(&["link", "--at", &folder.text()]);
    assert!(lead.status.success() && said(&lead).contains("/sign-in/"), "{}", said(&lead));
    let nobody = run(&["link", "--at", &folder.text(), "--role", "employer-contact", "--organisation", "X"]);
    assert_eq!(nobody.status.code(), Some(2), "{}", said(&nobody));
}

/// Sends one request by hand and answers everything that came back.
fn ask(address: &str, request: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "a test talks to the service it started")]
    let mut stream = TcpStream::connect(address).expect("the service answers");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
#[cfg(unix)]
fn a_service_serves_logs_without_secrets_and_stops_when_told() {
    let folder = made("serves");
    let mut child = command(&["serve", "--at", &folder.text(), "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let first = lines.next().expect("a line").expect("text");
    let address = first.rsplit("http://").next().expect("an address").to_owned();
    let second = lines.next().expect("a line").expect("text");
    let token = second.rsplit("/sign-in/").next().expect("a link").to_owned();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    assert!(ask(&address, &get("/livez")).contains("200 OK"));
    assert!(ask(&address, &get("/readyz")).contains("ready"));
    assert!(ask(&address, &get(&format!("/sign-in/{token}"))).contains("Campaign lead"));
    assert!(ask(&address, &get("/b/K7QM-2X9F-4T")).contains("K7QM-2X9F-4T"));
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert!(kill.success());
    let status = child.wait().expect("it ends");
    let mut log = String::new();
    child.stderr.take().expect("its errors").read_to_string(&mut log).expect("text");
    assert!(status.success(), "{log}");
    assert!(log.contains("\"path\":\"/b/{code}\"") && log.contains("\"status\":200"), "{log}");
    assert!(!log.contains("K7QM") && !log.contains(&token), "{log}");
}

#[test]
fn a_service_counts_its_invariants_for_whoever_watches_with_a_key() {
    let folder = made("counts");
    let at = folder.text();
    let made = run(&["api-key", "--at", &at, "--name", "Monitoring"]);
    let secret = String::from_utf8_lossy(&made.stdout).trim().to_owned();
    let mut child = command(&["serve", "--at", &at, "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let address = lines.next().expect("a line").expect("text").rsplit("http://").next().expect("an address").to_owned();
    let get =
        |head: &str| ask(&address, &format!("GET /metrics HTTP/1.1\r\nHost: a\r\n{head}Connection: close\r\n\r\n"));
    assert!(get("").starts_with("HTTP/1.1 401"), "nothing without a key");
    let mut told = String::new();
    for _ in 0..100 {
        told = get(&format!("Authorization: Bearer {secret}\r\n"));
        if told.contains("invariant=") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    child.kill().expect("it is ours");
    child.wait().expect("it ends");
    for name in ["I1", "I2", "I3", "I4", "I8", "I9", "I10", "I11", "I12"] {
        assert!(told.contains(&format!("accord_invariant_violations{{invariant=\"{name}\"}} 0\n")), "{name} in {told}");
    }
    assert!(told.contains("accord_verify_age_seconds ") && told.contains("accord_places_held 0\n"), "{told}");
}

#[test]
fn a_key_for_a_program_is_shown_once_listed_and_revoked() {
    let folder = made("api-key");
    let at = folder.text();
    let unnamed = run(&["api-key", "--at", &at]);
    assert_eq!(unnamed.status.code(), Some(2), "{}", said(&unnamed));
    let new = run(&["api-key", "--at", &at, "--name", "Example desk"]);
    assert!(new.status.success(), "{}", said(&new));
    let secret = String::from_utf8_lossy(&new.stdout).trim().to_owned();
    assert!(secret.starts_with("accord_") && secret.len() == 39, "{secret}");
    let listed = run(&["api-key", "--at", &at, "--list"]);
    let line = said(&listed);
    assert!(line.contains("  live  until ") && line.contains("  booking_operator  Example desk"), "{line}");
    assert!(!line.contains(&secret), "{line}");
    let id = line.split_whitespace().next().expect("an id");
    assert!(run(&["api-key", "--at", &at, "--revoke", id]).status.success());
    let again = run(&["api-key", "--at", &at, "--revoke", id]);
    assert_eq!(again.status.code(), Some(2), "{}", said(&again));
    assert!(said(&again).contains("next:"));
    assert!(said(&run(&["api-key", "--at", &at, "--list"])).contains("revoked"));
    let verified = run(&["verify", "--at", &at]);
    assert!(verified.status.success(), "{}", said(&verified));
}
