//! `accord api-key`: keys for programs that call the API. The secret is printed once and stored nowhere.

use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::access::api_key::{self, KeyRole};
use crate::app::seal_now;
use crate::base::clock::{Chance, Clock, at_microsecond, london_date, london_instant};
use crate::base::db::Stop;
use crate::base::ids::ApiKeyId;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

/// What `api-key` takes.
#[derive(Debug, Args)]
pub struct ApiKeyArgs {
    /// Make a key for whoever this names: "Booking desk of Example Trust"
    #[arg(long, value_name = "NAME", required_unless_present_any = ["list", "revoke"], conflicts_with_all = ["list", "revoke"])]
    name: Option<String>,
    /// As what the key acts
    #[arg(long, value_enum, default_value = "booking-operator")]
    role: RoleName,
    /// The last day on which the key opens anything, in London; a year from now when left out
    #[arg(long, value_name = "DATE", conflicts_with_all = ["list", "revoke"])]
    expires: Option<String>,
    /// List the keys, without their secrets
    #[arg(long, conflicts_with = "revoke")]
    list: bool,
    /// Revoke the key of this id, at once
    #[arg(long, value_name = "ID")]
    revoke: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleName {
    BookingOperator,
    CampaignLead,
}

/// The longest name of a key, in characters.
const NAME: usize = 100;

pub(super) fn run(at: &At, args: &ApiKeyArgs) -> Result<Ended, Failure> {
    let store = Opened::open(at, Clock::Machine, Chance::machine())?;
    match (&args.revoke, args.list) {
        (Some(id), _) => revoke(at, &store, id)?,
        (None, true) => list(at, &store)?,
        (None, false) => make(at, &store, args)?,
    }
    seal_now(&store.db, &store.operator()).map_err(|e| store.failed(&e))?;
    Ok(Ended::Well)
}

fn make(at: &At, store: &Opened, args: &ApiKeyArgs) -> Result<(), Failure> {
    let name = args.name.as_deref().unwrap_or_default().trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME {
        let next = "say in 1 to 100 characters who will hold the key";
        return Err(Failure::bad_input("a key needs a name", "--name", next));
    }
    let role = match args.role {
        RoleName::BookingOperator => KeyRole::BookingOperator,
        RoleName::CampaignLead => KeyRole::CampaignLead,
    };
    let expires = args.expires.as_deref().map(|day| end_of(day, store)).transpose()?;
    let key = store.key(at)?;
    let made = store.db.write_now(&store.operator(), move |tx| {
        let made = match expires {
            Some(expires) => api_key::make_until(tx, &key, &name, role, expires),
            None => api_key::make(tx, &key, &name, role),
        };
        made.map_err(Stop::<()>::Store)
    });
    let (id, secret) = made.map_err(|stop| failed(store, stop))?;
    if at.json {
        print_json(&serde_json::json!({ "id": id.to_string(), "key": secret }));
    } else {
        print_line(&secret);
        eprintln!("accord: this is shown once; keep it as you keep a password\n  revoke: accord api-key --revoke {id}");
    }
    Ok(())
}

/// The end of a day in London that is still to come.
fn end_of(day: &str, store: &Opened) -> Result<Timestamp, Failure> {
    let wrong =
        |what: &str| Failure::bad_input(format!("{what}: {day}"), "--expires", "write a day to come like 2027-12-31");
    let date: Date = day.parse().map_err(|_| wrong("this is no date"))?;
    let end = date.tomorrow().map_err(|_| wrong("this day is too far away"))?;
    let end = london_instant(end, 0);
    if end <= store.db.clock.now() { Err(wrong("this day is over")) } else { Ok(end) }
}

fn list(at: &At, store: &Opened) -> Result<(), Failure> {
    let keys = store.db.read_now(&store.operator(), api_key::all).map_err(|e| store.failed(&e))?;
    let now = store.db.clock.now();
    for key in &keys {
        let state = match (key.revoked, key.is_live(now)) {
            (true, _) => "revoked",
            (_, true) => "live",
            _ => "over",
        };
        // It ends as a day begins: the last day on which it opens is the one before.
        let last = london_date(at_microsecond(key.expires.as_microsecond().saturating_sub(1)));
        if at.json {
            let role = key.role.word();
            print_json(
                &serde_json::json!({ "id": key.id.to_string(), "name": key.name, "role": role, "state": state, "last_day": last.to_string() }),
            );
        } else {
            print_line(&format!("{}  {state}  until {last}  {}  {}", key.id, key.role.word(), key.name));
        }
    }
    Ok(())
}

fn revoke(at: &At, store: &Opened, id: &str) -> Result<(), Failure> {
    let none = || {
        Failure::bad_input("there is no live key of this id", "--revoke", "look the id up with: accord api-key --list")
    };
    let id: ApiKeyId = id.parse().map_err(|_| none())?;
    let revoked = store.db.write_now(&store.operator(), move |tx| api_key::revoke(tx, id).map_err(Stop::<()>::Store));
    if !revoked.map_err(|stop| failed(store, stop))? {
        return Err(none());
    }
    if at.json {
        print_json(&serde_json::json!({ "id": id.to_string(), "state": "revoked" }));
    } else {
        print_line("revoked");
    }
    Ok(())
}

fn failed(store: &Opened, stop: Stop<()>) -> Failure {
    match stop {
        Stop::Store(error) => store.failed(&error),
        Stop::Refused(()) => Failure::refused("the store refused", &store.place, "run accord doctor"),
    }
}
