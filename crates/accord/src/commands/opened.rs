//! Opening a store for a command: where it is, its settings, its key, its partnership.

use super::{At, Failure, demo};
use crate::base::clock::{Chance, Clock};
use crate::base::db::{Actor, Db, Place, StoreError, migrate};
use crate::base::ids::PartnershipId;
use crate::base::page::Help;
use crate::base::secret::Key;
use crate::base::web::House;
use crate::config::Config;
use crate::partnership::store::{self, Founded};
use std::path::{Path, PathBuf};

/// A store that is open, with what belongs to it.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The store.
    pub db: Db,
    /// Where it is.
    pub place: Place,
    /// Its settings.
    pub config: Config,
    /// Its partnership.
    pub founded: Founded,
}

impl Opened {
    /// Opens what `at` names, brings its schema up to date and reads its partnership.
    pub fn open(at: &At, clock: Clock, chance: Chance) -> Result<Self, Failure> {
        let place = at.place();
        let config = settings(at, &place)?;
        if let Some(file) = place.file().filter(|file| !file.exists()) {
            let next = format!("make one with: accord init --at {place} --name \"Our partnership\"");
            return Err(Failure::environment("there is no store here", file.display(), next));
        }
        let db = Db::open(&place, clock, chance).map_err(|e| Failure::store(&e, &place))?;
        let moved = migrate::migrate(&db, &place).map_err(|e| Failure::store(&e, &place))?;
        if let Some(backup) = &moved.backup {
            eprintln!(
                "accord: the schema moved from step {} to {}; a copy is in {}",
                moved.from,
                moved.to,
                backup.display()
            );
        }
        let who = operator(PartnershipId::from_uuid(uuid::Uuid::nil()));
        let founded = db.read_now(&who, store::only).map_err(|e| Failure::store(&e, &place))?;
        let db = match (&founded, place.folder()) {
            (Some(founded), Some(folder)) if founded.demo => {
                let clock = demo::clock(folder, db.clock.clone());
                db.with_clock(clock)
            }
            _ => db,
        };
        let founded = founded.ok_or_else(|| {
            Failure::environment("this store has no partnership yet", &place, "finish making it: accord init again")
        })?;
        Ok(Self { db, place, config, founded })
    }

    /// Its key; only what makes or reads codes and links needs it.
    pub fn key(&self, at: &At) -> Result<Key, Failure> {
        read_key(&key_file(at, &self.place, &self.config)?)
    }

    /// The operator of this machine, acting in the store's partnership.
    pub fn operator(&self) -> Actor {
        operator(self.founded.id)
    }

    /// The partnership as pages know it.
    pub fn house(&self) -> House {
        let help = &self.config.help;
        House {
            partnership: self.founded.id,
            name: self.founded.name.clone(),
            demo: self.founded.demo,
            help: Help { who: help.who.clone(), phone: help.phone.clone(), hours: help.hours.clone() },
        }
    }

    /// What the store answered, as a failure with its place.
    pub fn failed(&self, error: &StoreError) -> Failure {
        Failure::store(error, &self.place)
    }
}

/// The operator of this machine.
pub fn operator(partnership: PartnershipId) -> Actor {
    Actor::new(partnership, "operator of this machine", "command line")
}

/// The settings of a store.
pub fn settings(at: &At, place: &Place) -> Result<Config, Failure> {
    let file = at.config.clone().or_else(|| place.folder().map(|folder| folder.join("accord.toml")));
    let Some(file) = file else { return Ok(Config::default()) };
    if at.config.is_some() && !file.exists() {
        return Err(Failure::bad_input(
            "there is no such settings file",
            file.display(),
            "check --config or ACCORD_CONFIG",
        ));
    }
    Config::read(&file).map_err(|e| Failure::bad_input(e.what, e.place, e.next))
}

/// Where the key of a store lies.
pub fn key_file(at: &At, place: &Place, config: &Config) -> Result<PathBuf, Failure> {
    let named = at.key_file.clone().or_else(|| config.key_file.clone());
    named.or_else(|| place.folder().map(|folder| folder.join("accord.key"))).ok_or_else(|| {
        Failure::bad_input(
            "a PostgreSQL store needs a key file of its own",
            place,
            "name it: --key-file FILE, ACCORD_KEY_FILE, or key_file in the settings",
        )
    })
}

/// Reads a key file.
pub fn read_key(file: &Path) -> Result<Key, Failure> {
    let text = std::fs::read_to_string(file).map_err(|e| {
        let next = "put the store's own key back; with another one no code and no link opens any more";
        Failure::environment(format!("the key can't be read: {e}"), file.display(), next)
    })?;
    Key::parse(&text).ok_or_else(|| {
        let next = "put the store's own key back: one line of 64 hexadecimal digits";
        Failure::environment("this is no key", file.display(), next)
    })
}

/// Makes a key file that only its owner may read; reads it when it is there.
pub fn make_key(file: &Path) -> Result<Key, Failure> {
    use std::io::Write;
    if file.exists() {
        return read_key(file);
    }
    let mut bytes = [0; 32];
    Chance::machine().fill(&mut bytes);
    let key = Key::new(bytes);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let written = options.open(file).and_then(|mut f| {
        writeln!(f, "{}", key.text())?;
        f.sync_all()
    });
    written.map_err(|e| {
        Failure::environment(
            format!("the key can't be written: {e}"),
            file.display(),
            "choose a place you may write to",
        )
    })?;
    Ok(key)
}
