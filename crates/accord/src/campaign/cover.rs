//! Cover: how many of a team may be away at one time.
//!
//! Counted in half-person units: an appointment in working time takes two, one off shift none.

use super::refusal::CampaignRefusal;
use super::store::{campaign as campaigns, team_day as store};
use crate::base::db::{Stop, Tx};
use crate::base::ids::{CampaignId, TeamId};
use accord_formats::{Leave, Rota};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};

/// The units of a team of which `on_shift` people work on a day: `percent` of them, rounded up to whole
/// people, and at least one person, since a team of one must be able to go as well.
pub fn capacity_units(on_shift: i64, percent: i64) -> i64 {
    2 * ((percent * on_shift + 99) / 100).max(1)
}

/// A team on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamDay {
    /// Which team.
    pub team: TeamId,
    /// Which day.
    pub date: Date,
    /// How many work.
    pub on_shift: i64,
    /// Units that may be used.
    pub capacity: i64,
    /// Units used by live bookings.
    pub taken: i64,
}

/// What preparing cover found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prepared {
    /// Rows of a team and a day.
    pub team_days: u64,
    /// Employments without a rota that can be read: counted from Monday to Friday.
    pub assumed_rota: u64,
    /// Rows in which more is taken already than the rule allows; nothing more can be taken there.
    pub short: u64,
}

/// Works out every team's days in a campaign anew from rotas and leave, keeping what is taken. Run again
/// after each import: a team without rows lets nobody go in working time.
pub fn prepare_cover(tx: &mut Tx<'_>, id: CampaignId) -> Result<Prepared, Stop<CampaignRefusal>> {
    let campaign = campaigns::load(tx, id)?.ok_or(Stop::Refused(CampaignRefusal::Unknown))?;
    let first = campaign.rules.starts_on;
    let days: Vec<Date> = first.series(1.day()).take_while(|day| *day <= campaign.rules.ends_on).collect();
    let jobs = store::jobs(tx)?;
    let mut rotas: HashMap<&str, Option<Vec<bool>>> = HashMap::new();
    let office: Vec<bool> = days.iter().map(|day| works(None, *day)).collect();
    let mut teams: BTreeMap<TeamId, Vec<i64>> = BTreeMap::new();
    let mut assumed_rota = 0;
    for job in &jobs {
        let known = rotas.entry(job.rota.as_deref().unwrap_or_default()).or_insert_with_key(|text| {
            let rota = Rota::parse(text).ok()?;
            Some(days.iter().map(|day| works(Some(&rota), *day)).collect())
        });
        assumed_rota += u64::from(known.is_none());
        let worked = known.as_ref().unwrap_or(&office);
        let leave = job.leave.as_deref().and_then(|text| Leave::parse(text).ok()).unwrap_or_default();
        let counts = teams.entry(job.team).or_insert_with(|| vec![0; days.len()]);
        for ((count, on), day) in counts.iter_mut().zip(worked).zip(&days) {
            if *on && !leave.contains(*day) {
                *count += 1;
            }
        }
    }
    let percent = campaign.rules.cover_percent;
    let rows: Vec<TeamDay> = teams
        .iter()
        .flat_map(|(team, counts)| {
            counts.iter().zip(&days).map(|(on_shift, date)| TeamDay {
                team: *team,
                date: *date,
                on_shift: *on_shift,
                capacity: capacity_units(*on_shift, percent),
                taken: 0,
            })
        })
        .collect();
    let short = store::short(tx, id, &rows)?;
    store::put(tx, id, &rows)?;
    Ok(Prepared { team_days: rows.len() as u64, assumed_rota, short })
}

/// Without a rota people count from Monday to Friday; a shift belongs to the day it starts on.
fn works(rota: Option<&Rota>, day: Date) -> bool {
    rota.map_or_else(|| day.weekday().to_monday_zero_offset() < 5, |rota| rota.on_shift(day))
}
