//! Day packs as files: `accord day-pack`, and what a running service puts into a folder by itself at six in the evening (for
//! tomorrow) and six in the morning (for today). A name holds the site's code and the day, nothing of a person; the log tells
//! how many there were.

use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::app::App;
use crate::base::clock::{Chance, Clock, london, london_date};
use crate::base::db::{Actor, Stop, StoreError, Tx};
use crate::base::ids::SiteId;
use crate::base::secret::Key;
use crate::booking::day_pack::{self, Pack};
use crate::evidence;
use clap::Args;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What `day-pack` takes.
#[derive(Debug, Args)]
pub struct DayPack {
    /// The site's code
    #[arg(long, value_name = "CODE")]
    site: String,
    /// The day; today when left out
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// The file to write; an HTML page that opens with the site's words
    #[arg(long, value_name = "FILE", required_unless_present = "words")]
    out: Option<PathBuf>,
    /// Show the words that open the site's packs: once, then there are new ones for packs made from then on
    #[arg(long)]
    words: bool,
}

pub(super) fn run(at: &At, args: &DayPack) -> Result<Ended, Failure> {
    let store = Opened::open(at, Clock::Machine, Chance::machine())?;
    let key = store.key(at)?;
    let who = store.operator();
    let (code, day) = (args.site.clone(), args.date.unwrap_or_else(|| london_date(store.db.clock.now())));
    let site = store.db.read_now(&who, move |tx| evidence::people::site_by_code(tx, &code));
    let site = site.map_err(|e| store.failed(&e))?.ok_or_else(|| {
        Failure::bad_input(
            format!("there is no site {}", args.site),
            "--site",
            "accord export clinics tells the codes there are",
        )
    })?;
    let mut told = serde_json::Map::new();
    if args.words {
        let (secret, site) = (key.clone(), site);
        let words = written(&store, &who, move |tx| day_pack::show_words(tx, &secret, site))?;
        if !at.json {
            print_line(&format!("Words of the day packs of {}: {words}", args.site));
        }
        told.insert("words".into(), words.into());
    }
    if let Some(file) = &args.out {
        let pack = written(&store, &who, move |tx| day_pack::print(tx, &key, site, day))?;
        let Some(pack) = pack.map(day_pack::Print::sealed) else { return Ok(Ended::Well) };
        put(file, &pack).map_err(|error| {
            Failure::environment(format!("the file can't be written: {error}"), file.display(), "choose another place")
        })?;
        if !at.json {
            print_line(&format!("wrote {} ({} booked on {day})", file.display(), pack.people));
        }
        told.insert("file".into(), file.display().to_string().into());
        told.insert("people".into(), pack.people.into());
    }
    if at.json {
        print_json(&told.into());
    }
    crate::app::seal_now(&store.db, &who).map_err(|e| store.failed(&e))?;
    Ok(Ended::Well)
}

fn written<T: Send + 'static>(
    store: &Opened,
    who: &Actor,
    work: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Failure> {
    match store.db.write_now(who, move |tx| work(tx).map_err(Stop::<()>::Store)) {
        Ok(done) => Ok(done),
        Err(Stop::Store(error)) => Err(store.failed(&error)),
        Err(Stop::Refused(())) => Err(Failure::store(&StoreError::Unknown, &store.place)),
    }
}

/// Writes a pack whole or not at all, for its owner's eyes only.
fn put(file: &Path, pack: &Pack) -> std::io::Result<()> {
    let half = file.with_extension("part");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(&half)?, pack.html.as_bytes())?;
    std::fs::rename(half, file)
}

/// Days that packs are kept in the service's folder after their day.
const KEPT_DAYS: i64 = 7;

/// Which day's packs should be there at a time of day, and the word in their names.
fn due(now: DateTime) -> Option<(Date, &'static str)> {
    match now.hour() {
        18.. => Some((now.date().tomorrow().ok()?, "evening")),
        6.. => Some((now.date(), "morning")),
        _ => None,
    }
}

/// Keeps the folder of packs for ever: looks every minute which are due and not there. A service that was down at six makes
/// them when it is up again.
pub async fn keep(app: App, folder: PathBuf) {
    let who = Actor::new(app.web.house.partnership, "operator of this machine", "day packs");
    loop {
        match catch_up(&app, &who, &folder, app.web.clock().now()).await {
            Ok(0) => {}
            Ok(packs) => tracing::info!(count = packs, "day packs written"),
            Err(error) => tracing::warn!(%error, "day packs could not be written; it is tried again"),
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

/// Makes the packs that are due at `now` and not in `folder`; how many.
///
/// # Errors
/// What the store or the folder said.
pub async fn catch_up(app: &App, who: &Actor, folder: &Path, now: Timestamp) -> Result<usize, String> {
    let Some((day, half)) = due(now.to_zoned(london()).datetime()) else { return Ok(0) };
    std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    forget(folder, london_date(now)).map_err(|e| e.to_string())?;
    let sites = app.web.db.read(who, move |tx| {
        let sites = day_pack::sites_of(tx, day)?;
        let codes = crate::clinic::site::all(tx)?;
        Ok(sites
            .into_iter()
            .filter_map(|id| Some((id, codes.iter().find(|s| s.id == id)?.facts.code.clone())))
            .collect())
    });
    let sites: Vec<(SiteId, String)> = sites.await.map_err(|e| e.to_string())?;
    let mut made = 0;
    for (site, code) in sites {
        let plain: String = code.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let file = folder.join(format!("{plain}-{day}-{half}.html"));
        if file.exists() {
            continue;
        }
        let key: Key = app.web.key.clone();
        let work = move |tx: &mut Tx<'_>| day_pack::print(tx, &key, site, day).map_err(Stop::<()>::Store);
        if let Some(print) = app.web.db.write(who, work).await.map_err(|stop| format!("{stop:?}"))? {
            put(&file, &print.sealed()).map_err(|e| e.to_string())?;
            made += 1;
        }
    }
    Ok(made)
}

/// Takes packs away whose day is long over: they hold names.
fn forget(folder: &Path, today: Date) -> std::io::Result<()> {
    let before = today.saturating_sub(KEPT_DAYS.days());
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = name.strip_suffix("-evening.html").or_else(|| name.strip_suffix("-morning.html"));
        let day = stem.and_then(|stem| stem.get(stem.len().checked_sub(10)?..)?.parse::<Date>().ok());
        if day.is_some_and(|day| day < before) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn six_in_the_evening_is_for_tomorrow_and_six_in_the_morning_for_today() {
        let day = date(2027, 1, 5);
        for (hour, minute, wanted) in [
            (5, 59, None),
            (6, 0, Some((day, "morning"))),
            (17, 59, Some((day, "morning"))),
            (18, 0, Some((date(2027, 1, 6), "evening"))),
        ] {
            assert_eq!(due(day.at(hour, minute, 0, 0)), wanted, "{hour}:{minute}");
        }
    }

    #[test]
    fn old_packs_go_and_nothing_else_does() {
        let folder = std::env::temp_dir().join(format!("accord-packs-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("made");
        let names =
            ["S1-2026-12-28-evening.html", "S1-2026-12-29-morning.html", "2026-12-01-notes.html", "x-evening.html"];
        for name in names {
            std::fs::write(folder.join(name), "x").expect("written");
        }
        forget(&folder, date(2027, 1, 5)).expect("swept");
        let left: Vec<bool> = names.iter().map(|name| folder.join(name).exists()).collect();
        std::fs::remove_dir_all(&folder).expect("removed");
        assert_eq!(left, [false, true, true, true]);
    }
}
