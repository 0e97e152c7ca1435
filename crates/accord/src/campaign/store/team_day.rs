//! SQL over team-days: how many of a team may be away on a day.

use crate::base::db::{Param, StoreError, ToParam, Tx};
use crate::base::ids::{CampaignId, TeamId};
use crate::campaign::cover::Works;
use accord_formats::{Leave, Rota};
use jiff::civil::Date;

/// A team's day in a campaign.
pub type TeamDay = (CampaignId, TeamId, Date);

/// Takes so many half-person units of each team's day; for each false, and nothing changed of it, when cover would fall
/// short or the day was not prepared for the team.
pub fn take_team_days(tx: &mut Tx<'_>, of: &[(TeamDay, i64)]) -> Result<Vec<bool>, StoreError> {
    let partnership = tx.partnership();
    let mut rows: Vec<Vec<Param<'_>>> = Vec::with_capacity(of.len());
    for ((campaign, team, date), units) in of {
        rows.push(vec![partnership.param(), campaign.param(), team.param(), date.param(), units.param()]);
    }
    tx.touch_each(
        "UPDATE team_day SET taken = taken + $5 WHERE partnership_id = $1 AND campaign_id = $2 AND team_id = $3
         AND date = $4 AND taken + $5 <= capacity",
        &rows,
    )
}

/// Locks team-days, in this order.
pub fn lock_team_days(tx: &mut Tx<'_>, of: &[TeamDay]) -> Result<(), StoreError> {
    let lock = for_update!(
        "SELECT date FROM team_day WHERE partnership_id = $1 AND campaign_id = $2 AND team_id = $3 AND date = $4"
    );
    let partnership = tx.partnership();
    let keys: Vec<_> = of.iter().map(|(c, t, d)| vec![partnership.param(), c.param(), t.param(), d.param()]).collect();
    tx.each_many(lock, &keys, |_| Ok(()))
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

/// Every employment that counts for a team: current or not seen, never left.
pub fn works(tx: &mut Tx<'_>) -> Result<Vec<Works>, StoreError> {
    let mut works = Vec::new();
    tx.each(
        "SELECT team_id, rota, leave_dates FROM employment
         WHERE partnership_id = $1 AND team_id IS NOT NULL AND state <> 'left' ORDER BY team_id, id",
        p![tx.partnership()],
        |r| {
            let (rota, leave): (Option<String>, Option<String>) = (r.get(1)?, r.get(2)?);
            works.push(Works {
                team: r.get(0)?,
                rota: rota.and_then(|text| Rota::parse(&text).ok()),
                leave: leave.and_then(|text| Leave::parse(&text).ok()).unwrap_or_default(),
            });
            Ok(())
        },
    )?;
    Ok(works)
}

/// Writes team-days; what is taken stays, and a capacity never falls below it.
pub fn write_team_days(
    tx: &mut Tx<'_>,
    campaign: CampaignId,
    days: impl Iterator<Item = (TeamId, Date, u32, u32)>,
) -> Result<u64, StoreError> {
    let partnership = tx.partnership();
    let rows: Vec<Vec<Param<'_>>> = days
        .map(|(team, date, on_shift, capacity)| {
            vec![
                Param::Uuid(partnership.uuid()),
                Param::Uuid(campaign.uuid()),
                Param::Uuid(team.uuid()),
                Param::Made(date.to_string()),
                Param::Int(on_shift.into()),
                Param::Int(capacity.into()),
            ]
        })
        .collect();
    tx.run_many(
        "INSERT INTO team_day (partnership_id, campaign_id, team_id, date, on_shift, capacity, taken)
         VALUES ($1, $2, $3, $4, $5, $6, 0)
         ON CONFLICT (partnership_id, campaign_id, team_id, date) DO UPDATE SET on_shift = excluded.on_shift,
           capacity = CASE WHEN team_day.taken > excluded.capacity THEN team_day.taken ELSE excluded.capacity END",
        &rows,
    )
}
