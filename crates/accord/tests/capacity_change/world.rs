//! A partnership with many clinics and many people, made from the small one.

use accord::base::db::{Stop, StoreError, Tx};
use accord::base::ids::{Employment, PersonId, SessionId, Site, SiteId, SlotId};
use accord::booking::{Booking, Pick, PlaceCourse, batch, confirm, place, store};
use accord::campaign;
use accord::clinic::layout::Terms;
use accord::clinic::session::Planned;
use accord::clinic::store::session as sessions;
use accord::evidence::verify::{lost, verify};
use accord::p;
use accord::testing::{Fresh, Small};
use jiff::civil::{Date, date};
use std::collections::BTreeMap;

/// Monday 4 January 2027, on which every test begins at 8:00.
pub const FIRST: Date = date(2027, 1, 4);

pub struct World {
    pub small: Small,
    pub sites: Vec<SiteId>,
    pub people: Vec<PersonId>,
    /// Sessions of the sites, by day and site.
    pub sessions: Vec<(SessionId, Date, SiteId)>,
    /// Their slots, by day, site and time.
    pub slots: Vec<(SlotId, SessionId)>,
}

/// How big it is.
#[derive(Clone, Copy)]
pub struct Size {
    pub sites: usize,
    pub days: i64,
    /// From 9:00, ten minutes each.
    pub slots: u16,
    pub stations: u16,
    pub people: usize,
    pub appointments: u16,
}

/// Runs a use case as the lead, and panics where the store fails.
pub fn work<T: Send + 'static, R: std::fmt::Debug + Send + 'static>(
    fresh: &Fresh,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Stop<R>> + Send + 'static,
) -> Result<T, R> {
    fresh.db.write_now(&fresh.who, f).map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal,
        Stop::Store(error) => panic!("{error}"),
    })
}

pub fn read<T: Send + 'static>(fresh: &Fresh, f: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static) -> T {
    fresh.db.read_now(&fresh.who, f).expect("read")
}

/// Every invariant holds, and nobody is lost.
pub fn sound(fresh: &Fresh) {
    accord::app::seal_now(&fresh.db, &fresh.who).expect("sealed");
    for finding in read(fresh, verify) {
        assert_eq!(finding.violations.unwrap_or(0), 0, "{finding:?}");
    }
    assert_eq!(read(fresh, lost), vec![]);
}

pub fn build(fresh: &Fresh, size: Size) -> World {
    let small = Small::build(fresh, size.appointments);
    let s = small.clone();
    let made = work(fresh, move |tx| more(tx, &s, size).map_err(Stop::<()>::Store)).expect("built");
    let (sites, people) = made;
    let (ids, product) = (sites.clone(), small.product);
    let (sessions, slots) = read(fresh, move |tx| {
        let mut sessions: Vec<(SessionId, Date, SiteId)> = tx.all(
            "SELECT id, date, site_id FROM session WHERE partnership_id = $1 AND product_id = $2 ORDER BY date, site_id",
            p![tx.partnership(), product],
        )?;
        sessions.retain(|(_, _, site)| ids.contains(site));
        let slots: Vec<(SlotId, SessionId)> = tx.all(
            "SELECT id, session_id FROM slot WHERE partnership_id = $1 ORDER BY date, site_id, start_minute",
            p![tx.partnership()],
        )?;
        let slots = slots.into_iter().filter(|(_, of)| sessions.iter().any(|(id, ..)| id == of)).collect();
        Ok((sessions, slots))
    });
    World { small, sites, people, sessions, slots }
}

fn more(tx: &mut Tx<'_>, s: &Small, size: Size) -> Result<(Vec<SiteId>, Vec<PersonId>), StoreError> {
    tx.run("UPDATE allocation SET capacity = NULL WHERE partnership_id = $1", p![tx.partnership()])?;
    let mut sites: Vec<SiteId> = Vec::new();
    let mut new = Vec::new();
    for n in 0..size.sites {
        let site = tx.id::<Site>();
        tx.run(
            "INSERT INTO site (partnership_id, id, host_id, code, name, kind, address, postcode, lat, lon, district, phone, access,
               note, slots_owner, state)
             VALUES ($1, $2, $3, $4, $5, 'hospital_hub', 'B Street', $6, 52.0, 1.1, 'E07000202', '', 0, '', 'accord', 'open')",
            p![tx.partnership(), site, s.host, format!("S{n:02}"), format!("Site {n:02}"), format!("CO{n} 1AA")],
        )?;
        tx.run(
            "INSERT INTO agreement_site (partnership_id, agreement_id, version, site_id) VALUES ($1, $2, 1, $3)",
            p![tx.partnership(), s.agreement, site],
        )?;
        let (a, b) = (format!("CO{n} 1"), "IP1 1".to_owned());
        tx.run(
            "INSERT INTO travel (partnership_id, from_sector, to_sector, minutes) VALUES ($1, $2, $3, $4)",
            p![tx.partnership(), a, b, 10 + n],
        )?;
        for day in 0..size.days {
            let planned = Planned {
                site,
                date: FIRST.saturating_add(jiff::Span::new().days(day)),
                from_minute: 540,
                until_minute: 540 + 10 * size.slots,
                product: s.product,
                slot_minutes: 10,
                stations: size.stations,
            };
            new.push((planned, s.host, Terms::default()));
        }
        sites.push(site);
    }
    sessions::insert(tx, &new)?;
    let mut people = Vec::new();
    for n in 0..size.people {
        let person: PersonId = tx.id();
        tx.run(
            "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, date_of_birth, birth_checked, home_postcode, language,
               access_needs, state, version, created_us)
             VALUES ($1, $2, $3, 'Test', $3, '1980-02-29', 0, 'IP1 1AA', 'en', 0, 'active', 1, 0)",
            p![tx.partnership(), person, format!("Someone {n}")],
        )?;
        tx.run(
            "INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, priority_group, is_primary, state, version)
             VALUES ($1, $2, $3, $4, $5, 1, 1, 'current', 1)",
            p![tx.partnership(), tx.id::<Employment>(), person, s.employer, 1000 + n],
        )?;
        people.push(person);
    }
    if let Some(campaign) = campaign::store::load(tx, s.campaign)? {
        campaign::offer::open_for(tx, &campaign)?;
    }
    tx.count_anew()?;
    Ok((sites, people))
}

impl World {
    /// Books these people by a plan, each as told: assigned.
    pub fn assign(&self, fresh: &Fresh, courses: Vec<(PersonId, Vec<Pick>)>) {
        let campaign = self.small.campaign;
        let id = work(fresh, move |tx| batch::open(tx, campaign).map_err(Stop::<()>::Store)).expect("opened");
        let wants: Vec<PlaceCourse> =
            courses.into_iter().map(|(person, picks)| PlaceCourse { person, campaign, picks }).collect();
        for chunk in wants.chunks(50) {
            let chunk = chunk.to_vec();
            let done = work(fresh, move |tx| place::place_many(tx, id, &chunk)).expect("placed");
            assert_eq!(done.refused, vec![]);
        }
        work(fresh, move |tx| batch::settle_live(tx, id)).expect("live");
    }

    /// Says yes for them.
    pub fn confirm(&self, fresh: &Fresh, people: &[PersonId]) {
        let (people, campaign) = (people.to_vec(), self.small.campaign);
        work(fresh, move |tx| people.iter().try_for_each(|person| confirm::confirm(tx, *person, campaign).map(|_| ())))
            .expect("confirmed");
    }

    /// Who has what: by person and appointment, the slot, the state and the booking's reference.
    pub fn live(&self, fresh: &Fresh) -> BTreeMap<(PersonId, u16), (SlotId, &'static str, String)> {
        let (people, campaign) = (self.people.clone(), self.small.campaign);
        let all = read(fresh, move |tx| store::seen_of_people(tx, &people));
        let own = all.into_iter().filter(|b| b.campaign == campaign);
        own.map(|b| ((b.person, b.appointment), (b.slot, b.state.word(), b.reference.to_string()))).collect()
    }

    /// The live bookings of one person, in the order of the course.
    pub fn bookings(&self, fresh: &Fresh, person: PersonId) -> Vec<Booking> {
        let campaign = self.small.campaign;
        read(fresh, move |tx| store::seen_of(tx, person, campaign))
    }
}

/// One appointment in a slot.
pub fn pick(appointment: u16, slot: SlotId) -> Pick {
    Pick { appointment, slot }
}
