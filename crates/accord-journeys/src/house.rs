//! The built binary with a small demo: made once a run, copied for every journey.

use serde_json::Value;
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
    /// What the server printed when it was up: its address and the one-time links.
    pub said: Value,
    server: Child,
}

impl House {
    /// Copies the run's demo and serves the copy on a free port.
    ///
    /// # Panics
    /// When the binary is missing, or makes or serves no demo in time.
    pub fn open() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = run_folder().join(format!("house-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
        let store = folder.join("store");
        copy(demo(), &store);
        let (server, said) = serve(&store);
        let url = text(&said, &["url"]);
        Self { url, folder, said, server }
    }

    /// A link or another word the server printed: `said(&["links", "lead"])`.
    pub fn said(&self, path: &[&str]) -> String {
        text(&self.said, path)
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

/// A folder of this run, under the system's temporary one; removed by the last house or the next boot.
fn run_folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("accord-journeys-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        folder
    })
}

/// The run's demo store; made by the first who asks.
fn demo() -> &'static Path {
    static DEMO: OnceLock<PathBuf> = OnceLock::new();
    DEMO.get_or_init(|| {
        let store = run_folder().join("demo");
        let out = Command::new(binary())
            .args([
                "demo",
                "--seed",
                "7",
                "--today",
                TODAY,
                "--no-serve",
                "--json",
                "--people",
                &PEOPLE.to_string(),
                "--at",
            ])
            .arg(&store)
            .stdin(Stdio::null())
            .output()
            .expect("accord runs");
        assert!(out.status.success(), "accord demo failed:\n{}", String::from_utf8_lossy(&out.stderr));
        store
    })
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

/// Serves a store on a free port and waits for the line of JSON that names address and links.
fn serve(store: &Path) -> (Child, Value) {
    let mut server = Command::new(binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--json", "--at"])
        .arg(store)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("accord runs");
    let out = server.stdout.take().expect("its output was asked for");
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if let Ok(value) = serde_json::from_str::<Value>(&line)
                && value["url"].is_string()
            {
                let _ = send.send(value);
            }
        }
    });
    match receive.recv_timeout(Duration::from_secs(30)) {
        Ok(said) => (server, said),
        Err(_) => {
            let _ = server.kill();
            let _ = server.wait();
            panic!("accord serve named no address within 30 seconds")
        }
    }
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

fn text(value: &Value, path: &[&str]) -> String {
    let mut at = value;
    for step in path {
        at = &at[*step];
    }
    at.as_str().unwrap_or_else(|| panic!("the server did not say {}: {value}", path.join("."))).to_owned()
}
