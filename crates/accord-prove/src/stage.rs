//! A stage: a store with one campaign, people who wait, and clinics; what a row is played on.
//!
//! Its first day is a few days from now by the machine's clock, so nothing depends on which day it is run.

use crate::how::{Failed, How};
use accord::access::api_key::{self, KeyRole};
use accord::access::{Role, sign_in};
use accord::base::clock::{Chance, Clock, london_date, machine_now};
use accord::base::db::{Actor, Db, Place, Stop, StoreError, Tx, migrate};
use accord::base::ids::{PersonId, SlotId};
use accord::base::secret::Key;
use accord::booking::place::place_many;
use accord::booking::{BookingRefusal, Pick, PlaceCourse, batch};
use accord::testing::{self, Layout, Small};
use std::path::PathBuf;

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// In a folder of the scratch folder.
    Sqlite,
    /// In a database of the server that `ACCORD_TEST_POSTGRES` names.
    Postgres,
}

impl Engine {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What stands on a stage.
#[derive(Debug, Clone, Copy)]
pub struct Cast {
    /// People who wait.
    pub people: usize,
    /// People of a team; 0: nobody has one.
    pub team_size: usize,
    /// Sites with a clinic on each of 56 days.
    pub sites: u16,
    /// Slots of each clinic.
    pub slots_a_day: u16,
    /// Places of each slot.
    pub capacity: u32,
}

impl Cast {
    /// People with teams of twenty, and room for all of them.
    pub const fn roomy(people: usize) -> Self {
        Self { people, team_size: 20, sites: 4, slots_a_day: 50, capacity: 1_000_000 }
    }
}

/// A store that is ready to be served.
#[derive(Debug)]
pub struct Stage {
    /// Where it is.
    pub place: Place,
    /// Its key file.
    pub key_file: PathBuf,
    /// Its key.
    pub key: Key,
    /// The secret of an API key of a campaign lead.
    pub bearer: String,
    /// Partnership, campaign, employer, slots.
    pub small: Small,
    /// Everybody who waits.
    pub people: Vec<PersonId>,
    /// Who built it.
    pub who: Actor,
    /// A folder of its own for logs.
    pub folder: PathBuf,
}

impl Stage {
    /// Builds one. `name` tells it from the others of a row.
    pub fn build(how: &How, engine: Engine, name: &str, cast: &Cast) -> Result<Self, Failed> {
        let place = match engine {
            Engine::Sqlite => Place::Folder(how.folder(name)?.join("store")),
            Engine::Postgres => database()?,
        };
        Self::build_at(how, place, name, cast)
    }

    /// Builds one at a place that the row chose.
    pub fn build_at(how: &How, place: Place, name: &str, cast: &Cast) -> Result<Self, Failed> {
        let folder = how.folder(name)?;
        if let Some(folder) = place.folder() {
            std::fs::create_dir_all(folder)?;
        }
        let mut bytes = [0; 32];
        let chance = Chance::seeded(how.seed).step(name);
        chance.fill(&mut bytes);
        let (key, key_file) = (Key::new(bytes), folder.join("accord.key"));
        std::fs::write(&key_file, format!("{}\n", key.text()))?;
        let db = Db::open(&place, Clock::Machine, chance)?;
        migrate::migrate(&db, &place)?;
        let who = testing::actor();
        let (cast, secret) = (*cast, key.clone());
        let made = db.write_now(&who, move |tx| build(tx, &cast, &secret).map_err(Stop::<()>::Store));
        let (small, people, bearer) = made.map_err(|stop| format!("the stage could not be built: {stop:?}"))?;
        accord::app::seal_now(&db, &who)?;
        Ok(Self { place, key_file, key, bearer, small, people, who, folder })
    }

    /// Opens the store beside whoever serves it.
    pub fn open(&self) -> Result<Db, Failed> {
        Ok(Db::open(&self.place, Clock::Machine, Chance::machine())?)
    }

    /// Gives the first `count` people an appointment that they have not answered, as a published plan does.
    pub fn assign(&self, count: usize) -> Result<(), Failed> {
        let (db, campaign) = (self.open()?, self.small.campaign);
        let failed = |stop: Stop<BookingRefusal>| format!("appointments could not be assigned: {stop:?}");
        let batch = db.write_now(&self.who, move |tx| Ok(batch::open(tx, campaign)?)).map_err(failed)?;
        let picks = |n| vec![Pick { appointment: 1, slot: self.slot_for(n) }];
        let wants = self.people[..count].iter().enumerate();
        let wants: Vec<PlaceCourse> =
            wants.map(|(n, person)| PlaceCourse { person: *person, campaign, picks: picks(n) }).collect();
        for some in wants.chunks(50) {
            let some = some.to_vec();
            let placed = db.write_now(&self.who, move |tx| place_many(tx, batch, &some)).map_err(failed)?;
            if let Some((_, refusal)) = placed.refused.first() {
                return Err(format!("an appointment could not be assigned: {refusal:?}").into());
            }
        }
        db.write_now(&self.who, move |tx| batch::settle_live(tx, batch)).map_err(failed)?;
        db.write_now(&self.who, |tx| Ok(tx.count_anew()?)).map_err(failed)?;
        accord::app::seal_now(&db, &self.who)?;
        Ok(())
    }

    /// A sign-in of a campaign lead, as a cookie.
    pub fn lead(&self) -> Result<String, Failed> {
        let (db, key, role) = (self.open()?, self.key.clone(), Role::CampaignLead { organisation: None });
        let made = db.write_now(&self.who, move |tx| sign_in::start(tx, &key, &role).map_err(Stop::<()>::Store));
        let token = made.map_err(|stop| format!("no sign-in: {stop:?}"))?;
        Ok(format!("{}={token}", sign_in::COOKIE))
    }

    /// The body of a booking of the first appointment.
    pub fn wish(&self, person: PersonId, slot: SlotId) -> String {
        let campaign = self.small.campaign;
        format!(r#"{{"person":"{person}","campaign":"{campaign}","picks":[{{"appointment":1,"slot":"{slot}"}}]}}"#)
    }

    /// A slot for the `n`th person such that a team's people go on different days.
    pub fn slot_for(&self, n: usize) -> SlotId {
        let slots = &self.small.slots;
        let a_day = slots.len() / 56;
        slots[(n % 56) * a_day + (n / 56) % a_day]
    }
}

/// As many as the employers of a county: their allocations are rows that bookings wait for.
const EMPLOYERS: u16 = 130;
/// Days between now and the first clinic: midnight may pass, and nothing else changes.
const DAYS_AHEAD: i32 = 3;

fn build(tx: &mut Tx<'_>, cast: &Cast, key: &Key) -> Result<(Small, Vec<PersonId>, String), StoreError> {
    let layout = Layout {
        first_day: london_date(machine_now()).saturating_add(jiff::Span::new().days(DAYS_AHEAD)),
        sites: cast.sites,
        slots_a_day: cast.slots_a_day,
        capacity: cast.capacity,
        employers: EMPLOYERS,
        allocation: None,
        ..Layout::SMALL
    };
    let small = Small::lay_out(tx, &layout)?;
    let people = small.crowd(tx, cast.people, cast.team_size)?;
    let (_, bearer) = api_key::make(tx, key, "proofs", KeyRole::CampaignLead)?;
    Ok((small, people, bearer))
}

#[cfg(feature = "postgres")]
fn database() -> Result<Place, Failed> {
    if std::env::var_os("ACCORD_TEST_POSTGRES").is_none() {
        return Err("ACCORD_TEST_POSTGRES names no server; run it by scripts/prove".into());
    }
    Ok(testing::new_database())
}

#[cfg(not(feature = "postgres"))]
fn database() -> Result<Place, Failed> {
    Err("built without PostgreSQL; run it by scripts/prove".into())
}
