//! The partnership before anybody is on a list: who takes part, clinics, doses, ways, agreements, campaign.

use super::{Site, refused_nothing};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{CampaignId, OrganisationId, SiteId};
use crate::base::refusal::Refusal;
use crate::base::words;
use crate::campaign::create::{NewCampaign, create};
use crate::campaign::{self, Interval, Notice, Silence};
use crate::clinic::import::{Faulty, import_deliveries, import_sessions, import_sites};
use crate::clinic::travel::{self, TravelRow};
use crate::clinic::{product, site};
use crate::commands::Failure;
use crate::partnership::agreement::{AgreementKind, AtEnd};
use crate::partnership::organisation::{NewOrganisation, admit, found as found_partnership};
use crate::partnership::signing::{NewAgreement, NewAllocation, sign};
use accord_formats::{OdsCode, Postcode};
use accord_testkit::geo::Geo;
use accord_testkit::world::{self, PRODUCTS, World};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The demo's partnership.
pub(super) const NAME: &str = "Suffolk and North East Essex";
/// What its charter would say.
const GOAL: &str = "Every health and care worker of our area offered both doses within eight weeks.";

/// What the world holds, in a line.
pub(super) fn said(world: &World) -> String {
    let employers = world.employers().count() as u64;
    format!(
        "{} sites, {} clinic sessions, {} lists of {} people",
        world.sites.len(),
        words::number(world.sessions().len() as u64),
        employers,
        words::number(u64::from(world.settings.people)),
    )
}

/// Founds everything in one transaction; the campaign, also when it was there already.
pub(super) fn found(site: &Site<'_>) -> Result<CampaignId, Failure> {
    let there = site.db.read_now(&site.who, campaign::store::all).map_err(|e| site.failed(&e))?;
    if let Some((campaign, _)) = there.first() {
        return Ok(*campaign);
    }
    let world = Arc::new(site.world.clone());
    let founded = site.at(0, "found").write_now(&site.who, move |tx| everything(tx, &world));
    founded.map_err(|stop| refused_nothing(site, stop))
}

fn everything(tx: &mut Tx<'_>, world: &World) -> Result<CampaignId, Stop<()>> {
    found_partnership(tx, NAME, GOAL, true).map_err(wrong)?;
    let organisations = organisations(tx, world)?;
    let mut products = HashMap::new();
    for made in &PRODUCTS {
        products.insert(made.code, product::add(tx, made.code, made.name).map_err(wrong)?);
    }
    import_sites(tx, &world.sites_csv(), Faulty::Refuse).map_err(wrong)?;
    import_sessions(tx, &world.sessions_csv(), Some(&world.closures_csv()), Faulty::Refuse).map_err(wrong)?;
    import_deliveries(tx, &world.deliveries_csv(), Faulty::Refuse).map_err(wrong)?;
    travel::load(tx, &ways())?;
    let sites: HashMap<String, SiteId> = site::all(tx)?.into_iter().map(|s| (s.facts.code.clone(), s.id)).collect();
    for agreement in &world.agreements {
        sign(tx, &signed(agreement, &organisations, &sites)).map_err(wrong)?;
    }
    let intervals = PRODUCTS.iter().map(|made| {
        let (min_days, ideal_days, max_days) = made.interval_days;
        Interval { product: products[made.code], min_days, max_days, ideal_days }
    });
    let campaign = create(tx, &new_campaign(&world.campaign, intervals.collect())).map_err(wrong)?;
    Ok(campaign.id)
}

fn organisations(tx: &mut Tx<'_>, world: &World) -> Result<HashMap<String, OrganisationId>, Stop<()>> {
    let mut ids = HashMap::new();
    for one in &world.organisations {
        let code = OdsCode::parse(&one.id).map_err(|fault| bad(&format!("{}: {fault:?}", one.id)))?;
        let new = NewOrganisation {
            code,
            name: one.name.clone(),
            kind: one.kind.clone(),
            postcode: Postcode::parse(&one.postcode).ok(),
            is_employer: one.is_employer,
            is_host: one.is_host,
            declared_headcount: one.is_employer.then_some(i64::from(one.people)),
            contact_name: one.contact_name.clone(),
            contact_role: one.contact_role.clone(),
        };
        ids.insert(one.id.clone(), admit(tx, &new).map_err(wrong)?);
    }
    Ok(ids)
}

fn signed(
    agreement: &world::Agreement,
    organisations: &HashMap<String, OrganisationId>,
    sites: &HashMap<String, SiteId>,
) -> NewAgreement {
    let by = agreement.signatories.iter().map(|s| format!("{} ({}, {})", s.name, s.role, s.organisation_id));
    let allocations = agreement.allocations.iter().map(|a| NewAllocation {
        employer: organisations[&a.employer_id],
        site: Some(sites[&a.site_id]),
        capacity: a.limit.map(i64::from),
    });
    NewAgreement {
        kind: AgreementKind::Capacity,
        title: agreement.title.clone(),
        host: organisations[&agreement.host_id],
        purpose: agreement.purpose.to_owned(),
        sites: agreement.site_ids.iter().map(|id| sites[id]).collect(),
        from: agreement.from,
        until: agreement.until,
        at_end: AtEnd::Honour,
        signed_by: by.collect::<Vec<_>>().join("; "),
        allocations: allocations.collect(),
    }
}

fn new_campaign(run: &world::Campaign, products: Vec<Interval>) -> NewCampaign {
    let days = |n: i32| jiff::Span::new().days(n);
    // Nobody's second dose can come sooner than the shortest interval allows.
    let shortest = products.iter().map(|p| i32::from(p.min_days)).min().unwrap_or(0);
    NewCampaign {
        name: "Winter staff vaccination".into(),
        programme: run.programme.to_owned(),
        purpose: "staff vaccination".into(),
        starts_on: run.starts,
        ends_on: run.ends,
        age_min: 16,
        cover_percent: run.team_cover_percent,
        travel_minutes_max: run.travel_limit_minutes,
        silence: Silence::Keep,
        notice: Notice::default(),
        appointments: vec![
            ("First dose".into(), run.starts, run.first_dose_until),
            ("Second dose".into(), run.starts.saturating_add(days(shortest)), run.ends),
        ],
        products,
        groups: vec![
            ("Frontline, highest risk".into(), 8, 6_000),
            ("Frontline".into(), 4, 3_000),
            ("Other contact with people cared for".into(), 2, 2_000),
            ("No contact with people cared for".into(), 1, 1_500),
        ],
    }
}

/// The table's ways, and for sectors too small to be in it those of the nearest that is.
fn ways() -> Vec<TravelRow> {
    let geo = Geo::demo();
    let sectors = geo.travel.sectors();
    let mut rows: BTreeMap<(String, String), u16> = BTreeMap::new();
    let mut put = |a: &str, b: &str, minutes: u16| {
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        if a != b {
            rows.entry((a.to_owned(), b.to_owned())).or_insert(minutes);
        }
    };
    for (at, from) in sectors.iter().enumerate() {
        for to in &sectors[at + 1..] {
            if let Some(minutes) = geo.travel.minutes(&from.name, &to.name) {
                put(&from.name, &to.name, minutes);
            }
        }
    }
    for (small, near) in small_sectors(geo) {
        for to in sectors {
            let minutes =
                if to.name == near { Some(travel::WITHIN_SECTOR) } else { geo.travel.minutes(&near, &to.name) };
            if let Some(minutes) = minutes {
                put(&small, &to.name, minutes);
            }
        }
    }
    let rows =
        rows.into_iter().map(|((from_sector, to_sector), minutes)| TravelRow { from_sector, to_sector, minutes });
    rows.collect()
}

/// Sectors of postcodes that the table does not know, with the nearest it does.
fn small_sectors(geo: &Geo) -> BTreeMap<String, String> {
    let mut small = BTreeMap::new();
    for postcode in geo.postcodes.all() {
        let text: &str = &postcode.text;
        let sector = text.get(..text.len().saturating_sub(2)).unwrap_or(text);
        if geo.travel.sector(sector).is_none() {
            let near = &geo.travel.sectors()[usize::from(postcode.sector.0)];
            small.entry(sector.to_owned()).or_insert_with(|| near.name.clone());
        }
    }
    small
}

/// Counts who works when, and gives everybody of the cohort an offer.
pub(super) fn open_offers(site: &Site<'_>, campaign: CampaignId) -> Result<(), Failure> {
    let opened = site.at(20, "open").write_now(&site.who, move |tx| {
        if !campaign::offer::counts(tx, campaign)?.is_empty() {
            return Ok(());
        }
        let rules = campaign::store::load(tx, campaign)?.ok_or_else(|| bad("the campaign is gone"))?;
        campaign::cover::prepare(tx, &rules)?;
        campaign::offer::open_for(tx, &rules)?;
        Ok(())
    });
    opened.map_err(|stop| refused_nothing(site, stop))
}

/// The demo's own data is wrong: a fault of the program, told as the store's.
fn bad(what: &str) -> Stop<()> {
    Stop::Store(StoreError::Engine(what.to_owned()))
}

fn wrong<R: Refusal>(stop: Stop<R>) -> Stop<()> {
    match stop {
        Stop::Store(error) => Stop::Store(error),
        Stop::Refused(refusal) => bad(&refusal.sentence()),
    }
}
