//! Taking clinic files into the store, and writing them out of it again.
//!
//! Nothing is written while a file has a fault, unless [`Faulty::LeaveOut`] asks for the rest. A file that
//! comes again changes nothing, and says so.

use super::csv::{self, CsvFault, DeliveryRow, TemplateRow};
use super::delivery;
use super::layout::Terms;
use super::refusal::ClinicRefusal;
use super::session::{Planned, Session, templates};
use super::site::{OpenState, Site};
use super::store::layout::laid;
use super::store::stock::StoredDelivery;
use super::store::{session as sessions, site as sites, stock};
use super::travel::{self, Travel};
use crate::base::audit;
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::{Delivery as DeliveryKind, OrganisationId, ProductId, SessionId, Site as SiteKind, SiteId};
use crate::base::outbox;
use crate::partnership::organisation::{self, nearest};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What to do with a file that has faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faulty {
    /// Write nothing.
    Refuse,
    /// Write the rows that have none.
    LeaveOut,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// New.
    pub added: u64,
    /// There before, and different.
    pub changed: u64,
    /// There before.
    pub same: u64,
    /// What was left out, when that was asked for.
    pub faults: Vec<CsvFault>,
}

impl Imported {
    fn settle(faults: Vec<CsvFault>, faulty: Faulty) -> Result<Self, Stop<ClinicRefusal>> {
        if !faults.is_empty() && faulty == Faulty::Refuse {
            return Err(Stop::Refused(ClinicRefusal::Faults(faults)));
        }
        Ok(Self { faults, ..Self::default() })
    }

    fn record(&self, tx: &mut Tx<'_>, noun: &str, event: &str) -> Result<(), StoreError> {
        if self.added + self.changed == 0 {
            return Ok(());
        }
        let detail = format!("{{\"added\":{},\"changed\":{}}}", self.added, self.changed);
        let id = tx.partnership().to_string();
        outbox::append(tx, event, &id, &detail)?;
        let done = audit::Done { organisation: None, verb: "import", noun, noun_id: id, detail };
        audit::record(tx, &done)
    }
}

/// Takes a site file. A site is known by its `Id`; its host can't change.
pub fn import_sites(tx: &mut Tx<'_>, text: &str, faulty: Faulty) -> Result<Imported, Stop<ClinicRefusal>> {
    let (rows, mut faults) = csv::read_sites(text);
    let organisations = organisation::all(tx)?;
    let hosts: HashMap<&str, OrganisationId> =
        organisations.iter().filter(|o| o.is_host).map(|o| (o.code.as_str(), o.id)).collect();
    let known: HashMap<String, Site> = sites::all(tx)?.into_iter().map(|s| (s.facts.code.clone(), s)).collect();
    let mut good = Vec::with_capacity(rows.len());
    for row in rows {
        let there = known.get(&row.facts.code);
        match hosts.get(row.host.as_str()) {
            None => {
                let near: Vec<String> = nearest(&row.host, &organisations)
                    .into_iter()
                    .map(|(code, name)| format!("{code} ({name})"))
                    .collect();
                let hint = if near.is_empty() { String::new() } else { format!(", such as {}", near.join(" or ")) };
                let wanted = format!("the code of an organisation that gives capacity{hint}");
                faults.push(CsvFault::new(row.row, "host", &row.host, wanted));
            }
            Some(host) if there.is_some_and(|s| s.host != *host) => {
                faults.push(CsvFault::new(row.row, "host", &row.host, "the host this site has had"));
            }
            Some(host) => good.push((row, *host)),
        }
    }
    let mut done = Imported::settle(faults, faulty)?;
    for (row, host) in good {
        match known.get(&row.facts.code) {
            Some(there) if there.facts == row.facts => done.same += 1,
            Some(there) => {
                sites::put(tx, there.id, host, &row.facts)?;
                if there.facts.state == OpenState::Open && row.facts.state == OpenState::Closed {
                    outbox::append(tx, "site_closed", &there.id.to_string(), "{}")?;
                }
                done.changed += 1;
            }
            None => {
                let id = tx.id::<SiteKind>();
                sites::put(tx, id, host, &row.facts)?;
                done.added += 1;
            }
        }
    }
    done.record(tx, "sites", "sites_imported")?;
    Ok(done)
}

/// Takes a session file, and the file of closed days if there is one. Sessions that are there stay.
pub fn import_sessions(
    tx: &mut Tx<'_>,
    text: &str,
    closures: Option<&str>,
    faulty: Faulty,
) -> Result<Imported, Stop<ClinicRefusal>> {
    let (rows, mut faults) = csv::read_sessions(text);
    let (closed, more) = closures.map(csv::read_closures).unwrap_or_default();
    faults.extend(more);
    let codes = Codes::read(tx)?;
    let closed: HashSet<(&str, Date)> = closed.iter().map(|c| (c.site.as_str(), c.date)).collect();
    let there = sessions_around(tx, &rows)?;
    let mut timetable = Timetable::default();
    let known: HashSet<Planned> = there.iter().map(|s| s.planned).collect();
    for planned in &known {
        timetable.add(*planned);
    }
    let mut new = Vec::new();
    let mut same = 0;
    for row in &rows {
        let Some((site, host, product)) = codes.pair(row.row, &row.site, &row.product, &mut faults) else { continue };
        let mut mine = Vec::new();
        let mut clash = None;
        for date in row.template.days().filter(|d| !closed.contains(&(row.site.as_str(), *d))) {
            let t = &row.template;
            let planned = Planned {
                site,
                date,
                from_minute: t.from_minute,
                until_minute: t.until_minute,
                product,
                slot_minutes: t.slot_minutes,
                stations: t.stations,
            };
            match timetable.meets(&planned) {
                Some(other) if other == planned && known.contains(&planned) => same += 1,
                Some(other) => clash = clash.or(Some(other)),
                None => mine.push(planned),
            }
        }
        if let Some(other) = clash {
            faults.push(overlap(row, &other));
            continue;
        }
        for planned in mine {
            timetable.add(planned);
            new.push((planned, host, row.terms.clone()));
        }
    }
    faults.sort_by_key(|f| f.row);
    let mut done = Imported::settle(faults, faulty)?;
    sessions::insert(tx, &new)?;
    done.added = new.len() as u64;
    done.same = same;
    done.record(tx, "sessions", "sessions_imported")?;
    Ok(done)
}

/// The sessions that are there on any day the templates may fall on.
fn sessions_around(tx: &mut Tx<'_>, rows: &[TemplateRow]) -> Result<Vec<Session>, StoreError> {
    let days = rows.iter().map(|r| (r.template.from_date, r.template.until_date));
    match days.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) {
        Some((from, until)) => sessions::between(tx, from, until),
        None => Ok(Vec::new()),
    }
}

fn overlap(row: &TemplateRow, other: &Planned) -> CsvFault {
    let seen = csv::clock_time(row.template.from_minute);
    let (from, until) = (csv::clock_time(other.from_minute), csv::clock_time(other.until_minute));
    let wanted = format!("a time outside the session of {} there from {from} to {until}", other.date);
    CsvFault::new(row.row, "from", &seen, wanted)
}

/// Sessions by what can overlap.
#[derive(Default)]
struct Timetable(HashMap<(SiteId, ProductId, Date), Vec<Planned>>);

impl Timetable {
    fn add(&mut self, planned: Planned) {
        self.0.entry((planned.site, planned.product, planned.date)).or_default().push(planned);
    }

    fn meets(&self, planned: &Planned) -> Option<Planned> {
        let day = self.0.get(&(planned.site, planned.product, planned.date))?;
        day.iter().find(|other| other.overlaps(planned)).copied()
    }
}

/// Takes a delivery file. A delivery is known by site, product and day; its doses may change.
pub fn import_deliveries(tx: &mut Tx<'_>, text: &str, faulty: Faulty) -> Result<Imported, Stop<ClinicRefusal>> {
    let (rows, mut faults) = csv::read_deliveries(text);
    let codes = Codes::read(tx)?;
    let known: HashMap<(SiteId, ProductId, Date), StoredDelivery> =
        stock::deliveries(tx)?.into_iter().map(|d| ((d.site, d.product, d.arrives_on), d)).collect();
    let mut good = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some((site, _, product)) = codes.pair(row.row, &row.site, &row.product, &mut faults) {
            good.push((row, site, product));
        }
    }
    let mut done = Imported::settle(faults, faulty)?;
    let mut touched = BTreeSet::new();
    for (row, site, product) in good {
        let there = known.get(&(site, product, row.arrives_on));
        if there.is_some_and(|d| d.doses == row.doses) {
            done.same += 1;
            continue;
        }
        let id = there.map_or_else(|| tx.id::<DeliveryKind>(), |d| d.id);
        let delivery = StoredDelivery { id, site, product, arrives_on: row.arrives_on, doses: row.doses };
        stock::put_delivery(tx, &delivery)?;
        *(if there.is_some() { &mut done.changed } else { &mut done.added }) += 1;
        touched.insert((site, product, row.site.as_str(), row.product.as_str()));
    }
    for (site, product, site_code, product_code) in touched {
        delivery::rebuild(tx, (site, site_code), (product, product_code))?;
    }
    done.record(tx, "deliveries", "deliveries_imported")?;
    Ok(done)
}

/// Takes a travel file in place of the table there was.
pub fn import_travel(tx: &mut Tx<'_>, text: &str) -> Result<Imported, Stop<ClinicRefusal>> {
    let (rows, faults) = csv::read_travel(text);
    let mut done = Imported::settle(faults, Faulty::Refuse)?;
    let before = Travel::read(tx)?;
    // Within a sector the table has no rows: there the way is a fixed guess.
    for row in rows.iter().filter(|row| row.from_sector != row.to_sector) {
        match before.minutes(&row.from_sector, &row.to_sector) {
            None => done.added += 1,
            Some(minutes) if minutes == row.minutes => done.same += 1,
            Some(_) => {}
        }
    }
    // What the file tells otherwise, or no longer has.
    done.changed = before.rows() as u64 - done.same;
    travel::load(tx, &rows)?;
    done.record(tx, "travel", "travel_imported")?;
    Ok(done)
}

/// What the codes of files stand for.
struct Codes {
    sites: BTreeMap<String, (SiteId, OrganisationId)>,
    products: BTreeMap<String, ProductId>,
}

impl Codes {
    fn read(tx: &mut Tx<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            sites: sites::all(tx)?.into_iter().map(|s| (s.facts.code, (s.id, s.host))).collect(),
            products: sites::products(tx)?.into_iter().map(|p| (p.code, p.id)).collect(),
        })
    }

    fn pair(
        &self,
        row: u32,
        site: &str,
        product: &str,
        faults: &mut Vec<CsvFault>,
    ) -> Option<(SiteId, OrganisationId, ProductId)> {
        let found = self.sites.get(site);
        if found.is_none() {
            faults.push(CsvFault::new(row, "site", site, "the id of a site that was imported"));
        }
        let made = self.products.get(product);
        if made.is_none() {
            let all: Vec<&str> = self.products.keys().map(String::as_str).collect();
            faults.push(CsvFault::new(row, "product", product, format!("one of {}", all.join(", "))));
        }
        let ((site, host), product) = (*found?, *made?);
        Some((site, host, product))
    }
}

/// All sites as a file that [`import_sites`] takes.
pub fn export_sites(tx: &mut Tx<'_>) -> Result<String, StoreError> {
    let hosts = organisation::all(tx)?.into_iter().map(|o| (o.id, o.code)).collect();
    Ok(csv::write_sites(&sites::all(tx)?, &hosts))
}

/// All open sessions as a file that [`import_sessions`] takes.
pub fn export_sessions(tx: &mut Tx<'_>) -> Result<String, StoreError> {
    let (site_codes, product_codes) = names(tx)?;
    let all = sessions::between(tx, super::stock::BEGIN_OF_TIME, super::stock::END_OF_TIME)?;
    let open: Vec<Session> = all.into_iter().filter(|s| s.open).collect();
    let ids: Vec<SessionId> = open.iter().map(|s| s.id).collect();
    let terms: HashMap<SessionId, Terms> = laid(tx, &ids)?.into_iter().map(|l| (l.id, l.settings.terms)).collect();
    let open: Vec<(Planned, Terms)> =
        open.into_iter().map(|s| (s.planned, terms.get(&s.id).cloned().unwrap_or_default())).collect();
    let mut rows: Vec<TemplateRow> = templates(&open)
        .into_iter()
        .filter_map(|(site, product, template, terms)| {
            let (site, product) = (site_codes.get(&site)?.clone(), product_codes.get(&product)?.clone());
            Some(TemplateRow { row: 0, site, product, template, terms })
        })
        .collect();
    rows.sort_by(|a, b| {
        let key = |r: &TemplateRow| {
            let t = &r.template;
            (r.site.clone(), t.from_date, t.from_minute, r.product.clone(), t.until_minute, t.stations, t.slot_minutes)
        };
        key(a).cmp(&key(b))
    });
    Ok(csv::write_sessions(&rows))
}

/// All deliveries as a file that [`import_deliveries`] takes.
pub fn export_deliveries(tx: &mut Tx<'_>) -> Result<String, StoreError> {
    let (site_codes, product_codes) = names(tx)?;
    let mut rows: Vec<DeliveryRow> = stock::deliveries(tx)?
        .into_iter()
        .filter_map(|d| {
            let (site, product) = (site_codes.get(&d.site)?.clone(), product_codes.get(&d.product)?.clone());
            Some(DeliveryRow { row: 0, site, product, arrives_on: d.arrives_on, doses: d.doses })
        })
        .collect();
    rows.sort_by(|a, b| (&a.site, &a.product, a.arrives_on).cmp(&(&b.site, &b.product, b.arrives_on)));
    Ok(csv::write_deliveries(&rows))
}

type Names = (HashMap<SiteId, String>, HashMap<ProductId, String>);

fn names(tx: &mut Tx<'_>) -> Result<Names, StoreError> {
    let site_codes = sites::all(tx)?.into_iter().map(|s| (s.id, s.facts.code)).collect();
    let product_codes = sites::products(tx)?.into_iter().map(|p| (p.id, p.code)).collect();
    Ok((site_codes, product_codes))
}
