//! `accord campaign FILE`: a campaign from a file, open at once, with an offer for everybody of the cohort.

use super::clinics::read_text;
use super::{At, Ended, Failure, Opened, print_json, print_line};
use crate::base::clock::{Chance, Clock};
use crate::base::db::{Stop, Tx};
use crate::base::ids::CampaignId;
use crate::base::refusal::Refusal;
use crate::campaign::create::{NewCampaign, create_once};
use crate::campaign::{CampaignRefusal, Interval, Notice, Silence, cover, offer};
use crate::clinic::product;
use clap::Args;
use jiff::civil::Date;
use serde::Deserialize;
use std::path::PathBuf;

/// What `campaign` takes.
#[derive(Debug, Args)]
pub struct CampaignArgs {
    /// The campaign's rules as TOML; docs/campaign.toml is one
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Say whether it could be and make nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    name: String,
    programme: String,
    purpose: String,
    starts_on: String,
    ends_on: String,
    age_min: u8,
    cover_percent: u8,
    travel_minutes_max: u16,
    silence: String,
    #[serde(default)]
    book_notice: u32,
    #[serde(default)]
    change_notice: u32,
    #[serde(default)]
    cancel_notice: u32,
    appointment: Vec<Appointment>,
    product: Vec<Product>,
    group: Vec<Group>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Appointment {
    name: String,
    first_on: String,
    last_on: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    code: String,
    min_days: u16,
    max_days: u16,
    ideal_days: u16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    wait_cost: u32,
    unplaced_cost: u32,
}

enum No {
    Refused(CampaignRefusal),
    UnknownProduct(String, Vec<String>),
    OnlyLooked,
}

pub(super) fn run(at: &At, args: &CampaignArgs) -> Result<Ended, Failure> {
    let (file, text) = read_text(&args.file)?;
    let rules: Rules = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let what = error.message().trim().replace('\n', " ");
        Failure::bad_input(what, format!("{file}, line {line}"), "correct that line; nothing was changed")
    })?;
    let draft = draft(&rules, &file)?;
    let codes: Vec<String> = rules.product.iter().map(|p| p.code.clone()).collect();
    let opened = Opened::open(at, Clock::Machine, Chance::machine())?;
    let only_look = args.dry_run;
    let made = opened.db.write_now(&opened.operator(), move |tx| make(tx, &draft, &codes, only_look));
    let made = match made {
        Ok(made) => Some(made),
        Err(Stop::Refused(No::OnlyLooked)) => None,
        Err(Stop::Refused(No::Refused(no))) => return Err(Failure::bad_input(no.sentence(), file, no.next_step())),
        Err(Stop::Refused(No::UnknownProduct(code, known))) => {
            let next = format!("use one of: {}; or bring it in by accord clinics --product", known.join(", "));
            return Err(Failure::bad_input(format!("there is no product {code}; nothing was changed"), file, next));
        }
        Err(Stop::Store(error)) => return Err(opened.failed(&error)),
    };
    if made.is_some() {
        crate::app::seal_now(&opened.db, &opened.operator()).map_err(|e| opened.failed(&e))?;
    }
    match (at.json, made) {
        (true, made) => print_json(&serde_json::json!({
            "written": made.is_some(), "campaign": made.map(|(id, _)| id.to_string()), "offers": made.and_then(|(_, n)| n),
        })),
        (false, Some((_, None))) => {
            print_line(&format!("{} is there already, with these rules: as before.", rules.name))
        }
        (false, Some((_, Some(offers)))) => print_line(&format!("Made {}; {offers} people stand in it.", rules.name)),
        (false, None) => print_line("It can be. Dry run: nothing was changed."),
    }
    Ok(Ended::Well)
}

/// Makes it; how many people stand in it, or none where it was there before.
fn make(
    tx: &mut Tx<'_>,
    draft: &NewCampaign,
    codes: &[String],
    only_look: bool,
) -> Result<(CampaignId, Option<u64>), Stop<No>> {
    let known = product::all(tx)?;
    let mut new = draft.clone();
    for (interval, code) in new.products.iter_mut().zip(codes) {
        let found = known.iter().find(|p| p.code.eq_ignore_ascii_case(code.trim()));
        let missing = || No::UnknownProduct(code.clone(), known.iter().map(|p| p.code.clone()).collect());
        interval.product = found.map(|p| p.id).ok_or_else(|| Stop::Refused(missing()))?;
    }
    let (made, new) = create_once(tx, &new).map_err(|stop| match stop {
        Stop::Refused(refusal) => Stop::Refused(No::Refused(refusal)),
        Stop::Store(error) => Stop::Store(error),
    })?;
    if only_look {
        return Err(Stop::Refused(No::OnlyLooked));
    }
    if new {
        cover::prepare(tx, &made)?;
    }
    let offers = offer::open_for(tx, &made)?;
    Ok((made.id, new.then_some(offers)))
}

/// The rules typed; products get their ids inside the transaction.
fn draft(rules: &Rules, file: &str) -> Result<NewCampaign, Failure> {
    let date = |what: &str, text: &str| {
        let wrong = |_| Failure::bad_input(format!("{what} = \"{text}\" is no date"), file, "write it like 2027-01-04");
        text.parse::<Date>().map_err(wrong)
    };
    let silence = Silence::parse(&rules.silence).ok_or_else(|| {
        let what = format!("silence = \"{}\" is not known", rules.silence);
        Failure::bad_input(what, file, "write \"keep\" or \"release\"")
    })?;
    let appointments = rules
        .appointment
        .iter()
        .map(|a| Ok((a.name.clone(), date("first_on", &a.first_on)?, date("last_on", &a.last_on)?)));
    Ok(NewCampaign {
        name: rules.name.clone(),
        programme: rules.programme.clone(),
        purpose: rules.purpose.clone(),
        starts_on: date("starts_on", &rules.starts_on)?,
        ends_on: date("ends_on", &rules.ends_on)?,
        age_min: rules.age_min,
        cover_percent: rules.cover_percent,
        travel_minutes_max: rules.travel_minutes_max,
        silence,
        notice: Notice { book: rules.book_notice, change: rules.change_notice, cancel: rules.cancel_notice },
        appointments: appointments.collect::<Result<_, Failure>>()?,
        products: rules.product.iter().map(interval).collect(),
        groups: rules.group.iter().map(|g| (g.name.clone(), g.wait_cost, g.unplaced_cost)).collect(),
    })
}

fn interval(product: &Product) -> Interval {
    let Product { min_days, max_days, ideal_days, .. } = *product;
    Interval { product: crate::base::ids::Id::from_uuid(uuid::Uuid::nil()), min_days, max_days, ideal_days }
}
