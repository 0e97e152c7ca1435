//! `accord agreements FILE`: capacity agreements from a file, signed, or amended where they say otherwise than before.

use super::clinics::read_text;
use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::base::clock::{Chance, Clock, london};
use crate::base::db::{Stop, StoreError, Tx};
use crate::base::ids::SiteId;
use crate::base::refusal::Refusal;
use crate::clinic::site::{self, Site};
use crate::partnership::agreed::{Agreed, agree};
use crate::partnership::agreement::{AgreementKind, AtEnd};
use crate::partnership::organisation::{Organisation, OrganisationRefusal, all, by_code};
use crate::partnership::release;
use crate::partnership::signing::{NewAgreement, NewAllocation, SigningRefusal};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use std::path::PathBuf;
use toml::Spanned;

/// What `agreements` takes. All of them are taken, or none.
#[derive(Debug, Args)]
pub struct Agreements {
    /// The agreements as TOML; docs/own-store/agreements.toml is one
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Say what would change and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Papers {
    agreement: Vec<Paper>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Paper {
    title: Spanned<String>,
    host: String,
    purpose: String,
    sites: Vec<String>,
    from: String,
    until: String,
    #[serde(default)]
    at_end: Option<String>,
    signed_by: String,
    party: Vec<Party>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Party {
    employer: String,
    #[serde(default)]
    site: Option<String>,
    #[serde(default)]
    places: Option<i64>,
    /// From when on what is unused is for the agreement's others: a day or a minute in London.
    #[serde(default)]
    release: Option<String>,
}

/// How many were what.
#[derive(Debug, Clone, Copy, Default)]
struct Done {
    signed: u64,
    amended: u64,
    same: u64,
}

/// Why a paper can't be, and what helps.
struct Because {
    what: String,
    next: String,
}

enum No {
    /// Which paper of the file, counted from nought.
    Paper(usize, Because),
    /// Nothing is wrong, but it was only to be looked at.
    OnlyLooked(Done),
}

pub(super) fn run(at: &At, args: &Agreements) -> Result<Ended, Failure> {
    let (file, text) = read_text(&args.file)?;
    let line = |at: usize| text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
    let papers: Papers = toml::from_str(&text).map_err(|error| {
        let place = format!("{file}, line {}", error.span().map_or(1, |span| line(span.start)));
        let what = error.message().trim().replace('\n', " ");
        Failure::bad_input(what, place, "correct that line; nothing was changed")
    })?;
    let lines: Vec<usize> = papers.agreement.iter().map(|paper| line(paper.title.span().start)).collect();
    let opened = Opened::open(at, Clock::Machine, Chance::machine())?;
    let only_look = args.dry_run;
    let done = match opened.db.write_now(&opened.operator(), move |tx| take(tx, &papers.agreement, only_look)) {
        Ok(done) | Err(Stop::Refused(No::OnlyLooked(done))) => done,
        Err(Stop::Refused(No::Paper(n, Because { what, next }))) => {
            return Err(Failure::bad_input(what, format!("{file}, the agreement at line {}", lines[n]), next));
        }
        Err(Stop::Store(error)) => return Err(opened.failed(&error)),
    };
    if !only_look {
        crate::app::seal_now(&opened.db, &opened.operator()).map_err(|e| opened.failed(&e))?;
    }
    let Done { signed, amended, same } = done;
    if at.json {
        print_json(&serde_json::json!({ "written": !only_look, "signed": signed, "amended": amended, "same": same }));
        return Ok(Ended::Well);
    }
    print_line(&format!("agreements: {signed} signed, {amended} amended, {same} as before"));
    if only_look {
        print_line("Dry run: nothing was changed.");
    }
    Ok(Ended::Well)
}

fn take(tx: &mut Tx<'_>, papers: &[Paper], only_look: bool) -> Result<Done, Stop<No>> {
    let sites = site::all(tx)?;
    let mut done = Done::default();
    for (n, paper) in papers.iter().enumerate() {
        let of = |stop: Stop<Because>| match stop {
            Stop::Refused(because) => Stop::Refused(No::Paper(n, because)),
            Stop::Store(error) => Stop::Store(error),
        };
        let new = written(tx, paper, &sites).map_err(of)?;
        let agreed = match agree(tx, &new) {
            Ok(agreed) => agreed,
            Err(Stop::Store(error)) => return Err(Stop::Store(error)),
            Err(Stop::Refused(refusal)) => {
                let what = with_codes(tx, &refusal, &sites)?;
                return Err(of(Stop::Refused(Because { what, next: refusal.next_step() })));
            }
        };
        let released = releases(tx, paper, &new).map_err(of)?;
        match agreed {
            Agreed::Same if released => done.amended += 1,
            Agreed::Signed => done.signed += 1,
            Agreed::Amended => done.amended += 1,
            Agreed::Same => done.same += 1,
        }
    }
    if only_look { Err(Stop::Refused(No::OnlyLooked(done))) } else { Ok(done) }
}

/// The refusal in the codes of the file.
fn with_codes(tx: &mut Tx<'_>, refusal: &SigningRefusal, sites: &[Site]) -> Result<String, StoreError> {
    let organisations = all(tx)?.into_iter().map(|o| (o.id.to_string(), o.code));
    let codes = organisations.chain(sites.iter().map(|s| (s.id.to_string(), s.facts.code.clone())));
    Ok(codes.fold(refusal.sentence(), |said, (id, code)| said.replace(&id, &code)))
}

/// The paper with ids in the place of codes.
fn written(tx: &mut Tx<'_>, paper: &Paper, sites: &[Site]) -> Result<NewAgreement, Stop<Because>> {
    let host = organisation(tx, &paper.host, |o| o.is_host, "gives no capacity")?;
    let own: Vec<&Site> = sites.iter().filter(|site| site.host == host.id).collect();
    let covered = paper.sites.iter().map(|code| site_of(&own, &host, code)).collect::<Result<_, _>>()?;
    let mut allocations = Vec::with_capacity(paper.party.len());
    for party in &paper.party {
        let employer = organisation(tx, &party.employer, |o| o.is_employer, "is no employer")?.id;
        let site = party.site.as_ref().map(|code| site_of(&own, &host, code)).transpose()?;
        allocations.push(NewAllocation { employer, site, capacity: party.places });
    }
    Ok(NewAgreement {
        kind: AgreementKind::Capacity,
        title: paper.title.get_ref().trim().to_owned(),
        host: host.id,
        purpose: paper.purpose.trim().to_owned(),
        sites: covered,
        from: date("from", &paper.from)?,
        until: date("until", &paper.until)?,
        at_end: at_end(paper.at_end.as_deref())?,
        signed_by: paper.signed_by.trim().to_owned(),
        allocations,
    })
}

/// Sets when each party's allocation is released; whether any is new.
fn releases(tx: &mut Tx<'_>, paper: &Paper, new: &NewAgreement) -> Result<bool, Stop<Because>> {
    let mut any = false;
    for (party, allocation) in paper.party.iter().zip(&new.allocations) {
        let at = party.release.as_deref().map(instant).transpose()?;
        any |= release::set(tx, (new.host, &new.title), (allocation.employer, allocation.site), at)?;
    }
    Ok(any)
}

/// A day or a minute in London.
fn instant(text: &str) -> Result<Timestamp, Stop<Because>> {
    let day = text.parse::<Date>().map(|day| day.at(0, 0, 0, 0));
    let at = day.or_else(|_| text.replace(' ', "T").parse::<DateTime>());
    match at.ok().and_then(|at| at.to_zoned(london()).ok()) {
        Some(at) => Ok(at.timestamp()),
        None => no(
            format!("release = \"{text}\" is no time; nothing was changed"),
            "write it like 2027-01-20 18:00, or 2027-01-20 for the beginning of that day",
        ),
    }
}

fn organisation(
    tx: &mut Tx<'_>,
    code: &str,
    may: impl Fn(&Organisation) -> bool,
    lacks: &str,
) -> Result<Organisation, Stop<Because>> {
    let found = by_code(tx, code).map_err(because::<OrganisationRefusal>)?;
    if may(&found) {
        return Ok(found);
    }
    let what = format!("{} ({}) {lacks}; nothing was changed", found.name, found.code);
    no(what, "correct its row and run accord organisations, or name another one")
}

fn site_of(own: &[&Site], host: &Organisation, code: &str) -> Result<SiteId, Stop<Because>> {
    if let Some(found) = own.iter().find(|site| site.facts.code == code.trim()) {
        return Ok(found.id);
    }
    let codes: Vec<&str> = own.iter().map(|site| site.facts.code.as_str()).collect();
    let next = if codes.is_empty() {
        "bring its sites in first: accord clinics --sites FILE".to_owned()
    } else {
        format!("use one of: {}", codes.join(", "))
    };
    no(format!("{} has no site {code}; nothing was changed", host.name), next)
}

fn date(what: &str, text: &str) -> Result<Date, Stop<Because>> {
    let wrong = || no(format!("{what} = \"{text}\" is no date; nothing was changed"), "write it like 2027-01-04");
    text.parse().or_else(|_| wrong())
}

fn at_end(text: Option<&str>) -> Result<AtEnd, Stop<Because>> {
    let word = text.unwrap_or(AtEnd::Honour.as_str());
    let wrong = || no(format!("at_end = \"{word}\" is not known; nothing was changed"), "write honour, move or cancel");
    AtEnd::parse(word).map_or_else(wrong, Ok)
}

fn no<T>(what: String, next: impl Into<String>) -> Result<T, Stop<Because>> {
    Err(Stop::Refused(Because { what, next: next.into() }))
}

fn because<R: Refusal>(stop: Stop<R>) -> Stop<Because> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(Because { what: refusal.sentence(), next: refusal.next_step() }),
        Stop::Store(error) => Stop::Store(error),
    }
}
