//! `accord serve`: the pages, until it is told to stop.

use super::day_pack::keep;
use super::{At, Ended, Failure, Opened, demo, print_line};
use crate::access::{PersonLookup, Role, person_code, sign_in, sign_in_link};
use crate::app::{App, work_for_ever};
use crate::base::clock::{Chance, Clock};
use crate::base::db::{Stop, Tx};
use crate::base::secret::Key;
use crate::base::words;
use crate::config::Config;
use crate::evidence;
use crate::log;
use clap::Args;
use std::net::{SocketAddr, TcpListener};

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port to listen on; by default what the settings say
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

pub(super) fn run(at: &At, args: &Serve) -> Result<Ended, Failure> {
    let store = Opened::open(at, Clock::steady(), Chance::machine())?;
    let key = store.key(at)?;
    let listener = listen(args.listen.as_deref().unwrap_or(&store.config.listen))?;
    let base = address(&store.config, listener.local_addr().ok());
    print_line(&format!("Accord of {} is on {base}", store.founded.name));
    if let Some(link) = first_lead_link(&store, &key, &base)? {
        print_line(&format!("Nobody leads yet. Sign in as campaign lead, once, within the hour: {link}"));
    }
    print_line("Ctrl-C stops it.");
    until_stopped(&store, key, listener)
}

/// Takes the port. Only addresses of this machine: whoever holds a one-time link holds the role, and until an
/// organisation's own sign-in is connected that is no door to open to a network.
pub fn listen(address: &str) -> Result<TcpListener, Failure> {
    let address: SocketAddr = address.parse().map_err(|_| {
        Failure::bad_input(
            format!("{address} is not an address and a port"),
            "--listen",
            "write it like 127.0.0.1:8430",
        )
    })?;
    if !address.ip().is_loopback() {
        return Err(Failure::refused(
            "Accord does not listen to a network until sign-in is configured: one-time links alone would guard it",
            address,
            format!("listen on 127.0.0.1:{}, and reach it from elsewhere by an SSH tunnel", address.port()),
        ));
    }
    let taken = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Failure::environment(
            format!("port {} is in use by another program", address.port()),
            address,
            format!("stop that program, or take another port: --listen {}:{}", address.ip(), next_port(address.port())),
        ),
        _ => Failure::environment(format!("can't listen: {error}"), address, "choose another address and port"),
    };
    let listener = TcpListener::bind(address).map_err(taken)?;
    listener.set_nonblocking(true).map_err(taken)?;
    Ok(listener)
}

fn next_port(port: u16) -> u16 {
    port.checked_add(1).unwrap_or(8430)
}

/// The address people use: the settings' public one, else the one listened on.
pub fn address(config: &Config, local: Option<SocketAddr>) -> String {
    match (&config.public_url, local) {
        (Some(url), _) => url.trim_end_matches('/').to_owned(),
        (None, Some(local)) => format!("http://{local}"),
        (None, None) => format!("http://{}", config.listen),
    }
}

/// Serves a demo and prints a one-time link for each of the four who would use it.
pub(super) fn serve_demo(at: &At, address_and_port: &str, sample: &demo::SampleReader) -> Result<Ended, Failure> {
    let store = Opened::open(at, Clock::steady(), Chance::machine())?;
    let key = store.key(at)?;
    let listener = listen(address_and_port)?;
    let base = address(&store.config, listener.local_addr().ok());
    let links = demo_links(&store, &key, &base, sample)?;
    if at.json {
        super::print_json(&links.iter().map(|(who, _, link)| ((*who).to_owned(), link.clone())).collect());
    } else {
        print_line("\nOpen one of these; each works once, within the hour:\n");
        for (_, who, link) in &links {
            print_line(&format!("  {who}\n      {link}"));
        }
        print_line(&format!(
            "\nThe store is {}. Ctrl-C stops serving; accord serve --at {} goes on.",
            store.place, store.place
        ));
    }
    until_stopped(&store, key, listener)
}

type DemoLink = (&'static str, String, String);

fn demo_links(store: &Opened, key: &Key, base: &str, sample: &demo::SampleReader) -> Result<Vec<DemoLink>, Failure> {
    let (key, sample, base) = (key.clone(), sample.clone(), base.to_owned());
    let made = store.db.write_now(&store.operator(), move |tx| {
        let mut links = Vec::with_capacity(4);
        let mut staff = |tx: &mut Tx<'_>, word: &'static str, who: String, role: Option<Role>| {
            let Some(role) = role else { return Ok::<_, Stop<()>>(()) };
            let token = sign_in_link::make(tx, &key, &role)?;
            links.push((word, who, format!("{base}/sign-in/{token}")));
            Ok(())
        };
        staff(tx, "campaign_lead", "the campaign lead".into(), Some(Role::CampaignLead { organisation: None }))?;
        let employer = evidence::people::organisation_by_code(tx, &sample.employer.0)?;
        let role = employer.map(|organisation| Role::EmployerContact { organisation });
        staff(tx, "employer", format!("an employer: {}", sample.employer.1), role)?;
        let site = evidence::people::site_by_code(tx, &sample.site.0)?;
        staff(tx, "clinic", format!("a clinic: {}", sample.site.1), site.map(|site| Role::ClinicTeam { site }))?;
        if let Some(person) = sample.person {
            let code = person_code::issue(tx, &key, person)?;
            let born = evidence::people::People
                .known(tx, person)?
                .and_then(|known| known.born)
                .map(words::date)
                .unwrap_or_default();
            links.push(("person", format!("a person, born {born}"), format!("{base}/b/{code}")));
        }
        Ok(links)
    });
    match made {
        Ok(links) => Ok(links),
        Err(Stop::Store(error)) => Err(store.failed(&error)),
        Err(Stop::Refused(())) => Ok(Vec::new()),
    }
}

/// A link for the first campaign lead; none once one has signed in.
fn first_lead_link(store: &Opened, key: &Key, base: &str) -> Result<Option<String>, Failure> {
    let key = key.clone();
    let made = store.db.write_now(&store.operator(), move |tx| {
        if sign_in::a_lead_came_in(tx)? {
            return Ok(None);
        }
        sign_in_link::make(tx, &key, &Role::CampaignLead { organisation: None }).map(Some).map_err(Stop::<()>::Store)
    });
    match made {
        Ok(token) => Ok(token.map(|token| format!("{base}/sign-in/{token}"))),
        Err(Stop::Store(error)) => Err(store.failed(&error)),
        Err(Stop::Refused(())) => Ok(None),
    }
}

/// Serves `store` on `listener` until Ctrl-C or a termination signal; requests under way are answered first.
pub fn until_stopped(store: &Opened, key: Key, listener: TcpListener) -> Result<Ended, Failure> {
    log::start(&store.config.log);
    let app = App::new(store.db.clone(), key, store.house(), store.config.https());
    let folder = store.config.day_packs.clone();
    let failed = |error: std::io::Error| {
        Failure::environment(
            format!("the service stopped: {error}"),
            &store.place,
            "start it again; nothing answered is lost",
        )
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let jobs = tokio::spawn(work_for_ever(app.clone()));
        let packs = folder.map(|folder| tokio::spawn(keep(app.clone(), folder)));
        // Made a service once: a bare router is built anew for each connection, 140 KB of it.
        let service = app.router().into_make_service();
        let served = axum::serve(listener, service).with_graceful_shutdown(told_to_stop()).await;
        jobs.abort();
        if let Some(packs) = packs {
            packs.abort();
        }
        served.map_err(failed)
    })?;
    eprintln!("accord: stopped; everything answered is in the store");
    Ok(Ended::Well)
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
            }
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}
