//! The machine of the primary database dies; Patroni promotes the synchronous standby; the service finds it by itself.

use crate::clean;
use crate::cluster::{as_postgres, bin, done, folder};
use crate::folk::{self, Stagehand};
use crate::how::{Failed, How, Proved, say};
use crate::server::{Server, free_port};
use crate::stage::{Cast, Stage};
use accord::base::db::Place;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What must hold.
pub const BAR: &str = "promotion of a synchronous standby by Patroni and etcd after the primary's death under load: 0 \
                       acknowledged lost, <= 30 s, no manual step";

const WINDOW: Duration = Duration::from_secs(30);

pub fn run(how: &How) -> Result<Proved, Failed> {
    let (mut longest, mut acknowledged, mut lost, mut faults) = (Duration::ZERO, 0, 0, Vec::new());
    let times = how.of(1, 3);
    for n in 0..times {
        let pair = Pair::new(how, &format!("pair-{n}"))?;
        let cast = Cast { people: 200, team_size: 0, sites: 2, slots_a_day: 20, capacity: 1_000_000 };
        let stage = Stage::build_at(how, pair.place(), &format!("stage-{n}"), &cast)?;
        let server = Server::start(how, &stage)?;
        let hand = Stagehand::default();
        hand.port.store(server.port, Ordering::Relaxed);
        let lives = std::thread::scope(|scope| {
            let lives = folk::people(&stage, 0, stage.people.len());
            let playing = scope.spawn(|| folk::play(&stage, &hand, lives, 24, how.seed).map_err(|e| e.to_string()));
            let died = pair.primary_dies(&hand);
            hand.curtain.store(true, Ordering::Relaxed);
            let lives = playing.join().map_err(|_| "the players broke off")??;
            if !died? {
                faults.push("nothing goes through 60 s after the primary's death".to_owned());
            }
            Ok::<_, Failed>(lives)
        })?;
        std::thread::sleep(Duration::from_secs(6));
        server.stop()?;
        let window = hand.outage_over();
        say(format!("promotion {n}: {:.1} s without an answer", window.as_secs_f64()));
        longest = longest.max(window);
        let differences = folk::differences(&stage, &lives)?;
        lost += differences.len();
        acknowledged += hand.acknowledged.load(Ordering::Relaxed);
        faults.extend(differences);
        faults.extend(hand.faults());
        faults.extend(clean::invariants(how, &stage)?);
    }
    let figure = format!(
        "{times} promotions: {acknowledged} acknowledged, {lost} lost, {:.1} s without an answer at most",
        longest.as_secs_f64()
    );
    let holds = how.at_most(longest.as_secs_f64(), WINDOW.as_secs_f64()).max(faults.is_empty().into());
    Ok(Proved::new(figure, holds, faults.into_iter().map(|fault| ("fault".into(), fault)).collect()))
}

/// A process that is killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

struct Node {
    data: PathBuf,
    patroni: Option<Running>,
}

/// Two databases under Patroni, and the etcd they agree by.
struct Pair {
    folder: PathBuf,
    bin: PathBuf,
    nodes: std::cell::RefCell<Vec<Node>>,
    ports: [u16; 2],
    _etcd: Running,
}

impl Pair {
    fn new(how: &How, name: &str) -> Result<Self, Failed> {
        for program in ["patroni", "etcd"] {
            done(Command::new("which").arg(program), "apt-get install patroni etcd-server, then again")?;
        }
        let folder = folder(how, name)?;
        let (client, peer) = (free_port()?, free_port()?);
        let mut etcd = as_user(Path::new("etcd"), &folder);
        let (client, peer) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
        etcd.args(["--data-dir", "etcd", "--listen-client-urls", &client, "--advertise-client-urls", &client]);
        etcd.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
        etcd.args(["--initial-cluster", &format!("default={peer}")]);
        let etcd = spawned(etcd, &folder, "etcd.log")?;
        let (bin, ports) = (bin()?, [free_port()?, free_port()?]);
        let pair = Self { folder, bin, nodes: std::cell::RefCell::default(), ports, _etcd: etcd };
        for n in 0..2 {
            pair.start(n, client.trim_start_matches("http://"))?;
            pair.until(&format!("node {n} does not come up"), || pair.ask(n, "SELECT 1").is_some())?;
        }
        pair.until("the standby is not synchronous", || {
            pair.ask(0, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'").as_deref() == Some("1")
        })?;
        let port = pair.ports[0].to_string();
        done(
            Command::new(pair.bin.join("createdb")).args(["-h", "127.0.0.1", "-p", &port, "-U", "accord", "accord"]),
            "createdb",
        )?;
        Ok(pair)
    }

    /// Both addresses: the service takes the one that takes writes.
    fn place(&self) -> Place {
        let [one, two] = self.ports;
        Place::Postgres(format!("postgres://accord@127.0.0.1:{one},127.0.0.1:{two}/accord"))
    }

    fn start(&self, n: usize, etcd: &str) -> Result<(), Failed> {
        let data = self.folder.join(format!("data{n}"));
        let file = self.folder.join(format!("node{n}.yml"));
        std::fs::write(&file, settings(n, etcd, &self.folder, &self.bin, self.ports[n], free_port()?))?;
        let mut patroni = as_user(Path::new("patroni"), &self.folder);
        patroni.arg(file);
        let patroni = Some(spawned(patroni, &self.folder, &format!("node{n}.log"))?);
        self.nodes.borrow_mut().push(Node { data, patroni });
        Ok(())
    }

    fn ask(&self, n: usize, sql: &str) -> Option<String> {
        let port = self.ports[n].to_string();
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args(["-h", "127.0.0.1", "-p", &port, "-U", "accord", "-d", "postgres", "-Atc", sql]);
        let output = psql.output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn until(&self, what: &str, is: impl Fn() -> bool) -> Result<(), Failed> {
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(120) {
            if is() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Err(format!("{what} within 120 s; see the logs in {}", self.folder.display()).into())
    }

    /// Under load: Patroni of the primary dies without a goodbye, and its database with it. Whether things go on.
    fn primary_dies(&self, hand: &Stagehand) -> Result<bool, Failed> {
        if !hand.wait_for(200, Duration::from_secs(60)) {
            return Err("nothing goes through before anything is broken".into());
        }
        let mut nodes = self.nodes.borrow_mut();
        let primary = nodes.first_mut().ok_or("two nodes were started")?;
        drop(primary.patroni.take());
        stop(&self.bin, primary)?;
        Ok(hand.wait_for(100, Duration::from_secs(60)))
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for node in self.nodes.borrow_mut().iter_mut() {
            drop(node.patroni.take());
            drop(stop(&self.bin, node));
        }
    }
}

/// All at once, as when the current goes: the postmaster and what it started.
fn stop(bin: &Path, node: &Node) -> Result<(), Failed> {
    let mut command = as_postgres(&bin.join("pg_ctl"), &node.data);
    done(command.arg("-D").arg(&node.data).args(["-m", "immediate", "-t", "20", "stop"]), "pg_ctl stop")?;
    Ok(())
}

/// Becomes that user rather than starting a child: so the process we kill is the one we mean.
fn as_user(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command.current_dir(folder).env("HOME", folder).stdin(Stdio::null());
    command
}

fn spawned(mut command: Command, folder: &Path, log: &str) -> Result<Running, Failed> {
    let log = std::fs::File::create(folder.join(log))?;
    Ok(Running(command.stdout(log.try_clone()?).stderr(log).spawn()?))
}

/// Patroni's settings: the shortest lease it allows, so that a dead primary is found out in about twenty seconds.
fn settings(n: usize, etcd: &str, folder: &Path, bin: &Path, port: u16, api: u16) -> String {
    let (folder, bin) = (folder.display(), bin.display());
    format!(
        "scope: accord
name: node{n}
restapi: {{ listen: '127.0.0.1:{api}', connect_address: '127.0.0.1:{api}' }}
etcd3: {{ hosts: '{etcd}' }}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    synchronous_mode: true
    postgresql: {{ use_pg_rewind: false, parameters: {{ max_connections: 100 }} }}
  initdb: [ {{ encoding: UTF8 }}, {{ locale: C }} ]
postgresql:
  listen: '127.0.0.1:{port}'
  connect_address: '127.0.0.1:{port}'
  data_dir: '{folder}/data{n}'
  bin_dir: '{bin}'
  pgpass: '{folder}/pgpass{n}'
  authentication:
    superuser: {{ username: accord, password: invented }}
    replication: {{ username: replicator, password: invented }}
  pg_hba: [ 'local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust' ]
  parameters: {{ unix_socket_directories: '{folder}' }}
"
    )
}
