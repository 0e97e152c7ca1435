//! The real binary, serving a stage on a free port of this machine.

use crate::client::Client;
use crate::how::{Failed, How};
use crate::stage::Stage;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take until it is ready, migrations and all.
pub const READY_WITHIN: Duration = Duration::from_secs(20);

/// A process that serves. Killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Its port on loopback.
    pub port: u16,
    /// How long it took until it answered.
    pub ready_after: Duration,
}

/// A port that is free now.
pub fn free_port() -> Result<u16, Failed> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

impl Server {
    /// Starts one and waits until its store answers.
    pub fn start(how: &How, stage: &Stage) -> Result<Self, Failed> {
        let port = free_port()?;
        Self::spawn(Self::command(how, stage, port)?, port)
    }

    /// The command that would serve; wrap it or add to its environment before [`Server::spawn`].
    pub fn command(how: &How, stage: &Stage, port: u16) -> Result<Command, Failed> {
        let mut command = Command::new(&how.bin);
        Self::arguments(&mut command, stage, port)?;
        Ok(command)
    }

    /// Adds what `serve` takes, and sends what it says to a log beside the store.
    pub fn arguments(command: &mut Command, stage: &Stage, port: u16) -> Result<(), Failed> {
        let log = std::fs::File::options().create(true).append(true).open(stage.folder.join(format!("{port}.log")))?;
        let Stage { place, key_file, .. } = stage;
        let at = match place {
            accord::base::db::Place::Folder(folder) => folder.display().to_string(),
            accord::base::db::Place::Postgres(url) => url.clone(),
        };
        command.args(["serve", "--at", &at, "--listen", &format!("127.0.0.1:{port}")]);
        command.arg("--key-file").arg(key_file);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(())
    }

    /// Starts `command`, which serves on `port`, and waits until its store answers.
    pub fn spawn(mut command: Command, port: u16) -> Result<Self, Failed> {
        let since = Instant::now();
        let mut server = Self { child: command.spawn()?, port, ready_after: Duration::ZERO };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        while since.elapsed() < READY_WITHIN {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("the server ended by itself: {status}; its log is {port}.log").into());
            }
            if runtime.block_on(ready(port)) {
                server.ready_after = since.elapsed();
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(format!("the server was not ready within {} s", READY_WITHIN.as_secs()).into())
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// kill -9, and waits until it is gone.
    pub fn kill(mut self) -> Result<(), Failed> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop and waits until it has answered what was under way.
    pub fn stop(mut self) -> Result<(), Failed> {
        // The shell's own kill: a signal needs unsafe code otherwise.
        Command::new("sh").args(["-c", &format!("kill -TERM {}", self.pid())]).status()?;
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait()? {
                return if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) };
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err("the server did not stop within 30 s".into())
    }

    /// Whether it ended by itself, and with what exit code.
    pub fn ended(&mut self) -> Result<Option<std::process::ExitStatus>, Failed> {
        Ok(self.child.try_wait()?)
    }

    /// Processor seconds so far, user and system.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(&self.pid().to_string())
    }

    /// Memory in use now, and at most so far, in megabytes.
    pub fn memory_mb(&self) -> (f64, f64) {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let of = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
        };
        (of("VmRSS:"), of("VmHWM:"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn ready(port: u16) -> bool {
    let Ok(mut client) = Client::connect(port).await else { return false };
    client.get("/readyz").await.is_ok_and(|answer| answer.status == 200)
}

/// Processor seconds of a process ("self" or its number), user and system.
pub fn cpu_seconds(process: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after = text.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

/// The median of 51 small appends in a folder, each synced, in milliseconds.
pub fn fdatasync_ms(folder: &std::path::Path) -> Result<f64, Failed> {
    use std::io::Write;
    let path = folder.join("fdatasync");
    let mut file = std::fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..51 {
        let since = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(since.elapsed().as_secs_f64() * 1e3);
    }
    std::fs::remove_file(&path)?;
    times.sort_by(f64::total_cmp);
    Ok(times[25])
}
