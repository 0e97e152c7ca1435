//! Which demo: what was asked for, or what the folder was begun with.

use super::Demo;
use crate::base::clock::{Clock, london_date, london_instant, machine_now};
use crate::base::db::Place;
use crate::commands::Failure;
use accord_testkit::world::Settings;
use std::path::Path;

const FILE: &str = "demo.json";

/// Decides, and writes it down in the folder. A folder begun with other settings is left alone.
pub(super) fn decide(files: &Path, place: &Place, args: &Demo) -> Result<Settings, Failure> {
    let file = files.join(FILE);
    if args.fresh {
        throw_away(files, place)?;
    }
    if let Some(there) = read(files) {
        let same = args.seed.is_none_or(|seed| seed == there.seed)
            && args.people.is_none_or(|people| people == there.people)
            && args.today.is_none_or(|today| today == there.today);
        if !same {
            return Err(Failure::refused(
                format!(
                    "there is a demo here of seed {}, {} people and {}; it was left as it is",
                    there.seed, there.people, there.today
                ),
                file.display(),
                "leave --seed, --people and --today out to go on with it, or begin anew with --fresh",
            ));
        }
        return Ok(there);
    }
    let settings = Settings {
        seed: args.seed.unwrap_or(1),
        people: args.people.unwrap_or(20_000),
        today: args.today.unwrap_or_else(|| london_date(machine_now())),
    };
    write(files, &file, settings)?;
    Ok(settings)
}

/// The settings a folder was begun with.
pub fn read(files: &Path) -> Option<Settings> {
    let text = std::fs::read_to_string(files.join(FILE)).ok()?;
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(Settings {
        seed: json.get("seed")?.as_u64()?,
        people: u32::try_from(json.get("people")?.as_u64()?).ok()?,
        today: json.get("today")?.as_str()?.parse().ok()?,
    })
}

/// The clock of a demo's pages: they open on the day the demo was made for, and run from there.
pub fn clock(files: &Path, clock: Clock) -> Clock {
    match (read(files), clock) {
        (Some(settings), clock @ (Clock::Machine | Clock::Steady(_))) => {
            let now = machine_now();
            if london_date(now) == settings.today {
                return clock;
            }
            Clock::Shifted(london_instant(settings.today, 9 * 60).as_microsecond() - now.as_microsecond())
        }
        (_, clock) => clock,
    }
}

fn write(files: &Path, file: &Path, settings: Settings) -> Result<(), Failure> {
    let failed = |e: std::io::Error| {
        Failure::environment(format!("the folder can't be written: {e}"), file.display(), "choose another with --at")
    };
    std::fs::create_dir_all(files).map_err(failed)?;
    let Settings { seed, people, today } = settings;
    let json = serde_json::json!({ "seed": seed, "people": people, "today": today.to_string() });
    std::fs::write(file, format!("{json}\n")).map_err(failed)
}

/// Takes away what a demo made, and nothing else.
fn throw_away(files: &Path, place: &Place) -> Result<(), Failure> {
    if place.folder().is_none() {
        return Err(Failure::refused(
            "--fresh does not empty a PostgreSQL database",
            place,
            "make a new database, or drop and make this one again",
        ));
    }
    if !files.exists() || read(files).is_none() && files.join("accord.db").exists() {
        return if files.exists() {
            Err(Failure::refused(
                "this folder holds a store that no demo made; it was left as it is",
                files.display(),
                "choose another folder with --at",
            ))
        } else {
            Ok(())
        };
    }
    let failed = |e: std::io::Error| {
        Failure::environment(format!("the old demo can't be removed: {e}"), files.display(), "stop whatever uses it")
    };
    for name in ["accord.db", "accord.db-wal", "accord.db-shm", "accord.key", FILE] {
        match std::fs::remove_file(files.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
    }
    for name in ["staff", "truth"] {
        match std::fs::remove_dir_all(files.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_opens_on_its_own_day_whatever_clock_serves_it() {
        let files = std::env::temp_dir().join(format!("accord-own-day-{}", std::process::id()));
        std::fs::create_dir_all(&files).expect("a folder");
        std::fs::write(files.join(FILE), r#"{"seed":7,"people":600,"today":"2031-01-01"}"#).expect("written");
        for served in [Clock::Machine, Clock::steady()] {
            let now = clock(&files, served).now();
            assert_eq!(london_date(now).to_string(), "2031-01-01");
        }
        std::fs::remove_dir_all(&files).expect("removed");
    }
}
