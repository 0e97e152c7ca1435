//! A PostgreSQL server of a row's own, to be stopped and started as the row likes.

use crate::how::{Failed, How};
use crate::server::free_port;
use accord::base::db::Place;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A server's data folder. Stopped when dropped.
#[derive(Debug)]
pub struct Cluster {
    bin: PathBuf,
    data: PathBuf,
    /// Where it listens on loopback.
    pub port: u16,
}

/// The newest PostgreSQL that Debian installed.
pub fn bin() -> Result<PathBuf, Failed> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|all| all.filter_map(|one| Some(one.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    found.sort();
    found.pop().ok_or_else(|| "no PostgreSQL server found; apt-get install postgresql".into())
}

/// A folder that PostgreSQL may have for its own: it refuses to run as root.
pub fn folder(how: &How, name: &str) -> Result<PathBuf, Failed> {
    let folder = how.folder(name)?;
    done(Command::new("chmod").arg("a+rx").arg(&how.scratch), "chmod")?;
    if is_root() {
        done(Command::new("chown").arg("postgres").arg(&folder), "chown")?;
    }
    Ok(folder)
}

/// A command as the user that PostgreSQL runs as.
pub fn as_postgres(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(if is_root() { Path::new("runuser") } else { program });
    if is_root() {
        command.args(["-u", "postgres", "--"]).arg(program);
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// Runs a command to its end; its words, when it fails.
pub fn done(command: &mut Command, what: &str) -> Result<String, Failed> {
    let output = command.output().map_err(|error| format!("{what}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    Err(format!("{what}: {said}{}", String::from_utf8_lossy(&output.stderr)).into())
}

impl Cluster {
    /// Makes one that syncs every commit, as Debian's does, and starts it.
    pub fn new(how: &How, name: &str) -> Result<Self, Failed> {
        let folder = folder(how, name)?;
        let (bin, data) = (bin()?, folder.join("data"));
        let mut init = as_postgres(&bin.join("initdb"), &folder);
        done(
            init.arg("-D").arg(&data).args(["-U", "accord", "-A", "trust", "--locale=C", "--encoding=UTF8", "-N"]),
            "initdb",
        )?;
        let port = free_port()?;
        let settings = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nmax_connections = 100\n",
            folder.display()
        );
        let file = data.join("postgresql.conf");
        let mut text = std::fs::read_to_string(&file)?;
        text += &settings;
        std::fs::write(&file, text)?;
        let cluster = Self { bin, data, port };
        cluster.start()?;
        Ok(cluster)
    }

    fn control(&self) -> Command {
        let mut command = as_postgres(&self.bin.join("pg_ctl"), &self.data);
        command.arg("-D").arg(&self.data).args(["-w", "-t", "60"]);
        command
    }

    /// Starts it and waits until it answers.
    pub fn start(&self) -> Result<(), Failed> {
        // Not by pipe: the server would keep it open.
        let log = self.data.with_file_name("log");
        let mut command = self.control();
        command.arg("-l").arg(log).arg("start").stdout(Stdio::null()).stderr(Stdio::null());
        if command.status()?.success() { Ok(()) } else { Err("the database server does not start".into()) }
    }

    /// Stops it as a power cut would: no goodbye to anybody, and the next start recovers.
    pub fn stop_at_once(&self) -> Result<(), Failed> {
        done(self.control().args(["-m", "immediate", "stop"]), "pg_ctl stop").map(|_| ())
    }

    /// A new database on it.
    pub fn database(&self, name: &str) -> Result<Place, Failed> {
        let port = self.port.to_string();
        let mut command = Command::new(self.bin.join("createdb"));
        done(command.args(["-h", "127.0.0.1", "-p", &port, "-U", "accord", name]), "createdb")?;
        Ok(Place::Postgres(format!("postgres://accord@127.0.0.1:{port}/{name}")))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.stop_at_once());
    }
}
