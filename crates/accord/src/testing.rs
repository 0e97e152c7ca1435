//! Stores for tests: a fresh one for each test, on each engine, by one macro.
//!
//! SQLite stores live in a folder of the machine's temporary folder and go with the test.
//! PostgreSQL databases are made in the server named by `ACCORD_TEST_POSTGRES`
//! (`scripts/with-postgres` starts one); without it a PostgreSQL test fails and says so.

mod small;

pub use small::{Layout, Small};

use crate::base::clock::{Chance, Clock, at_microsecond};
#[cfg(feature = "postgres")]
use crate::base::db::Tx;
use crate::base::db::{Actor, Db, Place, migrate};
use crate::base::ids::PartnershipId;
use std::sync::atomic::{AtomicU32, Ordering};

/// Monday 4 January 2027, 8:00 UTC: the instant at which every test begins.
pub const BEGIN_US: i64 = 1_799_049_600_000_000;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A store that goes when the test ends.
#[derive(Debug)]
pub struct Fresh {
    /// The open store; schema complete, no partnership in it.
    pub db: Db,
    /// Where it is.
    pub place: Place,
    /// An actor of a partnership with a fixed id.
    pub who: Actor,
}

impl Fresh {
    /// An empty store on SQLite.
    pub fn lite() -> Self {
        let folder = std::env::temp_dir().join(format!("accord-test-{}-{}", std::process::id(), next()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        Self::at(Place::Folder(folder))
    }

    /// An empty database on PostgreSQL.
    #[cfg(feature = "postgres")]
    pub fn postgres() -> Self {
        Self::at(new_database())
    }

    fn at(place: Place) -> Self {
        let clock = Clock::standing_at(at_microsecond(BEGIN_US));
        let db = Db::open(&place, clock, Chance::seeded(7)).expect("a fresh store opens");
        migrate::migrate(&db, &place).expect("a fresh store takes the schema");
        Self { db, place, who: actor() }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(folder) = self.place.folder() {
            drop(std::fs::remove_dir_all(folder));
        }
    }
}

/// Makes a database in the server that `ACCORD_TEST_POSTGRES` names; without one it panics and says so.
#[cfg(feature = "postgres")]
pub fn new_database() -> Place {
    let server = std::env::var("ACCORD_TEST_POSTGRES")
        .expect("ACCORD_TEST_POSTGRES names a server; run the tests by scripts/test");
    let name = format!("accord_test_{}_{}", std::process::id(), next());
    let admin = Db::open(&Place::Postgres(format!("{server}/postgres")), Clock::Machine, Chance::seeded(1))
        .expect("the test server answers");
    let statement = format!("CREATE DATABASE {name}");
    // A database can't be made inside a transaction, so the reader's is left for a moment.
    let make = move |tx: &mut Tx<'_>| {
        tx.script("COMMIT")?;
        tx.script(&statement)?;
        tx.script("BEGIN")
    };
    admin.read_now(&actor(), make).expect("a database can be made");
    Place::Postgres(format!("{server}/{name}"))
}

fn next() -> u32 {
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// The campaign lead of the tests' partnership.
pub fn actor() -> Actor {
    Actor::new(PartnershipId::from_uuid(uuid::Uuid::from_u128(1)), "campaign_lead", "test")
}

/// `on_both_engines! { fn name(fresh) { ... } }`: the test runs on SQLite and, with the feature
/// `postgres`, on PostgreSQL. `fresh` is a `&Fresh`.
#[macro_export]
macro_rules! on_both_engines {
    ($(fn $name:ident($fresh:ident) $body:block)*) => {$(
        mod $name {
            use super::*;
            fn on_engine($fresh: &$crate::testing::Fresh) $body
            #[test]
            fn sqlite() {
                on_engine(&$crate::testing::Fresh::lite());
            }
            #[cfg(feature = "postgres")]
            #[test]
            fn postgres() {
                on_engine(&$crate::testing::Fresh::postgres());
            }
        }
    )*};
}
