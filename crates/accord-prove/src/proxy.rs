//! A TCP proxy that cuts connections where it hurts: in the middle of a request, of a reply, and round a COMMIT. What it
//! does on a connection follows from a seed and the connection's number alone. It never sends anything twice.

use crate::how::Failed;
use crate::server::free_port;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What it understands of what goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// A client and the service, one request a connection: six in ten lose (part of) the reply, two part of the request.
    ClientAndService,
    /// The service and PostgreSQL: one COMMIT in ten is cut off, before it arrives or before its answer comes back.
    ServiceAndDatabase,
}

/// A proxy that runs; ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    upstream: Arc<AtomicU16>,
    cuts: Arc<AtomicU64>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Proxy {
    /// Starts one before `upstream`.
    pub fn start(between: Between, upstream: u16, seed: u64) -> Result<Self, Failed> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let port = free_port()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))?;
        let (upstream, cuts) = (Arc::new(AtomicU16::new(upstream)), Arc::new(AtomicU64::new(0)));
        let (to, count) = (Arc::clone(&upstream), Arc::clone(&cuts));
        runtime.spawn(async move {
            let mut number = 0;
            while let Ok((client, _)) = listener.accept().await {
                number += 1;
                let chance = Pcg64Mcg::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(number));
                tokio::spawn(carry(between, client, to.load(Ordering::Relaxed), chance, Arc::clone(&count)));
            }
        });
        Ok(Self { port, upstream, cuts, runtime: Some(runtime) })
    }

    /// Sends new connections elsewhere.
    pub fn lead_to(&self, port: u16) {
        self.upstream.store(port, Ordering::Relaxed);
    }

    /// Connections cut so far.
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn carry(between: Between, client: TcpStream, upstream: u16, mut chance: Pcg64Mcg, cuts: Arc<AtomicU64>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, upstream)).await else { return };
    drop((client.set_nodelay(true), server.set_nodelay(true)));
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let cut = match between {
        Between::ClientAndService => {
            let (request, reply) = match chance.random_range(0..10) {
                0..6 => (usize::MAX, chance.random_range(0..600)),
                6..8 => (chance.random_range(0..400), usize::MAX),
                _ => (usize::MAX, usize::MAX),
            };
            let delay = Duration::from_millis(chance.random_range(0..8));
            tokio::select! {
                cut = up_to(request, Duration::ZERO, from_client, to_server) => cut,
                cut = up_to(reply, delay, from_server, to_client) => cut,
            }
        }
        Between::ServiceAndDatabase => {
            tokio::select! {
                cut = watch_commits(from_client, to_server, &mut chance) => cut,
                _ = up_to(usize::MAX, Duration::ZERO, from_server, to_client) => false,
            }
        }
    };
    // Both sides are dropped here, with whatever was on its way.
    cuts.fetch_add(u64::from(cut), Ordering::Relaxed);
}

/// Carries so many bytes; true: then it was cut, false: a side ended it.
async fn up_to(mut left: usize, delay: Duration, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> bool {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let n = match from.read(&mut buffer).await {
            Ok(n) if n > 0 => n,
            _ => return false,
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if n > left {
            drop(to.write_all(&buffer[..left]).await);
            drop(to.flush().await);
            return true;
        }
        left = left.saturating_sub(if left == usize::MAX { 0 } else { n });
        if to.write_all(&buffer[..n]).await.is_err() {
            return false;
        }
    }
}

async fn watch_commits(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, chance: &mut Pcg64Mcg) -> bool {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = match from.read(&mut buffer).await {
            Ok(n) if n > 0 => n,
            _ => return false,
        };
        let commits = buffer[..n].windows(7).any(|seven| seven == b"COMMIT\0");
        if commits && chance.random_range(0..10) == 0 {
            if chance.random_bool(0.3) {
                return true;
            }
            // It arrives, and the answer does not come back: it may be carried out before or after we are gone.
            drop(to.write_all(&buffer[..n]).await);
            drop(to.flush().await);
            tokio::time::sleep(Duration::from_millis(chance.random_range(0..3))).await;
            return true;
        }
        if to.write_all(&buffer[..n]).await.is_err() {
            return false;
        }
    }
}
