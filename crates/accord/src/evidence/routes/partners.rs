//! Organisations, agreements, the ledger.

use super::{civil, look, today};
use crate::access::guard::{Lead, Staff};
use crate::base::ids::{AgreementId, OrganisationId};
use crate::base::page::Link;
use crate::base::web::{Answer, Web, Wrong, csv, page};
use crate::evidence::store::{campaign, lists, partners as store};
use crate::partnership::pages::{
    AgreementPage, AgreementRow, AgreementState, Agreements, Away, Ledger, LedgerEntry, LedgerSum, OrganisationPage,
    OrganisationRow, Organisations,
};
use accord_formats::csv_out::CsvOut;
use axum::extract::{Path, State};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::HashMap;

/// People and, of these, planned ones, by employer.
fn counts(offers: &[(OrganisationId, String, u32)]) -> HashMap<OrganisationId, (u64, u64)> {
    let mut out: HashMap<OrganisationId, (u64, u64)> = HashMap::new();
    for (employer, state, n) in offers {
        let row = out.entry(*employer).or_default();
        row.0 += u64::from(*n);
        if super::campaign::has_course(state) {
            row.1 += u64::from(*n);
        }
    }
    out
}

fn offers_now(
    tx: &mut crate::base::db::Tx<'_>,
) -> Result<Vec<(OrganisationId, String, u32)>, crate::base::db::StoreError> {
    match campaign::current(tx)? {
        Some(c) => campaign::offers(tx, c.id),
        None => Ok(Vec::new()),
    }
}

/// `GET /organisations`.
pub async fn organisations(State(web): State<Web>, Lead(who): Lead) -> Answer {
    let read = |tx: &mut crate::base::db::Tx<'_>| Ok((store::organisations(tx)?, offers_now(tx)?));
    let (frame, (rows, offers)) = look(&web, who, "/organisations", read).await?;
    let counts = counts(&offers);
    let rows = rows.into_iter().map(|row| {
        let (people, planned) = counts.get(&row.id).copied().unwrap_or_default();
        OrganisationRow {
            name: row.name,
            kind: super::plain(&row.kind),
            people,
            planned,
            unclear: u64::from(row.unclear),
            last_list: row.last_list_us.map(|at| civil(at).date()),
            href: format!("/organisations/{}", row.id),
        }
    });
    page(&Organisations { frame, rows: rows.collect() })
}

/// Absences on a page.
const AWAY: u32 = 200;

/// `GET /organisations/{organisation}`: as its employer contact sees it; the lead sees no more.
pub async fn organisation(State(web): State<Web>, staff: Staff, Path(id): Path<String>) -> Answer {
    let id: OrganisationId = id.parse().map_err(|_| Wrong::NotFound)?;
    let from = today(&web);
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        let Some((name,)) = store::organisation(tx, id)? else { return Ok(None) };
        Ok(Some((name, offers_now(tx)?, store::away(tx, id, from, AWAY)?, lists::unclear_people(tx, Some(id))?)))
    };
    let here = format!("/organisations/{id}");
    let lead = staff.only().is_none();
    let (mut frame, found) = look(&web, staff.0, if lead { "/organisations" } else { &here }, read).await?;
    let (name, offers, away, unclear) = found.ok_or(Wrong::NotFound)?;
    let (people, planned) = counts(&offers).get(&id).copied().unwrap_or_default();
    if lead {
        frame.crumbs = vec![Link::new("/organisations", "Organisations")];
    }
    let away = away.into_iter().map(|(date, starts, ends, travel, name, team)| Away {
        date,
        from: (civil(starts) - i64::from(travel).minutes()).time(),
        until: (civil(ends) + i64::from(travel).minutes()).time(),
        name,
        team: team.unwrap_or_default(),
    });
    page(&OrganisationPage {
        frame,
        name,
        people,
        planned,
        away: away.collect(),
        more: None,
        lists: Link::new("/import", "Staff lists"),
        unclear: Link::new("/worklist", crate::base::words::count(unclear, "person is unclear", "people are unclear")),
    })
}

fn state(word: &str, until: Date, today: Date) -> AgreementState {
    match word {
        "draft" => AgreementState::Draft,
        "in_force" if until < today => AgreementState::Ended,
        "in_force" if until < today.saturating_add(7.days()) => AgreementState::EndsSoon,
        "in_force" => AgreementState::InForce,
        _ => AgreementState::Ended,
    }
}

fn shown(row: &store::AgreementRow, today: Date) -> AgreementRow {
    AgreementRow {
        reference: row.title.clone(),
        host: row.host.clone(),
        employer: row.employer.clone(),
        from: row.from,
        until: row.until,
        allocation: row.capacity.and_then(|places| u64::try_from(places).ok()),
        used: u64::try_from(row.taken).unwrap_or(0),
        state: state(&row.state, row.until, today),
        href: format!("/agreements/{}", row.id),
    }
}

/// `GET /agreements`.
pub async fn agreements(State(web): State<Web>, Lead(who): Lead) -> Answer {
    let today = today(&web);
    let (frame, rows) = look(&web, who, "/agreements", store::agreements).await?;
    page(&Agreements { frame, rows: rows.iter().map(|row| shown(row, today)).collect() })
}

/// `GET /agreements/{agreement}`.
pub async fn agreement(State(web): State<Web>, Lead(who): Lead, Path(id): Path<String>) -> Answer {
    let id: AgreementId = id.parse().map_err(|_| Wrong::NotFound)?;
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        let row = store::agreements(tx)?.into_iter().find(|row| row.id == id);
        let sites = match &row {
            Some(row) => store::agreement_sites(tx, id, row.version)?,
            None => Vec::new(),
        };
        Ok(row.map(|row| (row, sites)))
    };
    let (mut frame, found) = look(&web, who, "/agreements", read).await?;
    let (row, sites) = found.ok_or(Wrong::NotFound)?;
    frame.crumbs = vec![Link::new("/agreements", "Agreements")];
    let at_end = match row.at_end.as_str() {
        "honour" => "honoured",
        "move" => "moved",
        _ => "cancelled",
    };
    page(&AgreementPage {
        frame,
        row: shown(&row, today(&web)),
        version: row.version,
        purpose: row.purpose,
        sites: sites.into_iter().map(|(name,)| name).collect(),
        at_end: at_end.into(),
        signed: row.signed_by.split(';').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect(),
    })
}

/// Entries on the page.
const ENTRIES: u32 = 100;
/// Digits of a seal that are shown.
const SEAL: usize = 12;

/// `GET /ledger`.
pub async fn ledger(State(web): State<Web>, Lead(who): Lead) -> Answer {
    let read = |tx: &mut crate::base::db::Tx<'_>| Ok((store::ledger_sums(tx)?, store::ledger_latest(tx, ENTRIES)?));
    let (frame, (sums, entries)) = look(&web, who, "/ledger", read).await?;
    let whole = |n: i64| u64::try_from(n).unwrap_or(0);
    let sums = sums.into_iter().map(|(organisation, promised, given, used)| LedgerSum {
        organisation,
        promised: whole(promised),
        given: whole(given),
        used: whole(used),
    });
    let entries =
        entries.into_iter().map(|store::LatestEntry((number, at, units, employer, host, title, version, seal))| {
            let did = if units > 0 { "gave a place to" } else { "got a place back from" };
            LedgerEntry {
                number: number.map_or(0, whole),
                at: civil(at),
                what: format!("{host} {did} {employer}"),
                agreement: format!("{title}, version {version}"),
                seal: seal.map(|hash| hash.chars().take(SEAL).collect()),
            }
        });
    page(&Ledger { frame, sums: sums.collect(), entries: entries.collect() })
}

/// Entries of the file at most.
const ALL_ENTRIES: u32 = 1_000_000;

/// `GET /ledger.csv`: every entry, the newest first, with its whole seal.
pub async fn ledger_csv(State(web): State<Web>, Lead(who): Lead) -> Answer {
    let entries = web.read(&who.actor(), |tx| store::ledger_latest(tx, ALL_ENTRIES)).await?;
    let mut out = CsvOut::new(true);
    out.record(["Number", "At", "What", "Places", "Used by", "Given by", "Agreement", "Version", "Seal"]);
    for store::LatestEntry((number, at, units, employer, host, title, version, seal)) in entries {
        let number = number.map_or_else(|| "not sealed yet".to_owned(), |n| n.to_string());
        let seal = seal.unwrap_or_default();
        let what = if units > 0 { "given" } else { "given back" }.to_owned();
        out.record([
            number,
            at.to_string(),
            what,
            units.unsigned_abs().to_string(),
            employer,
            host,
            title,
            version.to_string(),
            seal,
        ]);
    }
    csv("ledger.csv", out, &web.house)
}
