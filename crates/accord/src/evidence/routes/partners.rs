//! Organisations, agreements, the ledger.

use super::{civil, look, today};
use crate::access::guard::{Lead, Staff};
use crate::base::ids::{AgreementId, OrganisationId};
use crate::base::page::{Asked, Link};
use crate::base::web::{Answer, Web, Wrong, csv, page};
use crate::evidence::store::{campaign, lists, partners as store};
use crate::partnership::pages::{
    AgreementPage, AgreementRow, AgreementState, Agreements, Away, Ledger, LedgerEntries, LedgerEntry, LedgerSum,
    OrganisationPage, OrganisationRow, Organisations,
};
use accord_formats::csv_out::CsvOut;
use axum::extract::{Path, Query, State};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
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
pub async fn organisations(State(web): State<Web>, Lead(who): Lead, Query(asked): Query<Asked>) -> Answer {
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        let like = asked.like();
        let pager = asked.pager("/organisations", &[], store::organisations_count(tx, &like)?);
        let rows = store::organisations(tx, &like, pager.limit(), pager.skip())?;
        Ok((pager, rows, offers_now(tx)?))
    };
    let (frame, (pager, rows, offers)) = look(&web, who, "/organisations", read).await?;
    let counts = counts(&offers);
    let rows = rows.into_iter().map(|row| {
        let (people, planned) = counts.get(&row.id).copied().unwrap_or_default();
        OrganisationRow {
            name: row.name,
            code: row.code,
            kind: super::plain(&row.kind),
            employer: row.is_employer,
            people,
            planned,
            unclear: u64::from(row.unclear),
            last_list: row.last_list_us.map(|at| civil(at).date()),
            href: format!("/organisations/{}", row.id),
        }
    });
    page(&Organisations { frame, rows: rows.collect(), pager })
}

/// `GET /organisations/{organisation}`: as its employer contact sees it; the lead sees no more.
pub async fn organisation(
    State(web): State<Web>,
    staff: Staff,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let id: OrganisationId = id.parse().map_err(|_| Wrong::NotFound)?;
    let from = today(&web);
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        let Some((name,)) = store::organisation(tx, id)? else { return Ok(None) };
        let pager = asked.pager(format!("/organisations/{id}"), &[], store::away_count(tx, id, from)?);
        let away = store::away(tx, id, from, pager.limit(), pager.skip())?;
        Ok(Some((name, offers_now(tx)?, pager, away, lists::unclear_people(tx, Some(id))?)))
    };
    let here = format!("/organisations/{id}");
    let lead = staff.only().is_none();
    let (mut frame, found) = look(&web, staff.0, if lead { "/organisations" } else { &here }, read).await?;
    let (name, offers, pager, away, unclear) = found.ok_or(Wrong::NotFound)?;
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
        lead,
        name,
        people,
        planned,
        away: away.collect(),
        pager,
        lists: Link::new("/import", "Staff lists"),
        elsewhere: format!("/organisations/{id}/elsewhere"),
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
pub async fn agreements(State(web): State<Web>, Lead(who): Lead, Query(asked): Query<Asked>) -> Answer {
    let today = today(&web);
    let (frame, mut rows) = look(&web, who, "/agreements", store::agreements).await?;
    rows.retain(|row| asked.finds(&format!("{} {} {}", row.title, row.host, row.employer)));
    let pager = asked.pager("/agreements", &[], rows.len() as u64);
    page(&Agreements { frame, rows: pager.of(rows).iter().map(|row| shown(row, today)).collect(), pager })
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
        let releases = crate::partnership::store::release::of_agreement(tx, id)?;
        Ok(row.map(|row| (row, sites, releases)))
    };
    let (mut frame, found) = look(&web, who, "/agreements", read).await?;
    let (row, sites, releases) = found.ok_or(Wrong::NotFound)?;
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
        releases: releases.into_iter().map(|(name, at, come, left)| (name, civil(at), come, whole(left))).collect(),
        at_end: at_end.into(),
        signed: row.signed_by.split(';').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect(),
    })
}

/// Digits of a seal that are shown.
const SEAL: usize = 12;

/// Which half of the ledger: the sums, or with `?show=entries` every entry; of one organisation, or of all.
#[derive(Debug, Deserialize)]
pub struct Which {
    #[serde(default)]
    show: String,
    #[serde(default)]
    of: String,
}

/// `GET /ledger`.
pub async fn ledger(
    State(web): State<Web>,
    Lead(who): Lead,
    Query(which): Query<Which>,
    Query(asked): Query<Asked>,
) -> Answer {
    let entries = which.show == "entries";
    let of: Option<OrganisationId> = which.of.parse().ok();
    let kept = asked.clone();
    let read = move |tx: &mut crate::base::db::Tx<'_>| {
        let sums = store::ledger_sums(tx)?;
        if !entries {
            return Ok((sums, None));
        }
        let only = of.map(|id| id.to_string()).unwrap_or_default();
        let filters = [("show", "entries"), ("of", only.as_str())];
        let pager = kept.pager("/ledger", &filters, store::ledger_count(tx, of)?);
        let rows = store::ledger_latest(tx, of, pager.limit(), pager.skip())?;
        Ok((sums, Some((pager, rows))))
    };
    let (mut frame, (sums, entries)) = look(&web, who, "/ledger", read).await?;
    let sums: Vec<LedgerSum> = sums.into_iter().map(sum).collect();
    let Some((pager, rows)) = entries else {
        let (promised, given) = sums.iter().fold((0, 0), |(p, g), s| (p + s.promised, g + s.given));
        let found: Vec<LedgerSum> = sums.into_iter().filter(|s| asked.finds(&s.organisation)).collect();
        let pager = asked.pager("/ledger", &[], found.len() as u64);
        return page(&Ledger { frame, promised, given, sums: pager.of(found), pager });
    };
    frame.crumbs = vec![Link::new("/ledger", "Ledger")];
    let of = of.and_then(|id| sums.into_iter().find(|s| s.href.ends_with(&id.to_string()))).map(|s| s.organisation);
    page(&LedgerEntries { frame, of, entries: rows.into_iter().map(entry).collect(), pager })
}

fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn sum((id, organisation, promised, given, used): store::Sum) -> LedgerSum {
    LedgerSum {
        organisation,
        promised: whole(promised),
        given: whole(given),
        used: whole(used),
        href: format!("/ledger?show=entries&of={id}"),
    }
}

fn entry(store::LatestEntry(row): store::LatestEntry) -> LedgerEntry {
    let (number, at, units, employer, host, title, version, seal) = row;
    let did = if units > 0 { "gave a place to" } else { "got a place back from" };
    LedgerEntry {
        number: number.map_or(0, whole),
        at: civil(at),
        what: format!("{host} {did} {employer}"),
        agreement: format!("{title}, version {version}"),
        seal: seal.map(|hash| hash.chars().take(SEAL).collect()),
    }
}

/// Entries of the file at most.
const ALL_ENTRIES: u32 = 1_000_000;

/// `GET /ledger.csv`: every entry, the newest first, with its whole seal.
pub async fn ledger_csv(State(web): State<Web>, Lead(who): Lead) -> Answer {
    let entries = web.read(&who.actor(), |tx| store::ledger_latest(tx, None, ALL_ENTRIES, 0)).await?;
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
