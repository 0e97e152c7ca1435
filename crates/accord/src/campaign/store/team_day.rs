//! SQL over team-days: how many of a team may be away on a day.

use crate::base::db::{StoreError, Tx};
use crate::base::ids::{CampaignId, TeamId};
use jiff::civil::Date;

/// Takes half-person units of a team's day; false, and nothing changed, when cover would fall short
/// or the day was not prepared for the team.
pub fn take_team_day(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    team: TeamId,
    date: Date,
    units: i64,
) -> Result<bool, StoreError> {
    let rows = tx.run(
        "UPDATE team_day SET taken = taken + $5 WHERE partnership_id = $1 AND campaign_id = $2 AND team_id = $3
         AND date = $4 AND taken + $5 <= capacity",
        p![tx.partnership(), campaign, team, date, units],
    )?;
    Ok(rows == 1)
}

/// Gives units back. The constraint `team_day_cover` refuses more than were taken.
pub fn give_back_team_day(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    team: TeamId,
    date: Date,
    units: i64,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE team_day SET taken = taken - $5 WHERE partnership_id = $1 AND campaign_id = $2 AND team_id = $3 AND date = $4",
        p![tx.partnership(), campaign, team, date, units],
    )?;
    Ok(())
}
