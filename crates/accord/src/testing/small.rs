//! A small partnership, or a crowd in one: what tests, benches and proofs are about.

use super::Fresh;
use crate::base::clock::london_instant;
use crate::base::db::{Stop, StoreError, ToParam, Tx};
use crate::base::ids::{
    AgreementId, AllocationId, CampaignId, Employment, Id, Organisation, OrganisationId, Person, PersonId, ProductId,
    Session, Site, SiteId, Slot, SlotId, Team, TeamId,
};
use crate::campaign;
use jiff::Span;
use jiff::civil::Date;
use std::ops::Range;

/// How large a [`Small`] partnership is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Appointments of the course: 1, or 2 that are 19 to 28 days apart.
    pub appointments: u16,
    /// First day of the campaign and of the clinics; the campaign has 56.
    pub first_day: Date,
    /// Sites, each with a clinic a day.
    pub sites: u16,
    /// Slots a day at each site, ten minutes each from 9:00; at most 84.
    pub slots_a_day: u16,
    /// Places a slot.
    pub capacity: u32,
    /// Employers, with an allocation each.
    pub employers: u16,
    /// Places each employer may use; none: no limit.
    pub allocation: Option<u32>,
}

impl Layout {
    /// What most tests want: one site, one slot of four places a day.
    pub const SMALL: Self = Self {
        appointments: 1,
        first_day: jiff::civil::date(2027, 1, 4),
        sites: 1,
        slots_a_day: 1,
        capacity: 4,
        employers: 1,
        allocation: Some(5),
    };

    fn day(&self, n: i32) -> Date {
        self.first_day.saturating_add(Span::new().days(n))
    }
}

/// Days of the campaign.
const DAYS: i32 = 56;

/// A small partnership for tests: one host, one employer with one team of three, one open campaign, and clinics.
#[derive(Debug, Clone)]
pub struct Small {
    /// The host.
    pub host: OrganisationId,
    /// The first employer.
    pub employer: OrganisationId,
    /// Every employer.
    pub employers: Vec<OrganisationId>,
    /// The first site.
    pub site: SiteId,
    /// Every site.
    pub sites: Vec<SiteId>,
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
    /// Every slot: day after day, on each day site after site, at each site by time.
    pub slots: Vec<SlotId>,
}

impl Small {
    /// Builds it with 1 or 2 appointments; two are 19 to 28 days apart.
    pub fn build(fresh: &Fresh, appointments: u16) -> Self {
        let layout = Layout { appointments, ..Layout::SMALL };
        let built = fresh.db.write_now(&fresh.who, move |tx| Self::lay_out(tx, &layout).map_err(Stop::<()>::Store));
        built.expect("the small partnership is built")
    }

    /// Builds it as `layout` says.
    pub fn lay_out(tx: &mut Tx<'_>, layout: &Layout) -> Result<Self, StoreError> {
        let mut small = Self {
            host: tx.id(),
            employer: tx.id(),
            employers: Vec::new(),
            site: tx.id(),
            sites: Vec::new(),
            product: tx.id(),
            team: tx.id(),
            people: [tx.id(), tx.id(), tx.id()],
            agreement: tx.id(),
            allocation: tx.id(),
            campaign: tx.id(),
            slots: Vec::new(),
        };
        small.employers.push(small.employer);
        small.employers.extend((1..layout.employers).map(|_| tx.id::<Organisation>()));
        small.sites.push(small.site);
        small.sites.extend((1..layout.sites).map(|_| tx.id::<Site>()));
        partners(tx, &small, layout)?;
        people(tx, &small)?;
        small.slots = slots(tx, &small, layout)?;
        small.campaign = campaign(tx, &small, layout)?;
        Ok(small)
    }

    /// More people, waiting like the first three, of one employer after the other. With `team_size` each so many are one
    /// team that works Monday to Friday; 0: they have no team and nobody knows when they work.
    pub fn crowd(&self, tx: &mut Tx<'_>, count: usize, team_size: usize) -> Result<Vec<PersonId>, StoreError> {
        self.crowd_of(tx, 0..count, team_size)
    }

    /// [`Small::crowd`] of those with these numbers: more of them may come later, under other numbers.
    pub fn crowd_of(&self, tx: &mut Tx<'_>, of: Range<usize>, team_size: usize) -> Result<Vec<PersonId>, StoreError> {
        let mut people = Vec::with_capacity(of.len());
        for from in of.clone().step_by(CHUNK) {
            people.extend(self.chunk(tx, from..of.end.min(from + CHUNK), team_size)?);
        }
        tx.count_anew()?;
        let rules = campaign::store::load(tx, self.campaign)?;
        let rules = rules.ok_or_else(|| StoreError::Engine("the campaign is gone".into()))?;
        if team_size > 0 {
            campaign::cover::prepare(tx, &rules)?;
        }
        campaign::offer::open_for(tx, &rules)?;
        tx.count_anew()?;
        Ok(people)
    }

    fn chunk(&self, tx: &mut Tx<'_>, of: Range<usize>, team_size: usize) -> Result<Vec<PersonId>, StoreError> {
        let partnership = tx.partnership();
        let size = team_size.max(1);
        let employer = |n: usize| &self.employers[(of.start + n) / size % self.employers.len()];
        let (ids, jobs) = (fresh_ids::<Person>(tx, of.len()), fresh_ids::<Employment>(tx, of.len()));
        let teams = fresh_ids::<Team>(tx, of.len().div_ceil(size));
        let names: Vec<String> = of.clone().map(|n| format!("Crowd {n}")).collect();
        if team_size > 0 {
            let rows = teams.iter().zip(names.iter().step_by(team_size)).enumerate();
            let rows = rows
                .map(|(n, (id, name))| vec![partnership.param(), id.param(), employer(n * size).param(), name.param()]);
            tx.run_many(
                "INSERT INTO team (partnership_id, id, employer_id, name) VALUES ($1, $2, $3, $4)",
                &rows.collect::<Vec<_>>(),
            )?;
        }
        let rows = ids.iter().zip(&names).map(|(id, name)| vec![partnership.param(), id.param(), name.param()]);
        tx.run_many(
            "INSERT INTO person (partnership_id, id, given_name, family_name, name_key, date_of_birth, birth_checked,
               home_postcode, language, access_needs, state, version, created_us)
             VALUES ($1, $2, 'A', $3, $3, '1980-01-01', 0, 'IP1 1AA', 'en', 0, 'active', 1, 0)",
            &rows.collect::<Vec<_>>(),
        )?;
        let team = |n: usize| (team_size > 0).then(|| teams[n / team_size]);
        let in_team: Vec<Option<TeamId>> = (0..ids.len()).map(team).collect();
        let rows =
            jobs.iter().zip(&ids).zip(&names).zip(&in_team).enumerate().map(|(n, (((job, person), number), team))| {
                let rota = team.map(|_| "Mon-Fri");
                let ids = [partnership.param(), job.param(), person.param(), employer(n).param()];
                ids.into_iter()
                    .chain([number.param(), team.param(), rota.map_or(crate::base::db::Param::Null, ToParam::param)])
                    .collect()
            });
        tx.run_many(
            "INSERT INTO employment (partnership_id, id, person_id, employer_id, staff_number, team_id, rota,
               priority_group, is_primary, state, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1, 'current', 1)",
            &rows.collect::<Vec<_>>(),
        )?;
        Ok(ids)
    }
}

/// People written by one round of statements.
const CHUNK: usize = 5_000;

fn fresh_ids<K>(tx: &Tx<'_>, n: usize) -> Vec<Id<K>> {
    (0..n).map(|_| tx.id()).collect()
}

fn partners(tx: &mut Tx<'_>, s: &Small, layout: &Layout) -> Result<(), StoreError> {
    tx.run(
        "INSERT INTO partnership (partnership_id, name, goal, demo, created_us) VALUES ($1, 'Small', 'Everybody', 0, 0)",
        p![tx.partnership()],
    )?;
    let named = |n: usize| match n {
        0 => ("EMPL".to_owned(), "The Employer".to_owned()),
        n => (format!("EMPL{n}"), format!("Employer {n}")),
    };
    let employers = s.employers.iter().enumerate().map(|(n, id)| (*id, named(n), 1_i64, 0_i64));
    let host = (s.host, ("HOST".to_owned(), "The Host".to_owned()), 0, 1);
    for (id, (code, name), employer, host) in std::iter::once(host).chain(employers) {
        tx.run(
            "INSERT INTO organisation (partnership_id, id, code, name, kind, is_employer, is_host, contact_name, contact_role, admitted_us)
             VALUES ($1, $2, $3, $4, 'trust', $5, $6, 'A. Contact (invented)', 'manager', 0)",
            p![tx.partnership(), id, code, name, employer, host],
        )?;
    }
    // In force a little before the campaign and long after it: for the usual first day, the whole of 2027.
    tx.run(
        "INSERT INTO agreement (partnership_id, id, version, kind, title, host_id, purpose, from_date, until_date, state, at_end,
           signed_by, signed_us, superseded)
         VALUES ($1, $2, 1, 'capacity', 'Places', $3, 'staff vaccination', $4, $5, 'in_force', 'honour', 'both', 0, 0)",
        p![tx.partnership(), s.agreement, s.host, layout.day(-3), layout.day(361)],
    )?;
    for site in &s.sites {
        tx.run(
            "INSERT INTO agreement_site (partnership_id, agreement_id, version, site_id) VALUES ($1, $2, 1, $3)",
            p![tx.partnership(), s.agreement, site],
        )?;
    }
    for (n, employer) in s.employers.iter().enumerate() {
        let id: AllocationId = if n == 0 { s.allocation } else { tx.id() };
        tx.run(
            "INSERT INTO allocation (partnership_id, id, agreement_id, host_id, employer_id, capacity, taken) VALUES ($1, $2, $3, $4, $5, $6, 0)",
            p![tx.partnership(), id, s.agreement, s.host, employer, layout.allocation],
        )?;
    }
    Ok(())
}

fn people(tx: &mut Tx<'_>, s: &Small) -> Result<(), StoreError> {
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

fn slots(tx: &mut Tx<'_>, s: &Small, layout: &Layout) -> Result<Vec<SlotId>, StoreError> {
    tx.run(
        "INSERT INTO product (partnership_id, id, code, name) VALUES ($1, $2, 'ALPHA', 'Alpha')",
        p![tx.partnership(), s.product],
    )?;
    for (n, site) in s.sites.iter().enumerate() {
        let (code, name) = match n {
            0 => ("SITE".to_owned(), "The Site".to_owned()),
            n => (format!("SITE{n}"), format!("Site {n}")),
        };
        tx.run(
            "INSERT INTO site (partnership_id, id, host_id, code, name, kind, address, postcode, lat, lon, district, phone, access,
               note, slots_owner, state)
             VALUES ($1, $2, $3, $4, $5, 'hospital_hub', 'A Street', 'IP1 2BX', 52.05, 1.14, 'E07000202', '01632 960000',
               0, '', 'accord', 'open')",
            p![tx.partnership(), site, s.host, code, name],
        )?;
    }
    tx.run(
        "INSERT INTO travel (partnership_id, from_sector, to_sector, minutes) VALUES ($1, 'IP1 1', 'IP1 2', 9)",
        p![tx.partnership()],
    )?;
    let mut slots = Vec::new();
    for day in (0..DAYS).map(|n| layout.day(n)) {
        for site in &s.sites {
            slots.extend(clinic(tx, s, *site, day, layout)?);
        }
    }
    Ok(slots)
}

/// A session of a day, and its slots.
fn clinic(tx: &mut Tx<'_>, s: &Small, site: SiteId, day: Date, layout: &Layout) -> Result<Vec<SlotId>, StoreError> {
    let session = tx.id::<Session>();
    tx.run(
        "INSERT INTO session (partnership_id, id, site_id, host_id, product_id, date, from_minute, until_minute, slot_minutes,
           stations, state, version)
         VALUES ($1, $2, $3, $4, $5, $6, 540, $7, 10, $8, 'open', 1)",
        p![tx.partnership(), session, site, s.host, s.product, day, 540 + 10 * layout.slots_a_day, layout.capacity],
    )?;
    let slots = fresh_ids::<Slot>(tx, usize::from(layout.slots_a_day));
    for (slot, start) in slots.iter().zip((540_u16..).step_by(10)) {
        tx.run(
            "INSERT INTO slot (partnership_id, id, session_id, site_id, host_id, product_id, date, start_minute, starts_us, minutes,
               capacity, taken)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 10, $10, 0)",
            p![tx.partnership(), slot, session, site, s.host, s.product, day, start, london_instant(day, start), layout.capacity],
        )?;
    }
    Ok(slots)
}

fn campaign(tx: &mut Tx<'_>, s: &Small, layout: &Layout) -> Result<CampaignId, StoreError> {
    let last = layout.day(DAYS - 1);
    let mut course = vec![("first".to_owned(), layout.first_day, last)];
    if layout.appointments > 1 {
        course =
            vec![("first".to_owned(), layout.first_day, layout.day(20)), ("second".to_owned(), layout.day(19), last)];
    }
    let new = campaign::create::NewCampaign {
        name: "Winter".into(),
        programme: "test".into(),
        purpose: "staff vaccination".into(),
        starts_on: layout.first_day,
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
