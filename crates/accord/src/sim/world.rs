//! The partnership that a seed is about: built by the product's own use cases, as files and forms would build it.
//!
//! Small on purpose: few places, thin teams, tight allocations, so that people get in each other's way all the time.

use super::Broken;
use super::dice::Dice;
use crate::base::clock::london_date;
use crate::base::db::{Actor, Db, Stop, StoreError, Tx};
use crate::base::ids::{AgreementId, CampaignId, OrganisationId, PartnershipId, PersonId, SiteId};
use crate::base::refusal::Refusal;
use crate::campaign::create::{NewCampaign, create};
use crate::campaign::{Campaign, Interval, Silence};
use crate::clinic::import::{Faulty, import_deliveries, import_sessions, import_sites};
use crate::clinic::session::Kind;
use crate::clinic::store::SlotFacts;
use crate::clinic::travel::{self, TravelRow};
use crate::clinic::{self, product, site};
use crate::partnership::agreement::{AgreementKind, AtEnd};
use crate::partnership::organisation::{NewOrganisation, admit, found};
use crate::partnership::signing::{NewAgreement, NewAllocation, sign};
use accord_formats::OdsCode;
use jiff::civil::Date;
use std::fmt::Write as _;

/// An employer and the list it would send today.
#[derive(Debug, Clone)]
pub struct Employer {
    /// Its id.
    pub id: OrganisationId,
    /// Its code.
    pub code: String,
    /// Rows of its list, without the heading.
    pub rows: Vec<String>,
}

/// What every actor may know.
#[derive(Debug)]
pub struct World {
    /// The campaign lead.
    pub lead: Actor,
    /// Who sends lists.
    pub employers: Vec<Employer>,
    /// Where clinics are.
    pub sites: Vec<SiteId>,
    /// What was signed, as it stands.
    pub agreements: Vec<(AgreementId, NewAgreement)>,
    /// The campaign's rules.
    pub campaign: Campaign,
    /// Everybody who ever came with a list, in the order of their ids.
    pub people: Vec<PersonId>,
    /// Every slot with a time to book, by start.
    pub slots: Vec<SlotFacts>,
    /// The number of the next member of staff.
    pub next_number: u32,
}

/// Days of the campaign.
pub const DAYS: i64 = 42;

/// The heading of every list.
pub const HEAD: &str = "Employee Number,Surname,Forename,Date of Birth,Home Postcode,Team,Staff Group,Rota\n";

/// The heading of the file of clinics.
const SESSIONS: &str = "site,weekday,from,until,slot_minutes,stations,product,from_date,until_date,kind,kept_walk_in,\
                        kept_assisted\n";

/// Towns of the world: the first site lies in the first, and so on.
const TOWNS: [(&str, &str); 3] = [("IP1 2BX", "IP1 1AA"), ("CO4 5JL", "CO4 3SQ"), ("NR32 1DE", "NR32 2AB")];

/// The partnership, its clinics and its campaign; nobody is on a list yet.
pub fn build(db: &Db, dice: &mut Dice) -> Result<World, Broken> {
    let partnership = PartnershipId::from_uuid(db.chance.uuid(db.clock.now()));
    let lead = Actor::new(partnership, "campaign_lead", "the lead");
    let plan = Plan::draw(dice, london_date(db.clock.now()));
    let made = {
        let plan = plan.clone();
        db.write_now(&lead, move |tx| everything(tx, &plan))
    };
    let made = made.map_err(|stop| Broken::new(format!("the world can't be built: {stop:?}")))?;
    Ok(World { lead, next_number: 100, ..made })
}

/// What chance decided of a world.
#[derive(Debug, Clone)]
struct Plan {
    today: Date,
    appointments: u16,
    silence_release: bool,
    cover_percent: u8,
    sites: usize,
    employers: usize,
    sessions: String,
    deliveries: String,
    /// By employer: how many appointments, or no limit.
    allocations: Vec<Option<i64>>,
    one_agreement_a_site: bool,
}

impl Plan {
    fn draw(dice: &mut Dice, today: Date) -> Self {
        let sites = 1 + dice.below(TOWNS.len());
        let employers = 1 + dice.below(3);
        let last = today.saturating_add(jiff::Span::new().days(DAYS - 1));
        let mut sessions = SESSIONS.to_owned();
        let mut deliveries = "site,product,arrives_on,doses\n".to_owned();
        for at in 0..sites {
            let product = if dice.percent(80) { "ALPHA" } else { "BETA" };
            for day in ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] {
                if dice.percent(45) {
                    session(dice, &mut sessions, (at, day, product), (today, last));
                }
            }
            // The first site has a clinic on Sundays in every world.
            if at == 0 {
                let _ = writeln!(sessions, "S0,Sunday,10:00,10:30,15,2,{product},{today},{last},,,");
            }
            if dice.percent(40) {
                for week in 0..3 {
                    let day = today.saturating_add(jiff::Span::new().days(week * 9 - 2));
                    let _ = writeln!(deliveries, "S{at},{product},{day},{}", 2 + dice.below(20));
                }
            }
        }
        let limit = |dice: &mut Dice| dice.percent(50).then(|| dice.between(3, 30));
        Self {
            today,
            appointments: 1 + dice.below(2) as u16,
            silence_release: dice.percent(30),
            cover_percent: [15, 34, 60][dice.below(3)],
            sites,
            employers,
            sessions,
            deliveries,
            allocations: (0..employers).map(|_| limit(dice)).collect(),
            one_agreement_a_site: dice.percent(50),
        }
    }
}

/// A clinic on one day of every week; some keep places for whoever rings or walks in, at some nobody books at all.
fn session(dice: &mut Dice, to: &mut String, (at, day, product): (usize, &str, &str), (today, last): (Date, Date)) {
    let (from, slots, stations) = (9 + dice.below(6), 1 + dice.below(3), 1 + dice.below(3));
    let until = from * 60 + slots * 15;
    let kind = if dice.percent(12) { "drop_in" } else { "booked" };
    let kept = |dice: &mut Dice| usize::from(stations > 1 && kind == "booked" && dice.percent(25));
    let (walk_in, assisted) = (kept(dice), kept(dice));
    let _ = writeln!(
        to,
        "S{at},{day},{from:02}:00,{:02}:{:02},15,{stations},{product},{today},{last},{kind},{walk_in},{assisted}",
        until / 60,
        until % 60
    );
}

fn everything(tx: &mut Tx<'_>, plan: &Plan) -> Result<World, Stop<()>> {
    found(tx, "Simulated", "Everybody is offered a place.", true).map_err(wrong)?;
    let host = organisation(tx, "HOST", false)?;
    let mut employers = Vec::new();
    for at in 0..plan.employers {
        let code = format!("EMP{at}");
        employers.push(Employer { id: organisation(tx, &code, true)?, code, rows: Vec::new() });
    }
    let alpha = product::add(tx, "ALPHA", "Alpha").map_err(wrong)?;
    let beta = product::add(tx, "BETA", "Beta").map_err(wrong)?;
    clinics(tx, plan)?;
    let sites: Vec<SiteId> = site::all(tx)?.into_iter().map(|site| site.id).collect();
    let agreements = agreements(tx, plan, host, &employers, &sites)?;
    let interval = |product, min_days, max_days| Interval { product, min_days, max_days, ideal_days: min_days };
    let campaign = create(tx, &rules(plan, vec![interval(alpha, 14, 21), interval(beta, 7, 28)])).map_err(wrong)?;
    let last = plan.today.saturating_add(jiff::Span::new().days(DAYS));
    let slots = bookable(tx, plan.today, last)?;
    let lead = tx.who().clone();
    Ok(World { lead, employers, sites, agreements, campaign, people: Vec::new(), slots, next_number: 0 })
}

/// The slots that have times to book.
fn bookable(tx: &mut Tx<'_>, from: Date, until: Date) -> Result<Vec<SlotFacts>, StoreError> {
    let mut slots = clinic::store::slots_between(tx, from, until)?;
    slots.retain(|slot| slot.kind == Kind::Booked);
    Ok(slots)
}

fn organisation(tx: &mut Tx<'_>, code: &str, is_employer: bool) -> Result<OrganisationId, Stop<()>> {
    let new = NewOrganisation {
        code: OdsCode::parse(code).map_err(|_| bad("a code"))?,
        name: format!("{code} (simulated)"),
        kind: "acute_trust".into(),
        postcode: None,
        is_employer,
        is_host: !is_employer,
        declared_headcount: None,
        contact_name: "A. Contact (invented)".into(),
        contact_role: "manager".into(),
    };
    admit(tx, &new).map_err(wrong)
}

fn clinics(tx: &mut Tx<'_>, plan: &Plan) -> Result<(), Stop<()>> {
    let mut sites = "OdsCode,Name,Address,Longitude,Latitude,Id,host,kind,postcode\n".to_owned();
    for (at, (postcode, _)) in TOWNS.iter().enumerate().take(plan.sites) {
        let _ = writeln!(sites, "HOST,Site {at},{at} Street,1.{at},52.{at},S{at},HOST,hospital_hub,{postcode}");
    }
    import_sites(tx, &sites, Faulty::Refuse).map_err(wrong)?;
    import_sessions(tx, &plan.sessions, None, Faulty::Refuse).map_err(wrong)?;
    import_deliveries(tx, &plan.deliveries, Faulty::Refuse).map_err(wrong)?;
    let sector = |postcode: &str| postcode[..postcode.len() - 2].to_owned();
    let ends: Vec<String> = TOWNS.iter().flat_map(|(a, b)| [sector(a), sector(b)]).collect();
    let mut ways = Vec::new();
    for (at, from) in ends.iter().enumerate() {
        for (far, to) in ends.iter().enumerate().skip(at + 1) {
            let minutes = 10 + 15 * (far / 2 - at / 2) as u16;
            ways.push(TravelRow { from_sector: from.clone(), to_sector: to.clone(), minutes });
        }
    }
    travel::load(tx, &ways)?;
    Ok(())
}

fn agreements(
    tx: &mut Tx<'_>,
    plan: &Plan,
    host: OrganisationId,
    employers: &[Employer],
    sites: &[SiteId],
) -> Result<Vec<(AgreementId, NewAgreement)>, Stop<()>> {
    let covered: Vec<Vec<SiteId>> =
        if plan.one_agreement_a_site { sites.iter().map(|site| vec![*site]).collect() } else { vec![sites.to_vec()] };
    let mut signed = Vec::new();
    for (at, sites) in covered.into_iter().enumerate() {
        let allocations = employers.iter().zip(&plan.allocations).map(|(employer, capacity)| NewAllocation {
            employer: employer.id,
            site: None,
            capacity: *capacity,
        });
        let new = NewAgreement {
            kind: AgreementKind::Capacity,
            title: format!("Places {at}"),
            host,
            purpose: "staff vaccination".into(),
            sites,
            from: plan.today,
            until: plan.today.saturating_add(jiff::Span::new().days(DAYS)),
            at_end: AtEnd::Honour,
            signed_by: "Both (invented)".into(),
            allocations: allocations.collect(),
        };
        signed.push((sign(tx, &new).map_err(wrong)?, new));
    }
    Ok(signed)
}

fn rules(plan: &Plan, products: Vec<Interval>) -> NewCampaign {
    let day = |n: i64| plan.today.saturating_add(jiff::Span::new().days(n));
    let mut appointments = vec![("First".to_owned(), day(0), day(if plan.appointments == 1 { DAYS - 1 } else { 24 }))];
    if plan.appointments == 2 {
        appointments.push(("Second".into(), day(7), day(DAYS - 1)));
    }
    NewCampaign {
        name: "Winter".into(),
        programme: "flu".into(),
        purpose: "staff vaccination".into(),
        starts_on: day(0),
        ends_on: day(DAYS - 1),
        age_min: 16,
        cover_percent: plan.cover_percent,
        travel_minutes_max: 40,
        silence: if plan.silence_release { Silence::Release } else { Silence::Keep },
        notice: crate::campaign::Notice::default(),
        appointments,
        products,
        groups: vec![("All".into(), 4, 3_000)],
    }
}

/// A member of staff as a row of a list. Few names and birthdays, so that two records may look like one person.
pub fn row(number: u32, dice: &mut Dice) -> String {
    const GIVEN: [&str; 8] = ["Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gwen", "Hal"];
    const FAMILY: [&str; 9] = ["Adams", "Brown", "Clarke", "Dixon", "Evans", "Frost", "Green", "Hill", "Ince"];
    let given = GIVEN[dice.below(GIVEN.len())];
    let family = FAMILY[dice.below(FAMILY.len())];
    let born = match dice.below(20) {
        0 => String::new(),
        1 => format!("{:02}/06/2011", 1 + dice.below(28)),
        _ => format!("{:02}/{:02}/{}", 1 + dice.below(28), 1 + dice.below(12), 1960 + dice.below(40)),
    };
    let home = if dice.percent(85) { TOWNS[dice.below(TOWNS.len())].1 } else { "" };
    let team = if dice.percent(85) { format!("Ward {}", dice.below(4)) } else { String::new() };
    let rota = ["Mon-Fri", "Mon-Wed", "", "Sat-Sun"][dice.below(4)];
    format!("{number},{family},{given},{born},{home},{team},Nursing and Midwifery Registered,{rota}\n")
}

impl World {
    /// Sees the clinics as they are now: a change may have given them other times.
    pub fn look_again(&mut self, db: &Db) -> Result<(), StoreError> {
        let (from, until) = (self.campaign.starts_on, self.campaign.ends_on);
        self.slots = db.read_now(&self.lead, move |tx| bookable(tx, from, until))?;
        Ok(())
    }

    /// The campaign's id.
    pub fn id(&self) -> CampaignId {
        self.campaign.id
    }
}

fn bad(what: &str) -> Stop<()> {
    Stop::Store(StoreError::Engine(format!("the simulated world is wrong: {what}")))
}

fn wrong<R: Refusal>(stop: Stop<R>) -> Stop<()> {
    match stop {
        Stop::Store(error) => Stop::Store(error),
        Stop::Refused(refusal) => bad(&refusal.sentence()),
    }
}
