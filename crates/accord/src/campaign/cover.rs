//! How many of a team may be away on one day.
//!
//! Counted in half-persons: an appointment in working time takes two; later a day of likely
//! recovery takes one. A team's day may give `2 * max(1, share of those on shift, rounded up)`.

use super::{Campaign, store};
use crate::base::db::{StoreError, Tx};
use crate::base::ids::TeamId;
use crate::cohort::working_time;
use accord_formats::{Leave, Rota};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Half-persons that may be away when `on_shift` people work.
pub fn capacity_units(on_shift: u32, percent: u8) -> u32 {
    2 * (on_shift * u32::from(percent)).div_ceil(100).max(1)
}

/// One employment as cover sees it.
#[derive(Debug, Clone)]
pub struct Works {
    /// In which team.
    pub team: TeamId,
    /// When; none: not known, counted as Monday to Friday.
    pub rota: Option<Rota>,
    /// When not.
    pub leave: Leave,
}

/// Counts who works on each day of the campaign and writes a row for each team and day. What is
/// taken stays taken; a capacity never falls below it.
pub fn prepare(tx: &mut Tx<'_>, campaign: &Campaign) -> Result<u64, StoreError> {
    let works = store::works(tx)?;
    let days: Vec<Date> =
        campaign.starts_on.series(jiff::Span::new().days(1)).take_while(|d| *d <= campaign.ends_on).collect();
    let mut on_shift: BTreeMap<TeamId, Vec<u32>> = BTreeMap::new();
    for one in &works {
        let counts = on_shift.entry(one.team).or_insert_with(|| vec![0; days.len()]);
        for (count, day) in counts.iter_mut().zip(&days) {
            *count += u32::from(working_time::on_shift(one.rota.as_ref(), &one.leave, *day));
        }
    }
    let rows = on_shift.iter().flat_map(|(team, counts)| {
        days.iter()
            .zip(counts)
            .map(|(day, count)| (*team, *day, *count, capacity_units(*count, campaign.cover_percent)))
    });
    store::write_team_days(tx, campaign.id, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_least_one_may_go_and_shares_round_up() {
        let table = [(0, 2), (1, 2), (6, 2), (7, 4), (13, 4), (14, 6), (100, 30)];
        for (on_shift, units) in table {
            assert_eq!(capacity_units(on_shift, 15), units, "{on_shift}");
        }
    }
}
