//! Stores for tests: a fresh one for each test, on each engine, by one macro.
//!
//! SQLite stores live in a folder of the machine's temporary folder and go with the test.
//! PostgreSQL databases are made in the server named by `ACCORD_TEST_POSTGRES`
//! (`scripts/with-postgres` starts one); without it a PostgreSQL test fails and says so.

use crate::base::clock::{Chance, Clock, at_microsecond, london_instant};
use crate::base::db::{Actor, Db, Place, Stop, StoreError, Tx, migrate};
use crate::base::ids::{
    AgreementId, AllocationId, CampaignId, Employment, OrganisationId, PartnershipId, PersonId, ProductId, Session,
    SiteId, Slot, SlotId, TeamId,
};
use crate::campaign;
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
        let server = std::env::var("ACCORD_TEST_POSTGRES")
            .expect("ACCORD_TEST_POSTGRES names a server; run the tests by scripts/test");
        let name = format!("accord_test_{}_{}", std::process::id(), next());
        let admin = Db::open(&Place::Postgres(format!("{server}/postgres")), Clock::Machine, Chance::seeded(1))
            .expect("the test server answers");
        let who = actor();
        let statement = format!("CREATE DATABASE {name}");
        // A database can't be made inside a transaction, so the reader's is left for a moment.
        let make = move |tx: &mut Tx<'_>| {
            tx.script("COMMIT")?;
            tx.script(&statement)?;
            tx.script("BEGIN")
        };
        admin.read_now(&who, make).expect("a database can be made");
        Self::at(Place::Postgres(format!("{server}/{name}")))
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

/// A small partnership for tests: one host with one site, one employer with one team of three, one
/// open campaign of one or two appointments, one slot a day of four places.
#[derive(Debug, Clone)]
pub struct Small {
    /// The host.
    pub host: OrganisationId,
    /// The employer.
    pub employer: OrganisationId,
    /// The site.
    pub site: SiteId,
    /// The product.
    pub product: ProductId,
    /// The team.
    pub team: TeamId,
    /// Three people of the team: the first two work Monday to Friday, the third has no rota.
    pub people: [PersonId; 3],
    /// The agreement.
    pub agreement: AgreementId,
    /// The employer's allocation.
    pub allocation: AllocationId,
    /// The campaign, from Monday 4 January 2027.
    pub campaign: CampaignId,
    /// The slot of each of 56 days, at 9:00.
    pub slots: Vec<SlotId>,
}

impl Small {
    /// Builds it. `appointments` is 1 or 2; two are 19 to 28 days apart.
    pub fn build(fresh: &Fresh, appointments: u16) -> Self {
        let built = fresh.db.write_now(&fresh.who, move |tx| small(tx, appointments).map_err(Stop::<()>::Store));
        built.expect("the small partnership is built")
    }
}

const FIRST_DAY: jiff::civil::Date = jiff::civil::date(2027, 1, 4);

fn small(tx: &mut Tx<'_>, appointments: u16) -> Result<Small, StoreError> {
    let mut small = Small {
        host: tx.id(),
        employer: tx.id(),
        site: tx.id(),
        product: tx.id(),
        team: tx.id(),
        people: [tx.id(), tx.id(), tx.id()],
        agreement: tx.id(),
        allocation: tx.id(),
        campaign: tx.id(),
        slots: Vec::new(),
    };
    small_partners(tx, &small)?;
    small_people(tx, &small)?;
    small.slots = small_slots(tx, &small)?;
    small.campaign = small_campaign(tx, &small, appointments)?;
    Ok(small)
}

fn small_partners(tx: &mut Tx<'_>, s: &Small) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO partnership (partnership_id, name, goal, demo, created_us) VALUES ($1, 'Small', 'Everybody', 0, 0)",
        p![tx.partnership()],
    )?;
    for (id, code, name, employer, host) in
        [(s.host, "HOST", "The Host", 0_i64, 1_i64), (s.employer, "EMPL", "The Employer", 1, 0)]
    {
        tx.run(
            "INSERT INTO organisation (partnership_id, id, code, name, kind, is_employer, is_host, contact_name, contact_role, admitted_us)
             VALUES ($1, $2, $3, $4, 'trust', $5, $6, 'A. Contact (invented)', 'manager', 0)",
            p![tx.partnership(), id, code, name, employer, host],
        )?;
    }
    tx.run(
        "INSERT INTO agreement (partnership_id, id, version, kind, title, host_id, purpose, from_date, until_date, state, at_end,
           signed_by, signed_us, superseded)
         VALUES ($1, $2, 1, 'capacity', 'Places', $3, 'staff vaccination', '2027-01-01', '2027-12-31', 'in_force', 'honour', 'both', 0, 0)",
        p![tx.partnership(), s.agreement, s.host],
    )?;
    tx.run(
        "INSERT INTO agreement_site (partnership_id, agreement_id, version, site_id) VALUES ($1, $2, 1, $3)",
        p![tx.partnership(), s.agreement, s.site],
    )?;
    tx.run(
        "INSERT INTO allocation (partnership_id, id, agreement_id, host_id, employer_id, capacity, taken) VALUES ($1, $2, $3, $4, $5, 5, 0)",
        p![tx.partnership(), s.allocation, s.agreement, s.host, s.employer],
    )?;
    Ok(())
}

fn small_people(tx: &mut Tx<'_>, s: &Small) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO team (partnership_id, id, employer_id, name) VALUES ($1, $2, $3, 'Ward 1')",
        p![tx.partnership(), s.team, s.employer],
    )?;
    for (n, person) in s.people.iter().enumerate() {
        let rota = (n < 2).then_some("Mon-Fri");
        tx.run(
            "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, date_of_birth, birth_checked, home_postcode, language,
               access_needs, state, version, created_us)
             VALUES ($1, $2, $3, 'Test', $3, '1980-02-29', 0, 'IP1 1AA', 'en', 0, 'active', 1, 0)",
            p![tx.partnership(), person, format!("Person {n}")],
        )?;
        tx.run(
            "INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, team_id, rota, priority_group,
               is_primary, state, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1, 'current', 1)",
            p![tx.partnership(), tx.id::<Employment>(), person, s.employer, n, s.team, rota],
        )?;
    }
    Ok(())
}

fn small_slots(tx: &mut Tx<'_>, s: &Small) -> Result<Vec<SlotId>, StoreError> {
    tx.run(
        "INSERT INTO product (partnership_id, id, code, name) VALUES ($1, $2, 'ALPHA', 'Alpha')",
        p![tx.partnership(), s.product],
    )?;
    tx.run(
        "INSERT INTO site (partnership_id, id, host_id, code, name, kind, address, postcode, lat, lon, district, phone, access,
           note, slots_owner, state)
         VALUES ($1, $2, $3, 'SITE', 'The Site', 'hospital_hub', 'A Street', 'IP1 2BX', 52.05, 1.14, 'E07000202', '01632 960000',
           0, '', 'accord', 'open')",
        p![tx.partnership(), s.site, s.host],
    )?;
    tx.run(
        "INSERT INTO travel (partnership_id, from_sector, to_sector, minutes) VALUES ($1, 'IP1 1', 'IP1 2', 9)",
        p![tx.partnership()],
    )?;
    let days = FIRST_DAY.series(jiff::Span::new().days(1)).take(56);
    days.map(|day| small_slot(tx, s, day)).collect()
}

fn small_slot(tx: &mut Tx<'_>, s: &Small, day: jiff::civil::Date) -> Result<SlotId, StoreError> {
    let (session, slot) = (tx.id::<Session>(), tx.id::<Slot>());
    tx.run(
        "INSERT INTO session (partnership_id, id, site_id, host_id, product_id, date, from_minute, until_minute, slot_minutes,
           stations, state, version)
         VALUES ($1, $2, $3, $4, $5, $6, 540, 550, 10, 4, 'open', 1)",
        p![tx.partnership(), session, s.site, s.host, s.product, day],
    )?;
    tx.run(
        "INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us, minutes,
           capacity, taken)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 540, $8, 10, 4, 0)",
        p![tx.partnership(), slot, session, s.site, s.host, s.product, day, london_instant(day, 540)],
    )?;
    Ok(slot)
}

fn small_campaign(tx: &mut Tx<'_>, s: &Small, appointments: u16) -> Result<CampaignId, StoreError> {
    let last = FIRST_DAY.saturating_add(jiff::Span::new().days(55));
    let mut course = vec![("first".to_owned(), FIRST_DAY, last)];
    if appointments > 1 {
        course = vec![
            ("first".to_owned(), FIRST_DAY, FIRST_DAY.saturating_add(jiff::Span::new().days(20))),
            ("second".to_owned(), FIRST_DAY.saturating_add(jiff::Span::new().days(19)), last),
        ];
    }
    let new = campaign::create::NewCampaign {
        name: "Winter".into(),
        programme: "test".into(),
        purpose: "staff vaccination".into(),
        starts_on: FIRST_DAY,
        ends_on: last,
        age_min: 16,
        cover_percent: 34,
        travel_minutes_max: 60,
        silence: campaign::Silence::Keep,
        notice: campaign::Notice::default(),
        appointments: course,
        products: vec![campaign::Interval { product: s.product, min_days: 19, max_days: 28, ideal_days: 21 }],
        groups: vec![("all".into(), 8, 6_000)],
    };
    let made = campaign::create::create(tx, &new).map_err(|stop| match stop {
        Stop::Store(error) => error,
        Stop::Refused(refusal) => StoreError::Engine(format!("{refusal:?}")),
    })?;
    campaign::cover::prepare(tx, &made)?;
    campaign::offer::open_for(tx, &made)?;
    Ok(made.id)
}
