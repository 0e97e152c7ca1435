//! The world of the sequences, on either engine: two sites of two products, few places, few doses, one team of three.

use super::command::{A_DAY, DAYS, PEOPLE};
use crate::how::Failed;
use accord::base::clock::{Chance, Clock, at_microsecond};
use accord::base::db::{Actor, Db, Place, Stop, StoreError, Tx, migrate};
use accord::base::ids::{PersonId, Product, SlotId, WorklistItem};
use accord::p;
use accord::testing::{self, BEGIN_US, Layout, Small};
use std::path::PathBuf;

/// Places of a slot when it begins.
pub const CAPACITY: i64 = 2;
/// Appointments the employer may have.
pub const ALLOCATION: i64 = 9;
/// Doses of the second site's product.
pub const STOCK: i64 = 5;
/// Microseconds from midnight of the first day to the instant at which all begins.
pub const BEGIN: i64 = 8 * 3_600_000_000;

/// What the numbers of the commands stand for.
#[derive(Debug, Clone)]
pub struct World {
    pub who: Actor,
    pub small: Small,
    pub people: Vec<PersonId>,
    pub slots: Vec<SlotId>,
}

/// A store in memory with the world in it, to be copied for each sequence.
pub fn in_memory(course: u16) -> Result<(Db, World), Failed> {
    let db = Db::in_memory(clock(), Chance::seeded(7))?;
    migrate::migrate(&db, &Place::Folder(PathBuf::new()))?;
    let world = fill(&db, course)?;
    Ok((db, world))
}

/// A database for all sequences: each begins by emptying it, since making one takes far longer than filling it.
#[cfg(feature = "postgres")]
pub fn in_postgres() -> Result<Option<Db>, Failed> {
    if std::env::var_os("ACCORD_TEST_POSTGRES").is_none() {
        return Ok(None);
    }
    let place = testing::new_database();
    let db = Db::open(&place, clock(), Chance::seeded(7))?;
    migrate::migrate(&db, &place)?;
    Ok(Some(db))
}

/// The same world with the same ids in that database, and a chance of its own for the sequence.
#[cfg(feature = "postgres")]
pub fn begun_anew(db: &Db, course: u16, seed: u64) -> Result<(Db, World), Failed> {
    let emptied = db.write_now(&testing::actor(), |tx| migrate::empty(tx).map_err(Stop::<()>::Store));
    emptied.map_err(|stop| format!("the database can't be emptied: {stop:?}"))?;
    let mut anew = db.clone();
    (anew.clock, anew.chance) = (clock(), Chance::seeded(7));
    let world = fill(&anew, course)?;
    anew.chance = Chance::seeded(seed);
    Ok((anew, world))
}

/// A clock that stands where every sequence begins.
pub fn clock() -> Clock {
    Clock::standing_at(at_microsecond(BEGIN_US))
}

fn fill(db: &Db, course: u16) -> Result<World, Failed> {
    let who = testing::actor();
    let made = db.write_now(&who, move |tx| build(tx, course).map_err(Stop::<()>::Store));
    let (small, people) = made.map_err(|stop| format!("the world can't be built: {stop:?}"))?;
    accord::app::seal_now(db, &who)?;
    let slots = small.slots.clone();
    if people.len() != PEOPLE || slots.len() != A_DAY * DAYS {
        return Err("the world is not as large as its commands think".into());
    }
    Ok(World { who, small, people, slots })
}

fn build(tx: &mut Tx<'_>, course: u16) -> Result<(Small, Vec<PersonId>), StoreError> {
    let layout = Layout {
        appointments: course,
        sites: 2,
        slots_a_day: 2,
        capacity: CAPACITY as u32,
        allocation: Some(ALLOCATION as u32),
        ..Layout::SMALL
    };
    let small = Small::lay_out(tx, &layout)?;
    let mut people = small.people.to_vec();
    people.extend(small.crowd(tx, PEOPLE - people.len(), 0)?);
    second_product(tx, &small)?;
    let (gone, unclear) = (people[PEOPLE - 2], people[PEOPLE - 1]);
    tx.run(
        "UPDATE employment SET state = 'left' WHERE partnership_id = $1 AND person_id = $2",
        p![tx.partnership(), gone],
    )?;
    tx.run(
        "INSERT INTO worklist_item (partnership_id, id, kind, employer_id, person_id, other_person_id, summary, owner_role,
           owner_organisation_id, due_on, state, created_us)
         VALUES ($1, $2, 'possible_duplicate', $3, $4, $5, 'two rows', 'employer_contact', $3, '2027-01-11', 'open', 0)",
        p![tx.partnership(), tx.id::<WorklistItem>(), small.employer, unclear, people[0]],
    )?;
    tx.run(
        "UPDATE offer SET state = 'unclear' WHERE partnership_id = $1 AND person_id = $2",
        p![tx.partnership(), unclear],
    )?;
    Ok((small, people))
}

/// The second site gives another product, with an interval and doses of its own.
fn second_product(tx: &mut Tx<'_>, small: &Small) -> Result<(), StoreError> {
    let (beta, site, partnership) = (tx.id::<Product>(), small.sites[1], tx.partnership());
    tx.run(
        "INSERT INTO product (partnership_id, id, code, name) VALUES ($1, $2, 'BETA', 'Beta')",
        p![partnership, beta],
    )?;
    tx.run(
        "UPDATE session SET product_id = $3 WHERE partnership_id = $1 AND site_id = $2",
        p![partnership, site, beta],
    )?;
    tx.run("UPDATE slot SET product_id = $3 WHERE partnership_id = $1 AND site_id = $2", p![partnership, site, beta])?;
    tx.run(
        "INSERT INTO campaign_product (partnership_id, campaign_id, product_id, interval_min, interval_max, interval_ideal)
         VALUES ($1, $2, $3, 7, 30, 14)",
        p![partnership, small.campaign, beta],
    )?;
    tx.run(
        "INSERT INTO stock (partnership_id, site_id, product_id, from_date, until_date, delivered, taken)
         VALUES ($1, $2, $3, '2027-01-01', '2027-12-31', $4, 0)",
        p![partnership, site, beta, STOCK],
    )?;
    Ok(())
}
